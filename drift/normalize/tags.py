"""Tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Block


def tag_map(value: Any) -> Block:
    """Tags come as a map or as a list of pairs; `aws:` ones are AWS's own.

    >>> tag_map([{"Key": "Team", "Value": "core"}, {"Key": "aws:x", "Value": ""}])
    Block({'Team': 'core'})
    """
    if isinstance(value, Mapping):
        pairs = dict(value)
    else:
        pairs = {
            t.get("Key", t.get("key", t.get("TagKey"))): t.get("Value", t.get("value", t.get("TagValue")))
            for t in value or ()
        }
    return Block({str(k): "" if v is None else str(v) for k, v in pairs.items() if not str(k).startswith("aws:")})
