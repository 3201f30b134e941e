"""AWS Lambda, Amazon ECS, EKS and ECR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drift.providers.aws.rules.lifetimes import KUBERNETES, LAMBDA, past
from drift.providers.aws.rules.policies import open_to_all
from drift.providers.aws.rules.ports import as_internet
from drift.providers.aws.rules.secrets import in_document, in_variables
from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject


@rule(
    title="Anybody may invoke the function",
    severity="critical",
    theme="public access",
    types=("aws_lambda_permission",),
    reads=("principal", "source_account", "source_arn", "principal_org_id"),
    remedy="Name the account or resource that may invoke it (source_account, source_arn).",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",),
    prowler=("awslambda_function_not_publicly_accessible",),
    security_hub=("Lambda.1",),
)
def lambda_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that names an account or resource. AWS_IAM authentication
    accepts any AWS account."""
    return f"{it['action']} for *" if open_to_all(permission_policy(it)) else None


PERMISSION_CONDITIONS = (
    ("source_arn", "ArnLike", "aws:SourceArn"),
    ("source_account", "StringEquals", "aws:SourceAccount"),
    ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
    ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
    ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
)
"""What Lambda makes of the arguments of AddPermission (Lambda Developer Guide, "Resource-based policies")."""


def permission_policy(it: Subject) -> dict[str, Any]:
    """The statement that a permission is, as a policy."""
    principal = str(it["principal"])
    kind = "Service" if "." in principal and not principal.startswith("arn:") else "AWS"
    conditions: dict[str, dict[str, str]] = {}
    for attribute, operator, key in PERMISSION_CONDITIONS:
        if it[attribute]:
            conditions.setdefault(operator, {})[key] = str(it[attribute])
    statement = {"Effect": "Allow", "Principal": {kind: principal}, "Action": it["action"], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": conditions} if conditions else {})]}


@rule(
    title="The function's URL requires no authentication",
    severity="high",
    theme="identity",
    types=("aws_lambda_function_url",),
    reads=("authorization_type",),
    remedy="Set authorization_type to AWS_IAM, or put an authorizer in front.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",),
    prowler=("awslambda_function_url_public",),
)
def lambda_url_public(it: Subject) -> Found:
    """Anybody on the internet can call it."""
    return "authorization_type is NONE" if it["authorization_type"] == "NONE" else None


@rule(
    title="The function's URL allows every origin (CORS)",
    severity="medium",
    theme="public access",
    types=("aws_lambda_function_url",),
    reads=("cors",),
    remedy="List the allowed sites in allow_origins.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",),
    prowler=("awslambda_function_url_cors_policy",),
)
def lambda_url_cors(it: Subject) -> Found:
    """A script on any website can call it with a visitor's credentials."""
    return "allow_origins is *" if "*" in it.all("cors.allow_origins[]") else None


@rule(
    title="An environment variable contains a secret",
    severity="critical",
    theme="secrets",
    types=("aws_lambda_function",),
    reads=("environment",),
    remedy="Store the secret in Secrets Manager or Parameter Store, and let the function read it from there.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",),
    prowler=("awslambda_function_no_secrets_in_variables",),
)
def lambda_env_secret(it: Subject) -> Found:
    """Anybody who may describe the function can read its variables, and they appear in logs."""
    return in_variables(it.at("environment.variables") or {})


@rule(
    title="Environment variables are not encrypted with a customer managed key",
    severity="medium",
    theme="encryption",
    types=("aws_lambda_function",),
    reads=("environment", "kms_key_arn"),
    remedy="Set kms_key_arn.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",),
    prowler=("awslambda_function_env_vars_not_encrypted_with_cmk",),
)
def lambda_env_kms(it: Subject) -> Found:
    """With AWS's own key, permission to read the function is enough to read them."""
    return "no kms_key_arn" if it.at("environment.variables") and not it["kms_key_arn"] else None


@rule(
    title="The function's runtime is no longer supported",
    severity="medium",
    theme="hygiene",
    types=("aws_lambda_function",),
    reads=("runtime",),
    remedy="Move the function to a supported runtime.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",),
    prowler=("awslambda_function_using_supported_runtimes",),
    security_hub=("Lambda.2",),
)
def lambda_runtime_eol(it: Subject) -> Found:
    """It gets no more security updates."""
    return past(LAMBDA, str(it["runtime"] or ""), it.today)


@rule(
    title="The function does not run in a VPC",
    severity="low",
    theme="network",
    types=("aws_lambda_function",),
    reads=("vpc_config",),
    remedy="Set vpc_config if the function accesses resources in a VPC.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",),
    prowler=("awslambda_function_inside_vpc",),
    security_hub=("Lambda.3",),
)
def lambda_no_vpc(it: Subject) -> Found:
    """No flow log and no security group applies to its traffic."""
    return None if list(it.all("vpc_config.subnet_ids[]")) else "no vpc_config"


