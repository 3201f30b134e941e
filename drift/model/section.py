"""A table of drift.toml that is more than options: its keys, their types and what they mean.

A package declares its table as a `Section` and names it in `drift/cli/settings/sections.py`; the
command line reads it, and refuses unknown keys and wrong types with file and line.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Fields are keys (`alert_above` is `alert-above`), described by `Annotated[..., about(...)]`."""


class Placed(Section, frozen=True, kw_only=True):
    """An entry of an array of tables that knows where it stands."""

    place: str = ""
    """`drift.toml:12`; not a key of the file."""


def about(description: str) -> msgspec.Meta:
    """What a key means, for the documentation."""
    return msgspec.Meta(description=description)


OneOrMore: TypeAlias = str | tuple[str, ...]
"""A text, or a list of texts."""


def several(value: OneOrMore) -> tuple[str, ...]:
    """A key of one or more texts as several."""
    return (value,) if isinstance(value, str) else value


__all__ = ["Annotated", "OneOrMore", "Placed", "Section", "about", "several"]
