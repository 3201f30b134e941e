"""Which provider configuration reaches a resource: its region and account decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from drift.desired.hcl.configured import Provider
from drift.desired.hcl.names import ModuleScope, Shared
from drift.desired.hcl.providers import provider_for
from drift.desired.hcl.run import Run
from drift.model.bounds import EVALUATION_DEPTH
from drift.model.resource import GLOBAL, Key
from drift.remedy.ground import Ground


@dataclass
class Providers:
    """The provider configurations of the root module, as far as they are known."""

    ground: Ground

    @cached_property
    def known(self) -> Sequence[Provider]:
        """All of them."""
        sources = self.ground.sources
        run = Run(depth=EVALUATION_DEPTH.most)
        shared = Shared(sources.library, sources.inputs, {}, sources.workspace, run, majors=sources.majors)
        root = ModuleScope(run=shared, names=(), path=(), module=self.ground.modules[()])
        return [provider_for(root, reference) for reference in self.ground.modules[()].providers]

    def of(self, type_: str, key: Key) -> Provider:
        """The one that reaches a resource: the default one, if it does; else one with an alias; else the default."""
        own = type_.partition("_")[0]
        fitting = [p for p in self.known if p.name == own and _reaches(p, key)]
        return min(fitting, key=lambda p: p.alias, default=Provider(name=own))


def _reaches(provider: Provider, key: Key) -> bool:
    region = key.region == GLOBAL or provider.region in ("", key.region)
    return region and provider.account in ("", key.account)
