"""Frameworks as data: lists of controls, which rules answer to them, and what a run says of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property

import msgspec

from drift.errors import UsageError
from drift.model.drift import Control, ControlAnswer
from drift.rules.spec import Rule


class Listed(msgspec.Struct, frozen=True):
    """One control of a framework."""

    id: str
    title: str
    checks: tuple[str, ...] = ()
    """The checks of Prowler that it consists of, all of which must pass."""
    manual: bool = False
    """Whether its authors say that a person has to look."""
    retired: bool = False
    """Whether its authors took it back."""


class Framework(msgspec.Struct, frozen=True, dict=True):
    """A framework in one version, with the source of its list."""

    id: str
    title: str
    version: str
    source: str
    controls: tuple[Listed, ...]
    told: bool = False
    """Whether findings name its controls unasked. Those of broad frameworks are dozens for one rule."""

    @cached_property
    def by_check(self) -> Mapping[str, tuple[str, ...]]:
        """Check of Prowler -> the controls that it is part of."""
        found: dict[str, list[str]] = defaultdict(list)
        for control in self.controls:
            for check in control.checks:
                found[check].append(control.id)
        return {check: tuple(ids) for check, ids in found.items()}

    def of_claim(self, claim: str) -> tuple[str, ...]:
        """The controls that a claim answers to: one of these, or a check that some consist of."""
        return (claim,) if claim in self.ids else self.by_check.get(claim, ())

    @cached_property
    def ids(self) -> frozenset[str]:
        """The controls that a rule may answer to."""
        return frozenset(c.id for c in self.controls if not c.retired)


def read(data: bytes) -> Framework:
    """A framework of its file."""
    return msgspec.json.decode(data, type=Framework)


def answering(
    rules: Iterable[Rule], frameworks: Sequence[Framework], about: Mapping[str, Sequence[str]] | None = None
) -> list[Rule]:
    """The rules with the controls that they answer to: those claimed by id, and those of the checks claimed.

    `about` says of claims, or of how they begin up to a `_` or `.`, what types they are about, with `*`; the longest
    that fits holds. A claim that is about none of a rule's types is about all of them.
    """
    out = []
    for rule in rules:
        by_claim = {
            claim: {f.id: ids for f in frameworks if (ids := f.of_claim(claim))}
            for claim in (*rule.security_hub, *rule.prowler)
        }
        of = {f.id: dict.fromkeys(i for ids in by_claim.values() for i in ids.get(f.id, ())) for f in frameworks}
        controls = {name: tuple(ids) for name, ids in of.items() if ids}
        told = frozenset(f.id for f in frameworks if f.told)
        by_type = _by_type(rule, about or {})
        out.append(replace(rule, controls=controls, by_claim=by_claim, by_type=by_type, told=told))
    return out


def _by_type(rule: Rule, about: Mapping[str, Sequence[str]]) -> Mapping[str, frozenset[str]]:
    """Type -> the claims that are about it, where those are not all of a rule's."""
    claims = frozenset((*rule.security_hub, *rule.prowler))
    of: dict[str, frozenset[str]] = {}
    for claim in claims:
        starts = (claim, *(claim[:end] for end in range(len(claim) - 1, 0, -1) if claim[end - 1] in "_."))
        begins = next((start for start in starts if start in about), "")
        fits = {t for t in rule.types if any(fnmatchcase(t, wanted) for wanted in about.get(begins, ("*",)))}
        for type_ in fits or rule.types:
            of[type_] = of.get(type_, frozenset()) | {claim}
    return {type_: of.get(type_, frozenset()) for type_ in rule.types if of.get(type_, frozenset()) != claims}


def named(wanted: Iterable[str], frameworks: Sequence[Framework]) -> list[Framework]:
    """The frameworks that one asked for: `cis-v5`, `cis-5`; UsageError for one that there is not."""
    known = {f.id: f for f in frameworks} | {f.id.replace("-v", "-"): f for f in frameworks}
    out = []
    for name in wanted:
        if name not in known:
            raise UsageError(f"no framework {name!r}", f"There are: {', '.join(f.id for f in frameworks)}.")
        out.append(known[name])
    return out


