"""Amazon GuardDuty."""

from __future__ import annotations

from drift.provider.kinds import block, blocks, flag, tags, text
from drift.provider.spec import WHOLE, Call, Owner, Parent, ResourceType, Within

DETECTOR = ResourceType(
    name="aws_guardduty_detector",
    service="guardduty",
    list=Call(op="ListDetectors", take="DetectorIds[].{DetectorId: @}"),
    describe=(Call(op="GetDetector", into="Detector", bind={"DetectorId": "DetectorId"}),),
    id=text("DetectorId"),
    label="id",
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
        }),
    },
    owners=(Owner('Detector.Tags."aws:cloudformation:stack-id"', "CloudFormation"),),
)

FEATURE = ResourceType(
    name="aws_guardduty_detector_feature",
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
