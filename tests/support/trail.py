"""The trail of a world: its tampering as CloudTrail would tell it.

`tamper.py` calls AWS; here every call that writes becomes a record, in the form that recorded events have
(`fixtures/audit`): first letters in lower case, EC2's `…Set` and `items`, S3's `bucketName`. Reads are answered from the tape
of the account before. Every call is made by a user of its own, so that a test can tell which call was named.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from botocore import xform_name

from drift.live.tape import Player
from drift.provider.api import Refused
from drift.providers.aws.audit.record import ALSO_CALLED
from drift.providers.aws.operations import reads, service_model
from tests.support.world import World, attributes

SETS = {"Tags": "tagSet", "Resources": "resourcesSet", "Groups": "groupSet", "InstanceIds": "instancesSet"}
"""EC2's lists, as recorded events have them."""
ELEMENTS = {
    "Resources": "resourceId",
    "Groups": "groupId",
    "InstanceIds": "instanceId",
    "SecurityGroupRuleIds": "securityGroupRuleId",
}
SOURCES = {"cloudwatch": "monitoring", "ses": "ses", "sesv2": "ses"}
CALLED = {(service, new): old for (service, old), new in ALSO_CALLED.items()}


class Made(str):
    """A part of an answer that nobody has: its text stands for itself until the tape says what it was."""

    __slots__ = ("path",)
    path: tuple[str, ...]

    def __new__(cls, text: str, path: tuple[str, ...] = ()) -> Made:
        made = super().__new__(cls, text)
        made.path = path
        return made

    def __getitem__(self, key: Any) -> Any:
        return Made(f"{self}.{key}", (*self.path, str(key)))

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]

    def __iter__(self) -> Iterator[Any]:
        return iter([self[0]])


@dataclass
class Trail:
    """The calls of a world's tampering."""

    player: Player
    records: list[dict[str, Any]] = field(default_factory=list)
    made: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def client(self, service: str, region: str = "") -> Any:
        return _Client(self, service, region or self.player.region)


@cache
def methods(service: str) -> dict[str, str]:
    return {xform_name(op): op for op in service_model(service).operation_names}


class _Client:
    def __init__(self, trail: Trail, service: str, region: str) -> None:
        self._trail, self._service, self._region = trail, service, region

    def __getattr__(self, name: str) -> Any:
        if name not in methods(self._service):
            return lambda *_, **__: Made("helper")
        op = methods(self._service)[name]
        if reads(self._service, op):
            return lambda **words: self._read(op, words)
        return lambda **words: self._written(op, words)

    def _read(self, op: str, words: dict[str, Any]) -> Any:
        for request in self._trail.player.requests:
            if (request.service, request.op) == (self._service, op) and _agree(request.args, words):
                answer = self._trail.player.ask(request)
                if not isinstance(answer, Refused) and answer:
                    return answer[0]
        return Made(f"read-{op}")

    def _written(self, op: str, words: dict[str, Any]) -> Any:
        number = len(self._trail.records)
        model = service_model(self._service)
        shape = model.operation_model(op).input_shape
        said = _said(words, shape, self._service, top=True)
        source = SOURCES.get(self._service, model.endpoint_prefix).rsplit(".", 1)[-1]
        self._trail.records.append(
            {
                "eventVersion": "1.08",
                "eventTime": f"2026-10-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z",
                "eventSource": f"{source}.amazonaws.com",
                "eventName": CALLED.get((self._service, op), op) + ("20150331v2" if self._service == "lambda" else ""),
                "awsRegion": self._region,
                "sourceIPAddress": "198.51.100.7",
                "userAgent": "aws-cli/2.13.5 Python/3.11.4",
                "userIdentity": {
                    "type": "IAMUser", "userName": f"call-{number}", "accountId": self._trail.player.account,
                    "principalId": f"AIDAEXAMPLE{number}", "accessKeyId": f"AKIAEXAMPLE{number}",
                    "arn": f"arn:aws:iam::{self._trail.player.account}:user/call-{number}",
                },
                "requestParameters": said,
                "responseElements": {},
                "readOnly": False,
                "eventID": str(uuid5(NAMESPACE_URL, f"{op}-{number}")),
                "eventType": "AwsApiCall",
                "recipientAccountId": self._trail.player.account,
            }
        )  # fmt: skip
        return Made(f"made-{number}-")


def _agree(one: Any, other: Any) -> bool:
    """Whether two requests ask about the same: lists of what is to be told aside."""
    return all(one[k] == v for k, v in other.items() if k in one and not isinstance(v, list))


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _said(value: Any, shape: Any, service: str, *, top: bool = False) -> Any:
    """A request as CloudTrail writes it."""
    if isinstance(value, Made) or shape is None:
        return str(value)
    if isinstance(value, dict) and shape.type_name == "structure":
        out: dict[str, Any] = {}
        for name, inner in value.items():
            member = shape.members.get(name)
            if top and service == "s3" and name == "Bucket":
                out["bucketName"] = str(inner)
            elif top and service == "s3" and name == "Policy":
                out["bucketPolicy"] = json.loads(inner)
            elif service == "ec2" and isinstance(inner, list | tuple):
                element = ELEMENTS.get(name)
                items = [{element: str(v)} if element else _said(v, member.member, service) for v in inner]
                out[SETS.get(name, _lower(name))] = {"items": items}
            else:
                key = name if service == "s3" else _lower(name)
                out[key] = _said(inner, member, service)
        return out
    if isinstance(value, dict):
        return {str(k): _said(v, getattr(shape, "value", None), service) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_said(v, getattr(shape, "member", None), service) for v in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def trail_of(world: World) -> list[dict[str, Any]]:
    """The records of a world's tampering, with the ids that the tape has."""
    trail = Trail(Player(world.path / "clean.jsonl"))
    state = attributes(world.path / "refreshed.tfstate")
    returned = world.tamper(trail.client, state)
    names = _names(returned, world.expected)
    text = json.dumps(trail.records)
    tokens = sorted(names, key=len, reverse=True)
    for token in tokens:
        text = text.replace(token, names[token])
    records: list[dict[str, Any]] = json.loads(text)
    for token in tokens:
        number, *path = token.removeprefix("made-").split(".")
        told = records[int(number.removesuffix("-"))]["responseElements"]
        for step in path[:-1]:
            told = told.setdefault(_lower(step), {})
        if path:
            told[_lower(path[-1])] = names[token]
    return records


_TOKEN = re.compile(r"made-\d+-[\w.]*")


def _names(returned: list[str], expected: list[str]) -> dict[str, str]:
    """Token -> what the tape has in its place, by the lines that are to be printed."""
    out: dict[str, str] = {}
    left = [line for line in expected if line not in returned]
    for line in returned:
        tokens = _TOKEN.findall(line)
        if not tokens:
            continue
        pattern = re.compile("(.+?)".join(map(re.escape, _TOKEN.split(line))))
        for candidate in left:
            found = pattern.fullmatch(candidate)
            if found:
                left.remove(candidate)
                out |= dict(zip(tokens, found.groups(), strict=True))
                break
    return out


def written(records: list[dict[str, Any]], path: Path) -> Path:
    """The records as a file of a trail."""
    path.write_text(json.dumps({"Records": list(itertools.chain(records))}), encoding="utf-8")
    return path
