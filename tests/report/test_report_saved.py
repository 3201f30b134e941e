"""A report that was saved as JSON is read back whole, and its schema holds."""

from __future__ import annotations

import io
import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

import jsonschema
import pytest

from drift.errors import ReportError
from drift.model.drift import Change, Drift, Finding, Pending, Report, Scope
from drift.model.resource import Key, Resource, Source
from drift.report import FORMATS, Look, renderer
from drift.report.json import PLACES, document, read
from drift.report.schema import schema
from drift.report.wire import LEFT_OUT, encode, slots
from tests.support.reports import Maker

CHECK = jsonschema.Draft202012Validator(schema(strict=True))


def saved(report: Report) -> bytes:
    out = io.StringIO()
    renderer("json")(report, out, Look())
    return out.getvalue().encode(errors="backslashreplace")  # as the command line writes what is no character


def test_the_schema_is_one() -> None:
    for strict in (True, False):
        jsonschema.Draft202012Validator.check_schema(schema(strict=strict))


@pytest.mark.parametrize("seed", range(20))
def test_a_saved_report_is_read_back_whole(seed: int) -> None:
    report = Maker(seed).report()
    data = saved(report)
    again = read(data)

    CHECK.validate(json.loads(data))
    assert saved(again) == data
    for kept, was in zip(again.drift, report.drift, strict=True):
        assert kept.fingerprint == was.fingerprint
        assert [s for s in slots(Drift) if getattr(kept, s.name) != getattr(was, s.name)] == []
        for a, b in ((kept.desired, was.desired), (kept.actual, was.actual)):
            assert (a is None) == (b is None)
            if a and b:
                assert (a.id, a.name, a.arn, str(a.address)) == (b.id, b.name, b.arn, str(b.address))


@pytest.mark.parametrize("name", FORMATS)
def test_every_rendering_of_a_saved_report_is_that_of_the_report(name: str) -> None:
    for seed in range(8):
        report = Maker(seed).report()
        again = read(saved(report))
        first, second = io.StringIO(), io.StringIO()
        renderer(name)(report, first, Look(width=100))
        renderer(name)(again, second, Look(width=100))
        assert first.getvalue() == second.getvalue(), name


@pytest.mark.parametrize("cls", [Report, Drift, Change, Finding, Pending, Source, Resource])
def test_what_is_left_out_is_a_field_and_has_a_reason(cls: Any) -> None:
    assert is_dataclass(cls)
    form: Any = cls
    names = {f.name for f in fields(cls)}
    assert set(LEFT_OUT.get(form, {})) <= names
    assert all(reason.strip() for reason in LEFT_OUT.get(form, {}).values())


def test_every_field_is_written_or_left_out_for_a_reason() -> None:
    """A field that is added to the model is in the report, or stands among what is left out."""
    report = Maker(3).report()
    whole = document(report)
    for f in fields(Report):
        *sections, name = PLACES.get(f.name, f.name).split(".")
        assert name in (whole[sections[0]] if sections else whole), f.name
    drifts = (Maker(s).drift() for s in range(50))
    drift = next(d for d in drifts if d.kind == "modified" and d.changes and d.since is not None)
    for thing in (drift, drift.changes[0], drift.resource, drift.resource.source, Maker(1).built(Finding)):
        full = replace(thing, **{f.name: _other(thing, f.name) for f in fields(thing) if f.name in SIMPLE})
        written = encode(full)
        for f in fields(thing):
            if f.name not in LEFT_OUT.get(type(thing), {}):
                assert f.name in written, f"{type(thing).__name__}.{f.name}"


SIMPLE = {
    "certain", "undeclared", "sensitive", "line", "file", "reason", "exempt", "remedy", "owner", "references", "frameworks",
    "added", "removed", "details", "unheld", "implied", "undone", "replaces", "seen_before", "recreated_as", "changes", "findings", "evidence",
}  # fmt: skip
"""Fields that are left out while they hold their default."""


def _other(thing: Any, name: str) -> Any:
    """A value that is not the field's default."""
    flags = dict.fromkeys(("undeclared", "sensitive", "unheld", "implied", "undone", "replaces", "seen_before"), True)
    values = {"certain": False, "line": 7, "recreated_as": Maker(1).resource(), **flags}
    if isinstance(getattr(thing, name), tuple):
        return getattr(thing, name) or ("x",)
    return values.get(name, "x")


def test_a_change_of_what_a_state_calls_by_another_id_keeps_its_fingerprint() -> None:
    there = Resource(key=Key("aws_sqs_queue", "1", "r", ("q",)), id="https://new.example/q")
    held = Resource(key=there.key, id="https://old.example/q")
    report = Report(scope=Scope(), drift=(Drift("modified", held, there, (Change("a", 1, 2),)),))

    assert read(saved(report)).drift[0].fingerprint == report.drift[0].fingerprint


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not JSON"),
        (b"[]", "is no drift-report/1"),
        (b'{"schema": "drift-report/9"}', "drift-report/9"),
        (b'{"schema": "drift-report/1"}', "it has no `scope`"),
        (b'{"schema": "drift-report/1", "scope": {}, "drift": [{"kind": "odd"}]}', "drift"),
        (b'{"schema": "drift-report/1", "scope": {"accounts": "x"}}', "accounts"),
        (b'{"schema": "drift-report/1", "scope": [], "drift": {}}', "scope"),
        (b"\xff\xfe", "is not JSON"),
    ],
)
def test_what_is_no_report_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(ReportError, match=says) as caught:
        read(data, "old.json")
    assert "old.json" in str(caught.value)
