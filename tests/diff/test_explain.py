"""`drift explain`: the same verdict as the report, in words, with who told us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.desired.load import build, read_states
from drift.diff.explain import Explanation, explanations
from drift.errors import UsageError
from drift.live.document import SCRUBBED
from drift.live.tape import Player
from drift.provider.api import Api, Refused
from drift.provider.describe import listings, told_by
from drift.provider.installed import installed
from drift.survey import Scope
from tests.support.line import Compared, check
from tests.support.made import MadeApi, write_state
from tests.support.world import NAMES, REGION, WORLDS, World

CATALOG = installed()
EVERY_RUN = frozenset({"autoscaling", "cloudformation", "iam", "kms", "s3", "security-groups", "sqs", "two-regions"})
"""Worlds that are explained in every run; all others in the long one."""


def result_of(state: Path, api: Api, *only: str) -> Compared:
    states, failed = read_states([str(state)], {})
    desired = build(states, failed, CATALOG, account=api.account, region=REGION)
    recorded = api.types if isinstance(api, Player) else frozenset[str]()
    return check(desired, api, CATALOG, Scope(only=only, recorded=recorded), default_region=REGION)


def explained(result: Compared, what: str) -> list[Explanation]:
    survey = result.survey
    return [*explanations(what, result.report, survey.desired, survey.actual, CATALOG, survey.types)]


@pytest.mark.parametrize("name", [n if n in EVERY_RUN else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_every_verdict_is_explained_as_the_report_has_it(name: str) -> None:
    world = World(WORLDS / name)
    result = result_of(world.path / "refreshed.tfstate", world.tape("tampered"))
    report, drifted = result.report, {str(d.resource.address): d for d in result.report.drift}
    for resource in result.survey.desired:
        if resource.deposed or not resource.address or resource.address.type not in result.survey.types:
            continue
        (found,) = explained(result, str(resource.address))
        drift = drifted.get(str(resource.address))
        assert found.verdict == (drift.kind if drift else "in sync"), found.address
        if drift is not None and drift.kind == "modified":
            changed = {c.path for a in found.attributes if a.outcome == "modified" for c in a.changes}
            assert {c.path for c in drift.changes} <= changed
        assert found.listed_by
        assert all(a.told_by for a in found.attributes), found.address
    for drift in report.of_kind("unmanaged"):
        found = next(e for e in explained(result, drift.resource.id) if e.type == drift.type and not e.address)
        assert found.verdict == "unmanaged"
    for resource in report.not_ours:
        found = next(e for e in explained(result, resource.id) if e.type == resource.type and not e.address)
        assert found.verdict == "not ours"
        assert resource.owner in found.why[0]


def test_every_attribute_is_told_by_an_operation_of_its_type() -> None:
    for name, entry in CATALOG.items():
        assert listings(entry, CATALOG), name
        for attribute in entry.attributes:
            assert told_by(entry, attribute, CATALOG), f"{name}.{attribute}"


URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/a"
QUEUE = {
    "id": URL, "url": URL, "name": "a", "arn": f"arn:aws:sqs:{REGION}:123456789012:a", "delay_seconds": 0,
    "visibility_timeout_seconds": 30, "kms_master_key_id": None, "sqs_managed_sse_enabled": None, "tags": {},
}  # fmt: skip


def queue(**more: Any) -> dict[str, Any]:
    answers = {
        "sqs:ListQueues": {"QueueUrls": [URL]},
        "sqs:GetQueueAttributes": {"Attributes": {"DelaySeconds": "9", "VisibilityTimeout": "30"}},
    }
    return {**answers, **more}


def attribute(tmp_path: Path, name: str, answers: Mapping[str, Any]) -> Any:
    state = write_state({"aws_sqs_queue.a": QUEUE}, tmp_path / "s.tfstate")
    (found,) = explained(result_of(state, MadeApi(answers), "aws_sqs_queue"), "aws_sqs_queue.a")
    return next(a for a in found.attributes if a.name == name)


def test_the_rule_and_the_call_are_named(tmp_path: Path) -> None:
    delay = attribute(tmp_path, "delay_seconds", queue())
    assert (delay.outcome, delay.recorded, delay.actual) == ("modified", 0, 9)
    assert delay.told_by == ("sqs:GetQueueAttributes",)

    tags = attribute(tmp_path, "tags", queue(**{"sqs:ListQueueTags": lambda _: Refused("AccessDenied")}))
    assert (tags.outcome, tags.why) == ("unread", "sqs:ListQueueTags was refused: AccessDenied")

    assert (
        "undecided" in attribute(tmp_path, "sqs_managed_sse_enabled", queue()).why
        or "not set on either side" in attribute(tmp_path, "sqs_managed_sse_enabled", queue()).why
    )
    assert attribute(tmp_path, "visibility_timeout_seconds", queue()).why.startswith("equal in canonical form")


def test_what_hides_behind_a_refused_listing_is_unread(tmp_path: Path) -> None:
    state = write_state({"aws_sqs_queue.a": QUEUE}, tmp_path / "s.tfstate")
    api = MadeApi({"sqs:ListQueues": lambda _: Refused("AccessDenied")})
    (found,) = explained(result_of(state, api, "aws_sqs_queue"), "aws_sqs_queue.a")

    assert found.verdict == "unread"
    assert "sqs:ListQueues was refused (AccessDenied)" in found.why[0]


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    state = write_state(
        {
            "aws_ssm_parameter.key": {
                "id": "/key", "name": "/key", "arn": "arn:aws:ssm:us-east-1:123456789012:parameter/key",
                "type": "SecureString", "value": "hunter2", "tier": "Standard", "data_type": "text",
            }
        },
        tmp_path / "s.tfstate",
    )  # fmt: skip
    answers = {
        "ssm:DescribeParameters": {"Parameters": [{"Name": "/key", "Type": "SecureString", "Tier": "Standard"}]},
        "ssm:GetParameters": {"Parameters": [{"Name": "/key", "Value": "swordfish", "Type": "SecureString"}]},
    }
    found = explained(result_of(state, MadeApi(answers), "aws_ssm_parameter"), "aws_ssm_parameter.key")

    assert found
    assert "hunter2" not in repr(found)
    assert "swordfish" not in repr(found)
    assert str(SCRUBBED) not in repr(found)


def test_the_command_prints_text_and_json() -> None:
    world = WORLDS / "sqs"
    common = ["--state", str(world / "refreshed.tfstate"), "--no-config", "--replay", str(world / "tampered.jsonl")]
    text = CliRunner().invoke(cli, ["explain", "aws_sqs_queue.jobs", *common])
    assert text.exit_code == 0, text.output
    assert text.output.startswith("aws_sqs_queue.jobs (")
    assert "What to do:\n" in text.output
    assert "\naws_sqs_queue.jobs: modified\n" in text.output
    assert "delay_seconds: modified  [sqs:GetQueueAttributes]" in text.output

    (found,) = json.loads(
        CliRunner().invoke(cli, ["explain", "aws_sqs_queue.jobs", *common, "--format", "json"]).output
    )
    assert found["verdict"] == found["drift"]["kind"] == "modified"
    assert "go/view?arn=" in found["console"]
    assert {"name", "outcome", "why", "recorded", "actual", "told_by"} <= found["attributes"][0].keys()


def test_a_name_that_nothing_has_is_answered_with_what_is_near() -> None:
    world = WORLDS / "sqs"
    common = ["--state", str(world / "refreshed.tfstate"), "--no-config", "--replay", str(world / "tampered.jsonl")]
    answer = CliRunner().invoke(cli, ["explain", "aws_sqs_queue.job", *common])

    assert isinstance(answer.exception, UsageError)
    assert "Did you mean aws_sqs_queue.jobs" in str(answer.exception)
