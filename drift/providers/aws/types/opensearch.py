"""Amazon OpenSearch Service."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import group_arn, policy, tags
from drift.providers.aws.types.rds import key_id

GONE = frozenset({"ResourceNotFoundException"})


def _tuned(value: Any) -> str | None:
    """Auto-Tune is being switched on or off for a while."""
    return None if value in (None, "") else "ENABLED" if str(value).startswith("ENABLE") else "DISABLED"


def _options(value: Any) -> Value:
    """Upgrades add an option of their own, which the provider does not record either where it is off."""
    added = ("override_main_response_version", "false")
    return values.mapped({k: v for k, v in (value or {}).items() if (k, str(v).lower()) != added})


DOMAIN = ResourceType(
    name="aws_opensearch_domain",
    service="opensearch",
    list=Call(op="ListDomainNames", take="DomainNames"),
    describe=(
        Call(op="DescribeDomains", take="DomainStatusList", into="Domain",
             bind={"DomainNames": "DomainName"}, batch=5, match="DomainName", every=True),
        Call(op="ListTags", take="TagList", into="Tags", gone=GONE, bind={"ARN": "Domain.ARN"}),
        # a domain outside any VPC has none, and is refused
        Call(op="ListVpcEndpointAccess", take="AuthorizedPrincipalList", into="Access", gone=GONE,
             absent=frozenset({"ValidationException"}), bind={"DomainName": "DomainName"}),
    ),
    id=text("Domain.ARN"),
    identity=("domain_name",),
    import_id="domain_name",
    label="domain_name",
    exists="Domain && !(Domain.Deleted)",
    computed={
        "arn":                      text("Domain.ARN"),
        "endpoint":                 text("Domain.Endpoint"),
        "service_software_options": block("Domain.ServiceSoftwareOptions", {
            "current_version":     text("CurrentVersion"),
            "new_version":         text("NewVersion"),
            "optional_deployment": flag("OptionalDeployment"),
            "update_available":    flag("UpdateAvailable"),
            "update_status":       text("UpdateStatus"),
        }, outside_schema=True),
        "vpc_id":                   text("Domain.VPCOptions.VPCId", outside_schema=True),
    },
    attributes={
        "domain_name":      text("DomainName"),
        "access_policies":  policy("Domain.AccessPolicies"),
        "advanced_options": attr("Domain.AdvancedOptions", _options, assigned=True),
        "engine_version":   text("Domain.EngineVersion", assigned=True),
        "ip_address_type":  text("Domain.IPAddressType", assigned=True),
        "advanced_security_options": block("Domain.AdvancedSecurityOptions", {
            "enabled":                        flag("Enabled"),
            "anonymous_auth_enabled":         flag("AnonymousAuthEnabled", default=False),
            "internal_user_database_enabled": flag("InternalUserDatabaseEnabled"),
        }),
        "auto_tune_options": block("Domain.AutoTuneOptions", {
            "desired_state":       attr("State", _tuned),
            "use_off_peak_window": flag("UseOffPeakWindow"),
        }, assigned=True),
        "cluster_config": block("Domain.ClusterConfig", {
            "dedicated_master_count":        number("DedicatedMasterCount", default=0),
            "dedicated_master_enabled":      flag("DedicatedMasterEnabled"),
            "dedicated_master_type":         text("DedicatedMasterType"),
            "instance_count":                number("InstanceCount", default=1),
            "instance_type":                 text("InstanceType", default="m4.large.search"),
            "multi_az_with_standby_enabled": flag("MultiAZWithStandbyEnabled"),
            "warm_count":                    number("WarmCount", default=0),
            "warm_enabled":                  flag("WarmEnabled"),
            "warm_type":                     text("WarmType"),
            "zone_awareness_enabled":        flag("ZoneAwarenessEnabled"),
            "cold_storage_options":          block("ColdStorageOptions", {"enabled": flag("Enabled", default=False)}),
            "node_options":                  blocks("NodeOptions", {
                "node_type":   text("NodeType", assigned=True),
                "node_config": block("NodeConfig", {
                    "count":   number("Count", default=0),
                    "enabled": flag("Enabled", default=False),
                    "type":    text("Type", assigned=True),
                }),
            }, key=lambda n: n.get("node_type")),
            "zone_awareness_config":         block("ZoneAwarenessConfig", {
                "availability_zone_count": number("AvailabilityZoneCount", default=2),
            }),
        }, assigned=True),
        "cognito_options": block("Domain.CognitoOptions", {
            "enabled":          flag("Enabled"),
            "identity_pool_id": text("IdentityPoolId"),
            "role_arn":         text("RoleArn"),
            "user_pool_id":     text("UserPoolId"),
        }),
        "domain_endpoint_options": block("Domain.DomainEndpointOptions", {
            "custom_endpoint":                 text("CustomEndpoint"),
            "custom_endpoint_certificate_arn": text("CustomEndpointCertificateArn"),
            "custom_endpoint_enabled":         flag("CustomEndpointEnabled"),
            "enforce_https":                   flag("EnforceHTTPS"),
            "tls_security_policy":             text("TLSSecurityPolicy", assigned=True),
        }, assigned=True),
        "ebs_options": block("Domain.EBSOptions", {
            "ebs_enabled": flag("EBSEnabled"),
            "iops":        number("Iops", default=0),
            "throughput":  number("Throughput", default=0),
            "volume_size": number("VolumeSize", default=0),
            "volume_type": text("VolumeType", assigned=True),
        }, assigned=True),
        "encrypt_at_rest": block("Domain.EncryptionAtRestOptions", {
            "enabled":    flag("Enabled"),
            "kms_key_id": attr("KmsKeyId", key_id, assigned=True),
        }, assigned=True),
        "log_publishing_options": blocks("entries(Domain.LogPublishingOptions)", {
            "cloudwatch_log_group_arn": group_arn("value.CloudWatchLogsLogGroupArn"),
            "enabled":                  flag("value.Enabled", default=True),
            "log_type":                 text("key"),
        }, key=lambda o: o.get("log_type")),
        "node_to_node_encryption": block("Domain.NodeToNodeEncryptionOptions", {"enabled": flag("Enabled")},
                                         assigned=True),
        "off_peak_window_options": block("Domain.OffPeakWindowOptions", {
            "enabled":         flag("Enabled", default=True),
            "off_peak_window": block("OffPeakWindow", {
                "window_start_time": block("WindowStartTime", {
                    "hours":   number("Hours", default=0),
                    "minutes": number("Minutes", default=0),
                }),
            }),
        }, assigned=True),
        "snapshot_options": block("Domain.SnapshotOptions", {
            "automated_snapshot_start_hour": number("AutomatedSnapshotStartHour", default=0),
        }),
        "software_update_options": block("Domain.SoftwareUpdateOptions", {
            "auto_software_update_enabled": flag("AutoSoftwareUpdateEnabled", default=False),
        }),
        "vpc_options": block("Domain.VPCOptions", {
            "security_group_ids": set_of(values.text, "SecurityGroupIds"),
            "subnet_ids":         set_of(values.text, "SubnetIds"),
        }),
        "tags": tags("Tags"),
    },
    ignored={
        "advanced_security_options.master_user_options": "never returned by AWS",
        "auto_tune_options.maintenance_schedule":        "retired: off-peak windows took its place",
        "auto_tune_options.rollback_on_disable":         "an instruction to Terraform",
    },
    refs=(
        Ref("vpc_options.security_group_ids[]", to="aws_security_group"),
        Ref("vpc_options.subnet_ids[]", to="aws_subnet"),
        Ref("encrypt_at_rest.kms_key_id", to="aws_kms_key"),
        Ref("cognito_options.user_pool_id", to="aws_cognito_user_pool"),
        Ref("cognito_options.identity_pool_id", to="aws_cognito_identity_pool"),
        Ref("cognito_options.role_arn", to="aws_iam_role", by="arn"),
        Ref("domain_endpoint_options.custom_endpoint_certificate_arn", to="aws_acm_certificate", by="arn"),
        Ref("log_publishing_options[].cloudwatch_log_group_arn", to="aws_cloudwatch_log_group", by="arn"),
    ),
)


def _only(block_: Attr, *without: str, **instead: Attr) -> Attr:
    """A block less some of its fields, others in another form."""
    return replace(block_, fields={k: instead.get(k, v) for k, v in block_.fields.items() if k not in without})


def _elastic(at: str, **words: Any) -> Attr:
    """An instance type, of which each of both APIs has its own spelling."""
    return attr(at, lambda v: str(v).replace(".elasticsearch", ".search") if v else None, **words)


_of = DOMAIN.attributes
# the same domains by the older API's names
ELASTICSEARCH_DOMAIN = replace(
    DOMAIN,
    name="aws_elasticsearch_domain",
    alias_of="aws_opensearch_domain",
    attributes={
        **{k: v for k, v in _of.items() if k not in (
            "engine_version", "ip_address_type", "off_peak_window_options", "software_update_options",
        )},
        "advanced_security_options": _only(_of["advanced_security_options"], "anonymous_auth_enabled"),
        "auto_tune_options":         _only(_of["auto_tune_options"], "use_off_peak_window"),
        "cluster_config":            _only(
            _of["cluster_config"], "multi_az_with_standby_enabled", "node_options",
            instance_type=_elastic("InstanceType", default="m4.large.elasticsearch"),
            dedicated_master_type=_elastic("DedicatedMasterType"),
            warm_type=_elastic("WarmType"),
        ),
        "elasticsearch_version":     attr("Domain.EngineVersion", lambda v: str(v).removeprefix("Elasticsearch_")
                                          if v else None, assigned=True),
    },
)
ELASTICSEARCH_DOMAIN_POLICY = ResourceType(
    name="aws_elasticsearch_domain_policy",
    importable=False,
    service="opensearch",
    alias_of="aws_opensearch_domain_policy",
    list=Within("aws_opensearch_domain"),
    exists="Domain.AccessPolicies",
    id=text("join('', ['esd-policy-', DomainName])"),
    identity=("domain_name",),
    label="domain_name",
    attributes={"domain_name": text("DomainName"), "access_policies": policy("Domain.AccessPolicies")},
    parent=Parent("domain_name", to="aws_opensearch_domain", by="domain_name", covers={"access_policies": WHOLE}),
)

DOMAIN_POLICY = ResourceType(
    name="aws_opensearch_domain_policy",
    importable=False,
    service="opensearch",
    list=Within("aws_opensearch_domain"),
    exists="Domain.AccessPolicies",
    id=text("join('', ['esd-policy-', DomainName])"),
    identity=("domain_name",),
    label="domain_name",
    attributes={"domain_name": text("DomainName"), "access_policies": policy("Domain.AccessPolicies")},
    parent=Parent("domain_name", to="aws_opensearch_domain", by="domain_name", covers={"access_policies": WHOLE}),
)

VPC_ENDPOINT_ACCESS = ResourceType(
    name="aws_opensearch_authorize_vpc_endpoint_access",
    service="opensearch",
    list=Within("aws_opensearch_domain", each="Access[]"),
    id=text("join(',', [parent.DomainName, Principal])"),
    identity=("domain_name", "account"),
    import_id="join(',', [domain_name, account])",
    label="account",
    attributes={"account": text("Principal"), "domain_name": text("parent.DomainName")},
    parent=Parent("domain_name", to="aws_opensearch_domain", by="domain_name"),
)


def _domain(at: str) -> Attr:
    return block(f"{at}.AWSDomainInformation", {
        "domain_name": text("DomainName"),
        "owner_id":    text("OwnerId"),
        "region":      text("Region"),
    })


OUTBOUND_CONNECTION = ResourceType(
    name="aws_opensearch_outbound_connection",
    service="opensearch",
    list=Call(op="DescribeOutboundConnections", take="Connections"),
    id=text("ConnectionId"),
    label="connection_alias",
    exists="!contains(['DELETED', 'DELETING', 'REJECTED'], ConnectionStatus.StatusCode || '')",
    computed={"connection_status": text("ConnectionStatus.StatusCode")},
    attributes={
        "connection_alias":      text("ConnectionAlias"),
        "connection_mode":       text("ConnectionMode", assigned=True),
        "connection_properties": block("ConnectionProperties", {
            "cross_cluster_search": block("CrossClusterSearch", {
                "skip_unavailable": text("SkipUnavailable", assigned=True),
            }, assigned=True),
        }, assigned=True),
        "local_domain_info":     _domain("LocalDomainInfo"),
        "remote_domain_info":    _domain("RemoteDomainInfo"),
    },
    ignored={"accept_connection": "an instruction to Terraform"},
    refs=(
        Ref("local_domain_info.domain_name", to="aws_opensearch_domain", by="domain_name"),
        Ref("remote_domain_info.domain_name", to="aws_opensearch_domain", by="domain_name"),
    ),
)
