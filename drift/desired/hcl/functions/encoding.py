"""Functions that encode and decode."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote_plus

from drift.desired.hcl import numbers
from drift.desired.hcl.convert import keys_in_order
from drift.desired.hcl.functions.lists import ANYTHING
from drift.desired.hcl.functions.registry import Context, function, over
from drift.desired.hcl.operators import normal
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import list_of, object_of, object_val, tuple_val
from drift.desired.hcl.values import BOOL, NUMBER, STRING, NotKnown, Val, null, unknown

_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_CODECS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "windows-1251": "cp1251",
    "shift_jis": "shift_jis",
}
"""The names that are of one mind in IANA's registry, in Go and in Python; others are not known."""


def decode_base64(text: str) -> bytes:
    """The bytes; `Failure` where it is no standard Base64."""
    text = text.replace("\r", "").replace("\n", "")
    if not _BASE64.fullmatch(text):
        raise Failure("this is not Base64")
    return base64.b64decode(text)


@function("base64encode", STRING)
def base64encode(context: Context, text: str) -> str:
    """Base64 of the text's UTF-8."""
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


@function("base64decode", STRING)
def base64decode(context: Context, text: str) -> str:
    """The text whose Base64 it is."""
    try:
        return decode_base64(text).decode()
    except UnicodeDecodeError:
        raise Failure("the decoded bytes are not UTF-8") from None


@function("base64gzip", STRING)
def base64gzip(context: Context, text: str) -> str:
    """Not known: another compressor's bytes differ."""
    raise NotKnown("the bytes of Terraform's compressor are not known", STRING)


def _codec(name: str) -> str:
    if name.lower() not in _CODECS:
        raise NotKnown("the encoding is not known", STRING)
    return _CODECS[name.lower()]


@function("textencodebase64", STRING, STRING)
def textencodebase64(context: Context, text: str, encoding: str) -> str:
    """Base64 of the text in an encoding."""
    try:
        return base64.b64encode(text.encode(_codec(encoding))).decode()
    except UnicodeEncodeError:
        raise Failure("the encoding lacks a character of the text") from None


@function("textdecodebase64", STRING, STRING)
def textdecodebase64(context: Context, text: str, encoding: str) -> str:
    """The text in an encoding whose Base64 it is."""
    data = decode_base64(text)
    try:
        return data.decode(_codec(encoding))
    except UnicodeDecodeError:
        raise Failure("the bytes are not of that encoding") from None


@function("urlencode", STRING)
def urlencode(context: Context, text: str) -> str:
    """Text as a query holds it."""
    return quote_plus(text)


# JSON


def quoted(text: str) -> str:
    """A text in JSON as Go writes it: with <, >, & and the line separators escaped."""
    out = json.dumps(text, ensure_ascii=False)
    out = out.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\x7f", "\x7f")
    return out.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def to_json(val: Val) -> str:
    """A value that is wholly known as JSON: keys in order, no spaces."""
    raw = val.raw
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return quoted(raw)
    if isinstance(raw, int | Decimal):
        return numbers.text_of(raw)
    if isinstance(raw, Mapping):
        return "{" + ",".join(f"{quoted(name)}:{to_json(raw[name])}" for name in keys_in_order(raw)) + "}"
    return "[" + ",".join(map(to_json, raw)) + "]"


@over("jsonencode", ANYTHING, returns=STRING)
def jsonencode(context: Context, of: Val) -> Val:
    """The value as JSON."""
    context.run.allow_parts(of)
    return Val(STRING, to_json(of)) if of.wholly_known else unknown(STRING)


@over("jsondecode", STRING)
def jsondecode(context: Context, of: Val) -> Val:
    """The value that JSON writes: arrays are tuples, objects objects."""
    context.run.spend(len(of.raw) >> 3)
    try:
        decoded = json.loads(
            of.raw,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_refuse,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise NotKnown("the JSON is nested too deeply") from None
    except ValueError:
        raise Failure("this is not JSON") from None
    return _value(decoded)


def _number(text: str) -> Val:
    return Val(NUMBER, numbers.parse(text))


def _refuse(text: str) -> Val:
    raise ValueError(text)


def _object(pairs: list[tuple[str, Any]]) -> Val:
    fields: dict[str, Val] = {}
    for name, item in pairs:
        val = _value(item)
        if name in fields and fields[name].type != val.type:
            raise NotKnown(f"the key {name} stands twice in an object, and Terraform's versions differ in that")
        fields[normal(name)] = val
    return object_val(fields)


def _value(item: Any) -> Val:
    if isinstance(item, Val):
        return item
    if item is None:
        return null()
    if isinstance(item, bool):
        return Val(BOOL, item)
    if isinstance(item, str):
        if any("\ud800" <= char <= "\udfff" for char in item):
            raise NotKnown("the JSON holds half a character")
        return Val(STRING, normal(item))
    return tuple_val([_value(part) for part in item])


# CSV


@over("csvdecode", STRING)
def csvdecode(context: Context, of: Val) -> Val:
    """A list of objects, one for each line after the header's."""
    context.run.spend(len(of.raw) >> 3)
    rows = _csv(of.raw)
    if not rows:
        raise Failure("there is no header line")
    header = rows[0]
    if len(set(header)) != len(header):
        raise Failure("two columns have one name")
    if any(len(row) != len(header) for row in rows):
        raise Failure("a line has not as many fields as the header")
    type_ = object_of(dict.fromkeys(header, STRING))
    return Val(
        list_of(type_),
        tuple(object_val({k: Val(STRING, normal(v)) for k, v in zip(header, row, strict=True)}) for row in rows[1:]),
    )


_QUOTED_FIELD: Final = re.compile(r'"((?:[^"]|"")*)"(?=,|\n|\Z)')
_BARE_FIELD: Final = re.compile(r'[^",\n]*(?=,|\n|\Z)')


def _csv(text: str) -> list[list[str]]:
    """The fields of each line that is not empty."""
    text = text.replace("\r\n", "\n")
    text = text.removesuffix("\r")
    rows: list[list[str]] = []
    row: list[str] = []
    position = 0
    while position < len(text):
        if not row and text[position] == "\n":
            position += 1
            continue
        match = (_QUOTED_FIELD if text[position] == '"' else _BARE_FIELD).match(text, position)
        if match is None:
            raise Failure("a quotation mark stands where none may")
        row.append(match[1].replace('""', '"') if match.re is _QUOTED_FIELD else match[0])
        position = match.end()
        if text[position : position + 1] != ",":
            rows.append(row)
            row = []
        elif position + 1 == len(text) or text[position + 1] == "\n":
            row.append("")
            rows.append(row)
            row = []
            position += 1
        position += 1
    return rows
