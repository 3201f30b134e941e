"""Edits of text: what an author wrote stays, and the value is where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.errors import UsageError
from drift.model.address import Address
from drift.remedy.apply import OverlapError, patch, spliced, write
from drift.remedy.hcl import Encoded
from drift.remedy.outline import Outline, OutlineError
from drift.remedy.source import Source
from drift.remedy.spec import Edit
from drift.remedy.splice import CannotError, Splicer
from drift.remedy.tidy import tidied

TYPE = "aws_sqs_queue"
FACTS = {
    "name": "o",
    "delay_seconds": "o number",
    "tags": "o map",
    "policy": "o",
    "rule": ["b list", {"a": "o", "b": "o"}],
    "net": ["b set", {"port": "o number", "to": "o list"}],
}


def edited(
    directory: Path,
    text: str,
    new: dict[str, Any],
    old: dict[str, Any] | None = None,
    more: dict[str, str] | None = None,
) -> str:
    """`main.tf` after an edit of the queue `q`; `more` has other files, their name without `.tf`."""
    for name, content in {"main": text, **(more or {})}.items():
        file = directory / (name if "." in name else f"{name}.tf")
        file.write_bytes(content.encode())
    source = Source(directory, Given(environment={}))
    splicer = Splicer(source)
    splicer.body(source.resource(Address(TYPE, "q")), FACTS, old or {}, new)
    after = {p: p.read_bytes().decode() for p in directory.iterdir()}
    for path in {e.path.resolve() for e in splicer.edits}:
        mine = [e for e in splicer.edits if e.path.resolve() == path]
        after[path] = tidied(after[path], spliced(after[path], mine))
    changed = {p.name: t for p, t in after.items() if t != p.read_bytes().decode()}
    assert len(changed) <= 1
    return next(iter(changed.values()), text)


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ("delay_seconds = 5 # why", {"delay_seconds": 9}, "delay_seconds = 9 # why"),
        ("\tdelay_seconds = 5", {"delay_seconds": 9}, "\tdelay_seconds = 9"),
        ('delay_seconds = "5"', {"delay_seconds": 9}, 'delay_seconds = "9"'),
        ("name = <<EOT\na\nEOT", {"name": "b"}, 'name = "b"'),
        ("tags = { A = 1, B = 2 }", {"tags": {"A": "1"}}, "tags = { A = 1 }"),
        ('tags = { A = "1" }', {"tags": {"A": "1", "B": "2"}}, 'tags = { A = "1", B = "2" }'),
        (
            'tags = merge({ A = "1" }, { B = "2" })',
            {"tags": {"A": "1", "B": "3"}},
            'tags = merge({ A = "1" }, { B = "3" })',
        ),
        ("delay_seconds = true ? 5 : 7", {"delay_seconds": 9}, "delay_seconds = true ? 9 : 7"),
        ('name = "${"a"}b"', {"name": "${x}"}, 'name = "$${x}"'),
        (
            'policy = jsonencode({ A = ["s3:Get"], B = "*" })',
            {"policy": Encoded({"A": ["s3:Get", "s3:Put"], "B": "*"})},
            'policy = jsonencode({ A = ["s3:Get", "s3:Put"], B = "*" })',
        ),
    ],
)
def test_the_least_of_a_line_changes(tmp_path: Path, before: str, new: dict[str, Any], after: str) -> None:
    head, tail = f'resource "{TYPE}" "q" {{\n', "\n}\n"

    assert edited(tmp_path, head + before + tail, new) == head + after + tail


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    text = f'resource "{TYPE}" "q" {{\r\n  name = "a"\r\n}}\r\n'

    after = edited(tmp_path, text, {"delay_seconds": 9})

    assert after == f'resource "{TYPE}" "q" {{\r\n  name          = "a"\r\n  delay_seconds = 9\r\n}}\r\n'


def test_a_file_without_a_last_line_end_has_none_after(tmp_path: Path) -> None:
    text = f'resource "{TYPE}" "q" {{\n  name = "a"\n}}'

    assert edited(tmp_path, text, {"name": "b"}) == text.replace('"a"', '"b"')


def test_a_block_on_one_line_is_unfolded(tmp_path: Path) -> None:
    text = f'resource "{TYPE}" "q" {{ name = "a" }}\n'

    assert edited(tmp_path, text, {"delay_seconds": 9}).split() == [
        "resource", f'"{TYPE}"', '"q"', "{", "name", "=", '"a"', "delay_seconds", "=", "9", "}",
    ]  # fmt: skip


def test_blocks_come_and_go_and_change_one_by_one(tmp_path: Path) -> None:
    rules: list[dict[str, Any]] = [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]
    text = f'resource "{TYPE}" "q" {{\n  # first\n  rule {{\n    a = "1"\n    b = "x" # kept\n  }}\n\n  rule {{\n    a = "2"\n'
    text += '    b = "y"\n  }\n}\n'

    changed = edited(tmp_path, text, {"rule": [{"a": "1", "b": "z"}, rules[1]]}, {"rule": rules})
    gone = edited(tmp_path, text, {"rule": rules[:1]}, {"rule": rules})
    come = edited(tmp_path, text, {"rule": [*rules, {"a": "3", "b": "w"}]}, {"rule": rules})

    assert changed == text.replace('b = "x" # kept', 'b = "z" # kept')
    assert gone == text[: text.index("\n\n  rule")] + "\n}\n"
    assert come == text.removesuffix("}\n") + '\n  rule {\n    a = "3"\n    b = "w"\n  }\n}\n'


def test_a_value_is_changed_where_it_is_set(tmp_path: Path) -> None:
    main = f'locals {{\n  delay = var.delay\n}}\n\nresource "{TYPE}" "q" {{\n  delay_seconds = local.delay\n}}\n'
    variable = 'variable "delay" {\n  default = 5\n}\n'

    assert edited(tmp_path, main, {"delay_seconds": 9}, more={"variables": variable}) == variable.replace("5", "9")
    values = edited(tmp_path, main, {"delay_seconds": 9}, more={"terraform.tfvars": "delay = 6\n"})
    assert values == "delay = 9\n"


def test_what_dynamic_makes_is_not_guessed_at(tmp_path: Path) -> None:
    text = f'resource "{TYPE}" "q" {{\n  dynamic "rule" {{\n    for_each = [1]\n    content {{\n      a = "1"\n    }}\n  }}\n}}\n'

    with pytest.raises(CannotError, match="dynamic"):
        edited(tmp_path, text, {"rule": []}, {"rule": [{"a": "1"}]})


def test_a_broken_file_is_no_outline() -> None:
    with pytest.raises(OutlineError):
        Outline('resource "a" {').items  # noqa: B018


def test_all_files_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "one.tf", tmp_path / "two.tf"
    one.write_text("a = 1\n")
    two.write_text("b = 1\n")
    replace = Path.replace
    done: list[Path] = []

    def fails(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == 2:
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(Exception, match="No space left"):
        write({one: one.read_text(), two: two.read_text()}, {one: "a = 2\n", two: "b = 2\n"})

    assert (one.read_text(), two.read_text()) == ("a = 1\n", "b = 1\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.tf", "two.tf"]


def test_edits_that_meet_are_refused() -> None:
    with pytest.raises(OverlapError):
        spliced("abc", [Edit(Path("x"), "", 0, 2), Edit(Path("x"), "", 1, 3)])


def test_a_patch_says_where_no_line_ends() -> None:
    assert patch({Path("x"): "a"}, {Path("x"): "b"}).splitlines()[-1] == "\\ No newline at end of file"


def test_a_file_that_was_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    one, two = tmp_path / "one.tf", tmp_path / "two.tf"
    one.write_text("a = 1\n")
    two.write_text("b = 1\n")

    with pytest.raises(UsageError, match=r"two\.tf: it was changed while drift worked"):
        write({one: "a = 1\n", two: "b = 0\n"}, {one: "a = 2\n", two: "b = 2\n"})
    with pytest.raises(UsageError, match=r"two\.tf: it was changed while drift worked"):
        write({}, {two: "b = 2\n"})

    assert (one.read_text(), two.read_text()) == ("a = 1\n", "b = 1\n")


def test_the_blocks_of_a_set_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    text = """\
resource "aws_sqs_queue" "q" {
  net {
    port = 80
    to   = ["b", "a"] # web
  }
  net {
    port = 443
    to   = ["c"] # tls
  }
}
"""
    old = [{"port": 443, "to": ["c"]}, {"port": 80, "to": ["a", "b"]}]  # as a state has a set
    new = [{"port": 443, "to": ["d"]}, {"port": 80, "to": ["a"]}]

    after = edited(tmp_path, text, {"net": new}, {"net": old})

    assert after == text.replace('["b", "a"]', '["a"]').replace('["c"]', '["d"]')
