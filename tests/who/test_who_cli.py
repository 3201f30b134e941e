"""`drift who`, files of a trail, Athena's query, what is posted, and who wrote the block."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift.cli.options.posting import Posting
from drift.errors import UsageError
from drift.model.drift import Report
from drift.model.resource import Source
from drift.model.who import Actor, Commit, Who, without_people
from drift.providers.aws.audit import CLOUDTRAIL
from drift.providers.aws.audit.athena import COLUMNS, MEMBERS
from drift.report.comment import Post
from drift.who.blame import Blame
from drift.who.trail import records
from tests.report.test_report_formats import GROUP, REPORT, rendered, run
from tests.support.trail import trail_of, written
from tests.support.world import WORLDS, World

SQS = World(WORLDS / "sqs")
ANN = Who(
    actor=Actor("sso", "Admin", "111122223333", "ann@example.com", "ann@example.com"), at="2026-11-20T14:03:11Z",
    address="198.51.100.7", tool="console", by="person", because="a console session", operation="ec2:Authorize",
    event="e-1", session="0123abcd", commit=Commit("abc", "2026-11-01T00:00:00Z", "Ann Author", "Open it"),
)  # fmt: skip


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(trail_of(SQS), tmp_path_factory.mktemp("trail") / "events.json")


def who(*words: str | Path) -> Any:
    return run(
        "who", *map(str, words), "--state", str(SQS.path / "refreshed.tfstate"),
        "--replay", str(SQS.path / "tampered.jsonl"),
    )  # fmt: skip


def test_it_says_who_when_by_what_and_the_event(events: Path) -> None:
    said = who("aws_sqs_queue.jobs", "--events", events).stdout

    assert "delay_seconds: by user call-0 with the CLI 2.13.5, 2026-10-01 00:00 UTC, sqs:SetQueueAttributes" in said
    assert "cloudtrailv2/home?region=us-east-1#/events/" in said


def test_it_says_it_of_what_did_not_drift(tmp_path: Path) -> None:
    (first, *_) = trail_of(SQS)
    queue = json.loads(json.dumps(first).replace("/jobs", "/quiet"))
    clean = run(
        "who", "aws_sqs_queue.jobs", "--state", str(SQS.path / "refreshed.tfstate"), "--replay", str(SQS.path / "clean.jsonl"),
        "--events", str(written([first, queue], tmp_path / "e.json")), "--format", "json",
    )  # fmt: skip

    (told,) = json.loads(clean.stdout)
    assert told["drift"] is None
    assert [w["operation"] for w in told["who"]] == ["sqs:SetQueueAttributes"]


@pytest.mark.parametrize("tape", ["clean", "tampered"])
def test_without_people_no_session_names_one(tape: str, tmp_path: Path) -> None:
    records = trail_of(SQS)
    for one in records:
        one["userIdentity"] = {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:ann@example.com", "accessKeyId": "ASIAEXAMPLE",
            "arn": "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann@example.com",
        }  # fmt: skip
    done = run(
        "who", "aws_sqs_queue.jobs", "--who=role", "--state", str(SQS.path / "refreshed.tfstate"),
        "--replay", str(SQS.path / f"{tape}.jsonl"), "--events", str(written(records, tmp_path / "e.json")), "--format", "json",
    )  # fmt: skip

    assert "Admin" in done.stdout
    assert "ann@" not in done.stdout
    assert "ASIA" not in done.stdout
    assert "AROA" not in done.stdout


def test_a_recording_has_no_log() -> None:
    assert "unknown (not looked up: a recording has no audit log" in who("aws_sqs_queue.jobs").stdout


def test_events_that_nobody_asks_for_are_refused(events: Path) -> None:
    done = run("check", "--state", str(SQS.path / "refreshed.tfstate"), "--events", str(events))

    assert isinstance(done.exception, UsageError)


def test_what_there_is_not_is_said() -> None:
    assert isinstance(who("aws_sqs_queue.nothing").exception, UsageError)


@pytest.mark.parametrize("form", ["json", "gzip", "lines", "lookup", "csv"])
def test_every_form_of_a_trail_is_read(form: str, tmp_path: Path) -> None:
    found = trail_of(SQS)
    whole = json.dumps({"Records": found}).encode()
    if form == "json":
        (tmp_path / "a.json").write_bytes(whole)
    elif form == "gzip":
        (tmp_path / "2026").mkdir()
        (tmp_path / "2026/a.json.gz").write_bytes(gzip.compress(whole[:99]) + gzip.compress(whole[99:]))
    elif form == "lines":
        (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, found)))
    elif form == "lookup":
        (tmp_path / "a.json").write_text(json.dumps([{"CloudTrailEvent": json.dumps(r)} for r in found]))
    else:
        out = io.StringIO()
        columns = [*COLUMNS, *MEMBERS]
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerow({"requestparameters": "x" * 200_000})
        for r in found:
            row = {c: r.get(m, "") for c, m in COLUMNS.items()}
            writer.writerow(row | {c: json.dumps(r.get(m)) for c, m in MEMBERS.items()})
        (tmp_path / "a.csv").write_text(out.getvalue())

    told = [e for r in records([tmp_path], CLOUDTRAIL) if (e := CLOUDTRAIL.event(r)) is not None]
    assert sorted(e.id for e in told) == sorted(r["eventID"] for r in found)
    assert {e.actor.name for e in told} == {f"call-{n}" for n in range(len(found))}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{"),
        ("a.json.gz", b"\x1f\x8bnothing"),
        ("a.json.gz", gzip.compress(b"{}", mtime=0)[:-9]),
        ("a.json", b"\xff\xfe"),
        ("a.txt", b"{}"),
    ],
)
def test_what_is_no_trail_is_refused_in_words(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UsageError, match="--events"):
        list(records([tmp_path], CLOUDTRAIL))


def test_a_file_that_unpacks_to_more_than_its_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_BOUNDS", "event-bytes=1K")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b" " * 100_000))

    with pytest.raises(UsageError, match="event-bytes"):
        list(records([tmp_path], CLOUDTRAIL))


def test_the_query_names_days_and_places_and_quotes() -> None:
    sql = CLOUDTRAIL.query("logs.trail", [("111122223333", "eu-west-1")], ["o'neil"], "2026-01-01", "2026-02-01")

    assert "day BETWEEN '2026/01/01' AND '2026/02/01'" in sql
    assert "account IN ('111122223333')" in sql
    assert "'o''neil'" in sql
    assert "projection.day.type" in CLOUDTRAIL.table("logs.trail", "s3://bucket/AWSLogs")


@pytest.mark.parametrize("table", ["trail", "a.b; DROP TABLE c", "a.b.c"])
def test_no_other_text_gets_into_the_query(table: str) -> None:
    with pytest.raises(UsageError):
        CLOUDTRAIL.query(table, [], [], "2026-01-01", "2026-01-02")


@pytest.mark.parametrize("place", ["bucket", "s3://b'/x", "https://bucket/x"])
def test_only_a_bucket_is_the_place_of_a_trail(place: str) -> None:
    with pytest.raises(UsageError):
        CLOUDTRAIL.table("logs.trail", place)


def test_the_query_is_printed_and_not_run() -> None:
    done = who("aws_sqs_queue.jobs", "--athena", "logs.trail", "--since", "2026-01-01")

    assert done.stdout.startswith("SELECT ")
    assert "/jobs'" in done.stdout


def test_without_people_nothing_names_one() -> None:
    told = str(without_people(ANN))

    assert "ann" not in told
    assert "Ann" not in told
    assert "198.51.100.7" not in told
    assert "Admin" in told


SAID = replace(REPORT, drift=tuple(replace(d, who=(ANN,)) for d in REPORT.drift))


def posted(who_: Any, *, private: bool) -> str:
    shown: Report = Posting("prod", None, None, None, dry_run=False, who=who_).shown(SAID, lambda: private)
    return Post(shown, "prod").comment() + Post(shown, "prod").issue()


def test_in_public_nobody_is_named_unless_asked_for() -> None:
    assert "ann@example.com" not in posted(None, private=False)
    assert "SSO Admin" not in posted(None, private=False)
    assert "ann@example.com" in posted(None, private=True)
    assert "ann@example.com" in posted("full", private=False)
    assert "ann@example.com" not in posted("role", private=True)
    assert "SSO Admin" in posted("role", private=True)


@pytest.mark.parametrize(
    "format_", ["table", "json", "markdown", "html", "csv", "sarif", "junit", "gitlab", "github", "ocsf"]
)
def test_every_format_says_who(format_: str) -> None:
    assert "ann@example.com" in rendered(format_, SAID)


def test_a_name_is_text_in_every_format() -> None:
    hostile = replace(ANN, actor=replace(ANN.actor, person="\x1b[2Jann") if ANN.actor else None)
    report = replace(REPORT, drift=(replace(REPORT.drift[0], who=(hostile,)),))

    for format_ in ("table", "markdown", "html", "sarif", "junit", "ocsf"):
        assert "\x1b" not in rendered(format_, report)


def test_who_wrote_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    Path("main.tf").write_text('resource "a" "b" {\n  x = 1\n}\n')
    git("add", ".")
    git("commit", "-qm", "First")
    Path("main.tf").write_text('resource "a" "b" {\n  x = 2\n}\n')
    git("commit", "-qam", "Second", "--date", "2036-01-01T00:00:00Z")
    block = replace(GROUP, source=Source(file="main.tf", line=1), lines={"x": 2})

    found = Blame().of(block)
    assert found is not None
    assert (found.summary, found.author, found.at) == ("Second", "Ann", "2036-01-01T00:00:00Z")
    first = Blame().of(replace(block, lines={}))
    assert first is not None
    assert first.summary == "First"
    assert Blame().of(replace(block, source=Source(file="nothing.tf", line=1))) is None
