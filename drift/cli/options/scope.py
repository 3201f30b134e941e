"""Options: which resource types are checked."""

from __future__ import annotations

from dataclasses import dataclass

import click

from drift.cli.options import complete, group, split
from drift.survey import Scope


@dataclass(frozen=True, slots=True)
class Types:
    """The values of these options."""

    only: tuple[str, ...]
    exclude: tuple[str, ...]
    only_state: bool
    all_services: bool
    fresh_tags: bool

    def scope(self) -> Scope:
        """The scope of the run; regions are added by the account options."""
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
        shell_complete=complete.types,
        metavar="TYPE",
        help="Check only these types: aws_s3_bucket, 'aws_iam_*'. Separate several with commas.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        shell_complete=complete.types,
        metavar="TYPE",
        help="Do not check these types. Separate several with commas.",
    ),
    click.option(
        "--only-state",
        is_flag=True,
        help="Compare only the resources in the states; do not search for unmanaged ones. Makes fewer calls.",
    ),
    click.option(
        "--all-services",
        is_flag=True,
        help="Search for unmanaged resources in every service, even if no state, role or tag shows that it is used: "
        "about 200 more calls for each region. Without it, the report names the types that were not searched.",
    ),
    click.option(
        "--fresh-tags",
        is_flag=True,
        help="Read the tags of each resource by itself. By default one call reads the tags of a whole region; it may "
        "lag some minutes behind, so drift confirms every difference at the resource itself.",
    ),
)
