"""HCL's native syntax against trees written by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from drift.desired.hcl.syntax import SyntaxFault, parse, parse_expression, parse_template
from drift.desired.hcl.tree import Body, File, Literal, TupleOf
from tests.support.hcl import shown


def good(text: str) -> Body:
    file = parse(text, "main.tf")
    assert file.lost == ()
    return file.body


def value(text: str) -> str:
    """The one argument `a`, in one line."""
    return shown(good(text).attributes["a"].expr)


EXPRESSIONS = [
    ("1", "1"),
    ("1.50", "1.5"),
    ("1.050e1", "10.5"),
    ("1e3", "1000"),
    ("null", "null"),
    ("true", "true"),
    ('"x"', "'x'"),
    ("var.a", "(. var a)"),
    ("var.a.b[0].c", "(. (@ (. (. var a) b) 0) c)"),
    ('var.a["k"]', "(@ (. var a) 'k')"),
    ("var.a.0", "(@ (. var a) 0)"),
    ("var.a.0.b.1", "(@ (. (@ (. var a) 0) b) 1)"),
    ("a . b", "(. a b)"),
    ("x.for.in.null.true", "(. (. (. (. x for) in) null) true)"),
    ("a - 1", "(- a 1)"),
    ("a -1", "(- a 1)"),
    ("a - -1", "(- a (- 1))"),
    ("-46+5", "(+ (- 46) 5)"),
    ("-a.b", "(- (. a b))"),
    ("- -a", "(- (- a))"),
    ("!!a.b[0]", "(! (! (@ (. a b) 0)))"),
    ("!!!a && b", "(&& (! (! (! a))) b)"),
    ("[!!a, - -1]", "[(! (! a)), (- (- 1))]"),
    ("f(!!a)", "f((! (! a)))"),
    ("!a == b", "(== (! a) b)"),
    ("1 + 2 * 3", "(+ 1 (* 2 3))"),
    ("1 - 2 - 3", "(- (- 1 2) 3)"),
    ("(1 - 2) - (3)", "(- (- 1 2) 3)"),
    ("1 - (2 - 3)", "(- 1 (- 2 3))"),
    ("a % b / c", "(/ (% a b) c)"),
    ("a || b && c", "(|| a (&& b c))"),
    ("a == b != c", "(!= (== a b) c)"),
    ("a < b == c >= d", "(== (< a b) (>= c d))"),
    ("a && b == c", "(&& a (== b c))"),
    ("a ? b : c", "(? a b c)"),
    ("a ? b : c ? d : e", "(? a b (? c d e))"),
    ("a ? b ? c : d : e", "(? a (? b c d) e)"),
    ("a || b ? c + 1 : d", "(? (|| a b) (+ c 1) d)"),
    ("[]", "[]"),
    ("[1, 2,]", "[1, 2]"),
    ("{}", "{}"),
    ("{a = 1, b : 2}", "{'a': 1, 'b': 2}"),
    ('{(a) = 1, "b" = 2, ("c") = 3, 4 = 5}', "{a: 1, 'b': 2, 'c': 3, 4: 5}"),
    ("{true = 1, null = 2, in = 3, if : 4, for_each = 5}", "{'true': 1, 'null': 2, 'in': 3, 'if': 4, 'for_each': 5}"),
    ('{(a.b) = 1, "${c}" = 2}', "{(. a b): 1, c: 2}"),
    ("{a = b ? c : d, e = f}", "{'a': (? b c d), 'e': f}"),
    ("f()", "f()"),
    ("f(a, 1,)", "f(a, 1)"),
    ("f(a...)", "f(a...)"),
    ("f (a)", "f(a)"),
    ("provider::aws::arn_parse(a)", "provider::aws::arn_parse(a)"),
    ("core::max(1, 2)", "core::max(1, 2)"),
    ("f(g(h(1)))[0].x", "(. (@ f(g(h(1))) 0) x)"),
    ("a[*].b", "([*] a (. @ b))"),
    ("a[*]", "([*] a @)"),
    ("a[ * ].b[0]", "([*] a (@ (. @ b) 0))"),
    ("a[*].b[*].c", "([*] a ([*] (. @ b) (. @ c)))"),
    ("(a[*].b)[0]", "(@ ([*] a (. @ b)) 0)"),
    ("a.*.b", "(.* a (. @ b))"),
    ("a.*.b.0", "(.* a (@ (. @ b) 0))"),
    ("a.*.b[0].c", "(. (@ (.* a (. @ b)) 0) c)"),
    ("a.*.b[*].c", "([*] (.* a (. @ b)) (. @ c))"),
    ("[for x in y : x]", "[for x y : x]"),
    ("[for k, v in y : v if k != 1]", "[for k,v y : v if (!= k 1)]"),
    ("[for x in [1, 2] : {a = x}]", "[for x [1, 2] : {'a': x}]"),
    ("{for k, v in y : k => v}", "{for k,v y : k => v}"),
    ("{for v in y : v.k => v... if v.k != null}", "{for v y : (. v k) => v... if (!= (. v k) null)}"),
    ("[for x in y : -x if !x]", "[for x y : (- x) if (! x)]"),
    ("[for x in -y : x]", "[for x (- y) : x]"),
    ("{ for k in keys(m) : k => [for i in m[k] : i] }", "{for k keys(m) : k => [for i (@ m k) : i]}"),
    ("é.ß", "(. é ß)"),
    ("drift-7.drift-8", "(. drift-7 drift-8)"),
    ("endif.else", "(. endif else)"),
    ("a /* b */ + /* c */ d", "(+ a d)"),
]


@pytest.mark.parametrize(("text", "tree"), EXPRESSIONS)
def test_expressions(text: str, tree: str) -> None:
    assert shown(parse_expression(text)) == tree
    assert value(f"a = {text}") == tree
    assert value(f"a = {text} # no more\nb = 1\n") == tree
    assert shown(good(f"x {{ a = {text} }}").blocks[0].body.attributes["a"].expr) == tree
    assert shown(good(f"x {{\r\n  a = {text}\r\n}}\r\n").blocks[0].body.attributes["a"].expr) == tree


SPREAD = [
    ("(a\n.b\n[0])", "(@ (. a b) 0)"),
    ("(\na\n&& # why\n b\n)", "(&& a b)"),
    ("f(\n a // one\n, b\n)", "f(a, b)"),
    ("f(a\n...)", "f(a...)"),
    ("[\n\n1\n,\n2 # two\n]", "[1, 2]"),
    ("{\n a = 1 # one\n\n b = 2,\n c = 3\n}", "{'a': 1, 'b': 2, 'c': 3}"),
    ("{\n a = (b\n + c)\n for = (d)\n}".replace("for", "in"), "{'a': (+ b c), 'in': d}"),
    ("{ /* x\n y */ a = 1 }", "{'a': 1}"),
    ("{\n for k,\n v in m\n :\n k\n =>\n v\n ...\n if\n v\n}", "{for k,v m : k => v... if v}"),
    ("[\nfor x\nin\ny :\nx\nif x\n]", "[for x y : x if x]"),
    ("(a ?\nb\n:\nc)", "(? a b c)"),
    ("[{\n a = !!b\n c = 1\n}]", "[{'a': (! (! b)), 'c': 1}]"),
    ("f({\n a = <<E\nx\nE\n b = 1\n})", "f({'a': 'x\\n', 'b': 1})"),
]


@pytest.mark.parametrize(("text", "tree"), SPREAD)
def test_expressions_over_lines(text: str, tree: str) -> None:
    assert value(f"a = {text}\n") == tree
    assert value(f"a = {text}\n".replace("\n", "\r\n")).replace("\\r", "") == tree
    assert shown(parse_expression(text)) == tree


TEMPLATES = [
    (r'"a\nb\t\"\\A\U0001F600\r"', repr('a\nb\t"\\A\U0001f600\r')),
    ('"$${a} %%{b} $ % $$ %% 50% $x %y"', repr("${a} %{b} $ % $$ %% 50% $x %y")),
    ('"$${a"', repr("${a")),
    ('"$$${a}"', repr("$${a}")),
    ('"${a}"', "a"),
    ('"${"x"}"', "'x'"),
    ('"x${a}"', "<'x' a>"),
    ('"${a}${b}"', "<a b>"),
    ('"${a} "', "<a ' '>"),
    ('" ${~ a ~} "', "<a>"),
    ('"${~ a ~}"', "a"),
    ('"x ${~ a ~}  y"', "<'x' a 'y'>"),
    ('"x ${~ a }  y"', "<'x' a '  y'>"),
    (r'"x\n ${~ a ~} \n y"', "<'x' a 'y'>"),
    ('"${"a${"b${c}"}"}"', "<'a' <'b' c>>"),
    ('"${{a = "}"}["a"]}"', "(@ {'a': '}'} 'a')"),
    ('"${\n  a\n}"', "a"),
    ('"${f("x", [1])}-${b ? "c" : "d"}"', "<f('x', [1]) '-' (? b 'c' 'd')>"),
    ('"%{if a}b%{endif}"', "<<if a 'b' ''>>"),
    ('"%{ if a == "x" }b%{ else }${c}%{ endif }"', "<<if (== a 'x') 'b' <c>>>"),
    ('"x%{for v in l}${v},%{endfor}"', "<'x' <for v l <v ','>>>"),
    ('"%{for k, v in l}%{if k}a%{else}b%{endif}%{endfor}"', "<<for k,v l <<if k 'a' 'b'>>>>"),
    ('"a %{~ if b ~} c %{~ endif ~} d"', "<'a' <if b 'c' ''> 'd'>"),
    ('"%{for x in y}%{endfor}"', "<<for x y ''>>"),
    ('"${!!a}"', "(! (! a))"),
    ('"${a /* } */}"', "a"),
    ('"e\u0301"', repr("\u00e9")),
]


@pytest.mark.parametrize(("text", "tree"), TEMPLATES)
def test_templates_in_quotes(text: str, tree: str) -> None:
    assert value(f"a = {text}\nb = 1") == tree
    assert value(f"a = [{text}]") == f"[{tree}]"


HEREDOCS = [
    ("<<E\nE\n", "''"),
    ("<<E\na\n  b\nE\n", repr("a\n  b\n")),
    ("<<_X\na\n_X\n", repr("a\n")),
    ("<<E-1\na\nE-1\n", repr("a\n")),
    ("<<Été\na\nÉté\n", repr("a\n")),
    ("<<E\na\n   E  \n", repr("a\n")),
    ("<<E\nxE\nEx\nE\n", repr("xE\nEx\n")),
    ('<<E\n\\n "q" $${a} %%{b}\nE\n', repr('\\n "q" ${a} %{b}\n')),
    ("<<E\n${a}\nE\n", "<a '\\n'>"),
    ("<<E\n${a}E\nE\n", "<a 'E\\n'>"),
    ("<<E\n  x ${\n a\n } y\nE\n", "<'  x ' a ' y\\n'>"),
    ("<<-E\n    a\n      b\n\n    c\n    E\n", repr("a\n  b\n\nc\n")),
    ("<<-E\n    a\n  b\n  E\n", repr("  a\nb\n")),
    ("<<-E\n  a\n \n  b\nE\n", repr("a\n \nb\n")),
    ("<<-E\n\ta\n\t\tb\nE\n", repr("a\n\tb\n")),
    ("<<-E\n    ${a}\n      b\n    E\n", "<a '\\n  b\\n'>"),
    ("<<-E\n${a}\n  b\nE\n", "<a '\\n  b\\n'>"),
    ("<<E\n%{if a}\nx\n%{endif}\nE\n", "<<if a '\\nx\\n' ''> '\\n'>"),
    ("<<E\n%{if a ~}\nx\n%{endif ~}\nE\n", "<<if a 'x\\n' ''>>"),
    ("<<E\nx  \n${~ a}\nE\n", "<'x' a '\\n'>"),
    ("<<E\nx\n  ${~ a ~}\n  y\nE\n", "<'x\\n' a '  y\\n'>"),
    ('<<E\nresource "a" {\n}\n}\n"\nE\n', repr('resource "a" {\n}\n}\n"\n')),
    ("<<E\n${<<F\nx\nF\n}\nE\n", repr("x\n\n")),
]


@pytest.mark.parametrize(("text", "tree"), HEREDOCS)
def test_heredocs(text: str, tree: str) -> None:
    assert value(f"a = {text}b = 1\n") == tree
    assert value(f"a = f({text})") == f"f({tree})"


def test_a_heredoc_may_end_the_file() -> None:
    assert value("a = <<E\nx\nE") == repr("x\n")


def test_a_heredoc_keeps_its_line_endings() -> None:
    assert value("a = <<-E\r\n  x\r\n  E\r\nb = 1\r\n") == repr("x\r\n")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", "''"),
        ('plain "q" \\n', repr('plain "q" \\n')),
        ("${a}", "a"),
        ("a ${b}\n%{ if c ~}\n d\n%{ endif ~}\n$", "<'a ' b '\\n' <if c ' d\\n' ''> '$'>"),
        ("$${a}", repr("${a}")),
        ("100%", repr("100%")),
        ("\ufeffa", repr("a")),
    ],
)
def test_bare_templates(text: str, tree: str) -> None:
    assert shown(parse_template(text)) == tree


def test_numbers_are_exact() -> None:
    expr = parse_expression("[0.1, 12345678901234567890123, 1.0, 1E-2]")
    assert isinstance(expr, TupleOf)
    assert [e.value for e in expr.items if isinstance(e, Literal)] == [
        Decimal("0.1"),
        12345678901234567890123,
        1,
        Decimal("0.01"),
    ]


def test_blocks_labels_and_lines() -> None:
    body = good(
        'resource "aws_vpc" main {\n'  # 1
        '  cidr = "10.0.0.0/8"\n'
        "  tags = {\n"  # 3
        "    a = 1\n"
        "  }\n"
        "  timeouts {}\n"  # 6
        "  inner {\n"
        "    x = <<E\n"  # 8
        "y\n"
        "E\n"
        "  }\n"
        '  for_each = toset(["a"])\n'  # 12
        "}\n"
        "locals { a = 1 }\n"
    )
    resource, locals_ = body.blocks
    assert (resource.type, resource.labels, resource.line, resource.end_line) == (
        "resource",
        ("aws_vpc", "main"),
        1,
        13,
    )
    assert {a.name: (a.line, a.end_line) for a in resource.body.attributes.values()} == {
        "cidr": (2, 2),
        "tags": (3, 5),
        "for_each": (12, 12),
    }
    assert [(b.type, b.line, b.end_line) for b in resource.body.blocks] == [("timeouts", 6, 6), ("inner", 7, 11)]
    x = resource.body.blocks[1].body.attributes["x"]
    assert (x.line, x.end_line, x.expr) == (8, 10, Literal("y\n", line=8))
    assert (locals_.type, locals_.line, list(locals_.body.attributes)) == ("locals", 14, ["a"])


def test_odd_names_and_an_argument_beside_a_block_of_its_name() -> None:
    body = good('in "if" null {\n  volume = 1\n  volume { size = 2 }\n  true = 3\n}\n')
    (block,) = body.blocks
    assert (block.type, block.labels) == ("in", ("if", "null"))
    assert list(block.body.attributes) == ["volume", "true"]
    assert [b.type for b in block.body.blocks] == ["volume"]


def test_a_label_may_hold_escapes() -> None:
    assert good(r'a "x\"y" "$${z}" "" {}').blocks[0].labels == ('x"y', "${z}", "")


def test_byte_order_mark_and_empty_files() -> None:
    assert good("\ufeffa = 1").attributes["a"].line == 1
    for text in ("", "\n\n", "# only a comment", "/* and\nthis */", "\r\n"):
        assert good(text) == Body()


def test_comments_that_speak_to_drift() -> None:
    file = parse(
        '# drift:ignore reason="x" until=2030-01-01\n'
        "a = 1 // drift:ignore\n"
        "/* drift:ignore a\n * drift:ignore b\n */\n"
        "b = [ # drift:ignore inner\n 1]\n"
        "# not drift: this\n"
        'c = "# drift:ignore"\n',
        "x.tf",
    )
    assert file.comments == {
        1: 'drift:ignore reason="x" until=2030-01-01',
        2: "drift:ignore",
        3: "drift:ignore a",
        4: "drift:ignore b",
        6: "drift:ignore inner",
    }


BROKEN = [
    "a = 1 b = 2",
    "a = ",
    "a = 1 +\n2",
    "a = b\n? c : d",
    "a = [1 2]",
    "a = {x = 1 y = 2}",
    "a = {x = \n 1}",
    "a = f(1 2)",
    "a = (1",
    "a = [1}",
    'a = "x\ny"',
    'a = "x',
    r'a = "\q"',
    r'a = "\u12"',
    "a = 1.2.3",
    "a = <<E\nx\n",
    "a = <<E x\nE\n",
    'a = "${b"',
    'a = "${b c}"',
    'a = "%{if b}"',
    'a = "%{else}"',
    'a = "%{endif}"',
    'a = "%{for x in y}%{endif}"',
    'a = "%{if x}%{else}%{else}%{endif}"',
    'a = "%{what}"',
    "a = [for x in y]",
    "a = {for x in y : x}",
    "a = [for x : y]",
    "a = b.",
    "a = b.*.*",
    "a = b.0.1",
    "a = [1,,2]",
    "a = {,}",
    "a = @",
    "a = 'x'",
    "a = b ?? c",
    "a = b ~",
    "a\n{\n}",
    'a "${b}" {}',
    "a { b = 1, c = 2 }",
    "a { b = 1\nc = 2 }",
    "a {} b {}",
    '"a" = 1',
    "a.b = 1",
    "a = 1\na = 2",
    "x {\n a = 1\n a = 2\n}",
    "}",
    "/* a = 1",
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_terraform_refuses_is_lost(text: str) -> None:
    file = parse(text, "x.tf")
    assert file.lost
    assert all(one.reason and one.line >= 1 and one.end_line >= one.line for one in file.lost)


@pytest.mark.parametrize("text", ["", "1 2", "a b", "[", "a = 1", "(a", "a)", "{a}", "${a}"])
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(SyntaxFault):
        parse_expression(text)


def names(file: File) -> list[str]:
    return [*file.body.attributes, *(".".join((b.type, *b.labels)) for b in file.body.blocks)]


@pytest.mark.parametrize(
    "bad",
    [
        'x "bad" {\n  a = 1 b = 2\n}\n',
        'x "bad" {\n  a = [1 2]\n  b { c = "}" }\n  d = <<E\nresource "z" "z" {\n}\n}\nE\n}\n',
        'x "bad" {\n  a = "${b c}" // }\n  /* } */\n}\n',
        'x "bad" {\n  a = "unclosed\n}\n',
        'x "bad" {\n  a = {\n}\n',
        'x "bad" {\n  b {\n}\n',
        'x "bad" {\n  a = 1\n  a = 2\n}\n',
        'x "bad" {\n  a = f(\n}\n',
        'x "bad" {\n  a = f(,)\n}\n',
    ],
)
def test_only_the_bad_block_is_lost(bad: str) -> None:
    file = parse(f'x "one" {{\n  a = 1\n}}\n{bad}\nx "two" {{\n  a = 1\n}}\nlocals {{}}\n', "x.tf")
    assert names(file) == ["x.one", "x.two", "locals"]
    (lost,) = file.lost
    assert (lost.line, lost.header) == (4, 'x "bad"')


def test_the_line_of_a_loss() -> None:
    (lost,) = parse("a {\n\n  b = [1,\n    2 3]\n}\n", "x.tf").lost
    assert (lost.line, lost.end_line, lost.header) == (1, 5, "a")
    assert lost.reason.startswith("line 4: ")
