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
}
