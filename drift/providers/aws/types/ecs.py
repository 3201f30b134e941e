"""Amazon ECS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from drift.model.value import Block, Value, as_block, as_tuple, freeze
from drift.normalize.values import number as as_number
from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, flag, list_of, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, ChangedBy, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.provider.written import as_found
from drift.providers.aws.kinds import kms_key, name_of_arn, tags
from drift.providers.aws.normalize.tags import tag_map
from drift.providers.aws.owners import of_stack
from drift.providers.aws.types.application_autoscaling import scaled, scaling
from drift.providers.aws.types.ec2_tags import one_tag


def size(at: str) -> Attr:
    """A number of which the provider writes 0 where nobody set it and AWS chooses."""
    return attr(at, lambda value: as_number(value) or None, assigned=True)


def _same_revision(want: Value, have: Value) -> bool:
    """The provider keeps the form that was written: an ARN, or `family:revision`."""
    return bool(want and have) and str(want).rsplit("/", 1)[-1] == str(have).rsplit("/", 1)[-1]


def _same_namespace(want: Value, have: Value) -> bool:
    """A name and an ARN (which holds an id, no name) cannot be told to differ."""
    return str(want).startswith("arn:") != str(have).startswith("arn:")


def _family(value: Any) -> str | None:
    return str(value).rsplit("/", 1)[-1].rsplit(":", 1)[0] if value else None


def _revision(value: Any) -> Value:
    return as_number(str(value).rsplit(":", 1)[-1])


def _strategy(value: Raw) -> Block:
    field = as_text(value.get("field"))  # AWS answers CPU and MEMORY in upper case
    return Block(type=value.get("type"), field=field.lower() if field in ("CPU", "MEMORY") else field)


def _wanted_count(value: Any, instance: Raw) -> Value:
    return None if instance.get("scheduling_strategy") == "DAEMON" else as_number(value or 0)


def _count(found: Any) -> Any:
    """The tasks wanted; a daemon runs one wherever it can."""
    return None if found.get("strategy") == "DAEMON" else found.get("count")


def _newer_revision(want: Value, have: Value) -> bool:
    """Another revision of the same family."""
    return bool(want and have) and _family(want) == _family(have)


def _another_group(want: Value, have: Value) -> bool:
    """The same containers and ports behind other target groups."""

    def containers(value: Value) -> list[tuple[Value, Value]]:
        return sorted(((b.get("container_name"), b.get("container_port")) for b in map(as_block, as_tuple(value))), key=str)

    return bool(want and have) and containers(want) == containers(have)


def untold(_want: Value, have: Value) -> bool:
    """Nothing answered decides nothing."""
    return have is None


def _or(default: int) -> Callable[[Any, Raw], Value]:
    return lambda value, _service: default if value is None else as_number(value)


def _pairs(value: Any) -> Value:
    """Names and values, as a map."""
    return freeze(value if isinstance(value, Mapping) else {p.get("name"): p.get("value") for p in value or ()})


def _containers(task: Any) -> Value:
    """Container definitions by name, without what ECS fills in."""
    task = task or {}
    awsvpc = task.get("mode") == "awsvpc"
    return Block({str(c.get("name")): _container(c, awsvpc) for c in map(_spelled, task.get("containers") or ())})


MEMBERS = (
    "command", "cpu", "credentialSpecs", "dependsOn", "disableNetworking", "dnsSearchDomains", "dnsServers", "dockerLabels",
    "dockerSecurityOptions", "entryPoint", "environment", "environmentFiles", "essential", "extraHosts",
    "firelensConfiguration", "healthCheck", "hostname", "image", "interactive", "links", "linuxParameters",
    "logConfiguration", "memory", "memoryReservation", "mountPoints", "name", "portMappings", "privileged",
    "pseudoTerminal", "readonlyRootFilesystem", "repositoryCredentials", "resourceRequirements", "restartPolicy", "secrets",
    "startTimeout", "stopTimeout", "systemControls", "ulimits", "user", "versionConsistency", "volumesFrom",
    "workingDirectory",
)
# the members of what stands inside of them, as the API reference of ECS spells them
INNER = (
    "action", "add", "appProtocol", "capabilities", "condition", "containerName", "containerPath", "containerPort",
    "containerPortRange", "credentialsParameter", "devices", "drop", "enabled", "hardLimit", "hostname", "hostPath",
    "hostPort", "ignoredExitCodes", "initProcessEnabled", "interval", "ipAddress", "logDriver", "maxSwap",
    "mountOptions", "namespace", "options", "permissions", "protocol", "readOnly", "restartAttemptPeriod", "retries",
    "secretOptions", "sharedMemorySize", "size", "softLimit", "sourceContainer", "sourceVolume", "startPeriod",
    "swappiness", "timeout", "tmpfs", "type", "value", "valueFrom",
)
_SPELLED = {name.lower(): name for name in (*MEMBERS, *INNER)}
_THEIRS = frozenset({"dockerLabels", "options"})  # maps whose names are the author's own


def _spelled(value: Any) -> Any:
    """With the names of members as ECS spells them: the provider reads its author's JSON as Go does, in any case."""
    if isinstance(value, Mapping):
        named = {_SPELLED.get(str(k).lower(), k): v for k, v in value.items() if v is not None}
        return {k: v if k in _THEIRS else _spelled(v) for k, v in named.items()}
    return [_spelled(v) for v in value] if isinstance(value, list | tuple) else value


