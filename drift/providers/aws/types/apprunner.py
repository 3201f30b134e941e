"""AWS App Runner."""

from __future__ import annotations

from drift.model.value import Value
from drift.provider.kinds import attr, block, flag, mapping, number, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"ResourceNotFoundException"})
UNITS = {"0.25 vcpu": "256", "0.5 vcpu": "512", "1 vcpu": "1024", "2 vcpu": "2048", "4 vcpu": "4096", "0.5 gb": "512",
         "1 gb": "1024", "2 gb": "2048", "3 gb": "3072", "4 gb": "4096", "6 gb": "6144", "8 gb": "8192",
         "10 gb": "10240", "12 gb": "12288"}


def capacity(at: str) -> Attr:
    """CPU or memory, which may be written with a unit: App Runner answers without."""
    return attr(at, _capacity, assigned=True)


def _capacity(value: object) -> Value:
    return UNITS.get(str(value).lower(), str(value)) if value else None


RUNTIME = {
    "port":                          text("Port", default="8080"),
    "runtime_environment_secrets":   mapping("RuntimeEnvironmentSecrets"),
    "runtime_environment_variables": mapping("RuntimeEnvironmentVariables"),
    "start_command":                 text("StartCommand"),
}

SERVICE = ResourceType(
    name="aws_apprunner_service",
    service="apprunner",
    list=Call(op="ListServices", take="ServiceSummaryList"),
    describe=(
        # one call for each: App Runner has no batch form
        Call(op="DescribeService", take="Service", into="Service", bind={"ServiceArn": "ServiceArn"}, gone=GONE),
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "ServiceArn"}, gone=GONE),
    ),
    exists="Status != 'DELETED'",
    id=text("ServiceArn"),
    label="service_name",
    computed={"arn": text("ServiceArn"), "service_url": text("ServiceUrl")},
    attributes={
        "service_name":                   text("ServiceName"),
        "auto_scaling_configuration_arn": text("Service.AutoScalingConfigurationSummary.AutoScalingConfigurationArn",
                                               assigned=True),
        "tags":                           tags("Tags"),
        "encryption_configuration":       block("Service.EncryptionConfiguration", {"kms_key": kms_key("KmsKey")}),
        "health_check_configuration":     block("Service.HealthCheckConfiguration", {
            "healthy_threshold":   number("HealthyThreshold", default=1),
            "interval":            number("Interval", default=5),
            "path":                text("Path", default="/"),
            "protocol":            text("Protocol", default="TCP"),
            "timeout":             number("Timeout", default=2),
            "unhealthy_threshold": number("UnhealthyThreshold", default=5),
        }),
        "instance_configuration":         block("Service.InstanceConfiguration", {
            "cpu":               capacity("Cpu"),
            "instance_role_arn": text("InstanceRoleArn"),
            "memory":            capacity("Memory"),
        }),
        "network_configuration":          block("Service.NetworkConfiguration", {
            "ip_address_type":       text("IpAddressType", default="IPV4"),
            "egress_configuration":  block("EgressConfiguration", {
                "egress_type":       text("EgressType", default="DEFAULT"),
                "vpc_connector_arn": text("VpcConnectorArn"),
            }),
            "ingress_configuration": block("IngressConfiguration", {
                "is_publicly_accessible": flag("IsPubliclyAccessible", default=True),
            }),
        }),
        "observability_configuration":    block("Service.ObservabilityConfiguration", {
            "observability_configuration_arn": text("ObservabilityConfigurationArn"),
            "observability_enabled":           flag("ObservabilityEnabled"),
        }),
        "source_configuration":           block("Service.SourceConfiguration", {
            "auto_deployments_enabled":     flag("AutoDeploymentsEnabled", default=True),
            "authentication_configuration": block("AuthenticationConfiguration", {
                "access_role_arn": text("AccessRoleArn"),
                "connection_arn":  text("ConnectionArn"),
            }),
            "code_repository":              block("CodeRepository", {
                "repository_url":      text("RepositoryUrl"),
                "source_directory":    text("SourceDirectory", assigned=True),
                "source_code_version": block("SourceCodeVersion", {"type": text("Type"), "value": text("Value")}),
                "code_configuration":  block("CodeConfiguration", {
                    "configuration_source":      text("ConfigurationSource"),
                    "code_configuration_values": block("CodeConfigurationValues", {
                        **RUNTIME,
                        "build_command": text("BuildCommand"),
                        "runtime":       text("Runtime"),
                    }),
                }),
            }),
            "image_repository":             block("ImageRepository", {
                "image_identifier":      text("ImageIdentifier"),
                "image_repository_type": text("ImageRepositoryType"),
                "image_configuration":   block("ImageConfiguration", RUNTIME),
            }),
        }),
    },
    refs=(
        Ref("encryption_configuration.kms_key", to="aws_kms_key", by="arn"),
        Ref("instance_configuration.instance_role_arn", to="aws_iam_role", by="arn"),
        Ref("source_configuration.authentication_configuration.access_role_arn", to="aws_iam_role", by="arn"),
    ),
)
