"""`drift rules`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drift.cli import plugins
from drift.cli.options import complete
from drift.cli.options.rules import Rules, rule_options
from drift.errors import UsageError
from drift.model.suggest import did_you_mean
from drift.report.safe import visible

if TYPE_CHECKING:
    from drift.rules.spec import Rule


class _Shows(click.Group):
    """Reads a word that is not a subcommand as a rule to show: `drift rules sg-ssh`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "list", self.commands["list"], args

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((a for a in args if not a.startswith("-")), "")
        if first not in self.commands and not {"-h", "--help"} & set(args):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("rules", cls=_Shows)
def command() -> None:
    """List the misconfiguration rules, show one, or test your own rules.

    \b
    Examples:
      drift rules                              all of them
      drift rules sg-ssh                       one, with what to do about it
      drift rules --framework cis-v4 --format markdown
      drift rules new queue-without-owner --type aws_sqs_queue --output own-rules.yaml
      drift rules test own-rules.yaml          run the tests in the file
    """


@command.command("list")
@click.argument("rule", required=False, shell_complete=complete.rules)
@rule_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="Output format.",
)
def list_(rule: str | None, judging: Rules, format_: str) -> None:
    """List the rules, or show one. `drift rules` without a subcommand does the same."""
    chosen = judging.chosen()
    if rule is not None:
        known = {r.id: r for r in chosen}
        if rule not in known:
            raise UsageError(f"unknown rule {rule!r}", did_you_mean(rule, known, "`drift rules` lists them."))
        chosen = [known[rule]]
    if format_ == "json":
        click.echo(json.dumps([document(r) for r in chosen], indent=2, ensure_ascii=False))
        return
    if format_ == "markdown":
        for line in markdown(chosen):
            click.echo(line)
        return
    width = max((len(r.id) for r in chosen), default=0)
    for r in chosen:
        click.echo(f"{visible(r.id):<{width}}  {r.severity:<9} {visible(r.title)}")
    if rule:
        for line in _detail(chosen[0]):
            click.echo(line)


@command.command("test")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE…")
def test(files: tuple[Path, ...]) -> int:
    """Run the tests in files of rules; exit with 1 if a verdict differs from the expected one."""
    from drift.rules.own import read
    from drift.rules.trial import run

    catalog, bad, count = plugins.catalog(), 0, 0
    taken = {rule.id: "a rule of drift or of a plugin" for rule in plugins.rules()}
    for file in files:
        own = read(file, catalog, taken)
        taken |= {rule.id: f"a rule of {file}" for rule in own.rules}
        tested = {case.rule.id for case in own.cases}
        for case in own.cases:
            result = run(case, catalog)
            count, bad = count + 1, bad + (not result.good)
            said = "ok  " if result.good else "FAIL"
            told = "" if result.good else f": expected {case.expect}, got {result.found} ({result.why})"
            click.echo(f"{said} {visible(case.rule.id)}: {visible(case.name)}{visible(told)}")
        for rule in own.rules:
            if rule.id not in tested:
                click.echo(f"     {visible(rule.id)}: has no tests")
    click.echo(f"{count - bad} of {count} tests passed")
    return 1 if bad else 0


@command.command("new")
@click.argument("rule")
@click.option(
    "--type",
    "type_",
    default="aws_s3_bucket",
    show_default=True,
    metavar="TYPE",
    help="The resource type that the rule checks.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; it must not exist. Default: standard output.",
)
def new(rule: str, type_: str, output: Path | None) -> None:
    """Create a file of rules with one example rule named RULE and its tests, to be edited."""
    from drift.rules.own import beginning

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", rule):
        raise UsageError(
            f"{rule!r} is not a valid rule id", "Use lower-case letters, digits and dashes: bucket-without-owner."
        )
    if rule in {known.id for known in plugins.rules()}:
        raise UsageError(f"a rule of drift or of a plugin has the id {rule!r} already", "Choose another id.")
    text = beginning(rule, type_, plugins.catalog())
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}", "Name a file that does not exist.") from None
    click.echo(f"{output}: written; `drift rules test {output}` runs its tests")


@command.command("schema")
def schema_() -> None:
    """Print the JSON Schema of a file of rules, for editors.

    \b
    Example:
      drift rules schema > own-rules.schema.json
    """
    from drift.rules.own import schema

    click.echo(json.dumps(schema(), indent=2))


def document(rule: Rule) -> dict[str, Any]:
    """A rule as plain JSON values."""
    fields = (
        "id", "title", "severity", "theme", "meaning", "remedy", "types", "reads", "near", "when_missing", "implies",
        "references", "prowler", "security_hub",
    )  # fmt: skip
    controls = {name: list(ids) for name, ids in rule.controls.items()}
    return {**{name: _listed(getattr(rule, name)) for name in fields}, "controls": controls}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def markdown(rules: list[Rule]) -> Iterator[str]:
    """The rules as a table of Markdown."""
    yield "| rule | severity | what it finds | types | answers to |"
    yield "|---|---|---|---|---|"
    for r in rules:
        types = ", ".join(f"`{t}`" for t in r.types)
        answers = ", ".join((*r.frameworks, *(f"prowler {p}" for p in r.prowler)))
        yield f"| `{r.id}` | {r.severity} | {_cell(r.title)} | {types} | {_cell(answers)} |"


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|")


def _detail(rule: Rule) -> Iterator[str]:
    yield f"\n  {visible(rule.meaning)}"
    yield f"  What to do: {visible(rule.remedy)}"
    yield f"  Types:      {', '.join(rule.types)}"
    if rule.near:
        yield f"  Looks at:   {', '.join(rule.near)}"
    if rule.when_missing:
        yield f"  Its loss is a finding: {', '.join(rule.when_missing)}"
    if rule.implies:
        yield f"  Silences:   {', '.join(rule.implies)}"
    if rule.frameworks:
        yield f"  Answers to: {', '.join(rule.frameworks)}"
    if rule.prowler:
        yield f"  Prowler:    {', '.join(rule.prowler)}"
    for reference in rule.references:
        yield f"  {visible(reference)}"
