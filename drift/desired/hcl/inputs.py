"""The values of a root module's variables that come from outside the configuration.

Documented at developer.hashicorp.com/terraform/language/values/variables, "Variable Definition Precedence": the
environment, `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` in the order of
their names, then what is given on the command line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from drift.desired.hcl.jail import Jail
from drift.desired.hcl.modules import shown
from drift.desired.hcl.tree import Expr, File
from drift.desired.hcl.values import Val, from_python
from drift.errors import UsageError
from drift.model import bounds

ENVIRONMENT = "TF_VAR_"


@dataclass(frozen=True, slots=True)
class Given:
    """The command line's part, and the environment's."""

    variables: tuple[str, ...] = ()
    """`name=value`, as `--var` takes them; they win over files."""
    files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def text(self) -> Iterator[tuple[str, str]]:
        """(name, value) of each `--var`; UsageError where one has no name."""
        for variable in self.variables:
            name, found, value = variable.partition("=")
            if not found or not name.strip():
                raise UsageError("a --var is not NAME=VALUE", "Write --var name=value.")  # it may be a secret
            yield name.strip(), value


@dataclass(slots=True)
class Inputs:
    """Variable -> what is given to it: a value, an expression, or text that its type says how to read."""

    values: dict[str, Val | Expr | str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """Variable -> the file or the option that sets it; not those of the environment, which many runs share."""
    warnings: list[str] = field(default_factory=list)


def inputs(
    directory: Path, given: Given, parse: Callable[[str, str], File], edited: Mapping[str, str] | None = None
) -> Inputs:
    """What is given to the root module in a directory. UsageError for a file of the command line that is not there.

    `edited` has the text of files that is to be read in the place of what they hold, by the path that is shown.
    """
    out = Inputs()
    for name, text in given.environment.items():
        if name.startswith(ENVIRONMENT):
            out.values[name.removeprefix(ENVIRONMENT)] = text
    jail = Jail.of(directory, directory / ".terraform")
    for file in _automatic(directory):
        if jail.module(file):
            _read(file, out, parse, edited or {})
        else:
            out.warnings.append(
                f"{shown(file)}: not read: the link leads outside the checkout; name the file with --var-file"
            )
    for file in given.files:
        if not file.is_file():
            raise UsageError(f"--var-file {file}: no such file", "Give the path of a .tfvars or .tfvars.json file.")
        _read(file, out, parse, edited or {})
    for name, text in given.text():
        out.values[name] = text
        out.said[name] = "--var"
    return out


def _automatic(directory: Path) -> Iterator[Path]:
    names = sorted(p.name for p in directory.glob("*.tfvars*"))
    first = [n for n in ("terraform.tfvars", "terraform.tfvars.json") if n in names]
    return (directory / n for n in (*first, *(n for n in names if n.endswith((".auto.tfvars", ".auto.tfvars.json")))))


def _read(file: Path, out: Inputs, parse: Callable[[str, str], File], edited: Mapping[str, str]) -> None:
    name = str(shown(file))
    try:
        text = edited[name] if name in edited else bounds.text(file, bounds.SETTINGS_BYTES, "utf-8-sig")
        if file.name.endswith(".json"):
            top = json.loads(text, parse_float=Decimal)
            out.values |= {k: from_python(v) for k, v in (top if isinstance(top, dict) else {}).items()}
            out.said |= dict.fromkeys(top if isinstance(top, dict) else (), name)
            return
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or error
        out.warnings.append(f"{name}: not read: {why}")
        return
    parsed = parse(text, name)
    out.warnings += [f"{name}:{lost.line}: not read: {lost.reason}" for lost in parsed.lost]
    out.values |= {n: a.expr for n, a in parsed.body.attributes.items()}
    out.said |= {n: f"{name}:{a.line}" for n, a in parsed.body.attributes.items()}
