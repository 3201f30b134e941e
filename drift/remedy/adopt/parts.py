"""What comes along with a resource: its parts, each as a resource of its own or written into the resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from drift.model.coverage import Unreadable
from drift.model.resource import Question, Resource
from drift.model.value import UNREADABLE_SHAPES, Hidden, is_zero
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.provider.facts import Unset, flags_of
from drift.provider.relations import entry_of, parent_key
from drift.provider.spec import Attr, ElementOf, ResourceType, Within
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
                wanted = self.apart or kind.name in self._used
                if name in facts and self._is_taken_away(entry, name):
                    continue
                if name not in facts or (kind.importable and (wanted or self._left_alone(entry, name))):
                    out.add(name)
        return frozenset(out - self._inline(entry))

    def _is_taken_away(self, entry: ResourceType, name: str) -> bool:
        """Whether the provider would take away what the whole does not say."""
        deprecated = "d" in flags_of(self.catalog.facts(entry.name)[name]).split(" ")[0]
        return not deprecated and self.catalog.left_out(entry.name, name) is Unset.NOTHING

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
            if part is None or part.filled_by_others:
                continue
            if part.covers and not separate & part.covers.keys():
                continue  # the whole says it
            scan.open([(whole.key, kind.name)])
            found = [
                r
                for key, r in scan.resources.items()
                if key.type == kind.listed_as
                and not r.owner
                and (parent_key(r, part, self.catalog) == whole.key or r.inside == whole.key)
            ]
            for one in sorted(found, key=lambda r: str(r.key.identity)):
                out += [one, *self.of(one)] if self._says_something(one, kind, whole) else []
        return out

    def _says_something(self, one: Resource, kind: ResourceType, whole: Resource) -> bool:
        """Whether a part says anything but what holds without it: what the cloud gives every new whole is no choice."""
        if self._is_the_clouds(one, kind):
            return False
        names = kind.attributes.keys() - {kind.parent.attribute if kind.parent else ""} - {*kind.identity}
        facet = isinstance(kind.list, Within) and kind.list.each == "@"
        if not facet and "parent" not in kind.id.path.text:  # it has an id of its own: somebody made it
            return True
        if not names or not (facet or any(kind.attributes[n].default is not None for n in names)):
            return True
        known = self.survey.scan.written(one.key)
        if all(_is_given(kind.attributes[n], v) for n, v in known.items() if n in names):
            return False
        return not (facet and self._is_as_new(kind, whole))

    def _is_the_clouds(self, one: Resource, kind: ResourceType) -> bool:
        """Whether the cloud itself made a part, which its entry can prove."""
        questions = [Question(one.key, o.when) for o in kind.proofs if not o.listed and o.when]
        told = self.survey.scan.prove(questions) if questions else {}
        return any(found and not isinstance(found, Unreadable) for found in told.values())

    def _is_as_new(self, kind: ResourceType, whole: Resource) -> bool:
        """Whether the whole has of a facet what the cloud gives every new one, in words of the whole's own entry."""
        part = kind.parent
        if part is None or not part.covers:
            return False
        entry, scan = entry_of(whole, self.catalog), self.survey.scan
        scan.written(whole.key)
        now = scan.resources[whole.key]
        told = [(entry.attributes[n], now.attributes.get(n)) for n in part.covers if n in entry.attributes]
        return bool(told) and all(_is_initial(attr, have, whole.key.account) for attr, have in told)


def _is_initial(attr: Attr, have: Any, account: str) -> bool:
    """Whether a value that nobody asked for is there all the same."""
    if isinstance(have, Unreadable | Hidden):
        return False
    try:
        if attr.initial is not None:
            return attr.initial(have, account)
        return attr.same is not None and attr.same(canonical.desired(attr, None, {}), have)
    except UNREADABLE_SHAPES:
        return False


def _is_given(attr: Attr, value: Any) -> bool:
    """Whether nothing is set in a value, however deep, but what the cloud means where it answers nothing."""
    if isinstance(value, Unreadable | Hidden):
        return False
    if isinstance(value, list):
        return all(_is_given(attr, v) for v in value)
    if isinstance(value, Mapping):
        return all(_is_given(attr.fields[n], v) if n in attr.fields else _is_hollow(v) for n, v in value.items())
    return is_zero(value) or (attr.default is not None and value == attr.default)


def _is_hollow(value: Any) -> bool:
    """Whether nothing is set in a value, however deep."""
    if isinstance(value, list | Mapping):
        return all(map(_is_hollow, value.values() if isinstance(value, Mapping) else value))
    return is_zero(value)
