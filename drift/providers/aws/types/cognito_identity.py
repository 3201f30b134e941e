"""Amazon Cognito: identity pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.normalize.values import text as plain_text
from drift.provider.kinds import blocks, flag, mapping, set_of, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException"})


def _mappings(found: Any) -> Any:
    """From a map by provider to a list."""
    return [{"Provider": name, **one} for name, one in found.items()] if isinstance(found, Mapping) else found


IDENTITY_POOL = ResourceType(
    name="aws_cognito_identity_pool",
    service="cognito-identity",
    list=Call(op="ListIdentityPools", take="IdentityPools", args={"MaxResults": 60}),
    # one call of each kind for each pool: the listing has only names
    describe=(
        Call(op="DescribeIdentityPool", into="Pool", bind={"IdentityPoolId": "IdentityPoolId"}, gone=GONE),
        Call(op="GetIdentityPoolRoles", into="Assigned", bind={"IdentityPoolId": "IdentityPoolId"}, gone=GONE),
    ),
    id=text("IdentityPoolId"),
    label="identity_pool_name",
    attributes={
        "identity_pool_name":               text("IdentityPoolName"),
        "allow_classic_flow":               flag("Pool.AllowClassicFlow"),
        "allow_unauthenticated_identities": flag("Pool.AllowUnauthenticatedIdentities"),
        "developer_provider_name":          text("Pool.DeveloperProviderName"),
        "openid_connect_provider_arns":     set_of(plain_text, "Pool.OpenIdConnectProviderARNs"),
        "saml_provider_arns":               set_of(plain_text, "Pool.SamlProviderARNs"),
        "supported_login_providers":        mapping("Pool.SupportedLoginProviders"),
        "cognito_identity_providers":       blocks("Pool.CognitoIdentityProviders", {
            "client_id":               text("ClientId"),
            "provider_name":           text("ProviderName"),
            "server_side_token_check": flag("ServerSideTokenCheck"),
        }, key=lambda b: (b["client_id"], b["provider_name"])),
        "tags":                             tags("Pool.IdentityPoolTags"),
    },
    refs=(
        Ref("openid_connect_provider_arns[]", to="aws_iam_openid_connect_provider", by="arn"),
        Ref("saml_provider_arns[]", to="aws_iam_saml_provider", by="arn"),
        Ref("cognito_identity_providers[].client_id", to="aws_cognito_user_pool_client"),
    ),
)

ROLES_ATTACHMENT = ResourceType(
    name="aws_cognito_identity_pool_roles_attachment",
    service="cognito-identity",
    list=Within("aws_cognito_identity_pool"),
    exists="Assigned.Roles || Assigned.RoleMappings",
    id=text("IdentityPoolId"),
    label="identity_pool_id",
    attributes={
        "identity_pool_id": text("IdentityPoolId"),
        "roles":            mapping("Assigned.Roles"),
        "role_mapping":     blocks("Assigned.RoleMappings", {
            "identity_provider":         text("Provider"),
            "ambiguous_role_resolution": text("AmbiguousRoleResolution"),
            "type":                      text("Type"),
            "mapping_rule":              blocks("RulesConfiguration.Rules", {
                "claim":      text("Claim"),
                "match_type": text("MatchType"),
                "role_arn":   text("RoleARN"),
                "value":      text("Value"),
            }, ordered=True),
        }, key=lambda b: b["identity_provider"], from_api=_mappings),
    },
    refs=(
        Ref("role_mapping[].mapping_rule[].role_arn", to="aws_iam_role", by="arn"),
    ),
    parent=Parent("identity_pool_id", to="aws_cognito_identity_pool"),
)
