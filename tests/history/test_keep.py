"""`drift check --keep` and `drift query`, as their users run them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from drift.cli import cli
from drift.history.rows import unpacked
from drift.live.tape import Recorder
from tests.faults.canaries import ANSWERS, CANARIES, CONFIGURATION, STATE, TYPES, found_in
from tests.support.made import MadeApi, write_state
from tests.support.trail import trail_of, written
from tests.support.world import WORLDS, World, run

SECRET_PLACES = ("store.duckdb", "folder/")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration full of secrets, its state, a tape of the account, and a store of each kind with two scans."""
    folder = tmp_path_factory.mktemp("keep")
    (folder / "main.tf").write_text(CONFIGURATION)
    state = write_state(STATE, folder / "terraform.tfstate")
    recorder = Recorder(MadeApi(ANSWERS), None)
    run(state, recorder, only=TYPES)
    for day in (1, 2):
        when = f"2026-01-0{day}T00:00:00Z"
        recorder.save(folder / f"{day}.jsonl", started_at=when, duration_seconds=1.0, region="us-east-1", types=TYPES)
    return folder


@pytest.fixture
def here(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(place)
    return place


def drift(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), catch_exceptions=False, standalone_mode=False)


def status(result: Result) -> int:
    """The exit status that the command line makes of it."""
    assert result.exception is None
    return int(result.return_value or 0)


def check(day: int, *words: str) -> Result:
    return drift("check", "--state", "terraform.tfstate", "--replay", f"{day}.jsonl", "--only", "aws_*", *words)


def test_a_scan_is_kept_and_later_ones_know_it(here: Path) -> None:
    """New at first; the second time nothing is, and since when it is there is told."""
    first = check(1, "--keep", "--fail-on", "new", "--scope", "prod", "--format", "json=first.json")
    assert status(first) == 1, first.output
    second = check(2, "--keep", "--fail-on", "new", "--scope", "prod", "--format", "json=second.json")
    assert status(second) in (0, 3), second.output
    other = check(2, "--keep", "--fail-on", "new", "--scope", "elsewhere", "--quiet")
    assert status(other) == 1

    told = json.loads(Path("second.json").read_text())["drift"]
    assert {d["since"]["at"] for d in told} == {"2026-01-01T00:00:00Z"}
    assert {d["since"]["basis"] for d in told} == {"first seen"}
    assert all(d["seen_before"] for d in told)
    assert not any(d.get("seen_before") for d in json.loads(Path("first.json").read_text())["drift"])


@pytest.mark.parametrize("store", SECRET_PLACES)
def test_no_secret_enters_a_store(here: Path, store: str) -> None:
    """Every cell of every table is looked at, and every byte of the files and of the copy of a folder."""
    check(1, "--keep", "--store", store, "--config", ".")
    check(2, "--keep", "--store", store, "--judge", "all")

    tables = drift("query", "--store", store, "--format", "json", "select table_name from duckdb_tables()").stdout
    names = [row["table_name"] for row in json.loads(tables)]
    assert {"version", "change", "finding", "report", "unread"} <= set(names)
    text = "".join(drift("query", "--store", store, "--format", "json", f'select * from "{n}"').stdout for n in names)
    documents = json.loads(drift("query", "--store", store, "--format", "json", "select document from report").stdout)
    text += "".join(unpacked(d["document"]).decode() for d in documents)
    files = [p for p in Path(store).rglob("*") if p.is_file()] if store.endswith("/") else [Path(store)]
    raw = b"".join(f.read_bytes() for f in files).decode("latin-1")

    assert "secret:" in text, "digests tell that there are some"
    assert "aws_sfn_state_machine" in text
    assert len(CANARIES) >= 77
    assert found_in(text) == []
    assert found_in(raw) == []


def test_formats(here: Path) -> None:
    check(1, "--keep", "--store", "formats.duckdb", "--scope", "prod")
    sql = "select type, id, tags, line, started_at from resource where side = 'desired' order by type limit 2"

    def told(*words: str) -> str:
        result = drift("query", "--store", "formats.duckdb", sql, *words)
        assert result.exit_code == 0, result.output
        return result.stdout

    table = told().splitlines()
    assert re.split(r"\s{2,}", table[0]) == ["type", "id", "tags", "line", "started_at"]
    assert table[-1] == "(2 rows)"
    rows = list(csv.DictReader(io.StringIO(told("--format", "csv"))))
    assert [r["type"] for r in rows] == ["aws_db_instance", "aws_lambda_function"]
    members = json.loads(told("--format", "json"))
    assert members[0]["started_at"] == "2026-01-01T00:00:00Z"
    assert {type(m["line"]) for m in members} <= {int, type(None)}
    assert members[1]["tags"] in ({}, None)
    told("--format", "parquet", "-o", "out.parquet")
    assert duckdb.connect().execute("select type, started_at from 'out.parquet'").fetchall()[0][0] == "aws_db_instance"
    told("--format", "csv", "-o", "out.csv")
    assert Path("out.csv").read_text().startswith("type,id,tags,line,started_at\n")


