"""Values of columns that take more than a line: as the API has them, out of drift's form."""

from __future__ import annotations

from typing import Final

from drift.providers.aws.tables.words import (
    block_of,
    each_of,
    map_of,
    members_of,
    of_p,
    others,
    policy_of,
    text_at,
)


def _one(path: str, **members: str) -> str:
    """A list of the one peer that a rule has, if it is of this kind."""
    inside = ", ".join(f"'{name}', p -> '$.{at}'" for name, at in members.items())
    return (
        f"case when json_type(p -> '$.{path}') = 'VARCHAR' then json_array(json_object({inside})) else json_array() end"
    )


def permissions(side: str) -> str:
    """Rules as EC2 has them: drift keeps one for each peer, so each has one range, prefix list or group."""
    permission = (
        "json_object('IpProtocol', p -> '$.protocol', 'FromPort', p -> '$.from_port', 'ToPort', p -> '$.to_port', "
        f"'IpRanges', {_one('cidr_ipv4', CidrIp='cidr_ipv4', Description='description')}, "
        f"'Ipv6Ranges', {_one('cidr_ipv6', CidrIpv6='cidr_ipv6', Description='description')}, "
        f"'PrefixListIds', {_one('prefix_list_id', PrefixListId='prefix_list_id', Description='description')}, "
        f"'UserIdGroupPairs', {_one('security_group', GroupId='security_group', Description='description')})"
    )
    each = f"to_json(list_transform(json_extract(attributes, '$.{side}[*]'), lambda p: {permission}))"
    return f"case when json_type(attributes -> '$.{side}') = 'ARRAY' then {each} end"


LOGGED = ("vpc_id", "subnet_id", "eni_id", "transit_gateway_id", "transit_gateway_attachment_id")
"""What a flow log is of, in Terraform's arguments; the API has one member for it."""

_OWN_POLICY = f"""json_object('PolicyName', e -> '$.name', 'PolicyDocument', {policy_of("(e -> '$.policy')")})"""


def held(whose: str, prefix: str) -> dict[str, str]:
    """What an identity holds: the policies attached to it, and its own."""
    told = others(members_of("p.attributes", name="name", policy="policy"), f"{prefix}_policy", f"{of_p(whose)} = r.id")
    inline = f"to_json(list_transform(json_extract({told}, '$[*]'), lambda e: {_OWN_POLICY}))"
    return {
        "attached_policy_arns": others(
            of_p("policy_arn"), f"{prefix}_policy_attachment", f"{of_p(whose)} = r.id"
        ),
        "inline_policies": inline,
        "inline_policies_std": inline,
    }  # fmt: skip


INLINE_OF_ROLE = (
    f"case when json_array_length(attributes -> '$.inline_policy') > 0 then {each_of('inline_policy', _OWN_POLICY)} end"
)
ATTACHED = (
    "exists (select 1 from current p where p.side = 'actual' and p.account = r.account and ((p.type in "
    "('aws_iam_user_policy_attachment', 'aws_iam_group_policy_attachment', 'aws_iam_role_policy_attachment') "
    f"and {of_p('policy_arn')} = r.id) or (p.type = 'aws_iam_role' "
    "and json_contains(p.attributes -> '$.managed_policy_arns', to_json(r.id)))))"
)
GROUP = (
    "(select to_json(list(json_object('GroupId', p.id, 'GroupName', p.attributes -> '$.name'))) from current p "
    "where p.side = 'actual' and p.type = 'aws_security_group' and p.account = r.account "
    "and json_contains(r.attributes -> '$.{path}', to_json(p.id)))"
)
ROUTE = members_of(
    DestinationCidrBlock="cidr_block", DestinationIpv6CidrBlock="ipv6_cidr_block",
    DestinationPrefixListId="destination_prefix_list_id", GatewayId="gateway_id", NatGatewayId="nat_gateway_id",
    EgressOnlyInternetGatewayId="egress_only_gateway_id", NetworkInterfaceId="network_interface_id",
    TransitGatewayId="transit_gateway_id", VpcPeeringConnectionId="vpc_peering_connection_id",
    CarrierGatewayId="carrier_gateway_id", LocalGatewayId="local_gateway_id", CoreNetworkArn="core_network_arn",
)  # fmt: skip


