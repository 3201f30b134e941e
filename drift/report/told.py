"""What a chat was told already, so that every night tells only what is new.

A file of fingerprints and nothing else: who may read it, in a cache that many jobs share, learns no name from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from drift.errors import ReportError
from drift.model.coverage import NOT_ASKED
from drift.model.drift import Drift, Report

SCHEMA = "drift-told/1"


@dataclass(frozen=True, slots=True)
class Told:
    """The drift, and what could not be read, that was told of."""

    drift: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    @classmethod
    def read(cls, data: bytes, name: str) -> Told:
        """What a file holds; ReportError where it is no such file."""
        try:
            found = json.loads(data)
            if found["schema"] == SCHEMA:
                return cls(_texts(found["drift"]), _texts(found["unread"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        raise ReportError(
            f"{name}: not a file that --told wrote ({SCHEMA})", "Remove it; all drift is then sent again."
        )

    def with_(self, report: Report) -> Told:
        """What was told once this report is. While part was not read, what was seen before may well be there still."""
        seen = frozenset(d.fingerprint for d in report.drift)
        return Told(self.drift | seen if report.incomplete else seen, unread(report))

    def new(self, drifts: Iterable[Drift]) -> tuple[Drift, ...]:
        """What was not told."""
        return tuple(d for d in drifts if d.fingerprint not in self.drift)

    def document(self) -> str:
        """The file's text."""
        return json.dumps({"schema": SCHEMA, "drift": sorted(self.drift), "unread": sorted(self.unread)}) + "\n"


def unread(report: Report) -> frozenset[str]:
    """A digest for each reason why something could not be read: a state, or an operation and its refusal."""
    return frozenset(_digest(why) for why in _reasons(report))


def unread_anew(report: Report, told: frozenset[str]) -> tuple[str, ...]:
    """The reasons, in words, that were not told."""
    return tuple(words for why, words in _reasons(report).items() if _digest(why) not in told)


def _reasons(report: Report) -> dict[str, str]:
    """What a reason is known by -> its words; what is left out by choice is none."""
    refused = [(g.action, g.code) for g in report.gaps] + [(u.action, u.code) for u in report.unread]
    out = {f"state {message}": message.split("\n")[0] for message in report.states_failed}
    return out | {f"{action} {code}": f"{action}: {code}" for action, code in refused if code != NOT_ASKED}


def _digest(why: str) -> str:
    return hashlib.sha256(why.encode(errors="backslashreplace")).hexdigest()[:16]


def _texts(found: object) -> frozenset[str]:
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise TypeError
    return frozenset(found)
