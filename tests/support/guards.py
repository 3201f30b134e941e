"""One account in which one guard after the other was taken away, and what drift says of each: told, and found to be a risk.

It is compared four times: with the state as it was before, and after a refresh has recorded what was done, each with its
configuration and without. The cases stand in fixtures/worlds/guards/tamper.py.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from types import ModuleType
from typing import Any

from drift.model.drift import Drift, Report
from drift.provider.installed import installed
from drift.rules.criteria import Criteria
from drift.survey import Scope
from tests.support.absorbed import absorbed, described, tape_of
from tests.support.line import check
from tests.support.world import REGION, RULES, WORLDS, World, attributes

WORLD = World(WORLDS / "guards")
WAYS = ("before, with configuration", "before, state alone", "refreshed, with configuration", "refreshed, state alone")
"""How the account is compared."""
FIRST, LAST = "<!-- guards -->", "<!-- /guards -->"
"""Around the table in docs/accuracy.md."""


@dataclass(frozen=True)
class Row:
    """What became of one change."""

    theme: str
    what: str
    told: Mapping[str, bool]
    """Way -> whether it was told."""
    rule: str
    """Which rule must find it; empty where it is no risk by itself."""
    found: Mapping[str, bool]
    """Way -> whether that rule found it to be introduced."""


@cache
def module() -> ModuleType:
    """tamper.py of the world."""
    spec = importlib.util.spec_from_file_location("tamper_guards", WORLD.path / "tamper.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@cache
def reports() -> Mapping[str, Report]:
    """Way -> what drift says, with the rules."""
    tape = tape_of(WORLD, "tampered")
    types = frozenset(tape.types or installed()) & frozenset(installed())
    out: dict[str, Report] = {}
    for way in WAYS:
        alone = way.endswith("alone")
        state = WORLD.path / "refreshed.tfstate"
        desired = described(WORLD, state, with_configuration=not alone, account=tape.account)
        if way.startswith("refreshed"):
            desired = absorbed(desired, tape, types)
        criteria = Criteria(today=date(2026, 11, 1))
        out[way] = check(
            desired,
            tape,
            installed(),
            Scope(recorded=tape.types),
            rules=RULES,
            criteria=criteria,
            default_region=REGION,
        ).report
    return out


@cache
def rows() -> Mapping[str, Row]:
    """What was done -> what was said of it, for each case."""
    state = attributes(WORLD.path / "refreshed.tfstate")
    out = {}
    for case in module().CASES:
        line = re.sub(r"\{[^}]*\}", "*", module().filled(case.told, state, {}))
        hits = {way: [d for d in report.drift if _tells(d, line)] for way, report in reports().items()}
        found = {way: any(_finds(d, case.rule) for d in drifts) for way, drifts in hits.items()}
        out[case.what] = Row(case.theme, case.what, {w: bool(h) for w, h in hits.items()}, case.rule, found)
    return out


def _tells(drift: Drift, line: str) -> bool:
    kind, what, *path = line.split(" ", 2) if not line.startswith("unmanaged") else [*line.split(" ", 1)]
    if drift.kind != kind:
        return False
    if kind == "unmanaged":
        return fnmatchcase(f"{drift.resource.type} {drift.resource.id}", _literal(what))
    return str(drift.resource.address) == what and (not path or any(c.path == path[0] for c in drift.changes))


def _literal(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _finds(drift: Drift, rule: str) -> bool:
    return any(f.rule == rule and f.effect == "introduced" and f.verdict == "fail" for f in drift.findings)


def section() -> str:
    """The table of docs/accuracy.md."""
    lines = [
        f"{len(rows())} changes that weaken an account, made to one account that real Terraform set up, and compared four",
        "times. *Found* is told, and found by the rule to be introduced. After a refresh a state alone holds what was done",
        "as if it were meant: from it, only strangers are told, and parts of what has parts of its own.",
        "",
        "| what was done | " + " | ".join(WAYS) + " | rule |",
        "|---|" + "---|" * (len(WAYS) + 1),
    ]
    theme = ""
    for row in rows().values():
        if row.theme != theme:
            theme = row.theme
            lines.append(f"| *{theme}* | " + " | ".join("" for _ in WAYS) + " | |")
        marks = (("found" if row.found[w] else "told") if row.told[w] else "-" for w in WAYS)
        lines.append(f"| {row.what} | {' | '.join(marks)} | {f'`{row.rule}`' if row.rule else ''} |")
    sums: Any = [sum(row.told[w] for row in rows().values()) for w in WAYS]
    lines.append("| **told** | " + " | ".join(f"{n} of {len(rows())}" for n in sums) + " | |")
    return "\n".join(lines)
