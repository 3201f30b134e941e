"""Reads a query as PostgreSQL, and says it in DuckDB's SQL: what the community writes about tables of this shape.

sqlglot parses and translates. What it does not know of JSON (`@>`, `?`, `jsonb_array_elements`, `like any`) becomes
calls of the macros here.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from drift.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import exp

MACROS: Final = (
    "like_any(x, patterns) as x is not null and len(list_filter(patterns, lambda p: x like p)) > 0",
    "not_like_any(x, patterns) as x is not null and len(list_filter(patterns, lambda p: x not like p)) > 0",
    "like_all(x, patterns) as x is not null and len(list_filter(patterns, lambda p: x not like p)) = 0",
    "jsonb_contains(a, b) as json_contains(a::json, b::json)",
    (
        "jsonb_exists(j, name) as case json_type(j::json) when 'OBJECT' then list_contains(json_keys(j::json), name) "
        "else list_contains(json_extract_string(j::json, '$[*]'), name) end"
    ),
    (
        "jsonb_exists_all(j, names) as list_has_all(case json_type(j::json) when 'OBJECT' then json_keys(j::json) "
        "else json_extract_string(j::json, '$[*]') end, names)"
    ),
    (
        "jsonb_exists_any(j, names) as list_has_any(case json_type(j::json) when 'OBJECT' then json_keys(j::json) "
        "else json_extract_string(j::json, '$[*]') end, names)"
    ),
    (
        "jsonb_typeof(j) as case json_type(j::json) when 'OBJECT' then 'object' when 'ARRAY' then 'array' "
        "when 'VARCHAR' then 'string' when 'BOOLEAN' then 'boolean' when 'NULL' then 'null' "
        "else case when j is null then null else 'number' end end"
    ),
    "jsonb_array_length(j) as case when json_type(j::json) = 'ARRAY' then json_array_length(j::json)::integer end",
    "json_typeof(j) as jsonb_typeof(j)",
    "to_jsonb(x) as to_json(x)",
    "jsonb_array_elements(j) as table select unnest(try_cast(j::json as json[])) as value",
    "jsonb_array_elements_text(j) as table select unnest(try_cast(j::json as varchar[])) as value",
    "json_array_elements(j) as table select unnest(try_cast(j::json as json[])) as value",
    "json_array_elements_text(j) as table select unnest(try_cast(j::json as varchar[])) as value",
    "string_to_array(x, mark) as table select string_split(x, mark) as value",
    "jsonb_object_keys(j) as table select unnest(json_keys(j::json)) as value",
    "jsonb_each(j) as table select unnest(json_keys(j::json)) as key, unnest(json_extract(j::json, '$.*')) as value",
    (
        "jsonb_each_text(j) as table "
        "select unnest(json_keys(j::json)) as key, unnest(json_extract_string(j::json, '$.*')) as value"
    ),
    (
        "without_nulls(j) as (select json_group_object(k, case when json_type(v) = 'ARRAY' "
        "and json_array_length(v) = 1 "
        "and json_type(json_extract(v, '$[0]')) = 'OBJECT' then json_extract(v, '$[0]') else v end) from (select "
        "unnest(json_keys(j::json)) as k, unnest(json_extract(j::json, '$.*')) as v) where json_type(v) <> 'NULL')"
    ),
)
"""Bodies of `create temp macro`."""

_SCALAR: Final = {
    "jsonb_array_elements": "json[]",
    "jsonb_array_elements_text": "varchar[]",
    "json_array_elements": "json[]",
    "json_array_elements_text": "varchar[]",
    "jsonb_object_keys": "",
}
"""Function that makes rows -> the list that `unnest` makes rows of, where it stands for a value; empty for names."""
_ROWS: Final = frozenset((*_SCALAR, "string_to_array"))
"""Functions in `from` with one column, which PostgreSQL lets the alias stand for."""
_RENAMED: Final = {
    "jsonb_build_object": "json_object",
    "json_build_object": "json_object",
    "jsonb_build_array": "json_array",
    "json_build_array": "json_array",
}


def translated(text: str) -> str:
    """The query in DuckDB's SQL; StoreError if it is no PostgreSQL."""
    from sqlglot.errors import SqlglotError

    try:
        tree = parsed(text)
        _rewrite(tree)
        return tree.sql(dialect="duckdb")
    except SqlglotError as error:
        first = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split("\n", 1)[0]
        raise StoreError(f"the query is wrong: {first}", "It is read as PostgreSQL; try --dialect duckdb.") from None


def parsed(text: str) -> exp.Expr:
    """The query, read as PostgreSQL."""
    import sqlglot
    from sqlglot.dialects.postgres import Postgres
    from sqlglot.tokenizer_core import TokenType

    class Dialect(Postgres):
        """In a call, `a -> 'b'` reads a member; it is no function."""

        class Parser(Postgres.Parser):  # type: ignore[misc, valid-type]
            LAMBDAS = {k: v for k, v in Postgres.Parser.LAMBDAS.items() if k != TokenType.ARROW}  # noqa: RUF012

    trees = [t for t in sqlglot.parse(text, read=Dialect) if t is not None]
    if len(trees) != 1:
        raise StoreError("only one query at a time can be run", "Run them one by one.")
    return trees[0]


