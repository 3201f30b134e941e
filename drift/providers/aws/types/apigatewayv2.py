"""Amazon API Gateway: HTTP and WebSocket APIs."""

from __future__ import annotations

from typing import Any

from drift.normalize.values import lower
from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, document, flag, mapping, number, set_of, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import group_arn, tags
from drift.providers.aws.types.apigateway import BODY, READ

GONE = frozenset({"NotFoundException"})
QUICK = Owner("ApiGatewayManaged", "API Gateway")  # integration, route and stage of an API made in one go
QUICKLY = "only read when the API is created; what AWS makes of it says so by itself"
SOCKET = "parent.ProtocolType == 'WEBSOCKET'"  # HTTP APIs know no responses


def _parts(op: str, into: str) -> Call:
    """What one API has of something: API Gateway answers for one API at a time."""
    return Call(op=op, take="Items", into=into, bind={"ApiId": "ApiId"}, action=READ, gone=GONE)


def part_of_api(unless: str = "") -> Parent:
    """Everything below an API is reported as long as the API is managed; `body` tells its own parts."""
    return Parent("api_id", to="aws_apigatewayv2_api", covered_if=unless)


def _deployed(value: Any, instance: Any) -> str | None:
    """Where AWS deploys by itself, every change of a route makes another deployment."""
    return None if instance.get("auto_deploy") else as_text(value)


API = ResourceType(
    name="aws_apigatewayv2_api",
    service="apigatewayv2",
    list=Call(op="GetApis", take="Items", action=READ),
    describe=(
        _parts("GetRoutes", "Routes"),
        _parts("GetIntegrations", "Integrations"),
        _parts("GetStages", "Stages"),
        _parts("GetDeployments", "Deployments"),
        _parts("GetAuthorizers", "Authorizers"),
        _parts("GetModels", "Models"),
    ),
    id=text("ApiId"),
    label="name",
    computed={"api_endpoint": text("ApiEndpoint")},
    attributes={
        "name":                         text("Name"),
        "protocol_type":                text("ProtocolType"),
        "api_key_selection_expression": text("ApiKeySelectionExpression", default="$request.header.x-api-key"),
        "description":                  text("Description"),
        "disable_execute_api_endpoint": flag("DisableExecuteApiEndpoint"),
        "ip_address_type":              text("IpAddressType", assigned=True),
        "route_selection_expression":   text("RouteSelectionExpression", default="$request.method $request.path"),
        "tags":                         tags("Tags"),
        "version":                      text("Version"),
        "cors_configuration":           block("CorsConfiguration", {
            "allow_credentials": flag("AllowCredentials"),
            "allow_headers":     set_of(lower, "AllowHeaders"),
            "allow_methods":     set_of(lower, "AllowMethods"),
            "allow_origins":     set_of(lower, "AllowOrigins"),
            "expose_headers":    set_of(lower, "ExposeHeaders"),
            "max_age":           number("MaxAge", default=0),
        }),
    },
    ignored={
        "body":             BODY,
        "credentials_arn":  QUICKLY,
        "fail_on_warnings": "an instruction to Terraform",
        "route_key":        QUICKLY,
        "target":           QUICKLY,
    },
)

AUTHORIZER = ResourceType(
    name="aws_apigatewayv2_authorizer",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_api", each="Authorizers[]"),
    id=text("AuthorizerId"),
    identity=("api_id", "id"),
    import_id="join('/', [api_id, id])",
    label="name",
    attributes={
        "api_id":                            text("parent.ApiId"),
        "name":                              text("Name"),
        "authorizer_credentials_arn":        text("AuthorizerCredentialsArn"),
        "authorizer_payload_format_version": text("AuthorizerPayloadFormatVersion"),
        "authorizer_result_ttl_in_seconds":  number("AuthorizerResultTtlInSeconds", default=0),
        "authorizer_type":                   text("AuthorizerType"),
        "authorizer_uri":                    text("AuthorizerUri"),
        "enable_simple_responses":           flag("EnableSimpleResponses"),
        "identity_sources":                  set_of(as_text, "IdentitySource"),
        "jwt_configuration":                 block("JwtConfiguration", {
            "audience": set_of(as_text, "Audience"),
            "issuer":   text("Issuer"),
        }),
    },
    refs=(
        Ref("authorizer_credentials_arn", to="aws_iam_role", by="arn"),
        Ref("authorizer_uri", to="aws_lambda_function", by="invoke_arn"),
    ),
    parent=part_of_api("body"),
)

