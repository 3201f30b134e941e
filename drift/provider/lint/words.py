"""Checks the type of each word of an entry: functions take the right number of arguments, flags are booleans."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from drift.provider.spec import WHOLE, Attr, ElementOf, EndedBy, Owner, Owns, ResourceType

_ARITY = {
    "canon": 1, "from_state": 2, "from_api": 1, "written": 2, "initial": 2, "key": 1, "same": 2, "to": 2, "find": 2,
    "share": 1, "gather": 1, "beside_parts": 1, "by_person": 1,
}  # fmt: skip
"""Words that are functions -> the number of arguments."""

_FUNCTIONS = _ARITY.keys() - {"to", "key"}
"""Words that are always functions. `to` may also name a type, `key` a path."""

_FLAGS = frozenset({
    "assigned", "many", "ordered", "partial", "document", "outside_schema", "sensitive", "owner_tags", "anywhere",
    "standalone", "by_hand", "of_others", "filled_by_others", "beside_inline", "whole", "zero_is_value", "same_for_all",
    "kept_if_gone", "not_planned", "watched", "importable", "verbatim", "always_said", "every",
})  # fmt: skip

_TEXTS = frozenset(
    {
        "op",
        "take",
        "into",
        "match",
        "action",
        "parse",
        "region",
        "who",
        "when",
        "listed",
        "within",
        "implicit",
        "only_if",
        "deeper",
    }
)


def check(entry: ResourceType) -> Iterator[str]:
    """Words with a value of a wrong type, anywhere in an entry."""
    if not isinstance(entry.regional, bool):
        yield f"`regional` is {entry.regional!r}: write True or False"
    for word in ("name", "service"):
        if not getattr(entry, word):
            yield f"it has no {word}"
    if isinstance(entry.list, ElementOf) and entry.parent is None:
        yield "it is an ElementOf, but names no parent"
    if entry.list is None and entry.lookup is None and entry.aggregate is None:
        yield "it has no list, no lookup and no aggregate"
    if entry.parent is not None:
        for name, share in entry.parent.covers.items():
            yield from () if share is WHOLE else _function(f"covers {name}", share, 1)
    yield from _words("", entry)


def _words(at: str, value: Any) -> Iterator[str]:
    """Checks every word of a value and of the values inside it."""
    for field in fields(value):
        inside = getattr(value, field.name)
        wrong = [*_word(f"{at}{field.name}", field.name, inside), *_company(f"{at}{field.name}", field.name, value)]
        yield from wrong
        if not wrong:
            for where, one in _parts(at, field.name, inside):
                yield from _words(where, one)


def _word(where: str, word: str, inside: Any) -> Iterator[str]:
    """Checks one word by itself."""
    if word in _ARITY and callable(inside):
        yield from _function(where, inside, _ARITY[word])
    elif word in _FUNCTIONS and inside is not None:
        yield f"{where} is not a function"
    elif word in _FLAGS and not isinstance(inside, bool):
        yield f"{where} is {inside!r}: write True or False"
    elif word == "most" and not (
        isinstance(inside, tuple) and len(inside) == 2 and all(type(n) is int for n in inside)
    ):
        yield f"{where} is {inside!r}: write (number, version)"
    elif word in _TEXTS and not isinstance(inside, str):
        yield f"{where} is {inside!r}, which is not a string"


def _company(where: str, word: str, value: Any) -> Iterator[str]:
    """Checks that a word is not given without another word that it needs."""
    if isinstance(value, Attr) and word in ("ordered", "implicit") and getattr(value, word) and not value.many:
        yield f"{where} applies only to repeatable blocks"
    if isinstance(value, Attr) and word == "zero_is_value" and value.zero_is_value and value.default is None:
        yield f"{where} has no effect without `default`: the value that the provider records if the cloud returns none"
    if isinstance(value, Attr) and word == "same_for_all" and value.same_for_all and not _has_default(value):
        yield f"{where} has no effect without `default`: the value that the cloud gives each new resource"
    if isinstance(value, Owner | Owns | EndedBy) and word == "who" and not value.who:
        yield f"{where} names nothing"
    if isinstance(value, Owns) and word == "generated" and not _is_expression(value.generated):
        yield f"{where} is no regular expression"


def _is_expression(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, TypeError):
        return False
    return True


def _has_default(attr: Attr) -> bool:
    """Whether it is known what the cloud gives: a block has the defaults inside it, a collection is empty."""
    return attr.default is not None or bool(attr.fields) or isinstance(attr.canon([]), tuple | frozenset)


def _parts(at: str, word: str, inside: Any) -> Iterator[tuple[str, Any]]:
    """The values inside a word, each with its name for messages."""
    if word in ("fields", "attributes", "computed") and isinstance(inside, Mapping):
        yield from ((f"{at}{name}.", attr) for name, attr in inside.items())
    else:
        several = inside if isinstance(inside, tuple) else (inside,)
        yield from ((f"{at}{word}.", one) for one in several if is_dataclass(one) and not isinstance(one, type))


def _function(where: str, function: Callable[..., Any], given: int) -> Iterator[str]:
    try:
        inspect.signature(function).bind(*range(given))
    except TypeError:
        yield f"{where} must take {given} argument{'s' * (given > 1)}"
    except ValueError:
        return  # a built-in function without a signature
