"""A graph of resources as DOT, Mermaid or JSON: drift is marked, how grave it is, and what holds parts of nobody."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drift.model.drift import Drift
from drift.model.resource import Key, Resource
from drift.report.safe import visible
from drift.report.wording import alive

if TYPE_CHECKING:
    import networkx as nx

COLORS = {"modified": "#f2c744", "missing": "#e5534b", "unmanaged": "#b083f0", "": "#8b949e"}
BORDERS = {"critical": "#b62324", "high": "#e5534b", "medium": "#d29922", "low": "#768390", "info": "#768390"}
"""Severity -> the colour of the outer border."""

GRAVE = frozenset(("critical", "high", "medium"))


@dataclass(frozen=True, slots=True)
class Mark:
    """What a drawing says of one drifted resource."""

    kind: str = ""
    severity: str = ""
    """Of its gravest finding."""
    rogue: tuple[str, ...] = ()
    """Paths of attributes with parts that nothing describes: a rule that somebody added to a managed group."""

    @classmethod
    def of(cls, drift: Drift) -> Mark:
        """The mark of one drifted resource."""
        found = alive(drift)
        rogue = tuple(c.path for c in drift.changes if c.unheld)
        return cls(drift.kind, found[0].severity if found else "", rogue)

    def lines(self) -> list[str]:
        """The mark in words, a line each."""
        out = [self.kind] if self.kind else []
        out += [f"▲ {self.severity}"] if self.severity else []
        return out + ([f"■ {', '.join(self.rogue)}"] if self.rogue else [])


PLAIN = Mark()
Marks = Mapping[Key, Mark]
LEGEND = (
    ("modified", Mark("modified")),
    ("missing", Mark("missing")),
    ("unmanaged", Mark("unmanaged")),
    ("▲ its worst finding: critical", Mark(severity="critical")),
    ("▲ high", Mark(severity="high")),
    ("▲ medium", Mark(severity="medium")),
    ("■ holds parts that nothing describes", Mark()),
)
"""What a legend says, and the mark it shows; drawn where anything is marked."""


def labels(graph: nx.DiGraph[Key]) -> dict[Key, str]:
    """The label of each node: its address, or its type and name, with the id where others have the same name."""
    resources: dict[Key, Resource] = {key: data["resource"] for key, data in graph.nodes(data=True)}
    many = Counter(_named(r) for r in resources.values())
    return {k: _named(r) if many[_named(r)] == 1 else f"{_named(r)} ({r.id})" for k, r in resources.items()}


def _named(resource: Resource) -> str:
    return str(resource.address) if resource.address else f"{resource.type} {resource.name or resource.id}"


def dot(graph: nx.DiGraph[Key], marks: Marks) -> str:
    """Graphviz DOT."""
    ids = {key: f"n{i}" for i, key in enumerate(graph)}
    lines = ["digraph drift {", "  rankdir=LR;"]
    lines.append('  node [shape=box, style="rounded,filled", fontname="Helvetica", margin="0.25,0.1"];')
    lines.append('  edge [fontname="Helvetica", fontsize=9, color="#8b949e"];')
    for key, label in labels(graph).items():
        mark = marks.get(key, PLAIN)
        lines.append(f"  {ids[key]} [label={_quoted(label, *mark.lines())}, {_style(mark)}];")
    lines += [f"  {ids[a]} -> {ids[b]} [label={_quoted(d['attribute'])}];" for a, b, d in graph.edges(data=True)]
    if marks:
        lines += ["  subgraph cluster_legend {", '    label="legend"; color="#8b949e"; fontname="Helvetica";']
        named = reversed(list(enumerate(LEGEND)))  # Graphviz draws the last one on top
        lines += [f"    l{i} [label={_quoted(text)}, {_style(mark)}];" for i, (text, mark) in named]
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


def _style(mark: Mark) -> str:
    edge = BORDERS.get(mark.severity, COLORS[mark.kind])
    twice = ", peripheries=2, penwidth=2" if mark.severity in GRAVE else ""
    return f'color="{edge}", fillcolor="{COLORS[mark.kind]}33"{twice}'


def mermaid(graph: nx.DiGraph[Key], marks: Marks) -> str:
    """A Mermaid flowchart, as Markdown viewers draw it."""
    ids = {key: f"n{i}" for i, key in enumerate(graph)}
    lines = ["flowchart LR"]
    for key, label in labels(graph).items():
        mark = marks.get(key, PLAIN)
        lines.append(f"  {_box(ids[key], label, mark)}")
    lines += [f"  {ids[a]} -->{_label(d['attribute'])} {ids[b]}" for a, b, d in graph.edges(data=True)]
    if marks:
        lines.append("  subgraph legend")
        lines += [f"    {_box(f'l{i}', text, mark, told=False)}" for i, (text, mark) in enumerate(LEGEND)]
        lines.append("  end")
    drawn = {(m.kind, m.severity) for m in (*marks.values(), *(mark for _, mark in LEGEND if marks))}
    for kind, severity in sorted(drawn - {("", "")}):
        fill = f"fill:{COLORS[kind]}33," if kind else ""
        width = ",stroke-width:3px" if severity in GRAVE else ""
        edge = BORDERS.get(severity, COLORS[kind])
        lines.append(f"  classDef {_class(Mark(kind, severity))} {fill}stroke:{edge}{width}")
    return "\n".join(lines) + "\n"


def _box(name: str, text: str, mark: Mark, *, told: bool = True) -> str:
    label = "<br/>".join(_entities(line) for line in (text, *(mark.lines() if told else ())))
    class_ = _class(mark)
    return f'{name}["{label}"]{f":::{class_}" if class_ else ""}'


def _class(mark: Mark) -> str:
    return "-".join(filter(None, (mark.kind, mark.severity)))


def as_json(graph: nx.DiGraph[Key], marks: Marks) -> str:
    """Nodes and edges: no attribute values, so no secrets."""
    ids = labels(graph)
    nodes: list[dict[str, Any]] = []
    for key, data in graph.nodes(data=True):
        r: Resource = data["resource"]
        mark = marks.get(key, PLAIN)
        nodes.append(
            {
                "name": ids[key],
                "address": str(r.address) if r.address else None,
                "type": r.address.type if r.address else r.type,
                "id": r.id,
                "arn": r.arn or None,
                "account": key.account,
                "region": key.region,
                "drift": mark.kind or None,
                "severity": mark.severity or None,
                "rogue": list(mark.rogue),
                "owner": r.owner or None,
            }
        )
    edges = [{"from": ids[a], "to": ids[b], "attribute": d["attribute"]} for a, b, d in graph.edges(data=True)]
    return json.dumps({"schema": "drift-graph/1", "nodes": nodes, "edges": edges}, indent=2, ensure_ascii=False) + "\n"


def _label(attribute: str) -> str:
    return f'|"{_entities(attribute)}"|' if attribute else ""


def _quoted(*lines: str) -> str:
    safe = (visible(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(safe) + '"'


def _entities(text: str) -> str:
    return "".join(c if c.isalnum() or c in " ._-:/[](),▲■" else f"#{ord(c)};" for c in visible(text))
