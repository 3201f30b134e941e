"""The option --fail-on: which drift makes a run fail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase

from drift.cli import DONE, DRIFTED, IMPOSSIBLE, INCOMPLETE
from drift.errors import UsageError
from drift.model.drift import KINDS, SEVERITIES, Drift, Finding, Posture, Report
from drift.model.resource import GLOBAL
from drift.model.suggest import did_you_mean
from drift.model.words import few
from drift.report.accounts import by_name, called
from drift.report.wording import age

_SEVERITY = re.compile(r"severity>=(\w+)")
_AGE = re.compile(r"age>(\d{1,4})([hdw])")
_UNIT = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_NARROW = re.compile(r"(type|account|region)=(\S+)")

TERMS = (
    "modified, missing, unmanaged, any (the default), new (any drift that the baseline does not accept, and with "
    "--keep, that the last scan did not see), none, "
    "severity>=high (a finding of this severity or higher), introduced (only findings that the drift introduced), "
    "age>7d (only drift that is older; hours h, days d, weeks w; what is of unknown age counts as older), "
    "type=aws_iam_*, account=123456789012 (or its name in a run of several), region=eu-*. The last four limit it to "
    "such drift. Separate several with commas."
)
HELP = f"Which drift makes the run fail (exit status 1): {TERMS}"


@dataclass(frozen=True, slots=True)
class Policy:
    """Kinds of drift that fail a run, the least severity of a finding that does, and where they count."""

    kinds: frozenset[str] = frozenset(KINDS)
    severity: str = ""
    introduced: bool = False
    """Whether only findings that the drift introduced fail a run; those of any severity where none is named."""
    only: tuple[tuple[str, str], ...] = ()
    """(type | account | region, pattern): of each name that is given, one pattern must match."""
    older: timedelta | None = None
    """Only drift that is older fails a run; what is of unknown age may be, and fails it."""
    new: bool = False
    """Only drift that no earlier scan of the store saw as it is fails a run."""

    @classmethod
    def parse(cls, terms: Iterable[str]) -> Policy:
        """`unmanaged,modified`, `severity>=high`, `type=aws_iam_*`, `any`, `none`; UsageError for anything else.

        With nothing but what narrows it down, any drift there fails.
        """
        words = [w.strip() for t in terms for w in t.split(",") if w.strip()]
        kinds: set[str] = set()
        severity, introduced, new = "", False, False
        older: timedelta | None = None
        only = []
        for word in words:
            severe = _SEVERITY.fullmatch(word.replace(" ", "").lower())
            narrow = _NARROW.fullmatch(word)
            low = word.lower()
            if severe and severe[1] in SEVERITIES:
                severity = severe[1]
            elif narrow:
                only.append((narrow[1], narrow[2]))
            elif aged := _AGE.fullmatch(word.replace(" ", "").lower()):
                older = int(aged[1]) * _UNIT[aged[2]]
            elif low == "introduced":
                introduced = True
            elif low in KINDS:
                kinds.add(low)
            elif low in ("any", "new"):  # what the baseline accepts stands apart
                kinds.update(KINDS)
                new = new or low == "new"
            elif low != "none":
                raise UsageError(
                    f"--fail-on: {word!r} is not a policy",
                    f"Use any of: {', '.join(KINDS)}, any, new, none, introduced, "
                    f"severity>=LEVEL ({', '.join(SEVERITIES)}), age>7d, "
                    "type=PATTERN, account=ID, region=PATTERN.",
                )
        if len(only) + (older is not None) == len(words):
            kinds.update(KINDS)
        if introduced and not severity:
            severity = SEVERITIES[-1]
        return cls(frozenset(kinds), severity, introduced, tuple(only), older, new)

    def check(self, types: Iterable[str]) -> None:
        """UsageError where it names a type that there is not: it would never fail."""
        for pattern in self._named("type"):
            if not (names := list(types)) or any(fnmatchcase(n, pattern) for n in names):
                continue
            hint = did_you_mean(pattern, names, "`drift catalog` lists the types.")
            raise UsageError(f"--fail-on: no type matches {pattern!r}", hint)

    def check_reach(self, report: Report) -> None:
        """UsageError where it names an account or a region that the run did not look at: it could not fail."""
        scope = report.scope
        looked = {"account": (*scope.accounts, *called(report)), "region": (*scope.regions, GLOBAL)}
        for name, known in looked.items():
            for pattern in self._named(name) if known and scope.accounts else ():
                if not any(fnmatchcase(k, pattern) for k in known):
                    hint = did_you_mean(pattern, known, f"It looked at {few(dict.fromkeys(known), 6)}.")
                    raise UsageError(f"--fail-on: this run looked at no {name} that matches {pattern!r}", hint)

    def _named(self, name: str) -> list[str]:
        return [pattern for n, pattern in self.only if n == name]

    def failing(self, report: Report) -> Iterator[Drift]:
        """The drift that fails the run."""
        own = self.of(report)
        return (d for d in report.drift if own.fails(d) and own._lasts(d, report) and not (self.new and d.seen_before))

    def selects(self, report: Report) -> bool:
        """Whether any drift fails the run."""
        return next(self.failing(report), None) is not None

    def of(self, report: Report) -> Policy:
        """The same for this report: accounts that are given by name are known by their ids."""
        ids = [("account", id_) for id_ in by_name(self._named("account"), report)]
        return replace(self, only=(*(one for one in self.only if one[0] != "account"), *ids))

    def _lasts(self, drift: Drift, report: Report) -> bool:
        """Whether it is as old as asked for; of unknown age, it may be: a log that does not go back shows nothing."""
        lasted = age(drift, report)
        return self.older is None or lasted is None or lasted > self.older

    def fails(self, drift: Drift) -> bool:
        """Whether this drift fails the run, whatever its age; what is not certain does not."""
        if not drift.certain or not self._counts(drift):
            return False
        return drift.kind in self.kinds or any(map(self.minds, drift.findings))

    def minds(self, finding: Finding) -> bool:
        """Whether a finding fails the run by its severity and effect."""
        levels = SEVERITIES[: SEVERITIES.index(self.severity) + 1] if self.severity else ()
        return finding.severity in levels and finding.counts and (not self.introduced or finding.effect == "introduced")

    def reaches(self, posture: Posture) -> bool:
        """Whether what did not drift lies where the policy counts."""
        return self._within(posture.resource.type if posture.resource else "", posture.account, posture.region)

    def _counts(self, drift: Drift) -> bool:
        key = drift.resource.key
        return self._within(drift.type, key.account, key.region)

    def _within(self, type_: str, account: str, region: str) -> bool:
        about = {"type": type_, "account": account, "region": region}
        wanted: dict[str, list[str]] = {}
        for name, pattern in self.only:
            wanted.setdefault(name, []).append(pattern)
        return all(any(fnmatchcase(about[name], p) for p in patterns) for name, patterns in wanted.items())


def status(report: Report, policy: Policy, *, allow_incomplete: bool = False) -> int:
    """The exit status that a report earns under a policy."""
    if report.states_failed and not report.scope.sources:
        return IMPOSSIBLE
    policy = policy.of(report)
    asked_for = (f for p in report.posture if policy.reaches(p) for f in p.findings)
    if policy.selects(report) or any(map(policy.minds, asked_for)):
        return DRIFTED
    return INCOMPLETE if report.incomplete and not allow_incomplete else DONE
