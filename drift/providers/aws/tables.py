"""The tables under which Steampipe's users know the types of AWS, where that is not Terraform's name, and the columns
whose name or form follows from neither the API nor Terraform. All others follow from the catalogue
(`drift.history.shapes`)."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Final

from drift.normalize.values import Canon
from drift.provider.contract import Table
from drift.providers.aws.normalize.policy import policy_document

_SAME: Final[Mapping[str, str]] = {
    "aws_backup_report_plan": "aws_backup_report_plan",
    "aws_cloudtrail_trail": "aws_cloudtrail",
    "aws_cloudwatch_alarm": "aws_cloudwatch_metric_alarm",
    "aws_api_gatewayv2_api": "aws_apigatewayv2_api",
    "aws_api_gatewayv2_route": "aws_apigatewayv2_route",
    "aws_api_gatewayv2_stage": "aws_apigatewayv2_stage",
    "aws_ec2_ami": "aws_ami",
    "aws_ec2_autoscaling_group": "aws_autoscaling_group",
    "aws_ec2_classic_load_balancer": "aws_elb",
    "aws_ec2_instance": "aws_instance",
    "aws_ec2_key_pair": "aws_key_pair",
    "aws_ec2_launch_configuration": "aws_launch_configuration",
    "aws_ec2_launch_template": "aws_launch_template",
    "aws_ec2_load_balancer_listener": "aws_lb_listener",
    "aws_ec2_network_interface": "aws_network_interface",
    "aws_ec2_target_group": "aws_lb_target_group",
    "aws_elastic_beanstalk_environment": "aws_elastic_beanstalk_environment",
    "aws_eventbridge_bus": "aws_cloudwatch_event_bus",
    "aws_eventbridge_rule": "aws_cloudwatch_event_rule",
    "aws_glacier_vault": "aws_glacier_vault",
    "aws_mskconnect_connector": "aws_mskconnect_connector",
    "aws_neptune_db_cluster": "aws_neptune_cluster",
    "aws_rds_db_cluster": "aws_rds_cluster",
    "aws_rds_db_cluster_parameter_group": "aws_rds_cluster_parameter_group",
    "aws_rds_db_cluster_snapshot": "aws_db_cluster_snapshot",
    "aws_neptune_db_cluster_snapshot": "aws_neptune_cluster_snapshot",
    "aws_rds_db_event_subscription": "aws_db_event_subscription",
    "aws_rds_db_instance": "aws_db_instance",
    "aws_rds_db_option_group": "aws_db_option_group",
    "aws_rds_db_parameter_group": "aws_db_parameter_group",
    "aws_rds_db_proxy": "aws_db_proxy",
    "aws_rds_db_snapshot": "aws_db_snapshot",
    "aws_rds_db_subnet_group": "aws_db_subnet_group",
    "aws_vpc_dhcp_options": "aws_vpc_dhcp_options",
    "aws_vpc_egress_only_internet_gateway": "aws_egress_only_internet_gateway",
    "aws_vpc_eip": "aws_eip",
    "aws_vpc_flow_log": "aws_flow_log",
    "aws_vpc_internet_gateway": "aws_internet_gateway",
    "aws_vpc_nat_gateway": "aws_nat_gateway",
    "aws_vpc_network_acl": "aws_network_acl",
    "aws_vpc_route": "aws_route",
    "aws_vpc_route_table": "aws_route_table",
    "aws_vpc_security_group": "aws_security_group",
    "aws_vpc_subnet": "aws_subnet",
    "aws_vpc_vpn_connection": "aws_vpn_connection",
    "aws_vpc_vpn_gateway": "aws_vpn_gateway",
    "aws_fsx_file_system": "aws_fsx_lustre_file_system",
    "aws_s3_account_settings": "aws_s3_account_public_access_block",
    "aws_securityhub_hub": "aws_securityhub_account",
    "aws_emr_cluster": "aws_emr_cluster",
}
"""Table -> the type it is of, if the catalogue has it."""


def _text(path: str) -> str:
    return f"attributes ->> '$.{path}'"


def _flag(path: str) -> str:
    return f"try_cast({_text(path)} as boolean)"


def _one(path: str, **members: str) -> str:
    """A list of the one peer that a rule has, if it is of this kind."""
    inside = ", ".join(f"'{name}', p -> '$.{at}'" for name, at in members.items())
    return (
        f"case when json_type(p -> '$.{path}') = 'VARCHAR' then json_array(json_object({inside})) else json_array() end"
    )


def _permissions(side: str) -> str:
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


_LOGGED = ("vpc_id", "subnet_id", "eni_id", "transit_gateway_id", "transit_gateway_attachment_id")
"""What a flow log is of, in Terraform's arguments; the API has one member for it."""

_OF_ACCOUNT: Final = (
    "select account as id, account, 'global' as region, null::varchar as arn, account as name, null::json as tags, "
    "[]::varchar[] as not_collected, '' as verdict, null::varchar as address, scan, started_at "
    "from account join latest using (scan) "
    "qualify row_number() over (partition by account order by started_at desc) = 1"
)
"""The accounts that were looked at, as rows."""
_OF_REGIONS: Final = (
    "select * exclude (region, id, name), r as region, r as id, r as name "
    f"from (select a.*, unnest(l.regions) as r from ({_OF_ACCOUNT}) a join latest l using (scan))"
)
"""Their regions."""


