"""The alarms that the CIS benchmark asks for: a metric filter over the trail's log, with an alarm on its metric.

What each filter must look for stands in the benchmark's chapter on monitoring ("Ensure … is monitored").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drift.model.drift import Severity
from drift.rules.spec import Fact, Found, Rule
from drift.rules.subject import Subject

FILTER, ALARM = "aws_cloudwatch_log_metric_filter", "aws_cloudwatch_metric_alarm"


@dataclass(frozen=True, slots=True)
class Watch:
    """What one filter must find in the events of CloudTrail."""

    title: str
    meaning: str
    check: str
    """The check of Prowler."""
    names: tuple[str, ...] = ()
    """Events, each of which the filter must name."""
    clauses: Mapping[str, str] | None = None
    """Words -> what finds the clause in a pattern; for filters that go by more than names of events."""
    sign: str = ""
    """What tells that a pattern is about this; one of the names where it is empty."""
    severity: Severity = "medium"

    def lacks(self, pattern: str) -> list[str]:
        """What a pattern does not look for."""
        lost = [words for words, clause in (self.clauses or {}).items() if not re.search(clause, pattern)]
        return lost + [name for name in self.names if not re.search(rf"\b{name}\b", pattern)]

    def means(self, pattern: str) -> bool:
        """Whether a pattern is about this at all."""
        if self.sign:
            return re.search(self.sign, pattern) is not None
        return any(re.search(rf"\b{name}\b", pattern) for name in self.names)


def _login(clause: str) -> tuple[str, dict[str, str]]:
    return rf"ConsoleLogin.*{clause}|{clause}.*ConsoleLogin", {"ConsoleLogin": r"\bConsoleLogin\b"}


_MFA = r"additionalEventData\.MFAUsed\s*!=\s*\"?Yes"
_FAILED = r"errorMessage\s*=\s*\"?Failed authentication"
_ROOT = r"userIdentity\.type\s*=\s*\"?Root"
_DENIED = r"errorCode\s*=\s*\"?(\*UnauthorizedOperation|AccessDenied)"

WATCHES: Mapping[str, Watch] = {
    "alarm-unauthorized-calls": Watch(
        "Nobody is told of calls that were refused",
        "Refusals in number are somebody who tries what a stolen key may do.",
        "cloudwatch_log_metric_filter_unauthorized_api_calls",
        clauses={
            "*UnauthorizedOperation": r"errorCode\s*=\s*\"?\*UnauthorizedOperation",
            "AccessDenied*": r"errorCode\s*=\s*\"?AccessDenied\*",
        },
        sign=_DENIED,
    ),
    "alarm-login-without-mfa": Watch(
        "Nobody is told of a login without a second factor",
        "A password alone was enough for somebody.",
        "cloudwatch_log_metric_filter_sign_in_without_mfa",
        clauses={"MFAUsed != Yes": _MFA, **_login(_MFA)[1]},
        sign=_MFA,
    ),
    "alarm-root-use": Watch(
        "Nobody is told when root is used",
        "Root needs no permission for anything; nobody should work as root.",
        "cloudwatch_log_metric_filter_root_usage",
        clauses={
            "userIdentity.type = Root": _ROOT,
            "invokedBy NOT EXISTS": r"userIdentity\.invokedBy\s+NOT\s+EXISTS",
            "eventType != AwsServiceEvent": r"eventType\s*!=\s*\"?AwsServiceEvent",
        },
        sign=_ROOT,
        severity="high",
    ),
    "alarm-iam-changes": Watch(
        "Nobody is told of changed IAM policies",
        "More rights are the first thing that an intruder gives himself.",
        "cloudwatch_log_metric_filter_policy_changes",
        names=(
            "DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy",
            "PutUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion",
            "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy",
            "DetachGroupPolicy",
        ),
    ),
    "alarm-trail-changes": Watch(
        "Nobody is told of changes to CloudTrail",
        "Whoever wants to be unseen stops the trail first.",
        "cloudwatch_log_metric_filter_and_alarm_for_cloudtrail_configuration_changes_enabled",
        names=("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
    ),
    "alarm-login-failures": Watch(
        "Nobody is told of failed logins",
        "Passwords are being guessed.",
        "cloudwatch_log_metric_filter_authentication_failures",
        clauses={"Failed authentication": _FAILED, **_login(_FAILED)[1]},
        sign=_FAILED,
    ),
    "alarm-key-deletion": Watch(
        "Nobody is told when a key is disabled or is to be deleted",
        "What it encrypts is lost with it; there are days in which that can be stopped.",
        "cloudwatch_log_metric_filter_disable_or_scheduled_deletion_of_kms_cmk",
        names=("DisableKey", "ScheduleKeyDeletion"),
    ),
    "alarm-bucket-policies": Watch(
        "Nobody is told of changed bucket policies",
        "A bucket is opened by one such call.",
        "cloudwatch_log_metric_filter_for_s3_bucket_policy_changes",
        names=(
            "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
            "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication",
        ),
    ),
    "alarm-config-changes": Watch(
        "Nobody is told of changes to AWS Config",
        "What changes after the recorder was stopped is not recorded.",
        "cloudwatch_log_metric_filter_and_alarm_for_aws_config_configuration_changes_enabled",
        names=(
            "StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder",
        ),
    ),
    "alarm-security-groups": Watch(
        "Nobody is told of changed security groups",
        "A port is opened by one such call.",
        "cloudwatch_log_metric_filter_security_group_changes",
        names=(
            "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup",
        ),
    ),
    "alarm-network-acls": Watch(
        "Nobody is told of changed network ACLs",
        "A subnet is opened, or cut off, by one such call.",
        "cloudwatch_changes_to_network_acls_alarm_configured",
        names=(
            "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation",
        ),
    ),
    "alarm-gateways": Watch(
        "Nobody is told of changed gateways",
        "A gateway is the way out, and in.",
        "cloudwatch_changes_to_network_gateways_alarm_configured",
        names=(
            "CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway",
            "DeleteInternetGateway", "DetachInternetGateway",
        ),
    ),
    "alarm-routes": Watch(
        "Nobody is told of changed routes",
        "One route leads a private subnet to the internet, or its traffic to a stranger.",
        "cloudwatch_changes_to_network_route_tables_alarm_configured",
        names=(
            "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable",
            "DeleteRoute", "DisassociateRouteTable",
        ),
    ),
    "alarm-vpcs": Watch(
        "Nobody is told of changed networks",
        "A peering connects a network with another account's.",
        "cloudwatch_changes_to_vpcs_alarm_configured",
        names=(
            "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection", "AttachClassicLinkVpc",
            "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink",
        ),
    ),
    "alarm-organization": Watch(
        "Nobody is told of changes to the organization",
        "An account that leaves the organization leaves its policies behind.",
        "cloudwatch_log_metric_filter_aws_organizations_changes",
        names=(
            "AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy",
            "DeclineHandshake", "DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy",
            "DisablePolicyType", "EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization",
            "MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit",
        ),
        sign=r"organizations\.amazonaws\.com|\bLeaveOrganization\b",
    ),
}  # fmt: skip
"""Rule -> what its filter must look for."""


def _watching(watch: Watch) -> Rule:
    id_ = next(name for name, one in WATCHES.items() if one is watch)

    def judge(it: Subject) -> Found:
        pattern = str(it["pattern"] or "")
        described = it.world.described.get(it.resource.key)
        wanted = str(described.attributes.get("pattern") or "") if described else ""
        if not watch.means(pattern):
            return "it no longer looks for this" if watch.means(wanted) else False
        lost = watch.lacks(pattern)
        if lost:
            return [Fact(f"without {name}") for name in lost]
        return None if _alarmed(it) else "no alarm on its metric"

    return Rule(
        id=id_,
        title=watch.title,
        severity=watch.severity,
        theme="logging",
        meaning=watch.meaning,
        remedy="Have a metric filter with the benchmark's pattern on the trail's log group, and an alarm on it.",
        types=(FILTER,),
        judge=judge,
        reads=("pattern", "metric_transformation"),
        near=(ALARM,),
        references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
        prowler=(watch.check,),
        when_missing=(FILTER,),
        guards="account",
    )


def _alarmed(it: Subject) -> bool:
    """Whether an alarm looks at the filter's metric."""
    metric, space = it.at("metric_transformation.name"), it.at("metric_transformation.namespace")
    return any(a["metric_name"] == metric and a["namespace"] == space for a in it.every(ALARM, it.region))


RULES = tuple(_watching(watch) for watch in WATCHES.values())
