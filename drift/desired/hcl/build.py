"""Converts python-hcl2's tree of lowered text into the tree that drift evaluates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from drift.desired.hcl import tree as t
from drift.desired.hcl.scan import WORD, Bad, Value, normal
from drift.desired.hcl.template import FOR, IF, TEMPLATE

if TYPE_CHECKING:
    from lark import Token, Tree

_CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}

Step = tuple[str, Any]
"""`attr` with a name, `index` with an expression, `legacy` with a number, `splat` of either kind with ""."""


class Builder:
    """Builds from one parsed text, whose tokens are at 0, 1, 2, …; `lines` says where each of them came from."""

    def __init__(self, words: Sequence[Value | str], lines: Sequence[int]) -> None:
        self._words = words
        self._lines = lines

    def line(self, position: int) -> int:
        """The line that a token came from."""
        return self._lines[position]

    def _word(self, token: str) -> str | Value:
        number = token.removeprefix(WORD)
        if number != token and number.isdecimal():
            return self._words[int(number)]
        return token

    def _text(self, node: Tree[Token]) -> str:
        """What an identifier or a label says."""
        word = self._word(str(node.children[0]))
        return normal(str(word.value)) if isinstance(word, Value) else word

    # --- bodies --------------------------------------------------------------------------------------------

    def body(self, node: Tree[Token]) -> t.Body:
        """A `body` or the whole `start`. Raises Bad for an argument that is set twice."""
        if node.data == "start":
            node = node.children[0]  # type: ignore[assignment]
        attributes: dict[str, t.Attribute] = {}
        blocks: list[t.Block] = []
        for child in _trees(node):
            if child.data == "attribute":
                attribute = self._attribute(child)
                if attribute.name in attributes:
                    raise Bad(f"{attribute.name!r} is set twice", attribute.line)
                attributes[attribute.name] = attribute
            elif child.data == "block":
                blocks.append(self._block(child))
        return t.Body(attributes, tuple(blocks))

    def _attribute(self, node: Tree[Token]) -> t.Attribute:
        name, expr = _trees(node)
        return t.Attribute(
            self._text(name), self.expr(expr), self.line(node.meta.start_pos), self.line(node.meta.end_pos - 1)
        )

    def _block(self, node: Tree[Token]) -> t.Block:
        *names, body = _trees(node)
        first, *labels = [self._text(n) for n in names if n.data != "new_line_or_comment"]
        return t.Block(
            first,
            tuple(labels),
            self.body(body),
            self.line(node.meta.start_pos),
            self.line(node.meta.end_pos - 1),
        )

    # --- expressions ---------------------------------------------------------------------------------------

    def expr(self, node: Tree[Token]) -> t.Expr:
        """Any expression."""
        build = self._BUILD.get(str(node.data))
        if build is None:
            raise Bad(
                f"python-hcl2 returned a {node.data}, which drift does not support", self.line(node.meta.start_pos)
            )
        return build(self, node)

    def _term(self, node: Tree[Token]) -> t.Expr:
        steps: list[Step] = []
        while True:
            inner = _trees(node)
            if len(node.children) > 1 or str(inner[0].data) not in _POSTFIX:
                break
            node, step = _trees(inner[0])
            steps[:0] = self._steps(step)
        base = self.expr(inner[0])
        return _traversed(base, steps) if steps else base

    def _steps(self, node: Tree[Token]) -> list[Step]:
        kind = str(node.data)
        if kind == "get_attr":
            return [("attr", self._text(_trees(node)[0]))]
        if kind == "braces_index":
            return [("index", self.expr(_trees(node)[0]))]
        if kind == "short_index":
            return [("legacy", int(node.children[-1]))]  # type: ignore[arg-type]
        return [(kind, ""), *(step for child in _trees(node) for step in self._steps(child))]

    def _identifier(self, node: Tree[Token]) -> t.Expr:
        line = self.line(node.meta.start_pos)
        word = self._word(str(node.children[0]))
        return _literal(word, line) if isinstance(word, Value) else t.Name(word, line=line)

    def _constant(self, node: Tree[Token]) -> t.Expr:
        return t.Literal(_CONSTANTS[str(node.children[0])], line=self.line(node.meta.start_pos))

    def _conditional(self, node: Tree[Token]) -> t.Expr:
        condition, yes, no = map(self.expr, _trees(node))
        return t.Conditional(condition, yes, no, line=self.line(node.meta.start_pos))

    def _binary(self, node: Tree[Token]) -> t.Expr:
        left, term = _trees(node)
        operator, right = _trees(term)
        line = self.line(node.meta.start_pos)
        return t.Binary(str(operator.children[0]).strip(), self.expr(left), self.expr(right), line=line)

    def _unary(self, node: Tree[Token]) -> t.Expr:
        operator, of = node.children
        return t.Unary(str(operator), self.expr(of), line=self.line(node.meta.start_pos))  # type: ignore[arg-type]

    def _tuple(self, node: Tree[Token]) -> t.Expr:
        return t.TupleOf(tuple(map(self.expr, _trees(node))), line=self.line(node.meta.start_pos))

    def _object(self, node: Tree[Token]) -> t.Expr:
        line = self.line(node.meta.start_pos)
        items: list[tuple[t.Expr, t.Expr]] = []
        after_item = False
        for child in node.children:
            is_item = not isinstance(child, str) and child.data == "object_elem"
            if is_item and after_item:
                at = self.line(child.meta.start_pos)  # type: ignore[union-attr]
                raise Bad("the items of an object must be separated by commas or newlines", at)
            if is_item:
                key, value = _trees(child)  # type: ignore[arg-type]
                items.append((self._key(key), self.expr(value)))
            after_item = is_item
        return t.ObjectOf(tuple(items), line=line)

    def _key(self, node: Tree[Token]) -> t.Expr:
        found: Any = node
        while not isinstance(found, str) and len(found.children) == 1:
            if found.data == "identifier":
                word = self._word(str(found.children[0]))
                return _literal(word if isinstance(word, Value) else Value(word), self.line(node.meta.start_pos))
            found = found.children[0]
        if isinstance(found, str):
            return t.Literal(str(found), line=self.line(node.meta.start_pos))
        return self.expr(_trees(node)[0])

    def _call(self, node: Tree[Token]) -> t.Expr:
        line = self.line(node.meta.start_pos)
        name = str(self._word(str(_trees(node)[0].children[0])))
        given = [c for c in node.children if not isinstance(c, str) and c.data == "arguments"]
        arguments = tuple(self.expr(a) for a in _trees(given[0])) if given else ()
        if name == TEMPLATE:
            return _template(arguments, line)
        if name == IF:
            return t.TemplateIf(*arguments, line=line)
        if name == FOR:
            return _template_for(arguments[0], line)
        expand = bool(given) and "..." in given[0].children
        return t.Call(name, arguments, expand, line=line)

    def _for_tuple(self, node: Tree[Token]) -> t.Expr:
        key, value, of, (body,), condition = self._for(node)
        return t.ForTuple(key, value, of, body, condition, line=self.line(node.meta.start_pos))

    def _for_object(self, node: Tree[Token]) -> t.Expr:
        key, value, of, (name, body), condition = self._for(node)
        grouped = "..." in node.children
        return t.ForObject(key, value, of, name, body, condition, grouped, line=self.line(node.meta.start_pos))

    def _for(self, node: Tree[Token]) -> tuple[str, str, t.Expr, list[t.Expr], t.Expr | None]:
        intro, *rest = _trees(node)
        *names, of = _trees(intro)
        key, value = ["", *(self._text(n) for n in names)][-2:]
        condition = None
        if rest[-1].data == "for_cond":
            condition = self.expr(_trees(rest.pop())[0])
        return key, value, self.expr(of), [self.expr(r) for r in rest], condition

    _BUILD: Final[dict[str, Callable[[Builder, Tree[Token]], t.Expr]]] = {
        "expr_term": _term,
        "identifier": _identifier,
        "literal_value": _constant,
        "conditional": _conditional,
        "binary_op": _binary,
        "unary_op": _unary,
        "tuple": _tuple,
        "object": _object,
        "function_call": _call,
        "for_tuple_expr": _for_tuple,
        "for_object_expr": _for_object,
    }


_POSTFIX: Final = frozenset({"index_expr_term", "get_attr_expr_term", "attr_splat_expr_term", "full_splat_expr_term"})


def _trees(node: Tree[Token]) -> list[Tree[Token]]:
    """A node's children that are nodes and mean something."""
    return [c for c in node.children if not isinstance(c, str) and c.data != "new_line_or_comment"]


