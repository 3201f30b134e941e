"""Three values of an attribute: what the configuration says, what the state recorded, what is there."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import build, read_states
from drift.desired.overlay import overlay
from drift.model.drift import Report
from drift.provider.installed import installed
from drift.report import Look, renderer
from drift.report.steps import steps
from drift.survey import Scope
from tests.support.line import check
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, lines

URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/jobs"
ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs"
RECORDED: Mapping[str, Any] = {
    "id": URL, "url": URL, "arn": ARN, "name": "jobs", "delay_seconds": 5, "receive_wait_time_seconds": 0,
    "visibility_timeout_seconds": 30, "policy": "", "tags": {"Team": "core"}, "tags_all": {"Team": "core"},
}  # fmt: skip
OPEN = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}'


def answers(tags: Mapping[str, str] | None = None, **attributes: str) -> dict[str, Any]:
    there = {"DelaySeconds": "5", "VisibilityTimeout": "30", "ReceiveMessageWaitTimeSeconds": "0", **attributes}
    return {
        "sqs:ListQueues": {"QueueUrls": [URL]},
        "sqs:GetQueueAttributes": {"Attributes": there},
        "sqs:ListQueueTags": {"Tags": dict(tags if tags is not None else {"Team": "core"})},
    }


def queue(body: str, before: str = "", after: str = "") -> str:
    return f'{before}\nresource "aws_sqs_queue" "jobs" {{\n  name = "jobs"\n{body}\n}}\n{after}'


def checked(
    tmp_path: Path,
    text: str,
    there: Mapping[str, Any],
    state: Mapping[str, Any] | None = None,
    only: tuple[str, ...] = ("aws_sqs_queue",),
) -> Report:
    recorded = {"aws_sqs_queue.jobs": RECORDED} if state is None else state
    (tmp_path / "main.tf").write_text(text)
    states, failed = read_states([str(write_state(recorded, tmp_path / "s.tfstate"))], {})
    configuration = Sources(tmp_path, Given(environment={})).evaluated(states)
    desired = build([overlay(s, configuration) for s in states], failed, installed(), account=ACCOUNT, region=REGION)
    api = MadeApi(there)
    return check(desired, api, installed(), Scope(only=only), default_region=REGION).report


AS_RECORDED = '  delay_seconds = 5\n  tags = { Team = "core" }'


def test_as_written_recorded_and_there_nothing_is_said(tmp_path: Path) -> None:
    report = checked(tmp_path, queue(AS_RECORDED), answers())

    assert (report.drift, report.pending, report.settled, report.exempt, report.in_sync) == ((), (), (), (), 1)


def test_a_configuration_that_is_not_applied_yet_is_pending(tmp_path: Path) -> None:
    report = checked(tmp_path, queue('  delay_seconds = 9\n  tags = { Team = "core", Tier = "1" }'), answers())

    assert report.drift == ()
    assert report.in_sync == 1
    (pending,) = report.pending
    assert (pending.address, pending.actions, pending.attributes) == (
        "aws_sqs_queue.jobs", ("update",), ("delay_seconds", "tags"),
    )  # fmt: skip
    assert [(c.path, c.desired, c.recorded, c.actual, c.line) for c in pending.changes] == [
        ("delay_seconds", 9, 5, 5, 4),
        ("tags.Tier", "1", None, None, 5),
    ]


@pytest.mark.parametrize(
    ("body", "actions"),
    [("  delay_seconds = 5\n  fifo_queue = true", ("delete", "create")), ("  delay_seconds = 9", ("update",))],
)
def test_what_an_apply_makes_again_is_not_called_a_change(body: str, actions: tuple[str, ...], tmp_path: Path) -> None:
    state = {"aws_sqs_queue.jobs": {**RECORDED, "fifo_queue": False}}
    report = checked(tmp_path, queue(body + '\n  tags = { Team = "core" }'), answers(), state)

    assert [p.actions for p in report.pending] == [actions]


def test_a_change_that_only_a_new_resource_undoes_says_so_in_every_text(tmp_path: Path) -> None:
    """Somebody deleted the queue and made it again by hand, as a FIFO queue: no apply can change that in place."""
    state = {"aws_sqs_queue.jobs": {**RECORDED, "fifo_queue": False}}
    fifo = answers(FifoQueue="true", DelaySeconds="60")
    report = checked(tmp_path, queue('  delay_seconds = 5\n  tags = { Team = "core" }'), fifo, state)

    assert {c.path: (c.undone, c.replaces) for c in report.drift[0].changes} == {
        "delay_seconds": (True, False),
        "fifo_queue": (True, True),
    }
    for name in ("table", "markdown", "html", "sarif", "junit"):
        assert "will REPLACE the resource" in _rendered(report, name), name
    (told,) = json.loads(_rendered(report, "json"))["drift"]
    assert {c["path"]: c.get("replaces", False) for c in told["changes"]} == {
        "delay_seconds": False,
        "fifo_queue": True,
    }
    assert "For fifo_queue it DESTROYS the resource and creates another." in steps(report.drift[0])[0].what


def _rendered(report: Report, name: str) -> str:
    out = io.StringIO()
    renderer(name)(report, out, Look(width=200))
    return out.getvalue()


def test_an_account_that_is_already_as_the_configuration_says_is_settled(tmp_path: Path) -> None:
    report = checked(tmp_path, queue('  delay_seconds = 9\n  tags = { Team = "core" }'), answers(DelaySeconds="9"))

    assert report.drift == ()
    assert report.pending == ()
    (settled,) = report.settled
    assert [(c.path, c.desired, c.recorded, c.actual) for c in settled.changes] == [("delay_seconds", 9, 5, 9)]


def test_what_differs_from_both_is_modified_and_shows_all_three(tmp_path: Path) -> None:
    report = checked(tmp_path, queue('  delay_seconds = 9\n  tags = { Team = "core" }'), answers(DelaySeconds="60"))

    assert lines(report) == ["modified aws_sqs_queue.jobs delay_seconds"]
    (change,) = report.drift[0].changes
    assert (change.desired, change.recorded, change.actual, change.undeclared) == (9, 5, 60, False)
    assert (change.file.rsplit("/")[-1], change.line) == ("main.tf", 4)


def test_each_tag_is_judged_by_itself(tmp_path: Path) -> None:
    body = '  delay_seconds = 5\n  tags = { Team = "platform", Tier = "1" }'
    report = checked(tmp_path, queue(body), answers(tags={"Team": "core", "Tier": "1", "Owner": "me"}))

    assert lines(report) == ["modified aws_sqs_queue.jobs tags.Owner"]
    assert [c.path for p in report.pending for c in p.changes] == ["tags.Team"]
    assert [c.path for a in report.settled for c in a.changes] == ["tags.Tier"]


def test_what_nobody_sets_is_drift_all_the_same_and_marked(tmp_path: Path) -> None:
    report = checked(tmp_path, queue(AS_RECORDED), answers(Policy=OPEN))

    assert lines(report) == ["modified aws_sqs_queue.jobs policy"]
    assert report.drift[0].changes[0].undeclared


def test_what_terraform_would_change_back_is_not_undeclared(tmp_path: Path) -> None:
    report = checked(tmp_path, queue(AS_RECORDED), answers(VisibilityTimeout="99"))

    assert lines(report) == ["modified aws_sqs_queue.jobs visibility_timeout_seconds"]
    assert not report.drift[0].changes[0].undeclared  # it has a default of the provider's


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        ("[delay_seconds]", "tags.Owner,tags.Team"),
        ('[delay_seconds, tags["Owner"]]', "tags.Team"),
        ("[tags, delay_seconds]", ""),
        ("[tags_all, delay_seconds]", ""),
        ("all", ""),
    ],
)
def test_ignore_changes_is_honoured_and_told(ignored: str, left: str, tmp_path: Path) -> None:
    body = f"{AS_RECORDED}\n  lifecycle {{ ignore_changes = {ignored} }}"
    report = checked(tmp_path, queue(body), answers(tags={"Team": "x", "Owner": "me"}, DelaySeconds="60"))

    assert lines(report) == ([f"modified aws_sqs_queue.jobs {left}"] if left else [])
    told = {c.path for a in report.exempt for c in a.changes}
    assert told == {"delay_seconds", "tags.Owner", "tags.Team"} - set(left.split(","))
    assert all("lifecycle.ignore_changes" in c.reason for a in report.exempt for c in a.changes)


def test_what_is_ignored_is_not_pending_either(tmp_path: Path) -> None:
    body = '  delay_seconds = 9\n  tags = { Team = "core" }\n  lifecycle { ignore_changes = [delay_seconds] }'
    report = checked(tmp_path, queue(body), answers())

    assert (report.drift, report.pending) == ((), ())


def test_tags_of_the_provider_are_asked_for_and_left_out(tmp_path: Path) -> None:
    provider = """
