"""`data.aws_iam_policy_document`, computed: JSON byte for byte as the AWS provider writes it."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from drift.desired.hcl.compare import is_sensitive
from drift.desired.hcl.convert import convert
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import list_of, set_of
from drift.desired.hcl.values import STRING, NotKnown, Type, Val, null, unknown

_SETS: Final = (("actions", "Action"), ("not_actions", "NotAction"))
_REPLACED_SETS: Final = (("resources", "Resource"), ("not_resources", "NotResource"))
_PRINCIPALS: Final = (("principals", "Principal"), ("not_principals", "NotPrincipal"))
_ORDER: Final = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)
_SID: Final = re.compile(r"[a-zA-Z0-9]*")
_VERSIONS: Final = ("2008-10-17", "2012-10-17")

Statement = dict[str, Any]
Fields = Mapping[str, Val]


def policy_document(arguments: Fields) -> dict[str, Val]:
    """`json`, `minified_json` and `id` for the arguments of the data source; unknown where one of them is.

    Nested blocks are sequences of objects, which may leave out what is not set.
    """
    sensitive = any(map(is_sensitive, arguments.values()))
    try:
        merged = _merged(arguments)
    except (Failure, NotKnown):
        return dict.fromkeys(("json", "minified_json", "id"), unknown(STRING, sensitive=sensitive))
    text = _json(merged, indent=2)
    return {
        "json": Val(STRING, text, sensitive),
        "minified_json": Val(STRING, _json(merged, indent=None), sensitive),
        "id": Val(STRING, str(zlib.crc32(text.encode())), sensitive),
    }


def _json(document: Any, indent: int | None) -> str:
    """JSON as Go writes it: <, > and & escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, separators=(",", ": " if indent else ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _merged(arguments: Fields) -> dict[str, Any]:
    documents = [_parsed(text) for text in _texts(arguments, "source_policy_documents")]
    sids = [s["Sid"] for document in documents for s in document.get("Statement", ()) if s.get("Sid")]
    if len(set(sids)) != len(sids):
        raise Failure("two statements of the source documents have one sid")
    documents.append(_own(arguments))
    documents += [_parsed(text) for text in _texts(arguments, "override_policy_documents")]
    out: dict[str, Any] = {"Version": "", "Id": "", "Statement": []}
    for document in documents:
        out["Id"] = document.get("Id") or out["Id"]
        out["Version"] = max(out["Version"], document.get("Version") or "")
        for statement in document.get("Statement", ()):
            _put(out["Statement"], statement)
    return {key: value for key, value in out.items() if value}


def _put(statements: list[Statement], new: Statement) -> None:
    """Add a statement, in the place of one that has its sid."""
    same = (i for i, old in enumerate(statements) if new.get("Sid") and old.get("Sid") == new["Sid"])
    place = next(same, None)
    if place is None:
        statements.append(new)
    else:
        statements[place] = new


# the document's own statements


def _one(fields: Fields, name: str, default: str = "") -> str:
    """A text argument, or the default where it is not set."""
    val = convert(fields.get(name, null(STRING)), STRING)
    if not val.is_known:
        raise NotKnown(f"{name} is not known")
    return default if val.is_null else str(val.raw)


def _strings(fields: Fields, name: str, wanted: Type) -> list[str]:
    val = convert(fields.get(name, null(wanted)), wanted)
    if not val.wholly_known:
        raise NotKnown(f"{name} is not known")
    if any(item.is_null for item in val.raw or ()):
        raise NotKnown(f"an element of {name} is null")
    return [item.raw for item in val.raw or ()]


def _texts(fields: Fields, name: str) -> list[str]:
    val = convert(fields.get(name, null(list_of(STRING))), list_of(STRING))
    if not val.wholly_known:
        raise NotKnown(f"{name} is not known")
    return [item.raw for item in val.raw or () if not item.is_null]


def _blocks(fields: Fields, name: str) -> Iterator[Fields]:
    val = fields.get(name)
    if val is None or val.is_null:
        return
    if not isinstance(val.raw, tuple):
        raise NotKnown(f"{name} is not known")
    for item in val.raw:
        if not isinstance(item.raw, Mapping):
            raise NotKnown(f"{name} is not known")
        yield item.raw


def _own(arguments: Fields) -> dict[str, Any]:
    version = _one(arguments, "version", _VERSIONS[-1])
    if version not in _VERSIONS:
        raise Failure("there is no such version")
    statements = [_statement(block, version) for block in _blocks(arguments, "statement")]
    sids = [s["Sid"] for s in statements if "Sid" in s]
    if len(set(sids)) != len(sids):
        raise Failure("two statements have one sid")
    return {"Version": version, "Id": _one(arguments, "policy_id"), "Statement": statements}


def _statement(block: Fields, version: str) -> Statement:
    effect, sid = _one(block, "effect", "Allow"), _one(block, "sid")
    if effect not in ("Allow", "Deny") or not _SID.fullmatch(sid):
        raise Failure("effect or sid are not as they must be")
    out: Statement = {"Sid": sid, "Effect": effect}
    for names, replace in ((_SETS, False), (_REPLACED_SETS, True)):
        for name, key in names:
            found = _strings(block, name, set_of(STRING))
            if found:
                out[key] = _scalar(_replaced(found, version) if replace else found)
    for name, key in _PRINCIPALS:
        out[key] = _principals(
            [
                (_one(b, "type"), _replaced(_strings(b, "identifiers", set_of(STRING)), version))
                for b in _distinct(_blocks(block, name))
            ]
        )
    out["Condition"] = _conditions(
        [
            (_one(b, "test"), _one(b, "variable"), _replaced(_strings(b, "values", list_of(STRING)), version))
            for b in _distinct(_blocks(block, "condition"))
        ]
    )
    return {key: out[key] for key in _ORDER if out.get(key)}


def _distinct(blocks: Iterator[Fields]) -> list[Fields]:
    """A set's blocks, each once."""
    out: list[Fields] = []
    for block in blocks:
        set_ones = {k: v for k, v in block.items() if not v.is_null}
        if set_ones not in out:
            out.append(set_ones)
    return out


def _scalar(found: Sequence[str]) -> str | list[str]:
    """One alone, or all from last to first."""
    return found[0] if len(found) == 1 else sorted(found, key=str.encode, reverse=True)


def _replaced(found: Sequence[str], version: str) -> list[str]:
    """`&{…}` stands for `${…}`, which Terraform would take for its own."""
    if version == _VERSIONS[0] and any("&{" in text for text in found):
        raise Failure("this version has no variables")
    return [text.replace("&{", "${") for text in found]


def _principals(found: Sequence[tuple[str, list[str]]]) -> Any:
    if len({type_ for type_, _ in found}) != len(found):
        raise NotKnown("in which order the provider joins principals of one type is not known")
    if found == [("*", ["*"])]:
        return "*"
    return {type_: _scalar(names) for type_, names in sorted(found, key=lambda pair: pair[0].encode())}


def _conditions(found: Sequence[tuple[str, str, list[str]]]) -> Any:
    if len({(test, variable) for test, variable, _ in found}) != len(found):
        raise NotKnown("in which order the provider joins conditions on one variable is not known")
    out: dict[str, dict[str, Any]] = {}
    for test, variable, values in sorted(found, key=lambda c: (c[0].encode(), c[1].encode())):
        out.setdefault(test, {})[variable] = values[0] if len(values) == 1 else values
    return out


# documents that are given


def _parsed(text: str) -> dict[str, Any]:
    """A source or override document, as far as the provider takes it over."""
    try:
        document = json.loads(text, parse_float=_refuse, parse_int=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NotKnown("a document that cannot be read") from None
    if not isinstance(document, dict) or not document.keys() <= {"Version", "Id", "Statement"}:
        raise NotKnown("a document with more than the provider takes over")
    statements = document.get("Statement", [])
    if not isinstance(statements, list) or not all(isinstance(s, dict) for s in statements):
        raise NotKnown("a document whose statements are not a list")
    return {**document, "Statement": [_given(statement) for statement in statements]}


def _refuse(number: str) -> Any:
    raise ValueError(number)


def _given(statement: Statement) -> Statement:
    if not statement.keys() <= set(_ORDER):
        raise NotKnown("a statement with more than the provider takes over")
    out = {key: value for key, value in statement.items() if value is not None}
    for key in ("Principal", "NotPrincipal"):
        if key in out:
            out[key] = _given_principals(out[key])
    if "Condition" in out:
        out["Condition"] = _given_conditions(out["Condition"])
    return {key: out[key] for key in _ORDER if out.get(key) or (key in out and key not in _DROPPED)}


_DROPPED: Final = ("Sid", "Effect", "Principal", "NotPrincipal", "Condition")
"""What is left out where it is empty; an empty list of actions stays."""


def _given_principals(given: Any) -> Any:
    if isinstance(given, str):
        return "*"
    if not isinstance(given, dict):
        raise NotKnown("principals that the provider refuses")
    out: dict[str, Any] = {}
    for type_ in sorted(given, key=str.encode):
        names = given[type_]
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            names = sorted(names, key=str.encode, reverse=True)
        elif not isinstance(names, str):
            raise NotKnown("principals that the provider refuses")
        out[type_] = names
    return "*" if out in ({"*": "*"}, {"*": ["*"]}) else out


def _given_conditions(given: Any) -> Any:
    if not isinstance(given, dict) or not all(isinstance(variables, dict) for variables in given.values()):
        raise NotKnown("conditions that the provider refuses")
    out: dict[str, dict[str, Any]] = {}
    for test in sorted(given, key=str.encode):
        for variable in sorted(given[test], key=str.encode):
            values = given[test][variable]
            if isinstance(values, bool):
                values = "true" if values else "false"
            elif isinstance(values, list) and all(isinstance(value, str) for value in values):
                values = values[0] if len(values) == 1 else values
            elif not isinstance(values, str):
                raise NotKnown("conditions that the provider refuses")
            out.setdefault(test, {})[variable] = values
    return out
