"""What faces the internet: API Gateway, AppSync and WAF."""

from __future__ import annotations

from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject

OLD_TLS = ("TLS_1_0", "TLSv1", "TLSv1.1", "TLSv1_2016", "TLSv1.1_2016", "SSLv3")


@rule(
    title="The API is reachable from the internet",
    severity="medium",
    theme="network",
    types=("aws_api_gateway_rest_api",),
    reads=("endpoint_configuration",),
    remedy="Make it PRIVATE if only your own network calls it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
    prowler=("apigateway_restapi_public",),
)
def apigw_public(it: Subject) -> Found:
    """A regional or edge-optimised endpoint."""
    types = sorted(it.all("endpoint_configuration.types[]"))
    return None if "PRIVATE" in types else ", ".join(types) or "no endpoint_configuration"


@rule(
    title="The API's method requires no authentication",
    severity="medium",
    theme="identity",
    types=("aws_api_gateway_method",),
    reads=("authorization", "api_key_required", "http_method"),
    remedy="Set an authorizer, or AWS_IAM.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
    prowler=("apigateway_restapi_authorizers_enabled", "apigateway_restapi_public_with_authorizer"),
)
def apigw_no_auth(it: Subject) -> Found:
    """authorization is NONE and no API key is required. OPTIONS methods are not checked: browsers send them without
    credentials."""
    if it["http_method"] == "OPTIONS" or it["authorization"] != "NONE" or it["api_key_required"]:
        return None
    return f"{it['http_method']} with authorization NONE"


@rule(
    title="API calls are not logged",
    severity="medium",
    theme="logging",
    types=("aws_api_gateway_method_settings", "aws_api_gateway_stage"),
    remedy="Set access_log_settings, and a logging_level.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
    prowler=("apigateway_restapi_logging_enabled",),
    security_hub=("APIGateway.1",),
)
def apigw_logging(it: Subject) -> Found:
    """Access logging or execution logging is off."""
    if it.type == "aws_api_gateway_stage":
        return None if it.at("access_log_settings.destination_arn") else "no access_log_settings"
    level = it.at("settings.logging_level")
    return f"logging_level is {level}" if level == "OFF" else None


@rule(
    title="The API's cache is not encrypted",
    severity="medium",
    theme="encryption",
    types=("aws_api_gateway_method_settings",),
    reads=("settings",),
    remedy="Set cache_data_encrypted.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
    prowler=("apigateway_restapi_cache_encrypted",),
)
def apigw_cache_enc(it: Subject) -> Found:
    """Cached responses are stored unencrypted."""
    clear = it.at("settings.caching_enabled") and not it.at("settings.cache_data_encrypted")
    return "cache_data_encrypted is off" if clear else None


@rule(
    title="The backend cannot verify that API Gateway calls it",
    severity="medium",
    theme="identity",
    types=("aws_api_gateway_stage",),
    reads=("client_certificate_id",),
    remedy="Set client_certificate_id, and check the certificate in the backend.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
    prowler=("apigateway_restapi_client_certificate_enabled",),
    security_hub=("APIGateway.2",),
)
def apigw_client_cert(it: Subject) -> Found:
    """Without a client certificate, anybody who finds the backend can call it directly."""
    return None if it["client_certificate_id"] else "no client_certificate_id"


@rule(
    title="The API's domain allows TLS 1.0",
    severity="medium",
    theme="transit",
    types=("aws_api_gateway_domain_name", "aws_apigatewayv2_domain_name"),
    remedy="Set security_policy to TLS_1_2.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
)
def apigw_tls(it: Subject) -> Found:
    """Old TLS versions have known vulnerabilities."""
    found = it["security_policy"] if it.has("security_policy") else it.at("domain_name_configuration.security_policy")
    return f"security_policy is {found}" if found in OLD_TLS else None


@rule(
    title="The route requires no authentication",
    severity="medium",
    theme="identity",
    types=("aws_apigatewayv2_route",),
    reads=("authorization_type", "route_key"),
    remedy="Set an authorizer.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
    prowler=("apigatewayv2_api_authorizers_enabled",),
    security_hub=("APIGateway.8",),
)
def apigwv2_no_auth(it: Subject) -> Found:
    """authorization_type is NONE. OPTIONS routes are not checked: browsers send them without credentials."""
    if str(it["route_key"] or "").startswith("OPTIONS "):
        return None
    return f"{it['route_key']}: authorization_type is NONE" if it["authorization_type"] == "NONE" else None


