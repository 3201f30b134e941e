"""What drifted as a plan in JSON: its shape, what it does not tell, and what the real Checkov makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.model.address import Address
from drift.model.drift import Change, Drift
from drift.model.resource import Resource
from drift.provider.installed import installed
from drift.report.plan import document
from tests.support.rule_cases import policy
from tests.support.rules import REFUSED, raw
from tests.support.world import WORLDS

CATALOG = installed()


def live(resource: Resource) -> Resource:
    return replace(resource, address=None)


def exported(world: str, folder: Path) -> Path:
    out = folder / "plan.json"
    where = WORLDS / world
    words = [
        "export",
        "--state",
        str(where / "refreshed.tfstate"),
        "--replay",
        str(where / "tampered.jsonl"),
        "-o",
        str(out),
    ]
    done = CliRunner().invoke(cli, [*words, "--only", "aws_security_group,aws_default_security_group"])
    assert done.exit_code == 0, done.output
    return out


def values(*drifts: Drift) -> list[dict[str, Any]]:
    return [r["values"] for r in document(drifts, CATALOG)["planned_values"]["root_module"]["resources"]]


def test_each_verdict_is_a_change() -> None:
    queue = raw("aws_sqs_queue", {"name": "q", "delay_seconds": 5})
    longer = raw("aws_sqs_queue", {"name": "q", "delay_seconds": 60})
    plan = document(
        [
            Drift("modified", queue, longer, (Change("delay_seconds", 5, 60),)),
            Drift("missing", queue, None),
            Drift("unmanaged", None, live(longer)),
        ],
        CATALOG,
    )

    changes = [(c["address"], c["change"]["actions"]) for c in plan["resource_changes"]]
    assert changes == [
        ("aws_sqs_queue.x", ["update"]),
        ("aws_sqs_queue.x", ["delete"]),
        ("aws_sqs_queue.unmanaged_x", ["create"]),
    ]
    delays = [
        tuple(side and side["delay_seconds"] for side in (c["change"]["before"], c["change"]["after"]))
        for c in plan["resource_changes"]
    ]
    assert delays == [(5, 60), (5, None), (None, 60)]
    assert len(plan["planned_values"]["root_module"]["resources"]) == 2


def test_values_have_the_shape_of_the_provider() -> None:
    rule = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    group = Drift("unmanaged", None, live(raw("aws_security_group", {"name": "g", "ingress": [rule]}, "sg-1")))
    role = Drift("unmanaged", None, live(raw("aws_iam_role", {"assume_role_policy": policy({"Principal": "*"})}, "r")))
    bucket = Drift(
        "unmanaged",
        None,
        live(raw("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "Enabled"}]}, "b")),
    )
    task = raw("aws_ecs_task_definition", {"container_definitions": json.dumps([{"name": "app", "image": "i"}])}, "t")
    inline, trust, versioning, definition = values(group, role, bucket, Drift("unmanaged", None, live(task)))

    assert inline["ingress"][0]["cidr_blocks"] == ["0.0.0.0/0"]
    assert (inline["ingress"][0]["from_port"], inline["ingress"][0]["protocol"]) == (22, "tcp")
    assert json.loads(trust["assume_role_policy"])["Statement"][0]["Principal"] == {"AWS": ["*"]}
    assert versioning["versioning_configuration"][0]["status"] == "Enabled"
    assert json.loads(definition["container_definitions"])[0]["name"] == "app"


def test_modules_are_nested() -> None:
    queue = replace(
        raw("aws_sqs_queue", {"name": "q"}), address=Address.parse('module.a["x.y"].module.b.aws_sqs_queue.q[0]')
    )
    root = document([Drift("modified", queue, queue)], CATALOG)["planned_values"]["root_module"]
    inner = root["child_modules"][0]["child_modules"][0]

    assert (inner["address"], inner["resources"][0]["index"]) == ('module.a["x.y"].module.b', 0)


def test_secrets_and_the_unread_are_not_told() -> None:
    function = raw(
        "aws_lambda_function",
        {"function_name": "f", "environment": [{"variables": {"PASSWORD": "hunter2"}}], "runtime": REFUSED},
    )
    plan = document([Drift("unmanaged", None, live(function))], CATALOG)
    change = plan["resource_changes"][0]["change"]

    assert "hunter2" not in json.dumps(plan)
    assert change["after_sensitive"] == {"environment": True}
    assert change["after_unknown"]["runtime"] is True


def test_references_between_what_drifted() -> None:
    bucket = Drift("unmanaged", None, live(raw("aws_s3_bucket", {"bucket": "b"}, "b")))
    block = Drift("unmanaged", None, live(raw("aws_s3_bucket_public_access_block", {"bucket": "b"}, "b")))
    told = document([bucket, block], CATALOG)["configuration"]["root_module"]["resources"]

    assert told[1]["expressions"] == {"bucket": {"references": ["aws_s3_bucket.unmanaged_b"]}}


@pytest.mark.skipif(shutil.which("checkov") is None, reason="checkov is not on the PATH")
def test_the_real_checkov_judges_it(tmp_path: Path) -> None:
    plan = exported("security-groups", tmp_path)
    words = ["checkov", "-f", str(plan), "--framework", "terraform_plan", "--compact", "--quiet", "-o", "json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path)
    found = json.loads(done.stdout)

    assert found["summary"]["parsing_errors"] == 0
    failed = {(c["check_id"], c["resource"]) for c in found["results"]["failed_checks"]}
    assert {("CKV_AWS_24", "aws_security_group.inline"), ("CKV_AWS_25", "aws_security_group.split")} <= failed


def test_export_writes_a_plan(tmp_path: Path) -> None:
    plan = json.loads(exported("security-groups", tmp_path).read_text())

    assert plan["format_version"] == "1.2"
    assert {"aws_security_group.inline", "aws_security_group.unmanaged_rogue"} <= {
        c["address"] for c in plan["resource_changes"]
    }
