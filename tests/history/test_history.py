"""`drift history` and `drift diff` over a store."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drift.cli import cli
from drift.cli.history import sparkline
from drift.errors import DriftError
from drift.history.store import Store
from drift.model.drift import Drift, Report, Scope
from drift.model.resource import Key, Resource
from tests.support.stores import Drifted, packed, scan


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.chdir(tmp_path)
    return Store("drift.duckdb")


def drift(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), catch_exceptions=False, standalone_mode=False)


def test_each_scope_has_a_line_with_its_trend(store: Store) -> None:
    for day, many in enumerate((0, 1, 4, 2)):
        store.add(scan(day, [Drifted(f"d{n}", "unmanaged") for n in range(many)]))
    store.add(scan(9, [Drifted("x")], scope="test"))

    lines = drift("history").stdout.splitlines()
    assert lines[0].split() == [
        "scope",
        "scans",
        "first",
        "last",
        "modified",
        "missing",
        "unmanaged",
        "coverage",
        "drift",
    ]
    assert lines[1].split() == ["prod", "4", "2026-01-01", "2026-01-04", "06:00", "0", "0", "2", "90.0", "▁▂█▄"]
    assert lines[2].split()[:2] == ["test", "1"]
    each = json.loads(drift("history", "--scope", "prod", "--scans", "--format", "json").stdout)
    assert [s["unmanaged"] for s in each] == [0, 1, 4, 2]
    assert drift("history", "--scans", "--format", "csv").stdout.count("\n") == 6
    with pytest.raises(DriftError, match="no scan of the scope 'prd'"):
        drift("history", "--scope", "prd")


def test_a_sparkline_shows_the_most_at_the_top() -> None:
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
    assert sparkline([0, 7, 3]) == "▁█▄"


def test_prune_and_compact(store: Store) -> None:
    store.add(scan(-5000))
    store.add(scan(0))

    assert drift("history", "prune", "--older-than", "10y").stdout.startswith("1 scan from before")
    assert "MiB now" in drift("history", "compact").stdout
    assert len(json.loads(drift("history", "--scans", "--format", "json").stdout)) == 1
    for age in ("tomorrow", "5", "-3d"):
        with pytest.raises(DriftError, match="is not an age"):
            drift("history", "prune", f"--older-than={age}")
    with pytest.raises(DriftError, match="no scan was kept"):
        drift("history", "prune", "--older-than", "1d", "--store", "other.duckdb")


def report(day: int, *ids: str) -> Report:
    found = [Resource(key=Key("aws_sqs_queue", "1", "eu-west-1", (i,)), id=i) for i in ids]
    scope = Scope(accounts=("1",), regions=("eu-west-1",))
    return Report(
        scope=scope, started_at=f"2026-01-0{day}T00:00:00Z", drift=tuple(Drift("unmanaged", None, r) for r in found)
    )


def test_diff_takes_scans_by_age_day_and_id(store: Store, tmp_path: Path) -> None:
    for day, ids in enumerate((("a",), ("a", "b"), ("b",)), start=1):
        kept = scan(day - 1)
        document = {"scan": kept.scan, "document": packed(report(day, *ids))}
        store.add(replace(kept, tables={**kept.tables, "report": [document]}))
        last = kept.scan
    store.add(scan(0, scope="test"))

    said = drift("diff", "--scope", "prod")
    assert said.return_value == 0
    assert "0 as before" not in said.stdout
    assert "1 resolved" in said.stdout
    older = drift("diff", "2026-01-01", last, "--scope", "prod")
    assert older.return_value == 1
    assert "1 new" in older.stdout
    assert "1 resolved" in older.stdout
    with pytest.raises(DriftError, match="several scopes"):
        drift("diff")
    with pytest.raises(DriftError, match="only 3 scans"):
        drift("diff", "latest~3", "latest", "--scope", "prod")
