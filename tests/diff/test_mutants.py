"""Every answer about every managed resource, changed one thing at a time: what is not seen, and why that is meant."""

from __future__ import annotations

from tests.support import made, mutate
from tests.support.world import NAMES

LOGS = "where logs would go means nothing while they are switched off"
TOLD = "what nobody asked for here is told by another attribute"
NEVER = "cannot be changed on AWS: the next revision is another object"
AWS_KEY = "a key of AWS's own, by whatever name, is no choice"

MEANT = {
    ("aws_alb", "access_logs"): LOGS,
    ("aws_alb", "subnet_mapping"): TOLD,  # `subnets`
    ("aws_alb_target_group", "stickiness"): "the kind of a stickiness that is switched off means nothing",
    ("aws_batch_job_definition", "container_properties"): NEVER,
    ("aws_instance", "user_data_base64"): TOLD,  # `user_data`
    ("aws_launch_configuration", "ebs_block_device"): NEVER,
    ("aws_lb", "access_logs"): LOGS,
    ("aws_networkfirewall_firewall", "encryption_configuration"): AWS_KEY,
    ("aws_networkfirewall_rule_group", "encryption_configuration"): AWS_KEY,
    ("aws_vpc", "ipv6_cidr_block_network_border_group"): "a network may have several blocks, and records that of one",
}
"""Attributes of which no change at all is drift in these accounts."""


def test_a_change_of_what_is_compared_is_seen() -> None:
    tallies = mutate.all_of([*NAMES, *made.NAMES])

    unseen = {name for name, tally in tallies.items() if tally.blind and not tally.seen}
    assert unseen - MEANT.keys() == set()
    reached, seen = (sum(getattr(t, what) for t in tallies.values()) for what in ("reached", "seen"))
    assert reached > 15_000
    assert seen / reached > 0.96
