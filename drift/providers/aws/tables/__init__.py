"""The tables under which Steampipe's users know the types of AWS, where that is not Terraform's name, and the columns
whose name or form follows from neither the API nor Terraform. All others follow from the catalogue
(`drift.history.shapes`)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final

from drift.provider.contract import Table
from drift.providers.aws.tables.columns import COLUMNS
from drift.providers.aws.tables.words import (
    of_p,
    other,
    settings_of,
    state_of,
    text_at,
)

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
    "ip_protocol": text_at("protocol"),
    **{n: f"try_cast({text_at(n)} as bigint)" for n in ("from_port", "to_port")},
    **{n: text_at(n) for n in ("description", "cidr_ipv4", "cidr_ipv6", "prefix_list_id")},
    "cidr_ip": text_at("cidr_ipv4"),
    "referenced_group_id": text_at("security_group"),
    "pair_group_id": text_at("security_group"),
}

_OF_REGION: Final[Mapping[str, str]] = {
    **dict.fromkeys(("arn", "akas", "name", "tags"), ""),
    "default_ebs_encryption_enabled": other(
        "try_cast(p.attributes ->> '$.enabled' as boolean)", "aws_ebs_encryption_by_default", "p.region = r.region"
    ),
    "default_ebs_encryption_key": other(of_p("key_arn"), "aws_ebs_default_kms_key", "p.region = r.region"),
    "snapshot_block_public_access_state": other(
        of_p("state"), "aws_ebs_snapshot_block_public_access", "p.region = r.region"
    ),
}

_BALANCERS: Final[Mapping[str, str]] = {
    "aws_ec2_application_load_balancer": "application",
    "aws_ec2_gateway_load_balancer": "gateway",
    "aws_ec2_network_load_balancer": "network",
}
_OF_BALANCERS: Final[Mapping[str, str]] = {
    "scheme": state_of("internal", "internal", "internet-facing"),
    "load_balancer_attributes": settings_of(
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
    out = {name: Table((type_,), COLUMNS.get(name, {})) for name, type_ in _SAME.items() if type_ in types}
    out |= {name: Table((name,), columns) for name, columns in COLUMNS.items() if name in types and name not in out}
    out |= {
        name: Table(("aws_lb",), _OF_BALANCERS, where=f"{text_at('load_balancer_type')} = '{kind}'")
        for name, kind in _BALANCERS.items()
    }
    organization = {
        f"organization_{name}": other(what, "aws_organizations_organization", "true")
        for name, what in {
            "id": "p.id", "arn": "p.arn", "feature_set": of_p("feature_set"),
            "master_account_arn": of_p("master_account_arn"), "master_account_id": of_p("master_account_id"),
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
