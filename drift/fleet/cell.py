"""The work for one account: open it, load its desired side, compare. An error stays within the account's part."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from drift.clock import Clock
from drift.desired.instance import State
from drift.desired.load import Desired, Sources, build, laid, modules_of, read_found
from drift.desired.memory import Seen
from drift.errors import CloudError, DriftError, StateError
from drift.exclude.exclusions import Exclusions
from drift.fleet.accounts import Account
from drift.fleet.part import Extent, Part, with_summary
from drift.fleet.plan import AT_A_TIME, Cell, Held, Plan
from drift.live.asker import Progress, quiet
from drift.live.estimate import Estimate
from drift.model.coverage import EVERY_TYPE, Gap
from drift.model.drift import Report
from drift.model.journal import note
from drift.model.resource import Key, Resource
from drift.model.target import Target
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of
from drift.report.conclude import Reasons, conclude, idle_rules
from drift.rules.frameworks import tallies, together
from drift.run import Connection, Job, Outcome, compare
from drift.survey import Scope
from drift.survey import forecast as survey_forecast

LOADING = threading.RLock()
"""One thread loads at a time: loading is work for the processor, and sets limits of the whole process."""
NOT_REACHED = "NotReached"
"""The error code of an account that could not be opened, if the cloud gave none."""


class Opens(Protocol):
    """Opens accounts, and closes them."""

    def open(self, account: Account, scope: Scope) -> tuple[Connection, Scope]:
        """A connection to the account, and the scope to read; DriftError if it cannot be opened."""

    def environment(self, account: Account) -> Mapping[str, str | None]:
        """Variables with which other programs read the account; None for one that must not be there."""

    def settle(self, account: Account, connection: Connection, scope: Scope) -> Scope:
        """The scope with the regions that the account enabled, if all were asked for; CloudError where it does not
        tell them."""

    def close(self, account: Account, connection: Connection, report: Report, scope: Scope) -> Report:
        """The report, completed by what only the connection knows; saves a recording."""


class Readers:
    """Which states read a file of a configuration: found once for all cells of a process, when it is first asked."""

    def __init__(self) -> None:
        self._known: Mapping[str, frozenset[Path]] | None = None
        self._lock = threading.Lock()

    def of(self, files: Iterable[Path], run: Run) -> list[Held]:
        """The states of the run whose configurations read one of these files, in their order."""
        given = {file.resolve() for file in run.sources.variable_files}
        edited = {file.resolve() for file in files}
        with self._lock, LOADING:
            if self._known is None:
                self._known = self._found(run)
        if edited & given:
            return [*run.plan.states]
        folders = {file.parent for file in edited}
        return [held for held in run.plan.states if folders & self._known.get(held.state.name, frozenset())]

    @staticmethod
    def _found(run: Run) -> Mapping[str, frozenset[Path]]:
        if not run.sources.with_configuration:
            return {}
        out: dict[str, frozenset[Path]] = {}
        states = [held.state for held in run.plan.states]
        for n in range(0, len(states), AT_A_TIME):
            found, _ = read_found(states[n : n + AT_A_TIME], run.sources.backends, run.sources.directories)
            try:
                out |= modules_of(found, run.sources)
            except Exception:  # noqa: BLE001 - one of them; its own account tells of it, and it costs no other
                out |= {name: folders for state in found for name, folders in _modules_of(state, run.sources).items()}
        return out


Tables = Callable[[Outcome], Mapping[str, Iterable[Mapping[str, Any]]]]
"""What one account came to -> table of a store of scans -> its rows."""


def _modules_of(state: State, sources: Sources) -> Mapping[str, frozenset[Path]]:
    try:
        return modules_of([state], sources)
    except Exception as error:  # noqa: BLE001 - as above
        note("failed", state=state.source, action="modules", code=type(error).__name__)
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What all cells of a run share."""

    plan: Plan
    sources: Sources
    catalog: Catalog
    job: Job
    opens: Opens
    through: Callable[[Opened], Outcome] | None = None
    """What is done with an account that is open, if more than to compare it."""
    readers: Readers = field(default_factory=Readers)
    tables: Tables | None = None
    """What makes rows for a store of scans; None where nothing is kept."""


