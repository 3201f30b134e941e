"""Since when it has drifted, in every format, and as what fails a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drift.cli.options.policy import Policy, status
from drift.model.drift import Drift, Report, Since
from drift.report.wording import sentence
from tests.report.test_report_formats import REPORT, rendered

SEEN = Since("2025-12-24T08:30:00Z", "first seen")
MADE = Since("2026-01-01T03:04:05Z", "event")


def aged(*since: Since | None) -> Report:
    return replace(REPORT, drift=tuple(replace(d, since=s) for d, s in zip(REPORT.drift, since, strict=True)))


SENTENCES = ("github", "gitlab", "junit", "sarif", "ocsf", "table", "markdown", "github-summary", "html")


@pytest.mark.parametrize("format_", SENTENCES)
def test_people_read_since_when(format_: str) -> None:
    text = rendered(format_, aged(SEEN, MADE, None))

    assert "irst seen 2025-12-24 08:30 UTC" in text
    assert "ince 2026-01-01 03:04 UTC" in text
    assert rendered(format_).count("ince 20") == 0


def test_programs_read_the_time_and_what_it_goes_by() -> None:
    report = aged(SEEN, MADE, None)

    assert '"since": {' in rendered("json", report)
    assert '"at": "2025-12-24T08:30:00Z"' in rendered("json", report)
    assert ",2025-12-24T08:30:00Z,first seen" in rendered("csv", report)
    assert rendered("csv", report).splitlines()[-1].endswith(",,")
    assert '"since": "2026-01-01T03:04:05Z"' in rendered("ocsf", report)
    assert 'drift_oldest_seconds{kind="modified"} 86400' in rendered("prometheus", report)
    assert 'drift_oldest_seconds{kind="unmanaged"}' not in rendered("prometheus", report)


def kinds(policy: str, report: Report) -> list[str]:
    return [d.kind for d in Policy.parse([policy]).failing(report)]


@pytest.mark.parametrize(
    ("policy", "failing"),
    [
        ("age>7d", ["missing", "unmanaged"]),  # of unknown age: it may be older
        ("age>1w", ["missing", "unmanaged"]),
        ("age>24h", ["missing", "unmanaged"]),  # older, and not as old
        ("age>23h", ["missing", "modified", "unmanaged"]),
        ("age>30d", ["unmanaged"]),
        ("missing,age > 7d", ["missing"]),
        ("unmanaged,age>7d,region=us-*", []),
        ("none", []),
    ],
)
def test_only_what_is_older_fails(policy: str, failing: list[str]) -> None:
    report = aged(SEEN, MADE, None)

    assert kinds(policy, report) == failing
    assert status(report, Policy.parse([policy])) == int(bool(failing))


def test_a_time_of_a_saved_report_may_be_any_text() -> None:
    odd = aged(Since("2026-01-01", "event"), Since("yesterday\x1b[2J", "event"), None)

    assert kinds("age>30d", odd) == ["missing", "modified", "unmanaged"]
    assert "\x1b" not in sentence(odd.drift[1])


def test_a_change_is_the_same_however_old() -> None:
    drift: Drift = REPORT.drift[1]

    assert replace(drift, since=SEEN).fingerprint == drift.fingerprint
