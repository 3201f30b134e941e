"""What AWS and Terraform call things: data."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources

from drift.catalog.spec import ResourceType


class Catalog(Mapping[str, ResourceType]):
    """Every resource type drift knows, by Terraform name.

    The index says which module describes which type, so that a run imports only the services in scope.
    """

    def __init__(self, extra: Iterable[ResourceType] = ()) -> None:
        self._extra = {kind.name: kind for kind in extra}

    def __getitem__(self, name: str) -> ResourceType:
        if name in self._extra:
            return self._extra[name]
        return _module(_modules()[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*_modules(), *self._extra}))

    def __len__(self) -> int:
        return len({*_modules(), *self._extra})

    def __contains__(self, name: object) -> bool:
        return name in self._extra or name in _modules()


@lru_cache(maxsize=1)
def _modules() -> Mapping[str, str]:
    """Type name -> the module that describes it, from `index.txt` beside this file."""
    text = resources.files("drift.catalog").joinpath("index.txt").read_text()
    return dict(line.split(": ", 1) for line in text.splitlines() if line)


@cache
def _module(module: str) -> Mapping[str, ResourceType]:
    found = importlib.import_module(f"drift.catalog.aws.{module}")
    return {v.name: v for v in vars(found).values() if isinstance(v, ResourceType)}


def scan_modules() -> Mapping[str, str]:
    """Type name -> module, by importing every module: what `index.txt` must say."""
    names = sorted(
        p.name.removesuffix(".py")
        for p in resources.files("drift.catalog.aws").iterdir()
        if p.name.endswith(".py") and p.name != "__init__.py"
    )
    return {kind: module for module in names for kind in _module(module)}
