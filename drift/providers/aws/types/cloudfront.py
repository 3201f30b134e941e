"""Amazon CloudFront."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Raw, Ref, ResourceType
from drift.providers.aws.kinds import tags

GONE = frozenset({"NoSuchDistribution", "NoSuchResource", "NoSuchFunctionExists"})


def items(at: str, **words: Any) -> Attr:
    """A list as CloudFront writes one: `{Quantity, Items}`; order means nothing."""
    return set_of(values.text, f"{at}.Items", **words)


def chosen(behavior: str, kind: str) -> dict[str, Attr]:
    """Which cookies, headers or query strings a policy speaks of."""
    singular = behavior.removesuffix("_behavior")
    upper = "".join(part.title() for part in singular.split("_"))
    return {behavior: text(f"{upper}Behavior"), kind: block(
        "".join(part.title() for part in kind.split("_")), {"items": set_of(values.text, "Items")})}


COOKIES = block("CookiesConfig", chosen("cookie_behavior", "cookies"))
HEADERS = block("HeadersConfig", chosen("header_behavior", "headers"))
QUERY_STRINGS = block("QueryStringsConfig", chosen("query_string_behavior", "query_strings"))

BEHAVIOR = {
    "target_origin_id":           text("TargetOriginId"),
    "viewer_protocol_policy":     text("ViewerProtocolPolicy"),
    "allowed_methods":            items("AllowedMethods"),
    "cached_methods":             items("AllowedMethods.CachedMethods"),
    "compress":                   flag("Compress"),
    "min_ttl":                    number("MinTTL", default=0),
    "default_ttl":                number("DefaultTTL", default=0),
    "max_ttl":                    number("MaxTTL", default=0),
    "cache_policy_id":            text("CachePolicyId"),
    "origin_request_policy_id":   text("OriginRequestPolicyId"),
    "response_headers_policy_id": text("ResponseHeadersPolicyId"),
    "field_level_encryption_id":  text("FieldLevelEncryptionId"),
    "realtime_log_config_arn":    text("RealtimeLogConfigArn"),
    "smooth_streaming":           flag("SmoothStreaming"),
    "trusted_key_groups":         items("TrustedKeyGroups"),
    "trusted_signers":            items("TrustedSigners"),
    "grpc_config":                block("GrpcConfig", {"enabled": flag("Enabled", default=False)}),
    "function_association": blocks("FunctionAssociations.Items", {
        "event_type":   text("EventType"),
        "function_arn": text("FunctionARN"),
    }, key=lambda a: a["event_type"]),
    "lambda_function_association": blocks("LambdaFunctionAssociations.Items", {
        "event_type":   text("EventType"),
        "lambda_arn":   text("LambdaFunctionARN"),
        "include_body": flag("IncludeBody"),
    }, key=lambda a: a["event_type"]),
    "forwarded_values": block("ForwardedValues", {
        "query_string":            flag("QueryString"),
        "query_string_cache_keys": items("QueryStringCacheKeys"),
        "headers":                 items("Headers"),
        "cookies": block("Cookies", {
            "forward":           text("Forward", default="none"),
            "whitelisted_names": items("WhitelistedNames"),
        }),
    }),
}

ORIGIN = {
    "origin_id":                text("Id"),
    "domain_name":              text("DomainName"),
    "origin_path":              text("OriginPath"),
    "origin_access_control_id": text("OriginAccessControlId"),
    "connection_attempts":      number("ConnectionAttempts", default=3),
    "connection_timeout":       number("ConnectionTimeout", default=10),
    # often the secret by which an origin knows its CDN
    "custom_header":            blocks("CustomHeaders.Items", {"name": text("HeaderName"), "value": text("HeaderValue")},
                                       sensitive=True),
    "s3_origin_config":         block("S3OriginConfig", {"origin_access_identity": text("OriginAccessIdentity")}),
    "custom_origin_config": block("CustomOriginConfig", {
        "http_port":                number("HTTPPort"),
        "https_port":               number("HTTPSPort"),
        "origin_protocol_policy":   text("OriginProtocolPolicy"),
        "origin_ssl_protocols":     items("OriginSslProtocols"),
        "origin_read_timeout":      number("OriginReadTimeout", default=30),
        "origin_keepalive_timeout": number("OriginKeepaliveTimeout", default=5),
    }),
    "vpc_origin_config": block("VpcOriginConfig", {
        "vpc_origin_id":            text("VpcOriginId"),
        "origin_read_timeout":      number("OriginReadTimeout", default=30),
        "origin_keepalive_timeout": number("OriginKeepaliveTimeout", default=5),
    }),
    "origin_shield": block("OriginShield", {
        "enabled":              flag("Enabled"),
        "origin_shield_region": text("OriginShieldRegion"),
    }),
}

def support_method(value: Any, instance: Raw) -> Value:
    """How viewers without SNI are served: it means nothing with AWS's own certificate, but AWS answers `vip`."""
    certificate = (instance.get("viewer_certificate") or [{}])[0] or {}
    named = certificate.get("acm_certificate_arn") or certificate.get("iam_certificate_id")
    return values.text(value) if named else None


