"""Scalars, lists and documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from drift.model.value import Value, freeze

Canon = Callable[[Any], Value]


def text(value: Any) -> str | None:
    """A string; empty means not set. Booleans become `true` or `false`, as in Terraform."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def lower(value: Any) -> str | None:
    """A string without case, because the cloud does not preserve it."""
    return None if value in (None, "") else str(value).lower()


def number(value: Any) -> int | float | None:
    """A number, also from text; None for other text."""
    if value is None or value == "" or isinstance(value, bool):
        return int(value) if isinstance(value, bool) else None
    if isinstance(value, int):
        return value
    try:
        as_float = float(value)
    except (TypeError, ValueError):
        return None
    return int(as_float) if as_float.is_integer() else as_float


def boolean(value: Any) -> bool | None:
    """True or false, also from text; None if it is not set."""
    if value is None or value == "":
        return None
    return value.strip().lower() in ("true", "1", "enabled") if isinstance(value, str) else bool(value)


def document(value: Any) -> Value:
    """A JSON document, compared by content; other text is compared as text."""
    if value in (None, "", {}, []):
        return None
    if isinstance(value, str):
        try:
            return freeze(json.loads(value))
        except ValueError:
            return value
    return freeze(value)


def listed(canon: Canon) -> Canon:
    """A list whose order matters."""
    return lambda value: tuple(canon(v) for v in value or ())


def unordered(canon: Canon) -> Canon:
    """A list whose order is irrelevant."""
    return lambda value: frozenset(canon(v) for v in value or ())


def mapped(value: Any) -> Value:
    """A map of strings."""
    return freeze({k: text(v) for k, v in value.items()}) if isinstance(value, Mapping) else freeze({})


def dot_free(value: Any) -> str | None:
    """A domain name in lower case, without the final dot."""
    return None if value in (None, "") else str(value).lower().rstrip(".")


def later_minor(want: Value, have: Value) -> bool:
    """Whether a version is later than another of the same major version: 14.9 after 14.7, 8.0.36 after 8.0.32.

    The major version is the first number of two, the first two of more.
    """
    if not (isinstance(want, str) and isinstance(have, str)):
        return False
    old, new = (tuple(map(_ordered, re.split(r"[.-]", v))) for v in (want, have))
    major = 1 if len(old) <= 2 else 2
    return new[:major] == old[:major] and len(new) >= len(old) and new > old


def _ordered(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdecimal() else (-1, part)
