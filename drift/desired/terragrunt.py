"""A Terragrunt unit: where its state is, from its cache, or from its configuration as far as that can be told.

Documented at terragrunt.gruntwork.io/docs/reference: `include`, `remote_state`, `generate`, `feature`, `values`, and
the built-in functions. Functions of an included file speak of the unit that includes it. What runs a command, decrypts,
or asks a cloud is not known here. A unit's own blocks count before those it includes, of several the bottom-most
first; `remote_state` counts as a whole, `generate` blocks by their labels; with `no_merge` nothing of a file counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from drift.desired.configured import STATE, Config
from drift.desired.declared import READ, complete, literal_backend
from drift.desired.hcl.bodies import blocks
from drift.desired.hcl.evaluate import Evaluation, evaluate
from drift.desired.hcl.files import parse_file, parse_text
from drift.desired.hcl.modules import files_of
from drift.desired.hcl.plain import plain
from drift.desired.hcl.run import Failure, Run
from drift.desired.hcl.tree import Attribute, Block, Call, Expr
from drift.desired.hcl.types import object_val
from drift.desired.hcl.values import UNKNOWN, NotKnown, Val, from_python, unknown
from drift.desired.layout import UNITS
from drift.errors import StateError
from drift.model.bounds import CONFIGURATION_BYTES
from drift.model.bounds import text as text_within

CACHE = ".terragrunt-cache"
ROOTS = (*UNITS, "root.hcl", "root.hcl.json")
"""What `find_in_parent_folders()` looks for without a name."""
RUN = "Run `terragrunt init` in the unit, or `terragrunt state pull | drift check --state -`."
VALUES = "terragrunt.values.hcl"
"""What `terragrunt stack generate` writes beside a unit: the values that its stack gives to it."""
FEATURES = ("TG_FEATURE", "TERRAGRUNT_FEATURE")
"""Environment variables that set feature flags, `name=value,…`, over their defaults."""
NO_MERGE = "no_merge"
"""The `merge_strategy` of a file that is included for its values alone."""
MAX_DEPTH = 40
"""Files that read files, and folders above a unit."""


def worked_in(directory: Path) -> Path | None:
    """The newest directory below its cache in which Terragrunt ran `terraform init`."""
    found = [*(directory / CACHE).glob(f"*/*/**/.terraform/{STATE}")]
    return max(found, key=lambda f: (f.stat().st_mtime, str(f))).parents[1] if found else None


def backend(path: Path) -> tuple[str, Config] | None:
    """(type, arguments) of the backend that a unit's file declares; None where it declares none.

    StateError for what is unknown without running Terragrunt.
    """
    try:
        unit = _File(path, _Unit(path.parent.resolve()))
    except NotKnown as error:
        raise StateError(str(path), str(error), f"Correct it, or give --state. {RUN}") from None
    if not unit.is_unit:
        return None
    files = [unit, *unit.included]
    for file in files:
        if found := file.remote_state:
            return found
    labels: set[str] = set()
    for file in files:
        if found := file.generated(labels):
            return found
    if any(file.source for file in files):
        raise StateError(str(path), "only the module that it deploys says where its state is", RUN)
    return None


@dataclass(slots=True)
class _Unit:
    """What all files that one unit is made of have in common."""

    directory: Path
    run: Run = field(default_factory=Run)
    trusted: set[Path] = field(default_factory=set)
    """Directories whose files may be read: where its files are, and the repository."""

    def allow(self, file: Path, *, alone: bool = False) -> None:
        """Trust a file, and its directory unless `alone`; NotKnown outside of the repository: nobody opens the disk."""
        try:
            root = self.repository().resolve()
        except NotKnown:
            root = Path(file.anchor)
        if not file.is_relative_to(root):
            raise NotKnown(f"{file} is outside the repository: drift does not read it")
        self.trusted.add(file if alone else file.parent)

    def above(self) -> Iterator[Path]:
        yield from [*self.directory.parents][:MAX_DEPTH]

    def repository(self) -> Path:
        found = next((d for d in (self.directory, *self.above()) if (d / ".git").exists()), None)
        if found is None:
            raise NotKnown("this is not a Git repository")
        return found


class _File:
    """One file of a unit: its own, one it includes, or one that such a file reads."""

    def __init__(self, path: Path, unit: _Unit, *, include: str = "", depth: int = 0) -> None:
        self.path, self.unit, self.include, self.depth = path, unit, include, depth
        unit.allow(path.resolve())
        if depth > MAX_DEPTH:
            raise NotKnown("the files read each other in a cycle")
        parsed = parse_file(path)
        if parsed.lost:
            lost = parsed.lost[0]
            raise NotKnown(f"{path.name}:{lost.line} cannot be read: {lost.reason}")
        self.body = parsed.body
        self.merges = True
        """Whether its blocks count for the unit that includes it."""
        self._known: dict[str, Val | None] = {}

    # what the evaluator asks

    @property
    def directory(self) -> Path:
        return self.unit.directory

    @property
    def jail(self) -> tuple[Path, ...]:
        try:
            return *sorted(self.unit.trusted), self.unit.repository()
        except NotKnown:
            return tuple(sorted(self.unit.trusted))

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
        if name == "local" and steps:
            return self._local(str(steps[0])), 1
        if name == "include" and len(steps) > 1 and str(steps[0]) in self._includes:
            return self._includes[str(steps[0])].exposed(str(steps[1])), 2
        if name == "feature" and len(steps) > 1 and steps[1] == "value":
            return self._feature(str(steps[0])), 2
        if name == "values" and steps:
            return self._values.get(str(steps[0]), unknown()), 1
        return unknown(), len(steps)  # dependencies

    def value(self, expr: Expr) -> Val:
        """The value, unknown where it cannot be told."""
        try:
            return _Evaluation(self, self.unit.run, file=self).value(expr)
        except (Failure, NotKnown, RecursionError) as error:
            self.unit.run.note(expr.line, str(error))
            return unknown()

    # what it says

    @cached_property
    def locals(self) -> Mapping[str, Attribute]:
        return {name: a for block in blocks(self.body, "locals") for name, a in block.body.attributes.items()}

    def _local(self, name: str) -> Val:
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self.value(self.locals[name].expr) if name in self.locals else unknown()
        return self._known[name] or unknown()

    def _feature(self, name: str) -> Val:
        """A flag's default; unknown where the environment sets the flag, for its type is not told there."""
        set_ = ",".join(os.environ.get(variable, "") for variable in FEATURES)
        if any(one.partition("=")[0].strip() == name for one in set_.split(",")):
            return unknown()
        bodies = (block.body for label, block in self._labelled("feature") if label == name)
        default = next((b.attributes["default"] for b in bodies if "default" in b.attributes), None)
        return self.value(default.expr) if default else unknown()

    @cached_property
    def _values(self) -> Mapping[str, Val]:
        path = self.unit.directory / VALUES
        if not path.is_file():
            return {}
        self.unit.allow(path.resolve())
        return {name: evaluate(a.expr, None) for name, a in parse_file(path).body.attributes.items()}

    def _labelled(self, type_: str) -> Iterator[tuple[str, Block]]:
        """(label, block) of every block of a type, in either syntax; the label is empty where it has none."""
        for block in blocks(self.body, type_):
            inner = [(n, blocks(block.body, n)) for n in block.body.attributes]
            if block.labels or not all(found for _, found in inner) or not inner:
                yield (block.labels[0] if block.labels else ""), block
            else:  # {"include": {"root": {…}}}
                yield from ((name, one) for name, found in inner for one in found)

    def exposed(self, name: str) -> Val:
        """`locals` or `inputs`, as others see them."""
        if name == "locals":
            return object_val({n: self._local(n) for n in self.locals})
        attribute = self.body.attributes.get(name)
        return self.value(attribute.expr) if attribute else unknown()

    @cached_property
    def _includes(self) -> Mapping[str, _File]:
        out: dict[str, _File] = {}
        for label, block in self._labelled("include") if not self.include else ():
            path = block.body.attributes.get("path")
            where = self.value(path.expr) if path else unknown()
            try:
                if not isinstance(where.raw, str):
                    raise NotKnown(f"the included file is unknown without running Terragrunt{self._why()}")
                file = (self.unit.directory / where.raw).resolve()
                out[label] = _File(file, self.unit, include=label or "-", depth=self.depth + 1)
                strategy = block.body.attributes.get("merge_strategy")
                out[label].merges = strategy is None or self.value(strategy.expr).raw != NO_MERGE
            except (NotKnown, ValueError) as error:
                raise StateError(f"{self.path}:{block.line}", str(error), RUN) from None
        return out

    def _why(self) -> str:
        """What was met that is not known."""
        reasons = [*dict.fromkeys(reason for _, reason in self.unit.run.notes)]
        return f": {'; '.join(reasons[:3])}" if reasons else ""

    @property
    def included(self) -> Iterator[_File]:
        """The files whose blocks count for this unit, the one that counts most first."""
        yield from (file for file in reversed([*self._includes.values()]) if file.merges)

    @property
    def source(self) -> bool:
        """Whether it names a module to deploy, which Terragrunt copies into its cache."""
        return any("source" in block.body.attributes for block in blocks(self.body, "terraform"))

    @property
    def is_unit(self) -> bool:
        """Whether something is deployed from here: it includes a file, names a module, or is one itself."""
        return self.source or bool(blocks(self.body, "include")) or bool(files_of(self.path.parent))

    @property
    def remote_state(self) -> tuple[str, Config] | None:
        """The backend of its `remote_state`."""
        for block in self._stated():
            kind = block.body.attributes.get("backend")
            config = block.body.attributes.get("config")
            if kind is None:
                continue
            type_ = self.value(kind.expr).raw
            if not isinstance(type_, str):
                raise self._untold(block, "backend")
            told = self._told(type_, config.expr if config else None, block)
            complete(type_, told, f"{self.path}:{block.line}", {}, RUN)
            return type_, told
        return None

    def _stated(self) -> list[Block]:
        return blocks(self.body, "remote_state")

    def _untold(self, block: Block, *names: str) -> StateError:
        which = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"
        said = f"`{block.type}`: {which} unknown without running Terragrunt{self._why()}"
        return StateError(f"{self.path}:{block.line}", said, RUN)

    def _told(self, type_: str, expr: Expr | None, block: Block) -> Config:
        found = plain(self.value(expr), drop_null=True) if expr else {}
        if not isinstance(found, dict):
            untold = ["config"]
        else:
            counts = READ.get(type_, found.keys())
            untold = [n for n, v in found.items() if _has_unknown(v) and n in counts]
            found = {n: v for n, v in found.items() if not _has_unknown(v)}
        if untold:
            raise self._untold(block, *untold)
        return dict(found)

    def generated(self, labels: set[str]) -> tuple[str, Config] | None:
        """The backend in a file that it generates; not by blocks with one of these `labels`, to which it adds."""
        for label, block in self._labelled("generate"):
            contents = block.body.attributes.get("contents")
            if label in labels or contents is None:
                continue
            labels.add(label)
            if not self._is_written(block):
                continue
            text = self.value(contents.expr).raw
            if not isinstance(text, str):
                if "backend" in self._source_of(block):
                    raise self._untold(block, "contents")
            elif "backend" in text and (found := literal_backend(parse_text(text, str(self.path)))):
                return found
        return None

    def _is_written(self, block: Block) -> bool:
        """Whether Terragrunt writes this file: it was not disabled, and is not one that is there and is kept."""
        said = {name: self.value(a.expr).raw for name, a in block.body.attributes.items() if name != "contents"}
        kept = said.get("if_exists") == "skip" and (self.unit.directory / str(said.get("path") or "-")).is_file()
        return said.get("disable") is not True and not kept

    def _source_of(self, block: Block) -> str:
        lines = text_within(self.path, CONFIGURATION_BYTES, errors="replace").splitlines()
        return "\n".join(lines[block.line - 1 : block.end_line or block.line])

    # functions

    def call(self, name: str, arguments: list[Val]) -> Val:
        """One of Terragrunt's functions."""
        if not all(a.wholly_known for a in arguments):
            return unknown()
        found = FUNCTIONS[name](self, *(plain(a) for a in arguments))
        return found if isinstance(found, Val) else from_python(found)

    def of_include(self, name: str = "") -> Path:
        """The directory of the file that includes are relative to."""
        if self.include:
            return self.path.parent.resolve()
        chosen = self._includes.get(name) or next(iter(self._includes.values()), None)
        return chosen.path.parent if chosen else self.unit.directory

    def find(self, name: str = "", *fallback: str) -> str:
        """`find_in_parent_folders`."""
        for folder in self.unit.above():
            for wanted in (name,) if name else ROOTS:
                if (folder / wanted).exists():
                    if _DATA.fullmatch(wanted):
                        with suppress(NotKnown):
                            self.unit.allow((folder / wanted).resolve(), alone=True)
                    return str(folder / wanted)
        if fallback:
            return fallback[0]
        raise Failure(f"no parent directory contains {name or UNITS[0]}")

    def read(self, path: str, *fallback: Any) -> Val:
        """`read_terragrunt_config`: the functions in that file speak of its own directory."""
        file = (self.unit.directory / path).resolve()
        if not file.is_file():
            if fallback:
                return from_python(fallback[0])
            raise Failure(f"there is no {path}")
        self.unit.allow(file)
        other = _File(file, _Unit(file.parent, self.unit.run, self.unit.trusted), depth=self.depth + 1)
        return object_val({name: other.exposed(name) for name in ("locals", "inputs")})


