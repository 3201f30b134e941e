"""AWS Signer."""

from __future__ import annotations

from drift.provider.kinds import block, number, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

SIGNING_PROFILE = ResourceType(
    name="aws_signer_signing_profile",
    service="signer",
    # cancelled ones are listed only where somebody asks for them
    list=Call(op="ListSigningProfiles", take="profiles"),
    describe=(
        # one call for each managed profile: who else may sign with it
        Call(op="ListProfilePermissions", take="permissions", into="Permissions", bind={"profileName": "profileName"},
             gone=frozenset({"ResourceNotFoundException"}), absent=frozenset({"ResourceNotFoundException"})),
    ),
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

PERMISSION = ResourceType(
    name="aws_signer_signing_profile_permission",
    service="signer",
    list=Within("aws_signer_signing_profile", each="Permissions[]"),
    id=text("join('/', [parent.profileName, statementId])"),
    identity=("profile_name", "statement_id"),
    import_id="join('/', [profile_name, statement_id])",
    label="statement_id",
    attributes={
        "action":          text("action"),
        "principal":       text("principal"),
        "profile_name":    text("parent.profileName"),
        "profile_version": text("profileVersion", assigned=True),
        "statement_id":    text("statementId", assigned=True),
    },
    ignored={"statement_id_prefix": "only read when the permission is given"},
    parent=Parent("profile_name", to="aws_signer_signing_profile"),
)
