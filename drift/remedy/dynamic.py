"""A `dynamic` block: the blocks that it makes, and what it would have to go through to make another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from drift.desired.hcl import schema
from drift.desired.hcl.tree import Call, Conditional, Expr, GetAttr, Index, Literal, Name, TupleOf
from drift.desired.hcl.types import object_val
from drift.desired.hcl.values import UNKNOWN
from drift.desired.hcl.written import With
from drift.provider.facts import Facts
from drift.remedy.likeness import alike, as_blocks
from drift.remedy.outline import Item, OutlineError, Span
from drift.remedy.source import FALLBACKS, Body, Context, Node, Source, Step


class _UnsolvedError(Exception):
    """Nothing that it could go through makes the block."""


@dataclass(frozen=True)
class Dynamic:
    """One `dynamic` block at its place."""

    source: Source
    body: Body
    """What it stands in."""
    item: Item
    over: Node
    """Its `for_each`."""
    content: Item
    iterator: str

    @staticmethod
    def makes(item: Item, name: str) -> bool:
        """Whether an item of a body is a `dynamic` block that makes blocks of a name."""
        return item.kind == "block" and item.name == "dynamic" and item.labels == (name,)

    @classmethod
    def of(cls, source: Source, body: Body, item: Item) -> Dynamic:
        """Raises OutlineError for one that is not whole."""
        items = body.file.outline.body(item.inner)
        over = next((i for i in items if i.kind == "argument" and i.name == "for_each"), None)
        content = next((i for i in items if i.kind == "block" and i.name == "content"), None)
        if over is None or content is None:
            raise OutlineError("this dynamic block is not whole", body.file.outline.line(item.span.start))
        named = next((i for i in items if i.kind == "argument" and i.name == "iterator"), None)
        iterator = body.file.text[named.inner.start : named.inner.end] if named is not None else item.labels[0]
        return cls(source, body, item, Node(body.file, over.inner, body.context), content, iterator)

    def bodies(self) -> list[tuple[Any, Body]]:
        """(key or place, content) of each block that it makes."""
        pairs = self.source.iterated(self.over)
        return [(k, self._content(self._context(step, key, value))) for k, step, key, value in pairs]

    def _content(self, context: Context) -> Body:
        return Body(self.body.file, self.content.inner, context, self.item.span)

    def _context(self, step: Step, key: Any, value: Any) -> Context:
        context = self.body.context
        if context.scope is None:
            return context
        scope = With(context.scope, {self.iterator: object_val({"key": key, "value": value})})
        return replace(context, scope=scope, iterators={**context.iterators, self.iterator: (self.over, step)})

    def flag(self) -> Node | None:
        """What `flag ? [1] : []` asks, where the block is there because a name is true; None for any other."""
        over, outline = self.over, self.over.file.outline
        spans = outline.branches(over.span)
        if spans is None or not isinstance(self.source.parse(over), Conditional):
            return None
        text = outline.text[over.span.start : spans[0].start]
        flag = over.at(Span(over.span.start, over.span.start + len(text[: text.rindex("?")].rstrip())))
        is_name = bool(self.source.steps(flag)) and self.source.value(over.at(spans[1])) == []
        return flag if is_name and self.source.value(flag) is True else None

    # --- the other way -------------------------------------------------------------------------------------

    def solved(self, wanted: Mapping[str, Any], facts: Facts) -> tuple[Any, Any] | None:
        """(key, value) to go through so that this block is made, the key None for a list; None where none makes it."""
        held = self.source.value(self.over)
        if held is UNKNOWN or not isinstance(held, list | Mapping):
            return None
        found = _Unknowns(self)
        try:
            found.body(self._content(self.body.context), wanted, facts)
            value = found.value(held)
        except (_UnsolvedError, OutlineError):
            return None
        if isinstance(held, Mapping):
            return (found.key, value) if found.key is not None and found.key not in held else None
        return None, value


@dataclass(frozen=True)
class Place:
    """Where a nested block is written."""

    body: Body
    maker: Dynamic | None = None
    """The `dynamic` block that makes it."""
    key: Any = None
    """For which key, or place, of what that goes through."""


@dataclass
class _Unknowns:
    """What a block's arguments say of the iterator."""

    dynamic: Dynamic
    key: str | None = None
    whole: Any = UNKNOWN
    parts: dict[tuple[str, ...], Any] | None = None

    def body(self, body: Body, wanted: Mapping[str, Any], facts: Facts) -> None:
        """Read what the arguments of a body have to be. _UnsolvedError where that cannot be."""
        said = set()
        for item in body.items:
            if item.kind == "argument":
                node = Node(body.file, item.inner, body.context)
                self.argument(self.dynamic.source.parse(node), node, wanted.get(item.name))
                said.add(item.name)
            elif item.name == "dynamic":
                if as_blocks(wanted.get(item.labels[0])):
                    raise _UnsolvedError
                said.add(item.labels[0])
            else:
                blocks = as_blocks(wanted.get(item.name))
                if len(blocks) != 1 or item.name in said:
                    raise _UnsolvedError
                self.body(
                    Body(body.file, item.inner, body.context, item.span), blocks[0], schema.inner(facts.get(item.name))
                )
                said.add(item.name)
        if any(v is not None and v != [] and k not in said for k, v in wanted.items()):
            raise _UnsolvedError

    def argument(self, expr: Expr, node: Node, wanted: Any) -> None:
        """An argument has to be this value."""
        steps = self.steps(expr)
        if steps is not None:
            self.put(steps, wanted)
        elif isinstance(expr, TupleOf) and len(expr.items) == 1:
            if not isinstance(wanted, list) or len(wanted) != 1:
                raise _UnsolvedError
            self.argument(expr.items[0], node, wanted[0])
        elif isinstance(expr, Call) and expr.name in (*FALLBACKS, "lookup"):
            self.call(expr, wanted)
        elif not self.fixed(expr, wanted):
            raise _UnsolvedError

    def call(self, expr: Call, wanted: Any) -> None:
        """`try(it.value.a, 1)`, `lookup(it.value, "a", 1)`: left out where the default says it."""
        first, *rest = expr.arguments
        if expr.name == "lookup":
            key = rest[0] if rest else None
            if not isinstance(key, Literal) or not isinstance(key.value, str):
                raise _UnsolvedError
            first, rest = GetAttr(first, key.value), rest[1:]
        steps = self.steps(first)
        if rest and self.fixed(rest[-1], wanted):
            return
        if steps is None or wanted is None:
            raise _UnsolvedError
        self.put(steps, wanted)

    def fixed(self, expr: Expr, wanted: Any) -> bool:
        """Whether an expression is this value whatever is gone through."""
        value = self.dynamic.source.evaluated(expr, self.dynamic.body.context)
        return value is not UNKNOWN and (alike(value, wanted) or (wanted is None and value == []))

    def steps(self, expr: Expr) -> tuple[str, ...] | None:
        """The steps from the iterator: `value.port`; None for any other expression."""
        if isinstance(expr, Name):
            return () if expr.name == self.dynamic.iterator else None
        if isinstance(expr, GetAttr):
            above = self.steps(expr.of)
            return (*above, expr.name) if above is not None else None
        if isinstance(expr, Index) and isinstance(expr.key, Literal) and isinstance(expr.key.value, str):
            above = self.steps(expr.of)
            return (*above, expr.key.value) if above is not None else None
        return None

    def put(self, steps: tuple[str, ...], wanted: Any) -> None:
        """What stands at these steps has to be this."""
        if steps == ("key",) and isinstance(wanted, str | int):
            if self.key not in (None, str(wanted)):
                raise _UnsolvedError
            self.key = str(wanted)
        elif steps == ("value",):
            if self.whole is not UNKNOWN and not alike(self.whole, wanted):
                raise _UnsolvedError
            self.whole = wanted
        elif steps[:1] == ("value",):
            self.parts = self.parts or {}
            if steps[1:] in self.parts and not alike(self.parts[steps[1:]], wanted):
                raise _UnsolvedError
            self.parts[steps[1:]] = wanted
        else:
            raise _UnsolvedError

    def value(self, held: Any) -> Any:
        """The value to go through, with the attributes that the others have. _UnsolvedError where nothing tells it."""
        if self.parts is None:
            if self.whole is UNKNOWN:
                raise _UnsolvedError
            return self.whole
        if self.whole is not UNKNOWN:
            raise _UnsolvedError
        out: dict[str, Any] = {}
        for steps, wanted in self.parts.items():
            at = out
            for step in steps[:-1]:
                at = at.setdefault(step, {})
            at[steps[-1]] = wanted
        others = [v for v in (held.values() if isinstance(held, Mapping) else held) if isinstance(v, Mapping)]
        shared = set.intersection(*(set(v) for v in others)) if others else set()
        return {k: v for k, v in out.items() if v is not None or k in shared}
