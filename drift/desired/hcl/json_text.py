"""JSON with the lines its values stand on, and every property of an object, repeated ones too."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from drift.desired.hcl.scan import Bad, number, utf8
from drift.model.bounds import CONFIGURATION_DEPTH

_TOKEN: Final = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*+")|(?P<mark>[{}\[\]:,])|(?P<word>true|false|null|[-+.0-9eE]+))'
)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


@dataclass(slots=True)
class Node:
    """A value; its first and last line, counted from 1."""

    value: Object | list[Node] | str | int | Decimal | bool | None
    line: int
    end_line: int


@dataclass(slots=True)
class Property:
    """A property of an object, and the line of its name."""

    name: str
    line: int
    value: Node


@dataclass(slots=True)
class Object:
    """An object, as it is written."""

    properties: list[Property]


def read(text: str) -> Node:
    """The one value that a text holds. Raises Bad."""
    reader = _Reader(text)
    node = reader.value(0)
    if text[reader.position :].strip(" \t\r\n"):
        raise Bad("there is text after the JSON value", reader.line)
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.position = 0
        self.line = 1
        self._counted = 0

    def _next(self) -> tuple[str, str]:
        """Kind and text of the next token; a string's is what it says."""
        found = _TOKEN.match(self._text, self.position)
        start = found.start(found.lastgroup or 0) if found else len(self._text)
        self.line += self._text.count("\n", self._counted, start)
        self._counted = start
        if found is None:
            raise Bad("this is not JSON", self.line)
        kind = found.lastgroup or ""
        self.position = found.end()
        if kind != "string":
            return kind, found[kind]
        try:
            said: str = json.loads(found[kind])
        except ValueError:
            raise Bad("this is not JSON: unknown escape sequence", self.line) from None
        if not utf8(said):
            raise Bad("not UTF-8", self.line)
        return kind, said

    def value(self, depth: int) -> Node:
        return self._value(*self._next(), depth)

    def _value(self, kind: str, text: str, depth: int) -> Node:
        line = self.line
        if depth > CONFIGURATION_DEPTH.most:
            raise Bad(f"nests {CONFIGURATION_DEPTH.beyond}", line)
        if kind == "string":
            return Node(text, line, line)
        if kind == "word":
            return Node(_WORDS[text] if text in _WORDS else self._number(text), line, line)
        if text == "{":
            properties = self._object(depth + 1)
            return Node(Object(properties), line, self.line)
        if text == "[":
            items = self._array(depth + 1)
            return Node(items, line, self.line)
        raise Bad(f"this is not JSON: unexpected {text!r}", line)

    def _number(self, text: str) -> int | Decimal:
        if not _NUMBER.fullmatch(text):
            raise Bad(f"this is not JSON: unexpected {text[:20]!r}", self.line)
        value = number(text)
        if value is None:
            raise Bad("this number has too many digits", self.line)
        return value

    def _object(self, depth: int) -> list[Property]:
        properties: list[Property] = []
        kind, text = self._next()
        while (kind, text) != ("mark", "}"):
            if kind != "string":
                raise Bad("this is not JSON: a property name was expected", self.line)
            line = self.line
            if self._next() != ("mark", ":"):
                raise Bad("this is not JSON: ':' was expected", self.line)
            properties.append(Property(text, line, self.value(depth)))
            kind, text = self._separated("}")
        return properties

    def _array(self, depth: int) -> list[Node]:
        items: list[Node] = []
        kind, text = self._next()
        while (kind, text) != ("mark", "]"):
            items.append(self._value(kind, text, depth))
            kind, text = self._separated("]")
        return items

    def _separated(self, close: str) -> tuple[str, str]:
        """What follows a comma, or the closing bracket."""
        kind, text = self._next()
        if kind != "mark" or text not in (",", close):
            raise Bad(f"this is not JSON: ',' or {close!r} was expected", self.line)
        if text == close:
            return kind, text
        kind, text = self._next()
        if (kind, text) == ("mark", close):
            raise Bad("this is not JSON: trailing comma", self.line)
        return kind, text
