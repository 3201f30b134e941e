"""Where something is posted, and for which scope."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from drift.cli.checkout import checkout
from drift.cli.options import group
from drift.errors import UsageError
from drift.model.bounds import REPORT_BYTES, contents
from drift.model.drift import Report

if TYPE_CHECKING:
    from drift.platforms.place import Place


LINES = 20
"""Of what a check said, at most."""


@dataclass(frozen=True, slots=True)
class Posting:
    """What was asked for; a CI job's environment fills the rest."""

    scope: str | None
    platform: str | None
    repository: str | None
    link: str | None
    dry_run: bool

    def place(self) -> Place:
        """The platform and the repository; UsageError where neither the options nor the environment tell."""
        from drift.platforms import detect

        found = detect(platform=self.platform or "")
        if not (self.repository or found.repository):
            raise UsageError("it cannot be told which repository is meant", "Give --repository.")
        return replace(found, repository=self.repository or found.repository, link=self.link or found.link)

    @property
    def placed(self) -> bool:
        """Whether the options or the environment tell where to post."""
        try:
            self.place()
        except UsageError:
            return False
        return True

    def link_of(self) -> str:
        """Where the whole report is, as far as it is known."""
        return self.place().link if self.placed else self.link or ""

    def scope_of(self, report: Report | None = None, directory: Path | None = None) -> str:
        """The scope's name: that of its states, as the repository's root sees them, where none is given.

        Two jobs that look at other states have other names, though each state is the `terraform.tfstate` of its
        directory. Without a report the directory alone tells.
        """
        if self.scope:
            return self.scope
        _, within = checkout(directory or Path())
        sources = report.scope.sources if report else ()
        found = sorted({_from_root(source, within) for source in sources})
        return ", ".join(found) or within or "this account"


def _from_root(source: str, within: str) -> str:
    """A state's name: what is no address is a path, from the directory that drift ran in."""
    if "://" in source or PurePath(source).is_absolute():
        return source
    return posixpath.normpath(posixpath.join(within, source if source != "-" else "."))


broken_option = click.option(
    "--broken",
    metavar="WHY",
    help="No report: tell that the check could not be done, and why. @FILE takes the words from a file.",
)


def broken_text(given: str | None) -> str:
    """Why a check could not be done: the last lines of what it said."""
    if not given:
        raise UsageError("no report to tell of", "Name a saved report, or say with --broken why there is none.")
    if not given.startswith("@"):
        return given
    try:
        lines = contents(given[1:], REPORT_BYTES).decode("utf-8", "replace").strip().splitlines()
    except OSError as error:
        raise UsageError(f"{given[1:]}: cannot be read: {error.strerror}", "Give the words themselves.") from None
    return "\n".join(lines[-LINES:]) or "it said nothing"


posting_options = group(
    "posting",
    Posting,
    click.option(
        "--scope",
        metavar="NAME",
        help="What the report speaks for: prod, a directory. Each scope has a post of its own. Default: its states.",
    ),
    click.option("--platform", type=click.Choice(["github", "gitlab"]), help="Default: that of the CI job one is in."),
    click.option("--repository", metavar="NAME", help="owner/name, or GitLab's project. Default: that of the CI job."),
    click.option("--link", metavar="URL", help="Where the whole report is. Default: the CI job."),
    click.option("--dry-run", is_flag=True, help="Print what would be posted, and post nothing."),
)
