"""The overview: trends, what is new, where drift is, and the gravest among their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from drift.history.named import NAMED
from drift.history.page.asked import GRAVEST, Asked, day, life_of, rows_of, scope_form, scoped
from drift.history.page.chart import spark, trend
from drift.history.page.graph import Graph, Node, drawn, node
from drift.history.page.markup import KINDS, SEVERITIES, Markup, address, field, form, link, many, section, table, tag
from drift.history.reading import Reader, Scan
from drift.report.escape import html

MOST = 20
"""Modules, accounts, teams and new entries that are shown."""


def overview(reader: Reader, asked: Asked, *, alone: bool = False) -> Markup:
    """Trends, where drift is, and what is new. `alone`: without links to other views."""
    scope, scans, scopes = scoped(reader, asked)
    last, days = scans[-1], [day(s.started_at) for s in scans]
    head = "" if alone else scope_form("", scope, scopes)
    by_kind = {kind: [getattr(s, kind) for s in scans] for kind in KINDS}
    return Markup(
        head + f'<p class="scope">Last of {many(len(scans), "scan")}: {day(last.started_at)} UTC, '
        f"{'not everything could be read' if last.incomplete else 'complete'}</p>"
        + _cards(last, scope, alone=alone)
        + '<div class="pair">'
        + section("Drift by kind", trend("Drift by kind in each scan", days, by_kind))
        + section(
            "Drift by severity",
            trend("Drift by its gravest finding in each scan", days, _severities(reader, scope, scans)),
        )
        + "</div>"
        + section("New in the last scan", _new(reader, scope, scans, alone=alone))
        + '<div class="pair">'
        + section("By module", _split(reader, scope, scans, "module", alone=alone))
        + section("By account", _split(reader, scope, scans, "account", alone=alone))
        + "</div>"
        + section("By team", _teams(reader, asked, scope, scans, alone=alone))
        + section("The gravest and its neighbours", _graph(reader, scope, last, alone=alone))
    )


def _cards(last: Scan, scope: str, *, alone: bool) -> str:
    out = []
    for kind in KINDS:
        inside = f"<b>{getattr(last, kind):,}</b><span>{kind}</span>"
        to = "" if alone else f'<a href="{html(address("explore", scope=scope, kind=kind))}">show</a>'
        out.append(f'<li><div class="card" data-kind="{kind}">{inside} {to}</div></li>')
    for name, kind in (("managed", ""), ("in_sync", "sync"), ("unread", "unread")):
        said = f"<b>{getattr(last, name):,}</b><span>{name.replace('_', ' ').replace('unread', 'not read')}</span>"
        out.append(f'<li><div class="card" data-kind="{kind}">{said}</div></li>')
    if last.coverage_percent is not None:
        out.append(f'<li><div class="card"><b>{last.coverage_percent:g} %</b><span>coverage</span></div></li>')
    return f'<ul class="cards">{"".join(out)}</ul>'


def _severities(reader: Reader, scope: str, scans: Sequence[Scan]) -> dict[str, list[int]]:
    text = (
        "select severity, scan, count(*) from drift join scan using (scan) "
        "where scope = $scope and severity is not null and not drift.accepted group by all"
    )
    found = {(severity, scan): n for severity, scan, n in rows_of(reader, text, scope=scope)}
    there = [s for s in SEVERITIES if any(severity == s for severity, _ in found)]
    return {severity: [found.get((severity, s.scan), 0) for s in scans] for severity in there}


def _new(reader: Reader, scope: str, scans: Sequence[Scan], *, alone: bool) -> Markup:
    if len(scans) == 1:
        return Markup('<p class="sub">This is the first scan of the scope: there is nothing to compare with.</p>')
    text = (
        "select kind, severity, type, coalesce(address, id) as resource, id, account, region, address from drift "
        "where scan = $new and not accepted and identity not in (select identity from drift where scan = $old "
        f"and not accepted) order by {GRAVEST}, type, resource limit {MOST + 1}"
    )
    found = rows_of(reader, text, new=scans[-1].scan, old=scans[-2].scan)
    rest = "" if len(found) <= MOST else '<p class="sub">There is more: compare the last two scans.</p>'
    rows = [
        (
            tag(kind),
            tag(severity, "severity"),
            type_,
            life_of(name, scope, type_, id_, *of, alone=alone),
            of[0],
            of[1],
        )
        for kind, severity, type_, name, id_, *of in found[:MOST]
    ]
    return Markup(
        table("Drift that the last scan saw for the first time",
              ["Kind", "Severity", "Type", "Resource", "Account", "Region"], rows, "Nothing is new.") + rest
    )  # fmt: skip


def _split(reader: Reader, scope: str, scans: Sequence[Scan], by: str, *, alone: bool) -> Markup:
    """Drift of each module or account over the scans; those that have most now come first."""
    of = "case when kind = 'unmanaged' then '(unmanaged)' else coalesce(nullif(module, ''), 'root') end"
    what = of if by == "module" else "coalesce(nullif(account, ''), '(none)')"
    text = (
        f"select {what} as what, scan, count(*) from drift join scan using (scan) "
        "where scope = $scope and not drift.accepted group by all"
    )
    named = (lambda name: name) if alone else (
        lambda name: name if name.startswith("(") else link(name, address("explore", scope=scope, **{by: name}))
    )  # fmt: skip
    return _worst(rows_of(reader, text, scope=scope), scans, by, named)


def _worst(
    counts: Iterable[tuple[str, str, int]], scans: Sequence[Scan], by: str, named: Callable[[str], Markup | str]
) -> Markup:
    """(name, scan, drift) as a table: those that have most now come first."""
    place = {s.scan: i for i, s in enumerate(scans)}
    found: dict[str, list[int]] = {}
    for name, scan, n in counts:
        found.setdefault(name, [0] * len(scans))[place[scan]] = n
    worst = sorted(found.items(), key=lambda f: (-f[1][-1], -sum(f[1]), f[0]))
    rows = [(named(name), v[-1], max(v), spark(v)) for name, v in worst[:MOST]]
    rest = f'<p class="sub">{len(worst) - MOST:,} more drifted less.</p>' if len(worst) > MOST else ""
    return Markup(table(f"Drift by {by}", [by.capitalize(), "Now", "Most", "Trend"], rows, "No drift yet.") + rest)


def _teams(reader: Reader, asked: Asked, scope: str, scans: Sequence[Scan], *, alone: bool) -> Markup:
    """Drift of each team over the scans: the value of a tag of the resource, as either side last had it."""
    name = asked["tag"] or NAMED["teams"].parameters["tag"]
    text = (
        "with d as (select d.scan, d.type, d.id, d.account, d.region, d.address from drift d join scan s using (scan) "
        "where s.scope = $scope and not d.accepted), "
        "tagged as (select type, account, region, id, address, v, json_extract_string(tags, $path) as team "
        "from version where json_extract_string(tags, $path) is not null), "
        "by_id as (select type, account, region, id, arg_max(team, v) as team from tagged "
        "semi join d using (type, account, region, id) where id <> '' group by all), "
        "by_address as (select type, account, region, address, arg_max(team, v) as team from tagged "
        "semi join d using (type, account, region, address) where address <> '' group by all) "
        "select coalesce(i.team, a.team, '(no team)'), d.scan, count(*) from d "
        "left join by_id i using (type, account, region, id) "
        "left join by_address a on a.type = d.type and a.account = d.account and a.region = d.region "
        "and a.address = d.address group by all"
    )
    path = '$."' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    found = rows_of(reader, text, scope=scope, path=path)
    ask = "" if alone else form(
        "", "Team", f'<input type="hidden" name="scope" value="{html(scope)}">',
        field("tag", "The tag that names the team", asked["tag"], name),
    )  # fmt: skip
    return Markup(ask + _worst(found, scans, "team", lambda team: team))


NEIGHBOURS = 24
"""Drifted resources of the drawing, the gravest; and neighbours of these."""


def _graph(reader: Reader, scope: str, scan: Scan, *, alone: bool = False) -> Markup:
    text = (
        "select r.key, d.kind, d.severity, d.type, coalesce(d.address, d.name, d.id), d.id, d.account, d.region, "
        "d.address from drift d join resource r on r.scan = d.scan and r.type = d.type and r.account = d.account "
        "and r.region = d.region and (r.id = d.id or r.address = d.address) and r.verdict = d.kind "
        "where d.scan = $scan and r.scan = $scan and not d.accepted "
        f"qualify row_number() over (partition by r.key order by r.side) = 1 order by {GRAVEST}, d.type, r.key"
    )
    found = rows_of(reader, text, scan=scan.scan)
    marks = {key: (kind, severity or "") for key, kind, severity, *_ in found}
    edges = rows_of(
        reader,
        "select distinct from_key, from_type, coalesce(nullif(from_address, ''), from_id), from_id, from_address, "
        "attribute, to_key, to_type, coalesce(nullif(to_address, ''), to_id), to_id, to_address from edge "
        "where scan = $scan and (list_contains($keys, from_key) or list_contains($keys, to_key)) "
        "order by from_key, attribute, to_key",
        scan=scan.scan, keys=[*marks],
    )  # fmt: skip
    joined = {key for e in edges for key in (e[0], e[6])}
    chosen = [f for f in found if f[0] in joined][:NEIGHBOURS]
    if not chosen:
        return Markup('<p class="sub">Nothing that drifts refers to anything, or is referred to.</p>')
    graph = Graph()
    for key, kind, severity, type_, name, id_, account, region, where in chosen:
        to = address("resource", scope=scope, type=type_, id=id_, account=account, region=region, address=where)
        graph.nodes[key] = Node(name or "", type_, kind, severity or "", "" if alone else to)
    kept = {*graph.nodes}
    known = {f[0]: f[4] for f in found}
    known |= {e[i]: e[i + 4] for e in edges for i in (0, 6) if e[i + 4]}  # an address, where one of the sides has it
    for from_, from_type, from_id, _, _, attribute, to_, to_type, to_id, _, _ in edges:
        new = {from_, to_} - graph.nodes.keys()
        if {from_, to_} & kept and len(graph.nodes) + len(new) <= 3 * NEIGHBOURS:
            for key, type_, name in ((from_, from_type, from_id), (to_, to_type, to_id)):
                graph.nodes.setdefault(key, node(known.get(key) or name or "", type_, marks, key, ""))
            if (from_, attribute, to_) not in graph.edges:
                graph.edges.append((from_, attribute, to_))
    rest = len(joined & marks.keys()) - len(chosen)
    said = f'<p class="sub">{many(rest, "more drifted resource")} with references: `drift graph` draws all.</p>'
    label = f"The {len(chosen)} gravest of what drifts and has references, with their neighbours"
    return Markup(drawn(graph, label) + (said if rest > 0 else ""))
