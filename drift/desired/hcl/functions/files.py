"""Functions of files: those of the configuration, and no others."""

from __future__ import annotations

import base64
import os
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drift.desired.hcl import run
from drift.desired.hcl.compare import bare, is_sensitive, set_val
from drift.desired.hcl.functions.collections import fields_of
from drift.desired.hcl.functions.hashing import hashed, hashed64
from drift.desired.hcl.functions.registry import Context, Param, function, over
from drift.desired.hcl.functions.strings import IDENTIFIER
from drift.desired.hcl.run import Failure
from drift.desired.hcl.tree import Expr
from drift.desired.hcl.types import set_of
from drift.desired.hcl.values import BOOL, DYNAMIC, STRING, NotKnown, Val, unknown
from drift.model.bounds import FILES


def _read(context: Context, path: str) -> bytes:
    if context.directory is None:
        raise NotKnown("no configuration whose files could be read")
    data = run.read(path, context.directory, context.jail)
    context.run.spend(len(data) >> 6)
    return data


def _text(context: Context, path: str) -> str:
    try:
        return _read(context, path).decode()
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8") from None


@function("file", STRING)
def file(context: Context, path: str) -> str:
    """A file's text."""
    return _text(context, path)


@function("filebase64", STRING)
def filebase64(context: Context, path: str) -> str:
    """A file's bytes in Base64."""
    return base64.b64encode(_read(context, path)).decode()


def _hash_of_file(name: str, how: Callable[[str, bytes], str], algorithm: str) -> None:
    @function(name, STRING)
    def hash_of_file(context: Context, path: str) -> str:
        return how(algorithm, _read(context, path))


for _name, _how, _algorithm in (
    ("filemd5", hashed, "md5"),
    ("filesha1", hashed, "sha1"),
    ("filesha256", hashed, "sha256"),
    ("filesha512", hashed, "sha512"),
    ("filebase64sha256", hashed64, "sha256"),
    ("filebase64sha512", hashed64, "sha512"),
):
    _hash_of_file(_name, _how, _algorithm)


@function("fileexists", STRING, returns=BOOL)
def fileexists(context: Context, path: str) -> bool:
    """Whether there is such a file."""
    if context.directory is None:
        raise NotKnown("no configuration whose files could be read", BOOL)
    found = run.find(path, context.directory, context.jail)
    if found.exists() and not found.is_file():
        raise Failure(f"{path} is no regular file")
    return found.exists()


