"""Tags, without those that AWS sets itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from drift.model.value import Block
from drift.normalize.tags import pairs


def tag_map(value: Any) -> Block:
    """Tags come as a map or as a list of pairs; `aws:` ones are AWS's own. Null in a map is no tag.

    >>> tag_map([{"Key": "Team", "Value": "core"}, {"Key": "aws:x", "Value": ""}])
    Block({'Team': 'core'})
    """
    named = {k: v for k, v in pairs(value).items() if v is not None or not isinstance(value, Mapping)}
    texts = ((str(k), "" if v is None else str(v)) for k, v in named.items())
    return _shared(tuple((k, v) for k, v in texts if not k.startswith("aws:")))


@lru_cache(maxsize=4096)
def _shared(tags: tuple[tuple[str, str], ...]) -> Block:
    """The tags, once for all resources that have the same in the same order."""
    return Block(dict(tags))
