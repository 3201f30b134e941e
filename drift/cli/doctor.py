"""`drift doctor`."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import click

from drift import __version__
from drift.cli import DONE, IMPOSSIBLE, INCOMPLETE, plugins
from drift.cli.job import Asked, run, sources
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.fleet import Accounts, fleet_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.settings import current, shown
from drift.desired.load import Desired, load
from drift.errors import DriftError
from drift.model.coverage import NOT_ASKED, NOT_OFFERED
from drift.model.drift import AccountSummary, Report
from drift.model.resource import GLOBAL
from drift.model.words import few
from drift.report.accounts import LISTED, worst_first
from drift.report.safe import visible

if TYPE_CHECKING:
    from drift.fleet.accounts import Fleet
    from drift.fleet.cell import Opened
    from drift.run import Outcome

Status = Literal["ok", "note", "part", "fail"]
"""Works; worth knowing; a check would be incomplete; a check could not run."""
EXIT = {"ok": DONE, "note": DONE, "part": INCOMPLETE, "fail": IMPOSSIBLE}
MARK = {"ok": ("ok  ", "green"), "note": ("note", "cyan"), "part": ("part", "yellow"), "fail": ("FAIL", "red")}
WORST: tuple[Status, ...] = ("fail", "part", "note", "ok")
FEW = 5
ROLE = "`drift accounts --role-template` writes the role, with all that drift reads."


@dataclass(frozen=True, slots=True)
class Examined:
    """One test: its subject, its result, and what to do."""

    status: Status
    what: str
    do: str = ""


@click.command("doctor")
@state_options
@configuration_options
@type_options
@account_options
@fleet_options
def command(states: States, configurations: Configurations, types: Types, account: Account, accounts: Accounts) -> int:
    """Test whether a check works here: configuration, states, credentials and permissions.

    \b
    Examples:
      drift doctor
      drift doctor --state 's3://states/**/*.tfstate' --profile audit
      drift doctor --accounts accounts.yml --state 's3://states/**/*.tfstate'

    It tests permissions by making the calls of `drift check --only-state`. Of several accounts, those with something to
    mend come first: a role that cannot be assumed, refused permissions, regions that are not enabled.
    Exit status: 0 everything works, 2 a check could not run, 3 it would be incomplete.
    """
    worst = len(WORST) - 1
    found = examined(states, configurations, types, account)
    if accounts.several:
        accounts.validate()
        found = examined_each(states, configurations, types, account, accounts)
    for one in found:
        mark, colour = MARK[one.status]
        click.echo(f"{click.style(mark, fg=colour)}  {visible(one.what)}")
        if one.do:
            click.echo(f"      {visible(one.do)}")
        worst = min(worst, WORST.index(one.status))
    return EXIT[WORST[worst]]


def examined(states: States, configurations: Configurations, types: Types, account: Account) -> Iterator[Examined]:
    """The tests, in order: later ones depend on earlier ones."""
    yield Examined("ok", f"drift {__version__}, Python {platform.python_version()}")
    yield _settings()
    try:
        places = states.places(configurations.config, configurations.given)
        desired = load(sources(places, configurations), plugins.catalog())
    except DriftError as error:
        yield _failed("states", error)
        return
    yield from _states(desired)
    try:
        connection, _ = account.open(types.scope())
        with account.patiently(connection):
            here = connection.api.account
    except DriftError as error:
        yield _failed("credentials", error)
        return
    yield Examined("ok", f"credentials: account {here}, region {connection.api.region or 'not set'}")
    yield from _accounts(desired, here)
    scope = replace(types.scope(), only_state=True)
    try:
        report = run(Asked(places=places, scope=scope, account=account, configurations=configurations)).report
    except DriftError as error:
        yield _failed("check", error)
        return
    yield from _permissions(report)


def examined_each(
    states: States, configurations: Configurations, types: Types, account: Account, accounts: Accounts
) -> Iterator[Examined]:
    """The tests of several accounts: what concerns all, then those with something to mend, the worst first."""
    yield Examined("ok", f"drift {__version__}, Python {platform.python_version()}")
    yield _settings()
    from drift.cli import many

    regions: dict[str, Regions] = {}

    def through(opened: Opened) -> Outcome:
        regions[opened.account.id] = _regions(opened)
        return opened.compared(opened.desired(opened.described()))

    try:
        fleet = accounts.fleet(account)
        asked = Asked(
            places=states.places(configurations.config, configurations.given),
            scope=replace(types.scope(), only_state=True),
            account=account,
            configurations=configurations,
        )
        report = many.run(asked, fleet, many.How(), through=through).report
    except DriftError as error:
        yield _failed("accounts or states", error)
        return
    yield from _of_all(report, fleet)
    yield from _of_each(report, regions)


def _of_all(report: Report, fleet: Fleet) -> Iterator[Examined]:
    left = f", {len(fleet.left_out)} left out" if fleet.left_out else ""
    yield Examined("ok", f"accounts: {len(fleet.accounts)}{left}")
    for failed in report.states_failed:
        yield Examined("part", f"state: {failed}", "Until it can be read, its resources have no verdict.")
    sources = len(report.scope.sources)
    yield Examined("ok" if report.managed else "note", f"states: {sources} read, {report.managed} resources")
    if report.not_covered:
        names = few((f"{count} {name}" for name, count in sorted(report.not_covered.items())), FEW)
        yield Examined("note", f"not compared, because drift does not support the type: {names}")
    yield from (told for told in _refused(report) if told.status == "note")
    known = {one.account for one in report.accounts}
    yield from _of_others(Counter(u.account for u in report.unread if u.account not in known and not u.path))


def _of_each(report: Report, regions: Mapping[str, Regions]) -> Iterator[Examined]:
    """What is wrong in which accounts, the worst first; those with which all is well are counted."""
    found: dict[Examined, list[AccountSummary]] = defaultdict(list)
    well = []
    for one in worst_first(report):
        told = list(_of_account(one, report, regions.get(one.account, Regions())))
        for each in told:
            found[each].append(one)
        well += [] if told else [one]
    several = sorted(found.items(), key=lambda f: (not f[1][0].failure, WORST.index(f[0].status), -len(f[1])))
    for each, where in several[:LISTED]:
        names = (
            where[0].label if len(where) == 1 else f"{len(where)} accounts ({few((one.label for one in where), FEW)})"
        )
        yield replace(each, what=f"{names}: {each.what}")
    for status in WORST:
        rest = {one.account for each, where in several[LISTED:] if each.status == status for one in where}
        if rest:
            yield Examined(status, f"and {_accounts_of(len(rest))} more", "--account shows one of them.")
    if well:
        calls = sum(one.calls for one in well)
        what = f"can be reached, and the states' resources be read ({calls} calls)"
        yield Examined("ok", f"{_accounts_of(len(well))}: {what}{_enabled(regions[one.account] for one in well)}")


def _accounts_of(count: int) -> str:
    return f"{count} account{'s' * (count != 1)}"


def _enabled(regions: Iterable[Regions]) -> str:
    """How many regions accounts have enabled; empty where they do not tell."""
    counts = sorted({len(one.enabled) for one in regions} - {0})
    span = " to ".join(str(count) for count in dict.fromkeys((counts[0], counts[-1]))) if counts else ""
    return f", {span} regions enabled" if span else ""


def _of_account(one: AccountSummary, report: Report, regions: Regions) -> Iterator[Examined]:
    """What is wrong with an account."""
    if one.failure:
        every = all(other.failure for other in report.accounts)  # then no check could run
        yield Examined("fail" if every else "part", one.failure, "Its resources are not read, never missing.")
        return
    mine = replace(
        report,
        gaps=tuple(g for g in report.gaps if g.account == one.account),
        unread=tuple(u for u in report.unread if u.account == one.account),
    )
    yield from (replace(told, do=ROLE) for told in _refused(mine) if told.status == "part")
    if away := sorted({*one.regions} - regions.enabled - {GLOBAL}) if regions.enabled else []:
        what = f"not enabled: {few(away, FEW)}"
        yield Examined("part", what, "The states hold resources in these regions, or --region names them.")
    if regions.refused:
        yield Examined("note", f"its regions cannot be listed ({regions.refused}): --all-regions would not work", ROLE)
    if not one.states:
        yield Examined("note", "no state holds anything of it: all that is in it would be unmanaged")


@dataclass(frozen=True, slots=True)
class Regions:
    """What an account tells of its regions."""

    enabled: frozenset[str] = frozenset()
    refused: str = ""
    """Why it tells nothing, where that is a permission."""


def _regions(opened: Opened) -> Regions:
    """The regions of an account; nothing for a recording."""
    if opened.connection.api.recorded is not None:
        return Regions()
    try:
        found = plugins.provider(opened.connection.provider).enabled_regions(opened.connection.api)
    except DriftError as error:
        return Regions(refused=getattr(error, "code", "") or error.message)
    return Regions(frozenset(found))


def _settings() -> Examined:
    file = current().file
    if file:
        return Examined("ok", f"settings: {shown(file)}")
    return Examined(
        "note",
        "settings: no drift.toml here or above; defaults apply",
        "`drift config` shows them; docs/configuration-file.md lists all keys.",
    )


def _failed(what: str, error: DriftError) -> Examined:
    return Examined("fail", f"{what}: {error.message}", error.hint)


def _states(desired: Desired) -> Iterator[Examined]:
    for error in desired.failed:
        yield _failed("state", error)
    told = f"states: {len(desired.sources)} read, {len(desired.resources)} resources that drift compares"
    yield Examined("ok" if desired.resources else "note", told)
    if desired.not_covered:
        names = few((f"{count} {name}" for name, count in sorted(desired.not_covered.items())), FEW)
        yield Examined("note", f"not compared, because drift does not support the type: {names}")


def _accounts(desired: Desired, here: str) -> Iterator[Examined]:
    others: dict[str, int] = defaultdict(int)
    for resource in desired.resources:
        if resource.key.account and resource.key.account != here:
            others[resource.key.account] += 1
    yield from _of_others(others)


def _of_others(others: Mapping[str, int]) -> Iterator[Examined]:
    for account, count in sorted(others.items()):
        yield Examined(
            "part",
            f"accounts: {count} resources are in account {account}, to which these credentials have no access",
            "Run drift with credentials of that account too. Until then its resources are not read, never missing.",
        )


def _permissions(report: Report) -> Iterator[Examined]:
    found = list(_refused(report))
    yield from found
    if all(one.status == "note" for one in found):
        calls = sum(report.api_calls.values())
        yield Examined("ok", f"permissions: every resource in the states can be read ({calls} calls)")


def _refused(report: Report) -> Iterator[Examined]:
    """What was refused: what is so by choice, then what a permission would mend."""
    refused: dict[str, set[str]] = defaultdict(set)
    for gap in report.gaps:
        refused[gap.code].add(gap.action)
    for unread in report.unread:
        refused[unread.code].add(unread.action)
    refused.pop("OtherAccount", None)
    for code, kept in ((NOT_ASKED, "the content of secrets is not read by default; --with secret-values reads it"),
                       (NOT_OFFERED, "the emulator does not support")):  # fmt: skip
        if found := refused.pop(code, None):
            yield Examined("note", f"by choice: {kept}" if code == NOT_ASKED else f"{kept} {few(sorted(found), FEW)}")
    for code, found in sorted(refused.items()):
        yield Examined(
            "part",
            f"{len(found)} permission{'s' * (len(found) != 1)} refused ({code}): {few(sorted(found), FEW)}",
            "`drift policy --state …` writes the policy that allows them.",
        )
