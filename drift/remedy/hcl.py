"""Writes HCL as `terraform fmt` leaves it: bodies of blocks, values, references."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH = 100
"""A list or an object that is longer stands on several lines."""
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Expression:
    """HCL that stands as it is: `aws_vpc.main.id`."""

    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Text of several parts: literal text, and expressions in between."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """`jsonencode(…)` of a value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Argument:
    """`name = value`; `comment` stands on the lines above."""

    name: str
    value: Any
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Nested:
    """`type "label" { body }`."""

    type: str
    body: tuple[Argument | Nested, ...] = ()
    labels: tuple[str, ...] = ()
    comment: str = ""


Items = Sequence[Argument | Nested]


def block(one: Nested, indent: int = 0) -> str:
    """One block with its body, ending in a newline."""
    lead = _INDENT * indent
    head = " ".join([one.type, *(quoted(label) for label in one.labels)])
    said = "".join(f"{lead}# {line}\n" for line in one.comment.splitlines())
    if not one.body:
        return f"{said}{lead}{head} {{}}\n"
    return f"{said}{lead}{head} {{\n{body(one.body, indent + 1)}{lead}}}\n"


def body(items: Items, indent: int = 0) -> str:
    """Arguments and blocks, one below the other; a blank line stands before each block."""
    out: list[str] = []
    arguments: list[Argument] = []
    for item in items:
        if isinstance(item, Argument):
            arguments.append(item)
            continue
        out += _aligned([(a.name, a.value, a.comment) for a in arguments], indent, spaced=True)
        arguments = []
        if out:
            out.append("")
        out += block(item, indent).rstrip("\n").split("\n")
    if arguments and out:
        out.append("")
    out += _aligned([(a.name, a.value, a.comment) for a in arguments], indent, spaced=True)
    return "".join(f"{line}\n" for line in out)


def _aligned(pairs: Iterable[tuple[str, Any, str]], indent: int, *, spaced: bool = False) -> list[str]:
    """`name = value` lines. The equals signs of neighbouring lines stand below each other, but for a value that takes
    several lines; with `spaced`, blank lines stand around such a value."""
    out: list[str] = []
    after = False
    group: list[tuple[str, str]] = []

    def close() -> None:
        width = max((len(name) for name, _ in group), default=0)
        out.extend(f"{lead}{name:<{width}} = {text}" for name, text in group)
        group.clear()

    lead = _INDENT * indent
    for name, given, comment in pairs:
        if comment:
            close()
            out.extend(f"{lead}# {line}" for line in comment.splitlines())
        text = value(given, indent)
        if "\n" in text:
            close()
            if out and spaced:
                out.append("")
            out.extend(f"{lead}{name} = {text}".split("\n"))
            after = spaced
        else:
            if after:
                out.append("")
            after = False
            group.append((name, text))
    close()
    return out


def value(given: Any, indent: int = 0) -> str:
    """A value as an expression; TypeError for what HCL has not. Lines after the first are indented."""
    match given:
        case Expression(text):
            return text
        case Joined(parts):
            return _template(parts, indent)
        case Encoded(inner):
            return f"jsonencode({value(inner, indent)})"
        case None:
            return "null"
        case bool():
            return "true" if given else "false"
        case int():
            return str(given)
        case float():
            return repr(given)
        case str():
            return _template((given,), indent)
        case Mapping():
            return _object(given, indent)
        case list() | tuple():
            return _list(given, indent)
    raise TypeError(f"HCL has no value of {type(given).__name__}")


def _list(items: Sequence[Any], indent: int) -> str:
    flat = [value(item, indent) for item in items]
    line = f"[{', '.join(flat)}]"
    nested = any(isinstance(i, Mapping) for i in items)
    if len(items) == 1 and nested:
        return f"[{flat[0]}]"
    if "\n" not in line and len(line) <= _WIDTH and not nested:
        return line
    lead = _INDENT * (indent + 1)
    inner = (f"{lead}{value(item, indent + 1)},\n" for item in items)
    return f"[\n{''.join(inner)}{_INDENT * indent}]"


def _object(members: Mapping[str, Any], indent: int) -> str:
    if not members:
        return "{}"
    lines = _aligned([(key(name), inner, "") for name, inner in members.items()], indent + 1)
    return "{\n" + "".join(f"{line}\n" for line in lines) + f"{_INDENT * indent}}}"


def key(name: str) -> str:
    """The key of an object, in quotes where it needs them."""
    return name if _IDENTIFIER.fullmatch(name) and name not in ("null", "true", "false", "for") else quoted(name)


def quoted(text: str) -> str:
    """Text in quotes."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """Text as it stands between quotes."""
    plain = "".join(_ESCAPES.get(c) or (c if c.isprintable() else _code(c)) for c in text)
    return literal(plain)


def literal(text: str) -> str:
    """Text as it stands in a template: nothing in it is read as an expression."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _code(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def encoded(given: Any) -> str:
    """The text that Terraform's `jsonencode` makes of a JSON document."""
    text = json.dumps(given, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _template(parts: Sequence[str | Expression], indent: int) -> str:
    """Text with expressions in it: in quotes, or as a heredoc where that is better read."""
    said = "".join(p for p in parts if isinstance(p, str))
    last = parts[-1] if parts else ""
    if not _is_long(said):
        return '"' + _spliced(parts, escaped) + '"'
    if isinstance(last, str) and last.endswith("\n"):
        return f"<<EOT\n{_spliced(parts, literal)}EOT"  # without `-` the text stands as it is, whatever its indentation
    return f"chomp(<<EOT\n{_spliced(parts, literal)}\nEOT\n{_INDENT * indent})"


def _spliced(parts: Iterable[str | Expression], write: Callable[[str], str]) -> str:
    out = ""
    for part in parts:
        if isinstance(part, str):
            out += write(part)
        else:  # `$${` would be an escape
            kept = re.search(r"[$%]*$", out)
            last = kept[0] if kept else ""
            out = out[: len(out) - len(last)] + "".join(f'${{"{c}"}}' for c in last) + f"${{{part.text}}}"
    return out


def _is_long(text: str) -> bool:
    """Whether text is better read as a heredoc, and can be one."""
    return (
        text.count("\n") > 1
        and not re.search(r"(?m)^\s*EOT\s*$", text)
        and all(c.isprintable() or c in "\n\t" for c in text)
    )