DEPLOYMENT = ResourceType(
    name="aws_apigatewayv2_deployment",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_api", each="Deployments[]"),
    id=text("DeploymentId"),
    identity=("api_id", "id"),
    import_id="join('/', [api_id, id])",
    label="id",
    computed={"auto_deployed": flag("AutoDeployed")},
    attributes={"api_id": text("parent.ApiId"), "description": text("Description")},
    ignored={"triggers": "an instruction to Terraform"},
    parent=part_of_api(),
    owners=(Owner("AutoDeployed", "API Gateway"),),
)

INTEGRATION = ResourceType(
    name="aws_apigatewayv2_integration",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_api", each="Integrations[]"),
    describe=(
        Call(op="GetIntegrationResponses", take="Items", into="Responses", action=READ, gone=GONE,
             only_if=SOCKET, bind={"ApiId": "parent.ApiId", "IntegrationId": "IntegrationId"}),
    ),
    id=text("IntegrationId"),
    identity=("api_id", "id"),
    import_id="join('/', [api_id, id])",
    label="id",
    attributes={
        "api_id":                        text("parent.ApiId"),
        "connection_id":                 text("ConnectionId"),
        "connection_type":               text("ConnectionType", default="INTERNET"),
        "content_handling_strategy":     text("ContentHandlingStrategy"),
        "credentials_arn":               text("CredentialsArn"),
        "description":                   text("Description"),
        # a function is always asked with POST, and the provider looks away from it where nobody says so
        "integration_method":            text("IntegrationMethod", assigned=True),
        "integration_subtype":           text("IntegrationSubtype"),
        "integration_type":              text("IntegrationType"),
        "integration_uri":               text("IntegrationUri"),
        "passthrough_behavior":          text("PassthroughBehavior", default="WHEN_NO_MATCH"),
        "payload_format_version":        text("PayloadFormatVersion", default="1.0"),
        "request_parameters":            mapping("RequestParameters"),
        "request_templates":             mapping("RequestTemplates"),
        "template_selection_expression": text("TemplateSelectionExpression"),
        "timeout_milliseconds":          number("TimeoutInMillis", assigned=True),
        "response_parameters":           blocks("entries(ResponseParameters)", {
            "mappings":    mapping("value"),
            "status_code": text("key"),
        }, key=lambda b: b["status_code"]),
        "tls_config":                    block("TlsConfig", {
            "server_name_to_verify": text("ServerNameToVerify"),
        }),
    },
    refs=(
        Ref("connection_id", to="aws_apigatewayv2_vpc_link"),
        Ref("credentials_arn", to="aws_iam_role", by="arn"),
        Ref("integration_uri", to="aws_lambda_function", by="arn"),
        Ref("integration_uri", to="aws_lambda_function", by="invoke_arn"),
    ),
    parent=part_of_api("body"),
    owners=(QUICK,),
)

INTEGRATION_RESPONSE = ResourceType(
    name="aws_apigatewayv2_integration_response",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_integration", each="Responses[]"),
    id=text("IntegrationResponseId"),
    identity=("api_id", "integration_id", "id"),
    import_id="join('/', [api_id, integration_id, id])",
    label="integration_response_key",
    attributes={
        "api_id":                        text("parent.parent.ApiId"),
        "integration_id":                text("parent.IntegrationId"),
        "content_handling_strategy":     text("ContentHandlingStrategy"),
        "integration_response_key":      text("IntegrationResponseKey"),
        "response_templates":            mapping("ResponseTemplates"),
        "template_selection_expression": text("TemplateSelectionExpression"),
    },
    refs=(Ref("integration_id", to="aws_apigatewayv2_integration"),),
    parent=part_of_api("body"),
)

