"""Edits of text, as an author would make them: lines come and go whole, commas and margins stay right."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from drift.desired.hcl.tree import Literal
from drift.remedy import hcl
from drift.remedy.hcl import Encoded
from drift.remedy.likeness import as_json
from drift.remedy.outline import Element, Item, Outline, Span
from drift.remedy.refer import Refer
from drift.remedy.source import Body, Context, Node, Source, Text
from drift.remedy.spec import Edit


class CannotError(Exception):
    """An edit that cannot be made; the message says why, for the user."""


class Pen:
    """Writes into the files of one configuration; nothing is written but `edits`."""

    def __init__(self, source: Source, refer: Refer | None = None) -> None:
        self.source = source
        self.refer = refer
        self.argument = ""
        """The argument of the resource that is being written; empty inside a nested block."""
        self.edits: list[Edit] = []
        self.replaced: list[str] = []
        """Expressions that a literal took the place of."""

    def _told(self, context: Context, new: Any) -> Any:
        """A value with the references that may stand in a context."""
        return self.refer.within(new, context, self.argument) if self.refer is not None else new

    def _rendered(self, node: Node, new: Any) -> str:
        """A value as it is written at a place."""
        if node.file.is_json:
            return self._rendered_at(node, new)
        if isinstance(new, str) and not isinstance(told := self._told(node.context, new), str):
            return hcl.value(told)
        if isinstance(new, str) and not lines_fit(node.file, new):
            return hcl.quoted(new)
        if isinstance(new, str) and not isinstance(self.source.parse(node), Literal):
            return hcl.value(new)
        if isinstance(new, str):
            plain = self.source.value(node)
            if isinstance(plain, bool | int | float) and new in ("true", "false"):
                return new  # `enabled = true`, where the provider has text
            if isinstance(plain, int | float) and not isinstance(plain, bool) and re.fullmatch(r"-?\d+(\.\d+)?", new):
                return new
        if isinstance(new, bool | int | float) and isinstance(self.source.value(node), str):
            return hcl.quoted(hcl.value(new))
        return self._rendered_at(node, new)

    def _heredoc(self, node: Node, new: Any) -> None:
        text = node.text
        first, _, rest = text.partition("\n")
        marker = re.sub(r"^<<-?", "", first).strip()
        ending = rest[rest.rfind("\n") + 1 :]
        lines = rest.split("\n")[:-1]
        margins = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
        margin = lines[0][: min(margins)] if first.startswith("<<-") and margins and lines else ""
        if not first.startswith("<<-"):
            margin = ""
        said = json.dumps(new.value, indent=2, ensure_ascii=False) if isinstance(new, Encoded) else new
        said = hcl.literal(said).removesuffix("\n")
        if any(line.strip() == marker for line in said.split("\n")):
            raise CannotError(f"the new text has a line {marker}, which ends the heredoc")
        if "${" in rest.replace("$${", ""):
            self.replaced.append(f"the templates of {node}")
        body = "\n".join(margin + line if line else line for line in said.split("\n"))
        self._replace(node.file, node.span, f"{first.rstrip(chr(13))}\n{body}\n{ending}")

    def _grow(self, node: Node, elements: Sequence[Element], kept: Sequence[Element], added: Mapping[str, Any]) -> None:
        """More keys in an object, behind those that stay."""
        file, outline = node.file, node.file.outline
        if not kept:
            self._replace(file, node.span, self._rendered_at(node, added))
            return
        margin = line_start(file.text, kept[-1].span.start)
        if file.is_json:
            made = [f"{json.dumps(k, ensure_ascii=False)}: {self._json(node, v, margin)}" for k, v in added.items()]
        else:
            sign = " :" if uses_colons(outline, elements) else " ="
            as_text = any(e.key and file.text[e.key.start] == '"' for e in elements)
            told = self._told(node.context, added)
            named = {hcl.quoted(k) if as_text else hcl.key(k): v for k, v in told.items()}
            made = [f"{k}{sign} {indented(hcl.value(v), margin)}" for k, v in named.items()]
        self._append(node, elements, kept, made, self._separator(node, elements))

    def _json(self, node: Node, value: Any, margin: str) -> str:
        """A value in JSON, laid out as the file is."""
        text = node.file.text
        unit = re.search(r"\n([ \t]+)\S", text)
        lines = unit is not None and "\n" in text[node.span.start : node.span.end]
        indent = unit[1] if lines and unit is not None else None
        told = as_json(self._told(node.context, value), raw=node.is_raw)
        said = json.dumps(told, ensure_ascii=False, indent=indent)
        return said.replace("\n", f"\n{margin}")

    def _rendered_at(self, node: Node, new: Any) -> str:
        if node.file.is_json:
            return self._json(node, new, line_start(node.file.text, node.span.start))
        return at_place(node, self._told(node.context, new))

    def _separator(self, node: Node, elements: Sequence[Element]) -> str:
        """What stands between an object's elements: a comma, or nothing but the line's end."""
        if node.file.is_json or len(elements) < 2:
            return "," if node.file.is_json or "\n" not in node.text else ""
        between = node.file.text[elements[0].span.end : elements[1].span.start]
        return "," if "," in between.split("#")[0].split("//")[0] else ""

    def _removed(
        self, node: Node, elements: Sequence[Element], taken: Sequence[Element], *, more: bool = False
    ) -> None:
        """Take elements away; `more` where others come behind those that stay, which need their comma."""
        file, text = node.file, node.file.text
        for element in taken:
            at = elements.index(element)
            start, end = element.span
            first = text.rfind("\n", 0, start) + 1
            last_end = line_end(file, end)
            rest = text[end:last_end].lstrip(", \t")
            alone = not text[first:start].strip() and (not rest or rest.startswith(("#", "//")))
            last = at == len(elements) - 1
            if alone:
                self._replace(file, Span(first, min(last_end + len(file.newline), len(text))), "")
                if last and file.is_json and not more and (before := [e for e in elements[:at] if e not in taken]):
                    comma = text.find(",", before[-1].span.end)
                    self._replace(file, Span(comma, comma + 1), "")
            elif not last:
                self._replace(file, Span(start, elements[at + 1].span.start), "")
            else:
                before_ = [e for e in elements[:at] if e not in taken]
                self._replace(file, Span(before_[-1].span.end, end), "")

    def _append(
        self, node: Node, elements: Sequence[Element], kept: Sequence[Element], made: Sequence[str], separator: str
    ) -> None:
        """More elements, behind the last one that stays."""
        file, text = node.file, node.file.text
        last = kept[-1]
        lines = "\n" in text[node.span.start : node.span.end] and first_on_line(text, last.span.start)
        close = node.span.end - 1
        folded = "\n" not in text[last.span.end : close]
        if not lines or folded:
            self._insert(file, last.span.end, "".join(f"{separator or ','} {m}" for m in made))
            return
        margin = text[text.rfind("\n", 0, last.span.start) + 1 : last.span.start]
        comma = re.match(r"[ \t]*,", text[last.span.end :])
        if separator and not comma:
            self._insert(file, last.span.end, ",")
        trailing = separator if comma and last is elements[-1] else ""
        body = f"{separator}\n".join(margin + m for m in made) + (trailing or "")
        if last is not elements[-1] and separator and not trailing:
            comma_kept = re.search(r",[ \t]*(?:[#/].*)?\s*$", text[elements[-1].span.end : close])
            body += "," if comma_kept else ""
        self._insert_line(file, last.span.end, body)

    def _replace(self, file: Text, span: Span, text: str) -> None:
        if not self.source.is_own(file.path):
            raise CannotError(
                f"{file.path}:{file.outline.line(span.start)} is in a module that `terraform init` fetched: give the "
                "module what it takes"
            )
        if "\n" in text:
            text = text.replace("\r\n", "\n").replace("\n", file.newline)
        self.edits.append(Edit(file.path, text, span.start, span.end))

    def _insert(self, file: Text, at: int, text: str) -> None:
        self._replace(file, Span(at, at), text)

    def _insert_line(self, file: Text, after: int, text: str) -> None:
        """Lines behind the one of an offset. They begin on the next line, so that the line itself may be taken away."""
        end = file.text.find("\n", after)
        if end < 0:
            self._insert(file, len(file.text), f"\n{text}")
        else:
            self._insert(file, end + 1, f"{text}\n")

    def _take(self, file: Text, span: Span) -> None:
        """Take an argument or a block away, with its lines, and with the empty line that stood around it."""
        text = file.text
        start = text.rfind("\n", 0, span.start) + 1
        end = line_end(file, span.end)
        rest = text[span.end : end].strip()
        if text[start : span.start].strip() or (rest and not rest.startswith(("#", "//"))):
            self._replace(file, span, "")  # a block on one line
            return
        end = min(end + len(file.newline), len(text))
        before = re.search(r"(?:^|\n)([ \t]*\r?\n)$", text[:start])
        follows = text[end:].lstrip(" \t")
        if before and (not follows or follows.startswith(("\n", "\r\n", "}"))):
            start -= len(before[1])
        self._replace(file, Span(start, end), "")


def indented(text: str, margin: str) -> str:
    """Text whose lines but the first begin with a margin; what stands in a heredoc stays."""
    out: list[str] = []
    marker = ""
    for n, line in enumerate(text.split("\n")):
        out.append(line if n == 0 or marker or not line else margin + line)
        opened = re.search(r"<<-?(\w+)$", line)
        marker = opened[1] if opened and not marker else "" if line.strip() == marker else marker
    return "\n".join(out)


def uses_colons(outline: Outline, elements: Sequence[Element]) -> bool:
    """Whether colons stand between the keys and the values of an object."""
    return any(e.key is not None and outline.text[e.key.end : e.value.start].strip() == ":" for e in elements)


def line_start(text: str, at: int) -> str:
    """The white space that the line of an offset begins with."""
    start = text.rfind("\n", 0, at) + 1
    return text[start : start + len(text[start:]) - len(text[start:].lstrip(" \t"))]


def at_place(node: Node, new: Any) -> str:
    """A value as it stands at a place."""
    return indented(hcl.value(new), line_start(node.file.text, node.span.start))


def indentation(file: Text, items: Sequence[Item]) -> str:
    """The white space before what a body holds; empty for a body on one line."""
    own = [i for i in items if first_on_line(file.text, i.span.start)]
    return line_start(file.text, own[0].span.start) if own else ""


def first_on_line(text: str, at: int) -> bool:
    """Whether only white space stands before an offset on its line."""
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def line_end(file: Text, at: int) -> int:
    """Where the line of an offset ends, before its line end."""
    end = file.text.find("\n", at)
    if end < 0:
        return len(file.text)
    return end - 1 if file.text[end - 1 : end] == "\r" else end


def as_dynamic(file: Text, block: Span, each: str) -> str:
    """A nested block as a `dynamic` one, which makes it for each of `each`. Raises CannotError."""
    text = file.text[block.start : block.end]
    head, _, rest = text.partition("{")
    name = head.strip()
    if "\n" not in rest or "<<" in rest or not name.replace("_", "").isalnum():
        raise CannotError(f"{name} would go for all that share this block")
    margin = line_start(file.text, block.start)
    unit = "\t" if "\t" in margin else "  "
    inner = "\n".join(unit + line if line.strip() else line for line in f"content {{{rest}".split("\n"))
    whole = f'dynamic "{name}" {{\n{margin}{unit}for_each = {each}\n{margin}{inner}\n{margin}}}'
    return whole.replace("\r", "")


def inside_of(outline: Outline, span: Span) -> Span:
    """What is between parentheses, without the white space and comments around it."""
    tokens = [t for t in outline.within(outline.inside(span)) if t.kind not in ("space", "newline", "comment")]
    return Span(tokens[0].start, tokens[-1].end)


def has(body: Body, item: Item, name: str) -> bool:
    """Whether a property of JSON has another one in it."""
    outline = body.file.outline
    several = [e.value for e in outline.elements(item.inner)] if outline.form(item.inner)[0] == "list" else []
    return any(i.name == name for span in several or [item.inner] for i in outline.body(span))


def lines_fit(file: Text, text: str) -> bool:
    """Whether text of several lines may stand in a heredoc, whose lines end as those of its file do."""
    if file.newline == "\n":
        return "\r" not in text
    return text.count("\n") == text.count("\r\n")
