"""The control lists of frameworks about AWS, each a file; `python -m tests.support.frameworks` makes them."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec

from drift.rules.frameworks import Framework, read

FILES = (
    "cis-v1.4", "cis-v3", "cis-v4", "cis-v5", "cis-v6", "cis-v7", "fsbp", "security-hub", "pci-4", "soc-2",
    "nist-800-53-r5", "iso-27001",
)  # fmt: skip
"""In the order in which they are told."""
_HERE = resources.files(__name__)


@functools.cache
def frameworks() -> tuple[Framework, ...]:
    """Every framework."""
    return tuple(read((_HERE / f"{name}.json").read_bytes()) for name in FILES)


@functools.cache
def prowler_checks() -> frozenset[str]:
    """The checks that Prowler has."""
    return frozenset(msgspec.json.decode((_HERE / "prowler-checks.json").read_bytes())["checks"])
