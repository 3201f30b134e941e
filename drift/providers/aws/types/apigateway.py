"""Amazon API Gateway: REST APIs and what they are made of."""

from __future__ import annotations

import json
from typing import Any

from drift.model.value import Value
from drift.normalize.values import number as as_number
from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, document, flag, list_of, mapping, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Call, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import group_arn, tags
from drift.providers.aws.normalize.policy import policy_document

READ = "apigateway:GET"
GONE = frozenset({"NotFoundException"})
BODY = "AWS takes the document apart; the parts of such an API are told by it and not compared"


def api_policy(at: str, **words: Any) -> Attr:
    """A policy; GetRestApis answers the text with its quotes escaped once more."""
    return attr(at, _api_policy, written=lambda found, _: _unescaped(found), **words)


def _api_policy(value: Any) -> Value:
    value = _unescaped(value)
    return str(value) if isinstance(value, str) and value.startswith("{\\") else policy_document(value)


def _unescaped(value: Any) -> Any:
    """The document; API Gateway answers it as it stands between quotes."""
    if isinstance(value, str) and value.startswith("{\\"):
        try:
            return json.loads(f'"{value}"')
        except ValueError:
            return value
    return value


def part_of_api(unless: str = "") -> Parent:
    """Everything below an API is reported as long as the API is managed; `body` tells its own parts."""
    return Parent("rest_api_id", to="aws_api_gateway_rest_api", covered_if=unless)


def _compression(value: Any) -> Value:
    size = as_number(value)  # "" and -1 both switch compression off
    return None if size is None or size < 0 else size


def _stage_made(value: Any, instance: Raw) -> Value:
    return f"ags-{instance.get('rest_api_id')}-{value}" if value else None


def _method_path(value: Any) -> str | None:
    return as_text(str(value).replace("~1", "/").lstrip("/")) if value else None


def _parts(op: str, into: str, take: str = "items", **args: Any) -> Call:
    """What one API has of something: API Gateway answers for one API at a time."""
    return Call(op=op, take=take, into=into, bind={"restApiId": "id"}, args=args, action=READ, gone=GONE)


REST_API = ResourceType(
    name="aws_api_gateway_rest_api",
    service="apigateway",
    list=Call(op="GetRestApis", take="items", args={"limit": 500}, action=READ),
    describe=(
        _parts("GetResources", "Resources", limit=500, embed=["methods"]),
        _parts("GetStages", "Stages", take="item"),
        _parts("GetDeployments", "Deployments", limit=500),
        _parts("GetAuthorizers", "Authorizers", limit=500),
        _parts("GetModels", "Models", limit=500),
        _parts("GetRequestValidators", "RequestValidators", limit=500),
        _parts("GetGatewayResponses", "GatewayResponses", limit=500),
    ),
    id=text("id"),
    label="name",
    computed={"root_resource_id": text("rootResourceId")},
    attributes={
        "name":                         text("name"),
        "description":                  text("description", default=""),
        "api_key_source":               text("apiKeySource", default="HEADER"),
        "binary_media_types":           set_of(as_text, "binaryMediaTypes"),  # AWS keeps no order of them
        "disable_execute_api_endpoint": flag("disableExecuteApiEndpoint", default=False, same_for_all=True, set_by=("body",)),
        "minimum_compression_size":     attr("minimumCompressionSize", _compression, default=-1, zero_is_value=True),
        "policy":                       api_policy("policy", default="", set_by=("body",)),
        "tags":                         tags("tags"),
        "endpoint_configuration":       block("endpointConfiguration", {
            "ip_address_type":  text("ipAddressType", assigned=True),
            "types":            list_of(as_text, "types"),
            "vpc_endpoint_ids": set_of(as_text, "vpcEndpointIds"),
        }, assigned=True),
    },
    ignored={
        "body":              BODY,
        "fail_on_warnings":  "an instruction to Terraform",
        "parameters":        "an instruction to Terraform: how to read the body",
        "put_rest_api_mode": "an instruction to Terraform: how to read the body",
    },
    refs=(Ref("endpoint_configuration.vpc_endpoint_ids[]", to="aws_vpc_endpoint"),),
)

