"""Facts from the schema of a Terraform provider.

The facts of a type map each attribute to its flags, and each nested block to [flags, {attributes}]. Flags: `r`equired,
`o`ptional, `c`omputed, `s`ensitive, `w`rite-only, `d`eprecated; then the type if it is not a string (`o number`, `oc
map`, `o list number`), for nested blocks the nesting (`list 1`: at most one). The lint, the documentation, the
evaluator and the reader of old states use them. A provider stores them as JSON in its folder `schema`: one file for
each module of its types, one line for each type. They are generated from `terraform providers schema -json` by

    python -m drift.provider.catalog drift.providers.aws schema.json

The folder contains three more files, which name their source as `origin`:

- `_defaults.json`: what no schema contains: the defaults of arguments, and which of them have a resource made again
  (`tests/support/defaults.py`);
- `_required.json`: the nested blocks that must be there, written with the facts;
- `_major6.json`: the changes in version 6 of the provider (`tests/support/bindings.py`).

For a parameter `major`, 0 is the version from which the facts were generated.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

Facts = Mapping[str, Any]

EVERYWHERE = frozenset({"id", "tags_all", "timeouts", "region"})
"""Attributes that entries need not mention, because the engine handles them for all types."""

LATEST = 1_000
"""As a major version: the latest known one."""


@dataclass(frozen=True, slots=True)
class Default:
    """The provider's default for an argument."""

    value: Any


@dataclass(frozen=True, slots=True)
class Reset:
    """A block that stays, in which the next apply changes some arguments: a log that it turns off."""

    values: Mapping[str, Any]
    """Argument -> its value then; a nested block has the same inside."""


class Unset(Enum):
    """The meaning of an argument or block that is not set and has no default."""

    NOTHING = "nothing"
    """It is null: the next apply removes the actual value."""
    KEPT = "kept"
    """It is null, but the provider looks away from an actual block, because the cloud may have put it there: the next
    apply leaves it."""
    UNTOLD = "untold"
    """It is null; nobody has asked the provider what it makes of an actual block."""
    ASSIGNED = "assigned"
    """The cloud or the provider chooses: the next apply leaves the actual value."""
    UNKNOWN = "unknown"
    """It cannot be left out, or this version has no such argument, or the type is unknown."""


class Schema(Protocol):
    """The schema of a Terraform provider."""

    def of_type(self, name: str, major: int = 0) -> Facts:
        """The facts of one type; empty for an unknown type."""

    def defaults_of(self, name: str, major: int = 0) -> Mapping[str, Any]:
        """Argument -> its default; nested block -> the defaults inside it."""

    def assigned_by_cloud(self, name: str) -> Collection[str]:
        """Dotted paths of nested blocks that the cloud fills in if the configuration does not have them."""

    def blocks_left_out(self, name: str, major: int = 0) -> Mapping[str, Reset | Unset]:
        """Dotted path of a nested block -> NOTHING, KEPT or Reset: what an apply makes of an actual one that the
        configuration does not have."""

    def required_blocks(self, name: str) -> Collection[str]:
        """Dotted paths of nested blocks that must be there, wherever the body around them is."""

    def made_again_by(self, name: str) -> Collection[str]:
        """Arguments whose change destroys the resource and makes another in its place; not all are known."""

    def moved_by_update(self, name: str) -> Collection[str] | None:
        """Attributes that an update in place gives a value that is not known before; None where no plan told."""

    def renamed(self, name: str, major: int) -> Mapping[str, str]:
        """Argument in that version -> its name in the facts."""

    def major_of(self, name: str, attributes: Collection[str]) -> int:
        """The version whose records have all these attributes; 0 if nothing indicates a later version."""

    def knows(self, name: str) -> bool:
        """Whether the Terraform provider has this resource type, supported by drift or not."""


class Indexed(Protocol):
    """The types of a package."""

    package: str

    @property
    def modules(self) -> Mapping[str, str]:
        """Type -> the module that describes it."""

    def scan(self) -> Mapping[str, str]:
        """The same, by importing every module."""


