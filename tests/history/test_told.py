"""Columns that no recorded world fills: what the cloud answers, as its API reference has it, is what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.diff.redact import redacted
from drift.history.reading import Reader
from drift.history.rows import Row
from drift.history.shapes import Shapes
from drift.history.store import Store
from drift.live.document import Document, Unasked
from drift.model.value import plain
from drift.provider.installed import installed
from tests.support.stores import row_of, scan

THEN = datetime(2026, 11, 3, 4, 5, 6, tzinfo=UTC)
ALLOW = {
    "Sid": "in",
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
}
ANSWERS: tuple[tuple[str, str, Mapping[str, Any], Mapping[str, Any]], ...] = (
    ("aws_secretsmanager_secret", "aws_secretsmanager_secret",
     {"ARN": "arn:s", "Name": "s", "CreatedDate": THEN, "LastRotatedDate": THEN, "RotationEnabled": True,
      "RotationLambdaARN": "arn:f", "RotationRules": {"AutomaticallyAfterDays": 30}, "PrimaryRegion": "eu-west-1"},
     {"created_date": THEN, "last_rotated_date": THEN, "last_accessed_date": None, "rotation_enabled": True,
      "rotation_lambda_arn": "arn:f", "(rotation_rules -> 'AutomaticallyAfterDays')::integer": 30,
      "primary_region": "eu-west-1"}),
    ("aws_guardduty_detector", "aws_guardduty_detector",
     {"DetectorId": "d", "Detector": {"Status": "ENABLED", "Features": [
         {"Name": "RUNTIME_MONITORING", "Status": "ENABLED",
          "AdditionalConfiguration": [{"Name": "EKS_ADDON_MANAGEMENT", "Status": "DISABLED"}]}]}},
     {"features -> 0 ->> 'Name'": "RUNTIME_MONITORING", "features -> 0 ->> 'Status'": "ENABLED",
      "features -> 0 -> 'AdditionalConfiguration' -> 0 ->> 'Status'": "DISABLED"}),
    ("aws_lambda_function", "aws_lambda_function", {"FunctionName": "f", "Policy": [ALLOW]},
     {"policy_std -> 'Statement' -> 0 ->> 'Sid'": "in", "policy -> 'Statement' -> 0 ->> 'Effect'": "Allow"}),
    ("aws_lambda_function", "aws_lambda_function", {"FunctionName": "g", "Policy": None}, {"policy_std": None}),
    ("aws_s3_bucket", "aws_s3_bucket", {"Name": "b", "PublicAccessBlock": None}, {"block_public_acls": False}),
    ("aws_s3_bucket", "aws_s3_bucket", {"Name": "unasked"}, {"block_public_acls": None}),
    ("aws_s3_access_point", "aws_s3_access_point",
     {"Name": "p", "Point": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": False,
                                                                "IgnorePublicAcls": True, "RestrictPublicBuckets": False}}},
     {"block_public_acls": True, "block_public_policy": False, "ignore_public_acls": True,
      "restrict_public_buckets": False}),
    ("aws_ecs_cluster", "aws_ecs_cluster",
     {"clusterArn": "arn:c", "Cluster": {"activeServicesCount": 2, "registeredContainerInstancesCount": 0}},
     {"active_services_count": 2, "registered_container_instances_count": 0}),
    ("aws_rds_db_cluster", "aws_rds_cluster",
     {"DBClusterIdentifier": "c", "MultiAZ": True, "AutoMinorVersionUpgrade": False},
     {"multi_az": True, "auto_minor_version_upgrade": False}),
    ("aws_elasticache_replication_group", "aws_elasticache_replication_group",
     {"ReplicationGroupId": "g", "AutomaticFailover": "enabling"}, {"automatic_failover": "enabling"}),
    ("aws_acm_certificate", "aws_acm_certificate", {"CertificateArn": "arn:a", "RenewalEligibility": "INELIGIBLE"},
     {"renewal_eligibility": "INELIGIBLE"}),
    ("aws_route53_zone", "aws_route53_zone", {"Id": "/hostedzone/Z1", "Config": {"PrivateZone": True}},
     {"id": "Z1", "private_zone": True}),
    ("aws_cloudformation_stack", "aws_cloudformation_stack",
     {"StackId": "arn:stack/1", "StackName": "n", "DriftInformation": {"StackDriftStatus": "DRIFTED"}},
     {"id": "arn:stack/1", "stack_drift_status": "DRIFTED"}),
    ("aws_vpc_peering_connection", "aws_vpc_peering_connection",
     {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}, "RequesterVpcInfo": {"OwnerId": "1"},
      "AccepterVpcInfo": {"OwnerId": "2"}},
     {"id": "pcx-1", "status_code": "active", "requester_owner_id": "1", "accepter_owner_id": "2"}),
    ("aws_efs_file_system", "aws_efs_file_system",
     {"FileSystemId": "fs-1", "Tags": [{"Key": "aws:elasticfilesystem:default-backup", "Value": "enabled"}]},
     {"automatic_backups": "enabled"}),
    ("aws_eventbridge_bus", "aws_cloudwatch_event_bus",
     {"Name": "bus", "Policy": '{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow"}]}'},
     {"policy_std -> 'Statement' -> 0 ->> 'Sid'": "a"}),
    ("aws_backup_vault", "aws_backup_vault",
     {"BackupVaultName": "v", "AccessPolicy": '{"Version": "2012-10-17", "Statement": [{"Sid": "d", "Effect": "Deny"}]}'},
     {"policy -> 'Statement' -> 0 ->> 'Sid'": "d"}),
    ("aws_acmpca_certificate_authority", "aws_acmpca_certificate_authority", {"Arn": "arn:ca", "Status": "DISABLED"},
     {"status": "DISABLED"}),
    ("aws_account_alternate_contact", "aws_account_alternate_contact",
     {"AccountId": "1", "AlternateContactType": "SECURITY", "Name": "Ada", "EmailAddress": "a@b.test"},
     {"contact_type": "SECURITY", "email_address": "a@b.test"}),
    ("aws_api_gateway_stage", "aws_api_gateway_stage",
     {"stageName": "live", "accessLogSettings": {"destinationArn": "arn:aws:logs:eu-west-1:1:log-group:g:*"},
      "methodSettings": {"*/*": {"cachingEnabled": True, "cacheDataEncrypted": False, "loggingLevel": "INFO"}}},
     {"name": "live", "access_log_settings ->> 'DestinationArn'": "arn:aws:logs:eu-west-1:1:log-group:g",
      "method_settings -> '*/*' ->> 'CachingEnabled'": "true", "method_settings -> '*/*' ->> 'LoggingLevel'": "INFO"}),
    ("aws_athena_workgroup", "aws_athena_workgroup",
     {"Name": "w", "WorkGroup": {"Configuration": {"ManagedQueryResultsConfiguration": {
         "Enabled": True, "EncryptionConfiguration": {"KmsKey": "arn:k"}}}}},
     {"managed_query_results_enabled": True, "managed_query_results_kms_key": "arn:k"}),
    ("aws_ec2_autoscaling_group", "aws_autoscaling_group",
     {"AutoScalingGroupName": "g", "Tags": [{"Key": "Team", "Value": "web", "PropagateAtLaunch": False}],
      "MixedInstancesPolicy": {"LaunchTemplate": {"Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large"}]}}},
     {"tags_src -> 0 ->> 'PropagateAtLaunch'": "false", "tags_src -> 0 ->> 'Key'": "Team",
      "(select jsonb_agg(o ->> 'InstanceType') from jsonb_array_elements(mixed_instances_policy_launch_template_overrides) o)":
      '["m5.large","m6i.large"]'}),
    ("aws_backup_plan", "aws_backup_plan",
     {"BackupPlanId": "p", "BackupPlanName": "daily",
      "Plan": {"Rules": [{"RuleName": "r", "Lifecycle": {"DeleteAfterDays": 35}}]}},
     {"backup_plan ->> 'BackupPlanName'": "daily",
      "(backup_plan -> 'Rules' -> 0 -> 'Lifecycle' ->> 'DeleteAfterDays')::int": 35}),
    ("aws_cloudformation_stack", "aws_cloudformation_stack",
     {"StackId": "arn:stack/2", "StackName": "p", "EnableTerminationProtection": True},
     {"enable_termination_protection": True}),
    ("aws_cloudfront_distribution", "aws_cloudfront_distribution",
     {"Id": "E1", "Config": {"Logging": {"Enabled": True, "Bucket": "b.s3.amazonaws.com", "Prefix": "", "IncludeCookies": False}},
      "ViewerCertificate": {"ACMCertificateArn": "arn:c", "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}},
     {"logging ->> 'Enabled'": "true", "logging ->> 'Bucket'": "b.s3.amazonaws.com",
      "viewer_certificate ->> 'SSLSupportMethod'": "sni-only", "viewer_certificate ->> 'CertificateSource'": "acm",
      "viewer_certificate ->> 'Certificate'": "arn:c"}),
    ("aws_cloudfront_distribution", "aws_cloudfront_distribution",
     {"Id": "E2", "Config": {"Logging": {"Enabled": False, "Bucket": ""}},
      "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"}},
     {"logging ->> 'Enabled'": "false", "viewer_certificate ->> 'CertificateSource'": "cloudfront"}),
    ("aws_cloudfront_distribution", "aws_cloudfront_distribution", {"Id": "E3"}, {"logging": None}),
    ("aws_config_configuration_recorder", "aws_config_configuration_recorder",
     {"name": "default", "Status": {"recording": True, "lastStatus": "SUCCESS"},
      "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}},
     {"status ->> 'Recording'": "true", "status ->> 'LastStatus'": "SUCCESS",
      "recording_group ->> 'IncludeGlobalResourceTypes'": "true"}),
    ("aws_datasync_task", "aws_datasync_task",
     {"TaskArn": "arn:t", "Task": {"CloudWatchLogGroupArn": "arn:aws:logs:eu-west-1:1:log-group:g"}},
     {"cloud_watch_log_group_arn": "arn:aws:logs:eu-west-1:1:log-group:g"}),
    ("aws_dax_cluster", "aws_dax_cluster", {"ClusterName": "c", "SSEDescription": {"Status": "ENABLED"}},
     {"sse_description ->> 'Status'": "ENABLED"}),
    ("aws_dms_endpoint", "aws_dms_endpoint",
     {"EndpointIdentifier": "e", "EndpointType": "TARGET", "NeptuneSettings": {"IamAuthEnabled": True}},
     {"endpoint_type": "TARGET", "(neptune_settings -> 'IamAuthEnabled')::bool": True}),
    ("aws_docdb_cluster_instance", "aws_docdb_cluster_instance",
     {"DBInstanceIdentifier": "i", "StorageEncrypted": True, "EnabledCloudwatchLogsExports": ["audit"]},
     {"storage_encrypted": True, "enabled_cloudwatch_logs_exports": '["audit"]'}),
    ("aws_docdb_cluster_snapshot", "aws_docdb_cluster_snapshot",
     {"DBClusterSnapshotIdentifier": "s", "DBClusterSnapshotArn": "arn:s",
      "Shares": [{"AttributeName": "restore", "AttributeValues": ["all"]}]},
     {"arn": "arn:s", "db_cluster_snapshot_attributes -> 0 ->> 'AttributeName'": "restore",
      "db_cluster_snapshot_attributes -> 0 -> 'AttributeValues' = '[\"all\"]'": True}),
    ("aws_rds_db_cluster_snapshot", "aws_db_cluster_snapshot",
     {"DBClusterSnapshotIdentifier": "s", "StorageEncrypted": False,
      "Shares": [{"AttributeName": "restore", "AttributeValues": ["111122223333"]}]},
     {"storage_encrypted": False, "db_cluster_snapshot_attributes -> 0 -> 'AttributeValues'": '["111122223333"]'}),
    ("aws_neptune_db_cluster_snapshot", "aws_neptune_cluster_snapshot",
     {"DBClusterSnapshotIdentifier": "s", "Shares": [{"AttributeName": "restore", "AttributeValues": []}]},
     {"db_cluster_snapshot_attributes -> 0 -> 'AttributeValues'": "[]"}),
    ("aws_rds_db_snapshot", "aws_db_snapshot", {"DBSnapshotIdentifier": "s"}, {"db_snapshot_attributes": None}),
    ("aws_ec2_ami", "aws_ami",
     {"ImageId": "ami-1", "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True, "SnapshotId": "s"}},
                                                  {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}]},
     {"block_device_mappings -> 0 -> 'Ebs' ->> 'Encrypted'": "true",
      "block_device_mappings -> 1 ->> 'VirtualName'": "ephemeral0", "jsonb_array_length(block_device_mappings)": 2}),
    ("aws_ec2_instance", "aws_instance",
     {"InstanceId": "i-1", "StateTransitionReason": "User initiated (2026-11-03 04:05:06 GMT)",
      "MetadataOptions": {"HttpTokens": "required", "State": "applied"},
      "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Attachment": {"DeviceIndex": 0}},
                            {"NetworkInterfaceId": "eni-2", "Attachment": {"DeviceIndex": 1}}]},
     {"state_transition_time": THEN, "metadata_options ->> 'State'": "applied",
      "metadata_options ->> 'HttpTokens'": "required", "jsonb_array_length(network_interfaces)": 2,
      "network_interfaces -> 1 -> 'Attachment' ->> 'DeviceIndex'": "1"}),
    ("aws_ec2_instance", "aws_instance", {"InstanceId": "i-2", "StateTransitionReason": ""}, {"state_transition_time": None}),
    ("aws_ec2_classic_load_balancer", "aws_elb",
     {"LoadBalancerName": "l", "Subnets": [], "ListenerDescriptions": [
         {"Listener": {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstanceProtocol": "HTTP", "InstancePort": 80,
                       "SSLCertificateId": "arn:aws:acm:1"}}],
      "Attributes": {"AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "defensive"}]}},
     {"listener_descriptions -> 0 -> 'Listener' ->> 'Protocol'": "HTTPS",
      "listener_descriptions -> 0 -> 'Listener' ->> 'SSLCertificateId'": "arn:aws:acm:1",
      "additional_attributes -> 0 ->> 'Value'": "defensive"}),
    ("aws_ecs_task_definition", "aws_ecs_task_definition",
     {"Task": {"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:1:task-definition/t:1", "containerDefinitions": [
         {"name": "app", "image": "i", "privileged": True, "environment": [{"name": "A", "value": "1"}],
          "logConfiguration": {"logDriver": "awslogs"}}, {"name": "side", "image": "i", "readonlyRootFilesystem": True}]}}},
     {"jsonb_array_length(container_definitions)": 2,
      "(select c ->> 'Privileged' from jsonb_array_elements(container_definitions) c where c ->> 'Name' = 'app')": "true",
      "(select c -> 'Environment' -> 0 ->> 'Name' from jsonb_array_elements(container_definitions) c where c ->> 'Name' = 'app')": "A",
      "(select c -> 'LogConfiguration' ->> 'LogDriver' from jsonb_array_elements(container_definitions) c where c ->> 'Name' = 'app')":
      "awslogs"}),
    ("aws_eks_cluster", "aws_eks_cluster",
     {"name": "c", "Cluster": {"resourcesVpcConfig": {"vpcId": "vpc-1", "endpointPublicAccess": True}}},
     {"resources_vpc_config ->> 'VpcId'": "vpc-1", "resources_vpc_config ->> 'EndpointPublicAccess'": "true"}),
    *((table, type_,
       {"DomainName": "d", "Domain": {
           "ARN": "arn:d", "VPCOptions": {"VPCId": "vpc-1", "SubnetIds": ["s"]}, "NodeToNodeEncryptionOptions": {"Enabled": True},
           "ClusterConfig": {"InstanceCount": 3, "ZoneAwarenessEnabled": True, "DedicatedMasterEnabled": False},
           "ServiceSoftwareOptions": {"UpdateAvailable": False, "CurrentVersion": "R1"},
           "LogPublishingOptions": {"AUDIT_LOGS": {"CloudWatchLogsLogGroupArn": "arn:aws:logs:1:2:log-group:g:*", "Enabled": True}}}},
       {"log_publishing_options -> 'AUDIT_LOGS' ->> 'Enabled'": "true", "vpc_options ->> 'VPCId'": "vpc-1",
        "log_publishing_options -> 'AUDIT_LOGS' ->> 'CloudWatchLogsLogGroupArn'": "arn:aws:logs:1:2:log-group:g",
        "log_publishing_options -> 'INDEX_SLOW_LOGS'": None, **said})
      for table, type_, said in (
          ("aws_opensearch_domain", "aws_opensearch_domain",
           {"service_software_options ->> 'UpdateAvailable'": "false"}),
          ("aws_elasticsearch_domain", "aws_elasticsearch_domain",
           {"enabled": True, "elasticsearch_cluster_config ->> 'ZoneAwarenessEnabled'": "true",
            "(elasticsearch_cluster_config ->> 'InstanceCount')::int": 3}))),
    ("aws_emr_security_configuration", "aws_emr_security_configuration",
     {"Name": "s", "Described": {"SecurityConfiguration": '{"EncryptionConfiguration": {"EnableAtRestEncryption": true}}'}},
     {"encryption_configuration ->> 'EnableAtRestEncryption'": "true"}),
    ("aws_glue_connection", "aws_glue_connection",
     {"Name": "c", "ConnectionProperties": {"JDBC_ENFORCE_SSL": "true", "PASSWORD": "secret"}},
     {"connection_properties": '{"JDBC_ENFORCE_SSL":"true"}'}),
    ("aws_glue_security_configuration", "aws_glue_security_configuration",
     {"Name": "s", "EncryptionConfiguration": {
         "S3Encryption": [{"S3EncryptionMode": "SSE-KMS"}], "CloudWatchEncryption": {"CloudWatchEncryptionMode": "DISABLED"},
         "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS"}}},
     {"s3_encryption -> 0 ->> 'S3EncryptionMode'": "SSE-KMS",
      "cloud_watch_encryption ->> 'CloudWatchEncryptionMode'": "DISABLED",
      "job_bookmarks_encryption ->> 'JobBookmarksEncryptionMode'": "CSE-KMS"}),
    ("aws_iam_virtual_mfa_device", "aws_iam_virtual_mfa_device",
     {"SerialNumber": "arn:aws:iam::1:mfa/ada", "User": {"UserName": "ada", "UserId": "AIDA1"}}, {"user_id": "AIDA1"}),
    ("aws_kinesis_firehose_delivery_stream", "aws_kinesis_firehose_delivery_stream",
     {"Name": "f", "Stream": {"DeliveryStreamARN": "arn:f", "DeliveryStreamEncryptionConfiguration": {
         "Status": "ENABLED", "KeyType": "AWS_OWNED_CMK"}}},
     {"delivery_stream_encryption_configuration ->> 'Status'": "ENABLED"}),
    ("aws_lambda_function", "aws_lambda_function",
     {"FunctionName": "h", "Layers": [{"Arn": "arn:layer:1"}], "Urls": [
         {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:h:live", "AuthType": "AWS_IAM"},
         {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:h", "AuthType": "NONE",
          "Cors": {"AllowOrigins": ["*"]}}]},
     {"url_config ->> 'AuthType'": "NONE", "url_config -> 'Cors' ->> 'AllowOrigins' = '[\"*\"]'": True,
      "layers -> 0 ->> 'Arn'": "arn:layer:1"}),
    ("aws_mq_broker", "aws_mq_broker", {"BrokerId": "b", "EngineType": "ACTIVEMQ", "DeploymentMode": "SINGLE_INSTANCE"},
     {"engine_type": "ACTIVEMQ", "deployment_mode": "SINGLE_INSTANCE"}),
    ("aws_networkfirewall_firewall", "aws_networkfirewall_firewall", {"FirewallArn": "arn:fw", "FirewallName": "fw"},
     {"logging_configuration -> 0 ->> 'LogType'": "FLOW", "jsonb_array_length(logging_configuration)": 1}),
    ("aws_networkfirewall_logging_configuration", "aws_networkfirewall_logging_configuration",
     {"FirewallArn": "arn:fw", "Logging": {"LogDestinationConfigs": [
         {"LogType": "FLOW", "LogDestinationType": "S3", "LogDestination": {"bucketName": "b"}}]}},
     {"firewall_arn": "arn:fw"}),
    ("aws_networkfirewall_rule_group", "aws_networkfirewall_rule_group",
     {"Arn": "arn:rg", "Described": {"RuleGroup": {"RulesSource": {"StatelessRulesAndCustomActions": {
         "StatelessRules": [{"Priority": 1}]}}}}},
     {"jsonb_array_length(rules_source -> 'StatelessRulesAndCustomActions' -> 'StatelessRules')": 1}),
    ("aws_rds_db_instance", "aws_db_instance",
     {"DbiResourceId": "db-1", "DBInstanceIdentifier": "d", "EnhancedMonitoringResourceArn": "arn:em",
      "DBParameterGroups": [{"DBParameterGroupName": "pg"}]},
     {"enhanced_monitoring_resource_arn": "arn:em", "db_parameter_groups -> 0 ->> 'DBParameterGroupName'": "pg"}),
    ("aws_redshift_cluster", "aws_redshift_cluster",
     {"ClusterIdentifier": "r", "ClusterParameterGroups": [{"ParameterGroupName": "pg"}],
      "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}], "Endpoint": {"Port": 5439},
      "Logging": {"LoggingEnabled": True, "BucketName": "b"}},
     {"logging_status ->> 'LoggingEnabled'": "true", "cluster_parameter_groups -> 0 ->> 'ParameterGroupName'": "pg",
      "vpc_security_groups -> 0 ->> 'VpcSecurityGroupId'": "sg-1", "(endpoint ->> 'Port')::int": 5439}),
    ("aws_s3_bucket", "aws_s3_bucket", {"Name": "told"},
     {"event_notification_configuration -> 'QueueConfigurations' -> 0 ->> 'QueueArn'": "arn:q",
      "event_notification_configuration ->> 'TopicConfigurations'": None,
      "event_notification_configuration ->> 'EventBridgeConfiguration'": "{}"}),
    ("aws_s3_bucket_notification", "aws_s3_bucket_notification",
     {"Name": "told", "Notification": {"EventBridgeConfiguration": {}, "QueueConfigurations": [
         {"Id": "1", "QueueArn": "arn:q", "Events": ["s3:ObjectCreated:*"]}]}}, {"bucket": "told"}),
    ("aws_vpc_peering_connection", "aws_vpc_peering_connection",
     {"VpcPeeringConnectionId": "pcx-2", "RequesterVpcInfo": {"CidrBlock": "10.0.0.0/16"},
      "AccepterVpcInfo": {"CidrBlock": "10.1.0.0/16"}},
     {"'10.1.0.0/16'::cidr = accepter_cidr_block": True, "requester_cidr_block": "10.0.0.0/16"}),
    ("aws_vpc_vpn_connection", "aws_vpn_connection",
     {"VpnConnectionId": "vpn-1", "VgwTelemetry": [{"OutsideIpAddress": "203.0.113.7", "Status": "UP"},
                                                   {"OutsideIpAddress": "203.0.113.8", "Status": "DOWN"}],
      "Options": {"TunnelOptions": [{"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True}}}, {}]}},
     {"(select count(*) from jsonb_array_elements(vgw_telemetry) t where t ->> 'Status' = 'UP')": 1,
      "options -> 'TunnelOptions' -> 0 -> 'LogOptions' -> 'CloudWatchLogOptions' ->> 'LogEnabled'": "true"}),
    ("aws_wafv2_web_acl", "aws_wafv2_web_acl",
     {"Id": "w", "ARN": "arn:w", "WebACL": {
         "Rules": [{"Name": "r", "Priority": 1, "Statement": {"RuleGroupReferenceStatement": {"ARN": "arn:rg"}}},
                   {"Name": "b", "Statement": {"ByteMatchStatement": {"SearchString": b"x"}}}],
         "VisibilityConfig": {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": False}}},
     {"jsonb_array_length(rules)": 2, "rules -> 0 -> 'Statement' -> 'RuleGroupReferenceStatement' ->> 'ARN'": "arn:rg",
      "visibility_config ->> 'CloudWatchMetricsEnabled'": "true", "logging_configuration ->> 'ResourceArn'": "arn:w"}),
    ("aws_wafv2_web_acl_logging_configuration", "aws_wafv2_web_acl_logging_configuration",
     {"ResourceArn": "arn:w", "LogDestinationConfigs": ["arn:g"]}, {"resource_arn": "arn:w"}),
)  # fmt: skip
"""Table, Terraform's type, what the cloud answers of one resource, and what its columns say."""


