"""Parsing a repository's configuration: seconds for a thousand lines, cold and cached, and what was lost.

    python -m tests.bench.hcl DIR... [--lost]

`alone` parses in this process without the cache, `cold` side by side into an empty one, `cached` from it. Wall
clock and this process's own CPU time; the size of the cache at last.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from drift.desired.hcl.files import parse_files, parse_text
from drift.desired.hcl.tree import Body, File

SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")


def found(directories: Sequence[Path]) -> list[Path]:
    every = (p for d in directories for p in sorted(d.rglob("*")))
    return [p for p in every if p.name.endswith(SUFFIXES) and p.is_file() and not p.is_symlink()]


def _alone(paths: Sequence[Path]) -> list[File]:
    return [parse_text(p.read_bytes().decode("utf-8", "surrogateescape"), str(p)) for p in paths]


def measured(name: str, parse: Callable[[Sequence[Path]], list[File]], paths: Sequence[Path], lines: int) -> list[File]:
    wall, cpu = time.perf_counter(), time.process_time()
    files = parse(paths)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    per = 1000 / max(lines, 1)
    print(f"{name:8}{wall:9.2f} s{cpu:9.2f} s CPU{wall * per:9.4f} s per 1000 lines{cpu * per:9.4f} s CPU")  # noqa: T201
    return files


def blocks(body: Body) -> int:
    return sum(1 + blocks(b.body) for b in body.blocks)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", type=Path)
    parser.add_argument("--lost", action="store_true", help="say what was lost, and why")
    chosen = parser.parse_args()
    paths = found(chosen.directories)
    lines = sum(p.read_bytes().count(b"\n") for p in paths)
    print(f"{len(paths)} files, {lines} lines, {os.cpu_count()} CPUs")  # noqa: T201
    with tempfile.TemporaryDirectory() as cache:
        os.environ["DRIFT_CACHE"] = cache
        alone = measured("alone", _alone, paths, lines)
        cold = measured("cold", parse_files, paths, lines)
        cached = measured("cached", parse_files, paths, lines)
        size = sum(p.stat().st_size for p in Path(cache).rglob("*") if p.is_file())
    lost = [(f.path, one) for f in alone for one in f.lost]
    whole = [f for f in alone if f.lost and not f.body.blocks and not f.body.attributes]
    top = sum(len(f.body.blocks) for f in alone)
    every = sum(blocks(f.body) for f in alone)
    print(f"{top} top-level blocks, {every} with nested ones; {len(lost)} lost; {len(whole)} files lost as a whole")  # noqa: T201
    print(f"the cache holds {size / 1e6:.1f} MB")  # noqa: T201
    for path, one in lost if chosen.lost else ():
        print(f"{path}:{one.line}-{one.end_line} {one.header}: {one.reason}")  # noqa: T201
    return 0 if alone == cold == cached else 1


if __name__ == "__main__":
    sys.exit(main())