class SchemaFiles:
    """The facts of a package, read from its folder `schema` one module at a time."""

    def __init__(self, types: Indexed) -> None:
        self._types = types
        self._later: dict[tuple[str, int], Facts] = {}
        self._blocks: dict[tuple[str, int], Mapping[str, Reset | Unset]] = {}

    def of_type(self, name: str, major: int = 0) -> Facts:
        """The facts of one type; empty for a type that is not in the index."""
        module = self._types.modules.get(name)
        known: Facts = _of_module(self._types.package, module).get(name, {}) if module else {}
        for version, changes in self._changes(major):
            if (name, version) not in self._later:
                self._later[name, version] = _changed(known, changes["types"].get(name, {}))
            known = self._later[name, version]
        return known

    def defaults_of(self, name: str, major: int = 0) -> Mapping[str, Any]:
        """Argument -> its default; nested block -> the defaults inside it.

        The defaults apply to the default variant of the type: if a string argument is set to another value
        (`load_balancer_type`), other defaults may differ. For a later version, defaults of arguments that it changed
        are left out, except those in its upgrade guide.
        """
        known: Mapping[str, Any] = self._plans(name).get("defaults", {})
        for _, changes in self._changes(major):
            known = _overlaid(_still(known, changes["types"].get(name, {})), changes["defaults"].get(name, {}))
        return known

    def assigned_by_cloud(self, name: str) -> Collection[str]:
        """Dotted paths of nested blocks that the cloud fills in if the configuration does not have them."""
        found: Collection[str] = self._plans(name).get("assigned", ())
        return found

    def blocks_left_out(self, name: str, major: int = 0) -> Mapping[str, Reset | Unset]:
        """Dotted path of a nested block -> NOTHING, KEPT or Reset: what an apply makes of an actual one that the
        configuration does not have.

        Nothing is known of a block that a later version changed.
        """
        if (name, major) not in self._blocks:
            plans = self._plans(name)
            found: dict[str, Reset | Unset] = {p: Reset(values) for p, values in plans.get("reset", {}).items()}
            found |= dict.fromkeys(plans.get("removed", ()), Unset.NOTHING)
            found |= dict.fromkeys(plans.get("kept", ()), Unset.KEPT)
            changed = {n for _, changes in self._changes(major) for n in changes["types"].get(name, {})}
            self._blocks[name, major] = {p: u for p, u in found.items() if p.partition(".")[0] not in changed}
        return self._blocks[name, major]

    def required_blocks(self, name: str) -> Collection[str]:
        """Dotted paths of nested blocks that must be there, wherever the body around them is."""
        found: Collection[str] = _of_module(self._types.package, "_required").get("types", {}).get(name, ())
        return found

    def made_again_by(self, name: str) -> Collection[str]:
        """Arguments whose change destroys the resource and makes another in its place; not all are known."""
        found: Collection[str] = self._plans(name).get("again", ())
        return found

    def moved_by_update(self, name: str) -> Collection[str] | None:
        """Attributes that an update in place gives a value that is not known before; None where no plan told."""
        plans = self._plans(name)
        return plans.get("moved", ()) if plans else None

    def renamed(self, name: str, major: int) -> Mapping[str, str]:
        """Argument in that version -> its name in the facts."""
        return {
            new: old for _, changes in self._changes(major) for new, old in changes["renamed"].get(name, {}).items()
        }

    def major_of(self, name: str, attributes: Collection[str]) -> int:
        """The latest version that a record indicates: a record contains every attribute of its schema, null or not."""
        told = [
            version
            for version, changes in self._changes(self._newest)
            if any(changes["types"].get(name, {}).get(n) and n not in self.of_type(name) for n in attributes)
        ]
        return max(told, default=0)

    @property
    def origins(self) -> tuple[str, ...]:
        """The sources of the defaults, and of the changes in each later version."""
        later = (changes["origin"] for _, changes in self._changes(self._newest))
        return (_of_module(self._types.package, "_defaults")["origin"], *later)

    def _plans(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = _of_module(self._types.package, "_defaults").get("types", {}).get(name, {})
        return found

    def knows(self, name: str) -> bool:
        """Whether the provider has the type: `schema/_types.txt` lists every type."""
        return name in self._types.modules or name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        file = resources.files(self._types.package).joinpath("schema/_types.txt")
        return frozenset(file.read_text().split()) if file.is_file() else frozenset()

    @cached_property
    def _majors(self) -> tuple[int, ...]:
        names = (p.name for p in resources.files(self._types.package).joinpath("schema").iterdir())
        return tuple(sorted(int(n[6:-5]) for n in names if n.startswith("_major")))

    @property
    def _newest(self) -> int:
        return max(self._majors, default=0)

    def _changes(self, major: int) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """The changes of each version up to this one, in order."""
        if not major:
            return []
        return [(m, _of_module(self._types.package, f"_major{m}")) for m in self._majors if m <= major]


def _changed(old: Facts, changes: Mapping[str, Any]) -> Facts:
    """The facts with the changes of another version: null removes an entry, a changed block has its changes inside."""
    out = dict(old)
    for name, change in changes.items():
        was = old.get(name)
        if change is None:
            out.pop(name, None)
        elif isinstance(was, list) and isinstance(change, list):
            out[name] = [change[0] or was[0], _changed(was[1], change[1])]
        else:
            out[name] = change
    return out


def _still(defaults: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of arguments that another version did not change."""
    out = {}
    for name, value in defaults.items():
        change = changes.get(name, "")
        if isinstance(change, list) and isinstance(value, Mapping):
            out[name] = _still(value, change[1])
        elif change == "":
            out[name] = value
    return out


def _overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(under)
    for name, value in over.items():
        below = out.get(name)
        out[name] = _overlaid(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return {name: value for name, value in out.items() if value is not None}


class SchemaFacts:
    """Facts given as a value, of one version and without defaults, as an extension has them."""

    def __init__(self, types: Mapping[str, Facts]) -> None:
        self._types = types

    def of_type(self, name: str, major: int = 0) -> Facts:  # noqa: ARG002
        """The facts of one type; empty for an unknown type."""
        return self._types.get(name, {})

    def defaults_of(self, name: str, major: int = 0) -> Mapping[str, Any]:  # noqa: ARG002
        """No defaults are known."""
        return {}

    def assigned_by_cloud(self, name: str) -> Collection[str]:  # noqa: ARG002
        """No defaults are known."""
        return ()

    def blocks_left_out(self, name: str, major: int = 0) -> Mapping[str, Reset | Unset]:  # noqa: ARG002
        """No plans are known."""
        return {}

    def required_blocks(self, name: str) -> Collection[str]:  # noqa: ARG002
        """None are known."""
        return ()

    def made_again_by(self, name: str) -> Collection[str]:  # noqa: ARG002
        """None are known."""
        return ()

    def moved_by_update(self, name: str) -> Collection[str] | None:  # noqa: ARG002
        """No plan told."""
        return None

    def renamed(self, name: str, major: int) -> Mapping[str, str]:  # noqa: ARG002
        """Empty: there is only one version."""
        return {}

    def major_of(self, name: str, attributes: Collection[str]) -> int:  # noqa: ARG002
        """There is only one version."""
        return 0

    def knows(self, name: str) -> bool:
        """Whether it is one of these types."""
        return name in self._types


Meaning = Default | Reset | Unset
"""What it means that an argument or a nested block is not set."""


def left_out(schema: Schema, name: str, path: str, major: int = 0) -> Meaning:
    """The meaning of an argument or nested block that a resource does not set.

    The path has dots and no indexes: `health_check.enabled`. For a path inside a block, the block itself is set. If
    another string argument of the same body has a default and is set to another value (`load_balancer_type`), the
    resource is another variant, whose defaults may differ.
    """
    *above, last = path.split(".")
    known: Facts = schema.of_type(name, major)
    defaults = schema.defaults_of(name, major)
    for step in above:
        fact = known.get(step)
        known = fact[1] if isinstance(fact, list) else {}
        defaults = defaults.get(step, {})
    if last not in known:
        return Unset.UNKNOWN
    flags = flags_of(known[last]).split(" ")[0]
    if flags == "b":
        if path in schema.assigned_by_cloud(name):
            return Unset.ASSIGNED
        return schema.blocks_left_out(name, major).get(path, Unset.UNTOLD)
    if last in defaults:
        return Default(defaults[last])
    if "c" in flags:
        return Unset.ASSIGNED
    return Unset.NOTHING if "o" in flags else Unset.UNKNOWN


NO_SCHEMA = SchemaFacts({})
"""The schema of a provider about which nothing is known."""


@cache
def _of_module(package: str, module: str) -> Mapping[str, Any]:
    file = resources.files(package).joinpath(f"schema/{module}.json")
    return json.loads(file.read_text()) if file.is_file() else {}


def flags_of(fact: Any) -> str:
    """The flags of an attribute or nested block."""
    return fact if isinstance(fact, str) else fact[0]


def settable(fact: Any) -> bool:
    """Whether a configuration can set the attribute, and the cloud or the state can contain it."""
    letters = flags_of(fact).split(" ")[0]
    return bool({"r", "o", "b"} & set(letters)) and "w" not in letters


def count_settable(facts: Facts) -> int:
    """The number of settable attributes, including those inside nested blocks."""
    return sum(
        (count_settable(fact[1]) if not isinstance(fact, str) else 1)
        for name, fact in facts.items()
        if name not in EVERYWHERE and settable(fact)
    )


def trimmed(block: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """The facts of one schema block. A block inside a block of the same name is left out."""
    out: dict[str, Any] = {}
    for name, spec in sorted(block.get("attributes", {}).items()):
        out[name] = _attribute(spec)
    for name, spec in sorted(block.get("block_types", {}).items()):
        most = f" {spec['max_items']}" if spec.get("max_items") else ""
        inner = {} if name in above else trimmed(spec["block"], (*above, name))
        out[name] = [f"b {spec['nesting_mode']}{most}", inner]
    return out


def required(block: Mapping[str, Any], above: tuple[str, ...] = ()) -> list[str]:
    """The dotted paths of nested blocks that a schema block must have, those inside of others included."""
    out: list[str] = []
    for name, spec in sorted(block.get("block_types", {}).items()):
        if name not in above:
            out += [".".join((*above, name))] if spec.get("min_items") else []
            out += required(spec["block"], (*above, name))
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
    """`list number` for `["list", "number"]`; strings are left out."""
    if isinstance(type_, list):
        inner = _words(type_[1])
        return f"{type_[0]} {inner}" if inner else str(type_[0])
    return "" if type_ == "string" else str(type_)


def write_module(file: Path, facts: Mapping[str, Facts]) -> None:
    """Write the facts of one module's types, one line each."""
    lines = [f"{json.dumps(name)}: {json.dumps(facts[name], separators=(',', ':'))}" for name in sorted(facts)]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def write(types: Indexed, schema: Mapping[str, Any]) -> None:
    """Write the facts of every type of a package, and its index of types.

    A type that the schema does not have keeps its facts: only a later version of the provider has it.
    """
    known = next(iter(schema["provider_schemas"].values()))["resource_schemas"]
    here = Path(str(resources.files(types.package)))
    index = types.scan()
    by_module: dict[str, list[str]] = {}
    for name, module in index.items():
        by_module.setdefault(module, []).append(name)
    for module, names in by_module.items():
        file = here / "schema" / f"{module}.json"
        facts = json.loads(file.read_text()) if file.exists() else {}
        facts |= {name: trimmed(known[name]["block"]) for name in names if name in known}
        write_module(file, {name: facts[name] for name in names if name in facts})
    blocks = {name: required(known[name]["block"]) for name in sorted(index) if name in known}
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(paths)}" for name, paths in blocks.items() if paths)
    origin = next(iter(schema["provider_schemas"]))
    told = f'{{\n  "origin": "the schema of {origin}",\n  "types": {{\n{lines}\n  }}\n}}\n'
    (here / "schema" / "_required.json").write_text(told)
    (here / "schema" / "_types.txt").write_text("".join(f"{name}\n" for name in sorted(known)))
    (here / "index.txt").write_text("".join(f"{n}: {index[n]}\n" for n in sorted(index)))
