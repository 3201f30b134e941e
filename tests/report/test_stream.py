"""JSON is written as it goes, and is the same as if it had been written at once; people are told of the first ones."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from drift.model.bounds import VARIABLE
from drift.report import Look, renderer, stream
from drift.report import json as reports
from tests.report.test_report_escaping import hostile_report

VALUES: list[Any] = [
    {}, [], {"a": {}}, {"a": []}, {"a": {"b": [1, {"c": None}], "d": "x\ny"}}, [[], {}, [[1]]], "text", 1.5, None, True,
    {"ä": "ö\u2028", '"': "\\"}, {"a": "\ud800"}, 10**30, [1e-7, 1e22], {"a": {"b": {}}, "c": {"d": {"e": 1}}},
]  # fmt: skip


def written(value: Any) -> str:
    out = io.StringIO()
    stream.write(out, value)
    return out.getvalue()


def lazily(value: Any) -> Any:
    """Every list as an iterator."""
    if isinstance(value, dict):
        return {k: lazily(v) for k, v in value.items()}
    return map(lazily, value) if isinstance(value, list) else value


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_it_is_what_the_standard_library_writes(value: Any) -> None:
    whole = json.dumps(value, indent=2, ensure_ascii=False)

    assert written(value) == whole
    assert written(lazily(value)) == whole


def test_nothing_waits_for_the_end() -> None:
    """Each element is written before the next one is asked for."""
    out, seen = io.StringIO(), []

    def elements() -> Iterator[int]:
        for n in range(3):
            seen.append(out.getvalue().count(","))
            yield n

    stream.write(out, {"a": elements()})
    assert seen == [0, 0, 1]
    assert json.loads(out.getvalue()) == {"a": [0, 1, 2]}


@pytest.mark.parametrize("text", ["word", "\ud800 \x1b[2J"])
def test_a_report_is_its_document(text: str) -> None:
    out, report = io.StringIO(), hostile_report(text)
    renderer("json")(report, out, Look())

    assert out.getvalue() == json.dumps(reports.document(report), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", ["table", "markdown", "html"])
def test_people_are_shown_the_first_and_told_of_the_rest(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report = hostile_report("word")
    lost = next(d for d in report.drift if d.kind == "missing")
    many = tuple(
        replace(
            lost,
            desired=replace(lost.resource, id=f"number-{n:02d}", key=lost.resource.key._replace(identity=(str(n),))),
        )
        for n in range(30)
    )
    report = replace(report, drift=many)

    def shown() -> str:
        out = io.StringIO()
        renderer(name)(report, out, Look(width=200))
        return out.getvalue()

    assert "number-29" in shown()
    assert "bound shown" not in shown()
    monkeypatch.setenv(VARIABLE, "shown=10")
    assert shown().count("number-") < 30
    assert "number-29" not in shown()
    assert "20 more: --format json tells all (bound shown)" in shown()
