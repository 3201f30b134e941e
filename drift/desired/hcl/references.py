"""Which resources a resource refers to: directly, and through locals, variables and outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from drift.desired.hcl.library import Library, ModuleNames
from drift.desired.hcl.traversals import steps_of
from drift.desired.hcl.tree import Body, Expr, GetAttr, Index, Name

Target = tuple[ModuleNames, str, str, str]
"""(module, `managed` or `data`, type, name)."""
_SELF = frozenset({"each", "count", "self", "path", "terraform", "tofu", "ephemeral"})


@dataclass(slots=True)
class References:
    """Follows references through the modules of one configuration, each once."""

    library: Library
    memo: dict[tuple[ModuleNames, str, str], frozenset[Target]] = field(default_factory=dict)

    def of(self, module: ModuleNames, body: Body) -> frozenset[Target]:
        """What everything in a body refers to, data sources looked through."""
        return frozenset(t for name in _names(body) for t in self._behind(module, name))

    def _behind(self, module: ModuleNames, steps: tuple[str, ...]) -> frozenset[Target]:
        root, name = steps[0], steps[1] if len(steps) > 1 else ""
        if root in _SELF or not name:
            return frozenset()
        if root in ("var", "local"):
            return self._followed(module, root, name)
        if root == "module":
            inner = self.library.modules.get((*module, name))
            outputs = [steps[2]] if len(steps) > 2 else [*inner.outputs] if inner else []
            return frozenset(t for o in outputs for t in self._followed((*module, name), "output", o))
        if root == "data":
            known = len(steps) > 2 and ("data", name, steps[2]) in self.library.modules[module].resources
            return frozenset({(module, "data", name, steps[2])}) if known else frozenset()
        known = ("managed", root, name) in self.library.modules[module].resources
        return frozenset({(module, "managed", root, name)}) if known else frozenset()

    def _followed(self, module: ModuleNames, kind: str, name: str) -> frozenset[Target]:
        key = (module, kind, name)
        if key not in self.memo:
            self.memo[key] = frozenset()  # what refers to itself
            at, expr = self._expression(module, kind, name)
            found = frozenset(t for n in _names(expr) for t in self._behind(at, n)) if expr else frozenset()
            self.memo[key] = found
        return self.memo[key]

    def _expression(self, module: ModuleNames, kind: str, name: str) -> tuple[ModuleNames, Expr | None]:
        declared = self.library.modules.get(module)
        if declared is None:
            return module, None
        if kind == "local":
            found = declared.locals.get(name)
            return module, found[0].expr if found else None
        if kind == "output":
            output = declared.outputs.get(name)
            return module, output.expr("value") if output else None
        if not module:
            return module, None
        return module[:-1], self.library.modules[module[:-1]].calls[module[-1]].expr(name)


def _names(node: Any) -> Iterator[tuple[str, ...]]:
    """The names that references begin with, and what follows up to the first index that is not written out."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if isinstance(at, GetAttr | Index | Name):
            steps = steps_of(at)
            if steps:
                yield tuple(str(step) for step, index in steps if not index)
                continue
        if isinstance(at, Mapping):
            waiting += at.values()
        elif isinstance(at, tuple | list):
            waiting += at
        elif is_dataclass(at) and not isinstance(at, type):
            waiting += (getattr(at, f.name) for f in fields(at))
