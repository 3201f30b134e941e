"""Values in Terraform's shape compared as Terraform does: a number and its text are the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from drift.desired.hcl.values import UNKNOWN
from drift.remedy import hcl
from drift.remedy.hcl import Encoded, Expression, Joined


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same to Terraform, which converts numbers and text into each other."""
    return likeness(one) == likeness(other)


def as_blocks(value: Any) -> list[Any]:
    """Nested blocks, of which one alone may be no list."""
    if isinstance(value, Mapping):
        return [value]
    return list(value) if isinstance(value, list | tuple) else []


def paired(old: Sequence[Any], new: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """For each old block what becomes of it (itself, a changed one, None), and the blocks that are new.

    A block that became another is the same object as before in a list of the same length, or the next in order.
    """
    keys, wanted = [likeness(v) for v in old], [likeness(v) for v in new]
    out: list[Any] = [None] * len(old)
    added: list[Any] = []
    for what, a, b, c, d in SequenceMatcher(None, keys, wanted, autojunk=False).get_opcodes():
        if what == "equal":
            out[a:b] = old[a:b]
            continue
        common = min(b - a, d - c)
        if what == "replace" and common:
            out[a : a + common] = new[c : c + common]
        added += new[c + common : d]
    return out, added


def likeness(value: Any) -> str:
    """The same text for values that say the same."""
    return json.dumps(_canonical(value), sort_keys=True, default=str)


def _canonical(value: Any) -> Any:
    if value is UNKNOWN:
        return {"unknown": True}
    if isinstance(value, Encoded):
        return _canonical(value.value)
    if isinstance(value, Mapping):
        return {str(k): _canonical(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple | set | frozenset):
        return [_canonical(v) for v in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return hcl.value(int(value) if value == int(value) else value)
    return value


def unordered(value: Any) -> Any:
    """The same for lists that hold the same."""
    return sorted(map(likeness, value)) if isinstance(value, list | tuple) else likeness(value)


def as_json(value: Any, *, raw: bool = False) -> Any:
    """A value as `.tf.json` has it, whose texts are templates; with `raw` they are just texts."""
    if isinstance(value, Encoded):
        return _encoded(value) if _names(value.value) else as_json(json.dumps(value.value, ensure_ascii=False), raw=raw)
    if isinstance(value, Expression):
        return f"${{{value.text}}}"
    if isinstance(value, Joined):
        return "".join(as_json(part) for part in value.parts)
    if isinstance(value, str):
        return value if raw else hcl.literal(value)
    if isinstance(value, Mapping):
        return {k: as_json(v, raw=raw) for k, v in value.items()}
    return [as_json(v, raw=raw) for v in value] if isinstance(value, list | tuple) else value


def _names(value: Any) -> bool:
    """Whether there is a reference in a document."""
    if isinstance(value, Mapping):
        return any(map(_names, value.values()))
    return any(map(_names, value)) if isinstance(value, list | tuple) else isinstance(value, Expression | Joined)


def _encoded(value: Encoded) -> str:
    """A document with references in it, as text that is a template: in a reference, JSON escapes nothing."""
    said = json.dumps(as_json(value.value), ensure_ascii=False)
    return re.sub(r"(?<!\$)\$\{[^}]*\}", lambda m: m[0].replace('\\"', '"'), said)


def loaded(value: Any) -> Any:
    """What JSON text holds; None for any other value."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
