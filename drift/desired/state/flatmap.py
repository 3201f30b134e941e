"""The flat attributes of Terraform 0.11 and older, read back by the provider's schema.

A flatmap holds text alone: `tags.%` = "1", `tags.Team` = "web", `ingress.#` = "1" and
`ingress.<hash>.from_port` = "80" for a set, `subnets.#` and `subnets.0` for a list. What is a map, a
set or a number only the schema tells (`drift.provider.facts`). Older still, a map's count was under `#`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

from drift.errors import StateError
from drift.provider import facts
from drift.provider.installed import facts_of

Flat = dict[str, str]

UNKNOWN = "74D93920-ED26-11E3-AC10-0800200C9A66"
"""What stands for a value not known yet (`UnknownVariableValue` of the plugin SDK's hcl2shim)."""

_INTEGER = re.compile(r"-?\d{1,300}")
_COUNTS = ("#", "%")


def expand(type_: str, flat: Flat, source: str, place: object) -> tuple[dict[str, Any], frozenset[str]]:
    """Attributes as a state of version 4 has them, and the names that the provider's schema has no more.

    Of a type that is not catalogued only the plain attributes are read.
    """
    known = facts_of(type_)
    if not known:
        return {name: text for name, text in flat.items() if "." not in name}, frozenset()
    reader = _Reader(flat, source, place)
    attributes = dict(reader.block("", known))
    return attributes, frozenset(name.split(".", 1)[0] for name in flat) - attributes.keys()


class _Reader:
    """One instance's flatmap."""

    def __init__(self, flat: Flat, source: str, place: object) -> None:
        self._flat, self._source, self._place = flat, source, place
        self._names = sorted(flat)

    def block(self, prefix: str, known: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The attributes of one block that the flatmap has."""
        for name, fact in known.items():
            flags = facts.flags_of(fact).split(" ")[1:]
            kinds = [word for word in flags if not word.isdigit()]
            found = self._value(f"{prefix}{name}", kinds, None if isinstance(fact, str) else fact[1])
            if found is not self:
                yield name, found

    def _value(self, at: str, kinds: list[str], inner: Mapping[str, Any] | None) -> Any:
        """The value there, `self` where there is none."""
        outer = kinds[0] if kinds else "string"
        if outer in ("list", "set"):
            if not self._counted(at):
                return self
            steps = self._steps(f"{at}.", ordered=outer == "list")
            values = (
                self._value(f"{at}.{step}", kinds[1:] or ["object"] * (inner is not None), inner) for step in steps
            )
            return [value for value in values if value is not self]
        if outer == "map":
            if not self._counted(at):
                return self
            start = len(at) + 1
            return {n[start:]: self._scalar(n, kinds[1:]) for n in self._below(f"{at}.") if n[start:] not in _COUNTS}
        if outer in ("object", "single"):
            return dict(self.block(f"{at}.", inner or {})) if any(self._below(f"{at}.")) else self
        return self._scalar(at, kinds) if at in self._flat else self

    def _counted(self, at: str) -> bool:
        """Whether a collection stands there; StateError where its count is none."""
        for mark in _COUNTS:
            count = self._flat.get(f"{at}.{mark}")
            if count not in (None, UNKNOWN) and not _INTEGER.fullmatch(count or ""):
                raise StateError(
                    self._source,
                    f"{self._place}: {at}.{mark} is not a count",
                    "The state was probably edited by hand: restore a backup.",
                )
            if count is not None:
                return count != UNKNOWN
        return False

    def _steps(self, prefix: str, *, ordered: bool) -> list[str]:
        """The indexes or hashes below, each once."""
        found = dict.fromkeys(name[len(prefix) :].split(".", 1)[0] for name in self._below(prefix))
        steps = [step for step in found if step not in _COUNTS]
        return sorted(steps, key=lambda s: (0, int(s), s) if _INTEGER.fullmatch(s) else (1, 0, s)) if ordered else steps

    def _below(self, prefix: str) -> Iterator[str]:
        for position in range(bisect_left(self._names, prefix), len(self._names)):
            if not self._names[position].startswith(prefix):
                return
            yield self._names[position]

    def _scalar(self, at: str, kinds: list[str]) -> Any:
        text = self._flat[at]
        if text == UNKNOWN:
            return None
        if kinds == ["bool"]:
            return {"true": True, "1": True, "false": False, "0": False, "": None}.get(text, text)
        if kinds == ["number"]:
            return _number(text)
        return text


def _number(text: str) -> int | float | str | None:
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        return float(text) if text else None
    except ValueError:
        return text
