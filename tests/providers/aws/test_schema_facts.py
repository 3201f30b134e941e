"""The facts about the provider: what leaving out an argument means, and what version 6 changed.

The defaults are those that the provider's documentation names, one page for each type:
registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/<type without aws_>.
"""

from __future__ import annotations

from typing import Any

import pytest

from drift.provider import facts
from drift.provider.facts import Default, Reset, SchemaFiles, Unset
from drift.provider.installed import installed
from drift.providers.aws import AWS, TYPES

CATALOG = installed()
SCHEMA = SchemaFiles(TYPES)

DOCUMENTED = [
    ("aws_cloudfront_distribution", "origin.connection_attempts", 3),
    ("aws_cloudfront_distribution", "origin.custom_origin_config.origin_keepalive_timeout", 5),
    ("aws_cloudtrail", "enable_logging", True),
    ("aws_cloudtrail", "event_selector.read_write_type", "All"),
    ("aws_cloudtrail", "is_multi_region_trail", False),
    ("aws_cloudwatch_metric_alarm", "actions_enabled", True),
    ("aws_db_instance", "auto_minor_version_upgrade", True),
    ("aws_ecr_repository", "image_tag_mutability", "MUTABLE"),
    ("aws_iam_role", "max_session_duration", 3600),
    ("aws_kms_key", "customer_master_key_spec", "SYMMETRIC_DEFAULT"),
    ("aws_kms_key", "enable_key_rotation", False),
    ("aws_kms_key", "is_enabled", True),
    ("aws_lambda_function", "memory_size", 128),
    ("aws_lambda_function", "reserved_concurrent_executions", -1),
    ("aws_lb_listener", "default_action.redirect.protocol", "#{protocol}"),
    ("aws_lb_target_group", "health_check.healthy_threshold", 3),
    ("aws_lb_target_group", "health_check.port", "traffic-port"),
    ("aws_lb_target_group", "slow_start", 0),
    ("aws_network_interface", "source_dest_check", True),
    ("aws_s3_bucket_lifecycle_configuration", "transition_default_minimum_object_size", "all_storage_classes_128K"),
    ("aws_s3_bucket_public_access_block", "block_public_acls", False),
    ("aws_sqs_queue", "message_retention_seconds", 345600),
    ("aws_subnet", "map_public_ip_on_launch", False),
]
"""Type, argument, and its default."""


@pytest.mark.parametrize(("name", "path", "value"), DOCUMENTED, ids=lambda v: str(v))
def test_a_default_is_what_the_documentation_says(name: str, path: str, value: Any) -> None:
    assert CATALOG.left_out(name, path) == Default(value)


@pytest.mark.parametrize(
    ("name", "path", "meaning"),
    [
        ("aws_iam_role", "permissions_boundary", Unset.NOTHING),
        ("aws_cloudwatch_log_group", "kms_key_id", Unset.NOTHING),
        ("aws_s3_bucket_lifecycle_configuration", "rule.expiration", Unset.NOTHING),
        ("aws_db_instance", "backup_window", Unset.ASSIGNED),
        # computed blocks: no flag of the schema says so, the provider's plan does
        ("aws_iam_role", "inline_policy", Unset.ASSIGNED),
        ("aws_instance", "root_block_device", Unset.ASSIGNED),
        # what real plans of a recorded block that nobody writes said: taken away, or looked away from
        ("aws_cognito_user_pool", "lambda_config", Unset.NOTHING),
        ("aws_lambda_function", "dead_letter_config", Unset.NOTHING),
        ("aws_cloudfront_distribution", "default_cache_behavior.lambda_function_association", Unset.NOTHING),
        ("aws_ecr_repository", "image_scanning_configuration", Unset.NOTHING),
        ("aws_instance", "credit_specification", Unset.KEPT),
        ("aws_lb_listener", "default_action.redirect", Unset.KEPT),
        ("aws_acmpca_certificate_authority", "certificate_authority_configuration", Unset.UNTOLD),
        # or left, while some of what stands inside is set back: the provider looks away from the block alone
        ("aws_lb", "access_logs", Reset({"enabled": False})),
        ("aws_sqs_queue", "no_such_argument", Unset.UNKNOWN),
        ("aws_sqs_queue", "no_such_block.inside", Unset.UNKNOWN),
        ("aws_iam_role", "assume_role_policy", Unset.UNKNOWN),
        ("aws_no_such_type", "name", Unset.UNKNOWN),
    ],
)
def test_what_has_no_default_is_nothing_or_assigned(name: str, path: str, meaning: Unset | Reset) -> None:
    assert CATALOG.left_out(name, path) == meaning


def test_every_type_was_planned() -> None:
    """What only version 6 of the provider has, version 5 cannot plan: its facts come from the bindings."""
    here = [name for name in CATALOG if name in SCHEMA._names]
    assert [name for name in here if not SCHEMA._plans(name)] == []
    assert len(CATALOG) - len(here) < 20


def test_defaults_are_of_optional_arguments() -> None:
    wrong = [f"{name}.{path}" for name in CATALOG for path in _strange(CATALOG.defaults(name), CATALOG.facts(name))]
    assert wrong == []


