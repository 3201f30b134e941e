"""Compares two values of one attribute."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Literal

from drift.model.drift import Change, Detail
from drift.model.value import Block, Implicit, Value, as_block, as_set, as_tuple, is_empty, is_zero, plain, sort_key
from drift.provider import canonical
from drift.provider.spec import Attr

Agreement = Literal["", "equal", "empty", "zero", "assigned", "same", "parts"]


def agree(attr: Attr, want: Value, have: Value, *, left_out: bool = False) -> bool:
    """Whether two values mean the same for this attribute."""
    return bool(agreement(attr, want, have, left_out=left_out))


def agreement(attr: Attr, want: Value, have: Value, *, left_out: bool = False) -> Agreement:
    """Why two values mean the same for this attribute; empty if they do not.

    `equal`: their canonical forms are equal. `empty`: both mean "not set". `assigned`: the cloud chooses the value
    and none was recorded, so it is undecided. `same`: `Attr.same` says so. `parts`: each field agrees, or each block
    has an equal one. `zero`: the cloud returned no value (`left_out`: `have` is the default), and the provider's SDK
    recorded the type's zero.
    """
    have = _asked_for(attr, want, have)
    if want == have:
        return "equal"
    if is_empty(want) and is_empty(have):
        return "empty"
    if (left_out or (have is None and not attr.zero_is_value)) and want is not None and is_zero(want):
        return "zero"
    if attr.assigned and want is not False and is_empty(want):
        return "assigned"  # a recorded false is a value; no record is none
    if attr.same is not None and attr.same(want, have):
        return "same"
    if not attr.fields:
        return ""
    if attr.many:
        wanted, there = as_tuple(want), as_tuple(have)
        missing, rest = leftovers(attr, wanted, there)
        alike = not missing and not spoken(rest) and not reordered(attr, wanted, there)
    else:
        alike = agree_block(attr, as_block(want) or blank(attr), as_block(have) or blank(attr))
    return "parts" if alike else ""


def leftovers(attr: Attr, want: Sequence[Value], have: Sequence[Value]) -> tuple[list[Value], list[Value]]:
    """The elements on each side that agree with none on the other side."""
    rest = list(have)
    missing = []
    for element in want:
        twin = element if element in rest else _twin(attr, element, rest)
        if twin is None:
            missing.append(element)
        else:
            rest.remove(twin)
    return missing, rest


def _twin(attr: Attr, element: Value, others: Sequence[Value]) -> Value:
    """The first block of the other side that agrees with an element; None without one."""
    return next((h for h in others if agree_block(attr, as_block(element), as_block(h))), None)


def spoken(elements: Sequence[Value]) -> list[Value]:
    """The elements that the cloud did not add itself."""
    return [e for e in elements if not isinstance(e, Implicit)]


def reordered(attr: Attr, want: Sequence[Value], have: Sequence[Value]) -> bool:
    """Whether the common elements of two ordered lists are in a different order."""
    if not attr.ordered:
        return False
    wanted, there = ([element_key(attr, e) for e in side] for side in (want, have))
    return [k for k in wanted if k in there] != [k for k in there if k in wanted]


def agree_block(attr: Attr, want: Mapping[str, Value], have: Mapping[str, Value]) -> bool:
    """Whether two elements of a repeated block agree, field by field."""
    out = left_out_of(have)
    return all(agree(f, want[n], have.get(n), left_out=n in out) for n, f in heard(attr, want).items())


def heard(attr: Attr, want: Mapping[str, Value]) -> Mapping[str, Attr]:
    """The fields that the desired block has: what the provider that recorded it has no name for is no difference."""
    return {name: field for name, field in attr.fields.items() if name in want}


def left_out_of(block: Value | Mapping[str, Value]) -> frozenset[str]:
    """The names in a block for which the cloud returned no value."""
    return block.left_out if isinstance(block, Block) else frozenset()


def changes(attr: Attr, at: str, want: Value, have: Value, *, left_out: bool = False) -> Iterator[Change]:
    """The differences, each at the deepest path with a name in Terraform."""
    have = _asked_for(attr, want, have)
    if agree(attr, want, have, left_out=left_out):
        return
    if attr.fields and not attr.many and want and have:
        out = left_out_of(have)
        wanted, there = as_block(want), as_block(have)
        for name, inner in heard(attr, wanted).items():
            yield from changes(inner, f"{at}.{name}", wanted[name], there.get(name), left_out=name in out)
    elif attr.many:
        yield from _of_blocks(attr, at, as_tuple(want), as_tuple(have))
    elif isinstance(want, frozenset) or isinstance(have, frozenset):
        yield from _of_set(attr, at, as_set(want), as_set(have))
    elif isinstance(want, Block) and isinstance(have, Block) and not attr.document:
        for key in sorted({*want, *have}):
            if want.get(key) != have.get(key):
                yield _change(attr, f"{at}.{key}", want.get(key), have.get(key))
    else:
        yield _change(attr, at, want, have)


def _asked_for(attr: Attr, want: Value, have: Value) -> Value:
    if not attr.partial or not isinstance(have, Mapping):
        return have
    wanted = want if isinstance(want, Mapping) else Block()
    return Block({key: value for key, value in have.items() if key in wanted})


def _of_set(attr: Attr, at: str, want: frozenset[Value], have: frozenset[Value]) -> Iterator[Change]:
    removed, added = ordered(want - have), ordered(have - want)
    yield _change(attr, at, want, have, added=added, removed=removed)


def _of_blocks(attr: Attr, at: str, want: Sequence[Value], have: Sequence[Value]) -> Iterator[Change]:
    removed, added = leftovers(attr, want, have)
    if attr.key is not None:
        for element in list(removed):
            twin = next((h for h in added if attr.key(h) == attr.key(element)), None)
            if twin is not None:
                removed.remove(element)
                added.remove(twin)
                out = left_out_of(twin)
                for name, inner in heard(attr, as_block(element)).items():
                    where = f"{at}[{attr.key(element)}].{name}"
                    wanted, there = as_block(element)[name], as_block(twin).get(name)
                    yield from changes(inner, where, wanted, there, left_out=name in out)
    added = spoken(added)
    if removed or added or reordered(attr, want, have):
        yield _change(attr, at, tuple(want), tuple(spoken(have)), added=ordered(added), removed=ordered(removed))


def _change(attr: Attr, at: str, want: Value, have: Value, **sides: Any) -> Change:
    return Change(at, want, have, recorded=want, sensitive=attr.sensitive, details=details(want, have), **sides)


def details(want: Value, have: Value) -> tuple[Detail, ...]:
    """The differences inside two nested values that are known to differ."""
    if not (isinstance(want, Mapping) and isinstance(have, Mapping)):
        return ()
    from deepdiff import DeepDiff  # deepdiff takes 0.2 s to import, and only reports with nested changes need it

    tree = DeepDiff(plain(want), plain(have), ignore_order=True, view="tree")
    found = [
        Detail(
            node.path(output_format="list") and _dotted(node.path(output_format="list")), _side(node.t1), _side(node.t2)
        )
        for nodes in tree.values()
        for node in nodes
    ]
    return tuple(sorted(found, key=lambda d: (d.path, repr(d.desired), repr(d.actual))))


def _dotted(steps: Sequence[Any]) -> str:
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps).lstrip(".")


def _side(value: Any) -> Value:
    return None if type(value).__name__ == "NotPresent" else value


def blank(attr: Attr) -> Block:
    """A block that the configuration does not have: every field has its default."""
    out = frozenset(n for n, f in attr.fields.items() if canonical.is_left_out(f, None))
    return Block({n: canonical.desired(f, None, {}) for n, f in attr.fields.items()}, left_out=out)


def ordered(values: Sequence[Value] | frozenset[Value]) -> tuple[Value, ...]:
    """The values in an order that is always the same."""
    return tuple(sorted(values, key=lambda v: sort_key(plain(v))))


def element_key(attr: Attr, element: Value) -> Hashable:
    """The key that identifies an element of a set or repeated block."""
    key: Hashable = attr.key(element) if attr.key else element
    return key
