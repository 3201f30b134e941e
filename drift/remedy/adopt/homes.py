"""Where an adopted resource is written: the module and the file of its neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from drift.desired.hcl.configured import ModulePath
from drift.desired.hcl.library import ModuleNames
from drift.model.address import Address
from drift.model.resource import Resource
from drift.remedy.ground import Ground

NEW_FILE = "adopted.tf"
"""Where resources go that have no neighbours, and the imports into modules."""


@dataclass(frozen=True, slots=True)
class Home:
    """A file, and why this one."""

    path: Path
    why: str


@dataclass
class Homes:
    """The neighbourhoods of a configuration."""

    ground: Ground

    @cached_property
    def open(self) -> frozenset[ModuleNames]:
        """The modules that may be written into: in files of the configuration's own directory, called once."""
        root = self.ground.directory.resolve()
        used = Counter(m.directory.resolve() for m in self.ground.modules.values())
        out = set()
        for path, module in self.ground.modules.items():
            call = self.ground.modules[path[:-1]].calls[path[-1]] if path else None
            several = call is not None and any(call.expr(n) is not None for n in ("count", "for_each"))
            own = module.directory.resolve()
            is_own = own.is_relative_to(root) and ".terraform" not in own.relative_to(root).parts
            if is_own and used[own] == 1 and not several and (path[:-1] in out or len(path) < 2):
                out.add(path)
        return frozenset(out)

    def module(self, type_: str, targets: Sequence[Resource]) -> ModulePath:
        """The module that has everything that a resource refers to, and others of its type; else the root module."""
        modules = {t.address.module for t in targets if t.address is not None}
        if len(modules) != 1:
            return ()
        (module,) = modules
        names = tuple(name for name, _ in module)
        if any(key is not None for _, key in module) or names not in self.open or not self.ground.names(names, type_):
            return ()
        return module

    def file(self, address: Address) -> Home:
        """The file of most resources of the type in the module; else a new one."""
        names = tuple(name for name, _ in address.module)
        homes = Counter(self.ground.files(names, address.type))
        for path, n in sorted(homes.items(), key=lambda item: (-item[1], str(item[0]))):
            if path.suffix != ".json":
                others = f"{n} other {address.type}" if n > 1 else f"another {address.type}"
                return Home(path, f"beside {others} in {path.name}")
        return Home(
            self.ground.modules[names].directory / NEW_FILE, f"in {NEW_FILE}: no other {address.type} is here yet"
        )
