"""Who watches: trails, logs, alarms, Config, GuardDuty and its like."""

from __future__ import annotations

from dataclasses import replace

from drift.providers.aws.rules.guards import same
from drift.providers.aws.rules.policies import open_to_all
from drift.providers.aws.rules.secrets import in_document
from drift.providers.aws.rules.storage import blocked
from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject


@rule(
    title="API calls are not logged in every region",
    severity="high",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("enable_logging", "is_multi_region_trail"),
    remedy="Have one trail with enable_logging, is_multi_region_trail and management events.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_multi_region_enabled",),
    security_hub=("CloudTrail.1",),
    when_missing=("aws_cloudtrail",),
    guards="account",
)
def trail_multi_region(it: Subject) -> Found:
    """The trail is off, or covers only its own region: an attacker can use another one."""
    if not it["enable_logging"]:
        return "enable_logging is off"
    return None if it["is_multi_region_trail"] else "is_multi_region_trail is off"


@rule(
    title="The trail does not log management events",
    severity="high",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("event_selector", "advanced_event_selector", "enable_logging"),
    remedy="Select management events, both reads and writes.",
    references=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html",
    ),
    prowler=("cloudtrail_multi_region_enabled_logging_management_events",),
    when_missing=("aws_cloudtrail",),
    guards="account",
)
def trail_management_events(it: Subject) -> Found:
    """Its selectors leave out all management events, or only reads or writes: who created a user or opened a port is
    unknown."""
    if not it["enable_logging"]:
        return "enable_logging is off"
    simple, advanced = it["event_selector"] or (), it["advanced_event_selector"] or ()
    if not simple and not advanced:
        return None
    seen: set[str] = set()
    left_out: set[str] = set()
    for selector in simple:
        if selector.get("include_management_events") is not False:
            seen |= _READ_WRITE.get(str(selector.get("read_write_type") or "All"), frozenset())
            left_out |= set(selector.get("exclude_management_event_sources") or ())
    for selector in advanced:
        fields = {f.get("field"): f for f in selector.get("field_selector") or ()}
        if "Management" in ((fields.get("eventCategory") or {}).get("equals") or ()):
            only = (fields.get("readOnly") or {}).get("equals") or ("true", "false")
            seen |= {{"true": "reading", "false": "writing"}.get(str(v).lower(), "") for v in only}
            left_out |= set((fields.get("eventSource") or {}).get("not_equals") or ())
    lost = [Fact(f"{what} is not logged") for what in ("reading", "writing") if what not in seen]
    # both are AWS's own options, for their number: the benchmark does not ask for them
    return lost + [Fact(f"{source} is left out") for source in sorted(left_out - QUIET)]


_READ_WRITE = {
    "All": frozenset({"reading", "writing"}), "ReadOnly": frozenset({"reading"}), "WriteOnly": frozenset({"writing"}),
}  # fmt: skip
QUIET = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
"""Sources whose events CloudTrail itself offers to leave out."""


@rule(
    title="The trail's bucket is public",
    severity="critical",
    theme="public access",
    types=("aws_cloudtrail",),
    reads=("s3_bucket_name",),
    near=("aws_s3_bucket", "aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
    remedy="Block public access to the bucket, and allow only CloudTrail to write to it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_logs_s3_bucket_is_not_publicly_accessible",),
    security_hub=("CloudTrail.6",),
)
def trail_bucket_public(it: Subject) -> Found:
    """The log shows anybody how the account is built."""
    return [
        fact
        for bucket in it.near("aws_s3_bucket")
        for fact in (open_to_all(bucket["policy"]) if not blocked(bucket, "restrict_public_buckets") else ())
    ]


@rule(
    title="Access to the trail's bucket is not logged",
    severity="medium",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("s3_bucket_name",),
    near=("aws_s3_bucket", "aws_s3_bucket_logging"),
    remedy="Log access to the bucket in another bucket (aws_s3_bucket_logging).",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_logs_s3_bucket_access_logging_enabled",),
    security_hub=("CloudTrail.7",),
)
def trail_bucket_log(it: Subject) -> Found:
    """It is unknown who read or deleted the trail's log files."""
    clear = [b for b in it.near("aws_s3_bucket") if not b.at("logging.target_bucket")]
    return [
        f"{b.name} has no target_bucket"
        for b in clear
        if not any(p["target_bucket"] for p in b.near("aws_s3_bucket_logging"))
    ]


