"""Tries every fault, fuzzes every reader, loads drift, and writes docs/reliability.md: python -m tests.faults

It takes a quarter of an hour. `--fuzz SECONDS` is for each reader, `--load RESOURCES` the size of the state.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from drift.model.bounds import BOUNDS
from drift.report import FORMATS
from tests.faults.canaries import CANARIES
from tests.faults.chaos import REFUSED, SURVIVED, TOLD, TYPES
from tests.faults.fuzz import TARGETS, Found, fuzz
from tests.faults.runs import Run, whole

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
COUNT, SEEDS = 12, (0, 1)
MEANS = {
    SURVIVED: "the verdicts of the run without it",
    TOLD: "some of these verdicts; the rest is reported as *not read*",
    REFUSED: "no report, and an error that says why",
    "wrong": "**a false verdict**",
}


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fuzz", type=float, default=30, metavar="SECONDS")
    parser.add_argument("--load", type=int, default=200_000, metavar="RESOURCES")
    wanted = parser.parse_args()
    os.environ["DRIFT_CACHE"] = "off"
    with tempfile.TemporaryDirectory(prefix="drift-faults-") as name:
        folder = Path(name)
        runs = whole(folder, COUNT, SEEDS)
        fuzzed = {}
        for target, kind in TARGETS.items():
            (folder / "found").mkdir(exist_ok=True)
            fuzzed[target] = fuzz(kind, wanted.fuzz, folder / "found")
            sys.stdout.write(f"{target}: {fuzzed[target]}\n")
        loads = list(load(folder, wanted.load))
    PAGE.write_text(page(runs, fuzzed, loads, wanted.load), encoding="utf-8")
    return int(any(r.wrong for r in runs) or any(f.places for f in fuzzed.values()))


def load(folder: Path, resources: int) -> Iterator[tuple[str, float, int, int]]:
    """(format, CPU seconds, peak memory in MiB, size in MiB) of a check whose every resource is missing."""
    state, tape = folder / "large.tfstate", folder / "large.jsonl"
    with state.open("w") as file:
        file.write('{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": [')
        file.write(",".join(json.dumps(_queue(n)) for n in range(resources)))
        file.write("]}")
    head: Mapping[str, Any] = {
        "tape": 2, "account": "123456789012", "region": "us-east-1", "started_at": "2026-01-01T00:00:00Z",
        "duration_seconds": 1.0, "api_calls": {}, "types": ["aws_sqs_queue"],
    }  # fmt: skip
    listed = {"op": "sqs:ListQueues", "asked": [{"MaxResults": 1000}], "pages": [{}]}
    tape.write_text(f"{json.dumps(head)}\n{json.dumps(listed)}\n")
    for name in ("json", "ocsf", "csv", "html", "table"):
        out, log = folder / f"large.{name}", folder / "log"
        words = ["check", "--state", state, "--replay", tape, "--only", "aws_sqs_queue", "--no-config"]
        command = [sys.executable, "-m", "drift", *words, "--format", f"{name}={out}", "--log-file", log]
        subprocess.run(list(map(str, command)), check=False, stdout=subprocess.DEVNULL)
        ended = json.loads(log.read_text().splitlines()[-1])
        yield name, ended["cpu_seconds"], ended["peak_memory_kib"] >> 10, out.stat().st_size >> 20


def _queue(number: int) -> Mapping[str, Any]:
    name = f"queue-{number:06d}"
    url = f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"
    attributes = {
        "id": url, "url": url, "name": name, "arn": f"arn:aws:sqs:us-east-1:123456789012:{name}",
        "visibility_timeout_seconds": 30, "delay_seconds": 0, "tags": {"Team": "a", "Index": str(number)},
    }  # fmt: skip
    return {
        "mode": "managed", "type": "aws_sqs_queue", "name": f"q{number}",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 0, "attributes": attributes}],
    }  # fmt: skip


def page(runs: list[Run], fuzzed: Mapping[str, Found], loads: list[tuple[str, float, int, int]], resources: int) -> str:
    """The page, from what was measured."""
    by_fault: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_fault[run.fault].append(run)
    false = sum(bool(r.wrong) for r in runs)
    said = [
        "# Reliability",
        "",
        (
            "Measured by `python -m tests.faults`, which writes this page. A small part of it runs in every test run; "
            "`DRIFT_FAULTS=all pytest tests/faults` runs all faults as tests."
        ),
        (
            f"This page: {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
            f"{os.cpu_count()} cores."
        ),
        "",
        "## Faults between drift and AWS",
        "",
        (
            f"An account with {COUNT} resources of each of {len(TYPES)} types (every protocol that AWS uses) was changed by "
            "hand in twelve places. A proxy stands between drift and the simulated AWS and spoils responses; listings have "
            "one entry per page. Each run is compared with the run without a fault."
        ),
        "",
        f"{len(by_fault)} faults, {len(runs)} runs: {false} with a false verdict.",
        "",
        "| fault | responses affected | result |",
        "|---|---:|---|",
    ]
    for fault, found in by_fault.items():
        results = " or ".join(sorted({MEANS["wrong" if r.wrong else r.outcome] for r in found}))
        said.append(f"| {fault} | {sum(r.hit for r in found):,} of {sum(r.requests for r in found):,} | {results} |")
    said += [
        "",
        (
            "The tests in `tests/faults` also give every operation of the catalogue broken bodies, send signals to a run that "
            "hangs, fill a disk, and run against endpoints that are not AWS."
        ),
        "",
        "## Fuzzing",
        "",
        (
            "Coverage-guided: damaged input that reaches new code is damaged further (`python -m tests.faults.fuzz "
            "--seconds N`; with `--atheris`, libFuzzer guides it). Each input must be read, or refused with an error message, "
            "within seconds."
        ),
        "",
        "| input | inputs tried | kept for new coverage | crashes or hangs |",
        "|---|---:|---:|---:|",
    ]
    said += [f"| {name} | {f.inputs:,} | {f.kept:,} | {len(f.places)} |" for name, f in fuzzed.items()]
    said += [
        "",
        "## Secrets",
        "",
        (
            f"{len(CANARIES)} canaries: secrets of every known form in states, configurations, live answers, environment "
            f"variables and addresses. `tests/faults/test_canaries.py` searches for them in all {len(FORMATS)} formats at every "
            "verbosity, in `explain`, `graph` and `export`, in baselines, caches, recordings, logs and error messages. "
            "Found: none."
        ),
        "",
        "## Load",
        "",
        f"A state with {resources:,} resources, none of which is in the account: {resources:,} verdicts.",
        "",
        "| format | CPU seconds | peak memory | report |",
        "|---|---:|---:|---:|",
    ]
    said += [f"| `{name}` | {seconds:.0f} | {memory:,} MiB | {size:,} MiB |" for name, seconds, memory, size in loads]
    said += [
        "",
        (
            f"Formats for people (`table`, `markdown`, `html`) list the first {BOUNDS['shown'].default:,} resources of each "
            "kind, the worst first, and say how many more are in the JSON report."
        ),
        "",
        "## Bounds",
        "",
        f"{len(BOUNDS)} bounds limit what drift reads and how long: see [bounds.md](bounds.md).",
    ]
    return "\n".join(said) + "\n"


if __name__ == "__main__":
    sys.exit(main())
