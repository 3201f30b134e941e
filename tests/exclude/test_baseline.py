"""`drift baseline`, `drift ignore`, and what fingerprints depend on."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cli import cli
from drift.cli.options.policy import Policy, status
from drift.errors import UsageError
from drift.exclude.baseline import SCHEMA, Baseline, Entry, Looked, accept, parse, rewritten
from drift.model.address import Address
from drift.model.coverage import Unread
from drift.model.drift import Change, Drift, Finding, Report, Scope
from drift.model.resource import Key, Resource
from drift.model.value import Block
from tests.report.test_report_formats import rendered
from tests.support.world import WORLDS

HERE = Scope(accounts=("1",), regions=("r",), sources=("s",))
SEEN = Looked({"aws_x", "aws_y"}, {("1", "r", "aws_x", i) for i in "xym"})


def resource(id_: str, type_: str = "aws_x", address: str = "") -> Resource:
    return Resource(key=Key(type_, "1", "r", (id_,)), id=id_, address=Address.parse(address) if address else None)


def modified(id_: str, *changes: Change, address: str = "aws_x.a") -> Drift:
    return Drift("modified", resource(id_, address=address), resource(id_), changes)


def unmanaged(id_: str, type_: str = "aws_x") -> Drift:
    return Drift("unmanaged", None, resource(id_, type_))


SIZE = Change("size", 1, 2)
RULES = Change("rules", frozenset({"a"}), frozenset({"a", "b"}), added=("b",))
DRIFTS = (modified("x", SIZE, RULES), unmanaged("u"), Drift("missing", resource("m", address="aws_x.m"), None))


def report(*drift: Drift, **more: Any) -> Report:
    return Report(scope=HERE, drift=drift, **more)


def written(*drift: Drift, **more: Any) -> Baseline:
    return parse(rewritten(report(*drift, **more), SEEN), "b.json")


def test_what_is_accepted_fails_nothing_and_is_counted() -> None:
    found = accept(report(*DRIFTS, managed=2), written(*DRIFTS), SEEN)

    assert (found.drift, found.accepted, found.resolved) == ((), DRIFTS, ())
    assert (found.accepted_resources, found.baseline) == (2, "b.json")
    assert status(found, Policy.parse(["new"])) == 0


def test_only_the_new_change_of_a_known_resource_is_told() -> None:
    name = Change("name", "a", "b")

    found = accept(report(modified("x", SIZE, RULES, name)), written(*DRIFTS[:1]), SEEN)

    assert [d.changes for d in found.drift] == [(name,)]
    assert [d.changes for d in found.accepted] == [(SIZE, RULES)]
    assert found.accepted_resources == 0
    assert status(found, Policy.parse(["new"])) == 1


@pytest.mark.parametrize(
    "other",
    [
        modified("x", replace(SIZE, actual=3), RULES),
        modified("x", SIZE, replace(RULES, added=("c",))),
        modified("y", SIZE, RULES),
        unmanaged("x"),
        unmanaged("x", "aws_y"),
    ],
)
def test_what_is_another_drift_is_new(other: Drift) -> None:
    assert accept(report(other), written(DRIFTS[0]), SEEN).drift != ()


@pytest.mark.parametrize(
    "same",
    [
        modified("x", RULES, SIZE),
        modified("x", SIZE, RULES, address='module.moved["a"].aws_x.b'),
        modified("x", SIZE, replace(RULES, desired=frozenset({"a", "z"}), actual=frozenset({"a", "b", "z"}))),
        replace(DRIFTS[0], certain=False),
    ],
)
def test_what_is_the_same_drift_stays_accepted(same: Drift) -> None:
    assert accept(report(same), written(DRIFTS[0]), SEEN).drift == ()


def test_something_made_again_by_hand_is_new_when_it_is_made_again() -> None:
    once, twice = (replace(DRIFTS[2], recreated_as=resource(i)) for i in ("n", "o"))

    assert accept(report(once), written(once), SEEN).drift == ()
    assert accept(report(twice), written(once), SEEN).drift == (twice,)
    assert accept(report(once), written(DRIFTS[2]), SEEN).drift == (once,)


def test_what_is_no_more_is_pointed_out() -> None:
    found = accept(report(modified("x", SIZE)), written(*DRIFTS), SEEN)

    assert [(r.kind, r.id, r.paths) for r in found.resolved] == [
        ("missing", "m", ()), ("unmanaged", "u", ()), ("modified", "x", ("rules",)),
    ]  # fmt: skip
    assert found.drift == ()


def test_what_was_not_looked_at_is_not_resolved_and_stays_in_the_file() -> None:
    old = written(*DRIFTS, unmanaged("far", "aws_y"))

    narrow = accept(report(), old, replace(SEEN, types={"aws_x"}))
    other_state = accept(report(), old, replace(SEEN, managed=()))
    state_alone = accept(report(), old, replace(SEEN, strangers=False))
    unread = accept(
        report(unread=(Unread("aws_x.a", "aws_x", "", "a", "c"), Unread("aws_x.m", "aws_x", "", "a", "c"))), old, SEEN
    )
    again = parse(rewritten(report(), replace(SEEN, types={"aws_x"}), old), "b.json")

    assert {r.id for r in narrow.resolved} == {"x", "u", "m"}
    assert {r.id for r in unread.resolved} == {"u", "far"}
    assert {r.id for r in other_state.resolved} == {"u", "far"}
    assert {r.id for r in state_alone.resolved} == {"x", "m"}
    assert [s.id for s in again.entries] == ["far"]


@settings(deadline=None)
@given(st.permutations(DRIFTS), st.permutations(DRIFTS))
def test_the_file_does_not_depend_on_order(one: list[Drift], other: list[Drift]) -> None:
    assert rewritten(report(*one), SEEN) == rewritten(report(*other), SEEN)


def test_reasons_are_kept() -> None:
    first = parse(rewritten(report(*DRIFTS), SEEN, None, Entry(reason="before the migration")), "b")
    again = json.loads(rewritten(report(*DRIFTS, unmanaged("new")), SEEN, first))

    assert {e["id"]: e.get("reason") for e in again["entries"]} == {
        "x": "before the migration", "u": "before the migration", "m": "before the migration", "new": None,
    }  # fmt: skip


def test_what_is_accepted_has_an_owner_and_an_end() -> None:
    old = parse(rewritten(report(*DRIFTS), SEEN, None, Entry(owner="ana", expires="2026-12-31")), "b.json")
    on_the_day = accept(report(*DRIFTS, started_at="2026-12-31T23:59:59Z"), old, SEEN)
    after = accept(report(*DRIFTS, started_at="2027-01-01T00:00:00Z"), old, SEEN)
    mended = accept(report(started_at="2027-01-01T00:00:00Z"), old, SEEN)

    assert (on_the_day.drift, on_the_day.warnings) == ((), ())
    assert after.drift == DRIFTS
    assert after.warnings == (
        "b.json: accepted until 2026-12-31, as ana asked, and told again: aws_x.m, aws_x u, aws_x.a",
    )
    assert mended.warnings == ()
    assert [e.owner for e in parse(rewritten(report(*DRIFTS), SEEN, old), "b").entries.values()] == ["ana"] * 3


def test_a_day_that_is_none_is_refused() -> None:
    text = rewritten(report(*DRIFTS), SEEN, None, Entry(expires="2026-12-31")).replace("2026-12-31", "soon")
    with pytest.raises(UsageError, match="not a baseline"):
        parse(text, "b")


@pytest.mark.parametrize("format_", ["table", "markdown", "html"])
def test_what_is_accepted_is_as_grave_as_before(format_: str) -> None:
    grave = Finding("iam-admin", "critical", "Administrator by hand", "introduced", "fail", evidence="*:*")
    found = accept(report(replace(DRIFTS[0], findings=(grave,)), DRIFTS[1]), written(*DRIFTS), SEEN)

    text = rendered(format_, found)
    assert "Administrator by hand" in text
    assert "critical" in text
    if format_ == "table":
        assert "Accepted by b.json: 2 (1 critical)" in text


def test_no_secret_is_in_the_file() -> None:
    secret = Change("password", "secret:1111", "secret:2222", sensitive=True)

    text = rewritten(report(modified("x", secret)), SEEN)

    assert "secret:" not in text
    assert json.loads(text)["entries"][0]["changes"][0]["sensitive"] is True
    assert accept(report(modified("x", replace(secret, actual="secret:3333"))), parse(text, "b"), SEEN).drift != ()


def test_the_file_is_for_reading() -> None:
    assert json.loads(rewritten(report(DRIFTS[0]), SEEN)) == {
        "schema": SCHEMA,
        "entries": [
            {
                "account": "1", "region": "r", "type": "aws_x", "id": "x", "kind": "modified", "address": "aws_x.a",
                "changes": [
                    {"path": "rules", "added": ["b"], "fingerprint": RULES.fingerprint},
                    {"path": "size", "desired": 1, "actual": 2, "fingerprint": SIZE.fingerprint},
                ],
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "drift-baseline/9"}', '{"schema": "drift-baseline/1", "entries": [{}]}']
)
def test_what_is_no_baseline_says_so(text: str) -> None:
    with pytest.raises(UsageError, match="not a baseline"):
        parse(text, "b.json")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.frozensets(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3).map(Block),
    max_leaves=6,
)


@settings(deadline=None)
@given(values, values)
def test_fingerprints_of_changes_agree_where_the_values_do(one: Any, other: Any) -> None:
    same = Change("p", one, other).fingerprint == Change("p", one, other).fingerprint

    assert same
    if one != other:
        assert Change("p", one, other).fingerprint != Change("p", other, one).fingerprint


# --- the commands


def run(*words: str | Path) -> Any:
    return cli.main([str(w) for w in words], standalone_mode=False)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


WORLD = WORLDS / "security-groups"
CHECK = ("--state", WORLD / "refreshed.tfstate", "--replay", WORLD / "tampered.jsonl")


def test_a_baseline_from_the_command_line(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", *CHECK) == 1
    run("baseline", "write", *CHECK)
    first = (repository / "drift-baseline.json").read_text()
    capsys.readouterr()

    assert run("check", *CHECK, "--fail-on", "new") == 0
    assert "Accepted by drift-baseline.json" in capsys.readouterr().out
    assert run("check", *CHECK, "--no-baseline") == 1
    run("baseline", "write", *CHECK)
    assert (repository / "drift-baseline.json").read_text() == first
    capsys.readouterr()
    assert run("check", "--state", WORLD / "refreshed.tfstate", "--replay", WORLD / "clean.jsonl") == 0
    assert "In drift-baseline.json, but resolved" in capsys.readouterr().out


def test_rules_from_the_command_line(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "drift.toml").write_text("# ours\nverbose = true  # always\n\n[command.check]\nno-color = true\n")

    run(
        "ignore",
        "aws_security_group.inline",
        "aws_vpc.x",
        "--reason",
        "scaled by hand",
        "--path",
        "ingress",
        "--expires",
        "2030-12-31",
    )

    text = (repository / "drift.toml").read_text()
    assert text.startswith("# ours\nverbose = true  # always\n\n[command.check]\nno-color = true\n")
    assert tomllib.loads(text)["ignore"] == [
        {
            "resource": ["aws_security_group.inline", "aws_vpc.x"], "path": "ingress", "reason": "scaled by hand",
            "expires": __import__("datetime").date(2030, 12, 31),
        }
    ]  # fmt: skip
    run("ignore", "aws_s3_bucket.b", "--reason", "y")
    assert len(tomllib.loads((repository / "drift.toml").read_text())["ignore"]) == 2
    capsys.readouterr()
    run("check", *CHECK, "--format", "json")
    ignored = json.loads(capsys.readouterr().out)["ignored"]
    assert {(i["address"], i["path"], i["reason"], i["expires"]) for i in ignored} == {
        ("aws_security_group.inline", "ingress", "scaled by hand", "2030-12-31")
    }
    assert {i["rule"] for i in ignored} == {"drift.toml:7"}


def test_a_rule_goes_to_pyproject_where_the_settings_are(repository: Path) -> None:
    (repository / "pyproject.toml").write_text('[project]\nname = "x"\n\n[tool.drift]\nverbose = true\n')

    run("ignore", "aws_s3_bucket.b", "--reason", "y")

    assert tomllib.loads((repository / "pyproject.toml").read_text()) == {
        "project": {"name": "x"}, "tool": {"drift": {"verbose": True, "ignore": [{"resource": "aws_s3_bucket.b", "reason": "y"}]}},
    }  # fmt: skip


def test_driftignore_and_its_place(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".driftignore").write_text("# all but one\n*\n!aws_security_group\n")

    run("check", *CHECK, "--format", "json")

    found = json.loads(capsys.readouterr().out)
    assert {d["type"] for d in found["drift"]} == {"aws_security_group"}
    assert {i["rule"] for i in found["ignored"]} == {".driftignore:2"}
    run("check", *CHECK, "--no-ignore", "--format", "json")
    assert json.loads(capsys.readouterr().out)["ignored"] == []
