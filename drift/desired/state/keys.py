"""Where the key of an encrypted state comes from: OpenTofu's key providers.

Each left its metadata in the envelope, under `key_provider.<type>.<name>` or the alias that the
configuration gives (`encrypted_metadata_alias`): base64 of JSON, in some files the JSON itself.

- pbkdf2: `{salt, iterations, hash_function, key_length}`; the passphrase is configured, or the key of
  another provider (`chain`)
- aws_kms: `{ciphertext_blob, encryption_context}`, which KMS's Decrypt opens
- static: `{magic: "Hello world!"}`; the key is configured, in hexadecimal
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from drift.desired.state.tofu import Encryption, Name, literal, reference, wrong

MOST_ITERATIONS = 10_000_000
"""Of PBKDF2: some five seconds; OpenTofu's own default is 600,000."""
LONGEST_KEY = 64
CHAIN = 8

_OBJECT = msgspec.json.Decoder(dict[str, Any])

Body = Mapping[str, Any]


class Refused(Exception):  # noqa: N818 - an answer among others: the next method is tried
    """Why one method does not open the state."""


def key_of(name: Name, config: Encryption, meta: Mapping[str, Any], source: str, depth: int = 0) -> bytes:
    """The key of one provider; Refused where it has none for this state, StateError where it is wrongly configured."""
    body = config.key_providers.get(name)
    if body is None:
        raise wrong(source, f"there is no key_provider.{'.'.join(name)}")
    if depth > CHAIN:
        raise wrong(source, f"key_provider.{'.'.join(name)} refers to itself in a chain")
    provider = PROVIDERS.get(name[0])
    if provider is None:
        raise Refused(f"drift does not support keys from {name[0]}")
    alias = body.get("encrypted_metadata_alias") or f"key_provider.{'.'.join(name)}"

    def chained(value: Any) -> bytes:
        return key_of(reference(value, "key_provider", source), config, meta, source, depth + 1)

    return provider(body, _metadata(meta.get(str(alias))), chained, source)


def _pbkdf2(body: Body, meta: Body, chained: Callable[[Any], bytes], source: str) -> bytes:
    salt, iterations, length = _bytes(meta.get("salt")), meta.get("iterations"), meta.get("key_length")
    function = meta.get("hash_function")
    if type(iterations) is not int or type(length) is not int or function not in ("sha256", "sha512"):
        raise Refused("the envelope has no pbkdf2 metadata")
    if not (0 < iterations <= MOST_ITERATIONS and 0 < length <= LONGEST_KEY):
        raise Refused(f"{iterations} iterations for {length} bytes exceed drift's limit")
    if body.get("chain"):
        passphrase = chained(body["chain"])
    else:
        passphrase = literal(body.get("passphrase"), "passphrase", source).encode()
    return hashlib.pbkdf2_hmac(str(function), passphrase, salt, iterations, length)


def _static(body: Body, meta: Body, chained: Callable[[Any], bytes], source: str) -> bytes:  # noqa: ARG001
    try:
        return bytes.fromhex(literal(body.get("key"), "key", source))
    except ValueError:
        raise wrong(source, "`key` is not hexadecimal") from None


def _aws_kms(body: Body, meta: Body, chained: Callable[[Any], bytes], source: str) -> bytes:  # noqa: ARG001
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    def text(name: str) -> str | None:
        return literal(body[name], name, source) if body.get(name) else None

    blob, context = _bytes(meta.get("ciphertext_blob")), meta.get("encryption_context") or {}
    try:
        session = boto3.Session(
            aws_access_key_id=text("access_key"),
            aws_secret_access_key=text("secret_key"),
            aws_session_token=text("token"),
            region_name=text("region"),
            profile_name=text("profile"),
        )
        arguments = {"KeyId": text("kms_key_id")} if text("kms_key_id") else {}
        answer = session.client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=context, **arguments)
    except ClientError as error:
        raise Refused(f"kms:Decrypt was refused ({error.response.get('Error', {}).get('Code', '')})") from None
    except (BotoCoreError, ValueError) as error:
        raise Refused(f"KMS could not be reached ({type(error).__name__})") from None
    return bytes(answer["Plaintext"])


PROVIDERS: Mapping[str, Callable[[Body, Body, Callable[[Any], bytes], str], bytes]] = {
    "pbkdf2": _pbkdf2,
    "aws_kms": _aws_kms,
    "static": _static,
}


def _metadata(value: Any) -> Body:
    if isinstance(value, Mapping):
        return value
    try:
        return _OBJECT.decode(_bytes(value)) if value else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("its metadata in the envelope is damaged") from None


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        raise Refused("its metadata in the envelope is damaged") from None
