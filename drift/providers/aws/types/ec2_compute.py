"""Amazon EC2: instances, key pairs, Elastic IPs, network interfaces, images."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.model.value import Hidden, Value, as_set
from drift.normalize.documents import decoded
from drift.normalize.values import text as as_text
from drift.provider import canonical
from drift.provider.kinds import attr, block, blocks, flag, moment, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Attributes, Call, Mirror, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, name_of_arn, tags
from drift.providers.aws.normalize.tags import tag_map

PRIMARY = "NetworkInterfaces[?Attachment.DeviceIndex == `0`] | [0]"
MANAGED = Owner("Operator.Managed", "an AWS service")
LAUNCHED = (
    Owner("Tags[?Key == 'aws:autoscaling:groupName']", "Auto Scaling"),
    Owner("Tags[?Key == 'aws:eks:cluster-name']", "EKS"),
    Owner("Tags[?Key == 'aws:ec2:fleet-id']", "EC2 Fleet"),
    Owner("Tags[?Key == 'aws:ec2spot:fleet-request-id']", "Spot Fleet"),
    Owner("Tags[?starts_with(Key, 'aws:elasticmapreduce:')]", "EMR"),
    Owner("Tags[?Key == 'aws:cloud9:environment']", "Cloud9"),
)


def unrecorded(want: Value, have: Value) -> bool:
    """A value that the state keeps elsewhere, or not at all."""
    return want is None


def user_data_hash(value: Any) -> str | None:
    """As the provider records user data: the SHA-1 of what it says when decoded, or that hash itself."""
    if value in (None, ""):
        return None
    if re.fullmatch("[0-9a-f]{40}", str(value)):
        return str(value)
    return hashlib.sha1(decoded(value), usedforsecurity=False).hexdigest()


def user_data_plain(value: Any) -> Hidden | None:
    """What user data says, decoded: for what looks into it, and never shown."""
    return Hidden(decoded(value).decode("utf-8", "replace")) if value else None


def user_data_text(value: Any, instance: Raw) -> Value:
    """User data as `user_data` records it; the state keeps it there or in `user_data_base64`."""
    return None if instance.get("user_data_base64") else user_data_hash(value) or ""


def user_data_text_base64(value: Any, instance: Raw) -> Value:
    """User data as `user_data_base64` records it."""
    return hashlib.sha1(decoded(value), usedforsecurity=False).hexdigest() if value else None


def of_primary(word: Attr) -> Attr:
    """An attribute of the primary interface: told by that interface where the instance was given one."""

    def from_state(value: Any, instance: Raw) -> Value:
        return None if instance.get("network_interface") else canonical.desired(plain, value, instance)

    plain = word
    return replace(word, from_state=from_state, same=unrecorded)


def _enabled(value: Any) -> bool:
    return value in ("enabled", "pending", "true", True)


def _given_by_amazon(value: Any) -> bool:
    return value in ("amazon", "true", True)


def _nothing_lost(want: Value, have: Value) -> bool:
    # an Elastic IP takes the public address's place, and so does a stop: only a new one says anything
    return bool(want) or not have


def _devices(mappings: Any, volumes: Any) -> list[dict[str, Any]]:
    """Each mapped device together with its volume."""
    by_id = {v.get("VolumeId"): v for v in volumes or ()}
    return [{**m, **by_id.get(m["Ebs"].get("VolumeId"), {})} for m in mappings or () if m.get("Ebs")]


def _common_tags(found: Any) -> Value:
    """The tags of the volumes that came with the instance; where they differ, every value."""
    tags_found: dict[str, set[str]] = {}
    for device in _devices(*found):
        for key, value in tag_map(device.get("Tags")).items():
            if device["Ebs"].get("DeleteOnTermination"):
                tags_found.setdefault(key, set()).add(str(value))
    return tag_map({key: ", ".join(sorted(values)) for key, values in tags_found.items()})


def _volume_tags(value: Any, instance: Raw) -> Value:
    """Volumes get the provider's `default_tags` too, which the state keeps in the instance's `tags_all` alone."""
    if not value:
        return None
    own = tag_map(instance.get("tags"))
    defaults = {k: v for k, v in tag_map(instance.get("tags_all")).items() if k not in own}
    return tag_map({**defaults, **tag_map(value)})


def _device_tags(value: Any, instance: Raw) -> Value:
    return None if instance.get("volume_tags") else tag_map(value)


DEVICE: Mapping[str, Attr] = {
    "delete_on_termination": flag("Ebs.DeleteOnTermination"),
    "encrypted":             flag("Encrypted", default=False),
    "iops":                  number("Iops", default=0),
    "kms_key_id":            kms_key("KmsKeyId", assigned=True),
    "tags":                  attr("Tags", tag_map, from_state=_device_tags, same=unrecorded),
    "throughput":            number("Throughput", default=0),
    "volume_size":           number("Size", assigned=True),
    "volume_type":           text("VolumeType", assigned=True),
}


def _tagged(value: Any) -> list[dict[str, Any]]:
    """Recorded devices, with `default_tags` among their tags."""
    return [{**device, "tags": device.get("tags_all") or device.get("tags")} for device in value or () if device]


DEVICES = "[RootDeviceName, BlockDeviceMappings, Volumes]"
ROOT_DEVICE = block(DEVICES, DEVICE)
OTHER_DEVICES = blocks(
    DEVICES,
    {
        "device_name": text("DeviceName"),
        "snapshot_id": text("SnapshotId", assigned=True),
        **DEVICE,
    },
    key=lambda device: device["device_name"],
)


def _root(value: Any, instance: Raw) -> Value:
    return canonical.desired(ROOT_DEVICE, _tagged(value), instance)


def _others(value: Any, instance: Raw) -> Value:
    # the provider records the root volume here too, where a configuration lists it among the others
    root = {d.get("device_name") for d in instance.get("root_block_device") or () if d} - {None, ""}
    return canonical.desired(OTHER_DEVICES, [d for d in _tagged(value) if d.get("device_name") not in root], instance)


def _the_root(found: Any) -> Any:
    root, mappings, volumes = found
    return next((d for d in _devices(mappings, volumes) if d.get("DeviceName") == root), None)


def _but_root(found: Any) -> Any:
    root, mappings, volumes = found
    return [d for d in _devices(mappings, volumes) if d.get("DeviceName") != root]


def _configured_are_there(want: Value, have: Value) -> bool:
    # what is attached beside them is told by aws_network_interface_attachment, or as an interface of its own
    return as_set(want) <= as_set(have)


def _version(want: Value, have: Value) -> bool:
    # AWS records the number that $Latest or $Default stood for at the launch
    return not want or str(want).startswith("$")


def _attribute(name: str, member: str, **words: Any) -> Call:
    # one call for each attribute of each instance: EC2 has no other form
    return Call(
        op="DescribeInstanceAttribute", take=member, into=f"{member}Attribute",
        bind={"InstanceId": "InstanceId"}, args={"Attribute": name},
        gone=frozenset({"InvalidInstanceID.NotFound", "InvalidInstanceID"}), **words,
    )


def tag_of(key: str) -> str:
    """The value of one tag."""
    return f"Tags[?Key == '{key}'] | [0].Value"


INSTANCE = ResourceType(
    name="aws_instance",
    service="ec2",
    list=Call(op="DescribeInstances", take="Reservations[].Instances[]"),
    describe=(
        Call(op="DescribeVolumes", take="Volumes", into="Volumes", match="Attachments[0].InstanceId",
             key="InstanceId", many=True),
        # unasked for by id, it tells of the unlimited ones only; asked for one that cannot burst, it fails for all
        Call(op="DescribeInstanceCreditSpecifications", take="InstanceCreditSpecifications", into="Credits",
             match="InstanceId", key="InstanceId", absent=frozenset({"UnsupportedOperation"})),
        Call(op="DescribeSpotInstanceRequests", take="SpotInstanceRequests", into="SpotRequest",
             match="SpotInstanceRequestId", key="SpotInstanceRequestId"),
        _attribute("disableApiStop", "DisableApiStop", absent=frozenset({"UnsupportedOperation"})),
        _attribute("disableApiTermination", "DisableApiTermination"),
        _attribute("instanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior"),
        _attribute("userData", "UserData"),
    ),
    exists="State.Name != 'terminated' && State.Name != 'shutting-down'",
    id=text("InstanceId"),
    computed={
        "user_data_text":               attr("UserDataAttribute.Value", user_data_plain, outside_schema=True),
        "volumes":                      set_of(as_text, "BlockDeviceMappings[].Ebs.VolumeId", outside_schema=True),
        # an interface that was attached later stays when the instance ends
        "interfaces":                   set_of(as_text, "NetworkInterfaces[?Attachment.DeviceIndex == `0` || "
                                                        "Attachment.DeleteOnTermination].NetworkInterfaceId",
                                               outside_schema=True),
        "primary_network_interface_id": text(f"{PRIMARY}.NetworkInterfaceId"),
        "private_dns":                  text("PrivateDnsName"),
        "public_ip":                    text("PublicIpAddress"),
        "spot_instance_request_id":     text("SpotInstanceRequestId"),
    },
    attributes={
        "ami":                         text("ImageId", assigned=True),
        "associate_public_ip_address": attr(f"{PRIMARY}.Association.IpOwnerId", _given_by_amazon, default=False,
                                            same=_nothing_lost),
        "availability_zone":           text("Placement.AvailabilityZone", assigned=True),
        "disable_api_stop":            flag("DisableApiStopAttribute.Value", default=False),
        "disable_api_termination":     flag("DisableApiTerminationAttribute.Value", default=False),
        "ebs_optimized":               flag("EbsOptimized", default=False),
        "enable_primary_ipv6":         of_primary(flag(f"{PRIMARY}.Ipv6Addresses[0].IsPrimaryIpv6", default=False)),
        "hibernation":                 flag("HibernationOptions.Configured"),
        "host_id":                     text("Placement.HostId", assigned=True),
        "host_resource_group_arn":     text("Placement.HostResourceGroupArn", assigned=True),
        "iam_instance_profile":        name_of_arn("IamInstanceProfile.Arn", default=""),
        "instance_initiated_shutdown_behavior": text("InstanceInitiatedShutdownBehaviorAttribute.Value",
                                                     default="stop"),
        "instance_type":               text("InstanceType", assigned=True),
        "ipv6_addresses":              of_primary(set_of(as_text, f"{PRIMARY}.Ipv6Addresses[].Ipv6Address")),
        "key_name":                    text("KeyName", default=""),
        "monitoring":                  attr("Monitoring.State", _enabled, default=False),
        "placement_group":             text("Placement.GroupName", default=""),
        "placement_partition_number":  number("Placement.PartitionNumber", default=0),
        "private_ip":                  of_primary(text("PrivateIpAddress", assigned=True)),
        "secondary_private_ips":       of_primary(set_of(as_text, "(" + PRIMARY + ")"
                                                         ".PrivateIpAddresses[?!Primary].PrivateIpAddress")),
        "source_dest_check":           of_primary(flag("SourceDestCheck", default=True)),
        "subnet_id":                   text("SubnetId", assigned=True),
        "tenancy":                     text("Placement.Tenancy", default="default"),
        "user_data":                   attr("UserDataAttribute.Value", user_data_hash, from_state=user_data_text,
                                            same=unrecorded, sensitive=True),
        "user_data_base64":            attr("UserDataAttribute.Value", user_data_hash, from_state=user_data_text_base64,
                                            same=unrecorded, sensitive=True),
        "volume_tags":                 attr("[BlockDeviceMappings, Volumes]", tag_map, from_state=_volume_tags, from_api=_common_tags,
                                            same=unrecorded),
        "vpc_security_group_ids":      of_primary(set_of(as_text, "SecurityGroups[].GroupId")),
        "root_block_device":           replace(ROOT_DEVICE, from_state=_root, from_api=_the_root),
        "ebs_block_device":            replace(OTHER_DEVICES, from_state=_others, from_api=_but_root),
        "capacity_reservation_specification": block("CapacityReservationSpecification", {
            "capacity_reservation_preference": text("CapacityReservationPreference", default="open"),
            "capacity_reservation_target":     block("CapacityReservationTarget", {
                "capacity_reservation_id":                 text("CapacityReservationId"),
                "capacity_reservation_resource_group_arn": text("CapacityReservationResourceGroupArn"),
            }),
        }),
        "cpu_options":                 block("CpuOptions", {
            "amd_sev_snp":      text("AmdSevSnp", assigned=True),
            "core_count":       number("CoreCount", assigned=True),
            "threads_per_core": number("ThreadsPerCore", assigned=True),
        }, assigned=True),
        "credit_specification":        block("Credits", {"cpu_credits": text("CpuCredits", default="standard")}),
        "enclave_options":             block("EnclaveOptions", {"enabled": flag("Enabled", default=False)}),
        "instance_market_options":     block("{Lifecycle: InstanceLifecycle, Spot: SpotRequest}", {
            "market_type":  text("Lifecycle", assigned=True),
            # a request that has ended is forgotten after a while
            "spot_options": block("Spot", {
                "instance_interruption_behavior": text("InstanceInterruptionBehavior", assigned=True),
                "max_price":                      number("SpotPrice", assigned=True),
                "spot_instance_type":             text("Type", assigned=True),
            }, same=lambda want, have: not have),
        }, assigned=True),
        "launch_template":             block("@", {
            "id":      text(tag_of("aws:ec2launchtemplate:id"), assigned=True),
            "version": text(tag_of("aws:ec2launchtemplate:version"), same=_version),
        }, assigned=True),
        "maintenance_options":         block("MaintenanceOptions", {
            "auto_recovery": text("AutoRecovery", default="default"),
        }),
        "metadata_options":            block("MetadataOptions", {
            "http_endpoint":               text("HttpEndpoint", default="enabled"),
            "http_protocol_ipv6":          text("HttpProtocolIpv6", default="disabled"),
            "http_put_response_hop_limit": number("HttpPutResponseHopLimit", default=1),
            "http_tokens":                 text("HttpTokens", default="optional"),
            "instance_metadata_tags":      text("InstanceMetadataTags", default="disabled"),
        }, assigned=True),
        "network_interface":           blocks("NetworkInterfaces[].{Attachment: Attachment, Id: NetworkInterfaceId}", {
            "delete_on_termination": flag("Attachment.DeleteOnTermination"),
            "device_index":          number("Attachment.DeviceIndex", default=0),
            "network_card_index":    number("Attachment.NetworkCardIndex", default=0),
            "network_interface_id":  text("Id"),
        }, key=lambda b: b["device_index"], same=_configured_are_there),
        "private_dns_name_options":    block("PrivateDnsNameOptions", {
            "enable_resource_name_dns_a_record":    flag("EnableResourceNameDnsARecord", default=False),
            "enable_resource_name_dns_aaaa_record": flag("EnableResourceNameDnsAAAARecord", default=False),
            "hostname_type":                        text("HostnameType", assigned=True),
        }, assigned=True),
        "tags":                        tags("Tags"),
    },
    ignored={
        "cpu_core_count":              "the old name of cpu_options.core_count",
        "cpu_threads_per_core":        "the old name of cpu_options.threads_per_core",
        "ephemeral_block_device":      "AWS does not tell of instance-store devices",
        "get_password_data":           "an instruction to Terraform",
        "instance_market_options.spot_options.valid_until": "fixed by the request, forgotten with it",
        "ipv6_address_count":          "the number of ipv6_addresses",
        "launch_template.name":        "told by launch_template.id",
        "security_groups":             "the names of vpc_security_group_ids",
        "user_data_replace_on_change": "an instruction to Terraform",
    },
    refs=(
        Ref("subnet_id", to="aws_subnet"),
        Ref("vpc_security_group_ids[]", to="aws_security_group"),
        Ref("iam_instance_profile", to="aws_iam_instance_profile", by="name"),
        Ref("key_name", to="aws_key_pair", by="key_name"),
        Ref("ami", to="aws_ami"),
        Ref("launch_template.id", to="aws_launch_template"),
        Ref("placement_group", to="aws_placement_group", by="name"),
        Ref("network_interface[].network_interface_id", to="aws_network_interface"),
        Ref("root_block_device.kms_key_id", to="aws_kms_key", by="arn"),
        Ref("ebs_block_device[].kms_key_id", to="aws_kms_key", by="arn"),
    ),
    creates=(
        Ref("volumes[]", to="aws_ebs_volume"),
        Ref("interfaces[]", to="aws_network_interface"),
        # of a terminated instance too: its interface is seen for a while after it has gone
        Ref("primary_network_interface_id", to="aws_network_interface"),
    ),
    owners=(*LAUNCHED, MANAGED),
)


def public_key(value: Any) -> str | None:
    """Algorithm and key; the comment behind them is the author's, and AWS may keep the key's name there."""
    return " ".join(str(value).split()[:2]) or None if value else None


KEY_PAIR = ResourceType(
    name="aws_key_pair",
    service="ec2",
    list=Call(op="DescribeKeyPairs", take="KeyPairs", args={"IncludePublicKey": True}),
    id=text("KeyName"),
    label="key_name",
    computed={"key_pair_id": text("KeyPairId"), "fingerprint": text("KeyFingerprint"), "key_type": text("KeyType")},
    attributes={
        "key_name":   text("KeyName", assigned=True),
        # not every region answers with it
        "public_key": attr("PublicKey", public_key, same=lambda want, have: have is None),
        "tags":       tags("Tags"),
    },
    ignored={"key_name_prefix": "only read when the key is imported"},
    owners=(Owner("Tags[?starts_with(Key, 'aws:elasticbeanstalk:')]", "Elastic Beanstalk"),),
)


def _eip_instance(value: Any, instance: Raw) -> Value:
    # an interface may be attached to an instance after the address was given to it
    return value or (None if instance.get("network_interface") else "")


EIP = ResourceType(
    name="aws_eip",
    service="ec2",
    list=Call(op="DescribeAddresses", take="Addresses"),
    id=text("AllocationId || PublicIp"),
    computed={
        "allocation_id":  text("AllocationId"),
        "association_id": text("AssociationId"),
        "public_ip":      text("PublicIp"),
        "private_ip":     text("PrivateIpAddress"),
    },
    attributes={
        "address":                   text("PublicIp", assigned=True),
        "associate_with_private_ip": text("PrivateIpAddress", assigned=True),
        "customer_owned_ipv4_pool":  text("CustomerOwnedIpv4Pool"),
        "domain":                    text("Domain", default="vpc"),
        "instance":                  text("InstanceId", from_state=_eip_instance, same=unrecorded),
        # NAT gateways and load balancers give it an interface of theirs, which the first apply has not yet seen
        "network_interface":         text("NetworkInterfaceId", assigned=True),
        "network_border_group":      text("NetworkBorderGroup", assigned=True),
        "public_ipv4_pool":          text("PublicIpv4Pool", default="amazon"),
        "tags":                      tags("Tags"),
    },
    ignored={
        "ipam_pool_id": "never returned by AWS",
        "vpc":          "the old way to say domain",
    },
    refs=(Ref("instance", to="aws_instance"), Ref("network_interface", to="aws_network_interface")),
    owners=(Owner("ServiceManaged", "an AWS service"),),
)


EIP_ASSOCIATION = ResourceType(
    name="aws_eip_association",
    service="ec2",
    list=Within("aws_eip"),
    exists="AssociationId",
    id=text("AssociationId"),
    identity=("allocation_id",),
    label="public_ip",
    attributes={
        "allocation_id":        text("AllocationId", assigned=True),
        "instance_id":          text("InstanceId", from_state=lambda v, i: v or (None if i.get("network_interface_id")
                                                                                 else ""), same=unrecorded),
        "network_interface_id": text("NetworkInterfaceId", assigned=True),
        "private_ip_address":   text("PrivateIpAddress", assigned=True),
        "public_ip":            text("PublicIp", assigned=True),
    },
    ignored={"allow_reassociation": "an instruction to Terraform"},
    refs=(Ref("instance_id", to="aws_instance"), Ref("network_interface_id", to="aws_network_interface")),
    parent=Parent("allocation_id", to="aws_eip",
                  covers={"instance": WHOLE, "network_interface": WHOLE, "associate_with_private_ip": WHOLE}),
)


SERVICE_INTERFACES = [
    "api_gateway_managed", "aws_codestar_connections_managed", "branch", "efs", "gateway_load_balancer",
    "gateway_load_balancer_endpoint", "global_accelerator_managed", "iot_rules_managed", "lambda", "load_balancer",
    "nat_gateway", "nat_gateway_endpoint", "network_load_balancer", "quicksight", "transit_gateway", "trunk",
    "vpc_endpoint",
]
"""Interface types that only AWS's services make (EC2 API reference, NetworkInterface)."""

