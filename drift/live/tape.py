"""A scan that can be run again: every answer of the API, kept in one file.

JSON lines. The first says when and where the tape was recorded, and for which types. Each other line is an answer
with all that was asked for it: requests of one operation that were answered alike share a line, so that the many
empty answers take little room.

    {"tape":2,"account":"123456789012","region":"us-east-1","started_at":…,"types":["aws_sqs_queue"],…}
    {"op":"sqs:ListQueues","asked":[{"MaxResults":1000}],"pages":[{"QueueUrls":[…]}]}
    {"op":"sqs:ListQueueTags","region":"eu-west-1","asked":[{…},{…}],"refused":"AccessDenied"}

`asked` holds the arguments of each request; the region is told where it is not the head's. Lines are sorted: the same
answers give the same bytes. What the provider's model of its API marks as sensitive never reaches the disk: on
replay it is unread. So is what has the form of a token, a private key or a password, and what a member's name says is
one.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from drift.errors import NotOnTapeError, TapeError
from drift.live.document import SCRUBBED
from drift.model import files
from drift.model.bounds import TAPE_BYTES, contents
from drift.model.coverage import NOT_ON_TAPE
from drift.model.secrets import holds_one, named_members
from drift.provider.api import WITHHELD, Answer, Api, Hashed, Refused, Request
from drift.provider.operations import Operations, Shape

FORMAT = 2


class Recorder:
    """An Api that keeps what it answers; `save` writes the tape."""

    def __init__(self, api: Api, operations: Operations | None) -> None:
        """What `operations` marks as sensitive is not written; None, for an account without secrets, writes all."""
        self._api = api
        self._operations = operations
        self._kept: dict[Hashed, tuple[Request, Answer]] = {}
        self._lock = threading.Lock()

    @property
    def account(self) -> str:
        """The account that answers."""
        return self._api.account

    @property
    def region(self) -> str:
        """The region to begin in."""
        return self._api.region

    @property
    def recorded(self) -> tuple[str, float] | None:
        """When the recording that is recorded again began."""
        return self._api.recorded

    @property
    def counts(self) -> Counter[str]:
        """HTTP requests made so far, by service."""
        return self._api.counts

    @property
    def throttled(self) -> Mapping[tuple[str, str], int]:
        """How often the account asked for patience, by service and region."""
        return getattr(self._api, "throttled", {})

    def ask(self, request: Request) -> Answer:
        """The answer, kept."""
        answer = self._api.ask(request)
        with self._lock:
            self._kept[request.hashed] = (request, answer)
        return answer

    def save(
        self,
        path: Path,
        *,
        started_at: str,
        duration_seconds: float,
        region: str,
        types: Iterable[str] = (),
        left_out: Iterable[str] = (),
    ) -> None:
        """Write everything asked so far; TapeError as `must_be_recordable` says, and where the disk refuses.

        `types` are those that were looked for: a replay looks for no others. It tells of those that were `left_out`,
        because nothing showed that they are used.
        """
        without = frozenset(left_out)
        head = {
            "tape": FORMAT,
            "account": self.account,
            "region": region,
            "started_at": started_at,
            "duration_seconds": duration_seconds,
            "api_calls": dict(sorted(self.counts.items())),
            "types": sorted(frozenset(types) - without),
            **({"left_out": sorted(without)} if without else {}),
        }
        must_be_recordable(path)
        try:
            text = "".join(f"{line}\n" for line in [_json(head), *self._lines(region)])
            files.write({path: text.encode()}, private=True)
        except OSError as error:
            raise _unwritable(path, error.strerror) from None

    def _lines(self, region: str) -> list[str]:
        asked: dict[tuple[str, str, str], list[str]] = {}
        for request, answer in self._kept.values():
            said = _json(self._said(request, answer), sort_keys=True)
            args = _json(_encode(request.args), sort_keys=True)
            asked.setdefault((f"{request.service}:{request.op}", request.region, said), []).append(args)
        out = []
        for (op, where, said), every in asked.items():
            what = _json({"op": op} if where == region else {"op": op, "region": where})
            out.append(f'{what[:-1]},"asked":[{",".join(sorted(every))}],{said[1:]}')
        return sorted(out)

    def _said(self, request: Request, answer: Answer) -> dict[str, Any]:
        """The answer as the tape has it; the cloud's words about a refusal are left out, for they may name anything."""
        if isinstance(answer, Refused):
            return {"refused": answer.code}
        if self._operations is None:
            return {"pages": [_encode(page) for page in answer]}
        known = self._operations.find(request.service, request.op)
        return {"pages": [_scrubbed(_encode(page, known.answers if known else None)) for page in answer]}


