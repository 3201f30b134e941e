"""Rules about AWS, one module for each theme."""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType

from drift.providers.aws.frameworks import frameworks
from drift.providers.aws.frameworks.about import ABOUT
from drift.rules.frameworks import answering
from drift.rules.spec import Rule

MODULES = (
    "alarms", "api", "applications", "audit", "brokers", "changes", "compute", "containers", "credentials", "databases",
    "datastores", "edge", "iam", "leaks", "messaging", "network", "resilience", "rights", "routing", "search",
    "services", "sharing", "storage", "trust", "upkeep", "vpc",
)  # fmt: skip
"""The modules of `drift.providers.aws.rules`, one for each theme."""


def _rules_of(module: ModuleType) -> list[Rule]:
    """The rules of a module: each by its name, or several made of a table."""
    held = vars(module).values()
    return [r for value in held for r in (value if isinstance(value, tuple) else (value,)) if isinstance(r, Rule)]


def built_in() -> list[Rule]:
    """Every rule about AWS, in order of id, with the controls that it answers to."""
    return list(_built_in())


@cache
def _built_in() -> tuple[Rule, ...]:
    found = {
        value.id: value
        for name in MODULES
        for value in _rules_of(importlib.import_module(f"drift.providers.aws.rules.{name}"))
    }
    return tuple(answering((found[id_] for id_ in sorted(found)), frameworks(), ABOUT))
