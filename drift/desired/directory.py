"""A Terraform directory: where its state is, as `terraform init` left it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec

from drift.desired import configured
from drift.desired.configured import DEFAULT, STATE
from drift.errors import StateError


def data_dir(directory: Path) -> Path:
    """Where Terraform keeps what it knows of this directory: TF_DATA_DIR, else `.terraform`."""
    return directory / (os.environ.get("TF_DATA_DIR") or ".terraform")


def workspace(directory: Path) -> str:
    """The selected workspace: TF_WORKSPACE, else what `terraform workspace select` wrote down, else `default`."""
    chosen = os.environ.get("TF_WORKSPACE", "")
    if not chosen:
        try:
            chosen = (data_dir(directory) / "environment").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            chosen = ""
    if chosen in (".", "..") or re.search(r"[/\\\x00]", chosen):
        raise StateError(str(directory), f"{chosen!r} is not the name of a workspace", "Set TF_WORKSPACE to one.")
    return chosen or DEFAULT


def place_of(directory: Path) -> str:
    """Where the state of the selected workspace is: a path or a URL, which may hold secrets; StateError if unknown.

    Asked in this order: the backend that `terraform init` resolved, an uninitialised `backend` block, the local file.
    """
    backend = backend_of(directory)
    if backend:
        return backend
    state = configured.place("local", {}, workspace(directory), directory, str(directory))
    if not Path(state).is_file() and (kind := _configured(directory)):
        raise StateError(
            str(directory),
            f"its configuration keeps the state in {kind}, and `terraform init` has not been run here",
            "Run `terraform init`, or give the state with --state.",
        )
    return state


def backend_of(directory: Path) -> str:
    """Where the backend that `terraform init` resolved keeps the state; empty where it resolved none."""
    file = data_dir(directory) / STATE
    try:
        data = file.read_bytes()
    except OSError:
        return ""
    try:
        top = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.DecodeError:
        raise StateError(str(file), "not readable", "Run `terraform init -reconfigure` to write it again.") from None
    backend = top.get("backend") or top.get("state_store")
    if not isinstance(backend, dict) or not isinstance(backend.get("type"), str):
        return ""
    kind, config = backend["type"], backend.get("config")
    return configured.place(
        kind, config if isinstance(config, dict) else {}, workspace(directory), directory, str(file)
    )


def _configured(directory: Path) -> str:
    """`backend "s3"` or `cloud`, where the configuration has such a block; empty where it has none."""
    for file in sorted(directory.glob("*.tf")):
        text = file.read_text(encoding="utf-8", errors="replace")
        match = re.search(r'^\s*(backend\s+"(?!local")\w+"|cloud)\s*\{', text, re.MULTILINE)
        if match:
            return match[1]
    return ""
