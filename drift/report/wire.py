"""Converts the model's values to JSON and back, field by field: a new field of a dataclass is in the report
automatically.

What a dataclass cannot say about its fields is in the tables here. `schema.py` uses the same tables.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from drift.model.address import Address
from drift.model.coverage import Gap, Unread
from drift.model.drift import AccountSummary, Aside, Change, Drift, Finding, Ignored, Pending, Resolved
from drift.model.entries import Entries
from drift.model.resource import GLOBAL, Key, Resource, Source
from drift.model.value import freeze, plain

_WHERE = frozenset({"id", "address", "account", "region"})
ALWAYS: Mapping[type, frozenset[str]] = {
    AccountSummary: frozenset(
        {
            "regions",
            "states",
            "managed",
            "in_sync",
            "modified",
            "missing",
            "unmanaged",
            "unread",
            "accepted",
            "not_ours",
            "gaps",
            "findings",
            "coverage_percent",
        }
    ),
    Change: frozenset({"sensitive", "recorded"}),
    Drift: frozenset({"findings"}),
    Finding: frozenset({"verdict", "evidence"}),
    Gap: frozenset({"within"}),
    Pending: frozenset({"attributes"}),
    Source: frozenset({"state", "file", "line"}),
    Ignored: _WHERE | {"path", "owner", "expires"},
    Resolved: _WHERE | {"paths"},
}
"""Fields that are written even if they have their default; other fields are then left out."""

NULLS: Mapping[type, frozenset[str]] = {
    Gap: frozenset({"within"}),
    Unread: frozenset({"path"}),
    Source: frozenset({"state", "file", "line"}),
    Ignored: _WHERE | {"path", "owner", "expires"},
    Resolved: _WHERE,
}
"""Fields whose empty value is written as null."""

LEFT_OUT: Mapping[type, Mapping[str, str]] = {
    Source: {"lineage": "it keys the digests that stand for secrets"},
    Resource: {
        "key": "told by type, account and region",
        "attributes": "what drifted is told by its changes; the rest was not asked for",
        "sensitive": "each change says it of itself",
        "sensitive_members": "each change says it of itself",
        "doubt": "told by the coverage",
        "deposed": "told by a warning",
        "dropped": "told by a warning",
        "unwanted": "told by what is pending",
        "taken_away": "told by what is desired",
        "refers": "told by what is desired",
        "recorded": "told by a warning",
        "configured": "told by the changes",
        "asserted": "each change says whether anybody sets it",
        "left_out": "told by drift explain",
        "undeclared": "each change says it of itself",
        "implied": "each change says it of itself",
        "defaulted": "each change says its default",
        "untold": "each change says what becomes of it",
        "computed": "each change says what becomes of it",
        "earlier": "evidence, not a result",
        "remembered": "evidence, not a result",
        "since": "each change says it of itself",
        "as_said": "evidence, not a result",
        "lines": "each change says its own",
        "exempt": "told by what is exempt",
        "proof": "told by drift explain",
        "guessed": "told by a warning",
        "unknown": "told by the coverage",
        "inside": "a step of the reading, not a result",
    },
    Drift: {
        "desired": "both sides are told as one resource",
        "actual": "both sides are told as one resource",
        "saved_as": "it is the fingerprint",
    },
    Aside: {
        "desired": "both sides are told as one resource",
        "actual": "both sides are told as one resource",
    },
}
"""Fields that are not in the report, and why."""

T = TypeVar("T")


class Slot(NamedTuple):
    """One field of a dataclass, as the report has it."""

    name: str
    hint: Any
    default: Any
    """MISSING without one."""
    always: bool
    null: bool


@functools.cache
def slots(cls: Any) -> tuple[Slot, ...]:
    """The fields of a dataclass that are in the report."""
    hints = get_type_hints(cls)
    out = []
    for f in fields(cls):
        if f.name not in LEFT_OUT.get(cls, {}):
            default = _default(f)
            always = default is MISSING or f.name in ALWAYS.get(cls, ())
            out.append(Slot(f.name, hints[f.name], default, always, f.name in NULLS.get(cls, ())))
    first = ("path", "desired", "recorded", "actual")  # in reading order
    return tuple(sorted(out, key=lambda s: first.index(s.name) if s.name in first else len(first)))


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def encode(value: Any) -> Any:
    """The value as JSON values."""
    if isinstance(value, Drift):
        return _drift(value)
    if isinstance(value, Resource):
        return _resource(value)
    if isinstance(value, Aside):
        address = str(value.desired.address) if value.desired.address else None
        return {"address": address, **_named(value.actual), "type": value.type, **_object(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return _object(value)
    if isinstance(value, tuple | list | Entries):
        return [encode(v) for v in value]
    if isinstance(value, Address):
        return str(value)
    if isinstance(value, dict):
        return {k: encode(v) for k, v in value.items()}  # counts, in the order in which they were added
    return plain(value)


def _object(value: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    cls: Any = type(value)
    for slot in slots(cls):
        member = getattr(value, slot.name)
        if slot.always or member != slot.default:
            out[slot.name] = None if slot.null and not member else encode(member)
    return out


def _resource(resource: Resource) -> dict[str, Any]:
    out: dict[str, Any] = {"address": str(resource.address)} if resource.address else {}
    out |= _named(resource)
    if resource.owner:
        out["owner"] = resource.owner
    if resource.source != Source():
        out["source"] = _object(resource.source)
    return out


def _named(resource: Resource) -> dict[str, Any]:
    return {
        "type": resource.type,
        "id": resource.id,
        "name": resource.name or None,
        "arn": resource.arn or None,
        "account": resource.key.account,
        "region": resource.key.region,
    }


def _drift(drift: Drift) -> dict[str, Any]:
    resource = drift.resource
    out: dict[str, Any] = {"kind": drift.kind, "address": str(resource.address) if resource.address else None}
    out |= {**_named(drift.found), "type": drift.type}
    if drift.desired is not None:
        out["source"] = _object(drift.desired.source)
    out |= {"fingerprint": drift.fingerprint, "undone": drift.undone}
    out |= {k: v for k, v in _object(drift).items() if k != "kind"}
    return out


def decode(hint: Any, data: Any) -> Any:
    """The value of type `hint` from JSON; TypeError, ValueError or KeyError if it does not match."""
    if hint is Any:
        return freeze(data)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _any_of([a for a in get_args(hint) if a is not type(None)], data)
    if origin is Literal:
        if data not in get_args(hint):
            raise ValueError(f"{data!r} is not one of {', '.join(map(str, get_args(hint)))}")
        return data
    if origin in (tuple, Sequence):
        return tuple(decode(get_args(hint)[0], v) for v in _of(list, data))
    if origin in (frozenset, set):
        return frozenset(decode(get_args(hint)[0], v) for v in _of(list, data))
    if origin is not None and issubclass(origin, Mapping):
        return {str(k): decode(get_args(hint)[1], v) for k, v in _of(dict, data).items()}
    return _whole(hint, data)


def _any_of(hints: list[Any], data: Any) -> Any:
    if data is None:
        return None
    for hint in hints[:-1]:
        try:
            return decode(hint, data)
        except (TypeError, ValueError, KeyError):
            continue
    return decode(hints[-1], data)


def _whole(hint: Any, data: Any) -> Any:
    if hint is Address:
        return Address.parse(_of(str, data))
    if hint is Resource:
        return _read_resource(_of(dict, data))
    if hint is Drift:
        return _read_drift(_of(dict, data))
    if hint is Aside:
        resource = _read_resource(_of(dict, data))
        return Aside(desired=resource, actual=resource, **_read_fields(Aside, data))
    if is_dataclass(hint):
        made: Any = hint
        return made(**_read_fields(hint, _of(dict, data)))  #
    if hint is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return _of(hint, data)


def _of(wanted: type[T], data: Any) -> T:
    if not isinstance(data, wanted) or (wanted is int and isinstance(data, bool)):
        raise TypeError(f"{wanted.__name__} expected, {type(data).__name__} found")
    return data


def _read_fields(cls: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    out = {}
    for slot in slots(cls):
        if slot.name in data:
            member = data[slot.name]
            if member is None and slot.null:
                member = "" if slot.hint is str else 0
            try:
                out[slot.name] = decode(slot.hint, member)
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"{slot.name}: {error}") from None
        elif slot.default is MISSING:
            raise KeyError(f"{cls.__name__.lower()} has no {slot.name}")
    return out


def _read_resource(data: Mapping[str, Any]) -> Resource:
    id_ = _of(str, data["id"])
    return Resource(
        key=Key(_of(str, data["type"]), str(data.get("account") or ""), str(data.get("region") or GLOBAL), (id_,)),
        id=id_,
        name=str(data.get("name") or ""),
        arn=str(data.get("arn") or ""),
        address=Address.parse(_of(str, data["address"])) if data.get("address") else None,
        owner=str(data.get("owner") or ""),
        source=Source(**_read_fields(Source, data["source"])) if data.get("source") else Source(),
    )


def _read_drift(data: Mapping[str, Any]) -> Drift:
    resource = _read_resource(data)
    given = _read_fields(Drift, data)
    return Drift(
        desired=None if given["kind"] == "unmanaged" else resource,
        actual=None if given["kind"] == "missing" else resource,
        saved_as=_of(str, data["fingerprint"]),
        **given,
    )
