"""What an address of the page asks for, and what all views need to answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from drift.errors import StoreError
from drift.history.page.markup import SEVERITIES, Markup, address, choice, form, link
from drift.history.reading import Reader, Scan
from drift.report.escape import html

if TYPE_CHECKING:
    from drift.history.shapes import Shapes

GRAVEST = f"coalesce(array_position({list(SEVERITIES)!r}, severity), 9)"
"""An expression that puts the gravest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: a value for each name, empty where it has none."""

    values: Mapping[str, str]
    shapes: Callable[[], Shapes] | None = None
    """Makes the tables in the shape that users of another tool know; None where the page has none."""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def with_(self, view: str, **other: str) -> str:
        """The address of the same question with other values."""
        return address(view, **{**self.values, **other})


def scoped(reader: Reader, asked: Asked) -> tuple[str, list[Scan], list[str]]:
    """The scope that is asked for, else that of the last scan; its scans, oldest first; and every scope."""
    every = reader.scans()
    if not every:
        raise StoreError("no scan was kept there", "Keep one: drift check --keep.")
    scope = asked["scope"] or every[-1].scope
    scans = [s for s in every if s.scope == scope]
    if not scans:
        raise StoreError(f"no scan of the scope {scope!r} was kept", "Choose another scope.")
    return scope, scans, sorted({s.scope for s in every})


def rows_of(reader: Reader, text: str, **values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return list(reader.sql(text, values or None).rows)


def day(at: datetime) -> str:
    """A time, to the minute."""
    return f"{at:%Y-%m-%d %H:%M}"


def scope_form(view: str, scope: str, scopes: Iterable[str]) -> str:
    """The scope, to choose where there are several."""
    names = list(scopes)
    if len(names) < 2:
        return f'<p class="scope">Scope {html(scope)}</p>'
    return form(view, "Scope", choice("scope", "Scope", {s: s for s in names}, scope))


def life_of(
    name: str, scope: str, type_: str, id_: str | None, account: str | None, region: str | None, where: str | None,
    *, alone: bool = False,
) -> Markup | str:  # fmt: skip
    """The name of a resource, as a link to its life."""
    if alone:
        return name
    to = address("resource", scope=scope, type=type_, id=id_, account=account, region=region, address=where)
    return link(name or "(no name)", to)
