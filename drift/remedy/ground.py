"""The configuration that a remedy is written into: its files, what they declare, what lives where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from drift.desired.hcl.configured import Configuration
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.library import ModuleNames
from drift.desired.hcl.modules import Module
from drift.desired.hcl.read import Sources
from drift.desired.hcl.traversals import steps_of
from drift.desired.instance import State
from drift.model.resource import Resource


@dataclass
class Ground:
    """One configuration, and the resources that states say are its own."""

    sources: Sources
    resources: Sequence[Resource] = ()
    """The desired resources that the configuration describes."""
    given: Given = field(default_factory=Given)
    """What the command line gives to variables."""
    states: Sequence[State] = ()
    """The states that it is evaluated with."""
    _texts: dict[Path, str] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """The root module's."""
        return self.sources.directory

    @property
    def modules(self) -> Mapping[ModuleNames, Module]:
        """Path without keys -> what the module declares."""
        return self.sources.library.modules

    @cached_property
    def configuration(self) -> Configuration:
        """What the configuration desires, by itself."""
        return self.sources.evaluated()

    @classmethod
    def of(
        cls, sources: Sources, desired: Sequence[Resource], given: Given | None = None, states: Sequence[State] = ()
    ) -> Ground:
        """The ground for those of the desired resources that the configuration knows."""
        own = [r for r in desired if r.address is not None and sources.knows(r.address.block)]
        return cls(sources, own, given or Given(), states)

    def text(self, path: Path) -> str:
        """A file as it is, line ends included; empty where there is none."""
        if path not in self._texts:
            self._texts[path] = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
        return self._texts[path]

    def names(self, module: ModuleNames, type_: str, mode: str = "managed") -> set[str]:
        """The names that resources, or data sources, of a type have in a module."""
        declared = self.modules[module].resources if module in self.modules else {}
        return {name for how, of, name in declared if how == mode and of == type_}

    @cached_property
    def outputs(self) -> Mapping[ModuleNames, Mapping[tuple[str, str], str]]:
        """Module -> (address in it, attribute) -> the output that says just that."""
        out: dict[ModuleNames, dict[tuple[str, str], str]] = defaultdict(dict)
        for path, module in self.modules.items():
            for name, output in module.outputs.items():
                expr = output.expr("value")
                traversal = steps_of(expr) if expr is not None else ()
                steps = [str(step) for step, _ in traversal]
                if not steps or any(index for _, index in traversal) or steps[:1] in (["var"], ["local"], ["module"]):
                    continue
                if len(steps) == (4 if steps[0] == "data" else 3):
                    out[path].setdefault((".".join(steps[:-1]), steps[-1]), name)
        return out

    def files(self, module: ModuleNames, type_: str) -> list[Path]:
        """The file of each resource of a type in a module."""
        declared = self.modules[module].resources.items()
        return [Path(d.path) for (mode, of, _), d in declared if mode == "managed" and of == type_]
