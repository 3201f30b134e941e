"""What real Terraform plans after the edits of `drift fix`: nothing, for what was accepted."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from drift.desired.load import Sources
from drift.errors import UsageError
from drift.model.address import Address
from drift.model.drift import Change, Drift, Report
from drift.model.drift import Scope as Reported
from drift.model.resource import Key, Resource, Source
from drift.provider.installed import installed
from drift.remedy.fix import Choices, Fix, fixed, made
from drift.remedy.prove import Copy, ProofError, Proved, judged, named_by, program, prove
from drift.remedy.spec import Choice, Edit, Remedy
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


@pytest.mark.parametrize(("beside", "others"), [((), "; 1 other would change"), (("aws_sqs_queue.theirs",), "")])
def test_what_is_adopted_for_another_account_is_no_other_change(
    beside: tuple[str, ...], others: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = {"actions": ["no-op"], "importing": {"id": "x"}}
    names = ("aws_sqs_queue.ours", "aws_sqs_queue.theirs")
    plan = {"resource_changes": [{"address": n, "mode": "managed", "change": brought} for n in names]}
    one = copy(tmp_path)
    one = replace(one, trial=recorded(tmp_path / "work")[1])
    monkeypatch.setattr(Copy, "run", lambda _, *words: json.dumps(plan) if words[0] == "show" else "")
    told = one.told([(None, Remedy(names[0], "adopt"))], Proved(), beside)
    assert told.endswith(
        f"1 to import, 0 to add, 0 to change, 0 to destroy{others or ''}"
        + (", which these remedies do not touch" if others else "")
    )


def test_tags_that_the_provider_adds_are_named_in_the_proof() -> None:
    made = {"actions": ["update"], "before": {"tags_all": {}}, "after": {"tags_all": {"Team": "core"}}}
    proof = judged(None, Remedy("aws_sqs_queue.x", "adopt"), {"address": "aws_sqs_queue.x", "change": made})
    assert (proof.verdict, proof.why) == ("not proved", "the plan changes tags_all: the provider's default_tags")


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


ROOT = """\
terraform {
  required_version = ">= 1.7, < 3.0"
  backend "s3" {
    bucket = "not-asked"
  }
}

variable "size" {}

resource "terraform_data" "accepted" {
  input = "old"
}

resource "terraform_data" "given" {
  input = var.size
}

resource "terraform_data" "still" {
  input = "old"
}

resource "terraform_data" "reverted" {
  input = "old"
}

resource "terraform_data" "missing" {
  input = file("${path.module}/../../files/text")
}

resource "terraform_data" "forgotten" {}

resource "terraform_data" "new" {
  input = "moved"
}

module "private" {
  source = "git::https://git.example.com/private.git"
}

