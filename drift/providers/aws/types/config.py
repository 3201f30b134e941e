"""AWS Config: rules, the recorder and where it delivers."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, document, flag, set_of, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, tags

DAILY = "TwentyFour_Hours"
"""How often Config does a thing where nothing is said."""

RULE = ResourceType(
    name="aws_config_config_rule",
    owner_tags=False,
    service="config",
    list=Call(op="DescribeConfigRules", take="ConfigRules"),
    describe=(
        # the text of a custom policy, and the tags of a rule, have no batch form
        Call(op="GetCustomRulePolicy", into="Custom", gone=frozenset({"NoSuchConfigRuleException"}),
             only_if="Source.Owner == 'CUSTOM_POLICY'", bind={"ConfigRuleName": "ConfigRuleName"}),
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "ConfigRuleArn"},
             gone=frozenset({"ResourceNotFoundException"})),
    ),
    exists="!starts_with(ConfigRuleState || 'ACTIVE', 'DELETING')",
    id=text("ConfigRuleName"),
    label="name",
    import_id="name",
    computed={"arn": text("ConfigRuleArn"), "rule_id": text("ConfigRuleId")},
    attributes={
        "name":                        text("ConfigRuleName"),
        "description":                 text("Description"),
        "input_parameters":            document("InputParameters", verbatim=True),
        "maximum_execution_frequency": text("MaximumExecutionFrequency", default=DAILY),
        "tags":                        tags("Tags"),
        "evaluation_mode":             blocks("EvaluationModes", {"mode": text("Mode", assigned=True)}, assigned=True),
        "scope": block("Scope", {
            "compliance_resource_id":    text("ComplianceResourceId"),
            "compliance_resource_types": set_of(values.text, "ComplianceResourceTypes"),
            "tag_key":                   text("TagKey"),
            "tag_value":                 text("TagValue"),
        }),
        "source": block("{Source: Source, Custom: Custom}", {
            "owner":             text("Source.Owner"),
            "source_identifier": text("Source.SourceIdentifier"),
            "source_detail": blocks("Source.SourceDetails", {
                "event_source":                text("EventSource", default="aws.config"),
                "maximum_execution_frequency": text("MaximumExecutionFrequency"),
                "message_type":                text("MessageType"),
            }),
            "custom_policy_details": block("{Details: Source.CustomPolicyDetails, Text: Custom.PolicyText}", {
                "enable_debug_log_delivery": flag("Details.EnableDebugLogDelivery"),
                "policy_runtime":            text("Details.PolicyRuntime"),
                "policy_text":               text("Text", assigned=True),  # the provider may have read none
            }),
        }),
    },
    refs=(Ref("source.source_identifier", to="aws_lambda_function", by="arn"),),
    owners=(Owner("CreatedBy", "another AWS service"),),  # a conformance pack, Security Hub, Firewall Manager
)

RECORDER = ResourceType(
    name="aws_config_configuration_recorder",
    service="config",
    list=Call(op="DescribeConfigurationRecorders", take="ConfigurationRecorders"),
    describe=(
        Call(op="DescribeConfigurationRecorderStatus", take="ConfigurationRecordersStatus", into="Status",
             match="name", key="name"),
    ),
    id=text("name"),
    label="name",
    import_id="name",
    computed={
        "last_status": text("Status.lastStatus", outside_schema=True),
        "recording":   flag("Status.recording", outside_schema=True),
    },
    attributes={
        "name":     text("name", default="default"),
        "role_arn": text("roleARN"),
        "recording_group": block("recordingGroup", {
            "all_supported":                 flag("allSupported", default=True),
            "include_global_resource_types": flag("includeGlobalResourceTypes"),
            "resource_types":                set_of(values.text, "resourceTypes"),
            "exclusion_by_resource_types": block("exclusionByResourceTypes", {
                "resource_types": set_of(values.text, "resourceTypes"),
            }),
            # older providers did not record it, and AWS derives it from the rest
            "recording_strategy": block("recordingStrategy", {"use_only": text("useOnly", assigned=True)}),
        }, same_for_all=True),
        "recording_mode": block("recordingMode", {
            "recording_frequency": text("recordingFrequency", default="CONTINUOUS"),
            "recording_mode_override": block("recordingModeOverrides[0]", {
                "description":         text("description"),
                "recording_frequency": text("recordingFrequency"),
                "resource_types":      set_of(values.text, "resourceTypes"),
            }),
        }, same_for_all=True),
    },
    refs=(Ref("role_arn", to="aws_iam_role", by="arn"),),
    owners=(Owner("servicePrincipal", "another AWS service"),),
)

RECORDER_STATUS = ResourceType(
    name="aws_config_configuration_recorder_status",
    service="config",
    list=Within("aws_config_configuration_recorder"),
    id=text("name"),
    label="name",
    import_id="name",
    attributes={"name": text("name"), "is_enabled": flag("Status.recording")},
    parent=Parent("name", to="aws_config_configuration_recorder"),
    owners=(Owner("!(Status.recording)", "AWS"),),  # nobody has switched it on
)

DELIVERY_CHANNEL = ResourceType(
    name="aws_config_delivery_channel",
    service="config",
    list=Call(op="DescribeDeliveryChannels", take="DeliveryChannels"),
    id=text("name"),
    label="name",
    import_id="name",
    attributes={
        "name":           text("name", default="default"),
        "s3_bucket_name": text("s3BucketName"),
        "s3_key_prefix":  text("s3KeyPrefix"),
        "s3_kms_key_arn": kms_key("s3KmsKeyArn"),
        "sns_topic_arn":  text("snsTopicARN"),
        "snapshot_delivery_properties": block("configSnapshotDeliveryProperties", {
            "delivery_frequency": text("deliveryFrequency", default=DAILY),
        }),
    },
    refs=(
        Ref("s3_bucket_name", to="aws_s3_bucket"),
        Ref("s3_kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("sns_topic_arn", to="aws_sns_topic", by="arn"),
    ),
)
