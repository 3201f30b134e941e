"""Determines the owner of an item, from the sections that were read."""

from __future__ import annotations

from collections.abc import Iterator

from drift.live.document import is_known
from drift.live.items import Item
from drift.model.coverage import NOT_OFFERED, Unreadable
from drift.provider.path import path
from drift.provider.spec import Owner


def proved_owner(item: Item) -> tuple[str, str]:
    """The owner and its proof; empty if there is no other owner, or if the proof could not be read."""
    if item.entry.account:
        account = item.document.look(path(item.entry.account))
        if is_known(account) and account and str(account) != item.key.account:
            return f"account {account}", item.entry.account
    for owner in _possible(item):
        found = item.document.look(path(owner.when))
        if is_known(found) and found:
            return owner.who, " && ".join(filter(None, (owner.listed, owner.when)))
    return "", ""


def doubt_of(item: Item) -> Unreadable | None:
    """The refusal of a section that might prove an owner; None without one."""
    if not item.document.refusals:
        return None
    found = (item.document.look(path(o.when)) for o in _possible(item))
    return next((f for f in found if isinstance(f, Unreadable) and f.code != NOT_OFFERED), None)


def proofs(item: Item) -> set[str]:
    """The sections that may prove an owner."""
    return {section for owner in _possible(item) for section in path(owner.when).sections}


def early_proofs(item: Item) -> set[str]:
    """The sections that may prove an owner without others: those that one call fills for the whole region, and those of
    what the listing itself shows to be the cloud's.

    They are read first, so that items of the cloud itself need no other calls of their own.
    """
    bulk = {c.into for c in item.entry.describe if not c.bind}
    own = {section for owner in _possible(item) if owner.listed for section in path(owner.when).sections}
    return (proofs(item) & bulk if bulk else bulk) | own


def _possible(item: Item) -> Iterator[Owner]:
    return (o for o in item.entry.proofs if not o.listed or item.document.look(path(o.listed)))