module "own" {
  source = "../modules/own"
}
"""
INNER = 'resource "terraform_data" "in" {\n  input = "old"\n}\n'


def instance(name: str, value: str, module: str = "") -> dict[str, object]:
    attributes = {
        "id": f"id-{name}",
        "input": {"value": value, "type": "string"},
        "output": {"value": value, "type": "string"},
        "triggers_replace": None,
    }
    return {
        "mode": "managed", "type": "terraform_data", "name": name, **({"module": module} if module else {}),
        "provider": 'provider["terraform.io/builtin/terraform"]',
        "instances": [{"schema_version": 0, "attributes": attributes}],
    }  # fmt: skip


def a_repository(folder: Path) -> Path:
    """A root module in a subdirectory, as `terraform init` leaves it: a module of the repository, and a fetched one."""
    root = folder / "infra" / "prod"
    (fetched := root / ".terraform" / "modules" / "private").mkdir(parents=True)
    (own := folder / "infra" / "modules" / "own").mkdir(parents=True)
    (folder / "files").mkdir()
    (folder / ".git").mkdir()
    (folder / "files" / "text").write_text("new")
    (root / "main.tf").write_text(ROOT)
    (root / "prod.tfvars").write_text('size = "old"\n')
    (fetched / "main.tf").write_text(INNER)
    (own / "main.tf").write_text(INNER)
    modules = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "own", "Source": "../modules/own", "Dir": "../modules/own"},
        {"Key": "private", "Source": "git::https://git.example.com/private.git", "Dir": ".terraform/modules/private"},
    ]
    (root / ".terraform" / "modules" / "modules.json").write_text(json.dumps({"Modules": modules}))
    resources = [
        instance("accepted", "new"), instance("given", "new"), instance("still", "new"), instance("reverted", "new"),
        instance("forgotten", "x"), instance("before", "moved"),
        instance("in", "new", "module.own"), instance("in", "old", "module.private"),
    ]  # fmt: skip
    resources[4]["instances"][0]["attributes"] |= {"input": None, "output": None}  # type: ignore[index]
    state = {"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {}}
    (folder / "pulled.tfstate").write_text(json.dumps({**state, "resources": resources, "check_results": None}))
    return root


def told_of(address: str, kind: Literal["modified", "missing"], state: Path) -> Drift:
    source = Source(str(state))
    key = Key("terraform_data", "1", "r", (address,))
    resource = Resource(key=key, id=address, address=Address.parse(address), source=source)
    actual = replace(resource, address=None) if kind == "modified" else None
    return Drift(kind, resource, actual, (Change("input", "old", "new", undone=True),) if actual else ())


@pytest.mark.terraform
@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on the PATH")
def test_real_terraform_proves_each_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, state = a_repository(tmp_path), tmp_path / "pulled.tfstate"
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/dev/null")
    files = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    def edit(path: Path, address: str, old: str, new: str, choice: Choice = "accept") -> Remedy:
        text = path.read_text()
        block = address.rpartition(".")[2]
        head = f'resource "terraform_data" "{block}"'
        at = text.index(old, text.index(head) if head in text else 0)
        return Remedy(address, choice, (Edit(path, new, at, at + len(old)),))

    main = root / "main.tf"
    forgotten, moved = (
        "removed {\n  from = terraform_data.forgotten\n  lifecycle {\n    destroy = false\n  }\n}",
        main.read_text(),
    )
    end = len(moved)
    remedies = [
        (told_of("terraform_data.accepted", "modified", state), edit(main, "terraform_data.accepted", '"old"', '"new"')),
        (told_of("terraform_data.given", "modified", state), edit(root / "prod.tfvars", "terraform_data.given", "old", "new")),
        (told_of("terraform_data.still", "modified", state), edit(main, "terraform_data.still", '"old"', '"else"')),
        (told_of("module.own.terraform_data.in", "modified", state),
         edit(tmp_path / "infra/modules/own/main.tf", "module.own.terraform_data.in", '"old"', '"new"')),
        (told_of("terraform_data.reverted", "modified", state), Remedy("terraform_data.reverted", "revert")),
        (told_of("terraform_data.missing", "missing", state), Remedy("terraform_data.missing", "revert")),
        (told_of("terraform_data.forgotten", "missing", state),
         edit(main, "terraform_data.forgotten", 'resource "terraform_data" "forgotten" {}', forgotten, "forget")),
        (None, Remedy("terraform_data.new", "adopt",
         (Edit(main, "\nmoved {\n  from = terraform_data.before\n  to   = terraform_data.new\n}\n", end, end),))),
    ]  # fmt: skip
    before, after = made(e for _, r in remedies for e in r.edits)
    fix = Fix(Report(scope=Reported()), list(remedies), before, after, roots={str(state): root})
    sources = Sources(places=(str(state),), directories=(root,), variable_files=(root / "prod.tfvars",))

    proved = prove(fix, Trial(sources, [], installed(), Job()), "terraform")

    assert {a: p.verdict for a, p in proved.entries.items() if p.verdict != "proved"} == {
        "terraform_data.still": "not proved"
    }, proved
    assert "input" in proved.entries["terraform_data.still"].why
    assert proved.entries["terraform_data.reverted"].why.startswith("1 to change: input")
    assert proved.entries["terraform_data.missing"].why == "1 to add"
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == files


@pytest.mark.terraform
@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on the PATH")
@pytest.mark.parametrize("place", ["pulled.tfstate", "terraform.tfstate.d/prod/terraform.tfstate"])
def test_a_proof_is_of_the_workspace_that_the_state_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The selected one, where the state's place does not tell: a remote one, or a copy of it."""
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/dev/null")
    (root := tmp_path / "root").mkdir()
    (root / "main.tf").write_text('resource "terraform_data" "a" {\n  input = "old ${terraform.workspace}"\n}\n')
    (root / ".terraform").mkdir()
    (root / ".terraform" / "environment").write_text("prod" if place == "pulled.tfstate" else "test")
    (state := root / place).parent.mkdir(parents=True, exist_ok=True)
    top = {
        "version": 4,
        "terraform_version": "1.9.0",
        "serial": 1,
        "lineage": "l",
        "outputs": {},
        "check_results": None,
    }
    state.write_text(json.dumps({**top, "resources": [instance("a", "new prod")]}))
    at = (root / "main.tf").read_text().index("old")
    remedy = Remedy("terraform_data.a", "accept", (Edit(root / "main.tf", "new", at, at + 3),))
    entries: list[tuple[Drift | None, Remedy]] = [(told_of("terraform_data.a", "modified", state), remedy)]
    fix = Fix(Report(scope=Reported()), entries, *made(remedy.edits), roots={str(state): root})

    proved = prove(fix, Trial(Sources(places=(str(state),), directories=(root,)), [], installed(), Job()), "terraform")

    assert proved.entries["terraform_data.a"].why == "0 to change", proved


