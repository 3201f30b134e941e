"""OpenTofu's encryption configuration: the environment variable TF_ENCRYPTION, in JSON or HCL.

Documented at opentofu.org/docs/language/state/encryption. In both languages it is the content of the
`encryption` block:

    key_provider "pbkdf2" "main" { passphrase = "…" }
    method "aes_gcm" "main" { keys = key_provider.pbkdf2.main }
    state { method = method.aes_gcm.main }

JSON has the labels as nested keys. Values are read as they stand: an expression that is more than a
reference to another block has no value here. Nothing of it ever reaches a message, bar names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drift.errors import StateError

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


def configuration(text: str, source: str) -> Encryption:
    """The configuration in `text`; StateError where it is none."""
    top = _parsed(text, source)
    return Encryption(
        _labelled(top.get("key_provider"), source), _labelled(top.get("method"), source), tuple(_order(top, source))
    )


def reference(value: Any, kind: str, source: str) -> Name:
    """(type, name) of a reference to a block; StateError where `value` is none."""
    match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] != kind:
        raise wrong(source, f"a reference like {kind}.type.name is missing, or is more than that")
    return match[2], match[3]


def literal(value: Any, name: str, source: str) -> str:
    """Text that stands there as it is; StateError for an expression, whose value only OpenTofu knows."""
    if not isinstance(value, str) or not value:
        raise wrong(source, f"`{name}` is missing or is no text")
    if "${" in value.replace("$${", ""):
        raise wrong(source, f"`{name}` is an expression: drift reads values that stand there as they are")
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


def _hcl(text: str, source: str) -> Any:
    try:
        import hcl2
    except ImportError:
        raise StateError(
            source,
            f"{VARIABLE} is HCL, and python-hcl2 is not installed",
            "Install drift[tofu], or give the same as JSON.",
        ) from None
    try:
        return _plain(hcl2.loads(text))
    except StateError:
        raise
    except Exception:  # noqa: BLE001 - the parser raises errors of its own kind that quote the text, passphrase and all
        raise wrong(source, "neither JSON nor HCL") from None


def _plain(value: Any) -> Any:
    """python-hcl2's dicts without its marks: text keeps its quotes there, blocks say that they are blocks."""
    if isinstance(value, Mapping):
        return {_plain(k): _plain(v) for k, v in value.items() if k != "__is_block__"}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, str) and value[:1] == value[-1:] == '"' and len(value) > 1:
        return json.loads(value, strict=False)
    return value


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
