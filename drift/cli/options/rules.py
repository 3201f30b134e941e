"""Which rules judge what drifted, and what they go by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import click

from drift.cli import plugins
from drift.cli.options import group, split
from drift.cli.settings import current

if TYPE_CHECKING:
    from drift.rules.settings import Settings
    from drift.rules.spec import Rule


@dataclass(frozen=True, slots=True)
class Rules:
    """What was asked for."""

    rules: tuple[str, ...]
    skip_rules: tuple[str, ...]
    framework: tuple[str, ...]
    rules_file: tuple[Path, ...]

    def chosen(self) -> list[Rule]:
        """The rules; UsageError for what makes no sense, CatalogError for a file that cannot be read."""
        from drift.rules.choose import choose
        from drift.rules.own import read

        own = [rule for file in self.rules_file for rule in read(file, plugins.catalog()).rules]
        return choose(
            [*plugins.rules(), *own],
            only=split(self.rules),
            without=split(self.skip_rules),
            frameworks=split(self.framework),
        )

    def settings(self, states: Iterable[str], today: date) -> Settings:
        """What they go by: drift.toml, the day it is, and where the states are kept."""
        from drift.rules.settings import Exemption, Judging, Settings

        base = Settings.of(current().section("judging", Judging), current().several("exemption", Exemption))
        places = [urlsplit(state) for state in states if state.startswith("s3://")]
        tables = [name for place in places for name in parse_qs(place.query).get("dynamodb_table", ())]
        return replace(
            base,
            today=today,
            state_buckets=frozenset(place.netloc for place in places),
            state_tables=frozenset(tables),
        )


rule_options = group(
    "judging",
    Rules,
    click.option(
        "--rules",
        multiple=True,
        metavar="RULE",
        help="Judge by these rules alone: sg-ssh, 'iam-*'. Several with commas.",
    ),
    click.option("--skip-rules", multiple=True, metavar="RULE", help="Leave these rules out. Several with commas."),
    click.option(
        "--framework",
        multiple=True,
        metavar="NAME",
        help="Judge by the rules that answer to it: cis-v3, cis-v4, fsbp. Several with commas.",
    ),
    click.option(
        "--rules-file",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="Rules of one's own, in YAML or TOML (docs/own-rules.md). Several may be given.",
    ),
)
