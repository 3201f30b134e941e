"""What the files of a directory are called: Terraform's own data, Terragrunt's units and stacks."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from drift.desired.configured import DEFAULT
from drift.errors import StateError
from drift.model.bounds import SETTINGS_BYTES, text

UNITS = ("terragrunt.hcl", "terragrunt.hcl.json")
"""What makes a directory a unit of Terragrunt, the first before the other."""
STACK = "terragrunt.stack.hcl"
"""What makes it a stack, whose units `terragrunt stack generate` writes below it."""
GENERATED = ".terragrunt-stack"


def unit_of(directory: Path) -> Path | None:
    """The file that makes a directory a unit of Terragrunt; None where it is none."""
    return next((directory / name for name in UNITS if (directory / name).is_file()), None)


def data_dir(directory: Path) -> Path:
    """Where Terraform keeps what it knows of this directory: TF_DATA_DIR, else `.terraform`."""
    return directory / (os.environ.get("TF_DATA_DIR") or ".terraform")


def workspace(*directories: Path | None) -> str:
    """The selected workspace: TF_WORKSPACE, else what `terraform workspace select` wrote down in one of the
    directories, the first before the others, else `default`."""
    chosen = os.environ.get("TF_WORKSPACE", "")
    for directory in directories:
        with suppress(OSError):
            if directory is not None and not chosen:
                chosen = text(data_dir(directory) / "environment", SETTINGS_BYTES, errors="replace").strip()
    if chosen in (".", "..") or re.search(r"[/\\\x00]", chosen):
        raise StateError(str(directories[0]), f"{chosen!r} is not the name of a workspace", "Set TF_WORKSPACE to one.")
    return chosen or DEFAULT
