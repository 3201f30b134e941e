"""The directories from which a configuration may read files: the author of a pull request must not read the whole disk.

What counts is where a path leads, whatever links say. Modules and files stay below the checkout that the
configuration is in (the nearest directory with a `.git`), or where `terraform init` put modules. Without a checkout,
modules are read wherever they are, for a plain directory is nobody's pull request; functions then still read files
below the configuration's own directory and the working directory alone. With --untrusted, the working directory
stands for a checkout where there is none: an unpacked archive has no `.git`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from drift.model import trust
from drift.model.checkout import root_of

_INIT = ".terraform"
_SUFFIXES = (".tfstate", ".tfstate.backup")


@dataclass(frozen=True, slots=True)
class Jail:
    """The directories that a configuration may be in, with links resolved."""

    checkout: Path | None
    """The repository's root; None where the configuration is in none."""
    own: tuple[Path, ...]
    """Where else its files may be."""

    @classmethod
    def of(cls, root: Path, data_dir: Path) -> Jail:
        """Around the root module in a directory, whose modules the installer put below `data_dir`."""
        root = _real(root)
        here = _real(Path.cwd())
        found = root_of(root)
        if found is None and trust.is_untrusted():
            found = here if root.is_relative_to(here) else root
        near = (here,) if found is None and here != Path(here.anchor) and root.is_relative_to(here) else ()
        modules = _real(data_dir / "modules")
        # a link of the repository's own makes no other place the installer's
        installed = found is None or modules.is_relative_to(found) or not _absolute(data_dir).is_relative_to(found)
        return cls(found, (root, *near, *([modules] if installed else [])))

    def module(self, directory: Path) -> bool:
        """Whether a module may be in a directory."""
        return self.checkout is None or self.holds(directory)

    def holds(self, path: Path) -> bool:
        """Whether a path leads to a place that is the configuration's own."""
        places = self.own if self.checkout is None else (self.checkout, *self.own)
        return within(_real(path), places)


def within(real: Path, places: Iterable[Path]) -> bool:
    """Whether a resolved path is in one of these places."""
    return any(real.is_relative_to(place) for place in places)


def is_private(real: Path) -> bool:
    """Whether a file holds what no configuration has to know: Git's and Terraform's own credentials, and states."""
    parts = real.parts
    kept = _INIT in parts and "modules" not in parts[parts.index(_INIT) + 1 : parts.index(_INIT) + 2]
    return ".git" in parts or kept or real.name.endswith(_SUFFIXES)


def _absolute(path: Path) -> Path:
    """A path from the root of the disk, with the links that it has."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute() leaves `..`


def _real(path: Path) -> Path:
    """Where a path leads; itself where a link leads back to itself."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()
