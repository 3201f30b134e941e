"""The `backend` or `cloud` block of a configuration, where `terraform init` has not been run.

Documented at developer.hashicorp.com/terraform/language/backend: one block, which an override file replaces, completed
by `-backend-config` (`key=value`, or a file of such), of which the last word counts. OpenTofu also knows variables and
locals there. What `terraform init` would be given is taken from TF_CLI_ARGS_init too.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from drift.desired.backends import entra
from drift.desired.configured import Config
from drift.desired.hcl.bodies import blocks
from drift.desired.hcl.evaluate import evaluate
from drift.desired.hcl.files import parse_files, parse_text
from drift.desired.hcl.inputs import Given, inputs
from drift.desired.hcl.jail import Jail
from drift.desired.hcl.library import Library
from drift.desired.hcl.modules import Installed, declared, files_of
from drift.desired.hcl.names import ModuleScope, Shared
from drift.desired.hcl.plain import plain
from drift.desired.hcl.scope import Scope
from drift.desired.hcl.syntax import parse
from drift.desired.hcl.tree import Block, Body, File
from drift.desired.layout import data_dir
from drift.errors import StateError, UsageError
from drift.model import bounds

NEEDED: Mapping[str, tuple[str, ...]] = {
    "azurerm": ("storage_account_name", "container_name", "key"),
    "consul": ("path",),
    "gcs": ("bucket",),
    "kubernetes": ("secret_suffix",),
    "s3": ("bucket", "key"),
}
"""Backend -> the arguments without which nothing tells where the state is."""

READ: Mapping[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "azurerm": "storage_account_name container_name key access_key sas_token " + " ".join(entra.NAMES),
        "cloud": "organization hostname token workspaces",
        "consul": "path address scheme datacenter http_auth access_token",
        "gcs": "bucket prefix access_token credentials encryption_key impersonate_service_account "
        "storage_custom_endpoint",
        "http": "address username password",
        "kubernetes": "secret_suffix namespace host token",
        "local": "path workspace_dir",
        "pg": "conn_str schema_name",
        "remote": "organization hostname token workspaces",
        "s3": "bucket key workspace_key_prefix region profile access_key secret_key token sse_customer_key assume_role "
        "role_arn external_id endpoint endpoints sts_endpoint",
    }.items()
}
"""Backend -> the arguments that say where a state is, or how to read it. It is found without any other."""

_WORDS = re.compile(rb'\b(?:backend|state_store)[ \t"]|"(?:backend|state_store)"|\bcloud\s*\{|"cloud"')
"""What a file says that may hold such a block: the others are not parsed for it."""


def is_evaluated(directory: Path) -> bool:
    """Whether an argument of the backend that a configuration declares names something."""
    found = _block(directory)
    return found is not None and _names_something(found[1].body)


def _names_something(body: Body) -> bool:
    named = any(not evaluate(a.expr, None).wholly_known for a in body.attributes.values())
    return named or any(_names_something(block.body) for block in body.blocks)


def literal(directory: Path) -> tuple[str, str, Config] | None:
    """(place, type, arguments) of the backend that a configuration declares, as far as they stand there as they are and
    say where the state is, without nested blocks; None where it declares none."""
    found = _block(directory)
    if found is None:
        return None
    path, block = found
    kind = block.labels[0] if block.labels else "cloud"
    values = {n: evaluate(a.expr, None) for n, a in block.body.attributes.items() if n in READ.get(kind, ())}
    known = {n: v.raw for n, v in values.items() if v.wholly_known and isinstance(v.raw, str)}
    return f"{path}:{block.line}", kind, known


def backend(
    directory: Path, given: Sequence[str], workspace: str, variables: Given | None = None
) -> tuple[str, Config] | None:
    """(type, arguments) of the backend that a configuration declares; None where it declares none.

    `given` are the values of `-backend-config`, `variables` those of `-var` and `-var-file`. StateError for what cannot
    be told without `terraform init`.
    """
    found = _block(directory)
    if found is None:
        return None
    path, block = found
    kind = block.labels[0] if block.labels else "cloud"
    of = _Arguments(directory, workspace, variables)
    config = {**of.read(block.body, path), **given_by(given)}
    complete(kind, config, f"{path}:{block.line}", of.untold)
    return kind, config


def complete(kind: str, config: Config, where: str, untold: Mapping[str, str], hint: str = "") -> None:
    """StateError about `where` if something is missing, or `untold`, that says where the state is."""
    missing = [name for name in NEEDED.get(kind, ()) if config.get(name) in (None, "")]
    missing += sorted((untold.keys() & READ.get(kind, untold.keys())) - config.keys() - {*missing})
    for name in missing:
        raise StateError(
            where,
            untold.get(name) or f"its backend {kind!r} has no {name!r}",
            hint or f"Give it with --backend-config {name}=…, or run `terraform init`.",
        )


def literal_backend(file: File) -> tuple[str, Config] | None:
    """The backend in a file whose arguments stand there as they are."""
    for block_ in _terraform(file):
        for block in (*map(_labelled, blocks(block_, "backend")), *blocks(block_, "cloud")):
            kind, of = block.labels[0] if block.labels else "cloud", _Arguments(Path(file.path).parent, "")
            config = of.read(block.body, file.path)
            complete(kind, config, file.path, of.untold)
            return kind, config
    return None


def given_by(given: Sequence[str]) -> Config:
    """The arguments that `-backend-config` gives, on the command line after those in TF_CLI_ARGS_init."""
    out: dict[str, Any] = {}
    for value in (*_from_environment(), *given):
        name, found, text = value.partition("=")
        out |= {name.strip(): text} if found else _from_file(Path(value))
    return out


def _from_environment() -> Iterator[str]:
    for variable in ("TF_CLI_ARGS", "TF_CLI_ARGS_init"):
        try:
            words = shlex.split(os.environ.get(variable, ""))
        except ValueError:
            continue  # Terraform says what is wrong with it
        for word in words:
            name, found, value = word.partition("=")
            if found and name.lstrip("-") == "backend-config":
                yield value


def _from_file(file: Path) -> Config:
    try:
        text = bounds.text(file, bounds.SETTINGS_BYTES, "utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError(
            f"--backend-config {file}: cannot be read: {reason}",
            "Write KEY=VALUE, or the path of a file of such lines.",
        ) from None
    parsed = parse_text(text, str(file))
    if parsed.lost:
        lost = parsed.lost[0]
        raise UsageError(f"--backend-config {file}:{lost.line}: {lost.reason}", 'Write one KEY = "VALUE" on each line.')
    values = {name: evaluate(a.expr, None) for name, a in parsed.body.attributes.items()}
    for name, value in values.items():
        if not value.wholly_known:
            raise UsageError(
                f"--backend-config {file}: {name!r} is not a literal value",
                "Terraform requires a literal value here too.",
            )
    return {name: plain(value) for name, value in values.items()}


def _block(directory: Path) -> tuple[str, Block] | None:
    """The block that counts, and its file: the last one, since overrides come last."""
    found: tuple[str, Block] | None = None
    jail = Jail.of(directory, data_dir(directory))
    for file in parse_files([f for f in _files(directory) if jail.module(f) and _may_hold_one(f)]):
        for lost in file.lost:
            if lost.header.startswith("terraform") or not lost.header:
                raise StateError(
                    f"{file.path}:{lost.line}", f"not read: {lost.reason}", "Correct the block, or give --state."
                )
        for block_ in _terraform(file):
            for kind in ("backend", "cloud", "state_store"):
                for block in blocks(block_, kind):
                    found = file.path, block if kind == "cloud" else _labelled(block)
    return found


def _files(directory: Path) -> list[Path]:
    try:
        return files_of(directory)
    except OSError as error:
        raise StateError(str(directory), f"cannot be read: {error.strerror}") from None


def _may_hold_one(file: Path) -> bool:
    try:
        data = bounds.contents(file, bounds.CONFIGURATION_BYTES)
    except OSError:
        return False
    return _WORDS.search(data) is not None


def _terraform(file: File) -> Iterator[Body]:
    yield from (block.body for block in blocks(file.body, "terraform"))


def _labelled(block: Block) -> Block:
    """`{"backend": {"s3": {…}}}` of JSON as `backend "s3" {…}`."""
    if block.labels or not block.body.attributes:
        return block
    name = next(iter(block.body.attributes))
    inner = blocks(block.body, name)
    body = inner[0].body if inner else Body()
    return Block("backend", (name,), body, block.line, block.end_line)


class _Arguments:
    """The values of a block's arguments, and why some have none."""

    def __init__(self, directory: Path, workspace: str, variables: Given | None = None) -> None:
        self._directory, self._workspace, self._variables = directory, workspace, variables
        self._scope: Scope | None = None
        self.untold: dict[str, str] = {}

    def read(self, body: Body, path: str, within: str = "") -> dict[str, Any]:
        """What is known of them, nested blocks as lists of objects."""
        out: dict[str, Any] = {}
        for name, attribute in body.attributes.items():
            value = evaluate(attribute.expr, None)
            if not value.wholly_known:
                value = evaluate(attribute.expr, self._names())
            if value.wholly_known:
                out[name] = plain(value, drop_null=True)
            else:
                self.untold[within or name] = f"{name!r} cannot be evaluated without running Terraform"
        for block in body.blocks:
            out.setdefault(block.type, []).append(self.read(block.body, path, within or block.type))
        return out

    def _names(self) -> Scope:
        if self._scope is None:
            self._scope = root_scope(self._directory, self._workspace, self._variables)
        return self._scope


def root_scope(directory: Path, workspace: str = "default", variables: Given | None = None) -> Scope:
    """Variables and locals of a root module, as OpenTofu has them in such blocks."""
    installed = Installed.read(directory, data_dir(directory))
    module = declared(directory, parse_files([f for f in _files(directory) if installed.jail.module(f)]))
    shared = Shared(Library(installed, {(): module}), inputs(directory, variables or Given(), parse), {}, workspace)
    return ModuleScope(run=shared, names=(), path=(), module=module)
