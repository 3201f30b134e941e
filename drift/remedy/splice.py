"""A new value put where an old one is written: the least change of the text that makes it so."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from drift.desired.hcl import schema
from drift.desired.hcl.tree import Call, Conditional, Literal, Template
from drift.desired.hcl.values import UNKNOWN
from drift.provider.facts import Facts, flags_of
from drift.remedy import hcl
from drift.remedy.hcl import Argument, Encoded, Nested
from drift.remedy.likeness import alike, as_blocks, as_json, likeness, loaded, paired
from drift.remedy.outline import Element, Item, Outline, Span
from drift.remedy.source import TRANSPARENT, Body, Node, Source, Text
from drift.remedy.spec import Edit

FAR = 100
"""So many references are followed to where a value is set."""


class CannotError(Exception):
    """An edit that cannot be made; the message says why, for the user."""


class Splicer:
    """The edits for one resource. `hops` is how many references from its own block an edit may be away."""

    def __init__(self, source: Source, hops: int = FAR, only: str = "") -> None:
        self.source = source
        self.hops = hops
        self.only = only
        """What is true in the one instance that an edit is for, where several share its line: `each.key == "a"`."""
        self.edits: list[Edit] = []
        self.followed: list[str] = []
        """Where values were found that other places name: `variables.tf:3`."""
        self.replaced: list[str] = []
        """Expressions that a literal took the place of."""

    # --- bodies --------------------------------------------------------------------------------------------

    def body(self, bodies: Sequence[Body], facts: Facts, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Set what `new` has, in the block that these make (the base, then overrides); None takes an argument away.

        `old` has what is written there now, blocks as lists of mappings. Raises CannotError, and OutlineError.
        """
        for name, value in new.items():
            if isinstance(facts.get(name), list) and not self._written(bodies, name):
                self._nested(bodies, name, facts[name], as_blocks(old.get(name)), as_blocks(value))
            else:
                self._set(bodies, name, value)

    @staticmethod
    def _written(bodies: Sequence[Body], name: str) -> bool:
        """Whether a name is set as an argument."""
        return any(i.kind == "argument" and i.name == name for b in bodies for i in b.items)

    def _set(self, bodies: Sequence[Body], name: str, value: Any) -> None:
        for body in reversed(bodies):
            for item in body.items:
                if item.kind == "argument" and item.name == name:
                    node = Node(body.file, item.inner, body.context)
                    if value is None and not self.only:
                        self._take(body.file, item.span)
                    else:
                        self.value(node, value)
                    return
        if value is not None:
            self.add(bodies[0], name, value)

    def add(self, body: Body, name: str, value: Any) -> None:
        """A new argument, or a new block, behind those that are there."""
        file, text = body.file, body.file.text
        items = body.items
        if self.only and isinstance(value, Nested):
            raise CannotError(f"{name} would come for all instances that share this block")
        own = _line_start(text, body.block.start)
        inside = _indentation(file, items) or own + ("\t" if "\t" in own else "  ")
        arguments = [i for i in items if i.kind == "argument"]
        first_block = next((i for i in items if i.kind == "block"), None)
        before = [i for i in arguments if first_block is None or i.span.start < first_block.span.start]
        if isinstance(value, Nested):
            alike = [i for i in items if i.kind == "block" and i.name == name]
            after = alike[-1] if alike else items[-1] if items else None
            made = hcl.block(value).rstrip("\n")
            gap = "\n\n" if items else "\n"
        else:
            after = before[-1] if before else None
            only = f"{self.only} ? {hcl.value(value)} : null" if self.only else hcl.value(value)
            made = f"{name} = {only}"
            gap = "\n"
        made = inside + indented(made, inside)
        if "\n" not in text[body.span.start : body.span.end]:
            self._unfold(body, items, made, gap, inside, own)
            return
        self._insert_line(file, after.span.end if after is not None else body.span.start, gap[1:] + made)

    def _unfold(self, body: Body, items: Sequence[Item], made: str, gap: str, inside: str, margin: str) -> None:
        """A block on one line, made one of several lines."""
        text = body.file.text
        kept = [inside + text[i.span.start : i.span.end] for i in items]
        whole = "\n".join(["", *kept]) + (gap if kept else "\n") + made + "\n" + margin
        self._replace(body.file, body.span, whole)

    # --- nested blocks -------------------------------------------------------------------------------------

    def _nested(
        self, bodies: Sequence[Body], name: str, fact: Any, old: Sequence[Any], new: Sequence[Mapping[str, Any]]
    ) -> None:
        places = [(b, i) for b in bodies for i in b.items if i.kind == "block" and i.name == name]
        if any(i.kind == "block" and i.name == "dynamic" and i.labels == (name,) for b in bodies for i in b.items):
            raise CannotError(f"{name} is made by a `dynamic` block")
        inner = schema.inner(fact)
        if len(places) != len(old):
            raise CannotError(f"what is written for {name} could not be told apart")
        pairs, added = paired(old, new)
        if "set" in flags_of(fact).split(" ")[1:]:
            places = self._in_order(places, old)
        for (body, item), was, now in zip(places, old, pairs, strict=True):
            if now is None and self.only:
                raise CannotError(f"{name} would go for all instances that share this block")
            if now is None:
                self._take(body.file, item.span)
            elif now is not was:
                at = Body(body.file, item.inner, body.context, item.span)
                changed = {k: now.get(k) for k in {**was, **now} if not alike(was.get(k), now.get(k))}
                self.body([at], inner, was, changed)
        for one in added:
            self.add(bodies[0], name, nested(name, one, inner))

    def _in_order(self, places: Sequence[tuple[Body, Item]], old: Sequence[Any]) -> list[tuple[Body, Item]]:
        """For each block its place in the file: a set does not keep the order in which its blocks are written."""
        left, out = list(places), []
        for one in old:
            best = max(left, key=lambda place: self._agreeing(place[0], place[1], one))
            left.remove(best)
            out.append(best)
        return out

    def _agreeing(self, body: Body, item: Item, one: Mapping[str, Any]) -> int:
        """How many arguments of a block say what a value says, less those that say something else."""
        count = 0
        for argument in body.file.outline.body(item.inner):
            said = (
                self.source.value(Node(body.file, argument.inner, body.context))
                if argument.kind == "argument"
                else UNKNOWN
            )
            if said is not UNKNOWN and one.get(argument.name) is not UNKNOWN:
                count += 1 if _unordered(said) == _unordered(one.get(argument.name)) else -1
        return count

    # --- expressions ---------------------------------------------------------------------------------------

    def value(self, node: Node, new: Any) -> None:
        """Make an expression say something else. Raises CannotError, and OutlineError."""
        source, outline = self.source, node.file.outline
        if not source.is_own(node.file.path):
            raise CannotError(f"{node} is in a module that `terraform init` fetched")
        old = source.value(node)
        form, name = outline.form(node.span)
        if form == "call" and name == "jsonencode":
            self._document(node, new)
            return
        if old is not UNKNOWN and alike(old, new):
            return
        if form == "parentheses":
            self.value(node.at(_inner(outline, node.span)), new)
        elif form == "call" and name in TRANSPARENT:
            self.value(node.at(outline.elements(node.span)[0].value), new)
        elif not self._inside(node, form, name, new) and not self._elsewhere(node, new):
            self._put(node, new)

    def _inside(self, node: Node, form: str, name: str, new: Any) -> bool:
        """Change a part of an expression, so that the whole says something else; False where it has no such parts."""
        several = isinstance(new, list | tuple)
        if form == "object" and isinstance(new, Mapping):
            self._object(node, new)
        elif form == "list" and several:
            self._list(node, new)
        elif self.only or form != "call":
            return False
        elif name == "merge" and isinstance(new, Mapping):
            self._merged(node, new)
        elif name in ("concat", "setunion") and several:
            self._joined(node, new)
        else:
            return False
        return True

    def _elsewhere(self, node: Node, new: Any) -> bool:
        """Set it where it is set; False where that is here."""
        expr = self.source.parse(node)
        if isinstance(expr, Conditional):
            branch = self.source.branch(node)
            if branch is None:
                return False
            self.value(branch, new)
            return True
        if isinstance(expr, Literal | Template | Call) or self.hops <= 0:
            return False
        target = self.source.follow(node)
        if target is None:
            return False
        self.hops -= 1
        self.followed.append(str(target))
        self.value(target, new)
        return True

    def _put(self, node: Node, new: Any) -> None:
        text = node.file.text
        if self.only:
            self._beside(node, new)
            return
        if isinstance(new, Encoded) and node.text.startswith("<<"):
            self._heredoc(node, new)
            return
        if node.text.startswith("<<") and isinstance(new, str) and "\n" in new:
            self._heredoc(node, new)
            return
        expr = self.source.parse(node)
        if not isinstance(expr, Literal) and node.file.outline.form(node.span)[0] not in ("list", "object"):
            self.replaced.append(" ".join(node.text.split())[:60])
        rest = ""
        if node.text.startswith("<<") and text[node.span.end : node.span.end + 1] not in ("\n", "\r"):
            rest = "\n"
        self._replace(node.file, node.span, self._rendered(node, new) + rest)

    def _beside(self, node: Node, new: Any) -> None:
        """The new value for one instance, beside the expression that says what all others have."""
        old = node.text
        if node.file.is_json or "\n" in old or "<<" in old:
            raise CannotError(f"{node}: what several instances share takes several lines")
        rendered = hcl.value(new)
        if "\n" in rendered:
            raise CannotError(f"{node}: what several instances share would take several lines")
        expr = self.source.parse(node)
        old = f"({old})" if isinstance(expr, Conditional) else old
        self._replace(node.file, node.span, f"{self.only} ? {rendered} : {old}")

    def _rendered(self, node: Node, new: Any) -> str:
        """A value as it is written at a place."""
        if node.file.is_json:
            return json.dumps(as_json(new), ensure_ascii=False)
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
        return _at(node, new)

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

    def _document(self, node: Node, new: Any) -> None:
        held = new.value if isinstance(new, Encoded) else loaded(new)
        if held is None:
            self._put(node, new)
            return
        at = node.at(node.file.outline.elements(node.span)[0].value)
        self.value(at, held)

    # --- lists and objects ---------------------------------------------------------------------------------

    def _object(self, node: Node, new: Mapping[str, Any]) -> None:
        outline = node.file.outline
        if self.only and not self._same_keys(node, new):
            self._more(node, new)
            return
        elements = outline.elements(node.span)
        keys = [str(self.source.key(node.at(e.key))) if e.key else "" for e in elements]
        taken = [e for e, k in zip(elements, keys, strict=True) if k not in new]
        added = {k: v for k, v in new.items() if k not in keys}
        if not new or (len(taken) == len(elements) and not node.file.is_json):
            self._replace(node.file, node.span, self._rendered_at(node, new))
            return
        for element, at in zip(elements, keys, strict=True):
            if at in new:
                self.value(node.at(element.value), new[at])
        self._removed(node, elements, taken)
        if added:
            kept = [e for e in elements if e not in taken]
            separator = self._separator(node, elements)
            colon = node.file.is_json or _uses_colons(outline, elements)
            margin = _line_start(node.file.text, kept[-1].span.start) if kept else ""
            if node.file.is_json:
                made = [f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(as_json(v))}" for k, v in added.items()]
            else:
                as_text = any(e.key and node.file.text[e.key.start] == '"' for e in elements)
                named = {hcl.quoted(k) if as_text else hcl.key(k): v for k, v in added.items()}
                made = [f"{k}{' :' if colon else ' ='} {indented(hcl.value(v), margin)}" for k, v in named.items()]
            self._append(node, elements, kept, made, separator)

    def _more(self, node: Node, new: Mapping[str, Any]) -> None:
        """More keys for one instance of several that share an object."""
        old = self.source.value(node)
        added = {k: v for k, v in new.items() if not isinstance(old, Mapping) or k not in old}
        if not isinstance(old, Mapping) or old.keys() - new.keys() or any(not alike(old[k], new[k]) for k in old):
            raise CannotError(f"{node}: what several instances share takes several lines")
        inside = ", ".join(f"{hcl.key(k)} = {hcl.value(v)}" for k, v in added.items())
        self._insert(node.file, node.span.start, "merge(")
        self._insert(node.file, node.span.end, f", {self.only} ? {{ {inside} }} : {{}})")

    def _same_keys(self, node: Node, new: Mapping[str, Any]) -> bool:
        elements = node.file.outline.elements(node.span)
        return {str(self.source.key(node.at(e.key))) for e in elements if e.key} == {str(k) for k in new}

    def _list(self, node: Node, new: Sequence[Any]) -> None:
        if self.only:
            self._put(node, new)
            return
        elements = node.file.outline.elements(node.span)
        old = [self.source.value(node.at(e.value)) for e in elements]
        if not new or not elements:
            self._replace(node.file, node.span, self._rendered_at(node, new))
            return
        keys, wanted = [likeness(v) for v in old], [likeness(v) for v in new]
        if sorted(keys) == sorted(wanted):
            if keys != wanted:
                self._replace(node.file, node.span, self._rendered_at(node, new))
            return
        taken: list[Element] = []
        added: list[Any] = []
        for what, a, b, c, d in SequenceMatcher(None, keys, wanted, autojunk=False).get_opcodes():
            if what == "equal":
                continue
            if what == "replace" and b - a == d - c:
                for element, value in zip(elements[a:b], new[c:d], strict=True):
                    self.value(node.at(element.value), value)
                continue
            taken += elements[a:b]
            added += new[c:d]
        if len(taken) == len(elements):
            self._replace(node.file, node.span, self._rendered_at(node, new))
            return
        kept = [e for e in elements if e not in taken]
        self._removed(node, elements, taken)
        if added:
            margin = _line_start(node.file.text, kept[-1].span.start)
            made = [json.dumps(as_json(v)) if node.file.is_json else indented(hcl.value(v), margin) for v in added]
            self._append(node, elements, kept, made, ",")

    def _rendered_at(self, node: Node, new: Any) -> str:
        if node.file.is_json:
            return json.dumps(as_json(new), ensure_ascii=False)
        return _at(node, new)

    def _separator(self, node: Node, elements: Sequence[Element]) -> str:
        """What stands between an object's elements: a comma, or nothing but the line's end."""
        if node.file.is_json or len(elements) < 2:
            return "," if node.file.is_json or "\n" not in node.text else ""
        between = node.file.text[elements[0].span.end : elements[1].span.start]
        return "," if "," in between.split("#")[0].split("//")[0] else ""

    def _removed(self, node: Node, elements: Sequence[Element], taken: Sequence[Element]) -> None:
        file, text = node.file, node.file.text
        for element in taken:
            at = elements.index(element)
            start, end = element.span
            line_start = text.rfind("\n", 0, start) + 1
            line_end = _line_end(file, end)
            rest = text[end:line_end].lstrip(", \t")
            alone = not text[line_start:start].strip() and (not rest or rest.startswith(("#", "//")))
            last = at == len(elements) - 1
            if alone:
                self._replace(file, Span(line_start, min(line_end + len(file.newline), len(text))), "")
                if last and file.is_json and (before := [e for e in elements[:at] if e not in taken]):
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
        lines = "\n" in text[node.span.start : node.span.end] and _first_on_line(text, last.span.start)
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

    def _merged(self, node: Node, new: Mapping[str, Any]) -> None:
        """`merge(a, b)`: each key where the last that has it says it; new ones in the last object written out."""
        outline = node.file.outline
        parts = [node.at(e.value) for e in outline.elements(node.span)]
        values = [self.source.value(p) for p in parts]
        if any(not isinstance(v, Mapping) for v in values):
            raise CannotError(f"{node}: what merge() takes is not known")
        wanted: list[dict[str, Any]] = [dict(v) for v in values]
        for key in {k for v in values for k in v}:
            owners = [n for n, v in enumerate(values) if key in v]
            if key not in new:
                for n in owners:
                    del wanted[n][key]
            elif not alike(values[owners[-1]][key], new[key]):
                wanted[owners[-1]][key] = new[key]
        added = {k: v for k, v in new.items() if not any(k in held for held in values)}
        literal = [n for n, p in enumerate(parts) if outline.form(p.span)[0] == "object"]
        if added and literal:
            wanted[literal[-1]] |= added
        for part, value, was in zip(parts, wanted, values, strict=True):
            if not alike(was, value):
                self.value(part, value)
        if added and not literal:
            self._insert(node.file, parts[-1].span.end, f", {_at(node, added)}")

    def _joined(self, node: Node, new: Sequence[Any]) -> None:
        """`concat(a, b)`: what goes is taken from where it stands, what comes goes into the last list written out."""
        outline = node.file.outline
        parts = [node.at(e.value) for e in outline.elements(node.span)]
        values = [self.source.value(p) for p in parts]
        if any(not isinstance(v, list) for v in values):
            raise CannotError(f"{node}: what the lists hold is not known")
        keys = [likeness(v) for v in new]
        wanted = [[v for v in held if likeness(v) in keys] for held in values]
        there = [likeness(v) for held in values for v in held]
        added = [v for v in new if likeness(v) not in there]
        literal = [n for n, p in enumerate(parts) if outline.form(p.span)[0] == "list"]
        if added and literal:
            wanted[literal[-1]] += added
        for part, value, was in zip(parts, wanted, values, strict=True):
            if not alike(was, value):
                self.value(part, value)
        if added and not literal:
            self._insert(node.file, parts[-1].span.end, f", {_at(node, added)}")

    # --- text ----------------------------------------------------------------------------------------------

    def _replace(self, file: Text, span: Span, text: str) -> None:
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
        end = _line_end(file, span.end)
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


