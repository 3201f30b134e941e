"""Replaces secrets by keyed digests: values that the catalogue or the provider's schema marks as sensitive, however
deeply nested, and text that looks like a secret. Two digests can be compared."""

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
    """The digest of a secret, keyed with the state's lineage."""
    if is_empty(value):
        return None
    if not key:
        return "secret:hidden"  # without a key, the digest of a short secret can be guessed
    if isinstance(value, Hidden):
        value = value.reveal()
    text = json.dumps(plain(value), sort_keys=True, default=str)
    return "secret:" + hashlib.blake2s(text.encode(), key=key.encode()[:32], digest_size=8).hexdigest()


def is_secret(entry: ResourceType, name: str) -> bool:
    """Whether an attribute is sensitive, by its entry or by the provider's schema."""
    fact = facts_of(entry.name).get(name, "")
    flags = fact if isinstance(fact, str) else str(fact[0])
    known = entry.attributes.get(name) or entry.computed.get(name)
    return bool(known and known.sensitive) or "s" in flags.partition(" ")[0]


def redacted(value: Value, attr: Attr | None, key: str) -> Value:
    """The value without secrets. `attr` describes its fields, `key` is the state's lineage.

    An element stays in its place if something inside it is replaced. Two elements that differ only in a secret stay
    different.
    """
    if attr is not None and attr.sensitive:
        return hidden(value, key)
    if isinstance(value, Mapping):
        fields = attr.fields if attr is not None else {}
        # blocks may be stored by name: then the values of the map have the fields
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
    """The text with each token in it replaced by a digest."""
    if tokens_shown():
        return text
    return replaced(text, lambda found: str(hidden(found, key)))


def field_at(attr: Attr | None, path: str) -> Attr | None:
    """The field at the path of a change: `origin.custom_header` of an `origin`; the deepest known one."""
    for step in re.split(r"[.\[]", path)[1:]:
        if attr is None:
            return None
        attr = attr.fields.get(step.strip("]\"'"), attr)
    return attr


__all__ = ["by_form", "field_at", "hidden", "is_secret", "redacted"]
