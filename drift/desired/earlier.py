"""What a state recorded before it was last written: the backup that Terraform leaves beside a local state.

It tells whether the record moved, or the configuration did, where the two differ. It is a hint: where it cannot be
read, nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from drift.desired import state as formats
from drift.desired.backends import scheme_of
from drift.desired.instance import Instance, State
from drift.errors import StateError

SUFFIX = ".backup"
"""What Terraform adds to the name of a local state that it replaces."""

BIRTHMARKS = (
    "id", "unique_id", "resource_id", "cluster_resource_id", "dbi_resource_id", "global_cluster_resource_id",
    "create_date", "create_time", "created_at", "created_time", "creation_date", "creation_timestamp",
)  # fmt: skip
"""What an object has from its beginning, as providers call it: an id may be a name, which the next object has too."""


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

    def told(instance: Instance) -> Instance:
        record = None if instance.deposed else known.get(str(instance.address))
        if not record:
            return instance
        same = _same(record, instance.attributes)
        return replace(instance, earlier=record) if same else replace(instance, another=record)

    instances = map(told, state.instances)
    have = {str(i.address) for i in state.instances if not i.deposed}
    gone = (i for i in before.instances if not i.deposed and str(i.address) not in have)
    dropped = tuple(replace(i, dropped=True, state=state.source) for i in gone)
    return replace(state, instances=tuple(instances), dropped=dropped)


def _same(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether two records under one address are of one object, and not of another that an apply made in its place."""
    told = [(before[name], now[name]) for name in BIRTHMARKS if before.get(name) and now.get(name)]
    return all(then == since for then, since in told)
