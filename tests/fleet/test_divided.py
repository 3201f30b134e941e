"""However the accounts are divided, the report is the same, byte for byte."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drift.errors import CloudError
from drift.fleet.accounts import Account
from drift.fleet.execute import DIED, ENDED, processes, scheduled, threads
from drift.fleet.plan import Cell
from drift.fleet.shard import Shard
from tests.cli.test_cli import drift
from tests.support.fleet import Made, make

SHARDS = 3


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Five accounts, of which one cannot be opened."""
    made = make(tmp_path_factory.mktemp("organisation"), 5, resources=1)
    (made.folder / "tapes" / f"{made.ids[2]}.jsonl").unlink()
    return made


@pytest.fixture(scope="module")
def whole(organisation: Made) -> str:
    """The report of one process."""
    return drift(*organisation.arguments, "--format", "json").stdout


@pytest.fixture(scope="module")
def parts(organisation: Made, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return made_parts(organisation, tmp_path_factory.mktemp("parts"), "jsonl")


@pytest.fixture(scope="module")
def tables(organisation: Made, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same parts in Parquet, in a folder whose name is a pattern."""
    pytest.importorskip("duckdb")
    return made_parts(organisation, tmp_path_factory.mktemp("parts[1]"), "parquet")


def made_parts(organisation: Made, folder: Path, suffix: str, *more: str) -> list[Path]:
    for n in range(1, SHARDS + 1):
        file = folder / f"part-{n}.{suffix}"
        out = drift(*organisation.arguments, "--shard", f"{n}/{SHARDS}", "--output", file, "--run", "7", *more)
        assert out.returncode == 0, out.stderr
    return sorted(folder.iterdir())


def test_one_account_at_a_time_or_all_together(organisation: Made, whole: str) -> None:
    assert drift(*organisation.arguments, "--format", "json", "--side-by-side", "1").stdout == whole


def test_parts_make_the_report_of_one_run(parts: list[Path], whole: str, organisation: Made) -> None:
    assert drift("merge", *reversed(parts), "--format", "json").stdout == whole
    table = drift(*organisation.arguments, "--format", "table")
    merged = drift("merge", *parts)
    assert (merged.stdout, merged.returncode) == (table.stdout, table.returncode)
    assert merged.returncode == 1
    assert drift("merge", *parts, "--fail-on", "none").returncode == 3


def test_parts_in_parquet_make_the_same(tables: list[Path], parts: list[Path], whole: str, tmp_path: Path) -> None:
    assert drift("merge", *tables, "--format", "json").stdout == whole
    file = tmp_path / "drift.parquet"
    out = drift("merge", parts[0], *tables[1:], "--format", "json", "--format", f"parquet={file}")
    assert out.stdout == whole, out.stderr
    for format_ in ("json", "table"):
        assert drift("report", file, "--format", format_).stdout == drift("merge", *parts, "--format", format_).stdout


def test_a_report_in_parquet_is_asked_in_sql(organisation: Made, whole: str, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    file = tmp_path / "drift.parquet"
    assert drift(*organisation.arguments, "--format", f"parquet={file}").returncode == 1
    query = f"select account, region, type, id, kind, entry from '{file}' where list = 'drift' order by n"
    found = duckdb.sql(query).fetchall()
    told = json.loads(whole)["drift"]
    assert [row[:-1] for row in found] == [
        tuple(d[k] for k in ("account", "region", "type", "id", "kind")) for d in told
    ]
    assert [json.loads(row[-1]) for row in found] == told
    grave = f"select count(*) from '{file}' where list = 'drift' and severity = 'medium'"
    wanted = sum(any(f["severity"] == "medium" and f["verdict"] == "fail" for f in d["findings"]) for d in told)
    assert duckdb.sql(grave).fetchall() == [(wanted,)]


@pytest.mark.parametrize("words", [["--format", "parquet"], ["--format", "table", "--format", "parquet"]])
def test_parquet_needs_a_file(words: list[str], organisation: Made) -> None:
    out = drift(*organisation.arguments, *words)
    assert out.returncode == 2
    assert "parquet is no text for a terminal" in out.stderr or "only one format" in out.stderr


def test_a_long_list_is_read_some_at_a_time_and_sorted_on_the_disk(
    tables: list[Path], parts: list[Path], whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drift.report.parquet.BATCH", 1)
    monkeypatch.setattr("drift.report.rows.BLOCK", 1)
    monkeypatch.setattr("drift.model.entries.RUN", 1)
    assert drift("merge", *tables, "--format", "json").stdout == whole
    assert drift("merge", *parts, "--format", "json").stdout == whole


def test_a_divided_run_is_kept_as_one_scan_the_same(organisation: Made, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    distributed = pytest.importorskip("distributed")
    words = ["--keep", "--scope", "all", "--judge", "all,account"]
    assert drift(*organisation.arguments, *words, "--store", tmp_path / "one").returncode == 1
    with local_cluster(distributed) as cluster:
        how = ["--scheduler", cluster.scheduler_address]
        assert drift(*organisation.arguments, *words, *how, "--store", tmp_path / "scheduler").returncode == 1
    for suffix in ("jsonl", "parquet"):
        folder = tmp_path / f"parts-{suffix}"
        folder.mkdir()
        files = made_parts(organisation, folder, suffix, "--keep", "--judge", "all,account")
        for _ in range(2):  # a job that is run again
            out = drift("merge", *files, *words[:3], "--store", tmp_path / suffix, "--fail-on", "new")
            assert out.returncode == 1, out.stderr
    one = kept(tmp_path / "one")
    assert len(one["scan"]) == 1
    assert len(one["resource"]) > len(one["drift"]) > 0
    for name in ("scheduler", "jsonl", "parquet"):
        assert kept(tmp_path / name) == one, name


def kept(store: Path) -> dict[str, Any]:
    """Every table of a store without what tells one scan from another."""
    tables = (
        "scan",
        "resource",
        "drift",
        "change",
        "finding",
        "rule",
        "collection",
        "account",
        "unread",
        "suppression",
    )
    out = {}
    for table in tables:
        less = "scan, kept_at" if table == "scan" else "scan"
        text = f"select * exclude ({less}) from {table} order by all"
        out[table] = json.loads(drift("query", "--store", store, "--format", "json", text).stdout)
    return out


def test_parts_that_have_nothing_for_the_store_are_not_kept(parts: list[Path], tmp_path: Path) -> None:
    out = drift("merge", *parts, "--keep", "--store", tmp_path / "s")
    assert out.returncode == 2
    assert "the parts have nothing for the store" in out.stderr
    assert not (tmp_path / "s").exists()


def test_processes_make_the_same(organisation: Made, whole: str) -> None:
    assert drift(*organisation.arguments, "--format", "json", "--workers", "1").stdout == whole


def test_a_scheduler_makes_the_same(organisation: Made, whole: str) -> None:
    distributed = pytest.importorskip("distributed")
    with local_cluster(distributed) as cluster:
        out = drift(*organisation.arguments, "--format", "json", "--scheduler", cluster.scheduler_address)
    assert out.stdout == whole, out.stderr


def local_cluster(distributed: Any) -> Any:
    """A scheduler with one worker, in this process."""
    return distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp", host="127.0.0.1"
    )


def test_a_part_has_no_credentials_and_no_external_id(organisation: Made, tmp_path: Path) -> None:
    file = organisation.folder / "secret.yml"
    text = (organisation.folder / "accounts.yml").read_text()
    file.write_text(text.replace("  role:", "  external_id: hush-hush\n  role:"))
    words = [str(file) if w.endswith("accounts.yml") else w for w in organisation.arguments]
    drift(*words, "--shard", "1/1", "--output", tmp_path / "p.jsonl")
    assert "hush" not in (tmp_path / "p.jsonl").read_text()


def spoilt(parts: list[Path], folder: Path, change: Callable[[dict[int, Path]], object]) -> list[Path]:
    """A copy of the parts that something was done to."""
    copies = {n: Path(shutil.copy(p, folder)) for n, p in enumerate(parts, 1)}
    change(copies)
    return list(copies.values())


def cut(file: Path, of: bytes = b"") -> None:
    """Take away the last row, or those of one cell."""
    rows = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(r for r in rows if of not in r) if of else b"".join(rows[:-1]))


WRONG: dict[str, tuple[Callable[[dict[int, Path]], object], str]] = {
    "missing": (lambda p: p.pop(2), "1 of 3 shards are missing: 2/3"),
    "twice": (lambda p: p.update({2: Path(shutil.copy(p[1], p[1].with_name("again")))}), "shard 1/3 is there twice"),
    "of another run": (
        lambda p: p[2].write_text(p[2].read_text().replace('"run":"', '"run":"0', 1)),
        "is not a part of the same run",
    ),
    "without its last account": (
        lambda p: cut(p[2], b'"cell":4'),
        "it has 1 of 2 accounts: it was not written to its end",
    ),
    "without its last row": (lambda p: cut(p[2]), "lacks rows: it was not written to its end"),
    "cut in a row": (lambda p: p[2].write_bytes(p[2].read_bytes()[:-9]), "it was not written to its end"),
    "of an older version": (
        lambda p: p[2].write_text(p[2].read_text().replace("drift-part/2", "drift-part/1", 1)),
        "is of another version of drift (drift-part/1, not drift-part/2)",
    ),
    "a report": (lambda p: p[2].write_text('{"schema":"drift-report/1"}'), "not a part of a run"),
    "no json": (lambda p: p[2].write_text("nothing"), "not a part of a run"),
    "nowhere": (lambda p: p[2].unlink(), "cannot be read"),
    "spoilt": (
        lambda p: p[2].write_text(p[2].read_text().replace('"number"', '"numbr"')),
        "a part in it cannot be read",
    ),
    "with an entry that is none": (
        lambda p: p[2].write_text(p[2].read_text().replace('"fingerprint":"', '"fingerprnt":"')),
        "drift: an entry cannot be read",
    ),
    "with an account of another shard": (
        lambda p: p[2].write_text(p[2].read_text().replace('"cell":4', '"cell":3')),
        "it was changed after it was written",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_parts_that_do_not_make_a_run_are_one_message(name: str, parts: list[Path], tmp_path: Path) -> None:
    change, message = WRONG[name]
    out = drift("merge", *spoilt(parts, tmp_path, change))
    assert out.returncode == 2
    assert message in out.stderr
    assert out.stdout == ""
    assert len(out.stderr.splitlines()) == 2


def test_parts_of_other_options_or_of_another_name_are_of_another_run(
    parts: list[Path], organisation: Made, tmp_path: Path
) -> None:
    others = (["--run", "8"], ["--only", "aws_sqs_*"], ["-a", "account-0,account-1"], ["--patches"], ["--who=role"])
    for number, more in enumerate(others):
        file = tmp_path / f"{number}.jsonl"
        drift(*organisation.arguments, "--shard", f"1/{SHARDS}", "--output", file, "--run", "7", *more)
        out = drift("merge", file, *parts[1:])
        assert "is not a part of the same run" in out.stderr


def test_parts_of_another_count_of_shards_are_of_another_run(organisation: Made, tmp_path: Path) -> None:
    """Of five accounts, 1/2 and 2/3 have as many as a run has, the last one twice."""
    files = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    for share, file in zip(("1/2", "2/3"), files, strict=True):
        drift(*organisation.arguments, "--shard", share, "--output", file)
    out = drift("merge", *files)
    assert out.returncode == 2
    assert "is not a part of the same run" in out.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--shard", "4/3"], "there is no shard 4 of 3"),
        (["--shard", "0/3"], "there is no shard 0 of 3"),
        (["--shard", "third"], "'third' is not NUMBER/COUNT"),
        (["--shard", "1/2", "--format", "json"], "--shard writes a part of a report"),
        (["--workers", "2", "--scheduler", "tcp://localhost:1"], "both say where the work is done"),
    ],
)
def test_divisions_that_make_no_sense(words: list[str], message: str, organisation: Made) -> None:
    out = drift(*organisation.arguments, *words)
    assert out.returncode == 2
    assert message in out.stderr


def test_a_shard_is_every_nth_account() -> None:
    every = cells(7)
    shares = [[c.number for c in Shard(n, 3).share(every)] for n in (1, 2, 3)]
    assert shares == [[0, 3, 6], [1, 4], [2, 5]]


def cells(count: int) -> list[Cell]:
    return [Cell(number=n, account=Account(id=f"{n:012d}"), states=(), told=frozenset()) for n in range(count)]


@dataclass(frozen=True)
class Dies:
    """Ends its process at one account: the first time, or always."""

    folder: Path
    always: bool = False

    def __call__(self, cell: Cell) -> bytes:
        begun = self.folder / "begun"
        if cell.number == 1 and (self.always or not begun.exists()):
            begun.touch()
            os._exit(9)
        return b"done"


def dead(cell: Cell, why: tuple[str, str], words: str) -> bytes:
    assert why == DIED
    return f"lost {words}".encode()


@pytest.mark.parametrize("always", [False, True])
def test_a_process_that_dies_costs_its_own_account_alone(always: bool, tmp_path: Path) -> None:
    found = dict(processes(Dies(tmp_path, always), cells(3), 1, dead))
    lost = found.pop(1)
    assert set(found.values()) == {b"done"}
    assert lost.startswith(b"lost the process") if always else lost == b"done"


def test_what_the_user_ends_is_told_as_not_read(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []

    def ended(cell: Cell, why: tuple[str, str], words: str) -> bytes:
        told.append(why)
        return b"lost"

    found = dict(processes(Dies(tmp_path), cells(2), 1, ended, stopped=lambda: True))
    assert found == {0: b"lost", 1: b"lost"}
    assert told == [("drift", "Interrupted")] * 2


@pytest.mark.slow
@pytest.mark.parametrize("always", [False, True])
def test_a_worker_of_a_scheduler_that_dies_costs_its_own_account_alone(always: bool, tmp_path: Path) -> None:
    """Its process is begun again by its nanny."""
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
    ):
        found = dict(scheduled(Dies(tmp_path, always), cells(3), cluster.scheduler_address, dead))
    lost = found.pop(1)
    assert set(found.values()) == {b"done"}
    assert lost == (b"lost every worker that looked at it ended (memory?)" if always else b"done")


HELD = threading.Event()
"""What a task waits for whose worker is taken away."""


def held(cell: Cell) -> bytes:
    if cell.number:
        HELD.wait(60)
    return b"done"


def ended(cluster: Any) -> None:
    for worker in cluster.workers.values():
        cluster.sync(worker.close, executor_wait=False, nanny=False)


# a worker that has lost its scheduler waits half a minute for it
@pytest.mark.parametrize("what", ["workers", pytest.param("scheduler", marks=pytest.mark.slow), "interrupt"])
def test_what_nobody_will_do_is_told_as_not_read(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("drift.fleet.execute.NO_WORKERS", 0.2)
    monkeypatch.setattr("drift.fleet.execute.ASKED", 0.1)
    monkeypatch.setattr("drift.fleet.execute.LOOKS", 0.05)
    told: list[tuple[tuple[str, str], str]] = []

    def lost(cell: Cell, why: tuple[str, str], words: str) -> bytes:
        told.append((why, words))
        return b"lost"

    HELD.clear()
    interrupted = threading.Event()
    with local_cluster(distributed) as cluster:
        address = cluster.scheduler_address
        run = scheduled(held, cells(2), address, lost, stopped=interrupted.is_set)
        assert next(run) == (0, b"done")
        if what == "interrupt":
            interrupted.set()
        elif what == "scheduler":
            cluster.sync(cluster.scheduler.close)
        else:
            ended(cluster)
        assert dict(run) == {1: b"lost"}
        HELD.set()
    wanted = {
        "workers": (DIED, "the scheduler has had no workers for 0 s"),
        "scheduler": (DIED, "the scheduler is gone"),
        "interrupt": (ENDED, "the run was interrupted"),
    }
    assert told == [wanted[what]]


def test_no_scheduler_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("drift.fleet.execute.PATIENCE", 0.5)
    with pytest.raises(CloudError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1"):
        list(scheduled(bytes, cells(1), "tcp://127.0.0.1:1", dead))  # type: ignore[arg-type]


def test_an_error_in_one_thread_ends_the_run() -> None:
    def work(cell: Cell) -> bytes:
        raise MemoryError

    with pytest.raises(MemoryError):
        list(threads(work, cells(3), 2))


def test_a_part_says_what_it_is_of(parts: list[Path]) -> None:
    head = json.loads(parts[0].read_text().splitlines()[0])
    assert (head["schema"], head["shard"], head["of"], head["cells"]) == ("drift-part/2", 1, 3, 5)


WRONG_TABLES: dict[str, tuple[Callable[[dict[int, Path]], object], str]] = {
    "missing": (lambda p: p.pop(2), "1 of 3 shards are missing: 2/3"),
    "twice": (lambda p: p.update({2: Path(shutil.copy(p[1], p[1].with_name("again")))}), "shard 1/3 is there twice"),
    "cut": (lambda p: p[2].write_bytes(p[2].read_bytes()[:-9]), "was not written to its end"),
    "of something else": (lambda p: rewritten(p[2], "select 1 as one"), "it has no rows of a report"),
    "without its head": (lambda p: rewritten(p[2], "from {0} where cell >= 0"), "not a part of a run"),
    "without an account": (lambda p: rewritten(p[2], "from {0} where cell <> 4"), "it has 1 of 2 accounts"),
    "without a row": (
        lambda p: rewritten(p[2], "from {0} where not (list = 'drift' and n = 0)"),
        "it was changed after it was written",
    ),
    "without its last row": (
        lambda p: rewritten(p[2], "from {0} where not (list = 'drift' and cell = 4 and n = 3)"),
        "lacks rows: it was not written to its end",
    ),
}


def rewritten(file: Path, query: str) -> None:
    import duckdb

    before = shutil.copy(file, file.with_name("before"))
    rows = query.format(f"read_parquet('{before}')")
    duckdb.sql(f"copy ({rows}) to '{file}' (format parquet)")


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_tables_that_do_not_make_a_run_are_one_message(name: str, tables: list[Path], tmp_path: Path) -> None:
    change, message = WRONG_TABLES[name]
    out = drift("merge", *spoilt(tables, tmp_path, change))
    assert out.returncode == 2
    assert message in out.stderr
    assert out.stdout == ""
    assert len(out.stderr.splitlines()) == 2