NETWORK_INTERFACE = ResourceType(
    name="aws_network_interface",
    service="ec2",
    list=Call(op="DescribeNetworkInterfaces", take="NetworkInterfaces"),
    id=text("NetworkInterfaceId"),
    computed={"mac_address": text("MacAddress"), "owner_id": text("OwnerId")},
    attributes={
        "description":         text("Description", default=""),
        "enable_primary_ipv6": flag("Ipv6Addresses[0].IsPrimaryIpv6", default=False),
        "interface_type":      text("InterfaceType", default="interface"),
        "ipv4_prefixes":       set_of(as_text, "Ipv4Prefixes[].Ipv4Prefix"),
        "ipv6_addresses":      set_of(as_text, "Ipv6Addresses[].Ipv6Address"),
        "ipv6_prefixes":       set_of(as_text, "Ipv6Prefixes[].Ipv6Prefix"),
        "private_ip":          text("PrivateIpAddress", assigned=True),
        "private_ips":         set_of(as_text, "PrivateIpAddresses[].PrivateIpAddress", assigned=True),
        "security_groups":     set_of(as_text, "Groups[].GroupId", assigned=True),
        "source_dest_check":   flag("SourceDestCheck", default=True),
        "subnet_id":           text("SubnetId"),
        # an instance may have been given it since: that is told there
        "attachment":          blocks("[Attachment][?InstanceId]", {
            "device_index": number("DeviceIndex"),
            "instance":     text("InstanceId"),
        }, assigned=True),
        "tags":                tags("TagSet"),
    },
    ignored={
        "ipv4_prefix_count":         "the number of ipv4_prefixes",
        "ipv6_address_count":        "the number of ipv6_addresses",
        "ipv6_address_list":         "ipv6_addresses, in the order they were given",
        "ipv6_address_list_enabled": "an instruction to Terraform",
        "ipv6_prefix_count":         "the number of ipv6_prefixes",
        "private_ip_list":           "private_ips, in the order they were given",
        "private_ip_list_enabled":   "an instruction to Terraform",
        "private_ips_count":         "the number of private_ips, less one",
    },
    refs=(
        Ref("subnet_id", to="aws_subnet"),
        Ref("security_groups[]", to="aws_security_group"),
        Ref("attachment[].instance", to="aws_instance"),
    ),
    owners=(
        Owner("TagSet[?starts_with(Key, 'aws:ecs:')]", "ECS"),
        Owner("RequesterManaged", "an AWS service"),
        Owner("Operator.Managed", "an AWS service"),
        Owner(f"contains(`{json.dumps(SERVICE_INTERFACES)}`, InterfaceType)", "an AWS service"),
        # AWS docs: an attachment whose id begins so was made by a service, and nobody else may detach it
        Owner("starts_with(Attachment.AttachmentId || '', 'ela-attach-')", "an AWS service"),
        # EKS, Fargate and others attach it to machines in accounts of AWS's own
        Owner("Attachment.InstanceOwnerId && Attachment.InstanceOwnerId != OwnerId", "an AWS service"),
    ),
)

