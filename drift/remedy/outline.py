"""Where things stand in the text of a configuration: the offsets of blocks, arguments, and parts of expressions.

The tree that is evaluated (`drift.desired.hcl.tree`) keeps lines. An edit needs offsets, and text that it must not
touch: comments, blank lines, the spelling of what stays. So the same scanner reads the text again, and brackets say
what is inside what. JSON is read as well: its values are expressions of HCL whose keys stand before a colon.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from drift.desired.hcl.json_syntax import parse_json_expression
from drift.desired.hcl.lower import Lowerer
from drift.desired.hcl.scan import Bad
from drift.desired.hcl.syntax import SyntaxFault, parse_expression
from drift.desired.hcl.tree import Expr

_OPEN = {"(": ")", "[": "]", "{": "}"}


class OutlineError(Exception):
    """Text that is no configuration; `reason` says why."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Span(NamedTuple):
    """From the first character to behind the last one."""

    start: int
    end: int


class Token(NamedTuple):
    """`kind` is that of the scanner, or `text` for a quoted one and `heredoc` for a whole heredoc."""

    kind: str
    start: int
    end: int


_SILENT = frozenset({"space", "comment"})


@dataclass(frozen=True, slots=True)
class Item:
    """An argument or a block of a body."""

    kind: Literal["argument", "block"]
    name: str
    labels: tuple[str, ...]
    span: Span
    """From its name to behind its value or its closing brace."""
    inner: Span
    """An argument's value; what is between a block's braces."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list, an object or a call."""

    span: Span
    value: Span
    key: Span | None = None


Form = Literal["list", "object", "call", "parentheses", "other"]


