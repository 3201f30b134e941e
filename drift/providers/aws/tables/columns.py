"""The columns whose name or form follows from neither the API nor Terraform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from drift.providers.aws.tables.values import (
    ATTACHED,
    CONTAINER,
    DEVICE,
    GRANTS,
    GROUP,
    INLINE_OF_ROLE,
    LIFECYCLE,
    LOGGED,
    LOGS_OF_SEARCH,
    METRICS_OF_WAF,
    NOTIFICATIONS,
    OF_METHOD,
    PROFILE,
    RESULTS,
    ROUTE,
    SHARED,
    VPC_OF_SEARCH,
    entries,
    held,
    permissions,
    tunnel,
)
from drift.providers.aws.tables.words import (
    block_of,
    each_of,
    flag_at,
    map_of,
    members_of,
    of_p,
    other,
    others,
    settings_of,
    state_of,
    text_at,
)

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_account_alternate_contact": {
        "contact_type": text_at("alternate_contact_type"), "contact_title": text_at("title"),
    },
    "aws_api_gateway_stage": {
        "name": text_at("stage_name"),
        "access_log_settings": block_of("access_log_settings", DestinationArn="destination_arn", Format="format"),
        "method_settings": map_of("method_settings", "path", members_of("(e -> '$.settings')", **OF_METHOD)),
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
            f"'IncludeCookies', coalesce({flag_at('logging_config.include_cookies')}, false)) end"
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
            f"{members_of('attributes', Name='name', Recording='recording', LastStatus='last_status')} end"
        ),
    },
    "aws_datasync_task": {"cloud_watch_log_group_arn": text_at("cloudwatch_log_group_arn")},
    "aws_dax_cluster": {
        "sse_description": (
            f"json_object('Status', {state_of('server_side_encryption.enabled', 'ENABLED', 'DISABLED')})"
        ),
    },
    "aws_dms_endpoint": {"endpoint_type": f"upper({text_at('endpoint_type')})"},
    "aws_docdb_cluster_snapshot": {
        "arn": text_at("db_cluster_snapshot_arn"), "db_cluster_snapshot_attributes": SHARED,
    },
    "aws_rds_db_snapshot": {"arn": text_at("db_snapshot_arn"), "db_snapshot_attributes": SHARED},
    "aws_rds_db_cluster_snapshot": {
        "arn": text_at("db_cluster_snapshot_arn"), "db_cluster_snapshot_attributes": SHARED,
    },
    "aws_neptune_db_cluster_snapshot": {
        "arn": text_at("db_cluster_snapshot_arn"), "db_cluster_snapshot_attributes": SHARED,
    },
    "aws_ec2_ami": {
        "block_device_mappings": (
            "case when json_type(attributes -> '$.ebs_block_device') = 'ARRAY' "
            "and json_type(attributes -> '$.ephemeral_block_device') = 'ARRAY' then to_json("
            f"list_transform(json_extract(attributes, '$.ebs_block_device[*]'), lambda e: {DEVICE}) || "
            "list_transform(json_extract(attributes, '$.ephemeral_block_device[*]'), lambda e: "
            f"{members_of(DeviceName='device_name', VirtualName='virtual_name')})) end"
        ),
    },
    "aws_ecs_task_definition": {
        "container_definitions": (
            "case when json_type(attributes -> '$.container_definitions') = 'OBJECT' then to_json(list_transform("
            f"json_extract(attributes, '$.container_definitions.*'), lambda e: {CONTAINER})) end"
        ),
    },
    "aws_elasticache_replication_group": {"engine_version": ""},  # its clusters have one
    "aws_elasticsearch_domain": {
        "enabled": flag_at("node_to_node_encryption.enabled"),
        "elasticsearch_cluster_config": block_of(
            "cluster_config", InstanceCount="instance_count", DedicatedMasterEnabled="dedicated_master_enabled",
            DedicatedMasterCount="dedicated_master_count", ZoneAwarenessEnabled="zone_awareness_enabled",
            WarmEnabled="warm_enabled", WarmCount="warm_count",
        ),
        "log_publishing_options": LOGS_OF_SEARCH,
        "vpc_options": VPC_OF_SEARCH,
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
        "cloud_watch_encryption": block_of(
            "encryption_configuration.cloudwatch_encryption",
            CloudWatchEncryptionMode="cloudwatch_encryption_mode", KmsKeyArn="kms_key_arn",
        ),
        "job_bookmarks_encryption": block_of(
            "encryption_configuration.job_bookmarks_encryption",
            JobBookmarksEncryptionMode="job_bookmarks_encryption_mode", KmsKeyArn="kms_key_arn",
        ),
        "s3_encryption": "case when @{encryption_configuration} is not null then "
        "@{encryption_configuration} -> '$.S3Encryption' end",
    },
    "aws_kinesis_firehose_delivery_stream": {
        "delivery_stream_encryption_configuration": (
            "case when json_type(attributes -> '$.server_side_encryption') is not null then json_object('Status', "
            f"case when {flag_at('server_side_encryption.enabled')} then 'ENABLED' else 'DISABLED' end, "
            "'KeyType', attributes -> '$.server_side_encryption.key_type', "
            "'KeyARN', attributes -> '$.server_side_encryption.key_arn') end"
        ),
    },
    "aws_mq_broker": {
        name: f"upper({text_at(name)})" for name in ("authentication_strategy", "deployment_mode", "engine_type")
    },
    "aws_networkfirewall_firewall": {
        "logging_configuration": (
            "(select case when json_array_length(p.attributes -> '$.logging_configuration.log_destination_config') > 0 "
            "then to_json(list_transform(json_extract(p.attributes, "
            "'$.logging_configuration.log_destination_config[*]'), lambda e: "
            + members_of(
                LogType="log_type", LogDestinationType="log_destination_type", LogDestination="log_destination"
            )
            + ")) end from current p where p.side = 'actual' and p.account = r.account "
            "and p.type = 'aws_networkfirewall_logging_configuration' "
            f"and {of_p('firewall_arn')} = r.{text_at('arn')} limit 1)"
        ),
    },
    "aws_networkfirewall_rule_group": {
        "rules_source": "case when @{rule_group} is not null then @{rule_group} -> '$.RulesSource' end",
    },
    "aws_redshift_cluster": {
        "cluster_parameter_groups": (
            f"case when {text_at('cluster_parameter_group_name')} is not null then json_array(json_object("
            "'ParameterGroupName', attributes -> '$.cluster_parameter_group_name')) end"
        ),
        "logging_status": (
            "case when json_type(attributes -> '$.logging') is not null then json_object('LoggingEnabled', "
            f"coalesce({flag_at('logging.enable')}, false), 'BucketName', attributes -> '$.logging.bucket_name', "
            "'S3KeyPrefix', attributes -> '$.logging.s3_key_prefix', "
            "'LogDestinationType', attributes -> '$.logging.log_destination_type', "
            "'LogExports', attributes -> '$.logging.log_exports') end"
        ),
        "vpc_security_groups": each_of("vpc_security_group_ids", "json_object('VpcSecurityGroupId', e)"),
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
            f"'TunnelOptions', json_array({tunnel(1)}, {tunnel(2)}))"
        ),
        "vgw_telemetry": each_of("tunnels", members_of(OutsideIpAddress="outside_ip_address", Status="status")),
    },
    "aws_wafv2_rule_group": {"visibility_config": METRICS_OF_WAF},
    "aws_wafv2_web_acl": {
        "visibility_config": METRICS_OF_WAF,
        "logging_configuration": other(
            members_of("p.attributes", ResourceArn="resource_arn", LogDestinationConfigs="log_destination_configs"),
            "aws_wafv2_web_acl_logging_configuration", f"{of_p('resource_arn')} = r.{text_at('arn')}",
        ),
    },
    "aws_s3_bucket": {
        "name": "id",
        "versioning_enabled": (
            "case when json_type(attributes -> '$.versioning') is not null "
            f"then coalesce({flag_at('versioning.enabled')}, false) end"
        ),
        "versioning_mfa_delete": (
            "case when json_type(attributes -> '$.versioning') is not null "
            f"then coalesce({flag_at('versioning.mfa_delete')}, false) end"
        ),
        "acl": GRANTS,
        "event_notification_configuration": other(
            f"json_object({NOTIFICATIONS})", "aws_s3_bucket_notification", f"{of_p('bucket')} = r.id"
        ),
        "lifecycle_rules": (
            "case when json_array_length(attributes -> '$.lifecycle_rule') > 0 "
            f"then {each_of('lifecycle_rule', LIFECYCLE)} end"
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
        "role_id": text_at("unique_id"),
        "attached_policy_arns": (
            "case when json_array_length(attributes -> '$.managed_policy_arns') > 0 "
            "then attributes -> '$.managed_policy_arns' end"
        ),
        "inline_policies": INLINE_OF_ROLE,
        "inline_policies_std": INLINE_OF_ROLE,
        "permissions_boundary_arn": text_at("permissions_boundary"),
        "instance_profile_arns": others("p.arn", "aws_iam_instance_profile", f"{of_p('role')} = r.id"),
    },
    "aws_iam_policy": {"is_aws_managed": "false", "is_attached": ATTACHED},
    "aws_iam_user": {
        "user_id": text_at("unique_id"),
        "mfa_enabled": (
            "case when json_type(attributes -> '$.mfa_devices') = 'ARRAY' "
            "then json_array_length(attributes -> '$.mfa_devices') > 0 end"
        ),
        **held("user", "aws_iam_user"),
        "groups": (
            "(select to_json(list_transform(flatten(list(from_json(p.attributes -> '$.groups', '[\"VARCHAR\"]'))), "
            "lambda g: json_object('GroupName', g))) from current p where p.side = 'actual' and p.account = r.account "
            f"and p.type = 'aws_iam_user_group_membership' and {of_p('user')} = r.id)"
        ),
    },
    "aws_iam_group": {
        "group_id": text_at("unique_id"),
        **held("group", "aws_iam_group"),
        "users": others(
            "json_object('UserName', p.attributes -> '$.user')", "aws_iam_user_group_membership",
            "json_contains(p.attributes -> '$.groups', to_json(r.id))",
        ),
    },
    "aws_iam_access_key": {"user_name": text_at("user")},
    "aws_sqs_queue": {"queue_url": "id"},
    "aws_sns_topic": {"topic_arn": "arn"},
    "aws_s3_access_point": {
        name: flag_at(f"public_access_block_configuration.{name}")
        for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    },
    "aws_kms_key": {
        "key_id": "id",
        "key_rotation_enabled": flag_at("enable_key_rotation"),
        "aliases": others(
            members_of("p.attributes", AliasName="name", AliasArn="arn", TargetKeyId="target_key_id"),
            "aws_kms_alias", f"{of_p('target_key_id')} = r.id",
        ),
    },
    "aws_lambda_function": {
        "vpc_id": text_at("vpc_config.vpc_id"),
        "vpc_subnet_ids": "attributes -> '$.vpc_config.subnet_ids'",
        "vpc_security_group_ids": "attributes -> '$.vpc_config.security_group_ids'",
        "dead_letter_config_target_arn": text_at("dead_letter_config.target_arn"),
        "layers": each_of("layers", "json_object('Arn', e)"),
        "url_config": (
            "case when json_type(attributes -> '$.url_config') = 'OBJECT' then attributes -> '$.url_config' end"
        ),
    },
    "aws_ec2_instance": {
        "instance_id": "id",
        "monitoring_state": state_of("monitoring", "enabled", "disabled"),
        "user_data": "",  # drift keeps a digest
        "state": "",
        "vpc_id": other(of_p("vpc_id"), "aws_subnet", f"p.id = r.{text_at('subnet_id')}"),
        "security_groups": GROUP.replace("{path}", "vpc_security_group_ids"),
        "metadata_options": (
            "case when json_type(attributes -> '$.metadata_options') = 'OBJECT' then json_object("
            "'HttpEndpoint', attributes -> '$.metadata_options.http_endpoint', "
            "'HttpProtocolIpv6', attributes -> '$.metadata_options.http_protocol_ipv6', "
            "'HttpPutResponseHopLimit', attributes -> '$.metadata_options.http_put_response_hop_limit', "
            "'HttpTokens', attributes -> '$.metadata_options.http_tokens', "
            "'InstanceMetadataTags', attributes -> '$.metadata_options.instance_metadata_tags', "
            "'State', attributes -> '$.metadata_state') end"
        ),
        "network_interfaces": each_of(
            "network_interface",
            "json_object('NetworkInterfaceId', e -> '$.network_interface_id', 'Attachment', "
            + members_of(DeleteOnTermination="delete_on_termination", DeviceIndex="device_index",
                       NetworkCardIndex="network_card_index") + ")",
        ),
        "state_transition_time": (
            "try_strptime(regexp_extract(attributes ->> '$.state_transition_reason', "
            "'\\((\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}) GMT\\)', 1), '%Y-%m-%d %H:%M:%S') at time zone 'UTC'"
        ),
        "iam_instance_profile_arn": other("p.arn", "aws_iam_instance_profile", PROFILE),
        "iam_instance_profile_id": other(of_p("unique_id"), "aws_iam_instance_profile", PROFILE),
    },
    "aws_vpc_peering_connection": {"id": "id", "status_code": text_at("accept_status")},
    "aws_route53_zone": {
        "id": "id",
        "query_logging_configs": others(
            members_of("p.attributes", HostedZoneId="zone_id", CloudWatchLogsLogGroupArn="cloudwatch_log_group_arn"),
            "aws_route53_query_log", f"{of_p('zone_id')} = r.id",
        ),
    },
    "aws_cloudformation_stack": {"id": text_at("id")},
    "aws_codedeploy_app": {"application_name": text_at("name")},
    "aws_codedeploy_deployment_group": {"application_name": text_at("app_name")},
    "aws_ecs_service": {"service_name": text_at("name")},
    "aws_ecr_repository": {
        "lifecycle_policy": (
            "case when json_type(attributes -> '$.lifecycle_policy') = 'ARRAY' "
            "then json_object('rules', attributes -> '$.lifecycle_policy') end"
        ),
    },
    "aws_api_gatewayv2_stage": {"default_route_logging_level": text_at("default_route_settings.logging_level")},
    "aws_ec2_network_interface": {
        "groups": GROUP.replace("{path}", "security_groups"),
        "attached_instance_id": text_at("attachment[0].instance"),
    },
    "aws_ec2_autoscaling_group": {
        "autoscaling_group_arn": "arn",
        "launch_template_id": text_at("launch_template.id"),
        "launch_template_name": text_at("launch_template.name"),
        "launch_template_version": text_at("launch_template.version"),
        "mixed_instances_policy_launch_template_overrides": (
            "case when @{mixed_instances_policy} is not null "
            "then @{mixed_instances_policy} -> '$.LaunchTemplate.Overrides' end"
        ),
        "tags_src": each_of(
            "tag",
            "json_object('Key', e -> '$.key', 'Value', e -> '$.value', "
            "'PropagateAtLaunch', e -> '$.propagate_at_launch', "
            "'ResourceId', r.id, 'ResourceType', 'auto-scaling-group')",
        ),
    },
    "aws_ec2_launch_configuration": {
        "user_data": "",
        "metadata_options_http_tokens": text_at("metadata_options.http_tokens"),
        "metadata_options_put_response_hop_limit": (
            "try_cast(attributes ->> '$.metadata_options.http_put_response_hop_limit' as bigint)"
        ),
    },
    "aws_ebs_snapshot": {
        "create_volume_permissions": each_of(
            "shared_with",
            "case when e ->> '$' = 'all' then json_object('Group', 'all') else json_object('UserId', e) end",
        ),
    },
    "aws_vpc_flow_log": {"resource_id": f"coalesce({', '.join(map(text_at, LOGGED))})"},
    "aws_vpc_security_group": {
        "group_name": text_at("name"),
        "ip_permissions": permissions("ingress"),
        "ip_permissions_egress": permissions("egress"),
    },
    "aws_vpc_internet_gateway": {
        "attachments": (
            f"case when {text_at('vpc_id')} is not null then json_array(json_object('State', 'available', "
            "'VpcId', attributes -> '$.vpc_id')) else json_array() end"
        ),
    },
    "aws_vpc_network_acl": {
        "entries": (
            "case when json_type(attributes -> '$.ingress') = 'ARRAY' "
            "and json_type(attributes -> '$.egress') = 'ARRAY' "
            f"then to_json({entries('ingress')} || {entries('egress')}) end"
        ),
        "associations": each_of("subnet_ids", "json_object('NetworkAclId', r.id, 'SubnetId', e)"),
    },
    "aws_vpc_route_table": {"routes": each_of("route", ROUTE)},
    "aws_cloudtrail_trail": {
        "log_group_arn": text_at("cloud_watch_logs_group_arn"),
        "has_insight_selectors": "json_array_length(attributes -> '$.insight_selector') > 0",
    },
    "aws_cloudwatch_log_metric_filter": {
        "filter_pattern": text_at("pattern"),
        "metric_transformation_name": text_at("metric_transformation.name"),
        "metric_transformation_namespace": text_at("metric_transformation.namespace"),
        "metric_transformation_value": text_at("metric_transformation.value"),
    },
    "aws_acm_certificate": {
        "certificate_transparency_logging_preference": text_at("options.certificate_transparency_logging_preference"),
    },
    "aws_api_gateway_rest_api": {
        "api_id": "id",
        "endpoint_configuration_types": "attributes -> '$.endpoint_configuration.types'",
    },
    "aws_athena_workgroup": {
        "enforce_workgroup_configuration": flag_at("configuration.enforce_workgroup_configuration"),
        "publish_cloudwatch_metrics_enabled": flag_at("configuration.publish_cloudwatch_metrics_enabled"),
        "encryption_option": text_at(f"{RESULTS}.encryption_option"),
        "result_configuration_kms_key": text_at(f"{RESULTS}.kms_key_arn"),
    },
    "aws_dynamodb_table": {
        "sse_description": (
            f"case when {flag_at('server_side_encryption.enabled')} "
            "then json_object('Status', 'ENABLED', 'SSEType', 'KMS', "
            "'KMSMasterKeyArn', attributes -> '$.server_side_encryption.kms_key_arn') end"
        ),
        "point_in_time_recovery_description": (
            "case when json_type(attributes -> '$.point_in_time_recovery.enabled') is not null then json_object("
            "'PointInTimeRecoveryStatus', "
            f"coalesce({state_of('point_in_time_recovery.enabled', 'ENABLED', 'DISABLED')}, 'DISABLED')) end"
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
    "aws_guardduty_detector": {"status": state_of("enable", "ENABLED", "DISABLED")},
    "aws_rds_db_instance": {
        "class": text_at("instance_class"),
        "master_user_name": text_at("username"),
        "db_parameter_groups": (
            f"case when {text_at('parameter_group_name')} is not null then json_array(json_object("
            "'DBParameterGroupName', attributes -> '$.parameter_group_name')) end"
        ),
        "vpc_id": other(of_p("vpc_id"), "aws_db_subnet_group", f"p.id = r.{text_at('db_subnet_group_name')}"),
    },
    "aws_rds_db_cluster": {"master_user_name": text_at("master_username")},
    "aws_rds_db_subnet_group": {"subnets": each_of("subnet_ids", "json_object('SubnetIdentifier', e)")},
    "aws_elasticache_subnet_group": {"subnets": each_of("subnet_ids", "json_object('SubnetIdentifier', e)")},
    "aws_ec2_load_balancer_listener": {
        "certificates": (
            f"case when {text_at('certificate_arn')} is not null "
            "then json_array(json_object('CertificateArn', attributes -> '$.certificate_arn')) end"
        ),
    },
    "aws_ec2_classic_load_balancer": {
        "scheme": state_of("internal", "internal", "internet-facing"),
        "additional_attributes": settings_of(elb__http__desyncmitigationmode="desync_mitigation_mode"),
        "availability_zones": (
            f"(select to_json(list_sort(list(distinct {of_p('availability_zone')}))) from current p where "
            "p.side = 'actual' and p.type = 'aws_subnet' and p.account = r.account "
            "and json_contains(r.attributes -> '$.subnets', to_json(p.id)))"
        ),
        "listener_descriptions": each_of(
            "listener",
            "json_object('Listener', json_object('Protocol', upper(e ->> '$.lb_protocol'), "
            "'LoadBalancerPort', e -> '$.lb_port', 'InstanceProtocol', upper(e ->> '$.instance_protocol'), "
            "'InstancePort', e -> '$.instance_port', 'SSLCertificateId', e -> '$.ssl_certificate_id'))",
        ),
        "access_log_enabled": flag_at("access_logs.enabled"),
        "connection_draining_enabled": flag_at("connection_draining"),
        "cross_zone_load_balancing_enabled": flag_at("cross_zone_load_balancing"),
    },
    "aws_opensearch_domain": {
        "node_to_node_encryption_options_enabled": flag_at("node_to_node_encryption.enabled"),
        "log_publishing_options": LOGS_OF_SEARCH,
        "vpc_options": VPC_OF_SEARCH,
    },
}  # fmt: skip
