"""The drifted resources as a plan in JSON, for plan scanners: Checkov, OPA and Conftest, Trivy.

The plan contains what such tools read of `terraform show -json` (Terraform's "JSON Output Format", 1.2): the actual
values as `planned_values`, both sides in `resource_changes`, and references in `configuration`. Values have the shape
of the provider's schema, as far as it is known: nested blocks are lists; policies and documents are JSON text.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from drift.diff.redact import is_secret, redacted
from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.drift import Drift
from drift.model.resource import Resource
from drift.model.value import Hidden, is_empty, plain
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.installed import facts_of
from drift.provider.relations import entry_of, values_at
from drift.provider.spec import ResourceType

ACTIONS = {"modified": ["update"], "missing": ["delete"], "unmanaged": ["create"]}
"""Kind of drift -> the actions of a plan that would cause it."""

_PEERS = {
    "cidr_ipv4": "cidr_blocks",
    "cidr_ipv6": "ipv6_cidr_blocks",
    "prefix_list_id": "prefix_list_ids",
    "security_group": "security_groups",
}


def document(drifts: Sequence[Drift], catalog: Catalog) -> dict[str, Any]:
    """The plan as JSON values. Sensitive values are null, unread ones unknown."""
    named = list(zip(_addresses(drifts), drifts, strict=True))
    there = [(a, d.actual) for a, d in named if d.actual is not None]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "variables": {},
        "planned_values": {"root_module": _module([(a, _planned(a, r, catalog)) for a, r in there])},
        "resource_changes": [_change(a, d, catalog) for a, d in named],
        "configuration": {
            "provider_config": {p.name: {"name": p.name, "full_name": _source(p)} for p in _providers(there, catalog)},
            "root_module": {"resources": _configuration(there, catalog)},
        },
    }


def _addresses(drifts: Sequence[Drift]) -> list[Address]:
    """The address of each resource. An unmanaged resource gets a unique one made of its id."""
    taken: defaultdict[str, int] = defaultdict(int)
    out = []
    for drift in drifts:
        r = drift.resource
        if r.address is not None:
            out.append(r.address)
            continue
        name = "unmanaged_" + (re.sub(r"\W+", "_", r.name or r.id).strip("_") or "x")
        taken[f"{r.type}.{name}"] += 1
        count = taken[f"{r.type}.{name}"]
        out.append(Address(r.type, name if count == 1 else f"{name}_{count}"))
    return out


def _module(resources: Iterable[tuple[Address, dict[str, Any]]]) -> dict[str, Any]:
    """Resources by module, nested as in Terraform."""
    root: dict[str, Any] = {"resources": []}
    modules = {"": root}
    for address, resource in resources:
        path = ""
        for step in _steps(address):
            inner = f"{path}.{step}" if path else step
            if inner not in modules:
                modules[inner] = {"address": inner, "resources": []}
                modules[path].setdefault("child_modules", []).append(modules[inner])
            path = inner
        modules[path]["resources"].append(resource)
    return root


def _steps(address: Address) -> list[str]:
    """`module.a["x"].module.b.…` -> its two steps."""
    out, above = [], ""
    for depth in range(1, len(address.module) + 1):
        path = _module_path(address, depth)
        out.append(path.removeprefix(f"{above}."))
        above = path
    return out


def _module_path(address: Address, depth: int) -> str:
    return str(Address("x", "y", module=address.module[:depth])).removesuffix(".x.y")


def _head(address: Address, catalog: Catalog) -> dict[str, Any]:
    out: dict[str, Any] = {"address": str(address), "mode": "managed", "type": address.type, "name": address.name}
    if address.key is not None:
        out["index"] = address.key
    return out | {"provider_name": _source(catalog.provider_of(address.type))}


def _source(provider: Provider) -> str:
    return f"registry.terraform.io/{min(provider.sources)}"


def _providers(named: Sequence[tuple[Address, Resource]], catalog: Catalog) -> list[Provider]:
    """The providers of these resources, by name."""
    found = {catalog.provider_of(address.type).name for address, _ in named} or set(catalog.providers)
    return [catalog.providers[name] for name in sorted(found)]


def _planned(address: Address, resource: Resource, catalog: Catalog) -> dict[str, Any]:
    values, sensitive, _ = _sides(resource, catalog)
    return {**_head(address, catalog), "schema_version": 0, "values": values, "sensitive_values": sensitive}


def _change(address: Address, drift: Drift, catalog: Catalog) -> dict[str, Any]:
    nothing: tuple[Any, Any, Any] = (None, {}, {})
    before, hidden, _ = _sides(drift.desired, catalog) if drift.desired is not None else nothing
    after, hidden_after, unknown = _sides(drift.actual, catalog) if drift.actual is not None else nothing
    out = _head(address, catalog)
    if address.module:
        out["module_address"] = _module_path(address, len(address.module))
    return out | {
        "change": {
            "actions": ACTIONS[drift.kind],
            "before": before,
            "after": after,
            "after_unknown": unknown,
            "before_sensitive": hidden,
            "after_sensitive": hidden_after,
        }
    }


def _sides(resource: Resource, catalog: Catalog) -> tuple[dict[str, Any], dict[str, bool], dict[str, bool]]:
    """(values, sensitive values, unknown values)."""
    entry = entry_of(resource, catalog)
    known = {**entry.computed, **entry.attributes}
    schema = facts_of(entry.name)
    values: dict[str, Any] = {"id": resource.id} | ({"arn": resource.arn} if resource.arn else {})
    sensitive: dict[str, bool] = {}
    unknown: dict[str, bool] = {}
    for name in known:
        value = resource.attributes.get(name)
        if name in resource.sensitive or _hides(entry, name) or is_secret(entry, name):
            values[name], sensitive[name] = None, not is_empty(value)
        elif isinstance(value, Unreadable) or name not in resource.attributes:
            unknown[name] = True
        else:
            values[name] = _shaped(redacted(value, entry.attr(name), resource.source.lineage), schema.get(name, "o"))
    if isinstance(values.get("tags"), dict):
        values["tags_all"] = values["tags"]
    return values, {n: True for n, hidden in sensitive.items() if hidden}, unknown


def _hides(entry: ResourceType, name: str) -> bool:
    """Whether an attribute, or something inside it, must not be shown."""
    attr = entry.attr(name)
    todo = [attr]
    while todo:
        inner = todo.pop()
        if inner.sensitive:
            return True
        todo += inner.fields.values()
    return False


def _shaped(value: Any, fact: Any) -> Any:
    """A canonical value in the shape of the provider's schema."""
    if isinstance(value, Hidden):
        return None
    if isinstance(fact, str):
        words = fact.split(" ")
        many = {"set", "list", "map", "object"} & set(words)
        if isinstance(value, Mapping | tuple | frozenset) and not many:
            unnamed = _unnamed(value)
            return json.dumps(plain(unnamed), sort_keys=True)
        return plain(value)
    inner = fact[1]
    single = "single" in fact[0].split(" ")
    if value is None:
        return None if single else []
    if isinstance(value, Mapping):
        block = _block(value, inner)
        return block if single else [block]
    elements = list(value) if isinstance(value, tuple | list) else sorted(value, key=str)
    if "cidr_blocks" in inner and any(isinstance(e, Mapping) and _PEERS.keys() & e.keys() for e in elements):
        return _inline(elements)
    return [_block(e, inner) if isinstance(e, Mapping) else plain(e) for e in elements]


