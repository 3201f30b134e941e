"""A policy as the arguments of `data.aws_iam_policy_document`, where that data source can say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from drift.desired.hcl.values import from_python
from drift.providers.aws.normalize.policy import policy_document as canonical
from drift.providers.aws.policy_documents import policy_document

_TEXTS: Final = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}
_PRINCIPALS: Final = {"Principal": "principals", "NotPrincipal": "not_principals"}
_VERSION: Final = "2012-10-17"
"""What the data source says where nothing is set."""


def policy_blocks(document: Any) -> dict[str, Any] | None:
    """The arguments, nested blocks as lists of mappings; None where the data source would not make a policy of the same
    meaning of them, or the document is no policy."""
    if not isinstance(document, Mapping) or not document.get("Statement"):
        return None
    try:
        out = _arguments(document)
    except _NoWordError:
        return None
    made = policy_document({name: from_python(value) for name, value in out.items()})["json"]
    return out if made.is_known and canonical(made.raw) == canonical(dict(document)) else None


class _NoWordError(Exception):
    """The data source has no word for something."""


def _arguments(document: Mapping[str, Any]) -> dict[str, Any]:
    if document.keys() - {"Version", "Id", "Statement"}:
        raise _NoWordError
    out: dict[str, Any] = {}
    version = document.get("Version") or "2008-10-17"
    if version != _VERSION:
        out["version"] = version
    if document.get("Id"):
        out["policy_id"] = document["Id"]
    out["statement"] = [_statement(one) for one in _many(document["Statement"])]
    return out


def _statement(one: Any) -> dict[str, Any]:
    if not isinstance(one, Mapping):
        raise _NoWordError
    out: dict[str, Any] = {}
    blocks: dict[str, Any] = {}
    for name, value in one.items():
        if name == "Sid":
            out |= {"sid": value} if value else {}
        elif name == "Effect":
            out["effect"] = value
        elif name in _TEXTS:
            out[_TEXTS[name]] = [_text(v) for v in _many(value)]
        elif name in _PRINCIPALS:
            blocks[_PRINCIPALS[name]] = _principals(value)
        elif name == "Condition":
            blocks["condition"] = list(_conditions(value))
        else:
            raise _NoWordError
    order = ("sid", "effect", *_TEXTS.values(), *_PRINCIPALS.values(), "condition")
    both = out | blocks
    return {name: both[name] for name in order if name in both}


def _principals(value: Any) -> list[dict[str, Any]]:
    if value == "*":
        return [{"type": "*", "identifiers": ["*"]}]
    if not isinstance(value, Mapping):
        raise _NoWordError
    return [{"type": kind, "identifiers": [_text(v) for v in _many(names)]} for kind, names in value.items()]


def _conditions(value: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise _NoWordError
    for test, variables in value.items():
        if not isinstance(variables, Mapping):
            raise _NoWordError
        for variable, values in variables.items():
            yield {"test": test, "variable": variable, "values": [_text(v) for v in _many(values)]}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _NoWordError
