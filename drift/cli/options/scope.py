"""What is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import click

from drift.check import Scope
from drift.cli.options import group, split


@dataclass(frozen=True, slots=True)
class Types:
    """The types in scope, by pattern."""

    only: tuple[str, ...]
    exclude: tuple[str, ...]

    def scope(self) -> Scope:
        """The scope they make."""
        return Scope(only=split(self.only), exclude=split(self.exclude))


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
)
