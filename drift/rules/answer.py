"""The answer of a rule for one side, and which evidence the drift added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.model.drift import Drift, Severity, Verdict
from drift.model.resource import Resource
from drift.rules.spec import Fact, Fail, Rule, failure
from drift.rules.subject import Subject
from drift.rules.world import Unknown, World


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one rule for one side."""

    verdict: Verdict
    evidence: str = ""
    severity: Severity | None = None
    fail: Fail | None = None
    type: str = ""
    """Of what it is said, where it fails and not every claim of the rule is about all types that it judges."""


ASIDE = Answer("pass", "the rule does not speak of it")
GONE = Answer("fail", "the resource is missing")
UNREAD = Answer("unknown", "it was not read")


def answer_of(rule: Rule, resource: Resource, world: World, drift: Drift | None = None) -> Answer:
    """Run one rule on one side; Needs if something must be read first; any other exception is an error in the rule."""
    subject = Subject(resource, world, drift)
    try:
        found = rule.judge(subject)
    except Unknown as why:
        return Answer("unknown", str(why))
    fail = failure(found)
    if fail is None:
        return ASIDE if found is False else Answer("pass")
    return Answer("fail", fail.text, fail.severity, fail, subject.type if rule.by_type else "")


def added_and_kept(before: Answer, after: Answer) -> tuple[Answer, Answer] | None:
    """The evidence that the drift added, and the rest; None if nothing was added."""
    old, now = (a.fail.facts if a.fail else () for a in (before, after))
    if not old or not now or after.fail is None:
        return None
    new = [more for f in now if (more := f.beyond(old))]
    if not new:
        return None
    kept = [f for f in now if f.beyond(old) is None]
    kept += [f for f in old if f.beyond(now) is None and f.beyond(kept) is not None]
    return _with(after, new), _with(after, kept)


def _with(answer: Answer, facts: Sequence[Fact]) -> Answer:
    fail = replace(answer.fail or Fail(), evidence=tuple(facts))
    return replace(answer, evidence=fail.text if facts else "", fail=fail)
