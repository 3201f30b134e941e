"""Amazon EC2: instances, their templates, volumes, snapshots and images."""

from __future__ import annotations

from drift.providers.aws.rules.backups import backed_up
from drift.providers.aws.rules.exposure import let_in, public_instance
from drift.providers.aws.rules.ports import DATABASES, RISKY, claims_at
from drift.providers.aws.rules.secrets import in_script
from drift.rules.spec import Fact, Found, rule
from drift.rules.subject import Subject
from drift.rules.world import Unknown

PATH = ("aws_security_group", "aws_subnet", "aws_route_table", "aws_network_acl")

ADMIN_PORTS = (22, 3389)
ADMIN_CHECKS = ("ec2_instance_port_ssh_exposed_to_internet", "ec2_instance_port_rdp_exposed_to_internet")
DATABASE_CHECKS = (
    "ec2_instance_port_mysql_exposed_to_internet",
    "ec2_instance_port_postgresql_exposed_to_internet",
    "ec2_instance_port_oracle_exposed_to_internet",
    "ec2_instance_port_sqlserver_exposed_to_internet",
    "ec2_instance_port_mongodb_exposed_to_internet",
    "ec2_instance_port_redis_exposed_to_internet",
    "ec2_instance_port_memcached_exposed_to_internet",
    "ec2_instance_port_cassandra_exposed_to_internet",
    "ec2_instance_port_elasticsearch_kibana_exposed_to_internet",
)
RISKY_CHECKS = (
    "ec2_instance_port_ftp_exposed_to_internet",
    "ec2_instance_port_telnet_exposed_to_internet",
    "ec2_instance_port_kerberos_exposed_to_internet",
    "ec2_instance_port_cifs_exposed_to_internet",
    "ec2_instance_port_ldap_exposed_to_internet",
    "ec2_instance_port_kafka_exposed_to_internet",
)


@rule(
    title="The instance allows IMDSv1",
    severity="high",
    theme="identity",
    types=("aws_instance", "aws_launch_template", "aws_launch_configuration"),
    reads=("metadata_options",),
    remedy='Require tokens: metadata_options { http_tokens = "required" }.',
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=(
        "ec2_instance_imdsv2_enabled",
        "ec2_launch_template_imdsv2_required",
        "autoscaling_group_launch_configuration_requires_imdsv2",
    ),
    security_hub=("EC2.8",),
)
def ec2_imdsv1(it: Subject) -> Found:
    """Version 1 of the metadata service gives the role's credentials to anybody who can make the instance request a
    URL."""
    if it.at("metadata_options.http_tokens") == "required" or it.at("metadata_options.http_endpoint") == "disabled":
        return None
    return "http_tokens is not required"


@rule(
    title="The instance has a public address",
    severity="medium",
    theme="network",
    types=("aws_instance",),
    reads=("public_ip",),
    near=("aws_subnet", "aws_route_table"),
    remedy="Move it into a private subnet, behind a load balancer or Session Manager.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_instance_public_ip",),
    security_hub=("EC2.9",),
)
def ec2_public_ip(it: Subject) -> Found:
    """A public IP address, in a subnet with a route to an internet gateway."""
    return public_instance(it) or None


@rule(
    title="The launch template assigns public addresses",
    severity="high",
    theme="network",
    types=("aws_launch_template", "aws_launch_configuration"),
    remedy="Set associate_public_ip_address to false.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html",),
    prowler=("ec2_launch_template_no_public_ip", "autoscaling_group_launch_configuration_no_public_ip"),
    security_hub=("EC2.25",),
)
def lt_public_ip(it: Subject) -> Found:
    """Instances of this template get a public address, whatever the subnet's setting is."""
    if it.type == "aws_launch_configuration":
        return "associate_public_ip_address is on" if it["associate_public_ip_address"] else None
    wanted = [v for v in it.all("network_interfaces[].associate_public_ip_address") if v in (True, "true")]
    return "network_interfaces.associate_public_ip_address is on" if wanted else None


