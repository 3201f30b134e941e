"""A directory with a configuration, read and evaluated."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from drift.desired.hcl.configured import Configuration
from drift.desired.hcl.expand import expanded
from drift.desired.hcl.files import parse_files, parse_text
from drift.desired.hcl.inputs import Given, Inputs, inputs
from drift.desired.hcl.library import Library
from drift.desired.hcl.modules import SUFFIXES, Installed, shown
from drift.desired.hcl.names import Shared
from drift.desired.hcl.run import Run
from drift.desired.hcl.syntax import parse
from drift.desired.hcl.traversals import end_of
from drift.desired.hcl.tree import File
from drift.desired.instance import Instance, State
from drift.desired.layout import data_dir, workspace
from drift.desired.versions import latest, least, locked
from drift.desired.versions import recorded as written_by
from drift.errors import UsageError
from drift.model.address import Address
from drift.model.bounds import EVALUATION_DEPTH
from drift.provider.installed import installed

T = TypeVar("T")

_FRAMES = 60_000
_STACK = 512 << 20


def is_configuration(directory: Path) -> bool:
    """Whether a directory holds a configuration."""
    return directory.is_dir() and any(p.name.endswith(SUFFIXES) for p in directory.iterdir())


class Sources:
    """The files of one configuration, parsed once, to be evaluated against as many states as there are.

    `edited` has the text of files that is to be read in the place of what they hold, by their path.
    """

    def __init__(self, directory: Path, given: Given, edited: Mapping[str, str] | None = None) -> None:
        edited = edited or {}
        if not is_configuration(directory):
            raise UsageError(
                f"{directory}: no configuration", "Give --config a directory that has .tf, .tf.json or .tofu files."
            )
        self.directory = shown(directory)
        self.workspace = workspace(directory)
        where = Installed.read(self.directory, data_dir(self.directory))
        self.library = deep(lambda: Library.read(where, partial(_parsed, edited=edited)))
        self.inputs: Inputs = inputs(self.directory, given, parse, edited)
        root = self.library.modules[()]
        asked = {root.sources.get(n, n).rpartition("/")[2]: least(text) for n, text in root.constraints.items()}
        self.majors = {**asked, **locked(self.directory)}
        """The major version of each provider that the configuration is for, as far as it is told."""

    def knows(self, block: str) -> bool:
        """Whether it has a resource, or had it and says what became of it; `block` is an address without keys."""
        return block in self._blocks or any(block == end or block.startswith(f"{end}.") for end in self._left)

    @cached_property
    def _blocks(self) -> frozenset[str]:
        return frozenset(
            str(Address(type_, name, None, tuple((step, None) for step in path)))
            for path, module in self.library.modules.items()
            for mode, type_, name in module.resources
            if mode == "managed"
        )

    @cached_property
    def _left(self) -> frozenset[str]:
        """Where `moved` and `removed` blocks take resources and modules from, without keys."""
        out = set()
        for path, module in self.library.modules.items():
            for block in (*module.moved, *module.removed):
                from_ = block.expr("from")
                end = end_of(from_) if from_ is not None else None
                names = (*path, *(name for name, _ in end.module)) if end is not None else ()
                of = [f"{end.type}.{end.name}"] if end is not None and end.type else []
                out.add(".".join([*(f"module.{name}" for name in names), *of]))
        return frozenset(out - {""})

    def evaluated(self, states: Sequence[State] = (), *, workspace: str | None = "") -> Configuration:
        """What it desires in a workspace, with what states know of it.

        The empty workspace is the selected one; None is one that is not known.
        """
        shared = self.shared(states, workspace=workspace)
        return deep(lambda: expanded(shared))

    def shared(self, states: Sequence[State] = (), *, workspace: str | None = "") -> Shared:
        """What all of its modules have in common while they are evaluated; arguments as for `evaluated`."""
        recorded: dict[str, Instance] = {}
        for state in states:
            recorded |= {str(i.address): i for i in state.instances if not i.deposed}
            recorded |= {str(replace(i.address, mode="data")): i for i in state.looked_up}
        run = Run(depth=EVALUATION_DEPTH.most)
        majors = latest(self.majors, *(written_by(s.instances, installed()) for s in states))
        selected = self.workspace if workspace == "" else workspace
        return Shared(self.library, self.inputs, recorded, selected, run, majors=majors)


def _parsed(paths: Sequence[Path], edited: Mapping[str, str]) -> Sequence[File]:
    """Files, parsed; those that are edited as their new text says."""
    if not edited:
        return parse_files(paths)
    rest = iter(parse_files([p for p in paths if str(p) not in edited]))
    return [parse_text(edited[str(p)], str(p)) if str(p) in edited else next(rest) for p in paths]


def deep(work: Callable[[], T]) -> T:
    """Does work that recurses as deeply as its input nests, in a thread with a stack for it."""
    out: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            out.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failed.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        thread = threading.Thread(target=run, name="configuration")
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if failed:
        raise failed[0]
    return out[0]
