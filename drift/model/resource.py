"""One resource, on either side."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.value import Block, Value

GLOBAL = "global"
"""The region of resources without a region."""


class Key(NamedTuple):
    """Identifies a resource: resources of both sides with equal keys are the same."""

    type: str
    account: str
    region: str
    identity: tuple[Value, ...]

    @property
    def where(self) -> tuple[str, str]:
        """Account and region."""
        return self.account, self.region


class Question(NamedTuple):
    """A proof to be read for one item."""

    key: Key
    text: str
    """JMESPath over the item."""
    element: str = ""
    """The key of the repeated block that the question is about."""


@dataclass(frozen=True, slots=True)
class Source:
    """The place where a resource is described."""

    state: str = ""
    file: str = ""
    line: int = 0
    lineage: str = ""
    """The state's lineage. It is the key of the digests that replace secrets in a report."""


@dataclass(frozen=True, slots=True)
class IgnoredPath:
    """A path that the configuration ignores: `ignore_changes`, the provider's `ignore_tags`."""

    path: str
    """The path with dots, for itself and everything below: `tags.Owner`; `*` for the whole resource. May contain
    `*`."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment `drift:ignore` in the configuration, for one instance of a resource."""

    type: str
    address: str
    path: str
    """The attribute of the comment; empty for the whole resource."""
    reason: str
    until: str
    """The last day on which the comment applies, as an ISO date; empty: forever."""
    place: str
    """File and line: `main.tf:12`."""


_NOTHING: Mapping[str, Any] = {}


def nothing() -> Mapping[str, Any]:
    """The empty mapping, one for all: most resources have several of them."""
    return _NOTHING


@lru_cache(maxsize=4096)
def shared(names: frozenset[str]) -> frozenset[str]:
    """The same set, once for all that are equal: resources of one type have the same sets of names."""
    return names


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource: its attributes have Terraform's names and canonical values.

    On the desired side, `address` and `source` are set. On the actual side, `owner` may be. An attribute that was not
    requested is absent; one that was refused is `Unreadable`.
    """

    key: Key
    id: str
    """The id, as `terraform import` takes it."""
    arn: str = ""
    name: str = ""
    """The name, if it differs from the id."""
    attributes: Mapping[str, Value] = field(default_factory=nothing)
    address: Address | None = None
    source: Source = Source()
    sensitive: frozenset[str] = frozenset()
    """Top-level attributes whose values must never be shown."""
    sensitive_members: Mapping[str, frozenset[str]] = field(default_factory=nothing)
    """For such an attribute that is a map: the members that must not be shown, if the others may be."""
    owner: str = ""
    proof: str = ""
    """The proof of the owner: a JMESPath over the item."""
    doubt: Unreadable | None = None
    """Why the owner is unknown: the refusal of what would prove it."""
    deposed: str = ""
    dropped: bool = False
    """The state has it no more, though it had it before and the configuration still has it: it is missing where
    nothing shows it, and else not managed."""
    unwanted: bool = False
    """The state still has it, and the configuration has it no more: the next apply destroys or forgets it."""
    guessed: str = ""
    """A provider configuration from which `unknown` could not be determined, so that the key has the session's
    value."""
    unknown: str = ""
    """`region`, or `account` if other states of the run belong to other accounts, or empty."""
    configured: Mapping[str, Value] = field(default_factory=nothing)
    """Configured values, if they are known; `attributes` has the recorded ones."""
    asserted: frozenset[str] | None = None
    """The attributes that the configuration sets; None without a configuration."""
    left_out: frozenset[str] = frozenset()
    """Attributes that are recorded as null, or that the cloud does not return, and that have their default instead."""
    undeclared: frozenset[str] = frozenset()
    """Dotted paths that the configuration does not set and for which the cloud chooses a value. The next apply does not
    change them."""
    implied: frozenset[str] = frozenset()
    """Dotted paths that the configuration does not set, but for which `configured` has the provider's default or
    null."""
    defaulted: frozenset[str] = frozenset()
    """Those of `implied` that have a default. The provider always compares these."""
    untold: frozenset[str] = frozenset()
    """Those of `implied` of which it is unknown whether an apply would change them."""
    computed: frozenset[str] = frozenset()
    """Attributes for which the cloud chooses a value if nobody sets them. Without a configuration, it is unknown
    whether somebody does."""
    taken_away: frozenset[str] = frozenset()
    """What those named that an apply took away when the state was last written."""
    refers: tuple[str, ...] = ()
    """The blocks that its author refers to: `module.net.aws_vpc.main`."""
    earlier: Mapping[str, Value] = field(default_factory=nothing)
    """The values before the state was last written, from its backup; empty without a backup."""
    remembered: Mapping[str, Value] = field(default_factory=nothing)
    """What an earlier run first saw of attributes that nobody sets; empty without a memory."""
    since: Mapping[str, str] = field(default_factory=nothing)
    """Attribute of `remembered` -> the day on which it was first seen: `2026-11-01`."""
    as_said: frozenset[str] = frozenset()
    """Attributes that an earlier run saw recorded as the same configuration says; empty without a memory."""
    lines: Mapping[str, int] = field(default_factory=nothing)
    """Dotted path -> its line in `source.file`, from 1."""
    exempt: tuple[IgnoredPath, ...] = ()
    recorded: frozenset[str] = frozenset()
    """Attributes that the entry ignores although the state sets them."""
    inside: Key | None = None
    """On the actual side: the resource inside which this one was found."""

    def at(self, address: Address | None) -> Resource:
        """The same resource under an address; `replace` takes twice as long."""
        new = object.__new__(Resource)
        for slot in _SLOTS:
            slot.__set__(new, slot.__get__(self))
        _ADDRESS.__set__(new, address)
        return new

    def said(self, name: str, value: Value) -> Value:
        """An attribute's value, without what the author leaves out in the blocks that they write."""
        out = {path for path in (*self.undeclared, *self.implied) if path.startswith(f"{name}.")}
        return _without(value, name, out) if out else value

    @property
    def origin(self) -> tuple[str, str]:
        """(state, address), which identifies a desired resource."""
        return self.source.state, str(self.address)

    @property
    def type(self) -> str:
        """The type under which drift lists it: `aws_vpc` for an `aws_default_vpc`."""
        return self.key.type


def _without(value: Value, at: str, paths: Set[str]) -> Value:
    if isinstance(value, Mapping):
        return Block({n: _without(v, f"{at}.{n}", paths) for n, v in value.items() if f"{at}.{n}" not in paths})
    if isinstance(value, tuple | frozenset):
        return type(value)(_without(v, at, paths) for v in value)
    return value


_SLOTS = tuple(vars(Resource)[name] for name in Resource.__slots__)
_ADDRESS = vars(Resource)["address"]
