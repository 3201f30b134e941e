"""Misconfiguration rules, judged on the drifted set only, before and after the drift."""

from __future__ import annotations

import importlib

from drift.rules.spec import Rule

MODULES = ("network", "iam", "data")
"""The modules of `drift.rules.aws`, one for each theme."""


def built_in() -> list[Rule]:
    """Every rule drift comes with, in order of id."""
    found = [
        value
        for name in MODULES
        for value in vars(importlib.import_module(f"drift.rules.aws.{name}")).values()
        if isinstance(value, Rule)
    ]
    return sorted(found, key=lambda r: r.id)