NETWORK_INTERFACE_ATTACHMENT = ResourceType(
    name="aws_network_interface_attachment",
    service="ec2",
    list=Within("aws_network_interface"),
    exists="Attachment.InstanceId",
    id=text("Attachment.AttachmentId"),
    identity=("network_interface_id",),
    label="network_interface_id",
    computed={"attachment_id": text("Attachment.AttachmentId")},
    attributes={
        "device_index":         number("Attachment.DeviceIndex"),
        "instance_id":          text("Attachment.InstanceId"),
        "network_interface_id": text("NetworkInterfaceId"),
    },
    refs=(Ref("instance_id", to="aws_instance"),),
    parent=Parent("network_interface_id", to="aws_network_interface", covers={"attachment": WHOLE}),
)


def _group(attachment: Attributes) -> frozenset[Value]:
    return frozenset({attachment.get("security_group_id")})


NETWORK_INTERFACE_SG_ATTACHMENT = ResourceType(
    name="aws_network_interface_sg_attachment",
    service="ec2",
    list=Within("aws_network_interface", each="Groups[]"),
    id=text("GroupId"),
    identity=("network_interface_id", "security_group_id"),
    import_id="join('_', [security_group_id, network_interface_id])",
    label="security_group_id",
    attributes={
        "network_interface_id": text("parent.NetworkInterfaceId"),
        "security_group_id":    text("GroupId"),
    },
    refs=(Ref("security_group_id", to="aws_security_group"),),
    parent=Parent("network_interface_id", to="aws_network_interface", covers={"security_groups": _group}),
    # an instance shows the groups of its primary interface as its own
    mirrors=(Mirror("network_interface_id", to="aws_instance", by="primary_network_interface_id",
                    attribute="vpc_security_group_ids", share=_group),),
)


