"""OpenTofu's encryption configuration: the variable TF_ENCRYPTION, in JSON or HCL, over the `encryption` block.

Documented at opentofu.org/docs/language/state/encryption. In both languages the variable holds the content of the
block:

    key_provider "pbkdf2" "main" { passphrase = "…" }
    method "aes_gcm" "main" { keys = key_provider.pbkdf2.main }
    state { method = method.aes_gcm.main }

JSON has the labels as nested keys. In the variable values are read as they stand; in the block, variables and locals
of the configuration have their values. Nothing of it ever reaches a message, bar names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drift.errors import StateError
from drift.model.bounds import CONFIGURATION_BYTES, contents

if TYPE_CHECKING:
    from drift.desired.hcl.scope import Scope
    from drift.desired.hcl.tree import Body

VARIABLE = "TF_ENCRYPTION"

_REFERENCE = re.compile(r"(?:\$\{)?\s*(key_provider|method)\.([\w-]+)\.([\w-]+)\s*\}?")

Name = tuple[str, str]
"""(type, name): `("aes_gcm", "main")`."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """The blocks that matter to who reads a state."""

    key_providers: Mapping[Name, Mapping[str, Any]]
    methods: Mapping[Name, Mapping[str, Any]]
    order: tuple[Name, ...]
    """The methods of the `state` block, the fallbacks last."""


def configuration(text: str, source: str, directories: Iterable[Path] = ()) -> Encryption | None:
    """What `text` configures, over what the first of the directories does that configures anything; None for nothing.

    StateError where it is no configuration.
    """
    inside: Mapping[str, Any] = next(filter(None, map(written_in, directories)), {})
    over = _parsed(text, source) if text.strip() else {}
    if not inside and not text.strip():
        return None

    def labelled(kind: str) -> dict[Name, Mapping[str, Any]]:
        return {**_labelled(inside.get(kind), source), **_labelled(over.get(kind), source)}

    order = _order(over if "state" in over else inside, source)
    return Encryption(labelled("key_provider"), labelled("method"), tuple(order))


def reference(value: Any, kind: str, source: str) -> Name:
    """(type, name) of a reference to a block; StateError where `value` is none."""
    match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] != kind:
        raise wrong(source, f"a reference of the form {kind}.type.name was expected")
    return match[2], match[3]


def literal(value: Any, name: str, source: str) -> str:
    """Text that stands there as it is; StateError for an expression, whose value only OpenTofu knows."""
    if not isinstance(value, str) or not value:
        raise wrong(source, f"`{name}` is missing or is not a string")
    if "${" in value.replace("$${", ""):
        raise wrong(source, f"`{name}` is an expression: drift reads only literal values here")
    return value.replace("$${", "${")


def wrong(source: str, what: str) -> StateError:
    """What is wrong with the configuration."""
    return StateError(
        source, f"{VARIABLE}: {what}", "Correct it, or decrypt first: `tofu state pull > decrypted.tfstate`."
    )


def _parsed(text: str, source: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _hcl(text, source)
    except (ValueError, RecursionError):
        raise wrong(source, "neither JSON nor HCL") from None
    if not isinstance(found, Mapping):
        raise wrong(source, "not an `encryption` block")
    return found


def _hcl(text: str, source: str) -> dict[str, Any]:
    from drift.desired.hcl.syntax import parse

    file = parse(text, VARIABLE)
    if file.lost:
        raise wrong(source, "neither JSON nor HCL")  # the reason may quote the passphrase
    return _plain(file.body, None)


def written_in(directory: Path) -> Mapping[str, Any]:
    """The `encryption` block of a configuration, with the values of variables and locals; nothing where it has none."""
    from drift.desired.declared import root_scope
    from drift.desired.hcl.bodies import blocks
    from drift.desired.hcl.files import parse_files
    from drift.desired.hcl.modules import files_of

    try:
        files = [f for f in files_of(directory) if b"encryption" in contents(f, CONFIGURATION_BYTES)]
    except OSError:
        return {}
    found = [
        block.body
        for file in parse_files(files)
        for terraform in blocks(file.body, "terraform")
        for block in blocks(terraform.body, "encryption")
    ]
    return _plain(found[-1], root_scope(directory)) if found else {}


def _plain(body: Body, scope: Scope | None) -> dict[str, Any]:
    """A body as JSON has it: labels are nested keys, references are text, as is what has no value here."""
    from drift.desired.hcl.evaluate import evaluate
    from drift.desired.hcl.plain import plain
    from drift.desired.hcl.traversals import path_of

    out: dict[str, Any] = {}
    for name, attribute in body.attributes.items():
        path = path_of(attribute.expr)
        if path[:1] in (("key_provider",), ("method",)):
            out[name] = ".".join(map(str, path))
            continue
        value = evaluate(attribute.expr, scope)
        out[name] = plain(value) if value.wholly_known else "${}"
    for block in body.blocks:
        inner = _plain(block.body, scope)
        for label in reversed(block.labels):
            inner = {label: inner}
        out.setdefault(block.type, []).append(inner)
    return out


def _blocks(value: Any) -> Iterator[Mapping[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            yield one


def _labelled(value: Any, source: str) -> dict[Name, Mapping[str, Any]]:
    """Blocks with two labels, by these."""
    out: dict[Name, Mapping[str, Any]] = {}
    for outer in _blocks(value):
        for type_, named in outer.items():
            for inner in _blocks(named):
                for name, found in inner.items():
                    body = next(_blocks(found), None)
                    if body is None:
                        raise wrong(source, f"{type_}.{name} is not a block")
                    out[type_, name] = body
    return out


def _order(top: Mapping[str, Any], source: str) -> Iterator[Name]:
    block = next(_blocks(top.get("state")), None)
    while block is not None:
        yield reference(block.get("method"), "method", source)
        block = next(_blocks(block.get("fallback")), None)
