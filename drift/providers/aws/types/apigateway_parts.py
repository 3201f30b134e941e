"""Amazon API Gateway: what REST APIs share: keys, usage plans, domain names, links, the account's settings."""

from __future__ import annotations

from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, flag, list_of, number, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import policy, tags
from drift.providers.aws.types.apigateway import GONE, READ

ACCOUNT = ResourceType(
    name="aws_api_gateway_account",
    service="apigateway",
    list=Call(op="GetAccount", take="[@]", action=READ),
    id=attr("apiKeyVersion", lambda _: "api-gateway-account"),  # one for each account and region
    label="'api-gateway-account'",
    attributes={"cloudwatch_role_arn": text("cloudwatchRoleArn", default="")},
    ignored={"reset_on_delete": "an instruction to Terraform"},
    refs=(Ref("cloudwatch_role_arn", to="aws_iam_role", by="arn"),),
    owners=(Owner("!cloudwatchRoleArn", "API Gateway"),),
)

API_KEY = ResourceType(
    name="aws_api_gateway_api_key",
    service="apigateway",
    list=Call(op="GetApiKeys", take="items", args={"limit": 500}, action=READ),
    id=text("id"),
    label="name",
    attributes={
        "name":        text("name"),
        "customer_id": text("customerId"),
        "description": text("description"),
        "enabled":     flag("enabled"),
        "tags":        tags("tags"),
    },
    ignored={"value": "a secret that cannot change: never asked for"},
)

USAGE_PLAN = ResourceType(
    name="aws_api_gateway_usage_plan",
    service="apigateway",
    list=Call(op="GetUsagePlans", take="items", args={"limit": 500}, action=READ),
    describe=(
        # keys are listed for one plan at a time
        Call(op="GetUsagePlanKeys", take="items[].{id: id, type: type, name: name}", into="Keys", action=READ,
             bind={"usagePlanId": "id"}, args={"limit": 500}, gone=GONE),
    ),
    id=text("id"),
    label="name",
    attributes={
        "name":              text("name"),
        "description":       text("description"),
        "product_code":      text("productCode"),
        "tags":              tags("tags"),
        "api_stages":        blocks("apiStages", {
            "api_id":   text("apiId"),
            "stage":    text("stage"),
            "throttle": blocks("entries(throttle)", {
                "path":        text("key"),
                "burst_limit": number("value.burstLimit", default=0),
                "rate_limit":  number("value.rateLimit", default=0),
            }, key=lambda b: b["path"]),
        }, key=lambda b: f"{b['api_id']}:{b['stage']}"),
        "quota_settings":    block("quota", {
            "limit":  number("limit"),
            "offset": number("offset", default=0),
            "period": text("period"),
        }),
        "throttle_settings": block("throttle", {
            "burst_limit": number("burstLimit", default=0),
            "rate_limit":  number("rateLimit", default=0),
        }),
    },
    refs=(Ref("api_stages[].api_id", to="aws_api_gateway_rest_api"),),
)

USAGE_PLAN_KEY = ResourceType(
    name="aws_api_gateway_usage_plan_key",
    service="apigateway",
    list=Within("aws_api_gateway_usage_plan", each="Keys[]"),
    id=text("id"),
    identity=("usage_plan_id", "key_id"),
    import_id="join('/', [usage_plan_id, key_id])",
    label="name",
    computed={"name": text("name")},
    attributes={
        "usage_plan_id": text("parent.id"),
        "key_id":        text("id"),
        "key_type":      text("type"),
    },
    refs=(Ref("key_id", to="aws_api_gateway_api_key"),),
    parent=Parent("usage_plan_id", to="aws_api_gateway_usage_plan"),
)

VPC_LINK = ResourceType(
    name="aws_api_gateway_vpc_link",
    service="apigateway",
    list=Call(op="GetVpcLinks", take="items", args={"limit": 500}, action=READ),
    exists="not_null(status, 'AVAILABLE') != 'DELETING'",
    id=text("id"),
    label="name",
    attributes={
        "name":        text("name"),
        "description": text("description"),
        "target_arns": list_of(as_text, "targetArns"),
        "tags":        tags("tags"),
    },
    refs=(Ref("target_arns[]", to="aws_lb", by="arn"),),
)

DOMAIN_OF_V2 = """Items[].{
    domainName: DomainName, domainNameArn: DomainNameArn, tags: Tags, domainNameId: `null`, certificateName: `null`,
    regionalCertificateArn: DomainNameConfigurations[?EndpointType != 'EDGE'] | [0].CertificateArn,
    certificateArn: DomainNameConfigurations[?EndpointType == 'EDGE'] | [0].CertificateArn,
    regionalDomainName: DomainNameConfigurations[?EndpointType != 'EDGE'] | [0].ApiGatewayDomainName,
    distributionDomainName: DomainNameConfigurations[?EndpointType == 'EDGE'] | [0].ApiGatewayDomainName,
    ownershipVerificationCertificateArn: DomainNameConfigurations[0].OwnershipVerificationCertificateArn,
    securityPolicy: DomainNameConfigurations[0].SecurityPolicy,
    endpointConfiguration: {
        types: DomainNameConfigurations[].EndpointType, ipAddressType: DomainNameConfigurations[0].IpAddressType},
    mutualTlsAuthentication: MutualTlsAuthentication.{
        truststoreUri: TruststoreUri, truststoreVersion: TruststoreVersion}}"""
