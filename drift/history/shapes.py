"""Tables in the shape that users of another tool know: one for each resource type, over the actual side, and one of all
resources that Terraform describes.

The columns of a type's table follow from its entry in the catalogue: each attribute under the name that the cloud's API
has for it, in the case of a column (`VpcId` is `vpc_id`), nested ones as JSON with the API's names; and under
Terraform's name where no other column has it. What a provider names otherwise is data of its own (`Provider.tables`).
A column that drift does not know is an error, for a query that decides by it would answer wrongly; who wants NULL
there says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from drift.diff.redact import is_secret
from drift.errors import StoreError
from drift.history.dialect import MACROS, accesses, parsed, translated
from drift.model.suggest import did_you_mean
from drift.model.words import few
from drift.normalize import times, values
from drift.provider.spec import Attr, ResourceType

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from drift.provider.catalog import Catalog
    from drift.provider.contract import Table
    from drift.provider.facts import Facts

DESCRIBED: Final = "terraform_resource"
"""The table of what Terraform describes."""
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_QUOTED = re.compile(r"'([a-z]+_\w+)'")
_ATTRIBUTE = re.compile(r"attributes ->>? '\$\.\"?(\w+)")
_OF_THEIR_OWN: Final = (values.number, values.boolean, times.moment)
"""Kinds of another type than the text that Terraform may have for them."""
_FIRST = re.compile(r"([A-Za-z_]\w*)\[0\]")
"""The one element that a list of the API has."""
_OTHER = re.compile(r"@\{(\w+)\}")
"""In a provider's expression: that of another column, as it follows from the catalogue."""
_MEMBER = re.compile(r"'([\w.*/:-]+)',\s")
_OPEN: Final = ("json_merge_patch", "map_from_entries", "'DockerLabels'")
"""What the expressions of columns have in them whose members are named by users."""
_EVERY = re.compile(r"(?<!\()\*")
"""Every column may be asked for: a star that is not that of `count(*)`."""
_MISSING = (
    re.compile(r'Referenced column "(?P<column>[^"]+)" not found'),
    re.compile(r'(?:Table|Values list) "(?P<table>[^"]+)" does not have a column named "(?P<column>[^"]+)"'),
    re.compile(r'Column "(?P<column>[^"]+)" referenced that exists in the SELECT clause'),
)
MOST: Final = 60
"""Columns of one query that drift may not know."""

_ALWAYS: Final[Mapping[str, str]] = {
    "arn": "arn",
    "name": "coalesce(name, id)",
    "title": "coalesce(name, id)",
    "akas": "case when arn is not null then json_array(arn) end",
    "tags": "tags",
    "region": "region",
    "account_id": "account",
    "partition": "split_part(arn, ':', 2)",
    "_ctx": "json_object('connection_name', 'drift')",
    "_completeness": "case when len(not_collected) = 0 then 'complete' else 'partial' end",
    "_not_collected": "not_collected",
    "_verdict": "verdict",
    "_address": "address",
    "_scan": "scan",
    "_seen_at": "started_at",
}
"""Column of each table -> its expression over `resource`."""

_DESCRIBED_COLUMNS: Final[Mapping[str, str]] = {
    "name": "regexp_extract(address, '([^.]+)$', 1)",
    "type": "type",
    "address": "address",
    "mode": "'managed'",
    "attributes": "attributes",
    "attributes_std": "without_nulls(attributes)",
    "arguments": "without_nulls(attributes)",
    "path": "file",
    "start_line": "line",
    "end_line": "cast(null as integer)",
    "source": "state",
    "title": "address",
    "lifecycle": "cast(null as json)",
    "depends_on": "cast(null as json)",
    "count": "cast(null as integer)",
    "for_each": "cast(null as json)",
    "provider": "cast(null as varchar)",
    "_ctx": "json_object('connection_name', 'drift')",
    "_completeness": "case when len(not_collected) = 0 then 'complete' else 'partial' end",
    "_verdict": "verdict",
    "_scan": "scan",
}


