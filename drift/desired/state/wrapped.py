"""What a state may be wrapped in on its way to us: gzip, a byte order mark, Windows' UTF-16."""

from __future__ import annotations

import codecs
import zlib

from drift.errors import StateError
from drift.model.bounds import STATE_BYTES, UNPACKED_RATIO

GZIP = b"\x1f\x8b"
SMALL = 64 << 20
"""Bytes that anything may unpack to. More needs a packed size that fits: a state is some twenty times its gzip."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def unwrapped(data: bytes, source: str) -> bytes:
    """The JSON inside; StateError where it is damaged, or larger than its bound."""
    if data[:2] == GZIP:
        data = inflated(data, source)
    if data[:2] in _UTF_16:  # PowerShell's `>` writes that
        try:
            return data.decode("utf-16").encode()
        except ValueError:
            raise StateError(
                source,
                "the file starts like UTF-16, but is not",
                "Write it with `terraform state pull | Out-File -Encoding utf8 current.tfstate`.",
            ) from None
    return data.removeprefix(codecs.BOM_UTF8)


def inflated(data: bytes, source: str) -> bytes:
    """What a gzip holds; StateError where it is damaged, or holds more than a bound."""
    bound = UNPACKED_RATIO if SMALL + UNPACKED_RATIO.most * len(data) < STATE_BYTES.most else STATE_BYTES
    most = min(STATE_BYTES.most, SMALL + UNPACKED_RATIO.most * len(data))
    inflating = zlib.decompressobj(wbits=31)
    try:
        out = inflating.decompress(data, most)
    except zlib.error:
        raise StateError(source, "the file is compressed (gzip), and damaged", "Fetch it again.") from None
    if inflating.unconsumed_tail:
        raise StateError(
            source,
            f"compressed (gzip): more than {most >> 20} MiB inside (bound {bound.name})",
            f"This is probably not a state. {bound.hint}",
        )
    if not inflating.eof:
        raise StateError(source, "the file is compressed (gzip), and incomplete", "Fetch it again.")
    return out
