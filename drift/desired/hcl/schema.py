"""The provider's schema as types of values: what an attribute's value is converted to.

From `drift.provider.facts`; a type that is not catalogued has no facts, and its values stay as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, Type
from drift.provider.facts import Facts, flags_of

_WORDS: Mapping[str, Type] = {"string": STRING, "number": NUMBER, "bool": BOOL, "dynamic": DYNAMIC}


def is_block(fact: Any) -> bool:
    """Whether it is a nested block, and no attribute."""
    return fact is not None and flags_of(fact).startswith("b ")


def inner(fact: Any) -> Facts:
    """What is inside a nested block, or an attribute of objects; nothing inside any other."""
    return fact[1] if isinstance(fact, list) else {}


def nesting(fact: Any) -> str:
    """How a nested block nests, `list`, `set`, `map` or `single`; `list` where it is not known."""
    return flags_of(fact).split(" ")[1] if is_block(fact) else "list"


def is_sensitive(fact: Any) -> bool:
    """Whether the schema calls it sensitive."""
    return fact is not None and not is_block(fact) and "s" in flags_of(fact).split(" ")[0]


def type_of(fact: Any) -> Type:
    """The type of an attribute's value, or of a nested block's."""
    if fact is None:
        return DYNAMIC
    words = flags_of(fact).split(" ")[1:]
    if not isinstance(fact, list):
        return _type(words)
    object_type = Type("object", fields=tuple(sorted((name, type_of(f)) for name, f in fact[1].items())))
    return Type(words[0], object_type) if words and words[0] in ("list", "set", "map") else object_type  # type: ignore[arg-type]


def _type(words: list[str]) -> Type:
    if not words:
        return STRING
    if words[0] in ("list", "set", "map"):
        return Type(words[0], _type(words[1:]))  # type: ignore[arg-type]
    return _WORDS.get(words[0], DYNAMIC)
