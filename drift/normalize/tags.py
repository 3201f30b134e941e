"""Tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Block


def tag_map(value: Any) -> Block:
    """Tags come as a map or as a list of pairs; `aws:` ones are AWS's own. Null in a map is no tag.

    >>> tag_map([{"Key": "Team", "Value": "core"}, {"Key": "aws:x", "Value": ""}])
    Block({'Team': 'core'})
    """
    pairs = {k: v for k, v in _pairs(value).items() if v is not None or not isinstance(value, Mapping)}
    return Block({str(k): "" if v is None else str(v) for k, v in pairs.items() if not str(k).startswith("aws:")})


def tag_named(value: Any, name: str) -> Any:
    """One tag's value, `aws:` ones included; None where there is none.

    >>> tag_named([{"key": "aws:x", "value": "1"}], "aws:x")
    '1'
    """
    return _pairs(value).get(name)


def _pairs(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    return {
        t.get("Key", t.get("key", t.get("TagKey"))): t.get("Value", t.get("value", t.get("TagValue")))
        for t in value or ()
    }
