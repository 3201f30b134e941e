"""Runs the cells: in threads of one process, in several processes, or as tasks of a scheduler.

All three call the same function of a cell. It answers with the rows of its part as lines of JSON, so that a part is
the same wherever it was made.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from drift.errors import CloudError, UsageError
from drift.fleet.plan import Cell
from drift.installation import command
from drift.live.asker import Progress, quiet
from drift.live.patience import INTERRUPTED

if TYPE_CHECKING:
    from distributed import Client

ACCOUNTS = 8
"""Accounts that one process reads in parallel. Reading waits for the cloud; comparing keeps one processor busy."""
TRIES = 2
"""How often a cell is started if its process dies."""
PATIENCE = 20
"""Seconds to wait for the scheduler's first answer."""
DIED = ("drift", "WorkerDied")
"""(action, code) of an account whose worker died."""
ENDED = ("drift", INTERRUPTED)
"""The same of one that the user did not wait for."""
NO_WORKERS = 120.0
"""Seconds after which a scheduler that has no workers will get none: a cluster takes a minute to begin one."""
ASKED = 2.0
"""Seconds between two questions whether a scheduler has workers."""
LOOKS = 0.3
"""Seconds between two checks whether the user ended the run."""

Work = Callable[[Cell], bytes]
"""The rows of a cell's part. What goes to another process or machine must be picklable."""
Dead = Callable[[Cell, tuple[str, str], str], bytes]
"""(cell, (action, code), why in words) -> the part of a cell that could not be done."""
Numbered = tuple[int, bytes]
"""The number of a cell, and the rows of its part."""
Stopped = Callable[[], bool]
"""Whether the user ended the run; accounts that are not done by then are not read."""


def _never() -> bool:
    return False


def threads(work: Work, cells: Sequence[Cell], most: int = ACCOUNTS, progress: Progress = quiet) -> Iterator[Numbered]:
    """Each cell's part, as soon as it is done. At most `most` accounts are in memory at a time."""
    yield from _side_by_side(work, cells, most, progress)


def processes(
    work: Work,
    cells: Sequence[Cell],
    workers: int,
    dead: Dead,
    progress: Progress = quiet,
    stopped: Stopped = _never,
) -> Iterator[Numbered]:
    """The same in `workers` processes. If a process dies, another replaces it and its account is started again; if that
    fails too, the account is reported as not read. Other accounts are not affected."""
    idle: SimpleQueue[_Process] = SimpleQueue()
    for _ in range(workers):
        idle.put(_Process(work))

    def one(cell: Cell) -> bytes:
        process = idle.get()
        try:
            return process.do(cell, dead, stopped)
        finally:
            idle.put(process)

    try:
        yield from _side_by_side(one, cells, workers, progress)
    finally:
        while not idle.empty():
            idle.get().end()


class _Process:
    """One process that does one cell at a time; started when needed, and again after it died."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._pool: ProcessPoolExecutor | None = None

    def do(self, cell: Cell, dead: Dead, stopped: Stopped) -> bytes:
        """The cell's part."""
        for _ in range(TRIES):
            if stopped():
                break
            if self._pool is None:  # spawned: a fork would take along the threads' locks, and what is in memory
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, context, _begin, (self._work,))
            task = self._pool.submit(_do, cell)
            while not stopped():
                try:
                    return task.result(timeout=LOOKS)
                except TimeoutError:
                    continue
                except BrokenProcessPool:
                    break
            self.end()
        if stopped():
            return dead(cell, ENDED, "the run was interrupted")
        return dead(cell, DIED, f"the process that looked at it ended {TRIES} times without an answer (memory?)")

    def end(self) -> None:
        """Kill the process."""
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


_WORK: list[Work] = []
"""In a worker process: its work."""


def _begin(work: Work) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles interrupts
    _WORK[:] = [work]


def _do(cell: Cell) -> bytes:
    return _WORK[0](cell)


def scheduled(
    work: Work,
    cells: Sequence[Cell],
    address: str,
    dead: Dead,
    progress: Progress = quiet,
    stopped: Stopped = _never,
) -> Iterator[Numbered]:
    """The same as tasks of a scheduler of dask.distributed, on whatever machines its workers are.

    A task whose worker dies is done by another; one that several workers died of is told as not read. So is what is
    not done when the scheduler is gone, or has had no worker for so long that none will come. UsageError without the
    package, CloudError where no scheduler answers.
    """
    try:
        import distributed  # noqa: F401 - whether it is there
    except ImportError:
        raise UsageError("--scheduler needs dask.distributed", f"Install it: {command('fleet')}") from None
    with _client(address) as client:
        _same_version(client)
        progress("accounts", 0, len(cells))
        for done, one in enumerate(_Tasks(client, work, dead, stopped).each(cells), 1):
            yield one
            progress("accounts", done, len(cells))


