"""What the drifted resources are connected with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from drift.catalog.spec import ResourceType
from drift.check import Result
from drift.graph import build
from drift.model.drift import End, Link, Report
from drift.model.resource import Key, Resource

if TYPE_CHECKING:
    import networkx as nx


def both_sides(result: Result, catalog: Mapping[str, ResourceType]) -> nx.DiGraph[Key]:
    """What is there, under the addresses it has, and what is missing."""
    lost = {d.resource.key for d in result.report.of_kind("missing")}
    addresses = {r.key: r.address for r in result.desired if not r.deposed}
    actual = [replace(r, address=addresses.get(r.key)) for r in result.actual]
    there = {r.key for r in actual}
    return build([*actual, *(r for r in result.desired if r.key in lost and r.key not in there)], catalog)


def near(graph: nx.DiGraph[Key], keys: Collection[Key]) -> nx.DiGraph[Key]:
    """These and their neighbours alone."""
    kept = {n for key in keys if key in graph for n in (key, *graph.successors(key), *graph.predecessors(key))}
    return graph.subgraph([n for n in graph if n in kept])


def linked(result: Result, catalog: Mapping[str, ResourceType]) -> Report:
    """The report with the references of what drifted."""
    report = result.report
    fingerprints = {d.resource.key: d.fingerprint for d in report.drift}
    if not fingerprints:
        return report
    graph = both_sides(result, catalog)

    def end(key: Key) -> End:
        r: Resource = graph.nodes[key]["resource"]
        address = str(r.address) if r.address else ""
        return End(r.address.type if r.address else r.type, r.id, address, fingerprints.get(key, ""))

    links = tuple(
        Link(end(a), end(b), data["attribute"])
        for a, b, data in graph.edges(data=True)
        if a in fingerprints or b in fingerprints
    )
    return replace(report, links=links)
