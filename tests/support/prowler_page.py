"""docs/prowler.md: drift beside Prowler, from the figures that `python -m tests.bench.prowler` kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from drift.providers.aws.frameworks import prowler_checks
from drift.providers.aws.rules import built_in
from tests.bench.prowler import FIGURES

NO_TYPE = "drift does not have the type"
CONTENT = "what is inside an object, an image or a log is not read"
EVENTS = "it asks what happened, not what is set"
OTHERS = "another service's findings; look there"
DEPRECATED = "the service, or the check, is deprecated"
QUANTUM = "post-quantum algorithms are no default of AWS yet"
EVERY = "it would fail for nearly every resource, and says little of risk"
REASONS: Mapping[str, str] = {
    "accessanalyzer_enabled_without_findings": OTHERS,
    "account_": "it is only shown at the console, or a matter of who reads the mail",
    "acmpca_certificate_authority_pqc": QUANTUM,
    "apigateway_domain_name_pqc": QUANTUM,
    "appstream_": NO_TYPE,
    "autoscaling_group_": "it is about price and capacity, not about risk",
    "awslambda_function_invoke_api": "data events of Lambda: a matter of cost",
    "awslambda_function_no_secrets_in_code": CONTENT,
    "awslambda_layer_no_secrets": CONTENT,
    "backup_recovery_point": NO_TYPE,
    "backup_reportplans": NO_TYPE,
    "backup_vaults_exist": "`ebs-not-in-backup-plan` and its like ask whether anything is backed up",
    "bedrock_": NO_TYPE,
    "cloudformation_stack": "Terraform's stack has no such attribute",
    "cloudfront_distributions_field_level": EVERY,
    "cloudfront_distributions_pqc": QUANTUM,
    "cloudtrail_bedrock": "data events of Bedrock: a matter of cost",
    "cloudtrail_threat": EVENTS,
    "cloudwatch_cross_account": "`iam-trust-foreign` tells the role that it looks for",
    "cloudwatch_log_group_no_secrets": CONTENT,
    "codeartifact_": NO_TYPE,
    "codebuild_project_older": EVENTS,
    "codebuild_": "a webhook or report group, which drift does not have, or a matter of who may commit",
    "codecommit_": CONTENT,
    "codepipeline_": "it asks an outside address whether it is public",
    "cognito_user_pool_blocks": "Terraform has no such attribute; `cognito-threats` asks whether protection is enforced",
    "cognito_user_pool_temporary": "AWS's default of seven days passes",
    "config_delegated": "an organisation's settings, which its management account alone may read",
    "datapipeline_": NO_TYPE,
    "directconnect_": NO_TYPE,
    "directoryservice_": "it is not told by the types that drift has",
    "dlm_": EVERY,
    "dms_endpoint_neptune": "Terraform's endpoint has no such attribute in drift",
    "drs_": NO_TYPE,
    "dynamodb_": "it is about capacity, not about risk",
    "ec2_confidential": "Prowler's own convention of tags",
    "ec2_ebs_volume_snapshots": "`ebs-not-in-backup-plan` asks for a plan, not for one snapshot",
    "ec2_elastic_ip_shodan": "it asks an outside service",
    "ec2_instance_managed_by_ssm": "`ec2-patches-missing` speaks of what Systems Manager scans",
    "ec2_instance_": "age and image of a machine: `ec2-patches-missing` asks what is missing on it",
    "ecr_repository_image": CONTENT,
    "ecs_task_set_no_assign": NO_TYPE,
    "secretsmanager_has_restrictive": "it asks for a denial of its own shape; `secret-public` asks who gets in",
    "ecr_registry_scan": "`ecr-scan` asks of each repository whether it, or the registry, scans it",
    "ecs_task_definitions_logging_block": EVERY,
    "eks_cluster_": "version 5 of the provider has no such attribute",
    "elasticbeanstalk_": NO_TYPE,
    "elb_insecure": "a classic listener's policy is a resource that drift does not have",
    "elbv2_listener_pqc": QUANTUM,
    "elbv2_listeners_underneath": EVERY,
    "emr_": NO_TYPE,
    "eventbridge_": NO_TYPE,
    "fms_": NO_TYPE,
    "fsx_": NO_TYPE,
    "glacier_": NO_TYPE,
    "glue_": "a part of the account's catalogue settings, or a type, that drift does not have",
    "guardduty_no_high": OTHERS,
    "guardduty_": "an organisation's settings, which its management account alone may read",
    "iam_administrator_access_with_mfa": "`iam-console-no-mfa` asks it of everybody",
    "iam_avoid_root": EVENTS,
    "iam_check_saml": EVERY,
    "iam_root_credentials": "an organisation's settings, which its management account alone may read",
    "iam_role_access": "`iam-unused-rights` asks it of every service",
    "iam_user_access": "`iam-unused-rights` asks it of every service",
    "iam_user_with_temporary": "`iam-unmanaged-key`, `iam-key-old` and `iam-key-unused` ask of keys",
    "inspector2_active": OTHERS,
    "kafka_cluster_encryption": "the recorded key of AWS's own looks like one's own",
    "kafka_cluster_uses": "no published calendar of versions",
    "kafka_connector": NO_TYPE,
    "kms_key_enclave": "Prowler's own convention of tags",
    "lightsail_": NO_TYPE,
    "macie_automated": "Terraform's account has no such attribute",
    "networkfirewall_in_all_vpc": EVERY,
    "opensearch_service_domains_updated": "the compared answer does not tell it",
    "opensearch_service_domains_use_cognito": "`opensearch-fgac` asks for users of IAM or SAML, which serve as well",
    "organizations_": "an organisation's settings, which its management account alone may read",
    "rds_instance_inside_vpc": "no instance has been outside of a VPC since 2022",
    "resourceexplorer2_": EVERY,
    "rolesanywhere_": NO_TYPE,
    "route53_domains": NO_TYPE,
    "s3_bucket_cross_region": EVERY,
    "s3_bucket_event": EVERY,
    "s3_bucket_object_public": CONTENT,
    "s3_bucket_shadow": "it asks other accounts' names",
    "s3_multi_region": NO_TYPE,
    "sagemaker_": NO_TYPE,
    "secretsmanager_secret_": "when a secret was read or changed is not in the compared answer",
    "securityhub_": "an organisation's settings, which its management account alone may read",
    "servicecatalog_": "the shares of a portfolio are no type that drift has",
    "ses_identity_dkim": "the compared answer does not tell whether it is verified",
    "shield_": "Shield Advanced is a subscription",
    "ssmincidents_": NO_TYPE,
    "storagegateway_": NO_TYPE,
    "transfer_server_pqc": QUANTUM,
    "trustedadvisor_": OTHERS,
    "vpc_": EVERY,
    "waf_": DEPRECATED,
    "wafv2_webacl_rule": "each rule's own metrics are not compared one by one",
    "wellarchitected_": NO_TYPE,
    "workspaces_vpc": EVERY,
}
"""Check of Prowler, as it begins -> why no rule answers to it. The longest that fits holds."""


def reason(check: str) -> str:
    """Why no rule answers to a check; KeyError where nobody said."""
    return REASONS[max((p for p in REASONS if check.startswith(p)), key=len, default=check)]


HEAD = """# Comparison with Prowler

