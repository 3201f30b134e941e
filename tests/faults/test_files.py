"""Files are whole or not there, and nothing that is no file makes drift wait for ever."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from drift.model import files


def test_all_or_none(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("before")
    with pytest.raises(OSError, match="no/such") as told:
        files.write({old: b"after", tmp_path / "new": b"x", tmp_path / "no/such": b"x"})

    assert told.value.filename == str(tmp_path / "no/such")
    assert old.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    old = tmp_path / "report.json"
    old.write_text("before")
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        files.write({old: b"after"})

    assert old.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("before")
    real.chmod(0o640)
    link.symlink_to(real)

    files.write({link: b"after"})

    assert link.is_symlink()
    assert real.read_text() == "after"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_what_may_hold_secrets_is_for_its_owner(tmp_path: Path) -> None:
    files.write({tmp_path / "tape": b"x"}, private=True)

    assert stat.S_IMODE((tmp_path / "tape").stat().st_mode) == 0o600


def test_a_pipe_is_written_to_who_reads_it(tmp_path: Path) -> None:
    pipe, found = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()

    files.write({pipe: b"x" * 200_000})
    reader.join(10)

    assert [len(f) for f in found] == [200_000]


def test_a_pipe_that_nobody_reads_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_BOUNDS", "pipe-seconds=0")
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="pipe-seconds"):
        files.write({tmp_path / "pipe": b"x"})


def test_a_device_takes_what_it_is_given() -> None:
    files.write({Path(os.devnull): b"x"})
