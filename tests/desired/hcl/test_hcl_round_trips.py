"""Generated trees, written as text in many ways, are parsed to the same trees; no text makes the parser fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.desired.hcl import tree as t
from drift.desired.hcl.json_syntax import parse_json, parse_json_values
from drift.desired.hcl.pack import packed, unpacked
from drift.desired.hcl.syntax import SyntaxFault, parse, parse_expression, parse_template
from tests.desired.hcl.test_hcl_syntax import BROKEN, EXPRESSIONS, HEREDOCS, SPREAD, TEMPLATES

NAMES = st.sampled_from(
    [
        "a",
        "b-c",
        "_d",
        "é1",
        "var",
        "aws_vpc",
        "forest",
        "iffy",
        "into",
        "nullable",
        "endif",
        "else",
        "for_each",
        "drift-0",
    ]
)
ATTRIBUTES = NAMES | st.sampled_from(["for", "in", "if", "true", "null"])
TEXTS = st.text(alphabet='ab \n\t"\\$%{}~é#/<-EOT🙂', max_size=8)
NUMBERS = st.integers(min_value=0, max_value=10**30) | st.decimals(0, 10, places=3).map(
    lambda d: int(d) if d == int(d) else d.normalize()
)
LITERALS = st.one_of(NUMBERS, TEXTS, st.booleans(), st.none()).map(t.Literal)
OPERATORS = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}


def _templates(inner: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[t.Expr]:
    """Templates as the parser gives them: no two texts side by side, none empty."""

    def made(parts: list[t.Expr]) -> t.Expr:
        kept: list[t.Expr] = []
        for part in parts:
            if (
                isinstance(part, t.Literal)
                and isinstance(part.value, str)
                and (not part.value or (kept and isinstance(kept[-1], t.Literal) and isinstance(kept[-1].value, str)))
            ):
                continue
            kept.append(part)
        return t.Template((*kept, t.Name("end")) if kept else (t.Literal("x"), t.Name("end")))

    sequences = st.one_of(
        TEXTS.map(t.Literal),
        inner.filter(lambda e: not isinstance(e, t.Literal)),
        st.builds(t.TemplateIf, inner, _flat(inner), _flat(inner)),
        st.builds(t.TemplateFor, st.just("") | NAMES, NAMES, inner, _flat(inner)),
    )
    return st.lists(sequences, min_size=1, max_size=3).map(made)


def _flat(inner: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[t.Expr]:
    """What a directive holds: text, or a template."""
    return TEXTS.map(t.Literal) | inner.filter(lambda e: not isinstance(e, t.Literal)).map(lambda e: t.Template((e,)))


def _steps(of: t.Expr, steps: list[Any]) -> t.Expr:
    for step in steps:
        of = t.GetAttr(of, step) if isinstance(step, str) else t.Index(of, step)
    return of


def _deeper(inner: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[t.Expr]:
    steps = st.lists(ATTRIBUTES | inner, max_size=2)
    condition = st.none() | inner
    return st.one_of(
        st.builds(_steps, inner, steps),
        st.builds(lambda of, s: t.Splat(of, _steps(t.Element(), s)), inner, steps),
        st.builds(
            lambda of, s: t.Splat(of, _steps(t.Element(), s), attributes=True), inner, st.lists(ATTRIBUTES, max_size=2)
        ),
        st.builds(
            lambda n, a, x: t.Call(n, tuple(a), x and bool(a)),
            NAMES | st.just("provider::aws::f"),
            st.lists(inner, max_size=3),
            st.booleans(),
        ),
        st.builds(t.Unary, st.sampled_from("-!"), inner),
        st.builds(t.Binary, st.sampled_from(sorted(OPERATORS)), inner, inner),
        st.builds(t.Conditional, inner, inner, inner),
        st.lists(inner, max_size=3).map(lambda i: t.TupleOf(tuple(i))),
        st.lists(st.tuples(inner, inner), max_size=3).map(lambda i: t.ObjectOf(tuple(i))),
        st.builds(t.ForTuple, st.just("") | NAMES, NAMES, inner, inner, condition),
        st.builds(t.ForObject, st.just("") | NAMES, NAMES, inner, inner, inner, condition, st.booleans()),
        _templates(inner),
    )


TREES = st.recursive(LITERALS | NAMES.map(t.Name), _deeper, max_leaves=12)


class Writer:
    """Writes a tree as text; `draw` chooses between the ways to do so."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self._one_line = 0

    def _pick(self, *ways: str) -> str:
        return str(self._draw(st.sampled_from(ways)))

    def gap(self) -> str:
        """Space where newlines do not count."""
        return (
            self._pick("", " ", " ", "\t", "/* } */ ")
            if self._one_line
            else self._pick("", " ", "\n  ", " # x\n", "\r\n", " /* ]\n */ ")
        )

    def expr(self, expr: t.Expr) -> str:  # noqa: C901 - one case for each kind of node
        """An expression that is an operand wherever it stands: in parentheses unless it is one by itself."""
        match expr:
            case t.Literal(value=str(text)):
                return self._string(text)
            case t.Literal(value=bool(flag)):
                return str(flag).lower()
            case t.Literal(value=None):
                return "null"
            case t.Literal(value=number):
                return format(number, "f") if isinstance(number, Decimal) else str(number)
            case t.Name(name=name):
                return name
            case t.Element():
                return ""
            case t.GetAttr(of=of, name=name):
                return self._stepped(of) + self._pick(".", " . ") + name
            case t.Index(of=of, key=key):
                return f"{self._stepped(of)}[{self.gap()}{self.any(key)}{self.gap()}]"
            case t.Splat(of=of, each=each, attributes=attributes):
                return f"({self._stepped(of)}{'.*' if attributes else self._pick('[*]', '[ * ]')}{self.expr(each)})"
            case t.Call(name=name, arguments=arguments, expand=expand):
                end = "..." if expand else self._pick("", ",") if arguments else ""
                return f"{name}({self._listed(arguments)}{end}{self.gap()})"
            case t.TupleOf(items=items):
                return f"[{self._listed(items)}{self._pick('', ',') if items else ''}{self.gap()}]"
            case t.ObjectOf(items=pairs):
                return self._object(pairs)
            case t.ForTuple(body=body):
                return f"[{self.gap()}{self._for(expr)}{self.any(body)}{self._if(expr)}{self.gap()}]"
            case t.ForObject(name=name_, body=body, grouped=grouped):
                arrow = f"{self.gap()}=>{self.gap()}{self.any(body)}{self.gap()}{'...' if grouped else ''}"
                return f"{{{self.gap()}{self._for(expr)}{self.any(name_)}{arrow}{self._if(expr)}{self.gap()}}}"
            case t.Template(parts=parts):
                with self.one_line():
                    return '"' + "".join(map(self._part, parts)) + '"'
        return f"({self.gap()}{self.any(expr)}{self.gap()})"

    def any(self, expr: t.Expr) -> str:
        """An expression between brackets, where operators need no parentheses around the whole."""
        match expr:
            case t.Unary(operator=operator, of=of):
                return operator + self._pick("", " ") + (self.any(of) if isinstance(of, t.Unary) else self._stepped(of))
            case t.Binary(operator=operator, left=left, right=right):
                a, b = self._side(left, OPERATORS[operator]), self._side(right, OPERATORS[operator] + 1)
                return f"{a}{self.gap()} {operator} {self.gap()}{b}"
            case t.Conditional(condition=condition, yes=yes, no=no):
                return (
                    f"{self._side(condition, 1)}{self.gap()} ? {self.any(yes)}{self.gap()} : {self.gap()}{self.any(no)}"
                )
        return self.expr(expr)

    def _side(self, expr: t.Expr, least: int) -> str:
        if isinstance(expr, t.Binary) and OPERATORS[expr.operator] >= least:
            return self.any(expr)
        return self.any(expr) if isinstance(expr, t.Unary) else self.expr(expr)

    def _stepped(self, expr: t.Expr) -> str:
        """What steps may follow: a number's dot would be its own, a splat would take them."""
        number = (
            isinstance(expr, t.Literal) and isinstance(expr.value, int | Decimal) and not isinstance(expr.value, bool)
        )
        return f"({self.expr(expr)})" if number else self.expr(expr)

    def _listed(self, items: tuple[t.Expr, ...]) -> str:
        return ",".join(f"{self.gap()}{self.any(i)}{self.gap()}" for i in items)

    def _object(self, pairs: tuple[tuple[t.Expr, t.Expr], ...]) -> str:
        if self._one_line:
            return "{" + ", ".join(f"{self._key(k)} = {self._line(v)}" for k, v in pairs) + "}"
        out = "{" + self._pick("", " ", "\n", " # x\n")
        for n, (key, value) in enumerate(pairs):
            last = n == len(pairs) - 1
            end = (
                self._pick("", "\n", ",", ",\n", " // x\n")
                if last
                else self._pick("\n", ",", " ,\n\n", " # x\n", "\r\n")
            )
            out += f"{self._key(key)}{self._pick(' = ', ':', '=')}{self._line(value)}{end}"
        return out + "}"

    def _line(self, expr: t.Expr) -> str:
        """An expression whose newlines, outside of brackets, would end it."""
        if self._pick("", "x"):
            with self.one_line():
                return self.any(expr)
        return f"({self.any(expr)})" if isinstance(expr, t.Unary | t.Binary | t.Conditional) else self.expr(expr)

    def _key(self, key: t.Expr) -> str:
        if isinstance(key, t.Literal) and isinstance(key.value, str):
            bare = key.value in ("a", "b-c", "é1", "in", "true", "null", "if") and self._pick("", "x")
            return key.value if bare else self._string(key.value, heredoc=False)
        return f"({self.any(key)})"

    def _for(self, expr: t.ForTuple | t.ForObject | t.TemplateFor) -> str:
        names = f"{expr.key}{self.gap()},{self.gap()}{expr.value}" if expr.key else expr.value
        end = "" if isinstance(expr, t.TemplateFor) else f"{self.gap()}:{self.gap()}"
        return f"for {self.gap()}{names} {self.gap()}in {self.gap()}{self.any(expr.of)}{end}"

    def _if(self, expr: t.ForTuple | t.ForObject) -> str:
        return f" {self.gap()}if {self.gap()}{self.any(expr.condition)}" if expr.condition is not None else ""

    # --- text ---

    @contextmanager
    def one_line(self) -> Iterator[None]:
        """Nothing that is written meanwhile spans lines: within a quoted template HCL would let it."""
        self._one_line += 1
        yield
        self._one_line -= 1

    def _string(self, text: str, *, heredoc: bool = True) -> str:
        if (
            heredoc
            and not self._one_line
            and text.endswith("\n")
            and not text.isspace()
            and "EOT" not in text
            and self._pick("", "x")
        ):
            return f"(<<EOT\n{_doubled(text)}EOT\n)"
        return f'"{_escaped(text)}"'

    def _part(self, part: t.Expr) -> str:
        match part:
            case t.Literal(value=str(text)):
                return _escaped(text)
            case t.TemplateIf(condition=condition, yes=yes, no=no):
                empty = no == t.Literal("")
                otherwise = "" if empty and self._pick("", "x") else "%{else}" + self._held(no)
                return f"%{{ if {self.any(condition)} }}{self._held(yes)}{otherwise}%{{endif}}"
            case t.TemplateFor(body=body):
                return f"%{{{self._for(part)} }}{self._held(body)}%{{ endfor }}"
        return "${" + self.gap() + self.any(part) + self.gap() + "}"

    def _held(self, expr: t.Expr) -> str:
        return "".join(map(self._part, expr.parts if isinstance(expr, t.Template) else (expr,)))