def test_an_answer_says_in_each_format_what_it_lacks(here: Path) -> None:
    """Who reads only the rows, or only the file, sees it too."""
    check(1, "--keep", "--store", "lacks.duckdb", "--scope", "prod")
    asked = "select name, event_notification_configuration is null as silent from aws_s3_bucket"

    def told(*words: str) -> str:
        result = drift("query", "--store", "lacks.duckdb", asked, *words)
        assert result.exit_code == 0, result.output
        return result.stdout

    said = "aws_s3_bucket: resources of aws_s3_bucket_notification were not looked for in"
    assert f"incomplete: {said}" in told().splitlines()[-1]
    assert all(said in row["_incomplete"] for row in csv.DictReader(io.StringIO(told("--format", "csv"))))
    assert all(said in row["_incomplete"] for row in json.loads(told("--format", "json")))
    told("--format", "parquet", "-o", "lacks.parquet")
    told("-o", "lacks.txt")
    assert said in Path("lacks.txt").read_text()
    with duckdb.connect() as db:
        assert db.execute("describe select * from 'lacks.parquet'").fetchall()[-1][0] == "_incomplete"
    whole = drift("query", "--store", "lacks.duckdb", "select scope from scan", "--format", "json")
    assert json.loads(whole.stdout) == [{"scope": "prod"}]


def test_what_query_takes(here: Path) -> None:
    check(1, "--keep", "--store", "takes.duckdb", "--scope", "prod")
    Path("mine.sql").write_text("select $who as who, count(*) as n from scan")

    assert "prod" in drift("query", "trend", "--store", "takes.duckdb").stdout
    assert "ana" in drift("query", "mine.sql", "--set", "who=ana", "--store", "takes.duckdb").stdout
    assert "flapping" in drift("query", "--list").stdout
    assert "select" in drift("query", "flapping", "--show").stdout
    for wrong, said in {
        ("flaping",): "flapping",
        (): "no query given",
        ("select 1", "--format", "parquet"): "Give --output",
        ("trend", "--set", "days"): "no value",
        ("select 1", "--store", "none.duckdb"): "no scan was kept",
    }.items():
        result = CliRunner().invoke(
            cli, ["query", *wrong, *([] if "--store" in wrong else ["--store", "takes.duckdb"])]
        )
        assert said in str(result.exception) + result.output


@pytest.mark.parametrize(("level", "actor"), [("full", "user call-1"), ("role", "a user"), ("none", None)])
def test_the_store_keeps_as_much_of_who_it_was_as_it_may(tmp_path: Path, level: str, actor: str | None) -> None:
    """The report tells it all; in the store the names stand nowhere, also not in the report that it keeps."""
    sqs, store = World(WORLDS / "sqs"), str(tmp_path / "who.duckdb")
    events = written(trail_of(sqs), tmp_path / "events.json")
    told = drift(
        "check", "--state", str(sqs.path / "refreshed.tfstate"), "--replay", str(sqs.path / "tampered.jsonl"),
        "--only", "aws_*", "--who", "--events", str(events), "--keep", "--keep-who", level, "--store", store,
        "--format", "json",
    )  # fmt: skip
    assert "call-1" in told.stdout

    asked = "select actor, actor_kind, acted_at, hand, tool, operation from drift where address = 'aws_sqs_queue.jobs'"
    (jobs,) = json.loads(drift("query", asked, "--store", store, "--format", "json").stdout)
    assert jobs["actor"] == actor
    if actor is not None:
        assert jobs["actor_kind"] == "user"
        assert jobs["acted_at"] == "2026-10-01T00:01:00Z"
        assert (jobs["tool"], jobs["operation"]) == ("cli", "sqs:TagQueue")
    events = json.loads(drift("query", "select * from deed", "--store", store, "--format", "json").stdout)
    assert any(e["operation"] == "sqs:TagQueue" and e["address"] == "aws_sqs_queue.jobs" for e in events) == bool(actor)
    assert any(e["source"] for e in events) == (level == "full")
    creators = json.loads(drift("query", "unmanaged", "--store", store, "--format", "json").stdout)
    known = [c for c in creators if c["tool"] == "cli"]
    assert bool(known) == (actor is not None)
    document = json.loads(drift("query", "select document from report", "--store", store, "--format", "json").stdout)
    assert (b"call-" in unpacked(document[0]["document"])) == (level == "full")
    assert (b"call-" in Path(store).read_bytes()) == (level == "full")
