"""The history as one file, for a bucket or a web server of files: it asks nothing of anybody.

It has the trends of each scope, what is new, what drifts now with filters, and the difference between the last two
scans. The filters live behind the `#` of the address. Explorer of every resource and SQL need `drift serve`.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import islice

from drift.history.page import overview, sections
from drift.history.page.asked import GRAVEST, Asked
from drift.history.page.markup import KINDS, SEVERITIES, Markup, choice, field, many, page, section, table, tag
from drift.history.reading import Reader
from drift.model.bounds import SHOWN
from drift.report.escape import html


def whole(reader: Reader, scope: str | None) -> str:
    """The page of one scope, or of all."""
    scopes = [scope] if scope is not None else sorted({s.scope for s in reader.scans()})
    script = files("drift.history").joinpath("page", "history.js").read_text("utf-8")
    parts = [_scope(reader, name, several=len(scopes) > 1) for name in scopes]
    return page("Drift over time", scope or "", None, _filters(), *parts, script=script)


def _filters() -> str:
    return (
        '<noscript><p class="note">The filters need the script of this page; without it, everything is shown.</p>'
        '</noscript><div class="tools" id="tools" role="search" aria-label="Filters of what drifts now">'
        + choice("kind", "Kind", {"": "all", **{k: k for k in KINDS}}, "")
        + choice("severity", "Severity", {"": "any", **{s: s for s in SEVERITIES}}, "")
        + field("q", "Search what drifts now", "", "any text of a row")
        + "</div>"
    )


def _scope(reader: Reader, scope: str, *, several: bool) -> str:
    asked = Asked({"scope": scope})
    scans = reader.scans(scope)
    text = (
        "select kind, severity, type, coalesce(address, id), account, region, coalesce(module, ''), "
        "coalesce(strftime(since, '%Y-%m-%d %H:%M'), '') from drift "
        f"where scan = $scan and not accepted order by {GRAVEST}, type, address, id"
    )
    found = list(islice(reader.sql(text, {"scan": scans[-1].scan}).rows, SHOWN.most + 1))
    rows = [(tag(kind), tag(severity, "severity"), *rest) for kind, severity, *rest in found[: SHOWN.most]]
    over = f" The gravest {SHOWN.most:,} are shown; `drift query open` tells all." if len(found) > SHOWN.most else ""
    heads = ["Kind", "Severity", "Type", "Resource", "Account", "Region", "Module", "Since"]
    now = table("What drifts now", heads, rows, "Nothing drifts.")
    parts = [
        f"<h2>{html(scope)}</h2>" if several else f'<p class="scope">Scope {html(scope)}</p>',
        overview.overview(reader, asked, alone=True),
        section(
            "What drifts now",
            f'<p class="shown" role="status">{many(len(rows), "drifted resource")}.{over}</p>',
            Markup(f'<div class="filtered">{now}</div>'),
        ),
    ]
    if len(scans) > 1:
        parts.append('<h2>Since the scan before</h2><div class="inner">')
        parts.append(sections.compared(reader, scans[-2], scans[-1], scope, alone=True) + "</div>")
    return "".join(parts)
