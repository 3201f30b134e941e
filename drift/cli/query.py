"""`drift query`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.options import complete
from drift.cli.options.keeping import opened, store_option
from drift.cli.options.output import write
from drift.errors import UsageError
from drift.model.bounds import SETTINGS_BYTES, contents
from drift.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from drift.history.reading import Reader, Result

FORMATS = ("table", "csv", "json", "parquet")


def _names(_context: click.Context) -> Iterable[str]:
    from drift.history.named import NAMED

    return NAMED


@click.command("query")
@click.argument("query", required=False, metavar="SQL|FILE|NAME", shell_complete=complete.named(_names))
@store_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="Output format. parquet needs --output.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write to.")
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of a named query, or of $NAME in your own. May be repeated.",
)
@click.option(
    "--dialect",
    type=click.Choice(["auto", "duckdb", "postgres"]),
    default="auto",
    show_default=True,
    help="The SQL that the query is in. auto: PostgreSQL if it names a table in Steampipe's shape (aws_s3_bucket, "
    "terraform_resource), else DuckDB.",
)
@click.option(
    "--unknown",
    type=click.Choice(["error", "null"]),
    default="error",
    show_default=True,
    help="What becomes of a column in Steampipe's shape that drift does not know.",
)
@click.option("--list", "listed", is_flag=True, help="List the named queries with their parameters.")
@click.option("--show", is_flag=True, help="Print the SQL instead of running it.")
def command(
    query: str | None,
    store: str,
    format_: str,
    output: Path | None,
    values: tuple[str, ...],
    dialect: str,
    unknown: str,
    listed: bool,
    show: bool,
) -> None:
    """Ask the store of kept scans in SQL.

    \b
    Examples:
      drift query "select kind, count(*) from open_drift group by kind"
      drift query unmanaged --set days=30
      drift query report.sql --format csv -o report.csv
      drift query "select name, region from aws_s3_bucket where not versioning_enabled"
      drift query --list

    A word that names a query runs that, a file that exists is read, anything else is SQL (DuckDB's,
    with much of PostgreSQL's). The store is only read, and the query sees no other file. docs/sql.md
    lists tables and columns.
    """
    from drift.history.named import NAMED

    if listed:
        _list()
        return
    if not query:
        raise UsageError("no query given", "Give SQL, a file, or a name: `drift query --list`.")
    if format_ == "parquet" and output is None:
        raise UsageError("Parquet output needs a file", "Give --output FILE.")
    given = dict(_pair(v) for v in values)
    named = NAMED.get(query)
    text = named.sql if named else _text(query)
    if show:
        click.echo(text.rstrip())
        return
    with opened(store).reader() as reader:
        notes: list[str] = []
        if named is None:
            text, notes = _shaped(reader, text, dialect, nulls_allowed=unknown == "null")
        _write(reader.named(query, given) if named else reader.sql(text, given), notes, format_, output)


def _shaped(reader: Reader, text: str, dialect: str, *, nulls_allowed: bool) -> tuple[str, list[str]]:
    """The query in DuckDB's SQL; and what was not collected of its tables, and which columns are NULL in every row."""
    from drift.cli import plugins
    from drift.history.shapes import Shapes

    shapes = Shapes(plugins.catalog()) if dialect != "duckdb" else None
    if shapes is None or (dialect == "auto" and not shapes.mentioned(text)):
        return text, []
    ready = reader.shaped(text, shapes, nulls_allowed=nulls_allowed)
    unknown = [f"{table}.{column} is not known to drift: NULL in every row." for table, column in ready.unknown]
    return ready.sql, [*reader.lacking(ready), *unknown]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: no value", "Write --set NAME=VALUE.")
    return name.strip(), value


def _text(query: str) -> str:
    """The SQL itself, or that of a file; UsageError for a word that is neither."""
    if "\n" not in query and len(query) < 4096 and Path(query).is_file():
        try:
            return contents(query, SETTINGS_BYTES).decode()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{query}: cannot be read: {error}", "Give a file of SQL.") from None
    if query.split() == [query] and ";" not in query:
        from drift.history.named import NAMED
        from drift.model.suggest import did_you_mean

        hint = did_you_mean(query, NAMED, "`drift query --list` lists the named queries.")
        raise UsageError(f"{query!r} is neither a named query nor a file nor SQL", hint)
    return query


def _list() -> None:
    from drift.history.named import NAMED

    width = max(map(len, NAMED))
    for name, query in NAMED.items():
        parameters = "".join(f" [{n}={d}]" for n, d in query.parameters.items())
        click.echo(f"{name:<{width}}  {query.title}{parameters}")


def _write(result: Result, notes: Sequence[str], format_: str, output: Path | None) -> None:
    from drift.history import written

    if output is not None or format_ != "table":
        for note in notes:
            click.echo(visible(note), err=True)
    if output is None:
        written.told(format_, result, notes, sys.stdout, sys.stdout.isatty())
    elif format_ == "parquet":
        write({output: lambda out: written.parquet(written.with_notes(result, notes), out)})
    else:
        write({output: lambda out: written.as_text(format_, result, notes, out)})