def _container(raw: Raw, awsvpc: bool) -> Value:
    container = {"essential": True, **raw}
    container["portMappings"] = [_port(p, awsvpc) for p in container.get("portMappings") or ()]
    if container.get("healthCheck"):
        container["healthCheck"] = {"interval": 30, "retries": 3, "timeout": 5, **container["healthCheck"]}
    if not container.get("cpu"):
        container.pop("cpu", None)
    if container.get("versionConsistency") == "enabled":
        container.pop("versionConsistency")
    return _reduced(container)


def _port(raw: Raw, awsvpc: bool) -> Raw:
    port = {k: v for k, v in raw.items() if not (k == "protocol" and v == "tcp") and not (k == "hostPort" and not v)}
    if awsvpc and "containerPort" in port:
        port["hostPort"] = port["containerPort"]
    return port


def _reduced(value: Any) -> Value:
    """Without empty members, and without the order of lists of objects."""
    if isinstance(value, Mapping):
        members = {k: _reduced(v) for k, v in value.items()}
        return Block({k: v for k, v in members.items() if v not in (None, "", False, (), frozenset(), Block())})
    if isinstance(value, list | tuple):
        elements = [_reduced(v) for v in value]
        return frozenset(e for e in elements if e) if any(isinstance(e, Block) for e in elements) else tuple(elements)
    return freeze(value)


def _containers_written(task: Any, _item: Any) -> list[dict[str, Any]]:
    """Container definitions without empty lists, which the provider leaves out too; it keeps empty maps."""
    found = (task or {}).get("containers") or ()
    return [{name: value for name, value in c.items() if value not in (None, [])} for c in found]


def _containers_of_state(value: Any, instance: Raw) -> Value:
    try:
        containers = json.loads(value or "[]")
    except ValueError:
        return as_text(value)
    return _containers({"containers": containers, "mode": instance.get("network_mode")})


STRATEGY = {
    "base":              number("base", default=0),
    "capacity_provider": text("capacityProvider"),
    "weight":            number("weight", default=0),
}

