"""Data sources whose answer follows from their arguments and the provider's configuration alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from drift.desired.hcl.configured import Provider
from drift.desired.hcl.types import object_val
from drift.desired.hcl.values import Val, unknown
from drift.provider.installed import installed

Values = Mapping[str, Val]


def computed(type_: str, values: Values, provider: Provider) -> Val:
    """What a data source answers, as far as it can be told without asking; else it is unknown."""
    known = _data_sources().get(type_)
    return object_val(known(values, provider)) if known else unknown()


@cache
def _data_sources() -> Mapping[str, Callable[[Values, Provider], Values]]:
    """Type -> how it is computed, of every installed provider."""
    out: dict[str, Callable[[Values, Provider], Values]] = {}
    for provider in installed().providers.values():
        if provider.language:
            out |= import_module(provider.language).DATA_SOURCES
    return out