def _containers(it: Subject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = it["container_definitions"]
    yield from sorted(found.items()) if isinstance(found, Mapping) else ()


@rule(
    title="A container is not isolated from its host",
    severity="high",
    theme="identity",
    types=("aws_ecs_task_definition",),
    reads=("container_definitions", "pid_mode", "network_mode"),
    remedy="Remove privileged, pid_mode host, and root in the host's network.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",),
    prowler=(
        "ecs_task_definitions_no_privileged_containers",
        "ecs_task_definitions_host_namespace_not_shared",
        "ecs_task_definitions_host_networking_mode_users",
    ),
    security_hub=("ECS.1", "ECS.3", "ECS.4"),
)
def ecs_privileged(it: Subject) -> Found:
    """Whoever compromises the container controls the host."""
    found = []
    if it["pid_mode"] == "host":
        check = "ecs_task_definitions_host_namespace_not_shared"
        found.append(Fact("pid_mode is host", answers=(check, "ECS.3")))
    for name, container in _containers(it):
        if container.get("privileged"):
            check = "ecs_task_definitions_no_privileged_containers"
            found.append(Fact(f"{name} is privileged", answers=(check, "ECS.4")))
        root = str(container.get("user") or "root").split(":")[0] in ("root", "0")
        if it["network_mode"] == "host" and root:
            check = "ecs_task_definitions_host_networking_mode_users"
            found.append(Fact(f"{name} is root in the host's network", answers=(check, "ECS.1")))
    return found


@rule(
    title="A container's root file system is writable",
    severity="high",
    theme="hygiene",
    types=("aws_ecs_task_definition",),
    reads=("container_definitions",),
    remedy="Set readonlyRootFilesystem, and mount volumes for data that must be written.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",),
    prowler=("ecs_task_definitions_containers_readonly_access",),
    security_hub=("ECS.5",),
)
def ecs_readonly_root(it: Subject) -> Found:
    """An attacker cannot store tools in a read-only file system."""
    return [name for name, c in _containers(it) if not c.get("readonlyRootFilesystem")]


@rule(
    title="A container's environment contains a secret",
    severity="critical",
    theme="secrets",
    types=("aws_ecs_task_definition", "aws_batch_job_definition"),
    remedy="Use secrets, from Secrets Manager or Parameter Store.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",),
    prowler=("ecs_task_definitions_no_environment_secrets", "batch_job_definition_no_secrets"),
    security_hub=("ECS.8",),
)
def ecs_env_secret(it: Subject) -> Found:
    """Anybody who may describe task definitions can read it, also in old revisions."""
    if it.type == "aws_batch_job_definition":
        return in_document(it["container_properties"])
    facts = list[str]()
    for name, container in _containers(it):
        pairs = container.get("environment") or ()
        variables = pairs if isinstance(pairs, Mapping) else {str(p.get("name")): p.get("value") for p in pairs}
        facts += [f"{name}: {found.text}" for found in in_variables(variables)]
    return facts


@rule(
    title="A container is not logged",
    severity="high",
    theme="logging",
    types=("aws_ecs_task_definition",),
    reads=("container_definitions",),
    remedy="Set logConfiguration.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",),
    prowler=("ecs_task_definitions_logging_enabled",),
    security_hub=("ECS.9",),
)
def ecs_logging(it: Subject) -> Found:
    """Without a log configuration, its output is lost when it stops."""
    return [name for name, c in _containers(it) if not (c.get("logConfiguration") or {}).get("logDriver")]


@rule(
    title="The service's tasks get public addresses",
    severity="high",
    theme="network",
    types=("aws_ecs_service",),
    reads=("network_configuration",),
    remedy="Set assign_public_ip to false.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",),
    prowler=("ecs_service_no_assign_public_ip",),
    security_hub=("ECS.2",),
)
def ecs_public_ip(it: Subject) -> Found:
    """Every task is reachable from the internet."""
    return "assign_public_ip is on" if it.at("network_configuration.assign_public_ip") else None


@rule(
    title="Container Insights is off",
    severity="medium",
    theme="logging",
    types=("aws_ecs_cluster",),
    reads=("setting",),
    remedy="Set containerInsights to enabled or enhanced.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",),
    prowler=("ecs_cluster_container_insights_enabled",),
)
def ecs_insights(it: Subject) -> Found:
    """Container Insights records resource usage and the reasons why containers stop."""
    on = any(
        s.get("name") == "containerInsights" and s.get("value") in ("enabled", "enhanced") for s in it["setting"] or ()
    )
    return None if on else "containerInsights is not enabled"


