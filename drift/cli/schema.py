"""`drift schema`."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the report that --format json writes (drift-report/1).

    \b
    Example:
      drift schema > drift-report.schema.json
      drift check --format json | check-jsonschema --schemafile drift-report.schema.json -
    """
    from drift.report.schema import schema

    click.echo(json.dumps(schema(), indent=2))