def _strange(defaults: Any, known: Any) -> list[str]:
    out = []
    for name, value in defaults.items():
        fact = known.get(name, "")
        if isinstance(value, dict) and isinstance(fact, list):
            out += [f"{name}.{path}" for path in _strange(value, fact[1])]
        elif "o" not in facts.flags_of(fact).split(" ")[0]:
            out.append(name)
    return out


def test_of_most_blocks_it_is_known_what_an_apply_makes_of_them() -> None:
    """Whoever adds a type runs `tests/support/defaults.py`, which asks the provider."""
    blocks = [
        (name, block) for name in CATALOG for block, fact in CATALOG.facts(name).items()
        if isinstance(fact, list) and block in CATALOG[name].attributes and block != "timeouts"
    ]  # fmt: skip
    told = [one for one in blocks if CATALOG.left_out(*one) is not Unset.UNTOLD]

    assert len(told) / len(blocks) > KNOWN_BLOCKS


def test_origins_are_told() -> None:
    of_defaults, of_changes = SCHEMA.origins
    assert "5.100.0" in of_defaults
    assert "5.100.0" in of_changes
    assert " 6." in of_changes


# version 6: what the provider's "Version 6 Upgrade Guide" and "Enhanced Region Support" say
# registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade

KNOWN_BLOCKS = 0.5
"""Share of the compared blocks at the top of a type of which the provider's plans tell."""

REMOVED = [
    ("aws_api_gateway_account", "reset_on_delete"),
    ("aws_api_gateway_deployment", "stage_name"),
    ("aws_batch_compute_environment", "compute_environment_name"),
    ("aws_batch_job_queue", "compute_environments"),
    ("aws_dms_endpoint", "s3_settings"),
    ("aws_ecs_task_definition", "inference_accelerator"),
    ("aws_eip", "vpc"),
    ("aws_eks_addon", "resolve_conflicts"),
    ("aws_flow_log", "log_group_name"),
    ("aws_instance", "cpu_core_count"),
    ("aws_launch_template", "elastic_gpu_specifications"),
    ("aws_opensearch_domain", "kibana_endpoint"),
    ("aws_redshift_cluster", "logging"),
    ("aws_sagemaker_notebook_instance", "accelerator_types"),
    ("aws_ssm_association", "instance_id"),
]


@pytest.mark.parametrize(("name", "argument"), REMOVED)
def test_what_version_6_removed(name: str, argument: str) -> None:
    assert argument in CATALOG.facts(name)
    assert argument not in CATALOG.facts(name, major=6)
    assert CATALOG.left_out(name, argument, major=6) is Unset.UNKNOWN


def test_version_6_gives_a_region_to_what_is_regional() -> None:
    """Whoever adds a type runs `tests/support/bindings.py` too, or a state of version 6 is read by the facts of 5."""
    regional = [name for name in CATALOG if CATALOG[name].regional and name in SCHEMA._names]
    # its service is in one region, whatever the provider's is
    assert [n for n in regional if "region" not in CATALOG.facts(n, major=6)] == ["aws_cur_report_definition"]
    assert "region" not in CATALOG.facts("aws_sqs_queue")


@pytest.mark.parametrize(
    "name", ["aws_iam_role", "aws_route53_zone", "aws_cloudfront_distribution", "aws_s3_account_public_access_block"]
)
def test_what_is_global_has_no_region(name: str) -> None:
    assert "region" not in CATALOG.facts(name, major=6)


def test_other_changes_of_version_6() -> None:
    assert CATALOG.facts("aws_s3_bucket", major=6)["bucket_region"] == "c"
    assert CATALOG.facts("aws_batch_compute_environment", major=6)["name"] == "oc"
    assert AWS.schema.renamed("aws_batch_compute_environment", 6)["name"] == "compute_environment_name"
    assert CATALOG.facts("aws_redshift_cluster", major=6)["endpoint"] == "c"
    assert CATALOG.left_out("aws_redshift_cluster", "publicly_accessible") == Default(True)
    assert CATALOG.left_out("aws_redshift_cluster", "publicly_accessible", major=6) == Default(False)
    assert CATALOG.left_out("aws_redshift_cluster", "encrypted", major=6) == Default("true")
    strategy = CATALOG.left_out("aws_elasticache_replication_group", "auth_token_update_strategy", major=6)
    assert strategy is Unset.NOTHING
    learning = (
        "rule.statement.managed_rule_group_statement.managed_rule_group_configs."
        "aws_managed_rules_bot_control_rule_set.enable_machine_learning"
    )
    assert CATALOG.left_out("aws_wafv2_web_acl", learning) == Default(True)
    assert CATALOG.left_out("aws_wafv2_web_acl", learning, major=6) == Default(False)


def test_what_version_6_did_not_touch_stays() -> None:
    old, new = CATALOG.facts("aws_lb_target_group"), CATALOG.facts("aws_lb_target_group", major=6)
    assert {name: fact for name, fact in new.items() if name in old} == old
    assert CATALOG.left_out("aws_kms_key", "is_enabled", major=6) == Default(True)
