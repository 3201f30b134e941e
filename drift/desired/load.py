"""From places and bytes to the desired side: states, then resources in canonical form."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from drift.desired import state as formats
from drift.desired.ahead import ahead, identities, imported
from drift.desired.backends import Backend, Backends, Lock
from drift.desired.copies import without_copies
from drift.desired.earlier import with_earlier
from drift.desired.homes import home_of, homes, own_homes
from drift.desired.instance import Instance, State
from drift.desired.lacking import lacking, without
from drift.desired.memory import Memory, Seen, seen, told_beside
from drift.desired.places import Found, fetch, read
from drift.desired.state.decode import Attributes
from drift.desired.unhurried import unhurried
from drift.desired.versions import latest, recorded
from drift.desired.wanted import Means, Unsaid, exempt, lines, wanted
from drift.errors import StateError
from drift.model.drift import Pending
from drift.model.resource import GLOBAL, Key, Remark, Resource, Source, nothing, shared
from drift.model.target import Target
from drift.model.value import SCALARS, UNREADABLE_SHAPES, Value, shallow, texts
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.provider.contract import Home
from drift.provider.facts import Facts, Meaning, Unset
from drift.provider.leaves import attr_at
from drift.provider.path import text_at
from drift.provider.relations import entry_of
from drift.provider.spec import Attr, ResourceType

T = TypeVar("T")

NO_LIVE_OBJECT = re.compile(
    r"(terraform_data|null_resource|external|(random|time|tls|local|archive|cloudinit|template|null)_.*)"
)
"""Types whose resources live in the state alone."""


@dataclass(slots=True)
class Desired:
    """The desired side."""

    resources: list[Resource] = field(default_factory=list)
    not_covered: Counter[str] = field(default_factory=Counter)
    sources: list[str] = field(default_factory=list)
    failed: list[StateError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    """What the next apply changes without anything having drifted."""
    remarks: list[Remark] = field(default_factory=list)
    """What comments in the configuration leave out."""
    imported: set[tuple[str, str]] = field(default_factory=set)
    """(type, id) of what the next apply brings under management."""
    identities: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """The same by (type, identity), where it is named so: `{"arn": …}`, `{"bucket": …, "account_id": …}`."""
    elsewhere: list[Resource] = field(default_factory=list)
    """What states hold of other providers that make the same types: managed, and not compared."""

    seen: list[tuple[Key, Seen]] = field(default_factory=list)
    """What a memory is to keep of each resource whose author is known; empty where none was asked for."""

    named: set[str] = field(default_factory=set)
    """The ids and ARNs of what states hold under types that have no entry: managed, and not compared."""

    def by_target(self, catalog: Catalog) -> Mapping[Target, tuple[Resource, ...]]:
        """The resources of each account of each provider, in their order: a state may hold several."""
        out: dict[Target, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            out[Target(catalog.provider_of(entry_of(resource, catalog).name).name, resource.key.account)].append(
                resource
            )
        return {target: tuple(resources) for target, resources in out.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the desired side is described."""

    places: tuple[str, ...]
    """States: files, directories, globs, URLs, `-`."""
    directories: tuple[Path, ...] = ()
    """Configurations that the states were written from; those found beside them where left out."""
    variables: tuple[str, ...] = ()
    """`name=value`, as `terraform plan -var` takes them."""
    variable_files: tuple[Path, ...] = ()
    with_configuration: bool = True
    """Whether configurations are read at all."""
    backends: Mapping[str, Backend] = field(default_factory=Backends)
    """Scheme -> what reads such a place."""
    memory: Memory | None = None
    """What was first seen of the attributes that nobody sets; None where nothing is remembered."""


def load(sources: Sources, catalog: Catalog, *, account: str = "", region: str = "") -> Desired:
    """The desired side; `account` and `region` stand where nothing tells. StateError where no state can be read."""
    states, failed = states_of(sources)
    with unhurried():
        return build(states, failed, catalog, account=account, region=region, memory=sources.memory)


def states_of(sources: Sources) -> tuple[list[State], list[StateError]]:
    """The states with their configurations, and what could not be read; StateError where that is all of them."""
    found, failed = bare(sources)
    return (laid(found, sources) if sources.with_configuration else found), failed


def bare(sources: Sources) -> tuple[list[State], list[StateError]]:
    """The states without their configurations; otherwise as `states_of`."""
    with unhurried():
        found, failed = read_states(sources.places, sources.backends, sources.directories)
        found = without_copies(found)
    if failed and not found:
        first, *others = failed
        also = "".join(f"\n  also {e.message}" for e in others)
        raise StateError(first.source, first.message.removeprefix(f"{first.source}: "), first.hint + also)
    return found, failed


