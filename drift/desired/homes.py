"""Where a state's resources live: the account and the region of each provider configuration."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from drift.catalog.spec import Ref, ResourceType
from drift.desired.instance import Instance, State
from drift.model.arn import Arn

Catalog = Mapping[str, ResourceType]
Name = str | tuple[str, str, str]
"""What a resource may be called by: an id or ARN that is nobody else's, or (type, attribute, its value)."""
Configuration = tuple[str, str]
"""A provider configuration: the state it stands in, and its name there."""

_MADE_UP = re.compile(r"[a-z]+(-[a-z]+)*-[0-9a-f]{8,}")
_ZONE = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)[a-z]")


class Home(NamedTuple):
    """Account and region of one provider configuration, or of one resource; empty where nothing tells."""

    account: str = ""
    region: str = ""


def homes(states: Sequence[State], catalog: Catalog) -> dict[Configuration, Home]:
    """Where the resources of each provider configuration live, learnt from those whose ARN says so.

    A configuration whose resources have none (the routes and rules that a team adds to another team's network)
    is where its data sources looked, else where the wholes are that its resources are part of, else where what
    they name is (a peering may lead to another region), else where the ARNs that they record lead.
    """
    votes: dict[Configuration, Votes] = defaultdict(Votes)
    for state in states:
        for instance in state.instances:
            votes[state.source, instance.provider].add(placed(instance, catalog.get(instance.address.type)))
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
            looked[state.source, source.provider].add(_answered(source))
        for instance in state.instances:
            key = state.source, instance.provider
            if key not in untold:
                continue
            kind = catalog.get(instance.address.type)
            for whole in _references(instance, _whole(kind), catalog):
                inside[key].add(known.get(whole, known.get(whole[2], Home())))
            for name in (*_texts(instance.attributes), *_references(instance, _refs(kind), catalog)):
                if name in known:
                    named[key].add(known[name])
                elif isinstance(name, str) and (arn := Arn.parse(name)) is not None:
                    led[key].add(Home("", arn.region))  # what it leads to may be another account's
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
    """Where things are, by the ids that AWS made up, URLs and ARNs, and by (type, attribute, name).

    A name that stands for several, in two regions, tells nothing.
    """
    out: dict[Name, Home] = {}
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind in {i.address.type for s in states for i in s.instances} & catalog.keys():
        for ref in _refs(catalog[kind]):
            wanted[_listed_as(ref.to, catalog)].add(ref.by)
    for state in states:
        for instance in state.instances:
            own = placed(instance, catalog.get(instance.address.type))
            at = Home(*map(_first, own, homes[state.source, instance.provider]))
            type_ = _listed_as(instance.address.type, catalog)
            texts = {n: t for n, t in instance.attributes.items() if isinstance(t, str)}
            unique = {t for by in ("id", "arn") if _is_unique(t := texts.get(by, ""))}
            named = {(type_, by, texts[by]) for by in wanted.get(type_, ()) if texts.get(by)}
            names: list[Name] = [*unique, *named]
            for name in names:
                out[name] = at if out.get(name, at) == at else Home()
    return out


def _is_unique(text: str) -> bool:
    return bool(_MADE_UP.fullmatch(text) or "://" in text or Arn.parse(text))


def _references(instance: Instance, refs: Iterable[Ref], catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    for ref in refs:
        name = instance.attributes.get(ref.attribute)
        if isinstance(name, str) and name:
            yield _listed_as(ref.to, catalog), ref.by, name


def _refs(kind: ResourceType | None) -> tuple[Ref, ...]:
    return (*kind.refs, *_whole(kind)) if kind is not None else ()


def _whole(kind: ResourceType | None) -> tuple[Ref, ...]:
    parent = kind.parent if kind is not None else None
    return (Ref(parent.attribute, parent.to, parent.by),) if parent is not None else ()


def _listed_as(name: str, catalog: Catalog) -> str:
    return catalog[name].listed_as if name in catalog else name


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def _answered(source: Instance) -> Home:
    """Where a data source looked."""
    attributes = source.attributes
    name = {"aws_region": "name", "aws_availability_zones": "id"}.get(source.address.type, "region")
    arn = Arn.parse(attributes.get("arn"))
    region = attributes.get("region") or attributes.get(name) or (arn.region if arn else "")
    account = attributes.get("account_id") if source.address.type == "aws_caller_identity" else ""
    return Home(account if isinstance(account, str) else "", region if isinstance(region, str) else "")


def placed(instance: Instance, kind: ResourceType | None = None) -> Home:
    """Where it is, as the instance's own attributes tell; empty where they do not."""
    attributes = instance.attributes
    arn = None if _names_another(instance, kind) else Arn.parse(attributes.get("arn"))
    region = attributes.get("region") if isinstance(attributes.get("region"), str) else ""
    zone = attributes.get("availability_zone")
    if not region and isinstance(zone, str) and (match := _ZONE.fullmatch(zone)):
        region = match[1]
    owner = attributes.get("owner_id")
    account = arn.account if arn else owner if isinstance(owner, str) and owner.isdigit() else ""
    if arn is not None and arn.account in ("", "aws"):
        account = ""
    told = (instance.identity.get(name) for name in ("account_id", "region"))
    named, lies = (text if isinstance(text, str) else "" for text in told)
    return Home(account or named, region or (arn.region if arn else "") or lies)


def _names_another(instance: Instance, kind: ResourceType | None) -> bool:
    """Whether its `arn` is the author's word for another resource: the target of an EventBridge rule."""
    attr = kind.attributes.get("arn") if kind is not None else None
    return attr is not None and not attr.assigned and instance.attributes.get("arn") != instance.attributes.get("id")


def _winner(votes: Counter[str]) -> str:
    return min(votes, key=lambda v: (-votes[v], v)) if votes else ""