REST_API_POLICY = ResourceType(
    name="aws_api_gateway_rest_api_policy",
    service="apigateway",
    list=Within("aws_api_gateway_rest_api"),
    exists="policy",
    id=text("id"),
    import_id="rest_api_id",
    label="rest_api_id",
    attributes={"rest_api_id": text("id"), "policy": api_policy("policy")},
    parent=Parent("rest_api_id", to="aws_api_gateway_rest_api", covers={"policy": WHOLE}),
)

REST_API_PUT = ResourceType(
    name="aws_api_gateway_rest_api_put",
    service="apigateway",
    list=None,  # nothing of its own: there as long as its API is
    lookup=Call(op="GetRestApi", take="[@]", bind={"restApiId": "rest_api_id"}, action=READ, gone=GONE),
    id=text("id"),
    identity=("rest_api_id",),
    import_id="rest_api_id",
    label="rest_api_id",
    attributes={"rest_api_id": text("id")},
    ignored={
        "body":             BODY,
        "fail_on_warnings": "an instruction to Terraform",
        "parameters":       "an instruction to Terraform: how to read the body",
        "triggers":         "an instruction to Terraform",
    },
    parent=Parent("rest_api_id", to="aws_api_gateway_rest_api"),
)

RESOURCE = ResourceType(
    name="aws_api_gateway_resource",
    service="apigateway",
    list=Within("aws_api_gateway_rest_api", each="Resources[]"),
    id=text("id"),
    identity=("rest_api_id", "id"),
    import_id="join('/', [rest_api_id, id])",
    label="path",
    computed={"path": text("path")},
    attributes={
        "rest_api_id": text("parent.id"),
        "parent_id":   text("parentId"),
        "path_part":   text("pathPart"),
    },
    refs=(Ref("parent_id", to="aws_api_gateway_resource"),),
    parent=part_of_api("body"),
    owners=(Owner("path == '/'", "API Gateway"),),
)

METHOD = ResourceType(
    name="aws_api_gateway_method",
    service="apigateway",
    list=Within("aws_api_gateway_resource", each="resourceMethods.*"),
    id=text("join('-', ['agm', parent.parent.id, parent.id, httpMethod])"),
    identity=("rest_api_id", "resource_id", "http_method"),
    import_id="join('/', [rest_api_id, resource_id, http_method])",
    label="join(' ', [http_method, resource_id])",
    attributes={
        "rest_api_id":          text("parent.parent.id"),
        "resource_id":          text("parent.id"),
        "http_method":          text("httpMethod"),
        "api_key_required":     flag("apiKeyRequired"),
        "authorization":        text("authorizationType"),
        "authorization_scopes": set_of(as_text, "authorizationScopes"),
        "authorizer_id":        text("authorizerId"),
        "operation_name":       text("operationName"),
        "request_models":       mapping("requestModels"),
        "request_parameters":   mapping("requestParameters"),
        "request_validator_id": text("requestValidatorId"),
    },
    refs=(
        Ref("resource_id", to="aws_api_gateway_resource"),
        Ref("authorizer_id", to="aws_api_gateway_authorizer"),
        Ref("request_validator_id", to="aws_api_gateway_request_validator"),
    ),
    parent=part_of_api("body"),
)

METHOD_RESPONSE = ResourceType(
    name="aws_api_gateway_method_response",
    service="apigateway",
    list=Within("aws_api_gateway_method", each="methodResponses.*"),
    id=text("join('-', ['agmr', parent.parent.parent.id, parent.parent.id, parent.httpMethod, statusCode])"),
    identity=("rest_api_id", "resource_id", "http_method", "status_code"),
    import_id="join('/', [rest_api_id, resource_id, http_method, status_code])",
    label="join(' ', [http_method, resource_id, status_code])",
    attributes={
        "rest_api_id":         text("parent.parent.parent.id"),
        "resource_id":         text("parent.parent.id"),
        "http_method":         text("parent.httpMethod"),
        "status_code":         text("statusCode"),
        "response_models":     mapping("responseModels"),
        "response_parameters": mapping("responseParameters"),
    },
    refs=(Ref("resource_id", to="aws_api_gateway_resource"),),
    parent=part_of_api("body"),
)

