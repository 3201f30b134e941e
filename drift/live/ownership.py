"""Whose an item is, as far as what was read of it proves that."""

from __future__ import annotations

from drift.live.document import is_known
from drift.live.items import Item
from drift.model.coverage import NOT_OFFERED, Unreadable
from drift.provider.path import path


def proved_owner(item: Item) -> tuple[str, str]:
    """Who made it and what proves that; empty where nobody else did, or where that could not be read."""
    if item.entry.account:
        account = item.document.look(path(item.entry.account))
        if is_known(account) and account and str(account) != item.key.account:
            return f"account {account}", item.entry.account
    for owner in item.entry.proofs:
        found = item.document.look(path(owner.when))
        if is_known(found) and found:
            return owner.who, owner.when
    return "", ""


def doubt_of(item: Item) -> Unreadable | None:
    """What was refused that might prove an owner."""
    if not item.document.refusals:
        return None
    found = (item.document.look(path(o.when)) for o in item.entry.proofs)
    return next((f for f in found if isinstance(f, Unreadable) and f.code != NOT_OFFERED), None)


def proofs(item: Item) -> set[str]:
    """The sections that may prove an owner."""
    return {section for owner in item.entry.proofs for section in path(owner.when).sections}


def bulk_proofs(item: Item) -> set[str]:
    """Those that one call fills for the whole region.

    They are asked for first, so that nobody describes one by one what such a call shows to be the cloud's own.
    """
    bulk = {c.into for c in item.entry.describe if not c.bind}
    return proofs(item) & bulk if bulk else bulk
