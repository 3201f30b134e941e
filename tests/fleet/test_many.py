"""Many accounts, one run, one report."""

from __future__ import annotations

import ast
import inspect
import json
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from drift.fleet.merge import merged
from drift.model.drift import Report
from tests.cli.test_cli import Done, drift
from tests.support.fleet import REGIONS, Made, entry, make, number, queue, state, tape


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("organisation"), 4)


@pytest.fixture
def made(organisation: Made, tmp_path: Path) -> Made:
    """A copy that a test may change."""
    shutil.copytree(organisation.folder, tmp_path / "o")
    return Made(tmp_path / "o", organisation.ids)


def checked(made: Made, *more: str, **how: Any) -> Done:
    return drift(*made.arguments, *more, **how)


def told(made: Made, *more: str) -> dict[str, Any]:
    out = checked(made, "--format", "json", *more)
    assert out.returncode in (0, 1, 3), out.stderr
    found: dict[str, Any] = json.loads(out.stdout)
    return found


def test_every_account_is_compared_with_its_own_states(organisation: Made) -> None:
    report = told(organisation)
    assert report["summary"]["managed"] == 16
    by_account = {a["account"]: (a["modified"], a["unmanaged"], a["in_sync"]) for a in report["accounts"]}
    assert by_account == {
        number(0): (0, 2, 4),
        number(1): (2, 2, 2),
        number(2): (0, 2, 4),
        number(3): (0, 2, 4),
    }
    assert {(d["account"], d["region"]) for d in report["drift"]} == {(a, r) for a in organisation.ids for r in REGIONS}
    assert report["scope"]["accounts"] == list(organisation.ids)
    assert {a["coverage_percent"] for a in report["accounts"]} == {66.7}


def test_an_account_that_cannot_be_opened_is_a_gap_of_its_own(made: Made) -> None:
    whole = told(made)
    lost = made.ids[1]
    (made.folder / "tapes" / f"{lost}.jsonl").unlink()
    out = checked(made, "--fail-on", "none")
    assert out.returncode == 3
    assert f"account-1 ({lost})  not read: " in out.stdout
    report = told(made)
    assert [d for d in whole["drift"] if d["account"] != lost] == report["drift"]
    assert [(g["type"], g["account"], g["code"]) for g in report["coverage"]["gaps"]] == [("*", lost, "NotReached")]
    assert {(u["account"], u["code"]) for u in report["coverage"]["unread"]} == {(lost, "NotReached")}
    assert report["summary"]["unread"] == 4
    assert report["summary"]["missing"] == 0
    assert [bool(a.get("failure")) for a in report["accounts"]] == [False, True, False, False]
    assert [a for a in report["accounts"] if a["account"] != lost] == [
        a for a in whole["accounts"] if a["account"] != lost
    ]


def test_credentials_of_another_account_are_not_taken_for_the_right_ones(made: Made) -> None:
    shutil.copy(made.folder / "tapes" / f"{made.ids[0]}.jsonl", made.folder / "tapes" / f"{made.ids[1]}.jsonl")
    report = told(made)
    assert report["accounts"][1]["failure"].startswith(
        f"the credentials are of account {made.ids[0]}, not of {made.ids[1]}"
    )
    assert not any(d["account"] == made.ids[1] for d in report["drift"])


