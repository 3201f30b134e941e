"""Runs that look at several accounts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from drift.cli import plugins
from drift.cli.interrupts import INTERRUPTS
from drift.cli.job import Asked, job, sources
from drift.cli.options.account import Account as Options
from drift.cli.options.fleet import in_folder
from drift.cli.options.output import progress, write
from drift.cli.options.who import NOBODY, Whose
from drift.cli.settings import Settings, current, keep
from drift.desired.memory import Seen
from drift.errors import DriftError
from drift.fleet.accounts import Account, Fleet
from drift.fleet.cell import Opened, Run, forecast, look, lost
from drift.fleet.execute import ACCOUNTS, Numbered, processes, scheduled, threads
from drift.fleet.merge import merged
from drift.fleet.part import PART, STORE, part_of
from drift.fleet.plan import Cell, Plan, plan
from drift.fleet.shard import Shard, content, head
from drift.live.asker import quiet
from drift.live.patience import Patiences, Patient
from drift.model import trust
from drift.model.bounds import VARIABLE
from drift.model.drift import Report
from drift.model.resource import Key
from drift.model.secrets import SHOW
from drift.report.parquet import SUFFIX, available
from drift.report.rows import Lines, Rows
from drift.rules.frameworks import together
from drift.run import Connection, Outcome
from drift.survey import Scope

if TYPE_CHECKING:
    from drift.history.rows import Gathered, Row
    from drift.live.estimate import Estimate


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

    def environment(self, account: Account) -> Mapping[str, str | None]:
        """Variables with which the user's Terraform reads the account, where its configuration names no role."""
        return self._of(account).environment(account.roles)

    def _of(self, account: Account) -> Options:
        name = f"{account.id}.jsonl"
        return replace(
            self.options,
            profile=account.profile or self.options.profile,
            regions=(*self.options.regions, *account.regions),
            record=in_folder(self.options.record, name),
            replay=in_folder(self.options.replay, name),
        )


@dataclass(frozen=True, slots=True)
class How:
    """How the work is divided."""

    side_by_side: int = ACCOUNTS
    workers: int = 0
    scheduler: str = ""
    shard: Shard = field(default_factory=Shard)
    silent: bool = False
    """Whether no progress is told: the user is asked meanwhile."""


@dataclass(frozen=True, slots=True)
class Work:
    """Looks at one account in any process of any machine: what it needs for that is in it, and no credential is.

    The worker takes the roles on with its own credentials.
    """

    asked: Asked
    plan: Plan
    settings: Settings
    environment: tuple[tuple[str, str], ...]
    """The variables that the run was begun with and that say what drift accepts: bounds, trust."""
    name: str
    """Of the run: a worker makes what all its accounts share once."""
    keeps: bool = False
    """Whether the scan is kept in a store: its rows are then in the parts."""

    def __call__(self, cell: Cell) -> bytes:
        """The rows of the cell's part."""
        os.environ.update(self.environment)
        with click.Context(click.Command("worker")) as context:
            keep(context, self.settings)
            if self.name not in _RUNS:
                _RUNS.clear()
                _RUNS[self.name] = _run(self.asked, _opener(self.asked), self.plan, keeps=self.keeps)
            return look(cell, _RUNS[self.name]).part.rows()


_RUNS: dict[str, Run] = {}
"""In a worker: the run that it works for."""
_CARRIED = (VARIABLE, trust.UNTRUSTED, trust.HOSTS, SHOW)


Through = Callable[[Opened], Outcome]
Each = Callable[[Outcome], None]
"""Takes what one account came to. Threads of this process may call it side by side; other processes never do."""


def run(asked: Asked, fleet: Fleet, how: How, each: Each | None = None, through: Through | None = None) -> Outcome:
    """Compare every account of a fleet with its states and configurations. `each` is told of every account that was
    read; `through` is done with each that is open, in this process, if more than to compare it."""
    return _merged(asked, fleet, how, each, through)[0]


def run_to_keep(asked: Asked, fleet: Fleet, how: How) -> tuple[Outcome, Gathered]:
    """The same, with what is for a store of scans."""
    outcome, rows = _merged(asked, fleet, how, keeps=True)
    return outcome, gathered(rows)


def _merged(
    asked: Asked,
    fleet: Fleet,
    how: How,
    each: Each | None = None,
    through: Through | None = None,
    *,
    keeps: bool = False,
) -> tuple[Outcome, Rows]:
    """(what a run came to, the rows of all its parts)."""
    with _looked(asked, fleet, how, each, through, keeps=keeps) as (work, parts, seen):
        rows = _rows(parts)
        report = merged(rows, work.plan.fleet.left_out)
    return Outcome(report, (), tuple(seen)), rows


def _rows(parts: Iterable[Numbered]) -> Lines:
    """The rows of parts, as they come."""
    out = Lines()
    for _, rows in parts:
        out.add(rows.splitlines(keepends=True))
    return out


def gathered(rows: Rows) -> Gathered:
    """What the parts of a run have for a store of scans."""
    from drift.history.rows import Gathered
    from drift.history.tables import STAGED

    answers = together(part_of(text)[0].extent.answers for _, text in rows.texts(PART))
    tables = {name for of in rows.counts().values() for name in of if name.startswith(STORE)}
    return Gathered(
        {
            table: (json.loads(text) for _, text in rows.texts(f"{STORE}{table}"))
            for table in STAGED
            if f"{STORE}{table}" in tables
        },
        answers,
    )


