"""A graph of resources as DOT, Mermaid or JSON, with drift marked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drift.model.resource import Key, Resource
from drift.report.safe import visible

if TYPE_CHECKING:
    import networkx as nx

COLORS = {"modified": "#f2c744", "missing": "#e5534b", "unmanaged": "#b083f0", "": "#8b949e"}
Marks = Mapping[Key, str]
"""Key -> the kind of drift."""


def named(resource: Resource) -> str:
    """The label of a node: the address, or the type and id."""
    return str(resource.address) if resource.address else f"{resource.type} {resource.name or resource.id}"


def dot(graph: nx.DiGraph[Key], marks: Marks) -> str:
    """Graphviz DOT."""
    ids = {key: f"n{i}" for i, key in enumerate(graph)}
    lines = ["digraph drift {", "  rankdir=LR;", '  node [shape=box, style="rounded,filled", fontname="sans-serif"];']
    for key, data in graph.nodes(data=True):
        mark = marks.get(key, "")
        text = _quoted(named(data["resource"]) + (f"\n{mark}" if mark else ""))
        lines.append(f'  {ids[key]} [label={text}, color="{COLORS[mark]}", fillcolor="{COLORS[mark]}33"];')
    lines += [f"  {ids[a]} -> {ids[b]} [label={_quoted(d['attribute'])}];" for a, b, d in graph.edges(data=True)]
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(graph: nx.DiGraph[Key], marks: Marks) -> str:
    """A Mermaid flowchart, as Markdown viewers draw it."""
    ids = {key: f"n{i}" for i, key in enumerate(graph)}
    lines = ["flowchart LR"]
    for key, data in graph.nodes(data=True):
        mark = marks.get(key, "")
        text = _entities(named(data["resource"]) + (f" ({mark})" if mark else ""))
        lines.append(f'  {ids[key]}["{text}"]{f":::{mark}" if mark else ""}')
    lines += [f"  {ids[a]} -->{_label(d['attribute'])} {ids[b]}" for a, b, d in graph.edges(data=True)]
    lines += [f"  classDef {m} fill:{c}33,stroke:{c}" for m, c in COLORS.items() if m]
    return "\n".join(lines) + "\n"


def as_json(graph: nx.DiGraph[Key], marks: Marks) -> str:
    """Nodes and edges: no attribute values, so no secrets."""
    ids = {key: named(data["resource"]) for key, data in graph.nodes(data=True)}
    nodes: list[dict[str, Any]] = []
    for key, data in graph.nodes(data=True):
        r: Resource = data["resource"]
        nodes.append(
            {
                "name": ids[key],
                "address": str(r.address) if r.address else None,
                "type": r.address.type if r.address else r.type,
                "id": r.id,
                "arn": r.arn or None,
                "account": key.account,
                "region": key.region,
                "drift": marks.get(key) or None,
                "owner": r.owner or None,
            }
        )
    edges = [{"from": ids[a], "to": ids[b], "attribute": d["attribute"]} for a, b, d in graph.edges(data=True)]
    return json.dumps({"schema": "drift-graph/1", "nodes": nodes, "edges": edges}, indent=2, ensure_ascii=False) + "\n"


def _label(attribute: str) -> str:
    return f'|"{_entities(attribute)}"|' if attribute else ""


def _quoted(text: str) -> str:
    safe = "\n".join(visible(part) for part in text.split("\n"))
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _entities(text: str) -> str:
    return "".join(c if c.isalnum() or c in " ._-:/[]()" else f"#{ord(c)};" for c in visible(text))
