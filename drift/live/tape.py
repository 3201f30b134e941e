"""A scan that can be run again: every answer of the API, kept in a directory.

`tape.json` says when and where; `<service>.<region>.jsonl` holds one request with its answer a line,
sorted. What botocore's model marks as sensitive never reaches the disk: on replay it is unread.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from pathlib import Path
from typing import Any

from drift.errors import TapeError
from drift.live.document import SCRUBBED
from drift.provider.api import Answer, Api, Refused, Request

FORMAT = 1
_ALSO_SECRET = {
    ("lambda", "GetFunction"): {"Location"},
    ("lambda", "GetLayerVersion"): {"Location"},
    ("ec2", "DescribeInstanceAttribute"): {"UserData"},
    ("firehose", "DescribeDeliveryStream"): {"HECToken"},
}
"""(service, operation) -> members that hold secrets although the model does not mark them."""


class Recorder:
    """An Api that keeps what it answers; `save` writes the tape."""

    def __init__(self, api: Api, *, scrub: bool = True) -> None:
        self._api = api
        self._scrub = scrub
        self._kept: dict[str, tuple[Request, Answer]] = {}
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

    def ask(self, request: Request) -> Answer:
        """The answer, kept."""
        answer = self._api.ask(request)
        with self._lock:
            self._kept[request.key] = (request, answer)
        return answer

    def save(
        self, directory: Path, *, started_at: str, duration_seconds: float, region: str, types: Iterable[str] = ()
    ) -> None:
        """Write everything asked so far; TapeError where the directory cannot be written."""
        lines: dict[str, list[str]] = {}
        for _, (request, answer) in sorted(self._kept.items()):
            entry: dict[str, Any] = {"op": request.op, "args": _encode(request.args)}
            if isinstance(answer, Refused):
                entry["refused"] = {"code": answer.code, "message": ""}
            else:
                shape = _output_shape(request.service, request.op) if self._scrub else None
                also = _ALSO_SECRET.get((request.service, request.op), set()) if self._scrub else set()
                entry["pages"] = [_encode(page, shape, also) for page in answer]
            lines.setdefault(f"{request.service}.{request.region}.jsonl", []).append(json.dumps(entry, sort_keys=True))
        head = {
            "tape": FORMAT,
            "account": self.account,
            "region": region,
            "started_at": started_at,
            "duration_seconds": duration_seconds,
            "api_calls": dict(sorted(self.counts.items())),
            "types": sorted(types),
        }
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for stale in directory.glob("*.jsonl"):
                stale.unlink()
            (directory / "tape.json").write_text(json.dumps(head, indent=1) + "\n")
            for name, entries in lines.items():
                (directory / name).write_text("\n".join(entries) + "\n")
        except OSError as error:
            raise TapeError(
                f"{directory}: cannot be written: {error.strerror}", "Give --record a writable directory."
            ) from None


class Player:
    """An Api that answers from a tape, without a network."""

    def __init__(self, directory: Path) -> None:
        try:
            head = json.loads((directory / "tape.json").read_text())
            if head.get("tape") != FORMAT:
                raise TapeError(
                    f"{directory}: tape format {head.get('tape')} is not {FORMAT}", "Record it again with --record."
                )
            self.account = str(head["account"])
            self.region = str(head["region"])
            self.started_at = str(head["started_at"])
            self.duration_seconds = float(head["duration_seconds"])
            self.recorded = (self.started_at, self.duration_seconds) if self.started_at else None
            self.types = frozenset(map(str, head.get("types") or ()))
            self.counts: Counter[str] = Counter({str(k): int(v) for k, v in head["api_calls"].items()})
            self._answers: dict[str, Any] = {}
            for file in sorted(directory.glob("*.jsonl")):
                service, region = file.name.removesuffix(".jsonl").split(".", 1)
                for entry in map(json.loads, file.read_text().splitlines()):
                    self._answers[Request(service, region, entry["op"], _decode(entry["args"])).key] = entry
        except FileNotFoundError:
            raise TapeError(f"{directory}: no tape here", "`drift check --record DIR` makes one.") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TapeError(f"{directory}: not a readable tape: {error}", "Record it again with --record.") from None

    def ask(self, request: Request) -> Answer:
        """The recorded answer; a refusal for a request that was never recorded, so that it counts as not read."""
        entry = self._answers.get(request.key)
        if entry is None:
            return Refused("NotOnTape")
        if "refused" in entry:
            return Refused(entry["refused"]["code"], entry["refused"]["message"])
        return [_decode(page) for page in entry["pages"]]


def _output_shape(service: str, op: str) -> Any:
    import botocore.session

    return botocore.session.get_session().get_service_model(service).operation_model(op).output_shape


def _encode(value: Any, shape: Any = None, also: Set[str] = frozenset()) -> Any:
    if shape is not None and shape.metadata.get("sensitive") and value is not None:
        return {"$scrubbed": True}
    if isinstance(value, Mapping):
        members = getattr(shape, "members", {})
        inner = getattr(shape, "value", None)
        return {
            str(k): {"$scrubbed": True} if k in also and v is not None else _encode(v, members.get(k, inner), also)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_encode(v, getattr(shape, "member", None), also) for v in value]
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
