"""States in PostgreSQL, as Terraform's `pg` backend keeps them: `pg://user:password@host/database`.

After `?`: `schema_name` (else PG_SCHEMA_NAME, else `terraform_remote_state`), `workspace` (a glob stands for
several), and the parameters of libpq, such as `sslmode`. What the address leaves out comes from libpq's own PGHOST, ….
"""

from __future__ import annotations

import fnmatch
import glob
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from drift import installation
from drift.desired.backends import Lock, web
from drift.desired.backends.url import build, parse
from drift.errors import StateError
from drift.model import trust

if TYPE_CHECKING:
    import psycopg

scheme = "pg"

_HOLDER = """
SELECT activity.usename, host(activity.client_addr), to_char(activity.backend_start AT TIME ZONE 'UTC',
       'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM pg_locks AS taken LEFT JOIN pg_stat_activity AS activity USING (pid)
WHERE taken.locktype = 'advisory' AND taken.granted AND taken.objsubid = 1
      AND taken.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (taken.classid::bigint << 32) + taken.objid::bigint = %s
"""
"""Who holds the advisory lock that Terraform takes: its key is the id of the state's row (see pg_locks)."""


def find(url: str) -> list[str]:
    """The workspaces that a glob stands for."""
    at = parse(url)
    pattern = at.query.get("workspace", "")
    if not glob.has_magic(pattern):
        return [url]
    rows = _rows(url, "SELECT name FROM {}.states")
    found = sorted(name for (name,) in rows if fnmatch.fnmatchcase(name, pattern))
    if not found:
        raise StateError(url, "no workspace matches", "Without ?workspace= drift reads the workspace named default.")
    address = url.partition("?")[0].partition("://")[2]
    return [build(at.scheme, address, {**at.query, "workspace": name}) for name in found]


def read(url: str) -> bytes:
    """The state in the row of the workspace."""
    rows = _rows(url, "SELECT data FROM {}.states WHERE name = %s", _workspace(url))
    if not rows or not rows[0][0]:
        hint = "?workspace= selects another workspace; `*` selects all."
        raise StateError(url, f"no state here: nothing was applied yet in workspace {_workspace(url)!r}", hint)
    return str(rows[0][0]).encode()


def lock(url: str) -> Lock | None:
    """The advisory lock on the row, which its holder's connection keeps."""
    try:
        rows = _rows(url, "SELECT id FROM {}.states WHERE name = %s", _workspace(url))
        holders = _rows(url, _HOLDER, rows[0][0]) if rows else []
    except StateError:
        return None  # reading says it
    if not holders:
        return None
    user, host, since = holders[0]
    return Lock(who=f"{user or 'somebody'}{f'@{host}' if host else ''}", since=since or "")


def _workspace(url: str) -> str:
    return parse(url).query.get("workspace") or "default"


def _rows(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query answers, whose `{}` is the schema; the session is read-only."""
    try:
        import psycopg
        from psycopg import sql
    except ImportError as error:
        raise StateError(url, f"states in PostgreSQL need psycopg: {error}", installation.hint("pg")) from None
    schema = parse(url).query.get("schema_name") or os.environ.get("PG_SCHEMA_NAME") or "terraform_remote_state"
    try:
        with _connected(url) as connection:
            connection.read_only = True
            rows: list[tuple[Any, ...]] = connection.execute(
                sql.SQL(query).format(sql.Identifier(schema)),
                values,
            ).fetchall()
            return rows
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        hint = "?schema_name= names another schema."
        raise StateError(url, f"no table states in the schema {schema!r}: nothing was applied yet", hint) from None
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        hint = "Check host, database, user and password; PGPASSWORD and ~/.pgpass work too."
        raise StateError(url, f"PostgreSQL: {said}", hint) from None


def _connected(url: str) -> psycopg.Connection[Any]:
    import psycopg

    at = parse(url)
    for host in trust.hosts_of(url):
        web.must_be_allowed(host, url)
    address = url.partition("?")[0].partition("://")[2]
    query = urlencode({n: v for n, v in at.query.items() if n not in ("schema_name", "workspace")})
    return psycopg.connect(
        f"postgresql://{address}" + (f"?{query}" if query else ""),
        connect_timeout=10,
        application_name="drift",
        client_encoding="utf8",  # a server in SQL_ASCII would give bytes
    )
