"""Remedies in a run of several accounts: each account is mended by itself, and nothing that is written for one changes
what is described of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from drift.cli.options.who import NOBODY, Whose
from drift.desired.instance import State
from drift.errors import DriftError
from drift.fleet.accounts import Account
from drift.fleet.cell import LOADING, Opened
from drift.fleet.plan import Held
from drift.model.drift import Drift, Report
from drift.model.journal import note
from drift.provider.api import Api
from drift.remedy.fix import Choices, Fix, of_outcome, written
from drift.remedy.patches import with_patches
from drift.remedy.spec import Remedy
from drift.remedy.trial import Remembering, Trial
from drift.run import Outcome

MOST = 16
"""States of other accounts that an edit of a file that they read is tried against."""
_NAMED = 3


@dataclass
class OneOfMany(Trial):
    """A trial of one account of several."""

    opened: Opened | None = None
    around: Sequence[State] = field(default_factory=list)
    """States of other accounts, without their configurations: no edit may change what these say."""

    def __post_init__(self) -> None:
        self.connections = [replace(c, api=Remembering(c.api)) for c in self.connections]
        self.of.connection = self.connections[0]
        self.states, self.failed, self.excused = [*self.of.states], [*self.of.failed], self.of.excused

    @property
    def of(self) -> Opened:
        """The account."""
        assert self.opened is not None  # noqa: S101 - `trial` gives it
        return self.opened

    def described(self, edited: Mapping[str, str] | None = None) -> list[State]:
        """The account's states with their configurations, of which some files have another text."""
        return self.of.described(edited)

    def beside(self, edited: Mapping[str, str] | None = None) -> list[State]:
        """The states of other accounts that read the same files."""
        return self.of.described(edited, self.around) if self.around else []

    def run(self, described: Sequence[State]) -> Outcome:
        """Compare the account with its states."""
        return self.of.compared(self.of.desired(described))

    def forget(self) -> None:
        """Let go of what the account answered: nothing more is compared."""
        self.connections, self.of.connection = [], replace(self.of.connection, api=_inner(self.of.connection.api))

    def environment(self, root: Path) -> Mapping[str, str | None]:
        """Variables with which Terraform reads the account; none where the configuration names its own way into it."""
        mine = (s.configuration for s in self.described() if s.configuration is not None)
        of_root = (c for c in mine if Path(c.directory) == root)
        if any(one.provider.role or one.provider.profile for c in of_root for one in c.instances.values()):
            return {}
        return self.of.run.opens.environment(self.of.account)


def _inner(api: Api) -> Api:
    return api.inner if isinstance(api, Remembering) else api


def trial(opened: Opened) -> OneOfMany:
    """A trial of an account that is open."""
    return OneOfMany(
        opened.sources,
        [opened.connection],
        opened.run.catalog,
        opened.job,
        opened.progress,
        opened=opened,
    )


@dataclass(slots=True)
class Mended:
    """What mends one account."""

    account: Account
    fix: Fix
    trial: OneOfMany
    failure: str = ""
    """Why there are no remedies, where drift failed in finding them."""


Chooses = Callable[[Account, Sequence[Drift]], Choices]
"""(account, its drift) -> what becomes of it."""


def mended(opened: Opened, chooses: Chooses, whose: Whose = NOBODY) -> tuple[Outcome, Mended]:
    """Compare an account, and find what mends it. A fault in finding that costs the remedies of this account alone."""
    tried = trial(opened)
    described = tried.described()
    outcome = tried.run(described)
    outcome = replace(outcome, report=whose.answered(outcome.report, tried.connections))
    out = Mended(opened.account, Fix(outcome.report), tried)
    with LOADING:  # from here on it is work for the processor
        try:
            out.fix = _kept_apart(opened, tried, described, outcome, chooses(opened.account, outcome.report.drift))
        except DriftError as error:
            out.failure = f"{error.message}. {error.hint}".rstrip()
        except Exception as error:  # noqa: BLE001 - a fault that one account shows must not cost the others
            out.failure = f"internal error in drift: {type(error).__name__}"
            note("failed", account=opened.account.id, action="fix", code=type(error).__name__)
    return outcome, out


def patched(opened: Opened) -> Outcome:
    """Compare an account; its report has the patch beside each drift."""
    outcome, done = mended(opened, lambda _account, _drift: Choices())
    report: Report = with_patches(done.fix)
    if done.failure:
        warning = f"{opened.account.label}: there are no patches: {done.failure}"
        report = replace(report, warnings=(*report.warnings, warning))
    return replace(outcome, report=report)


def _kept_apart(
    opened: Opened, tried: OneOfMany, described: Sequence[State], outcome: Outcome, choices: Choices
) -> Fix:
    """The remedies. What is accepted in a file that other accounts read too is tried with these; what else would be
    written there is not written."""
    out = of_outcome(tried, described, outcome, choices)
    accepted = [e.path for _, r in out.entries if r.choice == "accept" for e in r.edits]
    if accepted and (others := opened.others(accepted)):
        tried.around = opened.read(others[:MOST])
        out = of_outcome(tried, described, outcome, choices)
    refused = [(n, why) for n, (_, r) in enumerate(out.entries) if (why := _shared(r, opened))]
    for n, why in refused:
        drift, remedy = out.entries[n]
        out.entries[n] = (drift, Remedy(remedy.address, remedy.choice, cannot=why))
    if refused:
        written(out)
    return out


def _shared(remedy: Remedy, opened: Opened) -> str:
    """Why a remedy would change what is described of another account; empty if it would not."""
    if not remedy.edits:
        return ""
    others = opened.others(e.path for e in remedy.edits)
    if not others or (remedy.choice == "accept" and len(others) <= MOST):
        return ""
    files = ", ".join(sorted({str(e.path) for e in remedy.edits}))
    return f"{files}: also read for {_named(others)}, which would change as well"


def _named(held: Sequence[Held]) -> str:
    names = [h.state.name for h in held]
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more states" if len(names) > _NAMED else "")
