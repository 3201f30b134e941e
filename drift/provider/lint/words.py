"""Whether each word of an entry is of the type that it must be: functions take what they are given, flags are flags."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from drift.provider.spec import WHOLE, Attr, ElementOf, EndedBy, Owner, Owns, ResourceType

_ARITY = {
    "canon": 1, "from_state": 2, "from_api": 1, "initial": 2, "key": 1, "same": 2, "to": 2, "find": 2, "share": 1,
    "gather": 1,
}  # fmt: skip
"""Word that is a function -> how many arguments it is given."""

_FUNCTIONS = _ARITY.keys() - {"to", "key"}
"""Those that are nothing else anywhere: `to` also names a type, `key` a path."""

_FLAGS = frozenset({
    "assigned", "many", "ordered", "partial", "document", "outside_schema", "sensitive", "owner_tags", "anywhere",
    "standalone", "filled_by_others", "beside_inline", "whole", "zero_is_value", "same_for_all",
    "watched",
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
        "within",
        "implicit",
        "only_if",
        "deeper",
    }
)


def check(entry: ResourceType) -> Iterator[str]:
    """What is of a wrong type anywhere in an entry."""
    if not isinstance(entry.regional, bool):
        yield f"`regional` is {entry.regional!r}: say True or False"
    for word in ("name", "service"):
        if not getattr(entry, word):
            yield f"it has no {word}"
    if isinstance(entry.list, ElementOf) and entry.parent is None:
        yield "it holds elements of its parent's attributes, and names no parent"
    if entry.list is None and entry.lookup is None and entry.aggregate is None:
        yield "nothing lists it, nothing looks it up, and it stands for nothing else"
    if entry.parent is not None:
        for name, share in entry.parent.covers.items():
            yield from () if share is WHOLE else _function(f"covers {name}", share, 1)
    yield from _words("", entry)


def _words(at: str, value: Any) -> Iterator[str]:
    """Every word of a value and of what it is made of."""
    for field in fields(value):
        inside = getattr(value, field.name)
        wrong = [*_word(f"{at}{field.name}", field.name, inside), *_company(f"{at}{field.name}", field.name, value)]
        yield from wrong
        if not wrong:
            for where, one in _parts(at, field.name, inside):
                yield from _words(where, one)


def _word(where: str, word: str, inside: Any) -> Iterator[str]:
    """What is of a wrong type by itself."""
    if word in _ARITY and callable(inside):
        yield from _function(where, inside, _ARITY[word])
    elif word in _FUNCTIONS and inside is not None:
        yield f"{where} is no function"
    elif word in _FLAGS and not isinstance(inside, bool):
        yield f"{where} is {inside!r}: say True or False"
    elif word in _TEXTS and not isinstance(inside, str):
        yield f"{where} is {inside!r}, and no text"


def _company(where: str, word: str, value: Any) -> Iterator[str]:
    """What says nothing without another word beside it."""
    if isinstance(value, Attr) and word in ("ordered", "implicit") and getattr(value, word) and not value.many:
        yield f"{where} is about blocks that may stand several times"
    if isinstance(value, Attr) and word == "zero_is_value" and value.zero_is_value and value.default is None:
        yield f"{where} says nothing without `default`: what the provider records where the cloud leaves it out"
    if isinstance(value, Attr) and word == "same_for_all" and value.same_for_all and value.default is None:
        yield f"{where} says nothing without `default`: what the cloud gives to each new resource"
    if isinstance(value, Owner | Owns | EndedBy) and word == "who" and not value.who:
        yield f"{where} names nobody"


def _parts(at: str, word: str, inside: Any) -> Iterator[tuple[str, Any]]:
    """What a word is made of, each with the name it is told by."""
    if word in ("fields", "attributes", "computed") and isinstance(inside, Mapping):
        yield from ((f"{at}{name}.", attr) for name, attr in inside.items())
    else:
        several = inside if isinstance(inside, tuple) else (inside,)
        yield from ((f"{at}{word}.", one) for one in several if is_dataclass(one) and not isinstance(one, type))


def _function(where: str, function: Callable[..., Any], given: int) -> Iterator[str]:
    try:
        inspect.signature(function).bind(*range(given))
    except TypeError:
        yield f"{where} does not take the {given} argument{'s' * (given > 1)} that it is given"
    except ValueError:
        return  # a built-in that does not say what it takes