def _doubled(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def _escaped(text: str) -> str:
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    out = _doubled(out)
    # a `$` at the end might meet the `${` of what follows
    return out[:-1] + f"\\u{ord(out[-1]):04x}" if out[-1:] in ("$", "%") else out


def without_lines(value: Any) -> Any:
    """A tree with every line 0."""
    if isinstance(value, tuple):
        return tuple(map(without_lines, value))
    if not is_dataclass(value):
        return value
    given = {f.name: without_lines(getattr(value, f.name)) for f in fields(value) if f.name != "line"}
    form: Any = type(value)
    return form(**given)


@settings(max_examples=400)
@given(TREES, st.data())
def test_a_tree_written_and_parsed_is_the_same(tree: t.Expr, data: st.DataObject) -> None:
    text = Writer(data.draw).any(tree)
    assert without_lines(parse_expression(text)) == tree, text
    line = Writer(data.draw)._line(tree)
    file = parse(f'a "b" {{\n  x = {line}\n  y {{\n    z = {line} # end\n  }}\n}}\n', "x.tf")
    assert file.lost == (), line
    body = file.body.blocks[0].body
    assert without_lines(body.attributes["x"].expr) == tree
    assert without_lines(body.blocks[0].body.attributes["z"].expr) == tree
    assert unpacked(packed(file), "x.tf") == file


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def plain(expr: t.Expr) -> Any:
    match expr:
        case t.Literal(value=value):
            return value
        case t.TupleOf(items=items):
            return [plain(i) for i in items]
        case t.ObjectOf(items=pairs):
            return {plain(k): plain(v) for k, v in pairs}
    raise TypeError(type(expr).__name__)


@given(st.dictionaries(st.text("abcé", min_size=1, max_size=3), VALUES, max_size=3), st.sampled_from([None, 0, 2]))
def test_values_in_json(values: dict[str, Any], indent: int | None) -> None:
    file = parse_json_values(json.dumps(values, indent=indent), "x")
    normal = json.loads(json.dumps(values))
    assert file.lost == ()
    assert {a.name: plain(a.expr) for a in file.body.attributes.values()} == _nfc(normal)


def _nfc(value: Any) -> Any:
    import unicodedata

    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", k): _nfc(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_nfc(v) for v in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


SEEDS = [f"a = {text}" for text, _ in (*EXPRESSIONS, *SPREAD, *TEMPLATES, *HEREDOCS)] + BROKEN
ODD = st.sampled_from(
    [
        '"',
        "${",
        "%{",
        "}",
        "{",
        "[",
        "]",
        "(",
        ")",
        "<<E\n",
        "E\n",
        "\n",
        "#",
        "/*",
        "*/",
        "~",
        "\\",
        "\x00",
        "\udc80",
        "for",
        "if",
        ".",
        "-",
        "!",
        "::",
        "...",
        "=>",
        "%{endif}",
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Good text, spoilt in a few places."""
    text = "\n".join(draw(st.lists(st.sampled_from(SEEDS), min_size=1, max_size=3)))
    text = f'x "y" {{\n{text}\n}}\n' if draw(st.booleans()) else text
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        text = text[:at] + draw(ODD | st.just("")) + text[at + length :]
    return text


@settings(max_examples=300)
@given(damaged())
def test_no_text_makes_the_parser_fail(text: str) -> None:
    file = parse(text, "x.tf")
    assert unpacked(packed(file), "x.tf") == file
    for one in file.lost:
        assert one.reason
        assert 1 <= one.line <= one.end_line <= text.count("\n") + 1
    parse_json(text, "x.tf.json")
    for alone in (parse_expression, parse_template):
        with suppress(SyntaxFault):
            alone(text)


@settings(max_examples=100)
@given(damaged())
def test_a_good_block_before_a_bad_one_is_kept(text: str) -> None:
    file = parse(f'good "one" {{\n  a = 1\n}}\n{text}', "x.tf")
    assert file.body.blocks[0].labels == ("one",)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 20_000,
        "a {\n" * 5_000,
        "a = " + "{a=" * 20_000,
        "a = " + "!" * 20_000 + "b",
        "a = 1" + "+1" * 20_000,
        "a = b" + ".c" * 20_000,
        "a = " + "b?c:" * 20_000 + "d",
        'a = "' + '${"' * 20_000,
        'a = "' + "%{if true}" * 20_000,
        'a = "' * 5_000,
        "a = <<E\n" * 5_000,
        "a = 1 /* " * 20_000,
        'x "y" {\n a = [1 2\n' * 2_000,
        "}\n" * 20_000,
        "a = " + "9" * 20_000,
    ],
    ids=lambda text: str(text[:12]),
)
def test_hostile_text_is_given_up(text: str) -> None:
    file = parse(text, "x.tf")
    assert 1 <= len(file.lost) <= 201
    assert file.body == t.Body()


def test_a_long_string_is_no_trouble() -> None:
    text = "x" * 1_000_000
    (attribute,) = parse(f'a = "{text}"', "x.tf").body.attributes.values()
    assert attribute.expr == t.Literal(text, line=1)


def test_what_nests_as_people_write_it_is_parsed() -> None:
    assert parse("a = " + "[" * 150 + "]" * 150, "x.tf").lost == ()
    assert parse("a = " + " || ".join(["b"] * 150), "x.tf").lost == ()
    assert parse("a = [" + ", ".join(["b || c"] * 1_000) + "]", "x.tf").lost == ()