CLUSTER = ResourceType(
    name="aws_ecs_cluster",
    service="ecs",
    list=Call(op="ListClusters", take="clusterArns[].{clusterArn: @}"),
    describe=(
        Call(op="DescribeClusters", take="clusters", into="Cluster", bind={"clusters": "clusterArn"}, batch=100,
             match="clusterArn", args={"include": ["CONFIGURATIONS", "SETTINGS", "TAGS"]}, every=True),
        # ListServices answers for one cluster at a time
        Call(op="ListServices", take="serviceArns[].{serviceArn: @}", into="Services", bind={"cluster": "clusterArn"},
             args={"maxResults": 100}, gone=frozenset({"ClusterNotFoundException"})),
    ),
    exists="not_null(Cluster.status, 'INACTIVE') != 'INACTIVE'",
    id=text("clusterArn"),
    identity=("name",),
    import_id="name",
    label="name",
    computed={
        "active_services_count": number("Cluster.activeServicesCount", outside_schema=True),
        "arn":                   text("clusterArn"),
        "registered_container_instances_count": number("Cluster.registeredContainerInstancesCount", outside_schema=True),
    },
    attributes={
        "name":                     name_of_arn("clusterArn"),
        "configuration":            block("Cluster.configuration", {
            "execute_command_configuration": block("executeCommandConfiguration", {
                "kms_key_id":        kms_key("kmsKeyId"),
                "logging":           text("logging", default="DEFAULT"),
                "log_configuration": block("logConfiguration", {
                    "cloud_watch_encryption_enabled": flag("cloudWatchEncryptionEnabled"),
                    "cloud_watch_log_group_name":     text("cloudWatchLogGroupName"),
                    "s3_bucket_encryption_enabled":   flag("s3EncryptionEnabled"),
                    "s3_bucket_name":                 text("s3BucketName"),
                    "s3_key_prefix":                  text("s3KeyPrefix"),
                }),
            }),
            "managed_storage_configuration": block("managedStorageConfiguration", {
                "fargate_ephemeral_storage_kms_key_id": kms_key("fargateEphemeralStorageKmsKeyId"),
                "kms_key_id":                           kms_key("kmsKeyId"),
            }),
        }),
        "service_connect_defaults": block("Cluster.serviceConnectDefaults", {"namespace": text("namespace")}),
        # the account's own default decides where nobody sets it
        "setting":                  blocks("Cluster.settings", {"name": text("name"), "value": text("value")},
                                           key=lambda b: b["name"], assigned=True),
        "tags":                     tags("Cluster.tags"),
    },
    refs=(
        Ref("configuration.execute_command_configuration.kms_key_id", to="aws_kms_key", by="arn"),
        Ref("configuration.execute_command_configuration.log_configuration.cloud_watch_log_group_name",
            to="aws_cloudwatch_log_group", by="name"),
        Ref("configuration.execute_command_configuration.log_configuration.s3_bucket_name", to="aws_s3_bucket"),
        Ref("service_connect_defaults.namespace", to="aws_service_discovery_http_namespace", by="arn"),
    ),
)

CAPACITY_PROVIDERS = ResourceType(
    name="aws_ecs_cluster_capacity_providers",
    service="ecs",
    list=Within("aws_ecs_cluster"),
    id=name_of_arn("clusterArn"),
    import_id="cluster_name",
    label="cluster_name",
    attributes={
        "cluster_name":                       name_of_arn("clusterArn"),
        "capacity_providers":                 set_of(as_text, "Cluster.capacityProviders"),
        "default_capacity_provider_strategy": blocks("Cluster.defaultCapacityProviderStrategy", STRATEGY,
                                                     key=lambda b: b["capacity_provider"]),
    },
    refs=(Ref("capacity_providers[]", to="aws_ecs_capacity_provider", by="name"),),
    parent=Parent("cluster_name", to="aws_ecs_cluster", by="name"),
    # every cluster has the facet: an empty one is how ECS makes it
    owners=(Owner("!(Cluster.capacityProviders) && !(Cluster.defaultCapacityProviderStrategy)", "ECS"),
            of_stack("Cluster.tags")),
)

DEPLOYED = "Service.deploymentConfiguration"  # always told by AWS, never by moto
PRIMARY = "Service.deployments[?status == 'PRIMARY'] | [0]"


def _deployed(setting: str) -> str:
    """A setting that is off where it is left out."""
    return f'{DEPLOYED} && ({DEPLOYED}.{setting} || `{{"enable": false}}`)'


SERVICE_ID = "join('/', ['service', last(parent.clusterArn), last(serviceArn)])"
BY_CODEDEPLOY = (
    ChangedBy(who="CodeDeploy, which deploys this service", when="Service.deploymentController.type == 'CODE_DEPLOY'",
          to=_newer_revision),
)
TO_THE_OTHER_GROUP = (
    # it deploys to the other of two target groups, and its listener with it
    ChangedBy(who="CodeDeploy, which deploys this service", when="Service.deploymentController.type == 'CODE_DEPLOY'",
          to=_another_group),
)