def _rewrite(tree: exp.Expr) -> None:
    from sqlglot import exp

    for like in list(tree.find_all(exp.Like, exp.ILike)):
        _pattern(like)
    for operator, name in (
        (exp.ArrayContainsAll, "jsonb_contains"),
        (exp.JSONBContainsTopKey, "jsonb_exists"),
        (exp.JSONBContainsAllTopKeys, "jsonb_exists_all"),
        (exp.JSONBContainsAnyTopKeys, "jsonb_exists_any"),
    ):
        for node in list(tree.find_all(operator)):
            node.replace(exp.Anonymous(this=name, expressions=[node.this, node.expression]))
    for inside in list(tree.find_all(exp.ArrayContainedBy)):
        inside.replace(exp.Anonymous(this="jsonb_contains", expressions=[inside.expression, inside.this]))
    for path in list(tree.find_all(exp.JSONBExtract, exp.JSONBExtractScalar)):
        _path(path)
    for kind in list(tree.find_all(exp.DataType)):
        if str(kind).lower() in ("inet", "cidr"):
            kind.replace(exp.DataType.build("text"))  # an address is compared as it is written
    for same in list(tree.find_all(exp.EQ, exp.NEQ)):
        _compared(same)
    _names(tree)
    _aliases(tree)
    _lateral(tree)
    for call in list(tree.find_all(exp.Anonymous)):
        _function(call)


def _function(node: exp.Anonymous) -> None:
    """A function that is called otherwise in DuckDB."""
    from sqlglot import exp

    name = str(node.this).lower()
    if name in _SCALAR and not isinstance(node.parent, exp.Table):
        of: exp.Expr = exp.cast(node.expressions[0], "json", dialect="duckdb")
        if kind := _SCALAR[name]:
            every: exp.Expr = exp.TryCast(this=of, to=exp.DataType.build(kind, dialect="duckdb"))
        else:
            every = exp.Anonymous(this="json_keys", expressions=[of])
        node.replace(exp.Anonymous(this="unnest", expressions=[every]))
    elif name in ("jsonb_agg", "json_agg"):
        every = exp.Anonymous(this="list", expressions=node.expressions)
        if isinstance(node.parent, exp.Filter):  # what is filtered is the list
            filtered = node.parent.copy()
            filtered.set("this", every)
            node.parent.replace(exp.Anonymous(this="to_json", expressions=[filtered]))
        else:
            node.replace(exp.Anonymous(this="to_json", expressions=[every]))
    elif name in _RENAMED:
        node.set("this", _RENAMED[name])


def _pattern(node: exp.Expr) -> None:
    """`x like any (array[…])`."""
    from sqlglot import exp

    among = node.expression
    if not isinstance(among, exp.Any | exp.All):
        return
    patterns = among.this.unnest()
    what, where = node.this, patterns
    if isinstance(node, exp.ILike):
        what = exp.Anonymous(this="lower", expressions=[what])
    name = "like_any" if isinstance(among, exp.Any) else "like_all"
    negated = bool(node.args.get("negate"))
    if negated and name == "like_any":
        name, negated = "not_like_any", False
    call: exp.Expr = exp.Anonymous(this=name, expressions=[what, where])
    node.replace(exp.Not(this=call) if negated else call)


def _path(node: exp.Expr) -> None:
    """`j #>> '{a,b}'` as `j ->> '$.a.b'`."""
    from sqlglot import exp

    text = str(node.expression.this)
    if not (text.startswith("{") and text.endswith("}")):
        return
    steps = [s.strip().strip('"') for s in text[1:-1].split(",")]
    path = "$" + "".join(f"[{s}]" if s.isdigit() else f'."{s}"' for s in steps)
    name = "json_extract_string" if isinstance(node, exp.JSONBExtractScalar) else "json_extract"
    node.replace(exp.Anonymous(this=name, expressions=[node.this, exp.Literal.string(path)]))


def _compared(node: exp.Expr) -> None:
    """`j -> 'a' = '["x", "y"]'`: PostgreSQL compares what the text says, DuckDB the text, which it keeps without
    spaces."""
    from sqlglot import exp

    literal = node.expression
    if isinstance(node.this, exp.JSONExtract) and isinstance(literal, exp.Literal) and literal.is_string:
        with contextlib.suppress(ValueError):
            said = json.dumps(json.loads(str(literal.this)), ensure_ascii=False, separators=(",", ":"))
            literal.replace(exp.Literal.string(said))


class Access(NamedTuple):
    """A query reads a member of a JSON value."""

    tables: tuple[str, ...]
    """The tables, one of which has the column."""
    column: str
    members: tuple[str, ...]
    """From the outside to the inside; elements of lists are passed through."""


