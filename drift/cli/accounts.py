"""`drift accounts`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import click

from drift.cli import DONE, INCOMPLETE, many, plugins
from drift.cli.job import Asked
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import UNREAD
from drift.cli.options.fleet import Accounts, fleet_options
from drift.cli.options.states import States, state_options
from drift.errors import DriftError, UsageError
from drift.fleet.execute import ACCOUNTS
from drift.live.patience import Patiences
from drift.provider.contract import Grant
from drift.provider.describe import actions
from drift.report.safe import visible
from drift.survey import Scope

if TYPE_CHECKING:
    from drift.fleet.accounts import Account as One
    from drift.fleet.accounts import Fleet
    from drift.fleet.plan import Held, Plan

REGIONS = "ec2:DescribeRegions"
"""What --all-regions asks."""


@click.command("accounts")
@fleet_options
@state_options
@account_options
@click.option("--check", "tried", is_flag=True, help="Try each account: assume its role, and ask whose account it is.")
@click.option(
    "--role-template",
    type=click.Choice(["cloudformation", "terraform"]),
    help="Write the read-only role that drift assumes in each account: for a CloudFormation StackSet, or as Terraform.",
)
@click.option(
    "--trust",
    multiple=True,
    metavar="ACCOUNT",
    help="With --role-template: the account that drift runs in, by its id. May be repeated.",
)
@click.option("--name", default="drift-read-only", show_default=True, help="With --role-template: the role's name.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output format.",
)
def command(
    accounts: Accounts,
    states: States,
    account: Account,
    tried: bool,
    role_template: Literal["cloudformation", "terraform"] | None,
    trust: tuple[str, ...],
    name: str,
    format_: str,
) -> int:
    """List the accounts that a run would look at, try them, or write the role that it needs in each.

    \b
    Examples:
      drift accounts --accounts accounts.yml --tag prod
      drift accounts --organization --role-name drift-read-only --check
      drift accounts --accounts accounts.yml --state 's3://states/**/*.tfstate'   which states belong to which account
      drift accounts --role-template cloudformation --trust 123456789012 > role.json

    Exit status: 0, or 3 if --check cannot reach an account.
    """
    if role_template is not None:
        click.echo(_role(account, role_template, trust, name, accounts.external_id or ""), nl=False)
        return DONE
    if not accounts.several:
        raise UsageError("no accounts are given", "Give --accounts FILE, or --organization with --role-name.")
    fleet = accounts.fleet(account)
    plan = _plan(states, account, fleet)
    failures = _tried(fleet, account) if tried else {}
    held = {c.account.id: c.states for c in plan.cells if c.account is not None} if plan is not None else {}
    told = [_told(one, held.get(one.id), failures if tried else None) for one in fleet.accounts]
    if format_ == "json":
        click.echo(json.dumps(_document(told, fleet, plan), indent=2))
    else:
        for line in _lines(told, fleet, plan):
            click.echo(visible(line))
    return INCOMPLETE if failures else DONE


def _role(account: Account, format_: str, trust: tuple[str, ...], name: str, external_id: str) -> str:
    """The text of the template."""
    provider = plugins.provider(account.provider)
    if provider.allow is None:
        raise UsageError(f"{provider.title} has no such role", "")
    if not trust:
        raise UsageError(
            "--role-template needs --trust: the account that drift runs in", "Give its id: --trust 123456789012."
        )
    names = [t for t in plugins.catalog() if plugins.catalog().provider_of(t) is provider]
    secrets = "secret-values" in account.with_
    allowed = [*actions(names, plugins.catalog(), secrets=secrets), REGIONS]
    grant = Grant(actions=allowed, name=name, format=format_, secrets=secrets, trust=trust, external_id=external_id)
    return next(iter(provider.allow(grant).values()))


def _plan(states: States, account: Account, fleet: Fleet) -> Plan | None:
    """Which states belong to which account; None where no states are given."""
    if not states.states:
        return None
    return many.planned(Asked(places=states.places(), scope=Scope(), account=account, configurations=UNREAD), fleet)


def _tried(fleet: Fleet, account: Account) -> dict[str, str]:
    """Account -> why it cannot be reached, for those that cannot."""
    opener = many.Opener(account, Patiences(account.timeout))

    def one(which: One) -> tuple[str, str]:
        try:
            connection, _ = opener.open(which, Scope())
            found = connection.api.account
        except DriftError as error:
            return which.id, f"{error.message}. {error.hint}"
        return which.id, "" if found == which.id else f"the credentials are of account {found}"

    with ThreadPoolExecutor(ACCOUNTS) as pool:
        return {id_: why for id_, why in pool.map(one, fleet.accounts) if why}


def _told(one: One, states: Sequence[Held] | None, failures: Mapping[str, str] | None) -> dict[str, Any]:
    out: dict[str, Any] = {
        "account": one.id,
        "name": one.name,
        "path": one.path,
        "roles": [role.name for role in one.roles],
        "profile": one.profile,
        "regions": list(one.regions),
        "tags": list(one.tags),
    }
    if states is not None:
        out["states"] = [held.state.name for held in states]
    if failures is not None:
        out |= {"reachable": one.id not in failures, "failure": failures.get(one.id, "")}
    return out


def _document(told: list[dict[str, Any]], fleet: Fleet, plan: Plan | None) -> dict[str, Any]:
    out: dict[str, Any] = {"accounts": told, "left_out": dict(fleet.left_out)}
    return out if plan is None else out | {"states_of_other_accounts": _others(plan)}


def _others(plan: Plan) -> dict[str, list[str]]:
    """State -> the accounts of what it holds that are not among those of the run."""
    ids = {a.id for a in plan.fleet.accounts} | {*plan.fleet.left_out}
    return {h.state.name: sorted(h.all - ids) or ["unknown"] for h in plan.states if h.all - ids or not h.all}


def _lines(told: list[dict[str, Any]], fleet: Fleet, plan: Plan | None) -> Iterator[str]:
    width = max(len(one["name"] or one["path"]) for one in told)
    for one in told:
        how = " -> ".join(one["roles"]) or (f"profile {one['profile']}" if one["profile"] else "your own credentials")
        where = f"  {one['path']}" if one["path"] and one["name"] else ""
        mark = "" if "reachable" not in one else "ok    " if one["reachable"] else "FAIL  "
        yield f"{mark}{one['account']}  {one['name'] or one['path']:<{width}}  {how}{where}"
        if one.get("failure"):
            yield f"      {one['failure']}"
        if plan is not None:
            yield from (f"      {state}" for state in one["states"])
            if not one["states"]:
                yield "      no state holds anything of it"
    ok = f", {sum(one['reachable'] for one in told)} can be reached" if "reachable" in told[0] else ""
    yield f"{len(told)} account{'s' * (len(told) != 1)}{ok}"
    for why in sorted({*fleet.left_out.values()}):
        yield f"{sum(w == why for w in fleet.left_out.values())} left out because {why}"
    if plan is not None:
        for lost in plan.lost:
            yield f"not read: {lost.error.message}"
        for state, accounts in _others(plan).items():
            yield f"{state}: also of {', '.join(accounts)}, which nobody reads"
