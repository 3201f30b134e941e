"""The house: data flows one way, down to the single module."""

from __future__ import annotations

import grimp
import networkx as nx


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports inside functions and for type checking count too. import-linter holds the order of the packages."""
    imports = grimp.build_graph("drift", cache_dir=None)
    graph: nx.DiGraph[str] = nx.DiGraph(
        (m, i) for m in imports.modules for i in imports.find_modules_directly_imported_by(m)
    )

    assert [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1] == []
