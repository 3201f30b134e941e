"""The repository under test may be an attacker's: its drift.toml writes below the working directory alone, and reaches
no host that the person who runs drift did not allow."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from drift.cli import cli
from drift.desired.backends import Backends, web
from drift.errors import DriftError, StateError
from drift.model import trust
from tests.support.made import write_state


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of a repository, with an empty state and nothing in the environment."""
    for name in [n for n in os.environ if n.startswith("DRIFT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(trust.UNTRUSTED, "")
    monkeypatch.setenv(trust.HOSTS, "")
    (tmp_path / ".git").mkdir()
    (tmp_path / "work").mkdir()
    write_state({}, tmp_path / "work" / "own.tfstate")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def said(here: Path, text: str, *words: str) -> str:
    """What is said of such a drift.toml."""
    (here / "drift.toml").write_text(text)
    with pytest.raises(DriftError) as told:
        cli.main([*words, "check", "--replay", "none.jsonl", "--state", "own.tfstate"], standalone_mode=False)
    return str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        'format = ["json=../victim/authorized_keys"]',
        'output = "/etc/drift.json"',
        'output = "../../above.json"',
        'record = "tape.jsonl"',
        'output = "work/.git/hooks/pre-commit"',
    ],
)
def test_nothing_is_written_outside_of_the_working_directory(here: Path, text: str) -> None:
    assert "outside the working directory" in said(here, text)


def test_below_it_may_be_written(here: Path) -> None:
    assert "no such recording" in said(here, 'output = "work/report.json"')


def test_a_link_leads_where_it_leads(here: Path) -> None:
    (here / "work" / "out").symlink_to(here)

    assert "outside the working directory" in said(here, 'output = "work/out/x.json"')


def test_a_file_that_was_given_may_say_what_it_likes(here: Path) -> None:
    (here / "own.toml").write_text('output = "elsewhere.json"')
    with pytest.raises(DriftError, match="no such recording"):
        cli.main(
            ["check", "--replay", "none.jsonl", "--state", "own.tfstate", "--config-file", str(here / "own.toml")],
            standalone_mode=False,
        )


@pytest.mark.parametrize("key", ["state", "also-managed-by"])
def test_no_host_is_reached_that_nobody_allowed(here: Path, key: str) -> None:
    text = f'{key} = ["https://evil.test/state"]'

    assert "would connect to evil.test" in said(here, text)
    assert "no such recording" in said(here, text, "--allow-host", "*.test")


def test_the_users_own_cloud_is_no_foreign_host(here: Path) -> None:
    assert "no such recording" in said(here, 'state = ["s3://states/prod.tfstate"]')


@pytest.mark.parametrize(
    "text", ['output = "work/report.json"', 'state = ["s3://states/prod.tfstate"]', 'profile = "admin"']
)
def test_who_is_not_trusted_chooses_nothing(here: Path, text: str) -> None:
    assert "untrusted repository may not" in said(here, text, "--untrusted")


@pytest.mark.parametrize("text", ['with = "secret-values"', "emulator = true", 'replay = "clean.jsonl"'])
def test_nor_what_is_read_nor_who_answers(here: Path, text: str) -> None:
    """A tape of the repository's own would show an account without drift, and an emulator knows nothing."""
    assert "untrusted repository" in said(here, text, "--untrusted")
    assert "no such recording" in said(here, "emulator = false", "--untrusted")


@pytest.mark.parametrize("key", ["state", "also-managed-by", "var-file", "baseline", "rules-file", "driftignore"])
def test_who_is_not_trusted_shows_nothing_of_the_machine(here: Path, key: str) -> None:
    (here.parent / "elsewhere").write_text("{}")
    value = '"../elsewhere"' if key in ("baseline", "driftignore") else '["../elsewhere"]'

    assert "outside of the checkout" not in said(here, f"{key} = {value}")
    assert "outside of the checkout" in said(here, f"{key} = {value}", "--untrusted")
    assert "outside of the checkout" not in said(here, f"{key} = {value.replace('../', 'work/')}", "--untrusted")


