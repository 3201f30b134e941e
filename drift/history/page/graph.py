"""The drift of a scan among its neighbours, as inline SVG: what refers to it, what drifts, what that refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drift.history.page.markup import Markup, table, tag
from drift.report.escape import html

ROW, BOX, GAP, TOP = 34, 300, 90, 26
"""Pixels: the height of a row, the width of a box and of the space between two columns, the heads of the columns."""
SAID = 38
"""Characters of a name in a box."""
HEADS = ("Refers to what drifts", "Drifts", "What that refers to")


@dataclass(frozen=True, slots=True)
class Node:
    """A resource of the drawing."""

    name: str
    type: str
    kind: str = ""
    """Of its drift; empty for a neighbour that does not drift."""
    severity: str = ""
    """Of its gravest finding."""
    to: str = ""
    """The address of its life; empty where the page stands alone."""


@dataclass(slots=True)
class Graph:
    """Nodes by key, and references between them: (from, attribute, to)."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def columns(self) -> tuple[list[str], list[str], list[str]]:
        """The keys of each column, in their order."""
        middle = [k for k, n in self.nodes.items() if n.kind]
        from_ = {a for a, _, b in self.edges if b in middle}
        left = [k for k, n in self.nodes.items() if not n.kind and k in from_]
        return left, middle, [k for k, n in self.nodes.items() if not n.kind and k not in from_]


def drawn(graph: Graph, label: str) -> Markup:
    """The drawing, with the same references as a table."""
    columns = graph.columns
    place = {k: (i, j) for i, column in enumerate(columns) for j, k in enumerate(column)}
    height = TOP + ROW * max(map(len, columns)) + 4
    width = 3 * BOX + 2 * GAP
    heads = "".join(
        f'<text class="head" x="{i * (BOX + GAP)}" y="14">{html(head)}</text>'
        for i, head in enumerate(HEADS)
        if columns[i]
    )
    lines = "".join(_line(place[a], place[b], attribute) for a, attribute, b in graph.edges)
    boxes = "".join(_box(graph.nodes[k], *at) for k, at in place.items())
    return Markup(
        f'<figure class="trend"><figcaption class="unseen">{html(label)}</figcaption><div class="wide" tabindex="0" '
        f'role="group" aria-label="{html(label)}"><svg class="near" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{heads}{lines}{boxes}</svg></div>'
        f"<details><summary>As a table</summary>{_told(graph)}</details></figure>"
    )


def _at(place: tuple[int, int]) -> tuple[int, int]:
    return place[0] * (BOX + GAP), TOP + place[1] * ROW


def _line(a: tuple[int, int], b: tuple[int, int], attribute: str) -> str:
    (x1, y1), (x2, y2) = _at(a), _at(b)
    y1, y2 = y1 + ROW // 2, y2 + ROW // 2
    if a[0] == b[0]:  # within a column: out to the right and back
        x1 = x2 = x1 + BOX
        path = f"M{x1} {y1} C{x1 + GAP // 2} {y1} {x2 + GAP // 2} {y2} {x2} {y2}"
    else:
        x1, x2 = (x1 + BOX, x2) if a[0] < b[0] else (x1, x2 + BOX)
        half = (x1 + x2) // 2
        path = f"M{x1} {y1} C{half} {y1} {half} {y2} {x2} {y2}"
    return f'<path class="ref" d="{path}"><title>{html(attribute)}</title></path>'


def _box(node: Node, column: int, row: int) -> str:
    x, y = _at((column, row))
    name = node.name if len(node.name) <= SAID else "…" + node.name[1 - SAID :]
    marks = " ".join(filter(None, (node.kind, node.severity and f"▲ {node.severity}")))
    inside = (
        f"<title>{html(f'{node.type} {node.name} {marks}'.strip())}</title>"
        f'<rect class="box {html(node.kind)}" x="{x}" y="{y + 2}" width="{BOX}" height="{ROW - 6}" rx="6"/>'
        f'<text x="{x + 8}" y="{y + 14}">{html(name)}</text>'
        f'<text class="soft" x="{x + 8}" y="{y + 25}">{html(node.type)}'
        + (f' <tspan class="{html(node.kind)}">{html(node.kind)}</tspan>' if node.kind else "")
        + (f' <tspan class="{html(node.severity)}">▲ {html(node.severity)}</tspan>' if node.severity else "")
        + "</text>"
    )
    return f'<a href="{html(node.to)}">{inside}</a>' if node.to else f"<g>{inside}</g>"


def _told(graph: Graph) -> Markup:
    def row(a: str, attribute: str, b: str) -> Sequence[object]:
        one, other = graph.nodes[a], graph.nodes[b]
        return one.name, tag(one.kind), attribute, other.name, tag(other.kind)

    return table("References of what drifts", ["Resource", "Drift", "By", "Refers to", "Drift of that"],
                 [row(*e) for e in graph.edges], "No reference.")  # fmt: skip


def node(name: str, type_: str, marks: Mapping[str, tuple[str, str]], key: str, to: str) -> Node:
    """A resource with the mark that its key has: (kind, severity)."""
    kind, severity = marks.get(key, ("", ""))
    return Node(name, type_, kind, severity, to)
