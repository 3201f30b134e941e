"""Accepts a change: edits of the configuration at file and line, so that it has the actual value. The rest is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from drift.desired.hcl import schema
from drift.desired.hcl.configured import Configured
from drift.desired.instance import Instance, State
from drift.desired.load import meanings
from drift.desired.versions import latest, recorded
from drift.desired.wanted import wanted
from drift.model.address import InstanceKey
from drift.model.drift import Drift
from drift.model.value import plain
from drift.provider.relations import entry_of
from drift.remedy import hcl
from drift.remedy.aim import Target, aim
from drift.remedy.outline import OutlineError
from drift.remedy.pen import CannotError
from drift.remedy.refer import Addresses, Refer
from drift.remedy.shapes import Lift
from drift.remedy.source import Source
from drift.remedy.spec import Remedy
from drift.remedy.splice import FAR, Splicer
from drift.remedy.split import separate
from drift.survey import Survey


@dataclass(frozen=True, slots=True)
class Case:
    """One modified resource, with its configuration."""

    drift: Drift
    survey: Survey
    state: State
    instance: Instance
    author: Configured
    source: Source
    refer: Refer | None = None

    @property
    def address(self) -> str:
        """Its address."""
        return str(self.instance.address)


Alone = Literal["", "instance", "call"]
"""For whom edits are: for all that share a block; for one instance of it; for the one call of its module, by a new
variable."""


def accept(case: Case, hops: int = FAR, *, alone: Alone = "", literal: bool = True) -> Remedy:
    """The edits that make the configuration agree with the account; if there are none, the remedy says why. With
    `literal`, ids stay ids; otherwise they become addresses."""
    try:
        return _accept(case, hops, alone=alone, literal=literal)
    except (CannotError, OutlineError) as error:
        return Remedy(case.address, "accept", cannot=str(error))


def _accept(case: Case, hops: int, *, alone: Alone, literal: bool) -> Remedy:
    if case.author.ignores_all:
        raise CannotError("the configuration ignores all changes of it")
    for change in case.drift.changes:
        kinds = separate(case.drift.resource, change.path.partition(".")[0], case.survey) if change.unheld else []
        if kinds:
            types = ", ".join(k.name for k in kinds)
            raise CannotError(f"{change.path}: resources of their own ({types}) describe parts of it: write one more")
    target = target_of(case)
    new = aim(target, case.drift.changes)
    bodies = case.source.resource(case.instance.address)
    if not bodies:
        raise CannotError(f"no file describes {case.address}")
    only = _only(case.instance.address.key) if alone == "instance" else ""
    if alone == "instance" and not only:
        raise CannotError("nothing in the block tells its instances apart")
    refer = replace(case.refer, literal=literal) if case.refer is not None else None
    splicer = Splicer(case.source, hops, only, _lift(case) if alone == "call" else None, refer)
    facts = target.facts
    for name, value in new.items():
        if value == [] and not schema.is_block(facts.get(name)) and name not in case.author.values:
            continue
        splicer.body(bodies, facts, case.author.values, {name: value})
    paths = ", ".join(c.path for c in case.drift.changes)
    via = f", set at {', '.join(dict.fromkeys(splicer.followed))}" if splicer.followed else ""
    via += f", by a new variable {', '.join(splicer.raised)} of its module" if splicer.raised else ""
    lost = f"; in the place of {', '.join(splicer.replaced)}" if splicer.replaced else ""
    edits = tuple(dict.fromkeys(splicer.edits))
    if not edits:
        raise CannotError("nothing in the configuration had to be changed for it")
    return Remedy(case.address, "accept", edits, why=f"{paths} as in the account{via}{lost}")


def _only(key: InstanceKey) -> str:
    """What is true in one instance of a block; empty where no name in the block tells its instances apart."""
    if key is None:
        return ""
    return f"each.key == {hcl.quoted(key)}" if isinstance(key, str) else f"count.index == {key}"


def _lift(case: Case) -> Lift:
    """The call of the module that a resource is in."""
    address = case.instance.address
    module = case.source.module(address.module)
    call = case.source.call(module) if module is not None else None
    if module is None or call is None:
        raise CannotError("its block says it for all of them")
    if call.file.is_json:
        raise CannotError(f"its module is called several times, in JSON ({call}): give the module a variable for it")
    path = module.module.directory / "variables.tf"
    file = case.source.file(path) if path.is_file() else case.source.resource(address)[0].file
    if file.is_json:
        raise CannotError("its module is called several times: give the module a variable for it")
    return Lift(call, _only(address.module[-1][1]), file, set(module.module.variables), address.name)


def target_of(case: Case) -> Target:
    """Both sides of a resource in Terraform's shape."""
    catalog, drift = case.survey.catalog, case.drift
    entry = entry_of(drift.resource, catalog)
    provider = catalog.provider_of(entry.name).name
    asked = case.state.configuration.majors if case.state.configuration is not None else {}
    major = latest(asked, recorded(case.state.instances, catalog)).get(provider, 0)
    names = catalog.schema_of(entry.name).renamed(entry.name, major)
    facts = catalog.facts(entry.name, major)
    raw = dict(case.instance.attributes)
    said = dict(case.author.values)
    return Target(
        entry=entry,
        facts=facts,
        defaults=meanings(catalog, entry.name, major, names),
        written=said,
        filled={**raw, **wanted(case.author, raw, facts)},
        live=live_of(case),
        lineage=drift.resource.source.lineage,
    )


def live_of(case: Case) -> Mapping[str, Any]:
    """What the cloud answered of a resource, in Terraform's shape."""
    actual = case.drift.actual
    if actual is None:
        return {}
    entry = entry_of(case.drift.resource, case.survey.catalog)
    try:
        return case.survey.scan.answered(actual.key, entry)
    except KeyError:
        return {name: plain(value) for name, value in actual.attributes.items()}


def cases(
    drifts: Sequence[Drift], survey: Survey, states: Sequence[State], sources: Mapping[str, Source]
) -> tuple[list[Case], dict[tuple[str, str], Remedy]]:
    """The modified resources that a configuration describes, and by origin why the others have no remedy.

    `sources` has the configuration of each state, by the state's place.
    """
    instances = {(s.source, str(i.address)): (s, i) for s in states for i in s.instances if not i.deposed}
    out: list[Case] = []
    addresses: dict[str, Addresses] = {}
    without: dict[tuple[str, str], Remedy] = {}
    for drift in drifts:
        found = instances.get(drift.resource.origin) if drift.desired is not None else None
        source = sources.get(found[0].source) if found is not None else None
        author = found[1].configured if found is not None else None
        if found is None or source is None or author is None:
            why = "no configuration that was read describes it: give --config"
            without[drift.resource.origin] = Remedy(str(drift.resource.address), "accept", cannot=why)
        else:
            place = found[0].source
            addresses[place] = addresses.get(place) or Addresses(survey, found[0], source)
            out.append(Case(drift, survey, *found, author, source, addresses[place].of(drift.resource)))
    return out, without
