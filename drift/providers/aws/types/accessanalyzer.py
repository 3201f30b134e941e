"""IAM Access Analyzer."""

from __future__ import annotations

from drift.model.value import freeze
from drift.normalize import values
from drift.provider.kinds import block, blocks, number, set_of, text
from drift.provider.spec import Call, Owner, ResourceType
from drift.providers.aws.kinds import tags

ANALYZER = ResourceType(
    name="aws_accessanalyzer_analyzer",
    service="accessanalyzer",
    list=Call(op="ListAnalyzers", take="analyzers", action="access-analyzer:ListAnalyzers"),
    id=text("name"),
    label="analyzer_name",
    import_id="analyzer_name",
    computed={"arn": text("arn")},
    attributes={
        "analyzer_name": text("name"),
        "type":          text("type", default="ACCOUNT"),
        "tags":          tags("tags"),
        "configuration": block("configuration", {
            "unused_access": block("unusedAccess", {
                "unused_access_age": number("unusedAccessAge", default=90),
                "analysis_rule": block("analysisRule", {
                    "exclusion": blocks("exclusions", {
                        "account_ids":   set_of(values.text, "accountIds"),
                        "resource_tags": set_of(freeze, "resourceTags"),
                    }),
                }),
            }),
        }),
    },
    owners=(
        Owner("managedBy", "another AWS service"),
    ),
)