def _unordered(value: Any) -> Any:
    return sorted(map(likeness, value)) if isinstance(value, list | tuple) else likeness(value)


def nested(name: str, value: Mapping[str, Any], facts: Facts) -> Nested:
    """A nested block; what is null or an empty block is left out."""
    arguments: list[Argument] = []
    blocks: list[Nested] = []
    for inner, said in value.items():
        fact = facts.get(inner)
        if isinstance(fact, list):
            blocks += (nested(inner, one, schema.inner(fact)) for one in as_blocks(said))
        elif said is not None:
            arguments.append(Argument(inner, said))
    return Nested(name, (*arguments, *blocks))


def indented(text: str, margin: str) -> str:
    """Text whose lines but the first begin with a margin; what stands in a heredoc stays."""
    out: list[str] = []
    marker = ""
    for n, line in enumerate(text.split("\n")):
        out.append(line if n == 0 or marker or not line else margin + line)
        opened = re.search(r"<<-?(\w+)$", line)
        marker = opened[1] if opened and not marker else "" if line.strip() == marker else marker
    return "\n".join(out)


def _inner(outline: Outline, span: Span) -> Span:
    tokens = [t for t in outline.within(outline.inside(span)) if t.kind not in ("space", "newline", "comment")]
    return Span(tokens[0].start, tokens[-1].end)


def _uses_colons(outline: Outline, elements: Sequence[Element]) -> bool:
    return any(e.key is not None and outline.text[e.key.end : e.value.start].strip() == ":" for e in elements)


def _line_start(text: str, at: int) -> str:
    """The white space that the line of an offset begins with."""
    start = text.rfind("\n", 0, at) + 1
    return text[start : start + len(text[start:]) - len(text[start:].lstrip(" \t"))]


def _at(node: Node, new: Any) -> str:
    """A value as it stands at a place."""
    return indented(hcl.value(new), _line_start(node.file.text, node.span.start))


def _indentation(file: Text, items: Sequence[Item]) -> str:
    """The white space before what a body holds; empty for a body on one line."""
    own = [i for i in items if _first_on_line(file.text, i.span.start)]
    return _line_start(file.text, own[0].span.start) if own else ""


def _first_on_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _line_end(file: Text, at: int) -> int:
    """Where the line of an offset ends, before its line end."""
    end = file.text.find("\n", at)
    if end < 0:
        return len(file.text)
    return end - 1 if file.text[end - 1 : end] == "\r" else end
