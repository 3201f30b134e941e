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
from drift.remedy.splice import Splicer
from drift.remedy.tidy import tidied

TYPE = "aws_sqs_queue"
FACTS = {
    "name": "o",
    "delay_seconds": "o number",
    "tags": "o map",
    "policy": "o",
    "rule": ["b list", {"a": "o", "b": "o"}],
    "open": ["o set", {"port": "o number", "to": "o list"}],
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


PORTS = """\
resource "aws_sqs_queue" "q" {
  dynamic "rule" {
    for_each = local.rules
    content {
      a = rule.value.port
      b = try(rule.value.to, "all")
    }
  }
}

locals {
  rules = [
    { port = "80", to = "x" }, # web
    { port = "443" },
  ]
}
"""


def dynamic(directory: Path, text: str, new: list[dict[str, Any]]) -> str:
    old = [{"a": "80", "b": "x"}, {"a": "443", "b": "all"}]
    return edited(directory, text, {"rule": new}, {"rule": old})


def test_what_a_dynamic_block_goes_through_is_changed(tmp_path: Path) -> None:
    web, tls = {"a": "80", "b": "x"}, {"a": "443", "b": "all"}

    assert dynamic(tmp_path, PORTS, [{**web, "b": "y"}, tls]) == PORTS.replace('to = "x"', 'to = "y"')
    assert dynamic(tmp_path, PORTS, [web, {**tls, "b": "z"}]) == PORTS.replace('"443" }', '"443", to = "z" }')
    assert dynamic(tmp_path, PORTS, [tls]) == PORTS.replace('    { port = "80", to = "x" }, # web\n', "")
    come = dynamic(tmp_path, PORTS, [web, tls, {"a": "22", "b": "all"}])
    assert come.replace(" ", "").replace("\n", "") == PORTS.replace(
        '{ port = "443" },', '{ port = "443" }, { port = "22" },'
    ).replace(" ", "").replace("\n", "")


def test_a_block_that_a_dynamic_one_cannot_make_stands_beside_it(tmp_path: Path) -> None:
    text = PORTS.replace('try(rule.value.to, "all")', '"all"').replace(', to = "x"', "")
    old = [{"a": "80", "b": "all"}, {"a": "443", "b": "all"}]

    after = edited(tmp_path, text, {"rule": [*old, {"a": "22", "b": "x"}]}, {"rule": old})

    assert after == text.replace("  }\n}\n\nlocals", '  }\n\n  rule {\n    a = "22"\n    b = "x"\n  }\n}\n\nlocals')


def test_a_map_and_a_set_that_a_dynamic_block_goes_through(tmp_path: Path) -> None:
    body = (
        '  dynamic "rule" {\n    for_each = %s\n    content {\n      a = rule.key\n      b = rule.value\n    }\n  }\n'
    )
    text = f'resource "{TYPE}" "q" {{\n{body}}}\n'
    old = [{"a": "k", "b": "x"}, {"a": "m", "b": "y"}]

    after = edited(tmp_path, text % '{ k = "x", m = "y" }', {"rule": [{"a": "k", "b": "z"}, *old[1:]]}, {"rule": old})
    assert after == text % '{ k = "z", m = "y" }'
    after = edited(tmp_path, text % '{ k = "x", m = "y" }', {"rule": [*old[1:], {"a": "n", "b": "w"}]}, {"rule": old})
    assert after == text % '{ m = "y", n = "w" }'

    text = text.replace("      a = rule.key\n", "")
    old = [{"b": "x"}, {"b": "y"}]
    after = edited(tmp_path, text % 'toset(["y", "x"])', {"rule": [{"b": "x"}]}, {"rule": old})
    assert after == text % 'toset(["x"])'


def test_the_flag_that_makes_a_block_is_switched_off(tmp_path: Path) -> None:
    text = f'resource "{TYPE}" "q" {{\n  dynamic "rule" {{\n    for_each = var.on ? [1] : []\n    content {{\n      a = "1"\n    }}\n  }}\n}}\n'
    text += 'variable "on" {\n  default = true\n}\n'

    after = edited(tmp_path, text, {"rule": []}, {"rule": [{"a": "1"}]})

    assert after == text.replace("default = true", "default = false")


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


HEAD = f'resource "{TYPE}" "q" {{\n  delay_seconds = '


@pytest.mark.parametrize(
    ("expression", "rest", "before", "after"),
    [
        ("try(local.q.delay, 5)", "locals {\n  q = %s\n}\n", '{ name = "a" }', '{ name = "a", delay = 9 }'),
        ("try(local.q.delay, 5)", "locals {\n  q = %s\n}\n", "{ delay = 4 }", "{ delay = 9 }"),
        ("coalesce(local.q.delay, 5)", "locals {\n  q = %s\n}\n", "{ delay = null }", "{ delay = 9 }"),
        ('lookup(local.q, "delay", 5)', "locals {\n  q = %s\n}\n", "{ a = 1 }", "{ a = 1, delay = 9 }"),
        ('lookup(local.q, "delay", 5)', "locals {\n  q = merge(%s, {})\n}\n", "{ delay = 4 }", "{ delay = 9 }"),
        (
            "var.q.delay",
            'variable "q" {\n  type = object({ delay = optional(number, 5) })\n  default = %s\n}\n',
            "{}",
            "{\n    delay = 9\n  }",
        ),
        ("try(local.q.delay, %s)", "locals {\n  q = [1]\n}\n", "5", "9"),
    ],
)
def test_what_nobody_sets_yet_is_set_where_the_others_are(
    tmp_path: Path, expression: str, rest: str, before: str, after: str
) -> None:
    text = HEAD + expression + "\n}\n" + rest

    assert edited(tmp_path, text % before, {"delay_seconds": 9}) == text % after


def test_in_a_file_with_windows_line_ends_a_heredoc_has_them_too(tmp_path: Path) -> None:
    """So text whose lines end otherwise is written in quotes."""
    before = f'resource "{TYPE}" "q" {{\r\n  name = <<EOT\r\na\r\nEOT\r\n}}\r\n'

    assert 'name = "a\\nb\\n"\r\n' in edited(tmp_path, before, {"name": "a\nb\n"})
    assert "name = <<EOT\r\na\r\nb\r\nEOT\r\n" in edited(tmp_path, before, {"name": "a\r\nb\r\n"})
