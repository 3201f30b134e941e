"""Options: the accounts of a run that looks at several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.options import group, split
from drift.cli.options.account import Account
from drift.errors import UsageError
from drift.model.drift import Report
from drift.model.drift import Scope as ReportScope
from drift.survey import Scope

if TYPE_CHECKING:
    from drift.fleet.accounts import Fleet
    from drift.fleet.shard import Shard

TAPE = "organization.jsonl"
"""The recording of the organisation, among those of its accounts."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The values of these options."""

    accounts: Path | None = None
    organization: bool = False
    role_name: str | None = None
    external_id: str | None = None
    ous: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_accounts: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether several accounts are asked for."""
        return self.organization or self.accounts is not None

    def validate(self) -> None:
        """UsageError for options that do not go together."""
        if self.organization and self.accounts is not None:
            raise UsageError("--accounts and --organization both name the accounts", "Give only one of them.")
        if self.organization and not self.role_name:
            raise UsageError(
                "--organization needs --role-name: the role that drift assumes in each account",
                "`drift accounts --role-template cloudformation` writes it.",
            )
        if not self.organization and (self.role_name or self.external_id or self.ous):
            raise UsageError(
                "--role-name, --external-id and --ou are for --organization",
                "In a file of accounts, each account has its own `role` and `external_id`.",
            )
        if not self.several and (self.chosen or self.tags or self.not_accounts):
            raise UsageError(
                "--account, --tag and --not-accounts choose among several accounts", "Give --accounts FILE too."
            )

    def fleet(self, account: Account) -> Fleet:
        """The accounts to look at; UsageError for what makes no sense, CloudError where the organisation cannot be
        read."""
        from drift.fleet.accounts import Choice, of_organisation, read

        self.validate()
        _folders(account)
        provider = plugins.provider(account.provider)
        if self.accounts is not None:
            fleet = read(self.accounts, provider.account_of_role)
        else:
            one = replace(account, record=in_folder(account.record, TAPE), replay=in_folder(account.replay, TAPE))
            connection, scope = one.open(Scope())
            with one.patiently(connection):
                found = provider.organisation(connection.api, split(self.ous))
                own = connection.api.account
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            one.save(connection, Report(scope=ReportScope(), started_at=now), scope)
            fleet = of_organisation(
                found, provider.role_in, role=self.role_name or "", external_id=self.external_id or "", own=own
            )
        choice = Choice(accounts=split(self.chosen), tags=split(self.tags), but=split(self.not_accounts))
        return choice.of(fleet)


def _folders(account: Account) -> None:
    """Make the directory for recordings. UsageError for what cannot be one: it is told once."""
    if account.record is not None and account.replay is not None:
        raise UsageError("--record and --replay cannot be combined", "Record first, then replay.")
    for folder, option in ((account.record, "--record"), (account.replay, "--replay")):
        if folder is not None and folder.is_file():
            raise UsageError(
                f"{option}: {folder} is a file; of several accounts, it is a directory with a recording of each",
                "Name a directory.",
            )
    if account.record is not None:
        try:
            account.record.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--record: {account.record}: cannot be made: {error.strerror}", "Name another.") from None


def in_folder(folder: Path | None, name: str) -> Path | None:
    """A file in the directory that holds the recordings of several accounts."""
    return None if folder is None else folder / name


@dataclass(frozen=True, slots=True)
class Dividing:
    """The values of the options that divide the work."""

    side_by_side: int
    workers: int
    scheduler: str | None
    shard: str | None
    run_name: str | None

    @property
    def share(self) -> Shard:
        """The shard to do; UsageError for one that there is not."""
        from drift.fleet.shard import Shard

        return Shard.parse(self.shard) if self.shard is not None else Shard()

    def validate(self, accounts: Accounts) -> None:
        """UsageError for options that do not go together."""
        divides = self.workers or self.scheduler or self.shard is not None
        if divides and not accounts.several:
            raise UsageError("--workers, --scheduler and --shard divide several accounts", "Give --accounts FILE too.")
        if self.workers and self.scheduler:
            raise UsageError("--workers and --scheduler both say where the work is done", "Give only one of them.")
        self.share  # noqa: B018 - it says what is wrong with it


fleet_options = group(
    "accounts",
    Accounts,
    click.option(
        "--accounts",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Look at the accounts in this file, in the form of c7n-org: account_id, name, role, external_id, profile, "
        "regions, tags.",
    ),
    click.option("--organization", is_flag=True, help="Look at every account of the AWS organization."),
    click.option(
        "--role-name", metavar="NAME", help="The role to assume in each account of the organization, by name or path."
    ),
    click.option("--external-id", metavar="TEXT", help="The external id that this role asks for."),
    click.option(
        "--ou",
        "ous",
        multiple=True,
        metavar="OU",
        help="Only accounts in this organizational unit or below it: its id, name or path (prod/payments). May be "
        "repeated.",
    ),
    click.option(
        "--account",
        "-a",
        "chosen",
        multiple=True,
        metavar="NAME",
        help="Only this account of them, by name or id. Separate several with commas.",
    ),
    click.option(
        "--tag",
        "-t",
        "tags",
        multiple=True,
        metavar="TAG",
        help="Only accounts with this tag in the file. Of several, an account must have all.",
    ),
    click.option(
        "--not-accounts",
        "--exclude-account",
        "not_accounts",
        multiple=True,
        metavar="NAME",
        help="Not this account, by name or id. Separate several with commas.",
    ),
)

dividing_options = group(
    "dividing",
    Dividing,
    click.option(
        "--side-by-side",
        type=click.IntRange(1, 256),
        default=8,
        show_default=True,
        metavar="N",
        help="Accounts that are read at the same time, in one process.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(0, 256),
        default=0,
        metavar="N",
        help="Look at the accounts in this many processes, one account at a time in each.",
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Look at the accounts on the workers of this scheduler of dask.distributed: tcp://HOST:8786.",
    ),
    click.option(
        "--shard",
        metavar="NUMBER/COUNT",
        help="Look only at this share of the accounts, 3/16, and write a part of the report to --output. "
        "`drift merge` makes the report of all parts.",
    ),
    click.option(
        "--run",
        "run_name",
        metavar="NAME",
        envvar=("GITHUB_RUN_ID", "CI_PIPELINE_ID"),
        help="With --shard: the name of the run, equal for all shards. Default: that of the CI.",
    ),
)