SERVICE = ResourceType(
    name="aws_ecs_service",
    service="ecs",
    list=Within("aws_ecs_cluster", each="Services[]"),
    describe=(
        Call(op="DescribeServices", take="services", into="Service", bind={"services": "serviceArn"}, batch=10,
             batch_common={"cluster": "parent.clusterArn"}, match="serviceArn", args={"include": ["TAGS"]},
             every=True,
             gone=frozenset({"ClusterNotFoundException"})),
        *scaling("ecs"),
    ),
    exists="Service.status == 'ACTIVE'",  # a draining one is on its way out, and the provider calls it gone
    id=text("serviceArn"),
    import_id="join('/', [cluster, name])",
    label="name",
    attributes={
        "name":                               name_of_arn("serviceArn"),
        "cluster":                            name_of_arn("parent.clusterArn", default="default", written=as_found),
        "availability_zone_rebalancing":      text("Service.availabilityZoneRebalancing", default="DISABLED"),
        "deployment_maximum_percent":         number(f"{DEPLOYED}.maximumPercent", from_state=_or(200), same=untold),
        "deployment_minimum_healthy_percent": number(f"{DEPLOYED}.minimumHealthyPercent", from_state=_or(100),
                                                     same=untold),
        "desired_count":                      attr("Service.{strategy: schedulingStrategy, count: desiredCount}", as_number,
                                                   from_api=_count, from_state=_wanted_count,
                                                   changed_by=scaled(SERVICE_ID, "ecs:service:DesiredCount")),
        "enable_ecs_managed_tags":            flag("Service.enableECSManagedTags"),
        "enable_execute_command":             flag("Service.enableExecuteCommand"),
        "health_check_grace_period_seconds":  number("Service.healthCheckGracePeriodSeconds", default=0),
        "iam_role":                           name_of_arn("Service.roleArn", assigned=True),
        "launch_type":                        text("Service.launchType", assigned=True),
        "platform_version":                   text("Service.platformVersion", assigned=True),
        "propagate_tags":                     text("Service.propagateTags", default="NONE"),
        "scheduling_strategy":                text("Service.schedulingStrategy", default="REPLICA"),
        "task_definition":                    text("Service.taskDefinition", same=_same_revision, changed_by=BY_CODEDEPLOY,
                                                   written=lambda found, _: str(found or "").rpartition("/")[2]),
        "tags":                               tags("Service.tags"),
        "alarms":                             block(_deployed("alarms"), {
            "alarm_names": set_of(as_text, "alarmNames"),
            "enable":      flag("enable"),
            "rollback":    flag("rollback"),
        }, same=untold),
        "capacity_provider_strategy":         blocks("Service.capacityProviderStrategy", STRATEGY,
                                                     key=lambda b: b["capacity_provider"]),
        "deployment_circuit_breaker":         block(_deployed("deploymentCircuitBreaker"), {
            "enable":   flag("enable"),
            "rollback": flag("rollback"),
        }, same=untold),
        "deployment_controller":              block("Service.deploymentController",
                                                    {"type": text("type", default="ECS")}),
        "load_balancer":                      blocks("Service.loadBalancers", {
            "container_name":   text("containerName"),
            "container_port":   number("containerPort"),
            "elb_name":         text("loadBalancerName"),
            "target_group_arn": text("targetGroupArn"),
        }, changed_by=TO_THE_OTHER_GROUP),
        "network_configuration":              block("Service.networkConfiguration.awsvpcConfiguration", {
            "assign_public_ip": flag("assignPublicIp"),
            "security_groups":  set_of(as_text, "securityGroups"),
            "subnets":          set_of(as_text, "subnets"),
        }),
        "ordered_placement_strategy":         list_of(_strategy, "Service.placementStrategy"),
        "placement_constraints":              blocks("Service.placementConstraints", {
            "expression": text("expression"),
            "type":       text("type"),
        }),
        "service_connect_configuration":      block(f"{PRIMARY}.serviceConnectConfiguration", {
            "enabled":           flag("enabled"),
            "namespace":         text("namespace", assigned=True, same=_same_namespace),
            "log_configuration": block("logConfiguration", {
                "log_driver":    text("logDriver"),
                "options":       mapping("options", assigned=True),
                "secret_option": blocks("secretOptions", {"name": text("name"), "value_from": text("valueFrom")}),
            }),
            "service":           blocks("services", {
                "discovery_name":        text("discoveryName", assigned=True),
                "ingress_port_override": number("ingressPortOverride", default=0),
                "port_name":             text("portName"),
                "client_alias":          block("clientAliases[0]", {
                    "dns_name": text("dnsName", assigned=True),
                    "port":     number("port"),
                }, assigned=True),
                "timeout":               block("timeout", {
                    "idle_timeout_seconds":        number("idleTimeoutSeconds", default=0),
                    "per_request_timeout_seconds": number("perRequestTimeoutSeconds", default=0),
                }),
                "tls":                   block("tls", {
                    "kms_key":               kms_key("kmsKey"),
                    "role_arn":              text("roleArn"),
                    "issuer_cert_authority": block("issuerCertificateAuthority", {
                        "aws_pca_authority_arn": text("awsPcaAuthorityArn"),
                    }),
                }),
            }, key=lambda b: b["port_name"]),
        }),
        "service_registries":                 block("Service.serviceRegistries[0]", {
            "container_name": text("containerName"),
            "container_port": number("containerPort", default=0),
            "port":           number("port", default=0),
            "registry_arn":   text("registryArn"),
        }),
        "volume_configuration":               block(f"{PRIMARY}.volumeConfigurations | [0]", {
            "name":               text("name"),
            "managed_ebs_volume": block("managedEBSVolume", {
                "encrypted":                  flag("encrypted", assigned=True),
                "file_system_type":           text("filesystemType", assigned=True),
                "iops":                       size("iops"),
                "kms_key_id":                 kms_key("kmsKeyId", assigned=True),
                "role_arn":                   text("roleArn"),
                "size_in_gb":                 size("sizeInGiB"),
                "snapshot_id":                text("snapshotId"),
                "throughput":                 size("throughput"),
                "volume_initialization_rate": size("volumeInitializationRate"),
                "volume_type":                text("volumeType", assigned=True),
                "tag_specifications":         blocks("tagSpecifications", {
                    "propagate_tags": text("propagateTags", default="NONE"),
                    "resource_type":  text("resourceType"),
                    "tags":           attr("tags", tag_map),
                }),
            }),
        }),
        "vpc_lattice_configurations":         blocks(f"{PRIMARY}.vpcLatticeConfigurations", {
            "port_name":        text("portName"),
            "role_arn":         text("roleArn"),
            "target_group_arn": text("targetGroupArn"),
        }),
    },
    ignored={
        "force_delete":          "an instruction to Terraform",
        "force_new_deployment":  "an instruction to Terraform",
        "triggers":              "an instruction to Terraform",
        "wait_for_steady_state": "an instruction to Terraform",
    },
    refs=(
        Ref("task_definition", to="aws_ecs_task_definition", by="arn"),
        Ref("iam_role", to="aws_iam_role"),
        Ref("load_balancer[].target_group_arn", to="aws_lb_target_group", by="arn"),
        Ref("network_configuration.subnets[]", to="aws_subnet"),
        Ref("network_configuration.security_groups[]", to="aws_security_group"),
        Ref("service_registries.registry_arn", to="aws_service_discovery_service", by="arn"),
    ),
    parent=Parent("cluster", to="aws_ecs_cluster", by="name"),
)

