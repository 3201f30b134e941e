"""The place of a store: a DuckDB file, a folder of Parquet files, or such a folder in a bucket."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from drift.desired.backends import Backends, web
from drift.desired.backends.url import shown
from drift.errors import StoreError
from drift.model import trust

DEFAULT: Final = "drift.duckdb"
"""The store's file if the user gives none."""


@runtime_checkable
class Folder(Protocol):
    """Files by name, `scan/20261201T084904Z-5f3a9c.parquet`: what is there appears whole, or not at all."""

    def names(self, below: str) -> list[str]:
        """The files below a folder, sorted."""
        ...

    def get(self, name: str, into: Path) -> None:
        """Fetch a file."""
        ...

    def put(self, name: str, file: Path) -> None:
        """Write a file, replacing one of that name."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        ...


class Directory:
    """A folder of this machine, or of one that is mounted here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self, below: str) -> list[str]:
        """The files below a folder, sorted."""
        return sorted(f"{below}/{p.name}" for p in (self.root / below).glob("*.parquet"))

    def get(self, name: str, into: Path) -> None:
        """Fetch a file."""
        try:
            into.write_bytes((self.root / name).read_bytes())
        except FileNotFoundError:
            raise StoreError(f"{self.root}: {name} is missing", "Is it a store of drift's?") from None

    def put(self, name: str, file: Path) -> None:
        """Write a file, replacing one of that name."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = target.with_name(f".{target.name}.{os.getpid()}")
        staged.touch(mode=0o600)
        with staged.open("wb") as out:
            out.write(file.read_bytes())
            out.flush()
            os.fsync(out.fileno())
        staged.replace(target)

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.root / name).unlink(missing_ok=True)


class Bucket:
    """A bucket, or a folder of one, through the backend that reads states from such places."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        scheme = url.partition("://")[0]
        backends = Backends()
        backend: object = backends.get(scheme)
        if not isinstance(backend, Keeping):
            raise StoreError(f"{shown(url)}: a store cannot be kept there", "Give a file, a folder, or a bucket's URL.")
        for host in trust.hosts_of(url):
            web.must_be_allowed(host, url)
        self._backend = backend

    def names(self, below: str) -> list[str]:
        """The files below a folder, sorted."""
        return sorted(f"{below}/{n}" for n in self._backend.names(self._at(f"{below}/")) if n.endswith(".parquet"))

    def get(self, name: str, into: Path) -> None:
        """Fetch a file."""
        self._backend.get(self._at(name), into)

    def put(self, name: str, file: Path) -> None:
        """Write a file, replacing one of that name."""
        self._backend.put(self._at(name), file)

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        self._backend.delete(self._at(name))

    def _at(self, name: str) -> str:
        base, mark, query = self.url.partition("?")
        return f"{base.rstrip('/')}/{name}{mark}{query}"


@runtime_checkable
class Keeping(Protocol):
    """The methods of a backend that can contain a store."""

    def names(self, url: str) -> Sequence[str]:
        """The names of the objects directly below a prefix, without it."""
        ...

    def get(self, url: str, into: Path) -> None:
        """Fetch an object."""
        ...

    def put(self, url: str, file: Path) -> None:
        """Write an object."""
        ...

    def delete(self, url: str) -> None:
        """Remove an object, if it is there."""
        ...


def is_folder(place: str) -> bool:
    """Whether a store in this place is a folder: an address, a directory, or a path that ends with a slash."""
    return "://" in place or place.endswith(("/", os.sep)) or Path(place).is_dir()


def folder(place: str) -> Folder:
    """The folder of a store."""
    return Bucket(place) if "://" in place else Directory(Path(place))


def copy_of(place: str) -> Path:
    """The local copy of a folder: a DuckDB file in the user's cache directory."""
    said = os.environ.get("DRIFT_CACHE", "")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "drift"
    root = (Path(said) if said and said != "off" else base) / "stores"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = place if "://" in place else str(Path(place).resolve())
    return root / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.duckdb"
