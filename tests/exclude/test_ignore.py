"""Ignoring on purpose: .driftignore, [[ignore]], --filter, owners, other states."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import build, read_states
from drift.errors import UsageError
from drift.exclude import driftignore
from drift.exclude.exclusions import Exceptions
from drift.exclude.filter import Filter
from drift.exclude.glob import covers
from drift.exclude.owners import OwnerRule
from drift.exclude.rules import IgnoreRule
from drift.model.drift import Report
from drift.model.value import as_block
from drift.provider.api import Answer, Api, Refused, Request
from drift.provider.installed import installed
from drift.survey import Scope
from tests.support.apis import Standing
from tests.support.line import check
from tests.support.made import MadeApi, write_state
from tests.support.world import REGION, lines

TODAY = date(2026, 6, 1)
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/{}"


def queue(name: str, **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    return {
        "id": URL.format(name),
        "url": URL.format(name),
        "name": name,
        "arn": arn,
        "delay_seconds": 0,
        "tags": {},
        **more,
    }


STATE = {
    "aws_sqs_queue.a": queue("a", delay_seconds=7, tags={"Team": "data"}, tags_all={"Team": "data"}),
    "aws_sqs_queue.b": queue("b", delay_seconds=7),
    "aws_sqs_queue.lost": queue("lost"),
}
ANSWERS: Mapping[str, Any] = {
    "sqs:ListQueues": {"QueueUrls": [URL.format(n) for n in ("a", "b", "rogue", "theirs")]},
    "sqs:GetQueueAttributes": {"Attributes": {"DelaySeconds": "0"}},
    "sqs:ListQueueTags": lambda args: {
        "Tags": {"Team": "data"} if args["QueueUrl"].endswith("/a") else {"by": "karpenter"} if args["QueueUrl"].endswith("theirs") else {}
    },
}  # fmt: skip
ALL = [
    "missing aws_sqs_queue.lost",
    "modified aws_sqs_queue.a delay_seconds",
    "modified aws_sqs_queue.b delay_seconds",
    f"unmanaged aws_sqs_queue {URL.format('rogue')}",
    f"unmanaged aws_sqs_queue {URL.format('theirs')}",
]


class Counting(Standing):
    """Counts the operations that are asked for."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.account, self.counts = api.account, api.counts
        self.ops: Counter[str] = Counter()

    def ask(self, request: Request) -> Answer:
        self.ops[request.op] += 1
        return self._api.ask(request)


def checked(
    tmp_path: Path, *, state: Any = STATE, answers: Mapping[str, Any] = ANSWERS, lines_: str = "", also: Any = None,
    only: tuple[str, ...] = ("aws_sqs_*",), **exceptions: Any,
) -> tuple[Report, Counter[str]]:  # fmt: skip
    catalog = installed()
    api = Counting(MadeApi(answers))
    rules = tuple(
        IgnoreRule(place=f"drift.toml:{i}", **{"reason": "why", **r})
        for i, r in enumerate(exceptions.pop("rules", ()), 1)
    )
    given = Exceptions(rules=rules, lines=driftignore.parse(lines_), today=TODAY, **exceptions)

    def desired(attributes: Any, name: str) -> Any:
        states, failed = read_states([str(write_state(attributes, tmp_path / name))], {})
        return build(states, failed, catalog, account=api.account, region=REGION)

    others = desired(also, "other.tfstate").resources if also else ()
    report = check(
        desired(state, "s.tfstate"),
        api,
        catalog,
        Scope(only=only),
        exceptions=given,
        excused=tuple(others),
        default_region=REGION,
    ).report
    return report, api.ops


def test_without_exceptions_all_is_said(tmp_path: Path) -> None:
    report, _ = checked(tmp_path)

    assert lines(report) == ALL
    assert (report.ignored, report.warnings) == ((), ())


