"""JMESPath expressions, compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import Functions, signature

from drift.model.value import plain
from drift.normalize.tags import tag_named
from drift.provider.quick import false, first_condition, hidden, quick

_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_INTO = frozenset(
    {"subexpression", "index_expression", "projection", "filter_projection", "value_projection", "flatten", "pipe"}
)


class _Functions(Functions):
    """Additional JMESPath functions for entries."""

    @signature({"types": ["string", "null"]})
    def _func_last(self, text: str | None) -> str | None:
        """`last(Id)`: the text after the last slash. Route 53 lists `/hostedzone/Z1` and expects `Z1`."""
        return text.rsplit("/", 1)[-1] if text else None

    @signature({"types": ["array", "null"]})
    def _func_pairs(self, pairs: list[dict[str, Any]] | None) -> dict[str, Any] | None:
        """`pairs(Attributes)`: a list of `Key` and `Value` as a map, for direct access."""
        return None if pairs is None else {p["Key"]: p.get("Value") for p in pairs}

    @signature({"types": ["object", "null"]})
    def _func_entries(self, members: Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
        """`entries(methodSettings)`: a map as a list of {key, value}, for maps whose key is not repeated in the
        value."""
        return [{"key": key, "value": members[key]} for key in sorted(members)] if members else None

    @signature({"types": ["array", "object", "null"]}, {"types": ["string"]})
    def _func_tag(self, tags: list[dict[str, Any]] | Mapping[str, Any] | None, name: str) -> Any:
        """`tag(Tags, 'Team')`: the value of one tag; null without it."""
        return tag_named(tags, name)

    @signature({"types": ["string", "null"]}, {"types": ["number"]})
    def _func_tail(self, arn: str | None, size: int) -> str | None:
        """`tail(FunctionArn, `3`)`: the last parts of an ARN, `function:name:alias`."""
        return ":".join(arn.split(":")[-int(size) :]) if arn else None

    @signature({"types": ["string", "null"]})
    def _func_account(self, arn: str | None) -> str | None:
        """`account(Arn)`: the account in an ARN, if a listing returns no other."""
        parts = (arn or "").split(":", 5)
        return parts[4] or None if len(parts) > 5 else None

    @signature({"types": ["array", "null"]}, {"types": ["string"]}, {"types": ["string", "null"]})
    def _func_of(self, elements: list[Mapping[str, Any]] | None, member: str, value: str | None) -> list[Any]:
        """`of(Targets, 'ResourceId', Name)`: the elements whose member equals a value of the item."""
        return [e for e in elements or () if value is not None and e.get(member) == value]

    @signature({"types": []})
    def _func_given(self, value: Any) -> Any:
        """`given({CatalogId: catalog_id})`: a structure for a request, without members that have no value."""
        return _given(plain(value))

    @signature({"types": []}, {"types": ["array"]})
    def _func_pick(self, members: Mapping[str, Any] | None, names: list[str | None]) -> dict[str, Any] | None:
        """`pick(item, [hash_key, range_key])`: the members with these names; null if one is missing."""
        wanted = [name for name in names if name]
        if members is None or not wanted or any(name not in members for name in wanted):
            return None
        return {name: plain(members[name]) for name in wanted}

    @signature({"types": []}, {"types": []})
    def _func_since(self, start: datetime | None, end: datetime | None) -> float | None:
        """`since(a, b)`: the seconds between two times; null if one is unknown."""
        return (end - start).total_seconds() if start is not None and end is not None else None


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _given(member) for name, member in value.items() if member is not None}
    return value


_OPTIONS = jmespath.Options(custom_functions=_Functions())


class Path:
    """One JMESPath and the sections (top-level keys) it reads; ValueError, when either is asked for, where it is none.

    A plain dotted path becomes a getter: JMESPath's interpreter costs about 5 µs a look-up. Anything is compiled when
    it is first used: most of a catalogue's attributes never are.
    """

    __slots__ = ("search", "sections", "text")

    search: Callable[[Any], Any]
    sections: frozenset[str]

    def __init__(self, text: str) -> None:
        self.text = text

    def __getattr__(self, name: str) -> Any:
        """Both of what is compiled, when the first of them is asked for."""
        if name not in ("search", "sections"):
            raise AttributeError(name)
        self.compile()
        return getattr(self, name)

    def compile(self) -> None:
        """Make both; ValueError where the text is no JMESPath."""
        if _PLAIN.fullmatch(self.text):
            keys = self.text.split(".")
            own = next((n for n, key in enumerate(keys) if key != "parent"), len(keys) - 1)
            self.sections = frozenset({".".join(keys[: own + 1])})
            self.search = _getter(keys)
        else:
            parsed = jmespath.compile(self.text)
            self.sections = frozenset(_sections(parsed.parsed))
            self.search = quick(parsed.parsed) or partial(_searched, first_condition(parsed.parsed), parsed)

    def __repr__(self) -> str:
        return f"Path({self.text!r})"


@cache
def unread(text: str) -> Path:
    """The path of an attribute that may never be read: whether it is one shows when it is used."""
    return Path(text)


@cache
def path(text: str) -> Path:
    """The compiled expression; ValueError if it is not valid JMESPath."""
    found = unread(text)
    found.compile()
    return found


def text_at(text: str, attributes: Mapping[str, Any]) -> str:
    """The text at a path; empty if it is not set, or if a part of it is missing."""
    try:
        found = path(text).search(attributes)
    except JMESPathError:
        return ""
    return "" if found is None else str(found)


def _searched(first: Callable[[Any], Any] | None, parsed: Any, data: Any) -> Any:
    """The result of a search; None if a function gets a missing value, so that one item cannot end a scan.

    If `first`, a condition that the whole expression depends on, is false, jmespath does not run.
    """
    if first is not None and false(found := first(data)):
        return found
    try:
        return parsed.search(data, options=_OPTIONS)
    except JMESPathTypeError as error:
        # jmespath names the type of a missing argument "null", and of a missing list element "NoneType"
        if error.actual_type not in ("null", "NoneType"):
            raise
        return None


def _getter(keys: list[str]) -> Callable[[Any], Any]:
    if len(keys) == 1:
        only = keys[0]
        return lambda data: data.get(only) if type(data) is dict or isinstance(data, Mapping) else hidden(data)

    def get(data: Any) -> Any:
        for key in keys:
            if type(data) is not dict and not isinstance(data, Mapping):
                return hidden(data)
            data = data.get(key)
        return data

    return get


def _sections(node: Mapping[str, Any]) -> set[str]:
    kind, children = node["type"], node.get("children", [])
    if kind == "field":
        return {node["value"]}
    if kind == "subexpression" and children[0] == {"type": "field", "children": [], "value": "parent"}:
        rest = children[1] if children[1] != children[0] else {**node, "children": children[1:]}
        return {f"parent.{section}" for section in _sections(rest)}
    if kind in _INTO:
        return _sections(children[0])
    return set().union(*map(_sections, children)) if children else set()