def _unnamed(value: Any) -> Any:
    """A list whose canonical form is a map by name, such as container definitions, as a list."""
    if isinstance(value, Mapping) and value:
        elements = [value[k] for k in sorted(value)]
        if all(isinstance(v, Mapping) and v.get("name") == k for k, v in zip(sorted(value), elements, strict=True)):
            return elements
    return value


def _block(value: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _shaped(v, inner.get(name, "o")) for name, v in sorted(value.items()) if not isinstance(v, Unreadable)
    }


def _inline(atoms: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rules of a security group as inline blocks, one for each peer."""
    out = []
    for atom in atoms:
        rule: dict[str, Any] = {name: [] for name in _PEERS.values()}
        for peer, name in _PEERS.items():
            if atom.get(peer):
                rule[name] = [atom[peer]]
        rule |= {"protocol": atom.get("protocol"), "self": False, "description": atom.get("description") or ""}
        out.append({**rule, "from_port": atom.get("from_port") or 0, "to_port": atom.get("to_port") or 0})
    return out


def _configuration(there: Sequence[tuple[Address, Resource]], catalog: Catalog) -> list[dict[str, Any]]:
    """The references between drifted resources, as in a configuration."""
    by_value: dict[tuple[str, str], str] = {}
    for address, resource in there:
        for value in {resource.id, resource.arn, *(v for v in resource.attributes.values() if isinstance(v, str))}:
            by_value.setdefault((resource.type, value), str(address))
    out = []
    for address, resource in there:
        entry = entry_of(resource, catalog)
        expressions: dict[str, Any] = {}
        links = [(r.attribute, r.to) for r in entry.refs]
        links += [(entry.parent.attribute, entry.parent.to)] if entry.parent else []
        for attribute, to in links:
            values = values_at(_readable(resource), attribute)
            found = [by_value[to, v] for v in values if isinstance(v, str) and (to, v) in by_value]
            if found:
                expressions[attribute.split(".")[0].removesuffix("[]")] = {"references": found}
        bare = {k: v for k, v in _head(address, catalog).items() if k not in ("index", "provider_name")}
        out.append(
            {
                **bare,
                "provider_config_key": catalog.provider_of(address.type).name,
                "expressions": expressions,
                "schema_version": 0,
            }
        )
    return out


def _readable(resource: Resource) -> Mapping[str, Any]:
    return {n: v for n, v in resource.attributes.items() if not isinstance(v, Unreadable)}
