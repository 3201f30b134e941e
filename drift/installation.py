"""How drift was installed, and the command that adds one of its extras.

The distribution is `drift-iac`, because `drift` is another project on the public index.
"""

from __future__ import annotations

import itertools
import json
import os
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote

DISTRIBUTION = "drift-iac"
"""The name of the distribution in a package index. The command is `drift`."""

CONTAINER = "DRIFT_CONTAINER"
"""Set in drift's container image, whose extras are chosen when the image is built."""


def command(extra: str, *, prefix: str = sys.prefix, environment: Mapping[str, str] = os.environ) -> str:
    """The command that adds `extra` to the running installation: for pip, pipx, uv or a container.

    `prefix` is the directory of the Python environment.
    """
    if environment.get(CONTAINER):
        return f"docker build --build-arg EXTRAS={extra} ."
    wanted = _requirement(extra, _origin())
    parts = Path(prefix).parts
    if _together(parts, "pipx", "venvs"):
        return f"pipx install --force {wanted}"
    if _together(parts, "uv", "tools"):
        return f"uv tool install --force {wanted}"
    if not (Path(prefix) / "bin" / "pip").exists() and (Path(prefix) / "pyvenv.cfg").exists():
        return f"uv pip install {wanted}"  # uv creates environments without pip
    return f"pip install {wanted}"


def hint(extra: str) -> str:
    """A sentence that says how to install a missing extra."""
    return f"Install it: {command(extra)}."


def _together(parts: tuple[str, ...], first: str, second: str) -> bool:
    return (first, second) in itertools.pairwise(parts)


def _requirement(extra: str, origin: Mapping[str, Any]) -> str:
    """The requirement with the extra, quoted for a shell, from the same origin as the installation."""
    name = f"{DISTRIBUTION}[{extra}]"
    url = str(origin.get("url") or "")
    if not url:
        return shlex.quote(name)
    if vcs := origin.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    elif url.startswith("file://") and origin.get("dir_info", {}).get("editable"):
        directory = unquote(url.removeprefix("file://"))
        return "-e " + shlex.quote(f"{directory}[{extra}]")
    return shlex.quote(f"{name} @ {url}")


def _origin() -> Mapping[str, Any]:
    """The origin of the installation (PEP 610); empty if it is an index, or unknown."""
    try:
        found: Distribution = distribution(DISTRIBUTION)
        read = json.loads(found.read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
