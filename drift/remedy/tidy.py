"""Signs of equality below each other, as `terraform fmt` has them, where they were so before an edit.

Lines of a group that its author had not aligned stay as they are: an edit changes nothing that it need not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.remedy.outline import Item, Outline, OutlineError, Span


@dataclass(frozen=True, slots=True)
class _Line:
    """`name = value`: the offsets of what stands around the sign, and whether the value is one line, or a heredoc."""

    number: int
    start: int
    name_end: int
    value: int
    end: int
    one: bool


def tidied(before: str, after: str) -> str:
    """The text after edits, aligned where it was aligned before them, and where it is new."""
    try:
        old, new = list(_groups(Outline(before))), list(_groups(Outline(after)))
    except OutlineError:
        return after
    there = set(before.split("\n"))
    aligned = {_text(before, line) for group in old if _is_aligned(before, group) for line in group}
    edits: list[tuple[Span, str]] = []
    for group in new:
        texts = [_text(after, line) for line in group]
        if _is_aligned(after, group) or not all(t in aligned or t not in there for t in texts):
            continue
        width = max(line.name_end - line.start for line in group if line.one) if group[0].one else 0
        for line in group:
            gap = max(width - (line.name_end - line.start), 0) + 1
            edits.append((Span(line.name_end, line.value), " " * gap + "= "))
    out = after
    for span, text in sorted(edits, reverse=True):
        out = out[: span.start] + text + out[span.end :]
    return out


def _text(text: str, line: _Line) -> str:
    """The whole line."""
    end = text.find("\n", line.start)
    return text[text.rfind("\n", 0, line.start) + 1 : end if end >= 0 else len(text)]


def _is_aligned(text: str, group: Sequence[_Line]) -> bool:
    width = max(line.name_end - line.start for line in group)
    return all(
        text[line.name_end : line.value] == " " * (width - (line.name_end - line.start) + 1) + "= " for line in group
    )


def _groups(outline: Outline) -> Iterator[list[_Line]]:
    """Neighbouring arguments, or elements of an object, that take one line each; each longer one by itself."""
    for lines in _bodies(outline, outline.items):
        group: list[_Line] = []
        for line in lines:
            if group and (not line.one or line.number != group[-1].number + 1 or not group[-1].one):
                yield group
                group = []
            group.append(line)
        if group:
            yield group


def _bodies(outline: Outline, items: Sequence[Item]) -> Iterator[list[_Line]]:
    lines = []
    for item in items:
        if item.kind == "block":
            yield from _bodies(outline, outline.body(item.inner))
            continue
        if made := _line(outline, Span(item.span.start, item.span.start + len(item.name)), item.inner):
            lines.append(made)
        yield from _objects(outline, item.inner)
    yield lines


def _objects(outline: Outline, span: Span) -> Iterator[list[_Line]]:
    form, _ = outline.form(span)
    if form not in ("object", "list", "call", "parentheses"):
        return
    if form == "parentheses":
        return
    lines = []
    for element in outline.elements(span):
        if element.key is not None and (made := _line(outline, element.key, element.value)):
            lines.append(made)
        yield from _objects(outline, element.value)
    yield lines


def _line(outline: Outline, name: Span, value: Span) -> _Line | None:
    text = outline.text
    if text[text.rfind("\n", 0, name.start) + 1 : name.start].strip() or text[name.end : value.start].strip() != "=":
        return None
    if "\n" in text[name.end : value.start]:
        return None
    one = "\n" not in text[value.start : value.end] or text.startswith("<<", value.start)
    return _Line(outline.line(name.start), name.start, name.end, value.start, value.end, one)