def test_a_state_of_the_command_line_is_the_users_own_word(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(url: str, *_: object, **__: object) -> web.Reply:
        asked.append(url)
        raise StateError(url, "no answer")

    assert here.is_dir()
    monkeypatch.setattr(web, "_tried", lambda opener, request: get(request.full_url))
    arguments = ["graph", "--side", "desired", "--state", "https://states.test/one"]
    with pytest.raises(DriftError, match="no answer"):
        cli.main(["--untrusted", *arguments], standalone_mode=False)

    assert asked == ["https://states.test/one"]


def test_a_backend_of_the_configuration_reaches_no_host_either(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert here.is_dir()
    monkeypatch.setenv(trust.UNTRUSTED, "1")
    with pytest.raises(StateError, match=r"evil\.test is not contacted"):
        web.get("https://evil.test/state", "the state", {})


REACHING = [
    "https://evil.test/state",
    "consul://evil.test/state",
    "pg://user:pw@evil.test/states",
    "postgres://good.test,evil.test:5432/states",
    "pg:///states?host=evil.test",
    "k8s://namespace/suffix?server=https://evil.test",
    "s3://bucket/key?region=us-east-1&endpoint=https://evil.test",
    "s3://bucket/key?region=us-east-1&role_arn=arn:aws:iam::123456789012:role/r&sts_endpoint=https://evil.test",
    "gs://bucket/prefix/default.tfstate?access_token=t&endpoint=https://evil.test",
    "azurerm://account/container/key?access_key=aaaa&endpoint=https://evil.test/",
    "tfc://organization/workspace?hostname=evil.test",
]


@pytest.mark.parametrize("place", REACHING)
def test_no_backend_reaches_a_host_that_nobody_allowed(here: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration's backend block becomes such an address."""
    assert here.is_dir()
    monkeypatch.setenv(trust.UNTRUSTED, "1")
    monkeypatch.setenv(trust.HOSTS, "good.test")
    monkeypatch.setenv("KUBE_TOKEN", "t")
    monkeypatch.setattr(web, "_tried", lambda opener, request: pytest.fail(f"asked {request.full_url}"))
    with pytest.raises(StateError, match=r"evil\.test is not contacted"):
        Backends()[place.partition("://")[0]].read(place)


@pytest.mark.parametrize("place", REACHING)
def test_no_setting_reaches_one_either(here: Path, place: str) -> None:
    text = f'state = ["{place}"]'

    assert "would connect to " in said(here, text)
    assert "no such recording" in said(here, text, "--allow-host", "*.test")


def test_the_command_line_allows_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(trust.HOSTS, "")
    for place in REACHING:
        trust.allow(place)

    assert set(os.environ[trust.HOSTS].split(",")) == {"evil.test", "good.test"}


def test_so_does_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(trust.UNTRUSTED, "1")
    monkeypatch.setenv(trust.HOSTS, "")
    assert trust.refuses("cluster.test")
    monkeypatch.setenv("KUBE_HOST", "https://cluster.test:6443")
    assert not trust.refuses("cluster.test")


@pytest.mark.parametrize("word", ["profile", "role_arn"])
def test_no_backend_chooses_whose_credentials_read_a_state(here: Path, word: str) -> None:
    block = f'terraform {{\n  backend "s3" {{\n    bucket = "b"\n    key = "k"\n    region = "r"\n    {word} = "admin"\n  }}\n}}\n'
    (here / "work" / "main.tf").write_text(block)
    for state in ([], ["--state", "."]):
        with pytest.raises(DriftError, match=f"the backend chooses {word}, and the repository is not trusted"):
            cli.main(["--untrusted", "graph", "--side", "desired", *state], standalone_mode=False)


def test_the_command_line_chooses_them(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = 'backend "s3" {\n    bucket = "b"\n    key = "k"\n    profile = "admin"\n  }'
    (here / "work" / "main.tf").write_text(f"terraform {{\n  {block}\n}}\n")
    monkeypatch.setattr("drift.desired.backends.s3.read", lambda url: pytest.fail(url))
    asked = ["--untrusted", "graph", "--side", "desired"]
    with pytest.raises(pytest.fail.Exception, match="profile=ci"):
        cli.main([*asked, "--backend-config", "profile=ci"], standalone_mode=False)
    with pytest.raises(DriftError, match="chooses profile"):  # it is for places that name none
        cli.main([*asked, "--state-profile", "ci"], standalone_mode=False)


def _local(here: Path) -> None:
    (here / "work" / "main.tf").write_text(
        'terraform {\n  backend "local" {\n    path = "../../other.tfstate"\n  }\n}\n'
    )


def _workspaces(here: Path) -> None:
    folder = here.parent / f"of-{here.name}"
    block = f'backend "local" {{\n    workspace_dir = "../../{folder.name}"\n  }}'
    (here / "work" / "main.tf").write_text(f"terraform {{\n  {block}\n}}\n")
    (here / "work" / ".terraform").mkdir()
    (here / "work" / ".terraform" / "environment").write_text("else")
    (folder / "else").mkdir(parents=True)
    (folder / "else" / "terraform.tfstate").write_bytes((here.parent / "other.tfstate").read_bytes())


def _link(here: Path) -> None:
    (here / "work" / "terraform.tfstate").symlink_to("../../other.tfstate")


@pytest.mark.parametrize("lay", [_local, _workspaces, _link])
@pytest.mark.parametrize("state", [[], ["--state", "."]], ids=["here", "named"])
def test_no_configuration_shows_a_state_of_elsewhere(here: Path, lay: Callable[[Path], None], state: list[str]) -> None:
    write_state({}, here.parent / "other.tfstate")
    (here / "work" / "own.tfstate").unlink()
    lay(here)
    asked = ["graph", "--side", "desired", *state]
    with pytest.raises(DriftError, match=r"out(side)? of the checkout, and the repository is not trusted"):
        cli.main(["--untrusted", *asked], standalone_mode=False)
    cli.main(["--untrusted", "graph", "--side", "desired", "--state", "../../other.tfstate"], standalone_mode=False)
    os.environ[trust.UNTRUSTED] = ""
    cli.main(asked, standalone_mode=False)


@pytest.mark.parametrize("name", ["drift.toml", "pyproject.toml", ".driftignore", "drift-baseline.json"])
def test_no_file_that_is_found_is_a_link_to_elsewhere(here: Path, name: str) -> None:
    (here.parent / "credentials").write_text("[default]\nkey = 1\n")
    (here / name).symlink_to("../credentials")
    asked = ["check", "--replay", "none.jsonl", "--state", "own.tfstate"]
    with pytest.raises(DriftError, match=f"{name}: the link leads out of the checkout"):
        cli.main(["--untrusted", *asked], standalone_mode=False)
    os.environ[trust.UNTRUSTED] = ""
    with pytest.raises(DriftError) as told:
        cli.main(asked, standalone_mode=False)
    assert "checkout" not in str(told.value)