def accesses(text: str) -> Iterator[Access]:
    """The members that a query reads of columns, as far as the query itself tells: what passes through a query of its
    own in `with` is not followed."""
    from sqlglot import exp

    kinds = (exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar)
    for node in parsed(text).find_all(*kinds):
        if isinstance(node.parent, kinds) and node.arg_key == "this":
            continue  # the outer one tells of it
        found = _accessed(node, 0)
        if found is not None and found.members:
            yield found


def _accessed(node: exp.Expr, depth: int) -> Access | None:
    """What a value is read from; None if it is no member of a column."""
    from sqlglot import exp

    members: list[str] = []
    while not isinstance(node, exp.Column):
        if isinstance(node, exp.JSONExtract | exp.JSONExtractScalar | exp.JSONBExtract | exp.JSONBExtractScalar):
            members = [*_steps(node), *members]
        elif not isinstance(node, exp.Paren | exp.Cast):
            return None
        node = node.this
    select = node.find_ancestor(exp.Select)
    if select is None or depth > 8:
        return None
    sources = {s.alias_or_name: s for s in _sources(select)}
    made = sources.get(node.table or node.name)
    if made is not None and _called(made) in _ROWS and (not node.table or node.name == "value"):
        inner = _accessed(made.this.expressions[0] if made.this.expressions else made.this.this, depth + 1)
        return Access(inner.tables, inner.column, (*inner.members, *members)) if inner else None
    named = [sources[node.table]] if node.table in sources else [] if node.table else list(sources.values())
    tables = tuple(s.name for s in named if isinstance(s, exp.Table) and not _called(s))
    return Access(tables, node.name, tuple(members)) if tables else None


def _steps(node: exp.Expr) -> list[str]:
    from sqlglot import exp

    path = node.expression
    if isinstance(path, exp.JSONPath):
        return [str(step.this) for step in path.expressions if isinstance(step, exp.JSONPathKey)]
    text = str(path.this) if isinstance(path, exp.Literal) and path.is_string else ""
    if text.startswith("{"):
        return [s.strip().strip('"') for s in text[1:-1].split(",") if not s.strip().isdigit()]
    return [text] if text else []


def _sources(select: exp.Select) -> list[exp.Expr]:
    start = select.args.get("from_")
    return [*([start.this] if start else []), *(j.this for j in select.args.get("joins") or ())]


def _aliases(tree: exp.Expr) -> None:
    """An alias of a function in `from` stands for its one column: `s -> 'x'` is `s.value -> 'x'`."""
    from sqlglot import exp

    for select in list(tree.find_all(exp.Select)):
        names = set(_row_aliases(select))
        for column in list(select.find_all(exp.Column)) if names else ():
            if not column.table and column.name in names:
                value: exp.Expr = exp.column("value", table=column.name)
                if isinstance(column.parent, exp.Select) and column.arg_key == "expressions":
                    value = exp.alias_(value, column.name)  # the column of the answer keeps the name
                column.replace(value)


def _names(tree: exp.Expr) -> None:
    """A column that is a call has the function's name in PostgreSQL: `select count(*)` answers `count`."""
    from sqlglot import exp

    for select in list(tree.find_all(exp.Select)):
        for column in list(select.expressions):
            if isinstance(column, exp.AggFunc | exp.Coalesce | exp.Anonymous):
                name = str(column.this) if isinstance(column, exp.Anonymous) else column.sql_name()
                column.replace(exp.alias_(column.copy(), name.lower()))


def _lateral(tree: exp.Expr) -> None:
    """`from a, f(a.x) as v left join b on …` as `from a cross join f(a.x) as v left join b on …`.

    Both say the same, as each row of `a` has its own rows of `f`; the first binds `f` with `b` before `a` is known,
    which DuckDB does not do. A right or full join would say something else, and stays.
    """
    from sqlglot import exp

    for select in list(tree.find_all(exp.Select)):
        joins = select.args.get("joins") or []
        if any(j.side in ("RIGHT", "FULL") for j in joins):
            continue
        for join, after in itertools.pairwise(joins):
            comma = not (join.side or join.kind or join.method or join.args.get("on") or join.args.get("using"))
            explicit = bool(after.side or after.kind or after.args.get("on") or after.args.get("using"))
            if comma and explicit and _called(join.this):
                join.set("kind", "CROSS")


def _row_aliases(select: exp.Select) -> Iterator[str]:

    for source in _sources(select):
        if source.alias and _called(source) in _ROWS:
            alias = source.args["alias"]
            if not alias.columns:
                yield source.alias


def _called(source: exp.Expr) -> str:
    """The name of the function that is called in `from`; empty for a table or a query."""
    from sqlglot import exp

    function = source.this if isinstance(source, exp.Table | exp.Lateral) else None
    if isinstance(function, exp.Anonymous):
        return str(function.this).lower()
    return function.sql_name().lower() if isinstance(function, exp.Func) else ""
