"""What a configuration says of resources beside their values: `lifecycle`, `moved`, `import`, `removed`, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from drift.desired.hcl.bodies import Declared, blocks
from drift.desired.hcl.configured import Ignored, Import, Moved, Place, Removed
from drift.desired.hcl.names import ModuleScope
from drift.desired.hcl.plain import plain
from drift.desired.hcl.traversals import address_at, end_of, items_of, key_of, literal_key, path_of
from drift.desired.hcl.tree import Body, Expr, Literal
from drift.desired.hcl.types import object_val
from drift.desired.hcl.values import STRING, Val
from drift.desired.hcl.written import With, iterated
from drift.model.address import InstanceKey

_COMMENT = re.compile(r"drift:ignore\b(.*)", re.DOTALL)
_SETTING = re.compile(r'\b(reason|until)=(?:"([^"]*)"|(.*?)(?=\s+(?:reason|until)=|$))', re.DOTALL)


class Lifecycle(NamedTuple):
    """What a `lifecycle` block asks of Terraform."""

    ignore_changes: tuple[tuple[str | int, ...], ...] = ()
    ignores_all: bool = False
    prevent_destroy: bool = False


def lifecycle(body: Body) -> Lifecycle:
    """A resource's `lifecycle`."""
    paths: list[tuple[str | int, ...]] = []
    every = prevent = False
    for block in blocks(body, "lifecycle"):
        ignore = block.body.attributes.get("ignore_changes")
        for expr in items_of(ignore.expr) if ignore else ():
            path = path_of(expr)
            if path in (("all",), ("*",)):
                every = True
            elif path:
                paths.append(path)
        guard = block.body.attributes.get("prevent_destroy")
        prevent = prevent or (guard is not None and guard.expr == Literal(True, line=guard.expr.line))
    return Lifecycle(tuple(paths), every, prevent)


def ignored(declared: Declared, comments: Mapping[str, Mapping[int, str]]) -> tuple[Ignored, ...]:
    """The `drift:ignore` comments of a resource: on the line of its header or above it, or of what is in it."""
    block, own = declared.block, comments.get(declared.path, {})
    spans = [(a.line, a.end_line, a.name) for a in block.body.attributes.values()]
    spans += [
        (b.line, b.end_line, b.labels[0] if b.type == "dynamic" and b.labels else b.type) for b in block.body.blocks
    ]
    out = []
    for line in sorted(own):
        if not block.line - 1 <= line <= block.end_line:
            continue
        inside = next((name for first, last, name in spans if first <= line <= last), None)
        below = next((name for first, _, name in spans if first == line + 1), None)
        path = "" if line <= block.line and inside is None else inside or below
        found = _COMMENT.search(own[line])
        if path is not None and found is not None:
            said = {m[1]: (m[2] if m[2] is not None else m[3]).strip() for m in _SETTING.finditer(found[1])}
            out.append(Ignored(path, said.get("reason", ""), said.get("until", ""), Place(declared.path, line)))
    return tuple(out)


def moves(scope: ModuleScope) -> Iterator[Moved]:
    """The `moved` blocks of a module."""
    for block in scope.module.moved:
        from_, to = block.expr("from"), block.expr("to")
        ends = (end_of(from_) if from_ else None, end_of(to) if to else None)
        if ends[0] is not None and ends[1] is not None and bool(ends[0].type) == bool(ends[1].type):
            yield Moved(scope.names, ends[0], ends[1], block.place)


def removals(scope: ModuleScope) -> Iterator[Removed]:
    """The `removed` blocks of a module."""
    for block in scope.module.removed:
        from_ = block.expr("from")
        end = end_of(from_) if from_ else None
        if end is None:
            continue
        names = [*scope.names, *(name for name, _ in end.module)]
        steps = [*(f"module.{name}" for name in names), *([f"{end.type}.{end.name}"] if end.type else [])]
        kept = any(
            a.expr == Literal(False, line=a.expr.line)
            for b in blocks(block.body, "lifecycle")
            for name, a in b.body.attributes.items()
            if name == "destroy"
        )
        yield Removed(".".join(steps), not kept, block.place)


def imports(scope: ModuleScope) -> Iterator[Import]:
    """The `import` blocks of the root module, each of a `for_each`."""
    for block in scope.module.imports:
        over = block.expr("for_each")
        items = iterated(scope.run.evaluate(over, scope)) if over is not None else None
        if over is None:
            bound = [With(scope, {})]
        else:
            bound = [
                With(scope, {"each": object_val({"key": k, "value": v})}) for k, v in (items.pairs if items else ())
            ]
        for inner in bound:
            yield from _import(block, scope, inner)


def _import(block: Declared, scope: ModuleScope, inner: With) -> Iterator[Import]:
    def key(expr: Expr) -> InstanceKey:
        return literal_key(expr) if isinstance(expr, Literal) else key_of(scope.run.evaluate(expr, inner))

    to, id_ = block.expr("to"), block.expr("id")
    end = end_of(to, key) if to is not None else None
    address = address_at(scope.path, end) if end is not None else None
    if address is not None:
        value = scope.run.evaluate(id_, inner) if id_ is not None else Val(STRING, "")
        text = plain(value)
        identity = block.expr("identity")
        named = plain(scope.run.evaluate(identity, inner), drop_null=True) if identity is not None else {}
        whole = isinstance(named, Mapping) and all(isinstance(v, str | int) for v in named.values())
        parts = {str(k): str(v) for k, v in named.items()} if whole else {}
        yield Import(address, text if isinstance(text, str) else "", block.place, parts)