def test_a_fault_in_one_account_costs_no_other(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from drift.fleet import cell

    compare = cell.compare  # type: ignore[attr-defined]

    def faulty(desired: Any, connections: Any, *rest: Any, **more: Any) -> Any:
        if connections[0].api.account == made.ids[2]:
            raise RuntimeError("secret")
        return compare(desired, connections, *rest, **more)

    monkeypatch.setattr(cell, "compare", faulty)
    report = told(made)
    assert report["accounts"][2]["failure"] == "internal error in drift: RuntimeError"
    assert report["summary"]["unread"] == 4
    assert report["summary"]["modified"] == 2


def test_a_state_that_drift_fails_in_costs_its_own_account_alone(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from drift.fleet import cell

    laid = cell.laid  # type: ignore[attr-defined]

    def faulty(states: Any, sources: Any, edited: Any = None) -> Any:
        if any(account in state.source for state in states for account in (made.ids[2], number(9))):
            raise RuntimeError("secret")
        return laid(states, sources, edited)

    whole = told(made)
    (made.folder / "states" / f"{number(9)}.tfstate").write_text(state([queue(number(9), "eu-west-1", "q")]))
    monkeypatch.setattr(cell, "laid", faulty)
    report = told(made)
    assert report["accounts"][2]["failure"] == "internal error in drift: RuntimeError"
    assert [Path(text.partition(": ")[0]).stem for text in report["coverage"]["states"]] == [
        made.ids[2],
        number(9),
    ]
    assert report["drift"] == [d for d in whole["drift"] if d["account"] != made.ids[2]]
    assert checked(made, "--fail-on", "none").returncode == 3


def test_accounts_that_are_not_chosen_are_left_out_and_told(organisation: Made) -> None:
    report = told(organisation, "--account", "account-0,account-1")
    assert [a["name"] for a in report["accounts"]] == ["account-0", "account-1"]
    assert report["warnings"] == [
        f"2 accounts were left out because they were not selected; the states hold 8 resources there: {number(2)}, "
        + number(3)
    ]
    assert report["coverage"]["unread"] == []
    assert [a["name"] for a in told(organisation, "-t", "odd")["accounts"]] == ["account-1", "account-3"]


def test_states_of_an_account_that_nobody_reads_are_not_read_and_never_missing(made: Made) -> None:
    (made.folder / "states" / "other.tfstate").write_text(state([queue(number(9), "eu-west-1", "q")]))
    report = told(made)
    assert [(u["address"], u["account"], u["code"]) for u in report["coverage"]["unread"]] == [
        ("aws_sqs_queue.q", number(9), "OtherAccount")
    ]
    assert report["summary"]["missing"] == 0
    assert len(report["scope"]["sources"]) == 5


def test_a_state_that_spans_accounts_is_compared_in_each_and_told_once(made: Made) -> None:
    first, second = made.ids[:2]
    both = [queue(first, "eu-west-1", "span"), {**queue(second, "eu-west-1", "span"), "name": "there"}]
    unknown = {
        "mode": "managed",
        "type": "aws_nothing",
        "name": "x",
        "provider": both[0]["provider"],
        "instances": [{}],
    }
    (made.folder / "states" / "both.tfstate").write_text(state([*both, unknown]))
    for account in (first, second):
        queues = {r: {"q0": 30, "q1": 30, "stray": 30} for r in REGIONS}
        queues["eu-west-1"]["span"] = 30 if account == first else 7
        (made.folder / "tapes" / f"{account}.jsonl").write_text(tape(account, queues))
    report = told(made)
    assert [d["address"] for d in report["drift"] if "span" in d["id"]] == ["aws_sqs_queue.there"]
    assert report["coverage"]["not_covered"] == {"aws_nothing": 1}
    assert sum("both.tfstate" in s for s in report["scope"]["sources"]) == 1
    assert [a["states"] for a in report["accounts"]] == [2, 2, 1, 1]
    assert report["summary"]["managed"] == 18


def test_what_two_states_claim_is_told(made: Made) -> None:
    held = {**queue(made.ids[0], "eu-west-1", "q0"), "name": "mine"}
    elsewhere = {**queue(made.ids[1], "eu-west-1", "q1"), "name": "other"}
    (made.folder / "states" / "claims.tfstate").write_text(state([held, elsewhere]))
    (warning, other) = told(made)["warnings"]
    assert "q0 is managed twice: aws_sqs_queue.mine" in warning
    assert "q1 is managed twice" in other


def test_the_policy_counts_by_account(organisation: Made) -> None:
    assert checked(organisation, "--fail-on", f"account={number(1)},modified").returncode == 1
    assert checked(organisation, "--fail-on", f"account={number(0)},modified").returncode == 0
    assert checked(organisation, "--fail-on", "account=account-1,modified").returncode == 1
    assert checked(organisation, "--fail-on", "account=account-9").returncode == 2


def test_a_rule_matches_nothing_only_where_no_account_has_it(made: Made) -> None:
    rule = '[[ignore]]\ntype = "aws_sqs_queue"\n{}\nreason = "x"\n'
    one, none = rule.format(f'account = "{made.ids[1]}"'), rule.format('id = "nobody"')
    (made.folder / "drift.toml").write_text(one + none)
    words = ["--config-file", str(made.folder / "drift.toml")]
    report = told(made, *words)
    assert [w.partition(": ")[2] for w in report["warnings"]] == ["the rule matches nothing: correct or remove it"]
    assert ":5:" in report["warnings"][0]
    assert report["accounts"][1]["modified"] == 0
    assert not [w for w in told(made, *words, "--account", "account-0")["warnings"] if "the rule" in w]
    (made.folder / "tapes" / f"{made.ids[1]}.jsonl").unlink()
    assert not [w for w in told(made, *words)["warnings"] if "the rule" in w]


def test_rules_and_filters_know_names_of_accounts(made: Made) -> None:
    (made.folder / "drift.toml").write_text(
        '[[ignore]]\naccount = "account-1"\nkind = "modified"\nreason = "x"\n'
        '[[owner]]\nname = "them"\nwhen = "account_name == \'account-2\'"\n'
    )
    report = told(made, "--config-file", str(made.folder / "drift.toml"))
    assert [(a["name"], a["modified"], a["unmanaged"]) for a in report["accounts"]] == [
        ("account-0", 0, 2),
        ("account-1", 0, 2),
        ("account-2", 0, 0),
        ("account-3", 0, 2),
    ]
    assert {i["account"] for i in report["ignored"]} == {number(1)}
    found = told(made, "--filter", "account_name == 'account-1' || account == '" + number(3) + "'")["drift"]
    assert {d["account"] for d in found} == {number(1), number(3)}
    assert "no account is called 'account-7'" in checked(made, "--filter", "account_name == 'account-7'").stderr
    assert "Compare account_name with a name" in checked(made, "--filter", "account == 'account-1'").stderr


def test_a_run_is_kept_as_one_scan(made: Made, tmp_path: Path) -> None:
    """What a store has of an account is the same, whether a run looks at it alone or beside others."""
    pytest.importorskip("duckdb")
    alone, several = tmp_path / "alone.db", tmp_path / "several.db"
    one = made.ids[1]
    words = ["--keep", "--scope", "all", "--judge", "all,account"]
    assert checked(made, *words, "--store", str(several)).returncode == 1
    source = made.folder / "states" / f"{one}.tfstate"
    recording = made.folder / "tapes" / f"{one}.jsonl"
    drift("check", "--state", source, "--replay", recording, *words, "--store", alone)

    def rows(store: Path, text: str) -> Any:
        return json.loads(drift("query", "--store", store, "--format", "json", text).stdout)

    tables = ("resource", "drift", "change", "finding", "collection", "account")
    for table in tables:
        which = "from drift" if table == "change" else ""
        own = f"select * exclude (scan) from {table} order by all"
        of = f"where account = '{one}'" if not which else f"where fingerprint in (select fingerprint {which})"
        there = rows(several, f"select * exclude (scan) from {table} {of} order by all")
        assert there == rows(alone, own), table
        assert there, table
    (scan,) = rows(several, "select accounts, managed, modified, unmanaged, incomplete from scan")
    assert scan == {
        "accounts": list(made.ids), "managed": 16, "modified": 2, "unmanaged": 8, "incomplete": False,
    }  # fmt: skip
    assert rows(several, "select passed from rule where rule = 'sqs-public'") == [{"passed": 24}]
    assert rows(alone, "select passed from rule where rule = 'sqs-public'") == [{"passed": 6}]
    again = checked(made, *words, "--store", str(several), "--fail-on", "new")
    assert again.returncode == 0, again.stderr


def test_calls_are_estimated_for_each_account_and_in_all(made: Made) -> None:
    out = checked(made, "--estimate")
    assert out.returncode == 0, out.stderr
    first, *lines = out.stdout.splitlines()
    assert first.startswith("About 32 calls to 4 accounts: 8 to list resources, 24 to read")
    assert lines[lines.index("By account:") + 1 :] == [f"  account-{n} ({number(n)})      8" for n in range(4)]
    (made.folder / "tapes" / f"{made.ids[0]}.jsonl").unlink()
    out = checked(made, "--estimate")
    assert out.returncode == 3
    assert out.stdout.startswith("About 24 calls to 3 accounts")
    assert f"account-0 ({number(0)})      ?  " in out.stdout


def test_drift_of_all_accounts_is_accepted_in_one_file(made: Made, tmp_path: Path) -> None:
    """What could not be read keeps its entries."""
    file = str(tmp_path / "baseline.json")
    words = [*made.arguments[1:], "--baseline", file]
    out = drift("baseline", "write", *words, "--reason", "old")
    assert "10 drifted resources in 4 accounts accepted" in out.stdout, out.stderr
    assert drift("check", *words).returncode == 0
    accepted = json.loads(Path(file).read_text())["entries"]
    (made.folder / "tapes" / f"{made.ids[1]}.jsonl").unlink()
    calm = {r: {"q0": 30, "q1": 30} for r in REGIONS}
    (made.folder / "tapes" / f"{made.ids[0]}.jsonl").write_text(tape(made.ids[0], calm))
    assert "4 drifted resources in 2 accounts accepted" in drift("baseline", "write", *words).stdout
    assert json.loads(Path(file).read_text())["entries"] == [e for e in accepted if e["account"] != made.ids[0]]


def test_a_resource_of_one_of_several_accounts_is_explained(made: Made) -> None:
    queue_ = f"https://sqs.eu-west-1.amazonaws.com/{made.ids[1]}/q0"
    (made.folder / "tapes" / f"{made.ids[3]}.jsonl").unlink()
    out = drift("explain", queue_, *made.arguments[1:])
    assert out.returncode == 0, out.stderr
    assert "is modified outside Terraform: visibility_timeout_seconds" in out.stdout
    assert f"account-1 ({made.ids[1]}) eu-west-1" in out.stdout
    assert out.stderr.startswith(f"account-3 ({made.ids[3]}) could not be read: ")
    every = json.loads(drift("explain", "aws_sqs_queue.q0-eu-west-1", *made.arguments[1:], "--format", "json").stdout)
    assert [(e["account"], e["verdict"]) for e in every] == [
        (made.ids[0], "in sync"),
        (made.ids[1], "modified"),
        (made.ids[2], "in sync"),
    ]
    assert "no resource has the address" in drift("explain", "nothing", *made.arguments[1:]).stderr


def test_commands_that_read_a_report_know_accounts(made: Made, tmp_path: Path) -> None:
    saved, calm = tmp_path / "r.json", tmp_path / "calm.json"
    checked(made, "--format", f"json={saved}")
    label = f"account-1 ({made.ids[1]})"

    assert f"{label} eu-west-1" in drift("explain", "aws_sqs_queue.q0-eu-west-1", "--report", saved).stdout
    report = json.loads(saved.read_text())
    calm.write_text(json.dumps({**report, "drift": []}))
    out = drift("diff", calm, saved)
    assert f"visibility_timeout_seconds; in {label} us-east-1" in out.stdout
    assert out.stdout.count("; in account-") == len(report["drift"])

    live, file = tmp_path / "live.json", tmp_path / "saved.json"
    drift("baseline", "write", *made.arguments[1:], "--baseline", live)
    out = drift("baseline", "write", "--report", saved, "--baseline", file)
    assert "10 drifted resources in 4 accounts accepted" in out.stdout, out.stderr
    assert file.read_text() == live.read_text()


def test_a_saved_report_takes_out_of_a_baseline_what_it_says_is_gone(made: Made, tmp_path: Path) -> None:
    file, saved = str(tmp_path / "b.json"), tmp_path / "r.json"
    drift("baseline", "write", *made.arguments[1:], "--baseline", file, "--reason", "known")
    calm = {r: {"q0": 30, "q1": 30} for r in REGIONS}
    (made.folder / "tapes" / f"{made.ids[0]}.jsonl").write_text(tape(made.ids[0], calm))
    (made.folder / "tapes" / f"{made.ids[1]}.jsonl").unlink()
    checked(made, "--baseline", file, "--format", f"json={saved}")
    before = json.loads(Path(file).read_text())["entries"]

    drift("baseline", "write", "--report", saved, "--baseline", file)

    assert json.loads(Path(file).read_text())["entries"] == [e for e in before if e["account"] != made.ids[0]]
    assert {e["reason"] for e in before} == {"known"}


def test_drift_is_ignored_in_one_account(made: Made) -> None:
    out = drift("ignore", "aws_sqs_queue.*", "--in-account", "account-1", "--reason", "x", cwd=made.folder)
    assert "aws_sqs_queue.* is ignored in account-1: x" in out.stdout
    report = told(made, "--config-file", str(made.folder / "drift.toml"))
    assert [(a["name"], a["modified"] + a["unmanaged"]) for a in report["accounts"]] == [
        ("account-0", 2),
        ("account-1", 0),
        ("account-2", 2),
        ("account-3", 2),
    ]


def test_a_report_that_is_read_again_tells_the_same(organisation: Made, tmp_path: Path) -> None:
    table = checked(organisation, "--format", "table", "--format", f"json={tmp_path / 'r.json'}").stdout
    assert drift("report", tmp_path / "r.json").stdout == table


def test_recordings_are_one_for_each_account(organisation: Made, tmp_path: Path) -> None:
    out = checked(organisation, "--record", str(tmp_path / "t"))
    assert out.returncode == 2
    assert "--record and --replay" in out.stderr
    (tmp_path / "f").write_text("")
    words = [str(tmp_path / "f") if w.endswith("tapes") else w for w in organisation.arguments]
    out = drift(*words)
    assert out.returncode == 2
    assert "is a file; of several accounts, it is a directory" in out.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--organization"], "--organization needs --role-name"),
        (["--organization", "--accounts", "a.yml", "--role-name", "x"], "both name the accounts"),
        (["--role-name", "x"], "--role-name, --external-id and --ou are for --organization"),
        (["--account", "x"], "choose among several accounts"),
        (["--accounts", "nowhere.yml"], "nowhere.yml: cannot be read"),
    ],
)
def test_options_that_make_no_sense(words: list[str], message: str, organisation: Made) -> None:
    out = drift("check", "--state", organisation.folder / "states", *words)
    assert out.returncode == 2
    assert message in out.stderr
    assert len(out.stderr.splitlines()) == 2


