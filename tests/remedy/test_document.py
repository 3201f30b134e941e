"""A policy that a data source makes of blocks is accepted in these blocks, and all else of them stays as it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import Sources
from drift.provider.installed import installed
from drift.remedy.fix import Choices, fixed
from drift.remedy.trial import Trial
from drift.run import Connection, Job
from drift.survey import Scope
from tests.support.line import InRegion
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION

ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs"
URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/jobs"
QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name   = "jobs"\n  policy = data.aws_iam_policy_document.p.json\n}\n'
BLOCKS = """data "aws_iam_policy_document" "p" {
  # who may send
  statement {
    sid     = "send"
    actions = ["sqs:SendMessage", "sqs:GetQueueUrl"] # both
    resources = [
      "*",
    ]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = ["*"]
    not_principals {
      type        = "AWS"
      identifiers = ["123456789012"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
"""
SEND: dict[str, Any] = {
    "Sid": "send", "Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"], "Resource": "*",
    "Principal": {"Service": "events.amazonaws.com"},
}  # fmt: skip
DENY: dict[str, Any] = {
    "Effect": "Deny", "Action": "sqs:*", "Resource": "*", "NotPrincipal": {"AWS": "123456789012"},
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def accepted(work: Path, *statements: dict[str, Any], text: str = QUEUE + BLOCKS) -> str:
    (work / "main.tf").write_text(text)
    names = [n for n in ("jobs", "other") if f'"{n}"' in text]
    state = {
        f"aws_sqs_queue.{n}": {
            "id": URL.replace("jobs", n), "url": URL.replace("jobs", n), "arn": ARN.replace("jobs", n), "name": n,
            "policy": policy(SEND, DENY), "tags": {},
        }
        for n in names
    }  # fmt: skip

    def attributes(args: dict[str, Any]) -> dict[str, Any]:
        mine = args["QueueUrl"] == URL
        return {"Attributes": {"Policy": policy(*(statements if mine else (SEND, DENY)))}}

    there = {
        "sqs:ListQueues": {"QueueUrls": [URL.replace("jobs", n) for n in names]},
        "sqs:GetQueueAttributes": attributes,
        "sqs:ListQueueTags": {"Tags": {}},
    }
    sources = Sources(places=(str(write_state(state, work / "s.tfstate")),), directories=(work,))
    job = Job(scope=Scope(only=("aws_sqs_queue",), regions=(REGION,)), comments=False)
    trial = Trial(sources, [Connection("aws", InRegion(MadeApi(there), REGION))], installed(), job)
    fix = fixed(trial, Choices(accept=("all",)))
    assert [(r.address, r.cannot) for _, r in fix.entries] == [("aws_sqs_queue.jobs", "")]
    return fix.after[work / "main.tf"]


LAST = """    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
"""
NEW = """
  statement {
    effect    = "Allow"
    actions   = ["sqs:ReceiveMessage"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["210987654321"]
    }
  }
}
"""


@pytest.mark.parametrize(
    ("statements", "old", "new"),
    [
        ([SEND | {"Action": ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:DeleteMessage"]}, DENY],
         '"sqs:GetQueueUrl"] # both', '"sqs:GetQueueUrl", "sqs:DeleteMessage"] # both'),
        ([DENY, SEND | {"Principal": {"Service": "s3.amazonaws.com"}}], '"events.amazonaws.com"', '"s3.amazonaws.com"'),
        ([SEND, {n: v for n, v in DENY.items() if n != "Condition"}], LAST, ""),
        ([SEND | {"Effect": "Deny"}, DENY], '      "*",\n    ]\n', '      "*",\n    ]\n    effect = "Deny"\n'),
        ([SEND, DENY, {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*", "Principal": {"AWS": "210987654321"}}],
         "\n}\n$", f"\n{NEW}$"),
        ([SEND], BLOCKS[BLOCKS.index('  statement {\n    effect'):], "}\n"),
    ],
)  # fmt: skip
def test_what_changed_of_a_policy_changes_in_its_blocks(
    tmp_path: Path, statements: list[dict[str, Any]], old: str, new: str
) -> None:
    text = accepted(tmp_path, *statements)

    assert " ".join(text.split()) == " ".join(f"{QUEUE}{BLOCKS}$".replace(old, new).removesuffix("$").split())
    assert "# who may send" in text


def test_a_policy_that_others_have_too_is_written_beside_the_data_source(tmp_path: Path) -> None:
    other = QUEUE.replace('"jobs"', '"other"')
    changed = SEND | {"Action": "sqs:SendMessage"}

    text = accepted(tmp_path, changed, DENY, text=QUEUE + other + BLOCKS)

    assert text.endswith(other + BLOCKS)
    assert "policy = jsonencode({" in text


def test_of_a_policy_made_of_others_the_blocks_stay(tmp_path: Path) -> None:
    merged = BLOCKS.replace("  # who may send\n", "  source_policy_documents = []\n")

    text = accepted(tmp_path, SEND | {"Action": "sqs:SendMessage"}, DENY, text=QUEUE + merged)

    assert text.endswith(merged)
