"""One CloudTrail record as an event.

CloudTrail writes requests nearly as the API's model has them, the first letter in lower case. EC2 wraps lists
(`instancesSet.items`, `groupSet.items`) and some requests whole (`CreateNatGatewayRequest`); S3 says `bucketName`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from drift.provider.audit import Event, Leaf, plain_name
from drift.providers.aws.audit.actor import actor_of, member, text
from drift.providers.aws.audit.agent import hand_of, tool_of
from drift.providers.aws.operations import READ_ONLY
from drift.providers.aws.regions import partition_of

_VERSION = re.compile(r"_?\d{4}_?\d{2}_?\d{2}(?:v\d+)?$")
"""Lambda and CloudFront write the API's version behind the operation: `UpdateFunctionCode20150331v2`."""
ALSO_CALLED: Mapping[tuple[str, str], str] = {
    ("s3", "PutBucketLifecycle"): "PutBucketLifecycleConfiguration",
    ("s3", "PutBucketNotification"): "PutBucketNotificationConfiguration",
    ("s3", "PutBucketPublicAccessBlock"): "PutPublicAccessBlock",
    ("s3", "DeleteBucketPublicAccessBlock"): "DeletePublicAccessBlock",
}
"""(service, name in CloudTrail) -> the operation's name in the API's model, where they differ ("Amazon S3 CloudTrail
events", S3 User Guide)."""
MEMBERS: Mapping[str, Mapping[str, str]] = {"s3": {"bucketname": "bucket"}}
"""Service -> name in CloudTrail -> name in the model."""
THROUGH = frozenset({"items", "item", "content", "value"})
"""Members that wrap a value and name nothing."""
NAMING = frozenset({"attribute", "attributename", "attributetype"})
"""Members whose value names what is set: `SetTopicAttributes` says `attributeName`."""
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
LONGEST = 4096
"""Characters of one text that are looked at: identifiers and settings are shorter, documents are compared by nobody."""
DEPTH = 24
CONSOLES = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-cn": "{region}.console.amazonaws.cn",
    "aws-us-gov": "{region}.console.amazonaws-us-gov.com",
}
"""Partition -> the host of its console in a region."""


def event_of(record: Mapping[str, Any]) -> Event | None:
    """The event of a record; None for a read, for what failed, and for what is no record."""
    at, source, name = (text(record, n) for n in ("eventTime", "eventSource", "eventName"))
    if not (at and source and name) or record.get("errorCode") or _reads(record, name):
        return None
    service = source.partition(".")[0]
    operation = _VERSION.sub("", name)
    operation = ALSO_CALLED.get((service, operation), operation)
    actor = actor_of(record)
    tool, version = tool_of(record)
    by, because = hand_of(record, actor, tool)
    request = member(record, "requestParameters")
    region, id_ = text(record, "awsRegion"), text(record, "eventID")
    leaves, members = _read(request, service)
    return Event(
        id=id_,
        at=at,
        account=text(record, "recipientAccountId") or text(record, "userIdentity", "accountId"),
        region=region,
        service=service,
        operation=operation,
        actor=actor,
        address=text(record, "sourceIPAddress"),
        network=text(record, "vpcEndpointId"),
        tool=tool,
        version=version,
        by=by,
        because=because,
        session=_session(record, tool),
        key=text(record, "userIdentity", "accessKeyId"),
        link=_link(region, id_),
        request=leaves,
        members=members,
        top=frozenset(_called(name, service) for name in request) if isinstance(request, Mapping) else frozenset(),
        answer=_read(member(record, "responseElements"), service)[0],
        named=frozenset(_resources(record)),
    )


def _reads(record: Mapping[str, Any], name: str) -> bool:
    """Whether it changed nothing: the record says so, older ones by their name alone."""
    told = record.get("readOnly")
    return bool(READ_ONLY.fullmatch(name)) if told is None else str(told).lower() == "true"


def _session(record: Mapping[str, Any], tool: str) -> str:
    """What the calls of one session share: a console's keys change with each service, its beginning does not."""
    who = record.get("userIdentity")
    began = text(who, "sessionContext", "attributes", "creationDate")
    key = began or text(who, "accessKeyId")
    return "|".join((text(who, "principalId") or text(who, "arn") or text(who, "invokedBy"), key, tool))


def _link(region: str, id_: str) -> str:
    host = CONSOLES.get(partition_of(region), "").format(region=region)
    if not host or not re.fullmatch(r"[0-9a-fA-F-]{36}", id_) or not re.fullmatch(r"[a-z0-9-]+", region):
        return ""
    return f"https://{host}/cloudtrailv2/home?region={region}#/events/{id_}"


def _resources(record: Mapping[str, Any]) -> Iterator[str]:
    found = record.get("resources")
    for one in found if isinstance(found, list) else ():
        if arn := text(one, "ARN") or text(one, "arn"):
            yield arn


def _read(value: Any, service: str) -> tuple[tuple[Leaf, ...], frozenset[str]]:
    """(what it says, the members that it has)."""
    leaves: list[Leaf] = []
    members: set[str] = set()
    for path, found in _leaves(value, (), 0):
        names = [_called(name, service) for name in path if name.lower() not in THROUGH]
        members.update(v for name in names for v in variants(name))
        if found is None:
            continue
        told = str(found).lower() if isinstance(found, bool) else str(found)
        if len(told) > LONGEST or told == HIDDEN:
            continue
        leaves.append((names[-1] if names else "", told))
        if names and (names[-1] in NAMING or names[-2:] == ["patchoperation", "path"]):
            members.update(plain_name(part) for part in told.split("/") if part)
    return tuple(leaves), frozenset(members)


def _called(name: str, service: str) -> str:
    """A member as the model calls it, in its plain form; EC2 has `groupSet` for the model's `Groups`."""
    if service == "ec2" and name.endswith("Set") and len(name) > 3:
        name = name[:-3]
    plain = plain_name(name)
    return MEMBERS.get(service, {}).get(plain, plain)


_PREFIX = re.compile(r"^(?:add|remove|new)(?=[a-z]{4})")


def variants(name: str) -> tuple[str, ...]:
    """A member's plain name, also without what says how it is set: `AddRouteTableIds`, `NewInstanceType`.

    >>> variants("addroutetableid")
    ('addroutetableid', 'routetableid')
    """
    bare = _PREFIX.sub("", name)
    return (name,) if bare == name else (name, bare)


def _leaves(value: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    if depth > DEPTH:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, str(name)), depth + 1)
        if not value:
            yield path, None
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path, depth + 1)
        if not value:
            yield path, None
    else:
        yield path, value
