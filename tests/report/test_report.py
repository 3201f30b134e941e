"""The renderings: what is hostile is shown, what is secret is not."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from drift.graph import build
from drift.model.coverage import Gap, Unread
from drift.model.drift import Change, Drift, Finding, Report, Scope
from drift.model.resource import Key, Resource, Source
from drift.model.value import Block
from drift.provider.installed import installed
from drift.report import FORMATS, Look, renderer
from drift.report.drawing import Mark, as_json, dot, mermaid
from drift.report.safe import shown, visible
from tests.support.made import MadeApi, write_state
from tests.support.world import run

HOSTILE = [
    "\x1b[2J\x1b[31m",
    "a\rb",
    "\u202egpj.exe",
    "\u200bhidden",
    "\x07bell",
    "line\nbreak",
    "[bold]x[/bold]",
    ":smile:",
    '"quoted"',
    "\x9b31m",
]
FORBIDDEN = {"\x1b", "\r", "\u202e", "\u200b", "\x07", "\x9b"}


def hostile_report(text: str) -> Report:
    resource = Resource(key=Key("aws_x", "1", text, (text,)), id=text, name=text, source=Source(state=text))
    changes = (Change(f"tags.{text}", text, None), Change("set", (), (), added=(text,), removed=(Block({"k": text}),)))
    finding = Finding(text, "high", text, "introduced")
    return Report(
        scope=Scope((text,), (text,), (text,), 1),
        drift=(
            Drift("modified", resource, resource, changes, (finding,)),
            Drift("missing", resource, None),
            Drift("unmanaged", None, resource),
        ),
        gaps=(Gap("aws_x", "1", text, text, text, text),),
        unread=(Unread(text, "aws_x", text, text, text),),
        not_ours=(Resource(key=Key("aws_x", "1", "r", (text,)), id=text, owner=text),),
        not_covered={text: 1},
        warnings=(text,),
        states_failed=(f"{text}\n{text}",),
    )  # fmt: skip


def rendered(report: Report, format_: str, **look: Any) -> str:
    out = io.StringIO()
    renderer(format_)(report, out, Look(**look))
    return out.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_sequence_reaches_a_terminal(text: str) -> None:
    for verbose in (False, True):
        assert not FORBIDDEN & set(rendered(hostile_report(text), "table", verbose=verbose))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_survives_json_unchanged(text: str) -> None:
    report = json.loads(rendered(hostile_report(text), "json"))

    assert report["drift"][0]["id"] == text
    assert report["drift"][0]["changes"][0]["desired"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_drawings_keep_hostile_names_inside_their_quotes(text: str) -> None:
    resource = Resource(key=Key("aws_sqs_queue", "1", "r", (text,)), id=text, name=text)
    graph = build([resource], installed())

    for draw in (dot, mermaid):
        drawn = draw(graph, {})
        assert not FORBIDDEN & set(drawn)
        assert len(drawn.splitlines()) == len(
            draw(build([Resource(key=Key("aws_sqs_queue", "1", "r", ("x",)), id="x")], installed()), {}).splitlines()
        )
    assert json.loads(as_json(graph, {}))["nodes"][0]["id"] == text


def test_drawings_mark_severity_and_what_holds_parts_of_nobody() -> None:
    group = Resource(key=Key("aws_security_group", "1", "r", ("a",)), id="a", name="web")
    twin = Resource(key=Key("aws_security_group", "1", "r", ("b",)), id="b", name="web")
    found = Finding("sg-ssh", "high", "SSH is open", "introduced")
    drift = Drift("modified", group, group, (Change("ingress", (), ("x",), unheld=True),), (found,))
    graph, marks = build([group, twin], installed()), {group.key: Mark.of(drift)}
    node, plain = json.loads(as_json(graph, marks))["nodes"]

    assert (node["drift"], node["severity"], node["rogue"]) == ("modified", "high", ["ingress"])
    assert (plain["drift"], plain["severity"], plain["rogue"]) == (None, None, [])
    assert (node["name"], plain["name"]) == ("aws_security_group web (a)", "aws_security_group web (b)")
    assert 'label="aws_security_group web (a)\\nmodified\\n▲ high\\n■ ingress", color="#e5534b"' in dot(graph, marks)
    assert 'modified<br/>▲ high<br/>■ ingress"]:::modified-high' in mermaid(graph, marks)
    for draw in (dot, mermaid):
        assert "legend" in draw(graph, marks)
        assert "■ holds parts that nothing describes" in draw(graph, marks)
        assert "legend" not in draw(graph, {}), "nothing is marked there"


def test_markup_is_text() -> None:
    assert "[bold]x[/bold]" in rendered(hostile_report("[bold]x[/bold]"), "table")
    assert ":smile:" in rendered(hostile_report(":smile:"), "table")


def test_visible_and_shown() -> None:
    assert visible("a\x1bb\u202ec\U000e0001") == "a\\x1bb\\u202ec\\U000e0001"
    assert shown(None) == "(none)"
    assert shown(True) == "true"
    assert shown(("a", 1)) == '["a", 1]'
    assert shown(Block(protocol="tcp", from_port=22, to_port=22, cidr_ipv4="0.0.0.0/0")) == "tcp/22 0.0.0.0/0"
    assert shown(Block(b=None, a=1)) == "{a: 1}"


def test_long_values_are_cut_unless_verbose() -> None:
    resource = Resource(key=Key("t", "1", "r", ("x",)), id="x")
    report = Report(scope=Scope(), drift=(Drift("modified", resource, resource, (Change("p", "x" * 500, "y"),)),))

    assert "x" * 400 not in rendered(report, "table")
    assert "x" * 500 in rendered(report, "table", verbose=True)


SECRET = "hunter2-the-second"


def test_secrets_reach_no_rendering(tmp_path: Path) -> None:
    arn = "arn:aws:ssm:us-east-1:123456789012:parameter/p"
    state = {"aws_ssm_parameter.p": {"id": "/p", "name": "/p", "arn": arn, "type": "SecureString", "value": SECRET}}
    api = MadeApi(
        {
            "ssm:DescribeParameters": {
                "Parameters": [
                    {
                        "Name": "/p",
                        "ARN": arn,
                        "Type": "SecureString",
                        "Tier": "Standard",
                        "DataType": "text",
                        "Version": 2,
                    }
                ]
            },
            "ssm:GetParameters": {"Parameters": [{"Name": "/p", "Value": f"{SECRET}-changed", "Type": "SecureString"}]},
            "ssm:ListTagsForResource": {"TagList": []},
        }
    )
    report = run(write_state(state, tmp_path / "s.tfstate"), api, only=("aws_ssm_parameter",))

    assert [c.path for d in report.drift for c in d.changes] == ["value"]
    for format_ in FORMATS:
        for verbose in (False, True):
            assert SECRET not in rendered(report, format_, verbose=verbose)
    change = json.loads(rendered(report, "json"))["drift"][0]["changes"][0]
    assert change["sensitive"] is True
    assert change["desired"].startswith("secret:")
    assert change["desired"] != change["actual"]
