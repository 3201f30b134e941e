"""Text in HCL's native syntax, parsed. What cannot be parsed is lost block by block, never the whole file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from drift.desired.hcl.build import Builder
from drift.desired.hcl.lower import Lowerer
from drift.desired.hcl.scan import Bad, printable
from drift.desired.hcl.tree import Attribute, Block, Body, Expr, File, Lost
from drift.model.bounds import CONFIGURATION_BYTES

_MAX_LOST: Final = 200
_MAX_WORK: Final = 8
"""After so many lost blocks, or when its length has been read so many times over to find where blocks end, the
rest of a file is lost as one: it is no configuration."""

_NEXT_BLOCK: Final = re.compile(r'^[^\W\d][\w-]*(?:[ \t]+(?:"[^"\n]*"|[^\W\d][\w-]*))*[ \t]*\{', re.MULTILINE)
_NEXT_ARGUMENT: Final = re.compile(r"^[^\W\d][\w-]*[ \t]*=(?!=)", re.MULTILINE)


class SyntaxFault(Exception):  # noqa: N818 - for callers inside this package, who know what the text was for
    """An expression or template that cannot be parsed; `line` counts from 1 within it."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class _Item:
    """A top-level block or argument that was lowered: where it stands, and which parts it became."""

    line: int
    end_line: int
    header: str
    first: int
    last: int


def parse(text: str, path: str) -> File:
    """A file's text, parsed as far as it can be. Raises nothing: what is wrong is in `lost`."""
    text = text.removeprefix("\ufeff")
    if len(text) > CONFIGURATION_BYTES.most:
        return File(path, Body(), (Lost(1, 1, "", f"it contains {CONFIGURATION_BYTES.beyond}"),))
    lowerer = Lowerer(text)
    lost: list[Lost] = []
    items = list(_items(lowerer, lost))
    body = _built(lowerer, items, lost)
    return File(path, body, tuple(sorted(lost, key=lambda one: one.line)), dict(sorted(lowerer.comments.items())))


def parse_expression(text: str, line: int | None = None) -> Expr:
    """One expression: a TF_VAR value of a complex type, a `-var`. Raises SyntaxFault.

    Lines count from 1, or are all the one that is given.
    """
    return _alone(text, line, template=False)


def parse_template(text: str, line: int | None = None) -> Expr:
    """A template without quotes around it: a string of .tf.json, a file for `templatefile`. Raises SyntaxFault.

    Lines count from 1, or are all the one that is given.
    """
    return _alone(text, line, template=True)


def _items(lowerer: Lowerer, lost: list[Lost]) -> Iterator[_Item]:
    """Lower item after item; what fails is passed over."""
    parts = lowerer.parts
    work = 0
    while True:
        start, first, words = lowerer.position, len(parts), len(lowerer.words)
        line = lowerer.line(start)
        try:
            start = lowerer.peek(newlines=False).at
            line = lowerer.line(start)
            if lowerer.item():
                last_line = lowerer.lines[-1]
                yield _Item(lowerer.lines[first], last_line, _header(lowerer.text, start), first, len(parts))
                continue
            if lowerer.position >= len(lowerer.text):
                return
            raise lowerer.bad("'}' has no opening counterpart")
        except Bad as bad:
            reason, at = bad.reason, bad.line
        except RecursionError:
            reason, at = "it is nested too deeply", line
        work += lowerer.position - start
        lowerer.reset(start, first, words)
        work += _resume(lowerer, start, len(lost) >= _MAX_LOST or work > _MAX_WORK * len(lowerer.text))
        lowerer.reset(lowerer.position, first, words)
        where = "" if at == line else f"line {at}: "
        end_line = max(line, at, lowerer.line(max(lowerer.position - 1, start)))
        lost.append(Lost(line, end_line, _header(lowerer.text, start), where + reason))


