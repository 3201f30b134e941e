"""Which provider configuration reaches a resource: its region and account decide."""

from __future__ import annotations

from collections.abc import Iterator

from drift.desired.hcl.configured import Provider
from drift.desired.hcl.names import ModuleScope, Shared
from drift.desired.hcl.providers import provider_for
from drift.desired.hcl.run import Run
from drift.model.bounds import EVALUATION_DEPTH
from drift.model.resource import GLOBAL, Key
from drift.remedy.ground import Ground
from drift.remedy.hcl import Argument, Expression


def configurations(ground: Ground) -> Iterator[Provider]:
    """The provider configurations of the root module, as far as they are known."""
    sources = ground.sources
    run = Run(depth=EVALUATION_DEPTH.most)
    shared = Shared(sources.library, sources.inputs, {}, sources.workspace, run, majors=sources.majors)
    root = ModuleScope(run=shared, names=(), path=(), module=ground.modules[()])
    for local, alias in ground.modules[()].providers:
        yield provider_for(root, (local, alias))


def provider_argument(ground: Ground, type_: str, key: Key) -> list[Argument]:
    """`provider = aws.west`, where the default configuration does not reach the resource; else nothing."""
    own = type_.partition("_")[0]
    known = [p for p in configurations(ground) if p.name == own]
    default = next((p for p in known if not p.alias), None)
    if default is None or _reaches(default, key):
        return []
    fitting = next((p for p in known if p.alias and _reaches(p, key)), None)
    return [Argument("provider", Expression(f"{own}.{fitting.alias}"))] if fitting is not None else []


def _reaches(provider: Provider, key: Key) -> bool:
    region = key.region == GLOBAL or provider.region in ("", key.region)
    return region and provider.account in ("", key.account)
