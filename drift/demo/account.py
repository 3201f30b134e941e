"""Creates the resources of `terraform.tfstate` in this directory, then changes some of them as people do by hand.

The configuration is fixtures/demo/main.tf. moto chooses ids for VPCs, subnets and groups; they replace the ids in the
state before drift reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from typing import Any

Aws = Callable[[str], Any]
Ids = dict[str, str]
"""Id in the shipped state -> id in this account."""

REGION = "us-east-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}


def shipped() -> str:
    """The state as real Terraform wrote it."""
    return resources.files("drift.demo").joinpath("terraform.tfstate").read_text()


def build(aws: Aws) -> str:
    """Create the resources; return the state with the ids of this account."""
    text = shipped()
    recorded = {
        f"{r['type']}.{r['name']}" + (f".{i['index_key']}" if "index_key" in i else ""): i["attributes"]
        for r in json.loads(text)["resources"]
        for i in r["instances"]
    }
    ids: Ids = {}
    _network(aws("ec2"), recorded, ids)
    _data(aws, recorded)
    for old, new in ids.items():
        text = text.replace(old, new)
    return text


def _network(ec2: Any, recorded: dict[str, Any], ids: Ids) -> None:
    vpc = ec2.create_vpc(CidrBlock=recorded["aws_vpc.shop"]["cidr_block"])["Vpc"]["VpcId"]
    ids[recorded["aws_vpc.shop"]["id"]] = vpc
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    _tag(ec2, vpc, Name="shop")
    for key in ("a", "b"):
        subnet = recorded[f"aws_subnet.shop.{key}"]
        made = ec2.create_subnet(
            VpcId=vpc, CidrBlock=subnet["cidr_block"], AvailabilityZone=subnet["availability_zone"]
        )
        ids[subnet["id"]] = made["Subnet"]["SubnetId"]
        _tag(ec2, made["Subnet"]["SubnetId"], Name=f"shop-{key}")
    groups = {}
    for name in ("web", "database"):
        group = recorded[f"aws_security_group.{name}"]
        groups[name] = ec2.create_security_group(GroupName=name, Description=group["description"], VpcId=vpc)["GroupId"]
        ids[group["id"]] = groups[name]
        everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        ec2.revoke_security_group_egress(GroupId=groups[name], IpPermissions=everywhere)
    _tag(ec2, groups["web"], Name="web", Team="shop")
    _open(ec2, groups["web"], 443)
    rule = ec2.authorize_security_group_ingress(
        GroupId=groups["database"],
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": groups["web"]}]}
        ],
    )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    ids[recorded["aws_vpc_security_group_ingress_rule.from_web"]["id"]] = rule


def _data(aws: Aws, recorded: dict[str, Any]) -> None:
    s3, iam = aws("s3"), aws("iam")
    s3.create_bucket(Bucket="shop-assets")
    s3.put_bucket_tagging(Bucket="shop-assets", Tagging={"TagSet": [{"Key": "Team", "Value": "shop"}]})
    s3.put_bucket_versioning(Bucket="shop-assets", VersioningConfiguration={"Status": "Enabled"})
    blocks = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket="shop-assets", PublicAccessBlockConfiguration=blocks)
    iam.create_role(RoleName="shop-worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    policy = recorded["aws_iam_role_policy.worker"]["policy"]
    iam.put_role_policy(RoleName="shop-worker", PolicyName="read-orders", PolicyDocument=policy)
    kept = {"VisibilityTimeout": "120", "MessageRetentionPeriod": "1209600", "MaximumMessageSize": "262144"}
    aws("sqs").create_queue(QueueName="shop-orders", Attributes=kept)
    aws("dynamodb").create_table(
        TableName="shop-carts",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    aws("logs").create_log_group(logGroupName="/shop/audit")
    aws("logs").put_retention_policy(logGroupName="/shop/audit", retentionInDays=365)
    aws("ssm").put_parameter(Name="/shop/flags", Type="String", Value="checkout=v2")


def tamper(aws: Aws) -> None:
    """Change the account by hand."""
    ec2, s3, iam, sqs = aws("ec2"), aws("s3"), aws("iam"), aws("sqs")
    groups = {g["GroupName"]: g for g in ec2.describe_security_groups()["SecurityGroups"]}
    web = groups["web"]
    _open(ec2, web["GroupId"], 22)
    _tag(ec2, web["GroupId"], Team="nobody")
    s3.delete_public_access_block(Bucket="shop-assets")
    s3.put_bucket_versioning(Bucket="shop-assets", VersioningConfiguration={"Status": "Suspended"})
    # moto loads AWS's managed policies only all at once, which takes seconds
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="shop-worker", PolicyName="temporary", PolicyDocument=json.dumps(everything))
    queue = sqs.get_queue_url(QueueName="shop-orders")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "5"})
    aws("logs").delete_log_group(logGroupName="/shop/audit")
    ec2.create_security_group(GroupName="try-out", Description="by hand", VpcId=web["VpcId"])
    s3.create_bucket(Bucket="shop-export")
    iam.create_user(UserName="contractor")


def _open(ec2: Any, group: str, port: int) -> None:
    ranges = [{"CidrIp": "0.0.0.0/0"}]
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def _tag(ec2: Any, resource: str, **tags: str) -> None:
    ec2.create_tags(Resources=[resource], Tags=[{"Key": k, "Value": v} for k, v in tags.items()])