def _literal(word: Value, line: int) -> t.Literal:
    return t.Literal(normal(word.value) if isinstance(word.value, str) else word.value, line=line)


def _template_for(loop: t.Expr, line: int) -> t.Expr:
    """The directive, from the `for` that it was lowered to."""
    if not isinstance(loop, t.ForTuple):
        raise Bad("not a `for` directive", line)
    return t.TemplateFor(loop.key, loop.value, loop.of, loop.body, line=line)


def _template(parts: Sequence[t.Expr], line: int) -> t.Expr:
    """A template of these parts, neighbouring texts made one; a Literal where there is nothing else."""
    melded: list[t.Expr] = []
    for part in parts:
        if isinstance(part, t.Literal) and isinstance(part.value, str):
            last = melded[-1] if melded else None
            if isinstance(last, t.Literal) and isinstance(last.value, str):
                melded[-1] = t.Literal(normal(last.value + part.value), line=last.line)
                continue
            if not part.value:
                continue
        melded.append(part)
    if not melded:
        return t.Literal("", line=line)
    if len(melded) == 1 and isinstance(melded[0], t.Literal) and isinstance(melded[0].value, str):
        return t.Literal(melded[0].value, line=line)
    return t.Template(tuple(melded), line=line)


def _traversed(of: t.Expr, steps: Sequence[Step]) -> t.Expr:
    """Steps applied to what they stand behind. A full splat takes all that follows it into each element."""
    at, line = 0, of.line
    while at < len(steps):
        kind, what = steps[at]
        at += 1
        if kind == "full_splat":
            return t.Splat(of, _traversed(t.Element(line=line), steps[at:]), line=line)
        if kind == "attr_splat":
            end = at
            while end < len(steps) and steps[end][0] in ("attr", "legacy"):
                end += 1
            if end < len(steps) and steps[end][0] == "attr_splat":
                raise Bad("a splat inside a splat is not supported", line)
            of = t.Splat(of, _traversed(t.Element(line=line), steps[at:end]), attributes=True, line=line)
            at = end
        elif kind == "attr":
            of = t.GetAttr(of, what, line=line)
        else:
            of = t.Index(of, t.Literal(what, line=line) if kind == "legacy" else what, line=line)
    return of
