"""Expressions made from a seed."""

from __future__ import annotations


def generated() -> list[str]:
    return []