@dataclass(kw_only=True)
class Opened:
    """An account that is open, with the states that hold something of it: it can be compared several times, while its
    configurations have other texts."""

    cell: Cell
    account: Account
    run: Run
    connection: Connection
    scope: Scope
    excused: Sequence[Resource]
    states: Sequence[State]
    """Without their configurations."""
    failed: Sequence[StateError]
    progress: Progress = quiet
    clock: Clock | None = None
    """Of the first comparison."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Account that was left out on purpose -> how many resources of the states are in it."""

    @property
    def region(self) -> str:
        """The region of what does not say its own."""
        return self.connection.api.region or next(iter(self.scope.regions), "")

    @property
    def job(self) -> Job:
        """What is done in this account."""
        return _job(self.run, self.scope)

    @property
    def sources(self) -> Sources:
        """The sources of the run, with the states of this account alone."""
        return replace(self.run.sources, places=tuple(held.state.url for held in self.cell.states))

    def described(self, edited: Mapping[str, str] | None = None, states: Sequence[State] | None = None) -> list[State]:
        """The states, or others, with their configurations, of which some files have another text."""
        mine = self.states if states is None else states
        with LOADING:
            return laid(mine, self.run.sources, edited) if self.run.sources.with_configuration else [*mine]

    def desired(self, described: Sequence[State]) -> Desired:
        """The desired side of these states."""
        return _built(described, self.failed, self.cell, self.run, self.region)

    def compared(self, desired: Desired) -> Outcome:
        """Compare the account with a desired side."""
        mine, elsewhere, self.left_out = _parted(desired.resources, self.cell, self.run.plan)
        clock, self.clock = self.clock, None
        return compare(
            replace(desired, resources=[*mine, *elsewhere]),
            [self.connection],
            self.run.catalog,
            self.job,
            excused=self.excused,
            clock=clock,
            progress=self.progress,
            whole=False,
        )

    def others(self, files: Iterable[Path]) -> list[Held]:
        """The other states of the run whose configurations read one of these files."""
        mine = {held.state.name for held in self.cell.states}
        return [held for held in self.run.readers.of(files, self.run) if held.state.name not in mine]

    def read(self, held: Sequence[Held]) -> list[State]:
        """Other states, without their configurations; none that cannot be read."""
        with LOADING:
            return read_found([h.state for h in held], self.run.sources.backends, self.run.sources.directories)[0]


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a cell: its part, values for the memory file, the outcome (None if the account was not read)."""

    part: Part
    seen: tuple[tuple[Key, Seen], ...] = ()
    outcome: Outcome | None = None


def look(cell: Cell, run: Run, progress: Progress = quiet) -> Done:
    """Compare one account. Never raises a DriftError: a failure is in the returned part."""
    if cell.account is None:
        return Done(_unread(cell, run, {}))
    try:
        return _looked(cell, cell.account, run, progress)
    except DriftError as error:
        why = (getattr(error, "action", "") or "open", getattr(error, "code", "") or NOT_REACHED)
        failure = f"{error.message}. {error.hint}" if error.hint else error.message
    except (KeyboardInterrupt, SystemExit):
        raise
    except Exception as error:  # noqa: BLE001 - a fault that one account shows must not cost the others
        why, failure = ("drift", type(error).__name__), _fault(error)
    note("failed", account=cell.account.id, action=why[0], code=why[1])
    return Done(lost(cell, run, why, failure))


def _fault(error: Exception) -> str:
    return f"internal error in drift: {type(error).__name__}"


def lost(cell: Cell, run: Run, why: tuple[str, str], failure: str) -> Part:
    """The part of an account that was not read; `why` is (action, code)."""
    account = cell.account
    if account is None:
        return _unread(cell, run, {})
    part = _unread(cell, run, {account.id: why})
    gap = Gap(EVERY_TYPE, account.id, "", *why)
    told = replace(part.report, gaps=(gap,))
    return with_summary(replace(part, report=told), account, len(cell.states), failure)


def _looked(cell: Cell, account: Account, run: Run, progress: Progress) -> Done:
    connection, scope = run.opens.open(account, run.job.scope)
    clock = Clock([connection.api])
    found = connection.target.account
    if found != account.id:
        raise CloudError(
            f"the credentials are of account {found}, not of {account.id}",
            "Give the account a role or a profile of its own.",
            code="OtherAccount",
        )
    scope = run.opens.settle(account, connection, scope)
    states, failed = _read(cell, run)
    opened = Opened(
        cell=cell,
        account=account,
        run=run,
        connection=connection,
        scope=scope,
        excused=(),
        states=states,
        failed=failed,
        progress=progress,
        clock=clock,
    )
    del states
    opened.excused = _resources(cell.others, run, opened.region, account.id)
    if run.through is not None:
        outcome = run.through(opened)
    else:
        desired = opened.desired(opened.described())
        opened.states = ()  # while the account is read, nobody needs them
        outcome = opened.compared(desired)
    report = run.opens.close(account, connection, outcome.report, scope)
    extent = _extent(outcome, run.job, opened.left_out)
    outcome = replace(outcome, report=report)
    part = Part(number=cell.number, report=report, extent=extent)
    if run.tables is not None:
        answers = together(judged.answers for _, judged in outcome.surveys)
        part = replace(part, extent=replace(extent, answers=answers), tables=run.tables(outcome))
    return Done(with_summary(part, account, len(cell.states)), outcome.seen, outcome)


def forecast(cell: Cell, account: Account, run: Run) -> Estimate:
    """Estimate the calls of the survey of one account. DriftError where it cannot be opened.

    Asks the account nothing, unless all its enabled regions are to be searched.
    """
    connection, scope = run.opens.open(account, run.job.scope)
    scope = run.opens.settle(account, connection, scope)
    desired = _loaded(cell, run, connection.api.region or next(iter(scope.regions), ""))
    mine, _, _ = _parted(desired.resources, cell, run.plan)
    target = Target(connection.provider, account.id)
    return survey_forecast(target, mine, run.catalog, scope, run.job.exceptions, connection.api.region)


def _job(run: Run, scope: Scope) -> Job:
    """The job of one cell. The rules' criteria depend on the places of all states, not only those of the account."""
    places = [held.state.name for held in run.plan.states]
    return replace(run.job, scope=scope, frameworks=(), criteria=lambda _, day: run.job.criteria(places, day))


