"""A store of scans: a DuckDB file, or a folder of Parquet files for many writers.

While one process writes a DuckDB file, no other can read or write it: drift waits (bound `store-seconds`). If a writer
is killed, its uncommitted scan is lost and the rest stays readable. In a folder, each scan has files of its own, and
`scan/…` is written last: writers never wait, and an incomplete scan does not count. A reader of a folder keeps a DuckDB
copy in the user's cache, and fetches only new scans.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from drift.desired.backends.url import shown
from drift.errors import DriftError, StoreError
from drift.history.past import Known, past_of
from drift.history.place import Folder, copy_of, folder, is_folder
from drift.history.reading import Reader
from drift.history.rows import Kept, Row
from drift.history.tables import MIGRATIONS, PLAIN, RESOURCE, SINCE, STAGED, VERSION, ddl, empty, views
from drift.model.bounds import STORE_SECONDS
from drift.report.escape import sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TRIES = 5
"""How often files are put together again, if another process takes some away each time."""
_NDJSON = msgspec.json.Encoder()
_DISK = "Check the disk and who may write there, or give another --store."
_LATER = "Install a later drift: the store was written by one."


@contextmanager
def connected(file: Path, *, read_only: bool = False) -> Iterator[DuckDBPyConnection]:
    """A connection to a DuckDB file; waits while another process has it. StoreError if that takes too long."""
    try:
        import duckdb
    except ImportError:
        raise StoreError("keeping scans needs DuckDB", "Install it: pip install 'drift-iac[history]'.") from None
    new = not file.exists()
    until = time.monotonic() + STORE_SECONDS.most
    pause = 0.01
    while True:
        try:
            connection = duckdb.connect(str(file), read_only=read_only)
            break
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise _unopened(file, error) from None
            if time.monotonic() > until:
                raise StoreError(
                    f"{file}: another process has had it for {STORE_SECONDS.shown} (bound store-seconds)",
                    "Wait for it, or keep the scans of many writers in a folder: --store DIR/.",
                ) from None
            time.sleep(pause)
            pause = min(2 * pause, 0.25)
        except duckdb.Error as error:
            raise _unopened(file, error) from None
    try:
        if new:  # nothing is in it yet, and nobody else reads it unless its owner says so
            file.chmod(0o600)
        yield connection
    finally:
        connection.close()


def _unopened(file: Path, error: Exception) -> StoreError:
    denied = any(word in str(error) for word in ("Read-only file system", "Permission denied"))
    hint = "It can be read at most: give another --store to write." if denied else "Is it a store of drift's?"
    return StoreError(f"{file}: cannot be opened: {_first(error)}", hint)


def _first(error: Exception) -> str:
    return str(error).split("\n", 1)[0]


@contextmanager
def _told(place: str) -> Iterator[None]:
    """What the disk refuses, or DuckDB for it (a full disk), is a StoreError that names the store."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{shown(place)}: {error.strerror or error}", _DISK) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
            raise StoreError(f"{shown(place)}: {_first(error)}", _DISK) from None
        raise


