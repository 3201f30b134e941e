"""Parsed files: the cache, processes, and what cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drift.desired.hcl import files
from drift.desired.hcl.files import parse_file, parse_files, parse_text
from drift.desired.hcl.pack import packed, unpacked
from drift.desired.hcl.syntax import parse
from drift.model.bounds import VARIABLE
from tests.desired.hcl.test_hcl_syntax import EXPRESSIONS, HEREDOCS, SPREAD, TEMPLATES


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRIFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hcl"


def written(directory: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (directory / f"{name}.tf").write_text(text)
    return [directory / f"{name}.tf" for name in texts]


@pytest.mark.parametrize("text", [t for t, _ in (*EXPRESSIONS, *SPREAD, *TEMPLATES)] + [f"f({t})" for t, _ in HEREDOCS])
def test_packing_keeps_everything(text: str) -> None:
    file = parse(f'# drift:ignore\nx "l" {{\n a = {text}\n b = 1 2\n}}\ny {{\n a = {text}\n z {{}}\n}}', "x.tf")
    assert unpacked(packed(file), "x.tf") == file


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xc1", b"\x93\x01\x02\x03", b"\x90", b"\x93\x91\x63\x90\x90", b"\x93\x92\x05\x01\x90\x90"]
)
def test_what_was_not_packed_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a parsed file"):
        unpacked(data, "x")


def test_the_cache_is_by_content_and_private(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = written(tmp_path, one="a = 1", two="a = 1")
    first = parse_file(one)
    assert kept.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(files, "_parse_bytes", lambda *_: pytest.fail("parsed again"))
    assert parse_file(one) == first
    assert parse_file(two).path == str(two)


def test_what_is_kept_says_nothing_to_who_has_not_the_file(kept: Path, tmp_path: Path) -> None:
    """A literal in a configuration may be a secret, and a cache is copied into backups and images."""
    (one,) = written(tmp_path, one='password = "canary-of-a-literal"')
    first = parse_file(one)
    (entry,) = (p for p in kept.rglob("*") if p.is_file())

    assert b"canary" not in entry.read_bytes()
    assert b"password" not in entry.read_bytes()
    assert entry.stat().st_mode & 0o777 == 0o600
    entry.write_bytes(entry.read_bytes()[::-1])
    assert parse_file(one) == first


def test_a_changed_file_is_parsed_again(kept: Path, tmp_path: Path) -> None:
    (one,) = written(tmp_path, one="a = 1")
    parse_file(one)
    written(tmp_path, one="b = 1")
    assert list(parse_file(one).body.attributes) == ["b"]


def test_values_of_variables_are_not_kept(kept: Path, tmp_path: Path) -> None:
    for name, text in {"x.tfvars": "secret = 1", "x.auto.tfvars.json": '{"secret": 1}'}.items():
        (tmp_path / name).write_text(text)
        assert list(parse_file(tmp_path / name).body.attributes) == ["secret"]
    assert list(kept.iterdir()) == []


def test_a_spoilt_cache_is_no_harm(kept: Path, tmp_path: Path) -> None:
    (one,) = written(tmp_path, one="a = 1")
    first = parse_file(one)
    (entry,) = (p for p in kept.rglob("*") if p.is_file())
    entry.write_bytes(b"spoilt")
    assert parse_file(one) == first
    entry.unlink()
    entry.mkdir()
    assert parse_file(one) == first


def test_a_cache_that_others_can_write_is_not_used(kept: Path, tmp_path: Path) -> None:
    (one,) = written(tmp_path, one="a = 1")
    kept.mkdir(parents=True)
    kept.chmod(0o777)
    assert list(parse_file(one).body.attributes) == ["a"]
    assert list(kept.iterdir()) == []


def test_the_cache_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_CACHE", "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    (one,) = written(tmp_path, one="a = 1")
    parse_file(one)
    assert not (tmp_path / "xdg").exists()
    monkeypatch.delenv("DRIFT_CACHE")
    parse_file(one)
    assert (tmp_path / "xdg" / "drift" / "hcl").is_dir()


def test_many_files_side_by_side(kept: Path, tmp_path: Path) -> None:
    paths = written(tmp_path, **{f"f{n}": f"a{n} = [{n}]\nb {{" for n in range(files.SIDE_BY_SIDE + 3)})
    found = parse_files([*paths, tmp_path / "missing.tf"])
    assert [f.path for f in found[:-1]] == [str(p) for p in paths]
    assert [list(f.body.attributes) for f in found[:-1]] == [[f"a{n}"] for n in range(len(paths))]
    assert all(one.lost[0].line == 2 for one in found[:-1])
    assert "No such file" in found[-1].lost[0].reason
    assert parse_files(paths) == found[:-1]


def test_where_no_process_can_be_started(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("no semaphores here")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refused)
    paths = written(tmp_path, **{f"f{n}": f"a{n} = 1" for n in range(files.SIDE_BY_SIDE)})
    assert [list(f.body.attributes) for f in parse_files(paths)] == [[f"a{n}"] for n in range(len(paths))]


def test_the_grammar_is_kept_where_it_can_be(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hcl2 import parser

    monkeypatch.setattr(parser, "PARSER_FILE", tmp_path / "of the system" / "grammar")
    parser.parser.cache_clear()
    files._load_grammar.cache_clear()
    (one,) = written(tmp_path, one="a = 1")
    assert list(parse_file(one).body.attributes) == ["a"]
    assert (kept / "grammar").stat().st_size > 10_000


def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.tf")
    (tmp_path / "dir.tf").mkdir()
    monkeypatch.setenv(VARIABLE, "configuration-bytes=10")
    (large,) = written(tmp_path, large="a = 1 # too large")
    reasons = [f.lost[0].reason for f in parse_files([tmp_path / "pipe.tf", tmp_path / "dir.tf", large])]
    assert reasons == [
        "cannot be read: it is not a regular file",
        "cannot be read: Is a directory",
        "cannot be read: it contains more than 10 bytes (bound configuration-bytes)",
    ]


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "x.tf").write_bytes(b'# caf\xe9\nx "a" {\n b = "caf\xe9"\n}\nx "c" {}\n')
    file = parse_file(tmp_path / "x.tf")
    assert [b.labels for b in file.body.blocks] == [("c",)]
    assert [(one.header, one.reason) for one in file.lost] == [('x "a"', "line 3: not UTF-8")]


def test_the_name_says_which_syntax() -> None:
    assert parse_text('{"locals": {"a": "${b}"}}', "x.tf.json").body.blocks[0].type == "locals"
    assert parse_text('{"locals": {"a": "${b}"}}', "x.tofu.json").body.blocks[0].type == "locals"
    assert list(parse_text('{"a": "${b}"}', "x.auto.tfvars.json").body.attributes) == ["a"]
    for name in ("x.tf", "x.tofu", "x.tfvars"):
        assert list(parse_text("a = 1", name).body.attributes) == ["a"]
