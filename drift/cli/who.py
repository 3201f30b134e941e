"""`drift who`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.explain import names_of, narrowed, unknown_hint
from drift.cli.job import Asked, compare
from drift.cli.options import complete, group
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.options.who import Whose, calls_option, events_option, who_option
from drift.errors import UsageError
from drift.model.resource import Resource
from drift.report.safe import visible

if TYPE_CHECKING:
    from drift.model.drift import Drift
    from drift.model.who import Who
    from drift.run import Outcome

YEAR = 365


@click.command("who")
@click.argument("what", metavar="ADDRESS|ID", shell_complete=complete.addresses)
@state_options
@configuration_options
@type_options
@account_options
@ignore_options
@group("whose", Whose, who_option, events_option, calls_option)
@click.option(
    "--athena",
    metavar="DATABASE.TABLE",
    help="Print the query that finds it in a trail's bucket, for Amazon Athena, and ask no log. drift does not run it: "
    "it writes its result and costs by what it reads. Give the result (CSV) to --events.",
)
@click.option(
    "--trail", metavar="s3://BUCKET/AWSLogs", help="With --athena: also print the statement that makes the table."
)
@click.option(
    "--since",
    metavar="DATE",
    help="With --athena: the first day that the query reads. Default: a year ago.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)
def command(
    what: str,
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    ignoring: Ignoring,
    whose: Whose,
    athena: str | None,
    trail: str | None,
    since: str | None,
    format_: str,
) -> None:
    """Tell who last changed a resource, when, from where and by what.

    Of a resource that drifted, it tells who made the drift; of one that did not, the last calls that wrote it.
    CloudTrail's event history goes back 90 days; files of a trail go back further.

    \b
    Examples:
      drift who aws_security_group.web
      drift who sg-0123456789abcdef0 --only aws_security_group
      drift who aws_iam_role.deploy --who=role             without names of people
      drift who aws_iam_role.deploy --events trail/2026/   files of a trail
      drift who aws_iam_role.deploy --athena logs.trail --since 2025-01-01
    """
    from drift.who.answer import answered, last_writes

    ignoring.validate()
    asked = Asked(
        places=states.places(configurations.config, configurations.given),
        scope=narrowed(what, types.scope()),
        account=account,
        configurations=configurations,
        ignoring=ignoring,
        accepted=ignoring.accepted(),
    )
    connection, scope = account.open(asked.scope)
    with account.patiently(connection):
        outcome = compare(asked, connection, scope)
        drifts = [d for d in (*outcome.report.drift, *outcome.report.accepted) if what in names_of(d)]
        resources = [] if drifts else list(_resources(what, outcome))
        if not drifts and not resources:
            raise UsageError(f"no resource has the address, id, ARN or name {what!r}", unknown_hint(what, outcome))
        if athena is not None:
            _print_query(athena, trail, since, [d.found for d in drifts] or resources, connection.api.region)
            return
        catalog, question = plugins.catalog(), whose.question()
        report = answered(replace(outcome.report, drift=tuple(drifts), accepted=()), [connection], catalog, question)
        written, warnings = last_writes(resources, [connection], catalog, question)
    warnings = [*report.warnings[len(outcome.report.warnings) :], *warnings]
    found = [*((d.found, d.who, d) for d in report.drift), *((r, written.get(r.key, ()), None) for r in resources)]
    if format_ == "json":
        click.echo(json.dumps([_json(r, who, d) for r, who, d in found], indent=2, ensure_ascii=False))
    else:
        for line in _text(found):
            click.echo(line)
    for warning in warnings:
        click.echo(f"! {visible(warning)}", err=True)


def _resources(what: str, outcome: Outcome) -> Iterator[Resource]:
    """The resources without drift that go by this name: the actual side, with the address of the desired one."""
    seen = set()
    for survey, _ in outcome.surveys:
        pairs = [(r, survey.actual.paired.get(r.origin)) for r in survey.desired]
        pairs += [(r, r) for r in survey.actual.resources.values()]
        for desired, actual in pairs:
            if actual is not None and what in _names(desired, actual) and actual.key not in seen:
                seen.add(actual.key)
                yield actual.at(desired.address)


def _names(desired: Resource, actual: Resource) -> list[str]:
    names = (str(desired.address or ""), actual.id, actual.arn, actual.name, f"{actual.type}.{actual.id}")
    return [n for n in names if n]


def _text(found: Sequence[tuple[Resource, Sequence[Who], Drift | None]]) -> Iterator[str]:
    from drift.report.whose import story
    from drift.report.wording import sentence

    for resource, answers, drift in found:
        name = visible(resource.address or f"{resource.type} {resource.id}")
        yield (
            sentence(replace(drift, who=(), since=None))
            if drift is not None
            else f"{name}: did not drift; last written:"
        )
        yield from (f"  {line}" for line in story(answers))
        yield ""


def _json(resource: Resource, answers: Sequence[Who], drift: Drift | None) -> dict[str, object]:
    from drift.report.wire import encode

    return {
        "address": str(resource.address) if resource.address else None,
        "type": resource.type,
        "id": resource.id,
        "account": resource.key.account,
        "region": resource.key.region,
        "drift": drift.kind if drift is not None else None,
        "since": encode(drift.since) if drift is not None and drift.since is not None else None,
        "who": encode(tuple(answers)),
    }


def _print_query(
    athena: str, trail: str | None, since: str | None, resources: Sequence[Resource], default_region: str
) -> None:
    """The statements for Athena, and what to do with them."""
    catalog = plugins.catalog()
    audit = catalog.provider_of(resources[0].key.type).audit()
    if audit is None:
        raise UsageError("drift cannot read the audit log of this provider", "Ask for a resource of another provider.")
    last = datetime.now(UTC).date()
    try:
        first = date.fromisoformat(since) if since else last - timedelta(days=YEAR)
    except ValueError:
        raise UsageError(f"--since: {since!r} is no date", "Write 2026-01-31.") from None
    if trail is not None:
        click.echo(audit.table(athena, trail))
    places = [(r.key.account, audit.home(r, default_region, catalog[r.key.type])) for r in resources]
    names = list(dict.fromkeys(name for r in resources if (name := audit.name(r))))
    if not names:
        raise UsageError("the log does not name this resource", "Ask for the resource that it is part of.")
    click.echo(audit.query(athena, places, names, first.isoformat(), last.isoformat()), nl=False)
    click.echo("Run it in Athena, download the result, and give the file to --events.", err=True)
