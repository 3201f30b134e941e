"""Lowering one expression: where newlines count, which bracket closes which, what `-` is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from drift.desired.hcl.scan import KEYWORDS, Piece, Scanner, Value, number

_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}

_KEY: Final = re.compile(r"[ \t]*(?:=(?![=>])|:(?!:))")
_SCOPE: Final = re.compile(r"[ \t]*::[ \t]*([^\W\d][\w-]*)")
_STAR: Final = re.compile(r"[ \t]*\*")
_SPLAT: Final = re.compile(r"\[[ \t]*\*[ \t]*\]")
_PLAIN: Final = re.compile(r'"([^"\\$%\r\n]*+)"')


@dataclass(slots=True)
class _Level:
    """An open bracket of an expression."""

    kind: str
    """The bracket, or the expression's end at the bottom; `for` where one stands inside: newlines do not count."""
    cost: int = 0
    """Operators since the last comma: each may be a level of the tree."""
    unary: int = 0
    """Parentheses of ours to close behind the operand: python-hcl2 knows no `!!a`."""


class Expression:
    """One expression as it is lowered. `before` is what came last: operand, unary, dot, operator or start."""

    def __init__(self, on: Scanner, end: str) -> None:
        self.on = on
        self.end = end
        self.levels = [_Level(end)]
        self.before = "start"
        self.opener = ""
        """What begins an item, where that came last: a bracket, a comma, or a newline that is one."""
        self.trim = False

    def run(self) -> bool:
        """Lower it; whether its end has a `~`."""
        self.on.deeper(1, self.on.position)
        while self._step(self.on.next()):
            pass
        bottom = self.levels[0]
        self._close_unary(bottom, self.on.position)
        self.on.deeper(-1 - bottom.cost, self.on.position)
        return self.trim

    def _step(self, piece: Piece) -> bool:
        """Lower one token; False where it ends the expression."""
        kind, text, at = piece
        level = self.levels[-1]
        if kind == "newline":
            return self._newline(level, at)
        if kind == "end":
            if len(self.levels) > 1 or self.end == "}":
                raise self.on.bad(f"{level.kind if len(self.levels) > 1 else '${'!r} is not closed", at)
            return False
        if kind == "mark":
            if text in _PAIRS:
                self._opens(text, at, level)
                return True
            if text in ")]}":
                return self._closes(text, at, level)
            if text == "~":
                return self._trims(at)
            self._operator(text, at, level)
            self.opener = text if text == "," else ""
            return True
        if kind == "name":
            self._name(text, at, level)
        else:
            self._operand(piece)
        self.opener = ""
        return True

    def _newline(self, level: _Level, at: int) -> bool:
        if level.kind == "line":
            self.on.position = at
            return False
        if level.kind == "{" and self.opener not in ("{", "\n", ","):
            self._separate(level, at)
            self.before, self.opener = "operator", "\n"
        return True

    # --- brackets ------------------------------------------------------------------------------------------

    def _opens(self, bracket: str, at: int, level: _Level) -> None:
        on = self.on
        self._cost(level, at)
        splat = _SPLAT.match(on.text, at) if self.before == "operand" else None
        if splat:
            on.position = splat.end()
            on.emit("[*]", at)
            self.opener = ""
            return
        follows = on.peek(newlines=False)
        is_for = follows.text == "for" and follows.kind == "name" and bracket != "("
        self.levels.append(_Level("for" if is_for else bracket))
        on.emit(bracket, at)
        self.before, self.opener = "start", bracket

    def _closes(self, bracket: str, at: int, level: _Level) -> bool:
        on = self.on
        if len(self.levels) == 1:
            if bracket != "}" or not self.end:
                raise on.bad(f"{bracket!r} has no opening counterpart", at)
            if self.end == "line":
                on.position = at
            return False
        if level.kind != "for" and _PAIRS[level.kind] != bracket:
            raise on.bad(f"{bracket!r} closes a {level.kind!r}", at)
        self._close_unary(level, at)
        on.deeper(-level.cost, at)
        self.levels.pop()
        on.emit(bracket, at)
        self.before, self.opener = "operand", ""
        return True

    def _trims(self, at: int) -> bool:
        on = self.on
        if len(self.levels) > 1 or self.end != "}" or not on.text.startswith("}", on.position):
            raise on.bad("unexpected '~'", at)
        on.position += 1
        self.trim = True
        return False

    # --- operators -----------------------------------------------------------------------------------------

    def _cost(self, level: _Level, at: int) -> None:
        level.cost += 1
        self.on.deeper(1, at)

    def _separate(self, level: _Level, at: int) -> None:
        self._close_unary(level, at)
        self.on.deeper(-level.cost, at)
        level.cost = 0
        self.on.emit(",", at)

    def _close_unary(self, level: _Level, at: int) -> None:
        for _ in range(level.unary):
            self.on.emit(")", at)
        level.unary = 0

    def _operator(self, operator: str, at: int, level: _Level) -> None:
        on = self.on
        if operator == ",":
            self._separate(level, at)
            self.before = "operator"
            return
        self._cost(level, at)
        if operator == ".":
            star = _STAR.match(on.text, on.position)
            on.position = star.end() if star else on.position
            on.emit(".*" if star else ".", at)
            self.before = "operand" if star else "dot"
        elif operator == "!" or (operator == "-" and self.before != "operand"):
            if self.before == "unary":
                on.emit("(", at)
                level.unary += 1
            on.emit(operator, at)
            self.before = "unary"
        else:
            self._close_unary(level, at)
            on.emit(operator, at)
            self.before = "operand" if operator == "..." else "operator"  # behind `...` an `if` may stand

    # --- operands ------------------------------------------------------------------------------------------

    def _missing(self, at: int) -> None:
        if self.before == "operand":
            raise self.on.bad("an operator, a comma or a newline is missing", at)
        self.before = "operand"

    def _name(self, name: str, at: int, level: _Level) -> None:
        on = self.on
        if self.before == "dot":
            on.name(name, at, odd=name in KEYWORDS)
            self.before = "operand"
            return
        wanted = {"start": ("for",), "operand": ("in", "if")}.get(self.before, ())
        if level.kind == "for" and name in wanted:
            self._close_unary(level, at)
            on.emit(name, at)
            self.before = "operator"
            return
        self._missing(at)
        if level.kind == "{" and self.opener and name in KEYWORDS and _KEY.match(on.text, on.position):
            on.name(name, at, odd=True)
            return
        scoped = [name]
        while more := _SCOPE.match(on.text, on.position):
            scoped.append(more[1])
            on.position = more.end()
        on.name("::".join(scoped), at, odd=len(scoped) > 1 or name in ("for", "in", "if"))

    def _operand(self, piece: Piece) -> None:
        kind, text, at = piece
        if kind == "number":
            self._number(text, at)
            return
        self._missing(at)
        if kind == "heredoc":
            self.on.template(text[2:].lstrip("-").rstrip("\r\n"), at, unindent=text.startswith("<<-"))
            return
        if plain := _PLAIN.match(self.on.text, at):
            self.on.position = plain.end()
            self.on.literal(Value(plain[1]), at)
        else:
            self.on.template('"', at)

    def _number(self, text: str, at: int) -> None:
        if self.before == "dot":
            if not text.isdecimal() or len(text) > 18:
                raise self.on.bad(f"{text} is not an index: write [n]", at)
            self.before = "operand"
            self.on.emit(text, at)
            return
        self._missing(at)
        value = number(text)
        if value is None:
            raise self.on.bad("this number has too many digits", at)
        self.on.literal(Value(value), at)