def exposed(it: Subject, ports: tuple[int, ...], claims: tuple[str, ...]) -> Found:
    """The paths by which the internet reaches some of these ports of an instance; Unknown where none is sure.

    `claims` are the rule's, each about some of the ports.
    """
    said = [(port, let_in(it, "tcp", (port,))) for port in ports]
    facts = [
        Fact(f"tcp {port} by {reach.why}", frozenset({port}), claims_at(claims, (port,)))
        for port, reach in said
        if reach.said == "reached"
    ]
    if not facts:
        doubt = next((reach.why for _, reach in said if reach.said == "unknown"), "")
        if doubt:
            raise Unknown(doubt)
    return facts


@rule(
    title="SSH or Remote Desktop of an instance is reachable from the internet",
    severity="critical",
    theme="network",
    types=("aws_instance",),
    reads=("public_ip", "vpc_security_group_ids"),
    near=PATH,
    remedy="Close the port, or remove the public address.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=ADMIN_CHECKS,
)
def ec2_admin_port_exposed(it: Subject) -> Found:
    """A public address, and a route, network ACL and security group that let the internet reach it."""
    return exposed(it, ADMIN_PORTS, ADMIN_CHECKS)


@rule(
    title="A database port of an instance is reachable from the internet",
    severity="critical",
    theme="network",
    types=("aws_instance",),
    reads=("public_ip", "vpc_security_group_ids"),
    near=PATH,
    remedy="Close the port, or remove the public address.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=DATABASE_CHECKS,
)
def ec2_db_port_exposed(it: Subject) -> Found:
    """A public address, and a route, network ACL and security group that let the internet reach it."""
    return exposed(it, DATABASES, DATABASE_CHECKS)


@rule(
    title="A legacy or internal protocol of an instance is reachable from the internet",
    severity="critical",
    theme="network",
    types=("aws_instance",),
    reads=("public_ip", "vpc_security_group_ids"),
    near=PATH,
    remedy="Close the port, or remove the public address.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=RISKY_CHECKS,
)
def ec2_risky_port_exposed(it: Subject) -> Found:
    """FTP, Telnet, Kerberos, SMB, LDAP, Kafka and similar protocols, on a public address."""
    return exposed(it, RISKY, RISKY_CHECKS)


@rule(
    title="A public instance has an IAM role",
    severity="high",
    theme="identity",
    types=("aws_instance",),
    reads=("public_ip", "iam_instance_profile"),
    near=("aws_subnet", "aws_route_table"),
    remedy="Remove the public address, or reduce the role's permissions.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_instance_internet_facing_with_instance_profile",),
)
def ec2_public_with_role(it: Subject) -> Found:
    """Whoever compromises the instance gets the permissions of its role."""
    profile = it["iam_instance_profile"]
    path = public_instance(it) if profile else ""
    return f"{profile} at {path}" if path else None


@rule(
    title="The instance has no IAM role",
    severity="medium",
    theme="identity",
    types=("aws_instance",),
    reads=("iam_instance_profile",),
    remedy="Give it an instance profile.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_instance_profile_attached",),
)
def ec2_no_role(it: Subject) -> Found:
    """Without a role, software on the instance needs long-lived access keys to call AWS."""
    return None if it["iam_instance_profile"] else "no iam_instance_profile"


@rule(
    title="User data contains a secret",
    severity="critical",
    theme="secrets",
    types=("aws_instance", "aws_launch_template", "aws_launch_configuration"),
    reads=("user_data",),
    remedy="Store the secret in Secrets Manager or Parameter Store, and let the instance read it from there.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=(
        "ec2_instance_secrets_user_data",
        "ec2_launch_template_no_secrets",
        "autoscaling_find_secrets_ec2_launch_configuration",
    ),
)
def ec2_userdata_secret(it: Subject) -> Found:
    """Anybody who may describe the instance, and every process on it, can read user data."""
    return in_script(it["user_data_text"] if it.has("user_data_text") else it["user_data"])


@rule(
    title="Detailed monitoring is off",
    severity="low",
    theme="logging",
    types=("aws_instance",),
    reads=("monitoring",),
    remedy="Set monitoring to true.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_instance_detailed_monitoring_enabled",),
)
def ec2_monitoring(it: Subject) -> Found:
    """Basic monitoring sends metrics every five minutes, detailed monitoring every minute."""
    return None if it["monitoring"] else "monitoring is off"


