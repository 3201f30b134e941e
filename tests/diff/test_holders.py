"""What a stack made is CloudFormation's, also where it carries no tag that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.provider.api import Refused
from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

US = "123456789012"
STACK = f"arn:aws:cloudformation:us-east-1:{US}:stack/site/1"
POLICY = f"arn:aws:iam::{US}:policy/site"
STACKS = {
    "Stacks": [
        {
            "StackId": STACK,
            "StackName": "site",
            "CreationTime": "2026-01-01T00:00:00Z",
            "StackStatus": "CREATE_COMPLETE",
        }
    ]
}


def _noted(asked: list[Any], args: Any, answer: Any) -> Any:
    asked.append(args)
    return answer


def member(type_: str, id_: str, status: str = "CREATE_COMPLETE") -> dict[str, str]:
    return {
        "LogicalResourceId": "X", "PhysicalResourceId": id_, "ResourceType": type_, "ResourceStatus": status,
        "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
    }  # fmt: skip


def policy(name: str) -> dict[str, Any]:
    return {"PolicyName": name, "Arn": f"arn:aws:iam::{US}:policy/{name}", "Path": "/", "PolicyVersionList": []}


ANSWERS: dict[str, Any] = {
    "cloudformation:DescribeStacks": STACKS,
    "iam:GetAccountAuthorizationDetails": lambda args: {"Policies": [policy("site"), policy("mine")] if "LocalManagedPolicy" in args["Filter"] else []},
    "cloudwatch:ListDashboards": {"DashboardEntries": [{"DashboardName": "site", "DashboardArn": f"arn:aws:cloudwatch::{US}:dashboard/site"}]},
    "sqs:ListQueues": {"QueueUrls": [f"https://sqs.us-east-1.amazonaws.com/{US}/site"]},
}  # fmt: skip
ONLY = ("aws_cloudformation_stack", "aws_iam_policy", "aws_cloudwatch_dashboard", "aws_sqs_queue")
STATE: dict[str, Any] = {
    "aws_cloudformation_stack.s": {"id": STACK, "name": "site", "template_body": None, "tags": {}, "tags_all": {}}
}
MINE = f"unmanaged aws_iam_policy arn:aws:iam::{US}:policy/mine"
QUEUE = f"unmanaged aws_sqs_queue https://sqs.us-east-1.amazonaws.com/{US}/site"


def said(tmp_path: Path, members: Any, state: Any = STATE) -> tuple[list[str], list[tuple[str, str]], Any]:
    answers = {**ANSWERS, "cloudformation:ListStackResources": members}
    api = MadeApi(answers)
    report = run(write_state(state, tmp_path / "s.tfstate"), api, only=ONLY)
    return lines(report), [(r.type, r.owner) for r in report.not_ours], report


def test_members_are_not_ours(tmp_path: Path) -> None:
    members = [member("AWS::IAM::ManagedPolicy", POLICY), member("AWS::CloudWatch::Dashboard", "site")]

    found, theirs, _ = said(tmp_path, {"StackResourceSummaries": members})

    assert found == [MINE, QUEUE]
    assert theirs == [("aws_cloudwatch_dashboard", "CloudFormation"), ("aws_iam_policy", "CloudFormation")]


@pytest.mark.parametrize(
    "members",
    [
        [],
        [member("AWS::S3::Bucket", "site")],  # another type of that name
        [member("AWS::IAM::ManagedPolicy", POLICY, "DELETE_COMPLETE")],
    ],
)
def test_what_no_stack_holds_is_unmanaged(members: Any, tmp_path: Path) -> None:
    found, theirs, _ = said(tmp_path, {"StackResourceSummaries": members})

    assert len(found) == 4
    assert theirs == []


def certain(report: Any) -> dict[str, bool]:
    return {d.type: d.certain for d in report.drift}


def test_what_a_refused_stack_may_hold_is_doubtful(tmp_path: Path) -> None:
    found, _, report = said(tmp_path, lambda _: Refused("AccessDenied"))

    assert "gap aws_cloudformation_stack us-east-1 cloudformation:ListStackResources AccessDenied" in found
    # a queue's own tags prove nothing: what was imported into a stack has none of them
    assert not any(certain(report).values())
    assert report.incomplete


def test_so_is_what_stacks_may_hold_that_nobody_may_list(tmp_path: Path) -> None:
    """A stack would have tagged the queue. It can tag neither policies nor dashboards."""
    answers = {**ANSWERS, "cloudformation:DescribeStacks": Refused("AccessDenied")}
    report = run(write_state({}, tmp_path / "s.tfstate"), MadeApi(answers), only=ONLY)

    assert certain(report) == {"aws_cloudwatch_dashboard": False, "aws_iam_policy": False, "aws_sqs_queue": True}
    assert report.incomplete


@pytest.mark.parametrize(
    ("name", "sure"),
    [
        ("site-Jobs-1RSGCMKQHTQCU", False),
        ("site-jobs-a1b2c3d4e5f6", False),
        ("site-jobs-notification", True),
        ("site-jobs-202601010000", True),
        ("jobs", True),
    ],
)
def test_a_name_as_stacks_generate_them_is_doubtful_without_their_list(name: str, sure: bool, tmp_path: Path) -> None:
    answers = {
        **ANSWERS,
        "cloudformation:DescribeStacks": Refused("AccessDenied"),
        "sqs:ListQueues": {"QueueUrls": [f"https://sqs.us-east-1.amazonaws.com/{US}/{name}"]},
    }
    report = run(write_state({}, tmp_path / "s.tfstate"), MadeApi(answers), only=ONLY)

    assert certain(report)["aws_sqs_queue"] is sure


def test_a_stack_that_answers_leaves_no_doubt(tmp_path: Path) -> None:
    _, _, report = said(tmp_path, {"StackResourceSummaries": []})

    assert all(certain(report).values())


def test_a_member_of_a_type_with_tags_is_theirs_too(tmp_path: Path) -> None:
    """What was imported into a stack, or is older than its tags, carries no tag that says so."""
    url = f"https://sqs.us-east-1.amazonaws.com/{US}/site"
    found, theirs, _ = said(tmp_path, {"StackResourceSummaries": [member("AWS::SQS::Queue", url)]})

    assert QUEUE not in found
    assert theirs == [("aws_sqs_queue", "CloudFormation")]


def test_a_name_tag_proves_nothing(tmp_path: Path) -> None:
    """Anybody could write the id of a member into the Name tag of something else."""
    vpc = {"VpcId": "vpc-2", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "Name", "Value": "vpc-1"}]}
    answers = {
        **ANSWERS,
        "ec2:DescribeVpcs": {"Vpcs": [vpc]},
        "cloudformation:ListStackResources": {"StackResourceSummaries": [member("AWS::EC2::VPC", "vpc-1")]},
    }
    state = write_state(STATE, tmp_path / "s.tfstate")
    report = run(state, MadeApi(answers), only=("aws_cloudformation_stack", "aws_vpc"))

    assert lines(report) == ["unmanaged aws_vpc vpc-2"]
    assert report.not_ours == ()


def test_nobody_is_asked_where_nothing_is_unmanaged(tmp_path: Path) -> None:
    asked: list[Any] = []
    answers = {
        **ANSWERS,
        "cloudformation:ListStackResources": lambda args: _noted(asked, args, {"StackResourceSummaries": []}),
        "sqs:ListQueues": {"QueueUrls": []},
    }
    run(
        write_state(STATE, tmp_path / "s.tfstate"), MadeApi(answers), only=("aws_cloudformation_stack", "aws_sqs_queue")
    )

    assert asked == []