INTEGRATION = ResourceType(
    name="aws_api_gateway_integration",
    service="apigateway",
    list=Within("aws_api_gateway_method", each="[methodIntegration][?@]"),
    id=text("join('-', ['agi', parent.parent.parent.id, parent.parent.id, parent.httpMethod])"),
    identity=("rest_api_id", "resource_id", "http_method"),
    import_id="join('/', [rest_api_id, resource_id, http_method])",
    label="join(' ', [http_method, resource_id])",
    attributes={
        "rest_api_id":             text("parent.parent.parent.id"),
        "resource_id":             text("parent.parent.id"),
        "http_method":             text("parent.httpMethod"),
        "type":                    text("type"),
        "cache_key_parameters":    set_of(as_text, "cacheKeyParameters"),
        "cache_namespace":         text("cacheNamespace", assigned=True),
        "connection_id":           text("connectionId"),
        "connection_type":         text("connectionType", default="INTERNET"),
        "content_handling":        text("contentHandling"),
        "credentials":             text("credentials"),
        "integration_http_method": text("httpMethod"),
        "passthrough_behavior":    text("passthroughBehavior", default="WHEN_NO_MATCH"),
        "request_parameters":      mapping("requestParameters"),
        "request_templates":       mapping("requestTemplates"),
        "timeout_milliseconds":    number("timeoutInMillis", default=29000),
        "uri":                     text("uri"),
        "tls_config":              block("tlsConfig", {
            "insecure_skip_verification": flag("insecureSkipVerification"),
        }),
    },
    refs=(
        Ref("resource_id", to="aws_api_gateway_resource"),
        Ref("connection_id", to="aws_api_gateway_vpc_link"),
        Ref("credentials", to="aws_iam_role", by="arn"),
        Ref("uri", to="aws_lambda_function", by="invoke_arn"),
    ),
    parent=part_of_api("body"),
)

INTEGRATION_RESPONSE = ResourceType(
    name="aws_api_gateway_integration_response",
    service="apigateway",
    list=Within("aws_api_gateway_integration", each="integrationResponses.*"),
    id=text("join('-', ['agir', parent.parent.parent.parent.id, parent.parent.parent.id, parent.parent.httpMethod, "
            "statusCode])"),
    identity=("rest_api_id", "resource_id", "http_method", "status_code"),
    import_id="join('/', [rest_api_id, resource_id, http_method, status_code])",
    label="join(' ', [http_method, resource_id, status_code])",
    attributes={
        "rest_api_id":         text("parent.parent.parent.parent.id"),
        "resource_id":         text("parent.parent.parent.id"),
        "http_method":         text("parent.parent.httpMethod"),
        "status_code":         text("statusCode"),
        "content_handling":    text("contentHandling"),
        "response_parameters": mapping("responseParameters"),
        "response_templates":  mapping("responseTemplates"),
        "selection_pattern":   text("selectionPattern"),
    },
    refs=(Ref("resource_id", to="aws_api_gateway_resource"),),
    parent=part_of_api("body"),
)

