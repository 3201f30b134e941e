"""drift beside Prowler on one planted account (tests.bench.planted): found, missed, false, time and requests.

    python -m tests.bench.prowler --prowler PATH       asks both, and keeps the figures in tests/bench/prowler.json
    python -m tests.support.pages                      writes docs/prowler.md from them

The account is made in order and both look at it, through a proxy that counts; it is tampered with, and both look again.
Prowler runs the checks that the planted rules answer to, in one region: all of its checks would be more requests, and
fail where moto has no such operation.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drift.providers.aws.rules import built_in
from tests.bench.planted import PLANTS, Plant, build, tamper
from tests.bench.proxy import Counted, slow_proxy
from tests.support.world import FAKE, REGION, moto_server, session_for

FIGURES = Path(__file__).with_name("prowler.json")
Said = list[tuple[str, frozenset[str]]]
"""What one tool flags: (rule or check, the names of the resource)."""


def environment(url: str) -> dict[str, str]:
    return {**os.environ, **FAKE, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}


def drift_says(url: str, folder: Path, *words: str) -> Said:
    """The findings that fail; without `words`, of what drifted those alone that the drift introduced."""
    state = str(folder / "terraform.tfstate")
    done = subprocess.run(
        [sys.executable, "-m", "drift", "check", "--state", state, "--format", "json", *words],
        env=environment(url), capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode in (0, 1, 3), done.stderr
    report = json.loads(done.stdout)
    out: Said = []
    for one in [*report["drift"], *report["posture"]]:
        resource = one if "kind" in one else one.get("resource") or {}
        names = frozenset(str(resource[n]) for n in ("id", "name", "arn", "address") if resource.get(n))
        failing = [f for f in one["findings"] if f["verdict"] == "fail" and (words or f["effect"] == "introduced")]
        out += [(f["rule"], names | {f["evidence"]}) for f in failing]
    return out


def prowler_says(prowler: str, checks: Iterable[str], url: str, folder: Path) -> Said:
    """The checks that fail."""
    words = ["aws", "--region", REGION, "-b", "-z", "--no-color", "-M", "json-ocsf", "-o", str(folder), "-F", "found"]
    done = subprocess.run(
        [prowler, *words, "--scan-unused-services", "-c", *checks],
        env=environment(url), capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    file = folder / "found.ocsf.json"
    assert file.is_file(), done.stdout[-2000:] + done.stderr[-2000:]
    out: Said = []
    for finding in json.loads(file.read_text()):
        if finding["status_code"] == "FAIL":
            told = {
                finding.get("status_detail") or "",
                *(str(r.get(n)) for r in finding["resources"] for n in ("uid", "name")),
            }
            out.append((finding["metadata"]["event_code"], frozenset(told)))
    file.unlink()
    return out


WHOLE_ACCOUNT = frozenset(
    {"aws_iam_account_password_policy", "aws_ebs_encryption_by_default", "aws_guardduty_detector"}
)
"""Types of which there is one, so that whatever is said of one is said of the plant."""


def flagged(plant: Plant, said: Said, answers: Iterable[str], names: frozenset[str]) -> bool:
    """Whether a tool says what it should of a plant."""
    wanted = frozenset(answers)
    for what, of in said:
        if what in wanted and (plant.type in WHOLE_ACCOUNT or any(name in told for name in names for told in of)):
            return True
    return False


def known_checks(prowler: str) -> set[str]:
    """The checks this Prowler has."""
    done = subprocess.run([prowler, "aws", "--list-checks-json"], capture_output=True, text=True, check=False)
    return {check for checks in json.loads(done.stdout[done.stdout.index("{") :]).values() for check in checks}


def version(prowler: str) -> str:
    """As it tells it itself."""
    done = subprocess.run([prowler, "--version"], capture_output=True, text=True, check=False)
    return next((w for w in done.stdout.split() if w[:1].isdigit()), "?")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--prowler", default="prowler")
    prowler = parser.parse_args().prowler
    rules, known = {r.id: r for r in built_in()}, known_checks(prowler)
    claims = {p.rule: sorted(c for c in rules[p.rule].prowler if c in known) for p in PLANTS}
    checks = sorted({c for each in claims.values() for c in each})
    cost: dict[str, dict[str, float]] = {}

    def timed(what: str, counted: Counted, ask: Callable[[], Said]) -> Said:
        counted.take()
        began = time.monotonic()
        said = ask()
        cost[what] = {"seconds": round(time.monotonic() - began, 1), "requests": sum(counted.take().values())}
        return said

    with moto_server() as server, slow_proxy(server, 0) as (url, counted), tempfile.TemporaryDirectory() as name:
        folder, aws = Path(name), session_for(server)
        state, had = build(aws)
        (folder / "terraform.tfstate").write_text(state)
        before = dict[str, Said]()
        whole = ("--judge", "all,account")
        before["drift"] = drift_says(url, folder, *whole)
        before["prowler"] = prowler_says(prowler, checks, url, folder)
        names = tamper(aws, had)
        alone = timed("drift, what drifted", counted, lambda: drift_says(url, folder))
        timed("drift, all judged", counted, lambda: drift_says(url, folder, *whole))
        after = timed("Prowler", counted, lambda: prowler_says(prowler, checks, url, folder))
    rows = []
    for plant in PLANTS:
        mine, theirs, of = (plant.rule,), claims[plant.rule], names[plant.rule]
        rows.append(
            {
                "line": plant.line, "rule": plant.rule, "type": plant.type, "by_hand": plant.good is None, "checks": theirs,
                "drift": flagged(plant, alone, mine, of),
                "drift_before": plant.good is not None and flagged(plant, before["drift"], mine, of),
                "prowler": flagged(plant, after, theirs, of),
                "prowler_before": plant.good is not None and flagged(plant, before["prowler"], theirs, of),
            }
        )  # fmt: skip
    figures: Mapping[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(), "prowler": version(prowler), "checks": len(checks),
        "rules": len(rules), "cost": cost, "plants": rows,
    }  # fmt: skip
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({k: v for k, v in figures.items() if k != "plants"}, indent=1))  # noqa: T201
    for row in rows:
        print(row["rule"], {k: row[k] for k in ("drift", "drift_before", "prowler", "prowler_before")})  # noqa: T201


if __name__ == "__main__":
    main()
