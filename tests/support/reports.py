"""Reports made at random from the dataclasses themselves, so that a field that is added is tried at once."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from random import Random
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from drift.model.address import Address
from drift.model.drift import Aside, Drift, Report
from drift.model.resource import Key, Resource, Source
from drift.model.value import freeze
from drift.report.wire import LEFT_OUT

WORDS = ("", "web", "a-b.c", "Ünï", 'k"ey\\', "x|y\nz", "<b>&", "$${id} %{x}", "\x1b[2J", "${", "\ud800")
NAMES = ("web", "sqs_queue", "a-1", "b")


class Maker:
    """Makes values of type hints; the same seed makes the same ones, `texts` is what they are filled with."""

    def __init__(self, seed: int, texts: Sequence[str] = WORDS) -> None:
        self.random = Random(seed)
        self.texts = texts

    def report(self) -> Report:
        made = self.built(Report)
        assert isinstance(made, Report)
        return made

    def text(self) -> str:
        return self.random.choice(self.texts)

    def some(self, hint: Any) -> list[Any]:
        return [self.of(hint) for _ in range(self.random.randint(0, 3))]

    def value(self, depth: int = 2) -> Any:
        match self.random.randint(0, 6 if depth else 4):
            case 0:
                return None
            case 1:
                return self.random.choice((True, False))
            case 2:
                return self.random.randint(-9, 2**40)
            case 3 | 4:
                return self.text()
            case 5:
                return freeze([self.value(depth - 1) for _ in range(2)])
        return freeze({self.text(): self.value(depth - 1) for _ in range(2)})

    def of(self, hint: Any) -> Any:
        origin, inner = get_origin(hint), get_args(hint)
        if hint is Any:
            return self.value()
        if origin in (Union, types.UnionType):
            return self.of(self.random.choice(inner))
        if origin is Literal:
            return self.random.choice(inner)
        if origin in (tuple, Sequence):
            return tuple(self.some(inner[0]))
        if origin is frozenset:
            return frozenset(self.some(inner[0]))
        if origin is not None and issubclass(origin, Mapping):
            return {self.text(): v for v in self.some(inner[1])}
        whole: dict[Any, Callable[[], Any]] = {
            Drift: self.drift,
            Resource: self.resource,
            Address: self.address,
            Aside: self.aside,
        }
        if hint in whole:
            return whole[hint]()
        if is_dataclass(hint):
            return self.built(hint)
        if hint is type(None):
            return None
        scalar: dict[Any, Callable[[], Any]] = {
            str: self.text,
            int: lambda: self.random.randint(0, 10**6),
            bool: lambda: self.random.random() < 0.5,
        }
        return float(self.random.randint(0, 999)) if hint is float else scalar[hint]()

    def built(self, cls: Any, **given: Any) -> Any:
        """An instance of a dataclass, with every field that a report has."""
        hints = get_type_hints(cls)
        left_out = LEFT_OUT.get(cls, {})
        inner = {f.name: self.of(hints[f.name]) for f in fields(cls) if f.name not in left_out and f.name not in given}
        return cls(**inner, **given)

    def address(self) -> Address:
        steps = [(self.random.choice(NAMES), self.key()) for _ in range(self.random.randint(0, 2))]
        return Address(f"aws_{self.random.choice(NAMES)}", self.random.choice(NAMES), self.key(), tuple(steps))

    def key(self) -> int | str | None:
        return self.random.choice((None, 3, self.text()))

    def resource(self, managed: bool | None = None) -> Resource:
        """A resource, on the desired side where it is managed."""
        managed = self.of(bool) if managed is None else managed
        address = self.address() if managed else None
        id_ = self.text()
        return Resource(
            key=Key(address.type if address else "aws_x", self.text(), self.random.choice(NAMES), (id_,)),
            id=id_,
            name=self.text(),
            arn=self.text(),
            address=address,
            owner="" if managed else self.text(),
            source=self.built(Source) if managed else Source(),
        )

    def aside(self) -> Aside:
        resource = self.resource(managed=True)
        made = self.built(Aside, desired=resource, actual=resource)
        assert isinstance(made, Aside)
        return made

    def drift(self) -> Drift:
        """One drifted resource of any kind."""
        kind = self.random.choice(("modified", "missing", "unmanaged"))
        resource = self.resource(managed=kind != "unmanaged")
        sides = {
            "desired": None if kind == "unmanaged" else resource,
            "actual": None if kind == "missing" else resource,
        }
        made = self.built(Drift, kind=kind, **sides)
        assert isinstance(made, Drift)
        return made