class Player:
    """An Api that answers from a tape, without a network."""

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        """TapeError where there is no readable tape. `strict`: to miss a request is an error, not a refusal."""
        self._path, self._strict = path, strict
        if path.is_dir():
            raise TapeError(
                f"{path}: is a directory, and a tape is one file",
                "Name the file that --record wrote. An older drift recorded directories: record such a tape again.",
            )
        try:
            first, *lines = contents(path, TAPE_BYTES, pipe=True).decode().splitlines()
            head = json.loads(first)
            if head["tape"] != FORMAT:
                raise TapeError(f"{path}: tape format {head['tape']} is not {FORMAT}", _AGAIN)
            self.account = str(head["account"])
            self.region = str(head["region"])
            self.started_at = str(head["started_at"])
            self.duration_seconds = float(head["duration_seconds"])
            self.recorded = (self.started_at, self.duration_seconds) if self.started_at else None
            self.types = frozenset(map(str, head["types"]))
            self.left_out = frozenset(map(str, head.get("left_out", ())))
            self.counts: Counter[str] = Counter({str(k): int(v) for k, v in head["api_calls"].items()})
            self._answers: dict[Hashed, tuple[Request, Mapping[str, Any]]] = {}
            for line in map(json.loads, lines):
                service, op = line["op"].split(":")
                if "refused" not in line and not _are_pages(line["pages"]):
                    raise ValueError(f"{op} is not answered with pages")
                for args in line["asked"]:
                    request = Request(service, line.get("region", self.region), op, _decode(args))
                    self._answers[request.hashed] = (request, line)
        except FileNotFoundError:
            raise TapeError(f"{path}: no tape here", "`drift check --record FILE` makes one.") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise TapeError(f"{path}: not a readable tape: {error}", _AGAIN) from None

    @property
    def requests(self) -> list[Request]:
        """What the tape has answers to."""
        return [request for request, _ in self._answers.values()]

    def ask(self, request: Request) -> Answer:
        """The recorded answer, never an invented one.

        What was not recorded is refused with NOT_ON_TAPE, so that it counts as not read; NotOnTapeError where the
        player is strict.
        """
        if request.hashed not in self._answers:
            if self._strict and not request.spares:
                asked = f"{request.service}:{request.op} in {request.region} with {_json(_encode(request.args))}"
                raise NotOnTapeError(f"{self._path}: not on this tape: {asked}", _AGAIN)
            return Refused(NOT_ON_TAPE)
        _, line = self._answers[request.hashed]
        return Refused(str(line["refused"])) if "refused" in line else [_decode(page) for page in line["pages"]]


def _are_pages(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(page, dict) for page in value)


_AGAIN = "Record it again with --record."


def must_be_recordable(path: Path) -> None:
    """TapeError unless a tape can be written there: nothing but an older tape is ever replaced."""
    if path.is_dir():
        raise TapeError(
            f"{path}: is a directory, and a tape is one file",
            f"Name a file in it, as in --record {path / 'tape.jsonl'}",
        )
    if os.path.lexists(path) and not _is_tape(path):
        raise TapeError(
            f"{path}: is there already, and is no tape of drift's",
            "It is left as it is. Give --record a name that is free, or move the file away.",
        )
    if not path.parent.is_dir():
        raise TapeError(f"{path}: there is no directory {path.parent}", "Make it first, or record elsewhere.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "no permission to write in its directory")


def _is_tape(path: Path) -> bool:
    """Whether a file, no device and no link, begins as a tape does, whatever its format."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open() as file:
            head = json.loads(file.readline(1 << 20))
    except (OSError, ValueError):
        return False
    return isinstance(head, dict) and {"tape", "account", "started_at"} <= head.keys()


def _unwritable(path: Path, why: str | None) -> TapeError:
    return TapeError(f"{path}: cannot be written: {why}", "Give --record a place that can be written.")


def _json(value: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(value, sort_keys=sort_keys, separators=(",", ":"))


_SCRUBBED = {"$scrubbed": True}


def _scrubbed(value: Any) -> Any:
    """A page without what looks like a secret, wherever it stands: in a tag, a script, a document."""
    if isinstance(value, dict):
        secret = named_members(value)
        return {k: _SCRUBBED if k in secret else _scrubbed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_scrubbed(v) for v in value]
    return _SCRUBBED if isinstance(value, str) and holds_one(value) else value


def _encode(value: Any, shape: Shape | None = None) -> Any:
    if value is WITHHELD or value is SCRUBBED or (shape is not None and shape.sensitive and value is not None):
        return _SCRUBBED
    if isinstance(value, Mapping):
        members = shape.members if shape is not None else {}
        inner = shape.element if shape is not None else None
        return {str(k): _encode(v, members.get(k, inner)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(v, shape.element if shape is not None else None) for v in value]
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if hasattr(value, "read"):
        return None  # a streaming body: nothing catalogued reads one
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag == "$scrubbed":
                return SCRUBBED
            if tag == "$datetime":
                return datetime.fromisoformat(inner)
            if tag == "$bytes":
                return base64.b64decode(inner)
        return {k: _decode(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_decode(v) for v in value]
    return value
