"""Fills the sections of items: makes their describe calls, in batches, as soon as the bound values are known."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drift.live.document import NOT_NAMED, UNASKED, UNEXPECTED, Document
from drift.live.items import Inventory
from drift.live.plan import Plan
from drift.live.schedule import Ask, Handle, Start, Task, Until
from drift.model.coverage import Unreadable
from drift.model.value import UNREADABLE_SHAPES
from drift.provider.api import Answer, Refused, Request
from drift.provider.contract import Provider
from drift.provider.path import path
from drift.provider.spec import Bulk, Call, ResourceType

Slot = tuple[str, str, str]
"""(type, region, section): what one describe call fills."""
Need = tuple[Document, Iterable[str]]
"""An item, and the sections that it needs."""
Settled = Callable[[Document, str], bool]
"""(item, section) -> whether the content of the section causes no report."""


@dataclass(frozen=True, slots=True)
class _Step:
    call: Call
    documents: list[Document]
    request: Request


@dataclass(slots=True)
class _Open:
    """The items that lack one section."""

    entry: ResourceType
    call: Call
    documents: dict[int, Document] = field(default_factory=dict)
    after: set[Slot] = field(default_factory=set)
    """The sections from which its arguments are read."""


class Sections:
    """Reads sections of the items of one scan."""

    def __init__(self, plan: Plan, provider: Provider, inventory: Inventory) -> None:
        self._plan = plan
        self._provider = provider
        self._inventory = inventory

    def fill(self, needs: Iterable[Need], settled: Settled | None = None) -> Task[None]:
        """Read sections that are not known yet. If `settled` is given, cheaper sources are used first, and it decides
        whether their content suffices."""
        slots = _opened(needs)
        begun: dict[Slot, Handle] = {}
        for slot in _in_order(slots):
            one = slots[slot]
            first = [begun[s] for s in sorted(one.after) if s in begun]
            begun[slot] = yield Start(self._fill(one, first, settled))
        yield Until(begun.values())

    def _fill(self, one: _Open, first: list[Handle], settled: Settled | None) -> Task[None]:
        yield Until(first)
        documents = list(one.documents.values())
        if one.call.bulk is not None and settled is not None:
            documents = yield from self._from_bulk(one.entry, one.call, one.call.bulk, documents, settled)
        yield from self._make(one.entry, self._batches(one.entry, one.call, documents))

    def _from_bulk(
        self, entry: ResourceType, call: Call, bulk: Bulk, documents: list[Document], settled: Settled
    ) -> Task[list[Document]]:
        """Use the content of a cheaper source if it causes no report; return the items that must be read by
        themselves."""
        regions: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            where = document.look(path(bulk.region or "null"))
            regions[where or self._plan.endpoint(document.region, call)].append(document)
        pages = 1 + len(self._inventory.listed[entry.name, documents[0].region]) // bulk.page if documents else 0
        worth = {region: there for region, there in regions.items() if len(there) > pages}
        service = bulk.call.service or entry.service
        requests = [Request(service, r, bulk.call.op, bulk.call.args, spares=True) for r in worth]
        answers = yield Ask("reading", requests)
        for there, answer in zip(worth.values(), answers, strict=True):
            kept = elements(bulk.call, answer)
            if not isinstance(kept, Refused):
                told = {name: e for e in kept if isinstance(name := path(bulk.match).search(e), str)}
                _offer(call, bulk, there, told, settled)
        return [d for d in documents if d.state_of(call.into) is UNASKED]

    def _make(self, entry: ResourceType, steps: list[_Step]) -> Task[None]:
        answers = yield Ask("reading", [step.request for step in steps])
        singly: list[_Step] = []
        parts: dict[int, list[tuple[_Step, Answer]]] = defaultdict(list)
        for step, answer in zip(steps, answers, strict=True):
            if step.call.each:
                parts[id(step.documents[0])].append((step, answer))
                continue
            call, several = step.call, step.call.bind and len(step.documents) > 1
            if several and isinstance(answer, Refused) and answer.code in call.gone | call.retry_singly:
                # an item that was deleted since it was listed must not affect the others in its batch
                singly += self._batches(entry, replace(call, batch=-1), step.documents)
            else:
                kept = (yield from _deeper(step, answer)) if call.deeper else taken(call, answer)
                _file(call, step.documents, kept, self.action(entry, call))
        for several_parts in parts.values():
            _file_parts(several_parts, self.action(entry, several_parts[0][0].call))
        if singly:
            yield from self._make(entry, singly)

    def _batches(self, entry: ResourceType, call: Call, documents: list[Document]) -> list[_Step]:
        if not documents:
            return []
        service, region = call.service or entry.service, self._plan.endpoint(documents[0].region, call)
        if not call.bind:
            return [_Step(call, documents, Request(service, region, call.op, call.args))]
        if call.each:
            asked = _askable(call, documents, self.action(entry, call))
            requests = ((d, Request(service, region, call.op, {**call.args, **b})) for d, b in _one_by_one(call, asked))
            return [_Step(call, [d], request) for d, request in requests]
        together: dict[str, list[tuple[Document, dict[str, Any]]]] = defaultdict(list)
        for document, bound in _askable(call, documents, self.action(entry, call)):
            together[repr([bound[name] for name in call.batch_common])].append((document, bound))
        out: list[_Step] = []
        size = abs(call.batch)  # -1: a batch of one, whose argument is nevertheless a list
        for members in together.values():
            for start in range(0, len(members), size):
                group = members[start : start + size]
                bound = group[0][1]
                if call.batch != 1:
                    bound = {**bound, **{name: [b[name] for _, b in group] for name in call.bind}}
                request = Request(service, region, call.op, {**call.args, **bound})
                out.append(_Step(call, [d for d, _ in group], request))
        return out

    def action(self, entry: ResourceType, call: Call) -> str:
        """The permission that a call needs."""
        return self._provider.action(call.service or entry.service, call)


def _offer(call: Call, bulk: Bulk, documents: list[Document], told: Mapping[str, Any], settled: Settled) -> None:
    """Fill the section from a cheaper source, and empty it again if its content would cause a report."""
    keys = {id(d): d.look(path(bulk.key)) for d in documents}
    if not any(isinstance(key, str) and key in told for key in keys.values()):
        return  # the source may not support this type
    for document in documents:
        key = keys[id(document)]
        # the item may be in a region that was not asked
        elsewhere = bulk.region and not document.look(path(bulk.region))
        if isinstance(key, str) and (key in told or not elsewhere):
            document.known[call.into] = path(bulk.take).search(told[key]) if key in told else None
            if not settled(document, call.into):
                del document.known[call.into]


def _opened(needs: Iterable[Need]) -> dict[Slot, _Open]:
    """The missing sections, and the items that lack them."""
    slots: dict[Slot, _Open] = {}
    for start, sections in needs:
        todo: list[tuple[Document, str, Slot | None]] = [(start, s, None) for s in sections]
        while todo:
            document, section, waiting = todo.pop()
            if section.startswith("parent.") and document.parent is not None:
                todo.append((document.parent, section.removeprefix("parent."), waiting))
                continue
            call = next((c for c in document.entry.describe if c.into == section), None)
            if call is None or document.state_of(section) is not UNASKED:
                continue
            slot = (document.entry.name, document.region, section)
            one = slots.setdefault(slot, _Open(document.entry, call))
            if waiting is not None and waiting != slot:
                slots[waiting].after.add(slot)
            if id(document) not in one.documents:
                one.documents[id(document)] = document
                todo += [(document, s, slot) for s in sections_bound(call)]
    return slots


def _in_order(slots: Mapping[Slot, _Open]) -> list[Slot]:
    """The sections, those from which others are read first."""
    out: dict[Slot, None] = {}

    def visit(slot: Slot, above: frozenset[Slot]) -> None:
        for earlier in sorted(slots[slot].after - above):
            visit(earlier, above | {slot})
        out.setdefault(slot)

    for slot in sorted(slots):
        visit(slot, frozenset())
    return list(out)


def sections_bound(call: Call) -> set[str]:
    """The sections from which a call's arguments are read."""
    texts = (
        *call.bind.values(),
        *call.batch_common.values(),
        *call.each.values(),
        call.key or "@",
        call.only_if or "@",
    )
    return {section for text in texts for section in path(text).sections}


