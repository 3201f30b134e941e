"""Runs that look at several accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from drift.cli import plugins
from drift.cli.interrupts import INTERRUPTS
from drift.cli.job import Asked, job, sources
from drift.cli.options.account import Account as Options
from drift.cli.options.fleet import in_folder
from drift.cli.options.output import progress
from drift.cli.options.who import NOBODY, Whose
from drift.errors import UsageError
from drift.fleet.accounts import Account, Fleet
from drift.fleet.cell import Run
from drift.fleet.execute import threads
from drift.fleet.merge import merged
from drift.fleet.plan import Plan, plan
from drift.live.patience import Patiences, Patient
from drift.model.drift import Report
from drift.run import Connection, Outcome
from drift.survey import Scope


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens the accounts of a run, as the options say."""

    options: Options
    patiences: Patiences = field(default_factory=Patiences)
    whose: Whose = NOBODY

    def open(self, account: Account, scope: Scope) -> tuple[Connection, Scope]:
        """A connection to the account, with its roles; its own tape, where recordings are asked for."""
        return self._of(account).open(scope, account.roles, self.patiences.one())

    def settle(self, account: Account, connection: Connection, scope: Scope) -> Scope:
        """The scope with the account's enabled regions, if all are asked for."""
        return self._of(account).settled(connection, scope)

    def close(self, account: Account, connection: Connection, report: Report, scope: Scope) -> Report:
        """The report, with a warning if the account's time was up; saves the recording."""
        mine = self._of(account)
        if isinstance(connection.api, Patient):
            self.patiences.drop(connection.api.patience)
        told = mine.told(connection, self.whose.answered(report, [connection]))
        mine.save(connection, told, scope)
        return told

    def _of(self, account: Account) -> Options:
        name = f"{account.id}.jsonl"
        return replace(
            self.options,
            profile=account.profile or self.options.profile,
            regions=(*self.options.regions, *account.regions),
            record=in_folder(self.options.record, name),
            replay=in_folder(self.options.replay, name),
        )


def run(asked: Asked, fleet: Fleet) -> Outcome:
    """Compare every account of a fleet with its states and configurations."""
    prepare(asked.account, asked.scope)
    work, opener = made(asked, fleet)
    with progress() as bar, _watched(opener, asked.account):
        done = sorted(threads(work, work.plan.cells, progress=bar), key=lambda d: d.part.number)
    report = merged([d.part for d in done], fleet.left_out)
    return Outcome(report, (), tuple(s for d in done for s in d.seen))


def made(asked: Asked, fleet: Fleet) -> tuple[Run, Opener]:
    """What is the same for every account of a run."""
    opener = Opener(asked.account, Patiences(asked.account.timeout), asked.whose)
    return _run(asked, opener, planned(asked, fleet)), opener


def planned(asked: Asked, fleet: Fleet) -> Plan:
    """Which states belong to which account."""
    also = asked.ignoring.also_managed_by if asked.ignoring is not None else ()
    return plan(
        fleet,
        sources(asked.places, asked.configurations),
        plugins.catalog(),
        sources(also) if also else None,
    )


def _run(asked: Asked, opener: Opener, plan: Plan) -> Run:
    return Run(
        plan=plan,
        sources=sources(asked.places, asked.configurations),
        catalog=plugins.catalog(),
        job=job(asked, asked.scope),
        opens=opener,
    )


def prepare(options: Options, scope: Scope) -> None:
    """Make the directory for recordings. UsageError for what is wrong for every account: it is told once."""
    if options.record is not None and options.replay is not None:
        raise UsageError("--record and --replay cannot be combined", "Record first, then replay.")
    scope.types(plugins.catalog())
    for folder, option in ((options.record, "--record"), (options.replay, "--replay")):
        if folder is not None and folder.is_file():
            raise UsageError(
                f"{option}: {folder} is a file; of several accounts, it is a directory with a recording of each",
                "Name a directory.",
            )
    if options.record is not None:
        try:
            Path(options.record).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--record: {options.record}: cannot be made: {error.strerror}", "Name another.") from None


@contextmanager
def _watched(opener: Opener, options: Options) -> Iterator[None]:
    """Handle Ctrl-C and SIGTERM: they end the reading of all accounts."""
    with INTERRUPTS.watched(opener.patiences, report=options.on_interrupt == "report"):
        yield