def _minute(value: Any) -> str | None:
    # AWS rounds the time to a minute
    return str(value)[:16] if value else None


IMAGE_ATTRIBUTES: Mapping[str, Attr] = {
    "architecture":        text("Architecture", default="x86_64"),
    "boot_mode":           text("BootMode", assigned=True),
    "deprecation_time":    attr("DeprecationTime", _minute),
    "description":         text("Description"),
    "ena_support":         flag("EnaSupport"),
    "image_location":      text("ImageLocation", assigned=True),
    "imds_support":        text("ImdsSupport", assigned=True),
    "kernel_id":           text("KernelId"),
    "name":                text("Name"),
    "ramdisk_id":          text("RamdiskId"),
    "root_device_name":    text("RootDeviceName", assigned=True),
    "sriov_net_support":   text("SriovNetSupport", default="simple"),
    "tags":                tags("Tags"),
    "tpm_support":         text("TpmSupport", assigned=True),
    "virtualization_type": text("VirtualizationType", assigned=True),
    "ebs_block_device":    blocks("BlockDeviceMappings[?Ebs]", {
        "delete_on_termination": flag("Ebs.DeleteOnTermination"),
        "device_name":           text("DeviceName"),
        "encrypted":             flag("Ebs.Encrypted"),
        "iops":                  number("Ebs.Iops", default=0),
        "outpost_arn":           text("Ebs.OutpostArn"),
        "snapshot_id":           text("Ebs.SnapshotId", assigned=True),
        "throughput":            number("Ebs.Throughput", default=0),
        "volume_size":           number("Ebs.VolumeSize", assigned=True),
        "volume_type":           text("Ebs.VolumeType", assigned=True),
    }, key=lambda device: device["device_name"]),
    "ephemeral_block_device": blocks("BlockDeviceMappings[?VirtualName]", {
        "device_name":  text("DeviceName"),
        "virtual_name": text("VirtualName"),
    }, key=lambda device: device["device_name"]),
}
BACKUPS = (
    Owner("Tags[?starts_with(Key, 'aws:backup:')]", "Backup"),
    Owner("Tags[?starts_with(Key, 'aws:dlm:')]", "Data Lifecycle Manager"),
)

