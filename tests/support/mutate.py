"""Every value that AWS answered with, changed one at a time: does drift see it?

python -m tests.support.mutate [NAME...]      worlds and made worlds; all of them by default

For each managed resource of a clean account, each scalar of its answers is changed by one character, one
digit or one negation, also inside JSON documents, and each element of a list is taken away. Where the change
reaches an attribute that is compared, the differ must say so.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.desired.load import Desired, build, read_states
from drift.diff.compare import agree
from drift.live.asker import Asker
from drift.live.document import UNASKED, Document, is_known
from drift.live.scan import Scan
from drift.live.tape import Player
from drift.model.resource import GLOBAL
from drift.model.value import is_empty
from drift.provider.api import Api
from drift.provider.installed import installed
from drift.provider.spec import Attr
from drift.providers.aws import AWS
from tests.support import made
from tests.support.world import NAMES as RECORDED
from tests.support.world import REGION, WORLDS, World


@dataclass
class Tally:
    """What became of the changes that reached one attribute."""

    reached: int = 0
    seen: int = 0
    undecided: int = 0
    """AWS assigns a value, the state recorded none: whether it is the first one cannot be told."""
    unreached: int = 0
    """Resources in which it has a value, and no change of any answer changed it."""
    blind: list[str] = field(default_factory=list)
    """Changes of its meaning that were not seen: where, before, after."""


def other(value: Any) -> Any:
    """Something else of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if value.isdigit():
        return str(int(value) + 1)
    for i in range(len(value) - 1, -1, -1):
        if value[i].isalnum():
            new = "0" if value[i] == "9" else "q" if value[i].lower() == "z" else chr(ord(value[i]) + 1)
            return value[:i] + new + value[i + 1 :]
    return value + "q"


def mutants(value: Any) -> Iterator[tuple[str, Any]]:
    """(where, the value with one thing changed)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for at, new in mutants(inner):
                yield f".{key}{at}", {**value, key: new}
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield f"[-{i}]", value[:i] + value[i + 1 :]
            for at, new in mutants(inner):
                yield f"[{i}]{at}", [*value[:i], new, *value[i + 1 :]]
    elif isinstance(value, str) and value[:1] in "{[" and (inner := _json(value)) is not None:
        for at, new in mutants(inner):
            yield f"<json>{at}", json.dumps(new)
    elif isinstance(value, bool | int | float | str):
        yield "", other(value)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def measure(
    desired: Desired, api: Api, types: frozenset[str], tallies: dict[tuple[str, str], Tally], name: str
) -> None:
    """Change every answer about every managed resource, one at a time."""
    catalog = installed()
    here = [r for r in desired.resources if r.key.account == api.account]
    regions = {r.key.region for r in here} - {GLOBAL} or {REGION}
    scan = Scan(Asker(api), catalog, AWS, here, scope=types, regions=regions)
    scan.collect()
    for resource in here:
        item = scan._found.items.get(resource.key)
        entry = catalog[resource.address.type] if resource.address else None
        if item is None or entry is None or entry.aggregate is not None or resource.deposed:
            continue
        before = {n: item.document.read(a) for n, a in entry.attributes.items()}
        answered = {n: item.document.look(a.path) for n, a in entry.attributes.items()}
        compared = {n for n, v in before.items() if is_known(v) and n in resource.attributes}
        touched: set[str] = set()
        for section, at, changed in _changed(item.document):
            for attribute in compared:
                attr = entry.attributes[attribute]
                if attr.path.sections and section not in attr.path.sections:
                    continue
                if changed.look(attr.path) == answered[attribute]:
                    continue
                after = changed.read(attr)
                if after is UNASKED or after == before[attribute] or not is_known(after):
                    continue
                touched.add(attribute)
                what = f"{name} {section}{at}: {before[attribute]!r:.90} -> {after!r:.90}"
                _count(tallies[entry.name, attribute], attr, resource.attributes[attribute], after, what)
        for attribute in compared - touched:
            if before[attribute]:
                tallies[entry.name, attribute].unreached += 1


def _changed(document: Document) -> Iterator[tuple[str, str, Document]]:
    """(section, place in it, the item with that one thing changed)."""
    for section in document.known.keys() - {"parent"}:
        for at, new in mutants(document.known[section]):
            yield section, at, _with(document, section, new)


def _count(tally: Tally, attr: Attr, want: Any, after: Any, what: str) -> None:
    tally.reached += 1
    if attr.assigned and want is not False and is_empty(want):
        tally.undecided += 1
    elif agree(attr, want, after):
        tally.blind.append(what)
    else:
        tally.seen += 1


def _with(document: Document, section: str, value: Any) -> Document:
    changed = copy.copy(document)
    changed.known = {**document.known, section: value}
    return changed


def all_of(names: list[str]) -> dict[tuple[str, str], Tally]:
    """(type, attribute) -> what became of the changes, over worlds and made worlds."""
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    catalog = installed()
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            if name in RECORDED:
                api: Api = World(WORLDS / name).tape("clean")
                state = WORLDS / name / "refreshed.tfstate"
            else:
                module = made.load(name)
                api = made.MadeApi(module.CLEAN)
                state = made.write_state(module.STATE, Path(folder) / "s.tfstate")
            states, failed = read_states([str(state)], {})
            desired = build(states, failed, catalog, account=api.account, region=REGION)
            types = api.types & set(catalog) if isinstance(api, Player) else frozenset(catalog)
            measure(desired, api, types, tallies, name)
    return tallies


if __name__ == "__main__":
    found = all_of(sys.argv[1:] or [*RECORDED, *made.NAMES])
    for (type_, attribute), tally in sorted(found.items()):
        if tally.blind:
            print(f"{type_}.{attribute}: reached {tally.reached}, seen {tally.seen}, unreached {tally.unreached}")  # noqa: T201
            for line in tally.blind[:2]:
                print(f"    {line}")  # noqa: T201
    reached, seen = sum(t.reached for t in found.values()), sum(t.seen for t in found.values())
    undecided = sum(t.undecided for t in found.values())
    print(  # noqa: T201
        f"{len(found)} attributes, {reached} changes reached one: {seen} seen, {undecided} undecided, {reached - seen - undecided} not"
    )
