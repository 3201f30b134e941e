"""What a block's body sets, evaluated: attributes, nested blocks, and the blocks that `dynamic` makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from drift.desired.hcl import schema
from drift.desired.hcl.bodies import Declared, blocks, is_block, json_dynamics
from drift.desired.hcl.configured import Place
from drift.desired.hcl.convert import convert, keys_in_order
from drift.desired.hcl.run import Failure
from drift.desired.hcl.scope import Scope
from drift.desired.hcl.traversals import items_of, path_of, text_of
from drift.desired.hcl.tree import Attribute, Block, Body, Expr
from drift.desired.hcl.types import object_val, tuple_val
from drift.desired.hcl.values import DYNAMIC, NUMBER, STRING, NotKnown, Type, Val, null, unknown
from drift.model.bounds import DYNAMIC_BLOCKS
from drift.provider.facts import Facts

Evaluate = Callable[[Expr, Scope], Val]

RESOURCE_META = frozenset(
    {"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "dynamic"}
)
"""What in a resource's body speaks to Terraform, and not to its provider."""


class _Items(NamedTuple):
    """What a `for_each` goes through: (key, value) of each."""

    pairs: list[tuple[Val, Val]]
    sensitive: bool


@dataclass(slots=True)
class Written:
    """The attributes and nested blocks that a body sets, null ones included, and where."""

    values: dict[str, Val] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class With:
    """A scope with more names in it: `each`, `count`, or the iterator of a `dynamic` block."""

    above: Scope
    names: Mapping[str, Val]

    @property
    def directory(self) -> Any:
        """As in the scope above."""
        return self.above.directory

    @property
    def jail(self) -> Any:
        """As in the scope above."""
        return self.above.jail

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
        """Its own names, then those above."""
        return (self.names[name], 0) if name in self.names else self.above.lookup(name, steps)


@dataclass(frozen=True, slots=True)
class Writer:
    """Evaluates one declared block."""

    declared: Declared
    evaluate: Evaluate

    def written(self, facts: Facts, scope: Scope, meta: Set[str] = RESOURCE_META) -> Written:
        """What it sets, as the provider's schema has it; as it is written where there are no facts."""
        out = Written()
        self._body(self.declared.body, facts, scope, meta, out, "")
        return out

    def _body(self, body: Body, facts: Facts, scope: Scope, meta: Set[str], out: Written, path: str) -> None:
        for name, attribute in body.attributes.items():
            if name in meta:
                continue
            fact = facts.get(name)
            if schema.is_block(fact) and is_block(attribute):
                self._made(name, [self._plain(b) for b in blocks(body, name)], fact, scope, out, path)
                continue
            out.values[name] = self._attribute(attribute, fact, scope)
            out.places[path + name] = self.declared.at(_top(path, name), attribute.line)
        found: dict[str, list[_Source]] = {}
        for block in (*body.blocks, *json_dynamics(body)):
            if block.type == "dynamic" and len(block.labels) == 1:
                found.setdefault(block.labels[0], []).append(_Source(block, dynamic=True))
            elif block.type not in meta:
                found.setdefault(block.type, []).append(self._plain(block))
        for name, sources in found.items():
            self._made(name, sources, facts.get(name), scope, out, path)

    @staticmethod
    def _plain(block: Block) -> _Source:
        return _Source(block, dynamic=False)

    def _attribute(self, attribute: Attribute, fact: Any, scope: Scope) -> Val:
        value = self.evaluate(attribute.expr, scope)
        wanted = schema.type_of(fact)
        if wanted.kind in ("list", "set") and isinstance(fact, list):
            return _objects(value, fact)
        return as_type(value, wanted)

    def _made(self, name: str, sources: list[_Source], fact: Any, scope: Scope, out: Written, path: str) -> None:
        """All nested blocks of one type."""
        values: list[Val] = []
        places: dict[str, Place] = {}
        known, sensitive = True, False
        place = None
        for source in sources:
            for block, inner in source.blocks(self.evaluate, scope):
                if block is None or inner is None:
                    known = False
                    place = place or source.block.line
                    continue
                here = f"{path}{name}.{len(values)}"
                one = Written()
                self._body(block.body, schema.inner(fact), inner, frozenset({"dynamic"}), one, f"{here}.")
                values.append(object_val(_whole(one.values, fact)))
                sensitive = sensitive or source.sensitive(self.evaluate, scope)
                first = self.declared.at(_top(path, name), block.line)
                place = place or block.line
                places |= {here: first, **one.places}
        if place is None:
            return  # a `dynamic` that makes none sets nothing
        out.places |= {path + name: self.declared.at(_top(path, name), place), **places}
        out.values[name] = _nested(values, fact).marked(sensitive) if known else unknown(DYNAMIC)