def estimates(asked: Asked, fleet: Fleet) -> tuple[dict[str, Estimate], dict[str, DriftError]]:
    """(name of an account -> the calls that its survey would make; name of one that cannot be opened -> why)."""
    work = _run(asked, _opener(asked), planned(asked, fleet))
    found: dict[str, Estimate] = {}
    failed: dict[str, DriftError] = {}
    for cell in work.plan.cells:
        if cell.account is None:
            continue
        try:
            found[cell.name] = forecast(cell, cell.account, work)
        except DriftError as error:
            failed[cell.name] = error
    return found, failed


def write_part(asked: Asked, fleet: Fleet, how: How, file: Path | None, name: str, *, keeps: bool) -> Path:
    """Compare the accounts of one shard, and write its part of the run of that name; the file. With `keeps`, what a
    store of scans is told is in it."""
    file = file or Path(f"part-{how.shard.number}-of-{how.shard.of}.jsonl")
    in_parquet = file.suffix == SUFFIX
    if in_parquet:
        available()
    with _looked(asked, fleet, how, keeps=keeps) as (work, parts, _):
        about = head(work.plan, how.shard, [name, *_options(asked)], keeps=keeps)
        write({file: content(about, _rows(parts), parquet=in_parquet)})
    return file


@contextmanager
def _looked(
    asked: Asked,
    fleet: Fleet,
    how: How,
    each: Each | None = None,
    through: Through | None = None,
    *,
    keeps: bool = False,
) -> Iterator[tuple[Run, Iterator[Numbered], list[tuple[Key, Seen]]]]:
    """(the run, the parts of the cells of a shard, what a memory is to keep), while interrupts are handled."""
    opener = _opener(asked)
    work = _run(asked, opener, planned(asked, fleet), through, keeps=keeps)
    cells = how.shard.share(work.plan.cells)
    seen: list[tuple[Key, Seen]] = []

    def here(cell: Cell) -> bytes:
        done = look(cell, work)
        seen.extend(done.seen)
        if each is not None and done.outcome is not None:
            each(done.outcome)
        return done.part.rows()

    def dead(cell: Cell, why: tuple[str, str], words: str) -> bytes:
        return lost(cell, work, why, words).rows()

    def stopped() -> bool:
        return bool(opener.patiences.why)

    with nullcontext(quiet) if how.silent else progress() as bar, _watched(opener, asked.account):
        if how.scheduler:
            there = _work(asked, work.plan, keeps=keeps)
            parts = scheduled(there, cells, how.scheduler, dead, bar, stopped)
        elif how.workers:
            there = _work(asked, work.plan, keeps=keeps)
            parts = processes(there, cells, how.workers, dead, bar, stopped)
        else:
            parts = threads(here, cells, how.side_by_side, bar)
        yield work, parts, seen


def _work(asked: Asked, plan: Plan, *, keeps: bool) -> Work:
    environment = tuple((name, os.environ[name]) for name in _CARRIED if name in os.environ)
    return Work(asked, plan, current(), environment, uuid4().hex, keeps)


def _opener(asked: Asked) -> Opener:
    return Opener(asked.account, Patiences(asked.account.timeout), asked.whose)


def _options(asked: Asked) -> list[str]:
    """What makes a run this one and no other, in words that hold no secret."""
    given = (asked.scope.only, asked.scope.exclude, asked.scope.only_state, asked.scope.everything)
    more = (asked.account.regions, asked.account.all_regions, asked.ignoring, asked.judging, asked.extent, asked.links)
    beside = (asked.patches, asked.whose.who)
    return [str(one) for one in (*given, *more, *beside)]


def planned(asked: Asked, fleet: Fleet) -> Plan:
    """Which states belong to which account. UsageError for types that there are not: it is told once."""
    asked.scope.types(plugins.catalog())
    also = asked.ignoring.also_managed_by if asked.ignoring is not None else ()
    return plan(
        fleet,
        sources(asked.places, asked.configurations),
        plugins.catalog(),
        sources(also) if also else None,
    )


def _run(asked: Asked, opener: Opener, plan: Plan, through: Through | None = None, *, keeps: bool = False) -> Run:
    if asked.patches:
        from drift.cli.mending import patched

        through = patched
    todo = job(asked, asked.scope)
    names = {account.id: account.name for account in plan.fleet.accounts}
    return Run(
        plan=plan,
        sources=sources(asked.places, asked.configurations),
        catalog=plugins.catalog(),
        job=replace(todo, exceptions=todo.exceptions.among(names)),
        opens=opener,
        through=through,
        tables=_tables if keeps else None,
    )


def _tables(outcome: Outcome) -> Mapping[str, Iterable[Row]]:
    """What one account came to, as rows for a store of scans."""
    from drift.history.rows import looked

    return looked(outcome, plugins.catalog())


@contextmanager
def _watched(opener: Opener, options: Options) -> Iterator[None]:
    """Handle Ctrl-C and SIGTERM: they end the reading of all accounts."""
    with INTERRUPTS.watched(opener.patiences, report=options.on_interrupt == "report"):
        yield