def _rows() -> Iterator[Row]:
    catalog = installed()
    for n, (_, type_, answer, _said) in enumerate(ANSWERS):
        entry = catalog[type_]
        document = Document(entry, "us-east-1", answer)
        read = {m: document.read(a) for m, a in {"id": entry.id, **entry.computed, **entry.attributes}.items()}
        attributes = {m: plain(redacted(v, entry.attr(m), "")) for m, v in read.items() if not isinstance(v, Unasked)}
        # a type that goes by two names is kept under the one that it is listed as
        yield row_of("actual", entry.listed_as, str(attributes["id"]), f"{type_}.r{n}", attributes)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    store = Store(str(tmp_path_factory.mktemp("told") / "drift.duckdb"))
    store.add(scan(0, size=0, resources=list(_rows())))
    with store.reader() as reader:
        yield reader


@pytest.mark.parametrize("n", range(len(ANSWERS)), ids=lambda n: f"{ANSWERS[n][0]}-{n}")
def test_a_column_says_what_the_api_answers(reader: Reader, n: int) -> None:
    table, type_, _, said = ANSWERS[n]
    text = (
        f"select {', '.join(f'{c} as c{i}' for i, c in enumerate(said))} from {table} where _address = '{type_}.r{n}'"
    )
    (found,) = reader.sql(reader.shaped(text, Shapes(installed())).sql).rows
    assert [v.astimezone(UTC) if isinstance(v, datetime) else v for v in found] == [*said.values()]
