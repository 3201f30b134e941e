"""From unmanaged resources to `import` blocks and the HCL that describes them, in the user's own configuration.

Nothing is written here, and the cloud is only read. `adopt` gives one remedy for each resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Any

from drift.desired.hcl.configured import ModulePath, Provider
from drift.desired.hcl.library import ModuleNames
from drift.desired.versions import Majors, latest, recorded
from drift.live.written import Written
from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.resource import Key, Question, Resource
from drift.model.value import Hidden
from drift.model.who import Who
from drift.provider.contract import DocumentSource
from drift.provider.relations import Index, entry_of, order_of, parent_key, refs_of
from drift.provider.spec import ResourceType
from drift.remedy.adopt.alike import Alike, Entry, Stranger
from drift.remedy.adopt.body import Writer
from drift.remedy.adopt.groups import groups
from drift.remedy.adopt.homes import NEW_FILE, Home, Homes
from drift.remedy.adopt.manner import Manner
from drift.remedy.adopt.names import name_for, slug
from drift.remedy.adopt.parts import Parts
from drift.remedy.adopt.providers import Providers
from drift.remedy.ground import Ground
from drift.remedy.hcl import Argument, Expression, Nested, block
from drift.remedy.references import Named, References, managed
from drift.remedy.spec import Edit, Remedy
from drift.survey import Survey


@dataclass(frozen=True, slots=True)
class Adopted:
    """One resource on its way into the configuration."""

    resource: Resource
    entry: ResourceType
    named: Named
    written: Written


@dataclass(slots=True)
class Outcome:
    """All remedies, and how many of the ids in them are references."""

    remedies: tuple[Remedy, ...] = ()
    references: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    """(address, id) of what names a resource with an address and could not be written as a reference."""


Makers = Mapping[Key, Sequence[Who]]
"""Resource -> who made it; empty where nobody asked."""


def adopt(
    resources: Iterable[Resource], survey: Survey, ground: Ground, together: Makers | None = None
) -> tuple[Remedy, ...]:
    """The remedies for unmanaged resources of a survey, with those for their parts. With `together`, what one change
    made goes into one file."""
    return adopted(resources, survey, ground, together=together).remedies


def adopted(
    resources: Iterable[Resource],
    survey: Survey,
    ground: Ground,
    *,
    apart: bool = False,
    together: Makers | None = None,
) -> Outcome:
    """The same, and how well it was done. With `apart`, parts are resources of their own wherever that is possible."""
    return _Adoption(survey, ground, apart, together).of(resources)


@dataclass
class _Adoption:
    survey: Survey
    ground: Ground
    apart: bool = False
    together: Makers | None = None
    unwritable: dict[Key, Remedy] = field(default_factory=dict)
    """What cannot be written, with the reason: nothing may refer to its address."""
    taken: dict[tuple[ModuleNames, str], set[str]] = field(default_factory=dict)
    _homes: Homes = field(init=False)
    _providers: Providers = field(init=False)
    _manner: Manner = field(init=False)
    _begun: set[Path] = field(default_factory=set)
    """The new files that have a remedy already."""
    _groups: Mapping[Key, str] = field(default_factory=dict)
    _entries: Mapping[Key, Entry] = field(default_factory=dict)
    """What becomes an instance of a block that is there."""

    _majors: Majors = field(default_factory=dict)
    """The version of each provider that the blocks are written for."""

    def __post_init__(self) -> None:
        catalog, states = self.survey.catalog, self.ground.states
        self._majors = latest(self.ground.sources.majors, *(recorded(s.instances, catalog) for s in states))
        self._providers = Providers(self.ground)
        self._homes = Homes(self.ground)
        self._manner = Manner(self.ground)

    def of(self, resources: Iterable[Resource]) -> Outcome:
        parts = Parts(self.survey, self.ground, self.apart)
        wholes = sorted(resources, key=order_of)
        every = {r.key: r for whole in wholes for r in (whole, *parts.of(whole))}
        told = self._told(every.values(), parts)
        wanted = [r for key, r in every.items() if key not in told and key not in self.unwritable]
        if self.together is not None:
            self._groups = groups(wanted, self.survey.catalog, self.together)
        else:
            self._entries = self._alike(wanted, parts)
        news = self._all_named([r for r in wanted if entry_of(r, self.survey.catalog).importable])
        references = References(self.survey.catalog, self.ground.outputs)
        references.add(managed(self.ground, self.survey.catalog))
        references.add(n.named for n in news)
        made = [(n.resource.key, self._remedy(n, references, parts)) for n in self._in_order(news)]
        if failed := {key: r for key, r in made if r.cannot}:
            return _Adoption(self.survey, self.ground, self.apart, self.together, {**self.unwritable, **failed}).of(
                wholes
            )
        remedies = [*(r for _, r in made), *self.unwritable.values()]
        remedies += [_impossible(r) for r in wanted if not entry_of(r, self.survey.catalog).importable]
        return Outcome(tuple(remedies), len(references.found), sorted(references.missed - references.found))

    def _alike(self, wanted: Sequence[Resource], parts: Parts) -> Mapping[Key, Entry]:
        """What is one more of several that stand together already."""
        found: dict[Key, Entry] = {}
        blocks = {r.address.type for r in self.ground.resources if r.address and isinstance(r.address.key, str)}
        types = {r.key: self._entry(r) for r in wanted}
        strangers = {r.key: self._stranger(r, types[r.key], parts) for r in wanted if types[r.key].name in blocks}
        search = Alike(self.survey.catalog, self.ground, self._homes)
        for key, one in strangers.items():
            if key not in found and one.entry.importable:
                others = [o for k, o in strangers.items() if k != key and k not in found and o.entry.importable]
                found |= search.entries(one, others)
        return found

    def _stranger(self, resource: Resource, entry: ResourceType, parts: Parts) -> Stranger:
        scan = self.survey.scan
        written, resource = scan.written(resource.key, entry), scan.as_type(resource.key, entry)
        address = Address(entry.name, slug(resource.id) or "x")
        named = Named(address, resource.key, written, self.survey.catalog.facts(entry.name))
        writer = self._writer(entry, References(self.survey.catalog), named, resource, parts)
        items = writer.body(_without_default_tags(written, self._providers.of(entry.name, resource.key)))
        said = {i.name if isinstance(i, Argument) else i.type for i in items}
        return Stranger(resource, entry, written, frozenset(said - {"lifecycle"}))

    def _told(self, every: Iterable[Resource], parts: Parts) -> set[Any]:
        """Parts that their parent, which is adopted too, says in an attribute of its own."""
        keys = {r.key: r for r in every}
        out = set()
        for key, resource in keys.items():
            part = self.survey.catalog[key.type].parent
            if part is None or not part.covers:
                continue
            above = parent_key(resource, part, self.survey.catalog)
            if above in keys:
                separate = parts.separate(entry_of(keys[above], self.survey.catalog))
                out |= set() if separate & part.covers.keys() else {key}
        return out

    def _all_named(self, resources: Sequence[Resource]) -> list[Adopted]:
        """Each under an address. What has no name of its own is named after what it refers to."""
        catalog = self.survey.catalog
        names = {r.key: r.address.name for r in self.ground.resources if r.address is not None}
        index = Index([*self.ground.resources, *resources], catalog)
        order = sorted(resources, key=lambda r: (not slug(r.name) or slug(r.name).startswith("_"), order_of(r)))
        out: dict[Key, Adopted] = {}
        for resource in order:
            entry = self._entry(resource)
            targets = [t for ref in refs_of(entry) for _, t in index.named(ref, resource) if t is not None]
            near = [t for t in targets if t.address is not None]
            module = () if resource.key in self._groups else self._homes.module(entry.name, near)
            after = next((names[t.key] for t in targets if t.key in names and t.key != resource.key), "")
            out[resource.key] = self._named(resource, entry, module, after)
            names[resource.key] = out[resource.key].named.address.name
        return [out[r.key] for r in resources]

    def _entry(self, resource: Resource) -> ResourceType:
        """The entry that describes a resource: another one of the same objects, where the type's own cannot."""
        catalog = self.survey.catalog
        own = entry_of(resource, catalog)
        others = [e for name in self.survey.types if (e := catalog[name]).alias_of == own.name and e.instead_if]
        told = self.survey.scan.prove([Question(resource.key, e.instead_if) for e in others])
        fits = (e for e in others if told[Question(resource.key, e.instead_if)] not in (None, False, []))
        return next((e for e in fits if not isinstance(told[Question(resource.key, e.instead_if)], Unreadable)), own)

    def _named(self, resource: Resource, entry: ResourceType, module: ModulePath, after: str) -> Adopted:
        scan = self.survey.scan
        written, resource = scan.written(resource.key, entry), scan.as_type(resource.key, entry)
        names = tuple(name for name, _ in module)
        taken = self.taken.setdefault((names, entry.name), self.ground.names(names, entry.name))
        placed = self._entries.get(resource.key)
        address = (
            placed.address if placed else Address(entry.name, name_for(resource, entry, taken, after), None, module)
        )
        ids = {"id": resource.attributes.get("id", resource.id), "arn": resource.arn or written.get("arn")}
        named = Named(address, resource.key, {**written, **ids}, self.survey.catalog.facts(entry.name))
        return Adopted(resource, entry, named, written)

    def _in_order(self, news: Sequence[Adopted]) -> list[Adopted]:
        """What others refer to first: so a circle is cut where the fewest notice."""
        return sorted(news, key=lambda n: (n.entry.parent is not None, str(n.named.address)))

    def _remedy(self, one: Adopted, references: References, parts: Parts) -> Remedy:
        address = one.named.address
        placed = self._entries.get(one.resource.key)
        brought = Nested("import", (Argument("to", Expression(str(address))), Argument("id", one.resource.id)))
        if placed is not None:
            path = self.ground.directory / NEW_FILE if address.module else self._homes.file(address).path
            return Remedy(str(address), "adopt", (*placed.edits, self._appended(path, [brought])), why=placed.why)
        unread = [n for n, v in one.written.items() if isinstance(v, Unreadable)]
        writer = self._writer(one.entry, references, one.named, one.resource, parts)
        writer.data_source = lambda attribute: self._data_source(address, attribute)
        writer.data_name = lambda type_, attribute: self._data_name(address, type_, attribute)
        provider = self._providers.of(one.entry.name, one.resource.key)
        items = writer.body(_without_default_tags(one.written, provider))
        if lacking := writer.lacking(items):
            return Remedy(
                f"{one.resource.type}.{one.resource.id}",
                "adopt",
                cannot=f"the provider requires {', '.join(lacking)}, and the account has nothing to say for it",
            )
        added = self._tags_to_come(one, provider)
        alias = f"{provider.name}.{provider.alias}"
        lead = [Argument("provider", Expression(alias))] if provider.alias else []
        body: list[Argument | Nested] = [*lead, *items]
        own = [
            *writer.data,
            Nested("resource", tuple(body), (address.type, address.name), added and f"An apply adds the {added}."),
            *(self._variable(address, name, required) for name, required in dict.fromkeys(writer.secrets)),
        ]
        group = self._groups.get(one.resource.key)
        home = self._homes.file(address) if group is None else Home(self.ground.directory / group, _TOGETHER)
        edits = [self._appended(home.path, own if address.module else [brought, *own])]
        if address.module:  # only the root module can import
            edits.append(self._appended(self.ground.directory / NEW_FILE, [brought]))
        needed = ", ".join(f"var.{slug(f'{address.name}_{name}')}" for name, required in writer.secrets if required)
        notes = (
            home.why,
            f"could not be read: {', '.join(sorted(unread))}" if unread else "",
            f"give {needed} a value" if needed else "",
            f"an apply adds the {added}" if added else "",
            f"this version of the provider refuses {', '.join(writer.refused)}: it is ignored"
            if writer.refused
            else "",
        )
        return Remedy(str(address), "adopt", tuple(edits), why="; ".join(filter(None, notes)))

    def _tags_to_come(self, one: Adopted, provider: Provider) -> str:
        """Those of the provider's default tags that a resource lacks: to adopt it without them takes another provider
        configuration."""
        tags = one.written.get("tags")
        facts = self.survey.catalog.facts(one.entry.name)
        if "tags_all" not in facts or isinstance(tags, Unreadable | Hidden) or not provider.default_tags:
            return ""
        lacking = sorted(provider.default_tags.keys() - (tags.keys() if isinstance(tags, Mapping) else set()))
        return f"provider's default {'tag' if len(lacking) == 1 else 'tags'} {', '.join(lacking)}" if lacking else ""

    def _writer(
        self, entry: ResourceType, references: References, named: Named, resource: Resource, parts: Parts
    ) -> Writer:
        catalog, name = self.survey.catalog, named.address.name
        siblings = [r for r in self.ground.resources if entry_of(r, catalog).name == entry.name]
        return Writer(
            catalog,
            entry,
            references,
            named,
            resource.key.account,
            self._majors.get(catalog.provider_of(entry.name).name, 0),
            canonical=resource.attributes,
            asserted=frozenset(n for r in siblings for n in r.asserted or ()),
            left_to_parts=parts.separate(entry),
            variable=lambda attribute: Expression(f"var.{slug(f'{name}_{attribute}')}"),
        )

    def _data_source(self, address: Address, attribute: str) -> tuple[str, DocumentSource] | None:
        known = self.survey.catalog.provider_of(address.type).document_sources()
        type_ = self._manner.data_source(_names(address), address.type, attribute, known)
        return (type_, known[type_]) if type_ else None

    def _data_name(self, address: Address, type_: str, attribute: str) -> str:
        """A name that no data source of the type has in the module: the resource's own, or with the attribute."""
        names = _names(address)
        taken = self.taken.setdefault((names, f"data.{type_}"), self.ground.names(names, type_, mode="data"))
        wanted = (address.name, f"{address.name}_{attribute}")
        tried = chain(wanted, (f"{wanted[1]}_{n}" for n in count(2)))
        name = next(n for n in tried if n not in taken)
        taken.add(name)
        return name

    @staticmethod
    def _variable(address: Address, name: str, required: bool) -> Nested:
        return Nested(
            "variable",
            (
                Argument("description", f"{name} of {address}: drift does not write secrets"),
                Argument("type", Expression("string")),
                Argument("sensitive", True),
                *([] if required else [Argument("default", None)]),
            ),
            (slug(f"{address.name}_{name}"),),
        )

    def _appended(self, path: Path, blocks: Sequence[Nested]) -> Edit:
        """Blocks at the end of a file, after a blank line, with the file's own line ends."""
        text = "\n".join(block(b) for b in blocks)
        there = self.ground.text(path)
        first = not there.strip() and path not in self._begun
        self._begun.add(path)
        made = text if first else f"\n{text}" if not there or there.endswith("\n") else f"\n\n{text}"
        if "\r\n" in there:
            made = made.replace("\n", "\r\n")
        return Edit(path, made, len(there), len(there))


_TOGETHER = "with what belongs to the same change"


def _names(address: Address) -> ModuleNames:
    return tuple(name for name, _ in address.module)


def _impossible(resource: Resource) -> Remedy:
    why = f"the provider has no import for {resource.type}: write it, delete the one that is there, and apply"
    return Remedy(f"{resource.type}.{resource.id}", "adopt", cannot=why)


def _without_default_tags(written: Written, provider: Provider) -> Written:
    """The attributes without the tags that the provider sets by itself."""
    tags, common = written.get("tags"), provider.default_tags or {}
    if not isinstance(tags, Mapping) or not common:
        return written
    return {**written, "tags": {k: v for k, v in tags.items() if common.get(k) != v} or None}