_OPERATORS: Final = (
    *(f"String{n}" for n in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")),
    *(f"Numeric{n}" for n in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")),
    *(f"Date{n}" for n in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")),
    *(f"Arn{n}" for n in ("Equals", "NotEquals", "Like", "NotLike")),
    "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null",
)  # fmt: skip
"""The condition operators of a policy (IAM User Guide, "Condition operators"). drift's form has them in lower case."""


def _policy(value: str) -> str:
    """A policy as AWS writes it, with lists in order: operators in their own case, an account as its root."""
    text = f"cast({value} as varchar)"
    for name in _OPERATORS:
        for end in ("", "IfExists"):
            lowered = name.lower().replace("notipaddress", "notIpAddress") + end.lower()
            text = f"replace({text}, '{lowered}\":{{', '{name}{end}\":{{')"
    for start in ("ForAllValues", "ForAnyValue"):
        text = f"replace({text}, '\"{start.lower()}:', '\"{start}:')"

    def of(key: str, statement: str) -> str:
        root = "concat('arn:', coalesce(nullif(split_part(r.arn, ':', 2), ''), 'aws'), ':iam::', w, ':root')"
        each = (
            f"list_transform(json_extract_string({statement}, '$.{key}.AWS[*]'), "
            f"lambda w: case when regexp_full_match(w, '[0-9]{{12}}') then {root} else w end)"
        )
        patched = f"json_merge_patch({statement}, json_object('{key}', json_object('AWS', {each})))"
        return f"case when json_type({statement} -> '$.{key}.AWS') = 'ARRAY' then {patched} else {statement} end"

    inner = of("NotPrincipal", f"({of('Principal', 's')})")
    statements = f"list_transform(json_extract(cast({text} as json), '$.Statement[*]'), lambda s: {inner})"
    whole = f"json_merge_patch(cast({text} as json), json_object('Statement', {statements}))"
    return f"case json_type({value}) when 'OBJECT' then {whole} when 'NULL' then null else {value} end"


FORMS: Final[Mapping[Canon, Callable[[str], str]]] = {policy_document: _policy}
"""The kinds of AWS's own that have a form for readers of such tables."""


def _others(what: str, type_: str, where: str) -> str:
    """What other resources of the account tell of this one, as a list; NULL where there are none."""
    return (
        f"(select to_json(list({what})) from current p "
        f"where p.side = 'actual' and p.type = '{type_}' and p.account = r.account and {where})"
    )


def _other(what: str, type_: str, where: str) -> str:
    """The same of the one that there is."""
    return (
        f"(select any_value({what}) from current p "
        f"where p.side = 'actual' and p.type = '{type_}' and p.account = r.account and {where})"
    )


def _of_p(path: str) -> str:
    return f"p.attributes ->> '$.{path}'"


def _each(path: str, one: str) -> str:
    """A list with one expression for each element `e` of a list."""
    return (
        f"case when json_type(attributes -> '$.{path}') = 'ARRAY' "
        f"then to_json(list_transform(json_extract(attributes, '$.{path}[*]'), lambda e: {one})) end"
    )


def _members(of: str = "e", **paths: str) -> str:
    """A JSON object: member of the API -> path in drift's form."""
    return "json_object(" + ", ".join(f"'{name}', {of} -> '$.{path}'" for name, path in paths.items()) + ")"


def _state(path: str, true: str, false: str) -> str:
    """A flag as the API has it: one of two words."""
    return f"case {_flag(path)} when true then '{true}' when false then '{false}' end"


def _settings(**of: str) -> str:
    """Settings as a list of `Key` and `Value`, without those that the load balancer does not have."""
    pairs = ", ".join(
        f"json_object('Key', '{name.replace('__', '.')}', 'Value', {_text(path)})" for name, path in of.items()
    )
    return f"to_json(list_filter([{pairs}], lambda e: e ->> '$.Value' is not null))"


def _map(path: str, key: str, what: str) -> str:
    """A list of `e` as a map: the key is at a path of each."""
    pair = f"struct_pack(k := e ->> '$.{key}', v := {what})"
    pairs = f"map_from_entries(list_transform(json_extract(attributes, '$.{path}[*]'), lambda e: {pair}))"
    return f"case when json_type(attributes -> '$.{path}') = 'ARRAY' then to_json({pairs}) end"


def _block(path: str, **members: str) -> str:
    """A JSON object: member of the API -> path within a block of drift's; NULL without the block."""
    inside = _members(f"(attributes -> '$.{path}')", **members)
    return f"case when json_type(attributes -> '$.{path}') = 'OBJECT' then {inside} end"


_OWN_POLICY = f"""json_object('PolicyName', e -> '$.name', 'PolicyDocument', {_policy("(e -> '$.policy')")})"""


def _held(whose: str, prefix: str) -> dict[str, str]:
    """What an identity holds: the policies attached to it, and its own."""
    told = _others(_members("p.attributes", name="name", policy="policy"), f"{prefix}_policy", f"{_of_p(whose)} = r.id")
    inline = f"to_json(list_transform(json_extract({told}, '$[*]'), lambda e: {_OWN_POLICY}))"
    return {
        "attached_policy_arns": _others(
            _of_p("policy_arn"), f"{prefix}_policy_attachment", f"{_of_p(whose)} = r.id"
        ),
        "inline_policies": inline,
        "inline_policies_std": inline,
    }  # fmt: skip


_INLINE_OF_ROLE = (
    f"case when json_array_length(attributes -> '$.inline_policy') > 0 then {_each('inline_policy', _OWN_POLICY)} end"
)
_ATTACHED = (
    "exists (select 1 from current p where p.side = 'actual' and p.account = r.account and ((p.type in "
    "('aws_iam_user_policy_attachment', 'aws_iam_group_policy_attachment', 'aws_iam_role_policy_attachment') "
    f"and {_of_p('policy_arn')} = r.id) or (p.type = 'aws_iam_role' "
    "and json_contains(p.attributes -> '$.managed_policy_arns', to_json(r.id)))))"
)
_GROUP = (
    "(select to_json(list(json_object('GroupId', p.id, 'GroupName', p.attributes -> '$.name'))) from current p "
    "where p.side = 'actual' and p.type = 'aws_security_group' and p.account = r.account "
    "and json_contains(r.attributes -> '$.{path}', to_json(p.id)))"
)
_ROUTE = _members(
    DestinationCidrBlock="cidr_block", DestinationIpv6CidrBlock="ipv6_cidr_block",
    DestinationPrefixListId="destination_prefix_list_id", GatewayId="gateway_id", NatGatewayId="nat_gateway_id",
    EgressOnlyInternetGatewayId="egress_only_gateway_id", NetworkInterfaceId="network_interface_id",
    TransitGatewayId="transit_gateway_id", VpcPeeringConnectionId="vpc_peering_connection_id",
    CarrierGatewayId="carrier_gateway_id", LocalGatewayId="local_gateway_id", CoreNetworkArn="core_network_arn",
)  # fmt: skip


def _entries(side: str) -> str:
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


_PROFILE = f"p.id = r.{_text('iam_instance_profile')}"
_RESULTS = "configuration.result_configuration.encryption_configuration"
_EXPIRATION = _members(
    Days="expiration.days", Date="expiration.date", ExpiredObjectDeleteMarker="expiration.expired_object_delete_marker"
)
_LIFECYCLE = (
    "json_object('ID', e -> '$.id', 'Status', case when try_cast(e ->> '$.enabled' as boolean) then 'Enabled' "
    "else 'Disabled' end, 'Prefix', e -> '$.prefix', 'Expiration', case when json_type(e -> '$.expiration') = 'OBJECT' "
    f"then {_EXPIRATION} end, "
    "'NoncurrentVersionExpiration', case when json_type(e -> '$.noncurrent_version_expiration') = 'OBJECT' "
    f"then {_members(NoncurrentDays='noncurrent_version_expiration.days')} end, "
    "'Transitions', list_transform(json_extract(e, '$.transition[*]'), "
    f"lambda t: {_members('t', Days='days', Date='date', StorageClass='storage_class')}), "
    "'AbortIncompleteMultipartUpload', case when (e ->> '$.abort_incomplete_multipart_upload_days')::int > 0 "
    f"then {_members(DaysAfterInitiation='abort_incomplete_multipart_upload_days')} end)"
)
_GRANTS = (
    "case when json_type(attributes -> '$.grant') = 'ARRAY' then json_object('Grants', flatten(list_transform("
    "json_extract(attributes, '$.grant[*]'), lambda g: list_transform(json_extract_string(g, '$.permissions[*]'), "
    "lambda p: json_object('Grantee', json_object('ID', nullif(g ->> '$.id', ''), 'Type', g -> '$.type', "
    "'URI', nullif(g ->> '$.uri', '')), 'Permission', p))))) end"
)

_OF_METHOD: Final = {
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


def _tunnel(number: int) -> str:
    members = "".join(f"'{name}', attributes -> '$.tunnel{number}_{at}', " for name, at in _TUNNEL.items())
    log = f"tunnel{number}_log_options.cloudwatch_log_options"
    told = _block(log, LogEnabled="log_enabled", LogGroupArn="log_group_arn", LogOutputFormat="log_output_format")
    return f"json_object({members}'LogOptions', json_object('CloudWatchLogOptions', {told}))"


_CONTAINER = (
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
        f"'$.{at}[*]'), lambda m: {_members('m', **inner)})) end"
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
    + _members("(e -> '$.logConfiguration')", LogDriver="logDriver", Options="options")
    + " end, 'HealthCheck', case when json_type(e -> '$.healthCheck') = 'OBJECT' then "
    + _members("(e -> '$.healthCheck')", Command="command", Interval="interval", Retries="retries",
               StartPeriod="startPeriod", Timeout="timeout")
    + " end)"
)  # fmt: skip
"""A container of a task definition: drift has them by name."""
_DEVICE = (
    "json_object('DeviceName', e -> '$.device_name', 'Ebs', "
    + _members(DeleteOnTermination="delete_on_termination", Encrypted="encrypted", Iops="iops",
               SnapshotId="snapshot_id", Throughput="throughput", VolumeSize="volume_size", VolumeType="volume_type")
    + ")"
)  # fmt: skip
_SHARED = (
    "case when json_type(attributes -> '$.shared_accounts') = 'ARRAY' then json_array(json_object("
    "'AttributeName', 'restore', 'AttributeValues', attributes -> '$.shared_accounts')) end"
)
"""Who may restore a snapshot: it is the one attribute that a snapshot has."""
_NOTIFIED = {"Id": "id", "Events": "events"}


def _notified(member: str, path: str, arn: str) -> str:
    """One kind of notification of a bucket; NULL where there is none, as S3 leaves it out."""
    each = _members(**{**_NOTIFIED, arn: {"lambda_function": "lambda_function_arn"}.get(path, f"{path}_arn")})
    return (
        f"'{member}', case when json_array_length(p.attributes -> '$.{path}') > 0 then to_json(list_transform("
        f"json_extract(p.attributes, '$.{path}[*]'), lambda e: {each})) end"
    )


_NOTIFICATIONS = ", ".join((
    ("'EventBridgeConfiguration', case when try_cast(p.attributes ->> '$.eventbridge' as boolean) "
    "then json_object() end"),
    _notified("LambdaFunctionConfigurations", "lambda_function", "LambdaFunctionArn"),
    _notified("QueueConfigurations", "queue", "QueueArn"),
    _notified("TopicConfigurations", "topic", "TopicArn"),
))  # fmt: skip
_LOGS_OF_SEARCH = _map(
    "log_publishing_options", "log_type",
    _members(CloudWatchLogsLogGroupArn="cloudwatch_log_group_arn", Enabled="enabled"),
)  # fmt: skip
_VPC_OF_SEARCH = (
    "case when json_type(attributes -> '$.vpc_options') = 'OBJECT' then json_object('VPCId', attributes -> '$.vpc_id', "
    "'SubnetIds', attributes -> '$.vpc_options.subnet_ids', "
    "'SecurityGroupIds', attributes -> '$.vpc_options.security_group_ids') end"
)
_METRICS_OF_WAF = _block(
    "visibility_config", CloudWatchMetricsEnabled="cloudwatch_metrics_enabled", MetricName="metric_name",
    SampledRequestsEnabled="sampled_requests_enabled",
)  # fmt: skip

_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_account_alternate_contact": {
        "contact_type": _text("alternate_contact_type"), "contact_title": _text("title"),
    },
    "aws_api_gateway_stage": {
        "name": _text("stage_name"),
        "access_log_settings": _block("access_log_settings", DestinationArn="destination_arn", Format="format"),
        "method_settings": _map("method_settings", "path", _members("(e -> '$.settings')", **_OF_METHOD)),
    },
    "aws_backup_plan": {
        "backup_plan": "case when @{rules} is not null then json_object('BackupPlanName', attributes -> '$.name', "
        "'Rules', @{rules}, 'AdvancedBackupSettings', @{advanced_backup_settings}) end",
    },
    "aws_cloudfront_distribution": {
        "logging": (
            "case when json_type(attributes -> '$.logging_config') is not null then json_object("
            "'Enabled', json_type(attributes -> '$.logging_config') = 'OBJECT', "
            "'Bucket', coalesce(attributes ->> '$.logging_config.bucket', ''), "
            "'Prefix', coalesce(attributes ->> '$.logging_config.prefix', ''), "
            f"'IncludeCookies', coalesce({_flag('logging_config.include_cookies')}, false)) end"
        ),
        "viewer_certificate": (
            "case when json_type(attributes -> '$.viewer_certificate') = 'OBJECT' then json_object("
            "'ACMCertificateArn', attributes -> '$.viewer_certificate.acm_certificate_arn', "
            "'IAMCertificateId', attributes -> '$.viewer_certificate.iam_certificate_id', "
            "'CloudFrontDefaultCertificate', attributes -> '$.viewer_certificate.cloudfront_default_certificate', "
            "'MinimumProtocolVersion', attributes -> '$.viewer_certificate.minimum_protocol_version', "
            "'SSLSupportMethod', attributes -> '$.viewer_certificate.ssl_support_method', "
            "'Certificate', coalesce(attributes ->> '$.viewer_certificate.acm_certificate_arn', "
            "attributes ->> '$.viewer_certificate.iam_certificate_id'), 'CertificateSource', "
            "case when attributes ->> '$.viewer_certificate.acm_certificate_arn' is not null then 'acm' "
            "when attributes ->> '$.viewer_certificate.iam_certificate_id' is not null then 'iam' "
            "else 'cloudfront' end) end"
        ),
    },
    "aws_config_configuration_recorder": {
        "status": (
            "case when json_type(attributes -> '$.recording') is not null then "
            f"{_members('attributes', Name='name', Recording='recording', LastStatus='last_status')} end"
        ),
    },
    "aws_datasync_task": {"cloud_watch_log_group_arn": _text("cloudwatch_log_group_arn")},
    "aws_dax_cluster": {
        "sse_description": f"json_object('Status', {_state('server_side_encryption.enabled', 'ENABLED', 'DISABLED')})",
    },
    "aws_dms_endpoint": {"endpoint_type": f"upper({_text('endpoint_type')})"},
    "aws_docdb_cluster_snapshot": {
        "arn": _text("db_cluster_snapshot_arn"), "db_cluster_snapshot_attributes": _SHARED,
    },
    "aws_rds_db_snapshot": {"arn": _text("db_snapshot_arn"), "db_snapshot_attributes": _SHARED},
    "aws_rds_db_cluster_snapshot": {
        "arn": _text("db_cluster_snapshot_arn"), "db_cluster_snapshot_attributes": _SHARED,
    },
    "aws_neptune_db_cluster_snapshot": {
        "arn": _text("db_cluster_snapshot_arn"), "db_cluster_snapshot_attributes": _SHARED,
    },
    "aws_ec2_ami": {
        "block_device_mappings": (
            "case when json_type(attributes -> '$.ebs_block_device') = 'ARRAY' "
            "and json_type(attributes -> '$.ephemeral_block_device') = 'ARRAY' then to_json("
            f"list_transform(json_extract(attributes, '$.ebs_block_device[*]'), lambda e: {_DEVICE}) || "
            "list_transform(json_extract(attributes, '$.ephemeral_block_device[*]'), lambda e: "
            f"{_members(DeviceName='device_name', VirtualName='virtual_name')})) end"
        ),
    },
    "aws_ecs_task_definition": {
        "container_definitions": (
            "case when json_type(attributes -> '$.container_definitions') = 'OBJECT' then to_json(list_transform("
            f"json_extract(attributes, '$.container_definitions.*'), lambda e: {_CONTAINER})) end"
        ),
    },
    "aws_elasticache_replication_group": {"engine_version": ""},  # its clusters have one
    "aws_elasticsearch_domain": {
        "enabled": _flag("node_to_node_encryption.enabled"),
        "elasticsearch_cluster_config": _block(
            "cluster_config", InstanceCount="instance_count", DedicatedMasterEnabled="dedicated_master_enabled",
            DedicatedMasterCount="dedicated_master_count", ZoneAwarenessEnabled="zone_awareness_enabled",
            WarmEnabled="warm_enabled", WarmCount="warm_count",
        ),
        "log_publishing_options": _LOGS_OF_SEARCH,
        "vpc_options": _VPC_OF_SEARCH,
    },
    "aws_emr_security_configuration": {
        "encryption_configuration": "attributes -> '$.configuration.EncryptionConfiguration'",
    },
    "aws_glue_connection": {
        "connection_properties": (
            "case when json_type(attributes -> '$.jdbc_enforce_ssl') is not null "
            "then json_object('JDBC_ENFORCE_SSL', attributes -> '$.jdbc_enforce_ssl') end"
        ),
    },
    "aws_glue_security_configuration": {
        "cloud_watch_encryption": _block(
            "encryption_configuration.cloudwatch_encryption",
            CloudWatchEncryptionMode="cloudwatch_encryption_mode", KmsKeyArn="kms_key_arn",
        ),
        "job_bookmarks_encryption": _block(
            "encryption_configuration.job_bookmarks_encryption",
            JobBookmarksEncryptionMode="job_bookmarks_encryption_mode", KmsKeyArn="kms_key_arn",
        ),
        "s3_encryption": "case when @{encryption_configuration} is not null then "
        "@{encryption_configuration} -> '$.S3Encryption' end",
    },
    "aws_kinesis_firehose_delivery_stream": {
        "delivery_stream_encryption_configuration": (
            "case when json_type(attributes -> '$.server_side_encryption') is not null then json_object('Status', "
            f"case when {_flag('server_side_encryption.enabled')} then 'ENABLED' else 'DISABLED' end, "
            "'KeyType', attributes -> '$.server_side_encryption.key_type', "
            "'KeyARN', attributes -> '$.server_side_encryption.key_arn') end"
        ),
    },
    "aws_mq_broker": {
        name: f"upper({_text(name)})" for name in ("authentication_strategy", "deployment_mode", "engine_type")
    },
    "aws_networkfirewall_firewall": {
        "logging_configuration": (
            "(select case when json_array_length(p.attributes -> '$.logging_configuration.log_destination_config') > 0 "
            "then to_json(list_transform(json_extract(p.attributes, "
            "'$.logging_configuration.log_destination_config[*]'), lambda e: "
            + _members(LogType="log_type", LogDestinationType="log_destination_type", LogDestination="log_destination")
            + ")) end from current p where p.side = 'actual' and p.account = r.account "
            "and p.type = 'aws_networkfirewall_logging_configuration' "
            f"and {_of_p('firewall_arn')} = r.{_text('arn')} limit 1)"
        ),
    },
    "aws_networkfirewall_rule_group": {
        "rules_source": "case when @{rule_group} is not null then @{rule_group} -> '$.RulesSource' end",
    },
    "aws_redshift_cluster": {
        "cluster_parameter_groups": (
            f"case when {_text('cluster_parameter_group_name')} is not null then json_array(json_object("
            "'ParameterGroupName', attributes -> '$.cluster_parameter_group_name')) end"
        ),
        "logging_status": (
            "case when json_type(attributes -> '$.logging') is not null then json_object('LoggingEnabled', "
            f"coalesce({_flag('logging.enable')}, false), 'BucketName', attributes -> '$.logging.bucket_name', "
            "'S3KeyPrefix', attributes -> '$.logging.s3_key_prefix', "
            "'LogDestinationType', attributes -> '$.logging.log_destination_type', "
            "'LogExports', attributes -> '$.logging.log_exports') end"
        ),
        "vpc_security_groups": _each("vpc_security_group_ids", "json_object('VpcSecurityGroupId', e)"),
    },
    "aws_s3_account_settings": dict.fromkeys(("arn", "akas", "name", "tags"), ""),  # settings have none
    "aws_vpc_vpn_connection": {
        "options": (
            "json_object('EnableAcceleration', attributes -> '$.enable_acceleration', "
            "'StaticRoutesOnly', attributes -> '$.static_routes_only', "
            "'LocalIpv4NetworkCidr', attributes -> '$.local_ipv4_network_cidr', "
            "'RemoteIpv4NetworkCidr', attributes -> '$.remote_ipv4_network_cidr', "
            "'OutsideIpAddressType', attributes -> '$.outside_ip_address_type', "
            "'TunnelInsideIpVersion', attributes -> '$.tunnel_inside_ip_version', "
            f"'TunnelOptions', json_array({_tunnel(1)}, {_tunnel(2)}))"
        ),
        "vgw_telemetry": _each("tunnels", _members(OutsideIpAddress="outside_ip_address", Status="status")),
    },
    "aws_wafv2_rule_group": {"visibility_config": _METRICS_OF_WAF},
    "aws_wafv2_web_acl": {
        "visibility_config": _METRICS_OF_WAF,
        "logging_configuration": _other(
            _members("p.attributes", ResourceArn="resource_arn", LogDestinationConfigs="log_destination_configs"),
            "aws_wafv2_web_acl_logging_configuration", f"{_of_p('resource_arn')} = r.{_text('arn')}",
        ),
    },
    "aws_s3_bucket": {
        "name": "id",
        "versioning_enabled": (
            "case when json_type(attributes -> '$.versioning') is not null "
            f"then coalesce({_flag('versioning.enabled')}, false) end"
        ),
        "versioning_mfa_delete": (
            "case when json_type(attributes -> '$.versioning') is not null "
            f"then coalesce({_flag('versioning.mfa_delete')}, false) end"
        ),
        "acl": _GRANTS,
        "event_notification_configuration": _other(
            f"json_object({_NOTIFICATIONS})", "aws_s3_bucket_notification", f"{_of_p('bucket')} = r.id"
        ),
        "lifecycle_rules": (
            "case when json_array_length(attributes -> '$.lifecycle_rule') > 0 "
            f"then {_each('lifecycle_rule', _LIFECYCLE)} end"
        ),
        "website_configuration": (
            "case when json_type(attributes -> '$.website') = 'OBJECT' then json_object("
            "'IndexDocument', case when attributes ->> '$.website.index_document' is not null "
            "then json_object('Suffix', attributes -> '$.website.index_document') end, "
            "'ErrorDocument', case when attributes ->> '$.website.error_document' is not null "
            "then json_object('Key', attributes -> '$.website.error_document') end) end"
        ),
    },
    "aws_iam_role": {
        "role_id": _text("unique_id"),
        "attached_policy_arns": (
            "case when json_array_length(attributes -> '$.managed_policy_arns') > 0 "
            "then attributes -> '$.managed_policy_arns' end"
        ),
        "inline_policies": _INLINE_OF_ROLE,
        "inline_policies_std": _INLINE_OF_ROLE,
        "permissions_boundary_arn": _text("permissions_boundary"),
        "instance_profile_arns": _others("p.arn", "aws_iam_instance_profile", f"{_of_p('role')} = r.id"),
    },
    "aws_iam_policy": {"is_aws_managed": "false", "is_attached": _ATTACHED},
    "aws_iam_user": {
        "user_id": _text("unique_id"),
        "mfa_enabled": (
            "case when json_type(attributes -> '$.mfa_devices') = 'ARRAY' "
            "then json_array_length(attributes -> '$.mfa_devices') > 0 end"
        ),
        **_held("user", "aws_iam_user"),
        "groups": (
            "(select to_json(list_transform(flatten(list(from_json(p.attributes -> '$.groups', '[\"VARCHAR\"]'))), "
            "lambda g: json_object('GroupName', g))) from current p where p.side = 'actual' and p.account = r.account "
            f"and p.type = 'aws_iam_user_group_membership' and {_of_p('user')} = r.id)"
        ),
    },
    "aws_iam_group": {
        "group_id": _text("unique_id"),
        **_held("group", "aws_iam_group"),
        "users": _others(
            "json_object('UserName', p.attributes -> '$.user')", "aws_iam_user_group_membership",
            "json_contains(p.attributes -> '$.groups', to_json(r.id))",
        ),
    },
    "aws_iam_access_key": {"user_name": _text("user")},
    "aws_sqs_queue": {"queue_url": "id"},
    "aws_sns_topic": {"topic_arn": "arn"},
    "aws_s3_access_point": {
        name: _flag(f"public_access_block_configuration.{name}")
        for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    },
    "aws_kms_key": {
        "key_id": "id",
        "key_rotation_enabled": _flag("enable_key_rotation"),
        "aliases": _others(
            _members("p.attributes", AliasName="name", AliasArn="arn", TargetKeyId="target_key_id"),
            "aws_kms_alias", f"{_of_p('target_key_id')} = r.id",
        ),
    },
    "aws_lambda_function": {
        "vpc_id": _text("vpc_config.vpc_id"),
        "vpc_subnet_ids": "attributes -> '$.vpc_config.subnet_ids'",
        "vpc_security_group_ids": "attributes -> '$.vpc_config.security_group_ids'",
        "dead_letter_config_target_arn": _text("dead_letter_config.target_arn"),
        "layers": _each("layers", "json_object('Arn', e)"),
        "url_config": (
            "case when json_type(attributes -> '$.url_config') = 'OBJECT' then attributes -> '$.url_config' end"
        ),
    },
    "aws_ec2_instance": {
        "instance_id": "id",
        "monitoring_state": _state("monitoring", "enabled", "disabled"),
        "user_data": "",  # drift keeps a digest
        "state": "",
        "vpc_id": _other(_of_p("vpc_id"), "aws_subnet", f"p.id = r.{_text('subnet_id')}"),
        "security_groups": _GROUP.replace("{path}", "vpc_security_group_ids"),
        "metadata_options": (
            "case when json_type(attributes -> '$.metadata_options') = 'OBJECT' then json_object("
            "'HttpEndpoint', attributes -> '$.metadata_options.http_endpoint', "
            "'HttpProtocolIpv6', attributes -> '$.metadata_options.http_protocol_ipv6', "
            "'HttpPutResponseHopLimit', attributes -> '$.metadata_options.http_put_response_hop_limit', "
            "'HttpTokens', attributes -> '$.metadata_options.http_tokens', "
            "'InstanceMetadataTags', attributes -> '$.metadata_options.instance_metadata_tags', "
            "'State', attributes -> '$.metadata_state') end"
        ),
        "network_interfaces": _each(
            "network_interface",
            "json_object('NetworkInterfaceId', e -> '$.network_interface_id', 'Attachment', "
            + _members(DeleteOnTermination="delete_on_termination", DeviceIndex="device_index",
                       NetworkCardIndex="network_card_index") + ")",
        ),
        "state_transition_time": (
            "try_strptime(regexp_extract(attributes ->> '$.state_transition_reason', "
            "'\\((\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}) GMT\\)', 1), '%Y-%m-%d %H:%M:%S') at time zone 'UTC'"
        ),
        "iam_instance_profile_arn": _other("p.arn", "aws_iam_instance_profile", _PROFILE),
        "iam_instance_profile_id": _other(_of_p("unique_id"), "aws_iam_instance_profile", _PROFILE),
    },
    "aws_vpc_peering_connection": {"id": "id", "status_code": _text("accept_status")},
    "aws_route53_zone": {
        "id": "id",
        "query_logging_configs": _others(
            _members("p.attributes", HostedZoneId="zone_id", CloudWatchLogsLogGroupArn="cloudwatch_log_group_arn"),
            "aws_route53_query_log", f"{_of_p('zone_id')} = r.id",
        ),
    },
    "aws_cloudformation_stack": {"id": _text("id")},
    "aws_codedeploy_app": {"application_name": _text("name")},
    "aws_codedeploy_deployment_group": {"application_name": _text("app_name")},
    "aws_ecs_service": {"service_name": _text("name")},
    "aws_ecr_repository": {
        "lifecycle_policy": (
            "case when json_type(attributes -> '$.lifecycle_policy') = 'ARRAY' "
            "then json_object('rules', attributes -> '$.lifecycle_policy') end"
        ),
    },
    "aws_api_gatewayv2_stage": {"default_route_logging_level": _text("default_route_settings.logging_level")},
    "aws_ec2_network_interface": {
        "groups": _GROUP.replace("{path}", "security_groups"),
        "attached_instance_id": _text("attachment[0].instance"),
    },
    "aws_ec2_autoscaling_group": {
        "autoscaling_group_arn": "arn",
        "launch_template_id": _text("launch_template.id"),
        "launch_template_name": _text("launch_template.name"),
        "launch_template_version": _text("launch_template.version"),
        "mixed_instances_policy_launch_template_overrides": (
            "case when @{mixed_instances_policy} is not null "
            "then @{mixed_instances_policy} -> '$.LaunchTemplate.Overrides' end"
        ),
        "tags_src": _each(
            "tag",
            "json_object('Key', e -> '$.key', 'Value', e -> '$.value', "
            "'PropagateAtLaunch', e -> '$.propagate_at_launch', "
            "'ResourceId', r.id, 'ResourceType', 'auto-scaling-group')",
        ),
    },
    "aws_ec2_launch_configuration": {
        "user_data": "",
        "metadata_options_http_tokens": _text("metadata_options.http_tokens"),
        "metadata_options_put_response_hop_limit": (
            "try_cast(attributes ->> '$.metadata_options.http_put_response_hop_limit' as bigint)"
        ),
    },
    "aws_ebs_snapshot": {
        "create_volume_permissions": _each(
            "shared_with",
            "case when e ->> '$' = 'all' then json_object('Group', 'all') else json_object('UserId', e) end",
        ),
    },
    "aws_vpc_flow_log": {"resource_id": f"coalesce({', '.join(map(_text, _LOGGED))})"},
    "aws_vpc_security_group": {
        "group_name": _text("name"),
        "ip_permissions": _permissions("ingress"),
        "ip_permissions_egress": _permissions("egress"),
    },
    "aws_vpc_internet_gateway": {
        "attachments": (
            f"case when {_text('vpc_id')} is not null then json_array(json_object('State', 'available', "
            "'VpcId', attributes -> '$.vpc_id')) else json_array() end"
        ),
    },
    "aws_vpc_network_acl": {
        "entries": (
            "case when json_type(attributes -> '$.ingress') = 'ARRAY' "
            "and json_type(attributes -> '$.egress') = 'ARRAY' "
            f"then to_json({_entries('ingress')} || {_entries('egress')}) end"
        ),
        "associations": _each("subnet_ids", "json_object('NetworkAclId', r.id, 'SubnetId', e)"),
    },
    "aws_vpc_route_table": {"routes": _each("route", _ROUTE)},
    "aws_cloudtrail_trail": {
        "log_group_arn": _text("cloud_watch_logs_group_arn"),
        "has_insight_selectors": "json_array_length(attributes -> '$.insight_selector') > 0",
    },
    "aws_cloudwatch_log_metric_filter": {
        "filter_pattern": _text("pattern"),
        "metric_transformation_name": _text("metric_transformation.name"),
        "metric_transformation_namespace": _text("metric_transformation.namespace"),
        "metric_transformation_value": _text("metric_transformation.value"),
    },
    "aws_acm_certificate": {
        "certificate_transparency_logging_preference": _text("options.certificate_transparency_logging_preference"),
    },
    "aws_api_gateway_rest_api": {
        "api_id": "id",
        "endpoint_configuration_types": "attributes -> '$.endpoint_configuration.types'",
    },
    "aws_athena_workgroup": {
        "enforce_workgroup_configuration": _flag("configuration.enforce_workgroup_configuration"),
        "publish_cloudwatch_metrics_enabled": _flag("configuration.publish_cloudwatch_metrics_enabled"),
        "encryption_option": _text(f"{_RESULTS}.encryption_option"),
        "result_configuration_kms_key": _text(f"{_RESULTS}.kms_key_arn"),
    },
    "aws_dynamodb_table": {
        "sse_description": (
            f"case when {_flag('server_side_encryption.enabled')} "
            "then json_object('Status', 'ENABLED', 'SSEType', 'KMS', "
            "'KMSMasterKeyArn', attributes -> '$.server_side_encryption.kms_key_arn') end"
        ),
        "point_in_time_recovery_description": (
            "case when json_type(attributes -> '$.point_in_time_recovery.enabled') is not null then json_object("
            f"'PointInTimeRecoveryStatus', coalesce({_state('point_in_time_recovery.enabled', 'ENABLED', 'DISABLED')}, "
            "'DISABLED')) end"
        ),
    },
    "aws_eks_cluster": {
        "resources_vpc_config": (
            "case when json_type(attributes -> '$.vpc_config') = 'OBJECT' then json_object("
            "'VpcId', attributes -> '$.vpc_id', 'SubnetIds', attributes -> '$.vpc_config.subnet_ids', "
            "'SecurityGroupIds', attributes -> '$.vpc_config.security_group_ids', "
            "'EndpointPublicAccess', attributes -> '$.vpc_config.endpoint_public_access', "
            "'EndpointPrivateAccess', attributes -> '$.vpc_config.endpoint_private_access', "
            "'PublicAccessCidrs', attributes -> '$.vpc_config.public_access_cidrs') end"
        ),
        "logging": (
            "case when json_type(attributes -> '$.enabled_cluster_log_types') = 'ARRAY' "
            "then json_object('ClusterLogging', "
            "case when json_array_length(attributes -> '$.enabled_cluster_log_types') > 0 then json_array(json_object("
            "'Enabled', true, 'Types', attributes -> '$.enabled_cluster_log_types')) else json_array() end) end"
        ),
    },
    "aws_guardduty_detector": {"status": _state("enable", "ENABLED", "DISABLED")},
    "aws_rds_db_instance": {
        "class": _text("instance_class"),
        "master_user_name": _text("username"),
        "db_parameter_groups": (
            f"case when {_text('parameter_group_name')} is not null then json_array(json_object("
            "'DBParameterGroupName', attributes -> '$.parameter_group_name')) end"
        ),
        "vpc_id": _other(_of_p("vpc_id"), "aws_db_subnet_group", f"p.id = r.{_text('db_subnet_group_name')}"),
    },
    "aws_rds_db_cluster": {"master_user_name": _text("master_username")},
    "aws_rds_db_subnet_group": {"subnets": _each("subnet_ids", "json_object('SubnetIdentifier', e)")},
    "aws_elasticache_subnet_group": {"subnets": _each("subnet_ids", "json_object('SubnetIdentifier', e)")},
    "aws_ec2_load_balancer_listener": {
        "certificates": (
            f"case when {_text('certificate_arn')} is not null "
            "then json_array(json_object('CertificateArn', attributes -> '$.certificate_arn')) end"
        ),
    },
    "aws_ec2_classic_load_balancer": {
        "scheme": _state("internal", "internal", "internet-facing"),
        "additional_attributes": _settings(elb__http__desyncmitigationmode="desync_mitigation_mode"),
        "availability_zones": (
            f"(select to_json(list_sort(list(distinct {_of_p('availability_zone')}))) from current p where "
            "p.side = 'actual' and p.type = 'aws_subnet' and p.account = r.account "
            "and json_contains(r.attributes -> '$.subnets', to_json(p.id)))"
        ),
        "listener_descriptions": _each(
            "listener",
            "json_object('Listener', json_object('Protocol', upper(e ->> '$.lb_protocol'), "
            "'LoadBalancerPort', e -> '$.lb_port', 'InstanceProtocol', upper(e ->> '$.instance_protocol'), "
            "'InstancePort', e -> '$.instance_port', 'SSLCertificateId', e -> '$.ssl_certificate_id'))",
        ),
        "access_log_enabled": _flag("access_logs.enabled"),
        "connection_draining_enabled": _flag("connection_draining"),
        "cross_zone_load_balancing_enabled": _flag("cross_zone_load_balancing"),
    },
    "aws_opensearch_domain": {
        "node_to_node_encryption_options_enabled": _flag("node_to_node_encryption.enabled"),
        "log_publishing_options": _LOGS_OF_SEARCH,
        "vpc_options": _VPC_OF_SEARCH,
    },
}  # fmt: skip

_RULES_OF_GROUPS: Final = " union all ".join(
    "select * exclude (attributes, rule), rule as attributes from (select c.* exclude (scope), "
    f"'{way}' as way, unnest(json_extract(c.attributes, '$.{way}[*]')) as rule from current c "
    "where c.side = 'actual' and c.type = 'aws_security_group')"
    for way in ("ingress", "egress")
)
"""The rules of all groups: one for each peer, whether written in the group or as a resource of its own."""
_RULE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("arn", "akas", "name", "title", "tags"), ""),  # these are the group's
    "group_id": "id",
    "type": "way",
    "is_egress": "way = 'egress'",
    "ip_protocol": _text("protocol"),
    **{n: f"try_cast({_text(n)} as bigint)" for n in ("from_port", "to_port")},
    **{n: _text(n) for n in ("description", "cidr_ipv4", "cidr_ipv6", "prefix_list_id")},
    "cidr_ip": _text("cidr_ipv4"),
    "referenced_group_id": _text("security_group"),
    "pair_group_id": _text("security_group"),
}

