"""One resource, on either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.value import Value

GLOBAL = "global"
"""The region of what has none."""


class Key(NamedTuple):
    """What pairs both sides: equal keys are the same resource."""

    type: str
    account: str
    region: str
    identity: tuple[Value, ...]


class Question(NamedTuple):
    """What is to be proved of one item found."""

    key: Key
    text: str
    """JMESPath over the item."""
    element: str = ""
    """The key of the repeated block that it is about."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a resource is described."""

    state: str = ""
    file: str = ""
    line: int = 0
    lineage: str = ""
    """The state's lineage: it keys the digests that stand for secrets in a report."""


@dataclass(frozen=True, slots=True)
class IgnoredPath:
    """A path that the configuration says to look away from: `ignore_changes`, the provider's `ignore_tags`."""

    path: str
    """Dotted Terraform, of the path itself and all below it: `tags.Owner`; `*` for the whole resource. May hold `*`."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment `drift:ignore` in the configuration, at one instance of a resource."""

    type: str
    address: str
    path: str
    """The attribute it stands at; empty for the whole resource."""
    reason: str
    until: str
    """An ISO date, the last on which it counts; empty for ever."""
    place: str
    """`main.tf:12`."""


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
    """A resource as Terraform's schema names its attributes, with values in canonical form.

    On the desired side `address` and `source` are set; on the actual side `owner` may be.
    An attribute that was never asked for is absent; one that was refused is `Unreadable`.
    """

    key: Key
    id: str
    """What `terraform import` takes."""
    arn: str = ""
    name: str = ""
    """The name people know it by, where the id is not it."""
    attributes: Mapping[str, Value] = field(default_factory=nothing)
    address: Address | None = None
    source: Source = Source()
    sensitive: frozenset[str] = frozenset()
    """Top-level attributes whose values must never be shown."""
    sensitive_members: Mapping[str, frozenset[str]] = field(default_factory=nothing)
    """Of such an attribute that is a map, the members that must not be shown, where the others may."""
    owner: str = ""
    proof: str = ""
    """What the cloud shows that proves the owner: a JMESPath over the item."""
    doubt: Unreadable | None = None
    """Why it cannot be told whose it is: what would prove an owner was refused."""
    deposed: str = ""
    dropped: bool = False
    """The state has it no more, though it had it before and the configuration still has it: it is missing where
    nothing shows it, and else not managed."""
    guessed: str = ""
    """The provider configuration of which nothing told what `unknown` names, so that the key has the session's."""
    unknown: str = ""
    """`region`; or `account`, where other states of the run are of other accounts; else empty."""
    configured: Mapping[str, Value] = field(default_factory=nothing)
    """What the configuration sets them to, where that is known; `attributes` holds what the state recorded."""
    asserted: frozenset[str] | None = None
    """The attributes that the configuration sets; None where no configuration tells."""
    left_out: frozenset[str] = frozenset()
    """Attributes that are recorded as null, or that the cloud leaves out, where it has a default: that stands in their
    place."""
    undeclared: frozenset[str] = frozenset()
    """Dotted paths of what nobody sets and the provider leaves to the cloud: the next apply leaves it as it is."""
    implied: frozenset[str] = frozenset()
    """Dotted paths of what nobody sets and `configured` holds all the same: the provider's default, or null."""
    defaulted: frozenset[str] = frozenset()
    """Those of them that have a default: the provider never looks away from another value there."""
    computed: frozenset[str] = frozenset()
    """Attributes that the cloud fills in where nobody sets them. Without a configuration nobody can tell who did."""
    taken_away: frozenset[str] = frozenset()
    """What those named that an apply took away when the state was last written."""
    refers: tuple[str, ...] = ()
    """The blocks that its author refers to: `module.net.aws_vpc.main`."""
    earlier: Mapping[str, Value] = field(default_factory=nothing)
    """What the state recorded before it was last written; empty where no backup tells."""
    remembered: Mapping[str, Value] = field(default_factory=nothing)
    """What an earlier run first saw of attributes that nobody sets; empty without a memory."""
    since: Mapping[str, str] = field(default_factory=nothing)
    """Attribute of `remembered` -> the day on which it was first seen: `2026-11-01`."""
    lines: Mapping[str, int] = field(default_factory=nothing)
    """Dotted path -> its line in `source.file`."""
    exempt: tuple[IgnoredPath, ...] = ()
    recorded: frozenset[str] = frozenset()
    """The attributes its entry ignores and its state sets all the same."""
    inside: Key | None = None
    """What it was found inside, on the actual side."""

    def at(self, address: Address | None) -> Resource:
        """The same resource under an address; `replace` takes twice as long."""
        new = object.__new__(Resource)
        for slot in _SLOTS:
            slot.__set__(new, slot.__get__(self))
        _ADDRESS.__set__(new, address)
        return new

    @property
    def origin(self) -> tuple[str, str]:
        """(state, address): what tells one desired resource from every other."""
        return self.source.state, str(self.address)

    @property
    def type(self) -> str:
        """The type it is listed as: `aws_vpc` for an `aws_default_vpc`."""
        return self.key.type


_SLOTS = tuple(vars(Resource)[name] for name in Resource.__slots__)
_ADDRESS = vars(Resource)["address"]
