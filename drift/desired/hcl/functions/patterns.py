"""Regular expressions, by RE2: Go's language, and linear time whatever the pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from drift.desired.hcl.functions.registry import Context, function, over
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import list_of, object_of, object_val, tuple_of, tuple_val
from drift.desired.hcl.values import STRING, NotKnown, Type, Val, null

_TEMPLATE: Final = re.compile(r"\$(?:\$|\{(?P<braced>\w+)\}|(?P<plain>\w+))", re.ASCII)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """The pattern; `Failure` where it is none."""
    try:
        import re2
    except ImportError:
        raise NotKnown("regular expressions need the package google-re2") from None
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as error:
        if "too large" in str(error) or "memory" in str(error) or "\\C" in pattern:
            raise NotKnown("the pattern is too large") from None
        raise Failure("this is no regular expression") from None


def matches(pattern: Any, data: bytes, context: Context) -> Iterator[Any]:
    """All matches, as Go finds them: none that is empty right behind another."""
    position, behind = 0, -1
    while position <= len(data):
        context.run.spend(1 + ((len(data) - position) >> 10))
        match = pattern.search(data, position)
        if match is None:
            return
        start, end = match.span()
        if end == position:
            fresh = start != behind
            position += _width(data, position)
        else:
            fresh = True
            position = end
        behind = end
        if fresh:
            yield match


def _width(data: bytes, position: int) -> int:
    """Bytes of the character there."""
    end = position + 1
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return end - position


def _names(pattern: Any) -> list[str]:
    names = [""] * pattern.groups
    for name, number in pattern.groupindex.items():
        names[number - 1] = name.decode() if isinstance(name, bytes) else name
    return names


def _type(names: list[str]) -> Type:
    if any(names) and not all(names):
        raise Failure("named and unnamed groups are mixed")
    if not names:
        return STRING
    return object_of(dict.fromkeys(names, STRING)) if names[0] else tuple_of([STRING] * len(names))


def _captured(match: Any, names: list[str]) -> Val:
    if not names:
        return Val(STRING, match.group(0).decode())
    groups = [null(STRING) if part is None else Val(STRING, part.decode()) for part in match.groups()]
    return object_val(dict(zip(names, groups, strict=True))) if names[0] else tuple_val(groups)


@over("regex", STRING, STRING)
def regex(context: Context, pattern: Val, text: Val) -> Val:
    """The first match: its groups, or the whole where it has none."""
    found = compiled(pattern.raw)
    names = _names(found)
    _type(names)
    context.run.spend(len(text.raw) >> 6)
    match = found.search(text.raw.encode())
    if match is None:
        raise Failure("the pattern does not match")
    return _captured(match, names)


@over("regexall", STRING, STRING)
def regexall(context: Context, pattern: Val, text: Val) -> Val:
    """All matches."""
    found = compiled(pattern.raw)
    names = _names(found)
    type_ = _type(names)
    return Val(list_of(type_), tuple(_captured(match, names) for match in matches(found, text.raw.encode(), context)))


@function("replace", STRING, STRING, STRING)
def replace(context: Context, text: str, part: str, by: str) -> str:
    """Each occurrence replaced; between slashes the part is a pattern, and `$1` a group."""
    if len(part.encode()) > 1 and part.startswith("/") and part.endswith("/"):
        return _replace_pattern(context, text, part[1:-1], by)
    context.run.allow_text(len(text) + (text.count(part) if part else len(text) + 1) * len(by))
    return text.replace(part, by)


def _replace_pattern(context: Context, text: str, part: str, by: str) -> str:
    pattern, data = compiled(part), text.encode()
    names = _names(pattern)
    out: list[bytes] = []
    size = searched = copied = 0
    while searched <= len(data):
        context.run.spend(1 + ((len(data) - searched) >> 10))
        match = pattern.search(data, searched)
        if match is None:
            break
        start, end = match.span()
        out.append(data[copied:start])
        if end > copied or start == 0:
            out.append(_expanded(by, match, names).encode())
            size += len(out[-1])
            context.run.allow_text(size + len(data))
        copied = end
        width = _width(data, searched) if searched < len(data) else 1
        searched = max(searched + width, end)
    out.append(data[copied:])
    return b"".join(out).decode()


def _expanded(by: str, match: Any, names: list[str]) -> str:
    def group(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name = found["braced"] or found["plain"]
        if name.isdigit():
            number = int(name) if len(name) < 9 else 1 << 30
        else:
            number = names.index(name) + 1 if name in names else 1 << 30
        part = match.group(number) if number <= len(names) else None
        return "" if part is None else part.decode()

    return _TEMPLATE.sub(group, by)
