"""Telling a state from everything people give in its place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from drift.desired.backends.url import STANDARD_INPUT
from drift.desired.state import mistaken
from drift.desired.state.mistaken import INSTEAD
from drift.errors import StateError

Format = Literal["v3", "v4", "show", "plan", "encrypted"]

CURRENT = 4
"""The only state version that Terraform 0.12 and later, and OpenTofu, write."""
FLAT = 3
"""The state version of Terraform 0.7 to 0.11."""

_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])
_CHUNK = 1 << 20
_PLAN = frozenset(
    {"planned_values", "resource_changes", "resource_drift", "prior_state", "configuration", "output_changes"}
)
"""Keys of a plan that no state has."""
_SHOWN = frozenset({"format_version", "terraform_version", "values", "checks", "timestamp"})
"""Keys of a state as `terraform show -json` writes it; of one without resources the first alone."""


_HEAD = re.compile(rb'\s*\{\s*"version"\s*:\s*4\s*,\s*"terraform_version"')
"""How Terraform and OpenTofu begin a state."""


def sniff(data: bytes, source: str, *, whole: bool = False) -> Format:
    """What `data` is; StateError where drift reads no desired side from it.

    Unless `whole`, the beginning of a state of the current version is taken for one: what it is not, its reader sees.
    """
    _refuse_empty(data, source)
    _refuse_binary(data, source)
    _refuse_other_encoding(data, source)
    if not whole and _HEAD.match(data[:200]):
        return "v4"
    try:
        top = _TOP.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        _refuse_broken(data, source, error)
    if {"encryption_version", "encrypted_data"} & top.keys():
        return "encrypted"
    if _PLAN & top.keys():
        _refuse_newer(top, source)
        return "plan"
    _refuse_other_json(top, source)
    if "format_version" in top:
        _refuse_newer(top, source)
        _refuse_not_shown(top, source)
        return "show"
    return _of_version(top, source)


def _of_version(top: Mapping[str, Any], source: str) -> Format:
    """The format of a state file, by its `version`."""
    version = _number(top.get("version"), source)
    if version < FLAT:
        raise StateError(
            source,
            f"state version {version}, written by Terraform 0.6 or older",
            "`terraform refresh` with any Terraform from 0.7 to 0.11 rewrites it as version 3, which drift reads.",
        )
    if version > CURRENT:
        raise StateError(
            source,
            f"state version {version} is newer than this version of drift supports ({CURRENT})",
            "Upgrade drift.",
        )
    holds = "resources" if version == CURRENT else "modules"
    if holds not in top:
        raise StateError(source, f"it has a `version`, but no `{holds}`: it is not a Terraform state", INSTEAD)
    return "v4" if version == CURRENT else "v3"


def _refuse_not_shown(top: Mapping[str, Any], source: str) -> None:
    if strange := sorted(top.keys() - _SHOWN):
        raise StateError(source, f"it has {strange[0]!r}, but `terraform show` does not write such a state", INSTEAD)


def _refuse_empty(data: bytes, source: str) -> None:
    if data.strip():
        return
    if source == STANDARD_INPUT:
        hint = "The command before the pipe wrote nothing: run it alone. `set -o pipefail` makes a script stop there."
        raise StateError(source, "no input", hint)
    raise StateError(source, "the file is empty", _backup(source))


def _backup(source: str) -> str:
    """What to do about an empty file: a killed `terraform apply` leaves one, and the last good state beside it."""
    try:
        beside = Path(f"{source}.backup")
        if beside.is_file() and beside.stat().st_size:
            return f"This happens if `terraform apply` is killed. The last good state is {beside}: give that file."
    except (OSError, ValueError):  # no place on this machine
        pass
    return "This happens if `terraform apply` is killed. The last good state is in the file that ends in `.backup`."


def _refuse_other_json(top: Mapping[str, msgspec.Raw], source: str) -> None:
    if mistaken.is_pointer(top):
        raise StateError(
            source,
            "this file names the backend of the state; it is not the state",
            "Run `terraform state pull > current.tfstate` in that directory, and give the resulting file.",
        )
    other = mistaken.document(top)
    if other is not None:
        raise StateError(source, other.what, other.hint)
    if "version" not in top and "format_version" not in top:
        raise StateError(
            source,
            "this JSON has no `version`: it is not a Terraform state",
            "Give the file that `terraform state pull` prints.",
        )


def _number(raw: msgspec.Raw | None, source: str) -> int:
    text = bytes(raw) if raw is not None else b""
    try:
        return msgspec.json.decode(text, type=int)
    except (msgspec.DecodeError, RecursionError):
        said = text[:40].decode(errors="replace")
        raise StateError(source, f"`version` is {said}, not a number", INSTEAD) from None


def _refuse_newer(top: dict[str, msgspec.Raw], source: str) -> None:
    """Terraform promises that all of format 1.x can be read by who reads 1.0; 0.1 and 0.2 came before it."""
    text = bytes(top.get("format_version", msgspec.Raw(b'"1.0"')))[:16].decode(errors="replace").strip('"')
    if text.split(".", 1)[0] not in ("0", "1"):
        raise StateError(
            source, f"format version {text} is newer than this version of drift supports (1.x)", "Upgrade drift."
        )


def _refuse_binary(data: bytes, source: str) -> None:
    if data[:4] == b"PK\x03\x04":
        raise StateError(
            source,
            "this is a binary plan file",
            "Give it as JSON, `terraform show -json planfile > plan.json`, "
            "or the state: `terraform state pull > current.tfstate`.",
        )
    if b"\x00" in data[:4096]:
        raise StateError(source, "the file is binary, not a state", "Give the file that `terraform state pull` prints.")


def _refuse_broken(data: bytes, source: str, error: Exception) -> None:
    again = "Fetch it again with `terraform state pull`, or give the `.backup` file in the same directory."
    if data.startswith(b'{"@level"'):
        _refuse_other_json({"@level": msgspec.Raw(b'""')}, source)
    other = mistaken.text(data, trailing="trailing characters" in str(error))
    if other is not None:
        raise StateError(source, other.what, other.hint) from None
    if isinstance(error, RecursionError):
        raise StateError(source, "it is nested deeper than any state that Terraform writes", again) from None
    if isinstance(error, msgspec.ValidationError):
        raise StateError(source, f"this JSON is not a Terraform state: {error}", again) from None
    truncated = "truncated" in str(error)
    what = "the file is truncated" if truncated else f"not valid JSON: {error}"
    raise StateError(source, what, again) from None


def _refuse_other_encoding(data: bytes, source: str) -> None:
    """msgspec takes any bytes between quotes; a state is UTF-8 (RFC 8259, section 8.1)."""
    if data.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    end = 0
    try:
        while end < len(data):
            chunk = data[end : end + _CHUNK]
            end += len(chunk)
            decoder.decode(chunk, final=end == len(data))
    except UnicodeDecodeError as bad:
        start = end - len(bad.object) + bad.start
        raise StateError(
            source,
            f"line {data.count(bytes([10]), 0, start) + 1}: invalid UTF-8 at byte {start}",
            "The file was damaged or re-encoded: fetch it again with `terraform state pull`.",
        ) from None
