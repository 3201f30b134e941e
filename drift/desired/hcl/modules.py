"""Modules: which files make one, and what they declare.

Files: developer.hashicorp.com/terraform/language/files, and opentofu.org/docs/language/files for `.tofu`. Where
a module's files are: `.terraform/modules/modules.json`, which `terraform init` writes, else the local path itself.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from drift.desired.hcl.bodies import Declared, blocks, overridden
from drift.desired.hcl.configured import Place
from drift.desired.hcl.jail import Jail
from drift.desired.hcl.traversals import text_of
from drift.desired.hcl.tree import Attribute, Block, Body, File, Literal, ObjectOf
from drift.model.bounds import CONFIGURATION_BYTES, MODULE_FILES, contents

SUFFIXES = (".tofu.json", ".tofu", ".tf.json", ".tf")


@dataclass(slots=True)
class Module:
    """What the files of one directory declare, overrides merged in."""

    directory: Path
    variables: dict[str, Declared] = field(default_factory=dict)
    outputs: dict[str, Declared] = field(default_factory=dict)
    locals: dict[str, tuple[Attribute, str]] = field(default_factory=dict)
    """Name -> its expression, and the file that it stands in."""
    resources: dict[tuple[str, str, str], Declared] = field(default_factory=dict)
    """(`managed` or `data`, type, name) -> its block."""
    calls: dict[str, Declared] = field(default_factory=dict)
    """The modules that it calls."""
    providers: dict[tuple[str, str], Declared] = field(default_factory=dict)
    """(local name, alias) -> its configuration."""
    sources: dict[str, str] = field(default_factory=dict)
    """A provider's local name -> its source, `hashicorp/aws`."""
    constraints: dict[str, str] = field(default_factory=dict)
    """A provider's local name -> which versions of it are allowed, `~> 6.0`."""
    moved: list[Declared] = field(default_factory=list)
    imports: list[Declared] = field(default_factory=list)
    removed: list[Declared] = field(default_factory=list)
    comments: dict[str, Mapping[int, str]] = field(default_factory=dict)
    """File -> line -> what a comment says to drift."""
    warnings: list[str] = field(default_factory=list)
    lost: bool = False
    """Whether a block could not be parsed: what is not declared may have been in it."""


def files_of(directory: Path) -> list[Path]:
    """The configuration files of a directory in the order that they count, overrides last.

    OSError where it is no directory, or has too many.

    `a.tofu` stands for `a.tf`.
    """
    found: dict[str, tuple[str, Path]] = {}
    names = sorted(p.name for p in directory.iterdir() if not (p.name.startswith((".", "#")) or p.name.endswith("~")))
    for name in names:
        suffix = next((s for s in SUFFIXES if name.endswith(s)), "")
        if not suffix or not (directory / name).is_file():
            continue
        shadow = name.removesuffix(suffix) + suffix.replace("tofu", "tf")
        if shadow not in found or "tofu" in suffix:
            found[shadow] = name, directory / name
    if len(found) > MODULE_FILES.most:
        raise OSError(errno.EFBIG, f"files of one module: {MODULE_FILES.beyond}")
    return sorted((path for _, path in sorted(found.values())), key=is_override)


def is_override(path: Path) -> bool:
    """Whether what the file declares is merged into what the others do."""
    stem = path.name.split(".")[0]
    return stem == "override" or stem.endswith("_override")


def declared(directory: Path, files: Sequence[File]) -> Module:
    """The module that these parsed files make; each keeps its path as `File.path`."""
    module = Module(directory)
    for file in files:
        over = is_override(Path(file.path))
        module.comments[file.path] = file.comments
        module.lost = module.lost or bool(file.lost)
        for lost in file.lost:
            module.warnings.append(
                f"{Place(file.path, lost.line)}: {lost.header or 'a block'}: not read: {lost.reason}"
            )
        for block in file.body.blocks:
            _declare(module, block, file.path, over=over)
    return module


_NAMED = {"variable": 1, "output": 1, "module": 1, "provider": 1, "resource": 2, "data": 2}
"""Block type -> how many labels it has."""
_SPOKEN = ("moved", "import", "removed")


