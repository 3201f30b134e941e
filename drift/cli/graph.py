"""`drift graph`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.check import Scope
from drift.cli import plugins
from drift.cli.check import default_states, load, run, split
from drift.graph import build
from drift.live.api import Api
from drift.live.session import BotoApi
from drift.live.tape import Player
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
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="PLACE",
    help="A state, as of `drift check`. Default: the state of the Terraform directory one is in.",
)
@click.option(
    "--side",
    type=click.Choice(["desired", "actual", "drifted"]),
    default="drifted",
    show_default=True,
    help="What Terraform describes (no cloud is asked), what is there, or what drifted with its neighbours.",
)
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="dot", show_default=True)
@click.option("--only", multiple=True, metavar="TYPE", help="These types alone.")
@click.option("--exclude", multiple=True, metavar="TYPE", help="Leave these types out.")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Look here too.")
@click.option("--profile", metavar="NAME", help="The profile of the AWS configuration to use.")
@click.option("--state-profile", metavar="NAME", help="The profile to read states in S3 with; never that of --profile.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path, file_okay=False),
    help="Answer from a recording made by `drift check --record`.",
)
def command(
    states: tuple[str, ...],
    side: str,
    format_: str,
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    regions: tuple[str, ...],
    profile: str | None,
    state_profile: str | None,
    replay: Path | None,
) -> None:
    """Draw the resources and what they refer to, with the drift marked.

    \b
    Examples:
      drift graph --side desired --format mermaid
      drift graph --state prod.tfstate | dot -Tsvg > drift.svg
    """
    catalog = plugins.catalog()
    scope = Scope(only=split(only), exclude=split(exclude), regions=split(regions))
    found = default_states(states, state_profile)
    if side == "desired":
        types = scope.types(catalog)
        desired = [r for r in load(found).resources if r.address and r.address.type in types]
        click.echo(FORMATS[format_](build(desired, catalog), {}), nl=False)
        return
    api: Api = Player(replay) if replay else BotoApi(profile=profile, region=next(iter(scope.regions), None))
    if isinstance(api, Player):
        scope = replace(scope, recorded=api.types)
    result = run(found, api, scope)
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
