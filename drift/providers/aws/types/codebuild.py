"""AWS CodeBuild."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, own_log_groups, tags

source: dict[str, Attr] = {
    "buildspec":             text("buildspec"),
    "git_clone_depth":       number("gitCloneDepth", default=0),
    "insecure_ssl":          flag("insecureSsl"),
    "location":              text("location"),
    "report_build_status":   flag("reportBuildStatus"),
    "type":                  text("type"),
    "auth":                  block("auth", {"resource": text("resource"), "type": text("type")}),
    "build_status_config":   block("buildStatusConfig", {"context": text("context"), "target_url": text("targetUrl")}),
    "git_submodules_config": block("gitSubmodulesConfig", {"fetch_submodules": flag("fetchSubmodules")}),
}
artifacts: dict[str, Attr] = {
    "artifact_identifier":    text("artifactIdentifier"),
    "bucket_owner_access":    text("bucketOwnerAccess"),
    "encryption_disabled":    flag("encryptionDisabled"),
    "location":               text("location"),
    "name":                   text("name", assigned=True),
    "namespace_type":         text("namespaceType", default="NONE"),
    "override_artifact_name": flag("overrideArtifactName"),
    "packaging":              text("packaging", default="NONE"),
    "path":                   text("path"),
    "type":                   text("type"),
}

PROJECT = ResourceType(
    name="aws_codebuild_project",
    service="codebuild",
    list=Call(op="ListProjects", take="projects[].{name: @}"),
    describe=(
        Call(op="BatchGetProjects", take="projects", into="Project", bind={"names": "name"}, batch=100, match="name",
             every=True),
    ),
    # Terraform's id is the ARN
    id=text("Project.arn"),
    identity=("name",),
    label="name",
    import_id="name",
    exists="Project",
    computed={
        "arn":        text("Project.arn"),
        # API reference, CloudWatchLogsConfig: logs are on unless they are switched off
        "log_groups": own_log_groups(
            "[Project.logsConfig.cloudWatchLogs.groupName || join('', ['/aws/codebuild/', name]), "
            "[Project.logsConfig.cloudWatchLogs.status || 'ENABLED'][?@ == 'ENABLED']]", "{0}",
        ),
    },
    attributes={
        "name":                   text("name"),
        "badge_enabled":          flag("Project.badge.badgeEnabled"),
        "build_timeout":          number("Project.timeoutInMinutes", default=60),
        "concurrent_build_limit": number("Project.concurrentBuildLimit", default=0),
        "description":            text("Project.description", default=""),
        # alias/aws/s3 where nobody says another
        "encryption_key":         kms_key("Project.encryptionKey", assigned=True),
        "project_visibility":     text("Project.projectVisibility", default="PRIVATE"),
        "queued_timeout":         number("Project.queuedTimeoutInMinutes", default=480),
        "resource_access_role":   text("Project.resourceAccessRole"),
        "service_role":           text("Project.serviceRole"),
        "source_version":         text("Project.sourceVersion"),
        "artifacts":              block("Project.artifacts", artifacts),
        "secondary_artifacts":    blocks("Project.secondaryArtifacts", artifacts,
                                         key=lambda a: a.get("artifact_identifier")),
        "source":                 block("Project.source", source),
        "secondary_sources":      blocks("Project.secondarySources", {
            **source, "source_identifier": text("sourceIdentifier"),
        }, key=lambda s: s.get("source_identifier")),
        "secondary_source_version": blocks("Project.secondarySourceVersions", {
            "source_identifier": text("sourceIdentifier"),
            "source_version":    text("sourceVersion"),
        }, key=lambda s: s.get("source_identifier")),
        "build_batch_config":     block("Project.buildBatchConfig", {
            "combine_artifacts": flag("combineArtifacts"),
            "service_role":      text("serviceRole"),
            "timeout_in_mins":   number("timeoutInMins", default=0),
            "restrictions":      block("restrictions", {
                "compute_types_allowed":  set_of(values.text, "computeTypesAllowed"),
                "maximum_builds_allowed": number("maximumBuildsAllowed", default=0),
            }),
        }),
        "cache":                  block("Project.cache", {
            "location": text("location"),
            "modes":    set_of(values.text, "modes"),
            "type":     text("type", default="NO_CACHE"),
        }),
        "environment":            block("Project.environment", {
            "certificate":                 text("certificate"),
            "compute_type":                text("computeType"),
            "image":                       text("image"),
            "image_pull_credentials_type": text("imagePullCredentialsType", default="CODEBUILD"),
            "privileged_mode":             flag("privilegedMode"),
            "type":                        text("type"),
            "environment_variable":        blocks("environmentVariables", {
                "name":  text("name"),
                "type":  text("type", default="PLAINTEXT"),
                "value": text("value"),
            }, key=lambda v: v.get("name")),
            "fleet":                       block("fleet", {"fleet_arn": text("fleetArn")}),
            "registry_credential":         block("registryCredential", {
                "credential":          text("credential"),
                "credential_provider": text("credentialProvider"),
            }),
        }),
        "file_system_locations":  blocks("Project.fileSystemLocations", {
            "identifier":    text("identifier"),
            "location":      text("location"),
            "mount_options": text("mountOptions"),
            "mount_point":   text("mountPoint"),
            "type":          text("type", default="EFS"),
        }, key=lambda f: f.get("identifier")),
        "logs_config":            block("Project.logsConfig", {
            "cloudwatch_logs": block("cloudWatchLogs", {
                "group_name":  text("groupName"),
                "status":      text("status", default="ENABLED"),
                "stream_name": text("streamName"),
            }),
            "s3_logs":         block("s3Logs", {
                "bucket_owner_access": text("bucketOwnerAccess"),
                "encryption_disabled": flag("encryptionDisabled"),
                "location":            text("location"),
                "status":              text("status", default="DISABLED"),
            }),
        }),
        "vpc_config":             block("Project.vpcConfig", {
            "security_group_ids": set_of(values.text, "securityGroupIds"),
            "subnets":            set_of(values.text, "subnets"),
            "vpc_id":             text("vpcId"),
        }),
        "tags":                   tags("Project.tags"),
    },
    refs=(
        Ref("service_role", to="aws_iam_role", by="arn"),
        Ref("encryption_key", to="aws_kms_key", by="arn"),
        Ref("vpc_config.vpc_id", to="aws_vpc"),
        Ref("vpc_config.subnets[]", to="aws_subnet"),
        Ref("vpc_config.security_group_ids[]", to="aws_security_group"),
        Ref("environment.fleet.fleet_arn", to="aws_codebuild_fleet", by="arn"),
    ),
    creates=(Ref("log_groups[]", to="aws_cloudwatch_log_group", by="name"),),
)
