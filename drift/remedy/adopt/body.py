"""The body of an adopted resource's block: what its author would have written, and nothing that follows by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drift.model.coverage import Unreadable
from drift.model.value import Hidden, is_empty, is_zero
from drift.provider.catalog import Catalog
from drift.provider.facts import EVERYWHERE, Default, Facts, Unset, flags_of
from drift.provider.relations import as_pattern
from drift.provider.spec import Attr, Ref, ResourceType
from drift.remedy.adopt.references import Named, References
from drift.remedy.hcl import Argument, Encoded, Expression, Nested

_LAST = ("tags",)
"""Written below all else, as most authors do."""


@dataclass
class Writer:
    """Writes the body of one resource."""

    catalog: Catalog
    entry: ResourceType
    references: References
    source: Named
    account: str
    major: int = 0
    asserted: frozenset[str] = frozenset()
    """Top-level attributes that the configuration's own resources of the type set."""
    left_to_parts: frozenset[str] = frozenset()
    """Attributes that resources of their own say."""
    secrets: list[tuple[str, Any]] = field(default_factory=list)
    """(attribute, its value or None) of what is written as a variable."""
    kept: list[str] = field(default_factory=list)
    """Attributes that an import leaves unset and that the provider has a default for."""
    variable: Callable[[str], Expression] = lambda name: Expression(f"var.{name}")

    @property
    def facts(self) -> Facts:
        """What the provider's schema says of the type."""
        return self.catalog.facts(self.entry.name, self.major)

    def body(self, values: Mapping[str, Any]) -> list[Argument | Nested]:
        """Arguments, then blocks, then tags."""
        items = list(self._items(self.facts, values, self.entry.attributes, ()))
        for name, fact in self.facts.items():
            if name not in values and "r" in _letters(fact) and not isinstance(fact, list):
                self.secrets.append((name, None))
                items.append(Argument(name, self.variable(name)))
        return sorted(items, key=lambda i: _place(i, self.entry, self.facts))

    def _items(
        self, facts: Facts, values: Mapping[str, Any], attrs: Mapping[str, Attr], above: tuple[str, ...]
    ) -> Iterator[Argument | Nested]:
        for name in facts:
            if name not in values or (not above and (name in EVERYWHERE or name in self.left_to_parts)):
                continue
            fact, found, attr = facts[name], values[name], attrs.get(name)
            letters = _letters(fact)
            if not set(letters) & set("rob") or "w" in letters:
                continue
            path = (*above, name)
            if isinstance(found, Unreadable | Hidden) or (attr is not None and attr.sensitive and not is_empty(found)):
                yield from self._hidden(name, fact, found, above)
            elif isinstance(fact, list):
                yield from self._nested(path, fact, found, attr)
            elif self._is_said(path, letters, found, attr):
                yield Argument(name, self._value(path, found, attr))

    def _hidden(self, name: str, fact: Any, found: Any, above: tuple[str, ...]) -> Iterator[Argument]:
        """What must not stand in a file, or could not be read, as a variable."""
        if isinstance(found, Unreadable) and "r" not in _letters(fact):
            return
        if isinstance(found, Mapping) and not above:
            members = {key: self._variable(f"{name}_{key}", inner) for key, inner in found.items()}
            yield Argument(name, members)
            return
        yield Argument(name, self._variable("_".join((*above, name)), found))

    def _variable(self, name: str, found: Any) -> Expression:
        self.secrets.append((name, found))
        return self.variable(name)

    def _is_said(self, path: tuple[str, ...], letters: str, found: Any, attr: Attr | None) -> bool:
        if found is None:
            return False
        if "r" in letters:
            return True
        told = self.catalog.left_out(self.entry.name, ".".join(path), self.major)
        if isinstance(told, Default):
            return not _same(told.value, found)
        if told is Unset.ASSIGNED:
            return not is_empty(found) and self._is_chosen(path, letters, found, attr)
        return not is_zero(found)

    def _is_chosen(self, path: tuple[str, ...], letters: str, found: Any, attr: Attr | None) -> bool:
        """Whether somebody chose the value of an argument that the cloud would else choose."""
        name = path[-1]
        if "d" in letters:
            return False
        if len(path) == 1 and (name in self.asserted or name in self._own):
            return True
        if self._refs(path):
            return any(self._reference(path, v) for v in (found if isinstance(found, list) else [found]))
        if attr is not None and not is_empty(attr.default) and _same(attr.default, found):
            return False
        if attr is None or not attr.assigned:
            return not is_zero(found)
        opaque = isinstance(found, str) and (found.startswith("arn:") or found == self.account)
        return not opaque and not is_zero(found) and not name.endswith("window") and name not in ("arn", "port")

    @property
    def _own(self) -> frozenset[str]:
        return frozenset({self.entry.label, *self.entry.identity}) - {"id", "arn"}

    def _nested(self, path: tuple[str, ...], fact: Any, found: Any, attr: Attr | None) -> Iterator[Argument | Nested]:
        name, (words, inner) = path[-1], fact
        blocks = [found] if isinstance(found, Mapping) else list(found or ())
        letters = words.split(" ")[0]
        if letters != "b" and all(_letters(f) == "o" for f in inner.values()):
            yield from self._objects(path, letters, inner, blocks, attr)
            return
        told = self.catalog.left_out(self.entry.name, ".".join(path), self.major)
        left_to_cloud = told is Unset.ASSIGNED and (len(path) > 1 or name not in self.asserted)
        if left_to_cloud and attr is not None and attr.assigned:
            return
        for one in blocks:
            if not isinstance(one, Mapping):
                continue
            items = list(self._items(inner, one, attr.fields if attr else {}, path))
            if items or not inner or (letters == "b" and told is not Unset.ASSIGNED and not _is_hollow(one)):
                yield Nested(name, tuple(sorted(items, key=lambda i: _place(i, None, inner))))

    def _objects(
        self, path: tuple[str, ...], letters: str, inner: Facts, blocks: list[Any], attr: Attr | None
    ) -> Iterator[Argument | Nested]:
        """An argument whose value is an object, or several: each member is written, as its type demands."""
        if not blocks or ("d" in letters and "r" not in letters):
            return
        fields = attr.fields if attr else {}
        for one in blocks:
            members: list[Argument | Nested] = []
            for name in inner:
                found = one.get(name)
                if not is_empty(found) and not (found == 0 and isinstance(found, bool)):
                    members.append(Argument(name, self._value((*path, name), found, fields.get(name))))
            if members:
                yield Nested(path[-1], tuple(members))

    def _value(self, path: tuple[str, ...], found: Any, attr: Attr | None) -> Any:
        if isinstance(found, list):
            return [self._value(path, one, attr) for one in _in_order(found)]
        if isinstance(found, Mapping):
            return {str(k): self._value((*path, str(k)), v, None) for k, v in found.items()}
        if not isinstance(found, str):
            return found
        made = self._reference(path, found)
        if made is not None:
            return made
        if attr is not None and attr.document:
            try:
                content = json.loads(found)
            except ValueError:
                content = None
            if isinstance(content, dict | list):
                return Encoded(self._document(content))
        return self._text(found)

    def _document(self, content: Any) -> Any:
        if isinstance(content, dict):
            return {k: self._document(v) for k, v in content.items()}
        if isinstance(content, list):
            return [self._document(v) for v in content]
        if isinstance(content, str):
            return (
                self.references.anywhere(content, self.source)
                or self.references.within(content, self.source)
                or content
            )
        return content

    def _text(self, text: str) -> Any:
        """Text, with whatever it names as a reference."""
        made = self.references.anywhere(text, self.source)
        return made or self.references.within(text, self.source) or text

    def _refs(self, path: tuple[str, ...]) -> list[Ref]:
        parent = self.entry.parent
        own = [Ref(parent.attribute, parent.to, parent.by)] if parent else []
        return [ref for ref in (*self.entry.refs, *own) if as_pattern(ref.attribute) == path]

    def _reference(self, path: tuple[str, ...], found: Any) -> Expression | None:
        if not isinstance(found, str):
            return None
        for ref in self._refs(path):
            made = self.references.by_path(ref, found, self.source)
            if made is not None:
                return made
        return self.references.anywhere(found, self.source)


def _letters(fact: Any) -> str:
    return flags_of(fact).split(" ")[0]


def _same(default: Any, found: Any) -> bool:
    if isinstance(default, bool) or isinstance(found, bool):
        return str(default).lower() == str(found).lower()
    return bool(default == found) or str(default) == str(found)


def _is_hollow(one: Mapping[str, Any]) -> bool:
    """Whether nothing inside a block is set."""
    return all(is_zero(v) or (isinstance(v, Mapping) and _is_hollow(v)) for v in one.values())


def _in_order(found: Sequence[Any]) -> list[Any]:
    return list(found)


def _place(item: Argument | Nested, entry: ResourceType | None, facts: Facts) -> tuple[int, str]:
    name = item.name if isinstance(item, Argument) else item.type
    if name in _LAST:
        return 5, name
    if isinstance(item, Nested):
        return 4, ""
    long = isinstance(item.value, Encoded | Mapping) or (isinstance(item.value, str) and item.value.count("\n") > 1)
    if entry is not None and name == entry.label:
        return 0, name
    if long:
        return 3, name
    return (1 if "r" in _letters(facts[name]) else 2), name
