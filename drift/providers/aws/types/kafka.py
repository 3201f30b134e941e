"""Amazon MSK: managed Kafka."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.types.application_autoscaling import scaled, scaling


def sasl() -> Attr:
    """The kinds of SASL that clients may use."""
    return block("Sasl", {
        "iam":   flag("Iam.Enabled", default=False),
        "scram": flag("Scram.Enabled", default=False),
    })


def sink(at: str, **where: Attr) -> Attr:
    """One of the places that logs go to."""
    return block(at, {"enabled": flag("Enabled", default=False), **where})


def exporter(at: str) -> Attr:
    """One of Prometheus's exporters."""
    return block(at, {"enabled_in_broker": flag("EnabledInBroker", default=False)})


CLUSTER = ResourceType(
    name="aws_msk_cluster",
    service="kafka",
    list=Call(op="ListClustersV2", take="ClusterInfoList", args={"ClusterTypeFilter": "PROVISIONED"}),
    describe=scaling("kafka"),
    id=text("ClusterArn"),
    label="cluster_name",
    exists="Provisioned && State != 'DELETING'",
    computed={"arn": text("ClusterArn")},
    attributes={
        "cluster_name":           text("ClusterName"),
        "enhanced_monitoring":    text("Provisioned.EnhancedMonitoring", default="DEFAULT"),
        "kafka_version":          text("Provisioned.CurrentBrokerSoftwareInfo.KafkaVersion"),
        "number_of_broker_nodes": number("Provisioned.NumberOfBrokerNodes"),
        "storage_mode":           text("Provisioned.StorageMode", default="LOCAL"),
        "broker_node_group_info": block("Provisioned.BrokerNodeGroupInfo", {
            "az_distribution":   text("BrokerAZDistribution", default="DEFAULT"),
            "client_subnets":    set_of(values.text, "ClientSubnets"),
            "instance_type":     text("InstanceType"),
            "security_groups":   set_of(values.text, "SecurityGroups"),
            "connectivity_info": block("ConnectivityInfo", {
                "public_access":    block("PublicAccess", {"type": text("Type", default="DISABLED")}),
                "vpc_connectivity": block("VpcConnectivity", {
                    "client_authentication": block("ClientAuthentication", {
                        "tls":  flag("Tls.Enabled", default=False),
                        "sasl": sasl(),
                    }),
                }),
            }),
            "storage_info":      block("StorageInfo", {
                "ebs_storage_info": block("EbsStorageInfo", {
                    "volume_size":            number("VolumeSize", assigned=True, changed_by=scaled(
                        "ClusterArn", "kafka:broker-storage:VolumeSize")),
                    "provisioned_throughput": block("ProvisionedThroughput", {
                        "enabled":           flag("Enabled", default=False),
                        "volume_throughput": number("VolumeThroughput", default=0),
                    }),
                }),
            }, assigned=True),
        }),
        "client_authentication":  block("Provisioned.ClientAuthentication", {
            "unauthenticated": flag("Unauthenticated.Enabled", default=False),
            "sasl":            sasl(),
            "tls":             block("Tls", {
                "certificate_authority_arns": set_of(values.text, "CertificateAuthorityArnList"),
            }),
        }),
        "configuration_info":     block("[Provisioned.CurrentBrokerSoftwareInfo][?ConfigurationArn] | [0]", {
            "arn":      text("ConfigurationArn"),
            "revision": number("ConfigurationRevision"),
        }),
        "encryption_info":        block("Provisioned.EncryptionInfo", {
            "encryption_at_rest_kms_key_arn": kms_key("EncryptionAtRest.DataVolumeKMSKeyId", assigned=True),
            "encryption_in_transit":          block("EncryptionInTransit", {
                "client_broker": text("ClientBroker", default="TLS"),
                "in_cluster":    flag("InCluster", default=True),
            }),
        }, assigned=True),
        "logging_info":           block("Provisioned.LoggingInfo", {
            "broker_logs": block("BrokerLogs", {
                "cloudwatch_logs": sink("CloudWatchLogs", log_group=text("LogGroup")),
                "firehose":        sink("Firehose", delivery_stream=text("DeliveryStream")),
                "s3":              sink("S3", bucket=text("Bucket"), prefix=text("Prefix")),
            }),
        }),
        "open_monitoring":        block("Provisioned.OpenMonitoring", {
            "prometheus": block("Prometheus", {
                "jmx_exporter":  exporter("JmxExporter"),
                "node_exporter": exporter("NodeExporter"),
            }),
        }),
        "tags":                   tags("Tags"),
    },
    refs=(
        Ref("broker_node_group_info.client_subnets[]", to="aws_subnet"),
        Ref("broker_node_group_info.security_groups[]", to="aws_security_group"),
        Ref("client_authentication.tls.certificate_authority_arns[]", to="aws_acmpca_certificate_authority", by="arn"),
        Ref("configuration_info.arn", to="aws_msk_configuration", by="arn"),
        Ref("encryption_info.encryption_at_rest_kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("logging_info.broker_logs.cloudwatch_logs.log_group", to="aws_cloudwatch_log_group", by="name"),
        Ref("logging_info.broker_logs.firehose.delivery_stream", to="aws_kinesis_firehose_delivery_stream", by="name"),
        Ref("logging_info.broker_logs.s3.bucket", to="aws_s3_bucket"),
    ),
)
