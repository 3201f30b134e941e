"""Telling a state from everything people give in its place."""

from __future__ import annotations

import msgspec

from drift.errors import StateError

CURRENT = 4
"""The only state version that Terraform 0.12 and later, and OpenTofu, write."""


_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])


def refuse_other(data: bytes, source: str) -> None:
    """StateError unless `data` is a state of version 4."""
    if not data.strip():
        raise StateError(
            source,
            "the file is empty",
            "A killed `terraform apply` leaves this: the last good state is beside it, its name ending in `.backup`.",
        )
    _refuse_binary(data, source)
    _refuse_other_encoding(data, source)
    try:
        top = _TOP.decode(data)
    except msgspec.DecodeError as error:
        _refuse_broken(source, error)
    if {"encryption_version", "encrypted_data"} & top.keys():
        raise StateError(
            source,
            "the state is encrypted by OpenTofu",
            "Decrypt it with `tofu state pull > decrypted.tfstate` and give that file.",
        )
    if {"planned_values", "resource_changes"} & top.keys():
        raise StateError(
            source, "this is a plan in JSON, not a state", "Give the state: `terraform state pull > current.tfstate`."
        )
    if {"format_version", "values"} & top.keys():
        raise StateError(
            source,
            "this is `terraform show -json` output, not a state",
            "Give the state: `terraform state pull > current.tfstate`.",
        )
    if "backend" in top:
        raise StateError(
            source,
            "this names the backend that holds the state, it is not the state",
            "Run `terraform state pull > current.tfstate` in the directory it belongs to and give that file.",
        )
    _refuse_version(top.get("version"), source)


def _refuse_version(raw: msgspec.Raw | None, source: str) -> None:
    if raw is None:
        raise StateError(
            source,
            "this JSON has no `version`: it is not a Terraform state",
            "Give the file that `terraform state pull` prints.",
        )
    try:
        version = msgspec.json.decode(bytes(raw), type=int)
    except msgspec.DecodeError:
        raise StateError(source, f"`version` is {bytes(raw)[:40].decode(errors='replace')}, not a number") from None
    if version < CURRENT:
        raise StateError(
            source,
            f"state version {version}, written by Terraform 0.11 or older",
            "Run `terraform apply -refresh-only` with Terraform 0.12 or later: it writes version 4.",
        )
    if version > CURRENT:
        raise StateError(
            source, f"state version {version} is newer than this drift knows ({CURRENT})", "Upgrade drift."
        )


def _refuse_binary(data: bytes, source: str) -> None:
    if data[:4] == b"PK\x03\x04":
        raise StateError(
            source, "this is a saved plan, not a state", "Give the state: `terraform state pull > current.tfstate`."
        )
    if data[:2] == b"\x1f\x8b":
        raise StateError(source, "the file is compressed (gzip)", "Decompress it first: `gunzip`.")
    if b"\x00" in data[:4096]:
        raise StateError(source, "the file is binary, not a state", "Give the file that `terraform state pull` prints.")


def _refuse_broken(source: str, error: Exception) -> None:
    again = "Fetch it again with `terraform state pull`, or take the `.backup` beside it."
    if isinstance(error, msgspec.ValidationError):
        raise StateError(source, f"this JSON is not a Terraform state: {error}", again) from None
    truncated = "truncated" in str(error)
    what = "the file ends in the middle: it is truncated" if truncated else f"not valid JSON: {error}"
    raise StateError(source, what, again) from None


def _refuse_other_encoding(data: bytes, source: str) -> None:
    """msgspec takes any bytes between quotes; a state is UTF-8 (RFC 8259, section 8.1)."""
    if data.isascii():
        return
    try:
        data.decode()
    except UnicodeDecodeError as bad:
        raise StateError(
            source,
            f"line {data.count(bytes([10]), 0, bad.start) + 1}: invalid UTF-8 at byte {bad.start}",
            "The file was damaged or re-encoded: fetch it again with `terraform state pull`.",
        ) from None