@dataclass
class _Evaluation(Evaluation):
    """Terraform's functions, and Terragrunt's."""

    file: _File = field(kw_only=True)

    def value(self, expr: Expr) -> Val:
        if isinstance(expr, Call) and expr.name in FUNCTIONS:
            self.run.spend(1)
            return self.saw(self.file.call(expr.name, [self.value(a) for a in expr.arguments]))
        if isinstance(expr, Call) and expr.name.startswith(OUTSIDE):
            raise NotKnown(f"{expr.name}() is known only when Terragrunt runs")
        return super().value(expr)


OUTSIDE = ("get_aws_", "get_terraform_", "run_cmd", "sops_decrypt", "get_default_retryable", "get_working_dir")
"""What the names of functions begin with that ask or run something."""


_DATA = re.compile(r"[\w-][\w.-]*\.(?:hcl|json|tfvars|ya?ml)")
"""Names of files of values, which a unit may read where it finds them above itself."""
_SECRET = re.compile(r"(?i)secret|token|passw|credential|private|(access|api|account)_?key")
"""What the name of an environment variable says that holds a secret."""


def _relative(to: Path, of: Path) -> str:
    return os.path.relpath(to, of).replace(os.sep, "/")


def _environment(name: str, *fallback: str) -> str:
    if name not in os.environ and not fallback:
        raise Failure(f"the environment variable {name} is not set")
    if name in os.environ and _SECRET.search(name):
        raise NotKnown(f"{name} looks like a secret, and drift shows the place of a state")
    return os.environ.get(name) or (fallback[0] if fallback else "")


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "find_in_parent_folders": _File.find,
    "read_terragrunt_config": _File.read,
    "path_relative_to_include": lambda f, *n: _relative(f.unit.directory, f.of_include(*n)),
    "path_relative_from_include": lambda f, *n: _relative(f.of_include(*n), f.unit.directory),
    "get_terragrunt_dir": lambda f: str(f.unit.directory),
    "get_original_terragrunt_dir": lambda f: str(f.unit.directory),
    "get_parent_terragrunt_dir": lambda f, *n: str(f.of_include(*n)),
    "get_repo_root": lambda f: str(f.unit.repository()),
    "get_path_from_repo_root": lambda f: _relative(f.unit.directory, f.unit.repository()),
    "get_path_to_repo_root": lambda f: _relative(f.unit.repository(), f.unit.directory),
    "get_env": lambda _, *a: _environment(*a),
    "mark_as_read": lambda _, path: path,
}
"""Terragrunt's functions that drift can tell, given the file that calls them."""


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_unknown, value.values()))
    return any(map(_has_unknown, value)) if isinstance(value, list) else value is UNKNOWN
