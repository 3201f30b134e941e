"""`drift graph`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.job import load, run
from drift.cli.options.account import Account, account_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.graph import build
from drift.model.resource import Key, Resource
from drift.report import drawing

if TYPE_CHECKING:
    import networkx as nx

FORMATS: dict[str, Callable[[nx.DiGraph[Key], drawing.Marks], str]] = {
    "dot": drawing.dot,
    "mermaid": drawing.mermaid,
    "json": drawing.as_json,
}


@click.command("graph")
@state_options
@click.option(
    "--side",
    type=click.Choice(["desired", "actual", "drifted"]),
    default="drifted",
    show_default=True,
    help="What Terraform describes (no cloud is asked), what is there, or what drifted with its neighbours.",
)
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="dot", show_default=True)
@type_options
@account_options
def command(states: States, types: Types, account: Account, side: str, format_: str) -> None:
    """Draw the resources and what they refer to, with the drift marked.

    \b
    Examples:
      drift graph --side desired --format mermaid
      drift graph --state prod.tfstate | dot -Tsvg > drift.svg
    """
    catalog = plugins.catalog()
    if side == "desired":
        in_scope = types.scope().types(catalog)
        desired = [r for r in load(states.places()).resources if r.address and r.address.type in in_scope]
        click.echo(FORMATS[format_](build(desired, catalog), {}), nl=False)
        return
    api, scope = account.open(types.scope())
    result = run(states.places(), api, scope, record=account.record)
    marks = {d.resource.key: d.kind for d in result.report.drift}
    addresses = {r.key: r.address for r in result.desired if not r.deposed}
    actual = [replace(r, address=addresses.get(r.key)) for r in result.actual]
    there = {r.key for r in actual}
    lost: list[Resource] = [r for r in result.desired if marks.get(r.key) == "missing" and r.key not in there]
    whole = build([*actual, *lost], catalog)
    if side == "drifted":
        near = {n for key in marks if key in whole for n in (key, *whole.successors(key), *whole.predecessors(key))}
        whole = whole.subgraph([n for n in whole if n in near])
    click.echo(FORMATS[format_](whole, marks), nl=False)
