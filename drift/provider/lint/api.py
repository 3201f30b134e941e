"""Checks that the calls of an entry exist, and that its paths exist in their answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jmespath

from drift.model.coverage import SWITCHED_OFF
from drift.provider.catalog import Catalog
from drift.provider.lint.shapes import (
    ANY,
    Open,
    arrives,
    at,
    element_of,
    is_list,
    members_of,
    walk,
)
from drift.provider.operations import Operation, Operations, Shape
from drift.provider.path import Path
from drift.provider.spec import Attr, Bulk, Call, ElementOf, ResourceType, Where, Within

HERE: Any = {"here": {"account": ANY, "region": ANY, "partition": ANY}}

_PYTHON: dict[str, Any] = {
    "text": str,
    "number": (int, float),
    "flag": bool,
    "list": (list, tuple),
    "structure": dict,
    "map": dict,
}


def check(entry: ResourceType, catalog: Catalog, operations: Operations) -> Iterator[str]:
    """The problems of the calls and paths of an entry."""
    if isinstance(entry.list, ElementOf) or (entry.aggregate is not None and entry.list is None):
        return
    if isinstance(entry.list, Within) and entry.list.parent not in catalog:
        yield f"it is listed inside {entry.list.parent}, which is not in the catalogue"
        return
    problems: list[str] = []
    shape = item_shape(entry, catalog, operations, problems)
    yield from problems
    yield from _dependent(entry, shape, catalog, operations)
    paths = [entry.id.path, *(a.path for a in {**entry.computed, **entry.attributes}.values())]
    texts = [
        *(o.when for o in entry.proofs),
        *(o.listed for o in entry.proofs if o.listed),
        *(t for t in (entry.exists, entry.account, entry.instead_if) if t),
    ]
    texts += [entry.owns.members] if entry.owns else []
    for path in (*paths, *map(Path, texts)):
        yield from arrives(path.text, shape)
    yield from _members(entry, shape)
    for attr in entry.attributes.values():
        yield from _fields(attr, shape)
        yield from _movers(attr, shape | {"element": ANY})
        yield from _along(attr, catalog)
    yield from _sections(entry)
    if entry.ended_by is not None and entry.ended_by.ref.to in catalog:
        yield from arrives(entry.ended_by.when, item_shape(catalog[entry.ended_by.ref.to], catalog, operations, []))


def _members(entry: ResourceType, shape: Any) -> Iterator[str]:
    if entry.owns is None:
        return
    member = element_of(at(entry.owns.members, shape))
    if isinstance(member, dict):
        yield from (f"its members have no {name}" for name in ("type", "id") if name not in member)


def _sections(entry: ResourceType) -> Iterator[str]:
    described = [c.into for c in entry.describe]
    yield from (f"two calls fill {name}" for name in sorted({n for n in described if described.count(n) > 1}))
    for owner in entry.proofs:
        if Path(owner.listed or "@").sections & {*described}:
            yield f"{owner.listed!r} is to come from the listing, so that nothing has to be read before it"
    for name in entry.identity:
        try:
            reads = entry.attr(name).path.sections
        except KeyError:
            yield f"identity {name} is not an attribute of it"
            continue
        if reads & {*described} and not isinstance(entry.list, Within):
            yield f"identity {name} does not come from the listing, so a refused describe call would hide the resource"


def _fields(attr: Attr, shape: Any) -> Iterator[str]:
    """The paths inside nested blocks."""
    if not attr.fields or attr.from_api is not None:
        return
    inner = at(attr.path.text, shape)
    if inner is ANY:
        return
    inner = element_of(inner) if attr.many else inner
    texts = [attr.implicit] if attr.implicit else []
    for text in (*(f.path.text for f in attr.fields.values()), *texts):
        yield from (f"{attr.path.text} > {p}" for p in arrives(text, inner))
    for field in attr.fields.values():
        yield from _fields(field, inner)


def _movers(attr: Attr, shape: Any) -> Iterator[str]:
    for move in attr.changed_by:
        if bool(move.when) is bool(move.along[0]):
            yield f"changed_by: {move.who!r} says either `when` or `along`"
        yield from arrives(move.when, shape) if move.when else ()
        if move.within:
            yield from arrives(move.within, shape)
            band = element_of(at(move.within, shape))
            if not isinstance(band, dict) or not band.keys() <= {"low", "high"}:
                yield f"{move.within!r} is not a list of {{low, high}}"
    for field in attr.fields.values():
        yield from _movers(field, shape)


def _along(attr: Attr, catalog: Catalog) -> Iterator[str]:
    """What changes are said to go along with has to be in the catalogue."""
    for type_, name in (move.along for move in attr.changed_by if move.along[0]):
        if type_ not in catalog or name not in catalog[type_].attributes:
            yield f"changed_by: {type_} has no attribute {name}"
    for field in attr.fields.values():
        yield from _along(field, catalog)


def item_shape(entry: ResourceType, catalog: Catalog, operations: Operations, problems: list[str]) -> dict[str, Any]:
    """The shape of one item with all its sections."""
    if isinstance(entry.list, Within):
        parent = item_shape(catalog[entry.list.parent], catalog, operations, [])
        if entry.list.each == "@":
            return parent
        problems.extend(arrives(entry.list.each, parent))
        shape = _item_of(element_of(at(entry.list.each, parent))) | {"parent": parent}
    elif entry.listings:
        shapes = [_listed(entry, call, operations, problems) for call in entry.listings]
        shape = shapes[0]
    elif entry.lookup is not None:
        shape = _item_of(element_of(_answer(entry, entry.lookup, _desired(entry), operations, problems)))
    else:
        return {}
    shape |= HERE
    if entry.lookup is not None:
        if entry.list is not None:
            found = _item_of(element_of(_answer(entry, entry.lookup, _desired(entry), operations, problems)))
            shape = shape | found | shape
        shape |= {name: ANY for name in entry.lookup.bind if name not in shape}
    for call in entry.describe:
        if not call.into:
            problems.append(f"{call.op} has no `into`")
        shape[call.into] = _section(call, _answer(entry, call, shape, operations, problems), problems)
    return shape


def _section(call: Call, answer: Any, problems: list[str]) -> Any:
    """The shape of a section: what the engine keeps of the answer of its describe call."""
    if call.deeper:
        problems.extend(f"{call.op} > {p}" for p in arrives(call.deeper, element_of(answer)))
        answer = [_item_of(element_of(answer)) | dict.fromkeys(call.bind, ANY)]
    if call.match:
        element = element_of(answer)
        problems.extend(f"{call.op} > {p}" for p in arrives(call.match, element))
        answer = [element] if call.many else element
    return answer


def _dependent(entry: ResourceType, item: dict[str, Any], catalog: Catalog, operations: Operations) -> Iterator[str]:
    """The problems of calls that depend on other calls, and of cheaper sources."""
    for call in entry.listings:
        for where in call.where:
            yield from _where(call, where, catalog, operations)
    for call in entry.describe:
        if call.bulk is not None:
            yield from _bulk(entry, call.bulk, item, operations)


def _where(call: Call, where: Where, catalog: Catalog, operations: Operations) -> Iterator[str]:
    """Checks that the type on which a listing depends is itself listed by a call."""
    if where.type not in catalog or not catalog[where.type].listings:
        yield f"{call.op} depends on {where.type}, which is not listed by a call of its own"
    elif any(other.where for other in catalog[where.type].listings):
        yield f"{call.op} depends on {where.type}, which itself depends on other types"
    else:
        shape = item_shape(catalog[where.type], catalog, operations, [])
        yield from (f"{call.op} > {p}" for p in arrives(where.which, shape))


def _bulk(entry: ResourceType, bulk: Bulk, item: dict[str, Any], operations: Operations) -> Iterator[str]:
    """Checks that the elements of a cheaper source can be matched, with values from the item's listing."""
    problems: list[str] = []
    element = element_of(_answer(entry, bulk.call, HERE, operations, problems))
    yield from problems
    for text in (bulk.match, bulk.take):
        yield from (f"{bulk.call.op} > {p}" for p in arrives(text, element))
    for text in (bulk.key, bulk.region or "@"):
        yield from (f"{bulk.call.op} > {p}" for p in arrives(text, item))
        late = Path(text).sections & {c.into for c in entry.describe}
        yield from (f"{bulk.call.op} > {text!r} needs {name}, which is asked for later" for name in sorted(late))
    if bulk.page < 1:
        yield f"{bulk.call.op}: a page of {bulk.page}"


