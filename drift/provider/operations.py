"""The model of a cloud's API: its operations, their arguments and their answers.

The lint checks entries against it, and a recording uses it to leave out secrets. A provider generates it from what its
cloud publishes (AWS: botocore's models), or writes it by hand with `Model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["structure", "list", "map", "text", "number", "flag", "time", "bytes", "any"]
"""`any`: a JSON document, or a value that the model does not describe."""


class Shape(Protocol):
    """The shape of one value."""

    @property
    def kind(self) -> Kind:
        """The kind of value."""

    @property
    def name(self) -> str:
        """The name in the model; empty without one."""

    @property
    def sensitive(self) -> bool:
        """Whether the value must never be shown or stored."""

    @property
    def members(self) -> Mapping[str, Shape]:
        """The members of a structure."""

    @property
    def element(self) -> Shape | None:
        """The shape of the elements of a list, or of the values of a map."""

    @property
    def names(self) -> frozenset[str] | None:
        """The possible keys of a map or values of a text, if the model or its documentation lists them; otherwise
        None."""

    @property
    def complete(self) -> bool:
        """Whether `names` is complete, and not just what the documentation mentions."""


@dataclass(frozen=True, slots=True)
class Model:
    """A shape that is written by hand."""

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
    """The error codes in the model; empty if it lists none."""
    reads: bool = True
    """Whether the operation changes nothing."""


class Operations(Protocol):
    """All operations of a cloud."""

    def find(self, service: str, op: str) -> Operation | None:
        """One operation; None if the service or the operation is unknown."""

    def services(self) -> Iterable[str]:
        """The name of every service."""

    def names(self, service: str) -> Iterable[str]:
        """The operations of a service; empty for an unknown service."""

    def errors(self, service: str) -> frozenset[str]:
        """Every error code that the service may return; empty if none is known."""


__all__ = ["Kind", "Model", "Operation", "Operations", "Shape"]
