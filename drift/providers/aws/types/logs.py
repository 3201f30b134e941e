"""Amazon CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, block, flag, list_of, mapping, number, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import group_arn, kms_key, policy, tags

GONE = frozenset({"ResourceNotFoundException"})


LOG_GROUP = ResourceType(
    name="aws_cloudwatch_log_group",
    service="logs",
    list=Call(op="DescribeLogGroups", take="logGroups"),
    describe=(
        # one call for each group: there is no batch form, and the tagging API omits what was never tagged
        Call(op="ListTagsForResource", take="tags", into="Tags", gone=GONE, bind={"resourceArn": "logGroupArn"}),
        # one call for each managed group: subscriptions are listed by group only
        Call(op="DescribeSubscriptionFilters", take="subscriptionFilters", into="Subscriptions", gone=GONE,
             bind={"logGroupName": "logGroupName"}),
    ),
    id=text("logGroupName"),
    label="name",
    computed={"arn": group_arn("logGroupArn || arn")},
    attributes={
        "name":              text("logGroupName", assigned=True),
        "retention_in_days": number("retentionInDays", default=0),
        "kms_key_id":        kms_key("kmsKeyId"),
        "log_group_class":   text("logGroupClass", default="STANDARD"),
        "tags":              tags("Tags"),
    },
    ignored={
        "name_prefix":  "only read when the log group is created",
        "skip_destroy": "an instruction to Terraform",
    },
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"),),
)


def _filter(value: Any) -> str | None:
    return str(value).strip() or None if value else None


METRIC_FILTER = ResourceType(
    name="aws_cloudwatch_log_metric_filter",
    service="logs",
    list=Call(op="DescribeMetricFilters", take="metricFilters"),
    id=text("filterName"),
    identity=("log_group_name", "name"),
    import_id="join(':', [log_group_name, name])",
    label="name",
    attributes={
        "name":           text("filterName"),
        "log_group_name": text("logGroupName"),
        "pattern":        attr("filterPattern", _filter),
        "metric_transformation": block("metricTransformations[0]", {
            "name":          text("metricName"),
            "namespace":     text("metricNamespace"),
            "value":         text("metricValue"),
            "default_value": number("defaultValue"),
            "dimensions":    mapping("dimensions"),
            "unit":          text("unit", default="None"),
        }),
    },
    parent=Parent("log_group_name", to="aws_cloudwatch_log_group"),
)

SUBSCRIPTION_FILTER = ResourceType(
    name="aws_cloudwatch_log_subscription_filter",
    service="logs",
    list=Within("aws_cloudwatch_log_group", each="Subscriptions[]"),
    id=text("filterName"),
    identity=("log_group_name", "name"),
    import_id="join('|', [log_group_name, name])",
    label="name",
    attributes={
        "name":            text("filterName"),
        "log_group_name":  text("logGroupName"),
        "filter_pattern":  text("filterPattern"),
        "destination_arn": text("destinationArn"),
        "role_arn":        text("roleArn", assigned=True),
        "distribution":    text("distribution", default="ByLogStream"),
    },
    refs=(
        Ref("destination_arn", to="aws_lambda_function", by="arn"),
        Ref("destination_arn", to="aws_kinesis_stream", by="arn"),
        Ref("destination_arn", to="aws_kinesis_firehose_delivery_stream", by="arn"),
        Ref("destination_arn", to="aws_cloudwatch_log_destination", by="arn"),
        Ref("role_arn", to="aws_iam_role", by="arn"),
    ),
    parent=Parent("log_group_name", to="aws_cloudwatch_log_group", by_hand=True),
)

RESOURCE_POLICY = ResourceType(
    name="aws_cloudwatch_log_resource_policy",
    service="logs",
    list=Call(op="DescribeResourcePolicies", take="resourcePolicies"),
    id=text("policyName"),
    label="policy_name",
    attributes={"policy_name": text("policyName"), "policy_document": policy("policyDocument")},
    # CloudWatch Logs user guide, "Logs sent to CloudWatch Logs": written where delivery to a group is switched on
    owners=(Owner("policyName == 'AWSLogDeliveryWrite20150319' && "
                  "contains(policyDocument, 'delivery.logs.amazonaws.com')", "CloudWatch Logs"),),
)

DESTINATION = ResourceType(
    name="aws_cloudwatch_log_destination",
    service="logs",
    list=Call(op="DescribeDestinations", take="destinations"),
    describe=(Call(op="ListTagsForResource", take="tags", into="Tags", gone=GONE, bind={"resourceArn": "arn"}),),
    id=text("destinationName"),
    label="name",
    computed={"arn": text("arn")},
    attributes={
        "name":       text("destinationName"),
        "role_arn":   text("roleArn"),
        "target_arn": text("targetArn"),
        "tags":       tags("Tags"),
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("target_arn", to="aws_kinesis_stream", by="arn"),
        Ref("target_arn", to="aws_kinesis_firehose_delivery_stream", by="arn"),
    ),
)


def _group_of(value: Any) -> str | None:
    """The group in a stream's ARN: `…:log-group:NAME:log-stream:NAME`."""
    return str(value).split(":log-group:")[-1].split(":log-stream:")[0] if value else None


