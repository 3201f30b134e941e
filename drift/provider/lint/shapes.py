"""Follows a JMESPath through the shape of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath

from drift.provider.operations import Model, Shape

ANY: Any = object()
"""An unknown shape: the result of a function, or a JSON document."""

_BOTH = ("function_expression", "comparator", "or_expression", "and_expression", "not_expression", "expref")


class Open(dict[str, Any]):
    """The shape of an item of which only some sections are known, such as an element of a JSON document."""

    def __or__(self, other: Any) -> Any:
        return Open({**self, **other})


def arrives(text: str, shape: Any) -> Iterator[str]:
    """The problems of a path over a shape."""
    try:
        walk(jmespath.compile(text).parsed, shape)
    except KeyError as error:
        yield f"{text!r} does not exist: {error.args[0]!r}"
    except jmespath.exceptions.ParseError:
        yield f"{text!r} is not valid JMESPath"


def at(text: str, shape: Any) -> Any:
    """The shape at the end of a path; ANY if the path does not exist."""
    try:
        return walk(jmespath.compile(text).parsed, shape)
    except (KeyError, jmespath.exceptions.ParseError):
        return ANY


def walk(node: Mapping[str, Any], shape: Any) -> Any:
    """The shape at the end of a JMESPath; KeyError names the first step that does not exist."""
    kind, children = node["type"], node.get("children", [])
    if shape is ANY or kind == "literal":
        return ANY
    if kind in _BOTH:
        return _computed(node, children, shape)
    if kind in ("current", "identity"):
        return shape
    if kind == "field":
        return _field(node["value"], shape)
    if kind in ("subexpression", "index_expression", "pipe"):
        return _steps(children, shape)
    if kind in ("projection", "filter_projection", "flatten", "value_projection"):
        return _projected(kind, children, shape)
    if kind in ("index", "slice"):
        return element_of(shape) if kind == "index" else shape
    if kind == "multi_select_dict":
        return {c["value"]: walk(c["children"][0], shape) for c in children}
    if kind == "multi_select_list":
        return [walk(c, shape) for c in children][:1]
    raise KeyError(f"unknown JMESPath node {kind}")


def _computed(node: Mapping[str, Any], children: list[Any], shape: Any) -> Any:
    """The shape of the result of an operator or a function."""
    results = [walk(child, shape) for child in children]
    if node["type"] == "comparator":
        _comparable(children, results)
    if node["type"] == "function_expression":
        if node["value"] == "entries":
            return [{"key": ANY, "value": getattr(results[0], "element", None) or ANY}]
        if node["value"] == "of":
            return results[0]
        if node["value"] == "pairs":
            return _pairs(results[0])
    return {"or_expression": results[0], "and_expression": results[-1]}.get(node["type"], ANY)


def _comparable(children: list[Any], results: list[Any]) -> None:
    """KeyError if a text is compared with a value that the model does not allow."""
    for child, other in zip(children, reversed(results), strict=True):
        if child["type"] != "literal" or not _is(other, "text") or not other.names or not other.complete:
            continue
        if isinstance(child["value"], str) and child["value"].lower() not in {n.lower() for n in other.names}:
            raise KeyError(f"{other.name} is never {child['value']!r}")


def _pairs(listed: Any) -> Any:
    """A list of `Key` and `Value` as a map, with the keys in the model."""
    element = element_of(listed)
    key = element.members.get("Key") if _is(element, "structure") else None
    if key is None:
        raise KeyError("pairs() takes a list of Key and Value")
    return Model("map", element=element.members["Value"], names=key.names, name=key.name)


def _is(shape: Any, kind: str) -> bool:
    return getattr(shape, "kind", "") == kind


def _steps(children: list[Any], shape: Any) -> Any:
    if children[0]["type"] == "not_expression":
        raise KeyError("JMESPath reads !a.b as (!a).b: write !(a.b)")
    for child in children:
        shape = walk(child, shape)
    return shape


def _field(name: str, shape: Any) -> Any:
    if isinstance(shape, dict) and name in shape:
        return shape[name]
    if isinstance(shape, Open):
        return ANY
    if _is(shape, "structure") and name in shape.members:
        return known(shape.members[name])
    if _is(shape, "map"):
        if shape.names and name not in shape.names:
            raise KeyError(f"{name} among the keys of {shape.name}")
        return known(shape.element)
    raise KeyError(f"{name} in {getattr(shape, 'name', '') or type(shape).__name__}")


def known(shape: Shape | None) -> Any:
    """ANY for a shape that the model does not describe."""
    return ANY if shape is None or shape.kind == "any" else shape


def _projected(kind: str, children: list[Any], shape: Any) -> Any:
    outer = walk(children[0], shape)
    if kind == "value_projection":
        inner = known(outer.element) if _is(outer, "map") else ANY
    else:
        inner = element_of(outer)
        if kind == "flatten":
            return [element_of(inner)]
    for condition in children[2:]:
        walk(condition, inner)
    return [walk(children[1], inner) if len(children) > 1 else inner]


def is_list(shape: Any) -> bool:
    """Whether a value of the shape is a list."""
    return isinstance(shape, list) or _is(shape, "list")


def element_of(shape: Any) -> Any:
    """The shape of the elements of a list; other shapes are unchanged."""
    if _is(shape, "list"):
        return known(shape.element)
    if isinstance(shape, list):
        return shape[0]
    return shape


def members_of(shape: Any) -> dict[str, Any]:
    """The members of a structure, as sections of an item."""
    if isinstance(shape, dict):
        return dict(shape)
    return {n: known(m) for n, m in shape.members.items()} if _is(shape, "structure") else {}
