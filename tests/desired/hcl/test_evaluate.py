"""What the evaluator promises beyond Terraform's own answers: bounds, the jail, reasons, types of variables."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.desired.hcl import functions
from drift.desired.hcl.constraints import conform, type_of
from drift.desired.hcl.evaluate import attempt, evaluate
from drift.desired.hcl.functions.registry import FUNCTIONS
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.numbers import add, divide, multiply, parse, text_of
from drift.desired.hcl.read import Sources
from drift.desired.hcl.run import Failure, Run
from drift.desired.hcl.syntax import parse_expression
from drift.desired.hcl.types import has_dynamic
from drift.desired.hcl.values import UNKNOWN, NotKnown, Val, from_python, unknown
from drift.model.bounds import READ_BYTES
from tests.support.expressions import SIGNATURES
from tests.support.values import plain, type_json

NEVER_KNOWN = {"base64gzip", "bcrypt", "plantimestamp", "rsadecrypt", "timestamp", "uuid"}
"""Functions whose result differs each time, or that only Terraform's own code computes."""


class Names:
    """A scope of plain names."""

    def __init__(self, directory: Path = Path(), **names: Val) -> None:
        self.directory = directory
        self.jail = (directory,)
        self.names = names

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
        return (self.names[name], 0) if name in self.names else None


def value(text: str, scope: Names | None = None, run: Run | None = None) -> Val:
    return evaluate(parse_expression(text), scope, run or Run())


def test_every_function_of_terraform_is_there_with_its_parameters() -> None:
    functions.load()
    wanted = json.loads(SIGNATURES.read_text())
    assert wanted.keys() == {name for name in FUNCTIONS if "::" not in name}
    for name, (params, rest, _) in wanted.items():
        ours = FUNCTIONS[name]
        assert len(ours.params) == len(params), name
        assert (ours.rest is None) == (rest is None), name
        for one, type_ in zip(ours.params, params, strict=True):
            if type_ != "dynamic" and not has_dynamic(one.type):
                assert type_json(one.type) == type_, name


@pytest.mark.parametrize("name", sorted(NEVER_KNOWN))
def test_what_nobody_can_know_is_unknown_with_a_reason(name: str) -> None:
    run = Run()
    arguments = ", ".join(['"x"'] * len(FUNCTIONS[name].params)) if functions.load() else ""
    assert not value(f"{name}({arguments})", run=run).is_known
    assert any(name in reason for _, reason in run.notes)


HOSTILE = [
    "range(1e9)",
    "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : [for d in range(1000) : 1]]]]",
    'format("%1000000000d", 1)',
    'format("%.99999f", 1)',
    "setproduct(range(1000), range(1000), range(1000), range(1000))",
    'join("", [for a in range(1000) : join("", [for b in range(1000) : "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"])])',
    'replace(join("", [for a in range(1000) : "aaaaaaaaaa"]), "", join("", [for a in range(1000) : "bbbbbbbbbb"]))',
    'indent(1e9, "a\\nb")',
    "pow(10, 400)",
    'tonumber("1e999999999")',
    'parseint(join("", [for a in range(1000) : "9999999"]), 10)',
    'jsondecode(join("", [for a in range(1000) : "[[[[[[[[[["]))',
    'yamldecode("a: &a [x,x,x,x,x,x,x,x,x,x]\\n%{for c in ["b","c","d","e","f","g","h"]}${c}: &${c} [%{for i in range(10)}*a,%{endfor}]\\n%{endfor}")',
    'regexall("(a*)*(b|a)*c", join("", [for a in range(1000) : "aaaaaaaaaa"]))',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_ends_soon(text: str) -> None:
    run = Run(steps=200_000, text=1 << 20, items=100_000)
    found = value(text, run=run)
    assert not found.is_known or found.wholly_known
    assert run.steps > -200_000


def test_aliases_that_double_in_yaml_are_counted() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40))]
    with pytest.raises(NotKnown):
        attempt(parse_expression("yamldecode(text)"), Names(text=from_python("\n".join(lines))), Run())


def test_recursion_through_references_ends() -> None:
    class Loop(Names):
        def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
            return evaluate(parse_expression("x + 1"), self, run), 0

    run = Run()
    assert not value("x", Loop(), run).is_known
    assert run.notes


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    (root / "inside.txt").write_text("text")
    (root / "large.txt").write_bytes(b"x" * (READ_BYTES.most + 1))
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "loop").symlink_to(root / "loop")
    (root / "directory").mkdir()
    return root


@pytest.mark.parametrize(
    "path", ["../outside.txt", "{root}/../outside.txt", "/etc/passwd", "~/.netrc", "link.txt", "loop", "large.txt"]
)
@pytest.mark.parametrize("function", ["file", "filebase64", "filesha256", "fileexists"])
def test_no_file_outside_of_the_configuration_is_read(configuration: Path, path: str, function: str) -> None:
    run = Run()
    found = value(f'{function}("{path.format(root=configuration)}")', Names(configuration), run)
    if function == "fileexists" and path == "large.txt":
        assert found.raw is True
        return
    assert not found.is_known
    assert run.notes
    assert not any("secret" in reason for _, reason in run.notes)


