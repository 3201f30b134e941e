"""The references from and to drifted resources."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from drift.graph import build
from drift.model.drift import Drift
from drift.model.resource import Key
from drift.survey import Survey

if TYPE_CHECKING:
    import networkx as nx


def both_sides(survey: Survey, drifts: Sequence[Drift]) -> nx.DiGraph[Key]:
    """The actual resources, with their addresses, and the missing ones."""
    lost = {d.resource.key for d in drifts if d.kind == "missing"}
    addresses = {r.key: r.address for r in survey.desired if not r.deposed}
    found = (survey.scan.resources[key] for key in survey.actual.resources)
    actual = [replace(r, address=addresses.get(r.key)) for r in found]
    there = {r.key for r in actual}
    missing = (r for r in survey.desired if r.key in lost and r.key not in there)
    return build([*actual, *missing], survey.catalog)


def near(graph: nx.DiGraph[Key], keys: Collection[Key]) -> nx.DiGraph[Key]:
    """Only these resources and their neighbours."""
    kept = {n for key in keys if key in graph for n in (key, *graph.successors(key), *graph.predecessors(key))}
    out = graph.copy()
    out.remove_nodes_from([n for n in graph if n not in kept])
    return out
