"""Converts an item to what a configuration that describes it would say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.live.document import UNASKED, UNEXPECTED, Document
from drift.model.coverage import Unreadable
from drift.model.value import UNREADABLE_SHAPES
from drift.provider.spec import ResourceType
from drift.provider.written import value

Written = Mapping[str, Any]
"""Attribute -> its value in the shape of a state: text, numbers, lists, mappings; a nested block is a list of mappings,
one that occurs once a mapping. `Unreadable` stands in the place of what could not be read, `Hidden` for a secret."""


def written(document: Document, entry: ResourceType, *, filled: bool = True) -> Written:
    """Every attribute of an item that is known, computed ones included; with the default in the place of what the cloud
    says nothing of, if it is to be `filled` in."""
    out: dict[str, Any] = {}
    for name, attr in {"id": entry.id, **entry.computed, **entry.attributes}.items():
        read = document.read(attr)
        if isinstance(read, Unreadable):
            out[name] = read
        elif read is not UNASKED:
            found = document.look(attr.path)
            try:
                out[name] = value(attr, found, document.known, filled=filled)
            except UNREADABLE_SHAPES:
                out[name] = Unreadable(attr.path.text, UNEXPECTED)
    return out
