"""What comes along with a resource: its parts, each as a resource of its own or written into the resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from drift.model.resource import Resource
from drift.model.value import is_zero
from drift.provider.catalog import Catalog
from drift.provider.facts import Unset, flags_of
from drift.provider.relations import entry_of, parent_key
from drift.provider.spec import ElementOf, ResourceType, Within
from drift.remedy.ground import Ground
from drift.survey import Survey


@dataclass
class Parts:
    """Decides how the parts of a resource are written."""

    survey: Survey
    ground: Ground
    apart: bool = False
    """Whether parts are resources of their own wherever that is possible."""

    @property
    def catalog(self) -> Catalog:
        """The catalogue of the survey."""
        return self.survey.catalog

    @cached_property
    def _kinds(self) -> Mapping[str, tuple[ResourceType, ...]]:
        """Type as listed -> the types of its parts."""
        out: dict[str, list[ResourceType]] = defaultdict(list)
        for name in self.survey.types:
            entry = self.catalog[name]
            part = entry.parent
            if (
                part is not None
                and part.to in self.catalog
                and not (entry.alias_of or isinstance(entry.list, ElementOf))
            ):
                out[self.catalog[part.to].listed_as].append(entry)
        return {type_: tuple(sorted(entries, key=lambda e: e.name)) for type_, entries in out.items()}

    @cached_property
    def _used(self) -> frozenset[str]:
        """The types of the configuration's own resources."""
        return frozenset(entry_of(r, self.catalog).name for r in self.ground.resources)

    def separate(self, entry: ResourceType) -> frozenset[str]:
        """The attributes of a type that resources of their own say: as the configuration does it already; else where
        the provider advises against the attribute."""
        out = set()
        for kind in self._kinds.get(entry.listed_as, ()):
            covers = kind.parent.covers if kind.parent is not None else {}
            facts = self.catalog.facts(entry.name)
            for name in covers:
                if self.apart or kind.name in self._used or name not in facts or self._left_alone(entry, name):
                    out.add(name)
        return frozenset(out - self._inline(entry))

    def _left_alone(self, entry: ResourceType, name: str) -> bool:
        """Whether the provider would rather have others say it: the attribute is deprecated, or holds several parts and
        may be left out."""
        fact = self.catalog.facts(entry.name)[name]
        if "d" in flags_of(fact).split(" ")[0]:
            return True
        return not isinstance(fact, str) and self.catalog.left_out(entry.name, name) is Unset.ASSIGNED

    def _inline(self, entry: ResourceType) -> set[str]:
        """The attributes that the configuration's own resources of the type set."""
        return {
            name
            for r in self.ground.resources
            if entry_of(r, self.catalog).name == entry.name
            for name in r.asserted or ()
        }

    def of(self, whole: Resource) -> list[Resource]:
        """The parts of a resource that are adopted as resources of their own, those of its parts included."""
        entry = entry_of(whole, self.catalog)
        separate, scan = self.separate(entry), self.survey.scan
        out: list[Resource] = []
        for kind in self._kinds.get(entry.listed_as, ()):
            part = kind.parent
            if part is None or part.filled_by_others or part.standalone:
                continue
            if part.covers and not separate & part.covers.keys():
                continue  # the whole says it
            if isinstance(kind.list, Within):
                scan.open([(whole.key, kind.name)])
            found = [
                r
                for key, r in scan.resources.items()
                if key.type == kind.listed_as
                and not r.owner
                and (parent_key(r, part, self.catalog) == whole.key or r.inside == whole.key)
            ]
            for one in sorted(found, key=lambda r: str(r.key.identity)):
                out += [one, *self.of(one)] if self._says_something(one, kind) else []
        return out

    def _says_something(self, one: Resource, kind: ResourceType) -> bool:
        """Whether a part says anything but what holds without it."""
        names = kind.attributes.keys() - {kind.parent.attribute if kind.parent else ""} - {*kind.identity}
        facet = isinstance(kind.list, Within) and kind.list.each == "@"
        if not names or not (facet or any(kind.attributes[n].default is not None for n in names)):
            return True
        known = self.survey.scan.written(one.key)
        return any(not _is_hollow(v) and v != kind.attributes[n].default for n, v in known.items() if n in names)


def _is_hollow(value: Any) -> bool:
    """Whether nothing is set in a value, however deep."""
    if isinstance(value, list | Mapping):
        return all(map(_is_hollow, value.values() if isinstance(value, Mapping) else value))
    return is_zero(value)
