"""One hostile corpus, fed to every format: what comes from outside stays text."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from drift.cli import cli
from drift.model.address import Address
from drift.model.coverage import Gap, Unread
from drift.model.drift import Aside, Change, Detail, Drift, Finding, Ignored, Pending, Report, Resolved, Scope
from drift.model.resource import Key, Resource, Source
from drift.model.value import Block
from drift.report import FORMATS, Look, renderer

HOSTILE = [
    "\x1b[2J\x1b[31m", "a\rb", "\u202egpj.exe", "\u200bhidden", "\x07bell", "\x9b31m", "\ufffe", "\ud800", "\U000e0001",
    "line\nbreak", "\n## heading\n\n- item", "\r\n::error::x", "::error file=a::x", "::stop-commands::t", "%0A::error::x",
    "##[add-mask]x", "##vso[task.setvariable variable=a]b",
    "@octocat", "x @org/team", "a@b.example", "#123", "org/repo#1", "GH-7", "https://evil.example", "www.evil.example",
    "[x](javascript:alert(1))", "![x](//evil.example/p.png)", "<https://evil.example>", "`code`", "``", "``` \n```", "a|b|c",
    "*x*", "__x__", "~~x~~", "$x$", "&copy;", "\\", "\\`", "| a | b |\n|---|---|", "[ ] task", "> quote", "[^1]", "# x",
    "<script>alert(1)</script>", "</script><script>alert(1)//", "<!--", "]]>", "<img src=x onerror=alert(1)>",
    "<details open>", "</details>", '"><svg onload=alert(1)>', "' onmouseover='x", "javascript:alert(1)",
    "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", '=HYPERLINK("//evil.example")', "\uff1d1+1",
    "../../etc/passwd", "/etc/passwd", "C:\\x", "file:///etc/passwd", "..\\..\\x", "%2e%2e/x", "a?b#c",
    '"quoted"', 'a"} 1\nevil{x="', "{0}", "${x}", "%{x}", "[bold]x[/bold]", ":smile:", "",
]  # fmt: skip
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def hostile_report(text: str) -> Report:
    """A report that says `text` wherever a report says anything."""
    source = Source(state=text, file=text, line=3)
    address = Address("aws_x", "this", text, (("web", text),))
    managed = Resource(
        key=Key("aws_x", text, text, (text,)), id=text, name=text, arn=text, address=address, source=source
    )
    stranger = replace(managed, address=None, source=Source(), owner=text)
    nested = Block({"k": text, text: (text, None, True)})
    changes = (
        Change(f"tags.{text}", text, None, recorded="other", undeclared=True, reason=text, file=text, line=2),
        Change("set", (), (), added=(text, nested), removed=(Block({text: text}),)),
        Change("doc", text, text, details=(Detail(text, text, nested),)),
        Change(text, "secret:1", "secret:2", sensitive=True),
    )
    findings = tuple(Finding(text, severity, text, "introduced") for severity in ("high", "low"))
    return Report(
        scope=Scope((text,), (text,), (text,), 1),
        drift=(
            Drift("modified", managed, managed, changes, findings),
            Drift("missing", managed, None, recreated_as=stranger, certain=False),
            Drift("unmanaged", None, stranger, findings=findings),
        ),
        pending=(Pending(text, text, (text,), (text,), changes, source),),
        expected=(Aside(managed, managed, changes),),
        settled=(Aside(managed, managed, changes),),
        exempt=(Aside(managed, managed, changes),),
        gaps=(Gap(text, text, text, text, text, text),),
        unread=(Unread(text, text, text, text, text),),
        not_ours=(stranger,),
        not_covered={text: 1},
        not_offered=(text,),
        ignored=(Ignored(kind="modified", type=text, id=text, address=text, path=text, reason=text, rule=text, owner=text),),
        accepted=(Drift("unmanaged", None, stranger),),
        resolved=(Resolved(kind="missing", type=text, id=text, address=text, paths=(text,)),),
        baseline=text,
        warnings=(text,),
        states_failed=(f"{text}\n{text}",),
        api_calls={text: 1},
        started_at="2026-01-02T03:04:05Z",
    )  # fmt: skip


def rendered(report: Report, format_: str, **look: Any) -> str:
    out = io.StringIO(newline="")
    renderer(format_)(report, out, Look(**look))
    return out.getvalue()


@pytest.mark.parametrize("format_", [f for f in FORMATS if f != "json"])
@pytest.mark.parametrize("look", [{}, {"verbose": True}, {"quiet": True}, {"width": 40}])
def test_no_control_character_is_written(format_: str, look: dict[str, Any]) -> None:
    allowed = {"markdown": "\u200b", "github-summary": "\u200b"}.get(format_, "")  # it keeps @ from naming a person
    for text in HOSTILE:
        written = rendered(hostile_report(text), format_, **look)
        assert set(CONTROL.findall(written)) <= set(allowed), (text, format_)


@pytest.mark.parametrize(
    "format_", [f for f in FORMATS if f not in ("github", "json", "csv", "sarif", "ocsf", "gitlab")]
)
def test_no_line_is_a_command_to_a_runner(format_: str) -> None:
    """A log is obeyed where a line begins with `::`, blanks aside, or holds `##[` or `##vso[` anywhere."""
    for text in HOSTILE:
        for look in ({}, {"verbose": True}, {"quiet": True}):
            for line in rendered(hostile_report(text), format_, **look).splitlines():
                assert not line.lstrip().startswith("::"), (text, line)
                assert not re.search(r"##(\w*)\[", line), (text, line)


@pytest.mark.parametrize("text", HOSTILE)
def test_annotations_are_only_those_meant(text: str) -> None:
    lines = rendered(hostile_report(text), "github").split("\n")

    assert [re.match(r"::(error|warning|notice) ", line) is not None for line in lines] == [True] * 4 + [False]
    assert lines[-1] == ""
    for line in lines[:-1]:
        head, _, message = line[2:].partition("::")
        _level, _, properties = head.partition(" ")
        assert {p.partition("=")[0] for p in properties.split(",")} <= {"file", "line", "title"}
        assert not set(re.findall("%(..)", message)) - {"0A", "25"}


@pytest.mark.parametrize("format_", ["markdown", "github-summary"])
@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_holds_no_markup_of_others(text: str, format_: str) -> None:
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    tokens = parser.parse(rendered(hostile_report(text), format_, verbose=True))
    plain = parser.parse(rendered(hostile_report("word"), format_, verbose=True))

    assert [t.type for t in tokens] == [t.type for t in plain]  # the same blocks: no heading, table or list of others
    inline = [(c.type, c.content) for t in tokens if t.type == "inline" for c in t.children or ()]
    kinds = {"text", "code_inline", "strong_open", "strong_close", "softbreak", "text_special"}
    assert {kind for kind, _ in inline} <= kinds
    for kind, content in inline:
        if kind != "code_inline":
            assert not re.search(r"(^|\W)@\w|(^|\W)#\d|\bGH-\d|://|www\.\w", content, re.IGNORECASE), content
    for token in tokens:
        if token.type == "html_block":
            assert re.fullmatch(r"<details><summary>[^<>]*</summary>|</details>", token.content.strip()), token.content
            assert not re.search(r"@\w", token.content.replace("&#x27;", "")) or text.startswith(("@", "x @", "a@"))


@pytest.mark.parametrize("text", HOSTILE)
def test_the_cells_of_csv_are_no_formulas(text: str) -> None:
    rows = list(csv.reader(io.StringIO(rendered(hostile_report(text), "csv"))))

    assert len(rows) == 1 + 4 + 1 + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for value in (value for row in rows for value in row):
        assert not value.lstrip().startswith(("=", "+", "-", "@", "\uff1d")), value


@pytest.mark.parametrize("text", HOSTILE)
def test_sarif_points_at_files_of_the_repository_alone(text: str) -> None:
    run = json.loads(rendered(hostile_report(text), "sarif"))["runs"][0]

    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w%.~-]+(/[\w%.~-]+)*", uri), uri
        assert ".." not in uri.split("/")
        assert not uri.startswith(("/", "javascript:", "data:"))
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize("text", HOSTILE)
def test_gitlab_points_at_files_of_the_repository_alone(text: str) -> None:
    for issue in json.loads(rendered(hostile_report(text), "gitlab")):
        path = issue["location"]["path"]
        assert path
        assert not path.startswith("/")
        assert ".." not in path.split("/")


@pytest.mark.parametrize("text", HOSTILE)
def test_junit_is_whole(text: str) -> None:
    root = ElementTree.fromstring(rendered(hostile_report(text), "junit"))

    assert {e.tag for e in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "skipped"}
    assert len(root.findall("./testsuite/testcase/failure")) == 3
    for suite in root.iter("testsuite"):
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(sum(c.find("failure") is not None for c in cases))


SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="([^"\\\n]|\\[\\"n])*"(,[a-z_]+="([^"\\\n]|\\[\\"n])*")*\})? -?[0-9.e+-]+')


@pytest.mark.parametrize("text", HOSTILE)
def test_the_samples_of_prometheus_are_whole(text: str) -> None:
    for line in rendered(hostile_report(text), "prometheus").splitlines():
        assert line.startswith("# ") or SAMPLE.fullmatch(line), line


def test_ocsf_and_json_hold_the_text_as_data() -> None:
    for text in HOSTILE:
        events = json.loads(rendered(hostile_report(text), "ocsf"))
        assert len(events) == 7
        assert json.loads(rendered(hostile_report(text), "json"))["drift"][0]["id"] == text


@pytest.mark.parametrize("format_", ["table", "markdown"])
def test_a_comparison_says_hostile_text_as_text(format_: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    for text in HOSTILE:
        report = hostile_report(text)
        old.write_bytes(rendered(replace(report, drift=report.drift[:1]), "json").encode(errors="backslashreplace"))
        new.write_bytes(rendered(replace(report, drift=report.drift[1:]), "json").encode(errors="backslashreplace"))
        output = CliRunner().invoke(cli, ["diff", str(old), str(new), "--format", format_]).output
        assert not CONTROL.findall(output), text
        for line in output.splitlines():
            assert not line.lstrip().startswith("::")
            assert not re.search(r"##(\w*)\[", line)