class Store:
    """A store in one place."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.folder: Folder | None = folder(place) if is_folder(place) else None
        self.file = Path(place) if self.folder is None else copy_of(place)

    @property
    def exists(self) -> bool:
        """Whether the store has a scan."""
        return bool(self.folder.names("scan")) if self.folder is not None else self.file.exists()

    def add(self, kept: Kept) -> None:
        """Add one scan, completely or not at all."""
        with _told(self.place), _staged(kept.tables) as (files, work):
            if self.folder is not None:
                _put(self.folder, kept.scan, files, work)
            else:
                if not self.file.absolute().parent.is_dir():
                    raise StoreError(
                        f"{self.file}: its directory does not exist", "Create it, or give another --store."
                    )
                with connected(self.file) as db:
                    prepare(db)
                    _absorb(db, {t: f"read_json({sql(f)}, {_typed(t)})" for t, f in files.items()})

    @contextmanager
    def reader(self, *, fetch: bool = True) -> Iterator[Reader]:
        """What was kept, to be read; StoreError if nothing was. Without `fetch`, of a folder only what was fetched
        before."""
        if fetch and not self.exists:
            raise self._empty()
        if fetch and self.folder is not None:
            self.fetch()
        with connected(self.file, read_only=True) as db:
            version = self._checked(db)
            if version == VERSION:
                yield Reader(db)
                return
        with connected(self.file) as db:
            prepare(db)
        with connected(self.file, read_only=True) as db:
            yield Reader(db)

    def _checked(self, db: DuckDBPyConnection) -> int:
        """The version of the store, if this drift can read it."""
        version = _version(db)
        if version is None:  # a writer made the file and was killed before anything was in it
            raise self._empty()
        if version > VERSION:
            raise StoreError(f"{shown(self.place)}: the store was written by a later drift", _LATER)
        return version

    def _empty(self) -> StoreError:
        hint = "Keep one: drift check --keep; or name the store with --store."
        return StoreError(f"{shown(self.place)}: no scan was kept there", hint)

    def known(self, scope: str, scan: str = "") -> Mapping[str, Known]:
        """The open drift of a scope by its identity; empty where nothing was kept yet. If this scan was kept already,
        what was known before it."""
        if not self.exists:
            return {}
        if self.folder is None:
            with connected(self.file, read_only=True) as db:
                if _version(db) is None:
                    return {}
        with self.reader() as reader:
            kept = scan and any(one.scan == scan for one in reader.scans())
            return past_of(reader.report(scan)) if kept else reader.known(scope)

    def fetch(self) -> None:
        """Bring the copy of a folder up to date."""
        if self.folder is None:
            return
        there = self._units()
        with _told(self.place), connected(self.file) as db:
            prepare(db)
            known = {unit for (unit,) in db.execute("select distinct unit from unit").fetchall()}
            for unit in sorted(known - there):
                _forget(db, unit)
            fresh = sorted(there - known)
            while fresh:
                some, fresh = fresh[:64], fresh[64:]
                try:
                    self._absorb_units(db, some)
                except DriftError:
                    left = self._units()  # another process puts files together, or forgets some
                    if left >= {*some}:
                        raise
                    fresh = sorted(left & {*some} | {*fresh} | (left - there))
                    there |= left

    def _units(self) -> set[str]:
        assert self.folder is not None  # noqa: S101 - the caller knows
        return {Path(name).stem for name in self.folder.names("scan")}

    def _absorb_units(self, db: DuckDBPyConnection, units: Sequence[str]) -> None:
        assert self.folder is not None  # noqa: S101 - the caller knows
        with tempfile.TemporaryDirectory(prefix="drift-") as work:
            found = self._got(db, units, Path(work))
            sources = {
                t: f"(select * exclude (filename), regexp_extract(filename, '/{t}-([^/]+)[.]parquet$', 1) as unit "
                f"from read_parquet([{', '.join(map(sql, files))}], union_by_name=true, filename=true) "
                # files of an older version lack columns of today's
                f"union all by name {empty(t)})"
                if files
                else f"(select *, '' as unit from ({empty(t)}))"
                for t, files in found.items()
            }
            _absorb(db, sources, units=True)

    def _got(self, db: DuckDBPyConnection, units: Sequence[str], work: Path) -> dict[str, list[str]]:
        """Fetch the files of some units: table -> its files. StoreError if a later drift wrote one."""
        assert self.folder is not None  # noqa: S101 - the caller knows
        found: dict[str, list[str]] = {table: [] for table in STAGED}
        for unit in units:
            file = work / f"scan-{unit}.parquet"
            self.folder.get(f"scan/{unit}.parquet", file)
            ((version,),) = db.execute(f"select max(store_version) from read_parquet({sql(str(file))})").fetchall()
            if version is not None and version > VERSION:
                raise StoreError(f"{shown(self.place)}: a scan of it was kept by a later drift", _LATER)
            found["scan"].append(str(file))
            for table in STAGED:
                if table != "scan" and SINCE.get(table, 1) <= (version or 1):
                    file = work / f"{table}-{unit}.parquet"
                    self.folder.get(f"{table}/{unit}.parquet", file)
                    found[table].append(str(file))
        return found

    def prune(self, before: datetime) -> int:
        """Delete the scans that started before a time; returns their number."""
        before = before.astimezone(UTC).replace(tzinfo=None)  # as the store has it
        with _told(self.place):
            if self.folder is not None:
                return self._prune_folder(before)
            with connected(self.file) as db:
                prepare(db)
                return _prune(db, before)

    def _prune_folder(self, before: datetime) -> int:
        gone = 0
        for _ in range(TRIES):
            pruned, whole = self._pruned(before)
            gone += pruned
            if whole:
                break
        return gone

    def _pruned(self, before: datetime) -> tuple[int, bool]:
        """How many scans went, and whether no other process was in the way."""
        self.fetch()
        assert self.folder is not None  # noqa: S101 - the caller knows
        with connected(self.file, read_only=True) as db:
            rows = db.execute(
                "select u.unit, count(*), count(*) filter (where s.started_at < ?) "
                "from unit u join scan s using (scan) group by u.unit",
                [before],
            ).fetchall()
        gone, whole = 0, True
        for unit, scans, old in rows:
            if old == scans:
                self._delete([unit])
            elif old and not self._rewrite([unit], after=before):
                whole = False
                continue
            gone += old
        self.fetch()
        return gone, whole

    def compact(self) -> tuple[int, int]:
        """Make the store smaller; its bytes (or files, for a folder) before and after."""
        with _told(self.place):
            return self._compacted()

    def _compacted(self) -> tuple[int, int]:
        if self.folder is not None:
            before = len(self._units())
            for _ in range(TRIES):
                units = sorted(self._units())
                if len(units) < 2 or self._rewrite(units):
                    break
            return before, len(self._units())
        before = self.file.stat().st_size
        fresh = self.file.with_name(f".{self.file.name}.compact")
        fresh.unlink(missing_ok=True)
        with connected(self.file) as db:  # nobody writes meanwhile
            prepare(db)
            db.execute("checkpoint")
            name = db.execute("select current_database()").fetchall()[0][0]
            db.execute(f"attach {sql(str(fresh))} as fresh")
            db.execute(f'copy from database "{name}" to fresh')
            db.execute("detach fresh")
            fresh.chmod(self.file.stat().st_mode & 0o777)
            fresh.replace(self.file)
        return before, self.file.stat().st_size

    def _rewrite(self, units: Sequence[str], after: datetime | None = None) -> bool:
        """Put several units of a folder into one, without scans before a time. The new one counts before the old ones
        go: a reader may see a scan twice, and takes it once. False, and nothing is done, if another process took one
        of them away meanwhile: what it forgot does not come back."""
        assert self.folder is not None  # noqa: S101 - the caller knows
        with tempfile.TemporaryDirectory(prefix="drift-") as temporary, connected(Path(temporary) / "w.duckdb") as db:
            work = Path(temporary)
            try:
                files = self._got(db, units, work)
            except DriftError:
                if {*units} <= self._units():
                    raise
                return False
            new = f"pack-{max(units)}-{os.urandom(3).hex()}"
            scans = f"read_parquet([{', '.join(map(sql, files['scan']))}], union_by_name=true)"
            where = "where started_at >= ?" if after else ""
            db.execute(
                f"create table kept as select distinct on (scan) * from {scans} {where}", [after] if after else []
            )
            for table in (*(t for t in STAGED if t != "scan"), "scan"):
                every = ", ".join(map(sql, files[table]))
                source = f"read_parquet([{every}], union_by_name=true)" if every else f"({empty(table)})"
                order = "hash, scan" if table == "resource" else "scan"
                target = work / f"{table}.new.parquet"
                what = f"select * from {source} where scan in (select scan from kept) order by {order}"
                if table == "scan":
                    what = "select * from kept order by started_at"
                _write_parquet(db, what, target)
                if table == "scan" and not {*units} <= self._units():
                    self._delete([new])
                    return False
                self.folder.put(f"{table}/{new}.parquet", target)
        self._delete(units)
        return True

    def _delete(self, units: Iterable[str]) -> None:
        assert self.folder is not None  # noqa: S101 - the caller knows
        for unit in units:
            self.folder.delete(f"scan/{unit}.parquet")  # from here on it does not exist
            for table in STAGED:
                self.folder.delete(f"{table}/{unit}.parquet")


def prepare(db: DuckDBPyConnection) -> None:
    """Make the tables of an empty store, or bring older ones to today's version."""
    version = _version(db)
    if version is not None and version > VERSION:
        raise StoreError("the store was written by a later drift", _LATER)
    if version == VERSION:
        return
    db.execute("begin")
    if version is None:
        for statement in ddl():
            db.execute(statement)
    else:
        for old in range(version, VERSION):
            for statement in MIGRATIONS[old]:
                db.execute(statement)
        for statement in views():
            db.execute(statement)
        db.execute("update store set version = ?", [VERSION])
    db.execute("commit")


