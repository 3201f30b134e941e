"""Resources and their references as a networkx graph, for either side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from drift.model.resource import Key, Resource
from drift.provider.catalog import Catalog
from drift.provider.relations import Index, entry_of, order_of
from drift.provider.spec import Ref

if TYPE_CHECKING:
    import networkx as nx


def build(resources: Iterable[Resource], catalog: Catalog) -> nx.DiGraph[Key]:
    """A graph with a node for each resource (attribute `resource`) and an edge for each reference (attribute
    `attribute`)."""
    import networkx as nx

    graph: nx.DiGraph[Key] = nx.DiGraph()
    nodes = sorted(resources, key=order_of)
    graph.add_nodes_from((r.key, {"resource": r}) for r in nodes)
    graph.add_edges_from((a.key, b.key, {"attribute": attribute}) for a, b, attribute in references(nodes, catalog))
    return graph


def references(resources: Sequence[Resource], catalog: Catalog) -> Iterator[tuple[Resource, Resource, str]]:
    """(resource, the one it refers to, the attribute) for every reference between resources of one side."""
    index = Index(resources, catalog)
    for resource in resources:
        entry = entry_of(resource, catalog)
        parent = (Ref(entry.parent.attribute, entry.parent.to, entry.parent.by),) if entry.parent else ()
        for ref in (*entry.refs, *parent):
            for _, target in index.named(ref, resource):
                if target is not None and target.key != resource.key:
                    yield resource, target, ref.attribute
