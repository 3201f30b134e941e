"""Where a state's resources live: the account and the region of each provider configuration."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from drift.desired.instance import Instance, State
from drift.model.value import texts
from drift.provider.catalog import Catalog
from drift.provider.contract import Home
from drift.provider.spec import Ref, ResourceType

Name = str | tuple[str, str, str]
"""What a resource may be called by: an id or ARN that is nobody else's, or (type, attribute, its value)."""
Configuration = tuple[str, str]
"""A provider configuration: the state it stands in, and its name there."""


def own_homes(states: Sequence[State], catalog: Catalog) -> dict[int, Home]:
    """Instance, by its address in memory -> where it is, as its own attributes tell."""
    return {id(instance): home_of(instance, catalog) for state in states for instance in state.instances}


def homes(states: Sequence[State], catalog: Catalog, own: Mapping[int, Home]) -> dict[Configuration, Home]:
    """Where the resources of each provider configuration live, learnt from those whose ARN says so; `own` as
    `own_homes` tells.

    A configuration whose resources have none (the routes and rules that a team adds to another team's network)
    is where its data sources looked, else where the wholes are that its resources are part of, else where what
    they name is (a peering may lead to another region), else where the ARNs that they record lead.
    """
    votes: dict[Configuration, Votes] = defaultdict(Votes)
    for state in states:
        for instance in state.instances:
            votes[state.source, instance.provider].add(own[id(instance)])
    out = {key: v.winner() for key, v in votes.items()}
    while True:
        untold = {key for key, home in out.items() if not all(home)}
        hints = _hints(states, catalog, out, untold)
        more = {key: Home(*map(_first, *(out[key], *(h[key].winner() for h in hints)))) for key in untold}
        if all(out[key] == home for key, home in more.items()):
            return out
        out |= more  # what it names may in turn be named by others


def _hints(
    states: Sequence[State], catalog: Catalog, homes: Mapping[Configuration, Home], untold: Set[Configuration]
) -> tuple[Mapping[Configuration, Votes], ...]:
    """What else tells of a configuration, the surest first."""
    looked, inside, named, led = (defaultdict[Configuration, Votes](Votes) for _ in range(4))
    known = _known(states, catalog, homes) if untold else {}
    for state in states:
        for source in state.looked_up:
            looked[state.source, source.provider].add(_answered(source, catalog))
        for instance in state.instances:
            key = state.source, instance.provider
            if key not in untold:
                continue
            entry = catalog.get(instance.address.type)
            for whole in _references(instance, _whole(entry), catalog):
                inside[key].add(known.get(whole, known.get(whole[2], Home())))
            for name in (*texts(instance.attributes), *_references(instance, _refs(entry), catalog)):
                if name in known:
                    named[key].add(known[name])
                elif isinstance(name, str):
                    led[key].add(_led(name, catalog))
    return looked, inside, named, led


def _first(*found: str) -> str:
    return next(filter(None, found), "")


@dataclass(slots=True)
class Votes:
    """How often each account and region was named."""

    account: Counter[str] = field(default_factory=Counter)
    region: Counter[str] = field(default_factory=Counter)

    def add(self, at: Home) -> None:
        """Count one place; what it leaves empty says nothing."""
        self.account.update([at.account] if at.account else [])
        self.region.update([at.region] if at.region else [])

    def winner(self) -> Home:
        """Those named most."""
        return Home(_winner(self.account), _winner(self.region))


def _known(states: Sequence[State], catalog: Catalog, homes: Mapping[Configuration, Home]) -> dict[Name, Home]:
    """Where things are, by the ids that the cloud made up, URLs and ARNs, and by (type, attribute, name).

    A name that stands for several, in two regions, tells nothing.
    """
    out: dict[Name, Home] = {}
    wanted: dict[str, set[str]] = defaultdict(set)
    for type_ in {i.address.type for s in states for i in s.instances} & catalog.keys():
        for ref in _refs(catalog[type_]):
            wanted[_listed_as(ref.to, catalog)].add(ref.by)
    for state in states:
        for instance in state.instances:
            own = home_of(instance, catalog)
            at = Home(*map(_first, own, homes[state.source, instance.provider]))
            type_ = _listed_as(instance.address.type, catalog)
            texts = {n: t for n, t in instance.attributes.items() if isinstance(t, str)}
            unique = {t for by in ("id", "arn") if _is_unique(t := texts.get(by, ""), catalog)}
            named = {(type_, by, texts[by]) for by in wanted.get(type_, ()) if texts.get(by)}
            names: list[Name] = [*unique, *named]
            for name in names:
                out[name] = at if out.get(name, at) == at else Home()
    return out


def _references(instance: Instance, refs: Iterable[Ref], catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    for ref in refs:
        name = instance.attributes.get(ref.attribute)
        if isinstance(name, str) and name:
            yield _listed_as(ref.to, catalog), ref.by, name


def _refs(entry: ResourceType | None) -> tuple[Ref, ...]:
    return (*entry.refs, *_whole(entry)) if entry is not None else ()


def _whole(entry: ResourceType | None) -> tuple[Ref, ...]:
    parent = entry.parent if entry is not None else None
    return (Ref(parent.attribute, parent.to, parent.by),) if parent is not None else ()


def _listed_as(name: str, catalog: Catalog) -> str:
    return catalog[name].listed_as if name in catalog else name


def home_of(instance: Instance, catalog: Catalog) -> Home:
    """Where it is, as the instance's own attributes tell; empty where they do not."""
    provider = catalog.provider_at(instance.provider)
    if provider is None:
        return Home()
    entry = catalog.get(instance.address.type)
    return provider.homes.of_resource(instance.attributes, instance.identity, entry)


def _answered(source: Instance, catalog: Catalog) -> Home:
    """Where a data source looked."""
    provider = catalog.provider_at(source.provider)
    return provider.homes.of_data_source(source.address.type, source.attributes) if provider else Home()


def _led(name: str, catalog: Catalog) -> Home:
    """Where a name leads."""
    return next((home for p in catalog.providers.values() if any(home := p.homes.of_name(name))), Home())


def _is_unique(name: str, catalog: Catalog) -> bool:
    return any(p.homes.is_unique(name) for p in catalog.providers.values())


def _winner(votes: Counter[str]) -> str:
    return min(votes, key=lambda v: (-votes[v], v)) if votes else ""