MODEL = ResourceType(
    name="aws_apigatewayv2_model",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_api", each="Models[]"),
    id=text("ModelId"),
    identity=("api_id", "id"),
    import_id="join('/', [api_id, id])",
    label="name",
    attributes={
        "api_id":       text("parent.ApiId"),
        "name":         text("Name"),
        "content_type": text("ContentType"),
        "description":  text("Description"),
        "schema":       document("Schema"),
    },
    parent=part_of_api("body"),
)

ROUTE = ResourceType(
    name="aws_apigatewayv2_route",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_api", each="Routes[]"),
    describe=(
        Call(op="GetRouteResponses", take="Items", into="Responses", action=READ, gone=GONE,
             only_if=SOCKET, bind={"ApiId": "parent.ApiId", "RouteId": "RouteId"}),
    ),
    id=text("RouteId"),
    identity=("api_id", "id"),
    import_id="join('/', [api_id, id])",
    label="route_key",
    attributes={
        "api_id":                              text("parent.ApiId"),
        "api_key_required":                    flag("ApiKeyRequired"),
        "authorization_scopes":                set_of(as_text, "AuthorizationScopes"),
        "authorization_type":                  text("AuthorizationType", default="NONE"),
        "authorizer_id":                       text("AuthorizerId"),
        "model_selection_expression":          text("ModelSelectionExpression"),
        "operation_name":                      text("OperationName"),
        "request_models":                      mapping("RequestModels"),
        "route_key":                           text("RouteKey"),
        "route_response_selection_expression": text("RouteResponseSelectionExpression"),
        "target":                              text("Target"),
        "request_parameter":                   blocks("entries(RequestParameters)", {
            "request_parameter_key": text("key"),
            "required":              flag("value.Required"),
        }, key=lambda b: b["request_parameter_key"]),
    },
    refs=(Ref("authorizer_id", to="aws_apigatewayv2_authorizer"),),
    parent=part_of_api("body"),
    owners=(QUICK,),
)

ROUTE_RESPONSE = ResourceType(
    name="aws_apigatewayv2_route_response",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_route", each="Responses[]"),
    id=text("RouteResponseId"),
    identity=("api_id", "route_id", "id"),
    import_id="join('/', [api_id, route_id, id])",
    label="route_response_key",
    attributes={
        "api_id":                     text("parent.parent.ApiId"),
        "route_id":                   text("parent.RouteId"),
        "model_selection_expression": text("ModelSelectionExpression"),
        "response_models":            mapping("ResponseModels"),
        "route_response_key":         text("RouteResponseKey"),
    },
    refs=(Ref("route_id", to="aws_apigatewayv2_route"),),
    parent=part_of_api("body"),
)

ROUTE_SETTINGS = {
    "data_trace_enabled":       flag("DataTraceEnabled"),
    "detailed_metrics_enabled": flag("DetailedMetricsEnabled"),
    "logging_level":            text("LoggingLevel", default="OFF"),
    "throttling_burst_limit":   number("ThrottlingBurstLimit", default=0),
    "throttling_rate_limit":    number("ThrottlingRateLimit", default=0),
}

