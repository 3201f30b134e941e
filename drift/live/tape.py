"""Recordings: every answer of the API in one file, from which a scan can be run again.

The file contains JSON lines. The first line has the time and place of the recording, and its types. Each other line is
an answer, with all requests that got it: many requests have the same, empty answer.

    {"tape":2,"account":"123456789012","region":"us-east-1","started_at":…,"types":["aws_sqs_queue"],…}
    {"op":"sqs:ListQueues","asked":[{"MaxResults":1000}],"pages":[{"QueueUrls":[…]}]}
    {"op":"sqs:ListQueueTags","region":"eu-west-1","asked":[{…},{…}],"refused":"AccessDenied"}

`asked` has the arguments of each request; the region is given if it differs from the first line's. Lines are sorted:
equal answers give an equal file. Values that the model of the provider's API marks as sensitive are never written; in a
replay they are unread. The same holds for text with the form of a token, a private key or a password, and for members
whose name says that they hold one.
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
    """An Api that records its answers; `save` writes the file."""

    def __init__(self, api: Api, operations: Operations | None) -> None:
        """Values that `operations` marks as sensitive are not recorded. With None, everything is: for accounts without
        secrets."""
        self._api = api
        self._operations = operations
        self._kept: dict[Hashed, tuple[Request, Answer]] = {}
        self._lock = threading.Lock()

    @property
    def account(self) -> str:
        """The account that the API reads."""
        return self._api.account

    @property
    def region(self) -> str:
        """The default region."""
        return self._api.region

    @property
    def recorded(self) -> tuple[str, float] | None:
        """The start and duration of the recording, if a replay is recorded again."""
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
        """The answer, which is recorded."""
        answer = self._api.ask(request)
        if request.once:
            return answer
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
        """Write everything recorded so far; TapeError as in `must_be_recordable`, or if the file cannot be written.

        `types` are the types of the scan; a replay has the same. It tells of those that were `left_out`,
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
        """The recorded form of an answer. The cloud's message for a refusal is left out, because it may contain
        anything."""
        if isinstance(answer, Refused):
            return {"refused": answer.code}
        if self._operations is None:
            return {"pages": [_encode(page) for page in answer]}
        known = self._operations.find(request.service, request.op)
        return {"pages": [_scrubbed(_encode(page, known.answers if known else None)) for page in answer]}


class Player:
    """An Api that answers from a recording, without a network."""

    at_once = True
    """It has every answer already; nothing is gained by asking from several threads."""

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        """TapeError if there is no readable recording. With `strict`, a missing answer is an error, not a refusal."""
        self._path, self._strict = path, strict
        if path.is_dir():
            raise TapeError(
                f"{path}: it is a directory; a recording is one file",
                "Name the file that --record wrote. If an older version of drift wrote this directory, record again.",
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
            raise TapeError(f"{path}: no such recording", "`drift check --record FILE` writes one.") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise TapeError(f"{path}: not a readable recording: {error}", _AGAIN) from None

    @property
    def requests(self) -> list[Request]:
        """The requests that the recording can answer."""
        return [request for request, _ in self._answers.values()]

    def ask(self, request: Request) -> Answer:
        """The recorded answer.

        A missing answer is a refusal with the code NOT_ON_TAPE, so that it counts as not read; NotOnTapeError if
        `strict`.
        """
        if request.hashed not in self._answers:
            if self._strict and not request.spares:
                asked = f"{request.service}:{request.op} in {request.region} with {_json(_encode(request.args))}"
                raise NotOnTapeError(f"{self._path}: not in this recording: {asked}", _AGAIN)
            return Refused(NOT_ON_TAPE)
        _, line = self._answers[request.hashed]
        return Refused(str(line["refused"])) if "refused" in line else [_decode(page) for page in line["pages"]]


def _are_pages(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(page, dict) for page in value)


_AGAIN = "Record it again with --record."


def must_be_recordable(path: Path) -> None:
    """TapeError unless a recording can be written there. An existing file is replaced only if it is a recording."""
    if path.is_dir():
        raise TapeError(
            f"{path}: it is a directory; a recording is one file",
            f"Name a file in it: --record {path / 'tape.jsonl'}",
        )
    if os.path.lexists(path) and not _is_tape(path):
        raise TapeError(
            f"{path}: the file exists, and is not a recording of drift",
            "drift does not overwrite it. Give --record another name, or move the file away.",
        )
    if not path.parent.is_dir():
        raise TapeError(
            f"{path}: there is no directory {path.parent}", "Create it first, or record to another directory."
        )
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "no permission to write in its directory")


def _is_tape(path: Path) -> bool:
    """Whether a regular file starts like a recording, in any version of the format."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open() as file:
            head = json.loads(file.readline(1 << 20))
    except (OSError, ValueError):
        return False
    return isinstance(head, dict) and {"tape", "account", "started_at"} <= head.keys()


def _unwritable(path: Path, why: str | None) -> TapeError:
    return TapeError(f"{path}: cannot be written: {why}", "Give --record a path that can be written.")


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
        return None  # a streaming body: no entry reads one
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