DISTRIBUTION = ResourceType(
    name="aws_cloudfront_distribution",
    service="cloudfront",
    regional=False,
    list=Call(op="ListDistributions", take="DistributionList.Items"),
    describe=(
        # one call for each distribution: its listing leaves logging and the root object out
        Call(op="GetDistributionConfig", take="DistributionConfig", into="Config", bind={"Id": "Id"}, gone=GONE),
        Call(op="ListTagsForResource", take="Tags.Items", into="Tags", bind={"Resource": "ARN"}, gone=GONE),
    ),
    id=text("Id"),
    label="comment",
    computed={"arn": text("ARN"), "domain_name": attr("DomainName", values.dot_free)},
    attributes={
        "aliases":                         items("Aliases"),
        "comment":                         text("Comment"),
        "enabled":                         flag("Enabled"),
        "staging":                         flag("Staging"),
        "http_version":                    caseless("HttpVersion", default="http2"),
        "is_ipv6_enabled":                 flag("IsIPV6Enabled"),
        "price_class":                     text("PriceClass", default="PriceClass_All"),
        "web_acl_id":                      text("WebACLId"),
        "default_root_object":             text("Config.DefaultRootObject"),
        "continuous_deployment_policy_id": text("Config.ContinuousDeploymentPolicyId", default=""),
        "default_cache_behavior":          block("DefaultCacheBehavior", BEHAVIOR),
        "ordered_cache_behavior":          blocks("CacheBehaviors.Items",
                                                  {"path_pattern": text("PathPattern"), **BEHAVIOR},
                                                  key=lambda b: b["path_pattern"], ordered=True),
        "origin":                          blocks("Origins.Items", ORIGIN, key=lambda o: o["origin_id"]),
        "origin_group": blocks("OriginGroups.Items", {
            "origin_id":         text("Id"),
            "failover_criteria": block("FailoverCriteria", {
                "status_codes": set_of(values.number, "StatusCodes.Items")}),
            "member":            blocks("Members.Items", {"origin_id": text("OriginId")}, ordered=True,
                                        key=lambda m: m["origin_id"]),
        }, key=lambda g: g["origin_id"]),
        "custom_error_response": blocks("CustomErrorResponses.Items", {
            "error_code":            number("ErrorCode"),
            "response_code":         number("ResponseCode", default=0),
            "response_page_path":    text("ResponsePagePath"),
            "error_caching_min_ttl": number("ErrorCachingMinTTL", default=0),
        }, key=lambda r: r["error_code"]),
        "logging_config": block("[Config.Logging][?Enabled] | [0]", {
            "bucket":          text("Bucket"),
            "include_cookies": flag("IncludeCookies"),
            "prefix":          text("Prefix"),
        }),
        "restrictions": block("Restrictions", {
            "geo_restriction": block("GeoRestriction", {
                "restriction_type": text("RestrictionType"),
                "locations":        set_of(values.text, "Items"),
            }),
        }),
        "viewer_certificate": block("ViewerCertificate", {
            "cloudfront_default_certificate": flag("CloudFrontDefaultCertificate"),
            "acm_certificate_arn":            text("ACMCertificateArn"),
            "iam_certificate_id":             text("IAMCertificateId"),
            "minimum_protocol_version":       text("MinimumProtocolVersion", default="TLSv1"),
            "ssl_support_method":             text("(ACMCertificateArn || IAMCertificateId) && SSLSupportMethod",
                                                   from_state=support_method),
        }),
        "tags":                            tags("Tags"),
    },
    ignored={
        "retain_on_delete": "an instruction to Terraform",
        "wait_for_deployment": "an instruction to Terraform",
    },
    refs=(
        Ref("origin[].domain_name", to="aws_s3_bucket", by="bucket_regional_domain_name"),
        Ref("origin[].domain_name", to="aws_lb", by="dns_name"),
        Ref("origin[].origin_access_control_id", to="aws_cloudfront_origin_access_control"),
        Ref("default_cache_behavior.cache_policy_id", to="aws_cloudfront_cache_policy"),
        Ref("default_cache_behavior.origin_request_policy_id", to="aws_cloudfront_origin_request_policy"),
        Ref("default_cache_behavior.response_headers_policy_id", to="aws_cloudfront_response_headers_policy"),
        Ref("default_cache_behavior.function_association[].function_arn", to="aws_cloudfront_function", by="arn"),
        Ref("default_cache_behavior.trusted_key_groups[]", to="aws_cloudfront_key_group"),
        Ref("ordered_cache_behavior[].cache_policy_id", to="aws_cloudfront_cache_policy"),
        Ref("ordered_cache_behavior[].origin_request_policy_id", to="aws_cloudfront_origin_request_policy"),
        Ref("ordered_cache_behavior[].function_association[].function_arn", to="aws_cloudfront_function", by="arn"),
        Ref("viewer_certificate.acm_certificate_arn", to="aws_acm_certificate", by="arn"),
        Ref("web_acl_id", to="aws_wafv2_web_acl", by="arn"),
    ),
)

