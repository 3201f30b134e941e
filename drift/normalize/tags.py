"""Tags: a map, or a list of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tag_named(value: Any, name: str) -> Any:
    """The value of one tag; None without it.

    >>> tag_named([{"key": "Team", "value": "core"}], "Team")
    'core'
    """
    return pairs(value).get(name)


def pairs(value: Any) -> Mapping[Any, Any]:
    """Every tag by its key, for any of the API's spellings of `key` and `value`."""
    if isinstance(value, Mapping):
        return value
    return {
        t.get("Key", t.get("key", t.get("TagKey"))): t.get("Value", t.get("value", t.get("TagValue")))
        for t in value or ()
    }
