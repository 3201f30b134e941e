"""What real Terraform plans after the edits of `drift fix`: nothing, for what was accepted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from drift.desired.load import Sources
from drift.provider.installed import installed
from drift.remedy.fix import Choices, Fix, fixed
from drift.remedy.prove import Copy, ProofError, Proved, named_by, prove
from drift.remedy.spec import Edit, Remedy
from drift.remedy.trial import Trial
from drift.run import Connection, Job
from drift.survey import Scope
from tests.support.line import InRegion
from tests.support.world import (
    NAMES,
    PROVIDER,
    REGION,
    WORLDS,
    Terraform,
    World,
    asking,
    attributes,
    cli_config,
    endpoint_provider,
    moto_server,
    session_for,
)

APPLY = ("apply", "-no-color", "-auto-approve", "-input=false")


def tampered(name: str, work: Path, choices: Choices) -> tuple[Fix, Proved]:
    """A world, applied and tampered with, and what drift would do about it, proved."""
    world = World(WORLDS / name)
    shutil.copytree(world.path, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tfstate", "*.jsonl"))
    main = (work / "main.tf").read_text()
    (work / "_provider.tf").write_text(PROVIDER + ("" if 'provider "aws"' in main else endpoint_provider()))
    with moto_server() as url, pytest.MonkeyPatch.context() as patch:
        terraform = Terraform(work, url)
        terraform("init", "-no-color", "-input=false")
        terraform(*APPLY)
        world.tamper(session_for(url), attributes(work / "terraform.tfstate"))
        for name_, value in terraform.env.items():
            patch.setenv(name_, value)
        with asking(url) as api:
            job = Job(scope=Scope(everything=True), comments=False)
            sources = Sources(places=(str(work / "terraform.tfstate"),), directories=(work,))
            trial = Trial(sources, [Connection("aws", InRegion(api, REGION))], installed(), job)
            fix = fixed(trial, choices)
            return fix, prove(fix, trial, shutil.which("terraform") or "terraform")


@pytest.mark.terraform
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_plan_changes_nothing_of_what_was_accepted(name: str, tmp_path: Path) -> None:
    if cli_config() is None:
        pytest.skip("terraform is not on the PATH")

    fix, proved = tampered(name, tmp_path, Choices(accept=("all",)))
    done = [r.address for _, r in fix.entries if not r.cannot]

    assert {a: proved.entries[a].why for a in done if proved.entries[a].verdict != "proved"} == {}


def copy(tmp_path: Path) -> Copy:
    (tmp_path / "root").mkdir()
    trial = object.__new__(Trial)
    return Copy("terraform", tmp_path / "copy", tmp_path / "root", trial)


def recorded(work: Path) -> tuple[Fix, Trial]:
    """A recorded world in a directory, all of whose changes are accepted."""
    world = World(WORLDS / "sqs")
    work.mkdir()
    shutil.copy(world.path / "main.tf", work)
    shutil.copy(world.path / "refreshed.tfstate", work / "terraform.tfstate")
    tape = world.tape("tampered", strict=False)
    job = Job(scope=Scope(everything=True, recorded=tape.types), comments=False)
    sources = Sources(places=(str(work / "terraform.tfstate"),), directories=(work,))
    trial = Trial(sources, [Connection("aws", InRegion(tape, REGION))], installed(), job)
    return fixed(trial, Choices(accept=("all",))), trial


@pytest.mark.parametrize("verb", ["apply", "destroy", "import", "state", "taint", "force-unlock", "console"])
def test_what_writes_is_never_run(verb: str, tmp_path: Path) -> None:
    with pytest.raises(ProofError, match="never runs"):
        copy(tmp_path).run(verb)


BROKEN = """\
#!/bin/sh
case "$1" in
  version) echo "Terraform v9.9.9" ;;
  validate)
    line=$(grep -n "delay_seconds .*= 30" main.tf | cut -d: -f1)
    [ -z "$line" ] || {{ printf 'Error: No such delay\\n\\n  on main.tf line %s, in resource "x" "y":\\n' "$line" >&2; exit 1; }} ;;
  show) cat "{plan}" ;;
esac
"""


def test_what_an_error_names_is_left_out_and_the_rest_is_proved(tmp_path: Path) -> None:
    fix, trial = recorded(tmp_path / "work")
    plan, stub = tmp_path / "plan.json", tmp_path / "terraform"
    plan.write_text(json.dumps({"resource_changes": []}))
    stub.write_text(BROKEN.format(plan=plan))
    stub.chmod(0o755)

    proved = prove(fix, trial, str(stub))

    assert proved.entries["aws_sqs_queue.fifo"].verdict == "proved"
    assert proved.entries["aws_sqs_queue.jobs"].verdict == "not proved"
    assert "Error: No such delay on main.tf line" in proved.entries["aws_sqs_queue.jobs"].why
    assert "1 of " in proved.summaries[0]
    assert "left out" in proved.summaries[0]


def test_an_error_is_of_the_edit_at_its_line_else_of_the_address_that_it_names(tmp_path: Path) -> None:
    new, old = tmp_path / "new.tf", tmp_path / "old.tf"
    old.write_text("a\nb\nc\n")
    one = Remedy("t.one", "adopt", (Edit(new, "1\n2\n"),))
    two = Remedy("t.two", "adopt", (Edit(new, "\n4\n5\n"),))
    three = Remedy('t.three["k"]', "accept", (Edit(old, "B", 2, 3),))

    def named(where: str) -> list[str]:
        return [*named_by(f"Error: no\n\n{where}\n", [one, two, three], lambda name: tmp_path / name)]

    assert named("  on new.tf line 2:") == ["t.one"]
    assert named("  on new.tf line 4, in locals:") == ["t.two"]
    assert named("│   on old.tf line 2:") == ['t.three["k"]']
    assert named('  on old.tf line 1, in resource "t" "three":') == ['t.three["k"]']
    assert named('  with t.three["k"],\n  on old.tf line 3:') == ['t.three["k"]']
    assert named("  on old.tf line 3:") == []


STUB = """\
#!/bin/sh
echo "$@" >> "{log}"
case "$1" in
  version) echo "Terraform v9.9.9" ;;
  show) cat "{plan}" ;;
esac
"""


def test_the_copy_is_planned_without_a_lock_and_nothing_else_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    fix, trial = recorded(work)
    changes = [
        {"address": "aws_sqs_queue.jobs", "mode": "managed", "change": {"actions": ["no-op"]}},
        {
            "address": "aws_sqs_queue.fifo",
            "mode": "managed",
            "change": {"actions": ["update"], "before": {"delay_seconds": 1}, "after": {"delay_seconds": 2}},
        },
    ]
    plan, log, stub = tmp_path / "plan.json", tmp_path / "log", tmp_path / "terraform"
    plan.write_text(json.dumps({"resource_changes": changes}))
    stub.write_text(STUB.format(log=log, plan=plan))
    stub.chmod(0o755)
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-destroy")
    before = {p: p.read_bytes() for p in work.iterdir()}

    proved = prove(fix, trial, str(stub))

    said = log.read_text().splitlines()
    assert [line.split()[0] for line in said] == ["version", "init", "validate", "fmt", "plan", "show"]
    assert "-lock=false" in said[4]
    assert proved.entries["aws_sqs_queue.jobs"].verdict == "proved"
    assert proved.entries["aws_sqs_queue.fifo"].why == "the plan still changes delay_seconds"
    assert {p: p.read_bytes() for p in work.iterdir()} == before