def entries(side: str) -> str:
    """The rules of a network ACL of one direction, with the last one, which every ACL has."""
    one = (
        "json_object('CidrBlock', e -> '$.cidr_block', 'Ipv6CidrBlock', e -> '$.ipv6_cidr_block', "
        f"'Egress', {'true' if side == 'egress' else 'false'}, 'Protocol', e -> '$.protocol', "
        "'RuleAction', e -> '$.action', 'RuleNumber', e -> '$.rule_no', 'PortRange', "
        "case when e ->> '$.protocol' in ('6', '17') "
        "then json_object('From', e -> '$.from_port', 'To', e -> '$.to_port') end, "
        "'IcmpTypeCode', case when e ->> '$.protocol' in ('1', '58') "
        "then json_object('Code', e -> '$.icmp_code', 'Type', e -> '$.icmp_type') end)"
    )
    last = (
        f"json_object('CidrBlock', '0.0.0.0/0', 'Egress', {'true' if side == 'egress' else 'false'}, "
        "'Protocol', '-1', 'RuleAction', 'deny', 'RuleNumber', 32767)"
    )
    return f"list_append(list_transform(json_extract(attributes, '$.{side}[*]'), lambda e: {one}), {last})"


PROFILE = f"p.id = r.{text_at('iam_instance_profile')}"
RESULTS = "configuration.result_configuration.encryption_configuration"
_EXPIRATION = members_of(
    Days="expiration.days", Date="expiration.date", ExpiredObjectDeleteMarker="expiration.expired_object_delete_marker"
)
LIFECYCLE = (
    "json_object('ID', e -> '$.id', 'Status', case when try_cast(e ->> '$.enabled' as boolean) then 'Enabled' "
    "else 'Disabled' end, 'Prefix', e -> '$.prefix', 'Expiration', case when json_type(e -> '$.expiration') = 'OBJECT' "
    f"then {_EXPIRATION} end, "
    "'NoncurrentVersionExpiration', case when json_type(e -> '$.noncurrent_version_expiration') = 'OBJECT' "
    f"then {members_of(NoncurrentDays='noncurrent_version_expiration.days')} end, "
    "'Transitions', list_transform(json_extract(e, '$.transition[*]'), "
    f"lambda t: {members_of('t', Days='days', Date='date', StorageClass='storage_class')}), "
    "'AbortIncompleteMultipartUpload', case when (e ->> '$.abort_incomplete_multipart_upload_days')::int > 0 "
    f"then {members_of(DaysAfterInitiation='abort_incomplete_multipart_upload_days')} end)"
)
GRANTS = (
    "case when json_type(attributes -> '$.grant') = 'ARRAY' then json_object('Grants', flatten(list_transform("
    "json_extract(attributes, '$.grant[*]'), lambda g: list_transform(json_extract_string(g, '$.permissions[*]'), "
    "lambda p: json_object('Grantee', json_object('ID', nullif(g ->> '$.id', ''), 'Type', g -> '$.type', "
    "'URI', nullif(g ->> '$.uri', '')), 'Permission', p))))) end"
)

OF_METHOD: Final = {
    "".join(word.capitalize() for word in name.split("_")): name
    for name in (
        "cache_data_encrypted", "cache_ttl_in_seconds", "caching_enabled", "data_trace_enabled", "logging_level",
        "metrics_enabled", "require_authorization_for_cache_control", "throttling_burst_limit", "throttling_rate_limit",
        "unauthorized_cache_control_header_strategy",
    )
}  # fmt: skip
_TUNNEL: Final = {
    "TunnelInsideCidr": "inside_cidr", "TunnelInsideIpv6Cidr": "inside_ipv6_cidr",
    "DpdTimeoutAction": "dpd_timeout_action", "DpdTimeoutSeconds": "dpd_timeout_seconds",
    "Phase1LifetimeSeconds": "phase1_lifetime_seconds", "Phase2LifetimeSeconds": "phase2_lifetime_seconds",
    "RekeyMarginTimeSeconds": "rekey_margin_time_seconds", "RekeyFuzzPercentage": "rekey_fuzz_percentage",
    "ReplayWindowSize": "replay_window_size", "StartupAction": "startup_action",
    "EnableTunnelLifecycleControl": "enable_tunnel_lifecycle_control",
}  # fmt: skip


def tunnel(number: int) -> str:
    """One of the two tunnels of a connection."""
    members = "".join(f"'{name}', attributes -> '$.tunnel{number}_{at}', " for name, at in _TUNNEL.items())
    log = f"tunnel{number}_log_options.cloudwatch_log_options"
    told = block_of(log, LogEnabled="log_enabled", LogGroupArn="log_group_arn", LogOutputFormat="log_output_format")
    return f"json_object({members}'LogOptions', json_object('CloudWatchLogOptions', {told}))"


