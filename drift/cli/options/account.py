"""Options: which account drift reads, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from drift.cli import plugins
from drift.cli.interrupts import INTERRUPTS
from drift.cli.log import log_option
from drift.cli.options import group, split
from drift.errors import UsageError
from drift.live.patience import TIMED_OUT, Patience, Patient
from drift.live.tape import Player, Recorder, must_be_recordable
from drift.model.drift import Report
from drift.provider.contract import Access, Role
from drift.run import Connection
from drift.survey import Scope


@dataclass(frozen=True, slots=True)
class Account:
    """The values of these options: an account, or a recording of one."""

    regions: tuple[str, ...]
    profile: str | None
    record: Path | None
    replay: Path | None
    emulator: bool = False
    timeout: float = 0
    on_interrupt: str = "stop"
    with_: tuple[str, ...] = ()
    provider: str | None = None
    all_regions: bool = False

    def open(
        self, scope: Scope, roles: tuple[Role, ...] = (), patience: Patience | None = None
    ) -> tuple[Connection, Scope]:
        """A connection to the account or recording; the scope with the given regions, and on replay the recorded
        types. `roles` are those to assume, `patience` the time limit if it is not the account's own."""
        if self.record and self.replay:
            raise UsageError("--record and --replay cannot be combined", "Record first, then replay.")
        if self.record:
            must_be_recordable(self.record)  # now, not when the whole account has been read
        scope = replace(scope, regions=(*split(self.regions), *([ALL] if self.all_regions else [])))
        provider = plugins.provider(self.provider)
        if self.replay:
            player = Player(self.replay)
            return Connection(provider.name, player), replace(scope, recorded=player.types, left_out=player.left_out)
        api = provider.open(self._access(scope.regions, roles))
        kept = Recorder(api, provider.operations()) if self.record else api
        return Connection(provider.name, Patient(kept, patience or Patience(self.timeout))), scope

    def _access(self, regions: Sequence[str], roles: tuple[Role, ...]) -> Access:
        return Access(
            profile=self.profile,
            region=next((r for r in regions if r != ALL), None),
            emulator=self.emulator,
            secrets="secret-values" in self.with_,
            roles=roles,
        )

    def environment(self, roles: tuple[Role, ...]) -> Mapping[str, str | None]:
        """Variables with which other programs read the account as drift does; none for a recording. CloudError where
        there are no credentials."""
        if self.replay:
            return {}
        return plugins.provider(self.provider).environment(self._access(split(self.regions), roles))

    def settled(self, connection: Connection, scope: Scope) -> Scope:
        """The scope with the account's enabled regions in the place of `all`; CloudError where they are not told."""
        if ALL not in scope.regions:
            return scope
        every = plugins.provider(self.provider).enabled_regions(connection.api)
        return replace(scope, regions=tuple(sorted({*scope.regions, *every} - {ALL})))

    @contextmanager
    def patiently(self, connection: Connection) -> Iterator[None]:
        """Handle Ctrl-C and SIGTERM while the account is read, as --on-interrupt says."""
        if not isinstance(connection.api, Patient):
            yield
            return
        with INTERRUPTS.watched(connection.api.patience, report=self.on_interrupt == "report"):
            yield

    def told(self, connection: Connection, report: Report) -> Report:
        """The report; if the run ended early, with a warning that says so."""
        why = connection.api.patience.why if isinstance(connection.api, Patient) else ""
        if not why:
            return report
        ended = (
            f"the time limit of {self.timeout:g} s was reached (--timeout)"
            if why == TIMED_OUT
            else "the run was interrupted"
        )
        early = f"this report is partial: {ended}; whatever AWS had not answered by then is not read"
        return replace(report, warnings=(early, *report.warnings))

    def save(self, connection: Connection, report: Report, scope: Scope) -> None:
        """Write the recording if --record was given; TapeError if it cannot be written."""
        api = connection.api.inner if isinstance(connection.api, Patient) else connection.api
        if self.record and isinstance(api, Recorder):
            api.save(
                self.record,
                started_at=report.started_at,
                duration_seconds=report.duration_seconds,
                region=api.region,
                types=scope.types(plugins.catalog()),
                left_out=report.scope.not_searched,
            )


ALL = "all"
"""Stands among the regions for every one that is enabled."""
UNASKED = Account((), None, None, None)
"""For a command that connects by itself, such as `drift demo`."""

account_options = group(
    "account",
    Account,
    click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="REGION",
        help="Also search this region, in addition to the regions of the state's resources. May be repeated.",
    ),
    click.option(
        "--all-regions",
        is_flag=True,
        help="Search every region that is enabled in the account, in addition to those of the state's resources.",
    ),
    click.option(
        "--provider", metavar="NAME", help="The provider whose account drift reads, if several are installed."
    ),
    click.option("--profile", metavar="NAME", help="AWS profile for the account."),
    click.option(
        "--record",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Record every response of AWS in this file, without secrets. An existing file is overwritten only if it "
        "is a recording.",
    ),
    click.option(
        "--replay",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Read a recording instead of AWS: no network, no credentials. What it does not contain is not read.",
    ),
    click.option(
        "--emulator",
        is_flag=True,
        help="AWS_ENDPOINT_URL names an emulator of AWS: an operation that it does not support is not offered, and no "
        "failure. drift recognises moto and LocalStack by itself and takes any other endpoint for AWS.",
    ),
    click.option(
        "--with",
        "with_",
        type=click.Choice(("secret-values",)),
        multiple=True,
        help="Also read the values of secrets and encrypted parameters. By default drift does not read them.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0),
        default=3600,
        show_default=True,
        metavar="SECONDS",
        help="Time limit for reading the account. What AWS has not answered by then is not read; the report says so. "
        "0: no limit.",
    ),
    click.option(
        "--on-interrupt",
        type=click.Choice(("stop", "report")),
        default="stop",
        show_default=True,
        help="What Ctrl-C and SIGTERM do: stop the run, or stop reading and report what was read. A second signal "
        "always stops the run.",
    ),
    log_option,
)
