"""The named queries, each on the same few weeks of two scopes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from drift.errors import StoreError
from drift.history.named import NAMED
from drift.history.reading import Reader
from drift.history.store import Store
from tests.support.stores import ACCOUNT, FIRST, Drifted, scan

OTHER = "210987654321"
OPENED = {"event": "e-1", "at": "2026-01-02T23:00:00Z", "actor": "user ana", "hand": "person", "tool": "console",
          "operation": "sqs:CreateQueue", "source": "203.0.113.9"}  # fmt: skip
TUNED = {"event": "e-2", "at": "2026-02-09T23:00:00Z", "actor": "role deploy", "hand": "automated", "tool": "sdk",
         "operation": "sqs:SetQueueAttributes", "paths": ["delay_seconds"]}  # fmt: skip
OFTEN = Drifted("often", module="module.web")
ONCE = Drifted("once", severity=None)
GONE = Drifted("gone", "missing", module="module.web", severity="medium")
ROGUE = Drifted("rogue", "unmanaged", severity="critical", tags={"Team": "data", "CreatedBy": "ana"}, events=[OPENED])
DENIED = {"what": "listing", "type": "aws_sqs_queue", "account": ACCOUNT, "region": "us-east-1",
          "action": "sqs:ListQueues", "code": "AccessDenied"}  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    store = Store(str(tmp_path_factory.mktemp("named") / "drift.duckdb"))
    store.add(scan(0, [OFTEN, GONE], controls=[("fsbp", "SQS.1", "failed"), ("fsbp", "SQS.2", "passed")]))
    store.add(scan(2, [ROGUE], changed=1))  # often and gone are mended
    store.add(scan(4, [OFTEN, ROGUE, ONCE], changed=1))
    store.add(scan(6, [ROGUE], unread=[DENIED], changed=1))  # what was not read is not mended
    last = Drifted("often", value=2, module="module.web", events=[TUNED])
    store.add(
        scan(40, [last, ROGUE, ONCE], changed=1, controls=[("fsbp", "SQS.1", "passed"), ("fsbp", "SQS.2", "passed")])
    )
    store.add(scan(40, [Drifted("other")], scope="test", size=5, account=OTHER))
    with store.reader() as reader:
        yield reader


def rows(reader: Reader, name: str, **values: str) -> list[tuple[object, ...]]:
    return [tuple(r) for r in reader.named(name, values).rows]


def day(n: int) -> datetime:
    """When the scan of a day started, as DuckDB tells times."""
    return (FIRST + timedelta(days=n)).replace(tzinfo=None)


Q = "aws_sqs_queue"
EXPECTED: dict[str, list[tuple[object, ...]]] = {
    # the scans since the third day tell of the first event again and again: it is one
    "events": [
        (
            day(39) + timedelta(hours=17),
            "role deploy",
            "sdk",
            "sqs:SetQueueAttributes",
            None,
            "modified",
            Q,
            "module.web.aws_sqs_queue.often",
            "delay_seconds",
            "prod",
        ),
    ],
    "actors": [
        ("role deploy", "user", "automated", ["sdk"], 1, 1, 1, day(39) + timedelta(hours=17)),
        ("user ana", "user", "person", ["console"], 1, 1, 1, day(1) + timedelta(hours=17)),
    ],
    "open": [
        ("prod", "unmanaged", "critical", Q, "rogue", ACCOUNT, "us-east-1", day(2), 38),
        ("prod", "modified", "high", Q, "module.web.aws_sqs_queue.often", ACCOUNT, "us-east-1", day(4), 36),
        ("test", "modified", "high", Q, "aws_sqs_queue.other", OTHER, "us-east-1", day(40), 0),
        ("prod", "modified", "", Q, "aws_sqs_queue.once", ACCOUNT, "us-east-1", day(4), 36),
    ],
    "new": [("test", "modified", "high", Q, "aws_sqs_queue.other", OTHER, "us-east-1", day(40))],
    "unmanaged": [("ana", Q, "rogue", ACCOUNT, "us-east-1", day(2), 38, None, None)],
    "modules": [("module.web", 3, 1, 2), ("root", 2, 2, 2)],
    "teams": [("no team", 5, 3), ("data", 1, 1)],
    "states": [("prod.tfstate", 4, 2, 3), ("test.tfstate", 1, 1, 1)],
    "long-open": [
        ("prod", "unmanaged", "critical", Q, "rogue", day(2), 38),
        ("prod", "modified", "", Q, "aws_sqs_queue.once", day(4), 36),
        ("prod", "modified", "high", Q, "module.web.aws_sqs_queue.often", day(4), 36),
    ],
    "flapping": [("prod", "modified", Q, "module.web.aws_sqs_queue.often", 2, day(0), day(40), True)],
    "introduced": [
        ("sqs-public", "critical", "It is public", 1, "fsbp SQS.3"),
        ("sqs-public", "high", "It is public", 2, "fsbp SQS.3"),
    ],
    "public-unmanaged": [(Q, "rogue", ACCOUNT, "us-east-1", "sqs-public", "critical", "everybody")],
    "coverage-by-account": [(ACCOUNT, 12, 1, 92.3), (OTHER, 6, 0, 100.0)],
    "coverage-by-team": [("data", 6, 1, 85.7), ("core", 4, 0, 100.0), ("no team", 3, 0, 100.0), ("web", 5, 0, 100.0)],
    "coverage-by-type": [
        (Q, 6, 1, 0, 85.7, "complete"),
        *(
            (t, 3, 0, 0, 100.0, "complete")
            for t in ("aws_iam_role", "aws_instance", "aws_s3_bucket", "aws_security_group")
        ),
    ],
    "time-to-mend": [("missing", "medium", 1, 2.0, 2.0, 2.0), ("modified", "high", 1, 2.0, 2.0, 2.0)],
    "benchmark": [("prod", "fsbp", day(0), 1, 1, 0, 50.0), ("prod", "fsbp", day(40), 2, 0, 0, 100.0)],
    "incomplete": [],
    "suppressed": [],
    "calls": [("prod", "sqs", 50, 20.4, 1.5), ("test", "sqs", 50, 50.0, 1.5)],
    "changed-attributes": [(Q, "delay_seconds", 3, 6)],
    "neighbours": [],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_answers_its_question(reader: Reader, name: str) -> None:
    assert rows(reader, name) == EXPECTED[name]


def test_a_trend_has_a_row_for_each_scan(reader: Reader) -> None:
    assert [(r[0], *r[3:6]) for r in rows(reader, "trend")] == [
        ("prod", 1, 1, 0), ("prod", 0, 0, 1), ("prod", 2, 0, 1), ("prod", 0, 0, 1), ("prod", 2, 0, 1), ("test", 1, 0, 0),
    ]  # fmt: skip


def test_what_changed_between_two_scans(reader: Reader) -> None:
    """Between the second and the third, once and often came, and a setting of two resources changed."""
    scans = reader.scans("prod")
    found = rows(reader, "changed", scope="prod", old=scans[1].scan, new=scans[2].scan)

    assert found == [
        ("added", Q, "often", "us-east-1", None, None, None),
        ("added", Q, "once", "us-east-1", None, None, None),
        ("changed", "aws_iam_role", "resource-2", "us-east-1", "times", "0", "1"),
        ("changed", "aws_security_group", "resource-3", "us-east-1", "times", "0", "1"),
    ]


def test_every_query_is_tested_and_says_what_it_answers() -> None:
    assert set(NAMED) == {*EXPECTED, "trend", "changed"}
    assert len(NAMED) >= 20
    assert [q.name for q in NAMED.values() if not q.title.endswith(".") or "$" in q.title] == []


def test_parameters(reader: Reader) -> None:
    assert [r[2] for r in rows(reader, "unmanaged", days="30")] == ["rogue"]
    assert rows(reader, "unmanaged", days="39") == []
    ((_, actor, _, operation, source, *_),) = rows(reader, "events", days="90", actor="ANA")
    assert (actor, operation, source) == ("user ana", "sqs:CreateQueue", "203.0.113.9")
    with pytest.raises(StoreError, match="no parameter 'day'"):
        rows(reader, "unmanaged", day="1")
    with pytest.raises(StoreError, match="no query is named 'unmanged'"):
        rows(reader, "unmanged")


def test_scans_are_found_by_id_day_and_age(reader: Reader) -> None:
    scans = reader.scans("prod")

    assert reader.find("latest", "prod") == scans[-1]
    assert reader.find("latest~2", "prod") == scans[-3]
    assert reader.find(scans[1].scan[:20], "prod") == scans[1]
    assert reader.find("2026-01-04", "prod") == scans[1]
    for wrong in ("latest~9", "2025-01-01", "nothing"):
        with pytest.raises(StoreError):
            reader.find(wrong, "prod")
    assert reader.report(scans[0].scan).scope.accounts == (ACCOUNT,)


def test_known_drift_is_what_no_scan_saw_gone(reader: Reader) -> None:
    known = reader.known("prod")

    assert {i: k.first_seen for i, k in known.items()} == {
        ROGUE.identity: day(2).replace(tzinfo=UTC),
        OFTEN.identity: day(4).replace(tzinfo=UTC),
        ONCE.identity: day(4).replace(tzinfo=UTC),
    }
    assert known[OFTEN.identity].fingerprint == Drifted("often", value=2, module="module.web").fingerprint


@pytest.mark.parametrize(
    "wrong",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "copy drift to 'out.csv'",
        "attach 'other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "reset enable_external_access",
        "pragma enable_external_access",
        "drop table scan",
        "delete from scan",
        "insert into scan select * from scan",
        "update scan set scope = 'x'",
        "create table t as select 1",
        "create temp macro m() as 1",
        "call pragma_version(); select 1",
        "select 1; select 2",
        "export database 'x'",
        "",
        "select from nothing",
    ],
)
def test_sql_reads_the_store_and_nothing_else(reader: Reader, wrong: str) -> None:
    with pytest.raises(StoreError):
        list(reader.sql(wrong).rows)


def test_a_wrong_query_is_told_in_one_line(reader: Reader) -> None:
    with pytest.raises(StoreError, match="column") as caught:
        reader.sql("select nothing from scan")
    assert "\n" not in caught.value.message
