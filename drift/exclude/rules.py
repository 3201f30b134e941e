"""The `[[ignore]]` rules of drift.toml: what to leave out, why, who is responsible, and until when."""

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
    """Leaves out drift that matches every given key. `*` matches any text, `?` one character. If a key has several
    values, one of them must match."""

    reason: Annotated[str, about("Why this is not drift.")]
    resource: Annotated[
        OneOrMore,
        about("The resource, as an address or as `type.id`: `module.web.aws_instance.a`, `aws_s3_bucket.logs`."),
    ] = ()
    type: Annotated[OneOrMore, about("The Terraform type: `aws_s3_bucket`, `aws_iam_*`.")] = ()
    id: Annotated[OneOrMore, about("The id (as for `terraform import`), the name, or the ARN.")] = ()
    address: Annotated[OneOrMore, about("The resource address: `module.web.*`. An unmanaged resource has none.")] = ()
    tag: Annotated[
        dict[str, OneOrMore],
        about('Tags that the resource must have, with their values: `tag = { Team = "data", Env = "*" }`.'),
    ] = msgspec.field(default_factory=dict)
    account: Annotated[OneOrMore, about("The account, by id or, where a run looks at several, by name.")] = ()
    region: Annotated[OneOrMore, about("The region; `global` for a resource without one.")] = ()
    kind: Annotated[OneOrMore, about("The verdict: `modified`, `missing` or `unmanaged`.")] = ()
    path: Annotated[
        OneOrMore, about("Only these attributes and everything inside them: `tags.LastRun`, `ingress`, `*.enabled`.")
    ] = ()
    desired: Annotated[
        str | int | float | bool | None,
        about("Only if this is the desired value, or an element that a set or list lost."),
    ] = None
    actual: Annotated[
        str | int | float | bool | None,
        about("Only if this is the actual value, or an element that a set or list gained."),
    ] = None
    owner: Annotated[str, about("Who is responsible for the rule.")] = ""
    expires: Annotated[date | None, about("The last day on which the rule applies: `2026-12-31`.")] = None

    def __post_init__(self) -> None:
        """ValueError if the rule names nothing to leave out, or an unknown kind."""
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
            raise ValueError("the rule must name something: resource, type, id, address, tag, account, region or path")
        strange = [k for k in several(self.kind) if k not in KINDS]
        if strange:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {strange[0]!r}")

    @property
    def partly(self) -> bool:
        """Whether the rule leaves out attributes, not whole resources."""
        return bool(self.path) or self.desired is not None or self.actual is not None

    @property
    def whole_types(self) -> bool:
        """Whether the rule leaves out every resource of its types."""
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
        """Whether the rule is too wide: it matches over half of all `types` (`meant` of them), and names nothing
        specific."""
        named = (self.resource, self.id, self.address, tuple(self.tag), self.path)
        values = self.desired is not None or self.actual is not None
        return 2 * meant > types and not values and not any(specific(several(n)) for n in named)

    def of_type(self, *types: str) -> bool:
        """Whether the rule may match resources of one of these types."""
        named = tuple(_type_in(p) for p in (*several(self.resource), *several(self.address)))
        return _any(self.type, *types) and _any(named, *types)

    def among(self, names: Mapping[str, str]) -> IgnoreRule:
        """The rule with the ids of the accounts (id -> name) whose name it gives."""
        found = tuple(id_ for id_, name in names.items() if name and self.account and _any(self.account, name))
        return msgspec.structs.replace(self, account=(*several(self.account), *found)) if found else self

    def expired(self, today: date) -> bool:
        """Whether the rule's last day is before `today`."""
        return self.expires is not None and self.expires < today

    def concerns(self, resource: Resource, kind: str = "") -> bool:
        """Whether the rule matches this resource and verdict; an empty `kind` matches any verdict."""
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
        """Whether the rule leaves out a whole top-level attribute, whatever its value."""
        if not self.path or self.desired is not None or self.actual is not None or self.kind:
            return False
        return any(covers(p, path) for p in several(self.path))

    def rest(self, change: Change) -> Change | None:
        """The part of a change that the rule does not leave out; None if nothing remains."""
        if self.path and not any(covers(p, change.path) for p in several(self.path)):
            return change
        if self.desired is None and self.actual is None:
            return None
        if change.sensitive:
            return change  # a digest hides the value; a rule must not reveal it by matching guesses
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
    """The type in a pattern of an address or of `type.id`; `*` if the pattern does not name one."""
    found = _TYPE.match(pattern)
    return found[1] if found and found[1] != "module" else "*"


def types_of(resource: Resource) -> tuple[str, ...]:
    """The resource's types: that of its address, and the type under which drift lists it."""
    return (*((resource.address.type,) if resource.address else ()), resource.type)


def names_of(resource: Resource) -> tuple[str, ...]:
    """Every id and name of a resource."""
    own = resource.attributes.get("id")
    return tuple(n for n in (resource.id, own, resource.arn, resource.name) if isinstance(n, str) and n)


def calls_of(resource: Resource) -> tuple[str, ...]:
    """Every text that can name a resource: its address, and `type.id` for each type and name."""
    ids = (f"{t}.{n}" for t in types_of(resource) for n in names_of(resource))
    return (*((str(resource.address),) if resource.address else ()), *ids)


def tags_of(resource: Resource) -> Mapping[str, str]:
    """The tags of a resource; empty if they could not be read."""
    tags = resource.attributes.get("tags")
    return {k: "" if v is None else str(v) for k, v in tags.items()} if isinstance(tags, Mapping) else {}


def _any(patterns: OneOrMore, *texts: str) -> bool:
    return not patterns or matches(several(patterns), *texts)


def _is(wanted: str | int | float | bool | None, value: Value) -> bool:
    """Whether a value matches a rule's `desired` or `actual`. A string is a pattern for the value, or for its JSON."""
    if wanted is None:
        return True
    have = plain(value)
    if isinstance(wanted, str):
        text = have if isinstance(have, str) else json.dumps(have, sort_keys=True)
        return matches((wanted,), text)
    return type(have) is type(wanted) and bool(have == wanted)