def _declare(module: Module, block: Block, path: str, *, over: bool) -> None:
    found, labels = Declared(block, path), block.labels
    if len(labels) != _NAMED.get(block.type, 0):
        return
    if block.type in _NAMED:
        into, key = _table(module, block)
        if key in into and not over:
            labels_ = ".".join(labels) + (f" ({key[1]})" if block.type == "provider" and key[1] else "")
            module.warnings.append(
                f"{found.place}: {block.type} {labels_} is declared twice: the one at {into[key].place} counts, "
                "and Terraform refuses both"
            )
        _put(into, key, found, over=over)
    elif block.type == "locals":
        for name, attribute in block.body.attributes.items():
            if name in module.locals and not over:
                where = Place(path, attribute.line)
                module.warnings.append(f"{where}: local.{name} is declared twice: this one is used")
            module.locals[name] = attribute, path
    elif block.type == "terraform":
        for required in blocks(block.body, "required_providers"):
            module.sources |= dict(_required(required.body, "source"))
            module.constraints |= dict(_required(required.body, "version"))
    elif block.type in _SPOKEN:
        {"moved": module.moved, "import": module.imports, "removed": module.removed}[block.type].append(found)


def _table(module: Module, block: Block) -> tuple[dict[Any, Declared], Any]:
    """Where a block with labels is declared, and as what."""
    labels = block.labels
    match block.type:
        case "resource" | "data":
            return module.resources, ("managed" if block.type == "resource" else "data", *labels)
        case "provider":
            alias = block.body.attributes.get("alias")
            return module.providers, (labels[0], text_of(alias.expr) if alias else "")
    return {"variable": module.variables, "output": module.outputs, "module": module.calls}[block.type], labels[0]


def _put(into: dict[Any, Declared], key: Any, found: Declared, *, over: bool) -> None:
    """Declare it; the first of two wins, as in an override it is the last."""
    if key not in into:
        into[key] = found
    elif over:
        into[key] = overridden(into[key], found)


def _required(body: Body, wanted: str) -> Iterator[tuple[str, str]]:
    """Each provider's local name, and what is said of it in `required_providers`."""
    for name, attribute in body.attributes.items():
        if isinstance(attribute.expr, ObjectOf):
            for key, value in attribute.expr.items:
                if isinstance(key, Literal) and key.value == wanted and isinstance(value, Literal):
                    yield name, str(value.value)


@dataclass(frozen=True)
class Installed:
    """Where the files of called modules are."""

    root: Path
    directories: Mapping[str, Path] = field(default_factory=dict)
    """`net.subnets` -> its directory."""
    data_dir: Path | None = None
    """Where `terraform init` writes; None stands for `.terraform`."""

    @cached_property
    def jail(self) -> Jail:
        """The directories that modules may be in."""
        return Jail.of(self.root, self.data_dir or self.root / ".terraform")

    @classmethod
    def read(cls, root: Path, data_dir: Path) -> Installed:
        """What `terraform init` wrote down; nothing where it has not been run, or not readably."""
        try:
            data = contents(data_dir / "modules" / "modules.json", CONFIGURATION_BYTES)
            top = msgspec.json.decode(data, type=_Manifest)
        except (OSError, msgspec.DecodeError, RecursionError):
            return cls(root, {}, data_dir)
        found = {m.key: Path(os.path.normpath(root / m.directory)) for m in top.modules if m.key}
        return cls(root, found, data_dir)

    def find(self, path: tuple[str, ...], source: str, caller: Path) -> Path | None:
        """The directory of the module called by this path of names; None where it is not there.

        A local source is looked for beside its caller; any other only where the installer put it.
        """
        if source.startswith(("./", "../", ".\\", "..\\")):
            found: Path | None = Path(os.path.normpath(caller / source.replace("\\", "/")))
        else:
            found = self.directories.get(".".join(path))
        return found if found is not None and found.is_dir() else None


class _Entry(msgspec.Struct):
    key: str = msgspec.field(name="Key", default="")
    directory: str = msgspec.field(name="Dir", default="")


class _Manifest(msgspec.Struct):
    modules: list[_Entry] = msgspec.field(name="Modules", default_factory=list)


def shown(directory: Path) -> Path:
    """A path as a user would write it: relative where it is below the working directory."""
    here = Path.cwd()
    absolute = Path(os.path.normpath(here / directory))
    return absolute.relative_to(here) if absolute.is_relative_to(here) else absolute