LOG_STREAM = ResourceType(
    name="aws_cloudwatch_log_stream",
    service="logs",
    list=None,  # whatever writes logs makes streams, by the thousand
    lookup=Call(op="DescribeLogStreams", take="logStreams", absent=GONE,
              bind={"logGroupName": "log_group_name", "logStreamNamePrefix": "name"}),
    id=text("logStreamName"),
    identity=("log_group_name", "name"),
    import_id="join(':', [log_group_name, name])",
    label="name",
    computed={"arn": text("arn")},
    attributes={"name": text("logStreamName"), "log_group_name": attr("arn", _group_of)},
    parent=Parent("log_group_name", to="aws_cloudwatch_log_group"),
)

DESTINATION_POLICY = ResourceType(
    name="aws_cloudwatch_log_destination_policy",
    service="logs",
    list=Within("aws_cloudwatch_log_destination"),
    exists="accessPolicy",
    id=text("destinationName"),
    label="destination_name",
    attributes={"destination_name": text("destinationName"), "access_policy": policy("accessPolicy")},
    ignored={"force_update": "an instruction to Terraform"},
    parent=Parent("destination_name", to="aws_cloudwatch_log_destination"),
)

DELIVERY_SOURCE = ResourceType(
    name="aws_cloudwatch_log_delivery_source",
    service="logs",
    list=Call(op="DescribeDeliverySources", take="deliverySources"),
    id=text("name"),
    identity=("name",),
    import_id="name",
    label="name",
    computed={"arn": text("arn"), "service": text("service")},
    attributes={
        "name":         text("name"),
        "log_type":     text("logType"),
        "resource_arn": text("resourceArns[0]"),
        "tags":         tags("tags"),
    },
    refs=(Ref("resource_arn", to="aws_cloudfront_distribution", by="arn"),),
)

DELIVERY = ResourceType(
    name="aws_cloudwatch_log_delivery",
    service="logs",
    # a source with deliveries cannot be deleted (DeleteDeliverySource)
    list=Call(op="DescribeDeliveries", take="deliveries", where=(Where("aws_cloudwatch_log_delivery_source"),)),
    id=text("id"),
    label="delivery_source_name",
    computed={"arn": text("arn")},
    attributes={
        "delivery_destination_arn":  text("deliveryDestinationArn"),
        "delivery_source_name":      text("deliverySourceName"),
        "field_delimiter":           text("fieldDelimiter", assigned=True),
        "record_fields":             list_of(values.text, "recordFields", assigned=True),
        "s3_delivery_configuration": block("s3DeliveryConfiguration", {
            "enable_hive_compatible_path": flag("enableHiveCompatiblePath", default=False),
            "suffix_path":                 text("suffixPath", assigned=True),
        }, assigned=True),
        "tags":                      tags("tags"),
    },
    refs=(
        Ref("delivery_source_name", to="aws_cloudwatch_log_delivery_source", by="name"),
        Ref("delivery_destination_arn", to="aws_cloudwatch_log_delivery_destination", by="arn"),
    ),
)
