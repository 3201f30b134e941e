"""`drift doctor`."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import click

from drift import __version__
from drift.cli import DONE, IMPOSSIBLE, INCOMPLETE, plugins
from drift.cli.job import Asked, run, sources
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.settings import current, shown
from drift.desired.load import Desired, load
from drift.errors import DriftError
from drift.model.coverage import NOT_ASKED, NOT_OFFERED
from drift.model.drift import Report
from drift.report.safe import visible

Status = Literal["ok", "note", "part", "fail"]
"""Works; worth knowing; a check would be incomplete; a check could not run."""
EXIT = {"ok": DONE, "note": DONE, "part": INCOMPLETE, "fail": IMPOSSIBLE}
MARK = {"ok": ("ok  ", "green"), "note": ("note", "cyan"), "part": ("part", "yellow"), "fail": ("FAIL", "red")}
WORST: tuple[Status, ...] = ("fail", "part", "note", "ok")
FEW = 5


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
def command(states: States, configurations: Configurations, types: Types, account: Account) -> int:
    """Test whether a check works here: configuration, states, credentials and permissions.

    \b
    Examples:
      drift doctor
      drift doctor --state 's3://states/**/*.tfstate' --profile audit

    It tests permissions by making the calls of `drift check --only-state`.
    Exit status: 0 everything works, 2 a check could not run, 3 it would be incomplete.
    """
    worst = len(WORST) - 1
    for one in examined(states, configurations, types, account):
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
        names = _few(f"{count} {name}" for name, count in sorted(desired.not_covered.items()))
        yield Examined("note", f"not compared, because drift does not support the type: {names}")


def _accounts(desired: Desired, here: str) -> Iterator[Examined]:
    others: dict[str, int] = defaultdict(int)
    for resource in desired.resources:
        if resource.key.account and resource.key.account != here:
            others[resource.key.account] += 1
    for account, count in sorted(others.items()):
        yield Examined(
            "part",
            f"accounts: {count} resources are in account {account}, to which these credentials have no access",
            "Run drift with credentials of that account too. Until then its resources are not read, never missing.",
        )


def _permissions(report: Report) -> Iterator[Examined]:
    refused: dict[str, set[str]] = defaultdict(set)
    for gap in report.gaps:
        refused[gap.code].add(gap.action)
    for unread in report.unread:
        refused[unread.code].add(unread.action)
    refused.pop("OtherAccount", None)
    for code, kept in ((NOT_ASKED, "the content of secrets is not read by default; --with secret-values reads it"),
                       (NOT_OFFERED, "the emulator does not support")):  # fmt: skip
        if found := refused.pop(code, None):
            yield Examined("note", f"by choice: {kept}" if code == NOT_ASKED else f"{kept} {_few(sorted(found))}")
    calls = sum(report.api_calls.values())
    if not refused:
        yield Examined("ok", f"permissions: every resource in the states can be read ({calls} calls)")
    for code, found in sorted(refused.items()):
        yield Examined(
            "part",
            f"{len(found)} permissions refused ({code}): {_few(sorted(found))}",
            "`drift policy --state …` writes the policy that allows them.",
        )


def _few(names: Iterable[str]) -> str:
    every = list(names)
    rest = f" and {len(every) - FEW} more" if len(every) > FEW else ""
    return ", ".join(every[:FEW]) + rest
