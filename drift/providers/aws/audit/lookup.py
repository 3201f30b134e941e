"""How CloudTrail's event history is asked: `LookupEvents`.

Two calls a second for each account and region, 50 events a page, one attribute a call, the last 90 days
("LookupEvents", CloudTrail API Reference). Events of global services are in the history of one region of the partition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from drift.model.resource import GLOBAL, Resource
from drift.provider.api import Pages, Request
from drift.provider.audit import Page
from drift.provider.spec import Call, ResourceType
from drift.providers.aws.regions import partition_of

PER_SECOND = 2.0
DAYS = 90
PAGE = 50
HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Partition -> the region whose history has the events of global services."""
BY_ARN = frozenset({"kms", "sns", "secretsmanager", "acm", "elbv2", "ecs", "stepfunctions"})
"""Services whose resources are indexed by ARN; others by the name or id that requests have."""
GLOBAL_SERVICES = frozenset({"account", "budgets", "cloudfront", "iam", "organizations", "route53", "shield"})
"""Services that answer in one region of the partition; what else is global is called in any."""


def newest(region: str, token: str) -> Request:
    """A page of the newest writes."""
    return _request(region, "ReadOnly", "false", token)


def about(region: str, name: str, token: str) -> Request:
    """A page of the events about a resource."""
    return _request(region, "ResourceName", name, token)


def _request(region: str, key: str, value: str, token: str) -> Request:
    args: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
        "MaxResults": PAGE,
    }
    return Request("cloudtrail", region, "LookupEvents", args | ({"NextToken": token} if token else {}), once=True)


def page(pages: Pages) -> Page:
    """The records of an answer. What is no record is left out: its text is AWS's, and may be cut."""
    records: list[Mapping[str, Any]] = []
    token = ""
    for one in pages:
        token = str(one.get("NextToken") or "")
        for event in one.get("Events") or ():
            try:
                record = msgspec.json.decode(str(event.get("CloudTrailEvent") or "{}"))
            except msgspec.DecodeError:
                continue
            if isinstance(record, dict):
                records.append(record)
    return Page(records=records, token=token)


def name(resource: Resource) -> str:
    """The name under which the history has a resource: one text of its request, or its ARN."""
    service = resource.arn.split(":")[2] if resource.arn.count(":") > 4 else ""
    if service in BY_ARN and resource.arn:
        return resource.arn
    texts = [part for part in resource.key.identity if isinstance(part, str) and part]
    id_ = resource.id
    if len(texts) > 1 or not id_ or any(sign in id_ for sign in ",|"):
        return texts[0] if texts else ""
    return id_


def forms(text: str) -> Iterator[str]:
    """A text, and the parts of an ARN that name the resource as well."""
    yield text
    if text.startswith("arn:"):
        tail = text.split(":", 5)[-1]
        yield from (tail, tail.rsplit(":", 1)[-1], tail.rsplit("/", 1)[-1], tail.partition("/")[2])


def home(resource: Resource, default: str, entry: ResourceType) -> str:
    """The region whose history tells of a resource: a bucket lives in one, though its name is the whole partition's."""
    if resource.key.region not in (GLOBAL, ""):
        return resource.key.region
    first = HOME[partition_of(default)]
    if entry.service in GLOBAL_SERVICES:
        return first
    only = entry.list.region if isinstance(entry.list, Call) else ""
    own = resource.attributes.get("region")
    return only or (own if isinstance(own, str) else "") or default or first