@rule(
    title="The trail's logs are not encrypted with a customer managed key",
    severity="medium",
    theme="encryption",
    types=("aws_cloudtrail",),
    reads=("kms_key_id",),
    remedy="Set kms_key_id.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_kms_encryption_enabled",),
    security_hub=("CloudTrail.2",),
)
def trail_kms(it: Subject) -> Found:
    """Anybody who may read the bucket can read the logs."""
    return None if it["kms_key_id"] else "no kms_key_id"


@rule(
    title="Changes of the trail's logs would go unnoticed",
    severity="medium",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("enable_log_file_validation",),
    remedy="Set enable_log_file_validation.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_log_file_validation_enabled",),
    security_hub=("CloudTrail.4",),
)
def trail_validation(it: Subject) -> Found:
    """Signed digests prove that no log file was changed or removed."""
    return None if it["enable_log_file_validation"] else "enable_log_file_validation is off"


@rule(
    title="The trail is not sent to CloudWatch Logs",
    severity="low",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("cloud_watch_logs_group_arn",),
    remedy="Send the trail to CloudWatch Logs and add metric filters.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_cloudwatch_logging_enabled",),
    security_hub=("CloudTrail.5",),
)
def trail_cwlogs(it: Subject) -> Found:
    """Without CloudWatch Logs, no alarm can react to API calls."""
    return None if it["cloud_watch_logs_group_arn"] else "no cloud_watch_logs_group_arn"


@rule(
    title="Access to S3 objects is not logged",
    severity="low",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("event_selector", "advanced_event_selector"),
    remedy="Log S3 data events.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_s3_dataevents_read_enabled", "cloudtrail_s3_dataevents_write_enabled"),
)
def trail_data_events(it: Subject) -> Found:
    """Management events do not show who read or wrote objects."""
    seen = _data_events(it)
    lost = {"reading": "cloudtrail_s3_dataevents_read_enabled", "writing": "cloudtrail_s3_dataevents_write_enabled"}
    return [
        Fact(f"{what} of S3 objects is not logged", answers=(check,))
        for what, check in lost.items()
        if what not in seen
    ]


def _data_events(it: Subject) -> set[str]:
    """Whether a trail logs the reading, the writing of all S3 objects."""
    seen: set[str] = set()
    for selector in it["event_selector"] or ():
        kinds = {"All": {"reading", "writing"}, "ReadOnly": {"reading"}, "WriteOnly": {"writing"}}
        if any(d.get("type") == "AWS::S3::Object" for d in selector.get("data_resource") or ()):
            seen |= kinds.get(str(selector.get("read_write_type") or "All"), set())
    for selector in it["advanced_event_selector"] or ():
        fields = {f.get("field"): f for f in selector.get("field_selector") or ()}
        if "AWS::S3::Object" in ((fields.get("resources.type") or {}).get("equals") or ()):
            only = set((fields.get("readOnly") or {}).get("equals") or ("true", "false"))
            seen |= {{"true": "reading", "false": "writing"}.get(str(v).lower(), "") for v in only}
    return seen


@rule(
    title="Logs are deleted too early",
    severity="medium",
    theme="logging",
    types=("aws_cloudwatch_log_group",),
    reads=("retention_in_days",),
    remedy="Raise retention_in_days, or leave it out to keep logs forever.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=("cloudwatch_log_group_retention_policy_specific_days_enabled",),
    when_missing=("aws_cloudwatch_log_group",),
)
def log_retention(it: Subject) -> Found:
    """Retention is shorter than `log_retention_days` (365)."""
    days = int(it["retention_in_days"] or 0)
    return f"{days} days" if 0 < days < it.criteria.threshold("log_retention_days") else None


@rule(
    title="Logs are not encrypted with a customer managed key",
    severity="medium",
    theme="encryption",
    types=("aws_cloudwatch_log_group",),
    reads=("kms_key_id",),
    remedy="Set kms_key_id.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=("cloudwatch_log_group_kms_encryption_enabled",),
)
def log_kms(it: Subject) -> Found:
    """With AWS's own key, permission to read the log group is enough to read the logs."""
    return None if it["kms_key_id"] else "no kms_key_id"


