"""Which account is asked, and how."""

from __future__ import annotations

from collections.abc import Iterator
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
from drift.provider.contract import Access
from drift.run import Connection
from drift.survey import Scope


@dataclass(frozen=True, slots=True)
class Account:
    """The account, or a recording of one."""

    regions: tuple[str, ...]
    profile: str | None
    record: Path | None
    replay: Path | None
    emulator: bool = False
    timeout: float = 0
    on_interrupt: str = "stop"
    with_: tuple[str, ...] = ()
    provider: str | None = None

    def open(self, scope: Scope) -> tuple[Connection, Scope]:
        """What answers, and the scope with the regions asked for; on replay, the types that were recorded."""
        if self.record and self.replay:
            raise UsageError("--record and --replay exclude each other", "Record first, replay later.")
        if self.record:
            must_be_recordable(self.record)  # now, not when the whole account has been read
        scope = replace(scope, regions=split(self.regions))
        provider = plugins.provider(self.provider)
        if self.replay:
            player = Player(self.replay)
            return Connection(provider.name, player), replace(scope, recorded=player.types, left_out=player.left_out)
        access = Access(
            profile=self.profile,
            region=next(iter(scope.regions), None),
            emulator=self.emulator,
            secrets="secret-values" in self.with_,
        )
        api = provider.open(access)
        kept = Recorder(api, provider.operations()) if self.record else api
        return Connection(provider.name, Patient(kept, Patience(self.timeout))), scope

    @contextmanager
    def patiently(self, connection: Connection) -> Iterator[None]:
        """While it is asked: signals let go of what it waits for."""
        if not isinstance(connection.api, Patient):
            yield
            return
        with INTERRUPTS.watched(connection.api.patience, report=self.on_interrupt == "report"):
            yield

    def told(self, connection: Connection, report: Report) -> Report:
        """The report, which says so where the run ended early."""
        why = connection.api.patience.why if isinstance(connection.api, Patient) else ""
        if not why:
            return report
        ended = f"the time was over after {self.timeout:g} s (--timeout)" if why == TIMED_OUT else "it was interrupted"
        early = f"this report is partial: {ended}; what was not answered by then is not read"
        return replace(report, warnings=(early, *report.warnings))

    def save(self, connection: Connection, report: Report, scope: Scope) -> None:
        """Write the tape, where one was asked for; TapeError where it cannot be written."""
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


UNASKED = Account((), None, None, None)
"""No account is named: the command has one of its own."""

account_options = group(
    "account",
    Account,
    click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="REGION",
        help="Look here too, beside the regions of the state's resources.",
    ),
    click.option(
        "--provider", metavar="NAME", help="The provider whose account is asked, where several are installed."
    ),
    click.option("--profile", metavar="NAME", help="The profile of the AWS configuration to use."),
    click.option(
        "--record",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Keep every answer of AWS in this file, without secrets. Only a tape is ever replaced.",
    ),
    click.option(
        "--replay",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Answer from such a recording: no network, no credentials. What it does not hold is not read.",
    ),
    click.option(
        "--emulator",
        is_flag=True,
        help="AWS_ENDPOINT_URL names an emulator of AWS: what it does not know is not offered. moto and LocalStack say "
        "so themselves; any other foreign endpoint is taken for AWS.",
    ),
    click.option(
        "--with",
        "with_",
        type=click.Choice(("secret-values",)),
        multiple=True,
        help="Read this too: what secrets and encrypted parameters hold. Otherwise it is not read, by choice.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0),
        default=3600,
        show_default=True,
        metavar="SECONDS",
        help="How long AWS is asked; what was not answered by then is not read, and the report says so. 0: no end.",
    ),
    click.option(
        "--on-interrupt",
        type=click.Choice(("stop", "report")),
        default="stop",
        show_default=True,
        help="What Ctrl-C and SIGTERM do: end the run, or end the asking and report what was read. Twice always ends.",
    ),
    log_option,
)