@pytest.mark.parametrize(
    ("rule", "silent", "listed"),
    [
        ({"type": "aws_sqs_queue"}, ALL, [("not_listed", "")] * 3),
        ({"address": "aws_sqs_queue.a"}, ALL[1:2], [("not_read", "")]),
        ({"id": URL.format("rogue")}, ALL[3:4], [("unmanaged", "")]),
        ({"id": "*/rog?e"}, ALL[3:4], [("unmanaged", "")]),
        ({"kind": "missing", "type": "aws_*"}, ALL[:1], [("missing", "")]),
        ({"kind": "unmanaged", "region": "us-east-1"}, ALL[3:], [("unmanaged", "")] * 2),
        ({"tag": {"Team": "d*"}}, ALL[1:2], [("not_read", "")]),
        ({"tag": {"by": "karpenter"}}, ALL[4:], [("unmanaged", "")]),
        ({"path": "delay_seconds"}, ALL[1:3], [("modified", "delay_seconds")] * 2),
        ({"path": "delay_seconds", "type": "aws_sqs_queue", "address": "*.b"}, ALL[2:3], [("modified", "delay_seconds")]),
        ({"path": "delay_*", "desired": 7}, ALL[1:3], [("modified", "delay_seconds")] * 2),
        ({"path": "delay_*", "actual": 0}, ALL[1:3], [("modified", "delay_seconds")] * 2),
        ({"path": "delay_seconds", "actual": 5}, [], []),
        ({"path": "delay_seconds", "actual": False}, [], []),
        ({"account": "999999999999"}, [], []),
        ({"region": "eu-*"}, [], []),
        ({"tag": {"Team": "web"}}, [], []),
        ({"path": "delay"}, [], []),
    ],
)  # fmt: skip
def test_a_rule_leaves_out_just_what_it_says(rule: Any, silent: list[str], listed: list[Any], tmp_path: Path) -> None:
    report, _ = checked(tmp_path, rules=[rule])

    assert lines(report) == [line for line in ALL if line not in silent]
    assert [(i.kind, i.path) for i in report.ignored] == listed
    assert {(i.reason, i.rule) for i in report.ignored} <= {("why", "drift.toml:1")}
    told = report.in_sync + report.unread_resources + report.ignored_resources
    assert report.managed == told + len(report.of_kind("modified")) + len(report.of_kind("missing")) == 3


def test_an_element_of_a_set_is_left_out_alone(tmp_path: Path) -> None:
    group = {"id": "sg-1", "name": "g", "vpc_id": "vpc-1", "description": "d", "ingress": [], "egress": [], "tags": {}}
    peers = [{"CidrIp": "10.0.0.5/32"}, {"CidrIp": "0.0.0.0/0"}]
    answers = {
        "ec2:DescribeSecurityGroups": {
            "SecurityGroups": [
                {
                    "GroupId": "sg-1", "GroupName": "g", "VpcId": "vpc-1", "Description": "d",
                    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": peers}],
                }
            ]
        }
    }  # fmt: skip
    rule = {"type": "aws_security_group", "path": "ingress", "actual": '*"10.0.0.5/32"*'}

    report, _ = checked(
        tmp_path, state={"aws_security_group.g": group}, answers=answers, rules=[rule], only=("aws_security_group",)
    )

    assert [[as_block(e)["cidr_ipv4"] for e in c.added] for d in report.drift for c in d.changes] == [["0.0.0.0/0"]]
    assert [(i.kind, i.path) for i in report.ignored] == [("modified", "ingress")]


def test_what_is_ignored_is_not_asked_for(tmp_path: Path) -> None:
    """One call that tells the tags of the region comes first where the tags of two queues or more are needed."""
    _, whole = checked(tmp_path)
    of_region = {"GetResources": 1}
    # whose the others are, tags prove
    assert whole == {"ListQueues": 1, "GetQueueAttributes": 2, "ListQueueTags": 4, **of_region}

    report, asked = checked(tmp_path, rules=[{"type": "aws_sqs_queue"}])
    assert asked == {}

    report, asked = checked(tmp_path, rules=[{"path": "tags"}])
    assert asked == {"ListQueues": 1, "GetQueueAttributes": 2, "ListQueueTags": 2, **of_region}

    report, asked = checked(tmp_path, rules=[{"address": "aws_sqs_queue.a"}])
    assert asked == {"ListQueues": 1, "GetQueueAttributes": 1, "ListQueueTags": 3, **of_region}

    report, asked = checked(tmp_path, lines_="aws_sqs_queue.*")
    assert asked == {}

    report, asked = checked(tmp_path, lines_="aws_sqs_queue.*.tags")
    assert asked == {"ListQueues": 1, "GetQueueAttributes": 2, "ListQueueTags": 2, **of_region}

    report, asked = checked(tmp_path, where=Filter("type == 'aws_s3_bucket'"))
    assert asked == {}
    assert report.drift == ()

    report, asked = checked(tmp_path, where=Filter("address == 'aws_sqs_queue.b'"))
    assert asked == {"ListQueues": 1, "GetQueueAttributes": 1, "ListQueueTags": 1}
    assert lines(report) == ALL[2:3]


