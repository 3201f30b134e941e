"""Which configuration a state was written from, and both laid together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

from drift.desired.backends import scheme_of
from drift.desired.backends.local import STDIN
from drift.desired.backends.url import shown
from drift.desired.configured import DEFAULT, STATE
from drift.desired.directory import backend_of
from drift.desired.hcl.configured import Configuration, keyless
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources, is_configuration
from drift.desired.instance import State
from drift.desired.overlay import overlay
from drift.errors import StateError
from drift.model.bounds import FOLDERS
from drift.model.journal import timed

LEAST = 0.5
"""The share of a state's resources that a configuration must have, to be taken for what the state was written from."""


def laid(
    states: Sequence[State],
    directories: Sequence[Path],
    given: Given,
    *,
    near: Sequence[Path] = (),
    edited: Mapping[str, str] | None = None,
) -> list[State]:
    """Each state with its configuration: that of the directories which has most of its resources.

    Without directories, it is the one beside the state's file; of a state that is kept elsewhere, the one in or below
    `near` which fits. A state that no configuration fits stays as it is. UsageError for a directory that has none.
    `edited` has the text of files that is to be read in the place of what they hold, by their path.
    """
    read = _reader(given, edited)
    out = []
    for state in states:
        sources = _of(state, directories, near, read)
        if sources is not None:
            with timed("configuration", directory=str(sources.directory), state=state.source):
                out.append(overlay(state, evaluated(sources, state)))
            continue
        unfit = [f"{state.source}: none of the given configurations matches this state"]
        out.append(replace(state, warnings=(*state.warnings, *unfit)) if directories else state)
    return out


def modules_of(
    states: Sequence[State], directories: Sequence[Path], given: Given, *, near: Sequence[Path] = ()
) -> dict[str, frozenset[Path]]:
    """Name of a state -> the directories of its root module and of all that this calls. Nothing is evaluated."""
    read = _reader(given)
    found = {state.source: _of(state, directories, near, read) for state in states}
    return {
        name: frozenset(m.directory.resolve() for m in sources.library.modules.values())
        for name, sources in found.items()
        if sources is not None
    }


def _reader(given: Given, edited: Mapping[str, str] | None = None) -> Callable[[Path], Sources]:
    """Reads each directory once."""
    return cache(lambda directory: Sources(directory, given, edited))


def _of(
    state: State, directories: Sequence[Path], near: Sequence[Path], read: Callable[[Path], Sources]
) -> Sources | None:
    """The configuration of a state; None where none fits."""
    beside = directory_of(state.source)
    if directories:
        return fitting(state, [read(d) for d in directories], alone=len(directories) == 1)
    if beside is not None:
        return fitting(state, [read(beside)], alone=True)
    if _is_elsewhere(state.source):
        return fitting(state, [read(d) for place in near for d in initialised(place)], alone=False)
    return None


def initialised(place: Path) -> list[Path]:
    """A directory with a configuration, and those below it where `terraform init` has been run."""
    found = [place] if is_configuration(place) else []
    for folder, below, _ in islice(os.walk(place), FOLDERS.most):
        here = Path(folder)
        if ".terraform" in below and here != place and is_configuration(here):
            found.append(here)
        below[:] = sorted(name for name in below if not name.startswith("."))
    return found


def evaluated(sources: Sources, state: State) -> Configuration:
    """A configuration with what a state knows, each instance under the address that it has now."""
    workspace = workspace_of(state.source, sources.directory)
    first = sources.evaluated([state], workspace=workspace)
    moved = overlay(state, first)
    if all(i.moved_from is None for i in moved.instances):
        return first
    return sources.evaluated([moved], workspace=workspace)  # what has moved is recorded under another address


def fitting(state: State, read: Sequence[Sources], *, alone: bool) -> Sources | None:
    """The configuration that has most of a state's resources; None where none has enough of them.

    One that is `alone` was named for this state: any resource that both have is enough.
    """
    blocks = {keyless(i.address) for i in state.instances if not i.deposed}
    if not blocks:
        return read[0] if alone else None
    shares = [(sum(map(sources.knows, blocks)) / len(blocks), -n) for n, sources in enumerate(read)]
    best, position = max(shares, default=(0.0, 0))
    return read[-position] if best >= LEAST or (alone and best > 0) else None


def _is_elsewhere(source: str) -> bool:
    return bool(scheme_of(source)) or source == STDIN


def directory_of(source: str) -> Path | None:
    """The directory whose configuration a state file lies beside; None where there is none."""
    if _is_elsewhere(source):
        return None
    above = Path(source).parent
    if above.parent.name == f"{STATE}.d":
        above = above.parent.parent
    return above if above.is_dir() and is_configuration(above) else None


def workspace_of(source: str, directory: Path) -> str | None:
    """The workspace of a state, as its place tells; empty for the selected one, None where it is not told."""
    if _is_elsewhere(source):
        try:
            own = shown(backend_of(directory))
        except StateError:
            own = ""
        return "" if source in (STDIN, own) else None
    path = Path(source)
    if path.parent.parent.name == f"{STATE}.d":
        return path.parent.name
    return DEFAULT if path.name == STATE else ""
