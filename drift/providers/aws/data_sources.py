"""Data sources whose answer follows from their arguments and the provider's configuration alone.

Each as the AWS provider documents it, where nothing has to be asked: what else they would tell is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drift.desired.hcl.configured import Provider
from drift.desired.hcl.values import STRING, Val
from drift.providers.aws.policy_documents import policy_document

Values = Mapping[str, Val]

PARTITIONS: Mapping[str, tuple[str, str]] = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
}
"""How a region's name begins -> its partition and that one's DNS suffix."""


def _region(values: Values, provider: Provider) -> Values:
    name = values["name"].raw if "name" in values else provider.region
    if not isinstance(name, str) or not name or {"endpoint", "region"} & values.keys():
        return {}
    text = Val(STRING, name)
    return {"name": text, "id": text, "region": text}


def _partition(_: Values, provider: Provider) -> Values:
    if not provider.region:
        return {}
    known = (found for start, found in PARTITIONS.items() if provider.region.startswith(start))
    name, suffix = next(known, ("aws", "amazonaws.com"))
    reverse = ".".join(reversed(suffix.split(".")))
    return {
        "id": Val(STRING, name),
        "partition": Val(STRING, name),
        "dns_suffix": Val(STRING, suffix),
        "reverse_dns_prefix": Val(STRING, reverse),
    }


def _caller(_: Values, provider: Provider) -> Values:
    account = Val(STRING, provider.account)
    return {"account_id": account, "id": account} if provider.account else {}


def _policy(values: Values, _: Provider) -> Values:
    return policy_document(values)


DATA_SOURCES: Mapping[str, Callable[[Values, Provider], Values]] = {
    "aws_iam_policy_document": _policy,
    "aws_region": _region,
    "aws_partition": _partition,
    "aws_caller_identity": _caller,
}
