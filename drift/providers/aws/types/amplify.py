"""AWS Amplify."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, mapping, set_of, structured, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

NEVER = "never returned by AWS"

APP = ResourceType(
    name="aws_amplify_app",
    service="amplify",
    list=Call(op="ListApps", take="apps"),
    id=text("appId"),
    label="name",
    computed={"arn": text("appArn"), "default_domain": text("defaultDomain")},
    attributes={
        "name":                          text("name"),
        "auto_branch_creation_patterns": set_of(values.text, "autoBranchCreationPatterns"),
        "basic_auth_credentials":        text("basicAuthCredentials", sensitive=True),
        # Amplify writes one where nobody does
        "build_spec":                    structured("buildSpec", assigned=True, verbatim=True),
        "compute_role_arn":              text("computeRoleArn"),
        "custom_headers":                structured("customHeaders", assigned=True, verbatim=True),
        "description":                   text("description"),
        "enable_auto_branch_creation":   flag("enableAutoBranchCreation", default=False),
        "enable_basic_auth":             flag("enableBasicAuth", default=False),
        "enable_branch_auto_build":      flag("enableBranchAutoBuild", default=False),
        "enable_branch_auto_deletion":   flag("enableBranchAutoDeletion", default=False),
        "environment_variables":         mapping("environmentVariables"),
        "iam_service_role_arn":          text("iamServiceRoleArn"),
        "platform":                      text("platform", default="WEB"),
        "repository":                    text("repository"),
        "auto_branch_creation_config":   block("autoBranchCreationConfig", {
            "basic_auth_credentials":        text("basicAuthCredentials", sensitive=True),
            "build_spec":                    structured("buildSpec", verbatim=True),
            "enable_auto_build":             flag("enableAutoBuild", default=False),
            "enable_basic_auth":             flag("enableBasicAuth", default=False),
            "enable_performance_mode":       flag("enablePerformanceMode", default=False),
            "enable_pull_request_preview":   flag("enablePullRequestPreview", default=False),
            "environment_variables":         mapping("environmentVariables"),
            "framework":                     text("framework"),
            "pull_request_environment_name": text("pullRequestEnvironmentName"),
            # NONE is what nobody chose
            "stage":                         text("stage", default="NONE"),
        }),
        "cache_config":                  block("cacheConfig", {"type": text("type")}, assigned=True),
        "custom_rule":                   blocks("customRules", {
            "condition": text("condition"),
            "source":    text("source"),
            "status":    text("status", assigned=True),
            "target":    text("target"),
        }, ordered=True),
        "tags":                          tags("tags"),
    },
    ignored={"access_token": NEVER, "oauth_token": NEVER},
    refs=(
        Ref("iam_service_role_arn", to="aws_iam_role", by="arn"),
        Ref("compute_role_arn", to="aws_iam_role", by="arn"),
    ),
)
