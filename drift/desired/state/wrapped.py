"""What a state may be wrapped in on its way to us: gzip, a byte order mark, Windows' UTF-16."""

from __future__ import annotations

import codecs
import zlib

from drift.errors import StateError

GZIP = b"\x1f\x8b"
SMALL = 64 << 20
"""Bytes that anything may decompress to."""
RATIO = 200
"""Times its size that more may decompress to: a state is some twenty times as large as its gzip."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def unwrapped(data: bytes, source: str) -> bytes:
    """The JSON inside; StateError where it is damaged, or larger than any state."""
    if data[:2] == GZIP:
        data = _inflated(data, source)
    if data[:2] in _UTF_16:  # PowerShell's `>` writes that
        try:
            return data.decode("utf-16").encode()
        except ValueError:
            raise StateError(
                source,
                "the file begins as UTF-16, and is not",
                "Write it with `terraform state pull | Out-File -Encoding utf8 current.tfstate`.",
            ) from None
    return data.removeprefix(codecs.BOM_UTF8)


def _inflated(data: bytes, source: str) -> bytes:
    most = SMALL + RATIO * len(data)
    inflating = zlib.decompressobj(wbits=31)
    try:
        out = inflating.decompress(data, most)
    except zlib.error:
        raise StateError(source, "the file is compressed (gzip), and damaged", "Fetch it again.") from None
    if inflating.unconsumed_tail:
        raise StateError(source, f"compressed (gzip): more than {most >> 20} MiB inside", "That is no state.")
    if not inflating.eof:
        raise StateError(source, "the file is compressed (gzip), and ends in the middle", "Fetch it again.")
    return out
