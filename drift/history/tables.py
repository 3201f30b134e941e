"""The tables of a store: what one scan adds to each, and the views that SQL sees.

A scan is written as flat rows (`STAGED`), in the same columns for a DuckDB file and for a folder of Parquet.
A store keeps a resource once for all scans in which it is the same (`version`), and says in which scans it was there
(`present`). The view `resource` puts the two together again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VERSION: Final = 3
"""The version of the tables. Raise it with a step in `MIGRATIONS`."""

_WHICH = {"type": "VARCHAR", "account": "VARCHAR", "region": "VARCHAR", "id": "VARCHAR", "address": "VARCHAR"}
_ACTED = {
    "actor_kind": "VARCHAR", "acted_at": "TIMESTAMP", "hand": "VARCHAR", "tool": "VARCHAR", "operation": "VARCHAR",
    "event": "VARCHAR",
}  # fmt: skip
"""What is known of the event beside its actor."""
_REF = "STRUCT(attribute VARCHAR, key VARCHAR, type VARCHAR, id VARCHAR, address VARCHAR)[]"

RESOURCE: Final[Mapping[str, str]] = {
    "side": "VARCHAR",
    "key": "VARCHAR",
    "type": "VARCHAR",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "id": "VARCHAR",
    "arn": "VARCHAR",
    "name": "VARCHAR",
    "address": "VARCHAR",
    "module": "VARCHAR",
    "state": "VARCHAR",
    "file": "VARCHAR",
    "line": "INTEGER",
    "owner": "VARCHAR",
    "tags": "JSON",
    "attributes": "JSON",
    "not_collected": "VARCHAR[]",
    "refs": _REF,
}
"""The columns of a resource that make a version of it."""

STAGED: Final[Mapping[str, Mapping[str, str]]] = {
    "scan": {
        "scan": "VARCHAR", "started_at": "TIMESTAMP", "duration_seconds": "DOUBLE", "scope": "VARCHAR",
        "drift_version": "VARCHAR", "accounts": "VARCHAR[]", "regions": "VARCHAR[]", "sources": "VARCHAR[]",
        "searched": "BOOLEAN", "incomplete": "BOOLEAN", "managed": "INTEGER", "in_sync": "INTEGER",
        "modified": "INTEGER", "missing": "INTEGER", "unmanaged": "INTEGER", "unread": "INTEGER",
        "not_ours": "INTEGER", "pending": "INTEGER", "accepted": "INTEGER", "coverage_percent": "DOUBLE",
        "calls": "INTEGER", "kept_at": "TIMESTAMP",
        "store_version": "INTEGER",
    },
    "resource": {"scan": "VARCHAR", "hash": "VARCHAR", "verdict": "VARCHAR", **RESOURCE},
    "drift": {
        "scan": "VARCHAR", "fingerprint": "VARCHAR", "identity": "VARCHAR", "kind": "VARCHAR", **_WHICH,
        "name": "VARCHAR", "arn": "VARCHAR", "module": "VARCHAR", "state": "VARCHAR", "file": "VARCHAR",
        "line": "INTEGER", "certain": "BOOLEAN", "undone": "BOOLEAN", "accepted": "BOOLEAN", "severity": "VARCHAR",
        "changes": "INTEGER", "since": "TIMESTAMP", "since_basis": "VARCHAR", "actor": "VARCHAR", **_ACTED,
    },
    "change": {
        "scan": "VARCHAR", "fingerprint": "VARCHAR", "path": "VARCHAR", "desired": "JSON", "actual": "JSON",
        "recorded": "JSON", "sensitive": "BOOLEAN", "undeclared": "BOOLEAN", "unheld": "BOOLEAN", "undone": "BOOLEAN",
        "basis": "VARCHAR", "file": "VARCHAR", "line": "INTEGER",
    },
    "finding": {
        "scan": "VARCHAR", "fingerprint": "VARCHAR", "drifted": "BOOLEAN", **_WHICH, "rule": "VARCHAR",
        "severity": "VARCHAR", "title": "VARCHAR", "effect": "VARCHAR", "verdict": "VARCHAR", "evidence": "VARCHAR",
        "exempt": "VARCHAR", "frameworks": "VARCHAR[]",
    },
    "rule": {
        "scan": "VARCHAR", "rule": "VARCHAR", "title": "VARCHAR", "severity": "VARCHAR", "theme": "VARCHAR",
        "frameworks": "VARCHAR[]", "passed": "INTEGER", "failed": "INTEGER", "undecided": "VARCHAR",
    },
    "control": {
        "scan": "VARCHAR", "framework": "VARCHAR", "control": "VARCHAR", "title": "VARCHAR", "answer": "VARCHAR",
        "why": "VARCHAR", "rules": "VARCHAR[]",
    },
    "suppression": {
        "scan": "VARCHAR", "how": "VARCHAR", "kind": "VARCHAR", **_WHICH, "path": "VARCHAR", "reason": "VARCHAR",
        "rule": "VARCHAR", "owner": "VARCHAR", "expires": "VARCHAR",
    },
    "collection": {
        "scan": "VARCHAR", "account": "VARCHAR", "service": "VARCHAR", "type": "VARCHAR", "completeness": "VARCHAR",
        "resources": "INTEGER", "calls": "INTEGER", "seconds": "DOUBLE", "errors": "INTEGER", "codes": "VARCHAR[]",
    },
    "unread": {
        "scan": "VARCHAR", "what": "VARCHAR", "type": "VARCHAR", "account": "VARCHAR", "region": "VARCHAR",
        "address": "VARCHAR", "path": "VARCHAR", "within": "VARCHAR", "action": "VARCHAR", "code": "VARCHAR",
    },
    "account": {
        "scan": "VARCHAR", "provider": "VARCHAR", "account": "VARCHAR", "regions": "VARCHAR[]", "searched": "BOOLEAN",
        "types": "INTEGER", "desired": "INTEGER", "actual": "INTEGER",
    },
    "event": {
        "scan": "VARCHAR", "fingerprint": "VARCHAR", "identity": "VARCHAR", "event": "VARCHAR", "at": "TIMESTAMP",
        "actor": "VARCHAR", "actor_kind": "VARCHAR", "hand": "VARCHAR", "because": "VARCHAR", "tool": "VARCHAR",
        "tool_version": "VARCHAR", "operation": "VARCHAR", "source": "VARCHAR", "network": "VARCHAR",
        "log_region": "VARCHAR", "session": "VARCHAR", "paths": "VARCHAR[]", "match": "VARCHAR", "link": "VARCHAR",
    },
    "report": {"scan": "VARCHAR", "document": "VARCHAR"},
}  # fmt: skip
"""Table -> its columns, as one scan is written. `scan` comes last: what is written without it does not exist."""

SINCE: Final[Mapping[str, int]] = {"event": 3}
"""Table -> the version from which on a scan has it, if that is not the first."""
PLAIN: Final = tuple(name for name in STAGED if name not in ("scan", "resource"))
"""Tables that are kept as they are staged."""


def _columns(of: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in of.items())


def ddl() -> list[str]:
    """Statements that make an empty store."""
    return [
        "create table store (version INTEGER, made_at TIMESTAMP)",
        f"insert into store values ({VERSION}, now()::TIMESTAMP)",
        f"create table scan (n INTEGER, {_columns(STAGED['scan'])})",
        f"create table version (v INTEGER, hash VARCHAR, {_columns(RESOURCE)})",
        "create table present (n INTEGER, v INTEGER, verdict VARCHAR)",
        "create table unit (unit VARCHAR, scan VARCHAR)",
        *(f'create table "{name}" ({_columns(STAGED[name])})' for name in PLAIN),
        *views(),
    ]


def views() -> list[str]:
    """Statements that make the views, also in the place of older ones."""
    return [f"create or replace view {name} as {sql}" for name, sql in VIEWS.items()]


def empty(table: str) -> str:
    """A query without rows that has the columns of a staged table."""
    columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in STAGED[table].items())
    return f"select {columns} where false"


VIEWS: Final[Mapping[str, str]] = {
    "resource": """
        select s.scan, s.scope, s.started_at, p.verdict, v.* exclude (v, refs)
        from present p join scan s using (n) join version v using (v)""",
    "edge": """
        select scan, side, from_key, from_type, from_id, from_address, ref.attribute as attribute, ref.key as to_key,
               ref.type as to_type, ref.id as to_id, ref.address as to_address
        from (select s.scan, v.side, v.key as from_key, v.type as from_type, v.id as from_id,
                     v.address as from_address, unnest(v.refs) as ref
              from present p join scan s using (n) join version v using (v))""",
    "attribute": """
        select s.scan, v.side, v.key, v.type, v.account, v.region, v.id, v.address, a.name, a.value
        from present p join scan s using (n)
        join (select v, unnest(json_keys(attributes)) as name, unnest(json_extract(attributes, '$.*')) as value
              from version) a using (v)
        join version v using (v)""",
    "latest": "select * from scan qualify row_number() over (partition by scope order by started_at desc, n desc) = 1",
    "open_drift": "select d.*, l.scope from drift d join latest l using (scan) where not d.accepted",
    "current": """
        with looked as (
            select c.account, c.type, s.n from collection c join scan s using (scan)
            where c.type is not null and c.completeness <> 'not searched'
            qualify row_number() over (
                partition by c.account, c.type order by s.searched desc, s.started_at desc, s.n desc) = 1),
        described as (
            select source, n from (select unnest(sources) as source, started_at, n from scan)
            qualify row_number() over (partition by source order by started_at desc, n desc) = 1)
        select s.scan, s.scope, s.started_at, p.verdict, v.* exclude (v, refs)
        from present p join scan s using (n) join version v using (v)
        where (v.side = 'actual' and (v.account, v.type, p.n) in (select (account, type, n) from looked))
           or (v.side = 'desired' and (v.state, p.n) in (select (source, n) from described))""",
    "sighting": """
        with known as (
            select s.scope, d.identity, min(s.started_at) as first_at from drift d join scan s using (scan)
            where not d.accepted group by all),
        seen as (
            select distinct s.scope, d.identity, s.n from drift d join scan s using (scan) where not d.accepted),
        of as (
            select scope, identity, any_value(type) as type, any_value(account) as account,
                   any_value(region) as region, any_value(address) as address, any_value(kind) as kind
            from drift join scan using (scan) group by scope, identity)
        select k.scope, k.identity, s.n, s.scan, s.started_at,
               case when seen.n is not null then 'seen'
                    when exists (select 1 from unread u where u.scan = s.scan
                                 and (u.what = 'state'
                                      or (u.what = 'listing' and u.type = o.type and u.account in (o.account, '')
                                          and u.region in (o.region, '', 'global'))
                                      or (u.address <> '' and u.address = o.address))) then 'unread'
                    when o.kind = 'unmanaged' and not s.searched then 'unread'
                    when not exists (select 1 from collection c where c.scan = s.scan and c.type = o.type
                                     and c.account = o.account and c.completeness <> 'not searched') then 'unread'
                    else 'gone' end as what
        from known k join scan s on s.scope = k.scope and s.started_at >= k.first_at
        join of o on o.scope = k.scope and o.identity = k.identity
        left join seen on seen.scope = k.scope and seen.identity = k.identity and seen.n = s.n""",
    "episode": """
        with marked as (
            select *, count(*) filter (where what = 'gone') over (
                partition by scope, identity order by started_at, n) as run
            from sighting),
        runs as (
            select scope, identity, run,
                   min(started_at) filter (where what = 'seen') as first_seen,
                   max(started_at) filter (where what = 'seen') as last_seen,
                   arg_max(scan, (started_at, n)) filter (where what = 'seen') as last_scan,
                   count(*) filter (where what = 'seen') as scans
            from marked group by scope, identity, run having count(*) filter (where what = 'seen') > 0),
        ended as (
            select scope, identity, run, min(started_at) as gone_at from marked where what = 'gone' group by all),
        acted as (
            select r.scope, r.identity, r.run, max_by(d, s.started_at) as told
            from runs r join drift l on l.scan = r.last_scan and l.identity = r.identity
            join (select scan, identity, fingerprint, actor, actor_kind, acted_at, hand, tool from drift
                  where actor is not null and not accepted) d
              on d.identity = r.identity and (d.fingerprint = l.fingerprint or l.kind = 'unmanaged')
            join scan s on s.scan = d.scan and s.scope = r.scope
                       and s.started_at between r.first_seen and r.last_seen
            group by all)
        select r.scope, r.identity, d.kind, d.type, d.account, d.region, d.id, d.address, d.name, d.module, d.state,
               d.severity, a.told.actor as actor, a.told.actor_kind as actor_kind, a.told.acted_at as acted_at,
               a.told.hand as hand, a.told.tool as tool, r.first_seen, r.last_seen,
               e.gone_at as mended_at, e.gone_at is null as open,
               r.scans, r.last_scan, d.fingerprint,
               least(coalesce(d.since, r.first_seen), r.first_seen) as since
        from runs r
        join drift d on d.scan = r.last_scan and d.identity = r.identity
        left join acted a on a.scope = r.scope and a.identity = r.identity and a.run = r.run
        left join ended e on e.scope = r.scope and e.identity = r.identity and e.run = r.run + 1""",
    "deed": """
        select e.event, e.at, e.actor, e.actor_kind, e.hand, e.because, e.tool, e.tool_version, e.operation, e.source,
               e.network, e.log_region, e.session, e.paths, e.match, e.link, s.scope, d.kind, d.type, d.account,
               d.region, d.id, d.address, d.name, d.module, e.identity, s.scan as first_scan
        from event e join scan s using (scan)
        join drift d on d.scan = e.scan and d.fingerprint = e.fingerprint
        qualify row_number() over (
            partition by s.scope, e.identity, e.event, e.operation, e.paths order by s.started_at, s.n) = 1""",
}
"""The views of a store, in the order in which they are made.

`latest`: the last scan of each scope; `open_drift`: the drift in these; `current`: each side as it was last read;
`sighting`: whether each later scan saw a drift again, could not read it, or saw that it is gone; `episode`: the time
from the first scan that saw a drift to the first that saw it gone. A scan that could not read it ends nothing. Its
actor is what the last scan said that asked who it was, of the drift as it is now. `deed`: each event of a drift once,
however many scans tell of it."""

MIGRATIONS: Final[Mapping[int, tuple[str, ...]]] = {
    1: tuple(f'alter table drift add column "{name}" {kind}' for name, kind in _ACTED.items()),
    2: (f'create table "event" ({_columns(STAGED["event"])})',),
}
"""Version -> the statements that make the tables of the next one of it. The views are made anew after them."""
