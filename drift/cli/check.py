"""`drift check`."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from drift.check import Result, Scope, check
from drift.cli import plugins
from drift.cli.output import output_options, progress, write
from drift.cli.policy import Policy, status
from drift.desired.backends import scheme_of
from drift.desired.backends.url import with_profile
from drift.desired.directory import place_of
from drift.desired.load import Desired, build, read_states
from drift.errors import StateError, UsageError
from drift.live.api import Api, Asker
from drift.live.session import BotoApi
from drift.live.tape import Player, Recorder
from drift.model.drift import Report


@click.command("check")
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="PLACE",
    help="A state: file, directory, glob with ** (quoted), URL or - for standard input. Several may be given. "
    "Default: the state of the Terraform directory one is in.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="TYPE",
    help="Look at these types alone: aws_s3_bucket, 'aws_iam_*'. Several with commas.",
)
@click.option("--exclude", multiple=True, metavar="TYPE", help="Leave these types out. Several with commas.")
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="REGION",
    help="Look here too, beside the regions of the state's resources.",
)
@click.option("--profile", metavar="NAME", help="The profile of the AWS configuration to use.")
@click.option("--state-profile", metavar="NAME", help="The profile to read states in S3 with; never that of --profile.")
@click.option(
    "--record", type=click.Path(path_type=Path, file_okay=False), help="Keep every answer of AWS here, without secrets."
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, file_okay=False),
    help="Answer from such a recording: no network, no credentials.",
)
@output_options
def command(
    states: tuple[str, ...],
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    regions: tuple[str, ...],
    profile: str | None,
    state_profile: str | None,
    record: Path | None,
    replay: Path | None,
    format_: str,
    output: Path | None,
    fail_on: tuple[str, ...],
    allow_incomplete: bool,
    no_color: bool,
    verbose: bool,
) -> int:
    """Compare the account with its Terraform state, and report the drift.

    \b
    Examples:
      drift check                                      the state of this Terraform directory
      drift check --state prod.tfstate --region eu-west-1
      drift check --state 'envs/**/*.tfstate' --format json --output drift.json
      drift check --state 's3://states/**/*.tfstate' --state-profile states
      drift check --state prod.tfstate --fail-on unmanaged,severity>=high
      drift check --state prod.tfstate --only 'aws_iam_*' --profile audit

    Exit status: 0 nothing that fails, 1 drift that fails, 2 it could not be done, 3 nothing
    failing was seen, but part of the scope could not be read.
    """
    policy = Policy.parse(fail_on)
    scope = Scope(only=split(only), exclude=split(exclude), regions=split(regions))
    if record and replay:
        raise UsageError("--record and --replay exclude each other", "Record first, replay later.")
    api: Api = Player(replay) if replay else BotoApi(profile=profile, region=next(iter(scope.regions), None))
    if isinstance(api, Player):
        scope = replace(scope, recorded=api.types)
    result = run(default_states(states, state_profile), api, scope, record=record)
    write(result.report, format_, output, no_color=no_color, verbose=verbose)
    return status(result.report, policy, allow_incomplete=allow_incomplete)


def split(values: Iterable[str]) -> tuple[str, ...]:
    """Options that may be repeated and may hold commas, as one list."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def default_states(states: tuple[str, ...], profile: str | None = None) -> tuple[str, ...]:
    """The states asked for, or that of the Terraform directory one is in; UsageError where there is none.

    Those in S3 are read with `profile`.
    """
    here = place_of(Path()) if not states else ""
    if here and not scheme_of(here) and not Path(here).is_file():
        raise UsageError(
            f"no --state given, and no {here} here",
            "Give one with --state. With a remote backend, run `terraform init` here first.",
        )
    return tuple(with_profile(place, profile) for place in states or (here,))


def load(states: Iterable[str], *, account: str = "", region: str = "") -> Desired:
    """The desired side; StateError where no state at all could be read."""
    gc.disable()  # decoding makes millions of objects and no garbage: 2.4 times faster without
    try:
        read, failed = read_states(states, plugins.backends())
        if failed and not read:
            first, *others = failed
            also = "".join(f"\n  also {e.message}" for e in others)
            raise StateError(first.source, first.message.removeprefix(f"{first.source}: "), first.hint + also)
        return build(read, failed, plugins.catalog(), account=account, region=region)
    finally:
        gc.enable()


def run(states: Iterable[str], api: Api, scope: Scope, *, record: Path | None = None) -> Result:
    """The main job, with its clock: reads states, asks the account, reports."""
    started, clock = datetime.now(UTC), time.monotonic()
    region = str(getattr(api, "region", ""))
    desired = load(states, account=api.account, region=region or next(iter(scope.regions), ""))
    recorder = Recorder(api) if record else None
    with progress() as bar:
        result = check(
            desired,
            Asker(recorder or api),
            plugins.catalog(),
            scope,
            rules=plugins.rules(),
            default_region=region,
            progress=bar,
        )
    report = timed(result.report, api, started, time.monotonic() - clock)
    if recorder and record:
        recorder.save(
            record,
            started_at=report.started_at,
            duration_seconds=report.duration_seconds,
            region=region,
            types=scope.types(plugins.catalog()),
        )
    return replace(result, report=report)


def timed(report: Report, api: Api, started: datetime, seconds: float) -> Report:
    """The report with its times; a replay has those of the recording, so that it gives the same bytes."""
    if isinstance(api, Player):
        return replace(report, started_at=api.started_at, duration_seconds=api.duration_seconds)
    return replace(report, started_at=started.strftime("%Y-%m-%dT%H:%M:%SZ"), duration_seconds=round(seconds, 2))
