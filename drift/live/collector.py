"""From the catalogue and an account to what is there.

Generation by generation: list; pair with what is desired; ask only for the sections that will be
compared, that prove an owner, or that hold the next generation. Nothing here names a type.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drift.live.asker import Asker, Progress, quiet
from drift.live.document import UNASKED, Document, is_known
from drift.live.plan import Listing, Plan, Wanted, type_of
from drift.model.coverage import NOT_OFFERED, Gap, Unreadable
from drift.model.resource import Key, Resource
from drift.model.value import plain
from drift.provider.api import Answer, Refused, Request
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.path import path, text_at
from drift.provider.spec import Attr, Call, ElementOf, ResourceType, Within

Slot = tuple[str, str, str]
"""(type, region, section): what one describe call fills."""


@dataclass(frozen=True, slots=True)
class _Step:
    kind: ResourceType
    call: Call
    documents: list[Document]
    request: Request


@dataclass(slots=True)
class Item:
    """One live object under one type; a facet shares its document with its parent."""

    kind: ResourceType
    key: Key
    document: Document
    parent: Item | None = None


@dataclass(slots=True)
class Found:
    """Everything the collector saw."""

    items: dict[Key, Item] = field(default_factory=dict)
    gaps: set[Gap] = field(default_factory=set)
    not_offered: set[str] = field(default_factory=set)
    """The actions that an emulator does not know, where nothing desired needs them."""
    known_as: dict[Key, Key] = field(default_factory=dict)
    """The key of something desired -> that of the item which has another of its names for its id."""
    listings_spared: int = 0
    """Listings that a search for what is unmanaged would have made besides."""

    def gap(self, key: Key) -> Gap | None:
        """Why a resource that was not found may exist all the same."""
        names = {"", str(key.identity[0])}
        return min(
            (g for g in self.gaps if (g.type, g.account, g.region) == key[:3] and g.within in names), default=None
        )


class Collector:
    """One scan of one account."""

    def __init__(
        self,
        asker: Asker,
        catalog: Catalog,
        provider: Provider,
        *,
        scope: Iterable[str],
        regions: Iterable[str],
        search: bool = True,
        progress: Progress = quiet,
    ) -> None:
        """`search`: whether to look for what nothing desired names, too."""
        self._asker = asker
        self._account = asker.api.account
        self._regions = tuple(regions)
        self._search = search
        self._scope = frozenset(scope)
        self._catalog = catalog
        self._provider = provider
        self._progress = progress
        self._documents: dict[tuple[str, str], list[Item]] = defaultdict(list)
        self._within: dict[str, list[ResourceType]] = {}
        self._guests: set[tuple[str, Unreadable]] = set()
        """(region, why) of what another account refused."""
        self._named: frozenset[tuple[str, str]] = frozenset()
        """(type, region) of what nobody manages here, but something desired is part of: another state has it."""
        self.found = Found()

    def collect(self, wanted: Wanted) -> Found:
        """List, pair and read everything in scope."""
        self._named = frozenset((key.type, key.region) for key in wanted.parents.keys() - wanted.managed.keys())
        self._plan = Plan(
            self._catalog,
            wanted,
            self._provider,
            account=self._account,
            scope=self._scope,
            regions=self._regions,
            search=self._search,
        )
        self.found.listings_spared = 0 if self._search else self._plan.spared()
        for generation in self._plan.generations:
            items = self._listed(generation, wanted)
            wanted = self._recognised(items, wanted)
            items += self._sought(generation, wanted, {i.key for i in items})
            self._fulfil([(i.document, self._bulk_proof(i, wanted)) for i in items])
            needs = {id(i): (i, self._needs(i, wanted)) for i in items}
            self._fulfil([(i.document, sections) for i, sections in needs.values()])
            self._settle(items)
        self._dismiss(wanted)
        return self.found

    def _recognised(self, items: list[Item], wanted: Wanted) -> Wanted:
        """What is wanted, under the keys of the items.

        Where `terraform import` takes another name than the id, some resources of the provider keep that name for
        their id: a stack's name instead of its ARN. Such a resource is the item whose import id or ARN is its id.
        """
        listed = {i.key for i in items}
        kinds = {i.kind.name: i.kind for i in items}
        lost: dict[tuple[str, str, Any], Key] = {}
        for key, resources in wanted.managed.items():
            if key not in listed and key.type in kinds:
                names = [text_at(kinds[key.type].alternate_identity or "''", _known(resources[0].attributes))]
                names += [v for v in (resources[0].attributes.get("id"),) if isinstance(v, str)]
                lost |= {(key.type, key.region, name): key for name in names if name}
        if not lost:
            return wanted
        managed, parents = dict(wanted.managed), dict(wanted.parents)
        for item in items:
            kind, region = item.key.type, item.key.region
            if item.key in managed or not any(k[:2] == (kind, region) for k in lost):
                continue
            shown = _known({n: item.document.read(a) for n, a in _naming(item.kind).items()})
            own = item.key.identity[0] if len(item.key.identity) == 1 else None
            imported = "" if item.kind.import_id == "id" else text_at(item.kind.import_id, shown)
            called = (imported, shown.get("arn"), own)
            found = next((lost[kind, region, n] for n in called if n and (kind, region, n) in lost), None)
            if found is not None and found in managed:
                self.found.known_as[found] = item.key
                managed[item.key] = managed.pop(found)
                parents[item.key] = parents.get(item.key, frozenset()) | parents.get(found, frozenset())
        return replace(wanted, managed=managed, parents=parents)

    def _dismiss(self, wanted: Wanted) -> None:
        """Take away the gaps that hide nothing: what an emulator does not know, and what only another account may see,
        where nothing desired is lost by it."""
        lost = {(key.type, key.region) for key in wanted.managed if key not in self.found.items}
        for gap in list(self.found.gaps):
            if gap.code == NOT_OFFERED:
                self.found.not_offered.add(gap.action)
            elif (gap.region, Unreadable(gap.action, gap.code)) not in self._guests:
                continue
            if (gap.type, gap.region) not in lost:
                self.found.gaps.remove(gap)

    def _document(
        self, kind: ResourceType, region: str, item: Mapping[str, Any], parent: Document | None = None
    ) -> Document:
        return Document(kind, region, {**item, "here": self._plan.here(region)}, parent)

    def _listed(self, kinds: list[ResourceType], wanted: Wanted) -> list[Item]:
        out: list[Item] = []
        for kind in kinds:
            if isinstance(kind.list, Within):
                for region in self._plan.regions_of(kind):
                    out += self._inside(kind, kind.list, region, wanted)
        asked = list(self._plan.listings(kinds))
        while asked:
            further: list[Listing] = []
            answers = self._ask("listing", [a.request for a in asked])
            for listing, answer in zip(asked, answers, strict=True):
                kind, region, call = listing.kind, listing.region, listing.call
                taken = _taken(call, answer)
                if isinstance(taken, Refused):
                    if taken.code not in call.absent | (call.gone if call.per else frozenset()):
                        self._gap(kind, region, Unreadable(self._action(kind, call), taken.code))
                        self._note_guest(listing, Unreadable(self._action(kind, call), taken.code))
                    continue
                if listing.further:
                    further += self._plan.inner(listing, taken or ())
                    continue
                documents = [self._document(kind, region, {**listing.known, **raw}) for raw in taken or ()]
                items = [i for document in documents for i in self._item(kind, region, document, None)]
                if len(kind.listings) > 1:
                    items = self._once(kind, region, items)
                if kind.versions is not None:
                    items = self._documents[kind.name, region] = _newest(kind, items, wanted)
                out += items
            asked = further
        return out

    def _note_guest(self, listing: Listing, why: Unreadable) -> None:
        known = {**listing.known, "here": self._plan.here(listing.region)}
        if listing.call.guest and path(listing.call.guest).search(known):
            self._guests.add((listing.region, why))

    def _sought(self, kinds: list[ResourceType], wanted: Wanted, listed: set[Key]) -> list[Item]:
        """What is desired, not listed, and can be asked for by name."""
        asked = [
            (kind, kind.lookup, key, request)
            for kind in kinds
            if kind.lookup is not None and kind.name in self._scope
            for key, resources in wanted.managed.items()
            if key.type == kind.name and key not in listed and key.region in self._plan.regions_of(kind)
            if (request := self._seeking(kind, kind.lookup, key, resources[0])) is not None
        ]
        out: list[Item] = []
        for (kind, call, key, request), answer in zip(asked, self._ask("seeking", [a[3] for a in asked]), strict=True):
            taken = _taken(call, answer)
            if isinstance(taken, Refused):
                if taken.code not in call.absent | call.gone:
                    self._gap(kind, key.region, Unreadable(self._action(kind, call), taken.code), within=key)
                continue
            for raw in taken if isinstance(taken, list) else [taken] if taken else []:
                document = self._document(kind, key.region, {**request.args, **raw})
                for item in self._item(kind, key.region, document, None):
                    if item.key == key:
                        out.append(item)
                    else:
                        self._documents[kind.name, key.region].remove(item)
        return out

    def _once(self, kind: ResourceType, region: str, items: list[Item]) -> list[Item]:
        """Without those that another listing of the same type has told already: an API of two versions."""
        first: dict[Key, Item] = {}
        for item in self._documents[kind.name, region]:
            first.setdefault(item.key, item)
        self._documents[kind.name, region] = list(first.values())
        return [i for i in items if first[i.key] is i]

    def _seeking(self, kind: ResourceType, call: Call, key: Key, desired: Resource) -> Request | None:
        """The request for one desired resource; None where an argument has no value, or nobody may list the type."""
        bound = {name: plain(path(p).search(desired.attributes)) for name, p in call.bind.items()}
        gap = self.found.gap(key)
        if None in bound.values() or (gap is not None and gap.code != NOT_OFFERED):
            return None
        service = call.service or kind.service
        return Request(service, self._plan.endpoint(key.region, call), call.op, {**call.args, **bound})

    def _inside(self, kind: ResourceType, within: Within, region: str, wanted: Wanted) -> list[Item]:
        out: list[Item] = []
        each = path(within.each)
        # a parent may be inside another: what the gap is within says nothing of the children's own parent
        self.found.gaps |= {
            Gap(kind.name, g.account, g.region, g.action, g.code)
            for g in self.found.gaps
            if g.type == within.parent and g.region == region
        }
        for parent in self._documents[within.parent, region]:
            if within.each == "@":
                if self._interesting(kind, parent, wanted):
                    out += self._item(kind, region, parent.document, parent)
                continue
            children = parent.document.look(each)
            if isinstance(children, Unreadable):
                self._gap(kind, region, children, within=parent.key)
            elif children is not UNASKED:
                for raw in children or ():
                    out += self._item(kind, region, self._document(kind, region, raw, parent.document), parent)
        return out

    def _interesting(self, kind: ResourceType, parent: Item, wanted: Wanted) -> bool:
        """Whether a child of this parent, or one inside such a child, would ever be spoken of."""
        return any(
            self._spoken_of(k, parent, wanted) or (k.listed_as, parent.key.region) in self._named
            for k in (kind, *self._inner(kind))
        )

    def _inner(self, kind: ResourceType) -> list[ResourceType]:
        """The types listed inside this one, however deep."""
        if kind.name not in self._within:
            children = [
                k for k in self._plan.kinds.values() if isinstance(k.list, Within) and k.list.parent == kind.name
            ]
            self._within[kind.name] = [*children, *(g for child in children for g in self._inner(child))]
        return self._within[kind.name]

    def _spoken_of(self, kind: ResourceType, parent: Item, wanted: Wanted) -> bool:
        above: Item | None = parent
        while above is not None:  # a part may name a whole further up: an API, not its integration
            if kind.name in wanted.parents.get(above.key, ()):
                return True
            above = above.parent
        if kind.name in wanted.everywhere:
            return True
        if not self._search:
            return kind.name in wanted.orphans
        if kind.name not in self._scope or kind.parent is None:
            return False
        if parent.key in wanted.managed:
            return not kind.parent.covers and not kind.parent.filled_by_others
        return kind.parent.standalone

    def _item(self, kind: ResourceType, region: str, document: Document, parent: Item | None) -> list[Item]:
        identity = []
        for name in kind.identity:
            value = document.read(kind.attr(name))
            if isinstance(value, Unreadable):
                self._gap(kind, region, value, within=parent.key if parent else None)
                return []
            identity.append(None if value is UNASKED else value)
        key = Key(kind.listed_as, self._account, region, tuple(identity))
        item = Item(kind, key, document, parent)
        self._documents[kind.name, region].append(item)
        return [item]

    def _needs(self, item: Item, wanted: Wanted) -> set[str]:
        """The sections of the item that will be compared, judged, or hold its children."""
        kind, out = item.kind, set[str]()
        desired = wanted.managed.get(item.key, ())
        judged = self._search and not self._proved(item)
        if desired or (item.parent is not None) or judged:
            out |= path(kind.exists).sections if kind.exists else set()
        for resource in desired:
            known = self._catalog[type_of(resource)]
            for name in resource.attributes.keys() - wanted.spared.get(resource.place, frozenset()):
                out |= known.sections_of(name)
        if not desired and wanted.strangers and judged:
            for owner in kind.proofs:
                out |= path(owner.when).sections
        for name in wanted.parents.get(item.key, ()):
            parent = self._catalog[name].parent
            if parent is not None and isinstance(self._catalog[name].list, ElementOf):
                for told in parent.covers:
                    out |= kind.sections_of(told)
        for child in self._plan.kinds.values():
            within = child.list
            if isinstance(within, Within) and within.parent == kind.name and self._interesting(child, item, wanted):
                out |= path(within.each).sections
        return out

    def _bulk_proof(self, item: Item, wanted: Wanted) -> set[str]:
        """Sections that may prove an owner and that one call fills for the whole region.

        Asked first, so that nobody describes one by one what such a call shows to be AWS's own.
        """
        if not self._search or item.key in wanted.managed or not wanted.strangers or self._proved(item):
            return set()
        bulk = {c.into for c in item.kind.describe if not c.bind}
        return {s for o in item.kind.proofs for s in path(o.when).sections} & bulk if bulk else bulk

    def _proved(self, item: Item) -> bool:
        """Whether what was read so far proves an owner, so that nothing more need be asked."""
        return bool(owner_of(item)[0])

    def _settle(self, items: list[Item]) -> None:
        """Keep what exists; what cannot be told to exist is a gap."""
        for item in items:
            if item.document.known.get("") == "gone":
                continue
            if item.kind.exists:
                there = item.document.look(path(item.kind.exists))
                if isinstance(there, Unreadable):
                    self._gap(item.kind, item.key.region, there, within=item.parent.key if item.parent else item.key)
                    continue
                if there is not UNASKED and not there:
                    continue
            self.found.items[item.key] = item

    def _gap(self, kind: ResourceType, region: str, why: Unreadable, within: Key | None = None) -> None:
        name = str(within.identity[0]) if within else ""
        self.found.gaps.add(Gap(kind.listed_as, self._account, region, why.action, why.code, name))

    def inside(self, wants: Iterable[tuple[ResourceType, Item]]) -> list[Item]:
        """What of these types is inside items already found, however deep; what was found before is found again."""
        out: list[Item] = []
        for kind, item in wants:
            above = [item]
            for step in reversed(self._steps(kind, item.kind.name)):
                above = self._opened(step, above)
            out += above
        return out

    def _steps(self, kind: ResourceType, ancestor: str) -> list[ResourceType]:
        steps = []
        while isinstance(kind.list, Within) and kind.name != ancestor:
            steps.append(kind)
            kind = self._catalog[kind.list.parent]
        return steps

    def _opened(self, kind: ResourceType, parents: list[Item]) -> list[Item]:
        each = path(kind.list.each) if isinstance(kind.list, Within) else path("@")
        facet = each.text == "@"
        self._fulfil([(p.document, set() if facet else set(each.sections)) for p in parents])
        found = []
        for parent in parents:
            region, children = parent.key.region, [] if facet else parent.document.look(each)
            if isinstance(children, Unreadable):
                self._gap(kind, region, children, within=parent.key)
            elif children is not UNASKED:
                documents = [self._document(kind, region, raw, parent.document) for raw in children or ()]
                for document in [parent.document] if facet else documents:
                    found += self._item(kind, region, document, parent)
        fresh = [i for i in found if i.key not in self.found.items]
        self._fulfil([(i.document, set(path(i.kind.exists).sections) if i.kind.exists else set()) for i in fresh])
        self._settle(fresh)
        return [self.found.items[i.key] for i in found if i.key in self.found.items]

    def read(self, needs: Iterable[tuple[Item, set[str]]]) -> None:
        """Ask for more sections of items already found."""
        self._fulfil([(item.document, sections) for item, sections in needs])

    def _fulfil(self, needs: list[tuple[Document, set[str]]]) -> None:
        """Make the describe calls that fill these sections, in rounds where one needs another's answer."""
        open_needs: dict[Slot, dict[int, Document]] = defaultdict(dict)
        calls: dict[Slot, tuple[ResourceType, Call]] = {}
        for start, sections in needs:
            todo = [(start, s) for s in sections]
            while todo:
                document, section = todo.pop()
                if section.startswith("parent.") and document.parent is not None:
                    todo.append((document.parent, section.removeprefix("parent.")))
                    continue
                call = next((c for c in document.kind.describe if c.into == section), None)
                if call is None or document.state_of(section) is not UNASKED:
                    continue
                slot = (document.kind.name, document.region, section)
                if id(document) not in open_needs[slot]:
                    open_needs[slot][id(document)] = document
                    calls[slot] = (document.kind, call)
                    todo += [(document, s) for s in _asked_of(call)]
        while open_needs:
            ready = {slot for slot in open_needs if not _waiting(calls[slot][1], slot, open_needs)} or set(open_needs)
            plan = [
                step for slot in sorted(ready) for step in self._batches(*calls[slot], list(open_needs[slot].values()))
            ]
            self._make(plan)
            for slot in ready:
                del open_needs[slot]

    def _make(self, plan: list[_Step]) -> None:
        answers = self._ask("reading", [step.request for step in plan])
        alone: list[_Step] = []
        for step, answer in zip(plan, answers, strict=True):
            shared = (
                step.call.gone | step.call.retry_singly if step.call.bind and len(step.documents) > 1 else frozenset()
            )
            if isinstance(answer, Refused) and answer.code in shared:
                # one that was deleted since it was listed must not take the others of its batch with it
                alone += self._batches(step.kind, replace(step.call, batch=-1), step.documents)
            else:
                _file(step.call, step.documents, answer, self._action(step.kind, step.call))
        if alone:
            self._make(alone)

    def _batches(self, kind: ResourceType, call: Call, documents: list[Document]) -> list[_Step]:
        service, region = call.service or kind.service, self._plan.endpoint(documents[0].region, call)
        if not call.bind:
            return [_Step(kind, call, documents, Request(service, region, call.op, call.args))]
        askable: list[tuple[Document, dict[str, Any]]] = []
        for document in documents:
            wanted = document.look(path(call.only_if)) if call.only_if else True
            bound = {name: document.look(path(p)) for name, p in {**call.bind, **call.batch_common}.items()}
            refused = next((v for v in (wanted, *bound.values()) if isinstance(v, Unreadable)), None)
            if refused is not None:
                document.unread[call.into] = refused
            elif not wanted or any(
                v is None and document.is_empty(path({**call.bind, **call.batch_common}[n])) for n, v in bound.items()
            ):
                document.known[call.into] = None
            elif missing := sorted(name for name, v in bound.items() if v is None):
                document.unread[call.into] = Unreadable(
                    self._action(kind, call), f"No{missing[0][:1].upper()}{missing[0][1:]}"
                )
            else:
                askable.append((document, bound))
        out: list[_Step] = []
        size = abs(call.batch)  # -1: a batch of one, whose argument is a list all the same
        together: dict[str, list[tuple[Document, dict[str, Any]]]] = defaultdict(list)
        for document, bound in askable:
            together[repr([bound[name] for name in call.batch_common])].append((document, bound))
        for members in together.values():
            for start in range(0, len(members), size):
                group = members[start : start + size]
                first = group[0][1]
                if call.batch != 1:
                    first = {**first, **{name: [b[name] for _, b in group] for name in call.bind}}
                request = Request(service, region, call.op, {**call.args, **first})
                out.append(_Step(kind, call, [d for d, _ in group], request))
        return out

    def _action(self, kind: ResourceType, call: Call) -> str:
        """The permission that a call takes."""
        return self._provider.action(call.service or kind.service, call)

    def _ask(self, phase: str, requests: list[Request]) -> list[Answer]:
        arrived = 0

        def done() -> None:
            nonlocal arrived
            arrived += 1
            self._progress(phase, arrived, len(requests))

        return self._asker.ask(requests, done)