def _version(db: DuckDBPyConnection) -> int | None:
    """The version of a store; None for an empty file. StoreError for a database of something else."""
    tables = {name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()}
    if not tables:
        return None
    if "store" not in tables:
        raise StoreError("the file is a database, but no store of drift", "Give another --store.")
    found = db.execute("select version from store").fetchall()
    return int(found[0][0]) if found else None


def _typed(table: str) -> str:
    columns = ", ".join(f"{sql(n)}: {sql(t)}" for n, t in STAGED[table].items())
    return f"format='newline_delimited', maximum_object_size=268435456, columns={{{columns}}}"


@contextmanager
def _staged(tables: Mapping[str, Iterable[Row]]) -> Iterator[tuple[Mapping[str, str], Path]]:
    """The rows as files of JSON lines, which DuckDB reads a thousand times faster than it takes them one by one."""
    with tempfile.TemporaryDirectory(prefix="drift-") as work:
        files = {}
        for table in STAGED:
            file = Path(work) / f"{table}.jsonl"
            with file.open("wb") as out:
                for row in tables.get(table, ()):
                    out.write(_NDJSON.encode(row))
                    out.write(b"\n")
            files[table] = str(file)
        yield files, Path(work)


def _absorb(db: DuckDBPyConnection, sources: Mapping[str, str], *, units: bool = False) -> None:
    """Add the scans of staged tables that the store does not have yet."""
    columns = ", ".join(f'"{n}"' for n in RESOURCE)
    listed = ", ".join(f'"{n}"' for n in STAGED["scan"])
    db.execute("begin")
    db.execute(f"create temp table stage as select * from {sources['scan']}")
    db.execute(
        "create temp table fresh as select (select coalesce(max(n), -1) from scan) "
        f"+ row_number() over (order by started_at, scan) as n, {listed} "
        "from (select distinct on (scan) * from stage) where scan not in (select scan from scan)"
    )
    resources = "(select * from staged_resource)"
    db.execute(f"create temp table staged_resource as select * from {sources['resource']} semi join fresh using (scan)")
    db.execute(
        "insert into version select (select coalesce(max(v), -1) from version) "
        f"+ row_number() over (order by side, type, key, hash), hash, {columns} "
        f"from (select distinct on (hash) * from {resources} anti join version using (hash))"
    )
    db.execute(
        f"insert into present select distinct n, v, verdict from {resources} r join fresh using (scan) "
        "join version using (hash) order by n, v"
    )
    for table in PLAIN:
        names = ", ".join(f'"{n}"' for n in STAGED[table])
        both = f"select distinct {names}" if units else f"select {names}"
        db.execute(f'insert into "{table}" by name {both} from {sources[table]} semi join fresh using (scan)')
    db.execute("insert into scan select * from fresh")
    if units:
        db.execute("insert into unit select unit, scan from stage")
    db.execute("commit")
    for table in ("stage", "fresh", "staged_resource"):
        db.execute(f"drop table {table}")


