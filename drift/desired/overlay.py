"""The configuration laid over a state: what the author wrote, beside what was recorded."""

from __future__ import annotations

from dataclasses import replace

from drift.desired.hcl.configured import Configuration
from drift.desired.instance import Instance, State
from drift.desired.moves import followed, implied


def overlay(state: State, configuration: Configuration) -> State:
    """The state with its configuration: each instance under the address that the configuration has for it.

    `Instance.configured` and `asserted` are set where the configuration has the instance. An instance without
    is what the next apply destroys or forgets (`Configuration.removed`), or stands in a module that could not be
    read (`Configuration.covers`). What the configuration has and no instance, is yet to be created.
    """
    taken = {str(i.address) for i in state.instances if not i.deposed}
    dropped = (_laid(i, configuration, taken) for i in state.dropped)
    return replace(
        state,
        instances=tuple(_laid(i, configuration, taken) for i in state.instances),
        dropped=tuple(i for i in dropped if str(i.address) not in taken),
        configuration=configuration,
        warnings=(*state.warnings, *configuration.warnings),
    )


def _laid(instance: Instance, configuration: Configuration, taken: set[str]) -> Instance:
    address = followed(instance.address, configuration.moved, taken)
    other = implied(address, configuration.of(address), configuration.instances.keys())
    address = other if str(other) not in taken else address
    configured = configuration.of(address)
    moved_from = instance.address if address != instance.address else None
    # a plan tells what it wants by itself, and knows more: of it, the configuration adds the lines
    asserted = instance.asserted if instance.wanted is not None else configured.asserted if configured else None
    return replace(instance, address=address, configured=configured, asserted=asserted, moved_from=moved_from)
