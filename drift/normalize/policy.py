"""IAM policies, by meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from drift.model.value import Block, Value, freeze

_ACCOUNT_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
_CASELESS = ("Action", "NotAction")
_LISTS = ("Resource", "NotResource")


def policy_document(value: Any) -> Value:
    """A policy with everything that means nothing taken away.

    Order, one-element lists, the case of actions, an account's id against its root ARN, `"*"`
    against `{"AWS": "*"}`, the case of condition keys and the spelling of condition values are
    spelling; `Sid`, effects, actions, resources, principals and conditions are meaning
    (IAM's policy grammar, "Elements reference"). Text that is no policy is compared as text.
    """
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = json.loads(unquote(value) if value.lstrip()[:3].upper() == "%7B" else value)
        except ValueError:
            return value
    if not value:
        return None
    if not isinstance(value, Mapping):
        return freeze(value)
    out: dict[str, Any] = {"Version": value.get("Version") or "2008-10-17"}
    out["Statement"] = frozenset(
        _statement(s) if isinstance(s, Mapping) else freeze(s) for s in _many(value.get("Statement"))
    )
    for key in value:
        if key not in out and value[key] not in (None, ""):
            out[key] = freeze(value[key])
    return Block(out)


def _statement(raw: Mapping[str, Any]) -> Block:
    out: dict[str, Any] = {}
    for key, value in raw.items():
        if value is None or value == "" or (key == "Condition" and not value):
            continue
        if key in _CASELESS:
            out[key] = frozenset(str(v).lower() for v in _many(value))
        elif key in _LISTS:
            out[key] = frozenset(str(v) for v in _many(value))
        elif key in ("Principal", "NotPrincipal"):
            out[key] = _principal(value)
        elif key == "Condition" and isinstance(value, Mapping):
            out[key] = Block({str(op): _test(test) for op, test in value.items()})
        else:
            out[key] = freeze(value)
    return Block(out)


def _principal(value: Any) -> Value:
    if value == "*":
        return Block(AWS=frozenset({"*"}))
    if not isinstance(value, Mapping):
        return freeze(value)
    return Block({str(k): frozenset(_ACCOUNT_ROOT.sub(r"\1", str(v)) for v in _many(v)) for k, v in value.items()})


def _test(value: Any) -> Value:
    if not isinstance(value, Mapping):
        return freeze(value)
    return Block({str(k).lower(): frozenset(_scalar(v) for v in _many(v)) for k, v in value.items()})


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