def _resume(lowerer: Lowerer, start: int, give_up: bool) -> int:
    """Go on behind the item at `start`, which failed: behind its last brace, else at what looks like the next one.

    Returns how many characters were read for that.
    """
    text = lowerer.text
    if give_up:
        lowerer.position = len(text)
        return 0
    if lowerer.skip():
        return lowerer.position - start
    work = lowerer.position - start
    after = text.find("\n", start) + 1 or len(text)
    found = _NEXT_BLOCK.search(text, after)
    if found is None and _NEXT_ARGUMENT.match(text, start):
        found = _NEXT_ARGUMENT.search(text, after)
    lowerer.position = found.start() if found else len(text)
    return work + lowerer.position - start


def _header(text: str, start: int) -> str:
    line = text[start : start + 200].split("\n", 1)[0]
    return printable(re.split(r"[={]", line, maxsplit=1)[0].strip())


def _built(lowerer: Lowerer, items: Sequence[_Item], lost: list[Lost]) -> Body:
    """The items' tree. Together first, which is quicker; one by one where that fails."""
    if not items:
        return Body()
    try:
        return _tree(lowerer, items[0].first, items[-1].last)
    except Bad:
        pass
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for item in items:
        try:
            body = _tree(lowerer, item.first, item.last)
            for name, attribute in body.attributes.items():
                if name in attributes:
                    raise Bad(f"{name!r} is set twice", attribute.line)
                attributes[name] = attribute
            blocks += body.blocks
        except Bad as bad:
            where = "" if bad.line == item.line else f"line {bad.line}: "
            lost.append(Lost(item.line, item.end_line, item.header, where + bad.reason))
    return Body(attributes, tuple(blocks))


@cache
def _terminals() -> Mapping[str, str]:
    """What a part is to python-hcl2's grammar: that says it of marks and keywords; any other part is a name."""
    from hcl2.parser import parser
    from lark.lexer import PatternStr

    said = {t.pattern.value: t.name for t in parser().terminals if isinstance(t.pattern, PatternStr)}
    return {**said, "=": "EQ", ":": "COLON", "\n": "NL_OR_COMMENT"}


def _tree(lowerer: Lowerer, first: int, last: int) -> Body:
    """Parts, parsed. They are tokens already: python-hcl2's lexer, which takes a third of its time, has no work."""
    from hcl2.parser import parser
    from lark import Token
    from lark.exceptions import LarkError, UnexpectedToken

    terminals, lines = _terminals(), lowerer.lines[first:last]
    parsing = parser().parse_interactive("")
    feed = parsing.feed_token
    try:
        for n, part in enumerate(lowerer.parts[first:last]):
            if part:
                terminal = terminals.get(part) or ("INT_LITERAL" if part.isdecimal() else "NAME")
                feed(Token(terminal, part, n, lines[n], 1, lines[n], 1, n + 1))
        return Builder(lowerer.words, lines).body(parsing.feed_eof())  # type: ignore[no-untyped-call]
    except UnexpectedToken as e:
        where = e.token.start_pos
        raise Bad("this is not valid HCL", lines[-1 if where is None else where]) from None
    except LarkError:
        raise Bad("python-hcl2 cannot parse this", lines[0]) from None
    except RecursionError:
        raise Bad("it is nested too deeply", lines[0]) from None


def _alone(text: str, line: int | None, *, template: bool) -> Expr:
    if len(text) > CONFIGURATION_BYTES.most:
        raise SyntaxFault(f"it contains {CONFIGURATION_BYTES.beyond}", line or 1)
    lowerer = Lowerer(text.removeprefix("\ufeff"))
    try:
        lowerer.emit("value", 0)
        lowerer.emit("=", 0)
        if template:
            lowerer.template("", 0)
        else:
            lowerer.expression("")
        if line is not None:
            lowerer.lines = [line] * len(lowerer.lines)
        return _tree(lowerer, 0, len(lowerer.parts)).attributes["value"].expr
    except Bad as bad:
        raise SyntaxFault(bad.reason, line or bad.line) from None
    except RecursionError:
        raise SyntaxFault("it is nested too deeply", line or 1) from None