STAGE = ResourceType(
    name="aws_api_gateway_stage",
    service="apigateway",
    list=Within("aws_api_gateway_rest_api", each="Stages[]"),
    id=text("join('-', ['ags', parent.id, stageName])"),
    identity=("rest_api_id", "stage_name"),
    import_id="join('/', [rest_api_id, stage_name])",
    label="stage_name",
    computed={
        "method_settings": blocks("entries(methodSettings)", {"path": text("key"), "settings": block("value", {
            "cache_data_encrypted":                       flag("cacheDataEncrypted"),
            "cache_ttl_in_seconds":                       number("cacheTtlInSeconds"),
            "caching_enabled":                            flag("cachingEnabled"),
            "data_trace_enabled":                         flag("dataTraceEnabled"),
            "logging_level":                              text("loggingLevel"),
            "metrics_enabled":                            flag("metricsEnabled"),
            "require_authorization_for_cache_control":    flag("requireAuthorizationForCacheControl"),
            "throttling_burst_limit":                     number("throttlingBurstLimit"),
            "throttling_rate_limit":                      number("throttlingRateLimit"),
            "unauthorized_cache_control_header_strategy": text("unauthorizedCacheControlHeaderStrategy"),
        })}, outside_schema=True),
        "web_acl_arn":     text("webAclArn"),
    },
    attributes={
        "rest_api_id":           text("parent.id"),
        "stage_name":            text("stageName"),
        "cache_cluster_enabled": flag("cacheClusterEnabled"),
        "cache_cluster_size":    text("cacheClusterSize", assigned=True),
        "client_certificate_id": text("clientCertificateId"),
        "deployment_id":         text("deploymentId"),
        "description":           text("description"),
        "documentation_version": text("documentationVersion"),
        "tags":                  tags("tags"),
        "variables":             mapping("variables"),
        "xray_tracing_enabled":  flag("tracingEnabled"),
        "access_log_settings":   block("accessLogSettings", {
            "destination_arn": group_arn("destinationArn"),
            "format":          text("format"),
        }),
        "canary_settings":       block("canarySettings", {
            "deployment_id":            text("deploymentId"),
            "percent_traffic":          number("percentTraffic", default=0),
            "stage_variable_overrides": mapping("stageVariableOverrides"),
            "use_stage_cache":          flag("useStageCache"),
        }),
    },
    refs=(
        Ref("deployment_id", to="aws_api_gateway_deployment"),
        Ref("client_certificate_id", to="aws_api_gateway_client_certificate"),
        Ref("access_log_settings.destination_arn", to="aws_cloudwatch_log_group", by="arn"),
        Ref("web_acl_arn", to="aws_wafv2_web_acl", by="arn"),
    ),
    parent=part_of_api(),
)

METHOD_SETTINGS = ResourceType(
    name="aws_api_gateway_method_settings",
    service="apigateway",
    list=Within("aws_api_gateway_stage", each="entries(methodSettings)"),
    id=text("join('-', [parent.parent.id, parent.stageName, key])"),
    identity=("rest_api_id", "stage_name", "method_path"),
    import_id="join('/', [rest_api_id, stage_name, method_path])",
    label="join('/', [stage_name, method_path])",
    attributes={
        "rest_api_id": text("parent.parent.id"),
        "stage_name":  text("parent.stageName"),
        "method_path": attr("key", _method_path),
        "settings":    block("value", {
            "cache_data_encrypted":                       flag("cacheDataEncrypted", assigned=True),
            "cache_ttl_in_seconds":                       number("cacheTtlInSeconds", assigned=True),
            "caching_enabled":                            flag("cachingEnabled", assigned=True),
            "data_trace_enabled":                         flag("dataTraceEnabled", assigned=True),
            "logging_level":                              text("loggingLevel", default="OFF"),
            "metrics_enabled":                            flag("metricsEnabled", assigned=True),
            "require_authorization_for_cache_control":    flag("requireAuthorizationForCacheControl", assigned=True),
            "throttling_burst_limit":                     number("throttlingBurstLimit", default=-1),
            "throttling_rate_limit":                      number("throttlingRateLimit", default=-1),
            "unauthorized_cache_control_header_strategy": text("unauthorizedCacheControlHeaderStrategy",
                                                               assigned=True),
        }),
    },
    parent=part_of_api(),
)