@rule(
    title="API calls are not logged",
    severity="medium",
    theme="logging",
    types=("aws_apigatewayv2_stage",),
    reads=("access_log_settings",),
    remedy="Set access_log_settings.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html",),
    prowler=("apigatewayv2_api_access_logging_enabled",),
    security_hub=("APIGateway.9",),
)
def apigwv2_logging(it: Subject) -> Found:
    """Without access logs, it is unknown who called the API."""
    return None if it.at("access_log_settings.destination_arn") else "no access_log_settings"


@rule(
    title="No web ACL filters the requests",
    severity="medium",
    theme="network",
    types=(
        "aws_lb",
        "aws_alb",
        "aws_api_gateway_stage",
        "aws_cognito_user_pool",
        "aws_cloudfront_distribution",
        "aws_wafv2_web_acl_association",
    ),
    near=("aws_wafv2_web_acl_association",),
    remedy="Associate a web ACL.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html",),
    prowler=(
        "elbv2_waf_acl_attached",
        "apigateway_restapi_waf_acl_attached",
        "cognito_user_pool_waf_acl_attached",
        "cloudfront_distributions_using_waf",
    ),
    security_hub=("APIGateway.4", "CloudFront.6", "ELB.16"),
    when_missing=("aws_wafv2_web_acl_association",),
)
def waf_missing(it: Subject) -> Found:
    """An internet-facing application load balancer, an API, a user pool or a distribution without a web ACL."""
    if it.type == "aws_wafv2_web_acl_association":
        return None
    if it.type == "aws_cloudfront_distribution":
        return None if it["web_acl_id"] else "no web_acl_id"
    if it.type == "aws_api_gateway_stage":
        return None if it["web_acl_arn"] else "no web ACL"
    if it.type in ("aws_lb", "aws_alb") and (it["internal"] or it["load_balancer_type"] != "application"):
        return None
    return None if it.near("aws_wafv2_web_acl_association") else "no web ACL"


@rule(
    title="The web ACL has no rules, or is not logged",
    severity="high",
    theme="network",
    types=("aws_wafv2_web_acl",),
    reads=("rule",),
    near=("aws_wafv2_web_acl_logging_configuration",),
    remedy="Add rules, and a logging configuration.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html",),
    prowler=("wafv2_webacl_with_rules", "wafv2_webacl_logging_enabled"),
    security_hub=("WAF.11",),
)
def waf_empty_or_unlogged(it: Subject) -> Found:
    """A web ACL without rules allows every request. Without logs, its rules cannot be tuned."""
    found = [] if it["rule"] else [Fact("no rule", answers=("wafv2_webacl_with_rules",))]
    if not it.near("aws_wafv2_web_acl_logging_configuration"):
        found.append(Fact("no logging configuration", answers=("wafv2_webacl_logging_enabled", "WAF.11")))
    return found


@rule(
    title="The GraphQL API authenticates by API key only, or logs nothing",
    severity="high",
    theme="identity",
    types=("aws_appsync_graphql_api",),
    reads=("authentication_type", "log_config"),
    remedy="Authorise by IAM, Cognito, OpenID Connect or a function, and set field_log_level to ERROR or more.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/appsync-controls.html",),
    prowler=("appsync_graphql_api_no_api_key_authentication", "appsync_field_level_logging_enabled"),
    security_hub=("AppSync.2", "AppSync.5"),
)
def appsync_api_key(it: Subject) -> Found:
    """Every client has the same key, so the key identifies nobody. Missing logs alone are medium."""
    by_key = it["authentication_type"] == "API_KEY"
    key = Fact("authentication_type is API_KEY", answers=("appsync_graphql_api_no_api_key_authentication", "AppSync.5"))
    log = Fact("field_log_level is NONE", answers=("appsync_field_level_logging_enabled", "AppSync.2"))
    silent = it.at("log_config.field_log_level") in (None, "", "NONE")
    found = [*([key] if by_key else []), *([log] if silent else [])]
    return Fail(found, None if by_key else "medium") if found else None
