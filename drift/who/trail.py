"""Reads the files of a trail: those in its bucket, or the result of an Athena query.

A trail writes gzipped JSON, `{"Records": [...]}`; a query's result is CSV. A directory is read recursively.
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
    """Every record of the files at these paths; UsageError for a file that cannot be read or is no log."""
    for place in places:
        for file in _files(place):
            yield from _records(file, audit)


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise UsageError(f"--events: {place} does not exist", "Give a file of a trail, or a directory with such files.")
    found = []
    for file in place.rglob("*"):
        if file.is_file() and file.name.endswith(ENDINGS) and "CloudTrail-Digest" not in file.parts:
            found.append(file)
            if len(found) > EVENT_FILES.most:
                raise UsageError(f"--events: {place} holds {EVENT_FILES.beyond}", EVENT_FILES.hint)
    if not found:
        raise UsageError(f"--events: {place} holds no file of a trail", f"Files end in {', '.join(ENDINGS)}.")
    return sorted(found, reverse=True)  # file names contain the day: newest first


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
        raise UsageError(f"--events: {file} is no JSON", "Give the files as CloudTrail wrote them.") from None
    every = whole.get("Records", [whole]) if isinstance(whole, dict) else whole
    for one in every if isinstance(every, list) else ():
        told = _record(one)
        if told is not None:
            yield told


def _lines(data: bytes, file: Path) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(EVENT_BYTES.most)  # otherwise a request above 128 KiB would raise an error
    try:
        yield from csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline=""))
    except csv.Error as error:
        raise UsageError(f"--events: {file} is no CSV: {error}", "Name the result of Athena's query.") from None


def _record(one: Any) -> Mapping[str, Any] | None:
    """A record, also if it is the text of an entry of a LookupEvents response."""
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
        raise UsageError(
            f"--events: {file} cannot be read: {why}", "Give the files as CloudTrail wrote them."
        ) from None


def _unpacked(data: bytes, file: Path) -> bytes:
    with gzip.open(io.BytesIO(data)) as packed:
        out = packed.read(EVENT_BYTES.most + 1)
    if len(out) > EVENT_BYTES.most:
        raise UsageError(f"--events: {file} unpacks to {EVENT_BYTES.beyond}", EVENT_BYTES.hint)
    return out


__all__ = ["records"]
