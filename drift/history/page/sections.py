"""The views of the page: each asks a reader and writes markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drift.errors import DriftError, StoreError
from drift.history.named import NAMED
from drift.history.page.asked import GRAVEST, Asked, day, life_of, rows_of, scoped
from drift.history.page.markup import (
    KINDS,
    SEVERITIES,
    Markup,
    address,
    choice,
    field,
    form,
    link,
    many,
    section,
    table,
    tag,
)
from drift.history.reading import Reader, Scan
from drift.model.drift import Drift
from drift.report import whose
from drift.report.escape import html, sql
from drift.report.safe import shown
from drift.report.select import Difference
from drift.report.wording import sentence

if TYPE_CHECKING:
    from drift.history.shapes import Shapes

SIZE = 50
"""Rows of one page of the explorer."""
CHANGES = 20
"""Changes of one entry of a difference."""
ROWS = 1000
"""Rows that the SQL console shows."""
SECONDS = 10
"""How long a query of the SQL console may take."""
ENTRIES = 200
"""Entries of each group of a difference."""
STATEMENT = 20_000
"""Characters of a query."""


# ---- explorer -------------------------------------------------------------------------------------------------------
_FILTERS = {"kind": "kind", "severity": "severity", "type": "type", "account": "account"}


def explorer(reader: Reader, asked: Asked) -> Markup:
    """The drift or the resources of a scan, a page at a time."""
    scope, scans, scopes = scoped(reader, asked)
    scan = reader.find(asked["scan"] or "latest", scope)
    drift = asked["what"] != "resources"
    by = _FILTERS if drift else {"verdict": "verdict", "side": "side", "type": "type", "account": "account"}
    given = {n: asked[n] for n in by if asked[n]}
    values: dict[str, Any] = {"scan": scan.scan, **given}
    where = [f"{by[n]} = ${n}" for n in given]
    source, columns = "drift where scan = $scan and not accepted", "kind, severity"
    if not drift:
        source, columns = "resource where scan = $scan", "verdict, side"
        if "side" not in given:
            where.append("(side = 'actual' or verdict = 'missing')")
    if module := asked["module"]:
        where.append("coalesce(nullif(module, ''), 'root') = $module")
        if drift:
            where.append("kind <> 'unmanaged'")
        values["module"] = module
    if text := asked["q"].strip():
        where.append(
            "(contains(lower(coalesce(address, '')), $q) or contains(lower(coalesce(id, '')), $q) "
            "or contains(lower(coalesce(name, '')), $q) or contains(lower(coalesce(arn, '')), $q))"
        )
        values["q"] = text.lower()
    source += "".join(f" and {w}" for w in where)
    total = int(rows_of(reader, f"select count(*) from {source}", **values)[0][0])
    pages = max(1, -(-total // SIZE))
    at = min(max(int(asked["page"]) if asked["page"].isdecimal() and len(asked["page"]) < 9 else 1, 1), pages)
    order = f"{GRAVEST}, type, address, id" if drift else "type, address, id, side"
    found = rows_of(
        reader,
        f"select {columns}, type, coalesce(address, id) as resource, id, account, region, address, module "
        f"from {source} order by {order} limit {SIZE} offset {(at - 1) * SIZE}",
        **values,
    )
    rows = [
        (tag(a), tag(b, "severity") if drift else b, type_, life_of(name, scope, type_, id_, account, region, where_),
         account, region, module or "")
        for a, b, type_, name, id_, account, region, where_, module in found
    ]  # fmt: skip
    heads = ["Kind", "Severity"] if drift else ["Verdict", "Side"]
    return Markup(
        _explorer_form(reader, asked, scope, scopes, scan, scans, drift=drift)
        + f'<p class="shown" role="status">{many(total, "drifted resource" if drift else "resource")} in the scan of '
        f"{day(scan.started_at)} UTC. Page {at:,} of {pages:,}.</p>"
        + table("Resources that match", [*heads, "Type", "Resource", "Account", "Region", "Module"], rows,
                "Nothing matches. Choose fewer filters.")
        + _pager(asked, at, pages)
    )  # fmt: skip


def _explorer_form(
    reader: Reader,
    asked: Asked,
    scope: str,
    scopes: Sequence[str],
    scan: Scan,
    scans: Sequence[Scan],
    *,
    drift: bool,
) -> str:
    source = "drift" if drift else "resource"

    def distinct(column: str, none: str = "all") -> dict[str, str]:
        text = f"select distinct {column} from {source} where scan = $scan and {column} <> '' order by 1 limit 500"
        return {"": none, **{v: v for (v,) in rows_of(reader, text, scan=scan.scan)}}

    recent = {"": f"latest ({day(scans[-1].started_at)})"} | {s.scan: day(s.started_at) for s in scans[-2:-62:-1]}
    parts = [
        choice("scope", "Scope", {s: s for s in scopes}, scope) if len(scopes) > 1 else "",
        choice("what", "Show", {"": "drift", "resources": "all resources"}, "" if drift else "resources"),
        choice("scan", "Scan", recent, asked["scan"]),
    ]
    if drift:
        parts.append(choice("kind", "Kind", {"": "all", **{k: k for k in KINDS}}, asked["kind"]))
        parts.append(choice("severity", "Severity", {"": "any", **{s: s for s in SEVERITIES}}, asked["severity"]))
    else:
        parts.append(choice("verdict", "Verdict", distinct("verdict"), asked["verdict"]))
        parts.append(
            choice("side", "Side", {"": "one row each", "actual": "actual", "desired": "desired"}, asked["side"])
        )
    parts += [
        choice("type", "Type", distinct("type"), asked["type"]),
        choice("account", "Account", distinct("account"), asked["account"]),
        choice("module", "Module", {**distinct("module"), "root": "root"}, asked["module"]),
        field("q", "Search", asked["q"], "address, id, name or ARN"),
    ]
    return form("explore", "Explorer", *parts)


def _pager(asked: Asked, at: int, pages: int) -> str:
    if pages == 1:
        return ""
    steps = {"First": 1, "Previous": at - 1, "Next": at + 1, "Last": pages}
    items = "".join(
        f"<li>{link(name, asked.with_('explore', page=str(to)))}</li>"
        for name, to in steps.items()
        if 1 <= to <= pages and to != at
    )
    return f'<nav aria-label="Pages"><ul class="jump">{items}</ul></nav>'


# ---- one resource ---------------------------------------------------------------------------------------------------
def resource(reader: Reader, asked: Asked) -> Markup:
    """The life of one resource: in which scans it was there, when it changed, when it drifted, and who did it."""
    scope, scans, _ = scoped(reader, asked)
    which = {n: asked[n] for n in ("type", "id", "account", "region", "address")}
    if not which["type"] or not (which["id"] or which["address"]):
        raise StoreError("no resource is named", "Choose one in the explorer.")
    same = (
        "type = $type and ((coalesce(id, '') <> '' and id = $id and coalesce(account, '') in ('', $account) "
        "and coalesce(region, '') in ('', $region)) or (coalesce(address, '') <> '' and address = $address))"
    )
    scoped_to = {**which, "scope": scope}
    seen = rows_of(
        reader,
        "select s.n, v.side, p.verdict, v.v, v.attributes "
        "from version v join present p using (v) join scan s using (n) "
        f"where s.scope = $scope and {same.replace('type =', 'v.type =', 1)} order by s.started_at, s.n",
        **scoped_to,
    )
    drifts = rows_of(
        reader,
        "select d.scan, d.kind, d.severity, d.fingerprint, d.since, d.actor, d.accepted from drift d "
        f"join scan s using (scan) where s.scope = $scope and {same} order by s.started_at, s.n",
        **scoped_to,
    )
    if not seen and not drifts:
        raise StoreError("no scan of this scope saw that resource", "Choose one in the explorer.")
    number = dict(rows_of(reader, "select scan, n from scan where scope = $scope", scope=scope))
    by_scan: dict[str, tuple[Any, ...]] = {d[0]: d for d in drifts}
    there = {n for n, *_ in seen}
    squares = []
    for scan in scans[-366:]:
        kind = by_scan[scan.scan][1] if scan.scan in by_scan else "sync" if number[scan.scan] in there else "absent"
        said = {"sync": "in sync", "absent": "not seen"}.get(kind, kind)
        squares.append(f'<li class="{html(kind)}" title="{day(scan.started_at)}: {said}"></li>')
    counts = {k: sum(d[1] == k for d in drifts) for k in KINDS}
    told = ", ".join(f"{k} in {n:,}" for k, n in counts.items() if n) or "in sync whenever it was seen"
    gone = sum(number[s.scan] not in there and s.scan not in by_scan for s in scans)
    told += f", not seen in {gone:,}" if gone else ""
    facts = "".join(f"<dt>{n}</dt><dd>{html(v)}</dd>" for n, v in which.items() if v)
    return Markup(
        f'<dl class="facts">{facts}</dl>'
        + section("Each scan", f'<ul class="life" aria-hidden="true">{"".join(squares)}</ul>',
                  lead=f"Of {many(len(scans), 'scan')}: {told}.")
        + section("What happened", table("What happened, the last first", ["Scan", "What", "Before", "After", "Who"],
                  _events(reader, scans, number, seen, drifts)))
    )  # fmt: skip


def _events(
    reader: Reader,
    scans: Sequence[Scan],
    number: Mapping[str, int],
    seen: Sequence[tuple[Any, ...]],
    drifts: Sequence[tuple[Any, ...]],
) -> list[tuple[object, ...]]:
    """Each change between one scan and the next, the last first."""
    sides: dict[str, dict[int, tuple[int, str]]] = {"actual": {}, "desired": {}}
    for n, side, _, v, attributes in seen:
        sides[side][n] = (v, attributes)
    by_scan = {d[0]: d for d in drifts}
    out: list[tuple[object, ...]] = []
    before: str | None = None
    last: dict[str, tuple[int, str] | None] = {"actual": None, "desired": None}
    for i, scan in enumerate(scans):
        at, n = day(scan.started_at), number[scan.scan]
        for side, of in sides.items():
            now, was = of.get(n), last[side]
            name = {"actual": "in the account", "desired": "in Terraform"}[side]
            if now and was and now[0] != was[0]:
                out += [(at, f"{path} changed {name}", b, a, "") for path, b, a in _differing(was[1], now[1])]
            elif now and not was and i:
                out.append((at, f"Appears {name}", "", "", ""))
            elif was and not now:
                why = " (not everything could be read)" if scan.incomplete else ""
                out.append((at, f"No longer seen {name}{why}", "", "", ""))
            last[side] = now
        drift = by_scan.get(scan.scan)
        if drift and drift[3] != before:
            out += _drift_events(reader, at, drift)
        elif before and not drift:
            said = "Drift not seen (not everything could be read)" if scan.incomplete else "The drift is gone"
            out.append((at, said, "", "", ""))
        before = drift[3] if drift else None
    return out[::-1][:ROWS]


def _differing(was: str | None, now: str | None) -> Iterable[tuple[str, str, str]]:
    old, new = json.loads(was or "{}"), json.loads(now or "{}")
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            yield path, shown(old.get(path)), shown(new.get(path))


def _drift_events(reader: Reader, at: str, drift: tuple[Any, ...]) -> list[tuple[object, ...]]:
    scan, kind, severity, fingerprint, since, actor, accepted = drift
    who = _who(reader, scan, fingerprint) or actor or ""
    said = f"Drifts: {kind}" + (f", {severity}" if severity else "") + (", accepted" if accepted else "")
    said += f" (since {day(since)})" if since else ""
    text = (
        "select path, desired, actual, sensitive from change where scan = $scan and fingerprint = $fingerprint "
        f"order by path limit {ENTRIES}"
    )
    changes = rows_of(reader, text, scan=scan, fingerprint=fingerprint)
    rows: list[tuple[object, ...]] = [
        (at, f"{said}: {path}", *(("(sensitive)", "(sensitive, changed)") if hidden else (b, a)), who)
        for path, b, a, hidden in changes
    ]
    return rows or [(at, said, "", "", who)]


def _who(reader: Reader, scan: str, fingerprint: str) -> str:
    """Who made a drift, as the report of the scan tells."""
    for drift in reader.report(scan).drift:
        if drift.fingerprint == fingerprint:
            return "; ".join(map(whose.line, drift.who))
    return ""


# ---- two scans ------------------------------------------------------------------------------------------------------
def difference(reader: Reader, asked: Asked) -> Markup:
    """What drifts in one scan and not in another, with both sides of each change."""
    scope, scans, scopes = scoped(reader, asked)
    options = {s.scan: day(s.started_at) for s in scans[:-367:-1]}
    new = reader.find(asked["new"] or "latest", scope)
    old = reader.find(asked["old"] or ("latest~1" if len(scans) > 1 else "latest"), scope)
    ask = form(
        "diff", "Scans to compare",
        choice("scope", "Scope", {s: s for s in scopes}, scope) if len(scopes) > 1 else "",
        choice("old", "Earlier", options, old.scan), choice("new", "Later", options, new.scan), button="Compare",
    )  # fmt: skip
    return Markup(ask + compared(reader, old, new, scope))


def compared(reader: Reader, old: Scan, new: Scan, scope: str, *, alone: bool = False) -> str:
    """The difference between two scans. `alone`: without links to other views."""
    found = Difference.between(reader.report(old.scan), reader.report(new.scan))

    def named(d: Drift) -> Markup | str:
        where, key = str(d.resource.address or ""), d.found.key
        return life_of(where or d.found.id, scope, d.type, d.found.id, key.account, key.region, where, alone=alone)

    def rows(drifts: Iterable[Drift]) -> list[tuple[object, ...]]:
        return [(tag(d.kind), named(d), sentence(d), _sides(d)) for d in list(drifts)[:ENTRIES]]

    heads = ["Kind", "Resource", "What", "Desired → actual"]
    changed = [(tag(now.kind), named(now), _sides(before), _sides(now)) for before, now in found.changed[:ENTRIES]]
    said = (
        f"From {day(old.started_at)} to {day(new.started_at)} UTC: {len(found.new):,} new, {len(found.changed):,} "
        f"changed, {len(found.resolved):,} resolved, {found.same:,} as before."
    )
    over = max(map(len, (found.new, found.changed, found.resolved, found.unknown))) > ENTRIES
    parts = [
        f'<p class="shown" role="status">{html(said)}</p>',
        f'<p class="sub">Of each group, {ENTRIES} are shown: `drift diff` tells all.</p>' if over else "",
        section("New", table("New drift", heads, rows(found.new))),
        section("Changed", table("Drift that changed", ["Kind", "Resource", "Earlier", "Later"], changed)),
        section("Resolved", table("Drift that is gone", heads, rows(found.resolved))),
    ]
    if found.unknown:
        lead = "The later scan could not read these: they may still drift."
        parts.append(section("Unknown", table("Drift that was not read again", heads, rows(found.unknown)), lead=lead))
    return "".join(parts)


def _sides(drift: Drift) -> Markup:
    """Each change of a drift, desired and actual."""
    items = "".join(
        f"<li><code>{html(c.path)}</code>: "
        + ("(sensitive)" if c.sensitive else f"{html(shown(c.desired))} → {html(shown(c.actual))}")
        + "</li>"
        for c in drift.changes[:CHANGES]
    )
    return Markup(f"<ul>{items}</ul>")


# ---- SQL ------------------------------------------------------------------------------------------------------------
def console(reader: Reader, asked: Asked) -> Markup:
    """A query, its answer, and the named queries."""
    named = NAMED.get(asked["name"])
    values = {n: asked[n] or default for n, default in named.parameters.items()} if named else {}
    text = asked["sql"].strip() or (_filled(named.sql, values) if named else "")
    lines = "\n".join(map(html, text.splitlines()))
    parts = [
        (
            '<form action="/sql" method="get" aria-label="Query"><label for="sql">A query over the tables of '
            f"docs/sql.md, also in Steampipe's shape: the first {ROWS:,} rows, at most {SECONDS} seconds</label>"
            f'<textarea id="sql" name="sql" rows="8" spellcheck="false" maxlength="{STATEMENT}">{lines}</textarea>'
            f'<input type="hidden" name="scope" value="{html(asked["scope"])}">'
            '<p><button type="submit">Run</button></p></form>'
        )
    ]
    if named and values and not asked["sql"].strip():
        hidden = f'<input type="hidden" name="name" value="{html(named.name)}">'
        if "scope" not in values:
            hidden += f'<input type="hidden" name="scope" value="{html(asked["scope"])}">'
        inside = [field(n, n, v, named.parameters[n]) for n, v in values.items()]
        parts.insert(0, form("sql", f"Parameters of {named.name}", hidden, *inside, button="Run"))
    if named:
        parts.insert(0, f'<p class="sub">{html(named.name)}: {html(named.title)}</p>')
    if text:
        parts.append(_answer(reader, text, None if named and not asked["sql"].strip() else asked.shapes))
    items = "".join(
        f"<li>{link(q.name, address('sql', scope=asked['scope'], name=q.name))}: {html(q.title)}"
        + "".join(f" <code>{html(n)}={html(d)}</code>" for n, d in q.parameters.items())
        + "</li>"
        for q in NAMED.values()
    )
    parts.append(section("Named queries", f"<ul>{items}</ul>"))
    return Markup("".join(parts))


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A named query with its values in the place of its parameters, so that it can be edited and run."""
    return re.sub(r"\$(\w+)", lambda m: sql(values[m[1]]) if m[1] in values else m[0], text)


def _answer(reader: Reader, text: str, shapes: Callable[[], Shapes] | None) -> str:
    """The answer to a query; one that names a table of another tool's shape is read as its users write it."""
    if len(text) > STATEMENT:
        return _wrong(StoreError(f"the query is longer than {STATEMENT:,} characters", "Use `drift query`."))
    notes: list[str] = []
    try:
        if shapes is not None and (known := shapes()).mentioned(text):
            ready = reader.shaped(text, known)
            text, notes = ready.sql, reader.lacking(ready)
        found = reader.limited(text, ROWS, SECONDS)
    except DriftError as error:
        return _wrong(error)
    lacking = "".join(f'<p class="note">Incomplete: {html(note)}</p>' for note in notes)
    more = f": the first {ROWS:,}, there are more" if found.more else ""
    said = f'<p class="shown" role="status">{many(len(found.rows), "row")}{more}.</p>'
    return said + lacking + table("Answer", found.columns, found.rows, "No row.")


def _wrong(error: DriftError) -> str:
    return problem(error.message, error.hint)


def problem(said: str, hint: str) -> Markup:
    """What went wrong, and what to do."""
    return Markup(f'<p class="error" role="alert">{html(said)}<br>{html(hint)}</p>')