AMI = ResourceType(
    name="aws_ami",
    service="ec2",
    list=Call(op="DescribeImages", take="Images", args={"Owners": ["self"]}),
    exists="State != 'deregistered'",
    describe=(
        # one call for each image: EC2 tells one attribute of one image
        Call(op="DescribeImageAttribute", take="LaunchPermissions", into="Permissions", bind={"ImageId": "ImageId"},
             args={"Attribute": "launchPermission"}, gone=frozenset({"InvalidAMIID.NotFound",
                                                                     "InvalidAMIID.Unavailable"})),
    ),
    id=text("ImageId"),
    label="name",
    computed={
        "owner_id": text("OwnerId"),
        "snapshots": set_of(as_text, "BlockDeviceMappings[].Ebs.SnapshotId", outside_schema=True),
    },
    attributes=IMAGE_ATTRIBUTES,
    ignored={"uefi_data": "never returned by AWS"},
    refs=(Ref("ebs_block_device[].snapshot_id", to="aws_ebs_snapshot"),),
    creates=(Ref("snapshots[]", to="aws_ebs_snapshot"),),
    owners=BACKUPS,
)

AMI_COPY = replace(
    AMI,
    name="aws_ami_copy",
    alias_of="aws_ami",
    attributes={
        name: IMAGE_ATTRIBUTES[name] for name in ("deprecation_time", "description", "name", "tags")
    },
    ignored={
        "destination_outpost_arn": "only read when the image is copied",
        "ebs_block_device":        "copied from the source image",
        "encrypted":               "only read when the image is copied",
        "ephemeral_block_device":  "copied from the source image",
        "kms_key_id":              "only read when the image is copied",
        "source_ami_id":           "only read when the image is copied",
        "source_ami_region":       "only read when the image is copied",
    },
    refs=(),
)