DEPLOYMENT = ResourceType(
    name="aws_api_gateway_deployment",
    service="apigateway",
    list=Within("aws_api_gateway_rest_api", each="Deployments[]"),
    id=text("id"),
    identity=("rest_api_id", "id"),
    import_id="join('/', [rest_api_id, id])",
    label="id",
    attributes={
        "rest_api_id": text("parent.id"),
        "description": text("description"),
        # a deployment does not say which stage was made along with it; the stage is claimed by this
        "stage_name":  attr("id", lambda _: None, from_state=_stage_made, same=lambda _, have: have is None),
    },
    ignored={
        "canary_settings":   "the stage's; only read when the deployment is created",
        "stage_description": "the stage's; only read when the deployment is created",
        "triggers":          "an instruction to Terraform",
        "variables":         "the stage's; only read when the deployment is created",
    },
    creates=(Ref("stage_name", to="aws_api_gateway_stage"),),
    parent=part_of_api(),
)

AUTHORIZER = ResourceType(
    name="aws_api_gateway_authorizer",
    service="apigateway",
    list=Within("aws_api_gateway_rest_api", each="Authorizers[]"),
    id=text("id"),
    identity=("rest_api_id", "id"),
    import_id="join('/', [rest_api_id, id])",
    label="name",
    attributes={
        "rest_api_id":                      text("parent.id"),
        "name":                             text("name"),
        "type":                             text("type", default="TOKEN"),
        "authorizer_credentials":           text("authorizerCredentials"),
        "authorizer_result_ttl_in_seconds": number("authorizerResultTtlInSeconds", default=300),
        "authorizer_uri":                   text("authorizerUri"),
        "identity_source":                  text("identitySource", default="method.request.header.Authorization"),
        "identity_validation_expression":   text("identityValidationExpression"),
        "provider_arns":                    set_of(as_text, "providerARNs"),
    },
    refs=(
        Ref("authorizer_credentials", to="aws_iam_role", by="arn"),
        Ref("authorizer_uri", to="aws_lambda_function", by="invoke_arn"),
        Ref("provider_arns[]", to="aws_cognito_user_pool", by="arn"),
    ),
    parent=part_of_api("body"),
)

MODEL = ResourceType(
    name="aws_api_gateway_model",
    service="apigateway",
    list=Within("aws_api_gateway_rest_api", each="Models[]"),
    id=text("id"),
    identity=("rest_api_id", "name"),
    import_id="join('/', [rest_api_id, name])",
    label="name",
    attributes={
        "rest_api_id":  text("parent.id"),
        "name":         text("name"),
        "content_type": text("contentType"),
        "description":  text("description"),
        "schema":       document("schema"),
    },
    parent=part_of_api("body"),
    owners=(Owner("(name == 'Empty' || name == 'Error') && starts_with(not_null(description, ''), 'This is a default ')",
                  "API Gateway"),),
)

REQUEST_VALIDATOR = ResourceType(
    name="aws_api_gateway_request_validator",
    service="apigateway",
    list=Within("aws_api_gateway_rest_api", each="RequestValidators[]"),
    id=text("id"),
    identity=("rest_api_id", "id"),
    import_id="join('/', [rest_api_id, id])",
    label="name",
    attributes={
        "rest_api_id":                 text("parent.id"),
        "name":                        text("name"),
        "validate_request_body":       flag("validateRequestBody"),
        "validate_request_parameters": flag("validateRequestParameters"),
    },
    parent=part_of_api("body"),
)

GATEWAY_RESPONSE = ResourceType(
    name="aws_api_gateway_gateway_response",
    service="apigateway",
    # AWS answers all it knows; what nobody set says defaultResponse
    list=Within("aws_api_gateway_rest_api", each="GatewayResponses[?!defaultResponse]"),
    id=text("join('-', ['aggr', parent.id, responseType])"),
    identity=("rest_api_id", "response_type"),
    import_id="join('/', [rest_api_id, response_type])",
    label="response_type",
    attributes={
        "rest_api_id":         text("parent.id"),
        "response_type":       text("responseType"),
        "status_code":         text("statusCode"),
        "response_parameters": mapping("responseParameters"),
        "response_templates":  mapping("responseTemplates"),
    },
    parent=part_of_api("body"),
)

