"""What each format says, and that others can read it."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner, Result

from drift.cli import cli
from drift.cli.options.policy import Policy
from drift.errors import UsageError
from drift.model.address import Address
from drift.model.coverage import Gap, Unread
from drift.model.drift import Change, Drift, Finding, Posture, Report, Scope
from drift.model.resource import Key, Resource, Source
from drift.report import BINARY, FORMATS, SAID, Look, renderer
from drift.report.json import document, read
from drift.report.schema import schema
from drift.report.select import Difference, Selection
from drift.report.wording import headline

SARIF_SCHEMA = "DRIFT_SARIF_SCHEMA"


def resource(address: str, id_: str, *, region: str = "eu-west-1", file: str = "", line: int = 0) -> Resource:
    parsed = Address.parse(address)
    source = Source(state="prod.tfstate", file=file, line=line)
    return Resource(key=Key(parsed.type, "123456789012", region, (id_,)), id=id_, address=parsed, source=source)


def stranger(type_: str, id_: str, region: str = "eu-west-1") -> Resource:
    return Resource(key=Key(type_, "123456789012", region, (id_,)), id=id_, arn=f"arn:aws:x:::{id_}")


GROUP = resource("module.web.aws_security_group.this", "sg-1", file="web/main.tf", line=12)
SSH = Finding("sg-ssh", "high", "SSH is open to the internet", "introduced")
OPEN = Change("ingress", (), ("x",), added=("tcp/22",), recorded=())
REPORT = Report(
    scope=Scope(("123456789012",), ("eu-west-1",), ("prod.tfstate",), 9),
    managed=5,
    in_sync=3,
    drift=(
        Drift("missing", resource("aws_sqs_queue.orders", "https://q"), None),
        Drift("modified", GROUP, GROUP, (OPEN,), (SSH,)),
        Drift("unmanaged", None, stranger("aws_s3_bucket", "export"), findings=(replace(SSH, severity="low"),)),
    ),
    started_at="2026-01-02T03:04:05Z",
)


def rendered(format_: str, report: Report = REPORT, **look: Any) -> str:
    out = io.StringIO(newline="")
    renderer(format_)(report, out, Look(**look))
    return out.getvalue()


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words), standalone_mode=False, catch_exceptions=True)


@pytest.fixture
def saved(tmp_path: Path) -> str:
    file = tmp_path / "saved.json"
    file.write_text(rendered("json"))
    return str(file)


def test_every_format_says_who_it_is_for() -> None:
    assert set(SAID) == {*FORMATS, *BINARY}


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_writes_a_report_of_nothing(format_: str) -> None:
    rendered(format_, Report(scope=Scope()))


def test_sarif_is_what_its_schema_demands() -> None:
    place = os.environ.get(SARIF_SCHEMA, "")
    if not Path(place).is_file():
        pytest.skip(f"{SARIF_SCHEMA} names no file: `.ci/run` fetches the official schema from the npm registry")
    check = jsonschema.Draft7Validator(json.loads(Path(place).read_text()))
    for report in (
        REPORT,
        Report(scope=Scope()),
        JUDGED,
        replace(REPORT, warnings=("w",), gaps=(Gap("t", "1", "r", "a", "c"),)),
    ):
        check.validate(json.loads(rendered("sarif", report)))


def test_sarif_points_at_the_line_or_else_at_the_state() -> None:
    run_ = json.loads(rendered("sarif"))["runs"][0]
    places = [
        (r["ruleId"], r["level"], p["artifactLocation"]["uri"], p["region"]["startLine"])
        for r in run_["results"]
        for p in [r["locations"][0]["physicalLocation"]]
    ]

    assert places == [
        ("drift/modified", "error", "web/main.tf", 12),
        ("sg-ssh", "error", "web/main.tf", 12),
        ("drift/unmanaged", "warning", "prod.tfstate", 1),
        ("sg-ssh", "note", "prod.tfstate", 1),
        ("drift/missing", "warning", "prod.tfstate", 1),
    ]


def test_sarif_stays_within_what_code_scanning_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drift.report.sarif.MOST", 2)
    run_ = json.loads(rendered("sarif"))["runs"][0]

    assert [r["ruleId"] for r in run_["results"]] == ["drift/modified", "sg-ssh"]
    assert (
        "3 results of lower severity are left out"
        in run_["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    )


def test_an_attribute_alone_is_pointed_at_by_its_own_line() -> None:
    change = replace(OPEN, file="web/rules.tf", line=40)
    report = replace(REPORT, drift=(Drift("modified", GROUP, GROUP, (change,)),))

    location = json.loads(rendered("sarif", report))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert (location["artifactLocation"]["uri"], location["region"]["startLine"]) == ("web/rules.tf", 40)


def test_ocsf_is_what_its_models_demand() -> None:
    ocsf = pytest.importorskip("py_ocsf_models.events.findings.detection_finding")
    for event in json.loads(rendered("ocsf", JUDGED)):
        ocsf.DetectionFinding.model_validate(event)


def test_junit_counts_what_failed_and_what_was_skipped() -> None:
    report = replace(REPORT, unread=(Unread("aws_x.y", "aws_x", "", "x:Get", "AccessDenied"),))
    root = ElementTree.fromstring(rendered("junit", report))

    assert (root.get("tests"), root.get("failures")) == ("5", "3")
    assert [s.get("name") for s in root] == ["drift.modified", "drift.missing", "drift.unmanaged", "drift.read"]
    assert len(root.findall(".//skipped")) == 1
    case = root.find("./testsuite[@name='drift.modified']/testcase")
    assert case is not None
    assert (case.get("file"), case.get("line")) == ("web/main.tf", "12")


TRAIL = Finding(
    "trail-multi-region", "high", "What is done is not logged everywhere", "introduced", evidence="no trail"
)
SPARED = replace(SSH, rule="sg-rdp", title="Remote Desktop is open", exempt="accepted")
UNTOLD = Finding("s3-pab", "high", "Public access is not blocked", "unknown", verdict="unknown")
JUDGED = replace(
    REPORT,
    posture=(
        Posture("123456789012", "eu-west-1", (replace(SSH, effect="present", evidence="tcp 22 open"), SPARED, UNTOLD), GROUP),
        Posture("123456789012", "global", (TRAIL,)),
    ),
)  # fmt: skip
NAMELESS = ("prometheus",)
"""Formats that count and name nothing."""


@pytest.mark.parametrize("format_", [f for f in FORMATS if f not in NAMELESS])
def test_every_format_tells_what_was_judged_on_request(format_: str) -> None:
    said, before = rendered(format_, JUDGED, verbose=True, width=300), rendered(format_, verbose=True, width=300)

    for rule in ("trail-multi-region", "sg-ssh"):
        assert said.count(rule) > before.count(rule), rule
    assert "123456789012" in said
    assert "module.web.aws_security_group.this" in said


@pytest.mark.parametrize("format_", ["sarif", "gitlab", "github", "junit", "ocsf"])
def test_what_is_accepted_or_unknown_is_no_finding_there(format_: str) -> None:
    said = rendered(format_, JUDGED)

    assert "sg-rdp" not in said
    assert "s3-pab" not in said


def test_what_was_judged_on_request_fails_its_own_cases() -> None:
    root = ElementTree.fromstring(rendered("junit", JUDGED))
    [suite] = root.findall("./testsuite[@name='drift.judged']")

    assert (root.get("failures"), suite.get("failures"), suite.get("tests")) == ("5", "2", "2")
    assert [c.get("name") for c in suite] == ["module.web.aws_security_group.this", "account 123456789012 global"]


def test_what_was_judged_on_request_is_a_row_of_its_own_and_a_count() -> None:
    rows = list(csv.DictReader(io.StringIO(rendered("csv", JUDGED))))
    judged = [(r["kind"], r["type"], r["id"], r["severity"], r["line"]) for r in rows if r["kind"] == "judged"]

    assert judged == [
        ("judged", "aws_security_group", "sg-1", "high", "12"),
        ("judged", "account", "123456789012", "high", ""),
    ]
    assert 'drift_judged_findings{severity="high",effect="present"} 1\n' in rendered("prometheus", JUDGED)


def test_what_was_judged_on_request_stands_on_its_line_with_a_fingerprint_of_its_own() -> None:
    results = json.loads(rendered("sarif", JUDGED))["runs"][0]["results"]
    there = [r for r in results if r["properties"]["kind"] == "judged"]
    place = there[0]["locations"][0]["physicalLocation"]
    issues = json.loads(rendered("gitlab", JUDGED))

    assert [r["ruleId"] for r in there] == ["sg-ssh", "trail-multi-region"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("web/main.tf", 12)
    assert len({i["fingerprint"] for i in issues}) == len(issues) == 5


def test_prometheus_counts() -> None:
    text = rendered("prometheus")

    assert 'drift_resources{verdict="unmanaged"} 1\n' in text
    assert 'drift_findings{severity="high",effect="introduced"} 1\n' in text
    assert "drift_last_run_timestamp_seconds 1767323045\n" in text
    assert "drift_coverage_ratio 0.833\n" in text
    assert "export" not in text


def test_annotations_stand_on_their_line_and_the_worst_come_first() -> None:
    lines = rendered("github").splitlines()

    assert lines[0].startswith("::error file=web/main.tf,line=12,title=drift%3A modified::")
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::warning", "::notice"]
    assert lines[-1] == "::notice title=drift::1 modified, 1 missing, 1 unmanaged"


def test_annotations_beyond_what_github_shows_are_counted() -> None:
    many = tuple(Drift("unmanaged", None, stranger("aws_s3_bucket", f"b{i}")) for i in range(25))
    lines = rendered("github", replace(REPORT, drift=many)).splitlines()

    assert len(lines) == 11
    assert "15 more are in the report" in lines[-1]


def test_gitlab_keeps_the_fingerprint() -> None:
    issues = json.loads(rendered("gitlab"))

    assert [i["fingerprint"] for i in issues] == [d.fingerprint for d in REPORT.drift]
    assert issues[1]["location"] == {"path": "web/main.tf", "lines": {"begin": 12}}
    assert [i["severity"] for i in issues] == ["major", "critical", "minor"]


def test_a_step_summary_too_large_is_shortened_and_says_so() -> None:
    many = tuple(Drift("unmanaged", None, stranger("aws_s3_bucket", f"b{i}-{'x' * 400}")) for i in range(3000))
    text = rendered("github-summary", replace(REPORT, drift=many))

    assert len(text.encode()) <= 1024 * 1024
    assert "too large" in text
    assert text.startswith("## Drift: 3000 unmanaged")


def test_quiet_is_one_line_for_each() -> None:
    assert rendered("table", quiet=True).splitlines() == [
        "- aws_sqs_queue.orders (https://q) is in the state, but not in the account",
        "~ module.web.aws_security_group.this (sg-1) is modified outside Terraform: ingress",
        "+ aws_s3_bucket export is in the account, but in no state",
    ]


def test_several_formats_at_once(saved: str, tmp_path: Path) -> None:
    sarif, md = tmp_path / "d.sarif", tmp_path / "d.md"
    result = run("report", saved, "--format", "table", "--format", f"sarif={sarif}", "-f", f"markdown={md}")

    assert result.return_value == 1, result.output
    assert "module.web.aws_security_group.this" in result.output
    assert json.loads(sarif.read_text())["version"] == "2.1.0"
    assert md.read_text().startswith("## Drift: 1 modified, 1 missing, 1 unmanaged\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-f", "table", "-f", "json"], "standard output"),
        (["-f", "json=a.json", "-f", "csv=a.json"], "same file"),
        (["-f", "json=a.json", "-o", "b.json"], "--output"),
        (["-f", "odd"], "unknown format 'odd'"),
        (["-f", "json=no/such/place.json"], "its directory does not exist"),
        (["--fail-on", "severity>=odd"], "is not a policy"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_done(words: list[str], says: str, saved: str) -> None:
    result = run("report", saved, *words)

    assert isinstance(result.exception, UsageError)
    assert says in str(result.exception)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--kind", "missing"], ["aws_sqs_queue.orders"]),
        (["--type", "aws_s3_*"], [None]),
        (["--severity", "high"], ["module.web.aws_security_group.this"]),
        (["--severity", "low"], ["module.web.aws_security_group.this", None]),
        (["--module", "web"], ["module.web.aws_security_group.this"]),
        (["--module", "root"], ["aws_sqs_queue.orders"]),
        (["--in-region", "global"], []),
        (["--in-account", "123456789012", "--kind", "unmanaged"], [None]),
    ],
)
def test_a_report_is_filtered(words: list[str], names: list[str | None], saved: str) -> None:
    result = run("report", saved, "--format", "json", *words)
    shown = json.loads(result.output)

    assert [d["address"] for d in shown["drift"]] == names
    assert result.return_value == (1 if names else 0)
    assert "Filtered" in shown["warnings"][0]
    jsonschema.Draft202012Validator(schema(strict=True)).validate(shown)


def test_a_module_includes_what_is_in_it() -> None:
    inner = resource("module.web.module.sg.aws_sqs_queue.x", "q")
    drift = Drift("missing", inner, None)

    assert Selection(modules=("module.web",)).holds(drift)
    assert Selection(modules=("module.web.module.sg",)).holds(drift)
    assert not Selection(modules=("module.we",)).holds(drift)
    assert not Selection(modules=("module.sg",)).holds(drift)


def test_two_reports_tell_what_is_new_changed_and_resolved() -> None:
    more = replace(OPEN, added=("tcp/22", "tcp/23"), actual=("x", "y"))
    later = replace(
        REPORT,
        drift=(
            Drift("modified", GROUP, GROUP, (more,)),
            REPORT.drift[2],
            Drift("unmanaged", None, stranger("aws_s3_bucket", "other")),
        ),
    )
    found = Difference.between(REPORT, later)

    assert [d.resource.id for d in found.new] == ["other"]
    assert [(a.resource.id, b.changes) for a, b in found.changed] == [("sg-1", (more,))]
    assert [str(d.resource.address) for d in found.resolved] == ["aws_sqs_queue.orders"]
    assert found.same == 1


def test_what_could_not_be_read_later_is_not_resolved() -> None:
    gap = Gap("aws_s3_bucket", "123456789012", "eu-west-1", "s3:ListAllMyBuckets", "AccessDenied")
    unread = Unread("aws_sqs_queue.orders", "aws_sqs_queue", "", "sqs:GetQueueAttributes", "AccessDenied")
    later = replace(REPORT, drift=(), gaps=(gap,), unread=(unread,))
    found = Difference.between(REPORT, later)

    assert {d.resource.id for d in found.unknown} == {"export", "https://q"}
    assert {d.resource.id for d in found.resolved} == {"sg-1"}


def test_what_was_not_looked_at_later_is_not_resolved() -> None:
    elsewhere = replace(REPORT, drift=(), scope=replace(REPORT.scope, regions=("us-east-1",)))
    only_state = replace(REPORT, drift=(), scope=replace(REPORT.scope, unmanaged=False))
    other = replace(REPORT, drift=(), scope=replace(REPORT.scope, accounts=("210987654321",)))

    assert Difference.between(REPORT, elsewhere).resolved == ()
    assert Difference.between(REPORT, other).resolved == ()
    assert [d.resource.id for d in Difference.between(REPORT, only_state).unknown] == ["export"]


@pytest.mark.parametrize("format_", ["table", "json", "markdown"])
def test_drift_diff_exits_by_what_is_new(format_: str, saved: str, tmp_path: Path) -> None:
    clean, partial = tmp_path / "clean.json", tmp_path / "partial.json"
    clean.write_text(rendered("json", replace(REPORT, drift=())))
    partial.write_text(rendered("json", replace(REPORT, drift=(), unread=(Unread("a", "b", "", "x", "y"),))))

    assert run("diff", saved, saved, "--format", format_).return_value == 0
    assert run("diff", str(clean), saved, "--format", format_).return_value == 1
    assert run("diff", saved, str(clean), "--format", format_).return_value == 0
    assert run("diff", saved, str(partial), "--format", format_).return_value == 3


def test_drift_schema_prints_what_a_report_is_held_against() -> None:
    printed = json.loads(run("schema").output)

    jsonschema.Draft202012Validator(printed).validate(document(REPORT))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(printed).validate({**document(REPORT), "drift": [{"kind": "odd"}]})


@pytest.mark.parametrize(
    ("policy", "failing"),
    [
        ([], {"modified", "missing", "unmanaged"}),
        (["none"], set()),
        (["unmanaged"], {"unmanaged"}),
        (["severity>=high"], {"modified"}),
        (["severity>=low,missing"], {"modified", "missing", "unmanaged"}),
        (["type=aws_s3_*"], {"unmanaged"}),
        (["any,type=aws_s3_*,type=aws_sqs_*"], {"unmanaged", "missing"}),
        (["account=1"], set()),
        (["account=123456789012,region=eu-*,missing"], {"missing"}),
        (["none,type=*"], set()),
    ],
)
def test_what_fails_a_run(policy: list[str], failing: set[str]) -> None:
    parsed = Policy.parse(policy)
    assert {d.kind for d in REPORT.drift if parsed.fails(d)} == failing


def test_a_saved_report_keeps_what_others_said_of_it() -> None:
    assert [d.fingerprint for d in read(rendered("json").encode()).drift] == [d.fingerprint for d in REPORT.drift]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_terminals_width_is_kept(width: int) -> None:
    long = replace(OPEN, path="a_long_attribute.of_a.nested_block", added=("x " * 60,))
    report = replace(REPORT, drift=(Drift("modified", GROUP, GROUP, (long,), (SSH,)),))
    lines = rendered("table", report, width=width).splitlines()

    assert max(map(len, lines)) <= width
    assert sum("│" in line for line in lines) > 1  # what goes on, goes on under its own beginning
    assert max(map(len, rendered("table", report).splitlines())) > 100  # no terminal: nothing is broken


def test_the_worst_comes_first_and_says_what_to_do() -> None:
    mild = Drift("modified", resource("aws_sqs_queue.a", "a"), resource("aws_sqs_queue.a", "a"), (OPEN,))
    lines = rendered("table", replace(REPORT, drift=(mild, *REPORT.drift))).splitlines()
    named = [line.split()[1] for line in lines if line.startswith("  ~ ")]

    assert lines[1] == "▲ 1 high, 1 low"
    assert named == ["module.web.aws_security_group.this", "aws_sqs_queue.a"]
    assert any(line.startswith("- missing   `terraform apply` creates it again") for line in lines)


def test_what_nobody_looked_for_is_not_counted_as_nothing() -> None:
    report = replace(REPORT, scope=replace(REPORT.scope, unmanaged=False), drift=REPORT.drift[:1])

    assert "0 unmanaged" not in rendered("table", report)
    assert "| unmanaged |" not in rendered("markdown", report)
    assert "coverage" not in rendered("prometheus", report)
    assert 'verdict="unmanaged"' not in rendered("prometheus", report)
    suite = ElementTree.fromstring(rendered("junit", report)).find("./testsuite[@name='drift.unmanaged']")
    assert suite is not None
    assert (suite.get("skipped"), len(suite.findall("./testcase/skipped"))) == ("1", 1)
    for format_ in ("markdown", "github", "html"):
        assert "unmanaged resources were not searched for" in rendered(format_, report)


@pytest.mark.parametrize(
    ("file", "within", "says"),
    [
        ("main.tf", "", "main.tf"),
        ("main.tf", "infra/prod", "infra/prod/main.tf"),
        ("../../modules/web/main.tf", "infra/prod", "modules/web/main.tf"),
        ("../../../../etc/passwd", "infra/prod", "etc/passwd"),
        ("/etc/passwd", "infra", "etc/passwd"),
    ],
)
def test_files_are_named_from_the_root_of_the_repository(file: str, within: str, says: str) -> None:
    group = replace(GROUP, source=Source(state="s", file=file, line=3))
    report = replace(REPORT, drift=(Drift("modified", group, group, (OPEN,), (SSH,)),))

    sarif = json.loads(rendered("sarif", report, within=within))["runs"][0]["results"][0]
    assert sarif["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == says
    assert json.loads(rendered("gitlab", report, within=within))[0]["location"]["path"] == says
    assert rendered("github", report, within=within).startswith(f"::error file={says},line=3,")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("s3://states/prod/a b.tfstate?region=eu-west-1", "states/prod/a%20b.tfstate"),
        ("https://me:pw@example.com:8443/state", "example.com%3A8443/state"),
        ("azurerm://account/container/key", "account/container/key"),
        ("pg://user:password@host/database", "host/database"),
        ("tfc://acme/web", "acme/web"),
        ("prod.tfstate", "prod.tfstate"),
    ],
)
def test_code_scanning_takes_relative_places_alone(state: str, says: str) -> None:
    """GitHub refuses a whole SARIF file for one location whose scheme it does not know."""
    queue = replace(GROUP, source=Source(state=state))
    report = replace(REPORT, drift=(Drift("missing", queue, None),))

    sarif = json.loads(rendered("sarif", report))["runs"][0]["results"][0]
    assert sarif["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": says, "uriBaseId": "SRCROOT"}
    assert json.loads(rendered("gitlab", report))[0]["location"]["path"] == says


def test_the_command_line_knows_where_in_the_repository_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "drift.json").write_text(rendered("json"))
    monkeypatch.chdir(tmp_path / "infra")

    assert "::error file=infra/web/main.tf,line=12," in run("report", "drift.json", "--format", "github").output


LISTS_OF_FINDINGS = {"gitlab", "csv", "ocsf"}
"""Formats that hold findings and nothing else: what was not looked at is none."""


@pytest.mark.parametrize("format_", sorted(FORMATS.keys() - LISTS_OF_FINDINGS))
def test_what_was_not_compared_is_named_and_is_not_in_sync(format_: str) -> None:
    left = {"aws_iot_thing": 1, "aws_imagebuilder_image": 30, "aws_mskconnect_connector": 2}
    text = rendered(format_, replace(REPORT, drift=(), managed=3, not_covered=left), width=200).replace("\\_", "_")

    assert all(name in text for name in left)
    assert "36 in sync" not in text
    assert "No drift." not in text


def test_the_line_that_sums_up_names_the_most_frequent_first() -> None:
    left = {"aws_a": 1, "aws_b": 30, "aws_c": 2, "aws_d": 1, "aws_e": 1}
    table = rendered("table", replace(REPORT, drift=(), managed=3, not_covered=left), width=200)

    assert "3 managed: 3 in sync · not compared: 30 aws_b, 2 aws_c, 1 aws_a, 1 aws_d, 1 aws_e · 0 unmanaged" in table
    assert headline(replace(REPORT, not_covered=left)).endswith("; not compared: 30 aws_b, 2 aws_c, 1 aws_a and 2 more")


def test_where_nothing_was_compared_nothing_is_in_order() -> None:
    nothing = Report(scope=replace(Scope(), unmanaged=False))

    assert "Nothing was compared." in rendered("table", nothing, width=200)
    assert headline(nothing).startswith("nothing was compared")
