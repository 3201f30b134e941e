"""The store: what is kept is there again, whoever writes at once, and whatever kills a writer."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from drift.desired.backends.s3 import _made as s3_clients
from drift.errors import DriftError, StoreError
from drift.history.place import Directory
from drift.history.store import Store, connected
from drift.history.tables import STAGED, VERSION
from tests.support.stores import FIRST, Drifted, scan

PLACES = ["drift.duckdb", "folder/"]


def at(tmp_path: Path, place: str) -> Store:
    return Store(str(tmp_path / place) + ("/" if place.endswith("/") else ""))


def day(n: int) -> datetime:
    """When the scan of a day started, as DuckDB tells times."""
    return (FIRST + timedelta(days=n)).replace(tzinfo=None)


def ask(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.reader() as reader:
        return list(reader.sql(sql).rows)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_kept_is_there_again(tmp_path: Path, place: str) -> None:
    store = at(tmp_path, place)
    first, second = scan(0, [Drifted("a")]), scan(1, [Drifted("a"), Drifted("b", "unmanaged")])
    store.add(first)
    store.add(second)

    assert ask(store, "select scan, modified, unmanaged from scan order by scan") == [
        (first.scan, 1, 0),
        (second.scan, 1, 1),
    ]
    # a resource that stays as it is is kept once, and is there in both scans
    assert ask(store, "select count(*), count(distinct scan), count(distinct (side, key)) from resource") == [
        (22 + 23, 2, 23)
    ]
    assert ask(store, "select count(*) from version") == [(23,)]
    assert ask(store, f"select path, desired, actual from change where scan = '{first.scan}'") == [
        ("delay_seconds", "0", "1")
    ]
    assert ask(store, "select distinct value from attribute where name = 'name' and id = 'a'") == [('"a"',)]
    assert ask(store, "select count(*) from edge where to_id = 'resource-2' and side = 'actual'") == [(4,)]


@pytest.mark.parametrize("place", PLACES)
def test_only_its_owner_reads_a_new_store(tmp_path: Path, place: str) -> None:
    store = at(tmp_path, place)
    store.add(scan(0))
    ask(store, "select 1")  # of a folder, this makes the copy
    files = [store.file, *(tmp_path / place).rglob("*.parquet")]
    assert {f.stat().st_mode & 0o777 for f in files} == {0o600}
    store.file.chmod(0o640)
    if store.folder is None:
        store.add(scan(1))
        store.compact()
        assert store.file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("place", PLACES)
def test_a_scan_that_is_added_twice_is_there_once(tmp_path: Path, place: str) -> None:
    store, kept = at(tmp_path, place), scan(0, [Drifted("a")])
    store.add(kept)
    store.add(kept)

    assert ask(store, "select count(*) from scan") == [(1,)]
    assert ask(store, "select count(*) from drift") == [(1,)]


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_lost_where_several_write_at_once(tmp_path: Path, place: str) -> None:
    """Each is a process of its own, as CI jobs are."""
    store = at(tmp_path, place)
    writer = (
        "import sys; from drift.history.store import Store; from tests.support.stores import scan, Drifted\n"
        "for day in range(2): Store(sys.argv[1]).add(scan(day, [Drifted(sys.argv[2])], scope=sys.argv[2]))"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", writer, store.place, name], cwd=Path(__file__).parents[2])
        for name in ("one", "two")
    ]
    assert [p.wait(120) for p in processes] == [0, 0]

    assert ask(store, "select scope, count(*) from scan group by all order by all") == [
        ("one", 2), ("two", 2),
    ]  # fmt: skip
    assert ask(store, "select count(distinct n) from scan") == [(4,)]


KILLED = """
import os, signal, sys
from drift.history import store as module
from drift.history.store import Store
from tests.support.stores import scan, Drifted
Store(sys.argv[1]).add(scan(0, [Drifted("a")]))
def dies(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1].endswith("/"):  # between two files of a scan
    real, left = type(Store(sys.argv[1]).folder).put, [int(sys.argv[2])]
    def put(self, name, file):
        if not left[0]:
            dies()
        left[0] -= 1
        real(self, name, file)
    type(Store(sys.argv[1]).folder).put = put
