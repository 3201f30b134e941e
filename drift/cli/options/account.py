"""Which account is asked, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from drift.check import Scope
from drift.cli.options import group, split
from drift.errors import UsageError
from drift.live.api import Api
from drift.live.session import BotoApi
from drift.live.tape import Player, must_be_recordable


@dataclass(frozen=True, slots=True)
class Account:
    """The account, or a recording of one."""

    regions: tuple[str, ...]
    profile: str | None
    record: Path | None
    replay: Path | None

    def open(self, scope: Scope) -> tuple[Api, Scope]:
        """What answers, and the scope with the regions asked for; on replay, the types that were recorded."""
        if self.record and self.replay:
            raise UsageError("--record and --replay exclude each other", "Record first, replay later.")
        if self.record:
            must_be_recordable(self.record)  # now, not when the whole account has been read
        scope = replace(scope, regions=split(self.regions))
        if self.replay:
            player = Player(self.replay)
            return player, replace(scope, recorded=player.types)
        return BotoApi(profile=self.profile, region=next(iter(scope.regions), None)), scope


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
)
