"""From bytes to values: what is not looked at stays bytes, and nothing but a StateError comes out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from drift.desired.instance import Instance
from drift.errors import StateError
from drift.model.address import Address, InstanceKey, parse_module

T = TypeVar("T")

ABSENT = msgspec.Raw()
AGAIN = "Fetch it again with `terraform state pull`."
LONGEST = 4300
"""Digits of an integer that Python reads (`sys.set_int_max_str_digits`); a longer one stays text."""


def decode(decoder: msgspec.json.Decoder[T], data: bytes | msgspec.Raw, source: str, hint: str = AGAIN) -> T:
    """What `decoder` makes of `data`; StateError names the place that is wrong."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise StateError(source, f"not a valid state: {error}", hint) from None
    except msgspec.DecodeError as error:
        raise StateError(source, f"not valid JSON: {error}", hint) from None
    except RecursionError:
        raise StateError(source, "it is nested deeper than any state that Terraform writes", hint) from None


def _integer(text: str) -> int | str:
    return int(text) if len(text) < LONGEST else text


def _decimal(text: str) -> float | str:
    """A number; as text where no float can hold it (1e400)."""
    value = float(text)
    return value if math.isfinite(value) else text


_OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=_decimal)


_UNSEEN: dict[str, Any] = {}
"""What all attributes hold that were not looked at: at 55,000 resources, an own one for each would be 3.5 MB."""


class Attributes(Mapping[str, Any]):
    """One object of a state, decoded when first looked at."""

    __slots__ = ("_data", "_place", "_raw", "_source")

    def __init__(self, raw: msgspec.Raw, source: str, place: object = "") -> None:
        if bytes(memoryview(raw)[:1]) != b"{":
            raise StateError(source, f"{place}: its attributes are not an object", AGAIN)
        self._raw: msgspec.Raw | None = raw
        self._source, self._place = source, place
        self._data = _UNSEEN

    @property
    def _decoded(self) -> dict[str, Any]:
        if self._raw is not None:
            self._data = self._decode(self._raw)
            self._raw = None
        return self._data

    def _decode(self, raw: msgspec.Raw) -> dict[str, Any]:
        try:
            return _unwrapped(_OBJECT.decode(raw))
        except msgspec.DecodeError:  # an integer of thousands of digits
            found = json.loads(bytes(raw), parse_int=_integer, parse_float=_decimal)
            return _unwrapped(found)
        except RecursionError:
            raise StateError(
                self._source, f"{self._place}: it is nested deeper than any state that Terraform writes"
            ) from None

    def __getitem__(self, key: str) -> Any:
        return self._decoded[key]

    def get(self, key: str, default: Any = None) -> Any:
        """As a dict does it: Mapping's own way raises and catches for what is not there."""
        return self._decoded.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._decoded

    @property
    def whole(self) -> Mapping[str, Any]:
        """All of it, for whoever looks at every attribute."""
        return self._decoded

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded)

    def __len__(self) -> int:
        return len(self._decoded)

    def __repr__(self) -> str:
        return f"Attributes of {self._place}"  # never the values: they hold secrets


def _unwrapped(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes of dynamic type without their wrapping, `{"value": …, "type": ["object", …]}`.

    No map of strings looks like it: there, `type` is text. (A dynamic value that is text itself,
    `"type": "string"`, cannot be told from a map; no type of the AWS provider has one.)
    """
    for name, value in attributes.items():
        if isinstance(value, dict) and len(value) == 2 and isinstance(value.get("type"), list) and "value" in value:
            attributes[name] = value["value"]
    return attributes


def given(raw: msgspec.Raw) -> bool:
    """Whether the file has the key, and not as null."""
    return raw is not ABSENT and bytes(memoryview(raw)[:5]) not in (b"", b"null")


def attributes_of(raw: msgspec.Raw, source: str, place: object) -> Mapping[str, Any]:
    """An object, or nothing where the file has none."""
    return Attributes(raw, source, place) if given(raw) else {}


def masked(mask: Mapping[str, Any]) -> frozenset[str]:
    """The top-level names under which a mask (`sensitive_values`, `after_unknown`) holds a `true`."""
    return frozenset(name for name, inner in mask.items() if _marked(inner))


def _marked(mask: Any) -> bool:
    if isinstance(mask, Mapping):
        return any(map(_marked, mask.values()))
    if isinstance(mask, list):
        return any(map(_marked, mask))
    return mask is True


def address_of(module: str, type_: str, name: str, key: InstanceKey, source: str) -> Address:
    """The address a state's fields make; StateError for a module path that is none."""
    try:
        return Address(type_, name, key, _steps(module) if module else ())
    except ValueError:
        raise StateError(source, f"not a module path: {module!r}", AGAIN) from None


_steps = lru_cache(4096)(parse_module)
"""Many resources stand in one module."""


def each_once(instances: Iterable[Instance], source: str) -> tuple[Instance, ...]:
    """The same instances; StateError where two have one address."""
    found = tuple(instances)
    seen = set()
    for instance in found:
        place = instance.address, instance.deposed
        if place in seen:
            raise StateError(
                source,
                f"{instance.address} is in the state twice",
                "Terraform rejects such a state too. It was edited by hand, or merged: restore a backup.",
            )
        seen.add(place)
    return found


def provider_named(name: str) -> str:
    """A provider's name as `show -json` has it, in the way a state writes a provider configuration."""
    return f'provider["{name}"]' if "/" in name else f"provider.{name}" if name else ""
