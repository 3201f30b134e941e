"""The patch beside each drift of a report: it applies alone, and it tells no secret."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from drift.model.drift import Drift, Report, Scope
from drift.model.resource import Key, Resource
from drift.remedy.fix import Fix
from drift.remedy.patches import with_patches
from drift.remedy.spec import Edit, Remedy
from drift.report.comment import Post
from tests.cli.test_cli import drift
from tests.cli.test_fix import shop
from tests.report.test_report_escaping import rendered

__all__ = ["shop"]


def stranger(id_: str) -> Drift:
    key = Key("aws_sqs_queue", "123456789012", "us-east-1", (id_,))
    return Drift("unmanaged", None, Resource(key=key, id=id_))


def report_of(drifts: tuple[Drift, ...]) -> Report:
    return Report(scope=Scope(), drift=drifts)


def fix_of(*remedies: Remedy, before: dict[Path, str]) -> Fix:
    drifts = [stranger(r.address) for r in remedies]
    return Fix(report_of(tuple(drifts)), list(zip(drifts, remedies, strict=True)), before)


def appended(path: Path, address: str, text: str) -> Remedy:
    end = len(path.read_bytes().decode()) if path.exists() else 0
    return Remedy(address, "adopt", (Edit(path, text, end, end),))


def test_each_patch_of_a_check_applies_alone(shop: Path) -> None:
    done = drift("check", "--replay", "tampered.jsonl", "--patches", "--format", "json=told.json", cwd=shop)

    assert done.returncode == 1, done.stderr
    told = json.loads((shop / "told.json").read_text())["drift"]
    patches = {d["address"]: d["patch"] for d in told if "patch" in d}
    assert "+  receive_wait_time_seconds   = 0" in patches["aws_sqs_queue.fifo"]
    assert "delay_seconds" not in patches["aws_sqs_queue.fifo"]
    assert "aws_sqs_queue.forgotten" not in patches  # an apply creates it again
    for n, text in enumerate(patches.values()):
        shutil.copytree(shop, there := shop / f"copy{n}", ignore=shutil.ignore_patterns("copy*"))
        subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=text, text=True, cwd=there, check=True)
        assert (there / "main.tf").read_text() != (shop / "main.tf").read_text()


def test_a_check_that_is_not_asked_has_no_patches(shop: Path) -> None:
    drift("check", "--replay", "tampered.jsonl", "--format", "json=told.json", cwd=shop)

    assert '"patch"' not in (shop / "told.json").read_text()


@pytest.mark.parametrize(
    "line",
    [
        'master_password      = "hunter2hunter2"',
        'password = "hunter2hunter2"',
        'key = "AKIAIOSFODNN7EXAMPLF"',
        'db = "postgres://me:hunter2@db/x"',
    ],
)
def test_a_patch_with_a_secret_beside_the_change_is_left_out(line: str, tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text(f"{line}\n")
    remedy = appended(path, "aws_sqs_queue.a", "name = 1\n")

    (told,) = with_patches(fix_of(remedy, before={path: path.read_text()})).drift
    path.write_text("size = 1\n")
    remedy = appended(path, "aws_sqs_queue.a", "name = 1\n")
    (shown,) = with_patches(fix_of(remedy, before={path: path.read_text()})).drift

    assert told.patch == ""
    assert shown.patch.endswith("\n size = 1\n+name = 1\n")


def test_a_patch_says_which_others_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "adopted.tf"
    one = appended(path, "aws_sqs_queue.a", "resource a\n")
    other = appended(tmp_path / "other.tf", "aws_sqs_queue.b", "dead = aws_sqs_queue.a.arn, aws_sqs_queue.bb.arn\n")

    first, second = with_patches(fix_of(one, other, before={})).drift

    assert first.patch.startswith("--- ")
    assert second.patch.startswith("# It refers to aws_sqs_queue.a: apply its patch as well.\n--- ")


def replaced(path: Path, address: str, old: str, new: str) -> Remedy:
    at = path.read_bytes().decode().index(old)
    return Remedy(address, "accept", (Edit(path, new, at, at + len(old)),))


GIT = ("git", "-c", "user.email=a@example.com", "-c", "user.name=A", "-c", "core.autocrlf=false")
MAIN = "".join(f"line {n}\r\n" for n in range(30)) + "last"


@pytest.mark.parametrize("how", ["git one by one", "git together", "git from below", "patch one by one"])
def test_patches_that_stand_beside_each_other_apply_in_the_order_of_the_report(tmp_path: Path, how: str) -> None:
    (infra := tmp_path / "the infra" / "prod").mkdir(parents=True)
    main, new = infra / "main.tf", infra / "adopted.tf"
    main.write_bytes(MAIN.encode())
    subprocess.run([*GIT, "init", "-q"], cwd=tmp_path, check=True)
    remedies = [
        replaced(main, "aws_sqs_queue.a", "line 4\r\n", "line four\r\n"),
        appended(main, "aws_sqs_queue.b", "\r\nthe end\r\n"),
        replaced(main, "aws_sqs_queue.c", "line 5", "line five"),
        appended(main, "aws_sqs_queue.d", "more\r\n"),
        appended(new, "aws_sqs_queue.e", "one\n"),
        appended(new, "aws_sqs_queue.f", "two\n"),
        replaced(main, "aws_sqs_queue.g", "line 20", "line twenty"),
    ]

    told = [d.patch for d in with_patches(fix_of(*remedies, before={main: MAIN})).drift]
    cwd = infra if how == "git from below" else tmp_path
    for text in ["".join(told)] if how == "git together" else told:
        words = ["patch", "-p1", "--binary", "--fuzz=0"] if how.startswith("patch") else [*GIT, "apply", "-"]
        subprocess.run(words, input=text.encode(), cwd=cwd, check=True, capture_output=True)

    wanted = MAIN.replace("line 4\r", "line four\r").replace("line 5", "line five").replace("line 20", "line twenty")
    assert main.read_bytes().decode() == wanted + "\r\nthe end\r\nmore\r\n"
    assert new.read_text() == "one\ntwo\n"
    assert [text.startswith("# It stands beside the change of") for text in told] == [
        False, False, True, True, False, True, False,
    ]  # fmt: skip


def test_the_comment_folds_patches_and_entries_come_first() -> None:
    mended = tuple(replace(stranger(f"queue-{n}"), patch=f"--- a/x\n+``` {n} {'x' * 2000}\n") for n in range(60))
    small = Post(report_of(mended[:1]), "prod").comment()
    full = Post(report_of(mended), "prod").comment()

    assert "<summary>Patch for aws_sqs_queue queue-0</summary>\n\n````diff\n--- a/x\n+``` 0 x" in small
    assert len(full.encode("utf-16-le")) // 2 <= 65_536
    assert all(f"queue-{n}`" in full for n in range(60))
    shown = full.count("<summary>Patch for")
    assert 20 < shown < 60
    assert f"{60 - shown} more patches did not fit here: `drift fix` prints them." in full


def test_the_page_has_the_patch() -> None:
    page = rendered(report_of((replace(stranger("q"), patch="--- a/x\r\n+\ta </script> \x1b[2J\n"),)), "html")

    assert '"patch":"--- a/x\\n+\\ta \\u003c/script\\u003e \\\\x1b[2J\\n"' in page