@dataclass
class Outline:
    """The text of one file."""

    text: str
    tokens: Sequence[Token] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = tuple(_tokens(self.text))
        self._starts = [t.start for t in self.tokens]

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return self.text.count("\n", 0, offset) + 1

    @cached_property
    def items(self) -> list[Item]:
        """The top-level blocks, or the arguments of a file of values."""
        return self.body(self.whole)

    @property
    def whole(self) -> Span:
        """The body that the file is."""
        return Span(0, len(self.text))

    def around(self, span: Span) -> Span:
        """The innermost brackets around something, and what is between them; the whole file where there are none."""
        waiting: list[Token] = []
        for token in self.tokens:
            text = self.said(token) if token.kind == "mark" else ""
            if text in _OPEN:
                waiting.append(token)
            elif text in _OPEN.values() and waiting:
                opened = waiting.pop()
                if opened.start < span.start and token.end > span.end:
                    return Span(opened.start, token.end)
        return self.whole

    def blocks(self, kind: str, labels: tuple[str, ...]) -> Iterator[Item]:
        """The top-level blocks of a kind with these labels."""
        return (i for i in self.items if i.kind == "block" and i.name == kind and i.labels == labels)

    def within(self, span: Span) -> list[Token]:
        """The tokens inside a span."""
        first = bisect_left(self._starts, span.start)
        return list(self.tokens[first : bisect_left(self._starts, span.end, first)])

    # --- bodies --------------------------------------------------------------------------------------------

    def body(self, span: Span) -> list[Item]:
        """The arguments and blocks between two offsets, in their order. Raises OutlineError."""
        tokens = [t for t in self.within(span) if t.kind not in _SILENT]
        out, at = [], 0
        while at < len(tokens):
            if tokens[at].kind == "newline":
                at += 1
                continue
            item, at = self._item(tokens, at)
            out.append(item)
        return out

    def _item(self, tokens: Sequence[Token], at: int) -> tuple[Item, int]:
        first = tokens[at]
        name = self.said(first)
        labels = []
        at += 1
        while at < len(tokens) and tokens[at].kind in ("name", "text"):
            labels.append(self.said(tokens[at]))
            at += 1
        mark = self.said(tokens[at]) if at < len(tokens) else ""
        if first.kind != "name" or mark not in ("=", "{") or (mark == "=" and labels):
            raise OutlineError("an argument or a block was expected", self.line(first.start))
        if mark == "{":
            close = self._closing(tokens, at)
            inner = Span(tokens[at].end, tokens[close].start)
            return Item("block", name, tuple(labels), Span(first.start, tokens[close].end), inner), close + 1
        begin = at = at + 1
        while at < len(tokens) and tokens[at].kind != "newline":
            at = self._closing(tokens, at) + 1 if self.said(tokens[at]) in _OPEN else at + 1
        if at == begin:
            raise OutlineError("this argument has no value", self.line(first.start))
        value = Span(tokens[begin].start, tokens[at - 1].end)
        return Item("argument", name, (), Span(first.start, value.end), value), at

    def _closing(self, tokens: Sequence[Token], at: int) -> int:
        """Which token closes the bracket that another one opens."""
        waiting = []
        for n in range(at, len(tokens)):
            text = self.said(tokens[n]) if tokens[n].kind == "mark" else ""
            if text in _OPEN:
                waiting.append(_OPEN[text])
            elif text in ")]}" and text:
                if not waiting or waiting.pop() != text:
                    break
                if not waiting:
                    return n
        raise OutlineError("this bracket is not closed", self.line(tokens[at].start))

    def said(self, token: Token) -> str:
        """A token's text, without the quotes of a label."""
        text = self.text[token.start : token.end]
        return text[1:-1] if token.kind == "text" else text

    # --- expressions ---------------------------------------------------------------------------------------

    def expression(self, span: Span) -> Expr:
        """What stands between two offsets, parsed. Raises OutlineError."""
        text = self.text[span.start : span.end]
        try:
            return parse_expression(text)
        except SyntaxFault as fault:
            raise OutlineError(fault.reason, self.line(span.start)) from None

    def form(self, span: Span) -> tuple[Form, str]:
        """What kind of an expression stands there, and the name of the function where it is a call."""
        tokens = [t for t in self.within(span) if t.kind not in _SILENT and t.kind != "newline"]
        if not tokens:
            return "other", ""
        first = self.said(tokens[0])
        opener = 1 if tokens[0].kind == "name" and len(tokens) > 1 and self.said(tokens[1]) == "(" else 0
        if self.said(tokens[opener]) not in _OPEN or tokens[opener].kind != "mark":
            return "other", ""
        if self._closing(tokens, opener) != len(tokens) - 1:
            return "other", ""
        if opener:
            return "call", first
        if len(tokens) > 1 and tokens[1].kind == "name" and self.said(tokens[1]) == "for" and first != "(":
            follows = self.said(tokens[2]) if len(tokens) > 2 else ""
            if follows not in ("=", ":", ","):
                return "other", ""
        return {"[": "list", "{": "object", "(": "parentheses"}[first], ""  # type: ignore[return-value]

    def inside(self, span: Span) -> Span:
        """What is between the outermost brackets of a list, an object, a call or parentheses."""
        tokens = [t for t in self.within(span) if t.kind == "mark"]
        return Span(tokens[0].end, tokens[-1].start)

    def branches(self, span: Span) -> tuple[Span, Span] | None:
        """What stands behind the `?` and behind the `:` of a conditional; None where there is no such mark."""
        tokens = [t for t in self.within(span) if t.kind not in _SILENT and t.kind != "newline"]
        marks: list[int] = []
        at = 0
        while at < len(tokens):
            text = self.said(tokens[at]) if tokens[at].kind == "mark" else ""
            if text == "?" or (text == ":" and marks):
                marks.append(at)
            at = self._closing(tokens, at) + 1 if text in _OPEN else at + 1
        if len(marks) != 2:
            return None  # none, or one inside another
        question, colon = marks
        yes = Span(tokens[question + 1].start, tokens[colon - 1].end)
        return yes, Span(tokens[colon + 1].start, tokens[-1].end)

    def elements(self, span: Span) -> list[Element]:
        """The elements of a list, an object or a call. Raises OutlineError."""
        inner = self.inside(span)
        is_object = self.text[inner.start - 1] == "{"
        out: list[Element] = []
        waiting: list[Token] = []
        tokens = [t for t in self.within(inner) if t.kind not in _SILENT]
        at = 0
        while at < len(tokens):
            token = tokens[at]
            text = self.said(token) if token.kind == "mark" else ""
            if text == "," or (token.kind == "newline" and (is_object or not waiting)):
                if waiting:
                    out.append(self._element(waiting, is_object=is_object))
                    waiting = []
            elif text in _OPEN:
                close = self._closing(tokens, at)
                waiting += tokens[at : close + 1]
                at = close
            elif token.kind != "newline":
                waiting.append(token)
            at += 1
        if waiting:
            out.append(self._element(waiting, is_object=is_object))
        return out

    def _element(self, tokens: Sequence[Token], *, is_object: bool) -> Element:
        whole = Span(tokens[0].start, tokens[-1].end)
        if not is_object:
            return Element(whole, whole)
        at = 0
        while at < len(tokens):
            text = self.said(tokens[at]) if tokens[at].kind == "mark" else ""
            if text in ("=", ":") and 0 < at < len(tokens) - 1:
                return Element(whole, Span(tokens[at + 1].start, whole.end), Span(tokens[0].start, tokens[at - 1].end))
            at = self._closing(tokens, at) + 1 if text in _OPEN else at + 1
        raise OutlineError("an element of an object has no value", self.line(whole.start))


