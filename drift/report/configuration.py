"""An evaluated configuration as JSON, to be compared with a plan, or as a graph of references."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from drift.desired.hcl.configured import Configuration, Configured, End, Provider, keyless
from drift.desired.hcl.values import UNKNOWN
from drift.diff.redact import is_secret, redacted
from drift.model.resource import Key, Resource
from drift.provider.installed import installed

if TYPE_CHECKING:
    import networkx as nx


def as_json(configurations: Iterable[Configuration]) -> str:
    """Every instance of every configuration, as documented in docs/configuration.md. Without sensitive values."""
    out = [_configuration(c) for c in configurations]
    return json.dumps({"schema": "drift-configuration/1", "configurations": out}, indent=2, ensure_ascii=False) + "\n"


def _configuration(configuration: Configuration) -> dict[str, Any]:
    return {
        "directory": configuration.directory,
        "resources": [_resource(c) for c in configuration.instances.values()],
        "moved": [{"from": _end(m.module, m.from_), "to": _end(m.module, m.to)} for m in configuration.moved],
        "imports": [{"address": str(i.address), "id": i.id} for i in configuration.imports],
        "removed": [{"from": r.from_, "destroy": r.destroy} for r in configuration.removed],
        "unresolved": [
            {"module": ".".join(u.module), "reason": u.reason, "file": u.place.file, "line": u.place.line}
            for u in configuration.unresolved
        ],
        "warnings": list(configuration.warnings),
    }


def _resource(c: Configured) -> dict[str, Any]:
    everything = {**c.derived, **c.values}
    entry = installed().get(c.address.type)
    shown = {
        name: redacted(value, (entry.attributes.get(name) if entry else None), "")
        for name, value in everything.items()
        if name not in c.sensitive and not (entry and is_secret(entry, name))
    }
    return {
        "address": str(c.address),
        "mode": c.address.mode,
        "type": c.address.type,
        "name": c.address.name,
        "index": c.address.key,
        "file": c.place.file,
        "line": c.place.line,
        "template": c.template,
        "values": {name: _without_unknown(value) for name, value in shown.items()},
        "unknown": {n: mask for n, value in everything.items() if (mask := _mask(value)) is not None},
        "asserted": sorted(c.asserted),
        "sensitive": sorted(c.sensitive),
        "places": {path: str(place) for path, place in c.places.items()},
        "references": list(c.references),
        "provider": _provider(c.provider),
        "ignore_changes": "all" if c.ignores_all else [".".join(map(str, path)) for path in c.ignore_changes],
    }


def _provider(p: Provider) -> dict[str, Any]:
    return {
        "name": p.name,
        "alias": p.alias or None,
        "region": p.region or None,
        "account": p.account or None,
        "role": p.role or None,
        "default_tags": None if p.default_tags is None else _without_unknown(p.default_tags),
    }


def _without_unknown(value: Any) -> Any:
    """The value with null for unknown parts, as in a plan."""
    if isinstance(value, Mapping):
        return {k: _without_unknown(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_unknown(v) for v in value]
    return None if value is UNKNOWN else value


def _mask(value: Any) -> Any:
    """`true` for each unknown part, in the value's shape; None if everything is known."""
    if isinstance(value, Mapping):
        return {k: mask for k, v in value.items() if (mask := _mask(v)) is not None} or None
    if isinstance(value, list | tuple):
        masks = [_mask(v) for v in value]
        return [m if m is not None else False for m in masks] if any(m is not None for m in masks) else None
    return True if value is UNKNOWN else None


def _end(module: tuple[str, ...], end: End) -> str:
    def key(k: int | str | None) -> str:
        return "" if k is None else f"[{json.dumps(k, ensure_ascii=False)}]"

    steps = [f"module.{name}" for name in module] + [f"module.{name}{key(k)}" for name, k in end.module]
    return ".".join([*steps, *([f"{end.type}.{end.name}{key(end.key)}"] if end.type else [])])


def drawn(configurations: Iterable[Configuration]) -> nx.DiGraph[Key]:
    """A graph with a node for each instance and an edge for each reference, for the drawings of `drift graph`."""
    import networkx as nx

    graph: nx.DiGraph[Key] = nx.DiGraph()
    for configuration in configurations:
        instances = configuration.instances.values()
        keys = {str(c.address): _key(configuration, c) for c in instances}
        by_block: dict[str, list[Configured]] = defaultdict(list)
        for c in instances:
            by_block[keyless(c.address)].append(c)
            resource = Resource(key=keys[str(c.address)], id="", address=c.address)
            graph.add_node(keys[str(c.address)], resource=resource)
        for c in instances:
            targets = (t for reference in c.references for t in by_block.get(reference, ()) if _may_refer(c, t))
            graph.add_edges_from(((keys[str(c.address)], keys[str(t.address)]) for t in targets), attribute="")
    return graph


def _may_refer(c: Configured, target: Configured) -> bool:
    """Whether two resources are in the same instance of every module that contains both."""
    for ours, theirs in zip(c.address.module, target.address.module, strict=False):
        if ours[0] != theirs[0]:
            return True
        if ours[1] != theirs[1]:
            return False
    return True


def _key(configuration: Configuration, c: Configured) -> Key:
    return Key(c.address.type, c.provider.account, c.provider.region, (configuration.directory, str(c.address)))
