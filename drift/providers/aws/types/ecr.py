"""Amazon ECR."""

from __future__ import annotations

import json
from typing import Any

from drift.model.value import Block, Value, freeze
from drift.provider.kinds import attr, block, blocks, flag, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, policy, tags

GONE = frozenset({"RepositoryNotFoundException"})
BY_NAME = {"repositoryName": "repositoryName"}


def lifecycle(value: Any) -> Value:
    """A lifecycle policy by its rules: their order is that of their priorities, the order of tags is none."""
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    if not isinstance(document, dict):
        return freeze(document)
    return frozenset(freeze(_rule(r)) for r in document.get("rules") or () if isinstance(r, dict))


def _rule(raw: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in raw.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, dict):
            out[key] = _rule(value)
        elif isinstance(value, list):
            out[key] = frozenset(map(str, value))
        else:
            out[key] = str(value)
    return out


def _latest_findings(images: Any) -> Value:
    """Severity -> how many holes a scan found in the image that was pushed last; None where it was not scanned."""
    pushed = [i for i in images or () if i.get("imagePushedAt")]
    last: dict[str, Any] = max(pushed, key=lambda i: str(i["imagePushedAt"]), default={})
    counts = (last.get("imageScanFindingsSummary") or {}).get("findingSeverityCounts")
    return None if counts is None else Block({str(name): int(count) for name, count in counts.items()})


REPOSITORY = ResourceType(
    name="aws_ecr_repository",
    service="ecr",
    list=Call(op="DescribeRepositories", take="repositories"),
    describe=(
        # one call of each kind for each repository: ECR has no batch forms
        Call(op="ListTagsForResource", take="tags", into="Tags", bind={"resourceArn": "repositoryArn"}, gone=GONE),
        Call(op="GetRepositoryPolicy", parse="policyText", into="Policy", bind=BY_NAME, gone=GONE,
             absent=frozenset({"RepositoryPolicyNotFoundException"})),
        Call(op="DescribeImages", take="imageDetails", into="Images", bind=BY_NAME, gone=GONE),
        Call(op="GetLifecyclePolicy", take="lifecyclePolicyText", into="Lifecycle", bind=BY_NAME, gone=GONE,
             absent=frozenset({"LifecyclePolicyNotFoundException"})),
    ),
    id=text("repositoryName"),
    label="name",
    computed={
        "arn":            text("repositoryArn"),
        "registry_id":    text("registryId"),
        "repository_url": text("repositoryUri"),
        "lifecycle_policy": attr("Lifecycle", lifecycle, document=True, outside_schema=True),
        "policy":           policy("Policy.policyText", outside_schema=True),
        "latest_findings":  attr("Images", _latest_findings, outside_schema=True),
    },
    attributes={
        "name":                         text("repositoryName"),
        "image_tag_mutability":         text("imageTagMutability", default="MUTABLE"),
        "encryption_configuration":     block("encryptionConfiguration", {
            "encryption_type": text("encryptionType", default="AES256"),
            "kms_key":         kms_key("kmsKey", assigned=True),
        }),
        "image_scanning_configuration": block("imageScanningConfiguration", {"scan_on_push": flag("scanOnPush")}),
        "tags":                         tags("Tags"),
    },
    ignored={"force_delete": "an instruction to Terraform"},
    refs=(Ref("encryption_configuration.kms_key", to="aws_kms_key", by="arn"),),
)

REPOSITORY_POLICY = ResourceType(
    name="aws_ecr_repository_policy",
    service="ecr",
    list=Within("aws_ecr_repository"),
    exists="Policy.policyText",
    id=text("repositoryName"),
    label="repository",
    computed={"registry_id": text("registryId")},
    attributes={"repository": text("repositoryName"), "policy": policy("Policy.policyText")},
    parent=Parent("repository", to="aws_ecr_repository"),
    # Lambda writes itself one where a function's image may not be pulled
    owners=(Owner(
        "length(not_null(Policy.policyText.Statement[?Sid != 'LambdaECRImageRetrievalPolicy'], ['']))"
        " == `0`", "Lambda",
    ),),
)

LIFECYCLE_POLICY = ResourceType(
    name="aws_ecr_lifecycle_policy",
    service="ecr",
    list=Within("aws_ecr_repository"),
    exists="Lifecycle",
    id=text("repositoryName"),
    label="repository",
    computed={"registry_id": text("registryId")},
    attributes={"repository": text("repositoryName"), "policy": attr("Lifecycle", lifecycle, document=True)},
    parent=Parent("repository", to="aws_ecr_repository"),
)

REGISTRY_POLICY = ResourceType(
    name="aws_ecr_registry_policy",
    service="ecr",
    list=Call(op="GetRegistryPolicy", take="[@]", absent=frozenset({"RegistryPolicyNotFoundException"})),
    exists="policyText",
    id=text("registryId"),
    label="id",
    computed={"registry_id": text("registryId")},
    attributes={"policy": policy("policyText")},
)

REGISTRY_SCANNING = ResourceType(
    name="aws_ecr_registry_scanning_configuration",
    service="ecr",
    list=Call(op="GetRegistryScanningConfiguration", take="[@]"),
    exists="scanningConfiguration",
    id=text("registryId"),
    label="id",
    computed={"registry_id": text("registryId")},
    attributes={
        "scan_type": text("scanningConfiguration.scanType", default="BASIC"),
        "rule":      blocks("scanningConfiguration.rules", {
            "scan_frequency":    text("scanFrequency"),
            "repository_filter": blocks("repositoryFilters", {
                "filter":      text("filter"),
                "filter_type": text("filterType"),
            }),
        }),
    },
    # every registry has one
    owners=(Owner(
        "scanningConfiguration.scanType == 'BASIC' && !(scanningConfiguration.rules)", "AWS",
    ),),
)
