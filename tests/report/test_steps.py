"""What one can do about a drift: it is true of the next apply, it can be copied, and it cannot be abused."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from io import StringIO
from pathlib import Path

import hcl2
import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.errors import UsageError
from drift.model.address import Address
from drift.model.drift import Change, Drift, Finding, Report, Scope
from drift.model.resource import Key, Resource, Source
from drift.providers.aws import AWS
from drift.remedy.commands import revert
from drift.remedy.fix import Choices
from drift.report import Look, table
from drift.report.explanation import story
from drift.report.json import document
from drift.report.steps import mending, steps, usual

ARN = "arn:aws:sqs:eu-west-1:123456789012:jobs"


def queue(name: str = "jobs", address: str = "") -> Resource:
    return Resource(
        key=Key("aws_sqs_queue", "123456789012", "eu-west-1", (name,)),
        id=f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}",
        arn=ARN,
        name=name,
        address=Address.parse(address) if address else None,
        source=Source("prod.tfstate", "main.tf", 3) if address else Source(),
    )


def modified(*changes: Change) -> Drift:
    return Drift("modified", queue(address='module.a.aws_sqs_queue.jobs["x y"]'), queue(), changes)


def commands(drift: Drift) -> list[str]:
    return [s.command for s in steps(drift) if s.command]


def test_what_an_apply_undoes_is_reverted_by_it_or_written_down() -> None:
    told = steps(modified(Change("delay_seconds", 0, 5, undone=True, file="main.tf", line=7)))

    assert told[0].command == """terraform apply -target='module.a.aws_sqs_queue.jobs["x y"]'"""
    assert "main.tf:7" in told[1].what


def test_what_no_apply_undoes_is_not_promised_to_be() -> None:
    told = steps(modified(Change("policy", None, "{}", undone=False)))

    assert [s.command for s in told] == ["""drift fix --accept 'module.a.aws_sqs_queue.jobs["x y"]'"""]
    assert "does NOT undo" in told[0].what


GRAVE = Finding("sqs-public", "high", "Everybody may send", "introduced")


@pytest.mark.parametrize("finding", [replace(GRAVE, effect="present"), replace(GRAVE, severity="medium"),
                                     replace(GRAVE, exempt="accepted"), replace(GRAVE, verdict="unknown")])  # fmt: skip
def test_what_opens_nothing_is_usually_written_down(finding: Finding) -> None:
    drift = replace(modified(Change("delay_seconds", 0, 5, undone=True)), findings=(finding,))

    assert usual(drift) == Choices().of(drift) == "accept"
    assert mending(drift) == ["to keep it: drift fix --accept 'module.a.aws_sqs_queue.jobs[\"x y\"]'"]


def test_what_made_a_grave_finding_is_put_back_or_undone_by_hand() -> None:
    back, stays = Change("policy", None, "{}", undone=True), Change("tags", None, "{}", undone=False)
    both, by_hand = (replace(modified(*c), findings=(GRAVE,)) for c in ((back, stays), (stays,)))

    assert usual(both) == Choices().of(both) == "revert"
    assert mending(both)[0] == "to undo it: drift fix --revert 'module.a.aws_sqs_queue.jobs[\"x y\"]'"
    assert mending(both)[1:] == mending(by_hand)
    assert mending(by_hand)[0].startswith("tags: no apply undoes this. Undo it by hand, or keep it: drift fix --accept")
    assert "undo it by hand" in revert(by_hand, None).cannot


def test_what_nobody_manages_and_opens_something_is_not_adopted_unasked() -> None:
    key = Key("aws_sqs_queue", "1", "us-east-1", ("open",))
    harmless = Drift("unmanaged", None, Resource(key=key, id="open"))
    grave = replace(harmless, findings=(GRAVE,))

    assert usual(harmless) == Choices().of(harmless) == "adopt"
    assert usual(grave) == Choices().of(grave) == "revert"
    assert mending(harmless) == ["to manage it: drift fix --adopt aws_sqs_queue.open"]
    assert "Delete it by hand, or keep it: drift fix --adopt aws_sqs_queue.open" in mending(grave)[0]
    assert "delete it by hand, or keep it with --adopt aws_sqs_queue.open" in revert(grave, None).cannot
    assert "Delete it by hand" in steps(grave)[0].what
    assert Choices(adopt=("all",)).of(grave) == "adopt"


@pytest.mark.parametrize(
    ("findings", "aim"), [((), "to manage it"), ((GRAVE,), "review each: delete it by hand, or keep it")]
)
def test_the_table_offers_to_keep_only_what_opens_nothing(findings: tuple[Finding, ...], aim: str) -> None:
    found = [Resource(key=Key("aws_sqs_queue", "1", "us-east-1", (name,)), id=name) for name in ("one", "two")]
    drift = (Drift("unmanaged", None, found[0]), Drift("unmanaged", None, found[1], findings=findings))
    out = StringIO()
    table.render(Report(scope=Scope(), drift=drift), out, Look())

    assert f"aws_sqs_queue (2)  {aim}: drift fix --adopt 'aws_sqs_queue.*'" in out.getvalue()


def test_without_a_configuration_a_plan_tells() -> None:
    assert commands(modified(Change("policy", None, "{}"))) == [
        """terraform plan -target='module.a.aws_sqs_queue.jobs["x y"]'"""
    ]


def test_what_was_made_again_is_imported_under_its_old_address() -> None:
    gone = Drift("missing", queue("old", "aws_sqs_queue.old"), None, recreated_as=queue("new"))

    first = commands(gone)[0]
    assert shlex.split(first)[:7] == ["terraform", "state", "rm", "aws_sqs_queue.old", "&&", "terraform", "import"]
    assert first.endswith("/new")


@pytest.mark.parametrize("name", ["jobs", "9 lives", "${file}", 'a"b', "%{if}", "é"])
def test_an_import_block_is_hcl_whatever_the_name(name: str) -> None:
    block, _, plan = commands(Drift("unmanaged", None, queue(name)))[0].rpartition("\n")

    (found,) = hcl2.loads(f"{block}\n")["import"]
    assert set(found) >= {"to", "id"}
    assert plan == "terraform plan -generate-config-out=generated.tf"


def test_a_hostile_id_is_one_word_of_a_command() -> None:
    found = Resource(key=Key("aws_sqs_queue", "1", "r", ("x",)), id="x'; rm -rf $(pwd) #\x1b[2J")

    words = shlex.split(commands(Drift("unmanaged", None, found))[-1])
    assert words[:2] == ["drift", "ignore"]
    assert words[2].startswith("aws_sqs_queue.x'; rm -rf $(pwd) #")
    assert "\x1b" not in words[2]


def test_what_may_be_somebodys_is_not_to_be_deleted() -> None:
    sure, unsure = (steps(Drift("unmanaged", None, queue(), certain=certain)) for certain in (True, False))

    assert [s.what for s in sure if "delete it" in s.what] != []
    assert [s.what for s in unsure if "delete it" in s.what] == []
    assert unsure[0].what.startswith("Find out first whose it is")


@pytest.mark.parametrize(
    ("arn", "host"),
    [
        (ARN, "https://console.aws.amazon.com/go/view?arn=arn:aws:sqs:"),
        ("arn:aws-cn:sqs:cn-north-1:1:x", "https://console.amazonaws.cn/"),
        ("arn:aws-us-gov:sqs:us-gov-west-1:1:x", "https://console.amazonaws-us-gov.com/"),
        ("", ""),
        ("sg-1", ""),
        ("arn:evil:sqs:x", ""),
    ],
)
def test_the_console_of_the_partition(arn: str, host: str) -> None:
    link = AWS.console(arn)

    assert link.startswith(host)
    assert bool(link) is bool(host)
    assert '"' not in AWS.console('arn:aws:sqs:eu-west-1:1:"><script>')


FINDING = Finding(
    "sqs-public", "critical", "Everybody may send", "introduced", evidence="principal *", remedy="Name who may."
)


def test_the_page_says_what_happened_how_grave_it_is_and_what_to_do() -> None:
    drift = Drift(
        "modified",
        queue(address="aws_sqs_queue.jobs"),
        queue(),
        (Change("policy", None, "{}", undone=False),),
        (FINDING,),
    )
    page = "\n".join(story(drift, "https://example.com/x"))

    for part in ("aws_sqs_queue.jobs", "main.tf:3", "123456789012 eu-west-1", "https://example.com/x", "CRITICAL  ",
                 "Name who may.", "does NOT undo"):  # fmt: skip
        assert part in page


@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_saved_report_explains_too(tmp_path: Path, format_: str) -> None:
    drift = Drift("unmanaged", None, queue(), (), (FINDING,))
    file = tmp_path / "drift.json"
    file.write_text(json.dumps(document(Report(scope=Scope(), drift=(drift,)))))

    def explain(what: str) -> str:
        words = ["explain", "--report", str(file), what, "--format", format_]
        return CliRunner().invoke(cli, words, standalone_mode=False, catch_exceptions=False).output

    for name in ("jobs", ARN, queue().id, f"aws_sqs_queue.{queue().id}"):
        told = explain(name)
        assert "go/view?arn=arn:aws:sqs" in told
        assert "terraform plan -generate-config-out" in told
    if format_ == "json":
        assert json.loads(explain("jobs"))[0]["drift"]["findings"][0]["rule"] == "sqs-public"
    with pytest.raises(UsageError, match="Did you mean jobs"):
        explain("job")