CACHE_POLICY = ResourceType(
    name="aws_cloudfront_cache_policy",
    service="cloudfront",
    regional=False,
    # `managed` ones are AWS's
    list=Call(op="ListCachePolicies", take="CachePolicyList.Items[].CachePolicy", args={"Type": "custom"}),
    id=text("Id"),
    label="name",
    attributes={
        "name":        text("CachePolicyConfig.Name"),
        "comment":     text("CachePolicyConfig.Comment"),
        "min_ttl":     number("CachePolicyConfig.MinTTL", default=0),
        "default_ttl": number("CachePolicyConfig.DefaultTTL", default=86400),
        "max_ttl":     number("CachePolicyConfig.MaxTTL", default=31536000),
        "parameters_in_cache_key_and_forwarded_to_origin": block(
            "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin", {
                "enable_accept_encoding_brotli": flag("EnableAcceptEncodingBrotli"),
                "enable_accept_encoding_gzip":   flag("EnableAcceptEncodingGzip"),
                "cookies_config":                COOKIES,
                "headers_config":                HEADERS,
                "query_strings_config":          QUERY_STRINGS,
            }),
    },
)

ORIGIN_REQUEST_POLICY = ResourceType(
    name="aws_cloudfront_origin_request_policy",
    service="cloudfront",
    regional=False,
    list=Call(op="ListOriginRequestPolicies", take="OriginRequestPolicyList.Items[].OriginRequestPolicy",
              args={"Type": "custom"}),
    id=text("Id"),
    label="name",
    attributes={
        "name":                 text("OriginRequestPolicyConfig.Name"),
        "comment":              text("OriginRequestPolicyConfig.Comment"),
        "cookies_config":       block("OriginRequestPolicyConfig.CookiesConfig", COOKIES.fields),
        "headers_config":       block("OriginRequestPolicyConfig.HeadersConfig", HEADERS.fields),
        "query_strings_config": block("OriginRequestPolicyConfig.QueryStringsConfig", QUERY_STRINGS.fields),
    },
)


def header(name: str, **fields: Attr) -> Attr:
    """One security header and whether it stands in for the origin's."""
    return block(name, {"override": flag("Override"), **fields})


RESPONSE_HEADERS_POLICY = ResourceType(
    name="aws_cloudfront_response_headers_policy",
    service="cloudfront",
    regional=False,
    list=Call(op="ListResponseHeadersPolicies", take="ResponseHeadersPolicyList.Items[].ResponseHeadersPolicy",
              args={"Type": "custom"}),
    id=text("Id"),
    label="name",
    attributes={
        "name":    text("ResponseHeadersPolicyConfig.Name"),
        "comment": text("ResponseHeadersPolicyConfig.Comment"),
        "cors_config": block("ResponseHeadersPolicyConfig.CorsConfig", {
            "access_control_allow_credentials": flag("AccessControlAllowCredentials"),
            "access_control_max_age_sec":       number("AccessControlMaxAgeSec", default=0),
            "origin_override":                  flag("OriginOverride"),
            **{
                f"access_control_{name}": block(
                    "AccessControl" + "".join(p.title() for p in name.split("_")),
                    {"items": set_of(values.text, "Items")})
                for name in ("allow_headers", "allow_methods", "allow_origins", "expose_headers")
            },
        }),
        "custom_headers_config": block("ResponseHeadersPolicyConfig.CustomHeadersConfig", {
            "items": blocks("Items", {"header": text("Header"), "value": text("Value"), "override": flag("Override")},
                            key=lambda h: h["header"]),
        }),
        "remove_headers_config": block("ResponseHeadersPolicyConfig.RemoveHeadersConfig", {
            "items": blocks("Items", {"header": text("Header")}),
        }),
        "security_headers_config": block("ResponseHeadersPolicyConfig.SecurityHeadersConfig", {
            "content_security_policy": header("ContentSecurityPolicy",
                                              content_security_policy=text("ContentSecurityPolicy")),
            "content_type_options":    header("ContentTypeOptions"),
            "frame_options":           header("FrameOptions", frame_option=text("FrameOption")),
            "referrer_policy":         header("ReferrerPolicy", referrer_policy=text("ReferrerPolicy")),
            "strict_transport_security": header(
                "StrictTransportSecurity", access_control_max_age_sec=number("AccessControlMaxAgeSec"),
                include_subdomains=flag("IncludeSubdomains"), preload=flag("Preload")),
            "xss_protection": header(
                "XSSProtection", protection=flag("Protection"), mode_block=flag("ModeBlock"),
                report_uri=text("ReportUri")),
        }),
        "server_timing_headers_config": block("ResponseHeadersPolicyConfig.ServerTimingHeadersConfig", {
            "enabled":       flag("Enabled"),
            "sampling_rate": number("SamplingRate", default=0),
        }, same=lambda want, have: not any(side and side["enabled"] for side in (want, have))),
    },
    ignored={"etag": "changes with every change"},
)


