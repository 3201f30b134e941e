"""A call whose argument the listing did not give: not made, and what it would have told is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

GROUP = {"id": "/a", "name": "/a", "retention_in_days": 0, "tags": {"Team": "core"}, "tags_all": {"Team": "core"}}


def groups(**more: Any) -> dict[str, Any]:
    return {"logs:DescribeLogGroups": {"logGroups": [{"logGroupName": "/a", **more}]}}


def test_what_could_not_be_asked_is_unread(tmp_path: Path) -> None:
    state = write_state({"aws_cloudwatch_log_group.a": GROUP}, tmp_path / "s.tfstate")

    assert lines(run(state, MadeApi(groups()), only=("aws_cloudwatch_log_group",))) == [
        "unread aws_cloudwatch_log_group.a tags logs:ListTagsForResource NoResourceArn"
    ]


def test_what_there_is_no_need_to_ask_is_empty(tmp_path: Path) -> None:
    """A certificate that AWS issued has no text to read: the listing says so."""
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    certificate = {"id": arn, "arn": arn, "domain_name": "example.com", "tags": {}}
    api = MadeApi(
        {
            "acm:ListCertificates": {"CertificateSummaryList": [{"CertificateArn": arn, "Type": "AMAZON_ISSUED"}]},
            "acm:DescribeCertificate": {
                "Certificate": {"CertificateArn": arn, "DomainName": "example.com", "Type": "AMAZON_ISSUED"}
            },
        }
    )
    state = write_state({"aws_acm_certificate.c": certificate}, tmp_path / "s.tfstate")

    assert [line for line in lines(run(state, api, only=("aws_acm_certificate",))) if line.startswith("unread")] == []
