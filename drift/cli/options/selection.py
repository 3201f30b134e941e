"""Options: which drifted resources are shown."""

from __future__ import annotations

from dataclasses import dataclass

import click

from drift.cli import plugins
from drift.cli.options import complete, group, split
from drift.model.drift import KINDS, SEVERITIES, Report
from drift.report.select import Selection


@dataclass(frozen=True, slots=True)
class Selected:
    """The values of these options."""

    kinds: tuple[str, ...]
    types: tuple[str, ...]
    severity: str | None
    modules: tuple[str, ...]
    in_regions: tuple[str, ...]
    in_accounts: tuple[str, ...]

    @property
    def selection(self) -> Selection:
        """The same as a filter for reports."""
        regions, accounts = split(self.in_regions), split(self.in_accounts)
        return Selection(self.kinds, split(self.types), self.severity or "", split(self.modules), regions, accounts)

    def of(self, report: Report) -> Report:
        """The report with only the selected resources; UsageError if the report does not know a given name."""
        self.check(report)
        return self.selection.of(report)

    def check(self, report: Report) -> None:
        """UsageError where a type, module, region or account is named that does not exist."""
        self.selection.check(report, plugins.catalog() if self.types else ())

    def within(self, report: Report) -> Selection:
        """The same as a filter for the drift of this report."""
        return self.selection.within(report)


selection_options = group(
    "selected",
    Selected,
    click.option(
        "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind of drift. May be repeated."
    ),
    click.option(
        "--type",
        "types",
        multiple=True,
        shell_complete=complete.types,
        metavar="TYPE",
        help="Only these types: aws_s3_bucket, 'aws_iam_*'. Separate several with commas.",
    ),
    click.option(
        "--severity", type=click.Choice(SEVERITIES), help="Only resources with a finding of this severity or higher."
    ),
    click.option(
        "--module",
        "modules",
        multiple=True,
        metavar="MODULE",
        help="Only resources in this module: module.web; root for the root module.",
    ),
    click.option(
        "--in-region", "in_regions", multiple=True, metavar="REGION", help="Only resources in this region: eu-*."
    ),
    click.option(
        "--in-account",
        "in_accounts",
        multiple=True,
        metavar="ID",
        help="Only resources in this account: its id, or its name in a run of several.",
    ),
)