def code(value: Any) -> Value:
    """The text of a function."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else values.text(value)


FUNCTION = ResourceType(
    name="aws_cloudfront_function",
    service="cloudfront",
    regional=False,
    # Terraform reads and writes this stage; `publish` copies it to the other
    list=Call(op="ListFunctions", take="FunctionList.Items", args={"Stage": "DEVELOPMENT"}),
    describe=(
        Call(op="GetFunction", take="FunctionCode", into="Code", args={"Stage": "DEVELOPMENT"}, bind={"Name": "Name"},
             gone=GONE),
    ),
    id=text("Name"),
    label="name",
    not_imported=frozenset({"publish"}),
    computed={"arn": text("FunctionMetadata.FunctionARN")},
    attributes={
        "name":                         text("Name"),
        "comment":                      text("FunctionConfig.Comment"),
        "runtime":                      text("FunctionConfig.Runtime"),
        "code":                         attr("Code", code),
        "key_value_store_associations": set_of(
            values.text, "FunctionConfig.KeyValueStoreAssociations.Items[].KeyValueStoreARN"),
    },
    ignored={"publish": "an instruction to Terraform"},
)

ORIGIN_ACCESS_CONTROL = ResourceType(
    name="aws_cloudfront_origin_access_control",
    service="cloudfront",
    regional=False,
    list=Call(op="ListOriginAccessControls", take="OriginAccessControlList.Items"),
    id=text("Id"),
    label="name",
    attributes={
        "name":                              text("Name"),
        "description":                       text("Description"),
        "origin_access_control_origin_type": text("OriginAccessControlOriginType"),
        "signing_behavior":                  text("SigningBehavior"),
        "signing_protocol":                  text("SigningProtocol"),
    },
)

ORIGIN_ACCESS_IDENTITY = ResourceType(
    name="aws_cloudfront_origin_access_identity",
    service="cloudfront",
    regional=False,
    list=Call(op="ListCloudFrontOriginAccessIdentities", take="CloudFrontOriginAccessIdentityList.Items"),
    id=text("Id"),
    label="comment",
    computed={"s3_canonical_user_id": text("S3CanonicalUserId")},
    attributes={"comment": text("Comment")},
)

KEY_GROUP = ResourceType(
    name="aws_cloudfront_key_group",
    service="cloudfront",
    regional=False,
    list=Call(op="ListKeyGroups", take="KeyGroupList.Items[].KeyGroup"),
    id=text("Id"),
    label="name",
    attributes={
        "name":    text("KeyGroupConfig.Name"),
        "comment": text("KeyGroupConfig.Comment"),
        "items":   set_of(values.text, "KeyGroupConfig.Items"),
    },
    refs=(Ref("items[]", to="aws_cloudfront_public_key"),),
)

PUBLIC_KEY = ResourceType(
    name="aws_cloudfront_public_key",
    service="cloudfront",
    regional=False,
    list=Call(op="ListPublicKeys", take="PublicKeyList.Items"),
    id=text("Id"),
    label="name",
    attributes={
        "name":        text("Name", assigned=True),
        "comment":     text("Comment"),
        "encoded_key": attr("EncodedKey", lambda v: str(v).strip() if v else None),
    },
    ignored={"name_prefix": "only read when the key is created"},
)
