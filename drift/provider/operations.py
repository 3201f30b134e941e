"""The model of a cloud's API: which operations there are, what each takes and what it answers.

The lint proves an entry against it, and a tape asks it what must never reach the disk. A provider makes it from what
its cloud publishes (AWS from botocore's models), or writes it down by hand with `Model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["structure", "list", "map", "text", "number", "flag", "time", "bytes", "any"]
"""`any`: a JSON document, or something that the model says nothing of."""


class Shape(Protocol):
    """The shape of one value."""

    @property
    def kind(self) -> Kind:
        """What sort of value it is."""

    @property
    def name(self) -> str:
        """As the model calls it; empty where it has no name."""

    @property
    def sensitive(self) -> bool:
        """Whether the value must never be shown or stored."""

    @property
    def members(self) -> Mapping[str, Shape]:
        """The members of a structure."""

    @property
    def element(self) -> Shape | None:
        """What a list or a map is made of."""

    @property
    def names(self) -> frozenset[str] | None:
        """The keys of a map, or what a text may say, where the model or its documentation names them; else None."""

    @property
    def complete(self) -> bool:
        """Whether `names` is the whole list, and not only what the documentation mentions."""


@dataclass(frozen=True, slots=True)
class Model:
    """A shape that is written down by hand."""

    kind: Kind = "text"
    members: Mapping[str, Shape] = field(default_factory=dict)
    element: Shape | None = None
    names: frozenset[str] | None = None
    sensitive: bool = False
    name: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of a service."""

    takes: Mapping[str, Shape] = field(default_factory=dict)
    """Argument -> its shape."""
    required: frozenset[str] = frozenset()
    answers: Shape = field(default_factory=lambda: Model("structure"))
    errors: frozenset[str] = frozenset()
    """The error codes that the model names for it; empty where it names none."""
    reads: bool = True
    """Whether it changes nothing."""


class Operations(Protocol):
    """All operations of a cloud."""

    def find(self, service: str, op: str) -> Operation | None:
        """One operation; None where the service is unknown or has none of that name."""

    def services(self) -> Iterable[str]:
        """The name of every service."""

    def names(self, service: str) -> Iterable[str]:
        """The operations of a service; none of one that is not known."""

    def errors(self, service: str) -> frozenset[str]:
        """Every error code that the service is known to answer; empty where nothing is known of its errors."""


__all__ = ["Kind", "Model", "Operation", "Operations", "Shape"]
