"""AWS Transfer Family."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import tags
from drift.providers.aws.normalize import names
from drift.providers.aws.types.rds import INSTRUCTION


def workflow(at: str) -> Attr:
    """What happens to a file afterwards."""
    return block(at, {"execution_role": text("ExecutionRole"), "workflow_id": text("WorkflowId")})


SERVER = ResourceType(
    name="aws_transfer_server",
    service="transfer",
    list=Call(op="ListServers", take="Servers"),
    describe=(
        # one call for each server: the listing tells the least
        Call(op="DescribeServer", take="Server", into="Server", bind={"ServerId": "ServerId"},
             gone=frozenset({"ResourceNotFoundException"})),
        # the server does not tell the security groups of its endpoint
        Call(op="DescribeVpcEndpoints", service="ec2", take="VpcEndpoints", into="Endpoint", batch=50,
             only_if="Server.EndpointDetails.VpcEndpointId",
             bind={"VpcEndpointIds": "Server.EndpointDetails.VpcEndpointId"}, match="VpcEndpointId",
             absent=frozenset({"InvalidVpcEndpointId.NotFound"}), retry_singly=frozenset({"InvalidVpcEndpointId.NotFound"})),
        # a server keeps no users where another service knows them
        Call(op="ListUsers", take="Users", into="Users", bind={"ServerId": "ServerId"},
             gone=frozenset({"ResourceNotFoundException"}), absent=frozenset({"InvalidRequestException"})),
    ),
    id=text("ServerId"),
    computed={"arn": text("Arn")},
    attributes={
        "certificate":                     text("Server.Certificate"),
        "directory_id":                    text("Server.IdentityProviderDetails.DirectoryId"),
        "domain":                          text("Domain", default="S3"),
        "endpoint_type":                   text("EndpointType", default="PUBLIC"),
        "function":                        text("Server.IdentityProviderDetails.Function"),
        "identity_provider_type":          text("IdentityProviderType", default="SERVICE_MANAGED"),
        "invocation_role":                 text("Server.IdentityProviderDetails.InvocationRole"),
        "logging_role":                    text("LoggingRole"),
        "post_authentication_login_banner": text("Server.PostAuthenticationLoginBanner", sensitive=True),
        "pre_authentication_login_banner": text("Server.PreAuthenticationLoginBanner", sensitive=True),
        "protocols":                       set_of(values.text, "Server.Protocols", assigned=True),
        "security_policy_name":            text("Server.SecurityPolicyName", default="TransferSecurityPolicy-2018-11"),
        "sftp_authentication_methods":     text("Server.IdentityProviderDetails.SftpAuthenticationMethods",
                                                assigned=True),
        "structured_log_destinations":     set_of(names.group_arn, "Server.StructuredLogDestinations"),
        "url":                             text("Server.IdentityProviderDetails.Url"),
        "endpoint_details":                block("Server.EndpointDetails && "
                                                 "{details: Server.EndpointDetails, groups: Endpoint.Groups}", {
            "address_allocation_ids": set_of(values.text, "details.AddressAllocationIds"),
            "security_group_ids":     set_of(values.text, "groups[].GroupId", assigned=True),
            "subnet_ids":             set_of(values.text, "details.SubnetIds"),
            "vpc_endpoint_id":        text("details.VpcEndpointId", assigned=True),
            "vpc_id":                 text("details.VpcId"),
        }),
        "protocol_details":                block("Server.ProtocolDetails", {
            "as2_transports":              set_of(values.text, "As2Transports", assigned=True),
            "passive_ip":                  text("PassiveIp", assigned=True),
            "set_stat_option":             text("SetStatOption", assigned=True),
            "tls_session_resumption_mode": text("TlsSessionResumptionMode", assigned=True),
        }, assigned=True),
        "s3_storage_options":              block("Server.S3StorageOptions", {
            "directory_listing_optimization": text("DirectoryListingOptimization", assigned=True),
        }, assigned=True),
        "workflow_details":                block("Server.WorkflowDetails", {
            "on_partial_upload": workflow("OnPartialUpload[0]"),
            "on_upload":         workflow("OnUpload[0]"),
        }),
        "tags":                            tags("Server.Tags"),
    },
    ignored={"force_destroy": INSTRUCTION, "host_key": "never returned by AWS"},
    refs=(
        Ref("certificate", to="aws_acm_certificate", by="arn"),
        Ref("function", to="aws_lambda_function", by="arn"),
        Ref("invocation_role", to="aws_iam_role", by="arn"),
        Ref("logging_role", to="aws_iam_role", by="arn"),
        Ref("structured_log_destinations[]", to="aws_cloudwatch_log_group", by="arn"),
        Ref("endpoint_details.address_allocation_ids[]", to="aws_eip"),
        Ref("endpoint_details.security_group_ids[]", to="aws_security_group"),
        Ref("endpoint_details.subnet_ids[]", to="aws_subnet"),
        Ref("endpoint_details.vpc_endpoint_id", to="aws_vpc_endpoint"),
        Ref("endpoint_details.vpc_id", to="aws_vpc"),
    ),
)
