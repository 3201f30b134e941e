"""Documents are written as the neighbours write theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.providers.aws.policy_blocks import policy_blocks
from drift.remedy.adopt.manner import Manner
from drift.remedy.ground import Ground
from tests.remedy.test_adopt import without

KNOWN = ("aws_iam_policy_document",)
BY_DATA = """
data "aws_iam_policy_document" "a" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}
resource "aws_iam_policy" "a" { policy = data.aws_iam_policy_document.a.json }
"""
BY_FUNCTION = 'resource "aws_iam_policy" "b" { policy = jsonencode({}) }\n'
OTHER = 'resource "aws_sqs_queue" "q" { policy = jsonencode({}) }\n'


@pytest.mark.parametrize(
    ("text", "type_", "wanted"),
    [
        (BY_DATA, "aws_iam_policy", KNOWN[0]),
        (BY_DATA + BY_FUNCTION, "aws_iam_policy", ""),
        (BY_DATA + OTHER, "aws_iam_policy", KNOWN[0]),
        (BY_DATA + OTHER, "aws_sqs_queue", ""),
        (BY_DATA, "aws_sqs_queue", KNOWN[0]),
        ("", "aws_iam_policy", ""),
    ],
)
def test_the_nearest_neighbours_decide(tmp_path: Path, text: str, type_: str, wanted: str) -> None:
    (tmp_path / "main.tf").write_text(text)
    manner = Manner(Ground(Sources(tmp_path, Given())))
    assert manner.data_source((), type_, "policy", KNOWN) == wanted


def policy(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", **statement}}


def test_a_policy_as_blocks() -> None:
    document = policy(
        Sid="Jobs",
        Resource=["arn:aws:sqs:eu-west-1:1:a", "arn:aws:sqs:eu-west-1:1:b"],
        Principal={"AWS": "arn:aws:iam::1:root"},
        Condition={"Bool": {"aws:SecureTransport": True}},
    )
    assert policy_blocks(document) == {
        "statement": [
            {
                "sid": "Jobs",
                "effect": "Allow",
                "actions": ["sqs:*"],
                "resources": ["arn:aws:sqs:eu-west-1:1:a", "arn:aws:sqs:eu-west-1:1:b"],
                "principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::1:root"]}],
                "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}],
            }
        ]
    }
    assert (policy_blocks({**policy(Resource="*"), "Version": "2008-10-17"}) or {})["version"] == "2008-10-17"


@pytest.mark.parametrize(
    "document",
    [
        {"StartAt": "a", "States": {}},
        {**policy(Resource="*"), "Extra": 1},
        policy(Resource="*", Sid="with a blank"),
        policy(Resource="*", Unheard="of"),
        policy(Resource=[{"a": 1}]),
        {"Version": "2012-10-17", "Statement": []},
        [],
    ],
)
def test_what_the_data_source_cannot_say_is_not_made_by_it(document: Any) -> None:
    assert policy_blocks(document) is None


def test_an_adopted_policy_is_written_as_its_neighbours_are(tmp_path: Path) -> None:
    outcome = without("iam", tmp_path, "aws_iam_policy")
    text = (tmp_path / "adopted.tf").read_text()
    assert len(outcome.remedies) >= 3
    assert text.count('data "aws_iam_policy_document"') == text.count("= data.aws_iam_policy_document.") >= 3
    assert "jsonencode" not in text
