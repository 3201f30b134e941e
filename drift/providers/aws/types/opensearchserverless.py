"""Amazon OpenSearch Serverless."""

from __future__ import annotations

from drift.provider.kinds import document, text
from drift.provider.spec import Call, ResourceType

GONE = frozenset({"ResourceNotFoundException"})

SECURITY_POLICY = ResourceType(
    name="aws_opensearchserverless_security_policy",
    service="opensearchserverless",
    list=(
        Call(op="ListSecurityPolicies", take="securityPolicySummaries", args={"type": "encryption"}),
        Call(op="ListSecurityPolicies", take="securityPolicySummaries", args={"type": "network"}),
    ),
    describe=(
        # one call for each managed policy
        Call(op="GetSecurityPolicy", take="securityPolicyDetail.policy", into="Policy",
             bind={"type": "type", "name": "name"}, gone=GONE),
    ),
    id=text("name"),
    # a network policy and an encryption policy may have one name
    identity=("type", "name"),
    import_id="join('/', [name, type])",
    label="name",
    computed={"policy_version": text("policyVersion")},
    attributes={
        "name":        text("name"),
        "type":        text("type"),
        "description": text("description"),
        "policy":      document("Policy"),
    },
)
