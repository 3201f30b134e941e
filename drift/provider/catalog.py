"""All supported resource types of all providers."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from drift.errors import CatalogError
from drift.provider.contract import Extension, Provider
from drift.provider.facts import NO_SCHEMA, Facts, Meaning, Schema, SchemaFacts, left_out, write
from drift.provider.spec import ElementOf, ResourceType

_SOURCE = re.compile(r'provider(?:\["(?:[^"]*/)?([\w-]+)"\]|\.([\w-]+))(?:\.|$)')
"""Matches `provider["registry.terraform.io/hashicorp/aws"].west`, and `provider.aws.west` of Terraform 0.12."""


class IndexedTypes(Mapping[str, ResourceType]):
    """The types of one package. Each is imported when it is first used.

    `index.txt` in the package lists each type with the module in the folder `types` that describes it.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self._loaded: dict[str, Mapping[str, ResourceType]] = {}

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """Type -> the module that describes it."""
        text = resources.files(self.package).joinpath("index.txt").read_text()
        return dict(line.split(": ", 1) for line in text.splitlines() if line)

    def __getitem__(self, name: str) -> ResourceType:
        return self._module(self.modules[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.modules)

    def __len__(self) -> int:
        return len(self.modules)

    def __contains__(self, name: object) -> bool:
        return name in self.modules

    def scan(self) -> Mapping[str, str]:
        """Type -> the module that describes it, found by importing every module: the correct content of `index.txt`."""
        names = sorted(
            p.name.removesuffix(".py")
            for p in resources.files(f"{self.package}.types").iterdir()
            if p.name.endswith(".py") and p.name != "__init__.py"
        )
        return {name: module for module in names for name in self._module(module)}

    def _module(self, module: str) -> Mapping[str, ResourceType]:
        if module not in self._loaded:
            found = vars(importlib.import_module(f"{self.package}.types.{module}")).values()
            entries = [v for v in found if isinstance(v, ResourceType)]
            aliases = [
                replace(entry, name=name, alias_of=entry.name, also_named=())
                for entry in entries
                for name in entry.also_named
            ]
            self._loaded[module] = {entry.name: entry for entry in (*entries, *aliases)}
        return self._loaded[module]


class Catalog(Mapping[str, ResourceType]):
    """The types of several providers and of extensions; CatalogError if two have the same name."""

    def __init__(self, providers: Iterable[Provider], extensions: Iterable[Extension] = ()) -> None:
        self.providers: Mapping[str, Provider] = {p.name: p for p in providers}
        self._extensions = {entry.name: (extension, entry) for extension in extensions for entry in extension.types}
        self._entries: dict[str, ResourceType] = {}
        self._at: dict[str, Provider | None] = {}
        self._left_out: dict[tuple[str, str, int], Meaning] = {}
        self._owner = {name: p for p in self.providers.values() for name in p.types}
        for name, (extension, _) in self._extensions.items():
            if extension.provider not in self.providers:
                raise CatalogError(
                    f"{name} is an extension of the provider {extension.provider!r}, which is not installed",
                    f"Installed: {', '.join(sorted(self.providers))}.",
                )
            self._owner[name] = self.providers[extension.provider]
        self._names = sorted(self._owner)

    def __getitem__(self, name: str) -> ResourceType:
        try:
            return self._entries[name]
        except KeyError:
            provider = self._owner[name]
            found = self._extensions[name][1] if name in self._extensions else provider.types[name]
            entry = self._entries[name] = provider.complete(found)
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._owner)

    def __contains__(self, name: object) -> bool:
        return name in self._owner

    def provider_of(self, type_: str) -> Provider:
        """The provider of a type; KeyError for an unsupported type."""
        return self._owner[type_]

    def provider_at(self, configuration: str) -> Provider | None:
        """The provider of a provider configuration, as states name it: `provider["…/hashicorp/aws"].west`."""
        if configuration not in self._at:
            match = _SOURCE.search(configuration)
            self._at[configuration] = self.providers.get(match[1] or match[2]) if match else None
        return self._at[configuration]

    def schema_of(self, type_: str) -> Schema:
        """The schema of the provider of a type; it may not have the type."""
        if type_ in self._extensions:
            return SchemaFacts(self._extensions[type_][0].schema)
        return self._owner[type_].schema if type_ in self._owner else NO_SCHEMA

    @cached_property
    def covered(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """(type as listed, attribute) -> the types whose resources can describe elements of this attribute.

        Attributes that others fill too are left out: an element that nobody describes may have been created by them.
        """
        shared = {
            of for entry in self.values() if entry.parent and entry.parent.filled_by_others for of in self._of(entry)
        }
        return {of: types for of, types in self.elsewhere.items() if of not in shared}

    @cached_property
    def elsewhere(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """The same, with the attributes that others fill too."""
        out: dict[tuple[str, str], set[str]] = defaultdict(set)
        for entry in self.values():
            for attribute in self._of(entry):
                out[attribute].add(entry.name)
        return {of: frozenset(types) for of, types in out.items()}

    def _of(self, entry: ResourceType) -> Iterator[tuple[str, str]]:
        """The attributes of a parent that resources of this type can describe."""
        part = entry.parent
        if part is not None and part.to in self:
            yield from ((self[part.to].listed_as, name) for name in part.covers)

    @cached_property
    def parts(self) -> Mapping[str, Sequence[ResourceType]]:
        """Type as listed -> the types of its parts that are found by themselves."""
        out: dict[str, list[ResourceType]] = defaultdict(list)
        for entry in self.values():
            alone = entry.listed_as == entry.name and not isinstance(entry.list, ElementOf)
            if entry.whole in self and alone and not (entry.parent and entry.parent.standalone):
                out[self[entry.whole].listed_as].append(entry)
        return out

    def facts(self, type_: str, major: int = 0) -> Facts:
        """The schema facts of a type; empty for an unsupported type."""
        return self.schema_of(type_).of_type(type_, major)

    def defaults(self, type_: str, major: int = 0) -> Mapping[str, Any]:
        """The provider's defaults for arguments of a type, including nested blocks."""
        return self.schema_of(type_).defaults_of(type_, major)

    def is_made_again(self, type_: str, changed: Iterable[str]) -> bool:
        """Whether an apply that changes these arguments is known to make the resource again."""
        return not {*changed}.isdisjoint(self.schema_of(type_).made_again_by(type_))

    def left_out(self, type_: str, path: str, major: int = 0) -> Meaning:
        """The meaning of an argument or nested block that a resource does not set (`drift.provider.facts.left_out`)."""
        asked = type_, path, major
        if asked not in self._left_out:
            self._left_out[asked] = left_out(self.schema_of(type_), type_, path, major)
        return self._left_out[asked]


if __name__ == "__main__":
    write(IndexedTypes(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
