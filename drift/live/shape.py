"""Converts an item to a resource in Terraform's shape."""

from __future__ import annotations

from typing import Any

from drift.live.document import UNASKED, is_known
from drift.live.items import Item
from drift.live.ownership import doubt_of, proved_owner
from drift.model.resource import Resource, shared
from drift.provider import canonical
from drift.provider.path import text_at
from drift.provider.spec import ResourceType


def actual_resource(item: Item, entry: ResourceType | None = None) -> Resource:
    """The actual resource, by its own entry or by another entry of the same object (`aws_default_vpc`)."""
    entry = entry or item.entry
    document = item.document
    attributes: dict[str, Any] = {"id": document.read(entry.id)}
    for name, attr in {**entry.computed, **entry.attributes}.items():
        value = document.read(attr)
        if value is not UNASKED:
            attributes[name] = value
    known = {k: v for k, v in attributes.items() if is_known(v)}
    arn = known.get("arn")
    owner, proof = proved_owner(item)
    return Resource(
        key=item.key,
        id=text_at(entry.import_id, known) or str(known.get("id") or ""),
        arn=arn if isinstance(arn, str) else "",
        name=text_at(entry.label, known),
        left_out=shared(
            frozenset(
                n for n, a in entry.attributes.items() if n in known and canonical.is_left_out(a, document.look(a.path))
            )
        ),
        attributes=attributes,
        sensitive=shared(frozenset(n for n, a in entry.attributes.items() if a.sensitive)),
        owner=owner,
        proof=proof,
        doubt=doubt_of(item),
        inside=item.parent.key if item.parent else None,
    )