def test_an_attribute_that_was_refused_is_no_gap_where_it_is_ignored(tmp_path: Path) -> None:
    answers = {**ANSWERS, "sqs:GetQueueAttributes": lambda _: Refused("AccessDenied")}

    report, _ = checked(tmp_path, answers=answers, rules=[{"path": "*"}], state={"aws_sqs_queue.a": queue("a")})

    assert report.unread == ()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"address": "aws_sqs_queue.a", "expires": date(2026, 5, 31), "owner": "ann"}, "drift.toml:1: the rule expired on 2026-05-31 (ann)"),
        ({"address": "aws_sqs_queue.a", "expires": date(2026, 6, 1)}, ""),
        ({"address": "*.gone"}, ""),  # other types were not looked at: one of them may have it
        ({"address": "aws_sqs_queue.gone"}, "drift.toml:1: the rule matches nothing"),
        ({"resource": "module.a[*].aws_sqs_queue.gone"}, "drift.toml:1: the rule matches nothing"),
        ({"resource": "module.a.*"}, ""),
        ({"resource": "aws_x.gone"}, "drift.toml:1: drift supports no type that the rule names"),
        ({"type": "aws_sqs_queue", "address": "aws_sqs_queue.gone"}, "drift.toml:1: the rule matches nothing"),
        ({"type": "aws_sqs_queue", "address": "aws_sqs_queue.a", "path": "policy"}, ""),
        ({"type": "aws_sqs_quue"}, "drift.toml:1: drift supports no type that the rule names"),
        ({"type": "*"}, "drift.toml:1: the rule is too wide"),
        ({"account": "123456789012"}, "drift.toml:1: the rule is too wide"),
        ({"id": "*", "path": "*"}, "drift.toml:1: the rule is too wide"),
    ],
)  # fmt: skip
def test_rules_that_are_over_idle_or_broad_are_told(rule: Any, said: str, tmp_path: Path) -> None:
    report, _ = checked(tmp_path, rules=[rule])

    assert [w for w in report.warnings if not w.startswith(said or "!")] == []
    assert bool(report.warnings) is bool(said)
    if "expired" in said:
        assert lines(report) == ALL


def test_a_rule_must_be_about_something() -> None:
    with pytest.raises(ValueError, match="must name something"):
        IgnoreRule(reason="x")
    with pytest.raises(ValueError, match="kind must be one of"):
        IgnoreRule(reason="x", type="a", kind="gone")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("aws_sqs_queue", []),
        ("aws_sqs_queue.*", []),
        ("*", []),
        (f"aws_sqs_queue.{URL.format('a')}", [*ALL[:1], *ALL[2:]]),
        (f"aws_sqs_queue.{driftignore.quoted(URL.format('rogue'))}", [*ALL[:3], *ALL[4:]]),
        ("*\n!aws_sqs_queue.*rogue", ALL[3:4]),
        ("*\n!aws_sqs_queue", ALL),
        ("aws_sqs_queue.*.delay_seconds", [ALL[0], *ALL[3:]]),
        (f"aws_sqs_queue.*.delay_seconds\n!aws_sqs_queue.{URL.format('b')}.*", [ALL[0], *ALL[2:]]),
        ("# aws_sqs_queue\n\n   \naws_s3_bucket", ALL),
    ],
)
def test_driftignore(text: str, left: list[str], tmp_path: Path) -> None:
    report, _ = checked(tmp_path, lines_=text)

    assert lines(report) == left