def _put(to: Folder, scan: str, files: Mapping[str, str], work: Path) -> None:
    """Write one scan as Parquet, the table `scan` last."""
    with connected(work / "w.duckdb") as db:
        made = {}
        for table, file in files.items():
            made[table] = work / f"{table}.parquet"
            _write_parquet(db, f"select * from read_json({sql(file)}, {_typed(table)})", made[table])
        for table in (*(t for t in made if t != "scan"), "scan"):
            to.put(f"{table}/{scan}.parquet", made[table])


def _write_parquet(db: DuckDBPyConnection, query: str, to: Path) -> None:
    bound = re.sub(r"\s+", " ", query)
    db.execute(f"copy ({bound}) to {sql(str(to))} (format parquet, compression zstd)")


def _forget(db: DuckDBPyConnection, unit: str) -> None:
    """Remove a unit that the folder has no more, and the scans that no other unit has."""
    db.execute("begin")
    db.execute("delete from unit where unit = ?", [unit])
    _delete_scans(db, "scan not in (select scan from unit)", [])
    db.execute("commit")


def _prune(db: DuckDBPyConnection, before: datetime) -> int:
    db.execute("begin")
    gone = _delete_scans(db, "started_at < ?", [before])
    db.execute("commit")
    return gone


def _delete_scans(db: DuckDBPyConnection, which: str, values: list[Any]) -> int:
    db.execute("create or replace temp table old as select n, scan from scan where " + which, values)
    for table in PLAIN:
        db.execute(f'delete from "{table}" where scan in (select scan from old)')
    db.execute("delete from present where n in (select n from old)")
    db.execute("delete from version where v not in (select v from present)")
    db.execute("delete from scan where n in (select n from old)")
    return int(db.execute("select count(*) from old").fetchall()[0][0])
