"""AWS Cost and Usage Reports: kept in one region, whichever regions they tell of."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import flag, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

HOME = "us-east-1"

REPORT_DEFINITION = ResourceType(
    name="aws_cur_report_definition",
    service="cur",
    list=Call(op="DescribeReportDefinitions", take="ReportDefinitions", region=HOME),
    describe=(
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ReportName": "ReportName"}, region=HOME,
             gone=frozenset({"ResourceNotFoundException"})),
    ),
    id=text("ReportName"),
    label="report_name",
    attributes={
        "report_name":                text("ReportName"),
        "additional_artifacts":       set_of(values.text, "AdditionalArtifacts"),
        "additional_schema_elements": set_of(values.text, "AdditionalSchemaElements"),
        "compression":                text("Compression"),
        "format":                     text("Format"),
        "refresh_closed_reports":     flag("RefreshClosedReports", default=True),
        "report_versioning":          text("ReportVersioning", default="CREATE_NEW_REPORT"),
        "s3_bucket":                  text("S3Bucket"),
        "s3_prefix":                  text("S3Prefix"),
        "s3_region":                  text("S3Region"),
        "time_unit":                  text("TimeUnit"),
        "tags":                       tags("Tags"),
    },
    refs=(Ref("s3_bucket", to="aws_s3_bucket"),),
)
