"""OpenTofu's encrypted state.

    {"serial": 1, "lineage": "…", "encryption_version": "v0", "encrypted_data": "<base64>",
     "meta": {"key_provider.pbkdf2.main": "<base64 of JSON>"}}

Documented at opentofu.org/docs/language/state/encryption; the shape is that of OpenTofu's
`internal/encryption/base.go`. `aes_gcm` data is a nonce of 12 bytes, the ciphertext and a tag of 16.
After decryption serial and lineage must be the envelope's.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from drift import installation
from drift.desired.state import keys
from drift.desired.state.decode import decode
from drift.desired.state.tofu import VARIABLE, Encryption, Name, configuration, reference, wrong
from drift.errors import StateError

NONCE, TAG = 12, 16
PULL = "Decrypt it with `tofu state pull > decrypted.tfstate` and give that file."


class _Envelope(msgspec.Struct):
    encrypted_data: str
    encryption_version: str = ""
    serial: int = 0
    lineage: str = ""
    meta: dict[str, Any] = {}


class _Inside(msgspec.Struct):
    version: int
    serial: int = 0
    lineage: str = ""


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_INSIDE = msgspec.json.Decoder(_Inside)


def decrypt(data: bytes, source: str, near: Sequence[Path] = (), environment: Mapping[str, str] = os.environ) -> bytes:
    """The state of version 4 inside; StateError says what is missing to read it.

    Directories `near` may hold the configuration that says how to open it, and so may that of the state itself and the
    one one is in.
    """
    envelope = decode(_ENVELOPE, data, source)
    if envelope.encryption_version != "v0":
        raise StateError(
            source, "encrypted by OpenTofu in a format newer than this version of drift supports (v0)", PULL
        )
    beside = [file.parent for file in [Path(source)] if "://" not in source and file.is_file()]
    config = configuration(environment.get(VARIABLE, ""), source, dict.fromkeys((*near, *beside, Path())))
    if config is None:
        raise StateError(
            source,
            "the state is encrypted by OpenTofu",
            f"Set {VARIABLE} to the content of its `encryption` block, as JSON or HCL, or give the directory of its "
            f"configuration with --config. Or: {PULL}",
        )
    sealed = _base64(envelope.encrypted_data, source)
    tried: list[str] = []
    for name in config.order:
        try:
            opened = _open(name, config, envelope, sealed, source)
        except keys.Refused as refused:
            tried.append(f"{'.'.join(name)}: {refused}")
            continue
        _refuse_another(opened, envelope, source)
        return opened
    why = "; ".join(tried) or "its configuration has no method in a `state` block"
    raise StateError(source, f"encrypted by OpenTofu, and no configured method can decrypt it: {why}", PULL)


def _open(name: Name, config: Encryption, envelope: _Envelope, sealed: bytes, source: str) -> bytes:
    method, body = name[0], config.methods.get(name)
    if body is None:
        raise wrong(source, f"there is no method.{'.'.join(name)}")
    if method == "unencrypted":
        raise keys.Refused("the state is encrypted")
    if method != "aes_gcm":
        raise keys.Refused("not a method that drift supports")
    key = keys.key_of(reference(body.get("keys"), "key_provider", source), config, envelope.meta, source)
    return _aes_gcm(key, sealed, _additional(body.get("aad")), source)


def _additional(aad: Any) -> bytes:
    """Additional authenticated data: a list of bytes in the configuration."""
    if isinstance(aad, list) and all(type(v) is int and 0 <= v < 256 for v in aad):
        return bytes(aad)
    return str(aad or "").encode()


def _aes_gcm(key: bytes, sealed: bytes, aad: bytes, source: str) -> bytes:
    try:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise StateError(
            source,
            "encrypted by OpenTofu: the package `cryptography` is needed to decrypt it",
            installation.hint("tofu"),
        ) from None
    if len(key) not in (16, 24, 32):
        raise keys.Refused(f"the key has {len(key)} bytes; AES needs 16, 24 or 32")
    if len(sealed) < NONCE + TAG:
        raise keys.Refused("the encrypted data is truncated")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], aad or None)
    except InvalidTag:
        raise keys.Refused("another key was used, or the data is damaged") from None


def _refuse_another(opened: bytes, envelope: _Envelope, source: str) -> None:
    """OpenTofu compares both too: else somebody could put an older state into the envelope."""
    inside = decode(_INSIDE, opened, source)
    if (inside.serial, inside.lineage) != (envelope.serial, envelope.lineage):
        raise StateError(source, "the serial or lineage of the envelope differs from that of the encrypted state", PULL)


def _base64(text: str, source: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise StateError(source, "`encrypted_data` is not base64", PULL) from None
