"""Reading states from wherever they are kept: against real servers on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from drift.desired import directory
from drift.desired.backends import Backends
from drift.desired.backends.url import scrubbed, shown
from drift.desired.load import read_states
from drift.errors import StateError
from tests.test_cli import TAMPERED, drift
from tests.test_state import queue, state

LOCK = {
    "ID": "0b5a", "Operation": "OperationTypeApply", "Info": "", "Who": "ann@laptop", "Version": "1.11.4",
    "Created": "2026-11-23T05:00:00.123456789Z", "Path": "terraform.tfstate",
}  # fmt: skip
IN_FLUX = "locked by ann@laptop since 2026-11-23T05:00:00Z (Apply): results may be in flux"


def names(*places: str, failing: bool = False) -> list[str]:
    """The queues in the states of these places, in the order they were read."""
    read, failed = read_states(places, Backends())
    assert failing or not failed, failed
    return [str(i.attributes["name"]) for s in read for i in s.instances]


def failure(place: str) -> StateError:
    read, failed = read_states([place], Backends())
    assert read == []
    assert len(failed) == 1
    return failed[0]


def put(path: Path, name: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(state(queue(name)))
    return path


def resolved(folder: Path, type_: str, **config: object) -> None:
    """What `terraform init` writes into a directory."""
    folder.joinpath(".terraform").mkdir(parents=True, exist_ok=True)
    backend = {"type": type_, "config": config, "hash": 1}
    folder.joinpath(".terraform/terraform.tfstate").write_text(json.dumps({"version": 3, "backend": backend}))


@pytest.fixture(autouse=True)
def nothing_selected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [n for n in os.environ if n.startswith(("AWS_", "TF_", "CI_", "GITLAB_", "CONSUL_", "PG", "KUBE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


# --- this machine


def test_standard_input() -> None:
    done = subprocess.run(
        ["drift", "check", "--state", "-", "--replay", TAMPERED / "tampered", "--format", "json"],
        input=(TAMPERED / "refreshed.tfstate").read_bytes(), capture_output=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)

    assert done.returncode == 1
    assert report["scope"]["sources"] == ["standard input"]
    assert report["summary"]["missing"] == 3


def test_bad_standard_input_is_told_by_name() -> None:
    done = subprocess.run(
        ["drift", "graph", "--side", "desired", "--state", "-"], input=b"{", capture_output=True, check=False
    )

    assert done.returncode == 2
    assert b"standard input: " in done.stderr


def test_lock_beside_a_state_is_a_warning(tmp_path: Path) -> None:
    file = put(tmp_path / "terraform.tfstate", "a")
    (tmp_path / ".terraform.tfstate.lock.info").write_text(json.dumps(LOCK))
    (read,), _ = read_states([str(file)], Backends())

    assert read.warnings == (f"{file}: {IN_FLUX}",)
    (tmp_path / ".terraform.tfstate.lock.info").write_text("half wri")
    (read,), _ = read_states([str(file)], Backends())
    assert read.warnings == (f"{file}: locked: results may be in flux",)


def test_lock_reaches_the_report(tmp_path: Path) -> None:
    shutil.copy(TAMPERED / "refreshed.tfstate", tmp_path / "terraform.tfstate")
    (tmp_path / ".terraform.tfstate.lock.info").write_text(json.dumps(LOCK))
    done = drift("check", "--replay", TAMPERED / "clean", cwd=tmp_path)

    assert f"terraform.tfstate: {IN_FLUX}" in " ".join(done.stdout.split())


def test_what_terraform_itself_locks_and_selects(tmp_path: Path) -> None:
    """Real Terraform holds the lock while a provisioner sleeps; and writes `.terraform` as we read it."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    (tmp_path / "main.tf").write_text(
        'terraform {\n  backend "local" {\n    path = "kept/here.tfstate"\n  }\n}\n'
        'resource "terraform_data" "quick" {}\n'
        'resource "terraform_data" "slow" {\n  depends_on = [terraform_data.quick]\n  provisioner "local-exec" {\n    command = "sleep 3"\n  }\n}\n'
    )

    def terraform(*args: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["terraform", *args], cwd=tmp_path, stdout=subprocess.DEVNULL)

    assert terraform("init", "-input=false").wait() == 0
    assert directory.place_of(tmp_path) == str(tmp_path / "kept/here.tfstate")
    assert terraform("workspace", "new", "blue").wait() == 0
    blue = tmp_path / "terraform.tfstate.d/blue/terraform.tfstate"
    assert directory.place_of(tmp_path) == str(blue)
    apply = terraform("apply", "-auto-approve", "-input=false")
    lock = blue.with_name(".terraform.tfstate.lock.info")
    while apply.poll() is None and not (lock.exists() and blue.exists() and lock.read_bytes() and blue.read_bytes()):
        time.sleep(0.05)
    (read,), failed = read_states([str(tmp_path)], Backends())
    apply.wait()

    assert failed == []
    assert "(Apply): results may be in flux" in read.warnings[0]
    assert "@" in read.warnings[0]
    assert read_states([str(tmp_path)], Backends())[0][0].warnings == ()


