"""Escapes untrusted text for terminals. Names, tags and values may come from anybody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from drift.model.value import Value, plain

_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
"""Control, format (bidirectional overrides, zero-width) and separator characters (Unicode general categories)."""
_COMMAND = re.compile(r"##(\w*\[)")
"""Commands of CI runners, which work anywhere in a line of a log: `##[add-mask]`, `##vso[task.setvariable]`."""


def visible(text: object) -> str:
    r"""`text` with an escape for every character that could move the cursor or hide other characters.

    >>> visible("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    safe = str(text)
    if not (safe.isascii() and safe.isprintable()):
        safe = "".join(c if unicodedata.category(c) not in _HIDDEN else _escaped(c) for c in safe)
    return _COMMAND.sub(r"#\\x23\1", safe) if "##" in safe else safe


def listed(text: str) -> str:
    """The lines of a file or a patch; tabs stay, and line ends are line feeds."""
    return "\n".join("\t".join(visible(part) for part in line.rstrip("\r").split("\t")) for line in text.split("\n"))


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shown(value: Value) -> str:
    """One value on one line, for people."""
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return visible(value) if value.startswith("secret:") else f'"{visible(value)}"'
    if isinstance(value, Mapping):
        rule = _rule(value)
        inner = rule or ", ".join(
            f"{visible(k)}: {shown(value[k])}" for k in sorted(value) if value[k] not in (None, ())
        )
        return inner if rule else f"{{{inner}}}"
    return f"[{', '.join(shown(v) for v in _ordered(value))}]"


def _ordered(value: Any) -> list[Any]:
    return sorted(value, key=lambda v: repr(plain(v))) if isinstance(value, frozenset) else list(value)


def _rule(value: Mapping[str, Any]) -> str:
    """A security group rule in short form: `tcp/22 0.0.0.0/0`."""
    peers = [value[k] for k in ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "security_group") if value.get(k)]
    if not {"protocol", "from_port", "to_port"} <= set(value) or len(peers) != 1:
        return ""
    low, high = value["from_port"], value["to_port"]
    ports = "" if low is None else f"/{low}" if low == high else f"/{low}-{high}"
    name = "all traffic" if value["protocol"] == "-1" else f"{value['protocol']}{ports}"
    said = f' "{visible(value["description"])}"' if value.get("description") else ""
    return f"{visible(name)} {visible(peers[0])}{said}"
