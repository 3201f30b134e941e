"""Who watches: trails, logs, alarms, Config, GuardDuty and its like."""

from __future__ import annotations

from drift.providers.aws.rules.guards import same
from drift.providers.aws.rules.policies import open_to_all
from drift.providers.aws.rules.secrets import in_document
from drift.providers.aws.rules.storage import blocked
from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject


@rule(
    title="What is done in the account is not logged everywhere",
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
    """The trail is off, or covers its own region alone: an intruder works in another."""
    if not it["enable_logging"]:
        return "enable_logging is off"
    return None if it["is_multi_region_trail"] else "is_multi_region_trail is off"


@rule(
    title="The trail does not log what is done to the account",
    severity="high",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("event_selector", "advanced_event_selector", "enable_logging"),
    remedy="Select management events, both reading and writing.",
    references=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html",
    ),
    prowler=("cloudtrail_multi_region_enabled_logging_management_events",),
    when_missing=("aws_cloudtrail",),
    guards="account",
)
def trail_management_events(it: Subject) -> Found:
    """Its selectors leave out management events, or half of them: who made a user or opened a port is not known."""
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
    title="The trail's bucket is open to everybody",
    severity="critical",
    theme="public access",
    types=("aws_cloudtrail",),
    reads=("s3_bucket_name",),
    near=("aws_s3_bucket", "aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
    remedy="Block public access to the bucket, and let CloudTrail alone write to it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_logs_s3_bucket_is_not_publicly_accessible",),
    security_hub=("CloudTrail.6",),
)
def trail_bucket_public(it: Subject) -> Found:
    """Its log tells strangers how the account is built."""
    return [
        fact
        for bucket in it.near("aws_s3_bucket")
        for fact in (open_to_all(bucket["policy"]) if not blocked(bucket, "restrict_public_buckets") else ())
    ]


@rule(
    title="Who reads the trail's bucket is not logged",
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
    """Nobody can tell who read, or took away, what the trail wrote."""
    clear = [b for b in it.near("aws_s3_bucket") if not b.at("logging.target_bucket")]
    return [
        f"{b.name} has no target_bucket"
        for b in clear
        if not any(p["target_bucket"] for p in b.near("aws_s3_bucket_logging"))
    ]


@rule(
    title="The trail's logs are not encrypted with a key of one's own",
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
    """Whoever may read the bucket may read who did what."""
    return None if it["kms_key_id"] else "no kms_key_id"


@rule(
    title="Nobody notices when the trail's logs are changed",
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
    """Signed digests prove that nothing was taken out."""
    return None if it["enable_log_file_validation"] else "enable_log_file_validation is off"


@rule(
    title="The trail raises no alarm",
    severity="low",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("cloud_watch_logs_group_arn",),
    remedy="Send it to CloudWatch Logs and put metric filters on it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_cloudwatch_logging_enabled",),
    security_hub=("CloudTrail.5",),
)
def trail_cwlogs(it: Subject) -> Found:
    """Logs in a bucket alone are read when it is too late."""
    return None if it["cloud_watch_logs_group_arn"] else "no cloud_watch_logs_group_arn"


@rule(
    title="Who reads and writes objects is not logged",
    severity="low",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("event_selector", "advanced_event_selector"),
    remedy="Select data events of S3.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_s3_dataevents_read_enabled", "cloudtrail_s3_dataevents_write_enabled"),
)
def trail_data_events(it: Subject) -> Found:
    """Management events do not tell who took what out of a bucket."""
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
    title="Logs are not kept for long enough",
    severity="medium",
    theme="logging",
    types=("aws_cloudwatch_log_group",),
    reads=("retention_in_days",),
    remedy="Raise retention_in_days, or leave it out to keep them for ever.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=("cloudwatch_log_group_retention_policy_specific_days_enabled",),
    when_missing=("aws_cloudwatch_log_group",),
)
def log_retention(it: Subject) -> Found:
    """Fewer days than `log_retention_days` (365)."""
    days = int(it["retention_in_days"] or 0)
    return f"{days} days" if 0 < days < it.criteria.threshold("log_retention_days") else None


