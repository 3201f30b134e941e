"""Expressions, held against what real Terraform made of them: right or unknown, never wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.evaluate import attempt
from drift.desired.hcl.run import Failure, NotKnown, Run
from drift.desired.hcl.syntax import parse_expression
from drift.desired.hcl.values import Val
from tests.support.console import EXPRESSIONS, GOLDENS, load
from tests.support.values import golden, plain, type_json, unknown_within

THEMES = sorted(EXPRESSIONS.glob("*.jsonl"))


class Nothing:
    """A scope without names, and with the goldens' files."""

    directory = GOLDENS
    jail = (GOLDENS,)

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
        return None


def outcome(text: str) -> tuple[str, Any, str]:
    """`value`, `error` or `unknown`, with what it is and why."""
    try:
        val = attempt(parse_expression(text), Nothing(), Run())
    except Failure as error:
        return "error", None, str(error)
    except NotKnown as error:
        return "unknown", None, str(error)
    value = plain(val)
    if unknown_within(value):
        return "unknown", None, "a part of it"
    return "value", (type_json(val.type), value), ""


def differences(line: dict[str, Any]) -> tuple[str, str]:
    """(`right`, `unknown` or `wrong`, in words)."""
    kind, value, why = outcome(line["e"])
    if kind == "unknown":
        return ("right" if line.get("none") else "unknown"), why
    if line.get("none"):
        return "wrong", f"{line['e']}\n  Terraform does not know it, drift: {value or kind}"
    if line.get("error"):
        return ("right", "") if kind == "error" else ("wrong", f"{line['e']}\n  Terraform refuses, drift: {value}")
    if kind == "error":
        return "wrong", f"{line['e']}\n  Terraform: {line['v']!r}, drift refuses: {why}"
    expected = (line["t"], golden(line["v"]))
    return (
        ("right", "") if value == expected else ("wrong", f"{line['e']}\n  Terraform: {expected}\n  drift:     {value}")
    )


@pytest.mark.parametrize("path", THEMES, ids=lambda path: path.stem)
def test_no_value_is_wrong(path: Path) -> None:
    wrong = [words for line in load(path) for verdict, words in [differences(line)] if verdict == "wrong"]
    assert not wrong, "\n".join(wrong[:60]) + f"\n{len(wrong)} wrong"
