"""Does the cells of a run: in threads of one process, in several processes, or as tasks of a scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from drift.fleet.cell import Done, Run, look
from drift.fleet.plan import Cell
from drift.live.asker import Progress, quiet

ACCOUNTS = 8
"""Accounts that one process reads side by side. Reading waits for the cloud, comparing keeps one processor busy."""


def threads(run: Run, cells: Sequence[Cell], most: int = ACCOUNTS, progress: Progress = quiet) -> Iterator[Done]:
    """Each cell's result, in the order in which they are done. No more than `most` accounts are in memory."""

    def one(cell: Cell) -> Done:
        return look(cell, run)

    yield from _side_by_side(cells, one, most, progress)


def _side_by_side(cells: Sequence[Cell], do: Callable[[Cell], Done], most: int, progress: Progress) -> Iterator[Done]:
    """`do(cell)` for each cell, `most` at a time; a cell begins when another has ended."""
    waiting = iter(cells)
    running: set[Future[Done]] = set()
    done = 0
    progress("accounts", done, len(cells))
    with ThreadPoolExecutor(max(1, min(most, len(cells))), thread_name_prefix="drift-account") as pool:
        try:
            for cell in waiting:
                running.add(pool.submit(do, cell))
                if len(running) < most:
                    continue
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    done += 1
                    progress("accounts", done, len(cells))
                    yield future.result()
            while running:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    done += 1
                    progress("accounts", done, len(cells))
                    yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
