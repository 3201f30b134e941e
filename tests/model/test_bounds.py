"""Input that was made to exhaust a machine is refused in time, and the refusal names its bound."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from drift.cli import cli
from drift.desired.backends import local, objects
from drift.desired.places import identity
from drift.desired.state.wrapped import unwrapped
from drift.errors import CatalogError, StateError, UsageError
from drift.exclude import driftignore
from drift.exclude.filter import Filter
from drift.exclude.glob import escaped, simple
from drift.model import bounds
from drift.model.bounds import BOUNDS, STATE_BYTES, VARIABLE, checked, contents
from drift.model.resource import Key, Resource
from drift.model.value import Value
from drift.provider.installed import installed
from drift.provider.path import path as jmespath
from drift.rules import own

ROOT = Path(__file__).parents[2]


def quickly(do: Callable[[], object], seconds: float = 5) -> None:
    started = time.monotonic()
    do()
    assert time.monotonic() - started < seconds


# --- the table -------------------------------------------------------------------------------------------------


def test_the_documentation_names_every_bound_with_its_value() -> None:
    page = (ROOT / "docs/bounds.md").read_text()
    told = dict(re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", page, re.MULTILINE))
    assert told == {name: bound.shown for name, bound in BOUNDS.items()}


def test_a_bound_is_set_for_a_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "")
    (tmp_path / "report.json").write_text(" " * 2000)
    told = CliRunner().invoke(cli, ["--bound", "report-bytes=1K", "report", str(tmp_path / "report.json")])
    assert "it contains more than 1 KiB (bound report-bytes)" in str(told.exception)


@pytest.mark.parametrize(
    ("text", "says"), [("nothing=1", "unknown bound 'nothing'"), ("text", "not NAME=VALUE"), ("text=-1", "not NAME")]
)
def test_what_is_no_bound(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        checked(text)


# --- files -----------------------------------------------------------------------------------------------------


def test_a_device_is_no_file() -> None:
    with pytest.raises(OSError, match="not a regular file"):
        contents("/dev/zero", STATE_BYTES)
    with pytest.raises(StateError, match="not a regular file"):
        local.read("/dev/zero")


def test_a_pipe_is_read_where_a_state_is_given(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"x" * 200_000))
    writer.start()
    assert local.read(str(tmp_path / "pipe")) == b"x" * 200_000
    writer.join()


def test_a_pipe_that_nobody_writes_to_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "pipe-seconds=0")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StateError, match=r"nobody wrote to it within 0 seconds \(bound pipe-seconds\)"):
        local.read(str(tmp_path / "pipe"))


def test_a_pipe_is_no_settings_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        driftignore.read(tmp_path / "pipe")


def test_a_gzip_is_not_unpacked_beyond_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "state-bytes=1M")
    with pytest.raises(StateError, match=r"more than 1 MiB inside \(bound state-bytes\)"):
        unwrapped(gzip.compress(bytes(3 << 20)), "bomb")


# --- searches --------------------------------------------------------------------------------------------------


@pytest.fixture
def looped(tmp_path: Path) -> Path:
    for name in ("a", "b", ".hidden"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep/x.tfstate").write_text("{}")
        for n in range(4):
            (tmp_path / name / f"loop{n}").symlink_to(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**/*.tfstate", {"a/deep", "b/deep"}),
        ("**", {"a/deep", "b/deep"}),
        ("*/*/*.tfstate", {"a/deep", "b/deep"}),
        ("a/**/x.tfstate", {"a/deep", "b/deep"}),
        ("b/../a/*/x.tf*", {"a/deep"}),
        (".hidden/d*/*", {".hidden/deep"}),
        ("[b]/deep/*.tfstate", {"b/deep"}),
        ("*.tfstate", set()),
    ],
)
def test_a_search_enters_each_directory_once(looped: Path, pattern: str, found: set[str]) -> None:
    asked = [*local._matching(f"{looped}/{pattern}")]
    assert len(asked) == len({os.path.realpath(p) for p in asked})
    assert {str(Path(os.path.realpath(p)).parent.relative_to(looped)) for p in asked} == found


def test_a_search_is_bounded(looped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "folders=2")
    with pytest.raises(StateError, match=r"more than 2 \(bound folders\)"):
        local.find(f"{looped}/**/*.tfstate")
    with pytest.raises(StateError, match=r"more than 2 \(bound folders\)"):
        local.find(str(looped))


def test_stars_in_names_of_objects_take_no_time() -> None:
    name, pattern = "/".join("a" * 60), "/".join(["**", "a"] * 25 + ["b"])
    quickly(lambda: objects.matches(name, pattern))
    assert objects.matches("a/b/c", "**/c")
    assert objects.matches("c", "**/c")
    assert objects.matches("a/b", "a/**/b")
    assert not objects.matches("a/b/c", "*/c")
    assert not objects.matches("a", "a/b/**")


def test_one_place_has_one_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.tfstate").write_text("{}")
    (tmp_path / "link.tfstate").symlink_to("a.tfstate")
    monkeypatch.chdir(tmp_path)
    assert len({identity(p) for p in ("a.tfstate", "./a.tfstate", "link.tfstate", str(tmp_path / "a.tfstate"))}) == 1
    assert identity("s3://b/k?region=x") == identity("s3://b/k?profile=y")
    assert identity("s3://b/k") != identity("s3://b/k?versionId=1")
    assert identity("https://h/p?a=1") != identity("https://h/p?a=2")


# --- patterns --------------------------------------------------------------------------------------------------


def test_many_stars_take_no_time() -> None:
    text = "aws_s3_bucket." + "a" * 5_000
    quickly(lambda: escaped("*a" * 40 + "*b").fullmatch(text))
    quickly(lambda: simple("*a" * 40 + "*b").fullmatch(text))


@given(st.text("ab*?.", max_size=8), st.text("ab.", max_size=8))
def test_patterns_mean_what_they_meant(pattern: str, text: str) -> None:
    plain = "".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in pattern)
    wanted = re.fullmatch(plain, text, re.DOTALL) is not None
    assert (simple(pattern).fullmatch(text) is not None) == wanted
    assert (escaped(pattern).fullmatch(text) is not None) == wanted


@given(
    st.lists(st.sampled_from(["t.a", "t.a.b", "!t.a", "t.*", "!t.a.b", "t.b\\.c", "*", "!t.b.c", "t.[ab]"]), max_size=5)
)
def test_a_line_without_wildcards_decides_as_one_with(lines: list[str]) -> None:
    """The index of exact lines against the same lines written with a class of one letter."""
    indexed = driftignore.parse("\n".join(lines))
    slow = driftignore.parse("\n".join(line.replace("t", "[t]") for line in lines))
    for name in ("a", "b", "a.b", "a.b.c", "b.c"):
        found, wanted = indexed.decides([("t", name)]), slow.decides([("t", name)])
        assert (found.line if found else None) == (wanted.line if wanted else None)


def test_an_ignore_file_of_many_lines_takes_no_time() -> None:
    lines = driftignore.parse("\n".join(f"aws_s3_bucket.b{n}" for n in range(90_000)))
    quickly(lambda: [lines.decides([("aws_s3_bucket", f"b{n}")]) for n in range(20_000)])


@pytest.mark.parametrize(("text", "bound"), [("a.b\n" * 100_001, "ignore-lines"), ("a.*\n" * 2_001, "ignore-patterns")])
def test_an_ignore_file_is_bounded(text: str, bound: str) -> None:
    with pytest.raises(UsageError, match=rf"\(bound {bound}\)"):
        driftignore.parse(text)


# --- rules and filters -----------------------------------------------------------------------------------------

BOMB = "\n".join(
    ["rules:", "- id: x", "  title: &a0 [x, x]", *(f"  k{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("aliases.yaml", BOMB, "bound settings-nodes"),
        ("itself.yaml", "rules: &a [*a]", "bound settings-nodes"),
        ("deep.yaml", "rules: " + "[" * 3_000 + "]" * 3_000, "bound settings-depth"),
        ("deep.toml", "rules = " + "[" * 3_000 + "]" * 3_000, "bound settings-depth"),
        ("long.yaml", "#" * (1 << 21), "bound rules-bytes"),
    ],
)
def test_a_file_of_rules_is_bounded(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CatalogError, match=says):
        own.read(tmp_path / name, installed())


@pytest.mark.parametrize(
    ("condition", "depth"),
    [
        ("resource.a == 1", 0),
        ("resource.a.all(x, x > 1) && resource.b.exists(y, (y) > 1)", 1),
        ("resource.a.all(x, x.b.exists(y, y > (1)))", 2),
        ("resource.a.map(x, x).filter(y, y)", 1),
    ],
)
def test_loops_within_loops_are_counted(condition: str, depth: int) -> None:
    assert own._loops(condition) == depth


def resource(**attributes: Value) -> Resource:
    key = Key("aws_vpc", "1", "r", ("v",))
    return Resource(key=key, id="v", arn="", name="v", attributes=attributes)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("to_string([type, type]" + " | [@, @]" * 40 + ")", "bound condition-steps"),
        ("a" * 10_001, "bound condition"),
        ("(" * 3_000 + "type" + ")" * 3_000, "nested too deep"),
    ],
)
def test_a_filter_is_bounded(expression: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Filter(expression).means(resource(), "unmanaged")


def test_a_null_in_a_join_is_nothing() -> None:
    assert not Filter("join(', ', [name, tags.Team]) == 'v, data'").means(resource(), "unmanaged")
    assert Filter("join(', ', [name, type]) == 'v, aws_vpc'").means(resource(), "unmanaged")
    assert jmespath("join('/', [a, b])").search({"a": "x"}) is None


# --- the door --------------------------------------------------------------------------------------------------

SURPRISE = """
import drift.cli, sys
def wrong(*a, **k): raise KeyError("secret-value")
drift.cli.cli.main = wrong
sys.argv = ["drift", "demo"]
drift.cli.main()
"""


def test_what_nobody_foresaw_is_status_2_and_no_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DRIFT_LOG_FILE": str(tmp_path / "log")}
    done = subprocess.run(
        [sys.executable, "-c", SURPRISE], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 2
    assert "Error: internal error in drift: KeyError at drift/cli/__init__.py:" in done.stderr
    assert "report it with the log" in done.stderr
    assert "Traceback" not in done.stderr
    kept = (tmp_path / "log").read_text()
    assert "drift/cli/__init__.py:" in kept
    assert "secret-value" not in done.stderr + done.stdout + kept


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_status_2() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "drift", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_text_has_the_line_ends_of_unix(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"a\r\nb\rc\n")
    assert bounds.text(tmp_path / "x", bounds.SETTINGS_BYTES) == "a\nb\nc\n"