def test_lines_that_are_about_nothing_are_told_together(tmp_path: Path) -> None:
    report, _ = checked(tmp_path, lines_="aws_sqs_queue.x\n# y\naws_sqs_queue.z\naws_s3_bucket.other\n")

    assert report.warnings == (".driftignore: matches nothing: lines 1, 3",)


MATCHES = [
    # pattern lines, name, whether it is left out
    ("aws_x.id", "aws_x", "id", True),
    ("aws_x.id", "aws_x", "id.attribute", True),
    ("aws_x.id", "aws_x", "idle", False),
    (r"aws_x.id\.with\.dots", "aws_x", "id.with.dots", True),
    (r"aws_x.id\\", "aws_x", "id\\", True),
    (r"aws_x.a\*b", "aws_x", "a*b", True),
    (r"aws_x.a\*b", "aws_x", "axb", False),
    ("aws_x.a/b", "aws_x", "a/b", True),
    ("aws_x.a?c", "aws_x", "abc", True),
    ("aws_x.[a-c]1", "aws_x", "b1", True),
    ("aws_x.[^a-c]1", "aws_x", "b1", False),
    ("aws_x.[a", "aws_x", "[a", False),
    ("*\n!aws_x.a\naws_x.a", "aws_x", "a", True),
    ("*\n!aws_x.a", "aws_x", "a.b", False),
    ("*\n!aws_x.a", "aws_x", "ab", True),
    ("\\#x.a", "#x", "a", True),
    ("aws_x.a   ", "aws_x", "a", True),
]


@pytest.mark.parametrize(("text", "type_", "name", "out"), MATCHES)
def test_patterns_are_those_of_gitignore(text: str, type_: str, name: str, out: bool) -> None:
    assert (driftignore.parse(text).decides([(type_, name)]) is not None) is out


@pytest.mark.parametrize(
    ("text", "type_", "out"),
    [
        ("aws_x.*", "aws_x", True),
        ("aws_x", "aws_x", True),
        ("aws_*", "aws_x", True),
        ("aws_x.a", "aws_x", False),
        ("*\n!aws_x.a", "aws_x", False),
        ("*\n!aws_x*", "aws_x", False),
        ("*\n!aws_xy", "aws_x", True),
        ("*\n!aws_y", "aws_x", True),
        ("!aws_x\n*", "aws_x", True),
    ],
)
def test_whole_types(text: str, type_: str, out: bool) -> None:
    assert (driftignore.parse(text).decides_type(type_) is not None) is out


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("type == 'aws_sqs_queue'", ALL),
        ("Type=='aws_sqs_queue' && Attr.delay_seconds == `7`", ALL[1:3]),
        ("Id == '" + URL.format("rogue") + "'", ALL[3:4]),
        ("starts_with(address, 'aws_sqs_queue.l')", ALL[:1]),
        ("kind == 'missing' || kind == 'unmanaged'", [ALL[0], *ALL[3:]]),
        ("tags.Team == 'data'", ALL[1:2]),
        ("tags.by == 'karpenter'", ALL[4:]),
        ("severity == '' && length(findings) == `0` && kind == 'modified'", ALL[1:3]),
        ("severity == 'critical'", []),
        ("findings[?effect == 'introduced']", []),
        ("!(type == 'aws_sqs_queue')", []),
        ("region == 'eu-west-1'", []),
        ("account == '123456789012' && module == ''", ALL),
        ("keys(@)", ALL),
        ("type > `2` || address == 'aws_sqs_queue.l'", ALL[:0]),
    ],
)
def test_filter(expression: str, left: list[str], tmp_path: Path) -> None:
    report, _ = checked(tmp_path, where=Filter(expression))

    assert lines(report) == left
    assert report.ignored == ()


