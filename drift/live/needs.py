"""Decides which sections of an item to read: those that are compared, that prove an owner, or that contain children."""

from __future__ import annotations

from drift.live.document import Document
from drift.live.items import Item
from drift.live.ownership import early_proofs, proofs, proved_owner
from drift.live.plan import Plan, Wanted, type_of
from drift.model.resource import Resource
from drift.provider.catalog import Catalog
from drift.provider.path import path
from drift.provider.spec import ElementOf, ResourceType


class Needs:
    """The needs of one scan. `search`: whether it searches for unmanaged resources."""

    def __init__(self, catalog: Catalog, plan: Plan, wanted: Wanted, *, scope: frozenset[str], search: bool) -> None:
        self._catalog = catalog
        self._plan = plan
        self._wanted = wanted
        self._scope = scope
        self._search = search
        self._named = frozenset((key.type, key.region) for key in wanted.parents.keys() - wanted.managed.keys())
        """(type, region) of parents of desired resources that are not desired themselves, because another state has
        them."""
        self._inside: dict[str, list[ResourceType]] = {}
        self._sections: dict[tuple[str, str, frozenset[str]], frozenset[str]] = {}
        self._items: dict[int, Item] = {}
        """Document, by its address in memory -> the item for which it was listed. A facet has its parent's document."""

    def of(self, item: Item) -> set[str]:
        """The sections of the item that are compared, prove an owner, or contain its children."""
        entry, out = item.entry, set[str]()
        self._items.setdefault(id(item.document), item)
        desired = self._wanted.managed.get(item.key, ())
        unclaimed = self._search and not desired and not proved_owner(item)[0]
        if desired or (item.parent is not None) or unclaimed:
            out |= path(entry.exists).sections if entry.exists else set()
        for resource in desired:
            known = self._catalog[type_of(resource)]
            spared = self._wanted.spared.get(resource.origin) if self._wanted.spared else None
            out |= self._described(known, item.document.entry, frozenset(resource.attributes).difference(spared or ()))
        if self._wanted.strangers and unclaimed:
            out |= proofs(item)
        return out | self._of_elements(item) | self._of_children(item)

    def _described(self, entry: ResourceType, listed: ResourceType, names: frozenset[str]) -> frozenset[str]:
        """The sections of these attributes that a call of their own fills: what the listing tells need not be read.

        A facet has its parent's document: `listed` is whose document it is, and whose calls fill it.
        """
        found = self._sections.get((entry.name, listed.name, names))
        if found is None:
            every = frozenset(s for name in names for s in entry.sections_of(name))
            calls = {call.into for call in listed.describe}
            found = frozenset(s for s in every if s in calls or s.startswith("parent."))
            self._sections[entry.name, listed.name, names] = found
        return found

    def proof(self, item: Item) -> set[str]:
        """The sections to read first, because they may make all others unnecessary."""
        unclaimed = self._search and self._wanted.strangers and item.key not in self._wanted.managed
        return early_proofs(item) if unclaimed and not proved_owner(item)[0] else set()

    def settled(self, document: Document, section: str) -> bool:
        """Whether the content of a section causes no report: it agrees with the desired values, or proves an owner."""
        item = self._items.get(id(document))
        if item is None:
            return False
        desired = self._wanted.managed.get(item.key, ())
        if not desired:
            return bool(proved_owner(item)[0])
        return all(self._agrees(resource, document, section) for resource in desired)

    def _agrees(self, resource: Resource, document: Document, section: str) -> bool:
        entry = self._catalog[type_of(resource)]
        reads = [name for name, attr in entry.attributes.items() if section in attr.path.sections]
        for name in (n for n in reads if n in resource.attributes):
            want, have = resource.attributes[name], document.read(entry.attributes[name])
            if want != have or (name in resource.configured and resource.configured[name] != have):
                return False
        return True

    def interesting(self, entry: ResourceType, parent: Item) -> bool:
        """Whether a child of this parent, or an item inside such a child, can be reported."""
        return any(
            self._spoken_of(k, parent) or (k.listed_as, parent.key.region) in self._named
            for k in (entry, *self._inner(entry))
        )

    def _of_elements(self, item: Item) -> set[str]:
        out = set[str]()
        for name in self._wanted.parents.get(item.key, ()):
            parent = self._catalog[name].parent
            if parent is not None and isinstance(self._catalog[name].list, ElementOf):
                for told in parent.covers:
                    out |= item.entry.sections_of(told)
        return out

    def _of_children(self, item: Item) -> set[str]:
        out = set[str]()
        for child, within in self._plan.children.get(item.entry.name, ()):
            if self.interesting(child, item):
                out |= path(within.each).sections
        return out

    def _inner(self, entry: ResourceType) -> list[ResourceType]:
        """The types listed inside this one, at any depth."""
        if entry.name not in self._inside:
            children = [child for child, _ in self._plan.children.get(entry.name, ())]
            self._inside[entry.name] = [*children, *(g for child in children for g in self._inner(child))]
        return self._inside[entry.name]

    def _spoken_of(self, entry: ResourceType, parent: Item) -> bool:
        above: Item | None = parent
        while above is not None:  # a part may name an outer parent: an API, not its integration
            if entry.name in self._wanted.parents.get(above.key, ()):
                return True
            above = above.parent
        if entry.name in self._wanted.everywhere:
            return True
        if not self._search:
            return entry.name in self._wanted.orphans
        if entry.name not in self._scope or entry.parent is None:
            return False
        if parent.key in self._wanted.managed:
            return not entry.parent.covers and not entry.parent.filled_by_others
        return entry.parent.standalone