@rule(
    title="Logs are not encrypted with a key of one's own",
    severity="medium",
    theme="encryption",
    types=("aws_cloudwatch_log_group",),
    reads=("kms_key_id",),
    remedy="Set kms_key_id.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=("cloudwatch_log_group_kms_encryption_enabled",),
)
def log_kms(it: Subject) -> Found:
    """With AWS's own key, the right to read the group is all one needs."""
    return None if it["kms_key_id"] else "no kms_key_id"


@rule(
    title="Anybody may write to, or read, the logs",
    severity="high",
    theme="public access",
    types=("aws_cloudwatch_log_resource_policy",),
    reads=("policy_document",),
    remedy="Name the services that need it, with a condition on the account.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=("cloudwatch_log_group_not_publicly_accessible",),
)
def log_policy_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that says who."""
    return open_to_all(it["policy_document"])


@rule(
    title="The alarm tells nobody",
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
    """It goes off unheard."""
    if not it["actions_enabled"]:
        return "actions_enabled is off"
    return None if it["alarm_actions"] else "alarm_actions is empty"


@rule(
    title="Changes of resources are not recorded",
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
    """Config is off, or leaves types out."""
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
    title="Nobody looks for intruders",
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
    title="Security Hub is off, or checks nothing",
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
    """Nobody collects what GuardDuty, Inspector and Config find; without a standard none of its own checks run."""
    standards = it.every("aws_securityhub_standards_subscription", it.region)
    return None if standards else "no standard is subscribed to"


@rule(
    title="No analyzer looks for access from outside",
    severity="high",
    theme="logging",
    types=("aws_accessanalyzer_analyzer",),
    reads=("type",),
    remedy="Have an aws_accessanalyzer_analyzer of the type ACCOUNT or ORGANIZATION in each region.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html",),
    prowler=("accessanalyzer_enabled",),
    security_hub=("IAM.28",),
    when_missing=("aws_accessanalyzer_analyzer",),
    guards="region",
)
def access_analyzer_off(it: Subject) -> Found:
    """Nobody is told when a bucket, a role or a key is opened to another account. One that looks for what is unused
    does not look for that."""
    return None if str(it["type"] or "").upper() in ("ACCOUNT", "ORGANIZATION") else False


@rule(
    title="Nobody looks for personal data in buckets",
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
    """Macie is off, or paused."""
    return "status is PAUSED" if it["status"] == "PAUSED" else None


@rule(
    title="Nobody looks for known holes",
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
    """Inspector does not scan machines, images or functions: what must be patched is not known."""
    lost = {"EC2": "Inspector.1", "ECR": "Inspector.2", "LAMBDA": "Inspector.4"}
    on = it["resource_types"] or ()
    return [
        Fact(f"not {kind}", answers=(control, "inspector2_is_enabled"))
        for kind, control in lost.items()
        if kind not in on
    ]


@rule(
    title="What the state machine does is not logged, or its definition holds a secret",
    severity="high",
    theme="logging",
    types=("aws_sfn_state_machine",),
    reads=("logging_configuration", "definition"),
    remedy="Set logging_configuration; keep secrets in Secrets Manager.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/stepfunctions-controls.html",),
    prowler=("stepfunctions_statemachine_logging_enabled", "stepfunctions_statemachine_no_secrets_in_definition"),
)
def sfn_logging(it: Subject) -> Found:
    """Definitions are readable by everybody who may describe them."""
    secret = in_document(it["definition"])
    if secret:
        return Fail(secret, "critical")
    level = it.at("logging_configuration.level")
    return f"level is {level or 'OFF'}" if level in (None, "OFF") else None


@rule(
    title="What is asked of the zone is not logged",
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
    """Query logs tell who looks for names that should not be known. Private zones cannot have any."""
    if it.type == "aws_route53_query_log" or it["vpc"]:
        return None
    return None if it.near("aws_route53_query_log") else "no query log"