def _listed(entry: ResourceType, call: Call, operations: Operations, problems: list[str]) -> dict[str, Any]:
    """The shape of an item of one listing, with the members of the listings before it."""
    known: dict[str, Any] = dict(HERE)
    for step in call.chain:
        problems.extend(f"{step.op} > {p}" for p in arrives(step.guest or "@", known))
        found = _item_of(element_of(_answer(entry, step, known, operations, problems)))
        known = found | known if isinstance(found, Open) else known | found
    return known


def _item_of(element: Any) -> dict[str, Any]:
    return Open() if element is ANY else members_of(element)


def _desired(entry: ResourceType) -> dict[str, Any]:
    """The shape from which the arguments of a `lookup` are taken."""
    return dict.fromkeys(("id", *entry.computed, *entry.attributes), ANY)


def _answer(entry: ResourceType, call: Call, item: dict[str, Any], operations: Operations, problems: list[str]) -> Any:
    """The shape of what a call keeps of its answer."""
    service = call.service or entry.service
    operation = operations.find(service, call.op)
    if operation is None:
        problems.append(f"{service} has no operation {call.op}")
        return ANY
    if not operation.reads:
        problems.append(f"{call.op} is not read-only by its name")
    problems.extend(_given(call, operation, item))
    problems.extend(_batched(call))
    problems.extend(_codes(service, call, operation, operations))
    answers: Any = operation.answers
    if call.parse:
        if call.parse not in answers.members:
            problems.append(f"{call.op} answers no {call.parse}")
        elif answers.members[call.parse].kind not in ("text", "any"):
            problems.append(f"{call.op}: {call.parse} is no text to parse")
        answers = {**members_of(answers), call.parse: ANY}
    try:
        taken = walk(jmespath.compile(call.take).parsed, answers)
        return [ANY] if call.gather else taken
    except KeyError as error:
        problems.append(f"{call.op}: {call.take!r} does not exist: {error.args[0]!r}")
        return ANY


