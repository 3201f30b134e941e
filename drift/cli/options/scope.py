"""What is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import click

from drift.cli.options import group, split
from drift.survey import Scope


@dataclass(frozen=True, slots=True)
class Types:
    """The types in scope, by pattern."""

    only: tuple[str, ...]
    exclude: tuple[str, ...]
    only_state: bool
    all_services: bool
    fresh_tags: bool

    def scope(self) -> Scope:
        """The scope they make."""
        return Scope(
            only=split(self.only),
            exclude=split(self.exclude),
            only_state=self.only_state,
            everything=self.all_services,
            fresh_tags=self.fresh_tags,
        )


type_options = group(
    "types",
    Types,
    click.option(
        "--only",
        multiple=True,
        metavar="TYPE",
        help="Look at these types alone: aws_s3_bucket, 'aws_iam_*'. Several with commas.",
    ),
    click.option("--exclude", multiple=True, metavar="TYPE", help="Leave these types out. Several with commas."),
    click.option(
        "--only-state",
        is_flag=True,
        help="Compare what the states hold, and do not look for what is unmanaged: fewer calls.",
    ),
    click.option(
        "--all-services",
        is_flag=True,
        help="Look for what is unmanaged in every service, also where no state, role or tag shows that it is used: "
        "some 200 calls more for each region. Without it the report names the types that were not looked for.",
    ),
    click.option(
        "--fresh-tags",
        is_flag=True,
        help="Ask each resource for its tags. Else one call tells those of a whole region, up to some minutes late; "
        "a difference is always confirmed by the resource itself.",
    ),
)
