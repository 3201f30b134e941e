"""JSON syntax against trees written by hand, and against the native syntax of the same meaning."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from drift.desired.hcl.evaluate import evaluate
from drift.desired.hcl.json_syntax import parse_json, parse_json_values
from drift.desired.hcl.syntax import parse
from drift.desired.hcl.tree import Block, Body, File, Literal
from tests.support.hcl import shown
from tests.support.json_templates import KEPT
from tests.support.values import golden, plain


def good(value: Any) -> Body:
    file = parse_json(value if isinstance(value, str) else json.dumps(value), "x.tf.json")
    assert file.lost == ()
    return file.body


def outline(body: Body) -> dict[str, Any]:
    """A body without lines, so that both syntaxes can be held together."""
    return {
        **{a.name: shown(a.expr) for a in body.attributes.values()},
        **({"": [(b.type, b.labels, outline(b.body)) for b in body.blocks]} if body.blocks else {}),
    }


SAME = [
    (
        {"locals": {"a": 1, "b": "x${var.c}", "d": {"e": [True, None]}}},
        'locals {\na = 1\nb = "x${var.c}"\nd = {"e" = [true, null]}\n}',
    ),
    ({"locals": [{"a": 1}, {"b": 2}]}, "locals {\na = 1\n}\nlocals {\nb = 2\n}"),
    (
        {"locals": {"a": "${b}", "c": "%{if d}e%{endif}", "f": "$${g}"}},
        'locals {\na = "${b}"\nc = "%{if d}e%{endif}"\nf = "$${g}"\n}',
    ),
    ({"locals": {"a": {"${b}": 1, "c": 2}}}, 'locals {\na = { "${b}" = 1, "c" = 2 }\n}'),
    ({"//": "said", "locals": {"//": {"x": 1}, "a": {"//": 1}}}, 'locals {\na = { "//" = 1 }\n}'),
    (
        {"resource": {"aws_vpc": {"a": {"cidr_block": "10.0.0.0/8"}}}},
        'resource "aws_vpc" "a" {\ncidr_block = "10.0.0.0/8"\n}',
    ),
    (
        {"resource": [{"aws_vpc": {"a": {}}}, {"aws_vpc": [{"b": {}}, {"c": {}}]}]},
        'resource "aws_vpc" "a" {}\nresource "aws_vpc" "b" {}\nresource "aws_vpc" "c" {}',
    ),
    (
        {"resource": {"aws_instance": {"a": {"root_block_device": {"volume_size": 1}, "tags": {"a": "b"}}}}},
        'resource "aws_instance" "a" {\ntags = { "a" = "b" }\nroot_block_device {\nvolume_size = 1\n}\n}',
    ),
    (
        {"resource": {"aws_instance": {"a": {"ebs_block_device": [{"volume_size": 1}, {"volume_size": 2}]}}}},
        'resource "aws_instance" "a" {\nebs_block_device {\nvolume_size = 1\n}\nebs_block_device {\nvolume_size = 2\n}\n}',
    ),
    (
        {"resource": {"aws_security_group": {"a": {"ingress": [{"from_port": 1}]}}}},
        'resource "aws_security_group" "a" {\ningress = [{ "from_port" = 1 }]\n}',
    ),
    (
        {
            "resource": {
                "aws_instance": {
                    "a": {
                        "dynamic": {
                            "ebs_block_device": {
                                "for_each": "${var.x}",
                                "iterator": "i",
                                "content": {"volume_size": "${i.value}"},
                            }
                        }
                    }
                }
            }
        },
        'resource "aws_instance" "a" {\ndynamic "ebs_block_device" {\nfor_each = var.x\niterator = i\ncontent {\nvolume_size = i.value\n}\n}\n}',
    ),
    (
        {
            "resource": {
                "x_y": {
                    "a": {
                        "provider": "aws.west",
                        "depends_on": ["aws_vpc.a", "module.b"],
                        "count": "${length(var.l)}",
                        "lifecycle": {"ignore_changes": ['tags["Name"]', "user_data"]},
                    }
                }
            }
        },
        'resource "x_y" "a" {\nprovider = aws.west\ndepends_on = [aws_vpc.a, module.b]\ncount = length(var.l)\nlifecycle {\nignore_changes = [tags["Name"], user_data]\n}\n}',
    ),
    (
        {"resource": {"x_y": {"a": {"lifecycle": [{"ignore_changes": "all"}]}}}},
        'resource "x_y" "a" {\nlifecycle {\nignore_changes = all\n}\n}',
    ),
    (
        {"resource": {"x_y": {"a": {"provisioner": {"local-exec": {"command": "x"}}, "connection": {"host": "h"}}}}},
        'resource "x_y" "a" {\nprovisioner "local-exec" {\ncommand = "x"\n}\nconnection {\nhost = "h"\n}\n}',
    ),
    (
        {
            "data": {
                "aws_iam_policy_document": {"a": {"statement": {"actions": ["s3:*"], "principals": [{"type": "AWS"}]}}}
            }
        },
        'data "aws_iam_policy_document" "a" {\nstatement {\nactions = ["s3:*"]\nprincipals {\ntype = "AWS"\n}\n}\n}',
    ),
    (
        {"data": {"aws_vpc": {"a": {"filter": [{"name": "x", "values": ["y"]}]}}}},
        'data "aws_vpc" "a" {\nfilter {\nname = "x"\nvalues = ["y"]\n}\n}',
    ),
    (
        {
            "variable": {
                "a": {
                    "type": "list(object({b = string}))",
                    "default": ["${c}"],
                    "validation": {"condition": "${var.a != null}", "error_message": "x"},
                }
            }
        },
        'variable "a" {\ntype = list(object({b = string}))\ndefault = ["$${c}"]\nvalidation {\ncondition = var.a != null\nerror_message = "x"\n}\n}',
    ),
    (
        {"module": {"m": {"source": "./m", "providers": {"aws": "aws.west"}, "x": {"y": "${z}"}}}},
        'module "m" {\nsource = "./m"\nproviders = { "aws" = aws.west }\nx = { "y" = z }\n}',
    ),
    (
        {"provider": {"aws": [{"region": "r"}, {"alias": "w", "default_tags": {"tags": {"a": "b"}}}]}},
        'provider "aws" {\nregion = "r"\n}\nprovider "aws" {\nalias = "w"\ndefault_tags {\ntags = { "a" = "b" }\n}\n}',
    ),
    (
        {
            "terraform": {
                "required_version": ">= 1",
                "backend": {"s3": {"bucket": "b"}},
                "required_providers": {"aws": {"source": "hashicorp/aws"}},
            }
        },
        'terraform {\nrequired_version = ">= 1"\nbackend "s3" {\nbucket = "b"\n}\nrequired_providers {\naws = { "source" = "hashicorp/aws" }\n}\n}',
    ),
    (
        {"moved": {"from": "aws_vpc.a", "to": 'module.b["c"].aws_vpc.a'}},
        'moved {\nfrom = aws_vpc.a\nto = module.b["c"].aws_vpc.a\n}',
    ),
    ({"import": {"to": "aws_vpc.a", "id": "vpc-${var.x}"}}, 'import {\nto = aws_vpc.a\nid = "vpc-${var.x}"\n}'),
    (
        {"removed": {"from": "aws_vpc.a", "lifecycle": {"destroy": False}}},
        "removed {\nfrom = aws_vpc.a\nlifecycle {\ndestroy = false\n}\n}",
    ),
    (
        {"check": {"c": {"data": {"http": {"h": {"url": "u"}}}, "assert": {"condition": "${true}"}}}},
        'check "c" {\ndata "http" "h" {\nurl = "u"\n}\nassert {\ncondition = true\n}\n}',
    ),
    (
        {"output": {"o": {"value": "${aws_vpc.a.id}", "depends_on": ["aws_vpc.a"]}}},
        'output "o" {\nvalue = aws_vpc.a.id\ndepends_on = [aws_vpc.a]\n}',
    ),
    ({"output": {"o": None}, "locals": None} | {"locals": {}}, "locals {}"),
]


@pytest.mark.parametrize(("value", "native"), SAME)
def test_json_means_what_the_native_syntax_means(value: Any, native: str) -> None:
    same = parse(native, "x.tf")
    assert same.lost == ()
    assert outline(good(value)) == outline(same.body)


def test_templates_mean_what_terraform_makes_of_them() -> None:
    kept = json.loads(KEPT.read_text())
    body = good({"locals": {f"a{n}": template for n, (template, _) in enumerate(kept)}}).blocks[0].body
    wrong = [
        (template, value, found)
        for (template, value), attribute in zip(kept, body.attributes.values(), strict=True)
        if (found := plain(evaluate(attribute.expr, None))) != golden(value)
    ]
    assert not wrong
    assert len(kept) > 100


def test_a_property_may_be_repeated() -> None:
    body = good('{"locals": {"a": 1}, "locals": {"b": 2}}')
    assert [list(b.body.attributes) for b in body.blocks] == [["a"], ["b"]]


def test_lines() -> None:
    (block,) = good('{\n"resource": {\n"aws_vpc": {\n"a": {\n"x": [\n1],\n"y": "a\\nb${c}"\n}\n}}}').blocks
    assert (block.line, block.end_line) == (4, 8)
    assert {a.name: (a.line, a.end_line, a.expr.line) for a in block.body.attributes.values()} == {
        "x": (5, 6, 5),
        "y": (7, 7, 7),
    }


def test_comments_that_speak_to_drift() -> None:
    file = parse_json(
        '{\n"resource": {"aws_vpc": {\n"a": {\n"//": "drift:ignore reason=x"},\n"b": {"//": "of no concern"}}}}', "x"
    )
    assert file.comments == {3: "drift:ignore reason=x"}


def test_only_the_bad_block_is_lost() -> None:
    text = (
        '{"resource": {"aws_vpc": {\n"a": {"x": "${"},\n"b": {"x": 1},\n"c": [1]\n}},\n"what": 1, "locals": {"x": 1}}'
    )
    file = parse_json(text, "x")
    assert [(b.type, b.labels) for b in file.body.blocks] == [("resource", ("aws_vpc", "b")), ("locals", ())]
    assert [(one.line, one.header) for one in file.lost] == [
        (2, "resource aws_vpc a"),
        (4, "resource aws_vpc c"),
        (6, "what"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{]",
        "[1]",
        "1",
        '"x"',
        '{"a"}',
        '{"a" 1}',
        '{"a": }',
        '{"a": 1,}',
        '{"a": [1,]}',
        '{"a": [1 2]}',
        "{a: 1}",
        "{'a': 1}",
        '{"a": 01}',
        '{"a": .5}',
        '{"a": 1.}',
        '{"a": +1}',
        '{"a": NaN}',
        '{"a": nul}',
        '{"a": "\\x"}',
        '{"a": "\n"}',
        '{"a": 1} 2',
        '{"a": 1e99999}',
        "[" * 100_000,
        '{"locals": {"a": ' + "[" * 100_000,
    ],
)
def test_what_is_not_json_is_lost_as_a_whole(text: str) -> None:
    for file in (parse_json(text, "x"), parse_json_values(text, "x")):
        assert len(file.lost) == 1
        assert file.body == Body()


def test_values_of_variables_are_just_values() -> None:
    file = parse_json_values(
        '\ufeff{"//": 1, "a": "${b}", "c": [1.50, -2e3, {"${d}": null}], "e": 12345678901234567890}', "x"
    )
    assert {a.name: shown(a.expr) for a in file.body.attributes.values()} == {
        "a": "'${b}'",
        "c": "[1.5, -2000, {'${d}': null}]",
        "e": "12345678901234567890",
    }


def test_numbers_are_exact() -> None:
    (block,) = good('{"locals": {"a": 0.1, "b": 100000000000000000000000001}}').blocks
    assert [a.expr for a in block.body.attributes.values()] == [
        Literal(Decimal("0.1"), line=1),
        Literal(10**26 + 1, line=1),
    ]


def test_the_types_of_the_result() -> None:
    file = parse_json('{"locals": {}}', "p")
    assert file == File("p", Body({}, (Block("locals", (), Body(), 1, 1),)))
