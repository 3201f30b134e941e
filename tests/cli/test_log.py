"""The log: what drift did and how long it took, for its owner alone, without secrets."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.cli import cli, log
from drift.errors import UsageError
from drift.model.journal import LOG, note, timed
from tests.support.world import WORLDS

WORLD = WORLDS / "security-groups"
TOKEN = "ghp_" + "C4n4ry" * 6


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    yield
    log.end()


def events(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def checked(*words: str | Path) -> int:
    arguments = ["check", "--state", WORLD / "refreshed.tfstate", "--replay", WORLD / "tampered.jsonl", "-q", *words]
    status: int = cli.main([*map(str, arguments)], standalone_mode=False)
    return status


def test_every_step_is_told_with_its_seconds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "drift.log"
    assert checked("--log-file", path) == 1
    log.end()

    found = events(path)
    names = [e["event"] for e in found]
    assert names[0] == "began"
    assert {"state", "loaded", "answered", "surveyed", "judged", "written"} <= set(names)
    steps = [e for e in found if e["event"] in ("state", "loaded", "surveyed", "judged", "answered", "written")]
    assert all(isinstance(e["seconds"], float) for e in steps)
    assert all(str(e["at"]).endswith("Z") for e in found)
    assert {e["operation"] for e in found if e["event"] == "answered"} >= {"DescribeSecurityGroups"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "answered" not in capsys.readouterr().err


def test_twice_verbose_tells_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("-v") == 1
    assert "surveyed" not in capsys.readouterr().err
    assert checked("-vv") == 1
    assert "DescribeSecurityGroups" in capsys.readouterr().err


def test_no_secret_is_in_it(tmp_path: Path) -> None:
    log.keep(tmp_path / "log")
    note("failed", message=f"http://user:hunter22@host and {TOKEN}", deep={"a": [TOKEN]}, of=Path(TOKEN))
    log.end()

    text = (tmp_path / "log").read_text()
    assert TOKEN not in text
    assert "hunter22" not in text
    assert "not shown" in text


def test_what_fails_is_told_with_its_kind_alone(tmp_path: Path) -> None:
    log.keep(tmp_path / "log")
    with pytest.raises(KeyError), timed("step", of="x"):
        raise KeyError(TOKEN)
    log.end()

    (found,) = events(tmp_path / "log")
    assert (found["event"], found["of"], found["failed"]) == ("step", "x", "KeyError")
    assert TOKEN not in json.dumps(found)


def test_an_older_log_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    path, other, link, pipe = (tmp_path / name for name in ("log", "other", "link", "pipe"))
    log.keep(path)
    note("one")
    log.end()
    path.chmod(0o644)
    log.keep(path)
    note("two")
    log.end()
    assert [e["event"] for e in events(path)] == ["two"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    other.write_text("keep me")
    link.symlink_to(path)
    os.mkfifo(pipe)
    for wrong in (other, link, pipe, tmp_path / "no/such"):
        with pytest.raises(UsageError, match="the log cannot be written"):
            log.keep(wrong)
    assert other.read_text() == "keep me"


def test_no_file_of_the_repository_chooses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "drift.toml").write_text('log-file = "victim"\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="unknown setting 'log-file'"):
        checked()
    assert not (tmp_path / "victim").exists()


class Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_the_log_and_not_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    handler = log._Handler(Full())
    log._listen(handler, log.Lines())
    note("one")
    note("two")

    assert handler not in LOG.handlers
    assert capsys.readouterr().err.count("can no longer be written") == 1


def test_nobody_listens_by_itself() -> None:
    assert not LOG.isEnabledFor(logging.INFO)
