"""`drift merge`."""

from __future__ import annotations

from pathlib import Path

import click

from drift.cli import many
from drift.cli.options.keeping import Keeping, keeping_options
from drift.cli.options.output import Output, output_options
from drift.errors import UsageError
from drift.fleet.merge import merged
from drift.fleet.shard import gathered
from drift.run import Outcome


@click.command("merge")
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="PART...")
@output_options
@keeping_options
def command(parts: tuple[Path, ...], output: Output, keeping: Keeping) -> int:
    """Make one report of the parts that `drift check --shard` wrote.

    The report is the same, byte for byte, as that of one run over all accounts.

    \b
    Examples:
      drift merge part-*.jsonl
      drift merge part-*.jsonl --format html=drift.html --format json=drift.json --fail-on severity>=high
      drift merge part-*.parquet --format parquet=drift.parquet --format github-summary=summary.md
      drift merge part-*.jsonl --keep --scope organisation --fail-on new

    Exit status: as of `drift check`.
    """
    output.validate()
    found = gathered(parts)
    outcome = Outcome(merged(found.rows, found.head.left_out))
    if keeping.keep:
        if not found.head.keeps:
            raise UsageError(
                "the parts have nothing for the store", "Give --keep to `drift check --shard` too, in every shard."
            )
        outcome = keeping.kept(outcome, many.gathered(found.rows)._replace(run=found.head.run))
    return output.finish(outcome.report)
