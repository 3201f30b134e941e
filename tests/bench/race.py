"""Compares `terraform plan -refresh-only` with `drift check`, on one simulated AWS.

All use the same moto server (`moto_plus.py`) through the same proxy, which adds latency and counts requests. The stack
(`stack.py`) contains many types. `drift check` also searches for unmanaged resources, which Terraform cannot do: by default in every
service that something shows to be used, with `--all-services` in every supported type, with `--only-state` not at all. Terraform
makes 10 calls side by side unless told otherwise; the last columns compare with that. The simulated AWS is one process of
Python on the same machine: it takes about a millisecond of processor for each request, where AWS has no such limit.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.measure import Took, drift, run
from tests.bench.proxy import slow_proxy
from tests.bench.stack import configuration
from tests.support.world import FAKE, PROVIDER, Terraform, cli_config, endpoint_provider, moto_server

TERRAFORM = "terraform plan -refresh-only"
WIDER = f"{TERRAFORM} -parallelism=30"
CONTESTANTS = {
    TERRAFORM: (),
    WIDER: (),
    "drift check": drift("check", "--state", "terraform.tfstate"),
    "drift check --all-services": drift("check", "--state", "terraform.tfstate", "--all-services"),
    "drift check --only-state": drift("check", "--state", "terraform.tfstate", "--only-state"),
}


class Lap(NamedTuple):
    """One contestant's best run."""

    name: str
    took: Took
    operations: Counter[str]

    @property
    def requests(self) -> int:
        """Requests made, retries included."""
        return sum(self.operations.values())


class Race(NamedTuple):
    """What one size at one latency came to."""

    resources: int
    latency: int
    """Milliseconds."""
    laps: list[Lap]


def race(resources: int, latencies: list[int], times: int) -> list[Race]:
    """Build the stack once, then run everyone at each latency, in turn; the quickest of `times` counts."""
    if cli_config() is None:
        sys.exit("terraform is not on the PATH: there is nothing to race with")
    with tempfile.TemporaryDirectory() as folder, moto_server() as direct:
        work = Path(folder)
        (work / "main.tf").write_text(PROVIDER + endpoint_provider() + configuration(resources))
        terraform = Terraform(work, direct)
        terraform("init", "-input=false")
        terraform("apply", "-auto-approve", "-input=false", "-parallelism=30")
        count = terraform("state", "list").count("\n")
        # with more calls side by side, the latency makes no difference to Terraform: once is enough
        others = [name for name in CONTESTANTS if name != WIDER]
        return [
            Race(count, ms, _laps(work, direct, ms, times, others if n else [*CONTESTANTS]))
            for n, ms in enumerate(latencies)
        ]


def _laps(work: Path, direct: str, latency: int, times: int, names: Sequence[str]) -> list[Lap]:
    laps: dict[str, Lap] = {}
    with slow_proxy(direct, latency / 1000) as (url, counted):
        for _ in range(times):
            for name in names:
                counted.take()
                lap = Lap(name, _run(name, CONTESTANTS[name], work, url), counted.take())
                if name not in laps or lap.took.wall < laps[name].took.wall:
                    laps[name] = lap
    return list(laps.values())


def _run(name: str, words: Sequence[str], work: Path, url: str) -> Took:
    env = {**os.environ, **FAKE, "AWS_ENDPOINT_URL": url}
    if name in (TERRAFORM, WIDER):
        words = [*name.split(), "-input=false", "-no-color"]
        env = Terraform(work, url).env
    took = run(words, work, env)
    if took.status:
        sys.exit(f"{name}: exit {took.status}\n{took.output}")
    return took


def empty(latency: int, times: int) -> list[str]:
    """An account that has nothing, and a state that has nothing, as a table of Markdown."""
    state = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "empty",
        "outputs": {},
        "resources": [],
    }
    names = [name for name in CONTESTANTS if name not in (TERRAFORM, WIDER, "drift check --only-state")]
    with tempfile.TemporaryDirectory() as folder, moto_server() as direct:
        work = Path(folder)
        (work / "terraform.tfstate").write_text(json.dumps(state))
        laps = _laps(work, direct, latency, times, names)
    out = ["| | wall | CPU | requests |", "|---|---|---|---|"]
    return out + [f"| `{x.name}` | {x.took.wall:.1f} s | {x.took.cpu:.1f} s | {x.requests} |" for x in laps]


def table(races: list[Race]) -> list[str]:
    """The races as a table of Markdown."""
    out = [
        "| resources | latency | | wall | CPU | memory | requests | faster than Terraform | fewer requests |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in races:
        theirs = one.laps[0]
        for lap in one.laps:
            took = lap.took
            ratios = (
                "| | |"
                if lap is theirs
                else f"| {theirs.took.wall / took.wall:.1f} x | {theirs.requests / max(lap.requests, 1):.1f} x |"
            )
            out.append(
                f"| {one.resources:,} | {one.latency} ms | `{lap.name}` | {took.wall:.1f} s | {took.cpu:.1f} s "
                f"| {took.memory} MB | {lap.requests:,} {ratios}"
            )
    return out


def operations(races: list[Race], most: int = 12) -> list[str]:
    """The most frequent operations of the last race, by contestant."""
    out = []
    for lap in races[-1].laps if races else []:
        often = ", ".join(f"{name} {n}" for name, n in lap.operations.most_common(most))
        out.append(f"- `{lap.name}`: {often}")
    return out
