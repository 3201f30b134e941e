"""Loading a large state: drift beside `json.load`, time and memory, in one run.

    python -m tests.bench.state [--resources 55000] [--states 300]

Each loader runs in a process of its own on the same file, which is generated first: 55,000 resources of
3.6 kB, as real ones are, make 200 MB. Seconds are of the processor; the peak of memory includes the
interpreter and the bytes of the file. `drift` is `drift.desired.state.parse`; `drift, all looked at` decodes
every instance's attributes besides. Then the same resources in many states, read side by side.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.world import WORLDS

SIZE = 3600
"""Bytes of one resource: what 200 MB are among 55,000."""


def made(resources: int) -> dict[str, Any]:
    """A state of that many resources, repeated from those that real Terraform wrote."""
    models: list[dict[str, Any]] = []
    for path in sorted(WORLDS.glob("*/refreshed.tfstate")):
        models += [r for r in json.loads(path.read_text())["resources"] if r["mode"] == "managed"]
    models.sort(key=lambda m: len(json.dumps(m, indent=2)), reverse=True)
    sizes = [len(json.dumps(m, indent=2)) for m in models]
    enough = next(n for n in range(1, len(sizes) + 1) if n == len(sizes) or sum(sizes[: n + 1]) / (n + 1) < SIZE)
    models = models[:enough]
    repeated = [{**models[i % len(models)], "name": f"r{i}"} for i in range(resources)]
    return {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "bench", "resources": repeated}


def _json(data: bytes) -> object:
    return json.loads(data)


def _drift(data: bytes) -> object:
    from drift.desired import state

    return state.parse(data, "bench")


def _looked_at(data: bytes) -> object:
    from drift.desired import state

    found = state.parse(data, "bench")
    return found, sum(len(i.attributes) for i in found.instances)


LOADERS: dict[str, Callable[[bytes], object]] = {
    "json": _json, "drift": _drift, "drift, all looked at": _looked_at,
}  # fmt: skip


def measure(name: str, path: str) -> None:
    """Run one loader and print seconds and peak memory in bytes."""
    LOADERS[name](b'{"version": 4}')  # its imports are not measured
    data = Path(path).read_bytes()
    started = time.process_time()
    kept = LOADERS[name](data)
    seconds = time.process_time() - started
    print(json.dumps([seconds, _peak()]))  # noqa: T201
    del kept


def _peak() -> int:
    """Peak resident memory in bytes; `ru_maxrss` would begin with that of the parent (proc(5), VmHWM)."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def divide(path: Path, folder: Path, states: int) -> None:
    """The resources of a state in many."""
    whole = json.loads(path.read_bytes())
    folder.mkdir()
    for i in range(states):
        part = {**whole, "lineage": f"bench-{i}", "resources": whole["resources"][i::states]}
        (folder / f"{i}.tfstate").write_text(json.dumps(part, indent=2))


def side_by_side(folder: Path) -> tuple[float, float]:
    """Seconds of the processor to read every state of a directory: drift, and `json.load` one after the other."""
    from drift.desired.load import read_states

    read_states([], {})
    started = time.process_time()
    read, failed = read_states([str(folder)], {})
    seconds = time.process_time() - started
    assert not failed
    assert len(read) == len(list(folder.iterdir()))
    del read
    started = time.process_time()
    kept = [json.loads(f.read_bytes()) for f in sorted(folder.iterdir())]
    beside = time.process_time() - started
    del kept
    return seconds, beside


def main() -> None:
    """Generate, run each loader three times in turn, and print the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=55_000)
    parser.add_argument("--states", type=int, default=300)
    wanted = parser.parse_args().resources
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.tfstate"
        path.write_text(json.dumps(made(wanted), indent=2))
        size = path.stat().st_size
        best: dict[str, tuple[float, float]] = {}
        for _ in range(3):
            for name in LOADERS:
                done = subprocess.run(
                    [sys.executable, "-m", "tests.bench.state", "measure", name, str(path)],
                    capture_output=True, text=True, check=True,
                )  # fmt: skip
                seconds, peak = json.loads(done.stdout)
                best[name] = min(best.get(name, (seconds, peak)), (seconds, peak))
        states = parser.parse_args().states
        divide(path, Path(folder) / "states", states)
        many, beside = side_by_side(Path(folder) / "states")
    print(f"{wanted} resources, {size / 1e6:.0f} MB")  # noqa: T201
    base = best["json"][0]
    for name, (seconds, peak) in best.items():
        against = f"{base / seconds:5.1f} times as fast as json"
        print(f"{name:22} {seconds:6.2f} s  {against}, {peak / size:5.2f} times its size at the peak")  # noqa: T201
    print(f"in {states} states: {many:.2f} s, json {beside:.2f} s ({beside / many:.1f} times as fast)")  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(*sys.argv[2:4])
    else:
        main()
