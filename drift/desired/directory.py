"""A Terraform directory: where its state is, as `terraform init` left it, or as its configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from drift.desired import configured
from drift.desired.configured import STATE
from drift.desired.layout import GENERATED, STACK, data_dir, unit_of, workspace
from drift.errors import DriftError, StateError, UsageError
from drift.model.bounds import SETTINGS_BYTES, contents

if TYPE_CHECKING:
    from drift.desired.hcl.inputs import Given


def place_of(directory: Path, given: Sequence[str] = (), variables: Given | None = None) -> str:
    """Where the state of the selected workspace is: a path or a URL, which may hold secrets; StateError if unknown.

    Asked in this order: what a unit of Terragrunt says, the backend that `terraform init` resolved (unless `given`
    completes or corrects that of the configuration, as `-backend-config` does), the `backend` block, the local file.
    `variables` are those of the command line: where the block names a variable (OpenTofu), they say which state it is,
    and so does the environment, and what `init` once resolved for others does not count.
    """
    told = variables is not None and bool(variables.variables or variables.files)
    passed_over = bool(given) or (names_variables(directory) and (told or names_environment(directory)))
    found = "" if given else unit_place(directory)
    found = found or ("" if passed_over else backend_of(directory))
    found = found or declared_in(directory, given, variables)
    if given and not found:
        raise UsageError(
            f"{directory}: --backend-config is given, but there is no backend block",
            "Remove --backend-config: the state is local.",
        )
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
        raise StateError(str(file), "cannot be read", "Run `terraform init -reconfigure` to write it again.") from None
    backend = top.get("backend") or top.get("state_store")
    if not isinstance(backend, dict) or not isinstance(backend.get("type"), str):
        return ""
    kind, config = backend["type"], backend.get("config")
    return configured.place(
        kind, config if isinstance(config, dict) else {}, workspace(directory), directory, str(file)
    )


def changed_since_init(directory: Path) -> str:
    """What a `backend` block says that `terraform init` resolved otherwise, as a sentence; empty where they agree.

    Either the block was changed since, which Terraform refuses to run with, or `-backend-config` corrected it.
    """
    from drift.desired import declared

    try:
        data = msgspec.json.decode(contents(data_dir(directory) / STATE, SETTINGS_BYTES), type=dict[str, Any])
        found, given = declared.literal(directory), declared.given_by(())
    except (OSError, msgspec.DecodeError, RecursionError, DriftError):
        return ""
    resolved = data.get("backend")
    if unit_of(directory) is not None or not isinstance(resolved, dict) or not isinstance(resolved.get("type"), str):
        return ""
    again = "and `terraform init` was not run since: the state that it found is read"
    if found is None:
        return f"{directory}: there is no backend block any more, {again}"
    where, kind, config = found
    if kind != resolved["type"]:
        return f"{where}: the backend is {kind!r}, {again}"
    kept = resolved.get("config")
    kept = {**config, **kept} if isinstance(kept, dict) else config
    other = [name for name, value in config.items() if kept[name] != value and name not in given]
    if not other:
        return ""
    return f"{where}: {', '.join(sorted(other))} of the backend is not what `terraform init` found: that is read"


def names_variables(directory: Path) -> bool:
    """Whether the backend that the configuration declares depends on its variables or locals."""
    from drift.desired import declared

    return directory.is_dir() and declared.is_evaluated(directory)


def names_environment(directory: Path) -> bool:
    """Whether variables of the environment (TF_VAR_…) change which state the configuration declares."""
    from drift.desired import declared
    from drift.desired.hcl.inputs import Given

    said: list[Any] = []
    for variables in (Given(), Given(environment={})):
        try:
            said.append(declared.backend(directory, (), workspace(directory), variables))
        except StateError:
            said.append(None)  # reading says why
    return said[0] is not None and said[0] != said[1]


def declared_in(directory: Path, given: Sequence[str] = (), variables: Given | None = None) -> str:
    """Where the backend that the configuration declares keeps the state; empty where it declares none."""
    from drift.desired import declared

    if not directory.is_dir():
        return ""
    if not given and (place := unit_place(directory)):
        return place
    found = declared.backend(directory, given, workspace(directory), variables)
    if found is None and given:
        return unit_place(directory)
    if found is None and (directory / STACK).is_file() and not (directory / GENERATED).is_dir():
        raise StateError(
            str(directory / STACK),
            "a Terragrunt stack without generated units",
            "Run `terragrunt stack generate` here. Each unit has its own state.",
        )
    return configured.place(*found, workspace(directory), directory, str(directory)) if found else ""


def unit_place(directory: Path) -> str:
    """Where a unit of Terragrunt keeps its state; empty where the directory is none, or its file says nothing of it.

    Terragrunt runs `terraform init` again by itself where its file says another place than last time: what `init` left
    in the unit or in its cache counts only where the file cannot be told without running Terragrunt.
    """
    unit = unit_of(directory)
    if unit is None:
        return ""
    from drift.desired import terragrunt

    inside = terragrunt.worked_in(directory)
    kept = backend_of(directory) or (backend_of(inside) if inside else "")
    try:
        found = terragrunt.backend(unit)
    except StateError:
        if not kept:
            raise
        return kept
    if found is None:
        return kept
    kind, config = found
    if kind == "local" and kept and "://" not in kept and not Path(str(config.get("path") or "")).is_absolute():
        return kept  # it is relative to where Terragrunt runs
    return configured.place(kind, config, workspace(directory, inside), directory, str(unit))