def _askable(call: Call, documents: list[Document], action: str) -> Iterator[tuple[Document, dict[str, Any]]]:
    """The items for which the call can be made, with its arguments. For the others, the section is filled at once."""
    bind = {name: path(p) for name, p in {**call.bind, **call.batch_common}.items()}
    for document in documents:
        bound = {name: document.look(p) for name, p in bind.items()}
        meant = document.look(path(call.only_if)) if call.only_if else True
        refused = next((v for v in (meant, *bound.values()) if isinstance(v, Unreadable)), None)
        missing = sorted(name for name, value in bound.items() if value is None)
        if refused is not None:
            document.unread[call.into] = refused
        elif not meant or any(document.is_empty(bind[name]) for name in missing):
            document.known[call.into] = None
        elif missing:
            document.unread[call.into] = Unreadable(action, f"No{missing[0][:1].upper()}{missing[0][1:]}")
        else:
            yield document, bound


def _one_by_one(
    call: Call, asked: Iterable[tuple[Document, dict[str, Any]]]
) -> Iterator[tuple[Document, dict[str, Any]]]:
    """The arguments for each element of an item's list; an item without any is filed at once."""
    ((argument, where),) = call.each.items()
    for document, bound in asked:
        elements = document.look(path(where))
        if isinstance(elements, Unreadable):
            document.unread[call.into] = elements
        elif not elements:
            document.known[call.into] = []
        else:
            yield from ((document, {**bound, argument: element}) for element in dict.fromkeys(elements))


