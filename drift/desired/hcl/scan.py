"""The tokens of HCL's native syntax, and the words that stand for what python-hcl2 would misread."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from drift.model.bounds import CONFIGURATION_DEPTH

WORD: Final = "drift-"
"""What words of our own begin with. A name that begins so as well is replaced like an odd one."""

KEYWORDS: Final = frozenset({"if", "in", "for", "true", "false", "null"})
_NEVER_NAMES: Final = frozenset({"else", "endif", "endfor", "for_each"})  # python-hcl2's keywords, not HCL's

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t]+)
    |(?P<newline>\r?\n)
    |(?P<comment>(?:\#|//)[^\n]*|/\*.*?\*/)
    |(?P<unclosed>/\*)
    |(?P<heredoc><<-?[^\W\d][\w-]*\r?\n)
    |(?P<number>[0-9](?:(?:\.|[0-9]|[eE][+-]?[0-9])*(?:[0-9]|[eE][+-]?[0-9]))?)
    |(?P<name>[^\W\d][\w-]*)
    |(?P<quote>")
    |(?P<mark>==|!=|>=|<=|&&|\|\||::|\.\.\.|=>|[-+*/%<>!?:,.=()\[\]{}~])""",
    re.VERBOSE | re.DOTALL,
)


_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE]([+-]?[0-9]+))?")
_TRAILING: Final = re.compile(r"(\.[0-9]*?)0+(?![0-9])")
_MAX_DIGITS: Final = 1000
_MAX_EXPONENT: Final = 5000
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def number(text: str) -> int | Decimal | None:
    """What a number says, exactly; None for what is none, or too large to take on."""
    found = _NUMBER.fullmatch(text)
    if found is None or len(text) > _MAX_DIGITS or abs(int(found[3] or 0)) > _MAX_EXPONENT:
        return None
    value = Decimal(_TRAILING.sub(r"\1", text))
    return int(value) if value == value.to_integral_value() else value


def utf8(text: str) -> bool:
    """Whether text was UTF-8: bytes that were not are surrogates in it."""
    return text.isascii() or not _SURROGATE.search(text)


def printable(text: str) -> str:
    """Text without what was not UTF-8."""
    return text if utf8(text) else _SURROGATE.sub("\ufffd", text)


def normal(text: str) -> str:
    """Text as Terraform holds it: in Unicode's normal form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Bad(Exception):  # noqa: N818 - not an error of drift: it becomes a `Lost`
    """Text that HCL does not accept, or drift does not take on; where, and why."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Piece(NamedTuple):
    """A token: newline, heredoc, number, name, quote, mark, or `end`."""

    kind: str
    text: str
    at: int


@dataclass(slots=True)
class Value:
    """A literal that a word stands for."""

    value: int | Decimal | str


class Scanner:
    """Reads a text from `position` on, and writes its lowered form: parts, and the line each comes from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.strict = True
        """Whether text that was not UTF-8 is refused."""
        self.parts: list[str] = []
        self.lines: list[int] = []
        self.words: list[Value | str] = []
        """What the words stand for: a literal or a name."""
        self.comments: dict[int, str] = {}
        self._newlines = [found.start() for found in re.finditer("\n", text)]
        self._depth = 0

    def line(self, position: int | None = None) -> int:
        """The line of a position, counted from 1."""
        return bisect_right(self._newlines, (self.position if position is None else position) - 1) + 1

    def bad(self, reason: str, position: int | None = None) -> Bad:
        """The exception for what stands at a position."""
        return Bad(reason, self.line(position))

    def deeper(self, by: int, position: int) -> None:
        """Count what nests. Raises Bad where it is too deep."""
        self._depth += by
        if self._depth > CONFIGURATION_DEPTH.most:
            raise self.bad(f"nests {CONFIGURATION_DEPTH.beyond}", position)

    # --- reading -------------------------------------------------------------------------------------------

    def raw(self) -> Piece | None:
        """The next token, space and comments among them; None where there is none, which moves nothing."""
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            return None
        self.position = found.end()
        return Piece(found.lastgroup or "", found[0], found.start())

    def next(self, *, newlines: bool = True) -> Piece:
        """The next token that is no space and no comment; `end` at the end."""
        while True:
            piece = self.raw()
            if piece is None:
                if self.position >= len(self.text):
                    return Piece("end", "", self.position)
                raise self.bad(f"unexpected {self.text[self.position]!r}")
            if piece.kind == "comment":
                self._comment(piece.text, piece.at)
            elif piece.kind == "unclosed":
                raise self.bad("this comment is not closed", piece.at)
            elif piece.kind != "space" and (newlines or piece.kind != "newline"):
                return piece

    def peek(self, *, newlines: bool = True) -> Piece:
        """The next token, which stays where it is."""
        start = self.position
        piece = self.next(newlines=newlines)
        self.position = start
        return piece

    def _comment(self, comment: str, at: int) -> None:
        if "drift:" not in comment:
            return
        inner = comment[2:-2] if comment.startswith("/*") else comment.lstrip("#/")
        for n, line in enumerate(inner.splitlines()):
            said = line.strip().lstrip("*").strip()
            if said.startswith("drift:"):
                self.comments[self.line(at) + n] = printable(said)

    # --- writing -------------------------------------------------------------------------------------------

    def emit(self, part: str, position: int) -> None:
        """Add a part that comes from a position."""
        self.parts.append(part)
        self.lines.append(bisect_right(self._newlines, position - 1) + 1)

    def literal(self, value: Value, position: int) -> None:
        """Add a word that stands for a literal."""
        if self.strict and isinstance(value.value, str) and not utf8(value.value):
            raise self.bad("not UTF-8", position)
        self.words.append(value)
        self.emit(f"{WORD}{len(self.words) - 1}", position)

    def name(self, name: str, position: int, *, odd: bool = False) -> None:
        """Add a name, or a word for it where python-hcl2 would take it for something else."""
        if odd or not name.isascii() or name.startswith(WORD) or name in _NEVER_NAMES:
            self.words.append(name)
            name = f"{WORD}{len(self.words) - 1}"
        self.emit(name, position)

    def expression(self, end: str) -> bool:
        """Lower one expression, up to the end of the `line`, a template's `}`, or the text's end (``).

        For a template, whether its end has a `~`.
        """
        raise NotImplementedError

    def template(self, end: str, at: int, *, unindent: bool = False) -> None:
        """Lower a template: up to a quote, to the line that is a heredoc's marker, or to the text's end (``)."""
        raise NotImplementedError
