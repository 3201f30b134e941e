"""Runs a command and says what it took: wall clock, its own CPU time, its peak of memory."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Took(NamedTuple):
    """What one run took; it is of the command itself and of what it waited for."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of the processor, the system's included."""
    memory: int
    """Peak, in megabytes."""
    status: int
    output: str


def run(words: Sequence[str], work: Path, env: Mapping[str, str] | None = None) -> Took:
    """Run it to its end; what it writes goes to a file, so that nothing waits for a reader."""
    out = work / ".bench-output"
    own = dict(os.environ if env is None else env)
    own.pop("PYTHONDONTWRITEBYTECODE", None)  # pip compiles what it installs: no start pays for that
    started = time.monotonic()
    with out.open("w") as file:
        process = subprocess.Popen(words, cwd=work, env=own, stdout=file, stderr=file)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return Took(
        wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, process.returncode, out.read_text()[-4000:]
    )


def best(words: Sequence[str], work: Path, times: int) -> Took:
    """The quickest of several runs."""
    return min((run(words, work) for _ in range(times)), key=lambda t: t.wall)


def machine() -> str:
    """The machine in a line."""
    model = ""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        model = next(
            (line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line), ""
        )
    load = f", load {os.getloadavg()[0]:.1f} at the beginning" if hasattr(os, "getloadavg") else ""
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} x {model or platform.machine()}, {platform.system()} {platform.release()}, {python}{load}"


def drift(*arguments: str) -> list[str]:
    """The command line of drift, in this Python."""
    return [sys.executable, "-m", "drift", *arguments]
