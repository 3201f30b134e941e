"""Finds the drift that a change of the configuration touches, by changed blocks, modules, variables and locals."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from drift.desired.hcl.files import parse_files
from drift.desired.hcl.tree import Block, File, GetAttr, Name
from drift.model.drift import Drift, Report
from drift.report.escape import code

SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json")
Fact = tuple[str, str]
"""`("var", "cidr")`, `("local", "name")`, `("module", "web")`, `("aws_vpc", "main")`: what an expression can name."""
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that a pull request changes."""

    path: str
    """Relative to the repository's root."""
    lines: tuple[tuple[int, int], ...] = ()
    """First and last line of each change, in the new file; empty for the whole file."""

    def holds(self, first: int, last: int) -> bool:
        """Whether a line in this range changed."""
        return not self.lines or any(start <= last and first <= end for start, end in self.lines)


def changed_lines(patch: str) -> tuple[tuple[int, int], ...]:
    """The changed lines of a unified diff, numbered as in the new file; a removed line counts as the next one.

    >>> changed_lines("@@ -1,3 +1,3 @@\\n a\\n-b\\n+c\\n d")
    ((2, 2),)
    """
    out: list[tuple[int, int]] = []
    line = 0
    for text in patch.splitlines():
        if hunk := _HUNK.match(text):
            line = int(hunk[1])
        elif text.startswith("+"):
            out.append((line, line))
            line += 1
        elif text.startswith("-"):
            out.append((max(1, line), max(1, line)))
        elif not text.startswith("\\"):
            line += 1
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(out)):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


@dataclass
class _Folder:
    """One directory of the configuration, and what changed in it."""

    names: dict[Fact, frozenset[Fact]] = field(default_factory=dict)
    """Block or local -> what it names."""
    changed: dict[Fact, Fact] = field(default_factory=dict)
    """Changed thing -> why: itself, or something that it names."""
    whole: str = ""
    """Why everything in the directory is touched: a changed file that could not be analysed. Markdown."""


def touching(report: Report, changed: Iterable[ChangedFile], root: Path, directory: str = "") -> Mapping[str, str]:
    """Fingerprint -> why a change of these files touches that drift, in Markdown.

    `root` is the checkout, `directory` the one in which drift ran: paths in the report are relative to it.
    """
    files = {f.path: f for f in changed if f.path.endswith(SUFFIXES) and _inside(f.path)}
    if not files:
        return {}
    folders = _folders(files, root)
    out = {}
    for drift in report.drift:
        why = _why(drift, folders, directory)
        if why:
            out[drift.fingerprint] = why
    return out


def _inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in path.split("/")


def _folders(files: Mapping[str, ChangedFile], root: Path) -> dict[str, _Folder]:
    names = {posixpath.dirname(path) for path in files}
    known: dict[str, list[str]] = {}
    for name in names:
        here = (root / name).iterdir() if (root / name).is_dir() else ()
        known[name] = sorted(posixpath.join(name, p.name) for p in here if p.name.endswith(SUFFIXES) and p.is_file())
    paths = sorted({path for found in known.values() for path in found})
    parsed = dict(zip(paths, parse_files([root / path for path in paths]), strict=True))
    out: dict[str, _Folder] = defaultdict(_Folder)
    for name in names:
        folder = out[name]
        for path in known[name]:
            _read(folder, path, parsed[path], files.get(path))
        if any(posixpath.dirname(path) == name and path not in parsed for path in files):
            gone = next(p for p in files if posixpath.dirname(p) == name and p not in parsed)
            folder.whole = f"{code(posixpath.basename(gone))}, a file of its module, is taken away here"
        _spread(folder)
    return out


