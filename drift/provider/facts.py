"""What a Terraform provider says of its types, trimmed to facts.

A type's facts are attribute -> flags, nested block -> [flags, {attributes}]. Flags: `r`equired, `o`ptional,
`c`omputed, `s`ensitive, `w`rite-only, `d`eprecated; then the type where it is not text (`o number`, `oc map`,
`o list number`), for nested ones their nesting (`list 1`: at most one). The lint, the documentation, the evaluator and
the reader of old states need them. A provider keeps them as JSON in its folder `schema`, one file for each module of
its types, one line for each type. Written from `terraform providers schema -json` by

    python -m drift.provider.facts drift.providers.aws schema.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from drift.provider.catalog import IndexedTypes

Facts = Mapping[str, Any]

EVERYWHERE = frozenset({"id", "tags_all", "timeouts", "region"})
"""Attributes no type needs to speak of: handled once, for all."""


class Schema(Protocol):
    """What a Terraform provider says of its types."""

    def of_type(self, name: str) -> Facts:
        """The facts of one type; nothing of a type that it does not know."""

    def defaults_of(self, name: str) -> Mapping[str, Any]:
        """What the provider fills in for arguments that nobody sets."""


class SchemaFiles:
    """The facts of a package, read from its folder `schema` module by module."""

    def __init__(self, types: IndexedTypes) -> None:
        self._types = types

    def of_type(self, name: str) -> Facts:
        """The facts of one type; nothing of a type that is not indexed."""
        module = self._types.modules.get(name)
        return _of_module(self._types.package, module).get(name, {}) if module else {}

    def defaults_of(self, name: str) -> Mapping[str, Any]:
        """What the provider fills in for arguments that nobody sets, as it plans them (`tests/support/defaults.py`).

        They hold for the type's own variant: where a text among them is set otherwise, the others may differ.
        """
        return self._defaults.get(name, {})

    @cached_property
    def _defaults(self) -> Mapping[str, Mapping[str, Any]]:
        return _of_module(self._types.package, "_defaults")


class _NoSchema:
    def of_type(self, name: str) -> Facts:  # noqa: ARG002
        """Nothing."""
        return {}

    def defaults_of(self, name: str) -> Mapping[str, Any]:  # noqa: ARG002
        """Nothing."""
        return {}


NO_SCHEMA = _NoSchema()
"""Of a provider that nothing is known of."""


@cache
def _of_module(package: str, module: str) -> Mapping[str, Any]:
    file = resources.files(package).joinpath(f"schema/{module}.json")
    return json.loads(file.read_text()) if file.is_file() else {}


def of_type(name: str) -> Facts:
    """The facts of one type of any installed provider; nothing of any other type."""
    from drift.provider.installed import installed

    return installed().facts(name)


def defaults_of(name: str) -> Mapping[str, Any]:
    """What the provider of an installed type fills in for arguments that nobody sets."""
    from drift.provider.installed import installed

    return installed().defaults(name)


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


def write(package: str, schema: Mapping[str, Any]) -> None:
    """Write the facts of every type of a package, and its index of types."""
    from drift.provider.catalog import IndexedTypes

    known = next(iter(schema["provider_schemas"].values()))["resource_schemas"]
    here = Path(str(resources.files(package)))
    index = IndexedTypes(package).scan()
    by_module: dict[str, list[str]] = {}
    for name, module in index.items():
        by_module.setdefault(module, []).append(name)
    for module, names in by_module.items():
        lines = [
            f"{json.dumps(n)}: {json.dumps(trimmed(known[n]['block']), separators=(',', ':'))}"
            for n in sorted(names)
            if n in known
        ]
        (here / "schema" / f"{module}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (here / "index.txt").write_text("".join(f"{n}: {index[n]}\n" for n in sorted(index)))


if __name__ == "__main__":
    write(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()))