def _extent(outcome: Outcome, job: Job, left_out: Mapping[str, int]) -> Extent:
    ((survey, judged),) = outcome.surveys
    of = survey.exclusions.exceptions
    idle = idle_rules(survey)
    places = [*(rule.place for rule in of.rules), *(line.place for line in of.lines.patterns)]
    return Extent(
        types=tuple(sorted(survey.types)),
        tallies=tallies(job.frameworks, job.rules, judged.answers, job.judge),
        idle=idle,
        busy=tuple(sorted({*places} - {*idle.rules, *idle.lines})),
        left_out=left_out,
    )


def _loaded(cell: Cell, run: Run, region: str = "") -> Desired:
    """The desired resources of an account, and those of other accounts in the same states."""
    states, failed = _read(cell, run)
    with LOADING:
        described = laid(states, run.sources) if run.sources.with_configuration else states
    return _built(described, failed, cell, run, region)


def _read(cell: Cell, run: Run) -> tuple[list[State], list[StateError]]:
    """(the states of a cell without their configurations, what could not be read of them or of the run)."""
    with LOADING:
        states, failed = read_found([h.state for h in cell.states], run.sources.backends, run.sources.directories)
    return states, [*(lost.error for lost in run.plan.lost), *failed]


def _built(described: Sequence[State], failed: Sequence[StateError], cell: Cell, run: Run, region: str) -> Desired:
    with LOADING:
        out = build(
            described,
            failed,
            run.catalog,
            region=region,
            memory=run.sources.memory,
            accounts={h.state.name: h.default for h in cell.states if h.default},
            quiet=frozenset(h.state.name for h in cell.states) - cell.told,
        )
    out.warnings += [w for h in cell.states if h.state.name in cell.told for w in h.warnings]
    return out


def _resources(held: Sequence[Held], run: Run, region: str, account: str) -> list[Resource]:
    """The resources of an account in states given with --also-managed-by."""
    if not held or run.job.also_managed is None:
        return []
    also = run.job.also_managed
    with LOADING:
        states, _ = read_found([h.state for h in held], also.backends, also.directories)
        found = build(states, (), run.catalog, region=region, accounts={h.state.name: h.default for h in held})
    return [r for r in found.resources if r.key.account in (account, "")]


def _parted(
    resources: Sequence[Resource], cell: Cell, plan: Plan
) -> tuple[list[Resource], list[Resource], dict[str, int]]:
    """(resources of the account; those of accounts that nobody reads, where this cell tells of their state; how many
    are of accounts that were left out on purpose)."""
    reach = {h.state.name: h.all for h in cell.states}
    ids = {a.id for a in plan.fleet.accounts}
    mine: list[Resource] = []
    elsewhere: list[Resource] = []
    left_out: Counter[str] = Counter()
    for resource in resources:
        where, state = resource.key.account, resource.source.state
        if cell.account is not None and where == cell.account.id:
            mine.append(resource)
        elif state not in cell.told or where in ids & reach.get(state, frozenset()):
            continue  # another cell tells of it
        elif where in plan.fleet.left_out:
            left_out[where] += 1
        else:
            elsewhere.append(resource)
    return mine, elsewhere, dict(sorted(left_out.items()))


def _unread(cell: Cell, run: Run, reasons: Reasons) -> Part:
    """The part of states that were not compared."""
    clock = Clock(())
    try:
        desired = _loaded(cell, run)
    except DriftError:
        raise
    except Exception as error:  # noqa: BLE001 - what cannot be loaded cannot be counted, and costs no other account
        desired = Desired(failed=[StateError(name, _fault(error)) for name in sorted(cell.told)])
    mine, elsewhere, left_out = _parted(desired.resources, cell, run.plan)
    exclusions = Exclusions(run.job.exceptions, run.catalog)
    types = run.job.scope.types(run.catalog)
    meant = [r for r in (*mine, *elsewhere) if entry_of(r, run.catalog).name in types and exclusions.means(r)]
    report = conclude(
        replace(desired, resources=meant), (), meant, api_calls={}, timing=clock.stop(), reasons=reasons, whole=False
    )
    report = replace(report, scope=replace(report.scope, unmanaged=False))
    return Part(number=cell.number, report=report, extent=Extent(left_out=left_out))
