"""Proves an entry of the catalogue against botocore's model and the provider's schema, without a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jmespath

from drift.normalize.policy import policy_document
from drift.normalize.values import document
from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.path import Path
from drift.provider.spec import Attr, Call, ElementOf, ResourceType, Within

ANY: Any = object()
"""A shape nobody can know: what a function answers, or a JSON document."""

HERE: Any = {"here": {"account": ANY, "region": ANY, "partition": ANY}}
READ_ONLY = re.compile(r"(Describe|List|Get|BatchGet|Lookup|Search|Head)[A-Z]\w*")
COLLECTIONS = re.compile(r"\b(set|list|map|object)\b")


class Open(dict[str, Any]):
    """The shape of an item of which only some sections are known: an element of a JSON document."""

    def __or__(self, other: Any) -> Any:
        return Open({**self, **other})


def lint(kind: ResourceType, catalog: Catalog, provider: facts.Facts) -> list[str]:
    """What is wrong with one entry; `provider` holds the facts of its type."""
    return [
        f"{kind.name}: {problem}"
        for problem in (*_api(kind, catalog), *_schema(kind, provider), *_links(kind, catalog))
    ]


@cache
def service_model(service: str) -> Any:
    """botocore's model of a service."""
    import botocore.session

    return botocore.session.get_session().get_service_model(service)


def _api(kind: ResourceType, catalog: Catalog) -> Iterator[str]:
    if isinstance(kind.list, ElementOf) or (kind.aggregate is not None and kind.list is None):
        return
    problems: list[str] = []
    shape = item_shape(kind, catalog, problems)
    yield from problems
    paths = [kind.id.path, *(a.path for a in {**kind.computed, **kind.linked, **kind.attributes}.values())]
    texts = [*(o.when for o in kind.owners), *(t for t in (kind.exists, kind.account) if t)]
    texts += [kind.holds.members] if kind.holds else []
    for at in (*paths, *map(Path, texts)):
        yield from _arrives(at.text, shape)
    for attr in kind.attributes.values():
        yield from _fields(attr, shape)
        yield from _movers(attr, shape | {"element": ANY})
    described = {c.into for c in kind.describe}
    for name in kind.identity:
        try:
            reads = kind.attr(name).path.sections
        except KeyError:
            yield f"identity {name} is no attribute of it"
            continue
        if reads & described and not isinstance(kind.list, Within):
            yield f"identity {name} is not in the listing, so that a refused describe would hide it"


def _fields(attr: Attr, shape: Any) -> Iterator[str]:
    if not attr.fields or attr.from_api is not None:
        return
    try:
        inner = walk(jmespath.compile(attr.path.text).parsed, shape)
    except KeyError:
        return
    inner = _element(inner) if attr.many else inner
    for field in attr.fields.values():
        yield from (f"{attr.path.text} > {p}" for p in _arrives(field.path.text, inner))
        yield from _fields(field, inner)


def _movers(attr: Attr, shape: Any) -> Iterator[str]:
    for move in attr.changed_by:
        yield from _arrives(move.when, shape)
        yield from _arrives(move.within, shape) if move.within else ()
    for field in attr.fields.values():
        yield from _movers(field, shape)


def _arrives(text: str, shape: Any) -> Iterator[str]:
    try:
        walk(jmespath.compile(text).parsed, shape)
    except KeyError as error:
        yield f"{text!r} leads nowhere: {error.args[0]!r}"


def item_shape(kind: ResourceType, catalog: Catalog, problems: list[str]) -> dict[str, Any]:
    """The shape of one item with all its sections."""
    if isinstance(kind.list, Within):
        parent = item_shape(catalog[kind.list.parent], catalog, [])
        if kind.list.each == "@":
            return parent
        try:
            found = walk(jmespath.compile(kind.list.each).parsed, parent)
        except KeyError as error:
            problems.append(f"{kind.list.each!r} leads nowhere: {error.args[0]!r}")
            return {}
        element = _element(found)
        shape = _item_of(element) | {"parent": parent}
    elif kind.listings:
        shapes = [_listed(kind, call, problems) for call in kind.listings]
        shape = shapes[0]
    elif kind.lookup is not None:
        shape = _item_of(_element(_answer(kind, kind.lookup, _desired(kind), problems)))
    else:
        return {}
    shape |= HERE
    if kind.lookup is not None:
        if kind.list is not None:
            shape = shape | _item_of(_element(_answer(kind, kind.lookup, _desired(kind), problems))) | shape
        shape |= {name: ANY for name in kind.lookup.bind if name not in shape}
    for call in kind.describe:
        if not call.into:
            problems.append(f"{call.op} has no `into`")
        answer = _answer(kind, call, shape, problems)
        if call.match:
            element = _element(answer)
            problems.extend(f"{call.op} > {p}" for p in _arrives(call.match, element))
            answer = [element] if call.many else element
        shape[call.into] = answer
    return shape


