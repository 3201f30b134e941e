"""Functions of time."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Final

from drift.desired.hcl.functions.registry import Context, function
from drift.desired.hcl.numbers import Counted
from drift.desired.hcl.run import Failure
from drift.desired.hcl.values import NUMBER, STRING, NotKnown

_STAMP: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
_NEARLY: Final = re.compile(r"\d{4}-\d\d-\d\dT\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-])", re.ASCII)
_MONTHS: Final = calendar.month_name
_DAYS: Final = calendar.day_name
_CLOSED: Final = re.compile(r"'(?:[^']|'')*'")
_PIECE: Final = re.compile(r"''|'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+")
_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNITS: Final = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}


@dataclass(frozen=True)
class Stamp:
    """A time: whole seconds with their zone, and the nanoseconds after."""

    time: datetime
    nanoseconds: int


def stamp(text: str) -> Stamp:
    """A timestamp of RFC 3339."""
    match = _STAMP.fullmatch(text)
    if match is None:
        if _NEARLY.match(text):
            raise NotKnown("whether this timestamp is one")
        raise Failure("this is no timestamp of RFC 3339")
    numbers = [int(part) for part in match.groups()[:6]]
    zone = UTC
    if match[8]:
        if int(match[9]) > 23 or int(match[10]) > 59:
            raise Failure("this is no timestamp of RFC 3339")
        offset = timedelta(hours=int(match[9]), minutes=int(match[10]))
        zone = timezone(offset if match[8] == "+" else -offset)
    if not numbers[0]:
        raise NotKnown("the year nought")
    try:
        time = datetime(*numbers, tzinfo=zone)  # type: ignore[misc, arg-type]
    except ValueError:
        raise Failure("this time does not exist") from None
    return Stamp(time, int((match[7] or ".0")[1:10].ljust(9, "0")))


def _duration(text: str) -> int:
    """Nanoseconds of Go's notation, `1h30m`."""
    body = text[1:] if text[:1] in ("-", "+") else text
    total, position = 0, 0
    if body == "0":
        return 0
    for part in _DURATION.finditer(body):
        if part.start() != position or len(part[1]) > 40:
            break
        total += int(Fraction(part[1] if not part[1].endswith(".") else part[1] + "0") * _UNITS[part[2]])
        position = part.end()
    if position != len(body) or not body:
        raise Failure("this is no duration")
    if total >= 1 << 63:
        raise Failure("the duration is too long")
    return -total if text.startswith("-") else total


def _zone(time: datetime, *, colon: bool) -> str:
    text = time.strftime("%z")
    return f"{text[:3]}:{text[3:]}" if colon else text


@function("timeadd", STRING, STRING)
def timeadd(context: Context, time: str, duration: str) -> str:
    """The time so much later, in its own zone."""
    start, more = stamp(time), _duration(duration)
    seconds, _ = divmod(start.nanoseconds + more, 10**9)
    try:
        moved = start.time + timedelta(seconds=seconds)
    except OverflowError:
        raise NotKnown("a time beyond the calendar", STRING) from None
    return moved.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + (
        "Z" if not moved.utcoffset() else _zone(moved, colon=True)
    )


@function("timecmp", STRING, STRING, returns=NUMBER)
def timecmp(context: Context, one: str, other: str) -> Counted:
    """-1, 0 or 1: which of them is earlier."""
    left, right = stamp(one), stamp(other)
    a, b = (left.time, left.nanoseconds), (right.time, right.nanoseconds)
    return Counted((a > b) - (a < b))


@function("timestamp")
def timestamp(context: Context) -> str:
    """Not known: it is the time of the run."""
    raise NotKnown("its result differs each time", STRING)


@function("plantimestamp")
def plantimestamp(context: Context) -> str:
    """Not known: it is the time of the plan."""
    raise NotKnown("its result differs each time", STRING)


@function("formatdate", STRING, STRING)
def formatdate(context: Context, template: str, time: str) -> str:
    """The time, written as the template says."""
    when = stamp(time).time
    out, position = [], 0
    while position < len(template):
        piece = _PIECE.match(template, position)
        if piece is None:
            raise NotKnown("this template")
        position = piece.end()
        out.append(_word(piece[0], when))
    return "".join(out)


def _word(piece: str, when: datetime) -> str:
    if piece.startswith("'"):
        if not _CLOSED.fullmatch(piece):
            raise Failure("a quotation is not closed")
        return "'" if len(piece) == 2 else piece[1:-1].replace("''", "'")
    if not piece[0].isascii() or not piece[0].isalpha():
        return piece
    words = _words(when).get(piece[0], {})
    if len(piece) not in words:
        raise Failure(f"{piece} is no verb of dates")
    return words[len(piece)]


def _words(when: datetime) -> dict[str, dict[int, str]]:
    """What each letter stands for, by how often it stands there."""

    def both(number: int) -> dict[int, str]:
        return {1: str(number), 2: f"{number:02d}"}

    zone = _zone(when, colon=False)
    month, day = _MONTHS[when.month], _DAYS[when.weekday()]
    half = "AM" if when.hour < 12 else "PM"
    return {
        "Y": {2: f"{when.year % 100:02d}", 4: f"{when.year:04d}"},
        "M": {**both(when.month), 3: month[:3], 4: month},
        "D": both(when.day),
        "E": {3: day[:3], 4: day},
        "h": both(when.hour),
        "H": both(when.hour % 12 or 12),
        "A": {2: half},
        "a": {2: half.lower()},
        "m": both(when.minute),
        "s": both(when.second),
        "Z": {
            1: "Z" if not when.utcoffset() else _zone(when, colon=True),
            3: "UTC" if zone == "+0000" else zone,
            4: zone,
            5: _zone(when, colon=True),
        },
    }
