"""Amazon EC2: launch templates, and the launch configurations they replaced elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.normalize.tags import tag_map

DATA = "Latest.LaunchTemplateData"


def span(at: str) -> Attr:
    """A least and a most."""
    return block(at, {"max": number("Max", default=0), "min": number("Min", default=0)})


REQUIREMENTS: Mapping[str, Attr] = {
    "accelerator_count":            span("AcceleratorCount"),
    "accelerator_manufacturers":    set_of(as_text, "AcceleratorManufacturers"),
    "accelerator_names":            set_of(as_text, "AcceleratorNames"),
    "accelerator_total_memory_mib": span("AcceleratorTotalMemoryMiB"),
    "accelerator_types":            set_of(as_text, "AcceleratorTypes"),
    "allowed_instance_types":       set_of(as_text, "AllowedInstanceTypes"),
    "bare_metal":                   text("BareMetal", assigned=True),
    "baseline_ebs_bandwidth_mbps":  span("BaselineEbsBandwidthMbps"),
    "burstable_performance":        text("BurstablePerformance", assigned=True),
    "cpu_manufacturers":            set_of(as_text, "CpuManufacturers"),
    "excluded_instance_types":      set_of(as_text, "ExcludedInstanceTypes"),
    "instance_generations":         set_of(as_text, "InstanceGenerations"),
    "local_storage":                text("LocalStorage", assigned=True),
    "local_storage_types":          set_of(as_text, "LocalStorageTypes"),
    "max_spot_price_as_percentage_of_optimal_on_demand_price":
        number("MaxSpotPriceAsPercentageOfOptimalOnDemandPrice", default=0),
    "memory_gib_per_vcpu":          span("MemoryGiBPerVCpu"),
    "memory_mib":                   span("MemoryMiB"),
    "network_bandwidth_gbps":       span("NetworkBandwidthGbps"),
    "network_interface_count":      span("NetworkInterfaceCount"),
    "on_demand_max_price_percentage_over_lowest_price":
        number("OnDemandMaxPricePercentageOverLowestPrice", default=0),
    "require_hibernate_support":    flag("RequireHibernateSupport"),
    "spot_max_price_percentage_over_lowest_price":
        number("SpotMaxPricePercentageOverLowestPrice", default=0),
    "total_local_storage_gb":       span("TotalLocalStorageGB"),
    "vcpu_count":                   span("VCpuCount"),
}
"""What an instance type must have (`InstanceRequirements`), here and in Auto Scaling."""

LAUNCH_TEMPLATE = ResourceType(
    name="aws_launch_template",
    service="ec2",
    list=Call(op="DescribeLaunchTemplates", take="LaunchTemplates"),
    describe=(
        Call(op="DescribeLaunchTemplateVersions", take="LaunchTemplateVersions[0]", into="Latest",
             bind={"LaunchTemplateId": "LaunchTemplateId"}, args={"Versions": ["$Latest"]},
             gone=frozenset({"InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.VersionNotFound"})),
    ),
    id=text("LaunchTemplateId"),
    label="name",
    computed={"latest_version": number("LatestVersionNumber")},
    attributes={
        "default_version":         number("DefaultVersionNumber", assigned=True),
        "description":             text("Latest.VersionDescription"),
        "disable_api_stop":        flag(f"{DATA}.DisableApiStop"),
        "disable_api_termination": flag(f"{DATA}.DisableApiTermination"),
        # "true", "false" or nothing: nothing leaves it to the instance type
        "ebs_optimized":           text(f"{DATA}.EbsOptimized"),
        "image_id":                text(f"{DATA}.ImageId"),
        "instance_initiated_shutdown_behavior": text(f"{DATA}.InstanceInitiatedShutdownBehavior"),
        "instance_type":           text(f"{DATA}.InstanceType"),
        "kernel_id":               text(f"{DATA}.KernelId"),
        "key_name":                text(f"{DATA}.KeyName"),
        "name":                    text("LaunchTemplateName", assigned=True),
        "ram_disk_id":             text(f"{DATA}.RamDiskId"),
        "security_group_names":    set_of(as_text, f"{DATA}.SecurityGroups"),
        "tags":                    tags("Tags"),
        "user_data":               text(f"{DATA}.UserData", sensitive=True),
        "vpc_security_group_ids":  set_of(as_text, f"{DATA}.SecurityGroupIds"),
        "block_device_mappings":   blocks(f"{DATA}.BlockDeviceMappings", {
            "device_name":  text("DeviceName"),
            "no_device":    text("NoDevice"),
            "virtual_name": text("VirtualName"),
            "ebs":          block("Ebs", {
                "delete_on_termination":      text("DeleteOnTermination"),
                "encrypted":                  text("Encrypted"),
                "iops":                       number("Iops", default=0),
                "kms_key_id":                 kms_key("KmsKeyId"),
                "snapshot_id":                text("SnapshotId"),
                "throughput":                 number("Throughput", default=0),
                "volume_initialization_rate": number("VolumeInitializationRate", default=0),
                "volume_size":                number("VolumeSize", default=0),
                "volume_type":                text("VolumeType", default=""),
            }),
        }, key=lambda device: device["device_name"]),
        "capacity_reservation_specification": block(f"{DATA}.CapacityReservationSpecification", {
            "capacity_reservation_preference": text("CapacityReservationPreference"),
            "capacity_reservation_target":     block("CapacityReservationTarget", {
                "capacity_reservation_id":                 text("CapacityReservationId"),
                "capacity_reservation_resource_group_arn": text("CapacityReservationResourceGroupArn"),
            }),
        }),
        "cpu_options":             block(f"{DATA}.CpuOptions", {
            "amd_sev_snp":      text("AmdSevSnp"),
            "core_count":       number("CoreCount", default=0),
            "threads_per_core": number("ThreadsPerCore", default=0),
        }),
        "credit_specification":    block(f"{DATA}.CreditSpecification", {"cpu_credits": text("CpuCredits")}),
        "elastic_gpu_specifications": blocks(f"{DATA}.ElasticGpuSpecifications", {"type": text("Type")}),
        "elastic_inference_accelerator": block(f"{DATA}.ElasticInferenceAccelerators[0]", {"type": text("Type")}),
        "enclave_options":         block(f"{DATA}.EnclaveOptions", {"enabled": flag("Enabled")}),
        "hibernation_options":     block(f"{DATA}.HibernationOptions", {"configured": flag("Configured")}),
        "iam_instance_profile":    block(f"{DATA}.IamInstanceProfile", {"arn": text("Arn"), "name": text("Name")}),
        "instance_market_options": block(f"{DATA}.InstanceMarketOptions", {
            "market_type":  text("MarketType"),
            "spot_options": block("SpotOptions", {
                "block_duration_minutes":         number("BlockDurationMinutes", default=0),
                "instance_interruption_behavior": text("InstanceInterruptionBehavior"),
                "max_price":                      number("MaxPrice"),
                "spot_instance_type":             text("SpotInstanceType"),
            }),
        }),
        "instance_requirements":   block(f"{DATA}.InstanceRequirements", REQUIREMENTS),
        "license_specification":   blocks(f"{DATA}.LicenseSpecifications", {
            "license_configuration_arn": text("LicenseConfigurationArn"),
        }),
        "maintenance_options":     block(f"{DATA}.MaintenanceOptions", {"auto_recovery": text("AutoRecovery")}),
        "metadata_options":        block(f"{DATA}.MetadataOptions", {
            "http_endpoint":               text("HttpEndpoint", assigned=True),
            "http_protocol_ipv6":          text("HttpProtocolIpv6", assigned=True),
            "http_put_response_hop_limit": number("HttpPutResponseHopLimit", default=0),
            "http_tokens":                 text("HttpTokens", assigned=True),
            "instance_metadata_tags":      text("InstanceMetadataTags", assigned=True),
        }),
        "monitoring":              block(f"{DATA}.Monitoring", {"enabled": flag("Enabled")}),
        "network_interfaces":      blocks(f"{DATA}.NetworkInterfaces", {
            "associate_carrier_ip_address": text("AssociateCarrierIpAddress"),
            "associate_public_ip_address":  text("AssociatePublicIpAddress"),
            "delete_on_termination":        text("DeleteOnTermination"),
            "description":                  text("Description"),
            "device_index":                 number("DeviceIndex", default=0),
            "interface_type":               text("InterfaceType"),
            "ipv4_address_count":           number("SecondaryPrivateIpAddressCount", default=0),
            "ipv4_addresses":               set_of(as_text, "PrivateIpAddresses[].PrivateIpAddress"),
            "ipv4_prefix_count":            number("Ipv4PrefixCount", default=0),
            "ipv4_prefixes":                set_of(as_text, "Ipv4Prefixes[].Ipv4Prefix"),
            "ipv6_address_count":           number("Ipv6AddressCount", default=0),
            "ipv6_addresses":               set_of(as_text, "Ipv6Addresses[].Ipv6Address"),
            "ipv6_prefix_count":            number("Ipv6PrefixCount", default=0),
            "ipv6_prefixes":                set_of(as_text, "Ipv6Prefixes[].Ipv6Prefix"),
            "network_card_index":           number("NetworkCardIndex", default=0),
            "network_interface_id":         text("NetworkInterfaceId"),
            "primary_ipv6":                 text("PrimaryIpv6"),
            "private_ip_address":           text("PrivateIpAddress"),
            "security_groups":              set_of(as_text, "Groups"),
            "subnet_id":                    text("SubnetId"),
            "connection_tracking_specification": block("ConnectionTrackingSpecification", {
                "tcp_established_timeout": number("TcpEstablishedTimeout", default=0),
                "udp_stream_timeout":      number("UdpStreamTimeout", default=0),
                "udp_timeout":             number("UdpTimeout", default=0),
            }),
            "ena_srd_specification":        block("EnaSrdSpecification", {
                "ena_srd_enabled":           flag("EnaSrdEnabled"),
                "ena_srd_udp_specification": block("EnaSrdUdpSpecification", {
                    "ena_srd_udp_enabled": flag("EnaSrdUdpEnabled"),
                }),
            }),
        }, key=lambda interface: (interface["device_index"], interface["network_card_index"])),
        "placement":               block(f"{DATA}.Placement", {
            "affinity":                text("Affinity"),
            "availability_zone":       text("AvailabilityZone"),
            "group_name":              text("GroupName"),
            "host_id":                 text("HostId"),
            "host_resource_group_arn": text("HostResourceGroupArn"),
            "partition_number":        number("PartitionNumber", default=0),
            "spread_domain":           text("SpreadDomain"),
            "tenancy":                 text("Tenancy"),
        }),
        "private_dns_name_options": block(f"{DATA}.PrivateDnsNameOptions", {
            "enable_resource_name_dns_a_record":    flag("EnableResourceNameDnsARecord"),
            "enable_resource_name_dns_aaaa_record": flag("EnableResourceNameDnsAAAARecord"),
            "hostname_type":                        text("HostnameType"),
        }),
        "tag_specifications":      blocks(f"{DATA}.TagSpecifications", {
            "resource_type": text("ResourceType"),
            "tags":          attr("Tags", tag_map),
        }, key=lambda tagged: tagged["resource_type"]),
    },
    ignored={
        "instance_market_options.spot_options.valid_until": "AWS fills in seven days from now where nobody says",
        "name_prefix":            "only read when the template is created",
        "update_default_version": "an instruction to Terraform",
    },
    refs=(
        Ref("image_id", to="aws_ami"),
        Ref("key_name", to="aws_key_pair", by="key_name"),
        Ref("vpc_security_group_ids[]", to="aws_security_group"),
        Ref("network_interfaces[].security_groups[]", to="aws_security_group"),
        Ref("network_interfaces[].subnet_id", to="aws_subnet"),
        Ref("iam_instance_profile.name", to="aws_iam_instance_profile", by="name"),
        Ref("iam_instance_profile.arn", to="aws_iam_instance_profile", by="arn"),
    ),
    owners=(
        # EKS's node groups, Batch and others make theirs with a role of their own
        Owner("CreatedBy && contains(CreatedBy, ':assumed-role/AWSServiceRole')", "an AWS service"),
        Owner("Operator.Managed", "an AWS service"),
    ),
)
