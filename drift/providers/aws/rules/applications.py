"""CodeBuild, Cognito, Glue, Athena, and what holds for every type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from drift.providers.aws.rules.policies import open_to_all
from drift.providers.aws.rules.secrets import in_url, in_variables
from drift.rules.spec import ANY, Fact, Found, rule
from drift.rules.subject import Subject


@rule(
    title="The build project contains a secret",
    severity="critical",
    theme="secrets",
    types=("aws_codebuild_project",),
    reads=("environment", "source"),
    remedy="Use the types SECRETS_MANAGER or PARAMETER_STORE, and a connection for the source.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html",),
    prowler=("codebuild_project_no_secrets_in_variables", "codebuild_project_source_repo_url_no_sensitive_credentials"),
    security_hub=("CodeBuild.1", "CodeBuild.2"),
)
def codebuild_secret_env(it: Subject) -> Found:
    """A plain environment variable, or credentials in the source's URL: build logs and the console show them."""
    plain = {
        str(v.get("name")): v.get("value")
        for v in it.all("environment.environment_variable[]")
        if v.get("type") == "PLAINTEXT"
    }
    address = in_url("source.location", it.at("source.location"))
    held = [
        replace(f, answers=("codebuild_project_no_secrets_in_variables", "CodeBuild.2")) for f in in_variables(plain)
    ]
    source = ("codebuild_project_source_repo_url_no_sensitive_credentials", "CodeBuild.1")
    return [*held, *([Fact(address, answers=source)] if address else [])]


@rule(
    title="Build logs are not stored safely",
    severity="medium",
    theme="logging",
    types=("aws_codebuild_project",),
    reads=("logs_config",),
    remedy="Enable cloudwatch_logs or s3_logs, encrypted.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html",),
    prowler=("codebuild_project_logging_enabled", "codebuild_project_s3_logs_encrypted"),
)
def codebuild_logging(it: Subject) -> Found:
    """No logs at all, or logs in S3 without encryption."""
    cloudwatch = it.at("logs_config.cloudwatch_logs.status") or "ENABLED"
    s3 = it.at("logs_config.s3_logs.status") or "DISABLED"
    if "ENABLED" not in (cloudwatch, s3):
        return [Fact("both logs are DISABLED", answers=("codebuild_project_logging_enabled",))]
    clear = s3 == "ENABLED" and it.at("logs_config.s3_logs.encryption_disabled")
    return [Fact("s3_logs.encryption_disabled", answers=("codebuild_project_s3_logs_encrypted",))] if clear else None


@rule(
    title="The builds are public",
    severity="high",
    theme="public access",
    types=("aws_codebuild_project",),
    reads=("project_visibility",),
    remedy="Set project_visibility to PRIVATE.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html",),
    prowler=("codebuild_project_not_publicly_accessible",),
)
def codebuild_public(it: Subject) -> Found:
    """Anybody on the internet can read logs and artifacts."""
    return "project_visibility is PUBLIC_READ" if it["project_visibility"] == "PUBLIC_READ" else None


@rule(
    title="MFA is not required for the user pool",
    severity="medium",
    theme="identity",
    types=("aws_cognito_user_pool",),
    reads=("mfa_configuration",),
    remedy="Set mfa_configuration to ON.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html",),
    prowler=("cognito_user_pool_mfa_enabled",),
)
def cognito_mfa(it: Subject) -> Found:
    """A guessed or stolen password is enough to sign in."""
    found = it["mfa_configuration"]
    return None if found == "ON" else f"mfa_configuration is {found}"


@rule(
    title="The user pool's password policy is weak",
    severity="medium",
    theme="secrets",
    types=("aws_cognito_user_pool",),
    reads=("password_policy", "admin_create_user_config"),
    remedy="Set the minimum length to 14 and require every kind of character.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html",),
    prowler=(
        "cognito_user_pool_password_policy_minimum_length_14",
        "cognito_user_pool_password_policy_symbol",
        "cognito_user_pool_self_registration_disabled",
        "cognito_user_pool_password_policy_lowercase",
        "cognito_user_pool_password_policy_uppercase",
        "cognito_user_pool_password_policy_number",
    ),
)
def cognito_password(it: Subject) -> Found:
    """Shorter than `password_length` (14), or not all kinds of characters are required; or anybody may sign up."""
    length, policy = int(it.at("password_policy.minimum_length") or 0), "cognito_user_pool_password_policy_"
    short = length < it.criteria.threshold("password_length")
    weak = [Fact(f"length {length}", "length", (f"{policy}minimum_length_14",))] if short else []
    weak += [
        Fact(f"no {kind} asked for", answers=(policy + kind.removesuffix("s"),))
        for kind in ("lowercase", "uppercase", "numbers", "symbols")
        if not it.at(f"password_policy.require_{kind}")
    ]
    if not it.at("admin_create_user_config.allow_admin_create_user_only"):
        weak.append(Fact("anybody may sign up", answers=("cognito_user_pool_self_registration_disabled",)))
    return weak


