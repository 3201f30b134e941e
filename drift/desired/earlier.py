"""What a state recorded before it was last written: the backup that Terraform leaves beside a local state.

It tells whether the record moved, or the configuration did, where the two differ. It is a hint: where it cannot be
read, nothing is said of it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drift.desired import state as formats
from drift.desired.backends import scheme_of
from drift.desired.instance import State
from drift.errors import StateError

SUFFIX = ".backup"
"""What Terraform adds to the name of a local state that it replaces."""


def with_earlier(state: State) -> State:
    """The state, each instance with what its backup recorded of it, and what that one alone has.

    It is as it is where no backup is older than it.
    """
    if scheme_of(state.source):
        return state
    path = Path(state.source + SUFFIX)
    try:
        before = formats.parse(path.read_bytes(), str(path), ()) if path.is_file() else None
    except (OSError, StateError):
        return state
    if before is None or before.lineage != state.lineage or before.serial >= state.serial:
        return state
    known = {str(i.address): i.attributes for i in before.instances if not i.deposed}
    instances = (i if i.deposed else replace(i, earlier=known.get(str(i.address))) for i in state.instances)
    have = {str(i.address) for i in state.instances if not i.deposed}
    gone = (i for i in before.instances if not i.deposed and str(i.address) not in have)
    dropped = tuple(replace(i, dropped=True, state=state.source) for i in gone)
    return replace(state, instances=tuple(instances), dropped=dropped)