def _given(call: Call, operation: Operation, item: dict[str, Any]) -> Iterator[str]:
    """Checks that the operation accepts the given arguments, and gets all required ones."""
    bound = {**call.bind, **call.batch_common, **call.each}
    given = {*bound, *call.args}
    yield from (f"{call.op} takes no {n}" for n in sorted(given - operation.takes.keys()))
    yield from (f"{call.op} needs {n}" for n in sorted(operation.required - given))
    for name, value in call.args.items():
        if name in operation.takes:
            yield from (f"{call.op}: {name} {p}" for p in _argument(value, operation.takes[name]))
    for path in (*bound.values(), *(text for text in (call.key, call.only_if) if text)):
        yield from (f"{call.op} > {p}" for p in arrives(path, item))
    for name, path in call.each.items():
        if not is_list(at(path, item)) and at(path, item) is not ANY:
            yield f"{call.op}: {name} is asked for each of {path}, which is no list"
    for name, path in call.bind.items():
        if name not in operation.takes:
            continue
        takes_list, one = operation.takes[name].kind == "list", not is_list(at(path, item))
        if call.batch > 1 and not takes_list:
            yield f"{call.op}: {name} is not a list, so it cannot take a batch"
        if call.batch == 1 and takes_list and one and at(path, item) is not ANY:
            yield f"{call.op}: {name} is a list: bind one value (`[{path}]`), or set batch"


def _argument(value: Any, shape: Shape) -> Iterator[str]:
    wanted = _PYTHON.get(shape.kind)
    if wanted is not None and (not isinstance(value, wanted) or (isinstance(value, bool) and shape.kind != "flag")):
        yield f"does not accept {value!r}"
    elif shape.kind == "text" and shape.complete and shape.names and value not in shape.names:
        yield f"is never {value!r}"
    elif shape.kind == "list" and shape.element is not None:
        for element in value:
            yield from _argument(element, shape.element)


def _batched(call: Call) -> Iterator[str]:
    if call.batch < 1:
        yield f"{call.op}: a batch of {call.batch}"
    if call.batch > 1 and not (call.bind and call.match):
        yield f"{call.op} describes several at once: set `bind`, and `match` to assign the answers"
    if call.each and (len(call.each) > 1 or call.batch != 1 or call.match or call.bulk):
        yield f"{call.op}: `each` names one argument, of a call that describes one at a time and has no cheaper source"
    for word in ("many", "key", "every"):
        if getattr(call, word) and not call.match:
            yield f"{call.op}: `{word}` has no effect without `match`"
    if call.deeper and (call.batch != 1 or call.match or len(call.bind) != 1):
        yield f"{call.op}: `deeper` needs one bound argument, no `batch` and no `match`"
    if (call.batch_common or call.retry_singly) and call.batch == 1:
        yield f"{call.op} describes one at a time: `batch_common` and `retry_singly` need a batch"


def _codes(service: str, call: Call, operation: Operation, operations: Operations) -> Iterator[str]:
    """Error codes that the service or this operation never returns."""
    every = operations.errors(service)
    known_codes = every | operation.errors | {SWITCHED_OFF}
    for word in ("absent", "gone", "retry_singly"):
        codes: frozenset[str] = getattr(call, word)
        if not isinstance(codes, frozenset):
            yield f"{call.op}: `{word}` must be a frozenset of error codes"
            continue
        yield from (f"{call.op}: {service} never returns {c}" for c in sorted(codes - known_codes) if every)
        if codes and operation.errors and not codes & (operation.errors | {SWITCHED_OFF}):
            yield f"{call.op} never returns {', '.join(sorted(codes))}"
