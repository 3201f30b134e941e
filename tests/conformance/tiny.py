"""A cloud of three types that lives in memory: no regions, no ARNs, no tags, and keys that hold secrets.

It proves that the contract is no AWS in disguise. Rooms are listed, lamps are found inside their room's answer, and a
key's secret takes a call of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from drift.normalize.values import text as any_text
from drift.provider.api import Answer, Api, Refused, Request
from drift.provider.contract import Access, Provider
from drift.provider.facts import SchemaFacts
from drift.provider.kinds import flag, number, set_of, text
from drift.provider.operations import Model, Operation, Operations
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within

ROOM = ResourceType(
    name="tiny_room",
    service="house",
    regional=False,
    list=Call(op="rooms", take="rooms"),
    id=text("number"),
    label="name",
    computed={"floor": number("floor")},
    attributes={"name": text("name"), "size": number("size", default=10), "labels": set_of(any_text, "labels")},
    owners=(Owner("landlord", "the landlord"),),
)
LAMP = ResourceType(
    name="tiny_lamp",
    service="house",
    regional=False,
    list=Within("tiny_room", each="lamps[]"),
    id=text("join('/', [parent.number, place])"),
    identity=("room", "place"),
    label="place",
    attributes={"room": text("parent.number"), "place": text("place"), "on": flag("on", default=False)},
    parent=Parent("room", to="tiny_room"),
)
KEY = ResourceType(
    name="tiny_key",
    service="safe",
    regional=False,
    list=Call(op="keys", take="keys[].{name: @}"),
    describe=(Call(op="key", into="Key", bind={"name": "name"}, gone=frozenset({"NoSuchKey"})),),
    id=text("name"),
    label="name",
    attributes={"name": text("name"), "room": text("Key.room"), "secret": text("Key.secret", sensitive=True)},
    refs=(Ref("room", to="tiny_room"),),
)

SCHEMA = SchemaFacts({
    "tiny_room": {"id": "c", "floor": "c number", "name": "r", "size": "o number", "labels": "o set"},
    "tiny_lamp": {"id": "c", "room": "r", "place": "r", "on": "o bool"},
    "tiny_key": {"id": "c", "name": "r", "room": "o", "secret": "rs"},
})  # fmt: skip

_TEXTS = Model("list", element=Model("text"))
_LAMP = Model("structure", {"place": Model("text"), "on": Model("flag")})
_ROOM = Model("structure", {
    "number": Model("text"), "floor": Model("number"), "name": Model("text"), "size": Model("number"),
    "labels": _TEXTS, "landlord": Model("flag"), "lamps": Model("list", element=_LAMP),
})  # fmt: skip
OPERATIONS = {
    ("house", "rooms"): Operation(answers=Model("structure", {"rooms": Model("list", element=_ROOM)})),
    ("safe", "keys"): Operation(answers=Model("structure", {"keys": _TEXTS})),
    ("safe", "key"): Operation(
        takes={"name": Model("text")},
        required=frozenset({"name"}),
        answers=Model("structure", {"room": Model("text"), "secret": Model("text", sensitive=True)}),
        errors=frozenset({"NoSuchKey"}),
    ),
    ("safe", "burn"): Operation(takes={"name": Model("text")}, reads=False),
}


class TinyOperations:
    """What the house can be asked."""

    def find(self, service: str, op: str) -> Operation | None:
        return OPERATIONS.get((service, op))

    def services(self) -> Iterable[str]:
        return sorted({service for service, _ in OPERATIONS})

    def names(self, service: str) -> Iterable[str]:
        return [op for s, op in OPERATIONS if s == service]

    def errors(self, service: str) -> frozenset[str]:
        return frozenset().union(*(o.errors for (s, _), o in OPERATIONS.items() if s == service))


class House:
    """The cloud itself."""

    region, recorded = "", None

    def __init__(self, rooms: Iterable[Mapping[str, Any]], keys: Mapping[str, Mapping[str, Any]]) -> None:
        self.account = "main street 1"
        self.counts: Counter[str] = Counter()
        self._rooms, self._keys = list(rooms), dict(keys)

    def ask(self, request: Request) -> Answer:
        if request.op == "rooms":
            return [{"rooms": self._rooms}]
        if request.op == "keys":
            return [{"keys": list(self._keys)}]
        known = self._keys.get(str(request.args.get("name")))
        return [dict(known)] if known is not None else Refused("NoSuchKey")


def _open(access: Access) -> Api:
    return House((), {})


def _operations() -> Operations:
    return TinyOperations()


TINY = Provider(
    name="tiny",
    title="Tiny House",
    sources=frozenset({"example/tiny"}),
    types={entry.name: entry for entry in (ROOM, LAMP, KEY)},
    schema=SCHEMA,
    operations=_operations,
    open=_open,
)
