"""AWS AppSync."""

from __future__ import annotations

from drift.provider.kinds import block, blocks, flag, number, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

OF_LAMBDA = block("lambdaAuthorizerConfig", {
    "authorizer_result_ttl_in_seconds": number("authorizerResultTtlInSeconds", default=300),
    "authorizer_uri":                   text("authorizerUri"),
    "identity_validation_expression":   text("identityValidationExpression"),
})
OF_OPENID = block("openIDConnectConfig", {
    "auth_ttl":  number("authTTL", default=0),
    "client_id": text("clientId"),
    "iat_ttl":   number("iatTTL", default=0),
    "issuer":    text("issuer"),
})


def of_pool(**more: Attr) -> Attr:
    """Users of a Cognito pool; only as the API's first kind of authorization does it have a default action."""
    return block("userPoolConfig", {
        "app_id_client_regex": text("appIdClientRegex"),
        "aws_region":          text("awsRegion", assigned=True),
        "user_pool_id":        text("userPoolId"),
        **more,
    })


GRAPHQL_API = ResourceType(
    name="aws_appsync_graphql_api",
    service="appsync",
    list=Call(op="ListGraphqlApis", take="graphqlApis"),
    id=text("apiId"),
    label="name",
    account="owner",  # what other accounts share is listed too
    computed={"arn": text("arn")},
    attributes={
        "name":                          text("name"),
        "api_type":                      text("apiType", default="GRAPHQL"),
        "authentication_type":           text("authenticationType"),
        "introspection_config":          text("introspectionConfig", default="ENABLED"),
        "merged_api_execution_role_arn": text("mergedApiExecutionRoleArn"),
        "query_depth_limit":             number("queryDepthLimit", default=0),
        "resolver_count_limit":          number("resolverCountLimit", default=0),
        "visibility":                    text("visibility", default="GLOBAL"),
        "xray_enabled":                  flag("xrayEnabled", default=False),
        "additional_authentication_provider": blocks("additionalAuthenticationProviders", {
            "authentication_type":      text("authenticationType"),
            "lambda_authorizer_config": OF_LAMBDA,
            "openid_connect_config":    OF_OPENID,
            "user_pool_config":         of_pool(),
        }),
        "enhanced_metrics_config":       block("enhancedMetricsConfig", {
            "data_source_level_metrics_behavior": text("dataSourceLevelMetricsBehavior"),
            "operation_level_metrics_config":     text("operationLevelMetricsConfig"),
            "resolver_level_metrics_behavior":    text("resolverLevelMetricsBehavior"),
        }),
        "lambda_authorizer_config":      OF_LAMBDA,
        "log_config":                    block("logConfig", {
            "cloudwatch_logs_role_arn": text("cloudWatchLogsRoleArn"),
            "exclude_verbose_content":  flag("excludeVerboseContent", default=False),
            "field_log_level":          text("fieldLogLevel"),
        }),
        "openid_connect_config":         OF_OPENID,
        "user_pool_config":              of_pool(default_action=text("defaultAction")),
        "tags":                          tags("tags"),
    },
    ignored={"schema": "AWS answers it in a form of its own, and Terraform never reads it"},
    refs=(
        Ref("log_config.cloudwatch_logs_role_arn", to="aws_iam_role", by="arn"),
        Ref("merged_api_execution_role_arn", to="aws_iam_role", by="arn"),
        Ref("user_pool_config.user_pool_id", to="aws_cognito_user_pool"),
        Ref("additional_authentication_provider[].user_pool_config.user_pool_id", to="aws_cognito_user_pool"),
        Ref("lambda_authorizer_config.authorizer_uri", to="aws_lambda_function", by="arn"),
    ),
)
