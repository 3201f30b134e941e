"""A Terraform directory: where its state is, as `terraform init` left it, or as its configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from drift.desired import configured
from drift.desired.configured import STATE
from drift.desired.layout import GENERATED, STACK, data_dir, unit_of, workspace
from drift.errors import StateError, UsageError
from drift.model.bounds import SETTINGS_BYTES, contents

if TYPE_CHECKING:
    from drift.desired.hcl.inputs import Given


def place_of(directory: Path, given: Sequence[str] = (), variables: Given | None = None) -> str:
    """Where the state of the selected workspace is: a path or a URL, which may hold secrets; StateError if unknown.

    Asked in this order: the backend that `terraform init` resolved (unless `given` completes or corrects that of the
    configuration, as `-backend-config` does), the `backend` block, the local file. `variables` are those of the
    command line: where the block names a variable (OpenTofu), they say which state it is, and what `init` once
    resolved for others does not count.
    """
    told = variables is not None and bool(variables.variables or variables.files)
    passed_over = bool(given) or (told and names_variables(directory))
    found = ("" if passed_over else backend_of(directory) or worked_in(directory)) or declared_in(
        directory, given, variables
    )
    if given and not found:
        raise UsageError(f"{directory}: --backend-config, and no backend block", "Leave it out: the state is local.")
    return found or configured.place("local", {}, workspace(directory), directory, str(directory))


def backend_of(directory: Path) -> str:
    """Where the backend that `terraform init` resolved keeps the state; empty where it resolved none."""
    file = data_dir(directory) / STATE
    try:
        data = contents(file, SETTINGS_BYTES)
    except OSError:
        return ""
    try:
        top = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise StateError(str(file), "not readable", "Run `terraform init -reconfigure` to write it again.") from None
    backend = top.get("backend") or top.get("state_store")
    if not isinstance(backend, dict) or not isinstance(backend.get("type"), str):
        return ""
    kind, config = backend["type"], backend.get("config")
    return configured.place(
        kind, config if isinstance(config, dict) else {}, workspace(directory), directory, str(file)
    )


def names_variables(directory: Path) -> bool:
    """Whether the backend that the configuration declares depends on its variables or locals."""
    from drift.desired import declared

    return directory.is_dir() and declared.is_evaluated(directory)


def declared_in(directory: Path, given: Sequence[str] = (), variables: Given | None = None) -> str:
    """Where the backend that the configuration declares keeps the state; empty where it declares none."""
    from drift.desired import declared

    if not directory.is_dir():
        return ""
    found = declared.backend(directory, given, workspace(directory), variables)
    if found is None and (unit := unit_of(directory)) is not None:
        from drift.desired import terragrunt

        found = terragrunt.backend(unit)
    if found is None and (directory / STACK).is_file() and not (directory / GENERATED).is_dir():
        raise StateError(
            str(directory / STACK),
            "a stack of Terragrunt, whose units are not written yet",
            "Run `terragrunt stack generate` here: each unit below it has a state of its own.",
        )
    return configured.place(*found, workspace(directory), directory, str(directory)) if found else ""


def worked_in(directory: Path) -> str:
    """Where the state of a Terragrunt unit is, as the newest directory of its cache has it; empty where none has."""
    if unit_of(directory) is None:
        return ""
    from drift.desired import terragrunt

    inside = terragrunt.worked_in(directory)
    return backend_of(inside) if inside else ""