def read_found(
    found: Iterable[Found], backends: Mapping[str, Backend], near: Sequence[Path] = ()
) -> tuple[list[State], list[StateError]]:
    """The same for states that were found already (`places.find`)."""
    with unhurried():
        return read(found, backends, partial(_state, near=near))


def laid(states: Sequence[State], sources: Sources, edited: Mapping[str, str] | None = None) -> list[State]:
    """Each state with the configuration that it was written from; as it is where there is none.

    A directory among the places is looked into for it, else the one one is in. `edited` has the text of files that is
    to be read in the place of what they hold.
    """
    from drift.desired import configurations
    from drift.desired.hcl.inputs import Given

    given = Given(sources.variables, sources.variable_files)
    return configurations.laid([*states], sources.directories, given, near=_near(sources), edited=edited)


def modules_of(states: Sequence[State], sources: Sources) -> dict[str, frozenset[Path]]:
    """Name of a state -> the directories of all modules that its configuration is made of."""
    from drift.desired import configurations
    from drift.desired.hcl.inputs import Given

    given = Given(sources.variables, sources.variable_files)
    return configurations.modules_of(states, sources.directories, given, near=_near(sources))


def _near(sources: Sources) -> list[Path]:
    return [p for place in sources.places if (p := Path(place)).is_dir()] or [Path()]


def read_states(
    places: Iterable[str], backends: Mapping[str, Backend], near: Sequence[Path] = ()
) -> tuple[list[State], list[StateError]]:
    """Every state that `places` name, and what could not be read; one bad state hides no other.

    Directories `near` may hold the configuration that says how encrypted ones are opened.
    """
    return fetch(places, backends, partial(_state, near=near))


def _state(data: bytes, name: str, lock: Lock | None, near: Sequence[Path]) -> State:
    state = with_earlier(formats.parse(data, name, near))
    return state if lock is None else replace(state, warnings=(*state.warnings, f"{name}: {lock}"))


def build(
    states: Sequence[State],
    failed: Sequence[StateError],
    catalog: Catalog,
    *,
    account: str = "",
    region: str = "",
    memory: Memory | None = None,
    accounts: Mapping[str, str] | None = None,
    quiet: Container[str] = (),
) -> Desired:
    """The desired resources of all states; `account` and `region` stand where no attribute tells.

    For a run of many accounts, `accounts` has the account of a state (by its name) where nothing else tells, and no
    account is taken for granted. States that are `quiet` tell nothing but their resources: another part of the run
    tells the rest of them.
    """
    out = Desired(failed=list(failed))
    own = own_homes(states, catalog)
    known = homes(states, catalog, own)
    at = accounts or {}
    several = accounts is not None or bool({home.account for home in known.values()} - {"", account})
    said: dict[tuple[str, int], tuple[Mapping[str, str], Form]] = {}
    for state in states:
        asked = state.configuration.majors if state.configuration is not None else {}
        majors = latest(asked, recorded(state.instances, catalog))
        told = state.source not in quiet
        uncovered = out.not_covered if told else Counter()
        _note(state, out, told=told)
        # what the configuration has no more, an apply may have taken away
        destroyed = (i.attributes for i in state.dropped if i.configured is None)
        taken_away = frozenset(text for attributes in destroyed for text in texts(attributes))
        for instance in (*state.instances, *(i for i in state.dropped if i.configured is not None)):
            if _has_no_live_object(instance):
                continue
            if instance.address.type not in catalog:
                uncovered[instance.address.type] += 1
                out.named |= _named(instance, catalog)
                continue
            entry = catalog[instance.address.type]
            if catalog.provider_at(instance.provider) is None:
                uncovered[f"{instance.address.type} of {source_of(instance.provider)}"] += 1
                out.elsewhere += _of_another(instance, entry, known[state.source, instance.provider], account, region)
                continue
            major = majors.get(catalog.provider_of(entry.name).name, 0)
            if (entry.name, major) not in said:
                names = catalog.schema_of(entry.name).renamed(entry.name, major)
                facts = under_old(catalog.facts(entry.name, major), names)
                said[entry.name, major] = names, Form(entry, facts, meanings(catalog, entry.name, major, names))
            names, form = said[entry.name, major]
            mine = own.get(id(instance)) or home_of(instance, catalog)
            instance = as_known(instance, names)
            home = _home_of(mine, instance, known.get((state.source, instance.provider), Home()))
            home = Home(home.account or at.get(state.source, ""), home.region)
            resource, strange = desired_resource(
                instance,
                form,
                account=home.account or account,
                region=home.region or region,
                lineage=state.lineage,
            )
            resource = replace(resource, taken_away=taken_away) if taken_away else resource
            resource = replace(resource, unwanted=True) if _is_unwanted(instance, state) else resource
            if memory is not None and resource.asserted is not None and not (resource.deposed or resource.dropped):
                now = memory.of(seen(resource, instance.attributes, entry), resource.key)
                out.seen.append((resource.key, now))
                resource = _remembering(resource, now, instance.attributes, entry)
            resource = _doubted(resource, instance, home, catalog, several=several)
            if strange and told:
                out.warnings.append(_strange(instance, strange))
            if strange & {*entry.identity} or not any(resource.key.identity):
                uncovered[instance.address.type] += 1
                continue
            out.resources.append(resource)
            out.remarks += _remarks(instance)
    if memory is not None and out.resources and not out.seen:
        out.warnings.append("nothing is remembered: no configuration tells which attributes nobody sets; give --config")
    return out