@rule(
    title="The identity pool gives credentials to guests",
    severity="medium",
    theme="identity",
    types=("aws_cognito_identity_pool",),
    reads=("allow_unauthenticated_identities",),
    remedy="Set allow_unauthenticated_identities to false.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html",),
    prowler=("cognito_identity_pool_guest_access_disabled",),
)
def cognito_guest(it: Subject) -> Found:
    """Anybody can get credentials of the guest role."""
    return "allow_unauthenticated_identities is on" if it["allow_unauthenticated_identities"] else None


@rule(
    title="Glue stores data unencrypted",
    severity="high",
    theme="encryption",
    types=("aws_glue_security_configuration",),
    reads=("encryption_configuration",),
    remedy="Set the modes of encryption_configuration.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/glue-controls.html",),
    prowler=(
        "glue_etl_jobs_amazon_s3_encryption_enabled",
        "glue_etl_jobs_cloudwatch_logs_encryption_enabled",
        "glue_etl_jobs_job_bookmark_encryption_enabled",
    ),
)
def glue_encryption(it: Subject) -> Found:
    """Logs, bookmarks or results are not encrypted."""
    parts = (
        ("cloudwatch_encryption", "cloudwatch_encryption_mode", "glue_etl_jobs_cloudwatch_logs_encryption_enabled"),
        ("job_bookmarks_encryption", "job_bookmarks_encryption_mode", "glue_etl_jobs_job_bookmark_encryption_enabled"),
        ("s3_encryption", "s3_encryption_mode", "glue_etl_jobs_amazon_s3_encryption_enabled"),
    )
    return [
        Fact(part, answers=(check,))
        for part, mode, check in parts
        if it.at(f"encryption_configuration.{part}.{mode}") in (None, "DISABLED")
    ]


@rule(
    title="The Glue catalogue is public",
    severity="high",
    theme="public access",
    types=("aws_glue_resource_policy",),
    reads=("policy",),
    remedy="Name the principals that need it, or add a condition on the account or the organization.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/glue-controls.html",),
    prowler=("glue_data_catalogs_not_publicly_accessible",),
)
def glue_public_policy(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that limits who may use it."""
    return open_to_all(it["policy"])


@rule(
    title="Query results may be unencrypted",
    severity="medium",
    theme="encryption",
    types=("aws_athena_workgroup",),
    reads=("configuration",),
    remedy="Set encryption_configuration and enforce_workgroup_configuration.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/athena-controls.html",),
    prowler=("athena_workgroup_encryption", "athena_workgroup_enforce_configuration"),
    security_hub=("Athena.1",),
)
def athena_workgroup(it: Subject) -> Found:
    """The workgroup sets no encryption of results, or lets clients override it."""
    found = []
    if not it.at("configuration.result_configuration.encryption_configuration.encryption_option"):
        found.append(Fact("no encryption_configuration", answers=("athena_workgroup_encryption", "Athena.1")))
    if not it.at("configuration.enforce_workgroup_configuration"):
        check = "athena_workgroup_enforce_configuration"
        found.append(Fact("enforce_workgroup_configuration is off", answers=(check,)))
    return found


@rule(
    title="Required tags are missing",
    severity="low",
    theme="hygiene",
    types=ANY,
    reads=("tags",),
    remedy="Set the tags, or default_tags in the provider.",
    references=("https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",),
)
def required_tags(it: Subject) -> Found:
    """Tag keys from `required_tags` in the settings."""
    if not it.criteria.required_tags:
        return None
    tags = it["tags"]
    return [key for key in it.criteria.required_tags if not (isinstance(tags, Mapping) and tags.get(key))]
