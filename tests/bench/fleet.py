"""Measures runs of many accounts on an organisation that is made up: python -m tests.bench.fleet [N…]

Each account has 102 resources in three regions, a state, and a recording that answers in the place of AWS. Writes the
figures into docs/fleet.md. What is measured is work: seconds of a processor, requests and memory. Waiting for AWS is
not in it.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drift.fleet.shard import Head, content
from drift.report.rows import Lines, line
from drift.report.wire import decode
from tests.support.fleet import Made, make, number

PAGE = Path(__file__).parents[2] / "docs" / "fleet.md"
BEGIN, END = "<!-- measured: python -m tests.bench.fleet -->\n", "<!-- end -->\n"
REGIONS = ("eu-west-1", "us-east-1", "us-west-2")
EACH = 34
"""Managed resources in each region of an account."""
SHARDS = 4
DRIFTED = 1_000
"""Drifted resources of each account, where merging alone is measured."""
WORKING = 0.5
"""Seconds of a processor after which a worker is at work and no longer beginning."""


@dataclass(frozen=True)
class Run:
    """What one process took, with those that it began."""

    processor: float
    """Seconds of a processor."""
    peak: float
    """The most memory that one of the processes had, in MiB."""
    out: bytes
    status: int


def run(arguments: Sequence[str], meanwhile: Callable[[int], None] | None = None) -> Run:
    """Run drift; `meanwhile` gets the id of the process."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([sys.executable, "-m", "drift", *arguments], stdout=out)
        if meanwhile is not None:
            threading.Thread(target=meanwhile, args=(process.pid,), daemon=True).start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read(), process.returncode)


