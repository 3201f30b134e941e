"""The cases of network firewalls, migrations, clusters, notebooks and desktops."""

from __future__ import annotations

from tests.support.rule_cases import Case

SERVICES: dict[str, Case] = {
    "nfw-policy-pass": (
        "aws_networkfirewall_firewall_policy",
        {
            "firewall_policy": [
                {
                    "stateless_default_actions": ["aws:forward_to_sfe"],
                    "stateless_fragment_default_actions": ["aws:pass"],
                }
            ]
        },
        {
            "firewall_policy": [
                {
                    "stateless_default_actions": ["aws:drop"],
                    "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
                }
            ]
        },
    ),
    "nfw-logging": (
        "aws_networkfirewall_logging_configuration",
        {"firewall_arn": "f", "logging_configuration": [{"log_destination_config": []}]},
        {
            "firewall_arn": "f",
            "logging_configuration": [
                {"log_destination_config": [{"log_type": "ALERT", "log_destination_type": "S3"}]}
            ],
        },
    ),
    "dms-public": (
        "aws_dms_replication_instance",
        {"publicly_accessible": True},
        {"publicly_accessible": False},
    ),
    "dms-ssl": (
        "aws_dms_endpoint",
        {"engine_name": "mysql", "ssl_mode": "none"},
        {"engine_name": "mysql", "ssl_mode": "require"},
    ),
    "emr-public": (
        "aws_emr_block_public_access_configuration",
        {"block_public_security_group_rules": False},
        {
            "block_public_security_group_rules": True,
            "permitted_public_security_group_rule_range": [{"min_range": 22, "max_range": 22}],
        },
    ),
    "sagemaker-notebook": (
        "aws_sagemaker_notebook_instance",
        {"direct_internet_access": "Enabled", "root_access": "Disabled", "subnet_id": "subnet-1", "kms_key_id": "k"},
        {"direct_internet_access": "Disabled", "root_access": "Disabled", "subnet_id": "subnet-1", "kms_key_id": "k"},
    ),
    "workspaces-encryption": (
        "aws_workspaces_workspace",
        {"root_volume_encryption_enabled": True},
        {"root_volume_encryption_enabled": True, "user_volume_encryption_enabled": True},
    ),
}
