"""How the neighbours write documents: by a function, or by a data source that is made of blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from drift.desired.hcl.library import ModuleNames
from drift.desired.hcl.traversals import steps_of
from drift.desired.hcl.tree import Call, Expr
from drift.remedy.ground import Ground


@dataclass
class Manner:
    """The manner of a configuration."""

    ground: Ground

    def data_source(self, module: ModuleNames, type_: str, attribute: str, known: Collection[str]) -> str:
        """The type of the data source that most neighbours take the document of an attribute from; empty where most
        call `jsonencode`, and where nobody writes a document.

        The nearest neighbours that write any decide: the same attribute of the type in the module, then in other
        modules; then any document in the module, then anywhere.
        """
        everywhere = list(self.ground.modules)
        for where, of, at in (
            ([module], type_, attribute),
            (everywhere, type_, attribute),
            ([module], "", ""),
            (everywhere, "", ""),
        ):
            ways = Counter(way for one in where for way in self._ways(one, of, at, known))
            if ways:
                return max(sorted(ways), key=lambda way: (ways[way], not way))
        return ""

    def _ways(self, module: ModuleNames, type_: str, attribute: str, known: Collection[str]) -> Iterator[str]:
        declared = self.ground.modules[module].resources if module in self.ground.modules else {}
        for (mode, of, _), one in declared.items():
            if mode != "managed" or type_ not in ("", of):
                continue
            for name, found in one.body.attributes.items():
                if attribute in ("", name):
                    yield from _way(found.expr, known)


def _way(expr: Expr, known: Collection[str]) -> Iterator[str]:
    if isinstance(expr, Call) and expr.name == "jsonencode":
        yield ""
        return
    steps = [step for step, _ in steps_of(expr)]
    if steps[:1] == ["data"] and len(steps) > 3 and steps[1] in known:
        yield str(steps[1])