def owner_of(item: Item) -> tuple[str, str]:
    """Who made it and what proves that; empty where nobody else did, or where that could not be read."""
    if item.kind.account:
        account = item.document.look(path(item.kind.account))
        if is_known(account) and account and str(account) != item.key.account:
            return f"account {account}", item.kind.account
    for owner in item.kind.proofs:
        found = item.document.look(path(owner.when))
        if is_known(found) and found:
            return owner.who, owner.when
    return "", ""


def doubt_of(item: Item) -> Unreadable | None:
    """What was refused that might prove an owner."""
    found = (item.document.look(path(o.when)) for o in item.kind.proofs)
    return next((f for f in found if isinstance(f, Unreadable) and f.code != NOT_OFFERED), None)


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in attributes.items() if is_known(v)}


def _naming(kind: ResourceType) -> Mapping[str, Attr]:
    """The attributes that make the import id, the id itself and the ARN."""
    every = {"id": kind.id, **kind.computed, **kind.attributes}
    return {n: a for n, a in every.items() if n in path(kind.import_id).sections or n in ("id", "arn")}


def _waiting(call: Call, slot: Slot, open_needs: Mapping[Slot, Any]) -> bool:
    """Whether another open call fills what this one binds."""
    return any((slot[0], slot[1], s) in open_needs and s != slot[2] for s in _asked_of(call))