def test_templates_see_their_own_names_only(configuration: Path) -> None:
    (configuration / "t").write_text("${a}${outer}")
    scope = Names(configuration, outer=from_python("x"))
    assert not value('templatefile("t", { a = 1 })', scope).is_known
    (configuration / "t").write_text('${a}${templatefile("t", {})}')
    assert not value('templatefile("t", { a = 1 })', scope).is_known


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("try(x, 1)", False),
        ("try(x.y, 1)", False),
        ("try(tonumber(x), 1)", False),
        ("try({}.a, 1)", True),
        ("try(length([x]), 1)", True),
        ("try(length([tonumber(x)]), 1)", False),
        ("try(length([x.y]), 1)", False),
        ("try(length([x[0]]), 1)", False),
        ("try(length([[1][x]]), 1)", False),
        ("try(length([x + 1]), 1)", False),
        ("try(length([x ? 1 : 2]), 1)", False),
        ("try(length([for y in x : y]), 1)", False),
        ("try(false && x, 1)", False),
        ("try([x][1], 1)", True),
        ("can(x)", False),
        ("can({}.a)", True),
        ("[try({}.a, 1), x]", True),
        ("try(uuid(), 1)", False),
    ],
)
def test_whether_something_fails_is_unknown_where_it_depends_on_what_is_not_known(text: str, known: bool) -> None:
    found = value(text, Names(x=unknown()))
    first = found.raw[0] if isinstance(found.raw, tuple) else found
    assert first.is_known is known


def test_what_drift_cannot_tell_spoils_only_what_it_is_part_of() -> None:
    found = value('{ a = file("/etc/passwd"), b = 1 }', Names(Path("/nowhere")))
    assert plain(found.raw["b"]) == ("number", "1")
    assert not found.raw["a"].is_known


CONSTRAINTS = [
    ("string", 5, "5"),
    ("number", "5", ("number", "5")),
    ("bool", "true", True),
    ("list(string)", [1, True], ["1", "true"]),
    ("set(string)", ["b", "a", "b"], ["a", "b"]),
    ("map(number)", {"a": "1"}, {"a": ("number", "1")}),
    ("tuple([string, number])", [1, "2"], ["1", ("number", "2")]),
    ("any", [1, "a"], [("number", "1"), "a"]),
    ("list(any)", [1, "a"], ["1", "a"]),
    ("object({ a = string })", {"a": 1, "more": 2}, {"a": "1"}),
    ("object({ a = optional(string) })", {}, {"a": None}),
    ('object({ a = optional(string, "x") })', {"a": None}, {"a": "x"}),
    ("object({ a = optional(object({ b = optional(number, 7) }), {}) })", {}, {"a": {"b": ("number", "7")}}),
    ('list(object({ a = optional(string, "x") }))', [{}, {"a": "y"}], [{"a": "x"}, {"a": "y"}]),
    ("map(object({ a = string, b = optional(bool, true) }))", {"k": {"a": 1}}, {"k": {"a": "1", "b": True}}),
    ("object({ a = optional(list(string), []) })", {"a": None}, {"a": []}),
]


@pytest.mark.parametrize(("constraint", "given_", "expected"), CONSTRAINTS, ids=[c[0] for c in CONSTRAINTS])
def test_a_variable_has_the_value_that_its_type_makes_of_it(constraint: str, given_: object, expected: object) -> None:
    assert plain(conform(from_python(given_), *type_of(parse_expression(constraint)))) == expected


@pytest.mark.parametrize(
    ("constraint", "given_"),
    [("string", ["a"]), ("number", "x"), ("object({ a = string })", {}), ("tuple([string])", []), ("list(string)", {})],
)
def test_a_value_that_its_type_refuses_fails(constraint: str, given_: object) -> None:
    with pytest.raises(Failure):
        conform(from_python(given_), *type_of(parse_expression(constraint)))


DECIMALS = st.decimals(-(10**30), 10**30, allow_nan=False, allow_infinity=False, places=12)


@settings(deadline=None)
@given(DECIMALS, DECIMALS)
def test_arithmetic_is_that_of_floats_of_512_bits(a: Decimal, b: Decimal) -> None:
    left, right = parse(str(a)), parse(str(b))
    total = add(left, right)
    assert add(right, left) == total
    assert parse(text_of(total)) == total
    assert abs(float(text_of(total)) - (float(a) + float(b))) <= 1e-9 * (abs(float(a)) + abs(float(b)))
    if right:
        quotient = divide(multiply(left, right), right)
        assert abs(float(text_of(quotient)) - float(a)) <= 1e-9 * abs(float(a)) + 1e-9


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES)
@pytest.mark.parametrize("there_and_back", ["jsondecode(jsonencode(x))", "yamldecode(yamlencode(x))"])
def test_what_is_encoded_is_decoded_again(there_and_back: str, x: object) -> None:
    scope = Names(x=value("y", Names(y=from_python(_normal(x)))))
    found = value(there_and_back, scope)
    if found.is_known:  # a key that is no simple one is not written
        assert plain(found) == plain(scope.names["x"])


