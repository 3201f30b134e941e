"""Expressions, held against what real Terraform made of them: right or unknown, never wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.evaluate import attempt
from drift.desired.hcl.run import Failure, Run
from drift.desired.hcl.syntax import parse_expression
from drift.desired.hcl.types import list_of, map_of, object_val, set_of, tuple_val
from drift.desired.hcl.values import BOOL, NUMBER, STRING, UNKNOWN, NotKnown, Val, from_python, unknown
from tests.support.console import EXPRESSIONS, GOLDENS, UNKNOWNS, load
from tests.support.values import golden, plain, sensitive_mask, type_json, unknown_within

THEMES = sorted(EXPRESSIONS.glob("*.jsonl"))
SECRET = Val(STRING, "hidden", sensitive=True)
LOCALS = object_val(
    {
        "text": unknown(STRING),
        "any": unknown(),
        "flag": unknown(BOOL),
        "number": unknown(NUMBER),
        "list": unknown(list_of(STRING)),
        "set": unknown(set_of(STRING)),
        "map": Val(map_of(STRING), {"a": unknown(STRING), "b": unknown(STRING)}),
        "tuple": tuple_val([Val(STRING, "a"), unknown(STRING)]),
        "object": object_val({"a": unknown(STRING), "b": Val(STRING, "known")}),
        "secret": SECRET,
        "secrets": object_val({"a": SECRET, "b": Val(STRING, "shown")}),
        "hidden": from_python(["a", "b"]).marked(),
    }
)
"""What `tests.support.console.LOCALS` says, as drift has it."""


class Scope:
    """The names of the goldens, and their files."""

    directory = GOLDENS
    jail = (GOLDENS,)

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
        if name != "local" or not steps or steps[0] not in LOCALS.raw:
            return None
        return LOCALS.raw[steps[0]], 1


def outcome(text: str) -> tuple[Val | None, str]:
    """The value, or None and why Terraform would refuse; what drift does not know is UNKNOWN."""
    try:
        return attempt(parse_expression(text), Scope(), Run()), ""
    except Failure as error:
        return None, str(error)
    except NotKnown as error:
        return unknown(error.type), str(error)


def judged(line: dict[str, Any]) -> tuple[str, str]:
    """(`right`, `unknown` or `wrong`, in words)."""
    val, why = outcome(line["e"])
    if val is not None and unknown_within(plain(val)):
        return ("right" if line.get("none") else "unknown"), f"{line['e']}: {why}"
    if line.get("error") or val is None or line.get("none"):
        verdict = "right" if line.get("error") and val is None else "wrong"
        return verdict, f"{line['e']}\n  Terraform: {line.get('v')!r}\n  drift:     {val} {why}"
    expected, found = (line["t"], golden(line["v"])), (type_json(val.type), plain(val))
    return ("right" if found == expected else "wrong"), f"{line['e']}\n  Terraform: {expected}\n  drift:     {found}"


@pytest.mark.parametrize("path", THEMES, ids=lambda path: path.stem)
def test_no_value_is_wrong_and_nearly_all_are_known(path: Path) -> None:
    verdicts = [judged(line) for line in load(path)]
    wrong = [words for verdict, words in verdicts if verdict == "wrong"]
    assert not wrong, "\n".join(wrong[:40]) + f"\n{len(wrong)} wrong"
    unknown_ones = [words for verdict, words in verdicts if verdict == "unknown"]
    assert len(unknown_ones) <= 0.02 * len(verdicts), "\n".join(unknown_ones)


BOLDER = {
    "local.flag && false",
    "local.flag || true",
    "false && local.flag",
    "true || local.flag",
    "local.any && false",
    '"%{if local.flag}a%{else}a%{endif}"',
    'local.flag ? "a" : "a"',
    "local.flag ? 1 : 1",
    "local.flag ? {a=1} : {a=1}",
}
"""Where drift knows more than a plan does: what is not known makes no difference."""


def mistakes(known: Any, masked: Any, val: Any, path: str = "") -> Iterator[str]:
    """Where drift's value says something else than the plan, which is UNKNOWN where it does not know."""
    if val is UNKNOWN:
        return
    if known is UNKNOWN:
        yield f"{path}: unknown to Terraform, drift: {val!r}"
    elif isinstance(known, dict) and isinstance(val, dict) and known.keys() == val.keys():
        for key in known:
            yield from mistakes(known[key], masked, val[key], f"{path}.{key}")
    elif isinstance(known, list) and isinstance(val, list) and len(known) == len(val):
        for i, part in enumerate(known):
            yield from mistakes(part, masked, val[i], f"{path}[{i}]")
    elif known != val:
        yield f"{path}: Terraform: {known!r}, drift: {val!r}"


def blanked(value: Any, mask: Any) -> Any:
    """A plan's value, with UNKNOWN where the mask says so."""
    if mask is True:
        return UNKNOWN
    if isinstance(mask, dict):
        have = value or {}
        return {k: blanked(have.get(k), mask.get(k, False)) for k in sorted({*have, *mask})}
    if isinstance(mask, list):
        have = value or []
        return [
            blanked(have[i] if i < len(have) else None, mask[i] if i < len(mask) else False)
            for i in range(max(len(mask), len(have)))
        ]
    return golden(value)


def shown(theirs: Any, ours: Any) -> bool:
    """Whether drift would show something that is sensitive to Terraform."""
    if ours is True or not theirs:
        return False
    if theirs is True or not ours:
        return bool(theirs is True or any(shown(part, False) for part in _parts(theirs)))
    if isinstance(theirs, dict):
        return any(shown(part, ours.get(key, False)) for key, part in theirs.items())
    return any(shown(part, ours[i] if i < len(ours) else False) for i, part in enumerate(theirs))


def _parts(mask: Any) -> list[Any]:
    return list(mask.values()) if isinstance(mask, dict) else mask


@pytest.mark.parametrize("line", load(UNKNOWNS), ids=lambda line: line["e"])
def test_what_a_plan_does_not_know_is_unknown_and_what_it_hides_is_hidden(line: dict[str, Any]) -> None:
    val, why = outcome(line["e"])
    if line.get("error"):
        assert val is None or not val.wholly_known
        return
    assert val is not None, why
    known = blanked(line["v"], line["unknown"])
    found = list(mistakes(known, None, plain(val)))
    assert not found or line["e"] in BOLDER, found
    assert not shown(line["sensitive"], sensitive_mask(val))
