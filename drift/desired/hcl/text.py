"""The text of templates: escapes, and the indentation of `<<-`. As HCL's scanner and parser do it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from drift.desired.hcl.scan import Value

SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go's unicode.IsSpace says is space."""

# Nothing follows that could fail, so none of these goes back. A group that never goes back (`)++`) would say it, but
# Python before 3.11.5 takes the wrong branch where such a group looks ahead.
QUOTED: Final = re.compile(r'(?:[^"\\$%\r\n]++|\\[^\r\n]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))+')
"""A run of text in quotes, escapes and all."""
BARE: Final = re.compile(r"(?:[^$%\n]++|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*\n?")
"""A run of text in a heredoc, to its line's end: trim markers reach no further."""

_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|([$%])\2\{", re.DOTALL)
_DOUBLED: Final = re.compile(r"([$%])\1\{")
_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def unquoted(raw: str) -> str:
    """What a run of quoted text says. Raises ValueError for an escape that HCL does not know."""
    if "\\" not in raw and "{" not in raw:
        return raw
    return _ESCAPE.sub(_escaped, raw)


def _escaped(found: re.Match[str]) -> str:
    if found[2]:
        return found[2] + "{"
    escape = found[1]
    if escape in _SIMPLE:
        return _SIMPLE[escape]
    code = int(escape[1:], 16) if len(escape) > 1 else -1
    if code < 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError(f"\\{escape} is not an escape sequence")
    return chr(code)


def bare(raw: str) -> str:
    """What a run of a heredoc's or bare template's text says."""
    return _DOUBLED.sub(r"\1{", raw) if "{" in raw else raw


def unindent(tokens: Sequence[Value | None]) -> None:
    """Take from every line what all of them are indented by; None stands for what is not text.

    Blank lines neither count nor change.
    """
    least: int | None = None
    line_start = True
    adjust: list[Value] = []
    for token in tokens:
        value = str(token.value) if token is not None else ""
        if line_start:
            line_start = False
            rest = value.lstrip(SPACE)
            if rest or token is None or not value.endswith("\n"):
                indent = len(value) - len(rest)
                least = indent if least is None else min(least, indent)
                if token is not None:
                    adjust.append(token)
        if value.endswith("\n"):
            line_start = True
    for token in adjust:
        token.value = str(token.value)[least or 0 :]