@rule(
    title="The cluster's API endpoint is open to the internet",
    severity="high",
    theme="public access",
    types=("aws_eks_cluster",),
    reads=("vpc_config",),
    remedy="Set public_access_cidrs, or endpoint_public_access to false.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html",),
    prowler=("eks_cluster_not_publicly_accessible",),
)
def eks_public_endpoint(it: Subject) -> Found:
    """Anybody can send requests to the Kubernetes API. A cluster with IPv6 has ::/0 besides 0.0.0.0/0 by default."""
    if not it.at("vpc_config.endpoint_public_access"):
        return None
    cidrs = sorted(str(c) for c in it.all("vpc_config.public_access_cidrs[]"))
    wide = as_internet(cidrs)
    private = it.at("vpc_config.endpoint_private_access")
    return Fail([f"open to {c}" for c in wide], context="" if private else "no private endpoint") if wide else None


@rule(
    title="Kubernetes secrets are not encrypted with a customer managed key",
    severity="medium",
    theme="encryption",
    types=("aws_eks_cluster",),
    reads=("encryption_config",),
    remedy="Add secrets to encryption_config.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html",),
    prowler=("eks_cluster_kms_cmk_encryption_in_secrets_enabled",),
    security_hub=("EKS.3",),
)
def eks_secrets_kms(it: Subject) -> Found:
    """Anybody who gets the disks of etcd can read them."""
    return None if "secrets" in it.all("encryption_config.resources[]") else "secrets is not in encryption_config"


@rule(
    title="Control plane logs are incomplete",
    severity="medium",
    theme="logging",
    types=("aws_eks_cluster",),
    reads=("enabled_cluster_log_types",),
    remedy="Enable api, audit, authenticator, controllerManager and scheduler.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html",),
    prowler=("eks_control_plane_logging_all_types_enabled",),
    security_hub=("EKS.8",),
)
def eks_logs(it: Subject) -> Found:
    """Without the audit log, it is unknown who did what in the cluster."""
    lost = {"api", "audit", "authenticator", "controllerManager", "scheduler"} - set(
        it["enabled_cluster_log_types"] or ()
    )
    return f"without {', '.join(sorted(lost))}" if lost else None


@rule(
    title="The cluster's Kubernetes version is past standard support",
    severity="high",
    theme="hygiene",
    types=("aws_eks_cluster",),
    reads=("version",),
    remedy="Upgrade the cluster.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html",),
    prowler=("eks_cluster_uses_a_supported_version",),
    security_hub=("EKS.2",),
)
def eks_version_eol(it: Subject) -> Found:
    """Extended support costs six times as much. When it ends, AWS upgrades the cluster automatically."""
    return past(KUBERNETES, str(it["version"] or ""), it.today)


@rule(
    title="Anybody may pull images from the repository",
    severity="critical",
    theme="public access",
    types=("aws_ecr_repository_policy",),
    reads=("policy",),
    remedy="Name the accounts that need it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html",),
    prowler=("ecr_repositories_not_publicly_accessible",),
)
def ecr_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that limits who may use it."""
    return open_to_all(it["policy"])


@rule(
    title="Images are not scanned on push",
    severity="medium",
    theme="hygiene",
    types=("aws_ecr_repository",),
    reads=("image_scanning_configuration",),
    near=("aws_ecr_registry_scanning_configuration",),
    remedy="Set scan_on_push, or a scanning rule for the registry.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html",),
    prowler=("ecr_repositories_scan_images_on_push_enabled",),
    security_hub=("ECR.1",),
)
def ecr_scan(it: Subject) -> Found:
    """Known vulnerabilities reach production unnoticed."""
    if it.at("image_scanning_configuration.scan_on_push"):
        return None
    registry = it.every("aws_ecr_registry_scanning_configuration", it.region)
    return None if any(r["rule"] for r in registry) else "scan_on_push is off"


@rule(
    title="Image tags are mutable",
    severity="medium",
    theme="hygiene",
    types=("aws_ecr_repository",),
    reads=("image_tag_mutability",),
    remedy="Set image_tag_mutability to IMMUTABLE.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html",),
    prowler=("ecr_repositories_tag_immutability",),
    security_hub=("ECR.2",),
)
def ecr_tag_mutable(it: Subject) -> Found:
    """Somebody can push another image under a tag that was already tested."""
    found = it["image_tag_mutability"]
    return None if str(found).startswith("IMMUTABLE") else f"image_tag_mutability is {found}"