@dataclass
class JsonOutline(Outline):
    """The text of a file in JSON. A body is an object with its braces, and all that stands in it are arguments."""

    def __post_init__(self) -> None:
        self.tokens = tuple(_json_tokens(self.text))
        self._starts = [t.start for t in self.tokens]

    @property
    def whole(self) -> Span:
        """The object, or the array, that the file is."""
        found = [t for t in self.tokens if t.kind not in ("space", "newline")]
        return Span(found[0].start, found[-1].end) if found else Span(0, len(self.text))

    def body(self, span: Span) -> list[Item]:
        """The properties of an object, in their order. Raises OutlineError."""
        if self.form(span)[0] != "object":
            raise OutlineError("an object was expected", self.line(span.start))
        elements = ((e, self._named(e)) for e in self.elements(span))
        return [Item("argument", name, (), e.span, e.value) for e, name in elements if name != "//"]

    def blocks(self, kind: str, labels: tuple[str, ...]) -> Iterator[Item]:
        """The blocks of a kind with these labels, which are the properties above them."""
        found = [Item("block", "", (), self.whole, self.whole)]
        for name in (kind, *labels):
            found = [i for one in found for body in self._several(one) for i in self.body(body.inner) if i.name == name]
        for one in found:
            for body in self._several(one):
                yield Item("block", kind, labels, body.span, body.inner)

    def _several(self, item: Item) -> list[Item]:
        """What a property holds: one object, or each of an array."""
        if self.form(item.inner)[0] != "list":
            return [item]
        return [Item("block", item.name, (), e.span, e.value) for e in self.elements(item.inner)]

    def _named(self, element: Element) -> str:
        if element.key is None:
            return ""
        try:
            return str(json.loads(self.text[element.key.start : element.key.end]))
        except ValueError:
            return ""

    def expression(self, span: Span) -> Expr:
        """What stands between two offsets, parsed; its texts are templates. Raises OutlineError."""
        return self.value(span, raw=False)

    def value(self, span: Span, *, raw: bool) -> Expr:
        """The same; with `raw` its texts are just texts. Raises OutlineError."""
        try:
            return parse_json_expression(self.text[span.start : span.end], raw=raw)
        except SyntaxFault as fault:
            raise OutlineError(fault.reason, self.line(span.start)) from None


class _Reader(Lowerer):
    """The scanner, which passes over a whole quoted text or heredoc at once."""

    def pieces(self) -> Iterator[Token]:
        while self.position < len(self.text):
            piece = self.raw()
            if piece is None or piece.kind == "unclosed":
                raise self.bad("unexpected text")
            kind = piece.kind
            if kind == "quote":
                kind = "text"
                self.template('"', piece.at)
            elif kind == "heredoc":
                self.template(piece.text[2:].lstrip("-").rstrip("\r\n"), piece.at, unindent=True)
            yield Token(kind, piece.at, self.position)


def _tokens(text: str) -> Iterator[Token]:
    try:
        yield from _Reader(text).pieces()
    except Bad as bad:
        raise OutlineError(bad.reason, bad.line) from None
    except RecursionError:
        raise OutlineError("it is nested too deeply") from None


_JSON = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<mark>[{}\[\]:,])|(?P<newline>\r?\n)|(?P<space>[ \t\r\ufeff]+)"""
    r"""|(?P<number>-?\d[\d.eE+-]*)|(?P<name>[a-z]+)"""
)


def _json_tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _JSON.match(text, at)
        if found is None:
            raise OutlineError("this is not JSON", text.count("\n", 0, at) + 1)
        yield Token(str(found.lastgroup), at, found.end())
        at = found.end()
