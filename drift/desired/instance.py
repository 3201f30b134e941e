"""One resource instance, as a state holds it: no catalogue, no canon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drift.model.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A resource instance of one state."""

    address: Address
    provider: str
    """The provider configuration, as the state names it: `provider["…/hashicorp/aws"].west`."""
    attributes: Mapping[str, Any]
    state: str
    """Where the state was read from."""
    sensitive: frozenset[str] = frozenset()
    """Top-level attributes the state marks as sensitive."""
    deposed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state, read."""

    source: str
    lineage: str
    serial: int
    terraform_version: str
    instances: tuple[Instance, ...]
    """What it manages."""
    looked_up: tuple[Instance, ...] = ()
    """What its data sources answered."""
    warnings: tuple[str, ...] = ()
