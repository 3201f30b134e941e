"""Edits of configurations and values in JSON: the layout of what stays is kept, and what was right JSON still is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.remedy.hcl import Encoded
from tests.remedy.test_splice import TYPE, edited

HEAD = '{\n    "//": "by hand",\n    "resource": {"aws_sqs_queue": {"q": '
TAIL = '}},\n    "locals": {"size": 3}\n}\n'


def in_json(directory: Path, body: str, new: dict[str, Any], old: dict[str, Any] | None = None) -> str:
    whole = edited(directory, "", new, old, {"main.tf.json": HEAD + body + TAIL})
    json.loads(whole)
    assert whole.startswith(HEAD)
    assert whole.endswith(TAIL)
    return whole.removeprefix(HEAD).removesuffix(TAIL)


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ('{"delay_seconds": 5, "name": "a"}', {"delay_seconds": 9}, '{"delay_seconds": 9, "name": "a"}'),
        ('{"delay_seconds":"5"}', {"delay_seconds": 9}, '{"delay_seconds":9}'),
        ('{"name": "a"}', {"delay_seconds": 9}, '{"name": "a", "delay_seconds": 9}'),
        ('{"name": "a", "delay_seconds": 5}', {"delay_seconds": None}, '{"name": "a"}'),
        ('[{"name": "a"}]', {"name": "${b}"}, '[{"name": "$${b}"}]'),
        ('{"name": "${1 + 1}"}', {"name": "b"}, '{"name": "b"}'),
        (
            '{\n        "tags": {\n            "A": "1",\n            "B": "2"\n        }\n    }',
            {"tags": {"A": "1", "C": 'a "c"'}},
            '{\n        "tags": {\n            "A": "1",\n            "C": "a \\"c\\""\n        }\n    }',
        ),
        (
            '{"policy": "{\\"Action\\": \\"s3:Get\\"}"}',
            {"policy": Encoded({"Resource": "${aws:username}"})},
            '{"policy": "{\\"Resource\\": \\"$${aws:username}\\"}"}',
        ),
        ('{\n        "name": "a"\n    }', {"tags": {"A": "1"}}, '{\n        "name": "a",\n        "tags": {\n            "A": "1"\n        }\n    }'),
    ],
)  # fmt: skip
def test_an_argument(tmp_path: Path, before: str, new: dict[str, Any], after: str) -> None:
    assert in_json(tmp_path, before, new) == after


RULES: list[dict[str, Any]] = [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        ('{"rule": {"a": "1", "b": "x"}}', RULES[:1], [{"a": "1", "b": "z"}], '{"rule": {"a": "1", "b": "z"}}'),
        ('{"rule": [{"a": "1"}, {"a": "2"}]}', RULES, [{"a": "2"}], '{"rule": [{"a": "2"}]}'),
        ('{"name": "n", "rule": {"a": "1"}}', RULES[:1], [], '{"name": "n"}'),
        ('{"name": "n"}', [], [{"a": "1", "b": None}], '{"name": "n", "rule": {"a": "1"}}'),
        ('{"rule": {"a": "1"}}', [{"a": "1"}], RULES, '{"rule": [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]}'),
    ],
)
def test_blocks(tmp_path: Path, before: str, old: Any, new: Any, after: str) -> None:
    assert in_json(tmp_path, before, {"rule": new}, {"rule": old}) == after


def test_an_object_of_an_argument_is_whole(tmp_path: Path) -> None:
    made = {"open": [{"port": 80, "to": ["a"]}, {"port": 22}]}
    before = '{"open": [{"port": 80, "to": ["a"]}]}'

    after = in_json(tmp_path, before, made, {"open": [{"port": 80, "to": ["a"]}]})

    assert after == '{"open": [{"port": 80, "to": ["a"]}, {"port": 22, "to": null}]}'


def test_a_reference_is_followed_out_of_json_and_into_it(tmp_path: Path) -> None:
    resource = HEAD + '{"delay_seconds": "${local.size}"}' + TAIL

    assert edited(tmp_path, "", {"delay_seconds": 9}, more={"main.tf.json": resource}) == resource.replace(": 3", ": 9")

    native = f'resource "{TYPE}" "q" {{ delay_seconds = var.delay }}\nvariable "delay" {{}}\n'
    values = '{\n  "delay": 5,\n  "other": "${not a template}"\n}\n'
    (tmp_path / "main.tf.json").unlink()

    assert edited(tmp_path, native, {"delay_seconds": 9}, more={"x.auto.tfvars.json": values}) == values.replace(
        "5", "9"
    )


def test_what_looks_like_a_template_is_text_in_a_file_of_values(tmp_path: Path) -> None:
    native = f'resource "{TYPE}" "q" {{ name = var.name }}\nvariable "name" {{}}\n'

    after = edited(tmp_path, native, {"name": "${b}"}, more={"terraform.tfvars.json": '{"name": "${a}"}'})

    assert after == '{"name": "${b}"}'
