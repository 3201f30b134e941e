"""What somebody made by hand becomes part of the configuration, and the plan has nothing to change."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import build, read_states
from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.resource import Key
from drift.provider.installed import installed
from drift.remedy.adopt import Outcome, adopted
from drift.remedy.adopt.body import Writer
from drift.remedy.adopt.names import slug
from drift.remedy.adopt.parts import _is_initial
from drift.remedy.ground import Ground
from drift.remedy.hcl import Nested, block
from drift.remedy.references import Named, References
from drift.survey import Scope
from tests.support.adopt import Tried, adopt_into, after_apply, planned, write
from tests.support.line import check
from tests.support.world import PROVIDER, REGION, WORLDS, Terraform, World, endpoint_provider, moto_server, session_for

EMPTY = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "outputs": {}, "resources": []}


def without(name: str, work: Path, *types: str, apart: bool = False) -> Outcome:
    """A world of which somebody took the resources of some types out of the state and the configuration; what drift
    adopts is written."""
    world = World(WORLDS / name)
    state = json.loads((world.path / "refreshed.tfstate").read_text())
    state["resources"] = [r for r in state["resources"] if r["type"] not in types]
    (work / "terraform.tfstate").write_text(json.dumps(state))
    text = (world.path / "main.tf").read_text()
    (work / "main.tf").write_text(_left(text, types))
    api = world.tape("clean", strict=False)
    catalog = installed()
    desired = build(*read_states([str(work / "terraform.tfstate")], {}), catalog, account=api.account, region=REGION)
    found = check(desired, api, catalog, Scope(everything=True, recorded=api.types), default_region=REGION)
    ground = Ground.of(Sources(work, Given()), found.survey.desired)
    out = adopted([d.resource for d in found.report.drift if d.kind == "unmanaged"], found.survey, ground, apart=apart)
    write(out.remedies)
    return out


def _left(text: str, types: tuple[str, ...]) -> str:
    from drift.desired.hcl.syntax import parse

    lines = text.splitlines(keepends=True)
    for one in reversed(parse(text, "main.tf").body.blocks):
        if one.type == "resource" and one.labels[0] in types:
            del lines[one.line - 1 : one.end_line]
    return "".join(lines)


def test_a_resource_goes_beside_others_of_its_type_or_into_a_file_of_its_own(tmp_path: Path) -> None:
    outcome = without("sqs-redrive", tmp_path, "aws_sqs_queue_redrive_policy", "aws_sqs_queue")
    assert {str(e.path.name) for r in outcome.remedies for e in r.edits} == {"adopted.tf"}
    assert all(r.choice == "adopt" and r.why for r in outcome.remedies)
    assert outcome.missed == []


def test_the_rules_of_a_security_group_come_along_though_nobody_manages_rules(tmp_path: Path) -> None:
    parts = [f"aws_vpc_security_group_{way}_rule" for way in ("ingress", "egress")]
    outcome = without("security-groups", tmp_path, "aws_security_group", "aws_security_group_rule", *parts)
    types = {r.address.split(".")[0] for r in outcome.remedies}
    assert types >= {"aws_security_group", *parts}


def test_an_id_for_an_import_is_what_the_cloud_said(tmp_path: Path) -> None:
    without("sqs-redrive", tmp_path, "aws_sqs_queue_redrive_policy", "aws_sqs_queue", apart=True)
    assert re.search(
        r'to = aws_sqs_queue_redrive_policy\.\w+\s+id = "https?://\S+/123456789012/\S+"',
        (tmp_path / "adopted.tf").read_text(),
    )


def test_blocks_are_written_for_the_version_that_the_configuration_asks_for() -> None:
    catalog = installed()

    def written(major: int, type_: str, **values: Any) -> str:
        named = Named(Address(type_, "x"), Key(type_, "1", "r", ("x",)), {}, {})
        writer = Writer(catalog, catalog[type_], References(catalog), named, "1", major)
        return block(Nested("resource", tuple(writer.body(values)), (type_, "x")))

    queue = {
        "name": "q",
        "compute_environments": ["a"],
        "compute_environment_order": [{"order": 1, "compute_environment": "a"}],
    }
    assert "compute_environments = " in written(5, "aws_batch_job_queue", **queue)
    assert "compute_environment_order {" in written(6, "aws_batch_job_queue", **queue)
    assert 'compute_environment_name = "e"' in written(5, "aws_batch_compute_environment", compute_environment_name="e")
    assert re.search(r'\bname = "e"', written(6, "aws_batch_compute_environment", compute_environment_name="e"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"StartAt":"A","States":{}}', "jsonencode({"),
        ('{\n  "StartAt": "A",\n  "States": {}\n}', "chomp(<<EOT\n{\n"),
        ('{"States": {}, "password": "hunter2-Hunter"}', "var."),
    ],
)
def test_a_document_whose_text_counts_is_written_as_it_is(text: str, said: str) -> None:
    catalog = installed()
    entry = catalog["aws_sfn_state_machine"]
    named = Named(Address(entry.name, "x"), Key(entry.name, "1", "r", ("x",)), {}, {})
    writer = Writer(catalog, entry, References(catalog), named, "1")
    assert said in block(Nested("x", tuple(writer.body({"name": "x", "definition": text}))))


def test_what_an_import_loses_is_written_and_its_change_ignored() -> None:
    catalog = installed()
    entry = catalog["aws_cloudformation_stack"]
    named = Named(Address(entry.name, "x"), Key(entry.name, "1", "r", ("x",)), {}, {})
    writer = Writer(catalog, entry, References(catalog), named, "1")
    text = block(Nested("x", tuple(writer.body({"name": "x", "parameters": {"Size": "2", "Password": "****"}}))))
    assert re.search(r'Size\s+= "2"', text)
    assert re.search(r"Password\s+= var\.", text)
    assert re.search(r"ignore_changes = \[.*parameters", text)


@pytest.mark.parametrize(
    ("major", "said"), [(5, "ignore_changes = [max_message_size]"), (6, "max_message_size = 1048576")]
)
def test_what_the_provider_s_version_refuses_is_left_out_and_told(major: int, said: str) -> None:
    catalog = installed()
    named = Named(Address("aws_sqs_queue", "x"), Key("aws_sqs_queue", "1", "r", ("x",)), {}, {})
    writer = Writer(catalog, catalog["aws_sqs_queue"], References(catalog), named, "1", major)
    text = block(Nested("x", tuple(writer.body({"name": "x", "max_message_size": 1048576}))))
    assert said in re.sub(" +", " ", text)
    assert writer.refused == ([] if major == 6 else ["max_message_size = 1048576"])


def test_default_tags_that_a_resource_lacks_are_told(tmp_path: Path) -> None:
    tagged = 'provider "aws" {\n  region = "us-east-1"\n  default_tags {\n    tags = { Team = "core", Stage = "x" }\n  }\n}\n'
    (tmp_path / "_provider.tf").write_text(tagged)
    outcome = without("sqs", tmp_path, "aws_sqs_queue_policy", "aws_sqs_queue")
    told = {r.address: r.why for r in outcome.remedies}
    assert told["aws_sqs_queue.jobs"].endswith("an apply adds the provider's default tag Stage")
    assert told["aws_sqs_queue.forgotten"].endswith("an apply adds the provider's default tags Stage, Team")
    assert "# An apply adds the provider's default tag Stage.\nresource" in (tmp_path / "adopted.tf").read_text()


def test_a_block_that_the_provider_requires_is_written_though_all_in_it_is_as_given() -> None:
    catalog = installed()
    entry = catalog["aws_glue_security_configuration"]
    named = Named(Address(entry.name, "x"), Key(entry.name, "1", "r", ("x",)), {}, {})
    writer = Writer(catalog, entry, References(catalog), named, "1")
    kinds = ("cloudwatch_encryption", "job_bookmarks_encryption", "s3_encryption")
    items = writer.body({"name": "x", "encryption_configuration": {k: {f"{k}_mode": "DISABLED"} for k in kinds}})
    assert writer.lacking(items) == []


def test_names_are_valid_and_unique() -> None:
    assert [slug(t) for t in ("Web tier", "10.0.0.0/16", "arn:aws:sns:us-east-1:1:Alarms", "ä-ö", "--")] == [
        "web_tier", "_10_0_0_0_16", "alarms", "", "",
    ]  # fmt: skip


def test_what_aws_gives_every_new_resource_is_not_adopted(tmp_path: Path) -> None:
    (tmp_path / "_provider.tf").write_text(PROVIDER + endpoint_provider())
    (tmp_path / "terraform.tfstate").write_text(json.dumps(EMPTY))
    facets = ("versioning", "server_side_encryption_configuration", "ownership_controls", "public_access_block",
              "request_payment_configuration", "accelerate_configuration", "notification")  # fmt: skip
    with moto_server() as url:
        s3, sns = session_for(url)("s3"), session_for(url)("sns")
        for name, open_ in (("as-new", False), ("changed", True)):
            s3.create_bucket(Bucket=name)
            encryption = {"SSEAlgorithm": "aws:kms" if open_ else "AES256"}
            s3.put_bucket_encryption(
                Bucket=name,
                ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": encryption}]},
            )
            owner = "ObjectWriter" if open_ else "BucketOwnerEnforced"
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": owner}]})
            blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            s3.put_public_access_block(
                Bucket=name,
                PublicAccessBlockConfiguration={b: not open_ or b == blocks[3] for b in blocks},
            )
        for status in ("Enabled", "Suspended"):
            s3.put_bucket_versioning(Bucket="changed", VersioningConfiguration={"Status": status})
        sns.create_topic(Name="plain")
        outcome = adopt_into(
            tmp_path, url, only=("aws_s3_bucket", *(f"aws_s3_bucket_{f}" for f in facets), "aws_sns_topic")
        )

    told = {f"aws_s3_bucket_{f}.changed" for f in facets[:4]}
    assert {r.address for r in outcome.remedies} == {
        "aws_s3_bucket.as_new", "aws_s3_bucket.changed", "aws_sns_topic.plain", *told,
    }  # fmt: skip
    text = (tmp_path / "adopted.tf").read_text()
    assert re.search(r'status\s+= "Suspended"', text)
    assert "policy" not in text.partition('"aws_sns_topic"')[2]


def test_only_the_owner_s_full_control_is_the_acl_of_a_new_bucket() -> None:
    grant = installed()["aws_s3_bucket"].attributes["grant"]
    owner = {"Grantee": {"Type": "CanonicalUser", "ID": "me"}, "Permission": "FULL_CONTROL"}
    everybody = {"Grantee": {"Type": "Group", "URI": "AllUsers"}, "Permission": "READ"}

    assert _is_initial(grant, grant.canon([owner]), "1")
    assert not _is_initial(grant, grant.canon([owner, everybody]), "1")
    assert not _is_initial(grant, Unreadable("Acl", "AccessDenied"), "1")


def test_a_body_without_what_the_provider_requires_is_told() -> None:
    catalog = installed()
    entry = catalog["aws_s3_bucket_versioning"]
    key = Key(entry.name, "1", REGION, ("b",))
    source = Named(Address(entry.name, "b", None, ()), key, {}, catalog.facts(entry.name))
    writer = Writer(catalog, entry, References(catalog), source, "1")

    assert writer.lacking(writer.body({"bucket": "b"})) == ["versioning_configuration"]
    assert writer.lacking([Nested("versioning_configuration")]) == ["bucket", "versioning_configuration.status"]
    assert writer.lacking(writer.body({"bucket": "b", "versioning_configuration": [{"status": "Disabled"}]})) == []


MADE = (
    "aws_vpc", "aws_subnet", "aws_security_group", "aws_network_interface", "aws_sqs_queue", "aws_iam_role",
    "aws_iam_role_policy", "aws_cloudwatch_log_group",
)  # fmt: skip


def made(aws: Any) -> None:
    """Somebody works in the console."""
    ec2, sqs, iam, logs = (aws(s) for s in ("ec2", "sqs", "iam", "logs"))
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "by-hand"}])
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="by-hand", Description="by hand", VpcId=vpc)["GroupId"]
    peer = ec2.create_security_group(GroupName="peer", Description="its peer", VpcId=vpc)["GroupId"]
    for one, other in ((group, peer), (peer, group)):  # each lets the other in: a circle
        ec2.authorize_security_group_ingress(
            GroupId=one,
            IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": other}]}
            ],
        )
    ec2.create_network_interface(SubnetId=subnet, Groups=[group], Description="by hand")
    url = sqs.create_queue(
        QueueName="jobs", Attributes={"VisibilityTimeout": "45", "MaximumMessageSize": "2048"}, tags={"Name": "jobs"}
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
    }
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))
    reads = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": arn}],
    }
    iam.put_role_policy(RoleName="worker", PolicyName="reads", PolicyDocument=json.dumps(reads))
    logs.create_log_group(logGroupName="/by/hand", tags={"Team": "core"})
    logs.put_retention_policy(logGroupName="/by/hand", retentionInDays=7)


@pytest.mark.terraform
def test_what_was_made_by_hand_is_imported_and_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "_provider.tf").write_text(PROVIDER + endpoint_provider())
    (tmp_path / "terraform.tfstate").write_text(json.dumps(EMPTY))
    with moto_server() as url:
        made(session_for(url))
        outcome = adopt_into(tmp_path, url, only=MADE)
        tried = Tried({}, {r.address: r.address.split(".")[0] for r in outcome.remedies})
        terraform = Terraform(tmp_path, url)
        terraform("init", "-no-color", "-input=false")
        assert terraform("fmt", "-check") == ""
        planned(tmp_path, url, tried)
        left = after_apply(tmp_path, url, tried, MADE)
    assert left == []  # the plan was applied, and drift has nothing more to say
    assert (tried.errors, tried.changes, tried.general) == ({}, {}, "")
    assert {*tried.adopted.values()} == {*MADE}
    assert outcome.references >= 7
    text = (tmp_path / "adopted.tf").read_text()
    assert re.search(r"vpc_id\s+= aws_vpc\.by_hand\.id", text)
    assert "Resource = aws_sqs_queue.jobs.arn" in text
