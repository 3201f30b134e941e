"""Files of a trail: what it writes to its bucket, or the result of a query of it.

A trail writes gzipped JSON, `{"Records": [...]}`; a query's result is CSV. A directory is read with all that is in it.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from drift.errors import UsageError
from drift.model.bounds import EVENT_BYTES, EVENT_FILES, contents
from drift.provider.audit import Audit

ENDINGS = (".json", ".json.gz", ".csv", ".jsonl")


def records(places: Sequence[Path], audit: Audit) -> Iterator[Mapping[str, Any]]:
    """Every record of the files at these places; UsageError for what cannot be read or is no log."""
    for place in places:
        for file in _files(place):
            yield from _records(file, audit)


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise UsageError(f"--events: {place} does not exist", "Name a file or a directory with files of a trail.")
    found = []
    for file in place.rglob("*"):
        if file.is_file() and file.name.endswith(ENDINGS) and "CloudTrail-Digest" not in file.parts:
            found.append(file)
            if len(found) > EVENT_FILES.most:
                raise UsageError(f"--events: {place} holds {EVENT_FILES.beyond}", EVENT_FILES.hint)
    if not found:
        raise UsageError(f"--events: {place} holds no file of a trail", f"Files end in {', '.join(ENDINGS)}.")
    return sorted(found, reverse=True)  # the days are in the names: the newest first


def _records(file: Path, audit: Audit) -> Iterator[Mapping[str, Any]]:
    data = _content(file)
    if file.name.endswith(".csv"):
        yield from map(audit.row, _lines(data, file))
        return
    try:
        if file.name.endswith(".jsonl"):
            whole = [msgspec.json.decode(line) for line in data.splitlines() if line.strip()]
        else:
            whole = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        raise UsageError(f"--events: {file} is no JSON", "Name files as a trail writes them.") from None
    every = whole.get("Records", [whole]) if isinstance(whole, dict) else whole
    for one in every if isinstance(every, list) else ():
        told = _record(one)
        if told is not None:
            yield told


def _lines(data: bytes, file: Path) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(EVENT_BYTES.most)  # else a request of more than 128 KiB would be a fault
    try:
        yield from csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline=""))
    except csv.Error as error:
        raise UsageError(f"--events: {file} is no CSV: {error}", "Name the result of Athena's query.") from None


def _record(one: Any) -> Mapping[str, Any] | None:
    """A record, also one that LookupEvents' answer holds as text."""
    if isinstance(one, dict) and isinstance(one.get("CloudTrailEvent"), str):
        try:
            one = msgspec.json.decode(one["CloudTrailEvent"])
        except msgspec.DecodeError:
            return None
    return one if isinstance(one, dict) else None


def _content(file: Path) -> bytes:
    try:
        data = contents(file, EVENT_BYTES)
        return _unpacked(data, file) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or "it is no whole gzip"
        raise UsageError(f"--events: {file} cannot be read: {why}", "Name files as a trail writes them.") from None


def _unpacked(data: bytes, file: Path) -> bytes:
    with gzip.open(io.BytesIO(data)) as packed:
        out = packed.read(EVENT_BYTES.most + 1)
    if len(out) > EVENT_BYTES.most:
        raise UsageError(f"--events: {file} unpacks to {EVENT_BYTES.beyond}", EVENT_BYTES.hint)
    return out


__all__ = ["records"]
