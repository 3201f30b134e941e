"""References that are written to be followed, not evaluated: `aws_vpc.main[0]`, `module.a["k"]`, `tags["Owner"]`."""

from __future__ import annotations

from collections.abc import Callable

from drift.desired.hcl.configured import End, ModulePath
from drift.desired.hcl.tree import Expr, GetAttr, Index, Literal, Name, Template, TupleOf
from drift.desired.hcl.values import Val
from drift.model.address import Address, InstanceKey

Step = str | int
KeyOf = Callable[[Expr], InstanceKey]


def literal_key(expr: Expr) -> InstanceKey:
    """A key that is written out; None for any other."""
    value = expr.value if isinstance(expr, Literal) else None
    if isinstance(value, bool) or value is None:
        return None
    return value if isinstance(value, str) else int(value)


def key_of(value: Val) -> InstanceKey:
    """A key that was evaluated; None where it is not known, or can be none."""
    raw = value.raw
    if isinstance(raw, str):
        return raw
    return int(raw) if not isinstance(raw, bool) and value.type.kind == "number" and value.is_known else None


def steps_of(expr: Expr, key: KeyOf = literal_key) -> tuple[tuple[Step, bool], ...]:
    """The steps of a traversal, each with whether it is an index; none where it is no traversal.

    Text is read as one: `"aws_vpc.main"`, as 0.11 and JSON have it.
    """
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        return tuple((step, False) for step in expr.value.split("."))
    if isinstance(expr, Name):
        return ((expr.name, False),)
    if isinstance(expr, GetAttr):
        above = steps_of(expr.of, key)
        return (*above, (expr.name, False)) if above else ()
    if isinstance(expr, Index):
        above, index = steps_of(expr.of, key), key(expr.key)
        return (*above, (index, True)) if above and index is not None else ()
    return ()


def path_of(expr: Expr) -> tuple[Step, ...]:
    """`tags["Owner"]` as `("tags", "Owner")`."""
    return tuple(step for step, _ in steps_of(expr))


def end_of(expr: Expr, key: KeyOf = literal_key) -> End | None:
    """A resource or a module, with its instance keys; None where it names neither."""
    steps = [*steps_of(_addressed(expr), key)]
    module: list[tuple[str, InstanceKey]] = []
    while steps and steps[0] == ("module", False) and len(steps) > 1:
        name, at = str(steps[1][0]), steps[2][0] if len(steps) > 2 and steps[2][1] else None
        module.append((name, at))
        steps = steps[2 if at is None else 3 :]
    if not steps:
        return End(tuple(module)) if module else None
    if len(steps) not in (2, 3) or any(index for _, index in steps[:2]) or (len(steps) == 3 and not steps[2][1]):
        return None
    return End(tuple(module), str(steps[0][0]), str(steps[1][0]), steps[2][0] if len(steps) == 3 else None)


def _addressed(expr: Expr) -> Expr:
    """An address in text, with its keys, as JSON has it."""
    if not isinstance(expr, Literal) or not isinstance(expr.value, str) or "[" not in expr.value:
        return expr
    try:
        found = Address.parse(expr.value)
    except ValueError:
        return expr
    out: Expr | None = None
    for name, key in (*((f"module.{n}", k) for n, k in found.module), (f"{found.type}.{found.name}", found.key)):
        for part in name.split("."):
            out = Name(part) if out is None else GetAttr(out, part)
        out = Index(out, Literal(key)) if out is not None and key is not None else out
    return out or expr


def address_at(module: ModulePath, end: End) -> Address | None:
    """The address of a resource that is named in a module instance; None for a module."""
    return Address(end.type, end.name, end.key, (*module, *end.module)) if end.type else None


def items_of(expr: Expr | None) -> tuple[Expr, ...]:
    """What a list holds; one that is alone is a list of its own."""
    if expr is None:
        return ()
    return expr.items if isinstance(expr, TupleOf) else (expr,)


def text_of(expr: Expr | None) -> str:
    """Text that is written out; empty for anything else."""
    if isinstance(expr, Template):
        return ""
    return expr.value if isinstance(expr, Literal) and isinstance(expr.value, str) else ""