else:  # between two statements of the transaction
    import duckdb
    real, left = duckdb.connect, [int(sys.argv[2])]
    class Dying:
        def __init__(self, db): self.db = db
        def execute(self, *a):
            if not left[0]:
                dies()
            left[0] -= 1
            return self.db.execute(*a)
        def __getattr__(self, name): return getattr(self.db, name)
    duckdb.connect = lambda *a, **k: Dying(real(*a, **k))
Store(sys.argv[1]).add(scan(1, [Drifted("a"), Drifted("b")]))
"""


@pytest.mark.parametrize(("place", "after"), [("drift.duckdb", 18), ("folder/", 11)])
def test_a_killed_writer_leaves_a_store_that_can_be_read_and_written(tmp_path: Path, place: str, after: int) -> None:
    store = at(tmp_path, place)
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", KILLED, store.place, str(after)], cwd=root, check=False)
    assert ended.returncode == -signal.SIGKILL

    assert ask(store, "select count(*) from scan") == [(1,)]
    assert ask(store, "select count(*) from drift") == [(1,)]
    store.add(scan(2))
    assert ask(store, "select count(*) from scan") == [(2,)]
    assert ask(store, "select count(*) from present where n not in (select n from scan)") == [(0,)]


def test_a_file_that_a_killed_writer_only_made_is_an_empty_store(tmp_path: Path) -> None:
    store = at(tmp_path, "drift.duckdb")
    with connected(store.file):
        pass

    assert store.known("prod") == {}
    with pytest.raises(StoreError, match="no scan was kept"), store.reader():
        pass
    store.add(scan(0))
    assert ask(store, "select count(*) from scan") == [(1,)]


def test_a_writer_waits_for_its_turn_and_says_for_whom_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = at(tmp_path, "drift.duckdb")
    store.add(scan(0))
    holds = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", holds, str(store.file)]
    held = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    assert held.stdout is not None
    assert held.stdin is not None
    held.stdout.readline()
    monkeypatch.setenv("DRIFT_BOUNDS", "store-seconds=0")
    with pytest.raises(StoreError, match="another process has had it for"):
        store.add(scan(1))
    monkeypatch.delenv("DRIFT_BOUNDS")
    began = time.monotonic()
    threading.Timer(0.2, held.stdin.close).start()
    store.add(scan(1))
    assert time.monotonic() - began > 0.1
    held.wait()
    held.stdout.close()
    assert ask(store, "select count(*) from scan") == [(2,)]


@pytest.mark.parametrize("place", PLACES)
def test_what_is_pruned_is_gone_and_the_rest_is_whole(tmp_path: Path, place: str) -> None:
    store = at(tmp_path, place)
    for n in range(4):
        store.add(scan(n, [Drifted("a", value=n)], changed=1))
    assert store.prune(FIRST + timedelta(days=2)) == 2

    assert ask(store, "select count(*), min(started_at) from scan") == [(2, day(2))]
    assert ask(store, "select count(*) from change") == [(2,)]
    assert ask(store, "select count(*) from resource") == [(44,)]
    assert ask(store, "select count(*) from version where v not in (select v from present)") == [(0,)]


@pytest.mark.parametrize("place", PLACES)
def test_a_compacted_store_says_the_same(tmp_path: Path, place: str) -> None:
    store = at(tmp_path, place)
    for n in range(4):
        store.add(scan(n, [Drifted("a", value=n)], changed=1))
    every = "select scan, side, key, verdict, attributes from resource order by all"
    before = ask(store, every)
    store.compact()

    assert ask(store, every) == before
    assert ask(store, "select count(*) from change") == [(4,)]
    store.add(scan(4))
    assert ask(store, "select count(*) from scan") == [(5,)]
    if place == "folder/":
        assert len(list((tmp_path / "folder" / "scan").iterdir())) == 2
        assert store.prune(FIRST + timedelta(days=1)) == 1
        assert ask(store, "select count(*), min(started_at) from scan") == [(4, day(1))]


def test_compaction_that_is_killed_before_it_removes_what_it_replaced_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = at(tmp_path, "folder/")
    store.add(scan(0, [Drifted("a")]))
    store.add(scan(1, [Drifted("a")]))
    monkeypatch.setattr(Store, "_delete", lambda *_: None)
    store.compact()
    monkeypatch.undo()

    assert len(list((tmp_path / "folder" / "scan").iterdir())) == 3
    assert ask(store, "select count(*) from scan") == [(2,)]
    assert ask(store, "select count(*) from drift") == [(2,)]
    (tmp_path / "fresh").mkdir()
    os.environ["DRIFT_CACHE"], old = str(tmp_path / "fresh"), os.environ["DRIFT_CACHE"]
    try:  # one who never read it before
        assert ask(at(tmp_path, "folder/"), "select count(*) from resource") == [(44,)]
        assert ask(at(tmp_path, "folder/"), "select count(*) from drift") == [(2,)]
    finally:
        os.environ["DRIFT_CACHE"] = old


def test_a_later_drifts_store_and_another_database_are_refused(tmp_path: Path) -> None:
    store = at(tmp_path, "drift.duckdb")
    store.add(scan(0))
    with connected(store.file) as db:
        db.execute("update store set version = ?", [VERSION + 1])
    with pytest.raises(StoreError, match="later drift"), store.reader():
        pass
    with pytest.raises(StoreError, match="later drift"):
        store.add(scan(1))
    other = at(tmp_path, "other.duckdb")
    with connected(other.file) as db:
        db.execute("create table mine (a int)")
    with pytest.raises(StoreError, match="no store of drift"):
        other.add(scan(1))
    text = at(tmp_path, "text.duckdb")
    text.file.write_text("hello " * 1000)
    with pytest.raises(StoreError, match="cannot be opened"):
        text.add(scan(1))


def test_a_scan_of_a_later_drift_in_a_folder_is_not_read_by_an_earlier_one(tmp_path: Path) -> None:
    store, later = at(tmp_path, "folder/"), scan(1)
    store.add(scan(0))
    next(iter(later.tables["scan"]))["store_version"] = VERSION + 1
    store.add(later)
    with pytest.raises(StoreError, match="kept by a later drift"), store.reader():
        pass


def test_what_the_disk_refuses_names_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/x/: Not a directory"):
        Store(f"{tmp_path}/file/x/").add(scan(0))
    store = at(tmp_path, "drift.duckdb")
    store.add(scan(0))

    def full(*_: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="No space left"):
        store.compact()
    assert ask(store, "select count(*) from scan") == [(1,)]


def test_a_scan_that_another_forgets_meanwhile_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One who reads a folder has its names already when somebody prunes it, or puts its files together."""
    store = at(tmp_path, "folder/")
    kept = [scan(n, [Drifted("a")]) for n in range(2)]
    for one in kept:
        store.add(one)
    real = Directory.get

    def late(self: Directory, name: str, into: Path) -> None:
        monkeypatch.setattr(Directory, "get", real)
        for file in (tmp_path / "folder").rglob(f"{kept[0].scan}.parquet"):
            file.unlink()
        real(self, name, into)

    monkeypatch.setattr(Directory, "get", late)
    assert ask(store, "select scan from scan") == [(kept[1].scan,)]
    for file in (tmp_path / "folder" / "resource").iterdir():
        file.unlink()
    monkeypatch.setenv("DRIFT_CACHE", str(tmp_path / "fresh"))
    with pytest.raises(StoreError, match="is missing"), at(tmp_path, "folder/").reader():
        pass


