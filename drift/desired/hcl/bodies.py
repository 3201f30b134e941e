"""Bodies of blocks: one form for both syntaxes, with override files merged.

In JSON a nested block and an attribute look the same: an object, or a list of objects. The caller decides: `blocks`
reads a name as nested blocks. Overrides: developer.hashicorp.com/terraform/language/files/override.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drift.desired.hcl.configured import Place
from drift.desired.hcl.tree import Attribute, Block, Body, Expr, Literal, ObjectOf, TupleOf


@dataclass(frozen=True, slots=True)
class Declared:
    """A block of a module and its file, after override files were merged."""

    block: Block
    path: str
    overridden: Mapping[str, str] = field(default_factory=dict)
    """Attribute or type of nested block -> the override file that sets it."""

    @property
    def body(self) -> Body:
        """What is between its braces."""
        return self.block.body

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.path, self.block.line)

    def at(self, name: str, line: int) -> Place:
        """The place of one of its attributes or nested blocks."""
        return Place(self.overridden.get(name, self.path), line)

    def expr(self, name: str) -> Expr | None:
        """The expression of an attribute; None where it is not set."""
        attribute = self.body.attributes.get(name)
        return attribute.expr if attribute else None


def blocks(body: Body, name: str) -> list[Block]:
    """The nested blocks of one type, in either syntax, those of `dynamic` left out."""
    out = [b for b in body.blocks if b.type == name]
    if name in body.attributes:
        out += _from_json(body.attributes[name])
    return out


def is_block(attribute: Attribute) -> bool:
    """Whether an attribute could be nested blocks in JSON's syntax."""
    expr = attribute.expr
    items = expr.items if isinstance(expr, TupleOf) else (expr,)
    return bool(items) and all(isinstance(item, ObjectOf) and _body(item) is not None for item in items)


def _from_json(attribute: Attribute) -> list[Block]:
    expr = attribute.expr
    items = expr.items if isinstance(expr, TupleOf) else (expr,)
    bodies = [(item, _body(item)) for item in items if isinstance(item, ObjectOf)]
    return [Block(attribute.name, (), b, i.line or attribute.line, attribute.end_line) for i, b in bodies if b]


def _body(expr: ObjectOf) -> Body | None:
    attributes = {}
    for key, value in expr.items:
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            return None
        if key.value != "//":
            line = value.line or key.line or expr.line
            attributes[key.value] = Attribute(key.value, value, line, line)
    return Body(attributes)


def json_dynamics(body: Body) -> list[Block]:
    """The `dynamic` blocks of a body in JSON's syntax: each with the type that it makes as its label."""
    found = body.attributes.get("dynamic")
    inner = [b.body.attributes.values() for b in _from_json(found)] if found else []
    return [
        replace(b, type="dynamic", labels=(a.name,)) for attributes in inner for a in attributes for b in _from_json(a)
    ]


def overridden(base: Declared, over: Declared) -> Declared:
    """A block with an override merged in: attributes one by one, nested blocks by type, `lifecycle` by attribute."""
    names = {_type(b) for b in over.body.blocks}
    kept = [b for b in base.body.blocks if _type(b) not in names]
    added = list(over.body.blocks)
    if "lifecycle" in names:
        both = [b for b in base.body.blocks if b.type == "lifecycle"]
        merged = {name: a for b in both for name, a in b.body.attributes.items()}
        added = [_with_defaults(b, merged) if b.type == "lifecycle" else b for b in added]
    attributes = {n: a for n, a in base.body.attributes.items() if n not in names}
    body = Body({**attributes, **over.body.attributes}, (*kept, *added))
    files = dict.fromkeys((*names, *over.body.attributes), over.path)
    return Declared(replace(base.block, body=body), base.path, {**base.overridden, **files})


def _with_defaults(block: Block, attributes: Mapping[str, Attribute]) -> Block:
    return replace(block, body=Body({**attributes, **block.body.attributes}, block.body.blocks))


def _type(block: Block) -> str:
    """The type of nested block that a block makes; for `dynamic`, its label."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
