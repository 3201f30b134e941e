"""The log: each step of drift and its duration, as one JSON object per line, without secrets.

`drift check --log-file FILE` writes it to a file that only its owner can read; `-vv` writes it to standard error, for
people.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from drift.errors import UsageError
from drift.model.journal import FIELDS, LOG
from drift.model.secrets import without_tokens

Command = TypeVar("Command", bound=Callable[..., Any])

VARIABLE = "DRIFT_LOG_FILE"
"""The environment variable that names the file. It also works for commands without `--log-file`."""
LONGEST = 2_000
"""Characters of one text in the log."""


def scrubbed(value: Any) -> Any:
    """A field without tokens, private keys and passwords in URLs, cut to a length that fits a line."""
    if isinstance(value, str):
        text = without_tokens(value)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    if isinstance(value, Mapping):
        return {str(k): scrubbed(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrubbed(v) for v in value]
    return value if isinstance(value, int | float | bool) or value is None else scrubbed(str(value))


class Lines(logging.Formatter):
    """One JSON object for each event: time (UTC), name, and fields."""

    def format(self, record: logging.LogRecord) -> str:
        """`{"at": "2026-12-01T03:30:00.123Z", "event": "answered", …}`."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps({"at": at, "event": record.getMessage(), **scrubbed(_fields(record))})


class Words(logging.Formatter):
    """The same for people: `03:30:00.123 answered service=sqs seconds=0.1`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, escaped for a terminal."""
        from drift.report.safe import visible

        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        said = " ".join(f"{k}={json.dumps(v) if _odd(v) else v}" for k, v in scrubbed(_fields(record)).items())
        return visible(f"{at} {record.getMessage()} {said}".rstrip())


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(record, FIELDS, {})
    return found


def _odd(value: Any) -> bool:
    return not isinstance(value, str | int | float) or " " in str(value) or not str(value)


class _Handler(logging.StreamHandler[Any]):
    """Writes until that fails; then it says so once, and the run continues."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - its name there
        """For example, the disk is full or the terminal is closed."""
        LOG.removeHandler(self)
        if self.stream is not sys.stderr:
            click.echo("The log can no longer be written; the run continues.", err=True)


def keep(path: Path) -> None:
    """Write the log to a file from now on; UsageError if that is impossible. An older log in the file is replaced."""
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise _refused(path, error.strerror or "no") from None
    about = os.fstat(descriptor)
    why = "" if stat.S_ISREG(about.st_mode) else "it is not a regular file"
    if not why and about.st_size and not _is_log(path):
        why = "the file exists, and is not a log of drift"
    if why:
        os.close(descriptor)
        raise _refused(path, why)
    os.ftruncate(descriptor, 0)
    os.chmod(path, 0o600)  # noqa: PTH101 - an older one may be open to others
    _listen(_Handler(os.fdopen(descriptor, "w", encoding="utf-8")), Lines())


def tell() -> None:
    """Write the log to standard error too."""
    if not any(isinstance(h.formatter, Words) for h in LOG.handlers):
        _listen(_Handler(sys.stderr), Words())


def is_in_a_file() -> bool:
    """Whether the log is written to a file. If the environment names one, it is opened now."""
    if any(isinstance(h.formatter, Lines) for h in LOG.handlers):
        return True
    named = os.environ.get(VARIABLE, "")
    if named:
        try:
            keep(Path(named))
        except UsageError:
            return False
    return bool(named)


def end() -> None:
    """Stop logging."""
    for handler in [h for h in LOG.handlers if isinstance(h, _Handler)]:
        LOG.removeHandler(handler)
        if handler.stream is not sys.stderr:
            handler.stream.close()
    LOG.setLevel(logging.NOTSET)


def _listen(handler: _Handler, formatter: logging.Formatter) -> None:
    handler.setFormatter(formatter)
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)


def _is_log(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            first = json.loads(file.readline(10_000))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and {"at", "event"} <= first.keys()


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(f"{path}: the log cannot be written: {why}", "Give --log-file another name.")


def _begin(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None and not context.resilient_parsing:
        from drift.cli.settings.apply import SHOWN

        if not context.meta.get(SHOWN):
            keep(value)
            begun(context.info_name or "")


def begun(command: str) -> None:
    """The first event of a log: the command and its environment."""
    from importlib.metadata import version
    from platform import platform, python_version

    from drift import __version__
    from drift.model.journal import note

    versions = {name: version(name) for name in ("boto3", "botocore", "click", "msgspec", "python-hcl2")}
    note("began", command=command, drift=__version__, python=python_version(), system=platform(), packages=versions)


def log_option(command: Command) -> Command:
    """Add --log-file to a command. No file of a repository can set this option; only the user can."""
    return click.option(
        "--log-file",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar=VARIABLE,
        expose_value=False,
        is_eager=True,
        callback=_begin,
        metavar="FILE",
        help="Write a log to this file: one JSON object for each step and call, with its duration, without secrets.",
    )(command)
