"""From unmanaged resources to `import` blocks and the HCL that describes them, in the user's own configuration.

Nothing is written here, and the cloud is only read. `adopt` gives one remedy for each resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.live.written import Written
from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.resource import Resource
from drift.provider.relations import entry_of, order_of, parent_key
from drift.provider.spec import ResourceType
from drift.remedy.adopt.body import Writer
from drift.remedy.adopt.names import name_for, slug
from drift.remedy.adopt.parts import Parts
from drift.remedy.adopt.providers import provider_argument
from drift.remedy.adopt.references import Named, References
from drift.remedy.ground import Ground
from drift.remedy.hcl import Argument, Expression, Nested, block
from drift.remedy.spec import Edit, Remedy
from drift.survey import Survey

NEW_FILE = "adopted.tf"
"""Where resources go that have no neighbours."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """One resource on its way into the configuration."""

    resource: Resource
    entry: ResourceType
    named: Named
    written: Written
    under: str = ""
    """The address that it had, if it takes the place of a missing resource: only the import is written."""


@dataclass(slots=True)
class Outcome:
    """All remedies, and how many of the ids in them are references."""

    remedies: tuple[Remedy, ...] = ()
    references: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    """(address, id) of what names a resource with an address and could not be written as a reference."""


def adopt(resources: Iterable[Resource], survey: Survey, ground: Ground) -> tuple[Remedy, ...]:
    """The remedies for unmanaged resources of a survey, with those for their parts."""
    return adopted(resources, survey, ground).remedies


def adopted(resources: Iterable[Resource], survey: Survey, ground: Ground, *, apart: bool = False) -> Outcome:
    """The same, and how well it was done. With `apart`, parts are resources of their own wherever that is possible."""
    return _Adoption(survey, ground, apart).of(resources)


@dataclass
class _Adoption:
    survey: Survey
    ground: Ground
    apart: bool = False
    taken: dict[str, set[str]] = field(default_factory=dict)
    _begun: set[Path] = field(default_factory=set)
    """The new files that have a remedy already."""

    def of(self, resources: Iterable[Resource]) -> Outcome:
        parts = Parts(self.survey, self.ground, self.apart)
        wholes = sorted(resources, key=order_of)
        every = {r.key: r for whole in wholes for r in (whole, *parts.of(whole))}
        told = self._told(every.values(), parts)
        news = [self._named(r) for key, r in every.items() if key not in told]
        references = References(self.survey.catalog, self.ground.outputs)
        references.add(self._managed())
        references.add(n.named for n in news)
        remedies = [self._remedy(n, references, parts) for n in self._in_order(news)]
        return Outcome(tuple(remedies), len(references.found), sorted(references.missed - references.found))

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

    def _named(self, resource: Resource) -> Adopted:
        entry = entry_of(resource, self.survey.catalog)
        written = self.survey.scan.written(resource.key)
        resource = self.survey.scan.resources[resource.key]
        taken = self.taken.setdefault(entry.name, self.ground.names((), entry.name))
        address = Address(entry.name, name_for(resource, entry, taken))
        values = {
            **written,
            "id": resource.attributes.get("id", resource.id),
            "arn": resource.arn or written.get("arn"),
        }
        facts = self.survey.catalog.facts(entry.name)
        return Adopted(resource, entry, Named(address, resource.key, values, facts), written)

    def _managed(self) -> Iterable[Named]:
        for resource in self.ground.resources:
            if resource.address is None or resource.deposed:
                continue
            values = {**resource.attributes, "id": resource.attributes.get("id") or resource.id, "arn": resource.arn}
            values["arn"] = values["arn"] or resource.attributes.get("arn", "")
            yield Named(resource.address, resource.key, values, self.survey.catalog.facts(resource.address.type))

    def _in_order(self, news: Sequence[Adopted]) -> list[Adopted]:
        """What others refer to first: so a circle is cut where the fewest notice."""
        return sorted(news, key=lambda n: (n.entry.parent is not None, str(n.named.address)))

    def _remedy(self, one: Adopted, references: References, parts: Parts) -> Remedy:
        address = one.named.address
        unread = [n for n, v in one.written.items() if isinstance(v, Unreadable)]
        catalog = self.survey.catalog
        siblings = [r for r in self.ground.resources if entry_of(r, catalog).name == one.entry.name]
        writer = Writer(
            catalog,
            one.entry,
            references,
            one.named,
            one.resource.key.account,
            asserted=frozenset(name for r in siblings for name in r.asserted or ()),
            left_to_parts=parts.separate(one.entry),
            variable=lambda name: Expression(f"var.{slug(f'{address.name}_{name}')}"),
        )
        items = writer.body(self._without_default_tags(one.written))
        lead = provider_argument(self.ground, one.entry.name, one.resource.key)
        body: list[Argument | Nested] = [*lead, *items]
        blocks = [
            Nested("import", (Argument("to", Expression(str(address))), Argument("id", one.resource.id))),
            Nested("resource", tuple(body), (address.type, address.name)),
            *(self._variable(address, name, required) for name, required in dict.fromkeys(writer.secrets)),
        ]
        path, why = self._place(one)
        text = "\n".join(block(b) for b in blocks)
        what = f"could not be read: {', '.join(sorted(unread))}" if unread else ""
        return Remedy(
            address=str(address),
            choice="adopt",
            edits=(self._appended(path, text),),
            why="; ".join(filter(None, (why, what))),
        )

    def _without_default_tags(self, written: Written) -> Mapping[str, Any]:
        return written

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

    def _place(self, one: Adopted) -> tuple[Path, str]:
        """The file of most resources of the type; else that of what it refers to; else a new one."""
        homes = self.ground.homes.get(one.entry.name)
        if homes:
            path, n = min(homes.items(), key=lambda item: (-item[1], str(item[0])))
            if path.suffix != ".json":
                return path, f"into {path.name}, beside {n} of its type"
        return self.ground.directory / NEW_FILE, f"into {NEW_FILE}, for nothing of its type is here yet"

    def _appended(self, path: Path, text: str) -> Edit:
        """The text at the end of a file, after a blank line, with the file's own line ends."""
        there = self.ground.text(path)
        first = not there.strip() and path not in self._begun
        self._begun.add(path)
        made = text if first else f"\n{text}" if not there or there.endswith("\n") else f"\n\n{text}"
        if "\r\n" in there:
            made = made.replace("\n", "\r\n")
        return Edit(path, made, len(there), len(there))