STAGE = ResourceType(
    name="aws_apigatewayv2_stage",
    service="apigatewayv2",
    list=Within("aws_apigatewayv2_api", each="Stages[]"),
    id=text("StageName"),
    identity=("api_id", "name"),
    import_id="join('/', [api_id, name])",
    label="name",
    attributes={
        "api_id":                 text("parent.ApiId"),
        "name":                   text("StageName"),
        "auto_deploy":            flag("AutoDeploy"),
        "client_certificate_id":  text("ClientCertificateId"),
        "deployment_id":          text("[@][?!AutoDeploy] | [0].DeploymentId", assigned=True, from_state=_deployed),
        "description":            text("Description"),
        "stage_variables":        mapping("StageVariables"),
        "tags":                   tags("Tags"),
        "access_log_settings":    block("AccessLogSettings", {
            "destination_arn": group_arn("DestinationArn"),
            "format":          text("Format"),
        }),
        "default_route_settings": block("DefaultRouteSettings", ROUTE_SETTINGS),
        "route_settings":         blocks("entries(RouteSettings)", {
            "route_key":                text("key"),
            "data_trace_enabled":       flag("value.DataTraceEnabled"),
            "detailed_metrics_enabled": flag("value.DetailedMetricsEnabled"),
            "logging_level":            text("value.LoggingLevel", default="OFF"),
            "throttling_burst_limit":   number("value.ThrottlingBurstLimit", default=0),
            "throttling_rate_limit":    number("value.ThrottlingRateLimit", default=0),
        }, key=lambda b: b["route_key"]),
    },
    refs=(
        Ref("deployment_id", to="aws_apigatewayv2_deployment"),
        Ref("access_log_settings.destination_arn", to="aws_cloudwatch_log_group", by="arn"),
    ),
    parent=part_of_api(),
    owners=(QUICK,),
)

VPC_LINK = ResourceType(
    name="aws_apigatewayv2_vpc_link",
    service="apigatewayv2",
    list=Call(op="GetVpcLinks", take="Items", action=READ),
    exists="not_null(VpcLinkStatus, 'AVAILABLE') != 'DELETING'",
    id=text("VpcLinkId"),
    label="name",
    attributes={
        "name":               text("Name"),
        "security_group_ids": set_of(as_text, "SecurityGroupIds"),
        "subnet_ids":         set_of(as_text, "SubnetIds"),
        "tags":               tags("Tags"),
    },
    refs=(
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
    ),
)

# Both versions of the API tell of the same domain names and mappings: see apigateway_parts.py

DOMAIN_NAME = ResourceType(
    name="aws_apigatewayv2_domain_name",
    service="apigateway",
    list=Call(op="GetDomainNames", take="items", action=READ),
    alias_of="aws_api_gateway_domain_name",
    id=text("domainName"),
    identity=("domain_name",),
    import_id="domain_name",
    label="domain_name",
    computed={"arn": text("domainNameArn")},
    attributes={
        "domain_name":               text("domainName"),
        "tags":                      tags("tags"),
        "domain_name_configuration": block("@", {
            "certificate_arn":                        text("regionalCertificateArn || certificateArn"),
            "endpoint_type":                          text("endpointConfiguration.types[0]"),
            "ip_address_type":                        text("endpointConfiguration.ipAddressType", assigned=True),
            "ownership_verification_certificate_arn": text("ownershipVerificationCertificateArn", default=""),
            "security_policy":                        text("securityPolicy"),
        }),
        "mutual_tls_authentication": block("mutualTlsAuthentication", {
            "truststore_uri":     text("truststoreUri"),
            "truststore_version": text("truststoreVersion"),
        }),
    },
    refs=(Ref("domain_name_configuration.certificate_arn", to="aws_acm_certificate", by="arn"),),
)

API_MAPPING = ResourceType(
    name="aws_apigatewayv2_api_mapping",
    service="apigateway",
    list=Within("aws_api_gateway_domain_name", each="[Mappings, PrivateMappings, ApiMappings][]"),
    alias_of="aws_api_gateway_base_path_mapping",
    id=text("id"),
    identity=("domain_name", "api_mapping_key"),
    import_id="join('/', [id, domain_name])",
    label="join('/', [domain_name, not_null(api_mapping_key, '')])",
    attributes={
        "api_id":          text("api"),
        "api_mapping_key": attr("path", as_text),
        "domain_name":     text("parent.domainName"),
        "stage":           text("stage"),
    },
    refs=(Ref("api_id", to="aws_apigatewayv2_api"),),
    parent=Parent("domain_name", to="aws_api_gateway_domain_name", by="domain_name"),
)