@rule(
    title="A volume is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_ebs_volume", "aws_instance"),
    remedy="Create an encrypted copy through a snapshot, and enable encryption by default.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_ebs_volume_encryption",),
    security_hub=("EC2.3",),
)
def ebs_unencrypted(it: Subject) -> Found:
    """Anybody who gets the volume or its snapshot can read it."""
    if it.type == "aws_ebs_volume":
        return None if it["encrypted"] else "encrypted is off"
    clear = [b for b in it.all("root_block_device") if not b.get("encrypted")]
    clear += [b for b in it.all("ebs_block_device[]") if not b.get("encrypted")]
    return [str(b.get("device_name") or "the root volume") for b in clear]


@rule(
    title="New volumes are not encrypted by default",
    severity="high",
    theme="encryption",
    types=("aws_ebs_encryption_by_default",),
    reads=("enabled",),
    remedy="Set aws_ebs_encryption_by_default to enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_ebs_default_encryption",),
    security_hub=("EC2.7",),
    when_missing=("aws_ebs_encryption_by_default",),
    guards="region",
)
def ebs_default_encryption(it: Subject) -> Found:
    """A volume is unencrypted unless its creator asks for encryption."""
    return None if it["enabled"] else "enabled is off"


@rule(
    title="A snapshot is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_ebs_snapshot", "aws_ebs_snapshot_copy"),
    reads=("encrypted",),
    remedy="Copy it with encryption and delete the original.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_ebs_snapshots_encrypted",),
)
def ebs_snapshot_unencrypted(it: Subject) -> Found:
    """One API call can share an unencrypted snapshot with anybody."""
    return None if it["encrypted"] else "encrypted is off"


@rule(
    title="The snapshot is public",
    severity="critical",
    theme="public access",
    types=("aws_ebs_snapshot", "aws_ebs_snapshot_copy", "aws_snapshot_create_volume_permission"),
    remedy="Make it private, and block public snapshots for the account.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_ebs_public_snapshot",),
    security_hub=("EC2.1",),
)
def ebs_snapshot_public(it: Subject) -> Found:
    """Anybody with an AWS account can create a volume from it and read the data."""
    part = it.type == "aws_snapshot_create_volume_permission"
    given = (it["account_id"],) if part else it["shared_with"] or ()
    return "createVolumePermission is all" if "all" in given else None


@rule(
    title="The image is public",
    severity="critical",
    theme="public access",
    types=("aws_ami_launch_permission", "aws_ami"),
    near=("aws_ami_launch_permission",),
    remedy="Remove the permission, and block public images for the account.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_ami_public",),
)
def ami_public(it: Subject) -> Found:
    """Anybody with an AWS account can launch it and read its disks."""
    given = [it] if it.type == "aws_ami_launch_permission" else it.near("aws_ami_launch_permission")
    return "launch permission for all" if any(p["group"] == "all" for p in given) else None


@rule(
    title="No backup plan covers the volume",
    severity="medium",
    theme="backup",
    types=("aws_ebs_volume",),
    near=("aws_backup_selection",),
    remedy="Add it, or one of its tags, to a backup selection.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_ebs_volume_protected_by_backup_plan",),
    security_hub=("EC2.28",),
)
def ebs_not_in_backup_plan(it: Subject) -> Found:
    """No selection of AWS Backup matches its ARN, type or tags."""
    return backed_up(it, f"arn:aws:ec2:{it.region}:{it.account}:volume/{it.id}")


@rule(
    title="The Elastic IP address is unused",
    severity="low",
    theme="hygiene",
    types=("aws_eip",),
    remedy="Release the address, or use it. First remove DNS records that name it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_elastic_ip_unassigned",),
    security_hub=("EC2.12",),
)
def eip_unused(it: Subject) -> Found:
    """An unused address costs money. After its release, DNS records that still name it point to somebody else."""
    return None if it["association_id"] else "not associated"
