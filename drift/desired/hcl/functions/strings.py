"""Functions of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from drift.desired.hcl.functions.registry import Context, function
from drift.desired.hcl.numbers import Number
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import list_of
from drift.desired.hcl.values import BOOL, NUMBER, STRING, NotKnown, Val

SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_JOINED: Final = ("Mn", "Me")
_INVOLVED: Final = ("Mc", "Cf", "Cs")
_HANGUL: Final = range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xAC00, 0xD800)
_EMOJI: Final = range(0x1F1E6, 0x1F200), range(0x1F3FB, 0x1F400)


def whole(number: Number, what: str = "the number") -> int:
    """A whole number that fits a machine's word; `Failure` otherwise."""
    if not isinstance(number, int) or not -(1 << 63) <= number < 1 << 63:
        raise Failure(f"{what} must be a whole number")
    return int(number)


def text_in(items: tuple[Val, ...]) -> list[str]:
    """The texts of a list; `Failure` where one is null."""
    if any(item.is_null for item in items):
        raise Failure("an element is null")
    return [item.raw for item in items]


def graphemes(text: str) -> list[str]:
    """The characters that a reader sees; `NotKnown` where that takes more of Unicode's rules than are here."""
    if text.isascii() and "\r" not in text:
        return list(text)
    return list(_clusters(text))


def _clusters(text: str) -> Iterator[str]:
    current = ""
    for char in text:
        category = unicodedata.category(char)
        if category in _INVOLVED or any(ord(char) in block for block in (*_HANGUL[:2], *_EMOJI)):
            raise NotKnown("which characters of this text belong together is not known")
        joins = (
            category in _JOINED and current and unicodedata.category(current[0]) != "Cc"
        ) or current + char == "\r\n"
        if current and not joins:
            yield current
            current = ""
        current += char
    if current:
        yield current


def _simple(char: str, changed: str) -> str:
    """One character for one, as Go maps case."""
    if len(changed) == 1:
        return changed
    titled = char.title()
    return "i" if char == "\u0130" and changed.startswith("i") else titled if len(titled) == 1 else char


@function("chomp", STRING)
def chomp(context: Context, text: str) -> str:
    """Text without the newlines at its end."""
    return text.rstrip("\r\n")


@function("endswith", STRING, STRING, returns=BOOL)
def endswith(context: Context, text: str, suffix: str) -> bool:
    """Whether it ends so."""
    return text.endswith(suffix)


@function("startswith", STRING, STRING, returns=BOOL)
def startswith(context: Context, text: str, prefix: str) -> bool:
    """Whether it starts so."""
    return text.startswith(prefix)


@function("strcontains", STRING, STRING, returns=BOOL)
def strcontains(context: Context, text: str, part: str) -> bool:
    """Whether the part is in it."""
    return part in text


@function("indent", NUMBER, STRING)
def indent(context: Context, spaces: Number, text: str) -> str:
    """Each line but the first, moved to the right."""
    count = whole(spaces)
    if count < 0:
        raise NotKnown("a negative indentation")
    context.run.allow_text(len(text) + count * text.count("\n"))
    return text.replace("\n", "\n" + " " * count)


@function("join", STRING, rest=list_of(STRING))
def join(context: Context, separator: str, *lists: tuple[Val, ...]) -> str:
    """The elements of all lists with a separator between them."""
    if not lists:
        raise Failure("at least one list is needed")
    items = [text for one in lists for text in text_in(one)]
    context.run.allow_text(sum(map(len, items)) + len(separator) * len(items))
    return separator.join(items)


@function("split", STRING, STRING, returns=list_of(STRING))
def split(context: Context, separator: str, text: str) -> list[str]:
    """The pieces between the separators; without one, each character."""
    context.run.allow_items(len(text) if not separator else text.count(separator) + 1)
    return text.split(separator) if separator else list(text)


@function("lower", STRING)
def lower(context: Context, text: str) -> str:
    """Lower case."""
    return text.lower() if text.isascii() else "".join(_simple(c, c.lower()) for c in text)


@function("upper", STRING)
def upper(context: Context, text: str) -> str:
    """Upper case."""
    return text.upper() if text.isascii() else "".join(_simple(c, c.upper()) for c in text)


@function("title", STRING)
def title(context: Context, text: str) -> str:
    """Each word's first letter in title case."""
    out, after = [], True
    for char in text:
        out.append(_simple(char, char.title()) if after else char)
        after = _separates(char)
    return "".join(out)


def _separates(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return char in SPACE and not char.isalnum()


@function("strrev", STRING)
def strrev(context: Context, text: str) -> str:
    """The characters from last to first."""
    return "".join(reversed(graphemes(text)))


@function("substr", STRING, NUMBER, NUMBER)
def substr(context: Context, text: str, offset: Number, length: Number) -> str:
    """So many characters from there; all that follow where the length is negative."""
    start, count = whole(offset, "the offset"), whole(length, "the length")
    context.run.spend(0 if text.isascii() else len(text))
    characters = graphemes(text)
    if start < 0:
        start = max(start + len(characters), 0)
        if count == 0:
            return text if not start else "".join(characters[start:])
    elif count == 0:
        return ""
    rest = characters[start:]
    return "".join(rest if count < 0 else rest[:count])


@function("trim", STRING, STRING)
def trim(context: Context, text: str, characters: str) -> str:
    """Text without these characters at both ends."""
    return text.strip(characters) if characters else text


@function("trimprefix", STRING, STRING)
def trimprefix(context: Context, text: str, prefix: str) -> str:
    """Text without that at its start."""
    return text.removeprefix(prefix)


@function("trimsuffix", STRING, STRING)
def trimsuffix(context: Context, text: str, suffix: str) -> str:
    """Text without that at its end."""
    return text.removesuffix(suffix)


@function("trimspace", STRING)
def trimspace(context: Context, text: str) -> str:
    """Text without white space at both ends."""
    return text.strip(SPACE)


IDENTIFIER: Final = re.compile(r"[^\W\d][\w-]*")
"""A name as HCL has it."""
