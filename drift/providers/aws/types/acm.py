"""AWS Certificate Manager."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, caseless, moment, pem, text
from drift.provider.spec import Call, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException"})
ALGORITHMS = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]


def algorithm(value: Any) -> str | None:
    """DescribeCertificate answers `RSA-2048` for what everything else calls `RSA_2048`."""
    return str(value).replace("-", "_") if value else None


def other_names(value: Any) -> Value:
    """AWS counts the domain itself among the names; a configuration need not."""
    names = frozenset(str(n).lower() for n in value["names"] or ())
    return names - {str(value["domain"] or "").lower()}


CERTIFICATE = ResourceType(
    name="aws_acm_certificate",
    service="acm",
    # without key types ACM lists RSA certificates of up to 2048 bits only
    list=Call(op="ListCertificates", take="CertificateSummaryList", args={"Includes": {"keyTypes": ALGORITHMS}}),
    describe=(
        # one call for each certificate: ACM has no batch form, and its listing leaves most out
        Call(op="DescribeCertificate", take="Certificate", into="Certificate", gone=GONE,
             bind={"CertificateArn": "CertificateArn"}),
        Call(op="ListTagsForCertificate", take="Tags", into="Tags", gone=GONE,
             bind={"CertificateArn": "CertificateArn"}),
        Call(op="GetCertificate", into="Pem", gone=GONE,
             only_if="Type == 'IMPORTED'", bind={"CertificateArn": "CertificateArn"}),
    ),
    id=text("CertificateArn"),
    label="domain_name",
    exists="Status != 'VALIDATION_TIMED_OUT'",  # as the provider sees it: there is nothing to issue any more
    computed={"arn": text("CertificateArn"), "status": text("Status"), "type": text("Type"),
              "not_after": moment("Certificate.NotAfter"),
              "renewal_eligibility": text("RenewalEligibility")},
    attributes={
        "domain_name":               caseless("DomainName", assigned=True),
        "subject_alternative_names": attr(
            "{names: Certificate.SubjectAlternativeNames, domain: Certificate.DomainName}", other_names,
            from_state=lambda names, i: other_names({"names": names, "domain": i.get("domain_name")})),
        "key_algorithm":             attr("KeyAlgorithm", algorithm, assigned=True),
        "validation_method":         text(
            "(Certificate.Type == 'AMAZON_ISSUED' && Certificate.DomainValidationOptions[].ValidationMethod | [0]) "
            "|| 'NONE'", default="NONE"),
        "certificate_authority_arn": text("Certificate.CertificateAuthorityArn"),
        "certificate_body":          pem("Pem.Certificate"),
        "certificate_chain":         pem("Pem.CertificateChain"),
        "options": block("Certificate.Options", {
            "certificate_transparency_logging_preference":
                text("CertificateTransparencyLoggingPreference", default="ENABLED"),
        }, assigned=True),
        "tags":                      tags("Tags"),
    },
    ignored={
        "private_key": "never returned by AWS",
        "early_renewal_duration": "an instruction to Terraform",
        "validation_option": "only read when the certificate is requested: where its mail is sent",
    },
    owners=(
        Owner("ManagedBy", "the service that manages the certificate"),
    ),
    refs=(Ref("certificate_authority_arn", to="aws_acmpca_certificate_authority", by="arn"),),
)


def issued_in_state(_: Any, instance: Raw) -> str:
    """The certificate's ARN; the recorded id is the hour it was issued."""
    return str(instance.get("certificate_arn"))


VALIDATION = ResourceType(
    name="aws_acm_certificate_validation",
    importable=False,
    service="acm",
    list=Within("aws_acm_certificate"),
    id=attr("CertificateArn", values.text, from_state=issued_in_state),
    exists="Status == 'ISSUED'",
    label="certificate_arn",
    attributes={"certificate_arn": text("CertificateArn")},
    ignored={"validation_record_fqdns": "an instruction to Terraform"},
    parent=Parent("certificate_arn", to="aws_acm_certificate", filled_by_others=True),
)
