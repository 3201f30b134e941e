"""Service Quotas."""

from __future__ import annotations

from drift.provider.kinds import number, text
from drift.provider.spec import Call, ResourceType

SERVICE_QUOTA = ResourceType(
    name="aws_servicequotas_service_quota",
    service="service-quotas",
    list=None,  # every service has hundreds: only the desired ones are asked for
    lookup=Call(op="GetServiceQuota", take="[Quota][?@]", absent=frozenset({"NoSuchResourceException"}),
                bind={"ServiceCode": "service_code", "QuotaCode": "quota_code"}),
    describe=(
        # an increase that was asked for and is not decided yet is recorded as what was asked for
        Call(op="ListRequestedServiceQuotaChangeHistoryByQuota", into="Asked",
             take="RequestedQuotas[?Status == 'PENDING' || Status == 'CASE_OPENED'].DesiredValue",
             bind={"ServiceCode": "ServiceCode", "QuotaCode": "QuotaCode"}),
    ),
    id=text("join('/', [ServiceCode, QuotaCode])"),
    label="quota_name",
    computed={"arn": text("QuotaArn"), "quota_name": text("QuotaName")},
    attributes={
        "quota_code":   text("QuotaCode"),
        "service_code": text("ServiceCode"),
        "value":        number("Asked[0] || Value"),
    },
)
