"""What a configuration has and a state has not, and the other way round: what the next apply makes and takes away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drift.desired.hcl.configured import Configuration, Place, keyless
from drift.desired.instance import State
from drift.model.address import Address
from drift.model.drift import Pending
from drift.model.resource import Source


def ahead(state: State, configuration: Configuration) -> Iterator[Pending]:
    """What is pending as a whole; what is pending of an attribute, the differ sees."""
    have = {str(i.address) for i in state.instances if not i.deposed}
    imports = {str(i.address) for i in configuration.imports}
    for address, configured in configuration.instances.items():
        if configured.address.mode == "managed" and not configured.template and address not in have:
            action = "import" if address in imports else "create"
            yield _pending(state, configured.address, action, configured.place)
    for instance in state.instances:
        if instance.configured is None and not instance.deposed and configuration.covers(instance.address):
            place = next((r.place for r in configuration.removed if _of(instance.address, r.from_)), None)
            kept = any(not r.destroy and _of(instance.address, r.from_) for r in configuration.removed)
            yield _pending(state, instance.address, "forget" if kept else "delete", place)


def imported(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """(type, id) of what the next apply brings under management."""
    return ((i.address.type, i.id) for i in configuration.imports if i.id)


def identities(configuration: Configuration) -> Iterator[tuple[str, Mapping[str, str]]]:
    """(type, identity) of the same, where it is not named by its id (Terraform 1.12)."""
    return ((i.address.type, i.identity) for i in configuration.imports if i.identity)


def _pending(state: State, address: Address, action: str, place: Place | None) -> Pending:
    source = Source(state.source, place.file if place else "", place.line if place else 0)
    return Pending(str(address), address.type, (action,), source=source)


def _of(address: Address, whole: str) -> bool:
    """Whether an address is the resource, or in the module, that `whole` names without keys."""
    own = keyless(address)
    return own == whole or own.startswith(f"{whole}.")
