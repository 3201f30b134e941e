"""Which address says the same as a value: `aws_vpc.main.id` for `vpc-0abc`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from drift.desired.hcl.library import ModuleNames
from drift.model.address import Address
from drift.model.resource import GLOBAL, Key
from drift.provider.catalog import Catalog
from drift.provider.facts import Facts
from drift.provider.spec import Ref
from drift.remedy.ground import Ground
from drift.remedy.hcl import Expression, Joined

_UNIQUE = re.compile(r"(?:[^\s:]*:){5}.+|.*[0-9a-f]{8}.*|[0-9A-Z]{12,}")
"""Ids that no two objects have: a qualified name, a number that was drawn. Any text that is one is a reference."""
_QUALIFIED = re.compile(r"[\w-]+:[\w-]+:[\w-]*:[\w-]*:\d*:[^\s\"'*,]+")
"""A name that says where it holds, wherever it stands in a text."""


def is_qualified(text: str) -> bool:
    """Whether text is a name that is valid everywhere, as an ARN is."""
    return _QUALIFIED.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Named:
    """A resource that has an address, or gets one."""

    address: Address
    key: Key
    values: Mapping[str, Any]
    """Attribute -> its value."""
    facts: Facts
    recorded: bool = False
    """Whether a state says its `id`. What the catalogue has for one may be another than Terraform's."""


@dataclass
class References:
    """Finds addresses. A reference that would close a circle is not made: Terraform refuses it."""

    catalog: Catalog
    outputs: Mapping[ModuleNames, Mapping[tuple[str, str], str]] = field(default_factory=dict)
    """Module -> (address in it, attribute) -> the output that says so."""
    found: set[tuple[str, str]] = field(default_factory=set)
    """(address, value) of what became a reference."""
    missed: set[tuple[str, str]] = field(default_factory=set)
    """(address, value) of ids that name a resource and are no references."""
    refuses: Callable[[Address, Address], bool] = lambda _source, _target: False
    """(source, target) -> whether what the configuration says already makes a circle of it."""
    _by: dict[tuple[str, str, str], list[Named]] = field(default_factory=lambda: defaultdict(list))
    _unique: dict[str, tuple[Named, str]] = field(default_factory=dict)
    _behind: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, named: Iterable[Named]) -> None:
        """Make resources known."""
        for one in named:
            for attribute, value in one.values.items():
                if not isinstance(value, str) or not value:
                    continue
                self._by[one.key.type, attribute, value].append(one)
                if attribute in ("arn", "id") and _UNIQUE.fullmatch(value):
                    there = self._unique.get(value)
                    if there is None or (attribute == "arn" and there[1] == "id" and there[0] is one):
                        self._unique[value] = one, attribute

    def by_path(self, ref: Ref, value: str, source: Named, said: str) -> Expression | None:
        """The reference for a value of an attribute that the catalogue knows to name a resource. `said` is what the
        reference has to say: the catalogue may look the resource up by another name."""
        type_ = self.catalog[ref.to].listed_as if ref.to in self.catalog else ref.to
        near = [n for n in self._by.get((type_, ref.by, value), ()) if self._is_near(n.key, source.key)]
        for target in sorted(near, key=lambda n: n.address.module != source.address.module):
            made = self._to(target, ref.by, said, source)
            if made is not None:
                return made
        return None

    def anywhere(self, value: str, source: Named) -> Expression | None:
        """The reference for a value that is an ARN, or another id that is unique, wherever it stands."""
        target = self._unique.get(value)
        return self._to(target[0], target[1], value, source) if target is not None else None

    def within(self, text: str, source: Named) -> Joined | Expression | None:
        """Text with the ARNs in it as references; None where there is none."""
        parts: list[str | Expression] = []
        end = 0
        for match in _QUALIFIED.finditer(text):
            arn = match[0]
            while arn and arn not in self._unique:
                arn = re.split(r"[/:](?=[^/:]*$)", arn)[0] if re.search(r"[/:]", arn) else ""
                if arn.count(":") < 5:
                    arn = ""
            made = self.anywhere(arn, source) if arn else None
            if made is not None:
                parts += [text[end : match.start()], made]
                end = match.start() + len(arn)
        if not parts:
            return None
        kept = [p for p in (*parts, text[end:]) if p != ""]
        only = kept[0]
        return only if len(kept) == 1 and isinstance(only, Expression) else Joined(tuple(kept))

    @staticmethod
    def _is_near(target: Key, source: Key) -> bool:
        regions = {target.region, source.region}
        return target.account == source.account and (len(regions) == 1 or GLOBAL in regions)

    def _to(self, target: Named, attribute: str, value: str, source: Named) -> Expression | None:
        here, there = str(source.address), str(target.address)
        if here == there or here in self._reached(there) or self.refuses(source.address, target.address):
            return None
        attribute = self._shown(target, attribute, value)
        text = self._text(target.address, attribute, source.address.module) if attribute else ""
        if not text:
            self.missed.add((here, value))
            return None
        self._behind[here].add(there)
        self.found.add((here, value))
        return Expression(text)

    def _reached(self, address: str) -> set[str]:
        """Everything that an adopted resource refers to, through others."""
        out: set[str] = set()
        waiting = [address]
        while waiting:
            new = self._behind.get(waiting.pop(), set()) - out
            out |= new
            waiting += new
        return out

    @staticmethod
    def _shown(target: Named, attribute: str, value: str) -> str:
        """The attribute of the schema that says this; the catalogue may know it by a name of its own."""
        same = [n for n, fact in target.facts.items() if target.values.get(n) == value and isinstance(fact, str)]
        others = [n for n in same if n != "id" and "d" not in target.facts[n].split(" ")[0]]
        if attribute in others:
            return attribute
        is_id = target.values.get("id") == value
        return "id" if is_id and (target.recorded or not others) else next(iter(others), "")

    def _text(self, address: Address, attribute: str, module: tuple[tuple[str, Any], ...]) -> str:
        """The reference, as it is written in a module; empty where the module cannot see it."""
        if address.module == module:
            local = Address(address.type, address.name, address.key, (), address.mode)
            return f"{local}.{attribute}"
        if address.module[:-1] == module and address.module:
            names = tuple(n for n, _ in address.module)
            inside = str(Address(address.type, address.name, address.key, (), address.mode))
            output = self.outputs.get(names, {}).get((inside, attribute))
            call = str(Address("x", "y", None, address.module[-1:])).removesuffix(".x.y")
            return f"{call}.{output}" if output else ""
        return ""


def managed(ground: Ground, catalog: Catalog) -> Iterator[Named]:
    """The resources that a configuration describes, by what names them."""
    for resource in ground.resources:
        if resource.address is None or resource.deposed:
            continue
        values = {**resource.attributes, "id": resource.attributes.get("id") or resource.id, "arn": resource.arn}
        values["arn"] = values["arn"] or resource.attributes.get("arn", "")
        facts = catalog.facts(resource.address.type)
        yield Named(resource.address, resource.key, values, facts, recorded=True)