AUTHORIZATION = {"credentials_parameter": text("credentialsParameter"), "domain": text("domain")}

TASK_DEFINITION = ResourceType(
    name="aws_ecs_task_definition",
    service="ecs",
    list=Call(op="ListTaskDefinitions", take="taskDefinitionArns[].{taskDefinitionArn: @}",
              args={"status": "ACTIVE"}),
    describe=(
        # one call for each: ECS has no batch form
        Call(op="DescribeTaskDefinition", into="Task", bind={"taskDefinition": "taskDefinitionArn"},
             args={"include": ["TAGS"]}),
    ),
    id=attr("taskDefinitionArn", _family),
    identity=("arn",),
    import_id="arn",
    label="family",
    versions=("family", "revision"),
    computed={"arn": text("taskDefinitionArn"), "revision": attr("taskDefinitionArn", _revision)},
    attributes={
        "family":                   attr("taskDefinitionArn", _family),
        "container_definitions":    attr("Task.taskDefinition.{containers: containerDefinitions, mode: networkMode}",
                                         _containers, from_state=_containers_of_state, written=_containers_written),
        "cpu":                      text("Task.taskDefinition.cpu"),
        "memory":                   text("Task.taskDefinition.memory"),
        "enable_fault_injection":   flag("Task.taskDefinition.enableFaultInjection", assigned=True),
        "execution_role_arn":       text("Task.taskDefinition.executionRoleArn"),
        "task_role_arn":            text("Task.taskDefinition.taskRoleArn"),
        "ipc_mode":                 text("Task.taskDefinition.ipcMode"),
        "pid_mode":                 text("Task.taskDefinition.pidMode"),
        "network_mode":             text("Task.taskDefinition.networkMode", assigned=True),
        "requires_compatibilities": set_of(as_text, "Task.taskDefinition.requiresCompatibilities"),
        "tags":                     tags("Task.tags"),
        "ephemeral_storage":        block("Task.taskDefinition.ephemeralStorage",
                                          {"size_in_gib": number("sizeInGiB")}),
        "inference_accelerator":    blocks("Task.taskDefinition.inferenceAccelerators", {
            "device_name": text("deviceName"),
            "device_type": text("deviceType"),
        }),
        "placement_constraints":    blocks("Task.taskDefinition.placementConstraints", {
            "expression": text("expression"),
            "type":       text("type"),
        }),
        "proxy_configuration":      block("Task.taskDefinition.proxyConfiguration", {
            "container_name": text("containerName"),
            "properties":     attr("properties", _pairs),
            "type":           text("type", default="APPMESH"),
        }),
        "runtime_platform":         block("Task.taskDefinition.runtimePlatform", {
            "cpu_architecture":        text("cpuArchitecture"),
            "operating_system_family": text("operatingSystemFamily"),
        }),
        "volume":                   blocks("Task.taskDefinition.volumes", {
            "name":                        text("name"),
            "configure_at_launch":         flag("configuredAtLaunch", assigned=True),
            "host_path":                   text("host.sourcePath"),
            "docker_volume_configuration": block("dockerVolumeConfiguration", {
                "autoprovision": flag("autoprovision"),
                "driver":        text("driver", assigned=True),
                "driver_opts":   mapping("driverOpts"),
                "labels":        mapping("labels"),
                "scope":         text("scope", assigned=True),
            }),
            "efs_volume_configuration":    block("efsVolumeConfiguration", {
                "file_system_id":          text("fileSystemId"),
                "root_directory":          text("rootDirectory", default="/"),
                "transit_encryption":      text("transitEncryption", default="DISABLED"),
                "transit_encryption_port": number("transitEncryptionPort", default=0),
                "authorization_config":    block("authorizationConfig", {
                    "access_point_id": text("accessPointId"),
                    "iam":             text("iam", default="DISABLED"),
                }),
            }),
            "fsx_windows_file_server_volume_configuration": block("fsxWindowsFileServerVolumeConfiguration", {
                "file_system_id":       text("fileSystemId"),
                "root_directory":       text("rootDirectory"),
                "authorization_config": block("authorizationConfig", AUTHORIZATION),
            }),
        }, key=lambda b: b["name"]),
    },
    ignored={
        "skip_destroy": "an instruction to Terraform",
        "track_latest": "an instruction to Terraform",
    },
    refs=(
        Ref("execution_role_arn", to="aws_iam_role", by="arn"),
        Ref("task_role_arn", to="aws_iam_role", by="arn"),
        Ref("volume[].efs_volume_configuration.file_system_id", to="aws_efs_file_system"),
    ),
    owners=(
        # Batch registers one for each job definition it runs, by whichever role it was given
        Owner("Task.taskDefinition.registeredBy && ends_with(Task.taskDefinition.registeredBy, '/aws-batch')", "Batch"),
    ),
)

