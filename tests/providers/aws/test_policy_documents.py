"""`data.aws_iam_policy_document`, held against what the AWS provider wrote."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from drift.desired.hcl.evaluate import evaluate
from drift.desired.hcl.run import Run
from drift.desired.hcl.syntax import parse
from drift.desired.hcl.tree import Block, Body
from drift.desired.hcl.types import object_val, tuple_val
from drift.desired.hcl.values import STRING, Val, from_python, unknown
from drift.providers.aws.policy_documents import policy_document
from tests.support.policies import EXPECTED, POLICIES

GOLDENS = json.loads(EXPECTED.read_text())


@cache
def documents() -> dict[str, Block]:
    file = parse((POLICIES / "main.tf").read_text(), "main.tf")
    assert not file.lost
    return {block.labels[1]: block for block in file.body.blocks}


class Data:
    """A scope in which documents name each other."""

    directory = Path()
    jail = ()

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
        return (object_val(document(str(steps[1]))), 2) if name == "data" else None


def arguments(body: Body) -> dict[str, Val]:
    run = Run()
    values = {name: evaluate(attribute.expr, Data(), run) for name, attribute in body.attributes.items()}
    assert not run.notes
    for type_ in {block.type for block in body.blocks}:
        values[type_] = tuple_val([object_val(arguments(b.body)) for b in body.blocks if b.type == type_])
    return values


def document(name: str) -> dict[str, Val]:
    return policy_document(arguments(documents()[name].body))


@pytest.mark.parametrize("name", GOLDENS)
def test_the_document_is_the_providers_byte_for_byte(name: str) -> None:
    assert {what: val.raw for what, val in document(name).items()} == GOLDENS[name]


STATEMENT = {"actions": ["s3:*"], "resources": ["*"]}


def test_what_is_not_known_makes_the_document_unknown() -> None:
    statement = from_python([STATEMENT]).raw[0]
    partly = object_val({**statement.raw, "sid": unknown(STRING)})
    found = policy_document({"statement": tuple_val([statement, partly])})
    assert not any(val.is_known for val in found.values())


def test_a_sensitive_part_makes_the_document_sensitive() -> None:
    found = policy_document({"statement": from_python([STATEMENT]), "policy_id": Val(STRING, "x", sensitive=True)})
    assert all(val.sensitive for val in found.values())


@pytest.mark.parametrize(
    "statements",
    [
        [{**STATEMENT, "sid": "a b"}],
        [{**STATEMENT, "sid": "A"}, {**STATEMENT, "sid": "A"}],
        [{**STATEMENT, "effect": "Maybe"}],
        [{**STATEMENT, "actions": [["nested"]]}],
        [{**STATEMENT, "principals": [{"type": "AWS", "identifiers": [i]} for i in ("a", "b")]}],
        [{**STATEMENT, "condition": [{"test": "t", "variable": "v", "values": [i]} for i in ("a", "b")]}],
    ],
    ids=["sid", "sids", "effect", "shape", "joined principals", "joined conditions"],
)
def test_what_the_provider_refuses_or_orders_its_own_way_is_unknown(statements: list[object]) -> None:
    assert not policy_document({"statement": from_python(statements)})["json"].is_known


@pytest.mark.parametrize("given", ["", "[]", "{", '{"Statement":{}}', '{"Statement":[{"sid":1}]}', '{"Version":1}'])
def test_a_document_that_cannot_be_merged_is_unknown(given: str) -> None:
    assert not policy_document({"source_policy_documents": from_python([given])})["json"].is_known