def test_opentofu_is_taken_where_it_is_asked_for_or_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tofu", "terraform"):
        (folder := tmp_path / name).mkdir()
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    tofu, terraform = (str(tmp_path / n / n) for n in ("tofu", "terraform"))
    monkeypatch.delenv("TF", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "tofu"))
    assert program(None) == tofu

    monkeypatch.setenv("PATH", f"{tmp_path / 'terraform'}:{tmp_path / 'tofu'}")
    assert [program(None), program("tofu")] == [terraform, tofu]
    monkeypatch.setenv("TF", "tofu")
    assert program(None) == tofu
    with pytest.raises(UsageError, match="no such program"):
        program("opentofu")


def test_a_revert_is_proved_by_just_the_changes_that_drift_told() -> None:
    changes = (
        Change("size", 1, 2, undone=True),
        Change("tags.A", "a", "b", undone=True),
        Change("kept", 1, 2, undone=False),
    )
    drift = replace(told_of("terraform_data.a", "modified", Path("s")), changes=changes)

    def verdict(**differ: object) -> tuple[str, str]:
        made = {
            "actions": ["update"],
            "before": {**dict.fromkeys(differ, 0), "arn": "a"},
            "after": {**differ, "arn": None},
        }
        change = {"change": {**made, "after_unknown": {"arn": True}}}
        proof = judged(drift, Remedy("terraform_data.a", "revert"), change)
        return proof.verdict, proof.why

    assert verdict(size=1, tags={"A": "a"}, tags_all={}) == ("proved", "1 to change: size, tags, as drift told")
    assert verdict(size=1) == ("not proved", "the plan leaves tags as it is")
    assert verdict(size=1, tags={}, kept=1)[0] == "not proved"


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


@pytest.mark.parametrize(
    ("actions", "importing", "verdict"),
    [(["no-op"], {"id": "a"}, "proved"), (["update"], {"id": "a"}, "not proved"), (["create"], None, "not proved")],
)
def test_what_comes_along_has_to_be_imported_and_no_more(
    actions: list[str], importing: dict[str, str] | None, verdict: str
) -> None:
    drift = told_of("terraform_data.a", "modified", Path("s"))
    others = {"terraform_data.b": {"change": {"actions": actions, "importing": importing}}}
    remedy = Remedy("terraform_data.a", "accept", brings=("terraform_data.b",))

    assert judged(drift, remedy, None, others).verdict == verdict
    assert judged(drift, remedy, None).verdict == "not proved"