CAPACITY_PROVIDER = ResourceType(
    name="aws_ecs_capacity_provider",
    service="ecs",
    list=Call(op="DescribeCapacityProviders", take="capacityProviders", args={"include": ["TAGS"]}),
    exists="not_null(status, 'ACTIVE') == 'ACTIVE'",
    id=text("capacityProviderArn"),
    import_id="name",
    label="name",
    computed={"arn": text("capacityProviderArn")},
    attributes={
        "name":                        text("name"),
        "tags":                        tags("tags"),
        "auto_scaling_group_provider": block("autoScalingGroupProvider", {
            "auto_scaling_group_arn":         text("autoScalingGroupArn"),
            "managed_draining":               text("managedDraining", assigned=True),
            "managed_termination_protection": text("managedTerminationProtection", assigned=True),
            "managed_scaling":                block("managedScaling", {
                "instance_warmup_period":    number("instanceWarmupPeriod", assigned=True),
                "maximum_scaling_step_size": number("maximumScalingStepSize", assigned=True),
                "minimum_scaling_step_size": number("minimumScalingStepSize", assigned=True),
                "status":                    text("status", assigned=True),
                "target_capacity":           number("targetCapacity", assigned=True),
            }, assigned=True),
        }),
    },
    refs=(Ref("auto_scaling_group_provider.auto_scaling_group_arn", to="aws_autoscaling_group", by="arn"),),
    owners=(Owner("name == 'FARGATE' || name == 'FARGATE_SPOT'", "ECS"),
),
)

TAG = one_tag(
    "aws_ecs_tag", "ecs",
    Call(op="ListTagsForResource", take="tags", bind={"resourceArn": "resource_arn"},
         absent=frozenset({"InvalidParameterException", "ClusterNotFoundException"})),
    names="resource_arn", at="resourceArn", key="key", value="value",
)
