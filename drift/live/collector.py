"""Lists and reads the resources of an account, as the catalogue says.

A family is a type that is listed by its own call, with all types that are found inside it. In each region, each family
runs by itself: list; pair with desired resources; read the sections that are needed; then the same for the types
inside. A family waits for another only if its listing depends on that family's items. This module names no type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from drift.live.asker import Asker, Progress, quiet
from drift.live.items import Found, Inventory, Item
from drift.live.listing import Lister
from drift.live.needs import Needs
from drift.live.plan import Family, Plan, Wanted
from drift.live.recognise import Recognition
from drift.live.schedule import Handle, Schedule, Start, Task, Until
from drift.live.sections import Sections
from drift.model.coverage import NOT_OFFERED, Unreadable
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.path import path
from drift.provider.spec import ResourceType, Within


class Collector:
    """One scan of one account.

    `search`: whether to search for unmanaged resources. `fresh`: whether to read each item by itself where one call for
    the whole region may be out of date.
    """

    def __init__(
        self,
        asker: Asker,
        catalog: Catalog,
        provider: Provider,
        wanted: Wanted,
        *,
        scope: Iterable[str],
        regions: Iterable[str],
        search: bool = True,
        fresh: bool = False,
        progress: Progress = quiet,
    ) -> None:
        self._catalog = catalog
        self._recognition = Recognition(wanted)
        wanted = replace(wanted, managed=self._recognition.managed, parents=self._recognition.parents)
        self._wanted = wanted
        self._fresh = fresh
        self._schedule = Schedule(asker, progress)
        scope = frozenset(scope)
        account = asker.api.account
        self._plan = Plan(catalog, wanted, provider, account=account, scope=scope, regions=regions, search=search)
        self._inventory = Inventory(account, self._plan)
        self._sections = Sections(self._plan, provider, self._inventory)
        self._needs = Needs(catalog, self._plan, wanted, scope=scope, search=search)
        self._lister = Lister(self._plan, wanted, self._inventory, self._needs, self._sections, scope)
        self._listed_since: set[tuple[str, str]] = set()
        self.found.listings_spared = 0 if search else self._plan.spared()

    @property
    def found(self) -> Found:
        """Everything found so far."""
        return self._inventory.found

    def collect(self) -> Found:
        """List, pair and read everything in scope."""
        families = self._plan.families
        [by_generation] = self._schedule.run([self._all(families)])
        for generation in range(max((len(f.generations) for f in families), default=0)):
            for levels in by_generation:
                if generation < len(levels):
                    self.found.items.update((i.key, i) for i in levels[generation])
        self.found.known_as.update(self._recognition.known_as)
        self._dismiss()
        return self.found

    def _all(self, families: list[Family]) -> Task[list[list[list[Item]]]]:
        begun: dict[tuple[str, str], Handle] = {}
        self._lister.begun(begun)
        for family in families:
            begun[family.generations[0][0].name, family.region] = yield Start(self._family(family))
        yield Until(begun.values())
        return [handle.result for handle in begun.values()]

    def _family(self, family: Family) -> Task[list[list[Item]]]:
        """The items of each generation, outermost first."""
        out = []
        for generation in family.generations:
            items: list[Item] = []
            for entry in generation:
                items += yield from self._lister.of(entry, family.region)
            self._recognition.take(items)
            yield from self._sections.fill([(i.document, self._needs.proof(i)) for i in items])
            settled = None if self._fresh else self._needs.settled
            yield from self._sections.fill([(i.document, self._needs.of(i)) for i in items], settled)
            out.append(self._inventory.existing(items))
        return out

    def _dismiss(self) -> None:
        """Remove gaps that hide no desired resource: operations that an emulator does not support, and resources that
        only another account may see."""
        lost = {(key.type, key.region) for key in self._wanted.managed if key not in self.found.items}
        for gap in list(self.found.gaps):
            if gap.code == NOT_OFFERED:
                self.found.not_offered.add(gap.action)
            elif (gap.region, Unreadable(gap.action, gap.code)) not in self._inventory.guests:
                continue
            if (gap.type, gap.region) not in lost:
                self.found.gaps.remove(gap)

    def read(self, needs: Iterable[tuple[Item, Iterable[str]]]) -> None:
        """Read more sections of items that were found."""
        self._schedule.run([self._sections.fill([(item.document, sections) for item, sections in needs])])

    def inside(self, wants: Iterable[tuple[ResourceType, Item]]) -> list[Item]:
        """The items of these types inside given items, at any depth, including those found before. A type that has a
        listing of its own, such as the rules of security groups, is listed for all of the region at once."""
        within, alone = list[tuple[ResourceType, Item]](), dict[tuple[str, str], ResourceType]()
        for entry, item in wants:
            if isinstance(entry.list, Within):
                within.append((entry, item))
            else:
                alone[entry.name, self._plan.region_of(entry.name, item.key.region)] = entry
        found = self._schedule.run([self._opened(self._steps(entry, item.entry.name), item) for entry, item in within])
        return [item for items in found for item in items] + self._listed(alone)

    def _listed(self, wants: Mapping[tuple[str, str], ResourceType]) -> list[Item]:
        """The items of types in regions where nobody listed them before."""
        begun = {(entry.name, f.region) for f in self._plan.families for g in f.generations for entry in g}
        fresh = {place: entry for place, entry in wants.items() if place not in begun | self._listed_since}
        self._listed_since |= fresh.keys()
        families = [Family(region, ((entry,),)) for (_, region), entry in fresh.items()]
        found = self._schedule.run([self._family(family) for family in families])
        items = [item for [generation] in found for item in generation]
        self.found.items.update((i.key, i) for i in items)
        return items

    def _steps(self, entry: ResourceType, ancestor: str) -> list[tuple[ResourceType, Within]]:
        """The types to list one after the other, from the outer type to the wanted one."""
        steps: list[tuple[ResourceType, Within]] = []
        while isinstance(entry.list, Within) and entry.name != ancestor:
            steps.insert(0, (entry, entry.list))
            entry = self._catalog[entry.list.parent]
        return steps

    def _opened(self, steps: list[tuple[ResourceType, Within]], item: Item) -> Task[list[Item]]:
        parents = [item]
        for entry, within in steps:
            needed = set() if within.each == "@" else path(within.each).sections
            yield from self._sections.fill([(p.document, needed) for p in parents])
            every = [i for p in parents for i in self._lister.children(entry, within, p)]
            fresh = [i for i in every if i.key not in self.found.items]
            needed = path(entry.exists).sections if entry.exists else set()
            yield from self._sections.fill([(i.document, needed) for i in fresh])
            self.found.items.update((i.key, i) for i in self._inventory.existing(fresh))
            parents = [self.found.items[i.key] for i in every if i.key in self.found.items]
        return parents
