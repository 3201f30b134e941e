"""Amazon CloudWatch Logs: what other services deliver, who may send to a destination, and queries that are kept."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import attr, block, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import tags
from drift.providers.aws.normalize.names import group_arn
from drift.providers.aws.types.logs import GONE

# one call for each: the listing has no tags
TAGS = Call(op="ListTagsForResource", take="tags", into="Tags", gone=GONE, bind={"resourceArn": "arn"})

DELIVERY_DESTINATION = ResourceType(
    name="aws_cloudwatch_log_delivery_destination",
    service="logs",
    list=Call(op="DescribeDeliveryDestinations", take="deliveryDestinations"),
    describe=(TAGS,),
    id=text("name"),
    identity=("name",),
    import_id="name",
    label="name",
    computed={"arn": text("arn"), "delivery_destination_type": text("deliveryDestinationType")},
    attributes={
        "name":                               text("name"),
        "output_format":                      text("outputFormat", assigned=True),
        "delivery_destination_configuration": block("deliveryDestinationConfiguration", {
            "destination_resource_arn": attr("destinationResourceArn", group_arn),
        }),
        "tags":                               tags("Tags"),
    },
    refs=(
        Ref("delivery_destination_configuration.destination_resource_arn", to="aws_s3_bucket", by="arn"),
        Ref("delivery_destination_configuration.destination_resource_arn", to="aws_cloudwatch_log_group", by="arn"),
        Ref("delivery_destination_configuration.destination_resource_arn", to="aws_kinesis_firehose_delivery_stream",
            by="arn"),
    ),
)

QUERY_DEFINITION = ResourceType(
    name="aws_cloudwatch_query_definition",
    service="logs",
    list=Call(op="DescribeQueryDefinitions", take="queryDefinitions"),
    id=text("queryDefinitionId"),
    import_id="arn || id",
    label="name",
    computed={"arn": text("join(':', ['arn', here.partition, 'logs', here.region, here.account, 'query-definition', "
                        "queryDefinitionId])", outside_schema=True), "query_definition_id": text("queryDefinitionId")},
    # no answer holds it, and an import takes nothing else
    attributes={
        "name":            text("name"),
        "log_group_names": set_of(values.text, "logGroupNames"),
        "query_string":    text("queryString"),
    },
    refs=(Ref("log_group_names[]", to="aws_cloudwatch_log_group"),),
)
