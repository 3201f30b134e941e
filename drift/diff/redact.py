"""What no output shows: what the catalogue or the provider's schema calls sensitive, however deep, and what has the
form of a secret wherever it stands. A keyed digest stands in its place, so that two of them can be compared."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from drift.model.secrets import named_members, replaced, tokens_shown
from drift.model.value import Block, Hidden, Implicit, Value, is_empty, plain
from drift.provider.installed import facts_of
from drift.provider.spec import Attr, ResourceType


def hidden(value: Value, key: str) -> Value:
    """What stands for a secret: a digest that is keyed with the state's lineage, so that two can be compared."""
    if is_empty(value):
        return None
    if not key:
        return "secret:hidden"  # without a key, a digest of a short secret can be guessed
    if isinstance(value, Hidden):
        value = value.reveal()
    text = json.dumps(plain(value), sort_keys=True, default=str)
    return "secret:" + hashlib.blake2s(text.encode(), key=key.encode()[:32], digest_size=8).hexdigest()


def is_secret(entry: ResourceType, name: str) -> bool:
    """Whether a whole attribute is, by its entry or by the provider's schema."""
    fact = facts_of(entry.name).get(name, "")
    flags = fact if isinstance(fact, str) else str(fact[0])
    known = entry.attributes.get(name) or entry.computed.get(name)
    return bool(known and known.sensitive) or "s" in flags.partition(" ")[0]


def redacted(value: Value, attr: Attr | None, key: str) -> Value:
    """The value without secrets; `attr` tells its fields, `key` is the state's lineage.

    An element keeps its place, whatever is hidden inside it. Two that differ by a secret alone stay two.
    """
    if attr is not None and attr.sensitive:
        return hidden(value, key)
    if isinstance(value, Mapping):
        fields = attr.fields if attr is not None else {}
        # blocks may be kept by their own names: then it is the values that have the fields
        inner = attr if fields and not value.keys() & fields.keys() else None
        secret = frozenset[str]() if tokens_shown() else named_members(value)
        made = {
            n: hidden(v, key) if n in secret else redacted(v, fields.get(n) or inner, key) for n, v in value.items()
        }
        return Implicit(made) if isinstance(value, Implicit) else Block(made) if isinstance(value, Block) else made
    if isinstance(value, tuple | list | frozenset):
        return type(value)(redacted(v, attr, key) for v in value)
    return by_form(value, key) if isinstance(value, str) else value


def by_form(text: str, key: str) -> str:
    """The text with a digest in the place of each token in it."""
    if tokens_shown():
        return text
    return replaced(text, lambda found: str(hidden(found, key)))


def field_at(attr: Attr | None, path: str) -> Attr | None:
    """The field that a change's path leads to: `origin.custom_header` of an `origin`; the last that is known."""
    for step in re.split(r"[.\[]", path)[1:]:
        if attr is None:
            return None
        attr = attr.fields.get(step.strip("]\"'"), attr)
    return attr


__all__ = ["by_form", "field_at", "hidden", "is_secret", "redacted"]
