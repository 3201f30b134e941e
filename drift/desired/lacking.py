"""What the version of a provider that wrote a record has no name for: such a name is no difference.

A record has every argument of its schema, null or not. So a nested argument that no recorded block has, and that the
provider's newer facts have, came with a later version: the older one neither sets nor reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drift.model.value import Block, Value
from drift.provider.facts import Facts, flags_of
from drift.provider.spec import Attr


def lacking(attr: Attr, fact: Any, recorded: Any, at: str = "") -> Iterator[str]:
    """The dotted names of such arguments below a block, as it was recorded."""
    inner = _inner(fact)
    several = recorded if isinstance(recorded, list | tuple) else [recorded]
    blocks = [block for block in several if isinstance(block, Mapping)]
    if not blocks or attr.from_state is not None:
        return
    for name, field in attr.fields.items():
        if name not in inner or "r" in flags_of(inner[name]).split(" ")[0]:
            continue  # what tells blocks apart is required
        if not any(name in block for block in blocks):
            yield f"{at}{name}"
        else:
            for block in blocks:
                yield from lacking(field, inner[name], block.get(name), f"{at}{name}.")


def without(attr: Attr, value: Value, names: frozenset[str], at: str = "") -> Value:
    """A canonical block, or several, without the arguments of these names."""
    if isinstance(value, tuple):
        return tuple(without(attr, element, names, at) for element in value)
    if not names or not isinstance(value, Block):
        return value
    kept = {name: member for name, member in value.items() if f"{at}{name}" not in names}
    inner = {n: without(attr.fields[n], m, names, f"{at}{n}.") if n in attr.fields else m for n, m in kept.items()}
    return type(value)(inner, left_out=value.left_out)


def _inner(fact: Any) -> Facts:
    return fact[1] if isinstance(fact, list) and len(fact) > 1 else {}
