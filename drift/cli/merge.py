"""`drift merge`."""

from __future__ import annotations

from pathlib import Path

import click

from drift.cli.options.output import Output, output_options
from drift.fleet.merge import merged
from drift.fleet.shard import gathered


@click.command("merge")
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="PART...")
@output_options
def command(parts: tuple[Path, ...], output: Output) -> int:
    """Make one report of the parts that `drift check --shard` wrote.

    The report is the same, byte for byte, as that of one run over all accounts.

    \b
    Examples:
      drift merge part-*.jsonl
      drift merge part-*.jsonl --format html=drift.html --format json=drift.json --fail-on severity>=high

    Exit status: as of `drift check`.
    """
    output.validate()
    found = gathered(parts)
    return output.finish(merged([*found.each()], found.head.left_out))
