"""Copies of one state: what `terraform state pull` wrote some time ago, beside the state itself.

Terraform gives a state a lineage of its own when it makes it, and a higher serial each time that it writes it
(developer.hashicorp.com/terraform/language/state/backends). An older copy would have what was destroyed since missing,
and what was changed since modified.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from drift.desired.instance import State


def without_copies(states: Sequence[State]) -> list[State]:
    """The states in their order, of copies the one with the highest serial, which tells of the others in a warning.

    Who divides a state by hand leaves two of one lineage that hold different objects: those are no copies.
    """
    alike: dict[str, list[State]] = defaultdict(list)
    for state in states:
        alike[state.lineage].append(state)
    left: dict[int, State] = {id(state): state for state in states}
    for lineage, several in alike.items():
        if not lineage or len(several) == 1:
            continue
        kept: list[State] = []
        for state in sorted(several, key=lambda s: -s.serial):
            newer = next((k for k in kept if _is_copy(state, k)), None)
            if newer is None:
                kept.append(state)
                continue
            del left[id(state)]
            what = "an older copy" if state.serial < newer.serial else "a copy"
            said = f"{state.source}: {what} of {newer.source} (serials {state.serial} and {newer.serial}): not compared"
            now = left[id(newer)]
            left[id(newer)] = replace(now, warnings=(*now.warnings, said))
    return [left[id(state)] for state in states if id(state) in left]


def _is_copy(one: State, other: State) -> bool:
    """Whether most of what the smaller one holds, the other holds too: the same objects at the same addresses."""
    mine, others = _objects(one), _objects(other)
    return 2 * len(mine & others) > min(len(mine), len(others))


def _objects(state: State) -> set[tuple[str, str]]:
    return {(str(i.address), str(i.attributes.get("id"))) for i in state.instances}
