"""Values in the shape of a place: nested blocks, objects that are whole, JSON, the type of a variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drift.desired.hcl import schema
from drift.desired.hcl.tree import Expr, Literal, ObjectOf, TupleOf, Unary
from drift.provider.facts import Facts
from drift.remedy.hcl import Argument, Encoded, Nested
from drift.remedy.likeness import as_blocks
from drift.remedy.source import Body, Text


@dataclass(frozen=True)
class Lift:
    """A module that is called several times, and the call that an edit is for."""

    call: Body
    only: str
    """What is true in the one instance of the call; empty where it has one."""
    variables: Text
    """The file that a new variable goes into."""
    taken: set[str]
    """The names that variables have."""
    resource: str
    """The name of the resource, which tells variables apart."""


def nested(name: str, value: Mapping[str, Any], facts: Facts) -> Nested:
    """A nested block; what is null or an empty block is left out."""
    arguments: list[Argument] = []
    blocks: list[Nested] = []
    for inner, said in value.items():
        fact = facts.get(inner)
        if isinstance(fact, list):
            blocks += (nested(inner, one, schema.inner(fact)) for one in as_blocks(said))
        elif said is not None:
            arguments.append(Argument(inner, said))
    return Nested(name, (*arguments, *blocks))


def completed(value: Any, fact: Any) -> Any:
    """Blocks that are written as an argument, where each object has to have all attributes."""
    if not isinstance(fact, list) or not isinstance(value, list):
        return value
    names = [n for n, f in schema.inner(fact).items() if not schema.is_block(f)]
    return [{**dict.fromkeys(names), **one} if isinstance(one, Mapping) else one for one in value]


def is_constant(expr: Expr) -> bool:
    """Whether an expression is the same everywhere, so that a default may say it: nothing in it is named or called."""
    match expr:
        case Literal():
            return True
        case TupleOf(items=items):
            return all(map(is_constant, items))
        case ObjectOf(items=pairs):
            return all(is_constant(k) and is_constant(v) for k, v in pairs)
        case Unary(of=of):
            return is_constant(of)
    return False


def type_for(value: Any) -> str:
    """The type of a variable that takes a value."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str() | Encoded():
            return "string"
        case list() if value and all(isinstance(v, str) for v in value):
            return "list(string)"
        case Mapping() if value and all(isinstance(v, str) for v in value.values()):
            return "map(string)"
    return "any"


def as_written(value: Any, fact: Any, shown: Any) -> Any:
    """A value as JSON has it: a block is an object where it stands alone. None where there is nothing to write."""
    if not isinstance(fact, list) or isinstance(value, Encoded):
        return value
    inner = schema.inner(fact)
    held = shown if isinstance(shown, list) else [shown]
    made = []
    for n, block in enumerate(as_blocks(value)):
        was = held[n] if n < len(held) and isinstance(held[n], Mapping) else {}
        one = {k: as_written(v, inner.get(k), was.get(k)) for k, v in block.items()}
        made.append({k: v for k, v in one.items() if v is not None})
    if not schema.is_block(fact):
        return completed(made, fact)
    if not made:
        return None
    return made[0] if len(made) == 1 and not isinstance(shown, list) else made