def _normal(x: object) -> object:
    """The value with texts in Terraform's normal form."""
    from drift.desired.hcl.operators import normal

    walk: Callable[[object], object] = _normal
    if isinstance(x, str):
        return normal(x)
    if isinstance(x, list):
        return [walk(v) for v in x]
    return {normal(k): walk(v) for k, v in x.items()} if isinstance(x, dict) else x


ROLE = "arn:aws:iam::444455556666:role"
OF_THE_PROVIDER = [
    (
        f'arn_parse("{ROLE}/a")',
        {"partition": "aws", "service": "iam", "region": "", "account_id": "444455556666", "resource": "role/a"},
    ),
    (
        'arn_parse("arn:aws:s3:::b/k:x:y")',
        {"partition": "aws", "service": "s3", "region": "", "account_id": "", "resource": "b/k:x:y"},
    ),
    ('arn_build("aws", "iam", "", "444455556666", "role/a")', f"{ROLE}/a"),
    ('arn_build("", "", "", "", "")', "arn:::::"),
    (f'trim_iam_role_path("{ROLE}/with/path/a")', f"{ROLE}/a"),
    (f'trim_iam_role_path("{ROLE}/a")', f"{ROLE}/a"),
    ('arn_parse("nope")', None),
    ('arn_parse("arn::::")', None),
    ('trim_iam_role_path("arn:aws:iam::444455556666:user/x/y")', None),
    ('trim_iam_role_path("arn:aws:iam:us-east-1:444455556666:role/a/x")', None),
]
"""As the AWS provider answered; None where it refused."""


@pytest.mark.parametrize(("call", "expected"), OF_THE_PROVIDER, ids=[call for call, _ in OF_THE_PROVIDER])
def test_the_providers_own_functions(call: str, expected: object) -> None:
    assert plain(value(f"try(provider::aws::{call}, null)")) == expected


DOUBLED = (
    'locals {\n  a0 = ["x"]\n' + "".join(f"  a{n} = [local.a{n - 1}, local.a{n - 1}]\n" for n in range(1, 60)) + "}\n"
)


@pytest.mark.parametrize(
    "value",
    [
        "jsonencode(local.a59)",
        "local.a59 == local.a58",
        "length(flatten(local.a59))",
        f"length({'[for x in [' * 50}1{']: [x, x]]' * 50})",
        'jsonencode(uuid() == "x" ? local.a59 : local.a59)',
    ],
)
def test_what_is_shared_counts_as_often_as_it_is_written_out(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty doublings are a quadrillion elements, and fifty lists in memory."""
    monkeypatch.setenv("DRIFT_BOUNDS", "elements=10000")
    (tmp_path / "main.tf").write_text(
        f'{DOUBLED}resource "aws_sqs_queue" "q" {{\n  name = {value}\n  policy = "p"\n}}\n'
    )
    found = Sources(tmp_path, Given(environment={})).evaluated()
    (queue,) = found.instances.values()

    assert queue.values["name"] is UNKNOWN
    assert queue.values["policy"] == "p"
    assert [w for w in found.warnings if "parts, more than 10,000 (bound elements)" in w]


def test_a_large_value_is_counted_wherever_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_BOUNDS", "evaluation-steps=200000")
    copies = "".join(f'resource "aws_sqs_queue" "q{n}" {{\n  tags = {{ a = local.a12 }}\n}}\n' for n in range(60))
    (tmp_path / "main.tf").write_text(DOUBLED + copies)
    found = Sources(tmp_path, Given(environment={})).evaluated()

    assert [w for w in found.warnings if "evaluation-steps" in w]


def test_functions_are_there_whatever_is_evaluated_first(tmp_path: Path) -> None:
    """A data source that comes first loads its provider's functions; all others are still to be loaded then."""
    (tmp_path / "main.tf").write_text(
        'data "aws_iam_policy_document" "p" {\n  statement {\n    actions = ["a:b"]\n  }\n}\n'
        'resource "aws_sqs_queue" "a" {\n  name   = "a"\n  policy = data.aws_iam_policy_document.p.json\n}\n'
        'resource "aws_sqs_queue" "b" {\n  for_each = toset(["x"])\n  name     = each.key\n}\n'
    )
    program = (
        "import sys; from pathlib import Path; from drift.desired.hcl.inputs import Given; "
        "from drift.desired.hcl.read import Sources; "
        "print(*Sources(Path(sys.argv[1]), Given(environment={})).evaluated([]).instances)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)

    assert 'aws_sqs_queue.b["x"]' in done.stdout.split()
