"""Whoever names what does not exist is told so: a clean report of nothing would be taken for one of everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.errors import UsageError
from drift.model.address import Address
from drift.model.drift import Drift, Report, Scope
from drift.model.resource import Key, Resource, Source
from drift.report.json import document

ACCOUNT = "123456789012"


@pytest.fixture
def saved(tmp_path: Path) -> str:
    """A report of a group that was changed in module.web, of an account with module.db in sync."""
    group = Resource(
        key=Key("aws_security_group", ACCOUNT, "eu-west-1", ("sg-1",)),
        id="sg-1",
        address=Address.parse("module.web.aws_security_group.a"),
        source=Source("terraform.tfstate"),
    )
    scope = Scope((ACCOUNT,), ("eu-west-1",), ("terraform.tfstate",), 1, modules=("module.db", "module.web"))
    report = Report(scope=scope, drift=(Drift("missing", group, None),))
    file = tmp_path / "drift.json"
    file.write_text(json.dumps(document(report)))
    return str(file)


def asked(saved: str, *options: str) -> int:
    return int(
        CliRunner().invoke(cli, ["report", saved, *options], standalone_mode=False, catch_exceptions=False).return_value
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--type", "aws_nope"], "no type matches 'aws_nope'"),
        (["--type", "aws_s3_bucke"], "Did you mean aws_s3_bucket"),
        (["--module", "module.typo"], "no module matches 'module.typo'"),
        (["--module", "wbe"], "--module: no module matches 'wbe'"),
        (["--in-region", "eu-west-9"], "Did you mean eu-west-1"),
        (["--in-account", "210987654321"], f"There are: {ACCOUNT}."),
        (["--fail-on", "type=aws_iam_roel"], "Did you mean aws_iam_role"),
        (["--fail-on", "account=210987654321"], "looked at no account"),
        (["--fail-on", "region=us-*"], "looked at no region"),
        (["--format", "jsno"], "Did you mean json"),
    ],
)
def test_a_name_of_nothing_is_an_error(saved: str, options: list[str], told: str) -> None:
    with pytest.raises(UsageError) as error:
        asked(saved, *options)

    assert told in str(error.value)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--type", "aws_s3_bucket"], 0),
        (["--type", "aws_security_*"], 1),
        (["--module", "module.db"], 0),
        (["--module", "web"], 1),
        (["--module", "root"], 0),
        (["--in-region", "eu-*"], 1),
        (["--in-region", "global"], 0),
        (["--fail-on", "type=aws_iam_*"], 0),
        (["--fail-on", f"account={ACCOUNT},region=eu-west-?"], 1),
    ],
)
def test_a_name_of_something_that_did_not_drift_is_none(saved: str, options: list[str], status: int) -> None:
    assert asked(saved, *options) == status


def test_the_report_is_written_before_the_policy_is_found_wrong(saved: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        asked(saved, "--format", f"json={tmp_path / 'again.json'}", "--fail-on", "account=1*9")

    assert json.loads((tmp_path / "again.json").read_text())["summary"]["missing"] == 1


def test_an_older_report_does_not_know_its_modules(saved: str, tmp_path: Path) -> None:
    old = json.loads(Path(saved).read_text())
    del old["scope"]["modules"]
    (tmp_path / "old.json").write_text(json.dumps(old))

    assert asked(str(tmp_path / "old.json"), "--module", "module.typo") == 0


def test_a_state_that_is_not_there_is_told_before_any_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    done = CliRunner().invoke(cli, ["check", "--state", "nothere", "--state", "nor*/here"], standalone_mode=False)

    assert str(done.exception).startswith("nothere: no such file")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["help"], "drift demo"),
        (["help", "baseline", "write"], "baseline write [OPTIONS]"),
        (["version"], "resource types"),
    ],
)
def test_help_and_version_are_commands_too(words: list[str], says: str) -> None:
    done = CliRunner().invoke(cli, words)

    assert (done.exit_code, says in done.output) == (0, True)


@pytest.mark.parametrize(
    ("words", "says"), [(["help", "chekc"], "Did you mean check"), (["help", "check", "x"], "'x' is unknown")]
)
def test_help_for_nothing_is_an_error(words: list[str], says: str) -> None:
    done = CliRunner().invoke(cli, words)

    assert (done.exit_code, says in done.output) == (2, True)


@pytest.mark.parametrize(
    ("environment", "options", "colours"),
    [({}, [], False), ({"FORCE_COLOR": "1"}, [], True), ({"FORCE_COLOR": "1"}, ["--no-color"], False), ({"FORCE_COLOR": "0"}, [], False)],
)  # fmt: skip
def test_a_log_of_a_ci_may_have_colours(
    saved: str, environment: dict[str, str], options: list[str], colours: bool
) -> None:
    done = CliRunner(env={"NO_COLOR": None, "FORCE_COLOR": None, **environment}).invoke(
        cli, ["report", saved, *options], color=True
    )

    assert ("\x1b[" in done.output) is colours
