"""The tables under which Steampipe's users know the types of AWS, where that is not Terraform's name, and the columns
whose name or form follows from neither the API nor Terraform. All others follow from the catalogue
(`drift.history.shapes`)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final

from drift.provider.contract import Table

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


_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_s3_bucket": {
        "name": "id",
        "versioning_enabled": (
            "case when json_type(attributes -> '$.versioning') is not null "
            f"then coalesce({_flag('versioning.enabled')}, false) end"
        ),
    },
    "aws_iam_role": {
        "role_id": _text("unique_id"),
        "assume_role_policy_std": "attributes -> '$.assume_role_policy'",
        "attached_policy_arns": "attributes -> '$.managed_policy_arns'",
        "inline_policies_std": "attributes -> '$.inline_policy'",
        "permissions_boundary_arn": _text("permissions_boundary"),
    },
    "aws_iam_policy": {"policy_std": "attributes -> '$.policy'", "is_aws_managed": "false"},
    "aws_iam_user": {"user_id": _text("unique_id"), "attached_policy_arns": "attributes -> '$.managed_policy_arns'"},
    "aws_sqs_queue": {"policy_std": "attributes -> '$.policy'", "queue_url": "id"},
    "aws_sns_topic": {"topic_arn": "arn", "policy_std": "attributes -> '$.policy'"},
    "aws_kms_key": {"policy_std": "attributes -> '$.policy'", "key_rotation_enabled": _flag("enable_key_rotation")},
    "aws_lambda_function": {"vpc_id": _text("vpc_config.vpc_id")},
    "aws_ec2_instance": {
        "instance_id": "id",
        "monitoring_state": f"case {_flag('monitoring')} when true then 'enabled' when false then 'disabled' end",
        "user_data": "",  # drift keeps a digest
    },
    "aws_vpc": {"vpc_id": "id"},
    "aws_vpc_subnet": {"subnet_id": "id"},
    "aws_ec2_launch_configuration": {"user_data": ""},
    "aws_vpc_flow_log": {"resource_id": f"coalesce({', '.join(map(_text, _LOGGED))})"},
    "aws_vpc_security_group": {
        "group_id": "id",
        "group_name": _text("name"),
        "ip_permissions": _permissions("ingress"),
        "ip_permissions_egress": _permissions("egress"),
    },
    "aws_ebs_volume": {"volume_id": "id"},
    "aws_rds_db_instance": {"db_instance_identifier": "id"},
}  # fmt: skip

_RULE: Final[Mapping[str, str]] = {
    "security_group_rule_id": "id",
    "group_id": _text("security_group_id"),
    "type": "case when type like '%ingress%' then 'ingress' else 'egress' end",
    "is_egress": "type not like '%ingress%'",
    "cidr_ip": _text("cidr_ipv4"),
    "pair_group_id": _text("referenced_security_group_id"),
}

_BALANCERS: Final[Mapping[str, str]] = {
    "aws_ec2_application_load_balancer": "application",
    "aws_ec2_gateway_load_balancer": "gateway",
    "aws_ec2_network_load_balancer": "network",
}


def tables(types: Container[str]) -> Mapping[str, Table]:
    """Table -> its types, and the columns that follow from nothing else; `types` are those of the catalogue."""
    out = {name: Table((type_,), _COLUMNS.get(name, {})) for name, type_ in _SAME.items() if type_ in types}
    out |= {name: Table((name,), columns) for name, columns in _COLUMNS.items() if name in types and name not in out}
    out |= {
        name: Table(("aws_lb",), {}, where=f"{_text('load_balancer_type')} = '{kind}'")
        for name, kind in _BALANCERS.items()
    }
    out["aws_account"] = Table((), {"arn": "'arn:aws:::' || account"}, rows=_OF_ACCOUNT)
    out["aws_region"] = Table((), {"opt_in_status": "null::varchar"}, rows=_OF_REGIONS)
    rules = tuple(
        t for t in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule") if t in types
    )
    if rules:
        out["aws_vpc_security_group_rule"] = Table(rules, _RULE)
    return out
