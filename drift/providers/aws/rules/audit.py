"""Who watches: trails, logs, alarms, Config, GuardDuty and its like."""

from __future__ import annotations

import re

from drift.providers.aws.rules.policies import open_to_all
from drift.providers.aws.rules.secrets import in_document
from drift.rules.spec import Fail, Found, rule
from drift.rules.subject import Subject

CIS = re.compile(r"\$\.(userIdentity|eventName|errorCode|eventSource|additionalEventData|responseElements)\b")

"""What the benchmark's filters look at, all of them over events of CloudTrail."""


@rule(
    title="What is done in the account is not logged everywhere",
    severity="high",
    theme="logging",
    types=("aws_cloudtrail",),
    reads=("enable_logging", "is_multi_region_trail"),
    remedy="Have one trail with enable_logging, is_multi_region_trail and management events.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_multi_region_enabled", "cloudtrail_multi_region_enabled_logging_management_events"),
    cis_v3=("3.1",),
    cis_v4=("3.1",),
    fsbp=("CloudTrail.1",),
    when_missing=("aws_cloudtrail",),
    guards="account",
)
def trail_multi_region(it: Subject) -> Found:
    """The trail is off, or covers its own region alone: an intruder works in another."""
    if not it["enable_logging"]:
        return "enable_logging is off"
    return None if it["is_multi_region_trail"] else "is_multi_region_trail is off"


@rule(
    title="The trail's logs are not encrypted with a key of one's own",
    severity="medium",
    theme="encryption",
    types=("aws_cloudtrail",),
    reads=("kms_key_id",),
    remedy="Set kms_key_id.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html",),
    prowler=("cloudtrail_kms_encryption_enabled",),
    cis_v3=("3.5",),
    cis_v4=("3.5",),
    fsbp=("CloudTrail.2",),
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
    cis_v3=("3.2",),
    cis_v4=("3.2",),
    fsbp=("CloudTrail.4",),
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
    fsbp=("CloudTrail.5",),
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
    cis_v3=("3.8", "3.9"),
    cis_v4=("3.8", "3.9"),
)
def trail_data_events(it: Subject) -> Found:
    """Management events do not tell who took what out of a bucket."""
    kinds = {d.get("type") for s in it["event_selector"] or () for d in s.get("data_resource") or ()}
    kinds |= {
        v
        for s in it["advanced_event_selector"] or ()
        for f in s.get("field_selector") or ()
        if f.get("field") == "resources.type"
        for v in f.get("equals") or ()
    }
    return None if "AWS::S3::Object" in kinds else "no AWS::S3::Object"


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
)
def alarm_disabled(it: Subject) -> Found:
    """It goes off unheard."""
    if not it["actions_enabled"]:
        return "actions_enabled is off"
    return None if it["alarm_actions"] else "alarm_actions is empty"


@rule(
    title="A filter over the trail is gone or changed",
    severity="medium",
    theme="logging",
    types=("aws_cloudwatch_log_metric_filter",),
    reads=("pattern",),
    remedy="Put it back: an alarm hangs on it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",),
    prowler=(
        "cloudwatch_log_metric_filter_root_usage",
        "cloudwatch_log_metric_filter_unauthorized_api_calls",
        "cloudwatch_log_metric_filter_policy_changes",
        "cloudwatch_log_metric_filter_security_group_changes",
        "cloudwatch_changes_to_vpcs_alarm_configured",
        "cloudwatch_log_metric_filter_sign_in_without_mfa",
    ),
    cis_v3=("4.1", "4.10", "4.14", "4.2"),
    cis_v4=("4.1", "4.10", "4.14", "4.2"),
    when_missing=("aws_cloudwatch_log_metric_filter",),
)
def cis_alarm_missing(it: Subject) -> Found:
    """A metric filter that looks at CloudTrail's events, and that a state describes, no longer does."""
    if CIS.search(str(it["pattern"] or "")):
        return None
    described = it.world.described.get(it.resource.key)
    wanted = str(described.attributes.get("pattern") or "") if described else ""
    return "it no longer looks at CloudTrail's events" if CIS.search(wanted) else False


@rule(
    title="Changes of resources are not recorded",
    severity="medium",
    theme="logging",
    types=("aws_config_configuration_recorder", "aws_config_configuration_recorder_status"),
    near=("aws_config_configuration_recorder_status",),
    remedy="Enable the recorder, for all supported types.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html",),
    prowler=("config_recorder_all_regions_enabled",),
    cis_v3=("3.3",),
    cis_v4=("3.3",),
    fsbp=("Config.1",),
    when_missing=("aws_config_configuration_recorder", "aws_config_configuration_recorder_status"),
    guards="region",
)
def config_recorder_off(it: Subject) -> Found:
    """Config is off, or leaves types out."""
    if it.type == "aws_config_configuration_recorder_status":
        return None if it["is_enabled"] else "is_enabled is off"
    return None if it.at("recording_group.all_supported") else "all_supported is off"


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
    ),
    fsbp=("GuardDuty.1", "GuardDuty.10", "GuardDuty.9"),
    when_missing=("aws_guardduty_detector", "aws_guardduty_detector_feature"),
    guards="region",
)
def guardduty_off(it: Subject) -> Found:
    """The detector, or one of its features, is off."""
    if it.type == "aws_guardduty_detector":
        return None if it["enable"] else "enable is off"
    return f"{it['name']} is DISABLED" if it["status"] == "DISABLED" else None


@rule(
    title="A service that watches over the account is gone",
    severity="high",
    theme="logging",
    types=("aws_securityhub_account", "aws_accessanalyzer_analyzer", "aws_macie2_account"),
    remedy="Enable it again.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls.html",),
    prowler=("securityhub_enabled", "accessanalyzer_enabled", "inspector2_is_enabled", "macie_is_enabled"),
    cis_v3=("1.20", "2.1.3", "4.16"),
    cis_v4=("1.20", "2.1.3", "4.16"),
    fsbp=("Macie.1",),
    when_missing=("aws_securityhub_account", "aws_accessanalyzer_analyzer", "aws_macie2_account"),
    guards="region",
)
def sec_service_missing(it: Subject) -> Found:
    """Security Hub, an access analyzer or Macie."""
    return "status is PAUSED" if it.type == "aws_macie2_account" and it["status"] == "PAUSED" else None


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