class _Tasks:
    """The cells of a run as tasks of a scheduler."""

    def __init__(self, client: Client, work: Work, dead: Dead, stopped: Stopped) -> None:
        self._client = client
        # a task and not data of the workers: what dies with a worker is made again for the next one
        self._work = client.submit(_same, work, pure=False)
        self._dead = dead
        self._stopped = stopped
        self._alive = _Alive(client)
        self._running: dict[Any, Cell] = {}
        self._ended: SimpleQueue[Any] = SimpleQueue()

    def each(self, cells: Sequence[Cell]) -> Iterator[Numbered]:
        """Each cell's part, in the order in which they are done.

        A scheduler blames every task that a worker had when it died. So those that it gives up are done once more,
        one after the other: what dies then is itself the reason.
        """
        again: list[Cell] = []
        for cell in cells:
            self._begin(cell)
        while self._running:
            cell, part = self._next()
            if part is None:
                again.append(cell)
            else:
                yield cell.number, part
        for cell in sorted(again, key=lambda cell: cell.number):
            self._begin(cell)
            yield (
                cell.number,
                self._next()[1] or self._dead(cell, DIED, "every worker that looked at it ended (memory?)"),
            )

    def _begin(self, cell: Cell) -> None:
        task = self._client.submit(_call, self._work, cell, pure=False)
        self._running[task] = cell
        task.add_done_callback(self._ended.put)

    def _next(self) -> tuple[Cell, bytes | None]:
        """A cell that has ended, and its part; None where the scheduler gave it up since its workers died."""
        while True:
            if why := self._over():
                _, cell = self._running.popitem()
                return cell, self._dead(cell, *why)
            try:
                task = self._ended.get(timeout=LOOKS)
            except Empty:
                continue
            if task in self._running:
                cell = self._running.pop(task)
                return cell, self._result(task, cell)

    def _over(self) -> tuple[tuple[str, str], str] | None:
        """Why nobody does what is not done yet; None where somebody may."""
        if self._stopped():
            return ENDED, "the run was interrupted"
        lost = self._alive.lost()
        return (DIED, lost) if lost else None

    def _result(self, task: Any, cell: Cell) -> bytes | None:
        from distributed.scheduler import KilledWorker

        try:
            found: bytes = task.result()
        except KilledWorker:
            return None
        except Exception as error:  # noqa: BLE001 - a part of drift that a worker lacks, a scheduler that is gone
            why = self._alive.lost() or f"its task failed on the workers: {type(error).__name__}"
            return self._dead(cell, DIED, why)
        return found


class _Alive:
    """Whether somebody is there to do the tasks."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen = self._asked = time.monotonic()
        self._why = ""

    def lost(self) -> str:
        """Why nobody will; empty where somebody may. Once nobody will, that stays so."""
        if not self._why:
            self._why = self._found()
        return self._why

    def _found(self) -> str:
        if self._client.status != "running":
            return "the scheduler is gone"
        now = time.monotonic()
        if now - self._asked < ASKED:
            return ""
        self._asked = now
        try:
            workers = self._client.scheduler_info()["workers"]
        except (OSError, TimeoutError, ValueError):
            return "the scheduler is gone"
        if workers:
            self._seen = now
        return "" if now - self._seen <= NO_WORKERS else f"the scheduler has had no workers for {NO_WORKERS:.0f} s"


def _same(work: Work) -> Work:
    return work


def _call(work: Work, cell: Cell) -> bytes:
    return work(cell)


def _client(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise CloudError(
            f"no scheduler answers at {address}: {type(error).__name__}",
            "Start one with `dask scheduler`, and workers with `dask worker ADDRESS`.",
        ) from None


def _same_version(client: Client) -> None:
    """UsageError where a worker has another version of drift, or none."""
    from drift import __version__

    found: dict[str, Any] = client.run(_version, on_error="return")
    if not found:
        raise CloudError("the scheduler has no workers", "Start some: `dask worker ADDRESS`.")
    for worker, version in sorted(found.items()):
        if version != __version__:
            told = version if isinstance(version, str) else "none"
            raise UsageError(
                f"the worker {worker} has drift {told}, and this is {__version__}", "Install the same version there."
            )


def _version() -> str:
    from drift import __version__

    return __version__


def _side_by_side(do: Work, cells: Sequence[Cell], most: int, progress: Progress) -> Iterator[Numbered]:
    """`do(cell)` for each cell, `most` at a time; a cell begins when another has ended."""
    waiting = iter(cells)
    running: set[Future[Numbered]] = set()

    def one(cell: Cell) -> Numbered:
        return cell.number, do(cell)

    done = 0
    progress("accounts", done, len(cells))
    with ThreadPoolExecutor(max(1, min(most, len(cells))), thread_name_prefix="drift-account") as pool:
        try:
            while True:
                while len(running) < most and (cell := next(waiting, None)) is not None:
                    running.add(pool.submit(one, cell))
                if not running:
                    return
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    done += 1
                    progress("accounts", done, len(cells))
                    yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
