"""The rules of drift.toml: what is left out, why, who answers for it, and until when."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated

import msgspec

from drift.exclude.glob import covers, matches, specific
from drift.model.drift import KINDS, Change
from drift.model.resource import Resource
from drift.model.section import OneOrMore, Placed, about, several
from drift.model.value import Value, plain

_TYPE = re.compile(r"(?:module\.[^.\[]+(?:\[[^\]]*\])?\.)*([^.\[]+)\.")


class IgnoreRule(Placed, frozen=True, kw_only=True):
    """Leaves out drift of which every key that is given holds. `*` stands for any text, `?` for one character; where
    several texts are given, one of them must match."""

    reason: Annotated[str, about("Why this is no drift.")]
    resource: Annotated[
        OneOrMore,
        about("The resource, by its address or as `type.id`: `module.web.aws_instance.a`, `aws_s3_bucket.logs`."),
    ] = ()
    type: Annotated[OneOrMore, about("The Terraform type: `aws_s3_bucket`, `aws_iam_*`.")] = ()
    id: Annotated[OneOrMore, about("The id, as `terraform import` takes it, the name or the ARN.")] = ()
    address: Annotated[OneOrMore, about("The resource address: `module.web.*`. What is unmanaged has none.")] = ()
    tag: Annotated[
        dict[str, OneOrMore], about('Tags it must have, each with its value: `tag = { Team = "data", Env = "*" }`.')
    ] = msgspec.field(default_factory=dict)
    account: Annotated[OneOrMore, about("The account, twelve digits.")] = ()
    region: Annotated[OneOrMore, about("The region; `global` for what has none.")] = ()
    kind: Annotated[OneOrMore, about("The verdict: `modified`, `missing` or `unmanaged`.")] = ()
    path: Annotated[
        OneOrMore, about("Only these attributes, and what is inside of them: `tags.LastRun`, `ingress`, `*.enabled`.")
    ] = ()
    desired: Annotated[
        str | int | float | bool | None,
        about("Only where this is the desired value, or the element of a set or list that is gone."),
    ] = None
    actual: Annotated[
        str | int | float | bool | None,
        about("Only where this is the actual value, or the element of a set or list that was added."),
    ] = None
    owner: Annotated[str, about("Who answers for the rule.")] = ""
    expires: Annotated[
        date | None, about("The last day on which it counts: `2026-12-31`. Afterwards its drift is drift again.")
    ] = None

    def __post_init__(self) -> None:
        """ValueError for a rule that says nothing, or of a verdict that there is not."""
        if not (
            self.partly
            or self.resource
            or self.type
            or self.id
            or self.address
            or self.tag
            or self.account
            or self.region
        ):
            raise ValueError("it must say what it is about: resource, type, id, address, tag, account, region or path")
        strange = [k for k in several(self.kind) if k not in KINDS]
        if strange:
            raise ValueError(f"kind is one of {', '.join(KINDS)}, not {strange[0]!r}")

    @property
    def partly(self) -> bool:
        """Whether it leaves out attributes, not whole resources."""
        return bool(self.path) or self.desired is not None or self.actual is not None

    @property
    def whole_types(self) -> bool:
        """Whether it leaves out every resource of its types, whatever can be known of it."""
        return not (
            self.partly
            or self.resource
            or self.id
            or self.address
            or self.tag
            or self.account
            or self.region
            or self.kind
        )

    def broad(self, meant: int, types: int) -> bool:
        """Whether it says where, but not what it leaves out; it names `meant` of so many types."""
        named = (self.resource, self.id, self.address, tuple(self.tag), self.path)
        values = self.desired is not None or self.actual is not None
        return 2 * meant > types and not values and not any(specific(several(n)) for n in named)

    def of_type(self, *types: str) -> bool:
        """Whether it may be about resources of one of these types."""
        named = tuple(_type_in(p) for p in (*several(self.resource), *several(self.address)))
        return _any(self.type, *types) and _any(named, *types)

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    def concerns(self, resource: Resource, kind: str = "") -> bool:
        """Whether it is about this resource, under this verdict; any where that is not known yet."""
        return (
            self.of_type(*types_of(resource))
            and _any(self.resource, *calls_of(resource))
            and _any(self.id, *names_of(resource))
            and _any(self.address, str(resource.address or ""))
            and _any(self.account, resource.key.account)
            and _any(self.region, resource.key.region)
            and (not kind or _any(self.kind, kind))
            and self._tagged(resource)
        )

    def unconditional(self, path: str) -> bool:
        """Whether it leaves out all of a top-level attribute of what it concerns, whatever its value."""
        if not self.path or self.desired is not None or self.actual is not None or self.kind:
            return False
        return any(covers(p, path) for p in several(self.path))

    def rest(self, change: Change) -> Change | None:
        """What of a change it does not leave out; None where it leaves out all of it."""
        if self.path and not any(covers(p, change.path) for p in several(self.path)):
            return change
        if self.desired is None and self.actual is None:
            return None
        if change.sensitive:
            return change  # a digest is no value, and a rule must not be a way to guess one
        if not (change.added or change.removed):
            agreed = _is(self.desired, change.desired) and _is(self.actual, change.actual)
            return None if agreed else change
        added, removed = change.added, change.removed
        if self.actual is not None:
            added = tuple(v for v in added if not _is(self.actual, v))
        if self.desired is not None:
            removed = tuple(v for v in removed if not _is(self.desired, v))
        return replace(change, added=added, removed=removed) if added or removed else None

    def _tagged(self, resource: Resource) -> bool:
        if not self.tag:
            return True
        tags = tags_of(resource)
        return all(name in tags and _any(values, tags[name]) for name, values in self.tag.items())


def _type_in(pattern: str) -> str:
    """The type that the pattern of an address, or of `type.id`, names; `*` where it leaves that open."""
    found = _TYPE.match(pattern)
    return found[1] if found and found[1] != "module" else "*"


def types_of(resource: Resource) -> tuple[str, ...]:
    """The types it goes by: its address's, and that under which it is listed."""
    return (*((resource.address.type,) if resource.address else ()), resource.type)


def names_of(resource: Resource) -> tuple[str, ...]:
    """The names it goes by."""
    own = resource.attributes.get("id")
    return tuple(n for n in (resource.id, own, resource.arn, resource.name) if isinstance(n, str) and n)


def calls_of(resource: Resource) -> tuple[str, ...]:
    """What it may be called: its address, or `type.id` by any of its types and names."""
    ids = (f"{t}.{n}" for t in types_of(resource) for n in names_of(resource))
    return (*((str(resource.address),) if resource.address else ()), *ids)


def tags_of(resource: Resource) -> Mapping[str, str]:
    """Its tags; none where they could not be read."""
    tags = resource.attributes.get("tags")
    return {k: "" if v is None else str(v) for k, v in tags.items()} if isinstance(tags, Mapping) else {}


def _any(patterns: OneOrMore, *texts: str) -> bool:
    return not patterns or matches(several(patterns), *texts)


def _is(wanted: str | int | float | bool | None, value: Value) -> bool:
    """Whether a value is what a rule names: a text may have wildcards, and stands for anything by its JSON."""
    if wanted is None:
        return True
    have = plain(value)
    if isinstance(wanted, str):
        text = have if isinstance(have, str) else json.dumps(have, sort_keys=True)
        return matches((wanted,), text)
    return type(have) is type(wanted) and bool(have == wanted)