<!-- Generated by `python -m tests.support.pages`. Do not edit. -->

Prowler checks a whole account and does not know what was intended. drift checks the resources that drifted, before and after
the drift, and all others on request (`--judge all,account`). `python -m tests.bench.prowler --prowler PATH` compares them on
one simulated account:

1. It creates an account without known risks, and the Terraform state that describes it (`tests/bench/planted.py`).
2. Both tools check the account. What they report of the planted resources now is *false*.
3. It plants one risk for each line of a checklist: it changes a managed resource, or creates one outside Terraform.
4. Both tools check the account again. A risk is *found* if the rule fails for the planted resource, or one of the checks of
   Prowler that correspond to the rule.

The figures are from {date}: Prowler {prowler} with the {checks} checks that correspond to the planted rules, in one region, with
`--scan-unused-services`; drift with {rules} rules and its usual search. The machine had two cores and was busy. The simulated AWS (moto)
is not AWS: times compare the two tools, no more.

| | drift | Prowler |
|---|---|---|
| planted | {planted} | {planted} |
| found | {drift_found} | {prowler_found} |
| missed | {drift_missed} | {prowler_missed} |
| of these, without a check in Prowler | | {prowler_none} |
| false, before | {drift_false} | {prowler_false} |
| reported as introduced | {drift_found} | no |
"""


def page() -> str:
    """The page."""
    figures: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    rows = figures["plants"]
    text = HEAD.format(
        **{k: figures[k] for k in ("date", "prowler", "checks", "rules")},
        planted=len(rows),
        drift_found=sum(r["drift"] for r in rows),
        drift_missed=sum(not r["drift"] for r in rows),
        drift_false=sum(r["drift_before"] for r in rows),
        prowler_found=sum(r["prowler"] for r in rows),
        prowler_missed=sum(not r["prowler"] for r in rows),
        prowler_none=sum(not r["checks"] for r in rows),
        prowler_false=sum(r["prowler_before"] for r in rows),
    )
    return text + "".join((*_cost(figures["cost"]), *_plants(rows), *_differences(rows), *_coverage()))


def _cost(cost: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield "\n| run, after the planting | seconds | requests |\n|---|---|---|\n"
    for what, of in cost.items():
        yield f"| {what} | {of['seconds']:.0f} | {of['requests']:.0f} |\n"


def _plants(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n## What was planted\n\n| line | rule | how | drift | Prowler |\n|---|---|---|---|---|\n"
    for r in rows:
        how = "made by hand" if r["by_hand"] else "a managed resource was changed"
        theirs = "no check" if not r["checks"] else _told(r["prowler"], r["prowler_before"])
        yield f"| {r['line']} | [`{r['rule']}`](rules/{r['rule']}.md) | {how} | {_told(r['drift'], r['drift_before'])} | {theirs} |\n"


def _told(found: bool, before: bool) -> str:
    return f"{'found' if found else 'missed'}{', false before' if before else ''}"


WHY = {
    "ecr-scan": "drift says *unknown*: a scanning rule of the registry may do the same, and the registry's settings are read"
    " with `--all-services` or `--judge account` only",
    "guardduty-off": "Prowler takes moto's detector for one that is not configured, before and after",
    "iam-boundary-gone": "it is only visible to who knows what was there before",
    "iam-full-access-attached": "Prowler has no check for it",
    "iam-joined-group": "Prowler has no check for it",
    "iam-privesc": "Prowler passes the policy",
    "iam-role-admin": "Prowler leaves out roles that services assume",
    "iam-trust-foreign": "Prowler asks it only of roles that may read everything",
    "iam-trust-public": "Prowler has no check for it",
    "lambda-env-secret": "Prowler looks at the form of the value only, drift at the variable's name too",
    "rds-public": "Prowler passes it if a security group filters; drift then reports it with a lower severity",
    "trail-management-events": "Prowler judges the account, not the trail",
    "trail-multi-region": "Prowler passes it: another trail logs all regions",
}
"""Rule -> why a tool missed or wrongly flagged what was planted, as looked into after the run."""


def _differences(rows: list[dict[str, Any]]) -> Iterator[str]:
    apart = [r for r in rows if not r["drift"] or not r["prowler"] or r["drift_before"] or r["prowler_before"]]
    if not apart:
        return
    yield "\n## Where they differ\n\n"
    for r in apart:
        yield f"- `{r['rule']}`: {WHY.get(r['rule'], 'not looked into')}.\n"


def _coverage() -> Iterator[str]:
    claimed = {c for r in built_in() for c in r.prowler}
    left = sorted(prowler_checks() - claimed)
    yield (
        f"\n## Check by check\n\nOf Prowler's {len(prowler_checks())} checks for AWS, {len(claimed)} have a rule that answers to"
        f" them: [rules.md](rules.md). The other {len(left)}, and why there is none:\n\n| why | checks |\n|---|---|\n"
    )
    by: dict[str, list[str]] = {}
    for check in left:
        by.setdefault(reason(check), []).append(check)
    for why, checks in sorted(by.items(), key=lambda p: -len(p[1])):
        yield f"| {why} | {', '.join(f'`{c}`' for c in checks)} |\n"