def test_what_one_forgets_does_not_come_back_by_another_who_puts_files_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other has read the files already when the first deletes them."""
    store = at(tmp_path, "folder/")
    for n in range(3):
        store.add(scan(n, [Drifted("a")]))
    real = Directory.put

    def late(self: Directory, name: str, file: Path) -> None:
        monkeypatch.setattr(Directory, "put", real)
        assert Store(f"{tmp_path}/folder/").prune(FIRST + timedelta(days=1)) == 1
        real(self, name, file)

    monkeypatch.setattr(Directory, "put", late)
    assert store.compact() == (3, 1)
    assert ask(store, "select started_at from scan order by 1") == [(day(1),), (day(2),)]
    assert {len(list(p.iterdir())) for p in (tmp_path / "folder").iterdir()} == {1}


def test_an_older_store_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = at(tmp_path, "drift.duckdb")
    store.add(scan(0))
    monkeypatch.setattr("drift.history.store.VERSION", VERSION + 1)
    steps = {VERSION: ("create table added as select 1 as a",)}
    monkeypatch.setattr("drift.history.store.MIGRATIONS", steps)

    assert ask(store, "select a from added") == [(1,)]
    assert ask(store, "select version from store") == [(VERSION + 1,)]


@pytest.mark.parametrize("place", PLACES)
def test_a_store_of_the_first_version_can_be_read_and_written(tmp_path: Path, place: str) -> None:
    """It had fewer columns of who made a drift, and views without them."""
    store = at(tmp_path, place)
    store.add(scan(0, [Drifted("a")]))
    added = ("actor_kind", "acted_at", "hand", "tool", "operation", "event")
    if store.folder is None:
        with connected(store.file) as db:
            db.execute("drop view episode")
            for name in added:
                db.execute(f"alter table drift drop column {name}")
            db.execute("create view episode as select actor from drift")
            db.execute("drop view deed")
            db.execute("drop table event")
            db.execute("update store set version = 1")
    else:
        (file,) = (tmp_path / "folder" / "drift").iterdir()
        with connected(tmp_path / "w.duckdb") as db:
            db.execute(f"create table old as select * exclude ({', '.join(added)}) from '{file}'")
            db.execute(f"copy old to '{file}' (format parquet)")
            (file,) = (tmp_path / "folder" / "scan").iterdir()
            db.execute(f"create table first as select * replace (1 as store_version) from '{file}'")
            db.execute(f"copy first to '{file}' (format parquet)")
        for old in (tmp_path / "folder" / "event").iterdir():
            old.unlink()

    assert ask(store, "select actor, tool, first_seen from episode") == [(None, None, day(0))]
    later = scan(1, [Drifted("a")])
    (row,) = later.tables["drift"]
    row |= {"actor": "user ana", "tool": "console", "acted_at": "2026-01-01T00:00:00Z"}
    event = {"scan": later.scan, "event": "e-1", **{n: row[n] for n in ("fingerprint", "identity", "actor")}}
    store.add(replace(later, tables={**later.tables, "drift": [row], "event": [event]}))
    assert ask(store, "select actor, address from deed") == [("user ana", "aws_sqs_queue.a")]
    store.add(scan(2, [Drifted("a")]))
    # a scan that did not ask takes nothing away of what is known; of another value nobody said who set it
    assert ask(store, "select actor, tool, first_seen from episode") == [("user ana", "console", day(0))]
    store.add(scan(3, [Drifted("a", value=2)]))
    assert ask(store, "select actor, last_seen from episode") == [(None, day(3))]
    store.compact()
    assert ask(store, "select actor, address from deed") == [("user ana", "aws_sqs_queue.a")]


@mock_aws
def test_a_bucket_is_a_folder_that_many_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    s3_clients.cache_clear()
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="scans")
    place = "s3://scans/drift/?region=us-east-1"
    here, there = Store(place), Store(place)
    here.add(scan(0, [Drifted("a")]))
    assert ask(there, "select count(*) from drift") == [(1,)]
    there.add(scan(1))
    assert ask(here, "select count(*) from scan") == [(2,)]
    assert here.compact() == (2, 1)
    assert there.prune(FIRST + timedelta(days=1)) == 1
    assert ask(here, "select count(*) from scan") == [(1,)]
    left = boto3.client("s3", region_name="us-east-1").list_objects_v2(Bucket="scans")["Contents"]
    assert len(left) == len(STAGED)
    with pytest.raises(StoreError, match="cannot be kept there"):
        Store("ftp://host/folder")
    with pytest.raises(DriftError, match="NoSuchBucket"):
        Store("s3://no-such-bucket-here/drift/?region=us-east-1").add(scan(0))
    s3_clients.cache_clear()
