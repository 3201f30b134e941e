"""Amazon Cognito: identity pools."""

from __future__ import annotations

from drift.normalize.values import text as plain_text
from drift.provider.kinds import blocks, flag, mapping, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

IDENTITY_POOL = ResourceType(
    name="aws_cognito_identity_pool",
    service="cognito-identity",
    list=Call(op="ListIdentityPools", take="IdentityPools", args={"MaxResults": 60}),
    # one call for each pool: the listing has only names
    describe=(Call(op="DescribeIdentityPool", into="Pool", bind={"IdentityPoolId": "IdentityPoolId"},
                   gone=frozenset({"ResourceNotFoundException"})),),
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
