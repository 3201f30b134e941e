"""`drift ignore`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from drift.cli.options import complete
from drift.cli.options.output import write_files
from drift.cli.settings import shown
from drift.cli.settings.file import NAME, PYPROJECT, TOOL, find
from drift.errors import UsageError
from drift.model import bounds


@click.command("ignore")
@click.argument("resources", nargs=-1, required=True, metavar="ADDRESS|TYPE.ID...", shell_complete=complete.addresses)
@click.option(
    "--path",
    "paths",
    multiple=True,
    help="Only this attribute and everything inside it: tags.LastRun. May be repeated.",
)
@click.option(
    "--in-account",
    "accounts",
    multiple=True,
    metavar="ACCOUNT",
    help="Only in this account, by id or, in a run of many accounts, by name. May be repeated.",
)
@click.option("--reason", required=True, help="Why this is not drift. Shown in the report.")
@click.option("--owner", help="Who is responsible for the rule.")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day on which the rule applies: 2026-12-31.",
)
def command(
    resources: tuple[str, ...],
    paths: tuple[str, ...],
    accounts: tuple[str, ...],
    reason: str,
    owner: str | None,
    expires: datetime | None,
) -> None:
    """Leave drift out of the report: add a rule to drift.toml. The rest of the file stays unchanged.

    \b
    Examples:
      drift ignore aws_s3_bucket.scratch --reason "thrown away every night"
      drift ignore 'module.web.aws_autoscaling_group.*' --path desired_capacity --reason "scaled by hand"
      drift ignore aws_iam_user.contractor --reason "leaves in June" --expires 2026-06-30
      drift ignore aws_sqs_queue.jobs --in-account payments --reason "being moved"
    """
    if not reason.strip():
        raise UsageError("--reason is empty", "Say why this is not drift.")
    file = find(Path.cwd()) or Path(NAME)
    rule: dict[str, Any] = {"resource": _one(resources), "path": _one(paths)}
    rule |= {"account": _one(accounts), "reason": reason, "owner": owner}
    written = _with(file, {**rule, "expires": expires.date() if expires else None})
    write_files({file: written}, "Write the rule by hand.")
    where = f" in {', '.join(accounts)}" if accounts else ""
    be = "is" if len(resources) == 1 else "are"
    click.echo(f"{shown(file)}: {', '.join(resources)} {be} ignored{where}: {reason}")
    if expires and expires.date() < datetime.now(UTC).date():
        click.echo(f"{expires.date()} is in the past: the rule does not apply.", err=True)


def _one(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _with(file: Path, rule: dict[str, Any]) -> str:
    """The text of the file with one more rule."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = bounds.text(file, bounds.SETTINGS_BYTES).rstrip("\n") if file.is_file() else ""
        document = tomlkit.parse(f"{text}\n\n" if text else "")
    except (OSError, UnicodeDecodeError, RecursionError, TOMLKitError) as error:
        raise UsageError(f"{shown(file)}: cannot be read: {error}", "Correct the file first.") from None
    table: Any = document
    for name in TOOL if file.name == PYPROJECT else ():
        table = table[name]
    entry = tomlkit.table()
    for key, value in rule.items():
        if value not in (None, "", []):
            entry.add(key, value)
    if "ignore" not in table:
        table.append("ignore", tomlkit.aot())
    table["ignore"].append(entry)
    return tomlkit.dumps(document).rstrip("\n") + "\n"
