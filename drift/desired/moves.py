"""`moved` blocks: the address that an instance of a state has in the configuration.

Documented at developer.hashicorp.com/terraform/language/moved. Where neither end has an instance key, every
instance moves and keeps its own; where one has, an end without a key is the instance without one. A chain stops where
another object of the state stands (seen with Terraform 1.11.4).
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from drift.desired.hcl.configured import Configured, End, Moved
from drift.model.address import Address


def followed(address: Address, moves: Sequence[Moved], taken: Set[str]) -> Address:
    """Where a chain of moves leads from `address`; `taken` are the addresses that the state has."""
    seen = {str(address)}
    for _ in moves:
        new = next((n for n in (moved(address, m) for m in moves) if n is not None and str(n) not in seen), None)
        if new is None or str(new) in taken:
            break
        address = new
        seen.add(str(new))
    return address


def moved(address: Address, move: Moved) -> Address | None:
    """The address after one move; None where the move does not speak of it."""
    depth = len(move.module)
    if tuple(name for name, _ in address.module[:depth]) != move.module:
        return None
    above, inner = address.module[:depth], address.module[depth:]
    if move.from_.type:
        one = move.from_.key is not None or move.to.key is not None
        if End(inner, address.type, address.name, address.key if one else None) != move.from_:
            return None
        return Address(move.to.type, move.to.name, move.to.key if one else address.key, above + move.to.module)
    return _with_module(address, above, move)


def _with_module(address: Address, above: tuple[tuple[str, int | str | None], ...], move: Moved) -> Address | None:
    inner, size = address.module[len(above) :], len(move.from_.module)
    if len(inner) < size or not size or not move.to.module:
        return None
    (*outer, (name, key)), (*new, (new_name, new_key)) = move.from_.module, move.to.module
    found_name, found_key = inner[size - 1]
    if [*inner[: size - 1]] != outer or found_name != name:
        return None
    if key is None and new_key is None:
        new_key = found_key
    elif found_key != key:
        return None
    return replace(address, module=(*above, *new, (new_name, new_key), *inner[size:]))


def implied(address: Address, configured: Configured | None, others: Set[str]) -> Address:
    """A resource that got its `count`, or lost it, moves to or from instance 0 by itself.

    `configured` is what the configuration has at `address`; `others` are the addresses it has.
    """
    if configured is not None or address.key not in (None, 0):
        return address
    other = replace(address, key=0 if address.key is None else None)
    return other if str(other) in others else address
