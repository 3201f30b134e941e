"""Amazon GuardDuty."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, set_of, text
from drift.provider.spec import WHOLE, Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.types.organizations import MANAGEMENT

DETECTOR = ResourceType(
    name="aws_guardduty_detector",
    service="guardduty",
    list=Call(op="ListDetectors", take="DetectorIds[].{DetectorId: @}"),
    describe=(
        Call(op="GetDetector", into="Detector", bind={"DetectorId": "DetectorId"}),
        Call(op="ListPublishingDestinations", take="Destinations", into="Destinations", bind={"DetectorId": "DetectorId"}),
    ),
    id=text("DetectorId"),
    label="id",
    computed={
        "features": blocks("Detector.Features", {
            "name":                     text("Name"),
            "status":                   text("Status"),
            "additional_configuration": blocks("AdditionalConfiguration", {"name": text("Name"), "status": text("Status")}),
        }, outside_schema=True),
    },
    attributes={
        "enable":                       flag("Detector.Status", default=True),
        "finding_publishing_frequency": text("Detector.FindingPublishingFrequency", default="SIX_HOURS"),
        "tags":                         tags("Detector.Tags"),
        "datasources": block("Detector.DataSources", {
            "s3_logs":    block("S3Logs", {"enable": flag("Status")}),
            "kubernetes": block("Kubernetes", {"audit_logs": block("AuditLogs", {"enable": flag("Status")})}),
            "malware_protection": block("MalwareProtection", {
                "scan_ec2_instance_with_findings": block("ScanEc2InstanceWithFindings", {
                    "ebs_volumes": block("EbsVolumes", {"enable": flag("Status")}),
                }),
            }),
        }, assigned=True),  # a new detector has those that the region offers
    },
)

FEATURE = ResourceType(
    name="aws_guardduty_detector_feature",
    importable=False,
    service="guardduty",
    list=Within("aws_guardduty_detector", each="Detector.Features[]"),
    id=text("join('/', [parent.DetectorId, Name])"),
    identity=("detector_id", "name"),
    label="id",
    attributes={
        "detector_id": text("parent.DetectorId"),
        "name":        text("Name"),
        "status":      text("Status"),
        "additional_configuration": blocks("AdditionalConfiguration", {
            "name":   text("Name"),
            "status": text("Status"),
        }, key=lambda c: c["name"]),
    },
    # GuardDuty adds features by itself; the detector's `datasources` are the first of them by older names
    parent=Parent("detector_id", to="aws_guardduty_detector", covers={"datasources": WHOLE}),
)

MALWARE_PROTECTION_PLAN = ResourceType(
    name="aws_guardduty_malware_protection_plan",
    service="guardduty",
    list=Call(op="ListMalwareProtectionPlans", take="MalwareProtectionPlans"),
    describe=(
        # one call for each: the listing has ids alone
        Call(op="GetMalwareProtectionPlan", into="Plan", gone=frozenset({"ResourceNotFoundException"}),
             bind={"MalwareProtectionPlanId": "MalwareProtectionPlanId"}),
    ),
    id=text("MalwareProtectionPlanId"),
    label="protected_resource.s3_bucket.bucket_name",
    computed={"arn": text("Plan.Arn"), "status": text("Plan.Status")},
    attributes={
        "role":               text("Plan.Role"),
        "actions":            block("Plan.Actions", {
            "tagging": block("Tagging", {"status": text("Status", default="DISABLED")}),
        }, assigned=True),
        "protected_resource": block("Plan.ProtectedResource", {"s3_bucket": block("S3Bucket", {
            "bucket_name":     text("BucketName"),
            "object_prefixes": set_of(values.text, "ObjectPrefixes"),
        })}),
        "tags":               tags("Plan.Tags"),
    },
    refs=(
        Ref("role", to="aws_iam_role", by="arn"),
        Ref("protected_resource.s3_bucket.bucket_name", to="aws_s3_bucket"),
    ),
)

ORGANIZATION_ADMIN = ResourceType(
    name="aws_guardduty_organization_admin_account",
    service="guardduty",
    # others than the organisation's management account are refused as for want of a permission
    list=Call(op="ListOrganizationAdminAccounts", take="AdminAccounts", where=(MANAGEMENT,), guest="`true`"),
    exists="AdminStatus == 'ENABLED'",
    id=text("AdminAccountId"),
    label="id",
    attributes={"admin_account_id": text("AdminAccountId")},
)

PUBLISHING_DESTINATION = ResourceType(
    name="aws_guardduty_publishing_destination",
    service="guardduty",
    list=Within("aws_guardduty_detector", each="Destinations[]"),
    describe=(
        Call(op="DescribePublishingDestination", take="DestinationProperties", into="Properties",
             bind={"DetectorId": "parent.DetectorId", "DestinationId": "DestinationId"}),
    ),
    id=text("join(':', [parent.DetectorId, DestinationId])"),
    label="destination_arn",
    attributes={
        "detector_id":      text("parent.DetectorId"),
        "destination_arn":  text("Properties.DestinationArn"),
        "destination_type": text("DestinationType", default="S3"),
        "kms_key_arn":      kms_key("Properties.KmsKeyArn"),
    },
    refs=(
        Ref("destination_arn", to="aws_s3_bucket", by="arn"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
    ),
    parent=Parent("detector_id", to="aws_guardduty_detector"),
)
