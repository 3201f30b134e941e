"""The JSON Schema of the report, generated from the tables that write it."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from drift.model.address import Address
from drift.model.drift import KINDS, SEVERITIES, Aside, Drift, Report, Scope
from drift.model.resource import Resource, Source
from drift.report.json import PLACES, SCHEMA, document
from drift.report.wire import slots

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAMED: Mapping[str, Any] = {
    "type": {"type": "string"},
    "id": {"type": "string", "description": "What `terraform import` takes."},
    "name": {"type": ["string", "null"]},
    "arn": {"type": ["string", "null"]},
    "account": {"type": "string"},
    "region": {"type": "string"},
}


def schema(*, strict: bool = False) -> dict[str, Any]:
    """The schema of `drift-report/1`. A strict one allows no unknown fields."""
    made = _Maker(strict=strict)
    hints = get_type_hints(Report)
    members: dict[str, Any] = {
        "schema": {"const": SCHEMA},
        "tool": made.closed({"name": {"const": "drift"}, "version": {"type": "string"}}),
        "summary": _summary(made),
    }
    sections: dict[str, dict[str, Any]] = {"api_calls": {"total": {"type": "integer"}}, "coverage": {}}
    for f in fields(Report):
        *where, name = PLACES.get(f.name, f.name).split(".")
        if where and where[0] != "summary":
            sections[where[0]][name] = made.of(hints[f.name])
        elif not where:
            members[name] = made.of(hints[f.name])
    members["baseline"] = {"type": ["string", "null"]}
    members |= {name: made.closed(inner) for name, inner in sections.items()}
    order = [*document(Report(scope=Scope()))]
    whole = made.closed({name: members[name] for name in order})
    return {
        "$schema": DIALECT,
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": "What drift found",
        **whole,
        "$defs": made.defs,
    }


def _summary(made: _Maker) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    counts = document(Report(scope=Scope()))["summary"]
    out: dict[str, Any] = dict.fromkeys(counts, count)
    out["unmanaged"] = {"type": ["integer", "null"], "minimum": 0}  # null: drift did not search for unmanaged resources
    out["coverage_percent"] = {"type": ["number", "null"], "minimum": 0, "maximum": 100}
    out["findings"] = {
        "type": "object",
        "propertyNames": {"enum": list(SEVERITIES)},
        "additionalProperties": count,
    }
    return made.closed(out)


class _Maker:
    """Makes schemas of type hints; dataclasses become definitions."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.defs: dict[str, Any] = {}

    def closed(self, properties: Mapping[str, Any], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
        out: dict[str, Any] = {"type": "object", "properties": dict(properties)}
        out["required"] = [name for name in properties if name not in optional]
        return out | ({"additionalProperties": False} if self.strict else {})

    def of(self, hint: Any) -> dict[str, Any]:
        if hint is Any:
            return {}
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(a) for a in get_args(hint)]}
        if origin is Literal:
            return {"enum": list(get_args(hint))}
        if origin in (tuple, frozenset, set, list, Sequence):
            return {"type": "array", "items": self.of(get_args(hint)[0])}
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(get_args(hint)[1])}
        if hint is Address:
            return {"type": "string"}
        if is_dataclass(hint):
            return self._reference(hint)  # type: ignore[arg-type]
        names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
        return {"type": names[hint]}

    def _reference(self, cls: type) -> dict[str, Any]:
        name = cls.__name__.lower()
        if name not in self.defs:
            self.defs[name] = {}  # a placeholder, because the definition may be recursive
            self.defs[name] = {"description": (cls.__doc__ or "").split("\n")[0], **self._members(cls)}
        return {"$ref": f"#/$defs/{name}"}

    def _members(self, cls: type) -> dict[str, Any]:
        if cls is Resource:
            address, owner = {"address": {"type": "string"}}, {"owner": {"type": "string"}}
            inner = {**address, **NAMED, **owner, "source": self.of(Source)}
            return self.closed(inner, frozenset({"address", "owner", "source"}))
        inner, optional = {}, set()
        for slot in slots(cls):
            inner_schema = self.of(slot.hint)
            inner[slot.name] = {"anyOf": [inner_schema, {"type": "null"}]} if slot.null else inner_schema
            if not slot.always:
                optional.add(slot.name)
        if cls is Drift:
            inner = {
                "kind": {"enum": list(KINDS)},
                "address": {"type": ["string", "null"], "description": "Terraform's; null when unmanaged."},
                **NAMED,
                "source": self.of(Source),
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
                "undone": {
                    "type": ["boolean", "null"],
                    "description": "Whether the next apply undoes the drift; null if it undoes only a part, or if that "
                    "is unknown.",
                },
                **{k: v for k, v in inner.items() if k != "kind"},
            }
            optional.add("source")
        if cls is Aside:
            inner = {"address": {"type": ["string", "null"]}, **NAMED, **inner}
        return self.closed(inner, frozenset(optional))
