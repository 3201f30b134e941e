"""Amazon Redshift Serverless."""

from __future__ import annotations

import re
from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"ResourceNotFoundException"})
NEVER = "never returned by AWS"


def _tags(arn: str) -> Call:
    """One call for each: the listing has no tags."""
    return Call(op="ListTagsForResource", take="tags", into="Tags", bind={"resourceArn": arn}, gone=GONE)


def _role(value: Any) -> str | None:
    """The role in `IamRole(applyStatus=in-sync, iamRoleArn=arn:…)`, as AWS answers it."""
    found = re.search(r"iamRoleArn=([^,)]+)", str(value or ""))
    return found[1].strip() if found else values.text(value)


def _own_key(value: Any) -> str | None:
    """AWS's own key is what nobody chose."""
    return None if value == "AWS_OWNED_KMS_KEY" else values.text(value)


def _chosen(at: str) -> Attr:
    """A number that AWS chooses where nobody does; the provider writes 0 where there is none."""
    return attr(at, lambda value: values.number(value) or None, assigned=True)


NAMESPACE = ResourceType(
    name="aws_redshiftserverless_namespace",
    service="redshift-serverless",
    list=Call(op="ListNamespaces", take="namespaces"),
    describe=(_tags("namespaceArn"),),
    id=text("namespaceName"),
    label="namespace_name",
    exists="status != 'DELETING'",
    computed={
        "admin_password_secret_arn": text("adminPasswordSecretArn"),
        "arn":                       text("namespaceArn"),
        "namespace_id":              text("namespaceId"),
    },
    attributes={
        "namespace_name":                   text("namespaceName"),
        "admin_password_secret_kms_key_id": kms_key("adminPasswordSecretKmsKeyId", assigned=True),
        "admin_username":                   text("adminUsername", assigned=True, sensitive=True),
        "db_name":                          text("dbName", assigned=True),
        "default_iam_role_arn":             attr("defaultIamRoleArn", _role),
        "iam_roles":                        set_of(_role, "iamRoles", assigned=True),
        "kms_key_id":                       attr("kmsKeyId", _own_key, assigned=True),
        "log_exports":                      set_of(values.text, "logExports"),
        # a secret that AWS keeps is there where it keeps the password; an import does not record it
        "manage_admin_password":            flag("adminPasswordSecretArn && `true` || `false`", assigned=True),
        "tags":                             tags("Tags"),
    },
    ignored={
        "admin_user_password":            NEVER,
        "admin_user_password_wo_version": "an instruction to Terraform",
    },
    refs=(
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
        Ref("iam_roles[]", to="aws_iam_role", by="arn"),
        Ref("default_iam_role_arn", to="aws_iam_role", by="arn"),
    ),
    creates=(Ref("admin_password_secret_arn", to="aws_secretsmanager_secret", by="arn"),),
)

# what AWS answers where nobody set it (Redshift management guide, "Configuration parameters")
DEFAULTS = {
    "auto_mv":                          "true",
    "datestyle":                        "ISO, MDY",
    "enable_case_sensitive_identifier": "false",
    "enable_user_activity_logging":     "true",
    "max_query_execution_time":         "14400",
    "query_group":                      "default",
    "search_path":                      "$user, public",
    "use_fips_ssl":                     "false",
}
UNSET = " || ".join(f"(parameterKey == '{key}' && parameterValue == '{value}')" for key, value in DEFAULTS.items())

WORKGROUP = ResourceType(
    name="aws_redshiftserverless_workgroup",
    service="redshift-serverless",
    list=Call(op="ListWorkgroups", take="workgroups"),
    describe=(_tags("workgroupArn"),),
    id=text("workgroupName"),
    label="workgroup_name",
    exists="status != 'DELETING'",
    computed={"arn": text("workgroupArn"), "workgroup_id": text("workgroupId")},
    attributes={
        "workgroup_name":           text("workgroupName"),
        "base_capacity":            _chosen("baseCapacity"),
        "enhanced_vpc_routing":     flag("enhancedVpcRouting", default=False),
        "max_capacity":             number("maxCapacity", default=0),
        "namespace_name":           text("namespaceName"),
        "port":                     _chosen("endpoint.port || port"),
        "publicly_accessible":      flag("publiclyAccessible", default=False),
        "security_group_ids":       set_of(values.text, "securityGroupIds", assigned=True),
        "subnet_ids":               set_of(values.text, "subnetIds", assigned=True),
        "track_name":               text("trackName", assigned=True),
        "config_parameter":         blocks("configParameters", {
            "parameter_key":   text("parameterKey"),
            "parameter_value": text("parameterValue"),
        }, key=lambda p: p.get("parameter_key"), assigned=True, implicit=UNSET),
        "price_performance_target": block("pricePerformanceTarget", {
            "enabled": flag("status", default=False),
            "level":   _chosen("level"),
        }, assigned=True),
        "tags":                     tags("Tags"),
    },
    refs=(
        Ref("namespace_name", to="aws_redshiftserverless_namespace"),
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
    ),
)

ENDPOINT_ACCESS = ResourceType(
    name="aws_redshiftserverless_endpoint_access",
    service="redshift-serverless",
    list=Call(op="ListEndpointAccess", take="endpoints"),
    id=text("endpointName"),
    label="endpoint_name",
    exists="endpointStatus != 'DELETING'",
    computed={
        "arn": text("endpointArn"),
        "address": text("address"),
        "vpc_endpoint_id": text("vpcEndpoint.vpcEndpointId", outside_schema=True),
    },
    attributes={
        "endpoint_name":          text("endpointName"),
        "subnet_ids":             set_of(values.text, "subnetIds"),
        "vpc_security_group_ids": set_of(values.text, "vpcSecurityGroups[].vpcSecurityGroupId", assigned=True),
        "workgroup_name":         text("workgroupName"),
    },
    ignored={"owner_account": NEVER},
    refs=(
        Ref("workgroup_name", to="aws_redshiftserverless_workgroup"),
        Ref("subnet_ids[]", to="aws_subnet"),
        Ref("vpc_security_group_ids[]", to="aws_security_group"),
    ),
    creates=(Ref("vpc_endpoint_id", to="aws_vpc_endpoint"),),
)
