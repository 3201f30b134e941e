"""Where something is posted, and for which scope."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from drift.cli.options import group
from drift.errors import UsageError
from drift.model.drift import Report

if TYPE_CHECKING:
    from drift.platforms.place import Place


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

    def scope_of(self, report: Report) -> str:
        """The scope's name: that of its sources where none is given."""
        return self.scope or ", ".join(report.scope.sources[:3]) or "this account"


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
