"""The built-in account: what was changed in it by hand is found."""

from __future__ import annotations

import json

from click.testing import CliRunner

from drift.cli import cli


def test_demo_finds_the_tampering() -> None:
    result = CliRunner().invoke(cli, ["demo", "--format", "json"], standalone_mode=False)
    report = json.loads(result.output)
    said = {d["address"] or f"{d['type']} {d['name'] or d['id']}": d["kind"] for d in report["drift"]}

    assert result.return_value == 1
    assert said == {
        "aws_iam_role.worker": "modified",
        "aws_s3_bucket_versioning.assets": "modified",
        "aws_security_group.web": "modified",
        "aws_sqs_queue.orders": "modified",
        "aws_cloudwatch_log_group.audit": "missing",
        "aws_s3_bucket_public_access_block.assets": "missing",
        "aws_iam_user contractor": "unmanaged",
        "aws_s3_bucket shop-export": "unmanaged",
        "aws_security_group try-out": "unmanaged",
    }