provider "aws" {
  default_tags { tags = { Env = "prod" } }
  ignore_tags {
    keys         = ["LastScanned"]
    key_prefixes = ["kubernetes.io/"]
  }
}"""
    state = {"aws_sqs_queue.jobs": {**RECORDED, "tags_all": {"Team": "core", "Env": "prod"}}}
    there = {"Team": "core", "Env": "test", "LastScanned": "today", "kubernetes.io/cluster/a": "owned"}
    report = checked(tmp_path, queue(AS_RECORDED, provider), answers(tags=there), state)

    assert lines(report) == ["modified aws_sqs_queue.jobs tags.Env"]
    assert report.drift[0].changes[0].desired == "prod"
    assert [c.path for a in report.exempt for c in a.changes] == ["tags.LastScanned", "tags.kubernetes.io/cluster/a"]


def test_a_new_default_tag_is_pending(tmp_path: Path) -> None:
    provider = 'provider "aws" {\n  default_tags { tags = { Env = "prod" } }\n}'
    report = checked(tmp_path, queue(AS_RECORDED, provider), answers())

    assert report.drift == ()
    assert [c.path for p in report.pending for c in p.changes] == ["tags.Env"]


def test_a_value_that_is_not_known_is_not_compared(tmp_path: Path) -> None:
    later = 'variable "later" { type = number }'
    report = checked(tmp_path, queue('  delay_seconds = var.later\n  tags = { Team = "core" }', later), answers())

    assert (report.drift, report.pending) == ((), ())


def test_what_is_yet_to_be_made_destroyed_or_let_go_is_pending(tmp_path: Path) -> None:
    others = {f"aws_sqs_queue.{n}": {**RECORDED, "id": URL.replace("jobs", n), "url": URL.replace("jobs", n), "name": n,
                                     "arn": ARN.replace("jobs", n)} for n in ("gone", "kept")}  # fmt: skip
    text = queue(
        AS_RECORDED,
        after="""
