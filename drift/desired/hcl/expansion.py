"""`count` and `for_each`: the instances of a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drift.desired.hcl.bodies import Declared, blocks
from drift.desired.hcl.convert import keys_in_order
from drift.desired.hcl.scope import Scope
from drift.desired.hcl.types import element_of, object_val
from drift.desired.hcl.values import BOOL, NUMBER, STRING, Val, unknown
from drift.desired.hcl.written import Evaluate, as_type
from drift.model.address import InstanceKey
from drift.model.bounds import BLOCK_INSTANCES


@dataclass(frozen=True, slots=True)
class Expansion:
    """The instances of one block, each with its values of `each` and `count`."""

    kind: str
    """`one`, `count`, `each`, or `unknown`, which has one instance that stands for any."""
    instances: Mapping[InstanceKey, Mapping[str, Val]]
    beyond: str = ""
    """The bound that was exceeded, so that the instances are unknown."""

    @property
    def is_known(self) -> bool:
        """Whether it is known which instances there are."""
        return self.kind != "unknown"

    def key(self, step: str | int) -> InstanceKey:
        """A step as an instance's key, as Terraform converts it."""
        if self.kind == "count":
            return int(step) if isinstance(step, int) or step.isdigit() else step
        return str(step)


ONE = Expansion("one", {None: {}})
NONE = Expansion("one", {})
"""Of a block that `lifecycle { enabled = false }` switches off (OpenTofu 1.11): it is null."""
UNTOLD = Expansion("unknown", {None: {}})


def expansion(declared: Declared, scope: Scope, evaluate: Evaluate) -> Expansion:
    """Which instances a resource or a module call has."""
    count, each = declared.expr("count"), declared.expr("for_each")
    if count is not None:
        return _counted(as_type(evaluate(count, scope), NUMBER))
    if each is not None:
        return _each(evaluate(each, scope))
    for block in blocks(declared.body, "lifecycle"):
        enabled = block.body.attributes.get("enabled")
        if enabled is not None:
            value = as_type(evaluate(enabled.expr, scope), BOOL)
            return (ONE if value.raw else NONE) if value.is_known and not value.is_null else UNTOLD
    return ONE


def _counted(value: Val) -> Expansion:
    size = value.raw
    told = value.is_known and not value.is_null and size == int(size) and size >= 0
    if not told or size > BLOCK_INSTANCES.most:
        beyond = BLOCK_INSTANCES.beyond if told else ""
        return Expansion("unknown", {None: {"count": object_val({"index": unknown(NUMBER)})}}, beyond)
    return Expansion("count", {n: {"count": object_val({"index": Val(NUMBER, n)})} for n in range(int(size))})


def _each(value: Val) -> Expansion:
    raw = value.raw
    if isinstance(raw, Mapping) and len(raw) <= BLOCK_INSTANCES.most:
        found = {key: raw[key] for key in keys_in_order(raw)}
    elif _is_set_of_text(value) and len(raw) <= BLOCK_INSTANCES.most:
        found = {item.raw: item for item in raw}
    else:
        element = unknown(element_of(value.type)) if value.type.kind in ("map", "set") else unknown()
        many = isinstance(raw, Mapping | tuple) and len(raw) > BLOCK_INSTANCES.most
        return Expansion("unknown", {None: _bound(unknown(STRING), element)}, BLOCK_INSTANCES.beyond if many else "")
    return Expansion("each", {key: _bound(Val(STRING, key), element) for key, element in found.items()})


def _is_set_of_text(value: Val) -> bool:
    return isinstance(value.raw, tuple) and value.type.kind == "set" and all(isinstance(v.raw, str) for v in value.raw)


def _bound(key: Val, value: Val) -> Mapping[str, Val]:
    return {"each": object_val({"key": key, "value": value})}