def _is_unwanted(instance: Instance, state: State) -> bool:
    """Whether the configuration was read and has it no more."""
    by = state.configuration
    return by is not None and instance.configured is None and not instance.deposed and by.covers(instance.address)


def _note(state: State, out: Desired, *, told: bool) -> None:
    """What a state says beside its resources."""
    if told:
        out.sources.append(state.source)
        out.warnings += state.warnings
        out.pending += state.pending
        if state.instances and not state.dropped and all(map(_has_no_live_object, state.instances)):
            what = "no resource in it is an object of a cloud: nothing here is compared with it"
            out.warnings.append(f"{state.source}: {what}")
    if state.configuration is not None:
        if told:
            known = {p.address for p in state.pending}
            out.pending += (p for p in ahead(state, state.configuration) if p.address not in known)
        out.imported |= set(imported(state.configuration))
        out.identities += identities(state.configuration)


def _has_no_live_object(instance: Instance) -> bool:
    return bool(NO_LIVE_OBJECT.fullmatch(instance.address.type))


def _home_of(own: Home, instance: Instance, home: Home) -> Home:
    """Where an instance lives: as it says itself, else as its configuration says, else as its like do."""
    said = instance.configured.provider if instance.configured else None
    return Home(
        own.account or (said.account if said else "") or home.account,
        own.region or (said.region if said else "") or home.region,
    )


def _named(instance: Instance, catalog: Catalog) -> set[str]:
    """What names, all over its cloud, the objects that a resource of a type without an entry stands for or made."""
    provider = catalog.provider_at(instance.provider)
    names = ("id", "arn", *(provider.made_by.get(instance.address.type, ()) if provider else ()))
    found = (instance.attributes.get(name) for name in names)
    every = (v for value in found for v in (value if isinstance(value, list | tuple) else [value]))
    return {v for v in every if isinstance(v, str) and provider is not None and provider.homes.is_unique(v)}


def _doubted(resource: Resource, instance: Instance, home: Home, catalog: Catalog, *, several: bool) -> Resource:
    """The resource, marked where its region or account was guessed.

    An account is only doubted where the run has several: other provider configurations are of other accounts.
    """
    regional = catalog[instance.address.type].regional
    unknown = "region" if regional and not home.region else "account" if several and not home.account else ""
    return replace(resource, guessed=instance.provider, unknown=unknown) if unknown else resource


def _strange(instance: Instance, names: Set[str]) -> str:
    """A warning about attributes that have no canonical form."""
    return (
        f"{instance.state}: {instance.address}: not compared, because it does not match the provider's schema: "
        f"{', '.join(sorted(names))}"
    )


def source_of(configuration: str) -> str:
    """`acme/aws-fork` of `provider["registry.terraform.io/acme/aws-fork"].west`."""
    match = re.search(r'provider\["(?:[^"/]*/)?([^"]+)"\]|provider\.([\w-]+)', configuration)
    return (match[1] or match[2]) if match else "another provider"


def _of_another(instance: Instance, entry: ResourceType, home: Home, account: str, region: str) -> Iterator[Resource]:
    """What a fork of the provider manages, known by its identity alone: it may record everything else otherwise."""
    found, strange = desired_resource(
        replace(instance, configured=None, wanted=None, asserted=None),
        Form(entry, {}),
        account=home.account or account,
        region=home.region or region,
        lineage="",
    )
    if any(found.key.identity) and not strange & {*entry.identity}:
        yield found


