"""The body of an adopted resource's block: what its author would have written, and nothing that follows by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from drift.model.coverage import Unreadable
from drift.model.secrets import holds_one, named_members, replaced
from drift.model.value import Hidden
from drift.model.value import is_empty as is_unset
from drift.provider.catalog import Catalog
from drift.provider.contract import DocumentSource
from drift.provider.facts import EVERYWHERE, Default, Facts, Unset, flags_of
from drift.provider.relations import as_pattern, refs_of
from drift.provider.spec import Attr, Ref, ResourceType
from drift.remedy.hcl import Argument, Encoded, Expression, Nested, encoded
from drift.remedy.references import Named, References, is_qualified

_MASKED = re.compile(r"\*{4,}")
"""What the cloud answers in the place of a secret, such as a stack's parameter with NoEcho."""
_IGNORED = "What an import cannot read, or the provider cannot say. Take it out when its variable is set."
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
    canonical: Mapping[str, Any] = field(default_factory=dict)
    """The same attributes in canonical form, which references go by."""
    asserted: frozenset[str] = frozenset()
    """Top-level attributes that the configuration's own resources of the type set."""
    left_to_parts: frozenset[str] = frozenset()
    """Attributes that resources of their own say."""
    secrets: list[tuple[str, bool]] = field(default_factory=list)
    """(attribute, whether it is required) of what is written as a variable."""
    kept: list[str] = field(default_factory=list)
    """Attributes that an import cannot read: what is written for them must not change anything."""
    refused: list[str] = field(default_factory=list)
    """`argument = value` of what the provider refuses, and the cloud has: it is left out, and its change ignored."""
    variable: Callable[[str], Expression] = lambda name: Expression(f"var.{name}")
    data_source: Callable[[str], tuple[str, DocumentSource] | None] = lambda _attribute: None
    """(attribute) -> the data source that its neighbours' documents come from, and its type; None where they do not."""
    data_name: Callable[[str, str], str] = lambda _type, attribute: attribute
    """(type of a data source, attribute) -> a name for it."""
    data: list[Nested] = field(default_factory=list)
    """The data sources that the body refers to."""

    @cached_property
    def facts(self) -> Facts:
        """What the provider's schema says of the type, in the version that is written for."""
        return self.catalog.facts(self.entry.name, self.major)

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        """Argument as the catalogue knows it -> its name in the version that is written for."""
        names = self.catalog.schema_of(self.entry.name).renamed(self.entry.name, self.major)
        return {old: new for new, old in names.items()}

    def body(self, values: Mapping[str, Any]) -> list[Argument | Nested]:
        """Arguments, then blocks, then tags."""
        stand_ins = {n: t.format(name=self.source.address.name) for n, t in self.entry.stand_ins.items()}
        values = {**stand_ins, **self.entry.imported, **{n: v for n, v in values.items() if v is not None}}
        values = {name: v for n, v in values.items() if (name := self._renamed.get(n, n)) in self.facts}
        attributes = {self._renamed.get(n, n): a for n, a in self.entry.attributes.items()}
        for group in self.entry.either:
            values = _one_of(values, [as_pattern(n) for n in group], self.asserted)
        self.kept += [n for n in self.entry.stand_ins if n in values]
        items = list(self._items(self.facts, values, attributes, ()))
        self.kept += [n for n in self.entry.not_imported if "r" in _letters(self.facts.get(n, ""))]
        self.kept += sorted({i.name for i in items if isinstance(i, Argument)} & self.entry.lost_by_import)
        for name, fact in self.facts.items():
            told = name in attributes or name in values
            if not told and "r" in _letters(fact) and not isinstance(fact, list):
                self.kept.append(name)
                items.append(Argument(name, self._variable((name,), required=True)))
        return [*sorted(items, key=lambda i: _place(i, self.entry, self.facts)), *self._lifecycle()]

    @property
    def _required(self) -> frozenset[str]:
        return frozenset(self.catalog.schema_of(self.entry.name).required_blocks(self.entry.name))

    def lacking(self, items: Sequence[Argument | Nested]) -> list[str]:
        """The required arguments and nested blocks, as dotted paths, that a body was written without."""
        return sorted(self._lacking(self.facts, items, ()))

    def _lacking(self, facts: Facts, items: Sequence[Argument | Nested], above: tuple[str, ...]) -> Iterator[str]:
        there = {i.name if isinstance(i, Argument) else i.type for i in items}
        for name, fact in facts.items():
            at = ".".join((*above, name))
            if name not in there and ("r" in _letters(fact) or at in self._required):
                yield at
        for one in items:
            fact = facts.get(one.type) if isinstance(one, Nested) else None
            if isinstance(one, Nested) and isinstance(fact, list):
                yield from self._lacking(fact[1], one.body, (*above, one.type))

    def _lifecycle(self) -> Iterator[Nested]:
        unread = sorted(self.entry.not_imported | {n for n in self.entry.ignored if n in self.facts})
        told = {n: self.catalog.left_out(self.entry.name, n, self.major) for n in unread}
        defaults = {n: t.value for n, t in told.items() if isinstance(t, Default)}
        self.kept += [n for n in defaults if n in self.entry.not_imported]
        if self.kept:  # where one of them differs, the provider shows the others too, though they mean the same
            self.kept += defaults
            names = [Expression(name) for name in dict.fromkeys(self.kept)]
            ignored = Argument("ignore_changes", names, _IGNORED)
            yield Nested("lifecycle", (ignored,))

    def _items(
        self, facts: Facts, values: Mapping[str, Any], attrs: Mapping[str, Attr], above: tuple[str, ...]
    ) -> Iterator[Argument | Nested]:
        for name in facts:
            if not above and (name in EVERYWHERE or name in self.left_to_parts):
                continue
            fact, found, attr = facts[name], values.get(name), attrs.get(name)
            letters = _letters(fact)
            by_default = found is None and attr is not None and attr.default is not None
            if by_default and attr is not None:
                found = attr.default
            told = self.catalog.left_out(self.entry.name, ".".join((*above, name)), self.major)
            if found is None and attr is not None and isinstance(fact, str):
                has_default = not above and isinstance(told, Default) and isinstance(told.value, str) and told.value
                needed = "r" in letters and not self._refs((*above, name))  # nothing cannot be named
                found = _nothing(fact) if needed or (has_default and " " not in fact) else None
            if not set(letters) & set("rob") or "w" in letters:
                continue
            path = (*above, name)
            if found is None and attr is None and above and {"r", "s"} <= set(letters):  # the cloud never tells it
                self.kept.append(path[0])
                yield Argument(name, self._variable(path, required=True))
                continue
            withheld = attr is not None and attr.sensitive and (not is_empty(found) or bool(above))
            if isinstance(found, Unreadable | Hidden) or withheld:
                blocks = isinstance(fact, list)
                yield from self._hidden_blocks(path, fact, found) if blocks else self._hidden(name, fact, found, above)
            elif isinstance(fact, list):
                yield from self._nested(path, fact, found, attr)
            else:
                is_text = isinstance(fact, str) and " " not in fact
                if is_text and isinstance(found, int | float) and not isinstance(found, bool):
                    found = str(found)  # "0" is a text that is set
                may_say = not by_default or "r" in letters or isinstance(told, Default)
                if may_say and self._is_said(path, letters, found, attr):
                    json_ = is_text and isinstance(found, list | dict)
                    yield Argument(name, self._encoded(found, path) if json_ else self._value(path, found, attr))

    def _refuses(self, path: tuple[str, ...], found: Any, attr: Attr | None) -> bool:
        """Whether this version of the provider refuses a number that the cloud has; it is told then."""
        if attr is None or self.major >= attr.most[1] or not (str(found).isdigit() and int(found) > attr.most[0]):
            return False
        self.kept.append(path[0])
        self.refused.append(f"{'.'.join(path)} = {found}")
        return True

    def _hidden(self, name: str, fact: Any, found: Any, above: tuple[str, ...]) -> Iterator[Argument]:
        """What must not stand in a file, or could not be read, as a variable."""
        if isinstance(found, Unreadable) and "r" not in _letters(fact):
            return
        self.kept.append((*above, name)[0])
        if isinstance(found, Mapping):
            members = {str(key): self._variable((*above, name, str(key)), required=False) for key in found}
            yield Argument(name, members)
        else:
            needed = "r" in _letters(fact) or bool(above) or name in self.entry.stand_ins
            yield Argument(name, self._variable((*above, name), required=needed))

    def _hidden_blocks(self, path: tuple[str, ...], fact: Any, found: Any) -> Iterator[Nested]:
        """Blocks that must not stand in a file, or could not be read: what has to be in them, as variables."""
        if is_empty(found) or (isinstance(found, Unreadable) and ".".join(path) not in self._required):
            return
        self.kept.append(path[0])
        inner = {n: f for n, f in fact[1].items() if "r" in _letters(f) and not isinstance(f, list)}
        for _ in found if isinstance(found, list) else [found]:
            yield Nested(path[-1], tuple(Argument(n, self._variable((*path, n), required=True)) for n in inner))

    def _variable(self, path: tuple[str, ...], *, required: bool) -> Expression:
        name = "_".join(path)
        self.secrets.append((name, required))
        return self.variable(name)

    def _is_said(self, path: tuple[str, ...], letters: str, found: Any, attr: Attr | None) -> bool:
        if found is None or self._refuses(path, found, attr):
            return False
        if "r" in letters or path[0] in self.entry.stand_ins:
            return True
        if path[0] in self.entry.not_imported:
            return False
        told = self.catalog.left_out(self.entry.name, ".".join(path), self.major)
        if isinstance(told, Default):
            return not _same(told.value, found) or (attr is not None and attr.always_said)
        if told is Unset.ASSIGNED:
            return not (is_empty(found) or self._is_initial(path, attr)) and self._is_chosen(path, letters, found, attr)
        usual = attr is not None and not is_empty(attr.default) and _same(attr.default, found)
        return not is_zero(found) and not (usual and "d" in letters)

    def _is_chosen(self, path: tuple[str, ...], letters: str, found: Any, attr: Attr | None) -> bool:
        """Whether somebody chose the value of an argument that the cloud would else choose."""
        name = path[-1]
        if "d" in letters:
            return False
        if len(path) == 1 and (name in self.asserted or name in self._own):
            return True
        if any(self._reference(path, v) for v in (found if isinstance(found, list) else [found])):
            return True
        if attr is not None and not is_empty(attr.default) and _same(attr.default, found):
            return False
        if attr is None or not attr.assigned:
            return not is_zero(found)
        opaque = isinstance(found, str) and (is_qualified(found) or found == self.account)
        return not opaque and not is_zero(found) and not name.endswith("window") and name not in ("arn", "port")

    def _is_initial(self, path: tuple[str, ...], attr: Attr | None) -> bool:
        """Whether the cloud itself wrote a document or a block, as it does for every new resource of the type."""
        known = self.canonical.get(path[0]) if len(path) == 1 else None
        if attr is None or not (attr.document or attr.fields) or attr.initial is None or known is None:
            return False
        return not isinstance(known, Unreadable | Hidden) and attr.initial(known, self.account)

    @property
    def _own(self) -> frozenset[str]:
        own = {self.entry.label, *self.entry.identity} - {"id", "arn"}
        return frozenset(self._renamed.get(n, n) for n in own)

    def _nested(self, path: tuple[str, ...], fact: Any, found: Any, attr: Attr | None) -> Iterator[Argument | Nested]:
        name, (words, inner) = path[-1], fact
        blocks = [found] if isinstance(found, Mapping) else list(found or ())
        inner = inner or self._again(path)
        letters = words.split(" ")[0]
        if letters != "b" and all(_letters(f) == "o" for f in inner.values()):
            yield from self._objects(path, letters, inner, blocks, attr)
            return
        told = self.catalog.left_out(self.entry.name, ".".join(path), self.major)
        left_to_cloud = told is Unset.ASSIGNED and (len(path) > 1 or name not in self.asserted)
        needed = ".".join(path) in self._required
        if left_to_cloud and not needed and attr is not None and (attr.assigned or self._is_initial(path, attr)):
            return
        # the provider would take a block inside another away that says nothing, but is there
        kept = told is Unset.NOTHING and len(path) > 1 and not any("r" in _letters(f) for f in inner.values())
        for one in blocks:
            described = attr is not None and (bool(attr.fields) or attr.written is None)
            as_given = not (needed or kept) and inner and described and attr is not None and _is_as_given(attr, one)
            if not isinstance(one, Mapping) or as_given:
                continue
            items = list(self._items(inner, one, attr.fields if attr else {}, path))
            if items or kept or needed or not inner or attr is None:  # that it is there may be all that it says
                yield Nested(name, tuple(sorted(items, key=lambda i: _place(i, None, inner))))

    def _again(self, path: tuple[str, ...]) -> Facts:
        """The facts of a block that stands inside one of its own name: they are told of the outermost alone."""
        if path[-1] not in path[:-1]:
            return {}
        at = self.facts
        for name in path[: path.index(path[-1]) + 1]:
            at = at[name][1]
        return at

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
                field_ = fields.get(name)
                found = one.get(name, field_.default if field_ is not None else None)
                if not is_empty(found):
                    members.append(Argument(name, self._value((*path, name), found, fields.get(name))))
            if members:
                yield Nested(path[-1], tuple(members))

    def _value(self, path: tuple[str, ...], found: Any, attr: Attr | None) -> Any:
        if isinstance(found, list):
            return [self._value(path, one, attr) for one in found]
        if isinstance(found, Mapping):
            secret = named_members(found)
            return {
                str(k): self._secret((*path, str(k))) if k in secret else self._value((*path, str(k)), v, None)
                for k, v in found.items()
            }
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
            if isinstance(content, dict | list) and not (attr.verbatim and _is_its_own_text(found, content)):
                return self._encoded(content, path)
        return self._text(found, path)

    def _encoded(self, content: Any, path: tuple[str, ...]) -> Encoded | Expression:
        """A document: by a function, or by the data source that the neighbours use."""
        source = self.data_source(path[0]) if len(path) == 1 else None
        arguments = source[1].arguments(content) if source is not None else None
        if source is None or arguments is None:
            return Encoded(self._document(content, path))
        type_, made = source
        name = self.data_name(type_, path[0])
        self.data.append(Nested("data", tuple(self._blocks(arguments, path)), (type_, name)))
        return Expression(f"data.{type_}.{name}.{made.attribute}")

    def _blocks(self, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Argument | Nested]:
        for name, value in arguments.items():
            if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
                for one in value:
                    yield Nested(name, tuple(self._blocks(one, path)))
            else:
                yield Argument(name, self._document(value, path))

    def _document(self, content: Any, path: tuple[str, ...]) -> Any:
        if isinstance(content, dict):
            secret = named_members(content)
            beside = next((str(content[n]) for n in ("name", "Name", "key", "Key") if n in content), "")
            return {
                k: self._secret((*path, beside or k)) if k in secret else self._document(v, path)
                for k, v in content.items()
            }
        if isinstance(content, list):
            return [self._document(v, path) for v in content]
        return self._text(content, path) if isinstance(content, str) else content

    def _text(self, text: str, path: tuple[str, ...]) -> Any:
        """Text, with whatever it names as a reference. Text that looks like a secret becomes a variable."""
        if replaced(text, lambda _: "") != text or _MASKED.fullmatch(text):
            return self._secret(path)
        made = self.references.anywhere(text, self.source)
        return made or self.references.within(text, self.source) or text

    def _secret(self, path: tuple[str, ...]) -> Expression:
        self.kept.append(path[0])
        return self._variable(path, required=False)

    def _refs(self, path: tuple[str, ...]) -> list[Ref]:
        return [ref for ref in refs_of(self.entry) if as_pattern(ref.attribute) == path]

    def _reference(self, path: tuple[str, ...], found: Any) -> Expression | None:
        if not isinstance(found, str):
            return None
        for ref in self._refs(path):
            known = self.canonical.get(path[0]) if len(path) == 1 else None
            for value in dict.fromkeys((found, known if isinstance(known, str) else found)):
                made = self.references.by_path(ref, value, self.source, found)
                if made is not None:
                    return made
        return self.references.anywhere(found, self.source)