def test_workspaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "terraform.tfstate", "default")
    put(tmp_path / "terraform.tfstate.d/blue/terraform.tfstate", "blue")
    put(tmp_path / "terraform.tfstate.d/green/terraform.tfstate", "green")

    assert names(directory.place_of(tmp_path)) == ["default"]
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform/environment").write_text("blue")
    assert names(directory.place_of(tmp_path)) == ["blue"]
    monkeypatch.setenv("TF_WORKSPACE", "green")
    assert names(directory.place_of(tmp_path)) == ["green"]
    monkeypatch.setenv("TF_WORKSPACE", "red")
    assert "these have one: blue, green" in failure(directory.place_of(tmp_path)).hint
    monkeypatch.setenv("TF_WORKSPACE", "../../etc")
    with pytest.raises(StateError, match="not the name of a workspace"):
        directory.place_of(tmp_path)


def test_backend_that_init_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "kept/x.tfstate", "x")
    put(tmp_path / "ws/blue/terraform.tfstate", "blue")
    resolved(tmp_path, "local", path="kept/x.tfstate", workspace_dir="ws")

    assert names(directory.place_of(tmp_path)) == ["x"]
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    assert names(directory.place_of(tmp_path)) == ["blue"]
    monkeypatch.delenv("TF_WORKSPACE")
    (tmp_path / ".terraform").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("TF_DATA_DIR", "elsewhere")
    assert names(directory.place_of(tmp_path)) == ["x"]


def test_check_without_arguments_in_a_terraform_directory(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    shutil.copy(TAMPERED / "refreshed.tfstate", tmp_path / "kept/x.tfstate")
    resolved(tmp_path, "local", path="kept/x.tfstate")

    done = drift("check", "--replay", TAMPERED / "tampered", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["scope"]["sources"] == ["kept/x.tfstate"]
    resolved(tmp_path, "oss", bucket="b")
    unknown = drift("check", "--replay", TAMPERED / "clean", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "does not read states from the backend 'oss'" in unknown.stderr
    assert "terraform state pull | drift check --state -" in unknown.stderr


def test_directory_that_was_not_initialised(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}\n')

    with pytest.raises(StateError, match='keeps the state in backend "s3", and `terraform init` has not been run'):
        directory.place_of(tmp_path)


def test_directory_of_directories_follows_each_backend(tmp_path: Path) -> None:
    put(tmp_path / "plain/terraform.tfstate", "plain")
    put(tmp_path / "kept/x.tfstate", "x")
    resolved(tmp_path / "initialised", "local", path="../kept/x.tfstate")

    assert sorted(names(str(tmp_path))) == ["plain", "x"]


def test_states_come_in_the_order_asked_for_however_long_each_takes() -> None:
    class Slow:
        scheme = "slow"

        def find(self, url: str) -> list[str]:
            return [f"{url}/{i}" for i in range(20)]

        def read(self, url: str) -> bytes:
            name = url.removeprefix("slow://")
            time.sleep(0.2 if name.endswith("/0") else 0)
            with seen:
                at_once.add(threading.get_ident())
            return state(queue(name))

    seen, at_once = threading.Lock(), set[int]()
    read, failed = read_states(["slow://b", "slow://a"], Backends({"slow": Slow()}))

    assert failed == []
    assert [s.source for s in read] == [f"slow://{p}/{i}" for p in "ba" for i in range(20)]
    assert len(at_once) > 1


# --- secrets


@pytest.mark.parametrize(
    ("place", "name", "secret"),
    [
        ("https://u:pass-word@h/x?sig=s3cret&workspace=w", "https://***@h/x?sig=***&workspace=w", "s3cret"),
        ("pg://u:pa/ss@wo?rd@h/db", "pg://***@h/db", "pa/ss@wo?rd"),
        (
            "s3://b/a@b/k?sse_customer_key=s3cret&region=eu-west-1",
            "s3://b/a@b/k?sse_customer_key=***&region=eu-west-1",
            "s3cret",
        ),
        ("s3://b/k?endpoint=http://u:pass-word@minio:9000", "s3://b/k?endpoint=http://***@minio:9000", "pass-word"),
        ("https://h/x?s3cret", "https://h/x", "s3cret"),
        ("leaky://h/x?a=b&token=s3cret", "leaky://h/x?a=***&token=***", "s3cret"),
    ],
)
def test_secrets_of_a_url_are_not_shown(place: str, name: str, secret: str) -> None:
    assert shown(place) == name
    assert secret not in scrubbed(f"cannot connect to {place}, http://u:{secret}@h: {secret} is wrong", place)


def test_what_a_plugin_says_is_scrubbed_too() -> None:
    class Leaky:
        scheme = "leaky"

        def read(self, url: str) -> bytes:
            raise StateError(url, f"refused: {url}", "the token hunter22 is wrong")

    _, (error,) = read_states(["leaky://me:hunter22@host/x?token=abcdefgh"], {"leaky": Leaky()})

    assert str(error) == "leaky://***@host/x?token=***: refused: leaky://***@host/x?token=***\nthe token *** is wrong"
