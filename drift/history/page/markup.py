"""Pieces of markup. Every text that comes from a store passes `html`, or `link` and `table`, which call it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from drift import __version__
from drift.report.escape import html

KINDS = ("modified", "missing", "unmanaged")
SEVERITIES = ("critical", "high", "medium", "low", "info")
LONGEST = 600
"""Characters of a cell; the rest of a longer value is left out, and said to be."""
VIEWS = {"": "Overview", "explore": "Explorer", "diff": "Difference", "sql": "SQL"}
"""Path -> its name in the navigation."""


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


@cache
def style() -> str:
    """The style sheet: that of the report, and what this page adds."""
    report = files("drift.report").joinpath("page", "page.css").read_text("utf-8")
    return report + files("drift.history").joinpath("page", "history.css").read_text("utf-8")


def digest(text: str) -> str:
    """The source of a content security policy that allows this text and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(*, form: bool, script: str = "") -> str:
    """The content security policy of a page: its own style and script by their hashes, and nothing else."""
    scripts = f"script-src {digest(script)}; " if script else ""
    action = "'self'" if form else "'none'"
    return f"default-src 'none'; {scripts}style-src {digest(style())}; base-uri 'none'; form-action {action}"


def address(view: str, **values: str | None) -> str:
    """The address of a view; values that are empty are left out."""
    said = urlencode({k: v for k, v in values.items() if v})
    return f"/{view}?{said}" if said else f"/{view}"


def link(text: object, to: str) -> Markup:
    """A link. `to` is an address of this page."""
    return Markup(f'<a href="{html(to)}">{html(text)}</a>')


def many(count: int, what: str) -> str:
    """A count with its noun.

    >>> many(1, "scan"), many(1200, "scan")
    ('1 scan', '1,200 scans')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"


def tag(text: str | None, shape: str = "") -> Markup:
    """A kind or a severity, in its colour."""
    return Markup(f'<span class="tag {shape} {html(text)}">{html(text)}</span>' if text else "")


def cell(value: object) -> str:
    """The inside of a cell."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return '<span class="sub">NULL</span>'
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    text = f"{value:,}" if isinstance(value, int) else str(value)
    rest = f" … ({len(text) - LONGEST:,} more characters)" if len(text) > LONGEST else ""
    return html(text[:LONGEST] + rest)


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "Nothing.") -> Markup:
    """A table, or what stands where there is nothing. The caption is for readers of the screen."""
    body = [
        "<tr>"
        + "".join(f'<td data-label="{html(h)}">{cell(v)}</td>' for h, v in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    ]
    if not body:
        return Markup(f'<p class="sub">{html(empty)}</p>')
    head = "".join(f'<th scope="col">{html(h)}</th>' for h in heads)
    return Markup(
        f'<div class="wide" tabindex="0" role="group" aria-label="{html(caption)}"><table class="plain">'
        f'<caption class="unseen">{html(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def section(title: str, *inside: str, lead: str = "") -> Markup:
    """A part of a page, with its heading."""
    said = f'<p class="sub">{html(lead)}</p>' if lead else ""
    return Markup(f"<section><h2>{html(title)}</h2>{said}{''.join(inside)}</section>")


def choice(name: str, label: str, options: Mapping[str, str], chosen: str) -> str:
    """A select of a form. A value that is asked for is among its options, even if nothing has it."""
    every = options if chosen in options else {**options, chosen: chosen}
    inside = "".join(
        f'<option value="{html(v)}"{" selected" if v == chosen else ""}>{html(t)}</option>' for v, t in every.items()
    )
    return f'<label>{html(label)}<select name="{html(name)}">{inside}</select></label>'


def field(name: str, label: str, value: str, hint: str = "") -> str:
    """A text field of a form."""
    return (
        f'<label class="wide">{html(label)}<input type="search" name="{html(name)}" value="{html(value)}" '
        f'placeholder="{html(hint)}" autocomplete="off"></label>'
    )


def form(view: str, label: str, *inside: str, button: str = "Show") -> Markup:
    """A form whose fields become the address of a view."""
    return Markup(
        f'<form class="tools" action="/{view}" method="get" role="search" aria-label="{html(label)}">'
        f'{"".join(inside)}<button type="submit">{html(button)}</button></form>'
    )


def page(title: str, scope: str, view: str | None, *inside: str, script: str = "") -> str:
    """A whole page. `view` is where the reader is; None for a page that stands alone."""
    nav = ""
    if view is not None:
        here = ' aria-current="page"'
        items = "".join(
            f'<li><a href="{html(address(path, scope=scope))}"{here if path == view else ""}>{name}</a></li>'
            for path, name in VIEWS.items()
        )
        nav = f'<nav aria-label="Views"><ul class="jump">{items}</ul></nav>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(form=view is not None, script=script)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{html(title)} · drift</title><style>{style()}</style></head><body>"
        '<a class="skip" href="#main">Skip to the content</a>'
        f"<header><div><h1>{html(title)}</h1>{nav}</div></header>"
        f'<main id="main" tabindex="-1">{"".join(inside)}</main>'
        f"<footer>drift {__version__} · the store is only read</footer>"
        f"{f'<script>{script}</script>' if script else ''}</body></html>"
    )
