"""The common forms of JMESPath as Python functions, because jmespath's interpreter costs about 5 µs per step.

`quick` returns exactly what jmespath returns, or None for a form that it does not support. The tests compare both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drift.normalize.tags import tag_named

Search = Callable[[Any], Any]


def quick(node: Mapping[str, Any]) -> Search | None:
    """A function for a node of jmespath's tree; None if the form is not supported."""
    kind = node["type"]
    if kind == "comparator":
        return _comparator(node)
    if kind == "function_expression":
        return _function(node)
    if kind == "filter_projection":
        return _filter(node)
    if kind not in ("field", "literal", "subexpression", *_LOGIC):
        return None
    children = [quick(child) for child in node.get("children", [])]
    known = [child for child in children if child is not None]
    if len(known) < len(children):
        return None
    if kind == "field":
        return _field(node["value"])
    if kind == "literal":
        value = node["value"]
        return (lambda _: value) if isinstance(value, str | bool | None) else None
    if kind == "subexpression":
        return _steps(known)
    return _LOGIC[kind](*known)


def first_condition(node: Mapping[str, Any]) -> Search | None:
    """Of `a && b && …` that is none of the common forms as a whole: the first condition, where that is one. Where it is
    false, so is everything."""
    if node["type"] != "and_expression":
        return None
    return quick(node["children"][0]) or first_condition(node["children"][0])


def false(value: Any) -> bool:
    """Whether JMESPath treats the value as false. It does not treat 0 as false."""
    return value is None or value is False or value == "" or value == [] or value == {}


def hidden(data: Any) -> Any:
    """A value that hides everything inside it (a scrubbed secret) stays as it is; None for other values without
    members."""
    return data if getattr(data, "opaque", False) else None


def _field(name: str) -> Search:
    return lambda data: data.get(name) if type(data) is dict or isinstance(data, Mapping) else hidden(data)


def _steps(steps: list[Search]) -> Search:
    def search(data: Any) -> Any:
        for step in steps:
            data = step(data)
        return data

    return search


def _or(left: Search, right: Search) -> Search:
    def search(data: Any) -> Any:
        found = left(data)
        return right(data) if false(found) else found

    return search


def _and(left: Search, right: Search) -> Search:
    def search(data: Any) -> Any:
        found = left(data)
        return found if false(found) else right(data)

    return search


def _not(of: Search) -> Search:
    return lambda data: false(of(data))


_LOGIC: Mapping[str, Callable[..., Search]] = {"or_expression": _or, "and_expression": _and, "not_expression": _not}


def _comparator(node: Mapping[str, Any]) -> Search | None:
    """`==` and `!=` with a text. Numbers and booleans have other rules, so they are not supported."""
    left, right = node["children"]
    if node["value"] not in ("eq", "ne") or right["type"] != "literal" or not isinstance(right["value"], str):
        return None
    of, text = quick(left), right["value"]
    if of is None:
        return None
    return (lambda data: of(data) == text) if node["value"] == "eq" else (lambda data: of(data) != text)


def _filter(node: Mapping[str, Any]) -> Search | None:
    """`Tags[?Key == 'name']`: the elements that meet a condition, and nothing of what is no list."""
    of_list, each, condition = node["children"]
    of, meets = quick(of_list), quick(condition)
    if of is None or meets is None or each["type"] != "identity":
        return None

    def search(data: Any) -> Any:
        found = of(data)
        return [e for e in found if e is not None and not false(meets(e))] if isinstance(found, list) else None

    return search


def _function(node: Mapping[str, Any]) -> Search | None:
    """`tag(Tags, 'name')` of a path: tags in any form, or none."""
    if node["value"] != "tag" or len(node["children"]) != 2:
        return None
    tags, name = node["children"]
    of = quick(tags)
    if of is None or name["type"] != "literal" or not isinstance(name["value"], str):
        return None
    wanted = name["value"]

    def search(data: Any) -> Any:
        found = of(data)
        return None if false(found) else tag_named(found, wanted)

    return search
