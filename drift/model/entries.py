"""Lists of a report that are kept in a file, because all of them together may be larger than memory."""

from __future__ import annotations

import heapq
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any, Generic, TypeVar, overload

import msgspec

T = TypeVar("T")
RUN = 20_000
"""Entries that are sorted in memory at a time."""


class Entries(Sequence[T], Generic[T]):
    """A sequence that reads its entries from a file whenever one goes through it. One entry is in memory at a time."""

    def __init__(self, count: int, texts: Callable[[], Iterator[bytes]], decode: Callable[[bytes], T]) -> None:
        """`texts` begins anew with each call: the entries as JSON, in their order. `decode` makes an entry of one."""
        self._count = count
        self.texts = texts
        self._decode = decode
        self._tallies: dict[str, Counter[str]] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return map(self._decode, self.texts())

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...
    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        """One entry, or some of them. All before are read, too."""
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            if step < 0:
                return tuple(self)[at]
            return tuple(map(self._decode, islice(self.texts(), start, stop, step)))
        n = at + len(self) if at < 0 else at
        for text in islice(self.texts(), max(n, 0), None) if n >= 0 else ():
            return self._decode(text)
        raise IndexError(at)

    def tally(self, member: str) -> Counter[str]:
        """How many entries have each value of a member that is text."""
        if member not in self._tallies:
            read = _reader(member)
            self._tallies[member] = Counter(map(read, self.texts()))
        return self._tallies[member]

    def only(self, member: str, value: str) -> Entries[T]:
        """The entries that have this value of a member that is text."""
        read = _reader(member)
        return Entries(
            self.tally(member)[value],
            lambda: (text for text in self.texts() if read(text) == value),
            self._decode,
        )


def _reader(member: str) -> Callable[[bytes], str]:
    """What reads one member of a JSON text, and passes over the others."""
    decoder = msgspec.json.Decoder(msgspec.defstruct("One", [(member, str, "")]))
    return lambda text: str(getattr(decoder.decode(text), member))


def unnamed(owner: object) -> IO[bytes]:
    """A file without a name, which is gone with its owner."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as its owner
    weakref.finalize(owner, file.close)
    return file


class Spool:
    """Lines in a file without a name, which is gone with this object."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._file = unnamed(self)
        self._file.writelines(lines)

    def __iter__(self) -> Iterator[bytes]:
        at = 0
        while True:  # several may go through it at the same time
            self._file.seek(at)
            lines = self._file.readlines(1 << 16)
            if not lines:
                return
            at += sum(map(len, lines))
            yield from lines


def ordered(
    entries: Sequence[T], key: Callable[[T], Any], encode: Callable[[T], bytes], decode: Callable[[bytes], T],
    together: Callable[[T, T], T | None],
) -> Sequence[T]:  # fmt: skip
    """The entries, sorted. Of equal keys the first comes first; `together` makes one of two of the same key that follow
    each other, or None if both stay. No more than RUN entries are in memory, if there are more."""
    if len(entries) <= RUN:
        return tuple(_joined(sorted(entries, key=key), key, together))
    there = iter(entries)
    runs = []
    while some := sorted(islice(there, RUN), key=key):
        runs.append(Spool(encode(one) + b"\n" for one in some))
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for one in _joined(heapq.merge(*(map(decode, run) for run in runs), key=key), key, together):
            count += 1
            yield encode(one) + b"\n"

    whole = Spool(counted())
    return Entries(count, lambda: iter(whole), decode)


def _joined(entries: Iterable[T], key: Callable[[T], Any], together: Callable[[T, T], T | None]) -> Iterator[T]:
    last: list[T] = []
    for one in entries:
        joined = together(last[0], one) if last and key(last[0]) == key(one) else None
        if joined is None:
            yield from last
            last = [one]
        else:
            last = [joined]
    yield from last
