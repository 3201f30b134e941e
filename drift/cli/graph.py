"""`drift graph`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.job import Asked, run, sources
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.desired.load import load, states_of
from drift.errors import UsageError
from drift.graph import build
from drift.model.resource import Key
from drift.report import drawing
from drift.report.surroundings import both_sides, near

if TYPE_CHECKING:
    import networkx as nx

    from drift.desired.hcl.configured import Configuration

FORMATS: dict[str, Callable[[nx.DiGraph[Key], drawing.Marks], str]] = {
    "dot": drawing.dot,
    "mermaid": drawing.mermaid,
    "json": drawing.as_json,
}


@click.command("graph")
@state_options
@configuration_options
@click.option(
    "--side",
    type=click.Choice(["configured", "desired", "actual", "drifted"]),
    help="What to draw: configured (the configuration; default with --config), desired (what Terraform describes), "
    "actual (the account), drifted (drifted resources and their neighbours; default otherwise). configured and "
    "desired make no API call.",
)
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), default="dot", show_default=True, help="Output format."
)
@type_options
@account_options
def command(
    states: States, configurations: Configurations, types: Types, account: Account, side: str | None, format_: str
) -> None:
    """Draw resources and their references: which drifted, how severely, and which have undescribed parts.

    \b
    Examples:
      drift graph --config . --format json            the configuration, evaluated
      drift graph --side desired --format mermaid
      drift graph --state prod.tfstate | dot -Tsvg > drift.svg
    """
    if side == "configured" or (side is None and configurations.config):
        click.echo(configured(states, configurations, format_), nl=False)
        return
    catalog = plugins.catalog()
    if side == "desired":
        in_scope = types.scope().types(catalog)
        desired = [
            r
            for r in load(sources(states.places(variables=configurations.given), configurations), catalog).resources
            if r.address and r.address.type in in_scope
        ]
        click.echo(FORMATS[format_](build(desired, catalog), {}), nl=False)
        return
    places = states.places(variables=configurations.given)
    outcome = run(Asked(places=places, scope=types.scope(), account=account, configurations=configurations))
    marks = {d.resource.key: drawing.Mark.of(d) for d in outcome.report.drift}
    survey, judged = outcome.surveys[0]
    whole = both_sides(survey, judged.drift)
    if side in (None, "drifted"):
        whole = near(whole, marks)
    click.echo(FORMATS[format_](whole, marks), nl=False)


def configured(states: States, configurations: Configurations, format_: str) -> str:
    """The configurations, evaluated with the values that the given states record."""
    from drift.report import configuration

    read = configurations.alone() if not states.states else [*_with_states(states, configurations)]
    return configuration.as_json(read) if format_ == "json" else FORMATS[format_](configuration.drawn(read), {})


def _with_states(states: States, configurations: Configurations) -> Iterator[Configuration]:
    places = states.places(variables=configurations.given)
    for state in states_of(sources(places, configurations))[0]:
        if state.configuration is None:
            raise UsageError(
                f"{state.source}: no configuration matches this state", "Give its directory with --config."
            )
        yield state.configuration
