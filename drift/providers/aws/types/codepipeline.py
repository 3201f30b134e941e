"""AWS CodePipeline."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, list_of, number, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, own_log_groups, tags

GONE = frozenset({"PipelineNotFoundException", "ResourceNotFoundException"})


def _stores(pipeline: Any) -> list[dict[str, Any]]:
    """One store, or one for each region: the API has a member for either."""
    pipeline = pipeline or {}
    each = [{**store, "region": region} for region, store in (pipeline.get("artifactStores") or {}).items()]
    return each or [store for store in [pipeline.get("artifactStore")] if store]


def _configuration(value: Any) -> Value:
    """A GitHub token is answered as asterisks, and recorded as a hash."""
    return values.mapped({k: v for k, v in (value or {}).items() if k != "OAuthToken"})


def _names(at: str) -> Attr:
    return list_of(values.text, at)


def _rules(at: str) -> Attr:
    return blocks(at, {
        "name":               text("name"),
        "commands":           _names("commands"),
        "configuration":      attr("configuration", _configuration),
        "input_artifacts":    _names("inputArtifacts[].name"),
        "region":             text("region", assigned=True),
        "role_arn":           text("roleArn"),
        "timeout_in_minutes": number("timeoutInMinutes", default=0),
        "rule_type_id":       block("ruleTypeId", {
            "category": text("category"),
            "owner":    text("owner", assigned=True),
            "provider": text("provider"),
            "version":  text("version", assigned=True),
        }),
    }, key=lambda r: r["name"])


def _condition(at: str) -> Attr:
    return block(at, {"result": text("result"), "rule": _rules("rules")})


def _patterns(at: str) -> Attr:
    return block(at, {"excludes": _names("excludes"), "includes": _names("includes")})


def _covered(want: Value, have: Value) -> bool:
    """CodePipeline adds a trigger of its own to every source of a connection that names none."""
    return isinstance(want, tuple) and isinstance(have, tuple) and set(want) <= set(have)


PIPELINE = ResourceType(
    name="aws_codepipeline",
    service="codepipeline",
    list=Call(op="ListPipelines", take="pipelines"),
    describe=(
        # one call of each kind for each managed pipeline: there are no batch forms
        Call(op="GetPipeline", into="Got", bind={"name": "name"}, gone=GONE),
        Call(op="ListTagsForResource", take="tags", into="Tags", bind={"resourceArn": "Got.metadata.pipelineArn"},
             gone=GONE),
    ),
    id=text("name"),
    label="name",
    computed={
        "arn":        text("Got.metadata.pipelineArn"),
        # user guide, "Commands action reference"
        "log_groups": own_log_groups(
            "[name, Got.pipeline.stages[].actions[?actionTypeId.provider == 'Commands'][].name]", "/aws/codepipeline/{0}",
        ),
    },
    attributes={
        "name":           text("name"),
        "execution_mode": text("Got.pipeline.executionMode", default="SUPERSEDED"),
        "pipeline_type":  text("Got.pipeline.pipelineType", default="V1"),
        "role_arn":       text("Got.pipeline.roleArn"),
        "artifact_store": blocks("Got.pipeline", {
            "location":       text("location"),
            "type":           text("type"),
            "region":         text("region"),
            "encryption_key": block("encryptionKey", {"id": kms_key("id"), "type": text("type")}),
        }, from_api=_stores, key=lambda s: s["region"] or "own"),
        "stage":          blocks("Got.pipeline.stages", {
            "name":         text("name"),
            "action":       blocks("actions", {
                "name":               text("name"),
                "category":           text("actionTypeId.category"),
                "owner":              text("actionTypeId.owner"),
                "provider":           text("actionTypeId.provider"),
                "version":            text("actionTypeId.version"),
                "configuration":      attr("configuration", _configuration),
                "input_artifacts":    _names("inputArtifacts[].name"),
                "output_artifacts":   _names("outputArtifacts[].name"),
                "namespace":          text("namespace"),
                "region":             text("region", assigned=True),
                "role_arn":           text("roleArn"),
                "run_order":          number("runOrder", default=1),
                "timeout_in_minutes": number("timeoutInMinutes", default=0),
            }, key=lambda a: a["name"]),
            "before_entry": block("beforeEntry", {"condition": _condition("conditions[0]")}),
            "on_failure":   block("onFailure", {
                "result":              text("result"),
                "condition":           _condition("conditions[0]"),
                "retry_configuration": block("retryConfiguration", {"retry_mode": text("retryMode")}),
            }),
            "on_success":   block("onSuccess", {"condition": _condition("conditions[0]")}),
        }, ordered=True, key=lambda s: s["name"]),
        "trigger":        blocks("Got.pipeline.triggers", {
            "provider_type":     text("providerType"),
            "git_configuration": block("gitConfiguration", {
                "source_action_name": text("sourceActionName"),
                "pull_request":       blocks("pullRequest", {
                    "events":     _names("events"),
                    "branches":   _patterns("branches"),
                    "file_paths": _patterns("filePaths"),
                }),
                "push":               blocks("push", {
                    "branches":   _patterns("branches"),
                    "file_paths": _patterns("filePaths"),
                    "tags":       _patterns("tags"),
                }),
            }),
        }, assigned=True, same=_covered),
        "variable":       blocks("Got.pipeline.variables", {
            "name":          text("name"),
            "default_value": text("defaultValue"),
            "description":   text("description"),
        }, key=lambda v: v["name"]),
        "tags":           tags("Tags"),
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("artifact_store[].location", to="aws_s3_bucket"),
        Ref("artifact_store[].encryption_key.id", to="aws_kms_key", by="arn"),
    ),
    creates=(Ref("log_groups[]", to="aws_cloudwatch_log_group", by="name"),),
)