def _listed(kind: ResourceType, call: Call, problems: list[str]) -> dict[str, Any]:
    """The shape of an item of one listing, with the members of what had to be listed first."""
    known: dict[str, Any] = dict(HERE)
    for step in call.chain:
        problems.extend(f"{step.op} > {p}" for p in _arrives(step.guest or "@", known))
        found = _item_of(_element(_answer(kind, step, known, problems)))
        known = found | known if isinstance(found, Open) else known | found
    return known


def _item_of(element: Any) -> dict[str, Any]:
    return Open() if element is ANY else _members(element)


def _desired(kind: ResourceType) -> dict[str, Any]:
    """What the arguments of a `seek` are taken from."""
    return dict.fromkeys(("id", *kind.computed, *kind.attributes), ANY)


def _answer(kind: ResourceType, call: Call, item: dict[str, Any], problems: list[str]) -> Any:
    model = service_model(call.service or kind.service)
    if call.op not in model.operation_names:
        problems.append(f"{model.service_name} has no operation {call.op}")
        return ANY
    if not READ_ONLY.fullmatch(call.op):
        problems.append(f"{call.op} is not read-only by its name")
    operation = model.operation_model(call.op)
    takes = operation.input_shape
    given = {*call.bind, *call.batch_common, *call.args}
    problems.extend(f"{call.op} takes no {n}" for n in sorted(given) if takes is None or n not in takes.members)
    if takes is not None:
        problems.extend(f"{call.op} needs {n}" for n in takes.required_members if n not in given)
    for at in (*call.bind.values(), *call.batch_common.values(), *([call.key] if call.key else [])):
        problems.extend(f"{call.op} > {p}" for p in _arrives(at, item))
    answers: Any = operation.output_shape
    if call.parse:
        if call.parse not in operation.output_shape.members:
            problems.append(f"{call.op} answers no {call.parse}")
        answers = {**operation.output_shape.members, call.parse: ANY}
    try:
        taken = walk(jmespath.compile(call.take).parsed, answers)
        return [ANY] if call.gather else taken
    except KeyError as error:
        problems.append(f"{call.op}: {call.take!r} leads nowhere: {error.args[0]!r}")
        return ANY


def walk(node: Mapping[str, Any], shape: Any) -> Any:
    """The shape that a JMESPath arrives at; KeyError names the step that leads nowhere."""
    kind, children = node["type"], node.get("children", [])
    if shape is ANY or kind == "literal":
        return ANY
    if kind in ("function_expression", "comparator", "or_expression", "and_expression", "not_expression", "expref"):
        results = [walk(child, shape) for child in children]
        if node.get("value") == "entries":
            return [{"key": ANY, "value": getattr(results[0], "value", ANY)}]
        return {"or_expression": results[0], "and_expression": results[-1]}.get(kind, ANY)
    if kind in ("current", "identity"):
        return shape
    if kind == "field":
        return _field(node["value"], shape)
    if kind in ("subexpression", "index_expression", "pipe"):
        return _steps(children, shape)
    if kind in ("projection", "filter_projection", "flatten", "value_projection"):
        return _projected(kind, children, shape)
    if kind in ("index", "slice"):
        return _element(shape) if kind == "index" else shape
    if kind == "multi_select_dict":
        return {c["value"]: walk(c["children"][0], shape) for c in children}
    if kind == "multi_select_list":
        return [walk(c, shape) for c in children][:1]
    raise KeyError(f"unknown JMESPath node {kind}")


def _steps(children: list[Any], shape: Any) -> Any:
    if children[0]["type"] == "not_expression":
        raise KeyError("JMESPath reads !a.b as (!a).b: write !(a.b)")
    for child in children:
        shape = walk(child, shape)
    return shape


def _field(name: str, shape: Any) -> Any:
    from botocore.model import MapShape, StructureShape

    if isinstance(shape, dict) and name in shape:
        return shape[name]
    if isinstance(shape, Open):
        return ANY
    if isinstance(shape, StructureShape) and name in shape.members:
        return shape.members[name]
    if isinstance(shape, MapShape):
        return shape.value
    raise KeyError(f"{name} in {getattr(shape, 'name', type(shape).__name__)}")


def _projected(kind: str, children: list[Any], shape: Any) -> Any:
    from botocore.model import MapShape

    outer = walk(children[0], shape)
    if kind == "value_projection":
        inner = outer.value if isinstance(outer, MapShape) else ANY
    else:
        inner = _element(outer)
        if kind == "flatten":
            return [_element(inner)]
    for condition in children[2:]:
        walk(condition, inner)
    return [walk(children[1], inner) if len(children) > 1 else inner]


def _element(shape: Any) -> Any:
    from botocore.model import ListShape

    if isinstance(shape, ListShape):
        return shape.member
    if isinstance(shape, list):
        return shape[0]
    return shape


