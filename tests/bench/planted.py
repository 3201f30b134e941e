"""A recipe: an account in order, described by a state, and what is then done to it, line by line of a checklist.

Each plant makes one resource as it should be, or none, and breaks it, or makes one by hand. Before and after, tools are
asked what they say of it: flagged before is false, not flagged after is missed.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.world import REGION, Aws

ACCOUNT = "123456789012"
Attributes = dict[str, Any]


def policy(**statement: Any) -> str:
    filled = {"Effect": "Allow", "Action": "*", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [filled]})


def trust(principal: Any) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


EVERYBODY = policy(Principal="*")
EC2 = trust({"Service": "ec2.amazonaws.com"})
LOOK = policy(Action="s3:ListAllMyBuckets")


@dataclass(frozen=True, slots=True)
class Plant:
    """One risk, before and after."""

    line: str
    """The line of the checklist."""
    rule: str
    """What drift should say."""
    type: str
    good: Callable[[Aws, str], Attributes] | None
    """Makes the resource as it should be, and tells what a state records of it; None for one made by hand."""
    bad: Callable[[Aws, str, Attributes], str | None]
    """Breaks it, or makes it; the id of what was made by hand."""

    @property
    def name(self) -> str:
        """What its resource is called."""
        return f"plant-{self.rule}"


def vpc_of(aws: Aws) -> str:
    return str(aws("ec2").describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"])


def group(port: int) -> tuple[Callable[[Aws, str], Attributes], Callable[[Aws, str, Attributes], None]]:
    def allow(aws: Aws, id_: str, cidr: str) -> None:
        permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}
        aws("ec2").authorize_security_group_ingress(GroupId=id_, IpPermissions=[permission])

    def good(aws: Aws, name: str) -> Attributes:
        vpc = vpc_of(aws)
        id_ = aws("ec2").create_security_group(GroupName=name, Description="planted", VpcId=vpc)["GroupId"]
        allow(aws, id_, "10.0.0.0/8")
        inside = {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["10.0.0.0/8"]}
        return {"id": id_, "name": name, "description": "planted", "vpc_id": vpc, "ingress": [inside]}

    return good, lambda aws, name, had: allow(aws, had["id"], "0.0.0.0/0")


def bucket(aws: Aws, name: str) -> Attributes:
    aws("s3").create_bucket(Bucket=name)
    aws("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    versions = [{"enabled": True, "mfa_delete": False}]
    return {"id": name, "bucket": name, "arn": f"arn:aws:s3:::{name}", "policy": "", "versioning": versions}


def blocked(aws: Aws, name: str) -> Attributes:
    bucket(aws, name)
    words = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    aws("s3").put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(words, True))
    names = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    return {"id": name, "bucket": name, **dict.fromkeys(names, True)}


def tls_only(name: str) -> str:
    return policy(
        Effect="Deny", Principal="*", Action="s3:*", Resource=[f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )  # fmt: skip


def guarded(aws: Aws, name: str) -> Attributes:
    bucket(aws, name)
    aws("s3").put_bucket_policy(Bucket=name, Policy=tls_only(name))
    return {"id": name, "bucket": name, "policy": tls_only(name)}


def queue(aws: Aws, name: str) -> Attributes:
    url = aws("sqs").create_queue(QueueName=name, Attributes={"SqsManagedSseEnabled": "true"})["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    made = {"id": url, "url": url, "name": name, "arn": arn, "policy": ""}
    return {**made, "sqs_managed_sse_enabled": True, "kms_master_key_id": ""}


def queue_set(**attributes: str) -> Callable[[Aws, str, Attributes], None]:
    return lambda aws, name, had: aws("sqs").set_queue_attributes(QueueUrl=had["id"], Attributes=attributes)


def key(aws: Aws, name: str) -> Attributes:
    found = aws("kms").create_key(Description=name)["KeyMetadata"]
    aws("kms").enable_key_rotation(KeyId=found["KeyId"])
    own = aws("kms").get_key_policy(KeyId=found["KeyId"], PolicyName="default")["Policy"]
    return {
        "id": found["KeyId"], "key_id": found["KeyId"], "arn": found["Arn"], "description": name,
        "enable_key_rotation": True, "policy": own, "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "key_usage": "ENCRYPT_DECRYPT", "custom_key_store_id": "", "is_enabled": True,
    }  # fmt: skip


def repository(aws: Aws, name: str) -> Attributes:
    made = aws("ecr").create_repository(repositoryName=name, imageScanningConfiguration={"scanOnPush": True})
    arn = made["repository"]["repositoryArn"]
    return {"id": name, "name": name, "arn": arn, "image_scanning_configuration": [{"scan_on_push": True}]}


def database(aws: Aws, name: str, **more: Any) -> Attributes:
    words = {
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.t3.micro", "Engine": "mysql", "EngineVersion": "8.4.5",
        "MasterUsername": "shop", "MasterUserPassword": "Tr0ub4dor-and-3", "AllocatedStorage": 20,
        "PubliclyAccessible": False, "StorageEncrypted": True, "BackupRetentionPeriod": 14, **more,
    }  # fmt: skip
    made = aws("rds").create_db_instance(**words)["DBInstance"]
    return {
        "id": made["DbiResourceId"], "identifier": name, "arn": made["DBInstanceArn"], "engine": "mysql",
        "publicly_accessible": False, "backup_retention_period": 14, "storage_encrypted": True,
    }  # fmt: skip


def database_set(**words: Any) -> Callable[[Aws, str, Attributes], None]:
    return lambda aws, name, had: aws("rds").modify_db_instance(
        DBInstanceIdentifier=name, ApplyImmediately=True, **words
    )


def user(aws: Aws, name: str) -> Attributes:
    made = aws("iam").create_user(UserName=name)["User"]
    return {"id": name, "name": name, "path": "/", "arn": made["Arn"], "unique_id": made["UserId"]}


def user_with_key(aws: Aws, name: str) -> Attributes:
    made = user(aws, name)
    aws("iam").create_access_key(UserName=name)
    return made


def role(aws: Aws, name: str) -> Attributes:
    made = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=EC2)["Role"]
    return {
        "id": name, "name": name, "path": "/", "arn": made["Arn"], "assume_role_policy": EC2,
        "managed_policy_arns": [], "inline_policy": [], "permissions_boundary": "", "unique_id": made["RoleId"],
    }  # fmt: skip


def limited(aws: Aws, name: str) -> Attributes:
    limit = aws("iam").create_policy(PolicyName=f"{name}-limit", PolicyDocument=LOOK)["Policy"]["Arn"]
    made = role(aws, name)
    aws("iam").put_role_permissions_boundary(RoleName=name, PermissionsBoundary=limit)
    return {**made, "permissions_boundary": limit}


def customer_policy(aws: Aws, name: str) -> Attributes:
    arn = aws("iam").create_policy(PolicyName=name, PolicyDocument=LOOK)["Policy"]["Arn"]
    holder = f"{name}-holder"
    aws("iam").create_role(RoleName=holder, AssumeRolePolicyDocument=EC2)
    aws("iam").attach_role_policy(RoleName=holder, PolicyArn=arn)
    return {"id": arn, "arn": arn, "name": name, "path": "/", "policy": LOOK}


def rewritten(document: str) -> Callable[[Aws, str, Attributes], None]:
    return lambda aws, name, had: aws("iam").create_policy_version(
        PolicyArn=had["arn"], PolicyDocument=document, SetAsDefault=True
    )


STRONG = {
    "MinimumPasswordLength": 16, "RequireSymbols": True, "RequireNumbers": True, "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True, "MaxPasswordAge": 60, "PasswordReusePrevention": 24,
}  # fmt: skip


def password_policy(aws: Aws, name: str) -> Attributes:
    aws("iam").update_account_password_policy(**STRONG)
    return {
        "id": "iam-account-password-policy", "minimum_password_length": 16, "require_symbols": True, "require_numbers": True,
        "require_uppercase_characters": True, "require_lowercase_characters": True, "max_password_age": 60,
        "password_reuse_prevention": 24,
    }  # fmt: skip


def trail(aws: Aws, name: str) -> Attributes:
    bucket(aws, f"{name}-log")
    made = aws("cloudtrail").create_trail(
        Name=name, S3BucketName=f"{name}-log", IsMultiRegionTrail=True, EnableLogFileValidation=True
    )
    aws("cloudtrail").start_logging(Name=name)
    return {
        "id": made["TrailARN"], "arn": made["TrailARN"], "name": name, "s3_bucket_name": f"{name}-log",
        "is_multi_region_trail": True, "enable_log_file_validation": True, "enable_logging": True, "event_selector": [],
        "advanced_event_selector": [],
    }  # fmt: skip


def deaf(aws: Aws, name: str, had: Attributes) -> None:
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": False, "DataResources": []}
    aws("cloudtrail").put_event_selectors(TrailName=name, EventSelectors=[selector])


def log_group(aws: Aws, name: str) -> Attributes:
    aws("logs").create_log_group(logGroupName=name)
    aws("logs").put_retention_policy(logGroupName=name, retentionInDays=400)
    return {"id": name, "name": name, "retention_in_days": 400}


def detector(aws: Aws, name: str) -> Attributes:
    id_ = aws("guardduty").create_detector(Enable=True, FindingPublishingFrequency="SIX_HOURS")["DetectorId"]
    return {"id": id_, "enable": True, "finding_publishing_frequency": "SIX_HOURS"}


def network(aws: Aws, name: str) -> Attributes:
    vpc = aws("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    bucket(aws, f"{name}-log")
    made = aws("ec2").create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{name}-log",
    )  # fmt: skip
    return {"id": made["FlowLogIds"][0], "vpc_id": vpc, "traffic_type": "ALL", "log_destination_type": "s3",
            "log_destination": f"arn:aws:s3:::{name}-log"}  # fmt: skip


def code() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.py", "def b(event, context): return None\n")
    return out.getvalue()


def function(aws: Aws, name: str, runtime: str = "python3.12") -> Attributes:
    made_for = role(aws, f"{name}-role")["arn"]
    made = aws("lambda").create_function(
        FunctionName=name, Runtime=runtime, Role=made_for, Handler="a.b", Code={"ZipFile": code()},
        Environment={"Variables": {"STAGE": "prod"}},
    )  # fmt: skip
    return {
        "id": name, "function_name": name, "arn": made["FunctionArn"], "runtime": runtime, "role": made_for,
        "environment": [{"variables": {"STAGE": "prod"}}],
    }  # fmt: skip


def table(aws: Aws, name: str) -> Attributes:
    made = aws("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )["TableDescription"]  # fmt: skip
    aws("dynamodb").update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return {"id": name, "name": name, "arn": made["TableArn"], "point_in_time_recovery": [{"enabled": True}]}


def no_recovery(aws: Aws, name: str, had: Attributes) -> None:
    aws("dynamodb").update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def secret(aws: Aws, name: str) -> Attributes:
    arn = aws("secretsmanager").create_secret(Name=name, SecretString="Tr0ub4dor-and-3")["ARN"]
    return {"id": arn, "arn": arn, "name": name, "policy": ""}


def volume(aws: Aws, encrypted: bool) -> str:
    return str(aws("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=encrypted)["VolumeId"])


def shared_snapshot(aws: Aws, name: str, had: Attributes) -> str:
    id_ = str(aws("ec2").create_snapshot(VolumeId=volume(aws, True))["SnapshotId"])
    everybody = {"Attribute": "createVolumePermission", "OperationType": "add", "GroupNames": ["all"]}
    aws("ec2").modify_snapshot_attribute(SnapshotId=id_, **everybody)
    return id_


def public_image(aws: Aws, name: str, had: Attributes) -> str:
    image = aws("ec2").describe_images()["Images"][0]["ImageId"]
    machine = aws("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    id_ = str(aws("ec2").create_image(InstanceId=machine, Name=name)["ImageId"])
    aws("ec2").modify_image_attribute(ImageId=id_, LaunchPermission={"Add": [{"Group": "all"}]})
    return id_


def encrypts(aws: Aws, name: str) -> Attributes:
    aws("ec2").enable_ebs_encryption_by_default()
    return {"id": "terraform-20260101000000000000000001", "enabled": True}


def passes(aws: Aws, name: str, had: Attributes) -> None:
    aws("iam").create_access_key(UserName=name)


def administrators(aws: Aws, name: str) -> Attributes:
    aws("iam").create_group(GroupName=f"{name}-admins")
    aws("iam").attach_group_policy(GroupName=f"{name}-admins", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return user(aws, name)


SSH, DB = group(22), group(5432)
OPEN_ALL = policy(Action=["iam:PassRole", "ec2:RunInstances", "iam:CreatePolicyVersion", "iam:AttachRolePolicy"])

PLANTS: tuple[Plant, ...] = (
    Plant("ports", "sg-ssh", "aws_security_group", *SSH),
    Plant("ports", "sg-db-ports", "aws_security_group", *DB),
    Plant("exposure", "s3-pab", "aws_s3_bucket_public_access_block", blocked,
          lambda aws, name, had: aws("s3").delete_public_access_block(Bucket=name)),
    Plant("exposure", "s3-public-policy", "aws_s3_bucket", bucket,
          lambda aws, name, had: aws("s3").put_bucket_policy(
              Bucket=name, Policy=policy(Principal="*", Action="s3:GetObject", Resource=f"arn:aws:s3:::{name}/*"))),
    Plant("exposure", "sqs-public", "aws_sqs_queue", queue, queue_set(Policy=EVERYBODY)),
    Plant("exposure", "kms-public", "aws_kms_key", key,
          lambda aws, name, had: aws("kms").put_key_policy(KeyId=had["id"], PolicyName="default", Policy=EVERYBODY)),
    Plant("exposure", "ecr-public", "aws_ecr_repository", repository,
          lambda aws, name, had: aws("ecr").set_repository_policy(
              repositoryName=name, policyText=policy(Principal="*", Action="ecr:*").replace(', "Resource": "*"', ""))),
    Plant("exposure", "secret-public", "aws_secretsmanager_secret", secret,
          lambda aws, name, had: aws("secretsmanager").put_resource_policy(SecretId=had["arn"], ResourcePolicy=EVERYBODY)),
    Plant("exposure", "lambda-public", "aws_lambda_function", function,
          lambda aws, name, had: aws("lambda").add_permission(
              FunctionName=name, StatementId="all", Action="lambda:InvokeFunction", Principal="*")),
    Plant("exposure", "rds-public", "aws_db_instance", database, database_set(PubliclyAccessible=True)),
    Plant("exposure", "ebs-snapshot-public", "aws_ebs_snapshot", None, shared_snapshot),
    Plant("exposure", "ami-public", "aws_ami", None, public_image),
    Plant("authentication", "iam-console-no-mfa", "aws_iam_user", user,
          lambda aws, name, had: aws("iam").create_login_profile(UserName=name, Password="Tr0ub4dor-and-3-and-more")),
    Plant("authentication", "iam-password-policy", "aws_iam_account_password_policy", password_policy,
          lambda aws, name, had: aws("iam").update_account_password_policy(**{**STRONG, "MinimumPasswordLength": 6})),
    Plant("authentication", "iam-two-keys", "aws_iam_user", user_with_key, passes),
    Plant("least privilege", "iam-admin-star", "aws_iam_policy", customer_policy, rewritten(policy())),
    Plant("least privilege", "iam-privesc", "aws_iam_policy", customer_policy, rewritten(OPEN_ALL)),
    Plant("least privilege", "iam-role-admin", "aws_iam_role", role,
          lambda aws, name, had: aws("iam").attach_role_policy(
              RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")),
    Plant("least privilege", "iam-full-access-attached", "aws_iam_role", role,
          lambda aws, name, had: aws("iam").attach_role_policy(
              RoleName=name, PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")),
    Plant("least privilege", "iam-joined-group", "aws_iam_user", administrators,
          lambda aws, name, had: aws("iam").add_user_to_group(UserName=name, GroupName=f"{name}-admins")),
    Plant("least privilege", "iam-trust-public", "aws_iam_role", role,
          lambda aws, name, had: aws("iam").update_assume_role_policy(RoleName=name, PolicyDocument=trust({"AWS": "*"}))),
    Plant("least privilege", "iam-trust-foreign", "aws_iam_role", role,
          lambda aws, name, had: aws("iam").update_assume_role_policy(
              RoleName=name, PolicyDocument=trust({"AWS": "arn:aws:iam::210987654321:root"}))),
    Plant("least privilege", "iam-boundary-gone", "aws_iam_role", limited,
          lambda aws, name, had: aws("iam").delete_role_permissions_boundary(RoleName=name)),
    Plant("encryption", "ebs-unencrypted", "aws_ebs_volume", None, lambda aws, name, had: volume(aws, False)),
    Plant("encryption", "kms-rotation", "aws_kms_key", key,
          lambda aws, name, had: aws("kms").disable_key_rotation(KeyId=had["id"])),
    Plant("encryption", "sqs-sse", "aws_sqs_queue", queue, queue_set(SqsManagedSseEnabled="false")),
    Plant("encryption", "rds-unencrypted", "aws_db_instance", None,
          lambda aws, name, had: str(database(aws, name, StorageEncrypted=False)["identifier"])),
    Plant("encryption", "ebs-default-encryption", "aws_ebs_encryption_by_default", encrypts,
          lambda aws, name, had: aws("ec2").disable_ebs_encryption_by_default()),
    Plant("encryption", "s3-tls-only", "aws_s3_bucket_policy", guarded,
          lambda aws, name, had: aws("s3").delete_bucket_policy(Bucket=name)),
    Plant("logging", "trail-multi-region", "aws_cloudtrail", trail,
          lambda aws, name, had: aws("cloudtrail").stop_logging(Name=name)),
    Plant("logging", "trail-management-events", "aws_cloudtrail", trail, deaf),
    Plant("logging", "trail-validation", "aws_cloudtrail", trail,
          lambda aws, name, had: aws("cloudtrail").update_trail(Name=name, EnableLogFileValidation=False)),
    Plant("logging", "log-retention", "aws_cloudwatch_log_group", log_group,
          lambda aws, name, had: aws("logs").put_retention_policy(logGroupName=name, retentionInDays=1)),
    Plant("logging", "guardduty-off", "aws_guardduty_detector", detector,
          lambda aws, name, had: aws("guardduty").update_detector(DetectorId=had["id"], Enable=False)),
    Plant("logging", "vpc-no-flow-log", "aws_flow_log", network,
          lambda aws, name, had: aws("ec2").delete_flow_logs(FlowLogIds=[had["id"]])),
    Plant("secrets", "lambda-env-secret", "aws_lambda_function", function,
          lambda aws, name, had: aws("lambda").update_function_configuration(
              FunctionName=name, Environment={"Variables": {"DB_PASSWORD": "correct-horse-battery"}})),
    Plant("patches", "lambda-runtime-eol", "aws_lambda_function", None,
          lambda aws, name, had: str(function(aws, name, "python3.8")["id"])),
    Plant("patches", "ecr-scan", "aws_ecr_repository", repository,
          lambda aws, name, had: aws("ecr").put_image_scanning_configuration(
              repositoryName=name, imageScanningConfiguration={"scanOnPush": False})),
    Plant("patches", "rds-engine-eol", "aws_db_instance", None,
          lambda aws, name, had: str(database(aws, name, EngineVersion="5.7.44")["identifier"])),
    Plant("backup", "rds-backup-retention", "aws_db_instance", database, database_set(BackupRetentionPeriod=0)),
    Plant("backup", "ddb-pitr", "aws_dynamodb_table", table, no_recovery),
    Plant("backup", "s3-versioning", "aws_s3_bucket", bucket,
          lambda aws, name, had: aws("s3").put_bucket_versioning(
              Bucket=name, VersioningConfiguration={"Status": "Suspended"})),
)  # fmt: skip
"""In the order of the checklist."""


def build(aws: Aws) -> tuple[str, dict[str, Attributes]]:
    """Makes the account in order: the state that describes it, and rule -> what that records of its plant."""
    resources, known = [], dict[str, Attributes]()
    for plant in PLANTS:
        if plant.good is None:
            continue
        known[plant.rule] = plant.good(aws, plant.name)
        resources.append(
            {
                "mode": "managed", "type": plant.type, "name": plant.rule.replace("-", "_"),
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [{"schema_version": 0, "attributes": known[plant.rule]}],
            }
        )  # fmt: skip
    state = {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "planted", "resources": resources}
    return json.dumps(state), known


def tamper(aws: Aws, known: Mapping[str, Attributes]) -> dict[str, frozenset[str]]:
    """Breaks it; rule -> the names by which tools call what was planted."""
    out = {}
    for plant in PLANTS:
        had = known.get(plant.rule, {})
        made = plant.bad(aws, plant.name, had)
        names = {plant.name, *(str(had[n]) for n in ("id", "arn", "name", "vpc_id") if had.get(n))}
        out[plant.rule] = frozenset({*names, *({made} if plant.good is None and isinstance(made, str) else ())})
    return out
