"""What is searched without jmespath's interpreter is found as jmespath finds it: every path of the catalogue."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import jmespath
import pytest

from drift.provider.installed import installed
from drift.provider.path import _OPTIONS, Path, path
from drift.provider.quick import first_condition, quick

MORE = (
    "A == 'x'", "A != 'x'", "A.B == 'x'", "A && B", "A || B", "!A", "!(A && B) || C", "A.B.C", "tag(A, 'x')", "tag(A.B, 'x')",
    "A == 'x' && B == 'y'", "A || 'none'", "A || `null`", "A && `true`", "A[?Key == 'x']", "A.B[?Key]", "A[?!Value]",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, "", "x", "y", 0, 1, True, False, [], {}, [{"Key": "x", "Value": "1"}], {"x": "1"}, {"B": "x"}, {"B": {"C": 0}},
)  # fmt: skip


def texts(value: Any) -> Iterator[str]:
    """Every path that an entry holds."""
    if isinstance(value, Path):
        yield value.text
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (
            w for f in fields(value) if f.name in ("when", "exists") and isinstance(w := getattr(value, f.name), str)
        )
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def names(node: Any) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    for child in node.get("children", []):
        yield from names(child)


def catalogued() -> set[str]:
    return {t for entry in installed().values() for t in texts(entry) if t}


@pytest.mark.parametrize("text", [*MORE, "the catalogue"])
def test_it_finds_what_jmespath_finds(text: str) -> None:
    chance = random.Random(15)
    known = 0
    for one in sorted(catalogued()) if text == "the catalogue" else [text]:
        parsed = jmespath.compile(one)
        search = quick(parsed.parsed)
        if search is None:
            search = path(one).search if first_condition(parsed.parsed) else None
        if search is None:
            continue
        known += 1
        for _ in range(40):
            data = {name: chance.choice(VALUES) for name in names(parsed.parsed)}
            try:
                expected = parsed.search(data, options=_OPTIONS)
            except jmespath.exceptions.JMESPathTypeError:
                continue  # arguments that no API answers with
            assert search(data) == expected, (one, data)
            assert (search(data) is True) == (expected is True), (one, data)
    assert known


def test_what_it_does_not_know_is_left_to_jmespath() -> None:
    assert quick(jmespath.compile("A[?B == 'x'].C | [0]").parsed) is None
    assert path("A[?B == 'x'].C | [0]").search({"A": [{"B": "x", "C": 7}]}) == 7