CONTAINER = (
    "json_object("
    + ", ".join(
        f"'{name[0].upper()}{name[1:]}', e -> '$.{name}'"
        for name in (
            "name", "image", "cpu", "memory", "memoryReservation", "essential", "privileged", "readonlyRootFilesystem",
            "user", "workingDirectory", "command", "entryPoint", "interactive", "pseudoTerminal", "disableNetworking",
            "hostname", "links", "dnsServers", "dockerLabels", "dockerSecurityOptions", "startTimeout", "stopTimeout",
        )
    )
    + "".join(
        f", '{outer}', case when json_type(e -> '$.{at}') = 'ARRAY' then to_json(list_transform(json_extract(e, "
        f"'$.{at}[*]'), lambda m: {members_of('m', **inner)})) end"
        for outer, at, inner in (
            ("Environment", "environment", {"Name": "name", "Value": "value"}),
            ("EnvironmentFiles", "environmentFiles", {"Type": "type", "Value": "value"}),
            ("Secrets", "secrets", {"Name": "name", "ValueFrom": "valueFrom"}),
            ("DependsOn", "dependsOn", {"Condition": "condition", "ContainerName": "containerName"}),
            ("MountPoints", "mountPoints",
             {"ContainerPath": "containerPath", "ReadOnly": "readOnly", "SourceVolume": "sourceVolume"}),
            ("PortMappings", "portMappings",
             {"ContainerPort": "containerPort", "HostPort": "hostPort", "Protocol": "protocol", "Name": "name"}),
            ("Ulimits", "ulimits", {"Name": "name", "HardLimit": "hardLimit", "SoftLimit": "softLimit"}),
        )
    )
    + ", 'LogConfiguration', case when json_type(e -> '$.logConfiguration') = 'OBJECT' then "
    + members_of("(e -> '$.logConfiguration')", LogDriver="logDriver", Options="options")
    + " end, 'HealthCheck', case when json_type(e -> '$.healthCheck') = 'OBJECT' then "
    + members_of("(e -> '$.healthCheck')", Command="command", Interval="interval", Retries="retries",
               StartPeriod="startPeriod", Timeout="timeout")
    + " end)"
)  # fmt: skip
"""A container of a task definition: drift has them by name."""
DEVICE = (
    "json_object('DeviceName', e -> '$.device_name', 'Ebs', "
    + members_of(DeleteOnTermination="delete_on_termination", Encrypted="encrypted", Iops="iops",
               SnapshotId="snapshot_id", Throughput="throughput", VolumeSize="volume_size", VolumeType="volume_type")
    + ")"
)  # fmt: skip
SHARED = (
    "case when json_type(attributes -> '$.shared_accounts') = 'ARRAY' then json_array(json_object("
    "'AttributeName', 'restore', 'AttributeValues', attributes -> '$.shared_accounts')) end"
)
"""Who may restore a snapshot: it is the one attribute that a snapshot has."""
_NOTIFIED = {"Id": "id", "Events": "events"}


def _notified(member: str, path: str, arn: str) -> str:
    """One kind of notification of a bucket; NULL where there is none, as S3 leaves it out."""
    each = members_of(**{**_NOTIFIED, arn: {"lambda_function": "lambda_function_arn"}.get(path, f"{path}_arn")})
    return (
        f"'{member}', case when json_array_length(p.attributes -> '$.{path}') > 0 then to_json(list_transform("
        f"json_extract(p.attributes, '$.{path}[*]'), lambda e: {each})) end"
    )


NOTIFICATIONS = ", ".join((
    ("'EventBridgeConfiguration', case when try_cast(p.attributes ->> '$.eventbridge' as boolean) "
    "then json_object() end"),
    _notified("LambdaFunctionConfigurations", "lambda_function", "LambdaFunctionArn"),
    _notified("QueueConfigurations", "queue", "QueueArn"),
    _notified("TopicConfigurations", "topic", "TopicArn"),
))  # fmt: skip
LOGS_OF_SEARCH = map_of(
    "log_publishing_options", "log_type",
    members_of(CloudWatchLogsLogGroupArn="cloudwatch_log_group_arn", Enabled="enabled"),
)  # fmt: skip
VPC_OF_SEARCH = (
    "case when json_type(attributes -> '$.vpc_options') = 'OBJECT' then json_object('VPCId', attributes -> '$.vpc_id', "
    "'SubnetIds', attributes -> '$.vpc_options.subnet_ids', "
    "'SecurityGroupIds', attributes -> '$.vpc_options.security_group_ids') end"
)
METRICS_OF_WAF = block_of(
    "visibility_config", CloudWatchMetricsEnabled="cloudwatch_metrics_enabled", MetricName="metric_name",
    SampledRequestsEnabled="sampled_requests_enabled",
)  # fmt: skip