def taken(call: Call, answer: Answer) -> Any:
    """What `take` keeps of all pages: lists are joined; anything else comes from the first page."""
    if isinstance(answer, Refused):
        return answer
    try:
        pages = [_parsed(page, call.parse) for page in answer] if call.parse else answer
    except ValueError:
        return Refused("NotJson", f"{call.parse} of {call.op}")
    try:
        parts = [path(call.take).search(page) for page in pages]
    except UNREADABLE_SHAPES:
        return Refused(UNEXPECTED, f"{call.take} of {call.op}")
    if any(isinstance(p, list) for p in parts) and all(isinstance(p, list) or p is None for p in parts):
        elements = [element for part in parts for element in part or () if element is not None]
        return call.gather(elements) if call.gather else elements
    return parts[0] if parts else None


def elements(call: Call, answer: Answer) -> list[Mapping[str, Any]] | Refused:
    """The same as a list of items, each of which has members."""
    kept = taken(call, answer)
    if isinstance(kept, Refused):
        return kept
    each = kept if isinstance(kept, list) else [kept] if kept else []
    if not all(isinstance(element, Mapping) for element in each):
        return Refused(UNEXPECTED, f"{call.take} of {call.op}")
    return each


def _parsed(page: Mapping[str, Any], member: str) -> dict[str, Any]:
    text = page.get(member)
    return {**page, member: json.loads(text) if isinstance(text, str) and text else None}


def _file_parts(parts: list[tuple[_Step, Answer]], action: str) -> None:
    """Put what was asked for element by element into one list; where one of them was refused, nothing is known."""
    document, call = parts[0][0].documents[0], parts[0][0].call
    found: list[Any] = []
    for _, answer in parts:
        kept = taken(call, answer)
        if not isinstance(kept, Refused):
            found += kept or []
        elif kept.code not in call.absent | call.gone:
            document.unread[call.into] = Unreadable(action, kept.code)
            return
    document.known[call.into] = found


def _deeper(step: _Step, first: Answer) -> Task[Any]:
    """All elements at or below those of the first answer, or the refusal of one of the calls."""
    call, request = step.call, step.request
    [name] = call.bind
    found: dict[str, dict[str, Any]] = {}
    level: list[tuple[str, Answer]] = [(request.args[name], first)]
    while level:
        inside: dict[str, dict[str, Any]] = {}
        for above, answer in level:
            kept = elements(call, answer)
            if isinstance(kept, Refused):
                if not found or kept.code not in call.gone | call.absent:
                    return kept
                continue
            there = [{**element, name: above} for element in kept]
            inside |= {str(path(call.deeper).search(e)): e for e in there}
        inside = {key: element for key, element in inside.items() if key not in found}
        found |= inside
        answers = yield Ask("reading", [replace(request, args={**request.args, name: key}) for key in inside])
        level = list(zip(inside, answers, strict=True))
    return list(found.values())


def _file(call: Call, documents: list[Document], kept: Any, action: str) -> None:
    """Store an answer in its items, or the reason why there is none; `action` is the permission of the call."""
    if isinstance(kept, Refused):
        for document in documents:
            if kept.code in call.absent:
                document.known[call.into] = None
            elif kept.code in call.gone:
                document.known[""] = "gone"
                document.known[call.into] = None
            else:
                document.unread[call.into] = Unreadable(action, kept.code)
        return
    if not call.match:
        for document in documents:
            document.known[call.into] = kept
        return
    try:
        _match(call, documents, kept, action)
    except UNREADABLE_SHAPES:
        for document in documents:
            document.unread[call.into] = Unreadable(action, UNEXPECTED)


def _match(call: Call, documents: list[Document], kept: Any, action: str) -> None:
    """Give each item the elements that belong to it."""
    by_key: dict[Any, list[Any]] = defaultdict(list)
    for element in kept or ():
        by_key[path(call.match).search(element)].append(element)
    key = path(call.key or next(iter(call.bind.values())))
    for document in documents:
        mine = by_key.get(document.look(key), [])
        if call.every and not mine:
            document.unread[call.into] = Unreadable(action, NOT_NAMED)
            continue
        document.known[call.into] = mine if call.many else (mine[0] if mine else None)
