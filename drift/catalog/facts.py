"""What the provider's schema says of each catalogued type, trimmed to facts.

`provider/<module>.json` holds one line for each type: attribute -> flags, nested block -> [flags,
{attributes}]. Flags: `r`equired, `o`ptional, `c`omputed, `s`ensitive, `w`rite-only, `d`eprecated;
then the type where it is not text (`o number`, `oc map`, `o list number`), for nested ones their nesting
(`list 1`: at most one). The lint, the documentation and the reader of old states need them. Written from
`terraform providers schema -json` by

    python -m drift.catalog.facts schema.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from drift.catalog import _modules

Facts = Mapping[str, Any]

EVERYWHERE = frozenset({"id", "tags_all", "timeouts", "region"})
"""Attributes no type needs to speak of: handled once, for all."""


def of_module(module: str) -> Mapping[str, Facts]:
    """Type -> facts, for the types of one catalogue module."""
    file = resources.files("drift.catalog").joinpath(f"provider/{module}.json")
    return json.loads(file.read_text()) if file.is_file() else {}


def of_type(name: str) -> Facts:
    """The facts of one catalogued type; nothing of any other."""
    module = _modules().get(name)
    return _cached(module).get(name, {}) if module else {}


def defaults_of(name: str) -> Mapping[str, Any]:
    """What the provider fills in for arguments that nobody sets, as it plans them (`tests/support/defaults.py`).

    They hold for the type's own variant: where a text among them is set otherwise, the others may differ.
    """
    return _defaults().get(name, {})


@cache
def _defaults() -> Mapping[str, Mapping[str, Any]]:
    known: Mapping[str, Mapping[str, Any]]
    known = json.loads(resources.files("drift.catalog").joinpath("provider/_defaults.json").read_text())
    return known


@cache
def _cached(module: str) -> Mapping[str, Facts]:
    return of_module(module)


def flags_of(fact: Any) -> str:
    """The flags of an attribute or nested block."""
    return fact if isinstance(fact, str) else fact[0]


def settable(fact: Any) -> bool:
    """Whether a configuration may set it, and AWS or the state could tell of it."""
    letters = flags_of(fact).split(" ")[0]
    return bool({"r", "o", "b"} & set(letters)) and "w" not in letters


def count_settable(facts: Facts) -> int:
    """Settable attributes, those inside nested blocks included."""
    return sum(
        (count_settable(fact[1]) if not isinstance(fact, str) else 1)
        for name, fact in facts.items()
        if name not in EVERYWHERE and settable(fact)
    )


def trimmed(block: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """One schema block as facts; a block inside a block of its own name is cut there."""
    out: dict[str, Any] = {}
    for name, spec in sorted(block.get("attributes", {}).items()):
        out[name] = _attribute(spec)
    for name, spec in sorted(block.get("block_types", {}).items()):
        most = f" {spec['max_items']}" if spec.get("max_items") else ""
        inner = {} if name in above else trimmed(spec["block"], (*above, name))
        out[name] = [f"b {spec['nesting_mode']}{most}", inner]
    return out


def _attribute(spec: Mapping[str, Any]) -> Any:
    letters = "".join(
        letter
        for letter, word in zip(
            "rocswd", ("required", "optional", "computed", "sensitive", "write_only", "deprecated"), strict=True
        )
        if spec.get(word)
    )
    if "nested_type" in spec:
        nested = spec["nested_type"]
        return [f"{letters} {nested['nesting_mode']}", {k: _attribute(v) for k, v in nested["attributes"].items()}]
    return _typed(letters, spec.get("type", "string"))


def _typed(letters: str, type_: Any) -> Any:
    if isinstance(type_, list):
        outer, inner = type_
        if outer == "object":
            return [f"{letters} object", {k: _typed("o", v) for k, v in inner.items()}]
        if isinstance(inner, list) and inner[0] == "object":
            return [f"{letters} {outer}", {k: _typed("o", v) for k, v in inner[1].items()}]
        return f"{letters} {_words(type_)}"
    return letters if type_ == "string" else f"{letters} {type_}"


def _words(type_: Any) -> str:
    """`list number` for `["list", "number"]`; text goes without saying."""
    if isinstance(type_, list):
        inner = _words(type_[1])
        return f"{type_[0]} {inner}" if inner else str(type_[0])
    return "" if type_ == "string" else str(type_)


def write(schema: Mapping[str, Any]) -> None:
    """Write the facts of every catalogued type, and the index of types."""
    from drift.catalog import scan_modules

    known = next(iter(schema["provider_schemas"].values()))["resource_schemas"]
    here = Path(__file__).parent
    index = scan_modules()
    by_module: dict[str, list[str]] = {}
    for name, module in index.items():
        by_module.setdefault(module, []).append(name)
    for module, names in by_module.items():
        lines = [
            f"{json.dumps(n)}: {json.dumps(trimmed(known[n]['block']), separators=(',', ':'))}"
            for n in sorted(names)
            if n in known
        ]
        (here / "provider" / f"{module}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (here / "index.txt").write_text("".join(f"{n}: {index[n]}\n" for n in sorted(index)))


if __name__ == "__main__":
    write(json.loads(Path(sys.argv[1]).read_text()))
