"""One resource instance, as a state or a plan holds it: no catalogue, no canon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drift.desired.hcl.configured import Configuration, Configured
from drift.model.address import Address
from drift.model.drift import Pending
from drift.model.resource import IgnoredPath


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
    sensitive_members: frozenset[str] = frozenset()
    """`tags.Token`: of such an attribute that is a map, the members that the state marks, where it marks no more."""
    deposed: str = ""
    tainted: bool = False
    """The next apply replaces it."""
    identity: Mapping[str, Any] = field(default_factory=dict)
    """What names it to the provider (Terraform 1.12, AWS provider 6): `account_id` and `region` among others."""
    asserted: frozenset[str] | None = None
    """Top-level attributes that the configuration sets; None where it is not known."""
    configured: Configured | None = None
    """What the author wrote for it, where the configuration was read and has it."""
    wanted: Mapping[str, Any] | None = None
    """What a plan says that the author sets, in the shape of `attributes` and complete."""
    earlier: Mapping[str, Any] | None = None
    """`attributes` as they were recorded before the state was last written; None where no backup tells."""
    another: Mapping[str, Any] | None = None
    """The same of another object at this address: an apply replaced it, or a refresh took what it found for it."""
    exempt: tuple[IgnoredPath, ...] = ()
    """Paths that a plan shows to be ignored."""
    dropped: bool = False
    """The backup alone has it: whoever wrote the state since found it gone, or took it out."""
    moved_from: Address | None = None
    """The address that the state has it under, where a `moved` block gives it another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state, read."""

    source: str
    lineage: str
    serial: int
    terraform_version: str
    instances: tuple[Instance, ...]
    """What it manages."""
    dropped: tuple[Instance, ...] = ()
    """What its backup has and it has not: a refresh drops what somebody deleted."""
    looked_up: tuple[Instance, ...] = ()
    """What its data sources answered."""
    warnings: tuple[str, ...] = ()
    pending: tuple[Pending, ...] = ()
    """What the next apply changes without anything having drifted."""
    configuration: Configuration | None = None
    """The configuration it was written from, where that was read."""
