"""AWS Private Certificate Authority."""

from __future__ import annotations

from drift.provider.kinds import block, flag, number, pem, text
from drift.provider.spec import Attr, Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException", "InvalidStateException"})
"""An authority that waits for its certificate is in no state to tell it."""
AT_CREATION = "only read when the certificate is issued"
SUBJECT = {
    "common_name": "CommonName", "country": "Country", "distinguished_name_qualifier": "DistinguishedNameQualifier",
    "generation_qualifier": "GenerationQualifier", "given_name": "GivenName", "initials": "Initials",
    "locality": "Locality", "organization": "Organization", "organizational_unit": "OrganizationalUnit",
    "pseudonym": "Pseudonym", "state": "State", "surname": "Surname", "title": "Title",
}
SUBJECTS: dict[str, Attr] = {name: text(member) for name, member in SUBJECT.items()}

AUTHORITY = ResourceType(
    name="aws_acmpca_certificate_authority",
    not_imported=frozenset({"permanent_deletion_time_in_days"}),
    service="acm-pca",
    list=Call(op="ListCertificateAuthorities", take="CertificateAuthorities", args={"ResourceOwner": "SELF"}),
    describe=(
        # two calls for each authority: the listing has neither its tags nor its certificate
        Call(op="ListTags", take="Tags", into="Tags", bind={"CertificateAuthorityArn": "Arn"}, gone=GONE),
        Call(op="GetCertificateAuthorityCertificate", into="Certificate", bind={"CertificateAuthorityArn": "Arn"},
             absent=GONE),
    ),
    id=text("Arn"),
    label="certificate_authority_configuration.subject.common_name",
    # a deleted authority can be restored for some days
    exists="Status != 'DELETED'",
    computed={"arn": text("Arn"), "status": text("Status", outside_schema=True)},
    attributes={
        "enabled":                             flag("Status != 'DISABLED'", default=True),
        "key_storage_security_standard":       text("KeyStorageSecurityStandard", assigned=True),
        "type":                                text("Type", default="SUBORDINATE"),
        "usage_mode":                          text("UsageMode", default="GENERAL_PURPOSE"),
        "certificate_authority_configuration": block("CertificateAuthorityConfiguration", {
            "key_algorithm":     text("KeyAlgorithm"),
            "signing_algorithm": text("SigningAlgorithm"),
            "subject":           block("Subject", SUBJECTS),
        }),
        "revocation_configuration":            block("RevocationConfiguration", {
            "crl_configuration":  block("CrlConfiguration", {
                "custom_cname":       text("CustomCname"),
                "enabled":            flag("Enabled", default=False),
                # told where it is switched off, too
                "expiration_in_days": number("ExpirationInDays", default=0),
                "s3_bucket_name":     text("S3BucketName"),
                "s3_object_acl":      text("S3ObjectAcl", assigned=True),
            }),
            "ocsp_configuration": block("OcspConfiguration", {
                "enabled":           flag("Enabled", default=False),
                "ocsp_custom_cname": text("OcspCustomCname"),
            }),
        }),
        "tags":                                tags("Tags"),
    },
    ignored={"permanent_deletion_time_in_days": "only read when the authority is deleted"},
    refs=(Ref("revocation_configuration.crl_configuration.s3_bucket_name", to="aws_s3_bucket"),),
)

AUTHORITY_CERTIFICATE = ResourceType(
    name="aws_acmpca_certificate_authority_certificate",
    service="acm-pca",
    list=Within("aws_acmpca_certificate_authority"),
    exists="Certificate.Certificate",
    id=text("Arn"),
    label="id",
    attributes={
        "certificate_authority_arn": text("Arn"),
        "certificate":               pem("Certificate.Certificate"),
        "certificate_chain":         pem("Certificate.CertificateChain"),
    },
    # every authority in use has one: only spoken of where somebody installs it by hand
    parent=Parent("certificate_authority_arn", to="aws_acmpca_certificate_authority", filled_by_others=True),
)

# AWS lists no certificates that an authority issued; they end up in reports, by the thousand
CERTIFICATE = ResourceType(
    name="aws_acmpca_certificate",
    service="acm-pca",
    list=None,
    lookup=Call(op="GetCertificate", take="@",
              bind={"CertificateArn": "arn || id", "CertificateAuthorityArn": "certificate_authority_arn"},
              gone=frozenset({"ResourceNotFoundException"})),
    id=text("CertificateArn"),
    label="id",
    computed={
        "arn":               text("CertificateArn"),
        "certificate":       pem("Certificate"),
        "certificate_chain": pem("CertificateChain"),
    },
    attributes={"certificate_authority_arn": text("CertificateAuthorityArn")},
    ignored={
        "api_passthrough":             AT_CREATION,
        "certificate_signing_request": AT_CREATION,
        "signing_algorithm":           AT_CREATION,
        "template_arn":                AT_CREATION,
        "validity":                    AT_CREATION,
    },
    refs=(Ref("certificate_authority_arn", to="aws_acmpca_certificate_authority", by="arn"),),
)