_OF_REGION: Final[Mapping[str, str]] = {
    **dict.fromkeys(("arn", "akas", "name", "tags"), ""),
    "default_ebs_encryption_enabled": _other(
        "try_cast(p.attributes ->> '$.enabled' as boolean)", "aws_ebs_encryption_by_default", "p.region = r.region"
    ),
    "default_ebs_encryption_key": _other(_of_p("key_arn"), "aws_ebs_default_kms_key", "p.region = r.region"),
    "snapshot_block_public_access_state": _other(
        _of_p("state"), "aws_ebs_snapshot_block_public_access", "p.region = r.region"
    ),
}

_BALANCERS: Final[Mapping[str, str]] = {
    "aws_ec2_application_load_balancer": "application",
    "aws_ec2_gateway_load_balancer": "gateway",
    "aws_ec2_network_load_balancer": "network",
}
_OF_BALANCERS: Final[Mapping[str, str]] = {
    "scheme": _state("internal", "internal", "internet-facing"),
    "load_balancer_attributes": _settings(
        access_logs__s3__enabled="access_logs.enabled",
        access_logs__s3__bucket="access_logs.bucket",
        deletion_protection__enabled="enable_deletion_protection",
        idle_timeout__timeout_seconds="idle_timeout",
        load_balancing__cross_zone__enabled="enable_cross_zone_load_balancing",
        routing__http__desync_mitigation_mode="desync_mitigation_mode",
        routing__http__drop_invalid_header_fields__enabled="drop_invalid_header_fields",
        routing__http2__enabled="enable_http2",
        waf__fail_open__enabled="enable_waf_fail_open",
    ),
}