@dataclass(frozen=True, slots=True)
class _Source:
    """A nested block, or a `dynamic` one that makes some."""

    block: Block
    dynamic: bool

    def sensitive(self, evaluate: Evaluate, scope: Scope) -> bool:
        over = self.block.body.attributes.get("for_each") if self.dynamic else None
        return evaluate(over.expr, scope).sensitive if over else False

    def blocks(self, evaluate: Evaluate, scope: Scope) -> Iterator[tuple[Block | None, Scope | None]]:
        """Each block with the scope it is evaluated in; (None, None) where it is not known which there are."""
        if not self.dynamic:
            yield self.block, scope
            return
        attributes = self.block.body.attributes
        content = next(iter(blocks(self.block.body, "content")), None)
        over = attributes.get("for_each")
        items = iterated(evaluate(over.expr, scope)) if over else None
        if items is None or content is None or len(items.pairs) > DYNAMIC_BLOCKS.most:
            yield None, None
            return
        iterator = attributes.get("iterator")
        name = str(next(iter(path_of(iterator.expr)), "")) if iterator else self.block.labels[0]
        for key, value in items.pairs:
            inner = With(scope, {name: object_val({"key": key, "value": value.marked(items.sensitive)})})
            labels = tuple(self._labels(evaluate, inner))
            yield Block(self.block.labels[0], labels, content.body, self.block.line, self.block.end_line), inner

    def _labels(self, evaluate: Evaluate, scope: Scope) -> Iterator[str]:
        labels = self.block.body.attributes.get("labels")
        for expr in items_of(labels.expr) if labels else ():
            yield text_of(expr) or str(evaluate(expr, scope).raw)


def iterated(value: Val) -> _Items | None:
    """What a `dynamic` block's `for_each` goes through; None where it is not known."""
    if not value.is_known or value.is_null:
        return None
    if isinstance(value.raw, Mapping):
        pairs = [(Val(STRING, key), value.raw[key]) for key in keys_in_order(value.raw)]
    elif not isinstance(value.raw, tuple):
        return None
    elif value.type.kind == "set":
        if not value.wholly_known:
            return None
        pairs = [(item, item) for item in value.raw]
    else:
        pairs = [(Val(NUMBER, n), item) for n, item in enumerate(value.raw)]
    return _Items(pairs, value.sensitive)


def as_type(value: Val, wanted: Type) -> Val:
    """The value converted; unknown where Terraform would refuse it, or it cannot be told."""
    try:
        return convert(value, wanted)
    except (Failure, NotKnown):
        return unknown(wanted, sensitive=value.sensitive)


def _objects(value: Val, fact: Any) -> Val:
    """An attribute of objects, which may leave attributes out where the provider reads it as blocks."""
    if not isinstance(value.raw, tuple):
        return as_type(value, schema.type_of(fact))
    items = [
        object_val(_whole(item.raw, fact)).marked(item.sensitive) if isinstance(item.raw, Mapping) else item
        for item in value.raw
    ]
    return as_type(tuple_val(items), schema.type_of(fact)).marked(value.sensitive)


def _whole(fields: Mapping[str, Val], fact: Any) -> dict[str, Val]:
    """Every attribute of an object that the schema has, null where it is not set; a nested block only where it is."""
    facts = schema.inner(fact)
    missing = {n: null(schema.type_of(f)) for n, f in facts.items() if n not in fields and not schema.is_block(f)}
    return {**fields, **missing}


def _nested(values: list[Val], fact: Any) -> Val:
    if fact is not None and not schema.is_block(fact):
        return as_type(tuple_val(values), schema.type_of(fact))
    if schema.nesting(fact) == "single" and len(values) == 1:
        return values[0]
    if schema.nesting(fact) == "set":
        values = [v for n, v in enumerate(values) if v not in values[:n] or not v.wholly_known]
    return tuple_val(values)


def _top(path: str, name: str) -> str:
    """The top-level name that something is in."""
    return path.partition(".")[0] or name