AMI_FROM_INSTANCE = replace(
    AMI,
    name="aws_ami_from_instance",
    alias_of="aws_ami",
    attributes=AMI_COPY.attributes,
    ignored={
        "ebs_block_device":        "copied from the instance",
        "ephemeral_block_device":  "copied from the instance",
        "snapshot_without_reboot": "only read when the image is made",
        "source_instance_id":      "only read when the image is made",
    },
    refs=(),
)

AMI_LAUNCH_PERMISSION = ResourceType(
    name="aws_ami_launch_permission",
    service="ec2",
    list=Within("aws_ami", each="Permissions[]"),
    id=text("parent.ImageId"),
    identity=("image_id", "account_id", "group", "organization_arn", "organizational_unit_arn"),
    import_id="join('/', [account_id || group || organization_arn || organizational_unit_arn || '', image_id])",
    label="image_id",
    attributes={
        "account_id":              text("UserId"),
        "group":                   text("Group"),
        "image_id":                text("parent.ImageId"),
        "organization_arn":        text("OrganizationArn"),
        "organizational_unit_arn": text("OrganizationalUnitArn"),
    },
    parent=Parent("image_id", to="aws_ami"),
)

PLACEMENT_GROUP = ResourceType(
    name="aws_placement_group",
    service="ec2",
    list=Call(op="DescribePlacementGroups", take="PlacementGroups"),
    exists="State != 'deleted' && State != 'deleting'",
    id=text("GroupName"),
    label="name",
    computed={"placement_group_id": text("GroupId")},
    attributes={
        "name":            text("GroupName"),
        "partition_count": number("PartitionCount", default=0),
        "spread_level":    text("SpreadLevel", assigned=True),
        "strategy":        text("Strategy"),
        "tags":            tags("Tags"),
    },
    owners=(Owner("Operator.Managed", "an AWS service"),),
)

