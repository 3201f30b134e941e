"""Functions of lists and tuples."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from drift.desired.hcl import numbers
from drift.desired.hcl.compare import equal, key, may_change, untyped
from drift.desired.hcl.convert import convert
from drift.desired.hcl.functions.registry import Context, Param, counted, function, over
from drift.desired.hcl.functions.strings import graphemes, text_in, whole
from drift.desired.hcl.numbers import Counted, Number
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import element_of, list_of, tuple_val, unify
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, NotKnown, Val, null, unknown

ANY = Param(DYNAMIC)
UNKNOWN_TOO = Param(DYNAMIC, unknown=True)
ANYTHING = Param(DYNAMIC, null=True, unknown=True)


def items_of(val: Val, kinds: Sequence[str] = ("list", "set", "tuple")) -> tuple[Val, ...]:
    """The elements of a sequence; `Failure` for other types."""
    if val.type.kind not in kinds:
        raise Failure(f"a {' or '.join(kinds)} is required, not a {val.type.kind}")
    return val.raw  # type: ignore[no-any-return]


def alike(of: Val, items: Sequence[Val]) -> Val:
    """A list where the value was a list or set, else a tuple, of these elements."""
    if of.type.kind in ("list", "set"):
        return Val(list_of(element_of(of.type)), tuple(items))
    return tuple_val(items)


@over("length", UNKNOWN_TOO, returns=NUMBER, marks=True)
def length(context: Context, of: Val) -> Val:
    """How many elements, attributes or characters."""
    return _length(of).marked(of.sensitive)


def _length(of: Val) -> Val:
    kind = of.type.kind
    if kind in ("number", "bool"):
        raise Failure(f"a {kind} has no length")
    if kind == "tuple":
        return counted(len(of.type.items))
    if kind == "object":
        return counted(len(of.type.fields))
    if not of.is_known:
        return unknown(NUMBER)
    if kind == "string":
        return counted(len(graphemes(of.raw)))
    if kind == "set" and not of.wholly_known and len(of.raw) > 1:
        return unknown(NUMBER)
    return counted(len(of.raw))


@over("alltrue", list_of(BOOL), returns=BOOL)
def alltrue(context: Context, of: Val) -> Val:
    """Whether all are true; null is not."""
    for item in of.raw:
        if not item.is_known:
            return unknown(BOOL)
        if not item.raw:
            return Val(BOOL, False)
    return Val(BOOL, True)


@over("anytrue", list_of(BOOL), returns=BOOL)
def anytrue(context: Context, of: Val) -> Val:
    """Whether one is true."""
    if any(item.raw is True for item in of.raw):
        return Val(BOOL, True)
    return Val(BOOL, False) if all(item.is_known for item in of.raw) else unknown(BOOL)


@over("chunklist", list_of(DYNAMIC), NUMBER, marks=True)
def chunklist(context: Context, of: Val, size: Val) -> Val:
    """Lists of so many elements each."""
    count = whole(size.raw, "the size")
    if count < 0:
        raise Failure("the size must be positive")
    step = count or max(len(of.raw), 1)
    chunks = [Val(of.type, of.raw[i : i + step]) for i in range(0, len(of.raw), step)]
    return Val(list_of(of.type), tuple(chunks), of.sensitive or size.sensitive)


@over("coalesce", rest=ANYTHING)
def coalesce(context: Context, *given: Val) -> Val:
    """The first that is neither null nor empty text."""
    common = unify([val.type for val in given])
    if common is None:
        if all(val.type.kind != "dynamic" for val in given):
            raise Failure("all arguments must be of one type")
        return unknown()
    for val in given:
        made = convert(val, common)
        if not made.is_known:
            return unknown(common)
        if may_change(made) and any(map(untyped, given)):
            return unknown()
        if not made.is_null and not (common.kind == "string" and made.raw == ""):
            return made
    raise Failure("every argument is null or empty")


@over("coalescelist", rest=ANYTHING)
def coalescelist(context: Context, *given: Val) -> Val:
    """The first that is not empty."""
    if not given:
        raise Failure("at least one argument is needed")
    for val in given:
        if not val.is_known:
            break
        if val.type.kind not in ("list", "tuple"):
            raise Failure("the arguments must be lists or tuples")
    for val in given:
        if not val.is_known:
            return unknown()
        if not val.is_null and val.raw:
            return val
    raise Failure("every argument is empty")


@over("compact", list_of(STRING), returns=list_of(STRING))
def compact(context: Context, of: Val) -> Val:
    """The texts that are not empty."""
    if not of.wholly_known:
        return unknown(list_of(STRING))
    return Val(of.type, tuple(item for item in of.raw if item.raw))


@over("concat", rest=ANY, marks=True)
def concat(context: Context, *given: Val) -> Val:
    """One sequence after another; a list if all of them are."""
    if not given:
        raise Failure("at least one argument is needed")
    marks = any(val.sensitive for val in given)
    context.run.allow_items(sum(len(items_of(val, ("list", "tuple"))) for val in given))
    common = unify([val.type for val in given]) if all(val.type.kind == "list" for val in given) else None
    if common is not None:
        items = [item for val in given for item in convert(val, common).raw]
        return Val(common, tuple(items), marks)
    return tuple_val([item for val in given for item in val.raw]).marked(marks)


@over("contains", ANY, Param(DYNAMIC, unknown=False), returns=BOOL)
def contains(context: Context, of: Val, value: Val) -> Val:
    """Whether one element equals the value."""
    answers = [equal(value, item) for item in items_of(of)]
    if any(answers):
        return Val(BOOL, True)
    return unknown(BOOL) if None in answers else Val(BOOL, False)


@over("distinct", list_of(DYNAMIC))
def distinct(context: Context, of: Val) -> Val:
    """Each element once, where it stands first."""
    if not of.wholly_known:
        return unknown(of.type)
    firsts: dict[object, Val] = {}
    for item in of.raw:
        firsts.setdefault(key(item), item)
    return Val(of.type, tuple(firsts.values()))


@over("element", ANY, NUMBER, marks=True)
def element(context: Context, of: Val, position: Val) -> Val:
    """The element there, counted round and round."""
    items = items_of(of, ("list", "tuple"))
    index = whole(position.raw, "the index")
    if not items:
        raise Failure("an empty list has no element")
    if index % len(items) and index < 0 and of.type.kind == "tuple":
        raise NotKnown("Terraform's versions differ in negative indices of tuples")
    return items[index % len(items)].marked(of.sensitive or position.sensitive)


@over("flatten", ANY, marks=True)
def flatten(context: Context, of: Val) -> Val:
    """The elements of sequences within sequences, in one tuple."""
    items_of(of)
    out: list[Val] = []
    known, marks = _flatten(of, out, context)
    return tuple_val(out).marked(marks) if known else unknown(sensitive=marks)


def _flatten(of: Val, out: list[Val], context: Context) -> tuple[bool, bool]:
    context.run.spend(1)
    known, marks = of.type.kind != "set" or of.wholly_known, of.sensitive
    for item in of.raw:
        if item.type.kind in ("list", "set", "tuple") and not item.is_null:
            inner, marked = _flatten(item, out, context) if item.is_known else (False, item.sensitive)
            known, marks = known and inner, marks or marked
        else:
            known = known and not (item.type.kind == "dynamic" and not item.is_known)
            out.append(item)
    return known, marks


@over("index", ANY, ANY, returns=NUMBER)
def index_of(context: Context, of: Val, value: Val) -> Val:
    """Where the first element that equals the value stands."""
    for position, item in enumerate(items_of(of, ("list", "tuple"))):
        answer = equal(item, value)
        if answer is None:
            return unknown(NUMBER)
        if answer:
            return counted(position)
    raise Failure("the list does not hold that value")


@over("matchkeys", list_of(DYNAMIC), list_of(DYNAMIC), list_of(DYNAMIC))
def matchkeys(context: Context, values: Val, keys: Val, searched: Val) -> Val:
    """The values whose key is one of those searched for."""
    common = unify([keys.type, searched.type])
    if common is None:
        raise Failure("keys and those searched for must be of one type")
    if len(values.raw) != len(keys.raw):
        raise Failure("there must be as many keys as values")
    wanted, have = convert(searched, common), convert(keys, common)
    if wanted.raw and not all(val.wholly_known for val in (values, wanted, have)):
        return unknown(values.type)
    found = {key(item) for item in wanted.raw}
    return Val(values.type, tuple(v for k, v in zip(have.raw, values.raw, strict=True) if key(k) in found))


@over("one", ANY)
def one(context: Context, of: Val) -> Val:
    """The only element; null of an empty sequence."""
    items = items_of(of)
    if of.type.kind == "set" and not of.wholly_known and len(items) > 1:
        return unknown(element_of(of.type))
    if len(items) > 1:
        raise Failure("there is more than one element")
    if items:
        return items[0]
    return null(DYNAMIC if of.type.kind == "tuple" else element_of(of.type))


@function("range", rest=NUMBER, returns=list_of(NUMBER))
def range_of(context: Context, *given: Number) -> list[Number]:
    """Numbers from, to and by these; 1,024 at most."""
    if not 1 <= len(given) <= 3:
        raise Failure("it takes one, two or three numbers")
    start, end = (Counted(0), given[0]) if len(given) == 1 else given[:2]
    falls = numbers.less(end, start)
    step = given[2] if len(given) == 3 else Counted(-1 if falls else 1)
    if step == 0 and end != start:
        raise Failure("the step must not be zero")
    if (step > 0 and end < start) or (step < 0 and end > start):
        raise Failure("the end lies on the other side")
    out: list[Number] = []
    number: Number = start
    while number < end if step >= 0 else number > end:
        if len(out) >= 1024:
            raise Failure("more than 1,024 numbers")
        context.run.spend(1)
        out.append(number)
        number = numbers.add(number, step)
    return out


@over("reverse", ANY, marks=True)
def reverse(context: Context, of: Val) -> Val:
    """From last to first."""
    if of.type.kind == "set" and not of.wholly_known:
        return unknown(list_of(element_of(of.type)), sensitive=of.sensitive)
    return alike(of, items_of(of)[::-1]).marked(of.sensitive)


@over("slice", ANY, NUMBER, NUMBER, marks=True)
def slice_of(context: Context, of: Val, start: Val, end: Val) -> Val:
    """The elements from one position to before another."""
    items = items_of(of, ("list", "tuple"))
    first, last = whole(start.raw, "the start"), whole(end.raw, "the end")
    if not 0 <= first <= last <= len(items):
        raise Failure("the positions must be in order, and within the list")
    return alike(of, items[first:last]).marked(of.sensitive or start.sensitive or end.sensitive)


@function("sort", list_of(STRING), returns=list_of(STRING))
def sort(context: Context, of: tuple[Val, ...]) -> list[str]:
    """Texts in the order of their bytes."""
    return sorted(text_in(of), key=lambda text: text.encode("utf-8", "surrogatepass"))


@over("sum", ANY, returns=NUMBER)
def total(context: Context, of: Val) -> Val:
    """All numbers together."""
    items = items_of(of)
    if not items:
        raise Failure("an empty list has no sum")
    if any(item.is_null for item in items):
        raise Failure("null is no number")
    if not of.wholly_known:
        return unknown(NUMBER)
    result: int | Decimal = convert(items[0], NUMBER).raw
    for item in items[1:]:
        result = numbers.add(result, convert(item, NUMBER).raw)
    return Val(NUMBER, result)


@over("tolist", ANYTHING, marks=True)
def tolist(context: Context, of: Val) -> Val:
    """As a list."""
    return convert(of, list_of(DYNAMIC))
