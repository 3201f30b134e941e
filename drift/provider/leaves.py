"""Finds arguments inside blocks, each by a label that says in which of several blocks it stands.

`default_action.authenticate_oidc.on_unauthenticated_request` of a listener's second action has the label
`default_action[4f0c53a1b2d3e4f5].authenticate_oidc.on_unauthenticated_request`: the digits are a digest of what
identifies the block (`Attr.key`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from drift.model.value import Block, Value, as_tuple, plain
from drift.provider.spec import Attr

DIGITS = 16
_LABELS = re.compile(r"\[[0-9a-f]*\]")


class Leaf(NamedTuple):
    """An argument in a block."""

    label: str
    attr: Attr
    value: Value
    """In canonical form."""
    raw: Any
    """As the state has it, if the blocks are recorded in the same order; None if it was not given."""


def leaves(
    attr: Attr, at: str, value: Value, paths: Collection[str], *, raw: Any = None, label: str = ""
) -> Iterator[Leaf]:
    """The arguments at these dotted paths in the value of an attribute, `at` being its own path.

    Arguments in blocks that may occur several times are left out if nothing identifies one of them.
    """
    label = label or at
    if not any(path.startswith(f"{at}.") for path in paths):
        return
    for mark, element, told in elements(attr, value, raw):
        for name, inner in attr.fields.items():
            below = f"{at}.{name}"
            if name not in element:
                continue
            recorded = told.get(name) if isinstance(told, Mapping) else None
            if below in paths:
                yield Leaf(f"{label}{mark}.{name}", inner, element[name], recorded)
            else:
                yield from leaves(inner, below, element[name], paths, raw=recorded, label=f"{label}{mark}.{name}")


def elements(attr: Attr, value: Value, raw: Any = None) -> Iterator[tuple[str, Mapping[str, Value], Any]]:
    """(label, block, the same as the state has it) of each block of an attribute; a single block has an empty label."""
    recorded = raw if isinstance(raw, list) else [raw]
    if not attr.many:
        if isinstance(value, Mapping):
            yield "", value, recorded[0] if len(recorded) == 1 else None
    elif attr.key is not None:
        blocks = as_tuple(value)
        there = recorded if len(recorded) == len(blocks) else [None] * len(blocks)
        for block, told in zip(blocks, there, strict=True):
            if isinstance(block, Mapping):
                key = json.dumps(plain(attr.key(block)), sort_keys=True, default=str)  # type: ignore[arg-type]
                yield f"[{hashlib.sha256(key.encode()).hexdigest()[:DIGITS]}]", block, told


def by_label(attr: Attr, at: str, value: Value, paths: Collection[str], raw: Any = None) -> Mapping[str, Leaf]:
    """The same by label, without those of blocks that have the same label as another."""
    found = [*leaves(attr, at, value, paths, raw=raw)]
    count = Counter(leaf.label for leaf in found)
    return {leaf.label: leaf for leaf in found if count[leaf.label] == 1}


def restored(attr: Attr, at: str, value: Value, wished: Mapping[str, Value]) -> Value:
    """The value of an attribute with other values of the arguments with these labels; `at` is its own label."""
    if not any(label.startswith((f"{at}.", f"{at}[")) for label in wished):
        return value
    blocks = [
        Block({n: _one(attr.fields.get(n), f"{at}{mark}.{n}", v, wished) for n, v in block.items()})
        for mark, block, _ in elements(attr, value)
    ]
    if len(blocks) != (len(as_tuple(value)) if attr.many else 1):
        return value
    return tuple(blocks) if attr.many else blocks[0]


def _one(attr: Attr | None, at: str, value: Value, wished: Mapping[str, Value]) -> Value:
    if at in wished or attr is None:
        return wished.get(at, value)
    return restored(attr, at, value, wished)


def path_of(label: str) -> str:
    """The dotted path of a label."""
    return _LABELS.sub("", label)


def attr_at(attr: Attr, label: str) -> Attr | None:
    """The argument with this label in an attribute; None for an unknown one."""
    found: Attr | None = attr
    for step in path_of(label).split(".")[1:]:
        found = found.fields.get(step) if found is not None else None
    return found


def is_secret(attr: Attr, label: str) -> bool:
    """Whether the argument, or a block around it, is sensitive."""
    steps = path_of(label).split(".")
    around = (attr_at(attr, ".".join(steps[:n])) for n in range(1, len(steps) + 1))
    return any(found is not None and found.sensitive for found in around)
