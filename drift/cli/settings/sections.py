"""The tables of drift.toml that do not set options, by name."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drift.model.section import Section


@dataclass(frozen=True, slots=True)
class Declared:
    """The class of a table. Its module is loaded only if a file has the table."""

    module: str
    name: str
    many: bool = False
    """Whether it is an array of tables: `[[ignore]]`."""

    def load(self) -> type[Section]:
        """The section's class."""
        found: type[Section] = getattr(importlib.import_module(self.module), self.name)
        return found


SECTIONS: dict[str, Declared] = {
    "ignore": Declared("drift.exclude.rules", "IgnoreRule", many=True),
    "owner": Declared("drift.exclude.owners", "OwnerRule", many=True),
    "judging": Declared("drift.rules.criteria", "Judging"),
    "exemption": Declared("drift.rules.criteria", "Exemption", many=True),
}
"""Name of the table -> its declaration. No option may have the same name."""
