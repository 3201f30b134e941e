"""Options: who made the drift, and where that is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.options import group
from drift.errors import UsageError
from drift.model.who import CALLS, Level

if TYPE_CHECKING:
    from drift.model.drift import Report
    from drift.run import Connection
    from drift.who.answer import Question


@dataclass(frozen=True, slots=True)
class Whose:
    """The values of these options."""

    who: Level | None
    events: tuple[Path, ...]
    who_calls: int

    @property
    def asked(self) -> bool:
        """Whether anybody asks."""
        return self.who is not None

    def question(self) -> Question:
        """What is asked."""
        from drift.who.answer import Question

        return Question(level=self.who or "full", events=self.events, calls=self.who_calls)

    def validate(self) -> None:
        """UsageError for files of a trail that nobody asks for."""
        if self.events and not self.asked:
            raise UsageError("--events is given without --who", "Add --who, or --who=role.")

    def answered(self, report: Report, connections: Sequence[Connection]) -> Report:
        """The report with who made each drift, if that is asked for."""
        if not self.asked:
            return report
        from drift.who.answer import answered

        return answered(report, connections, plugins.catalog(), self.question())


NOBODY = Whose(None, (), CALLS)
"""For a command that does not ask."""

events_option = click.option(
    "--events",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Read files of a trail (JSON, gzip), or the result of the query that `drift who --athena` prints (CSV), in "
    "the place of CloudTrail's event history: a file or a directory. Works offline, also with --replay. May be "
    "repeated.",
)
calls_option = click.option(
    "--who-calls",
    type=click.IntRange(min=1),
    default=CALLS,
    show_default=True,
    metavar="N",
    help="Calls to the event history of each region, at most, two a second. Drift that they do not reach has an "
    "unknown author.",
)
who_option = click.option(
    "--who",
    is_flag=False,
    flag_value="full",
    default=None,
    type=click.Choice(("full", "role")),
    help="Also tell who made each drift, when, from where and by what, from CloudTrail. `--who=role` leaves out names "
    "of people, sessions and addresses. Takes the permission that `drift policy --with who` writes.",
)

who_options = group("whose", Whose, who_option, events_option, calls_option)