def _members(shape: Any) -> dict[str, Any]:
    if isinstance(shape, dict):
        return dict(shape)
    return dict(getattr(shape, "members", {}))


def _schema(kind: ResourceType, provider: facts.Facts) -> Iterator[str]:
    if not provider:
        yield "the provider's facts are missing: run python -m drift.provider.facts"
        return
    spoken = [*kind.attributes, *kind.computed, *(n for n in kind.ignored if "." not in n)]
    yield from (f"{name} is spoken of twice" for name in sorted({n for n in spoken if spoken.count(n) > 1}))
    for name in spoken:
        if name not in provider:
            yield f"the provider has no attribute {name}"
        elif name in kind.computed and facts.settable(provider[name]):
            yield f"{name} is settable: compare it, or ignore it with a reason"
        elif name in kind.attributes and not facts.settable(provider[name]):
            yield f"{name} is computed: it cannot be compared"
    for name, fact in provider.items():
        if name not in facts.EVERYWHERE and facts.settable(fact) and name not in spoken:
            yield f"{name} is neither compared nor ignored"
    for name, attr in kind.attributes.items():
        if name in provider:
            yield from _attribute(kind, name, attr, provider[name])


def _attribute(kind: ResourceType, at: str, attr: Attr, fact: Any) -> Iterator[str]:
    letters = facts.flags_of(fact).split(" ")[0]
    if "s" in letters and not attr.sensitive:
        yield f"{at} is sensitive in the provider's schema: say sensitive=True"
    none = attr.canon in (document, policy_document)  # AWS's default of a document is that there is none
    unsaid = not none and attr.default is None and not attr.assigned and not attr.fields and attr.from_state is None
    if "o" in letters and "c" in letters and unsaid and not COLLECTIONS.search(facts.flags_of(fact)):
        yield f"{at} is optional and computed: say its default, or assigned=True"
    if isinstance(fact, str) or not attr.fields:
        return
    inner = fact[1]
    for name, field in attr.fields.items():
        if name not in inner:
            yield f"the provider has no attribute {at}.{name}"
        else:
            yield from _attribute(kind, f"{at}.{name}", field, inner[name])
    for name, nested in inner.items():
        spoken = {*attr.fields, *facts.EVERYWHERE}
        if facts.settable(nested) and name not in spoken and f"{at}.{name}" not in kind.ignored:
            yield f"{at}.{name} is neither compared nor ignored"


def _links(kind: ResourceType, catalog: Catalog) -> Iterator[str]:
    named = {"id", *kind.attributes, *kind.computed, *kind.linked}
    for ref in (*kind.refs, *kind.creates, *kind.inherits):
        if ref.attribute.split(".")[0].removesuffix("[]") not in named:
            yield f"the reference {ref.attribute} is no attribute of it"
        if ref.to in catalog:
            target = catalog[ref.to]
            if ref.by not in ("id", *target.attributes, *target.computed, *target.linked):
                yield f"{ref.to} has no attribute {ref.by} to refer to"
    for at, (to, *names) in kind.aggregate.parts.items() if kind.aggregate is not None else ():
        known = {*catalog[to].attributes, *catalog[to].computed} if to in catalog else set[str]()
        yield from (f"it gathers {at}, which is no attribute of it" for _ in [0] if at not in kind.attributes)
        yield from (f"it gathers {to}, which has no {name}" for name in names if name not in known)
    if kind.adds is not None and kind.adds.attribute not in named:
        yield f"{kind.adds.attribute} is no attribute of it, and names nothing that it adds to"
    if kind.parent is None:
        return
    if kind.parent.attribute not in named:
        yield f"the parent attribute {kind.parent.attribute} is no attribute of it"
    parent = catalog.get(kind.parent.to)
    if parent is None:
        yield f"its parent {kind.parent.to} is not in the catalogue"
        return
    if parent.identity != (kind.parent.by,):
        yield f"{kind.parent.to} is not identified by {kind.parent.by} alone"
    yield from (f"{parent.name} has no attribute {n} to tell" for n in kind.parent.covers if n not in parent.attributes)
    if kind.alias_of and kind.alias_of not in catalog:
        yield f"there is no type {kind.alias_of} to list it"


def lint_all(catalog: Catalog) -> list[str]:
    """What is wrong with any entry."""
    return [problem for name in catalog for problem in lint(catalog[name], catalog, catalog.facts(name))]


if __name__ == "__main__":  # python -m drift.provider.lint [TYPE...]
    import sys

    from drift.provider.installed import installed

    found = [p for p in lint_all(installed()) if not sys.argv[1:] or p.split(":")[0] in sys.argv[1:]]
    sys.stdout.write("".join(f"{p}\n" for p in found))
    sys.exit(bool(found))
