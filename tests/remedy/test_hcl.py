"""HCL is written as `terraform fmt` leaves it, and parses to what was meant."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.evaluate import evaluate
from drift.desired.hcl.plain import plain
from drift.desired.hcl.run import Run
from drift.desired.hcl.syntax import parse, parse_expression
from drift.remedy.hcl import Argument, Encoded, Expression, Joined, Nested, block, encoded, value

EVERYTHING = Nested(
    "resource",
    (
        Argument("bucket", "logs"),
        Argument("force_destroy", True),
        Argument("n", 5, "why it is five,\nin two lines"),
        Argument(
            "policy", Encoded({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a:B", "c:D"]}]})
        ),
        Argument("arn", Joined((Expression("aws_s3_bucket.logs.arn"), "/*"))),
        Argument("none", None),
        Argument("long", [f"subnet-{n:017x}" for n in range(6)]),
        Argument("text", "first\nsecond\n\tthird ${x} %{y}\n"),
        Argument("empty", {}),
        Nested("rule", (Argument("id", "a"), Nested("filter", ()), Nested("expiration", (Argument("days", 3),)))),
        Nested("rule", (Argument("id", "b"),)),
        Argument("tags", {"Name": "logs", "aws:x y": "1", "for": "w", "kubernetes.io/role": "elb"}),
        Nested("lifecycle", (Argument("ignore_changes", [Expression("tags")]),)),
    ),
    ("aws_s3_bucket", "logs"),
    "written by a test",
)


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")
def test_what_is_written_is_as_terraform_fmt_leaves_it(tmp_path: Path) -> None:
    file = tmp_path / "main.tf"
    file.write_text("\n".join(block(b) for b in (EVERYTHING, Nested("import", (Argument("id", "x"),)))))
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", "main.tf"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_what_is_written_parses() -> None:
    file = parse(block(EVERYTHING), "main.tf")
    assert file.lost == ()
    (one,) = file.body.blocks
    assert [b.type for b in one.body.blocks] == ["rule", "rule", "lifecycle"]
    assert one.body.attributes.keys() >= {"bucket", "policy", "arn", "text", "tags"}


@pytest.mark.parametrize(
    "text",
    ["", "plain", 'a "quoted" \\ one', "${var.x} and %{if}", "$${x}", "tab\t and\nnewline", "bell\a", "é 日本 \U0001f600", "a\r\nb\r\n\r\n",
     "one\ntwo\nthree\n", "EOT\nEOT\nEOT\n", "  indented\n${x}\n%{y}\n", "trailing $", "trailing %", "$\n{\n\n"],
)  # fmt: skip
def test_text_is_read_back_as_it_was(text: str) -> None:
    assert plain(evaluate(parse_expression(value(text) + "\n"), None, Run())) == text


@pytest.mark.parametrize(
    "text", ["one\n{}\nthree", "one\n{}\nthree\n\n", "a ${}", "a $%{}\nb\nc", "{}\n\n\n", "x\ny\nz\n{}"]
)
def test_text_around_an_expression_is_read_back_as_it_was(text: str) -> None:
    before, _, after = text.partition("{}")
    written = value(Joined(tuple(p for p in (before, Expression('"two"'), after) if p)))
    assert plain(evaluate(parse_expression(written + "\n"), None, Run())) == f"{before}two{after}"


@pytest.mark.parametrize(
    "given", [{"b": [1, 1.5, True, None, '<a> & \u2028 é " \\ \n'], "a": {}, "B": []}, [], {"é": "ü"}]
)
def test_a_document_is_encoded_as_terraform_encodes_it(given: Any) -> None:
    assert plain(evaluate(parse_expression(value(Encoded(given))), None, Run())) == encoded(given)


def test_numbers_lists_and_objects_are_read_back() -> None:
    given = {"a": [1, 2.5, True, None], "b c": {"d": []}, "e": [{"f": "g"}, {"h": "i"}]}
    assert plain(evaluate(parse_expression(value(given)), None, Run())) == given
