"""Loading a large state: drift beside `json.load`, time and memory, in one run.

    python -m tests.bench.state [--resources 50000]

Each loader runs in a process of its own on the same file, which is generated first; its peak memory
includes the bytes of the file. `drift` is `drift.desired.state.parse`; `drift, all looked at` decodes
every instance's attributes besides.
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


def made(resources: int) -> dict[str, Any]:
    """A state of that many resources, repeated from those that real Terraform wrote."""
    models: list[dict[str, Any]] = []
    for path in sorted(WORLDS.glob("*/refreshed.tfstate")):
        models += [r for r in json.loads(path.read_text())["resources"] if r["mode"] == "managed"]
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
    started = time.perf_counter()
    kept = LOADERS[name](data)
    seconds = time.perf_counter() - started
    print(json.dumps([seconds, _peak()]))  # noqa: T201
    del kept


def _peak() -> int:
    """Peak resident memory in bytes; `ru_maxrss` would begin with that of the parent (proc(5), VmHWM)."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def main() -> None:
    """Generate, run each loader three times in turn, and print the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=50_000)
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
    print(f"{wanted} resources, {size / 1e6:.0f} MB")  # noqa: T201
    base = best["json"][0]
    for name, (seconds, peak) in best.items():
        against = f"{base / seconds:5.1f} times as fast as json"
        print(f"{name:22} {seconds:6.2f} s  {against}, {peak / size:5.2f} times its size at the peak")  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(*sys.argv[2:4])
    else:
        main()