def _remarks(instance: Instance) -> Iterator[Remark]:
    for said in instance.configured.ignored if instance.configured else ():
        yield Remark(
            type=instance.address.type,
            address=str(instance.address),
            path=said.path,
            reason=said.reason,
            until=said.until,
            place=str(said.place),
        )


def as_known(instance: Instance, renamed: Mapping[str, str]) -> Instance:
    """The instance with the names that the catalogue has for arguments that a version of the provider renamed."""
    if not renamed.keys() & instance.attributes.keys():
        return instance
    author, asserted, wanted = instance.configured, instance.asserted, instance.wanted
    return replace(
        instance,
        attributes=under_old(instance.attributes, renamed),
        asserted=None if asserted is None else frozenset(renamed.get(n, n) for n in asserted),
        wanted=None if wanted is None else under_old(wanted, renamed),
        earlier=None if instance.earlier is None else under_old(instance.earlier, renamed),
        another=None if instance.another is None else under_old(instance.another, renamed),
        configured=None
        if author is None
        else replace(
            author,
            values=under_old(author.values, renamed),
            derived=under_old(author.derived, renamed),
            places=under_old(author.places, renamed),
        ),
    )


def under_old(values: Mapping[str, T], renamed: Mapping[str, str]) -> Mapping[str, T]:
    """The same under the names that the catalogue has."""
    return {renamed.get(name, name): value for name, value in values.items()} if renamed else values


def meanings(catalog: Catalog, type_: str, major: int, renamed: Mapping[str, str]) -> Means:
    """Dotted path, by the catalogue's names -> what it means in one version of the provider that nobody sets it."""
    new = {old: name for name, old in renamed.items()}

    @cache
    def means(path: str) -> Meaning:
        head, dot, rest = path.partition(".")
        return catalog.left_out(type_, new.get(head, head) + dot + rest, major)

    return means


class Form:
    """What is the same for every instance of a type: what its entry and the provider's facts say of it.

    `provider` holds the facts in the version that the state was written by; `means` tells what it means in that
    version that nobody sets something.
    """

    def __init__(self, entry: ResourceType, provider: Facts, means: Means = lambda _: Unset.UNKNOWN) -> None:
        self.entry, self.provider, self.means = entry, provider, means
        self.every = {"id": entry.id, **entry.computed, **entry.attributes}
        self.blocks = {name: attr for name, attr in entry.attributes.items() if attr.fields}
        self.defaults = [n for n, a in entry.attributes.items() if a.default is not None]
        self.secret = frozenset(n for n, a in entry.attributes.items() if a.sensitive)
        self.assigned = shared(frozenset(n for n in provider if means(n) is Unset.ASSIGNED))


def desired_resource(
    instance: Instance, form: Form, *, account: str, region: str, lineage: str
) -> tuple[Resource, set[str]]:
    """An instance in canonical form, and the attributes left out of it because they have no such form."""
    entry, provider = form.entry, form.provider
    raw: Mapping[str, Any] = instance.attributes
    raw = raw.whole if isinstance(raw, Attributes) else raw
    unsaid = Unsaid(form.means)
    attributes, strange = _canonical(form.every, raw, {"id", *raw})
    author = instance.configured
    said = instance.wanted
    if said is None and author is not None:
        said = wanted(author, raw, provider, unsaid)
        said |= unsaid.of(author, raw, instance.earlier, {n: provider[n] for n in entry.attributes if n in provider})
    if instance.asserted is not None:
        unsaid.leave(n for n in provider if n not in instance.asserted)
    configured, _ = _canonical(entry.attributes, {**raw, **said}, said) if said else ({}, None)
    for name, attr in form.blocks.items():
        if unheard := frozenset(lacking(attr, provider.get(name), raw.get(name))):
            for side in (attributes, configured):
                side |= {n: without(attr, side[n], unheard) for n in {name} & side.keys()}
    identity = tuple(attributes.get(name) for name in entry.identity)
    arn = raw.get("arn")
    secret_by_kind = form.secret
    marked = instance.sensitive | (author.sensitive if author else frozenset())
    secret = secret_by_kind | marked | ({"tags"} if "tags_all" in marked else frozenset())
    resource = Resource(
        key=Key(entry.listed_as, account, region if entry.regional else GLOBAL, identity),
        id=text_at(entry.import_id, attributes) or str(raw.get("id") or ""),
        arn=arn if isinstance(arn, str) else "",
        name=text_at(entry.label, attributes),
        attributes=attributes,
        address=instance.address,
        source=_source(instance.state, lineage)
        if author is None
        else Source(instance.state, author.place.file, author.place.line, lineage),
        configured=configured or nothing(),
        asserted=instance.asserted,
        left_out=shared(frozenset(n for n in form.defaults if raw.get(n, "") in (None, ""))),
        undeclared=shared(frozenset(unsaid.left)),
        implied=shared(frozenset(unsaid.implied)),
        defaulted=shared(frozenset(unsaid.defaulted)),
        untold=shared(frozenset(unsaid.untold)),
        computed=form.assigned,
        earlier=_earlier(instance, entry, configured, attributes) or nothing(),
        lines=lines(author) if author else nothing(),
        exempt=(*instance.exempt, *(exempt(author) if author else ())),
        sensitive=shared(secret),
        sensitive_members=_members(instance, secret - secret_by_kind) or nothing(),
        deposed=instance.deposed,
        dropped=instance.dropped,
        refers=author.references if author else (),
        recorded=shared(frozenset(name for name in entry.ignored if raw.get(name))),
    )
    return resource, strange


