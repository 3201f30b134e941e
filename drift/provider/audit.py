"""The audit log of a cloud: what drift needs to tell who changed a resource.

A provider offers one `Audit`: how to ask for a page of the log, how to read a record, and which operations can have
made, changed or deleted the resources of a type. What is done with it is the same for every cloud (`drift.who`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from drift.model.resource import Resource
from drift.model.who import Actor, Hand, Tool
from drift.provider.api import Pages, Request
from drift.provider.spec import ResourceType

Leaf = tuple[str, str]
"""(member, text): one value of a request or an answer, under the name that `plain_name` makes of its member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One write in the log, that succeeded."""

    id: str
    at: str
    """In UTC: `2026-11-20T14:03:11Z`. The log tells seconds."""
    account: str
    region: str
    """The region whose log has the event."""
    service: str
    """The service, as the log names it: `ec2`."""
    operation: str
    """The operation, as the API's model names it: `AuthorizeSecurityGroupIngress`."""
    actor: Actor
    address: str = ""
    network: str = ""
    tool: Tool = "unknown"
    version: str = ""
    by: Hand = "unknown"
    because: str = ""
    session: str = ""
    """What the calls of one session have in common."""
    key: str = ""
    """The access key that signed it."""
    link: str = ""
    request: tuple[Leaf, ...] = ()
    """What the request says."""
    members: frozenset[str] = frozenset()
    """The members that the request has, also those without a text of their own."""
    top: frozenset[str] = frozenset()
    """Those that stand in the request itself, and not inside another."""
    answer: tuple[Leaf, ...] = ()
    named: frozenset[str] = frozenset()
    """The full names of the resources that the log itself says the event is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """The operations that write the resources of one type, by what the catalogue and the API's model say."""

    services: frozenset[str] = frozenset()
    """The service, as the log may name it."""
    names: frozenset[str] = frozenset()
    """The members that name a resource of the type."""
    alone: bool = False
    """Whether there is one in each region, or in the account, and nothing names it."""
    creates: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Attribute -> the members that set it. An operation that changes it by a member does so only if the request has
    one."""
    by_member: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Attribute -> the operations that take such a member."""
    by_name: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Attribute -> the operations that are named after it, or undo one that sets it."""
    removes: frozenset[str] = frozenset()
    """The operations that take something away."""
    adds: frozenset[str] = frozenset()
    """The operations that add something and take nothing away."""

    @property
    def operations(self) -> frozenset[str]:
        """All of them."""
        changes = (op for ops in (*self.by_member.values(), *self.by_name.values()) for op in ops)
        return self.creates | self.deletes | frozenset(changes)

    def changing(self, attribute: str) -> frozenset[str]:
        """The operations that can change one attribute."""
        return self.by_member.get(attribute, frozenset()) | self.by_name.get(attribute, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the log, newest events first."""

    records: Sequence[Mapping[str, Any]]
    token: str = ""
    """Where the next page begins; empty after the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The audit log of a cloud."""

    event: Callable[[Mapping[str, Any]], Event | None]
    """A record of the log -> the event; None for what wrote nothing, failed, or is no record."""
    origin: Callable[[Mapping[str, Any]], tuple[str, Actor] | None]
    """A record -> (access key that it handed out, who got it); None for any other record."""
    behind: Callable[[Actor, Actor], Actor]
    """(the session of a role, who took the role on) -> the session with who is behind it."""
    writes: Callable[[ResourceType], Writes]
    newest: Callable[[str, str], Request]
    """(region, token) -> the request for a page of the newest writes."""
    about: Callable[[str, str, str], Request]
    """(region, name, token) -> the request for a page of what the log indexes under a name."""
    forms: Callable[[str], Iterable[str]]
    """A text -> itself and, of a full name, its parts: one call says the name, another the ARN."""
    name: Callable[[Resource], str]
    """The name under which the log indexes a resource; empty if it does not."""
    page: Callable[[Pages], Page]
    """The answer to either request."""
    home: Callable[[Resource, str, ResourceType], str]
    """(resource, default region, its entry) -> the region whose log tells of it."""
    per_second: float
    """How many pages one account may ask of one region in a second."""
    days: int
    """How far back the log goes."""
    actions: tuple[str, ...]
    """The permissions that asking takes."""
    query: Callable[[str, Sequence[tuple[str, str]], Sequence[str], str, str], str]
    """(table, (account, region) of each, names, first day, last day) -> the SQL that finds in a copy of the log what is
    about these names."""
    table: Callable[[str, str], str]
    """(table, place of the copy) -> the SQL that makes the table."""
    row: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """A line of the query's result -> the record."""


_FLAG = re.compile(r"^enabled?|enabled$")
_ODD = re.compile(r"[^a-z0-9]")


@cache
def plain_name(name: str) -> str:
    """A member's name without case, signs and plural: `SecurityGroupIds` and `securityGroupId` are the same.

    Nor does it matter on which side a flag says that it is one: `EnablePerformanceInsights` sets what
    `PerformanceInsightsEnabled` tells.

    >>> plain_name("Addresses"), plain_name("policies"), plain_name("kmsKeyId"), plain_name("Status")
    ('address', 'policy', 'kmskeyid', 'status')
    >>> plain_name("EnablePerformanceInsights") == plain_name("performance_insights_enabled")
    True
    """
    plain = _ODD.sub("", name.lower())
    plain = _FLAG.sub("", plain) or plain
    if plain.endswith(("ss", "us", "is")) or len(plain) < 3:
        return plain
    if plain.endswith("ies") and len(plain) > 4:
        return f"{plain[:-3]}y"
    if plain.endswith(("sses", "xes", "ches", "shes")):
        return plain[:-2]
    return plain.removesuffix("s")


__all__ = ["Audit", "Event", "Leaf", "Page", "Writes", "plain_name"]
