"""Which rules judge what drifted, and what they go by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args
from urllib.parse import parse_qs, urlsplit

import click

from drift.cli import plugins
from drift.cli.options import complete, group, split
from drift.cli.settings import current
from drift.errors import UsageError
from drift.judgement import Judge

if TYPE_CHECKING:
    from drift.rules.criteria import Criteria
    from drift.rules.frameworks import Framework
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

        built_in, own = plugins.rules(), list["Rule"]()
        taken = {rule.id: "a rule of drift or of a plugin" for rule in built_in}
        for file in self.rules_file:
            found = read(file, plugins.catalog(), taken).rules
            taken |= {rule.id: f"a rule of {file}" for rule in found}
            own += found
        return choose(
            [*built_in, *own],
            only=split(self.rules),
            without=split(self.skip_rules),
            frameworks=self.frameworks(),
        )

    def frameworks(self) -> list[Framework]:
        """Those whose controls the report answers; UsageError for one that there is not."""
        from drift.rules.frameworks import named

        return named(split(self.framework), plugins.frameworks())

    def criteria(self, states: Iterable[str], today: date) -> Criteria:
        """What they go by: drift.toml, the day it is, and where the states are kept."""
        from drift.rules.criteria import Criteria, Exemption, Judging

        base = Criteria.of(current().section("judging", Judging), current().several("exemption", Exemption))
        places = [urlsplit(state) for state in states if state.startswith("s3://")]
        tables = [name for place in places for name in parse_qs(place.query).get("dynamodb_table", ())]
        return replace(
            base,
            today=today,
            state_buckets=frozenset(place.netloc for place in places),
            state_tables=frozenset(tables),
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """What the rules judge."""

    judge: tuple[str, ...] = ()

    @property
    def judged(self) -> frozenset[Judge]:
        """What they judge; UsageError for what is none of it."""
        found = frozenset(split(self.judge))
        strange = sorted(found - set(get_args(Judge)))
        if strange:
            raise UsageError(f"--judge: unknown value {strange[0]!r}", f"Values: {', '.join(get_args(Judge))}.")
        return cast("frozenset[Judge]", found | {"drifted"})


extent_options = group(
    "extent",
    Extent,
    click.option(
        "--judge",
        multiple=True,
        metavar="WHAT",
        help="What the rules check: drifted (drifted resources, the default), all (also resources in sync), account "
        "(also what the account lacks, such as a trail or a detector). Separate several with commas.",
    ),
)

rule_options = group(
    "judging",
    Rules,
    click.option(
        "--rules",
        multiple=True,
        shell_complete=complete.rules,
        metavar="RULE",
        help="Use only these rules: sg-ssh, 'iam-*'. Separate several with commas.",
    ),
    click.option(
        "--skip-rules",
        multiple=True,
        shell_complete=complete.rules,
        metavar="RULE",
        help="Do not use these rules. Separate several with commas.",
    ),
    click.option(
        "--framework",
        multiple=True,
        shell_complete=complete.frameworks,
        metavar="NAME",
        help="Use only the rules of this framework, and report the result of each control: cis-v5, fsbp, pci-4, "
        "iso-27001. docs/rules.md lists frameworks. Separate several with commas.",
    ),
    click.option(
        "--rules-file",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file of your own rules, in YAML or TOML (docs/own-rules.md). May be repeated.",
    ),
)