def _read(folder: _Folder, path: str, file: File, changed: ChangedFile | None) -> None:
    if changed is not None and any(changed.holds(x.line, x.end_line) for x in file.lost):
        folder.whole = f"{code(posixpath.basename(path))}, a file of its module, changes here"
    if ".tfvars" in posixpath.basename(path):
        for attribute in file.body.attributes.values():
            if changed is not None and changed.holds(attribute.line, attribute.end_line):
                folder.changed["var", attribute.name] = ("var", attribute.name)
        return
    for block in file.body.blocks:
        alters = changed is not None and changed.holds(block.line, block.end_line)
        for fact, names in _facts(block):
            folder.names[fact] = folder.names.get(fact, frozenset()) | frozenset(names)
            if fact[0] == "local" and alters and changed is not None:
                mine = block.body.attributes[fact[1]]
                alters_it = changed.holds(mine.line, mine.end_line)
            else:
                alters_it = alters
            if alters_it:
                folder.changed[fact] = fact


def _facts(block: Block) -> Iterator[tuple[Fact, Iterable[Fact]]]:
    """What a block defines, with what its expressions name."""
    names = set(_named(block.body))
    match block.type, block.labels:
        case "variable", (name,):
            yield ("var", name), ()
        case "module", (name,):
            yield ("module", name), names
        case "data", (kind, name):
            yield ("data", f"{kind}.{name}"), names
        case "resource", (kind, name):
            yield (kind, name), names
        case "provider", (name, *_):
            yield ("provider", name), names
        case "locals", ():
            for attribute in block.body.attributes.values():
                yield ("local", attribute.name), set(_named(attribute.expr))


def _said(fact: Fact) -> str:
    return f"provider {fact[1]}" if fact[0] == "provider" else ".".join(fact)


def _named(node: Any) -> Iterator[Fact]:
    """What the expressions in a node name."""
    if isinstance(node, GetAttr):
        if isinstance(node.of, Name):
            yield node.of.name, node.name
        elif isinstance(node.of, GetAttr) and isinstance(node.of.of, Name) and node.of.of.name == "data":
            yield "data", f"{node.of.name}.{node.name}"
    if isinstance(node, Mapping):
        node = tuple(node.values())
    if isinstance(node, tuple):
        for inner in node:
            yield from _named(inner)
    elif is_dataclass(node):
        for f in fields(node):
            yield from _named(getattr(node, f.name))


def _spread(folder: _Folder) -> None:
    """A local, module call or data source that names something changed is changed too; a resource is not."""
    carriers = {f: names for f, names in folder.names.items() if f[0] in ("local", "module", "data")}
    while True:
        more = {
            fact: folder.changed[cause]
            for fact, names in carriers.items()
            if fact not in folder.changed
            for cause in sorted(names)
            if cause in folder.changed and cause[0] in ("var", "local", "data")
        }
        if not more:
            return
        folder.changed |= more


def _why(drift: Drift, folders: Mapping[str, _Folder], directory: str) -> str:
    address, source = drift.resource.address, drift.resource.source
    if address is None:
        return ""
    path = posixpath.normpath(posixpath.join(directory, source.file)) if source.file else ""
    own = (address.type, address.name)
    for name, folder in folders.items():
        described = posixpath.dirname(path) == name if path else own in folder.names
        why = _within(folder, own) if described else ""
        if why:
            return why
    for folder in folders.values():
        for call in (("module", step) for step, _ in address.module):
            if call in folder.changed:
                cause = folder.changed[call]
                return _changes(cause) + (f", and {code(_said(call))} takes it" if cause != call else "")
    return ""


def _within(folder: _Folder, own: Fact) -> str:
    """Why the changes in a directory touch a resource in it."""
    if own in folder.changed:
        return "its block changes here"
    for cause in sorted(folder.names.get(own, frozenset())):
        if cause in folder.changed and cause[0] in ("var", "local", "data", "module"):
            return _changes(folder.changed[cause])
    for cause in folder.changed:
        if cause[0] == "provider" and own[0].startswith(f"{cause[1]}_"):
            return _changes(cause)
    return folder.whole


def _changes(cause: Fact) -> str:
    return f"{code(_said(cause))} changes here"