@dataclass(frozen=True, slots=True)
class Answered:
    """What one rule said in a run: how many resources passed and failed it, and why something could not be told."""

    passed: int = 0
    failed: int = 0
    unknown: str = ""
    claims: Mapping[str, int] = field(default_factory=dict)
    """Of what failed: claim of the rule -> how often it was this one; `` where all its claims failed."""

    def __add__(self, other: Answered) -> Answered:
        claims = Counter(self.claims) + Counter(other.claims)
        return Answered(self.passed + other.passed, self.failed + other.failed, self.unknown or other.unknown, claims)

    def failing(self, rule: Rule, framework: str, control: str) -> int:
        """How many resources fail what the rule says of one control."""
        of = (n for c, n in self.claims.items() if not c or control in rule.by_claim.get(c, {}).get(framework, ()))
        return min(self.failed, sum(of))


def together(several: Iterable[Mapping[str, Answered]]) -> dict[str, Answered]:
    """What rules said in several surveys."""
    out: dict[str, Answered] = {}
    for answers in several:
        for rule, answer in answers.items():
            out[rule] = out.get(rule, Answered()) + answer
    return out


ONLY_DRIFT = "what is in sync was not judged: --judge all,account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a run, or a part of one, says of one control. Parts are added up."""

    framework: str
    id: str
    title: str
    failures: Mapping[str, int] = field(default_factory=dict)
    """Each rule that answers to it -> how many resources fail what it says of this control."""
    passed: int = 0
    unknown: str = ""
    """Why a rule could not tell."""
    open: str = ""
    """Why the control cannot be told although nothing fails it: no rule decides it."""

    def __add__(self, other: Tally) -> Tally:
        failures = {rule: n + other.failures.get(rule, 0) for rule, n in self.failures.items()}
        return replace(
            self, failures=failures, passed=self.passed + other.passed, unknown=self.unknown or other.unknown
        )

    @property
    def control(self) -> Control:
        """The control with its answer."""
        answer: ControlAnswer = "undecided"
        if any(self.failures.values()):
            answer, why = "failed", ", ".join(f"{rule}: {count}" for rule, count in self.failures.items() if count)
        elif self.open or self.unknown:
            why = self.open or self.unknown
        else:
            answer, why = "passed", f"{self.passed} passed" if self.passed else "there is nothing of it"
        return Control(self.framework, self.id, self.title, answer, why, tuple(self.failures))


def answers(
    frameworks: Sequence[Framework],
    rules: Sequence[Rule],
    said: Mapping[str, Answered],
    judged: Collection[str],
) -> tuple[Control, ...]:
    """Each control of some frameworks with its answer."""
    return tuple(tally.control for tally in tallies(frameworks, rules, said, judged))


def tallies(
    frameworks: Sequence[Framework],
    rules: Sequence[Rule],
    said: Mapping[str, Answered],
    judged: Collection[str],
) -> tuple[Tally, ...]:
    """Each control of some frameworks with what the rules say of it: it failed, it passed, or why that cannot be told.

    `said` is what each rule answered, `judged` what was judged: a control passes only where everything was.
    """
    whole = {"all", "account"} <= set(judged)
    out = []
    for framework in frameworks:
        of: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            for id_ in rule.controls.get(framework.id, ()):
                of[id_].append(rule)
        out += [_tally(framework.id, c, of[c.id], said, whole=whole) for c in framework.controls if not c.retired]
    return tuple(out)


def _tally(
    framework: str, control: Listed, rules: Sequence[Rule], said: Mapping[str, Answered], *, whole: bool
) -> Tally:
    mine = {rule.id: said.get(rule.id, Answered()) for rule in rules}
    decided = {check for rule in rules for check in rule.prowler}
    missing = sorted(set(control.checks) - decided)
    why = "" if whole else ONLY_DRIFT
    if not rules:
        why = "a person has to look" if control.manual or not control.checks else "no rule decides it"
    elif missing:
        why = f"no rule decides {', '.join(missing)}"
    return Tally(
        framework=framework,
        id=control.id,
        title=control.title,
        failures={rule.id: mine[rule.id].failing(rule, framework, control.id) for rule in rules},
        passed=sum(a.passed for a in mine.values()),
        unknown=next((f"{id_}: {a.unknown}" for id_, a in mine.items() if a.unknown), ""),
        open=why,
    )
