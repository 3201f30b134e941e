"""AWS CloudTrail."""

from __future__ import annotations

from drift.model.value import Block, Value, as_tuple
from drift.normalize import values
from drift.provider.kinds import attr, blocks, flag, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import group_arn, kms_key, tags
from drift.providers.aws.normalize.names import last_of_arn

GONE = frozenset({"TrailNotFoundException"})
FIELDS = {
    "field":           "Field",
    "equals":          "Equals",
    "not_equals":      "NotEquals",
    "starts_with":     "StartsWith",
    "not_starts_with": "NotStartsWith",
    "ends_with":       "EndsWith",
    "not_ends_with":   "NotEndsWith",
}

EVERY_TRAIL = Block(
    exclude_management_event_sources=frozenset(), include_management_events=True, read_write_type="All", data_resource=()
)


def _default_selectors(want: Value, have: Value) -> bool:
    """A trail without selectors of its own answers with the one every trail has."""
    return all(selector == EVERY_TRAIL for selector in (*as_tuple(want), *as_tuple(have)))


TRAIL = ResourceType(
    name="aws_cloudtrail",
    service="cloudtrail",
    # without its shadows: the copies of a trail in other regions, and of an organization's in its accounts
    list=Call(op="DescribeTrails", take="trailList", args={"includeShadowTrails": False}),
    describe=(
        Call(op="GetTrailStatus", into="Status", gone=GONE, bind={"Name": "TrailARN"}),
        Call(op="GetEventSelectors", into="Events", gone=GONE, bind={"TrailName": "TrailARN"}),
        Call(op="GetInsightSelectors", into="Insights", gone=GONE, bind={"TrailName": "TrailARN"},
             absent=frozenset({"InsightNotEnabledException"})),
        Call(op="ListTags", take="ResourceTagList", into="Tagged", batch=20, bind={"ResourceIdList": "TrailARN"},
             match="ResourceId", gone=frozenset({"ResourceNotFoundException"})),
    ),
    id=text("TrailARN"),
    identity=("arn",),  # the id was the name before the provider's fifth version
    import_id="arn",
    label="name",
    computed={"arn": text("TrailARN"), "home_region": text("HomeRegion")},
    attributes={
        "name":                          text("Name"),
        "cloud_watch_logs_group_arn":    group_arn("CloudWatchLogsLogGroupArn"),
        "cloud_watch_logs_role_arn":     text("CloudWatchLogsRoleArn"),
        "enable_log_file_validation":    flag("LogFileValidationEnabled"),
        "enable_logging":                flag("Status.IsLogging", default=True),
        "include_global_service_events": flag("IncludeGlobalServiceEvents", default=True),
        "is_multi_region_trail":         flag("IsMultiRegionTrail"),
        "is_organization_trail":         flag("IsOrganizationTrail"),
        "kms_key_id":                    kms_key("KmsKeyId"),
        "s3_bucket_name":                text("S3BucketName"),
        "s3_key_prefix":                 text("S3KeyPrefix"),
        "sns_topic_name":                attr("SnsTopicARN || SnsTopicName", last_of_arn),
        "tags":                          tags("Tagged.TagsList"),
        "event_selector": blocks("Events.EventSelectors", {
            "exclude_management_event_sources": set_of(values.text, "ExcludeManagementEventSources"),
            "include_management_events":        flag("IncludeManagementEvents", default=True),
            "read_write_type":                  text("ReadWriteType", default="All"),
            "data_resource": blocks("DataResources", {
                "type":   text("Type"),
                "values": set_of(values.text, "Values"),
            }),
        }, same=_default_selectors),
        "advanced_event_selector": blocks("Events.AdvancedEventSelectors", {
            "name":           text("Name"),
            "field_selector": blocks("FieldSelectors", {
                name: text(member) if name == "field" else set_of(values.text, member)
                for name, member in FIELDS.items()
            }),
        }, key=lambda selector: selector["name"]),
        "insight_selector": blocks("Insights.InsightSelectors", {"insight_type": text("InsightType")}),
    },
    refs=(
        Ref("cloud_watch_logs_role_arn", to="aws_iam_role", by="arn"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
        Ref("s3_bucket_name", to="aws_s3_bucket"),
        Ref("sns_topic_name", to="aws_sns_topic", by="name"),
    ),
)