resource "aws_sqs_queue" "new" {
  name = "new"
}
removed {
  from = aws_sqs_queue.kept
  lifecycle { destroy = false }
}
import {
  to = aws_sqs_queue.adopted
  id = "https://sqs.us-east-1.amazonaws.com/123456789012/adopted"
}
resource "aws_sqs_queue" "adopted" {
  name = "adopted"
}
""",
    )
    there = answers()
    names = ("jobs", "gone", "kept", "adopted", "rogue")
    there["sqs:ListQueues"] = {"QueueUrls": [URL.replace("jobs", n) for n in names]}
    report = checked(tmp_path, text, there, {"aws_sqs_queue.jobs": RECORDED, **others})

    assert {p.address: p.actions for p in report.pending} == {
        "aws_sqs_queue.new": ("create",),
        "aws_sqs_queue.adopted": ("import",),
        "aws_sqs_queue.gone": ("delete",),
        "aws_sqs_queue.kept": ("forget",),
    }
    assert lines(report) == [f"unmanaged aws_sqs_queue {URL.replace('jobs', 'rogue')}"]


@pytest.mark.parametrize("said", ["", "removed {\n  from = aws_sqs_queue.gone\n  lifecycle { destroy = false }\n}\n"])
def test_what_neither_its_author_nor_the_account_has_any_more_is_not_missing(tmp_path: Path, said: str) -> None:
    gone = {n: v.replace("jobs", "gone") if isinstance(v, str) else v for n, v in RECORDED.items()}
    states = {"aws_sqs_queue.jobs": RECORDED, "aws_sqs_queue.gone": gone}
    still = 'resource "aws_sqs_queue" "gone" {\n  name = "gone"\n}\n'

    assert lines(checked(tmp_path, queue(AS_RECORDED, after=still), answers(), states)) == [
        "missing aws_sqs_queue.gone"
    ]
    report = checked(tmp_path, queue(AS_RECORDED, after=said), answers(), states)
    assert lines(report) == []
    assert [(p.address, p.actions) for p in report.pending] == [
        ("aws_sqs_queue.gone", ("forget" if said else "delete",))
    ]


def test_moved_resources_are_known_by_their_new_address(tmp_path: Path) -> None:
    text = queue(AS_RECORDED, after="moved {\n  from = aws_sqs_queue.old\n  to   = aws_sqs_queue.jobs\n}\n")
    report = checked(tmp_path, text, answers(DelaySeconds="6"), {"aws_sqs_queue.old": RECORDED})

    assert lines(report) == ["modified aws_sqs_queue.jobs delay_seconds"]
    assert report.pending == ()


def test_a_block_that_cannot_be_parsed_makes_nothing_look_destroyed(tmp_path: Path) -> None:
    report = checked(tmp_path, 'resource "aws_sqs_queue" "jobs" {\n  name = = "jobs"\n}\n', answers())

    assert (report.drift, report.pending) == ((), ())
    assert any("not read" in w for w in report.warnings)


GROUP = {
    "id": "sg-1", "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-1", "name": "web", "description": "d",
    "vpc_id": "vpc-1", "tags": {}, "tags_all": {}, "egress": [],
    "ingress": [
        {"protocol": "tcp", "from_port": p, "to_port": p, "cidr_blocks": ["10.0.0.0/8"], "description": "", "self": False,
         "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": []}
        for p in (80, 443)
    ],
}  # fmt: skip
RULE = {
    "id": "sgrule-1", "security_group_id": "sg-1", "type": "ingress", "protocol": "tcp", "from_port": 443,
    "to_port": 443, "cidr_blocks": ["10.0.0.0/8"], "self": False,
}  # fmt: skip
SPLIT = """
resource "aws_security_group_rule" "https" {
  security_group_id = aws_security_group.web.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["10.0.0.0/8"]
}
"""
INLINE = """
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.0.0/8"]
  }
