"""Makes a run of what a command's options say, and runs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from drift import run as line
from drift.cli import plugins
from drift.cli.options.account import Account
from drift.cli.options.configuration import UNREAD, Configurations
from drift.cli.options.ignoring import Ignoring
from drift.cli.options.output import progress
from drift.cli.options.rules import Extent, Rules
from drift.cli.options.who import NOBODY, Whose
from drift.desired.load import Sources
from drift.live.patience import Patient
from drift.run import Connection, Job, Outcome
from drift.survey import Scope

if TYPE_CHECKING:
    from drift.exclude.baseline import Baseline
    from drift.live.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The values of a command's options."""

    places: tuple[str, ...]
    scope: Scope
    account: Account
    configurations: Configurations = UNREAD
    ignoring: Ignoring | None = None
    judging: Rules | None = None
    extent: Extent | None = None
    accepted: Baseline | None = None
    links: bool = False
    patches: bool = False
    whose: Whose = NOBODY


def sources(places: tuple[str, ...], configurations: Configurations = UNREAD) -> Sources:
    """The sources of the desired side: states and configurations."""
    return configurations.sources(places, plugins.backends())


def run(asked: Asked) -> Outcome:
    """Connect to the account, compare it with its states and configurations, and save the recording."""
    connection, scope = asked.account.open(asked.scope)
    with asked.account.patiently(connection):
        if isinstance(connection.api, Patient):
            connection.api.ahead()  # what follows takes as long as the answer: rules and the catalogue are loaded
        scope = asked.account.settled(connection, scope)
        outcome = compare(asked, connection, scope)
        outcome = replace(outcome, report=asked.whose.answered(outcome.report, [connection]))
    outcome = replace(outcome, report=asked.account.told(connection, outcome.report))
    asked.account.save(connection, outcome.report, scope)
    return outcome


def forecast(asked: Asked) -> Estimate:
    """An estimate of the run's API calls, by service."""
    connection, scope = asked.account.open(asked.scope)
    return line.forecast(sources(asked.places, asked.configurations), connection, plugins.catalog(), job(asked, scope))


def compare(asked: Asked, connection: Connection, scope: Scope) -> Outcome:
    """Compare an account, over a connection that is open already."""
    made = line.run
    if asked.patches:
        from drift.remedy import patches

        made = patches.run
    with progress() as bar:
        return made(
            sources(asked.places, asked.configurations), [connection], plugins.catalog(), job(asked, scope), bar
        )


def job(asked: Asked, scope: Scope) -> Job:
    """The job for `drift.run`; UsageError for invalid options."""
    out = Job(scope=scope, rules=plugins.rules(), accepted=asked.accepted, links=asked.links)
    if asked.ignoring is not None:
        others = asked.ignoring.also_managed_by
        out = replace(
            out,
            exceptions=asked.ignoring.exceptions(),
            comments=not asked.ignoring.no_ignore,
            also_managed=sources(others) if others else None,
        )
    if asked.judging is not None:
        out = replace(
            out, rules=asked.judging.chosen(), frameworks=asked.judging.frameworks(), criteria=asked.judging.criteria
        )
    if asked.extent is not None:
        out = replace(out, judge=asked.extent.judged)
    if "account" in out.judge or out.frameworks:  # what an account lacks is only known where it was looked for
        out = replace(out, scope=replace(scope, everything=True))
    return out
