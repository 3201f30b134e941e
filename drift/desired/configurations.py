"""Which configuration a state was written from, and both laid together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drift.desired.backends import scheme_of
from drift.desired.configured import STATE
from drift.desired.hcl.configured import Configuration, keyless
from drift.desired.hcl.read import Sources, is_configuration
from drift.desired.hcl.settings import Given
from drift.desired.instance import State
from drift.desired.overlay import overlay

LEAST = 0.5
"""The share of a state's resources that a configuration must have, to be taken for what the state was written from."""


def laid(states: Sequence[State], directories: Sequence[Path], given: Given, *, beside: bool = True) -> list[State]:
    """Each state with its configuration: that of the directories which has most of its resources.

    Without directories, the configuration beside the state's file, where there is one and `beside` allows it. A
    state that no configuration fits stays as it is. UsageError for a directory without a configuration.
    """
    read = [Sources(directory, given) for directory in directories]
    found: dict[Path, Sources] = {}
    out = []
    for state in states:
        sources = fitting(state, read)
        if not directories and beside and (directory := directory_of(state.source)) is not None:
            if directory not in found:
                found[directory] = Sources(directory, given)
            sources = fitting(state, [found[directory]])
        if sources is None:
            unfit = [f"{state.source}: none of the configurations given is the one it was written from"]
            out.append(replace(state, warnings=(*state.warnings, *unfit)) if directories else state)
            continue
        out.append(overlay(state, evaluated(sources, state)))
    return out


def evaluated(sources: Sources, state: State) -> Configuration:
    """A configuration with what a state knows, each instance under the address that it has now."""
    workspace = workspace_of(state.source)
    first = sources.evaluated([state], workspace=workspace)
    moved = overlay(state, first)
    if all(i.moved_from is None for i in moved.instances):
        return first
    return sources.evaluated([moved], workspace=workspace)  # what has moved is recorded under another address


def fitting(state: State, read: Sequence[Sources]) -> Sources | None:
    """The configuration that has most of a state's resources; None where none has enough of them."""
    blocks = {keyless(i.address) for i in state.instances if not i.deposed}
    if not blocks:
        return read[0] if len(read) == 1 else None
    shares = [(sum(map(sources.knows, blocks)) / len(blocks), -n) for n, sources in enumerate(read)]
    best, position = max(shares, default=(0.0, 0))
    return read[-position] if best >= LEAST or (best > 0 and len(read) == 1) else None


def directory_of(source: str) -> Path | None:
    """The directory whose configuration a state file lies beside; None where there is none."""
    if scheme_of(source) or source == "-":
        return None
    above = Path(source).parent
    if above.parent.name == f"{STATE}.d":
        above = above.parent.parent
    return above if above.is_dir() and is_configuration(above) else None


def workspace_of(source: str) -> str:
    """The workspace of a state file, as its path tells; empty where it does not."""
    above = Path(source).parent
    return above.name if above.parent.name == f"{STATE}.d" else ""