@pytest.mark.parametrize("text", ["type ==", "type = 'x'", "nope(type)", "["])
def test_what_is_no_filter_says_so(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--filter"):
        checked(tmp_path, where=Filter(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("typ == 'aws_sqs_queue'", "no field 'typ'\nDid you mean type"),
        ("type == 'aws_sqs_queue' && Tags.Team == 'x'", "no field 'Tags'"),
        ("length(attribute) > `0`", "no field 'attribute'"),
        ("kind == 'modifed'", "kind is never 'modifed'\nDid you mean modified"),
        ("'hihg' == severity", "severity is never 'hihg'\nDid you mean high"),
        ("contains(keys(@), 'x') || nope", "no field 'nope'"),
    ],
)
def test_a_filter_that_names_nothing_is_no_clean_report(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        Filter(text)


@pytest.mark.parametrize(
    "text",
    [
        "attributes.anything.at.all == 'x'",
        "tags.whatever",
        "findings[?rule == 'x'] | [0].severity",
        "attributes.ingress[?cidr == 'x'].port",
        "length(attributes.list[*].name) > `1`",
        "sort_by(findings, &severity)[0].rule == 'x'",
        "Attr.policy.Statement[].Action | contains(@, 's3:*')",
    ],
)
def test_what_lies_in_a_value_may_have_any_name(text: str) -> None:
    assert Filter(text).expression == text
    assert Filter(text).judged == ("findings" in text)  # `@` after a pipe is a value, and needs no rules


def test_an_owner_cannot_be_told_by_findings() -> None:
    with pytest.raises(ValueError, match="uses findings"):
        OwnerRule(name="x", when="severity == 'high'")


def test_owners_by_the_users_word(tmp_path: Path) -> None:
    rule = OwnerRule(name="Karpenter", tag={"b?": "karp*"})

    report, asked = checked(tmp_path, owners=(rule,))

    assert lines(report) == ALL[:4]
    assert [(r.id, r.owner) for r in report.not_ours] == [(URL.format("theirs"), "Karpenter")]
    assert asked["ListQueueTags"] == 4  # of the unmanaged ones too
    by_word, _ = checked(tmp_path, owners=(OwnerRule(name="x", when="ends_with(id, 'theirs')"),))
    assert lines(by_word) == ALL[:4]
    with pytest.raises(ValueError, match="a tag or a condition"):
        OwnerRule(name="x")
    with pytest.raises(ValueError, match="is not valid JMESPath"):
        OwnerRule(name="x", when="a ==")


def test_another_state_excuses_and_is_not_judged(tmp_path: Path) -> None:
    also = {"aws_sqs_queue.x": queue("rogue", delay_seconds=99), "aws_sqs_queue.y": queue("nowhere")}

    report, _ = checked(tmp_path, also=also)

    assert lines(report) == [*ALL[:3], ALL[4]]
    assert [(r.id, r.owner) for r in report.not_ours] == [(URL.format("rogue"), f"state {tmp_path / 'other.tfstate'}")]


def test_another_state_tells_its_share_of_what_is_ours(tmp_path: Path) -> None:
    group = {"id": "sg-1", "name": "g", "vpc_id": "vpc-1", "description": "d", "ingress": [], "egress": [], "tags": {}}
    rule = {
        "id": "sgrule-1", "security_group_id": "sg-1", "type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22,
        "cidr_blocks": ["10.0.0.5/32"],
    }  # fmt: skip
    there = {
        "GroupId": "sg-1", "GroupName": "g", "VpcId": "vpc-1", "Description": "d",
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.5/32"}]}],
    }  # fmt: skip
    answers = {"ec2:DescribeSecurityGroups": {"SecurityGroups": [there]}}

    alone, _ = checked(tmp_path, state={"aws_security_group.g": group}, answers=answers, only=("aws_security_group*",))
    beside, _ = checked(
        tmp_path, state={"aws_security_group.g": group}, answers=answers, only=("aws_security_group*",),
        also={"aws_security_group_rule.r": rule},
    )  # fmt: skip

    assert lines(alone) == ["modified aws_security_group.g ingress"]
    assert lines(beside) == []


@pytest.mark.parametrize(
    ("pattern", "path", "out"),
    [
        ("tags", "tags.Owner", True),
        ("tags.*", "tags.Owner", True),
        ("tags.Owner", "tags", False),
        ("tag", "tags", False),
        ("rule[0]", "rule[0].x", True),
        ("rule", "rule[0].x", True),
        ("*.status", "versioning.status", True),
    ],
)
def test_a_path_covers_what_is_inside_of_it(pattern: str, path: str, out: bool) -> None:
    assert covers(pattern, path) is out
