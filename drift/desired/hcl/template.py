"""Lowering one template: a call whose arguments are its texts, its interpolations and its directives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from drift.desired.hcl import text as texts
from drift.desired.hcl.scan import WORD, Scanner, Value

TEMPLATE: Final = WORD + "template"
IF: Final = WORD + "if"
FOR: Final = WORD + "for"

_OPEN: Final = re.compile(r"[$%]\{~?")
_MARKER: Final = re.compile(r"[^\n]{0,4096}(?=\n|\Z)")


class Template:
    """One template as it is lowered."""

    def __init__(self, on: Scanner, end: str) -> None:
        self.on = on
        self.end = end
        self.tokens: list[Value | None] = []
        """Texts, and None for what stands between them."""
        self._open: list[str] = []
        self._first = True

    def run(self, start: int, *, unindent: bool) -> None:
        """Lower it; `start` is where its quote or marker stands."""
        on = self.on
        on.deeper(1, start)
        head = len(on.parts)
        self._emit((TEMPLATE, "("), start)
        self._read(start)
        if self._open:
            raise on.bad(f"%{{{self._open[-1]}}} is not closed", start)
        if unindent:
            texts.unindent(self.tokens)
        if len(self.tokens) == 1 and self.tokens[0] is None:
            on.parts[head] = ""  # one interpolation alone is what stands in it
        on.emit(")", max(on.position - 1, 0))
        on.deeper(-1, start)

    def _read(self, start: int) -> None:
        on = self.on
        quoted, trim, line_start = self.end == '"', False, True
        pattern = texts.QUOTED if quoted else texts.BARE
        while not self._ends(line_start):
            at = on.position
            if opening := _OPEN.match(on.text, at):
                on.position = opening.end()
                trim, line_start = self._sequence(opening[0], at), False
                continue
            run = pattern.match(on.text, at)
            if run is None or run.end() == at:
                what = "this string is not closed on its line" if quoted else "this heredoc is not closed"
                raise on.bad(what, start)
            on.position = run.end()
            line_start = run[0].endswith("\n")
            value = self.unquoted(run[0], at) if quoted else texts.bare(run[0])
            literal = Value(value.lstrip(texts.SPACE) if trim else value)
            trim = False
            self._comma(at)
            self.tokens.append(literal)
            on.literal(literal, at)

    def _ends(self, line_start: bool) -> bool:
        on = self.on
        if not self.end:
            return on.position >= len(on.text)
        if self.end == '"':
            ends = on.text.startswith('"', on.position)
            on.position += ends
            return ends
        line = _MARKER.match(on.text, on.position) if line_start else None
        if line is None or line[0].strip(texts.SPACE) != self.end:
            return False
        on.position = line.end() - line[0].endswith("\r")
        return True

    def unquoted(self, raw: str, at: int) -> str:
        """What a run of quoted text says."""
        try:
            return texts.unquoted(raw)
        except ValueError as e:
            raise self.on.bad(str(e), at) from None

    def _emit(self, parts: Sequence[str], at: int) -> None:
        for part in parts:
            self.on.emit(part, at)

    def _comma(self, at: int) -> None:
        if not self._first:
            self.on.emit(",", at)
        self._first = False

    # --- sequences -----------------------------------------------------------------------------------------

    def _sequence(self, opening: str, at: int) -> bool:
        """Lower `${…}` or `%{…}`; whether it ends with a `~`."""
        on = self.on
        if opening.endswith("~") and self.tokens and (last := self.tokens[-1]) is not None:
            last.value = str(last.value).rstrip(texts.SPACE)
        self.tokens.append(None)
        if opening.startswith("$"):
            self._comma(at)
            on.emit("(", at)
            trim = on.expression("}")
            on.emit(")", on.position - 1)
            return trim
        keyword = on.next(newlines=False).text
        if keyword not in ("if", "for"):
            return self._closes(keyword, at)
        on.deeper(2, at)
        self._comma(at)
        self._open.append(keyword)
        self._first = True
        return self._if(at) if keyword == "if" else self._for(at)

    def _if(self, at: int) -> bool:
        self._emit((IF, "(", "("), at)
        trim = self.on.expression("}")
        self._emit((")", ",", TEMPLATE, "("), at)
        return trim

    def _for(self, at: int) -> bool:
        on = self.on
        self._emit((FOR, "(", "[", "for"), at)
        while (piece := on.next(newlines=False)).text != "in":
            if piece.kind == "name":
                on.name(piece.text, piece.at)
            elif piece.text == ",":
                on.emit(",", piece.at)
            else:
                raise on.bad("the directive `for` needs one or two variables, then `in`", piece.at)
        self._emit(("in", "("), at)
        trim = on.expression("}")
        self._emit((")", ":", TEMPLATE, "("), at)
        return trim

    def _closes(self, keyword: str, at: int) -> bool:
        on = self.on
        opened = self._open.pop() if self._open else ""
        if keyword == "else" and opened == "if":
            self._open.append("else")
            self._first = True
            self._emit((")", ",", TEMPLATE, "("), at)
        elif keyword == "endif" and opened in ("if", "else"):
            self._emit((")", ")") if opened == "else" else (")", ",", TEMPLATE, "(", ")", ")"), at)
        elif keyword == "endfor" and opened == "for":
            self._emit((")", "]", ")"), at)
        else:
            raise on.bad(f"%{{{keyword}}} was not expected here", at)
        if keyword != "else":
            self._first = False
            on.deeper(-2, at)
        piece = on.next(newlines=False)
        trim = piece.text == "~"
        if trim:
            piece = on.next(newlines=False)
        if piece.text != "}":
            raise on.bad(f"%{{{keyword}}} must not contain anything else", piece.at)
        return trim