class Read(NamedTuple):
    """What some columns of a table are read from."""

    types: frozenset[str]
    """The types of the resources."""
    attributes: frozenset[str]
    """Attributes of its own that Terraform can set."""
    computed: frozenset[str]
    """Attributes of its own that only the cloud sets; `not_collected` does not name these."""


@dataclass(slots=True)
class Shaped:
    """A query over such tables, made ready."""

    sql: str
    """In DuckDB's SQL."""
    unknown: list[tuple[str, str]] = field(default_factory=list)
    """(table, column) of columns that drift does not know; they are NULL."""
    read: dict[str, Read] = field(default_factory=dict)
    """Table -> what its columns are read from."""


def snake(name: str) -> str:
    """The column of a member of the API.

    >>> snake("VpcId"), snake("DBInstanceArn"), snake("kmsKeyID"), snake("EBSOptimized")
    ('vpc_id', 'db_instance_arn', 'kms_key_id', 'ebs_optimized')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Shapes:
    """The tables that a catalogue gives."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._named: dict[str, Table] = {n: t for p in catalog.providers.values() for n, t in p.tables().items()}

    def mentioned(self, text: str) -> list[str]:
        """The tables of this shape that a query may name."""
        words = set(_WORD.findall(text.lower()))
        return sorted(w for w in words if w == DESCRIBED or w in self._named or w in self._catalog)

    def columns(self, table: str) -> Mapping[str, str]:
        """Column -> its expression, of one table."""
        if table == DESCRIBED:
            return _DESCRIBED_COLUMNS
        known = self._named.get(table)
        types = known.types if known else (table,)
        out = dict(_ALWAYS)
        if not types:
            return {n: sql for n, sql in {**out, **(known.columns if known else {})}.items() if sql}
        entry = self._catalog[types[0]]
        facts, forms = self._catalog.facts(entry.name), self._catalog.provider_of(entry.name).forms()
        of_api = dict(_of_api(entry, facts))
        out |= {name: sql for name, sql in of_api.items() if name not in out or name == "name"}
        for name, attr in _open(entry).items():
            value = f"attributes -> '$.\"{name}\"'"
            if form := forms.get(attr.canon):
                out[f"{name}_std"] = out[name] = form(f"({value})")
            else:
                out.setdefault(name, _typed(value, attr, facts.get(name)))
        own = known.columns if known else {}
        out |= {name: _OTHER.sub(lambda m: f"({out[m[1]]})", sql) for name, sql in own.items()}
        return {name: sql for name, sql in out.items() if sql}

    def read(self, table: str, columns: Iterable[str]) -> Read:
        """The types and the attributes that these columns of a table are read from."""
        known = self._named.get(table)
        of = self.columns(table)
        text = " ".join(of[c] for c in columns if c in of) + (known.rows if known else "")
        own = frozenset[str]() if table == DESCRIBED else frozenset(known.types if known else (table,))
        types = own | {t for t in _QUOTED.findall(text) if t in self._catalog}
        named = frozenset(_ATTRIBUTE.findall(text))
        computed = named.intersection(*(self._catalog[t].computed for t in own)) if own else frozenset[str]()
        return Read(types, named - computed, computed)

    def members(self, table: str, column: str) -> frozenset[str] | None:
        """The members that a column's JSON may have, at any depth; None where they are not drift's: tags, a policy."""
        expression = self.columns(table).get(column, "")
        if "json_object(" not in expression or any(word in expression for word in _OPEN):
            return None
        return frozenset(_MEMBER.findall(expression))

    def unread_members(self, text: str, tables: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(table, column with the member) that a query reads and no value of that column has: it would be NULL in
        every row, as if the cloud had none."""
        known = {*tables}
        for access in accesses(text):
            owners = [t for t in access.tables if t in known and access.column in self.columns(t)]
            told = [self.members(t, access.column) for t in owners]
            if owners and None not in told:
                there = frozenset[str]().union(*(t for t in told if t is not None))
                missing = [m for m in access.members if m not in there]
                if missing:
                    yield owners[0], f"{access.column} -> '{missing[0]}'"

    def view(self, table: str, more: Mapping[str, str] | None = None, only: Container[str] | None = None) -> str:
        """The statement that makes the view of a table; with `more` columns that are NULL; with `only`, no others
        of its own: each costs DuckDB time."""
        own = {n: sql for n, sql in self.columns(table).items() if only is None or n in only}
        columns = ", ".join(f'{sql} as "{name}"' for name, sql in {"_scan": "scan", **own, **(more or {})}.items())
        if table == DESCRIBED:
            source = "(select * exclude (scope) from current where side = 'desired')"
        else:
            known = self._named.get(table)
            types = ", ".join(f"'{self._catalog[t].listed_as}'" for t in (known.types if known else (table,)))
            where = f" and ({known.where})" if known and known.where else ""
            source = f"(select * from current where side = 'actual' and type in ({types}){where})"
            if known and known.rows:
                source = f"({known.rows})"
        return f'create or replace temp view "{table}" as select {columns} from {source} as r'


def prepared(db: DuckDBPyConnection, shapes: Shapes, text: str, *, nulls_allowed: bool = False) -> Shaped:
    """Make the views that a query names, and the query in DuckDB's SQL; StoreError if it is wrong, or names a column
    that drift does not know, unless NULL will do."""
    import duckdb

    tables = shapes.mentioned(text)
    for macro in MACROS:
        db.execute(f"create or replace temp macro {macro}")
    out = Shaped(translated(text))
    nulls: dict[str, dict[str, str]] = {t: {} for t in tables}
    words = set(_WORD.findall(text.lower()))
    asked = None if _EVERY.search(text) else words
    for table in tables:
        db.execute(shapes.view(table, only=asked))
        out.read[table] = shapes.read(table, words & shapes.columns(table).keys())
    for _ in range(MOST):
        try:
            db.execute(f"explain {out.sql}")
            out.unknown += sorted({*shapes.unread_members(text, tables)} - {*out.unknown})
            if out.unknown and not nulls_allowed:
                raise _not_known(out.unknown)
            return out
        except duckdb.BinderException as error:
            found = _missing(str(error))
            owner = _owner(text, *found, nulls) if found else None
            if not found or owner is None:
                return out  # asked for real, it says what is wrong
            nulls[owner][found[1]] = "null"
            out.unknown.append((owner, found[1]))
            db.execute(shapes.view(owner, nulls[owner], asked))
        except duckdb.CatalogException as error:
            name = re.search(r"Table with name (\w+) does not exist", str(error))
            if name and re.fullmatch(r"[a-z]+_\w+", name[1]):
                hint = did_you_mean(name[1], tables, "docs/sql.md lists the tables.")
                raise StoreError(f"there is no table {name[1]}: drift does not read such resources", hint) from None
            return out
        except duckdb.Error:
            return out
    return out


_INCOMPLETE: Final[Mapping[str, str]] = {
    "managed only": "read only where a state describes them",
    "partial": "read in part",
    "none": "not read",
    "not searched": "not looked for",
}
"""Completeness of a type -> what it means for a table."""


def lacking(db: DuckDBPyConnection, shaped: Shaped) -> Iterator[str]:
    """What of the tables that a query reads was not collected, in one line each: rows are missing, or hold NULL."""
    for table, (types, attributes, computed) in shaped.read.items():
        if not types:
            continue
        found = db.execute(
            "with looked as (select c.account, c.type, c.completeness from collection c join scan s using (scan) "
            "where list_contains($types, c.type) qualify row_number() over (partition by c.account, c.type "
            "order by c.completeness <> 'not searched' desc, s.searched desc, s.started_at desc, s.n desc) = 1), "
            "wanted as (select distinct account, unnest($types) as type from account join latest using (scan)) "
            "select type, coalesce(completeness, 'not searched'), list(account order by account) from wanted "
            "left join looked using (account, type) where completeness is distinct from 'complete' "
            "group by all order by 1",
            {"types": sorted(types)},
        ).fetchall()
        for type_, completeness, accounts in found:
            what = _INCOMPLETE.get(completeness, completeness)
            yield f"{table}: resources of {type_} were {what} in {few(accounts)}."
        unread = db.execute(
            "select a, count(*) from (select unnest(list_intersect(not_collected, $names) "
            "|| list_filter($computed::varchar[], lambda c: not list_contains(json_keys(attributes), c))) as a "
            "from current where side = 'actual' and list_contains($types, type)) group by a order by a",
            {"types": sorted(types), "names": sorted(attributes), "computed": sorted(computed)},
        ).fetchall()
        for name, rows in unread:
            yield f"{table}: {name} was not read in {rows} row{'s' * (rows != 1)}: NULL there."


def _not_known(columns: Sequence[tuple[str, str]]) -> StoreError:
    named = ", ".join(f"{table}.{column}" for table, column in sorted(columns))
    return StoreError(
        f"drift does not know {named}: what goes by it would be wrong",
        "Leave it out; or take NULL in every row: --unknown null.",
    )


def _missing(message: str) -> tuple[str, str] | None:
    """(table or empty, column) that DuckDB did not find."""
    for pattern in _MISSING:
        if found := pattern.search(message):
            return found.groupdict().get("table") or "", found["column"]
    return None


def _owner(
    text: str,
    alias: str,
    column: str,
    nulls: Mapping[str, Mapping[str, str]],
) -> str | None:
    """The table that a column that was not found belongs to: that of its alias, else the only one that may lack it."""
    from sqlglot import exp

    tree = parsed(text)
    if alias:
        named = {t.alias_or_name: t.name for t in tree.find_all(exp.Table)}
        found = str(named.get(alias, ""))
        return found if found in nulls and column not in nulls[found] else None
    for select in tree.find_all(exp.Select):
        own = {c.name for c in select.find_all(exp.Column) if c.find_ancestor(exp.Select) is select and not c.table}
        start = select.args.get("from_")
        if column not in own or start is None:
            continue
        sources = [start.this, *(j.this for j in select.args.get("joins") or ())]
        for source in sources:
            if isinstance(source, exp.Table) and source.name in nulls and column not in nulls[source.name]:
                return str(source.name)
    return None


def _of_api(entry: ResourceType, facts: Facts) -> Iterator[tuple[str, str]]:
    """(column, expression) of each attribute whose place in the API's answers is a plain path, and whose value is the
    API's. A column that several attributes could be is that of the shortest path; if these are several, it is none."""
    tree: dict[str, dict[str, object]] = {}
    found: dict[str, list[tuple[list[str], str, Attr, Any]]] = defaultdict(list)
    sections = {call.into for call in entry.describe}
    told = _open(entry)
    if not any(str(getattr(a.path, "text", "")) == str(getattr(entry.id.path, "text", "")) for a in told.values()):
        told["id"] = entry.id
    if is_secret(entry, "id"):
        told.pop("id", None)
    for name, attr in told.items():
        path = str(getattr(attr.path, "text", ""))
        if not _PLAIN.fullmatch(path) or path.startswith("parent.") or not _as_told(attr):
            continue
        steps, value = path.split("."), f"attributes -> '$.\"{name}\"'"
        if len(steps) > 1 and steps[0] in sections:
            steps = steps[1:]  # a call of its own told it
        if len(steps) > 1:
            _put(tree, [steps[0], *map(_exported, steps[1:])], _json(value, attr))
        else:
            found[snake(steps[0])].append((steps, value, attr, facts.get(name)))
    for column, given in found.items():
        least = min(len(steps) for steps, *_ in given)
        (first, value, attr, fact), *others = [g for g in given if len(g[0]) == least]
        if all(steps == first and not (a.fields or attr.fields) for steps, _, a, _ in others):
            yield column, _typed(value, attr, fact)
    for head, below in tree.items():
        if snake(head) not in found:
            yield snake(head), _object(below)


def _open(entry: ResourceType) -> dict[str, Attr]:
    """The attributes without secrets: of these drift has digests."""
    return {n: a for n, a in {**entry.computed, **entry.attributes}.items() if not is_secret(entry, n)}


def _as_told(attr: Attr) -> bool:
    """Whether the value is the API's in all but its spelling. A form of a provider's own is not: the name out of an
    ARN, a digest, rules by peer."""
    return attr.from_api is None if attr.fields else attr.canon.__module__.startswith("drift.normalize.")


def _exported(name: str) -> str:
    """A member as the SDK names it that these tables are made with: each begins with a capital letter.

    >>> _exported("allSupported"), _exported("KmsKeyId")
    ('AllSupported', 'KmsKeyId')
    """
    return name[:1].upper() + name[1:]


def _put(tree: dict[str, dict[str, object]], steps: list[str], sql: str) -> None:
    at: dict[str, object] = tree  # type: ignore[assignment]
    for step in steps[:-1]:
        inner = at.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        at = inner
    at.setdefault(steps[-1], sql)


def _object(below: Mapping[str, object]) -> str:
    members = ", ".join(f"'{name}', {_object(sql) if isinstance(sql, dict) else sql}" for name, sql in below.items())
    return f"json_object({members})"


def _typed(value: str, attr: Attr, fact: Any = None) -> str:
    """The value with the type of its kind, or of what the Terraform provider's schema says of it."""
    text = f"json_extract_string({value}, '$')"
    if attr.fields:
        return _json(value, attr)
    is_text = isinstance(fact, str) and " " not in fact and not attr.document
    if attr.canon in (values.text, values.lower) or (is_text and attr.canon not in _OF_THEIR_OWN):
        return text
    if attr.canon is values.number:
        return f"coalesce(try_cast({text} as bigint), try_cast({text} as double)::bigint)"
    if attr.canon is values.boolean:
        return f"try_cast({text} as boolean)"
    if attr.canon is times.moment:
        return f"try_cast({text} as timestamptz)"
    return _json(value, attr)


def _json(value: str, attr: Attr, depth: int = 0) -> str:
    """The value as JSON; in a block, with the API's names. A JSON null is NULL. `depth` blocks are around it."""
    value = f"({value})"
    clean = f"case when json_type({value}) <> 'NULL' then {value} end"
    if not attr.fields:
        return clean
    if attr.many:
        inner = _members(f"b{depth}", attr, depth + 1)
        each = f"to_json(list_transform(json_extract({value}, '$[*]'), lambda b{depth}: {inner}))"
        return f"case when json_type({value}) = 'ARRAY' then {each} end"
    return f"case when json_type({value}) = 'OBJECT' then {_members(value, attr, depth)} end"


def _members(value: str, attr: Attr, depth: int) -> str:
    tree: dict[str, dict[str, object]] = {}
    flat: dict[str, object] = {}
    for name, inner in attr.fields.items():
        path = str(getattr(inner.path, "text", "")) if _as_told(inner) else ""
        at = f"{value} -> '$.\"{name}\"'"
        sql = _json(at, inner, depth) if inner.fields else f"({at})"
        if first := _FIRST.fullmatch(path):
            flat.setdefault(_exported(first[1]), f"case when json_type({at}) <> 'NULL' then json_array({sql}) end")
        elif not _PLAIN.fullmatch(path):
            flat.setdefault(name, sql)
        elif "." in path:
            _put(tree, [_exported(step) for step in path.split(".")], sql)
        else:
            flat.setdefault(_exported(path), sql)
    return _object({**flat, **{k: v for k, v in tree.items() if k not in flat}})
