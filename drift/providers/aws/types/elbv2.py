"""Elastic Load Balancing v2: application, network and gateway load balancers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.model.value import Value, as_block, as_tuple
from drift.normalize import values
from drift.provider import canonical, written
from drift.provider.kinds import attr, block, blocks, flag, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, ChangedBy, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"LoadBalancerNotFound", "ListenerNotFound", "TargetGroupNotFound", "RuleNotFound"})
OWNERS = (
    Owner("Tags.Tags[?Key == 'aws:eks:cluster-name']", "EKS"),
)


def tags_of(arn: str) -> Call:
    """The tags of twenty resources at once: no listing of elbv2 has them."""
    return Call(op="DescribeTags", take="TagDescriptions", into="Tags", batch=20, match="ResourceArn",
                bind={"ResourceArns": arn}, gone=GONE)


def key(name: str, section: str = "Attributes") -> str:
    """The path of one attribute of a load balancer, listener or target group."""
    return f'{section}."{name}"'


def logs(prefix: str) -> Attr:
    """Where logs go; a bucket means nothing while they are off, and the provider does not send it then."""
    return block("Attributes", {
        "bucket":  text(f'"{prefix}.bucket"'),
        "enabled": flag(f'"{prefix}.enabled"'),
        "prefix":  text(f'"{prefix}.prefix"'),
    }, same=both_off)


def both_off(want: Value, have: Value) -> bool:
    """Neither side has it enabled."""
    return not any(as_block(side).get("enabled") for side in (want, have))


def cross_zone(value: Any, instance: Raw) -> Value:
    """An application load balancer always balances across zones; Terraform suppresses the difference."""
    return instance.get("load_balancer_type") != "application" and values.boolean(value)


def same_addresses(want: Value, have: Value) -> bool:
    """Whether the subnets of both sides have the same addresses; which subnets there are, `subnets` tells."""
    there = {as_block(m)["subnet_id"]: m for m in as_tuple(have)}
    return all(m == there.get(as_block(m)["subnet_id"], m) for m in as_tuple(want))


LOAD_BALANCER = ResourceType(
    name="aws_lb",
    also_named=("aws_alb",),
    service="elbv2",
    list=Call(op="DescribeLoadBalancers", take="LoadBalancers"),
    describe=(
        tags_of("LoadBalancerArn"),
        # one call for each load balancer: these have no batch form
        Call(op="DescribeLoadBalancerAttributes", take="pairs(Attributes)", into="Attributes", gone=GONE,
             bind={"LoadBalancerArn": "LoadBalancerArn"}),
        Call(op="DescribeCapacityReservation", take="MinimumLoadBalancerCapacity", into="Capacity", gone=GONE,
             only_if="Type != 'gateway'", bind={"LoadBalancerArn": "LoadBalancerArn"},
             absent=frozenset({"InvalidAction", "OperationNotPermitted", "UnknownOperationException"})),
        Call(op="DescribeListeners", take="Listeners", into="Listeners", gone=GONE,
             bind={"LoadBalancerArn": "LoadBalancerArn"}),
    ),
    id=text("LoadBalancerArn"),
    label="name",
    computed={
        "arn":                                      text("LoadBalancerArn"),
        "dns_name":                                 attr("DNSName", values.dot_free),
        "vpc_id":                                   text("VpcId"),
    },
    attributes={
        "name":                                     text("LoadBalancerName", assigned=True),
        "load_balancer_type":                       text("Type", default="application"),
        "internal":                                 flag("Scheme == 'internal'", default=False),
        "ip_address_type":                          text("IpAddressType", default="ipv4"),
        "customer_owned_ipv4_pool":                 text("CustomerOwnedIpv4Pool"),
        "enforce_security_group_inbound_rules_on_private_link_traffic":
            text("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", default="on", same_for_all=True),
        "security_groups":                          set_of(values.text, "SecurityGroups", assigned=True),
        "subnets":                                  set_of(values.text, "AvailabilityZones[].SubnetId", assigned=True),
        "subnet_mapping":                           blocks("AvailabilityZones", {
            "subnet_id":            text("SubnetId"),
            "allocation_id":        text("LoadBalancerAddresses[-1].AllocationId"),
            "private_ipv4_address": text("LoadBalancerAddresses[-1].PrivateIPv4Address"),
            "ipv6_address":         text("LoadBalancerAddresses[-1].IPv6Address"),
        }, key=lambda m: m["subnet_id"], same=same_addresses, assigned=True),
        "ipam_pools":                               block("IpamPools", {"ipv4_ipam_pool_id": text("Ipv4IpamPoolId")}),
        "minimum_load_balancer_capacity":           block("Capacity", {"capacity_units": number("CapacityUnits")}),
        "access_logs":                              logs("access_logs.s3"),
        "connection_logs":                          logs("connection_logs.s3"),
        "client_keep_alive":                        number(key("client_keep_alive.seconds"), default=3600),
        "idle_timeout":                             number(key("idle_timeout.timeout_seconds"), default=60),
        "desync_mitigation_mode":                   text(key("routing.http.desync_mitigation_mode"), default="defensive"),
        "dns_record_client_routing_policy":
            text(key("dns_record.client_routing_policy"), default="any_availability_zone"),
        "drop_invalid_header_fields":               flag(key("routing.http.drop_invalid_header_fields.enabled")),
        "enable_cross_zone_load_balancing":
            flag(f"Type != 'application' && {key('load_balancing.cross_zone.enabled')}", from_state=cross_zone),
        "enable_deletion_protection":               flag(key("deletion_protection.enabled")),
        "enable_http2":                             flag(key("routing.http2.enabled"), default=True),
        "enable_tls_version_and_cipher_suite_headers":
            flag(key("routing.http.x_amzn_tls_version_and_cipher_suite.enabled")),
        "enable_waf_fail_open":                     flag(key("waf.fail_open.enabled")),
        "enable_xff_client_port":                   flag(key("routing.http.xff_client_port.enabled")),
        "enable_zonal_shift":                       flag(key("zonal_shift.config.enabled")),
        "preserve_host_header":                     flag(key("routing.http.preserve_host_header.enabled")),
        "xff_header_processing_mode":               text(key("routing.http.xff_header_processing.mode"), default="append"),
        "tags":                                     tags("Tags.Tags"),
    },
    ignored={"name_prefix": "only read when the load balancer is created"},
    refs=(
        Ref("security_groups[]", to="aws_security_group"),
        Ref("subnets[]", to="aws_subnet"),
        Ref("subnet_mapping[].allocation_id", to="aws_eip"),
        Ref("access_logs.bucket", to="aws_s3_bucket"),
        Ref("connection_logs.bucket", to="aws_s3_bucket"),
        Ref("vpc_id", to="aws_vpc"),
    ),
    owners=OWNERS,
)

STICKINESS = block("TargetGroupStickinessConfig", {
    "enabled":  flag("Enabled"),
    "duration": number("DurationSeconds", default=0),
}, same=both_off)
AUTHENTICATION = {
    "authentication_request_extra_params": mapping("AuthenticationRequestExtraParams"),
    "on_unauthenticated_request":          text("OnUnauthenticatedRequest", default="authenticate"),
    "scope":                               text("Scope", default="openid"),
    "session_cookie_name":                 text("SessionCookieName", default="AWSELBAuthSessionCookie"),
    "session_timeout":                     attr("SessionTimeout", lambda v: values.number(v) or 604800, default=604800),
}
WITH_ITS_SERVICE = (ChangedBy(who="what deploys its service", along=("aws_ecs_service", "load_balancer")),)
ACTION = {
    "type":  text("Type"),
    "order": number("Order", default=1),
    # a single target group may stand alone: AWS then answers with both forms, moto with this one
    "forward": block("ForwardConfig || (TargetGroupArn && {TargetGroups: [{TargetGroupArn: TargetGroupArn}]})", {
        "target_group": blocks("TargetGroups", {
            "arn":    text("TargetGroupArn"),
            "weight": number("Weight", default=1),
        }, key=lambda g: g["arn"], changed_by=WITH_ITS_SERVICE),
        "stickiness": STICKINESS,
    }),
    "redirect": block("RedirectConfig", {
        "host":        text("Host", default="#{host}"),
        "path":        text("Path", default="/#{path}"),
        "port":        text("Port", default="#{port}"),
        "protocol":    text("Protocol", default="#{protocol}"),
        "query":       text("Query", default="#{query}"),
        "status_code": text("StatusCode"),
    }),
    "fixed_response": block("FixedResponseConfig", {
        "content_type": text("ContentType"),
        "message_body": text("MessageBody"),
        "status_code":  text("StatusCode", assigned=True),
    }),
    "authenticate_cognito": block("AuthenticateCognitoConfig", {
        "user_pool_arn":       text("UserPoolArn"),
        "user_pool_client_id": text("UserPoolClientId"),
        "user_pool_domain":    text("UserPoolDomain"),
        **AUTHENTICATION,
    }),
    "authenticate_oidc": block("AuthenticateOidcConfig", {
        "authorization_endpoint": text("AuthorizationEndpoint"),
        "client_id":              text("ClientId"),
        "issuer":                 text("Issuer"),
        "token_endpoint":         text("TokenEndpoint"),
        "user_info_endpoint":     text("UserInfoEndpoint"),
        **AUTHENTICATION,
    }),
}


def actions(at: str) -> Attr:
    """What a listener or rule does, in order."""
    words = blocks(at, ACTION, key=lambda a: a["order"])
    return replace(
        words,
        from_state=lambda value, _: canonical.desired(words, _spelt_out(value), {}),
        written=lambda found, item: [_short(action) for action in written.value(words, found, item)],
    )


def _short(action: dict[str, Any]) -> dict[str, Any]:
    """One target group without stickiness is recorded as `target_group_arn`."""
    forward = action.get("forward") or {}
    groups = forward.get("target_group") or []
    if len(groups) != 1 or (forward.get("stickiness") or {}).get("enabled"):
        return action
    return {**action, "forward": None, "target_group_arn": groups[0]["arn"]}


def _spelt_out(value: Any) -> list[dict[str, Any]]:
    """One target group may be written as `target_group_arn`, as `forward`, or stand under both: AWS answers both."""
    out = []
    for position, action in enumerate(value or (), 1):
        forward, arn = action.get("forward"), action.get("target_group_arn")
        if arn and not forward:
            forward = [{"target_group": [{"arn": arn}]}]
        out.append({**action, "order": action.get("order") or position, "forward": forward})
    return out


def told_elsewhere(name: str) -> dict[str, str]:
    """What is not compared of the actions."""
    return {
        f"{name}.target_group_arn": "told as forward.target_group",
        f"{name}.authenticate_oidc.client_secret": "never returned by AWS",
    }


REQUEST_HEADERS = {
    "x_amzn_mtls_clientcert":               "X-Amzn-Mtls-Clientcert",
    "x_amzn_mtls_clientcert_issuer":        "X-Amzn-Mtls-Clientcert-Issuer",
    "x_amzn_mtls_clientcert_leaf":          "X-Amzn-Mtls-Clientcert-Leaf",
    "x_amzn_mtls_clientcert_serial_number": "X-Amzn-Mtls-Clientcert-Serial-Number",
    "x_amzn_mtls_clientcert_subject":       "X-Amzn-Mtls-Clientcert-Subject",
    "x_amzn_mtls_clientcert_validity":      "X-Amzn-Mtls-Clientcert-Validity",
    "x_amzn_tls_cipher_suite":              "X-Amzn-Tls-Cipher-Suite",
    "x_amzn_tls_version":                   "X-Amzn-Tls-Version",
}
"""Headers that a listener may rename, and what each is called where it does not."""
RESPONSE_HEADERS = (
    "access_control_allow_credentials", "access_control_allow_headers", "access_control_allow_methods",
    "access_control_allow_origin", "access_control_expose_headers", "access_control_max_age",
    "content_security_policy", "strict_transport_security", "x_content_type_options", "x_frame_options",
)

LISTENER = ResourceType(
    name="aws_lb_listener",
    also_named=("aws_alb_listener",),
    service="elbv2",
    list=Within("aws_lb", each="Listeners[]"),
    lookup=Call(op="DescribeListeners", take="Listeners", bind={"ListenerArns": "[id]"}, gone=GONE),
    describe=(
        tags_of("ListenerArn"),
        # one call for each listener: these have no batch form
        Call(op="DescribeListenerAttributes", take="pairs(Attributes)", into="Attributes", gone=GONE,
             bind={"ListenerArn": "ListenerArn"}),
        Call(op="DescribeListenerCertificates", take="Certificates", into="AllCertificates", gone=GONE,
             only_if="Certificates", bind={"ListenerArn": "ListenerArn"}),
        Call(op="DescribeRules", take="Rules", into="Rules", gone=GONE, bind={"ListenerArn": "ListenerArn"}),
    ),
    id=text("ListenerArn"),
    label="join(' ', [protocol || '', to_string(port)])",
    computed={"arn": text("ListenerArn")},
    attributes={
        "load_balancer_arn":        text("LoadBalancerArn"),
        "port":                     number("Port", default=0),
        "protocol":                 text("Protocol", default=""),
        "alpn_policy":              text("AlpnPolicy[0]", default="None"),
        "certificate_arn":          text("Certificates[0].CertificateArn"),
        "ssl_policy":               text("SslPolicy", assigned=True),
        "default_action":           actions("DefaultActions"),
        "mutual_authentication": block("MutualAuthentication", {
            "mode":                             text("Mode", default="off"),
            "trust_store_arn":                  text("TrustStoreArn"),
            "ignore_client_certificate_expiry": flag("IgnoreClientCertificateExpiry"),
            "advertise_trust_store_ca_names":   text("AdvertiseTrustStoreCaNames", default="off"),
        }, same_for_all=True),
        "tcp_idle_timeout_seconds": number(key("tcp.idle_timeout.seconds"), default=350),
        "routing_http_response_server_enabled": flag(key("routing.http.response.server.enabled"), default=True,
                                                     same_for_all=True),
        **{
            f"routing_http_request_{name}_header_name":
                text(key(f"routing.http.request.{name}.header_name"), default=default, same_for_all=True)
            for name, default in REQUEST_HEADERS.items()
        },
        **{
            f"routing_http_response_{name}_header_value":
                text(key(f"routing.http.response.{name}.header_value"), default="", same_for_all=True)
            for name in RESPONSE_HEADERS
        },
        "tags":                     tags("Tags.Tags"),
    },
    ignored=told_elsewhere("default_action"),
    parent=Parent("load_balancer_arn", to="aws_lb"),
    refs=(
        Ref("default_action[].forward.target_group[].arn", to="aws_lb_target_group"),
        Ref("certificate_arn", to="aws_acm_certificate", by="arn"),
    ),
    owners=OWNERS,
)


def listener_of(rule_arn: Any) -> str | None:
    """A rule's ARN is its listener's and one part more; AWS answers with no other name of the listener."""
    return str(rule_arn).replace(":listener-rule/", ":listener/").rsplit("/", 1)[0] if rule_arn else None


LISTENER_RULE = ResourceType(
    name="aws_lb_listener_rule",
    also_named=("aws_alb_listener_rule",),
    service="elbv2",
    list=Within("aws_lb_listener", each="Rules[?IsDefault != `true`]"),  # the default rule is the listener's own
    lookup=Call(op="DescribeRules", take="Rules", bind={"RuleArns": "[id]"}, gone=GONE),
    describe=(tags_of("RuleArn"),),
    id=text("RuleArn"),
    label="to_string(priority)",
    computed={"arn": text("RuleArn")},
    attributes={
        "listener_arn": attr("RuleArn", listener_of, from_state=lambda value, _: values.text(value)),
        "priority":     number("Priority", assigned=True),
        "action":       actions("Actions"),
        "condition": blocks("Conditions", {
            "host_header":         block("HostHeaderConfig", {"values": set_of(values.text, "Values")}),
            "path_pattern":        block("PathPatternConfig", {"values": set_of(values.text, "Values")}),
            "http_request_method": block("HttpRequestMethodConfig", {"values": set_of(values.text, "Values")}),
            "source_ip":           block("SourceIpConfig", {"values": set_of(values.text, "Values")}),
            "http_header": block("HttpHeaderConfig", {
                "http_header_name": text("HttpHeaderName"),
                "values":           set_of(values.text, "Values"),
            }),
            "query_string": blocks("QueryStringConfig.Values", {"key": text("Key"), "value": text("Value")}),
        }),
        "tags":         tags("Tags.Tags"),
    },
    ignored=told_elsewhere("action"),
    parent=Parent("listener_arn", to="aws_lb_listener"),
    refs=(Ref("action[].forward.target_group[].arn", to="aws_lb_target_group"),),
    owners=OWNERS,
)

LISTENER_CERTIFICATE = ResourceType(
    name="aws_lb_listener_certificate",
    service="elbv2",
    # the default certificate is the listener's own attribute
    list=Within("aws_lb_listener", each="AllCertificates[?IsDefault != `true`]"),
    lookup=Call(op="DescribeListenerCertificates", take="Certificates[?IsDefault != `true`]",
              bind={"ListenerArn": "listener_arn"}, gone=GONE),
    id=text("join('_', [ListenerArn || parent.ListenerArn, CertificateArn])"),
    label="certificate_arn",
    attributes={
        "listener_arn":    text("ListenerArn || parent.ListenerArn"),
        "certificate_arn": text("CertificateArn"),
    },
    parent=Parent("listener_arn", to="aws_lb_listener"),
    refs=(Ref("certificate_arn", to="aws_acm_certificate", by="arn"),),
)


def duration(value: Any, _: Raw = {}) -> Value:  # noqa: B006 - never written
    """The life of a cookie: a day, where the provider records 0 for a stickiness that has none."""
    return values.number(value) or 86400


HEALTH = "target_group_health"
OF_APP_COOKIE = '("stickiness.type" == \'app_cookie\' && "stickiness.app_cookie.duration_seconds")'

TARGET_GROUP = ResourceType(
    name="aws_lb_target_group",
    also_named=("aws_alb_target_group",),
    service="elbv2",
    list=Call(op="DescribeTargetGroups", take="TargetGroups"),
    describe=(
        tags_of("TargetGroupArn"),
        # one call for each target group: these have no batch form
        Call(op="DescribeTargetGroupAttributes", take="pairs(Attributes)", into="Attributes", gone=GONE,
             bind={"TargetGroupArn": "TargetGroupArn"}),
        Call(op="DescribeTargetHealth", take="TargetHealthDescriptions", into="Targets", gone=GONE,
             bind={"TargetGroupArn": "TargetGroupArn"}),
    ),
    id=text("TargetGroupArn"),
    label="name",
    computed={"arn": text("TargetGroupArn")},
    attributes={
        "name":                               text("TargetGroupName", assigned=True),
        "target_type":                        text("TargetType", default="instance"),
        "ip_address_type":                    text("IpAddressType", default="ipv4"),
        "port":                               number("Port", default=0),
        "protocol":                           text("Protocol"),
        "protocol_version":                   text("ProtocolVersion", assigned=True),
        "vpc_id":                             text("VpcId"),
        "connection_termination":
            flag(key("deregistration_delay.connection_termination.enabled"), default=False),
        "deregistration_delay":               number(key("deregistration_delay.timeout_seconds"), default=300),
        "lambda_multi_value_headers_enabled": flag(key("lambda.multi_value_headers.enabled")),
        "load_balancing_algorithm_type":      text(key("load_balancing.algorithm.type"), default="round_robin"),
        "load_balancing_anomaly_mitigation":  text(key("load_balancing.algorithm.anomaly_mitigation"), default="off"),
        "load_balancing_cross_zone_enabled":
            text(key("load_balancing.cross_zone.enabled"), default="use_load_balancer_configuration"),
        "preserve_client_ip":                 text(key("preserve_client_ip.enabled"), assigned=True),
        "proxy_protocol_v2":                  flag(key("proxy_protocol_v2.enabled")),
        "slow_start":                         number(key("slow_start.duration_seconds"), default=0),
        "stickiness": block("Attributes", {
            "enabled":         flag('"stickiness.enabled"'),
            "type":            text('"stickiness.type"'),
            "cookie_duration": attr(f'{OF_APP_COOKIE} || "stickiness.lb_cookie.duration_seconds"', duration,
                                    from_state=duration),
            "cookie_name":     text('"stickiness.app_cookie.cookie_name"'),
        }, same=both_off, initial=lambda have, _account: not as_block(have).get("enabled")),
        "health_check": block("@", {
            "enabled":             flag("HealthCheckEnabled", default=True),
            "healthy_threshold":   number("HealthyThresholdCount"),
            "unhealthy_threshold": number("UnhealthyThresholdCount"),
            "interval":            number("HealthCheckIntervalSeconds"),
            "timeout":             number("HealthCheckTimeoutSeconds", assigned=True),
            "matcher":             text("Matcher.HttpCode || Matcher.GrpcCode", assigned=True),
            "path":                text("HealthCheckPath", assigned=True),
            "port":                text("HealthCheckPort", default="traffic-port"),
            "protocol":            text("HealthCheckProtocol"),
        }, assigned=True),
        "target_failover": block("Attributes", {
            "on_deregistration": text('"target_failover.on_deregistration"', default="no_rebalance"),
            "on_unhealthy":      text('"target_failover.on_unhealthy"', default="no_rebalance"),
        }),
        "target_health_state": block("Attributes", {
            "enable_unhealthy_connection_termination":
                flag('"target_health_state.unhealthy.connection_termination.enabled"', default=True),
            "unhealthy_draining_interval":
                number('"target_health_state.unhealthy.draining_interval_seconds"', default=0),
        }),
        "target_group_health": block("Attributes", {
            "dns_failover": block("@", {
                "minimum_healthy_targets_count":
                    text(f'"{HEALTH}.dns_failover.minimum_healthy_targets.count"', default="1"),
                "minimum_healthy_targets_percentage":
                    text(f'"{HEALTH}.dns_failover.minimum_healthy_targets.percentage"', default="off"),
            }),
            "unhealthy_state_routing": block("@", {
                "minimum_healthy_targets_count":
                    number(f'"{HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count"', default=1),
                "minimum_healthy_targets_percentage":
                    text(f'"{HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage"', default="off"),
            }),
        }),
        "tags":                               tags("Tags.Tags"),
    },
    ignored={"name_prefix": "only read when the target group is created"},
    refs=(Ref("vpc_id", to="aws_vpc"),),
    owners=OWNERS,
)


def target(value: Any) -> str | None:
    """Group, target and port; the port of the group itself is what AWS fills in where none is given."""
    port = "" if value["port"] == value["usual"] else value["port"] or ""
    return f"{value['group']} {value['target']} {port}".rstrip()


def target_in_state(_: Any, instance: Raw) -> str:
    """The same of a recorded attachment, whose own id is a random one."""
    return f"{instance.get('target_group_arn')} {instance.get('target_id')} {instance.get('port') or ''}".rstrip()


TARGET_GROUP_ATTACHMENT = ResourceType(
    name="aws_lb_target_group_attachment",
    importable=False,
    also_named=("aws_alb_target_group_attachment",),
    service="elbv2",
    # a target that is being deregistered is gone as far as anybody's intent goes
    list=Within("aws_lb_target_group", each="Targets[?TargetHealth.State != 'draining']"),
    id=attr("{group: parent.TargetGroupArn, usual: parent.Port, target: Target.Id, port: Target.Port}", target,
            from_state=target_in_state),
    alternate_identity="join(' ', [target_group_arn, target_id])",
    label="target_id",
    attributes={
        "target_group_arn":  text("parent.TargetGroupArn"),
        "target_id":         text("Target.Id"),
        "port":              number("Target.Port", assigned=True),
        "availability_zone": text("Target.AvailabilityZone", assigned=True),
    },
    parent=Parent("target_group_arn", to="aws_lb_target_group", filled_by_others=True),
    refs=(Ref("target_id", to="aws_instance"), Ref("target_id", to="aws_lambda_function", by="arn")),
    owners=(Ref("target_id", to="aws_instance"),),  # Auto Scaling registers its own instances
)

