"""Rules about AWS, one module for each theme."""

from __future__ import annotations

import importlib

from drift.rules.spec import Rule

MODULES = (
    "api", "applications", "audit", "brokers", "compute", "containers", "databases", "datastores", "edge", "iam",
    "messaging", "network", "rights", "search", "services", "storage", "trust", "vpc",
)  # fmt: skip
"""The modules of `drift.providers.aws.rules`, one for each theme."""


def built_in() -> list[Rule]:
    """Every rule about AWS, in order of id."""
    found = {
        value.id: value
        for name in MODULES
        for value in vars(importlib.import_module(f"drift.providers.aws.rules.{name}")).values()
        if isinstance(value, Rule)
    }
    return [found[id_] for id_ in sorted(found)]