Path = tuple[str, ...]


def _one_of(values: Mapping[str, Any], group: Sequence[Path], first: frozenset[str]) -> dict[str, Any]:
    """The values without those of a group of arguments that cannot stand beside the first one that is set. What all
    have in common is entered: of each block, one is kept."""
    common = {path[0] for path in group}
    if len(common) == 1 and all(len(path) > 1 for path in group):
        name, inner = common.pop(), [path[1:] for path in group]
        return {n: _entered(v, lambda b: _one_of(b, inner, frozenset())) if n == name else v for n, v in values.items()}
    there = [path for path in group if _is_set(values, path)]
    out = dict(values)
    for path in sorted(there, key=lambda p: p[0] not in first)[1:]:
        out = _without(out, path)
    return out


def _is_set(values: Any, path: Path) -> bool:
    if isinstance(values, list):
        return any(_is_set(v, path) for v in values)
    if not path:
        return not is_empty(values)
    return isinstance(values, Mapping) and _is_set(values.get(path[0]), path[1:])


def _without(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    if len(path) == 1:
        return {n: v for n, v in values.items() if n != path[0]}
    return {n: _entered(v, lambda b: _without(b, path[1:])) if n == path[0] else v for n, v in values.items()}


def _entered(found: Any, work: Callable[[Mapping[str, Any]], Any]) -> Any:
    """What is made of a block, or of each of several."""
    if isinstance(found, list):
        return [_entered(v, work) for v in found]
    return work(found) if isinstance(found, Mapping) else found


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: null, "", false, and what has no elements."""
    return is_unset(value) or value == []


def is_zero(value: Any) -> bool:
    """The same, and 0."""
    return is_empty(value) or (isinstance(value, int | float) and value == 0)


def _is_its_own_text(found: str, content: Any) -> bool:
    """Whether a document is no text that `jsonencode` makes, and holds nothing that must not be written."""
    return found != encoded(content) and not holds_one(found)


def _nothing(fact: str) -> Any:
    """What a required argument is set to that the cloud has nothing for."""
    kind = fact.partition(" ")[2]
    empty: dict[str, Any] = {"": "", "number": 0, "bool": False, "map": {}}
    return empty.get(kind, {} if kind.startswith("map") else [])


def _letters(fact: Any) -> str:
    return flags_of(fact).split(" ")[0]


def _same(default: Any, found: Any) -> bool:
    if isinstance(default, bool) or isinstance(found, bool):
        return str(default).lower() == str(found).lower()
    return bool(default == found) or str(default) == str(found)


def _is_as_given(attr: Attr, block: Any) -> bool:
    """Whether a block holds nothing but what the cloud gives by itself."""
    if not isinstance(block, Mapping):
        return False
    for name, found in block.items():
        inner = attr.fields.get(name)
        is_off = isinstance(found, int | float) and inner is not None and not is_zero(inner.default)
        if (is_zero(found) and not is_off) or inner is None:
            continue
        blocks = found if isinstance(found, list) else [found]
        if inner.fields and all(isinstance(b, Mapping) and _is_as_given(inner, b) for b in blocks):
            continue
        if inner.default is None or not _same(inner.default, found):
            return False
    return True


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
