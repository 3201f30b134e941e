"""Amazon EC2: AWS Client VPN."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, cidr, flag, list_of, number, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

ENDPOINT = ResourceType(
    name="aws_ec2_client_vpn_endpoint",
    service="ec2",
    list=Call(op="DescribeClientVpnEndpoints", take="ClientVpnEndpoints"),
    id=text("ClientVpnEndpointId"),
    exists="!contains(['deleted', 'deleting'], Status.Code)",
    computed={
        "arn":      text("join('', ['arn:', here.partition, ':ec2:', here.region, ':', here.account, "
                         "':client-vpn-endpoint/', ClientVpnEndpointId])"),
        "dns_name": text("DnsName"),
    },
    attributes={
        "client_cidr_block":             cidr("ClientCidrBlock"),
        "description":                   text("Description"),
        "disconnect_on_session_timeout": flag("DisconnectOnSessionTimeout", assigned=True),
        "dns_servers":                   list_of(values.text, "DnsServers"),
        # both as the networks have it that are associated later, unless somebody says
        "security_group_ids":            set_of(values.text, "SecurityGroupIds", assigned=True),
        "vpc_id":                        text("VpcId", assigned=True),
        "self_service_portal":           text("SelfServicePortalUrl && 'enabled' || 'disabled'", default="disabled"),
        "server_certificate_arn":        text("ServerCertificateArn"),
        "session_timeout_hours":         number("SessionTimeoutHours", default=24),
        "split_tunnel":                  flag("SplitTunnel", default=False),
        "transport_protocol":            text("TransportProtocol", default="udp"),
        "vpn_port":                      number("VpnPort", default=443),
        "authentication_options":        blocks("AuthenticationOptions", {
            "type":                           text("Type"),
            "active_directory_id":            text("ActiveDirectory.DirectoryId"),
            "root_certificate_chain_arn":     text("MutualAuthentication.ClientRootCertificateChain"),
            "saml_provider_arn":              text("FederatedAuthentication.SamlProviderArn"),
            "self_service_saml_provider_arn": text("FederatedAuthentication.SelfServiceSamlProviderArn"),
        }, key=lambda o: o.get("type")),
        "client_connect_options":        block("ClientConnectOptions", {
            "enabled":             flag("Enabled", default=False),
            "lambda_function_arn": text("LambdaFunctionArn", assigned=True),
        }, assigned=True),
        "client_login_banner_options":   block("ClientLoginBannerOptions", {
            "enabled":     flag("Enabled", default=False),
            "banner_text": text("BannerText", assigned=True),
        }, assigned=True),
        "client_route_enforcement_options": block("ClientRouteEnforcementOptions", {
            "enforced": flag("Enforced", default=False),
        }, assigned=True),
        "connection_log_options":        block("ConnectionLogOptions", {
            "enabled":               flag("Enabled", default=False),
            "cloudwatch_log_group":  text("CloudwatchLogGroup"),
            "cloudwatch_log_stream": text("CloudwatchLogStream", assigned=True),
        }),
        "tags":                          tags("Tags"),
    },
    refs=(
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("vpc_id", to="aws_vpc"),
        Ref("server_certificate_arn", to="aws_acm_certificate", by="arn"),
        Ref("authentication_options[].root_certificate_chain_arn", to="aws_acm_certificate", by="arn"),
        Ref("client_connect_options.lambda_function_arn", to="aws_lambda_function", by="arn"),
        Ref("connection_log_options.cloudwatch_log_group", to="aws_cloudwatch_log_group", by="name"),
    ),
)
