"""Options: where drift posts a report, and for which scope."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

import click

from drift.cli.checkout import checkout
from drift.cli.options import group
from drift.errors import UsageError
from drift.model.bounds import REPORT_BYTES, contents
from drift.model.drift import Report, with_who
from drift.model.who import without_people

if TYPE_CHECKING:
    from drift.platforms.place import Place


LINES = 20
"""Of what a check said, at most."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The values of these options; the environment of a CI job supplies the rest."""

    scope: str | None
    platform: str | None
    repository: str | None
    link: str | None
    dry_run: bool
    who: Literal["none", "role", "full"] | None = None

    def shown(self, report: Report, is_private: Callable[[], bool] = lambda: False) -> Report:
        """The report with as much of who made the drift as may be posted: where anybody can read it, nothing."""
        if not any(drift.who for drift in (*report.drift, *report.accepted)):
            return report
        level = self.who or ("full" if is_private() else "none")
        return report if level == "full" else with_who(report, without_people if level == "role" else None)

    def place(self) -> Place:
        """The platform and repository; UsageError if neither the options nor the environment name them."""
        from drift.platforms import detect

        found = detect(platform=self.platform or "")
        if not (self.repository or found.repository):
            raise UsageError("no repository to post to", "Give --repository, or run drift in a CI job.")
        return replace(found, repository=self.repository or found.repository, link=self.link or found.link)

    @property
    def placed(self) -> bool:
        """Whether the options or the environment name a place to post to."""
        try:
            self.place()
        except UsageError:
            return False
        return True

    def link_of(self) -> str:
        """A link to the complete report; empty if unknown."""
        return self.place().link if self.placed else self.link or ""

    def scope_of(self, report: Report | None = None, directory: Path | None = None) -> str:
        """The name of the scope; without --scope, its states, relative to the repository's root.

        So jobs with different states have different names, even if each state is the `terraform.tfstate` of its
        directory. Without a report, the name is the directory.
        """
        if self.scope:
            return self.scope
        _, within = checkout(directory or Path())
        sources = report.scope.sources if report else ()
        found = sorted({_from_root(source, within) for source in sources})
        return ", ".join(found) or within or "this account"


def _from_root(source: str, within: str) -> str:
    """A state's name. A path is relative to the directory in which drift ran."""
    if "://" in source or PurePath(source).is_absolute():
        return source
    return posixpath.normpath(posixpath.join(within, source if source != "-" else "."))


broken_option = click.option(
    "--broken",
    metavar="WHY",
    help="Without a report: say that the check failed, and why. @FILE reads the text from a file.",
)


def broken_text(given: str | None) -> str:
    """The reason why a check failed: the last lines of its output."""
    if not given:
        raise UsageError("no report given", "Name a saved report, or say with --broken why there is none.")
    if not given.startswith("@"):
        return given
    try:
        lines = contents(given[1:], REPORT_BYTES).decode("utf-8", "replace").strip().splitlines()
    except OSError as error:
        raise UsageError(f"{given[1:]}: cannot be read: {error.strerror}", "Give the text itself.") from None
    return "\n".join(lines[-LINES:]) or "no output"


posting_options = group(
    "posting",
    Posting,
    click.option(
        "--scope",
        metavar="NAME",
        help="Name of what was checked, such as prod. Each scope has its own post. Default: the states of the report.",
    ),
    click.option(
        "--platform",
        type=click.Choice(["github", "gitlab"]),
        help="Where to post. Default: the platform of the CI job.",
    ),
    click.option(
        "--repository",
        metavar="NAME",
        help="Where to post: owner/name, or the path of a GitLab project. Default: the repository of the CI job.",
    ),
    click.option("--link", metavar="URL", help="Link to the complete report. Default: the CI job."),
    click.option("--dry-run", is_flag=True, help="Print the post instead of posting it."),
    click.option(
        "--who",
        type=click.Choice(["none", "role", "full"]),
        help="What to post about who made the drift: nothing, no names of people, or all. "
        "Default: all in a private repository, otherwise nothing.",
    ),
)