def _earlier(
    instance: Instance, entry: ResourceType, configured: Mapping[str, Value], known: Mapping[str, Value]
) -> Mapping[str, Value]:
    """What the backup recorded. Of another object it is what the author says, and the record does not: an apply would
    have recorded that, so a refresh took what it found for the object. An account has one alias."""
    before = instance.earlier if instance.earlier is not None else instance.another
    values = _canonical(entry.attributes, before, before)[0] if before is not None else {}
    if instance.earlier is not None:
        return values
    return {n: v for n, v in values.items() if n in configured and v == configured[n] != known.get(n)}


@lru_cache(maxsize=64)
def _source(state: str, lineage: str) -> Source:
    """One for all resources of a state of which no configuration tells the place."""
    return Source(state=state, lineage=lineage)


def _remembering(resource: Resource, now: Seen, raw: Mapping[str, Any], entry: ResourceType) -> Resource:
    """The resource with what an earlier run first saw of it."""
    first = {name: one for name, one in now.values.items() if one.since}
    values, _ = _canonical(entry.attributes, {**raw, **{n: one.value for n, one in first.items()}}, first)
    values |= {n: one.value for n, one in first.items() if n in values and told_beside(resource, raw, n, entry)}
    for label, one in first.items():
        attr = entry.attributes.get(re.split(r"[.\[]", label)[0])
        inner = attr_at(attr, label) if attr is not None and "." in label else None
        if inner is not None:
            with suppress(*UNREADABLE_SHAPES):
                values[label] = canonical.desired(inner, one.value, raw)
    since = {n: first[n].since for n in values}
    return replace(resource, remembered=values, since=since, as_said=now.as_said) if values or now.as_said else resource


def _members(instance: Instance, names: Set[str]) -> Mapping[str, frozenset[str]]:
    """Of the sensitive maps among these attributes, the members that are; nothing of what is sensitive as a whole.

    `tags` are compared with those of the provider (`tags_all`): what is hidden in one is in the other.
    """
    sources = [(instance.sensitive, instance.sensitive_members)]
    if instance.configured is not None:
        sources.append((instance.configured.sensitive, instance.configured.sensitive_members))
    out: dict[str, frozenset[str]] = {}
    for name in names:
        alike = {"tags", "tags_all"} if name == "tags" else {name}
        keys: set[str] = set()
        for marked, members in sources:
            for one in alike & marked:
                found = {m.partition(".")[2] for m in members if m.partition(".")[0] == one}
                keys |= found or {""}
        if keys and "" not in keys:
            out[name] = frozenset(keys)
    return out


def _canonical(
    attrs: Mapping[str, Attr], raw: Mapping[str, Any], names: Container[str]
) -> tuple[dict[str, Value], set[str]]:
    """The named attributes in canonical form, and those that have none."""
    attributes: dict[str, Value] = {}
    strange = set()
    for name, attr in attrs.items():
        if name not in names:
            continue
        try:
            value = canonical.desired(attr, raw.get(name), raw)
            attributes[name] = value if type(value) in SCALARS else shallow(value)
        except UNREADABLE_SHAPES:
            strange.add(name)
    return attributes, strange
