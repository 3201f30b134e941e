"""A document that a data source makes of blocks: what the blocks have to say, so that it makes another one.

The data source is asked what it would write for the old and for the new document. Where these agree, the author's own
blocks stay as they are, whatever they leave to a default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drift.provider.contract import DocumentSource
from drift.provider.facts import Facts
from drift.remedy.aim import resembling
from drift.remedy.dynamic import Dynamic
from drift.remedy.hcl import Encoded
from drift.remedy.likeness import likeness, loaded
from drift.remedy.source import Body, Node, Source

_META = frozenset({"count", "for_each", "provider", "depends_on"})
Values = Mapping[str, Any]


def written(source: Source, bodies: Sequence[Body]) -> dict[str, Any]:
    """What a block says: its arguments, and its nested blocks as lists of the same. Raises OutlineError."""
    out: dict[str, Any] = {}
    for body in bodies:
        for item in body.items:
            if item.kind == "argument":
                out[item.name] = source.value(Node(body.file, item.inner, body.context))
            elif item.name == "dynamic":
                made = Dynamic.of(source, body, item).bodies()
                out.setdefault(item.labels[0], []).extend(written(source, [inside]) for _, inside in made)
            else:
                inside = Body(body.file, item.inner, body.context, item.span)
                out.setdefault(item.name, []).append(written(source, [inside]))
    return out


def rewritten(
    source: Source, node: Node, bodies: Sequence[Body], of: DocumentSource, new: Any
) -> tuple[Facts, Values, Values] | None:
    """(facts, what the blocks say, what they have to say instead), so that the data source makes the document `new` of
    them; None where that cannot be told. `node` is where its document stands now. Raises OutlineError."""
    old, held = loaded(source.value(node)), new.value if isinstance(new, Encoded) else loaded(new)
    said = written(source, bodies)
    made = _rewritten(said, of, old, held) if old is not None and held is not None else None
    return (facts_of(said, made), said, made) if made else None


def _rewritten(said: Values, of: DocumentSource, old: Any, new: Any) -> dict[str, Any] | None:
    before, after = of.arguments(old), of.arguments(new)
    if before is None or after is None or said.keys() - before.keys() - _META:
        return None
    out: dict[str, Any] = {}
    for name in {**before, **after}:
        if _same(before.get(name), after.get(name)):
            continue
        if not _is_blocks(before.get(name)) or not _is_blocks(after.get(name)):
            out[name] = after.get(name)
            continue
        held = said.get(name, [])
        if len(held) != len(before[name]):
            return None
        out[name] = _blocks(held, before[name], after[name])
    return out


def facts_of(*values: Any) -> Facts:
    """The facts of blocks that look so: what is a list of mappings is a nested block."""
    out: dict[str, Any] = {}
    for value in values:
        for name, one in value.items():
            if _is_blocks(one) and one:
                known = out.get(name)
                inner = facts_of(*one)
                out[name] = ["b list", {**(known[1] if isinstance(known, list) else {}), **inner}]
            else:
                out.setdefault(name, "o")
    return out


def _blocks(held: Sequence[Values], before: Sequence[Values], after: Sequence[Values]) -> list[Values]:
    """The blocks as they are to be: as they are written where they say the same; else one for another, by what they
    have in common."""
    left = list(range(len(before)))
    out: list[Values | None] = []
    for one in after:
        same = next((n for n in left if _same(before[n], one)), None)
        left = [n for n in left if n != same]
        out.append(held[same] if same is not None else None)
    for n, one in enumerate(after):
        if out[n] is None:
            near = max(left, key=lambda m: (_shared(before[m], one), m == n), default=None)
            if near is None or not _shared(before[near], one):
                out[n] = one
                continue
            left.remove(near)
            out[n] = _changed(held[near], before[near], one)
    return [one for one in out if one is not None]


def _changed(held: Values, before: Values, after: Values) -> dict[str, Any]:
    """A block with what is different."""
    out = dict(held)
    for name in {**before, **after}:
        was, now = before.get(name), after.get(name)
        if _same(was, now):
            continue
        if now is None:
            out.pop(name, None)
        elif _is_blocks(now) and len(held.get(name, [])) == len(was or []):
            out[name] = _blocks(held.get(name, []), was or [], now)
        else:
            out[name] = now if _is_blocks(now) else resembling(held.get(name), now)
    return out


def _shared(one: Values, other: Values) -> int:
    """How much two blocks have in common: the text that names a block counts most."""
    return sum((2 if isinstance(v, str) else 1) for n, v in one.items() if _same(v, other.get(n)))


def _is_blocks(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(v, Mapping) for v in value))


def _same(one: Any, other: Any) -> bool:
    return likeness(_unordered(one)) == likeness(_unordered(other))


def _unordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _unordered(v) for k, v in value.items()}
    return sorted((_unordered(v) for v in value), key=likeness) if isinstance(value, list) else value