@rule(
    title="The logs' resource policy is public",
    severity="high",
    theme="public access",
    types=("aws_cloudwatch_log_resource_policy",),
    reads=("policy_document",),
    remedy="Name the services that need it, with a condition on the account.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=("cloudwatch_log_group_not_publicly_accessible",),
)
def log_policy_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that limits who may use it."""
    return open_to_all(it["policy_document"])


@rule(
    title="The alarm notifies nobody",
    severity="high",
    theme="logging",
    types=("aws_cloudwatch_metric_alarm",),
    reads=("actions_enabled", "alarm_actions"),
    remedy="Set actions_enabled and alarm_actions.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=("cloudwatch_alarm_actions_enabled", "cloudwatch_alarm_actions_alarm_state_configured"),
    when_missing=("aws_cloudwatch_metric_alarm",),
    stands_in=same("namespace", "metric_name", "dimensions", "metric_query"),
)
def alarm_disabled(it: Subject) -> Found:
    """Its actions are disabled, or it has none."""
    found = (
        [] if it["actions_enabled"] else [Fact("actions_enabled is off", answers=("cloudwatch_alarm_actions_enabled",))]
    )
    if not it["alarm_actions"]:
        found.append(Fact("alarm_actions is empty", answers=("cloudwatch_alarm_actions_alarm_state_configured",)))
    return found


@rule(
    title="AWS Config does not record changes",
    severity="medium",
    theme="logging",
    types=("aws_config_configuration_recorder", "aws_config_configuration_recorder_status"),
    near=("aws_config_configuration_recorder_status",),
    remedy="Enable the recorder, for all supported types.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html",),
    prowler=("config_recorder_all_regions_enabled",),
    security_hub=("Config.1",),
    when_missing=("aws_config_configuration_recorder", "aws_config_configuration_recorder_status"),
    guards="region",
)
def config_recorder_off(it: Subject) -> Found:
    """The recorder is off, or leaves resource types out."""
    if it.type == "aws_config_configuration_recorder_status":
        return None if it["is_enabled"] else "is_enabled is off"
    return None if it.at("recording_group.all_supported") else "all_supported is off"


FEATURES = {
    "S3_DATA_EVENTS": ("guardduty_s3_protection_enabled", "GuardDuty.10"),
    "EKS_AUDIT_LOGS": ("guardduty_eks_audit_log_enabled", "GuardDuty.5"),
    "RDS_LOGIN_EVENTS": ("guardduty_rds_protection_enabled", "GuardDuty.9"),
    "LAMBDA_NETWORK_LOGS": ("guardduty_lambda_protection_enabled", "GuardDuty.6"),
    "EBS_MALWARE_PROTECTION": ("guardduty_ec2_malware_protection_enabled", "GuardDuty.8"),
    "RUNTIME_MONITORING": ("GuardDuty.11",),
    "EKS_RUNTIME_MONITORING": ("guardduty_eks_runtime_monitoring_enabled", "GuardDuty.7"),
}
"""Feature of a detector -> the claims that speak of it."""


@rule(
    title="GuardDuty is not fully enabled",
    severity="high",
    theme="logging",
    types=("aws_guardduty_detector", "aws_guardduty_detector_feature"),
    remedy="Enable GuardDuty and its features.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html",),
    prowler=(
        "guardduty_is_enabled",
        "guardduty_s3_protection_enabled",
        "guardduty_eks_audit_log_enabled",
        "guardduty_rds_protection_enabled",
        "guardduty_lambda_protection_enabled",
        "guardduty_ec2_malware_protection_enabled",
        "guardduty_eks_runtime_monitoring_enabled",
    ),
    security_hub=(
        "GuardDuty.1",
        "GuardDuty.5",
        "GuardDuty.6",
        "GuardDuty.7",
        "GuardDuty.8",
        "GuardDuty.9",
        "GuardDuty.10",
        "GuardDuty.11",
    ),
    when_missing=("aws_guardduty_detector", "aws_guardduty_detector_feature"),
    guards="region",
    stands_in=same("name"),
)
def guardduty_off(it: Subject) -> Found:
    """The detector, or one of its features, is off."""
    if it.type == "aws_guardduty_detector":
        return None if it["enable"] else "enable is off"
    name = str(it["name"])
    return [Fact(f"{name} is DISABLED", answers=FEATURES.get(name, ()))] if it["status"] == "DISABLED" else None


@rule(
    title="Security Hub is off, or has no standard",
    severity="high",
    theme="logging",
    types=("aws_securityhub_account",),
    near=("aws_securityhub_standards_subscription",),
    remedy="Enable it (aws_securityhub_account), and subscribe to a standard.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-settingup.html",),
    prowler=("securityhub_enabled",),
    when_missing=("aws_securityhub_account",),
    guards="region",
)
def securityhub_off(it: Subject) -> Found:
    """Nothing collects the findings of GuardDuty, Inspector and Config. Without a standard, Security Hub's own checks
    do not run."""
    standards = it.every("aws_securityhub_standards_subscription", it.region)
    return None if standards else "no standard is subscribed to"


@rule(
    title="No analyzer for external access",
    severity="high",
    theme="logging",
    types=("aws_accessanalyzer_analyzer",),
    reads=("type",),
    remedy="Create an aws_accessanalyzer_analyzer of the type ACCOUNT or ORGANIZATION in each region.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html",),
    prowler=("accessanalyzer_enabled",),
    security_hub=("IAM.28",),
    when_missing=("aws_accessanalyzer_analyzer",),
    guards="region",
)
def access_analyzer_off(it: Subject) -> Found:
    """Nothing reports that a bucket, role or key was opened to another account. An analyzer for unused access does not
    do that."""
    return None if str(it["type"] or "").upper() in ("ACCOUNT", "ORGANIZATION") else False


@rule(
    title="Macie is off",
    severity="medium",
    theme="logging",
    types=("aws_macie2_account",),
    reads=("status",),
    remedy="Enable Macie again.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/macie-controls.html",),
    prowler=("macie_is_enabled",),
    security_hub=("Macie.1",),
    when_missing=("aws_macie2_account",),
    guards="region",
)
def macie_off(it: Subject) -> Found:
    """Nothing searches buckets for personal data, because Macie is disabled or paused."""
    return "status is PAUSED" if it["status"] == "PAUSED" else None


@rule(
    title="Inspector is off",
    severity="high",
    theme="logging",
    types=("aws_inspector2_enabler",),
    reads=("resource_types",),
    remedy="Enable Inspector for EC2, ECR and LAMBDA (aws_inspector2_enabler).",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/inspector-controls.html",),
    prowler=("inspector2_is_enabled",),
    security_hub=("Inspector.1", "Inspector.2", "Inspector.4"),
    when_missing=("aws_inspector2_enabler",),
    guards="region",
)
def inspector_off(it: Subject) -> Found:
    """It does not scan instances, images or functions, so known vulnerabilities are not reported."""
    lost = {"EC2": "Inspector.1", "ECR": "Inspector.2", "LAMBDA": "Inspector.4"}
    on = it["resource_types"] or ()
    return [
        Fact(f"not {kind}", answers=(control, "inspector2_is_enabled"))
        for kind, control in lost.items()
        if kind not in on
    ]


@rule(
    title="The state machine is not logged, or its definition contains a secret",
    severity="high",
    theme="logging",
    types=("aws_sfn_state_machine",),
    reads=("logging_configuration", "definition"),
    remedy="Set logging_configuration, and store secrets in Secrets Manager.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/stepfunctions-controls.html",),
    prowler=("stepfunctions_statemachine_logging_enabled", "stepfunctions_statemachine_no_secrets_in_definition"),
)
def sfn_logging(it: Subject) -> Found:
    """Anybody who may describe the state machine can read its definition."""
    check = "stepfunctions_statemachine_no_secrets_in_definition"
    found = [replace(f, answers=(check,)) for f in in_document(it["definition"])]
    grave = bool(found)
    if it.at("logging_configuration.level") in (None, "OFF"):
        found.append(Fact("level is OFF", answers=("stepfunctions_statemachine_logging_enabled",)))
    return Fail(found, "critical" if grave else None) if found else None


@rule(
    title="DNS queries of the zone are not logged",
    severity="medium",
    theme="logging",
    types=("aws_route53_query_log", "aws_route53_zone"),
    near=("aws_route53_query_log",),
    remedy="Add an aws_route53_query_log.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/route53-controls.html",),
    prowler=("route53_public_hosted_zones_cloudwatch_logging_enabled",),
    when_missing=("aws_route53_query_log",),
)
def r53_query_log(it: Subject) -> Found:
    """Query logs show who looks up which names. Private zones cannot have them."""
    if it.type == "aws_route53_query_log" or it["vpc"]:
        return None
    return None if it.near("aws_route53_query_log") else "no query log"
