"""What may stand in a configuration: JSON says of no property whether it is an argument or a block.

Terraform's own blocks are the same for all; those of a resource are the provider's, as far as the catalogue
knows its schema. Whatever is not known to be a block is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from drift.provider import facts
from drift.provider.installed import facts_of, installed

Static = Literal["expression", "each", "raw"]
"""How an argument's text is meant: it is an expression (or, by `each`, each of its parts is), or just text."""


@dataclass(slots=True)
class Shape:
    """A block: how many labels it has, which blocks stand in it, and arguments whose text is no template."""

    labels: int = 0
    blocks: Mapping[str, Shape] = field(default_factory=dict)
    static: Mapping[str, Static] = field(default_factory=dict)


_LIFECYCLE: Final = Shape(
    blocks={
        "precondition": Shape(),
        "postcondition": Shape(),
        "action_trigger": Shape(static={"events": "each", "actions": "each"}),
    },
    static={"ignore_changes": "each", "replace_triggered_by": "each"},
)
_CONNECTION: Final = Shape()
_META: Final = {
    "lifecycle": _LIFECYCLE,
    "connection": _CONNECTION,
    "provisioner": Shape(1, {"connection": _CONNECTION}),
    "timeouts": Shape(),
}
_META_STATIC: Final[Mapping[str, Static]] = {"provider": "expression", "depends_on": "each"}

_ENCRYPTED: Final = Shape()
_ENCRYPTED.blocks = {"fallback": _ENCRYPTED}
_REMOTE: Final = Shape(blocks={"default": _ENCRYPTED, "remote_state_data_source": Shape(1, _ENCRYPTED.blocks)})
_ENCRYPTION: Final = Shape(
    blocks={
        "key_provider": Shape(2),
        "method": Shape(2),
        "state": _ENCRYPTED,
        "plan": _ENCRYPTED,
        "remote_state_data_sources": _REMOTE,
    }
)

TOP: Final[Mapping[str, Shape]] = {
    "terraform": Shape(
        blocks={
            "backend": Shape(1),
            "cloud": Shape(blocks={"workspaces": Shape()}),
            "required_providers": Shape(),
            "provider_meta": Shape(1),
            "state_store": Shape(1, {"provider": Shape(1)}),
            "encryption": _ENCRYPTION,
        }
    ),
    "provider": Shape(
        1,
        {
            name: Shape()
            for name in ("assume_role", "assume_role_with_web_identity", "default_tags", "endpoints", "ignore_tags")
        },
        {"alias": "raw", "version": "raw"},
    ),
    "variable": Shape(1, {"validation": Shape()}, {"type": "expression", "default": "raw", "description": "raw"}),
    "locals": Shape(),
    "output": Shape(1, {"precondition": Shape()}, {"depends_on": "each", "description": "raw"}),
    "module": Shape(
        1, {"lifecycle": Shape()}, {"providers": "each", "depends_on": "each", "source": "raw", "version": "raw"}
    ),
    "resource": Shape(2),
    "data": Shape(2),
    "ephemeral": Shape(2),
    "action": Shape(2, {"config": Shape()}, {"provider": "expression"}),
    "moved": Shape(static={"from": "expression", "to": "expression"}),
    "import": Shape(static={"to": "expression", "provider": "expression"}),
    "removed": Shape(
        blocks={"lifecycle": Shape(), "connection": _CONNECTION, "provisioner": Shape(1)},
        static={"from": "expression"},
    ),
    "check": Shape(1, {"data": Shape(2), "assert": Shape()}),
}


def inside(kind: str, labels: tuple[str, ...], shape: Shape) -> Shape:
    """The shape of one block: a resource's depends on its type."""
    if kind not in ("resource", "data", "ephemeral") or len(labels) != 2:
        return shape
    if kind == "resource":
        own: Mapping[str, Shape] = _provided({**facts_of(labels[0]), **facts_of(labels[0], facts.LATEST)})
    else:
        own = _of_data(labels[0])
    return Shape(2, {**_META, **_with_dynamic(own)}, _META_STATIC)


def _of_data(type_: str) -> Mapping[str, Shape]:
    """The blocks of a data source: the catalogue has no schema of these, and most know `filter` alone."""
    if type_ == "terraform_remote_state":
        return {}
    known = (p.data_blocks[type_] for p in installed().providers.values() if type_ in p.data_blocks)
    return _nested(next(known, {"filter": {}}))


def _nested(blocks: Mapping[str, Any]) -> dict[str, Shape]:
    return {name: Shape(blocks=_nested(inner)) for name, inner in blocks.items()}


def _provided(schema: Mapping[str, Any]) -> dict[str, Shape]:
    return {
        name: Shape(blocks=_with_dynamic(_provided(fact[1])))
        for name, fact in schema.items()
        if not isinstance(fact, str) and fact[0].startswith("b ")
    }


def _with_dynamic(blocks: Mapping[str, Shape]) -> dict[str, Shape]:
    """The blocks, and `dynamic` ones that make them."""
    return {**blocks, "dynamic": Shape(1, {"content": Shape()}, {"iterator": "expression"})}


def dynamic(name: str, blocks: Mapping[str, Shape]) -> Shape:
    """The shape of `dynamic "name"`: its content is a block of that name."""
    made = blocks.get(name, Shape())
    return Shape(1, {"content": Shape(blocks=made.blocks, static=made.static)}, {"iterator": "expression"})