def test_accounts_are_listed_and_tried(made: Made) -> None:
    (made.folder / "tapes" / f"{made.ids[3]}.jsonl").unlink()
    (made.folder / "states" / "other.tfstate").write_text(state([queue(number(9), "eu-west-1", "q")]))
    out = drift("accounts", *made.arguments[1:], "--check")
    assert out.returncode == 3
    lines = out.stdout.splitlines()
    assert lines[0] == f"ok    {number(0)}  account-0  arn:aws:iam::{number(0)}:role/audit"
    assert any(line.startswith(f"FAIL  {number(3)}") for line in lines)
    assert "4 accounts, 3 can be reached" in lines
    assert lines[-1].endswith(f"other.tfstate: also of {number(9)}, which nobody reads")
    found = json.loads(drift("accounts", *made.arguments[1:], "--format", "json").stdout)
    assert [len(a["states"]) for a in found["accounts"]] == [1, 1, 1, 1]


@pytest.mark.parametrize("form", ["cloudformation", "terraform"])
def test_the_role_for_every_account_is_written(form: str) -> None:
    out = drift("accounts", "--role-template", form, "--trust", number(0), "--name", "audit", "--external-id", "w")
    assert out.returncode == 0, out.stderr
    assert f":iam::{number(0)}:root" in out.stdout
    assert "sts:ExternalId" in out.stdout
    assert "ec2:DescribeRegions" in out.stdout
    if form == "cloudformation":
        assert len(out.stdout) < 51_200  # what CloudFormation takes in a call
        assert "Role" in json.loads(out.stdout)["Resources"]
    assert "needs --trust" in drift("accounts", "--role-template", form).stderr


def test_an_entry_without_a_role_is_read_with_ones_own_credentials(made: Made) -> None:
    text = (made.folder / "accounts.yml").read_text()
    (made.folder / "accounts.yml").write_text(text.replace(f"  role: arn:aws:iam::{number(0)}:role/audit\n", ""))
    assert "your own credentials" in drift("accounts", "--accounts", made.folder / "accounts.yml").stdout
    assert entry(number(0), "x") not in (made.folder / "accounts.yml").read_text()


def test_every_field_of_a_report_is_merged() -> None:
    """A field that merging forgets would be lost in runs of several accounts alone."""
    tree = ast.parse(inspect.getsource(merged))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Report"]
    assert {f.name for f in fields(Report)} == {word.arg for word in calls[0].keywords}