"""


def group(*ports: int) -> dict[str, Any]:
    opened = [{"IpProtocol": "tcp", "FromPort": p, "ToPort": p, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]} for p in ports]
    there = {"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "Description": "d", "OwnerId": ACCOUNT}
    return {"ec2:DescribeSecurityGroups": {"SecurityGroups": [{**there, "IpPermissions": opened, "Tags": []}]}}


@pytest.mark.parametrize(
    ("inline", "ports", "said"),
    [
        (INLINE, (80, 443), []),
        (INLINE, (443,), ["modified aws_security_group.web ingress"]),  # what is written in it must be there
        ("", (443,), []),  # what is not, was only seen at the last refresh
        (INLINE, (80,), ["missing aws_security_group_rule.https"]),
        ("", (80, 443, 22), ["modified aws_security_group.web ingress"]),
    ],
)
def test_inline_or_split_is_told_by_the_configuration(
    inline: str, ports: tuple[int, ...], said: list[str], tmp_path: Path
) -> None:
    head = (
        'resource "aws_security_group" "web" {\n  name        = "web"\n  description = "d"\n  vpc_id      = "vpc-1"\n'
    )
    text = f"{head}{inline}}}\n{SPLIT}"
    state = {"aws_security_group.web": GROUP, "aws_security_group_rule.https": RULE}
    only = ("aws_security_group", "aws_security_group_rule")

    assert lines(checked(tmp_path, text, group(*ports), state, only)) == said


def test_what_is_tainted_is_told_with_its_place(tmp_path: Path) -> None:
    state = tmp_path / "s.tfstate"
    write_state({"aws_sqs_queue.jobs": RECORDED}, state)
    told = json.loads(state.read_text())
    told["resources"][0]["instances"][0]["status"] = "tainted"
    state.write_text(json.dumps(told))
    (tmp_path / "main.tf").write_text(queue(AS_RECORDED))
    states, failed = read_states([str(state)], {})
    configuration = Sources(tmp_path, Given(environment={})).evaluated(states)
    desired = build([overlay(s, configuration) for s in states], failed, installed(), account=ACCOUNT, region=REGION)
    report = check(desired, MadeApi(answers()), installed(), Scope(only=("aws_sqs_queue",)), default_region=REGION)
    [pending] = report.report.pending
    assert (pending.actions, Path(pending.source.file).name, pending.source.line) == (
        ("delete", "create"),
        "main.tf",
        2,
    )
