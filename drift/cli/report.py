"""`drift report`."""

from __future__ import annotations

import click

from drift.cli.options import complete
from drift.cli.options.output import Output, output_options
from drift.cli.options.selection import Selected, selection_options
from drift.cli.saved import load


@click.command("report")
@click.argument("saved", shell_complete=complete.files)
@selection_options
@output_options
def command(saved: str, selected: Selected, output: Output) -> int:
    """Render a saved JSON report again, in any format, complete or filtered. Makes no API call.

    \b
    Examples:
      drift report drift.json                             as a table
      drift report drift.json --format html -o drift.html
      drift report drift.json --format markdown --kind unmanaged --severity high
      drift report drift.json --format table --format sarif=drift.sarif --module module.web
      drift check --format json | drift report - --fail-on type=aws_iam_*

    The exit status is that of `drift check`, for the resources shown.
    """
    output.validate()
    return output.finish(selected.of(load(saved)))
