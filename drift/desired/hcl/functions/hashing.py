"""Functions that hash, and those whose result nobody knows beforehand."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import Final

from drift.desired.hcl.functions.registry import Context, function
from drift.desired.hcl.numbers import Number
from drift.desired.hcl.run import Failure
from drift.desired.hcl.values import NUMBER, STRING, NotKnown

_NAMESPACES: Final = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def hashed(algorithm: str, data: bytes) -> str:
    """The hash in hexadecimal."""
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def hashed64(algorithm: str, data: bytes) -> str:
    """The hash in Base64."""
    return base64.b64encode(hashlib.new(algorithm, data, usedforsecurity=False).digest()).decode()


@function("md5", STRING)
def md5(context: Context, text: str) -> str:
    """MD5."""
    return hashed("md5", text.encode())


@function("sha1", STRING)
def sha1(context: Context, text: str) -> str:
    """SHA-1."""
    return hashed("sha1", text.encode())


@function("sha256", STRING)
def sha256(context: Context, text: str) -> str:
    """SHA-256."""
    return hashed("sha256", text.encode())


@function("sha512", STRING)
def sha512(context: Context, text: str) -> str:
    """SHA-512."""
    return hashed("sha512", text.encode())


@function("base64sha256", STRING)
def base64sha256(context: Context, text: str) -> str:
    """Base64 of SHA-256."""
    return hashed64("sha256", text.encode())


@function("base64sha512", STRING)
def base64sha512(context: Context, text: str) -> str:
    """Base64 of SHA-512."""
    return hashed64("sha512", text.encode())


@function("uuidv5", STRING, STRING)
def uuidv5(context: Context, namespace: str, name: str) -> str:
    """The UUID of a name in a namespace."""
    try:
        return str(uuid.uuid5(_NAMESPACES.get(namespace) or uuid.UUID(namespace), name))
    except ValueError:
        raise Failure("the namespace is no UUID") from None


@function("bcrypt", STRING, rest=NUMBER)
def bcrypt(context: Context, text: str, *cost: Number) -> str:
    """Not known: it is salted."""
    raise NotKnown("its result differs each time", STRING)


@function("uuid")
def random_uuid(context: Context) -> str:
    """Not known: it is random."""
    raise NotKnown("its result differs each time", STRING)


@function("rsadecrypt", STRING, STRING)
def rsadecrypt(context: Context, text: str, key: str) -> str:
    """Not known: drift decrypts nothing."""
    raise NotKnown("drift decrypts nothing", STRING)