class Killer:
    """Kills the first worker process that begins, once it works."""

    killed = ""

    def __call__(self, parent: int) -> None:
        with contextlib.suppress(OSError):  # the run has ended
            while not self.killed:
                for child in self._children(parent):
                    if _worked(child) > WORKING:
                        os.kill(int(child), signal.SIGKILL)
                        self.killed = child
                        break
                time.sleep(0.01)

    @staticmethod
    def _children(parent: int) -> list[str]:
        threads = Path(f"/proc/{parent}/task").iterdir()
        every = [child for thread in threads for child in (thread / "children").read_text().split()]
        return [c for c in every if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


def _worked(process: str) -> float:
    """Seconds of a processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def requests(out: bytes) -> int:
    return int(json.loads(out)["api_calls"]["total"])


def sizes(counts: Sequence[int]) -> list[str]:
    """The table of runs in one process and in shards."""
    titles = (
        "accounts", "resources", "requests", "processor, one process", "for each account", "memory",
        f"processor, {SHARDS} shards with merging", "memory of a shard", "memory of `drift merge`",
    )  # fmt: skip
    rows = [f"| {' | '.join(titles)} |", "|---:" * len(titles) + "|"]
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            made = make(Path(folder), count, REGIONS, EACH)
            whole = run([*made.arguments, "--format", "json"])
            parts = [f"{folder}/part-{n}.jsonl" for n in range(1, SHARDS + 1)]
            shards = [
                run([*made.arguments, "--shard", f"{n}/{SHARDS}", "--output", part]) for n, part in enumerate(parts, 1)
            ]
            merged = run(["merge", *parts, "--format", "json"])
            if merged.out != whole.out:
                raise SystemExit("the merged report differs from that of one run")
            divided = sum(s.processor for s in shards) + merged.processor
            rows.append(
                f"| {count:,} | {count * EACH * len(REGIONS):,} | {requests(whole.out):,} | {whole.processor:.1f} s | "
                f"{whole.processor / count:.2f} s | {whole.peak:.0f} MiB | {divided:.1f} s | "
                f"{max(s.peak for s in shards):.0f} MiB | {merged.peak:.0f} MiB |"
            )
            sys.stdout.write(f"{rows[-1]}\n")
    return rows


def merging(counts: Sequence[int]) -> list[str]:
    """The table of merging parts in which very much drifted: a report of one account, told of each of so many."""
    titles = ("accounts", "drifted resources", "parts", "processor", "memory of `drift merge`")
    rows = [f"| {' | '.join(titles)} |", "|---:|---:|---|---:|---:|"]
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            for kind in ("jsonl", "parquet"):
                # in a process of its own: what this one holds would count as the memory of those that it begins
                with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                    parts = pool.submit(drifted, Path(folder), count, kind).result()
                out = f"{folder}/drift.json"
                done = run(["merge", *map(str, parts), "--format", f"json={out}", "--fail-on", "severity>=high"])
                if done.status not in (0, 1):
                    raise SystemExit("the parts could not be merged")
                rows.append(
                    f"| {count:,} | {count * DRIFTED:,} | {'JSON' if kind == 'jsonl' else 'Parquet'} | "
                    f"{done.processor:.0f} s | {done.peak:.0f} MiB |"
                )
                sys.stdout.write(f"{rows[-1]}\n")
    return rows


def drifted(folder: Path, accounts: int, kind: str) -> list[Path]:
    """The parts of a run over so many accounts, each with DRIFTED resources that drifted."""
    made = make(folder / kind, 2, REGIONS, 1)
    part = folder / "one.jsonl"
    run([*made.arguments, "-a", "account-1", "--shard", "1/1", "--output", str(part)])
    first, *lines = part.read_bytes().splitlines()
    found = [json.loads(line) for line in lines]
    about = next(row["entry"] for row in found if row["list"] == "part")
    drift = next(json.dumps(r["entry"]) for r in found if r["list"] == "drift" and r["entry"]["kind"] == "modified")
    short = json.dumps({**about, "counts": {"drift": DRIFTED}})
    head = json.loads(first) | {"of": SHARDS, "cells": accounts}
    files = []
    for n in range(SHARDS):
        rows = Lines()
        for cell in range(n, accounts, SHARDS):
            id_ = number(cell)
            told = short.replace(made.ids[1], id_).replace('"number": 0', f'"number": {cell}')
            rows.add([line(cell, "part", told.encode())])
            each = drift.replace(made.ids[1], id_)
            rows.add(line(cell, "drift", each.replace("q0", f"queue-{i}").encode()) for i in range(DRIFTED))
        file = folder / f"part-{n}.{kind}"
        with file.open("wb") as out:
            write = content(decode(Head, head | {"shard": n + 1}), rows, parquet=kind == "parquet")
            write(out)  # type: ignore[operator]
        files.append(file)
    return files


def entries(out: bytes, but: str = "") -> Any:
    report = json.loads(out)
    return [d for d in report["drift"] if d["account"] != but], [a for a in report["accounts"] if a["account"] != but]


def failures() -> list[str]:
    """What a killed worker and an account without rights change."""
    with tempfile.TemporaryDirectory() as folder:
        made: Made = make(Path(folder), 10, REGIONS, EACH)
        whole = run([*made.arguments, "--format", "json"])
        killer = Killer()
        killed = run([*made.arguments, "--format", "json", "--workers", "2"], killer)
        if not killer.killed:
            raise SystemExit("no worker was killed: the run was over before")
        same = "the same report, byte for byte" if killed.out == whole.out else "ANOTHER REPORT"
        lost = made.ids[4]
        (made.folder / "tapes" / f"{lost}.jsonl").unlink()
        denied = run([*made.arguments, "--format", "json", "--fail-on", "none"])
        others = entries(denied.out, lost) == entries(whole.out, lost)
        shutil.rmtree(made.folder / "tapes")
    kept = "every entry" if others else "NOT every entry"
    return [
        f"- A worker killed while it worked, of two (10 accounts): {same}. Memory of a worker: {killed.peak:.0f} MiB.",
        f"- One account of 10 without rights: {kept} of the other nine is unchanged; exit status {denied.status}.",
    ]


def main(counts: Sequence[int]) -> None:
    told = f"Merging {SHARDS} parts into a JSON report, with {DRIFTED:,} drifted resources in each account:"
    rows = [*sizes(counts), "", *failures(), "", told, "", *merging(counts)]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n\n{END}{after}", encoding="utf-8")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10, 100])
