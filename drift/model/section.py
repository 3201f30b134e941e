"""A table of drift.toml that does not set options: its keys, their types and descriptions.

A package declares its table as a `Section` and lists it in `drift/cli/settings/sections.py`. The command line reads it,
and rejects unknown keys and wrong types with file and line.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Fields are keys (`alert_above` is `alert-above`), described by `Annotated[..., about(...)]`."""


class Placed(Section, frozen=True, kw_only=True):
    """An entry of an array of tables, with its place."""

    place: str = ""
    """File and line: `drift.toml:12`. Not a key of the file."""


def about(description: str) -> msgspec.Meta:
    """The description of a key, for docs/configuration-file.md."""
    return msgspec.Meta(description=description)


OneOrMore: TypeAlias = str | tuple[str, ...]
"""A string, or a list of strings."""


def several(value: OneOrMore) -> tuple[str, ...]:
    """The values of a key as a tuple."""
    return (value,) if isinstance(value, str) else value


__all__ = ["Annotated", "OneOrMore", "Placed", "Section", "about", "several"]