CAPACITY_RESERVATION = ResourceType(
    name="aws_ec2_capacity_reservation",
    service="ec2",
    # capacity blocks are bought, not reserved: a type of their own
    list=Call(op="DescribeCapacityReservations", take="CapacityReservations[?ReservationType != 'capacity-block']"),
    id=text("CapacityReservationId"),
    account="OwnerId",
    exists="!contains(['cancelled', 'expired', 'failed', 'unsupported'], State || '')",
    computed={"arn": text("CapacityReservationArn"), "owner_id": text("OwnerId")},
    attributes={
        "availability_zone":       text("AvailabilityZone"),
        "ebs_optimized":           flag("EbsOptimized"),
        "end_date":                moment("EndDate"),
        "end_date_type":           text("EndDateType", default="unlimited"),
        "ephemeral_storage":       flag("EphemeralStorage"),
        "instance_count":          number("TotalInstanceCount"),
        "instance_match_criteria": text("InstanceMatchCriteria", default="open"),
        "instance_platform":       text("InstancePlatform"),
        "instance_type":           text("InstanceType"),
        "outpost_arn":             text("OutpostArn"),
        "placement_group_arn":     text("PlacementGroupArn"),
        "tenancy":                 text("Tenancy", default="default"),
        "tags":                    tags("Tags"),
    },
    owners=(Owner("CapacityReservationFleetId", "a fleet of capacity reservations"),),
)
