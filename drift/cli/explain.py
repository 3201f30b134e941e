"""`drift explain`."""

from __future__ import annotations

import difflib
import json
from dataclasses import replace

import click

from drift.cli import plugins
from drift.cli.job import Asked, run
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.errors import UsageError
from drift.model.address import Address
from drift.run import Outcome
from drift.survey import Scope


@click.command("explain")
@click.argument("what", metavar="ADDRESS|ID")
@state_options
@configuration_options
@type_options
@account_options
@ignore_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How it is written.",
)
def command(
    what: str,
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    ignoring: Ignoring,
    format_: str,
) -> None:
    """Explain one verdict: every attribute, its three values, the rule that decided, and the call that told.

    An address of the state is looked up with its own type alone, and those that tell of it; an id, an ARN or a name
    among all types in scope: --only makes that cheaper.

    \b
    Examples:
      drift explain aws_security_group.web
      drift explain 'module.shop.aws_sqs_queue.jobs["a"]' --state prod.tfstate
      drift explain sg-0123456789abcdef0 --only aws_security_group
    """
    from drift.diff.explain import explanations
    from drift.report.explanation import as_json, text

    ignoring.validate()
    outcome = run(
        Asked(
            places=states.places(configurations.config, configurations.given),
            scope=_narrowed(what, types.scope()),
            account=account,
            configurations=configurations,
            ignoring=ignoring,
            accepted=ignoring.accepted(),
        )
    )
    found = [
        explanation
        for survey, _ in outcome.surveys
        for explanation in explanations(
            what, outcome.report, survey.desired, survey.actual, survey.catalog, survey.types, survey.excused
        )
    ]
    if not found:
        raise UsageError(f"nothing goes by {what!r}", _hint(what, outcome))
    if format_ == "json":
        click.echo(json.dumps([as_json(e) for e in found], indent=2, ensure_ascii=False))
        return
    for explanation in found:
        for line in text(explanation):
            click.echo(line)


def _narrowed(what: str, scope: Scope) -> Scope:
    """The type of an address, and the types that tell of its attributes, where nothing else is asked for."""
    catalog = plugins.catalog()
    try:
        type_ = Address.parse(what).type
    except ValueError:
        return scope
    if type_ not in catalog or scope.only:
        return scope
    parts = (n for n, k in catalog.items() if k.parent is not None and k.parent.to == type_ and k.parent.covers)
    return replace(scope, only=(type_, *sorted(parts)))


def _hint(what: str, outcome: Outcome) -> str:
    try:
        type_ = Address.parse(what).type
    except ValueError:
        type_ = ""
    if "_" in type_ and type_ not in plugins.catalog():
        return f"drift does not cover {type_} yet: `drift catalog` lists the types that it does."
    known = [str(r.address) for survey, _ in outcome.surveys for r in survey.desired]
    known += [r.id for survey, _ in outcome.surveys for r in survey.actual.resources.values()]
    near = difflib.get_close_matches(what, known, n=3, cutoff=0.5)
    return f"Did you mean {', '.join(near)}?" if near else "Give an address of the state, an id, an ARN or a name."