@function("basename", STRING)
def basename(context: Context, path: str) -> str:
    """The last part of a path."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def clean(path: str) -> str:
    """The shortest way to write a path."""
    out = posixpath.normpath(path) if path else "."
    return out[1:] if out.startswith("//") else out


@function("dirname", STRING)
def dirname(context: Context, path: str) -> str:
    """The path without its last part."""
    return clean(path[: path.rfind("/") + 1])


@function("abspath", STRING)
def abspath(context: Context, path: str) -> str:
    """Known where it is absolute already: where Terraform runs is another matter."""
    if not path.startswith("/"):
        raise NotKnown("where Terraform runs is not known", STRING)
    return clean(path)


@function("pathexpand", STRING)
def pathexpand(context: Context, path: str) -> str:
    """Known where it does not begin with the home directory."""
    if path.startswith("~"):
        raise NotKnown("whose home directory it is is not known", STRING)
    return path


@over("fileset", STRING, STRING, returns=set_of(STRING))
def fileset(context: Context, path: Val, pattern: Val) -> Val:
    """The files below a directory that match a pattern."""
    if context.directory is None:
        raise NotKnown("no configuration whose files could be read", set_of(STRING))
    base = run.find(path.raw, context.directory, context.jail)
    wanted = clean(pattern.raw)
    if wanted.startswith(("..", "/")) or "\\" in wanted:
        raise NotKnown("a pattern that leaves its directory", set_of(STRING))
    names = _Walk(context, wanted).files(base)
    return set_val(STRING, [Val(STRING, name) for name in sorted(names)])


class _Walk:
    """The files that a pattern names. Links are followed, as Terraform follows them (seen with 1.11.4)."""

    def __init__(self, context: Context, pattern: str) -> None:
        self._context = context
        self._whole = re.compile(_as_regex(pattern))
        self._deep = "**" in pattern
        self._depth = pattern.count("/")
        segments = pattern.split("/") if "{" not in pattern else []
        fixed = segments[: next((n for n, s in enumerate(segments) if "**" in s), len(segments))]
        self._above = [re.compile(_as_regex(s)) for s in fixed]
        self._visited = 0

    def files(self, base: Path) -> Iterator[str]:
        """The paths below `base` of the regular files that match, with slashes."""
        waiting = [("", base.resolve(), frozenset[Path]())]
        while waiting:
            prefix, real, above = waiting.pop()
            for entry in self._entries(base / prefix):
                name = f"{prefix}{entry.name}"
                target = self._target(entry, real)
                if target is None:
                    if self._whole.fullmatch(name):
                        raise Failure(f"{name} is a link to what is not there")
                elif target.is_dir():
                    if not self._may_hold(name):
                        continue
                    if target == real or target in above:
                        raise NotKnown(f"{name} is a link that leads back to where it is", set_of(STRING))
                    waiting.append((f"{name}/", target, above | {real}))
                elif target.is_file() and self._whole.fullmatch(name):
                    if not run.inside(target, self._context.jail):
                        raise NotKnown(f"{name} is a link out of the configuration", set_of(STRING))
                    yield name

    def _entries(self, directory: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(directory) as found:
                entries = sorted(found, key=lambda e: e.name)
        except NotADirectoryError:
            return []
        except FileNotFoundError:
            return []
        except OSError as error:
            raise NotKnown(f"a directory cannot be read: {error.strerror}", set_of(STRING)) from None
        self._visited += len(entries)
        self._context.run.spend(len(entries))
        if self._visited > FILES.most:
            raise NotKnown(f"files to look at: {FILES.beyond}", set_of(STRING))
        return entries

    @staticmethod
    def _target(entry: os.DirEntry[str], real: Path) -> Path | None:
        """Where an entry leads; None where nothing is there."""
        if not entry.is_symlink():
            return real / entry.name
        try:
            return Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):
            return None

    def _may_hold(self, name: str) -> bool:
        """Whether something in a directory of this name may match."""
        steps = name.split("/")
        if not self._deep and len(steps) > self._depth:
            return False
        return all(wanted.fullmatch(step) for wanted, step in zip(self._above, steps, strict=False))


def _as_regex(pattern: str) -> str:
    """`*`, `**`, `?`, `[a-z]` and `{a,b}` as a regular expression."""
    out, position, depth = [], 0, 0
    while position < len(pattern):
        char = pattern[position]
        if pattern.startswith("**/", position):
            out.append("(?:[^/]+/)*")
            position += 2
        elif pattern.startswith("**", position):
            out.append(".*" if position == 0 or pattern[position - 1] == "/" else "[^/]*")
            position += 1
        elif char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            end = pattern.find("]", position + 2)
            if end < 0:
                raise Failure("a class is not closed")
            inner = pattern[position + 1 : end]
            negated = inner[:1] in ("^", "!")
            out.append("[" + ("^/" if negated else "") + re.escape(inner[negated:]).replace(r"\-", "-") + "]")
            position = end
        elif char in "{}," and (char == "{" or depth):
            depth += {"{": 1, "}": -1, ",": 0}[char]
            out.append({"{": "(?:", "}": ")", ",": "|"}[char])
        else:
            out.append(re.escape(char))
        position += 1
    if depth:
        raise Failure("alternatives are not closed")
    return "".join(out)


@over("templatefile", STRING, Param(DYNAMIC))
def templatefile(context: Context, path: Val, names: Val) -> Val:
    """A file's text, rendered with these variables."""
    if not context.templates:
        raise Failure("a template renders no other template")
    return _rendered(context, _text(context, path.raw), names)


@over("templatestring", STRING, Param(DYNAMIC), returns=STRING)
def templatestring(context: Context, template: Val, names: Val) -> Val:
    """A text, rendered with these variables."""
    if not context.templates:
        raise Failure("a template renders no other template")
    val = _rendered(context, template.raw, names)
    return Val(STRING, val.raw, val.sensitive) if val.type == STRING else _as_text(val)


def _as_text(val: Val) -> Val:
    from drift.desired.hcl.convert import convert

    return convert(val, STRING)


def _rendered(context: Context, text: str, names: Val) -> Val:
    fields: dict[str, Any] = dict(fields_of(names))
    for name in fields:
        if not IDENTIFIER.fullmatch(name):
            raise Failure(f"{name} is no name of a variable")
    val = context.render(_parsed(text), fields)
    if val.is_null:
        raise Failure("the template's result is null")
    marks = is_sensitive(val)
    return bare(val).marked(marks) if val.is_known else unknown(val.type, sensitive=marks)


def _parsed(text: str) -> Expr:
    from drift.desired.hcl.syntax import SyntaxFault, parse_template

    try:
        return parse_template(text)
    except SyntaxFault as fault:
        raise NotKnown(f"the template cannot be parsed at its line {fault.line}: {fault.reason}") from None
