"""What was changed by hand is a risk whatever it is now: who got in, what runs with other rights, where things go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drift.model.value import as_tuple
from drift.providers.aws.rules.limits import ADMINISTRATOR
from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject

MEMBERS = {
    "aws_iam_user_group_membership": ("groups", "user"),
    "aws_iam_group_membership": ("users", "group"),
    "aws_identitystore_group_membership": ("member_id", "group_id"),
}
"""Type -> the attribute that somebody is added to, and the one that says where or who."""

ROLES = {
    "aws_iam_instance_profile": "role",
    "aws_instance": "iam_instance_profile",
    "aws_lambda_function": "role",
    "aws_sfn_state_machine": "role_arn",
    "aws_codebuild_project": "service_role",
    "aws_glue_job": "role_arn",
    "aws_eks_pod_identity_association": "role_arn",
}
"""Type -> what holds the role that it runs with."""

PROVIDERS = {
    "aws_iam_openid_connect_provider": ("thumbprint_list", "client_id_list"),
    "aws_iam_saml_provider": ("saml_metadata_document",),
}
"""Type -> what says whom an identity provider vouches for."""

DESTINATIONS = {
    "aws_cloudwatch_event_target": ("arn",),
    "aws_cloudwatch_log_destination": ("target_arn",),
    "aws_cloudwatch_log_subscription_filter": ("destination_arn",),
    "aws_flow_log": ("log_destination",),
    "aws_lambda_function": ("dead_letter_config.target_arn",),
    "aws_lambda_function_event_invoke_config": (
        "destination_config.on_success.destination",
        "destination_config.on_failure.destination",
    ),
    "aws_pipes_pipe": ("target",),
    "aws_s3_bucket_notification": ("queue[].queue_arn", "topic[].topic_arn", "lambda_function[].lambda_function_arn"),
    "aws_s3_bucket_replication_configuration": ("rule[].destination.account",),
    "aws_scheduler_schedule": ("target.arn",),
    "aws_sns_topic_subscription": ("endpoint",),
}
"""Type -> where it sends what it gets."""


def _gained(it: Subject, name: str) -> list[Any]:
    """What an attribute has now, and had not before the drift; all of it where nobody describes the resource."""
    drift, now = it.drift, it[name]
    if drift is None or drift.actual is None:
        return []
    before = None
    if drift.desired is not None:
        change = drift.change_of(name)
        if change is None:
            return []
        before = change.desired
    held = _elements(before)
    return [e for e in _elements(now) if e not in held]


def _elements(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value] if value else []
    return sorted(as_tuple(value), key=str)


@rule(
    title="Somebody was put into a group",
    severity="high",
    theme="identity",
    types=tuple(MEMBERS),
    near=("aws_iam_group", "aws_iam_group_policy_attachment"),
    remedy="Take him out, or describe the membership.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html",),
    of_drift=True,
)
def iam_joined_group(it: Subject) -> Found:
    """He has all that the group may do. A group that AdministratorAccess hangs on makes him an administrator."""
    name, other = MEMBERS[it.type]
    joined = _gained(it, name)
    if not joined:
        return None
    user_first = name == "groups"
    pairs = [(it[other], e) if user_first else (e, it[other]) for e in joined]
    grave = {
        str(group["name"])
        for group in it.seen("aws_iam_group")
        if any(str(a["policy_arn"]).endswith(ADMINISTRATOR) for a in group.seen("aws_iam_group_policy_attachment"))
    }
    admins = ", an administrators' group"
    facts = [Fact(f"{who} is in {group}{admins if group in grave else ''}") for who, group in pairs]
    return Fail(facts, "critical" if any(group in grave for _, group in pairs) else None)


@rule(
    title="A permissions boundary was taken off or changed",
    severity="high",
    theme="identity",
    types=("aws_iam_role", "aws_iam_user"),
    reads=("permissions_boundary",),
    remedy="Put the boundary back: apply the configuration again.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",),
    of_drift=True,
)
def iam_boundary_gone(it: Subject) -> Found:
    """Whatever its policies say, the boundary held it. Those who may make roles under a boundary alone count on it."""
    now = it["permissions_boundary"]
    change = it.drift.change_of("permissions_boundary") if it.drift else None
    if change is None or not change.desired or change.desired == now:
        return None
    return f"{now} instead of {change.desired}" if now else f"{change.desired} is off"


@rule(
    title="It runs with another role",
    severity="high",
    theme="identity",
    types=tuple(ROLES),
    remedy="Find out who changed it and what for; apply the configuration again.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",),
    of_drift=True,
)
def iam_other_role(it: Subject) -> Found:
    """Code has the rights of the role it runs with: whoever may change that has the rights of every role in reach."""
    name = ROLES[it.type]
    gained = _gained(it, name)
    if not gained or it.drift is None or it.drift.desired is None:
        return None
    change = it.drift.change_of(name)
    return (
        f"{gained[0]} instead of {change.desired}"
        if change is not None and change.desired
        else f"{gained[0]}, where none was"
    )


@rule(
    title="Whom an identity provider vouches for was changed",
    severity="high",
    theme="identity",
    types=tuple(PROVIDERS),
    remedy="Find out who changed it; apply the configuration again, and look at what its roles did since.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html",),
    of_drift=True,
)
def iam_idp_changed(it: Subject) -> Found:
    """Whoever holds the key behind a new thumbprint or document signs in as whom he likes, wherever it is trusted."""
    added = [(name, each) for name in PROVIDERS[it.type] for each in _gained(it, name)]
    if it.drift is None or it.drift.desired is None:
        return "an identity provider that nobody describes"
    return [f"{name}: {_short(each)}" for name, each in added]


OFF: Mapping[str, tuple[str, Any]] = {
    "aws_autoscaling_group": ("max_size", 0),
    "aws_autoscaling_policy": ("enabled", False),
    "aws_cloudfront_distribution": ("enabled", False),
    "aws_cloudwatch_event_rule": ("state", "DISABLED"),
    "aws_dlm_lifecycle_policy": ("state", "DISABLED"),
    "aws_ecs_service": ("desired_count", 0),
    "aws_glue_trigger": ("enabled", False),
    "aws_lambda_event_source_mapping": ("enabled", False),
    "aws_lambda_function": ("reserved_concurrent_executions", 0),
    "aws_pipes_pipe": ("desired_state", "STOPPED"),
    "aws_scheduler_schedule": ("state", "DISABLED"),
    "aws_ssm_maintenance_window": ("enabled", False),
}
"""Type -> the attribute that switches it off, and with which value."""


@rule(
    title="It was switched off",
    severity="medium",
    types=tuple(OFF),
    remedy="Find out who switched it off and why; apply the configuration again.",
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",),
    of_drift=True,
)
def switched_off(it: Subject) -> Found:
    """It is there and does nothing: a function without concurrency is throttled at every call, a rule calls nobody."""
    name, off = OFF[it.type]
    change = it.drift.change_of(name) if it.drift else None
    if change is None or change.desired == off or it[name] != off:
        return None
    return f"{name} is {'off' if off is False else off}"


SHORT = 64
"""Characters of what is shown whole."""


def _short(value: Any) -> str:
    """A document is not shown whole."""
    text = str(value)
    return text if len(text) <= SHORT else "another document"


@rule(
    title="It sends what it gets to somebody else",
    severity="high",
    theme="public access",
    types=tuple(DESTINATIONS),
    remedy="Point it back, or list the account as trusted.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html",),
)
def sends_to_foreign(it: Subject) -> Found:
    """It goes to an account that is neither this one nor trusted; or out of AWS, by a subscription in no state."""
    own = {it.account, *it.criteria.trusted_accounts}
    facts = list[Fact]()
    for path in DESTINATIONS[it.type]:
        for value in it.all(path):
            account = _account(str(value or ""))
            if account and account not in own:
                facts.append(Fact(f"account {account}: {value}" if account != value else f"account {account}"))
            elif it.type == "aws_sns_topic_subscription" and not account and value and not it.managed:
                facts.append(Fact(f"{it['protocol']}: {_outside(str(value))}"))
    return facts


SHARED = {
    "aws_ami_launch_permission": ("account_id", "organization_arn", "organizational_unit_arn"),
    "aws_db_cluster_snapshot": ("shared_accounts[]",),
    "aws_db_snapshot": ("shared_accounts[]",),
    "aws_docdb_cluster_snapshot": ("shared_accounts[]",),
    "aws_ebs_snapshot": ("shared_with[]",),
    "aws_ebs_snapshot_copy": ("shared_with[]",),
    "aws_kms_grant": ("grantee_principal",),
    "aws_neptune_cluster_snapshot": ("shared_accounts[]",),
    "aws_ram_principal_association": ("principal",),
    "aws_snapshot_create_volume_permission": ("account_id",),
    "aws_ssm_document": ("permissions.account_ids[]",),
}
"""Type -> whom it is shared with."""


@rule(
    title="It is shared with another account",
    severity="high",
    theme="public access",
    types=tuple(SHARED),
    remedy="Take the account out, or list it as trusted.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html",),
)
def shared_foreign(it: Subject) -> Found:
    """Disks, images, databases, documents or a key can be used by an account that is neither this one nor trusted."""
    own = {it.account, *it.criteria.trusted_accounts}
    values = {str(value or "") for path in SHARED[it.type] for value in it.all(path)}
    return [f"shared with {v}" for v in sorted(values) if (account := _account(v)) and account not in own]


def _account(arn: str) -> str:
    """The account of an ARN, or one that is given as such; empty where there is none."""
    parts = arn.split(":", 5)
    account = parts[4] if len(parts) == 6 and parts[0] == "arn" else arn
    return account if len(account) == 12 and account.isascii() and account.isdigit() else ""


def _outside(address: str) -> str:
    """Where an address is, without what may be personal or secret in it."""
    host = re.sub(r"^.*(://|@)|[/?].*$", "", address)
    return host if "." in host else "an address that is not shown"
