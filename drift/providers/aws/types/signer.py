"""AWS Signer."""

from __future__ import annotations

from drift.provider.kinds import block, number, tags, text
from drift.provider.spec import Call, Ref, ResourceType

SIGNING_PROFILE = ResourceType(
    name="aws_signer_signing_profile",
    service="signer",
    # cancelled ones are listed only where somebody asks for them
    list=Call(op="ListSigningProfiles", take="profiles"),
    id=text("profileName"),
    label="name",
    exists="status == 'Active'",
    computed={"arn": text("arn"), "version": text("profileVersion"), "version_arn": text("profileVersionArn")},
    attributes={
        "name":                      text("profileName", assigned=True),
        "platform_id":               text("platformId"),
        "signature_validity_period": block("signatureValidityPeriod", {
            "type":  text("type"),
            "value": number("value"),
        }, assigned=True),
        "signing_material":          block("signingMaterial", {"certificate_arn": text("certificateArn")},
                                           assigned=True),
        "tags":                      tags("tags"),
    },
    ignored={"name_prefix": "only read when the profile is made"},
    refs=(Ref("signing_material.certificate_arn", to="aws_acm_certificate", by="arn"),),
)
