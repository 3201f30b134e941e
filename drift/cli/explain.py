"""`drift explain`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.job import Asked, run
from drift.cli.options import complete
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.fleet import Accounts, fleet_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.options.who import Whose, who_options
from drift.cli.saved import load
from drift.errors import UsageError
from drift.model.address import Address
from drift.model.drift import Drift, Report
from drift.model.suggest import did_you_mean
from drift.report.accounts import names
from drift.report.safe import visible
from drift.run import Outcome
from drift.survey import Scope

if TYPE_CHECKING:
    from drift.diff.explain import Explanation


@click.command("explain")
@click.argument("what", metavar="ADDRESS|ID", shell_complete=complete.addresses)
@click.option(
    "--report",
    "saved",
    metavar="FILE",
    shell_complete=complete.files,
    help="Explain it from this saved report (JSON), and ask no cloud; - for standard input.",
)
@state_options
@configuration_options
@type_options
@account_options
@fleet_options
@ignore_options
@who_options
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
    saved: str | None,
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    accounts: Accounts,
    ignoring: Ignoring,
    whose: Whose,
    format_: str,
) -> None:
    """Explain the verdict on one resource: what changed, how severe it is, what to do; then each attribute.

    For an address of the state, drift reads only the resource's type and the types of its parts.
    For an id, an ARN or a name it searches all types: give --only to make fewer calls. A saved report contains only
    resources that drifted.

    \b
    Examples:
      drift explain aws_security_group.web
      drift explain 'module.shop.aws_sqs_queue.jobs["a"]' --state prod.tfstate
      drift explain sg-0123456789abcdef0 --only aws_security_group
      drift explain aws_sqs_queue.jobs --accounts accounts.yml --account payments --state 's3://states/**/*.tfstate'
      drift demo --format json -o demo.json; drift explain --report demo.json aws_iam_role.deploy
    """
    if saved is not None:
        report = load(saved)
        _tell(_of_report(what, report, saved), (), format_, names(report))
        return
    ignoring.validate()
    whose.validate()
    accounts.validate()
    outcome, found = _explained(
        what,
        Asked(
            places=states.places(configurations.config, configurations.given),
            scope=narrowed(what, types.scope()),
            account=account,
            configurations=configurations,
            ignoring=ignoring,
            accepted=ignoring.accepted(),
            whose=whose,
        ),
        accounts,
    )
    for one in outcome.report.accounts:
        if one.failure:
            click.echo(f"{visible(one.label)} could not be read: {visible(one.failure)}", err=True)
    if not found:
        raise UsageError(f"no resource has the address, id, ARN or name {what!r}", unknown_hint(what, outcome))
    known = {(e.type, e.id, e.address) for e in found}
    every = (*outcome.report.drift, *outcome.report.accepted)
    drifts = [d for d in every if (d.type, d.found.id, str(d.resource.address or "")) in known or _is(d, what)]
    _tell(drifts, found, format_, names(outcome.report))


def _explained(what: str, asked: Asked, accounts: Accounts) -> tuple[Outcome, list[Explanation]]:
    """(what the run came to, the explanations from all its accounts, in their order)."""
    if not accounts.several:
        outcome = run(asked)
        return outcome, _found(what, outcome)
    from drift.cli import many

    found: dict[str, list[Explanation]] = {}

    def each(outcome: Outcome) -> None:
        found[outcome.report.scope.accounts[0]] = _found(what, outcome)

    outcome = many.run(asked, accounts.fleet(asked.account), many.How(), each)
    return outcome, [one for a in outcome.report.accounts for one in found.get(a.account, ())]


def _found(what: str, outcome: Outcome) -> list[Explanation]:
    from drift.diff.explain import explanations

    return [
        explanation
        for survey, _ in outcome.surveys
        for explanation in explanations(
            what, outcome.report, survey.desired, survey.actual, survey.catalog, survey.types, survey.excused
        )
    ]


def _tell(drifts: Sequence[Drift], found: Sequence[Explanation], format_: str, known: Mapping[str, str]) -> None:
    from drift.report.explanation import as_json, story, story_json, text

    links = [_link(d) for d in drifts]
    if format_ == "json":
        told = [story_json(d, link) for d, link in zip(drifts, links, strict=True)]
        of = {(str(d.resource.address or ""), d.found.id): t for d, t in zip(drifts, told, strict=True)}
        every = [{**as_json(e), **of.pop((e.address, e.id), {})} for e in found] + list(of.values())
        click.echo(json.dumps(every, indent=2, ensure_ascii=False))
        return
    for drift, link in zip(drifts, links, strict=True):
        for line in story(drift, link, known):
            click.echo(line)
    for explanation in found:
        for line in text(explanation):
            click.echo(line)


def _of_report(what: str, report: Report, name: str) -> list[Drift]:
    every = (*report.drift, *report.accepted)
    found = [d for d in every if _is(d, what)]
    if not found:
        known = [n for d in every for n in names_of(d)]
        raise UsageError(
            f"{name} holds no drift of {what!r}", did_you_mean(what, known, "A report holds what drifted alone.")
        )
    return found


def _is(drift: Drift, what: str) -> bool:
    return what in names_of(drift)


def names_of(drift: Drift) -> list[str]:
    """What a drift goes by: its address, id, ARN and name, and TYPE.ID."""
    found = drift.found
    names = (str(drift.resource.address or ""), found.id, found.arn, found.name, f"{drift.type}.{found.id}")
    return [n for n in names if n]


def _link(drift: Drift) -> str:
    catalog = plugins.catalog()
    type_ = drift.found.key.type
    return catalog.provider_of(type_).console(drift.found.arn) if type_ in catalog else ""


def narrowed(what: str, scope: Scope) -> Scope:
    """For an address and without --only: a scope of its type, and of the types that describe parts of it."""
    catalog = plugins.catalog()
    try:
        type_ = Address.parse(what).type
    except ValueError:
        return replace(scope, everything=True)  # an id may be of anything
    if type_ not in catalog or scope.only:
        return scope
    parts = (n for n, k in catalog.items() if k.parent is not None and k.parent.to == type_ and k.parent.covers)
    return replace(scope, only=(type_, *sorted(parts)))


def unknown_hint(what: str, outcome: Outcome) -> str:
    """What to try where nothing goes by a name."""
    try:
        type_ = Address.parse(what).type
    except ValueError:
        type_ = ""
    if "_" in type_ and type_ not in plugins.catalog():
        return f"drift does not support {type_} yet: `drift catalog` lists the supported types."
    known = [str(r.address) for survey, _ in outcome.surveys for r in survey.desired]
    known += [r.id for survey, _ in outcome.surveys for r in survey.actual.resources.values()]
    return did_you_mean(what, known, "Give an address of the state, an id, an ARN or a name.")
