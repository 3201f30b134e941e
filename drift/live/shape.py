"""Converts an item to a resource in Terraform's shape."""

from __future__ import annotations

from typing import Any

from drift.live.document import UNASKED, is_known
from drift.live.items import Item
from drift.live.ownership import doubt_of, proved_owner
from drift.model.coverage import Unreadable
from drift.model.resource import Resource, shared
from drift.provider import canonical
from drift.provider.path import text_at
from drift.provider.spec import ResourceType


class Form:
    """What is the same for every item of a type."""

    def __init__(self, entry: ResourceType) -> None:
        self.entry = entry
        self.every = tuple({"id": entry.id, **entry.computed, **entry.attributes}.items())
        self.droppable = tuple((n, a) for n, a in entry.attributes.items() if canonical.can_be_left_out(a))
        self.sensitive = frozenset(n for n, a in entry.attributes.items() if a.sensitive)


_forms: dict[int, Form] = {}
"""By the entry's address in memory: an entry has much to hash, and there are many items."""


def form_of(entry: ResourceType) -> Form:
    """The form of a type, made once."""
    found = _forms.get(id(entry))
    if found is None:
        found = _forms[id(entry)] = Form(entry)  # it holds the entry, so that nothing else gets its address
    return found


def actual_resource(item: Item, entry: ResourceType | None = None) -> Resource:
    """The actual resource, by its own entry or by another entry of the same object (`aws_default_vpc`)."""
    entry = entry or item.entry
    form, document = form_of(entry), item.document
    attributes: dict[str, Any] = {}
    whole = True
    for name, attr in form.every:
        value = document.read(attr)
        if value is UNASKED:
            whole = False
            if name != "id":
                continue
        elif isinstance(value, Unreadable):
            whole = False
        attributes[name] = value
    known = attributes if whole else {k: v for k, v in attributes.items() if is_known(v)}
    arn = known.get("arn")
    owner, proof = proved_owner(item)
    return Resource(
        key=item.key,
        id=text_at(entry.import_id, known) or str(known.get("id") or ""),
        arn=arn if isinstance(arn, str) else "",
        name=text_at(entry.label, known),
        left_out=shared(
            frozenset(n for n, a in form.droppable if n in known and canonical.is_left_out(a, document.look(a.path)))
        ),
        attributes=attributes,
        sensitive=form.sensitive,
        owner=owner,
        proof=proof,
        doubt=doubt_of(item),
        inside=item.parent.key if item.parent else None,
    )
