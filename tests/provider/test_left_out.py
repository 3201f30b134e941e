"""What AWS leaves out of an answer: the provider's SDK records the zero of its type, whatever AWS's default is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.diff.compare import agree, changes
from drift.model.value import Block
from drift.provider import canonical
from drift.provider.installed import installed
from drift.provider.kinds import block, blocks, flag, number, text
from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

HEALTH = block("Check", {"interval": number("Interval", default=30), "on": flag("On", default=True)})
RULES = blocks("Rules", {"name": text("Name"), "weight": number("Weight", default=5)}, key=lambda b: b["name"])


def test_a_recorded_zero_agrees_with_a_member_that_is_left_out() -> None:
    attr = number("Timeout", default=2880)

    assert agree(attr, 0, canonical.actual(attr, None), left_out=canonical.is_left_out(attr, None))
    assert not agree(attr, 0, canonical.actual(attr, 60), left_out=canonical.is_left_out(attr, 60))
    assert not agree(attr, 10, canonical.actual(attr, None), left_out=canonical.is_left_out(attr, None))
    assert agree(attr, canonical.desired(attr, None, {}), canonical.actual(attr, None))


def test_it_agrees_where_there_is_no_default() -> None:
    assert agree(number("Timeout"), 0, None)
    assert not agree(number("Timeout"), None, 0)
    assert not agree(number("Timeout"), 1, None)


def test_a_zero_is_a_value_where_the_provider_records_something_else() -> None:
    attr = number("Reserved", default=-1, zero_is_value=True)

    assert not agree(attr, 0, canonical.actual(attr, None), left_out=canonical.is_left_out(attr, None))
    assert agree(attr, -1, canonical.actual(attr, None))


def test_the_same_inside_a_block() -> None:
    recorded = Block(interval=0, on=False)

    assert agree(HEALTH, recorded, canonical.actual(HEALTH, {"Other": 1}))
    assert [c.path for c in changes(HEALTH, "check", recorded, canonical.actual(HEALTH, {"On": True}))] == ["check.on"]


def test_the_same_inside_repeated_blocks() -> None:
    recorded = (Block(name="a", weight=0), Block(name="b", weight=0))
    have = canonical.actual(RULES, [{"Name": "a"}, {"Name": "b", "Weight": 7}])

    assert [c.path for c in changes(RULES, "rule", recorded, have)] == ["rule[b].weight"]


# provider 5.100 was shown answers without the member, and recorded this
OMITTED = (
    ("aws_api_gateway_method_settings", "settings.throttling_burst_limit", 0),
    ("aws_athena_workgroup", "configuration.enforce_workgroup_configuration", False),
    ("aws_autoscaling_group", "default_cooldown", 0),
    ("aws_budgets_budget", "cost_types.include_tax", False),
    ("aws_codebuild_project", "build_timeout", 0),
    ("aws_db_proxy", "idle_client_timeout", 0),
    ("aws_elasticache_cluster", "auto_minor_version_upgrade", "false"),
    ("aws_elasticache_replication_group", "auto_minor_version_upgrade", "false"),
    ("aws_flow_log", "max_aggregation_interval", 0),
    ("aws_glue_job", "timeout", 0),
    ("aws_guardduty_detector", "enable", False),
    ("aws_instance", "source_dest_check", False),
    ("aws_lb_target_group", "health_check.interval", 0),
    ("aws_rds_cluster", "backup_retention_period", 0),
    ("aws_sqs_queue", "max_message_size", 0),
    ("aws_vpn_gateway", "amazon_side_asn", "0"),
)


@pytest.mark.parametrize(("kind", "at", "zero"), OMITTED)
def test_types_of_the_catalogue(kind: str, at: str, zero: Any) -> None:
    attributes = installed()[kind].attributes
    for name in at.split("."):
        attr = attributes[name]
        attributes = attr.fields
    there = attr.path.search({})

    assert agree(
        attr,
        canonical.desired(attr, zero, {}),
        canonical.actual(attr, there),
        left_out=canonical.is_left_out(attr, there),
    )


def test_a_streaming_job_without_a_timeout_is_in_sync(tmp_path: Path) -> None:
    job = {"id": "j", "name": "j", "timeout": 0, "tags": {}}
    api = MadeApi({"glue:GetJobs": {"Jobs": [{"Name": "j", "Command": {"Name": "gluestreaming"}}]}})
    said = lines(run(write_state({"aws_glue_job.j": job}, tmp_path / "s.tfstate"), api, only=("aws_glue_job",)))

    assert said == []


def test_a_queue_whose_retention_is_left_out_is_in_sync(tmp_path: Path) -> None:
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/q"
    queue = {"id": url, "url": url, "name": "q", "message_retention_seconds": 0, "tags": {}}
    api = MadeApi({"sqs:ListQueues": {"QueueUrls": [url]}, "sqs:GetQueueAttributes": {"Attributes": {"Policy": ""}}})
    said = lines(run(write_state({"aws_sqs_queue.q": queue}, tmp_path / "s.tfstate"), api, only=("aws_sqs_queue",)))

    assert said == []
