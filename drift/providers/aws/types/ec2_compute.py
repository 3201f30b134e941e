"""Amazon EC2: instances, key pairs, placement groups, reserved capacity."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.model.value import Block, Hidden, Value, as_set
from drift.normalize.documents import decoded
from drift.normalize.values import text as as_text
from drift.provider import canonical
from drift.provider.kinds import attr, block, blocks, flag, moment, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Raw, Ref, ResourceType
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


def _patches(state: Any) -> Value:
    """How many patches are missing and failed, by Systems Manager's last scan; None where it never scanned."""
    if not state:
        return None
    state = state[0] if isinstance(state, list) else state
    counts = {"missing": "MissingCount", "failed": "FailedCount", "pending": "InstalledPendingRebootCount"}
    return Block({name: int(state.get(member) or 0) for name, member in counts.items()})


INSTANCE = ResourceType(
    name="aws_instance",
    service="ec2",
    either=(("user_data", "user_data_base64"), ("subnet_id", "network_interface")),
    not_imported=frozenset({"volume_tags"}),
    list=Call(op="DescribeInstances", take="Reservations[].Instances[]"),
    describe=(
        Call(op="DescribeVolumes", take="Volumes", into="Volumes", match="Attachments[0].InstanceId",
             key="InstanceId", many=True),
        # unasked for by id, it tells of the unlimited ones only; asked for one that cannot burst, it fails for all
        Call(op="DescribeInstanceCreditSpecifications", take="InstanceCreditSpecifications", into="Credits",
             match="InstanceId", key="InstanceId", absent=frozenset({"UnsupportedOperation"})),
        Call(op="DescribeSpotInstanceRequests", take="SpotInstanceRequests", into="SpotRequest",
             match="SpotInstanceRequestId", key="SpotInstanceRequestId"),
        Call(op="DescribeInstancePatchStates", service="ssm", take="InstancePatchStates", into="Patches", batch=50,
             bind={"InstanceIds": "InstanceId"}, match="InstanceId"),
        _attribute("disableApiStop", "DisableApiStop", absent=frozenset({"UnsupportedOperation"})),
        _attribute("disableApiTermination", "DisableApiTermination"),
        _attribute("instanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior"),
        _attribute("userData", "UserData"),
    ),
    exists="State.Name != 'terminated' && State.Name != 'shutting-down'",
    id=text("InstanceId"),
    computed={
        "block_device_mappings":        blocks("BlockDeviceMappings", {
            "device_name": text("DeviceName"),
            "ebs":         block("Ebs", {
                "delete_on_termination": flag("DeleteOnTermination"),
                "status":                text("Status"),
                "volume_id":             text("VolumeId"),
            }),
        }, outside_schema=True),
        "instance_state":               text("State.Name"),
        "metadata_state":               text("MetadataOptions.State", outside_schema=True),
        "state_transition_reason":      text("StateTransitionReason", outside_schema=True),
        "launch_time":                  moment("LaunchTime", outside_schema=True),
        "virtualization_type":          text("VirtualizationType", outside_schema=True),
        "user_data_text":               attr("UserDataAttribute.Value", user_data_plain, outside_schema=True),
        "volumes":                      set_of(as_text, "BlockDeviceMappings[].Ebs.VolumeId", outside_schema=True),
        # an interface that was attached later stays when the instance ends
        "patches":                      attr("Patches", _patches, outside_schema=True),
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
        # a template may bring one; AWS gives none by itself
        "iam_instance_profile":        name_of_arn("IamInstanceProfile.Arn", default="", same_for_all=True,
                                                   set_by=("launch_template",)),
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
        "ebs_block_device":            replace(OTHER_DEVICES, from_state=_others, from_api=_but_root, not_planned=True),
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
    not_imported=frozenset({"public_key"}),
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