def _asked_of(call: Call) -> set[str]:
    """The sections a call's arguments are read from."""
    texts = (*call.bind.values(), *call.batch_common.values(), call.key or "@", call.only_if or "@")
    return {section for text in texts for section in path(text).sections}


def _newest(kind: ResourceType, items: list[Item], wanted: Wanted) -> list[Item]:
    """Without the versions nobody speaks of: those beside a managed one, and those before the newest."""
    if kind.versions is None:
        return items
    common, number = (kind.attr(name) for name in kind.versions)
    series: dict[Any, list[Item]] = defaultdict(list)
    for item in items:
        series[item.document.read(common)].append(item)
    out = []
    for versions in series.values():
        managed = [i for i in versions if i.key in wanted.managed]
        out += managed or [max(versions, key=lambda i: i.document.read(number) or 0)]
    return out


def _taken(call: Call, answer: Answer) -> Any:
    """What `take` keeps of all pages: lists are joined, anything else is the first page's."""
    if isinstance(answer, Refused):
        return answer
    try:
        pages = [_parsed(page, call.parse) for page in answer] if call.parse else answer
    except ValueError:
        return Refused("NotJson", f"{call.parse} of {call.op}")
    parts = [path(call.take).search(page) for page in pages]
    if any(isinstance(p, list) for p in parts) and all(isinstance(p, list) or p is None for p in parts):
        elements = [element for part in parts for element in part or () if element is not None]
        return call.gather(elements) if call.gather else elements
    return parts[0] if parts else None


def _parsed(page: Mapping[str, Any], member: str) -> dict[str, Any]:
    text = page.get(member)
    return {**page, member: json.loads(text) if isinstance(text, str) and text else None}


def _file(call: Call, documents: list[Document], answer: Answer, action: str) -> None:
    """Put an answer where it belongs, or why there is none; `action` is the permission that the call takes."""
    taken = _taken(call, answer)
    if isinstance(taken, Refused):
        for document in documents:
            if taken.code in call.absent:
                document.known[call.into] = None
            elif taken.code in call.gone:
                document.known[""] = "gone"
                document.known[call.into] = None
            else:
                document.unread[call.into] = Unreadable(action, taken.code)
        return
    if not call.match:
        for document in documents:
            document.known[call.into] = taken
        return
    by_key: dict[Any, list[Any]] = defaultdict(list)
    for element in taken or ():
        by_key[path(call.match).search(element)].append(element)
    key = path(call.key or next(iter(call.bind.values())))
    for document in documents:
        mine = by_key.get(document.look(key), [])
        document.known[call.into] = mine if call.many else (mine[0] if mine else None)
