"""Secrets in places that everybody may read who may describe them: variables, arguments, outputs, documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Hidden
from drift.providers.aws.rules.secrets import in_document, in_script, in_url, in_variables
from drift.rules.spec import Fact, Found, rule
from drift.rules.subject import Subject

KEEP = "Keep it in Secrets Manager or in a SecureString, and change it: it has been read."


def _held(found: Mapping[str, Any] | Hidden | None) -> list[Fact]:
    return in_variables(found) if found else []


@rule(
    title="A stage's variables hold a secret",
    severity="high",
    theme="secrets",
    types=("aws_api_gateway_stage",),
    reads=("variables",),
    remedy=KEEP,
    references=("https://docs.aws.amazon.com/apigateway/latest/developerguide/stage-variables.html",),
    prowler=("apigateway_restapi_no_secrets_in_stage_variables",),
)
def apigw_stage_secret(it: Subject) -> Found:
    """Stage variables are no place for credentials: GetStage shows them, and so do mapping templates and logs."""
    return _held(it["variables"])


@rule(
    title="A job's arguments hold a secret",
    severity="critical",
    theme="secrets",
    types=("aws_glue_job",),
    reads=("default_arguments",),
    remedy=KEEP,
    references=("https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html",),
    prowler=("glue_etl_jobs_no_secrets_in_arguments",),
)
def glue_job_secret(it: Subject) -> Found:
    """GetJob and each run show them."""
    found = it["default_arguments"]
    if isinstance(found, Mapping):
        found = {str(name).lstrip("-"): value for name, value in found.items()}
    return _held(found)


@rule(
    title="A stack shows a secret",
    severity="critical",
    theme="secrets",
    types=("aws_cloudformation_stack",),
    reads=("outputs",),
    remedy="Put out the ARN of a secret of Secrets Manager, and change what was shown.",
    references=("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html",),
    prowler=("cloudformation_stack_outputs_find_secrets",),
)
def cfn_output_secret(it: Subject) -> Found:
    """Outputs are shown to everybody who may describe the stack."""
    return _held(it["outputs"])


@rule(
    title="A document holds a secret",
    severity="high",
    theme="secrets",
    types=("aws_ssm_document",),
    reads=("content",),
    remedy="Take it from a SecureString: {{ssm-secure:name}}.",
    references=("https://docs.aws.amazon.com/systems-manager/latest/userguide/documents.html",),
    prowler=("ssm_document_secrets",),
)
def ssm_doc_secret(it: Subject) -> Found:
    """Whoever may run it may read it."""
    content = it["content"]
    return in_document(content) if isinstance(content, Mapping) else in_script(content)


@rule(
    title="An app's variables or build settings hold a secret",
    severity="high",
    theme="secrets",
    types=("aws_amplify_app",),
    reads=("environment_variables", "build_spec"),
    remedy=KEEP,
    references=("https://docs.aws.amazon.com/amplify/latest/userguide/environment-secrets.html",),
    prowler=("amplify_app_no_secrets_in_environment",),
)
def amplify_secret(it: Subject) -> Found:
    """Amplify builds them into what the browser gets, if the build names them."""
    return [*_held(it["environment_variables"]), *in_script(it["build_spec"])]


@rule(
    title="A service's variables hold a secret",
    severity="high",
    theme="secrets",
    types=("aws_apprunner_service",),
    reads=("source_configuration",),
    remedy="Name it under runtime_environment_secrets.",
    references=("https://docs.aws.amazon.com/apprunner/latest/dg/env-variable.html",),
)
def apprunner_secret(it: Subject) -> Found:
    """DescribeService shows them."""
    kinds = ("image_repository.image_configuration", "code_repository.code_configuration.code_configuration_values")
    held = [it.at(f"source_configuration.{kind}.runtime_environment_variables") for kind in kinds]
    return [fact for variables in held for fact in _held(variables)]


@rule(
    title="An endpoint's settings hold a secret",
    severity="high",
    theme="secrets",
    types=("aws_dms_endpoint",),
    reads=("extra_connection_attributes",),
    remedy="Name a secret of Secrets Manager with secrets_manager_arn.",
    references=("https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html",),
)
def dms_endpoint_secret(it: Subject) -> Found:
    """DescribeEndpoints shows extra connection attributes as they are."""
    text = str(it["extra_connection_attributes"] or "")
    pairs = dict(p.split("=", 1) for p in text.split(";") if "=" in p)
    address = in_url("extra_connection_attributes", text)
    return [*_held(pairs), *([Fact(address)] if address else [])]
