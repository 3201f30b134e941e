"""A new value put where an old one is written: the least change of the text that makes it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from drift.desired.hcl import schema
from drift.desired.hcl.tree import Call, Conditional, Literal, Template
from drift.desired.hcl.values import UNKNOWN
from drift.provider.facts import Facts, flags_of
from drift.remedy import hcl
from drift.remedy.document import rewritten
from drift.remedy.dynamic import Dynamic, Place
from drift.remedy.hcl import Argument, Encoded, Expression, Nested
from drift.remedy.likeness import alike, as_blocks, likeness, loaded, paired, unordered
from drift.remedy.outline import Element, Item
from drift.remedy.pen import CannotError, Pen, as_dynamic, has, indentation, indented, inside_of, line_start, lines_fit
from drift.remedy.refer import Refer
from drift.remedy.shapes import Lift, as_written, completed, is_constant, nested, type_for
from drift.remedy.source import FALLBACKS, TRANSPARENT, Body, Gap, Node, Source

FAR = 100
"""So many references are followed to where a value is set."""


class Splicer(Pen):
    """The edits for one resource. `hops` is how many references from its own block an edit may be away."""

    def __init__(
        self, source: Source, hops: int = FAR, only: str = "", lift: Lift | None = None, refer: Refer | None = None
    ) -> None:
        super().__init__(source, refer)
        self.hops = hops
        self.only = only
        """What is true in the one instance that an edit is for, where several share its line: `each.key == "a"`."""
        self.lift = lift
        """The call of a module that an edit is for, where several calls share its line."""
        self.followed: list[str] = []
        """Where values were found that other places name: `variables.tf:3`."""
        self.within: list[str] = []
        """The nested blocks around."""
        self.raised: list[str] = []
        """Variables that a module gets."""

    # --- bodies --------------------------------------------------------------------------------------------

    def body(self, bodies: Sequence[Body], facts: Facts, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Set what `new` has, in the block that these make (the base, then overrides); None takes an argument away.

        `old` has what is written there now, blocks as lists of mappings. Raises CannotError, and OutlineError.
        """
        for name, value in new.items():
            self.argument = "" if self.within else name
            holder = next((b for b in reversed(bodies) if any(i.name == name for i in b.items)), bodies[0])
            if holder.file.is_json:
                self._in_json(holder, name, facts.get(name), value)
            elif isinstance(facts.get(name), list) and not self._written(bodies, name):
                self._nested(bodies, name, facts[name], as_blocks(old.get(name)), as_blocks(value))
            else:
                self._set(bodies, name, completed(value, facts.get(name)))

    def block_gone(self, body: Body) -> None:
        """Take a block of JSON away."""
        around = Node(body.file, body.file.outline.around(body.block), body.context)
        elements = body.file.outline.elements(around.span)
        mine = [e for e in elements if e.span == body.block]
        if len(elements) == len(mine):
            self._replace(body.file, around.span, "{}" if elements[0].key else "[]")
        else:
            self._removed(around, elements, mine)

    def _in_json(self, body: Body, name: str, fact: Any, value: Any) -> None:
        """The same in JSON, where a block is an object, or an array of them."""
        whole = Node(body.file, body.span, body.context)
        elements = body.file.outline.elements(body.span)
        item = next((i for i in body.items if i.name == name), None)
        if item is None and any(i.name == "dynamic" and has(body, i, name) for i in body.items):
            raise CannotError(f"{name} is made by a `dynamic` block in JSON: write it by hand")
        node = Node(body.file, item.inner, body.context) if item is not None else None
        made = as_written(value, fact, self.source.value(node) if node is not None else None)
        if node is None:
            if made is not None:
                self._grow(whole, elements, elements, {name: made})
        elif made is None:
            self._removed(whole, elements, [e for e in elements if e.span == item.span])  # type: ignore[union-attr]
        else:
            self.value(node, made)

    @staticmethod
    def _written(bodies: Sequence[Body], name: str) -> bool:
        """Whether a name is set as an argument."""
        return any(i.kind == "argument" and i.name == name for b in bodies for i in b.items)

    def _set(self, bodies: Sequence[Body], name: str, value: Any) -> None:
        for body in reversed(bodies):
            for item in body.items:
                if item.kind == "argument" and item.name == name:
                    node = Node(body.file, item.inner, body.context)
                    if self.lift is not None:
                        self._lifted(self.lift, name, node, value)
                    elif value is None and not self.only:
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
        lifted = self.lift is not None and body is not self.lift.call
        value = value if lifted and not isinstance(value, Nested) else self._told(body.context, value)
        if self.lift is not None and lifted and not isinstance(value, Nested):
            value = Expression(f"var.{self._given(self.lift, name, value, 'null', None)}")
        if isinstance(value, Nested) and (self.only or self.lift is not None):
            only = f"var.{self._given(self.lift, f'has_{name}', True, 'false', False)}" if self.lift else self.only
            each = Argument("for_each", Expression(f"{only} ? [1] : []"))
            value = Nested("dynamic", (each, Nested("content", value.body)), (value.type,))
        own = line_start(text, body.block.start)
        inside = "" if body.block == body.span else indentation(file, items) or own + ("\t" if "\t" in own else "  ")
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
        made = [Dynamic.of(self.source, b, i) for b in bodies for i in b.items if Dynamic.makes(i, name)]
        places = [place for b in bodies for i in b.items for place in self._places(b, i, name, made)]
        inner = schema.inner(fact)
        if len(places) != len(old):
            raise CannotError(f"what is written for {name} could not be told apart")
        pairs, added = paired(old, new)
        if "set" in flags_of(fact).split(" ")[1:]:
            places = self._in_order(places, old)
        gone: dict[int, list[Any]] = {}
        for place, was, now in zip(places, old, pairs, strict=True):
            if now is None and place.maker is not None:
                gone.setdefault(made.index(place.maker), []).append(place.key)
            elif now is None:
                self._block_goes(place, name)
            elif now is not was:
                changed = {k: now.get(k) for k in {**was, **now} if not alike(was.get(k), now.get(k))}
                self.within.append(name)
                self.body([place.body], inner, was, changed)
                self.within.pop()
        come: dict[int, dict[Any, Any]] = {}
        for one in added:
            found = [(n, got) for n, d in enumerate(made) if (got := d.solved(one, inner)) and not self.only]
            if found:
                (by, (key, value)), *_ = found
                come.setdefault(by, {})[key if key is not None else len(come.get(by, ()))] = value
            else:
                self.add(bodies[0], name, nested(name, one, inner))
        for n, dynamic in enumerate(made):
            if n in gone or n in come:
                self._fed(dynamic, name, gone.get(n, []), come.get(n, {}))

    def _block_goes(self, place: Place, name: str) -> None:
        """Take a block away; where others share it, a `dynamic` block makes it for them."""
        file, block = place.body.file, place.body.block
        if self.lift is not None:
            flag = self._given(self.lift, f"has_{name}", False, "true", True)
            self._replace(file, block, as_dynamic(file, block, f"var.{flag} ? [1] : []"))
        elif self.only:
            self._replace(file, block, as_dynamic(file, block, f"{self.only} ? [] : [1]"))
        else:
            self._take(file, block)

    def _places(self, body: Body, item: Item, name: str, made: Sequence[Dynamic]) -> list[Place]:
        """The blocks of a name that an item of a body is, or makes."""
        if item.kind == "block" and item.name == name:
            return [Place(Body(body.file, item.inner, body.context, item.span))]
        if not Dynamic.makes(item, name):
            return []
        dynamic = next(d for d in made if d.item == item and d.body.file is body.file)
        return [Place(inside, dynamic, key) for key, inside in dynamic.bodies()]

    def _fed(self, dynamic: Dynamic, name: str, gone: Sequence[Any], come: Mapping[Any, Any]) -> None:
        """Change what a `dynamic` block goes through."""
        over = self.source.value(dynamic.over)
        if isinstance(over, Mapping):
            self.value(dynamic.over, {**{k: v for k, v in over.items() if k not in gone}, **come})
        elif isinstance(over, list):
            left = [v for n, v in enumerate(over) if n not in gone]
            flag = dynamic.flag() if not left and not come and not self.only else None
            if flag is not None:
                self.value(flag, False)
            else:
                self.value(dynamic.over, [*left, *come.values()])
        else:
            raise CannotError(f"{name} is made by a `dynamic` block, and what that goes through is not known")

    def _in_order(self, places: Sequence[Place], old: Sequence[Any]) -> list[Place]:
        """For each block its place in the file: a set does not keep the order in which its blocks are written."""
        left, out = list(places), []
        for one in old:
            best = max(left, key=lambda place: self._agreeing(place.body, one))
            left.remove(best)
            out.append(best)
        return out

    def _agreeing(self, body: Body, one: Mapping[str, Any]) -> int:
        """How many arguments of a block say what a value says, less those that say something else."""
        count = 0
        for argument in body.items:
            said = (
                self.source.value(Node(body.file, argument.inner, body.context))
                if argument.kind == "argument"
                else UNKNOWN
            )
            if said is not UNKNOWN and one.get(argument.name) is not UNKNOWN:
                count += 1 if unordered(said) == unordered(one.get(argument.name)) else -1
        return count

    # --- expressions ---------------------------------------------------------------------------------------

    def value(self, node: Node, new: Any) -> None:
        """Make an expression say something else. Raises CannotError, and OutlineError."""
        source, outline = self.source, node.file.outline
        old = source.value(node)
        form, name = outline.form(node.span)
        if form == "call" and name == "jsonencode" and not self.only:
            self._document(node, new)
            return
        if old is not UNKNOWN and alike(old, new):
            return
        if form == "parentheses":
            self.value(node.at(inside_of(outline, node.span)), new)
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
        source = self.source
        expr = source.parse(node)
        if isinstance(expr, Conditional):
            branch = source.branch(node)
            if branch is None:
                return False
            self.value(branch, new)
            return True
        if self.only and not isinstance(expr, Literal | Template) and self._keyed(node, new):
            return True
        if isinstance(expr, Literal | Template) or self.hops <= 0:
            return False
        if isinstance(expr, Call):
            return self._called(node, new)
        return self._by_blocks(node, new) or self._reached(source.follow(node), new)

    def _by_blocks(self, node: Node, new: Any) -> bool:
        """Change the blocks of which a data source makes a document; False where no data source makes it so."""
        alone = self.only or self.lift is not None
        found = self.refer.document(self.source, node) if self.refer is not None and not alone else None
        made = rewritten(self.source, node, *found, new) if found is not None else None
        if found is None or made is None:
            return False
        argument, self.argument = self.argument, ""
        self.hops -= 1
        self.followed.append(str(found[0][0]))
        self.body(found[0], *made)
        self.argument = argument
        return True

    def _keyed(self, node: Node, new: Any) -> bool:
        """Set it under the instance's own key, where `each.value` names that; False where it does not."""
        outline = node.file.outline
        form, name = outline.form(node.span)
        first = (
            node.at(outline.elements(node.span)[0].value) if form == "call" and name in (*FALLBACKS, "lookup") else node
        )
        if self.source.steps(first)[:2] != ("each", "value"):
            return False
        only, hops, self.only, self.hops = self.only, self.hops, "", 1
        try:
            return self._called(node, new) if first is not node else self._reached(self.source.follow(node), new)
        finally:
            self.only, self.hops = only, hops

    def _called(self, node: Node, new: Any) -> bool:
        """Set it where the argument of a function is set which says what the call is; False for any other function."""
        form, name = node.file.outline.form(node.span)
        if form != "call" or node.file.is_json:
            return False
        arguments = [node.at(e.value) for e in node.file.outline.elements(node.span)]
        if name in FALLBACKS:
            first = arguments[0]
            if self.source.steps(first) and self._reached(self.source.follow(first), new):
                return True
            chosen = self.source.chosen(node)
            if new is None or (chosen is first and self.source.value(first) is UNKNOWN):
                return False
            self.value(chosen, new)
            return True
        if name == "lookup" and len(arguments) > 1:
            if self._reached(self.source.looked_up(node), new):
                return True
            if len(arguments) > 2 and new is not None:
                self.value(arguments[2], new)
                return True
        return False

    def _reached(self, target: Node | None, new: Any) -> bool:
        """Set it where a reference led, or where nobody sets it yet; False where it led nowhere."""
        gap = self.source.gap if target is None else None
        place = target or gap
        if place is None or (target is None and new is None):
            return False
        self.hops -= 1
        self.followed.append(str(place))
        if target is not None:
            self.value(target, new)
        elif gap is not None:
            self._filled(gap, new)
        return True

    def _filled(self, gap: Gap, new: Any) -> None:
        """Set what nobody sets yet."""
        name, *below = gap.steps
        for step in reversed(below):
            new = {step: new}
        if any(not isinstance(step, str) for step in gap.steps):
            raise CannotError(f"{gap}: what is lacking there is an element of a list")
        if isinstance(gap.at, Body) and not gap.file.is_json:
            self.add(gap.at, str(name), new)
            return
        node = gap.at if isinstance(gap.at, Node) else Node(gap.file, gap.at.span, gap.at.context)
        elements = gap.file.outline.elements(node.span)
        self._grow(node, elements, elements, {str(name): new})

    def _put(self, node: Node, new: Any) -> None:
        text = node.file.text
        if self.only:
            self._beside(node, new)
            return
        if isinstance(new, Encoded) and node.text.startswith("<<"):
            self._heredoc(node, new)
            return
        if node.text.startswith("<<") and isinstance(new, str) and "\n" in new and lines_fit(node.file, new):
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
        if node.file.is_json or "<<" in old:
            raise CannotError(f"{node}: several instances share it, in a way that drift does not divide")
        if (more := self._more(node, new)) is not None:
            more = self._told(node.context, more)
            inside = ", ".join(f"{hcl.key(k)} = {hcl.value(v)}" for k, v in more.items())
            self._merging(node, f"{self.only} ? {{ {inside} }} : {{}}")
            return
        rendered = self._rendered_at(node, new)
        if "<<" in rendered:
            rendered = hcl.quoted(new)
        # insertions, so that other instances may have theirs at the same place
        conditional = isinstance(self.source.parse(node), Conditional)
        self._insert(node.file, node.span.start, f"{self.only} ? {rendered} : {'(' if conditional else ''}")
        if conditional:
            self._insert(node.file, node.span.end, ")")

    def _more(self, node: Node, new: Any) -> dict[str, Any] | None:
        """What a map says more, or otherwise, than an expression; None where it says less, or is none."""
        old = self.source.value(node)
        if not isinstance(old, Mapping) or not isinstance(new, Mapping) or old.keys() - new.keys():
            return None
        return {k: v for k, v in new.items() if k not in old or not alike(old[k], v)}

    def _merging(self, node: Node, more: str) -> None:
        """`merge()` of an expression and one more."""
        elements = (
            node.file.outline.elements(node.span) if node.file.outline.form(node.span) == ("call", "merge") else []
        )
        if elements:
            self._insert(node.file, elements[-1].span.end, f", {more}")
        else:
            self._insert(node.file, node.span.start, "merge(")
            self._insert(node.file, node.span.end, f", {more})")

    def _document(self, node: Node, new: Any) -> None:
        held = new.value if isinstance(new, Encoded) else loaded(new)
        if held is None:
            self._put(node, new)
            return
        at = node.at(node.file.outline.elements(node.span)[0].value)
        self.value(at, held)

    # --- one call of a module --------------------------------------------------------------------------------

    def _lifted(self, lift: Lift, name: str, node: Node, new: Any) -> None:
        """A variable in the place of an expression: the call that an edit is for gives it, all others keep what is."""
        if node.file.is_json or "<<" in node.text:
            raise CannotError(f"{node}: calls of its module share it")
        old = self.source.value(node)
        if is_constant(self.source.parse(node)):
            given = self._given(lift, name, new, node.text, old)
            self._replace(node.file, node.span, f"var.{given}")
        elif (more := self._more(node, new)) is not None:
            self._merging(node, f"var.{self._given(lift, name, more, '{}', {})}")
        elif new is None:
            given = self._given(lift, f"has_{name}", False, "true", True)
            rest = f"({node.text})" if isinstance(self.source.parse(node), Conditional) else node.text
            self._replace(node.file, node.span, f"var.{given} ? {rest} : null")
        else:
            given = self._given(lift, name, new, "null", None)
            rest = f"({node.text})" if isinstance(self.source.parse(node), Conditional) else node.text
            self._replace(node.file, node.span, f"var.{given} != null ? var.{given} : {rest}")

    def _given(self, lift: Lift, name: str, new: Any, default: str, old: Any) -> str:
        """The name of a new variable of a module, that one call of it gives."""
        named = next(
            n for n in (name, f"{lift.resource}_{name}", *(f"{name}_{i}" for i in range(2, 99))) if n not in lift.taken
        )
        lift.taken.add(named)
        kind = type_for(new if new is not None else old)
        file = lift.variables
        head = "\n" if file.text.endswith("\n") else "\n\n" if file.text else ""
        body = f'variable "{named}" {{\n  type    = {kind}\n  default = {default}\n}}\n'
        self._insert(file, len(file.text), head + body)
        said = hcl.value(self._told(lift.call.context, new))
        self.add(lift.call, named, Expression(f"{lift.only} ? {said} : {default}" if lift.only else said))
        self.raised.append(named)
        return named

    # --- lists and objects ---------------------------------------------------------------------------------

    def _object(self, node: Node, new: Mapping[str, Any]) -> None:
        outline = node.file.outline
        if self.only and not self._same_keys(node, new):
            self._beside(node, new)
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
        self._removed(node, elements, taken, more=bool(added))
        if added:
            self._grow(node, elements, [e for e in elements if e not in taken], added)

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
        self._removed(node, elements, taken, more=bool(added))
        if added:
            margin = line_start(node.file.text, kept[-1].span.start)
            made = [
                self._json(node, v, margin)
                if node.file.is_json
                else indented(hcl.value(self._told(node.context, v)), margin)
                for v in added
            ]
            self._append(node, elements, kept, made, ",")

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
            self._insert(node.file, parts[-1].span.end, f", {self._rendered_at(node, added)}")

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
            self._insert(node.file, parts[-1].span.end, f", {self._rendered_at(node, added)}")