BASE_PATHS = "items[].{id: `null`, path: basePath, api: restApiId, stage: stage}"

DOMAIN_NAME = ResourceType(
    name="aws_api_gateway_domain_name",
    service="apigateway",
    # one kind of thing behind two versions of the API: each is asked, for neither promises to tell the other's
    list=(
        Call(op="GetDomainNames", take="items", args={"limit": 500}, action=READ),
        Call(op="GetDomainNames", service="apigatewayv2", take=DOMAIN_OF_V2, action=READ),
    ),
    describe=(
        # mappings are listed for one domain name at a time; a private one must be named by its id too
        Call(op="GetBasePathMappings", take=BASE_PATHS, into="Mappings", action=READ, args={"limit": 500},
             absent=GONE, only_if="!domainNameId", bind={"domainName": "domainName"}),
        Call(op="GetBasePathMappings", take=BASE_PATHS, into="PrivateMappings", action=READ, args={"limit": 500},
             absent=GONE, only_if="domainNameId", bind={"domainName": "domainName", "domainNameId": "domainNameId"}),
        Call(op="GetApiMappings", service="apigatewayv2", into="ApiMappings", action=READ, absent=GONE,
             take="Items[].{id: ApiMappingId, path: ApiMappingKey, api: ApiId, stage: Stage}",
             only_if="!domainNameId", bind={"DomainName": "domainName"}),
    ),
    id=text("domainName"),
    identity=("domain_name",),
    import_id="domain_name",
    label="domain_name",
    computed={
        "arn":                    text("domainNameArn"),
        "domain_name_id":         text("domainNameId"),
        "cloudfront_domain_name": text("distributionDomainName"),
        "regional_domain_name":   text("regionalDomainName"),
    },
    attributes={
        "domain_name":                            text("domainName"),
        "certificate_arn":                        text("certificateArn"),
        "certificate_name":                       text("certificateName"),
        "ownership_verification_certificate_arn": text("ownershipVerificationCertificateArn", default=""),
        "policy":                                 policy("policy"),
        "regional_certificate_arn":               text("regionalCertificateArn"),
        "regional_certificate_name":              text("regionalCertificateName"),
        "security_policy":                        text("securityPolicy", assigned=True),
        "tags":                                   tags("tags"),
        "endpoint_configuration":                 block("endpointConfiguration", {
            "ip_address_type": text("ipAddressType", assigned=True),
            "types":           list_of(as_text, "types"),
        }, assigned=True),
        "mutual_tls_authentication":              block("mutualTlsAuthentication", {
            "truststore_uri":     text("truststoreUri"),
            "truststore_version": text("truststoreVersion"),
        }),
    },
    ignored={
        "certificate_body":        "uploaded, and never returned",
        "certificate_chain":       "uploaded, and never returned",
        "certificate_private_key": "uploaded, and never returned",
    },
    refs=(
        Ref("certificate_arn", to="aws_acm_certificate", by="arn"),
        Ref("regional_certificate_arn", to="aws_acm_certificate", by="arn"),
    ),
)

BASE_PATH_MAPPING = ResourceType(
    name="aws_api_gateway_base_path_mapping",
    service="apigateway",
    list=Within("aws_api_gateway_domain_name", each="[Mappings, PrivateMappings, ApiMappings][]"),
    id=text("join('/', [parent.domainName, not_null(path, '')])"),
    identity=("domain_name", "base_path"),
    import_id="join('/', [domain_name, not_null(base_path, '')])",
    label="join('/', [domain_name, not_null(base_path, '')])",
    attributes={
        "domain_name":    text("parent.domainName"),
        "domain_name_id": text("parent.domainNameId"),
        "api_id":         text("api"),
        "base_path":      attr("path", lambda value: None if value == "(none)" else as_text(value)),
        "stage_name":     text("stage"),
    },
    refs=(Ref("api_id", to="aws_api_gateway_rest_api"),),
    parent=Parent("domain_name", to="aws_api_gateway_domain_name", by="domain_name"),
)

CLIENT_CERTIFICATE = ResourceType(
    name="aws_api_gateway_client_certificate",
    service="apigateway",
    list=Call(op="GetClientCertificates", take="items", action="apigateway:GET"),
    id=text("clientCertificateId"),
    label="description || id",
    computed={
        "arn": text("join('', ['arn:', here.partition, ':apigateway:', here.region, '::/clientcertificates/', "
                    "clientCertificateId])"),
        "pem_encoded_certificate": text("pemEncodedCertificate"),
    },
    attributes={"description": text("description"), "tags": tags("tags")},
)
