"""`drift explain`."""

from __future__ import annotations

import difflib
import json
from dataclasses import replace

import click

from drift.check import Result, Scope
from drift.cli import plugins
from drift.cli.job import run
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.errors import UsageError
from drift.model.address import Address


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
    api, scope = account.open(_narrowed(what, types.scope()))
    result = run(
        states.places(configurations.config), api, scope, configurations, record=account.record, ignoring=ignoring,
        accepted=ignoring.accepted(),
    )  # fmt: skip
    if result.found is None:
        raise UsageError("nothing was looked at", "Give a state with --state.")
    sides = (result.desired, result.found, plugins.catalog(), result.types, result.excused)
    found = [*explanations(what, result.report, *sides)]
    if not found:
        raise UsageError(f"nothing goes by {what!r}", _hint(what, result))
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
    parts = (n for n, k in catalog.items() if k.parent is not None and k.parent.to == type_ and k.parent.tells)
    return replace(scope, only=(type_, *sorted(parts)))


def _hint(what: str, result: Result) -> str:
    try:
        type_ = Address.parse(what).type
    except ValueError:
        type_ = ""
    if type_.startswith("aws_") and type_ not in plugins.catalog():
        return f"drift does not cover {type_} yet: `drift catalog` lists the types that it does."
    known = [str(r.address) for r in result.desired] + [r.id for r in result.actual]
    near = difflib.get_close_matches(what, known, n=3, cutoff=0.5)
    return f"Did you mean {', '.join(near)}?" if near else "Give an address of the state, an id, an ARN or a name."