def tables(types: Container[str]) -> Mapping[str, Table]:
    """Table -> its types, and the columns that follow from nothing else; `types` are those of the catalogue."""
    out = {name: Table((type_,), _COLUMNS.get(name, {})) for name, type_ in _SAME.items() if type_ in types}
    out |= {name: Table((name,), columns) for name, columns in _COLUMNS.items() if name in types and name not in out}
    out |= {
        name: Table(("aws_lb",), _OF_BALANCERS, where=f"{_text('load_balancer_type')} = '{kind}'")
        for name, kind in _BALANCERS.items()
    }
    organization = {
        f"organization_{name}": _other(what, "aws_organizations_organization", "true")
        for name, what in {
            "id": "p.id", "arn": "p.arn", "feature_set": _of_p("feature_set"),
            "master_account_arn": _of_p("master_account_arn"), "master_account_id": _of_p("master_account_id"),
        }.items()
    }  # fmt: skip
    out["aws_account"] = Table((), {"arn": "'arn:aws:::' || account", **organization}, rows=_OF_ACCOUNT)
    # the regions are those that were looked at
    out["aws_region"] = Table(
        (), {"opt_in_status": "null::varchar", "steampipe_available": "true"}, rows=_OF_REGIONS
    )  # fmt: skip
    out["aws_ec2_regional_settings"] = Table((), _OF_REGION, rows=_OF_REGIONS)
    out["aws_vpc_security_group_rule"] = Table((), _RULE, rows=_RULES_OF_GROUPS)
    return out
