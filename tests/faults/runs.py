"""Runs of drift through the proxy, each held against the run without a fault."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from drift.errors import CloudError
from drift.live.patience import Patience, Patient
from drift.model.drift import Report
from drift.providers.aws.session import BotoApi
from tests.faults.chaos import FAULTS, REFUSED, REGION, SURVIVED, TOLD, TYPES, Proxy, built, chaos
from tests.support.made import write_state
from tests.support.world import lines, moto_server, run, session_for

PATIENCE = 20.0
"""Seconds that one run may take before it ends in a report of what it has."""


@dataclass(frozen=True)
class Run:
    """What came of one run."""

    fault: str
    outcome: str
    """One of chaos.OUTCOME, or `wrong`."""
    wrong: tuple[str, ...]
    seconds: float
    requests: int
    hit: int
    """Answers that the fault touched."""


@dataclass
class Course:
    """The account, the proxy before it, and what drift says without a fault."""

    proxy: Proxy
    state: Path
    expected: list[str]
    clean: Report

    def run(self, fault: str, seed: int = 0, patience: float = PATIENCE) -> Run:
        """One run with a fault."""
        self.proxy.begin(FAULTS[fault], seed)
        began = time.monotonic()
        wrong: tuple[str, ...] = ()
        try:
            report = self.report(patience)
        except CloudError as error:
            outcome = REFUSED
            wrong = () if error.hint else ("it does not say what to do",)
        else:
            wrong = tuple(false(report, self.clean))
            outcome = SURVIVED if lines(report) == self.expected else TOLD
        hit = self.proxy.requests["hit"]
        seconds = time.monotonic() - began
        return Run(fault, "wrong" if wrong else outcome, tuple(wrong), seconds, self.proxy.requests.total(), hit)

    def report(self, patience: float = PATIENCE) -> Report:
        """What drift reports now."""
        api = Patient(BotoApi(boto3.Session("testing", "testing", region_name=REGION)), Patience(patience))
        return run(self.state, api, only=TYPES)


def false(report: Report, clean: Report) -> Iterator[str]:
    """What a report says that is not so, and what it keeps quiet without saying that it was not read."""
    truth = {_name(d): {c.path for c in d.changes} for d in clean.drift}
    said = {_name(d): {c.path for c in d.changes} for d in report.drift}
    for name, paths in said.items():
        if name not in truth:
            yield f"false: {name}"
        elif paths - truth[name]:
            yield f"false: {name} {sorted(paths - truth[name])}"
    silent = [n for n in truth if n not in said or said[n] != truth[n]]
    if silent and not report.incomplete:
        yield f"silent: {silent}"
    if report.in_sync > clean.in_sync:
        yield f"{report.in_sync} in sync, and {clean.in_sync} are"
    unsaid = report.managed - report.in_sync - len([d for d in report.drift if d.desired]) - report.unread_resources
    if unsaid:
        yield f"{unsaid} managed resources of which nothing is said"


def _name(drift: Any) -> str:
    return f"{drift.kind} {drift.resource.address or drift.resource.id}"


@contextmanager
def course(folder: Path, count: int) -> Iterator[Course]:
    """An account with `count` resources of each type, tampered with, behind a proxy. Waiting between retries is short."""
    endpoint, sleep = os.environ.get("AWS_ENDPOINT_URL"), time.sleep
    with moto_server() as url, chaos(url) as proxy:
        state, expected = built(session_for(proxy.url), count)
        path = write_state(state, folder / "terraform.tfstate")
        os.environ["AWS_ENDPOINT_URL"] = proxy.url
        time.sleep = lambda seconds: sleep(min(float(seconds), 0.002))
        try:
            out = Course(proxy, path, expected, Report.__new__(Report))
            out.clean = out.report()
            yield out
        finally:
            time.sleep = sleep
            del os.environ["AWS_ENDPOINT_URL"]
            if endpoint is not None:
                os.environ["AWS_ENDPOINT_URL"] = endpoint


def whole(folder: Path, count: int = 12, seeds: Sequence[int] = (0, 1)) -> list[Run]:
    """Every fault, with several sets of dice."""
    with course(folder, count) as found:
        return [found.run(fault, seed, patience_for(fault)) for fault in FAULTS for seed in seeds]


def patience_for(fault: str) -> float:
    """Seconds that a run with a fault may take; those that never end by themselves end soon."""
    return PATIENCE if "60 %" in fault or "stalled" in fault else 6 * PATIENCE
