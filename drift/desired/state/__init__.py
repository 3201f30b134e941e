"""The formats a state comes in: bytes in, `State` out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from drift.desired.instance import State
from drift.desired.state.encrypted import decrypt
from drift.desired.state.plan import parse_plan
from drift.desired.state.show import parse_show
from drift.desired.state.sniff import sniff
from drift.desired.state.v3 import parse_v3
from drift.desired.state.v4 import parse_v4
from drift.desired.state.wrapped import unwrapped
from drift.desired.unhurried import unhurried
from drift.errors import StateError

PARSERS: Mapping[str, Callable[[bytes, str], State]] = {
    "v3": parse_v3,
    "v4": parse_v4,
    "show": parse_show,
    "plan": parse_plan,
}


def parse(data: bytes, source: str, near: Sequence[Path] = ()) -> State:
    """The state in `data`; StateError says what it is instead, and what to do.

    Directories `near` may hold the configuration that says how an encrypted one is opened.
    """
    with unhurried():
        data = unwrapped(data, source)
        found = sniff(data, source)
        if found == "encrypted":
            return _told(parse_v4(decrypt(data, source, near), source))
        try:
            return _told(PARSERS[found](data, source))
        except StateError:
            sniff(data, source, whole=True)  # it may know better what is wrong
            raise


def _told(state: State) -> State:
    """The state; where it manages nothing, it says so: no drift is then no good news."""
    if state.instances or state.pending:
        return state
    of = f", only {len(state.looked_up)} data sources" if state.looked_up else ""
    said = f"{state.source}: it contains no resources{of}"
    return replace(state, warnings=(*state.warnings, said))
