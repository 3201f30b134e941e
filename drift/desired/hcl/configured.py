"""An evaluated configuration: one value for each resource instance.

This is what the rest of drift sees of HCL. Values are plain, in the shape that a state has them
(`Instance.attributes`): a nested block is a list of mappings (a mapping where the provider's schema nests a
single one), a set is a list, a number an int or a float. `UNKNOWN` stands wherever a value is not known, at any
depth: in place of an attribute, of an element, of a whole block's list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from drift.desired.hcl.values import UNKNOWN
from drift.model.address import Address, InstanceKey

ModulePath = tuple[tuple[str, InstanceKey], ...]
"""`module.a["k"].module.b` as `(("a", "k"), ("b", None))`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; `str()` is what an editor opens."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider configuration, as far as it is known: empty where it is not, or not said."""

    name: str = ""
    """`aws`: the last part of its source."""
    alias: str = ""
    region: str = ""
    account: str = ""
    """From the role it assumes, else from the only account it allows."""
    role: str = ""
    """The ARN of the role it assumes, the last one of a chain."""
    profile: str = ""
    default_tags: Mapping[str, Any] | None = field(default_factory=dict)
    """None where it is not known which there are; a value may be UNKNOWN."""
    ignored_tags: frozenset[str] = frozenset()
    """`ignore_tags.keys`."""
    ignored_tag_prefixes: tuple[str, ...] = ()
    """`ignore_tags.key_prefixes`."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A comment `drift:ignore reason=… until=…`."""

    path: str
    """The attribute it stands at, dotted; empty for the whole resource."""
    reason: str
    until: str
    """An ISO date, after which it counts no more; empty for ever."""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """One resource instance (or data source) as its author wrote it."""

    address: Address
    place: Place
    """Where its block begins."""
    values: Mapping[str, Any]
    """Attribute or nested block -> what the author sets it to; what is set to null is not in it."""
    derived: Mapping[str, Any] = field(default_factory=dict)
    """What follows from it without the provider being asked: `tags_all`, and defaults of attributes nobody sets."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Dotted path -> the line it is set on: `tags`, `ingress`, `ingress.0.from_port`."""
    sensitive: frozenset[str] = frozenset()
    """Top-level attributes whose values must never be shown."""
    sensitive_members: frozenset[str] = frozenset()
    """`tags.Token`: of such an attribute that is a map, the members that must not be shown, where others may."""
    references: tuple[str, ...] = ()
    """The resources it refers to, sorted, without instance keys: `module.net.aws_vpc.main`."""
    provider: Provider = Provider()
    ignore_changes: tuple[tuple[str | int, ...], ...] = ()
    """`lifecycle.ignore_changes`: `("tags", "Owner")` for `tags["Owner"]`."""
    ignores_all: bool = False
    """`ignore_changes = all`."""
    prevent_destroy: bool = False
    ignored: tuple[Ignored, ...] = ()
    template: bool = False
    """Whether it stands for any number of instances, because its (or a module's) `count` or `for_each` is not
    known: its address lacks that key then, and what depends on it is UNKNOWN."""

    @property
    def asserted(self) -> frozenset[str]:
        """The top-level attributes and nested blocks that the author sets: to a value, or to one that is not known."""
        return frozenset(self.values)

    @property
    def known(self) -> frozenset[str]:
        """Those of them whose value is known with all its parts."""
        return frozenset(name for name, value in self.values.items() if is_known(value))


@dataclass(frozen=True, slots=True)
class End:
    """One end of a `moved` block, relative to the module it stands in: a resource or a module, with its key or none."""

    module: ModulePath = ()
    type: str = ""
    """Empty where it is a module that moves."""
    name: str = ""
    key: InstanceKey = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A `moved` block."""

    module: tuple[str, ...]
    """The path of the module it stands in, without keys: it speaks of each of its instances."""
    from_: End
    to: End
    place: Place


@dataclass(frozen=True, slots=True)
class Import:
    """An `import` block: the object `id` is to become `address`."""

    address: Address
    id: str
    """Empty where it is not known, or an identity names the object."""
    place: Place
    identity: Mapping[str, str] = field(default_factory=dict)
    """The `identity` that names it instead; empty where it is not wholly known."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A `removed` block: `from_` is no longer managed, and destroyed or let go."""

    from_: str
    """`module.a`, `module.a.aws_vpc.this`: without instance keys."""
    destroy: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A module whose files are not there: what it desires is not known."""

    module: tuple[str, ...]
    """Its path without keys: `("net", "subnets")`."""
    reason: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A root module and all that it calls, evaluated against one state or none."""

    directory: str
    instances: Mapping[str, Configured] = field(default_factory=dict)
    """Address -> instance, managed ones and data sources, in order of address."""
    moved: tuple[Moved, ...] = ()
    imports: tuple[Import, ...] = ()
    removed: tuple[Removed, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    lost: frozenset[tuple[str, ...]] = frozenset()
    """The modules, by their path without keys, of which a block could not be parsed."""
    warnings: tuple[str, ...] = ()
    """What could not be read, each with its file and line."""
    majors: Mapping[str, int] = field(default_factory=dict)
    """A provider's name -> the major version that it was evaluated for."""

    def of(self, address: Address) -> Configured | None:
        """What the author wrote for an instance: its own, or the template of one whose keys are not known."""
        own = self.instances.get(str(address))
        fitting = (t for t in self._templates.get(keyless(address), ()) if _fits(address, t.address))
        return own or next(fitting, None)

    def covers(self, address: Address) -> bool:
        """Whether it is known what the configuration says of this address: False inside a module that was not read."""
        names = tuple(name for name, _ in address.module)
        return not any(names[: len(m)] == m for m in (*(u.module for u in self.unresolved), *self.lost))

    @cached_property
    def _templates(self) -> Mapping[str, list[Configured]]:
        out: dict[str, list[Configured]] = defaultdict(list)
        for configured in self.instances.values():
            if configured.template:
                out[keyless(configured.address)].append(configured)
        return out


def keyless(address: Address) -> str:
    """The address of a resource's block: without any instance key."""
    return address.block


def is_known(value: Any) -> bool:
    """Whether a plain value is known with all its parts."""
    if isinstance(value, Mapping):
        return all(map(is_known, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_known, value))
    return value is not UNKNOWN


def _fits(address: Address, template: Address) -> bool:
    have, want = ((*(key for _, key in a.module), a.key) for a in (address, template))
    return all(w is None or h == w for h, w in zip(have, want, strict=True))
