"""What was first seen of the attributes that nobody sets, kept between runs.

A refresh writes whatever it finds into the state. Where the author of a resource leaves an attribute to the cloud, no
configuration says what it was, and a state kept elsewhere has no backup. So a file remembers how each such attribute
was first recorded. That counts for as long as the author says the same of the resource; once they change anything of
it, an apply may have changed the rest along with it, and it is remembered anew.

The file is JSON, one entry for each resource. What is sensitive is not in it; of what the author sets it has digests
alone. An attribute may name other resources, and change when an apply makes those again: so a new name counts as a
change only where it is of nothing that is desired (`Shares.explained`).

Of what the author does set, or leaves out as it is by default, the file remembers that a state once recorded it so. If
the record differs later under the same configuration, then not the configuration moved: it is no pending change.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from drift.desired.wanted import ANOTHER_WAY
from drift.errors import UsageError
from drift.model.resource import Key, Resource
from drift.model.value import UNREADABLE_SHAPES, is_empty, plain
from drift.provider import canonical
from drift.provider.leaves import Leaf, by_label, is_secret
from drift.provider.spec import ResourceType

SCHEMA = "drift-memory/1"
AGAIN = "Delete the file to begin anew: the next check writes what it sees."
DIGITS = 16
"""Hexadecimal digits of a digest: 64 bits, so that two of them are never the same by accident."""


@dataclass(frozen=True, slots=True)
class First:
    """A value as a state first recorded it."""

    value: Any
    """Raw, as Terraform wrote it; in canonical form where the record has it beside the attribute (`told_beside`)."""
    since: str
    """The day: `2026-11-01`; empty for a value of this run."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of one resource."""

    said: Mapping[str, str]
    """Attribute that the author sets, if only in the provider's configuration -> digest of its value; empty where the
    value is not known or sensitive."""
    values: Mapping[str, First]
    """Attribute that nobody sets, or label of an argument in a block -> how it was first recorded."""
    as_said: frozenset[str] = frozenset()
    """Attributes that a state recorded as the same configuration says."""
    of: Mapping[str, str] = field(default_factory=dict)
    """What a reader of the file needs to know: type, id, account, region, address."""


@dataclass(frozen=True)
class Memory:
    """A file of what was first seen."""

    name: str = ""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    """Fingerprint of a resource -> what is remembered of it."""

    def of(self, now: Seen, key: Key) -> Seen:
        """What counts as first seen: what is remembered, and what is new; all of today where the author changed."""
        before = self.seen.get(fingerprint(key))
        if before is None:
            return replace(now, as_said=now.as_said.union(*(s.as_said for s in self._another(now))))
        if not _same(before.said, now.said):
            return now
        said = {n: digest or before.said.get(n, "") for n, digest in now.said.items()}
        values = {n: before.values.get(n, first) for n, first in now.values.items()}
        return replace(now, said=said, values=values, as_said=before.as_said | now.as_said)

    def _another(self, now: Seen) -> Iterator[Seen]:
        """What is remembered of other objects at the same address, where the author says the same.

        An apply would have recorded of the new one what the author says. So where the record differs, a refresh took
        what it found for the object: an account has one alias.
        """
        return (s for s in self._at.get(_address(now), ()) if now.of.get("address") and _same(s.said, now.said))

    @cached_property
    def _at(self) -> Mapping[tuple[str, ...], Sequence[Seen]]:
        out: dict[tuple[str, ...], list[Seen]] = defaultdict(list)
        for one in self.seen.values():
            out[_address(one)].append(one)
        return out


def _address(seen: Seen) -> tuple[str, ...]:
    return tuple(seen.of.get(name, "") for name in ("type", "account", "region", "address"))


def _same(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether the author says the same, as far as it is known."""
    return before.keys() == now.keys() and all(not d or not now[n] or d == now[n] for n, d in before.items())


def fingerprint(key: Key) -> str:
    """What one resource is found again by, whatever its address is by then."""
    return _digest([key.type, key.account, key.region, *map(plain, key.identity)])


def seen(resource: Resource, raw: Mapping[str, Any], entry: ResourceType) -> Seen:
    """What a record tells today of a resource whose author is known."""
    hidden = resource.sensitive | resource.sensitive_members.keys()
    kept = (resource.undeclared & entry.attributes.keys() & raw.keys()) - hidden
    below = [p for p in resource.undeclared if "." in p]
    heads = {p.partition(".")[0] for p in below} & entry.attributes.keys() - hidden
    inner = {
        label: First(leaf.raw, "")
        for n in sorted(heads)
        for label, leaf in by_label(entry.attributes[n], n, resource.attributes.get(n), below, raw.get(n)).items()
        if leaf.raw is not None and not is_secret(entry.attributes[n], label) and _is_raw_of(leaf, raw)
    }
    return Seen(
        said={
            n: _digest([resource.source.lineage, plain(resource.said(n, resource.configured[n]))])
            if n in resource.configured and n not in hidden
            else ""
            for n in sorted({*(resource.asserted or ()), *(ANOTHER_WAY & entry.attributes.keys())})
        },
        values={
            n: First(resource.attributes.get(n) if told_beside(resource, raw, n, entry) else raw[n], "")
            for n in sorted(kept)
        }
        | inner,
        as_said=frozenset(n for n in resource.configured if n not in hidden and _recorded_so(resource, n)),
        of={
            "type": resource.key.type,
            "id": resource.id,
            "account": resource.key.account,
            "region": resource.key.region,
            "address": str(resource.address or ""),
        },
    )


def _is_raw_of(leaf: Leaf, raw: Mapping[str, Any]) -> bool:
    """Whether the raw value is of this argument, and not of the same in another block."""
    with suppress(*UNREADABLE_SHAPES):
        return canonical.desired(leaf.attr, leaf.raw, raw) == leaf.value
    return False


def told_beside(resource: Resource, raw: Mapping[str, Any], name: str, entry: ResourceType) -> bool:
    """Whether a record leaves an attribute empty that nobody sets, and another one tells its value, a text: the hash of
    a function's code."""
    read = entry.attributes[name].from_state is not None and isinstance(resource.attributes.get(name), str)
    return read and raw.get(name) in (None, "")


def _recorded_so(resource: Resource, name: str) -> bool:
    said, known = resource.configured[name], resource.attributes.get(name)
    return said == known or (is_empty(said) and is_empty(known))


def parse(text: str, name: str) -> Memory:
    """The memory in a file's text; UsageError where it is none."""
    try:
        content = json.loads(text)
        if content.get("schema") != SCHEMA:
            raise UsageError(f"{name}: not a memory of version {SCHEMA}", AGAIN)
        entries = {str(raw["fingerprint"]): _read(raw) for raw in content["resources"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__} {error}".strip()
        raise UsageError(f"{name}: not a memory: {why}", AGAIN) from None
    return Memory(name, entries)


def _read(raw: Any) -> Seen:
    return Seen(
        said={str(n): str(digest) for n, digest in raw["said"].items()},
        values={str(n): First(first["value"], str(first["since"])) for n, first in raw["first"].items()},
        as_said=frozenset(map(str, raw.get("as_said", ()))),
        of={str(n): str(raw[n]) for n in ("type", "id", "account", "region", "address") if n in raw},
    )


def written(memory: Memory, found: Iterable[tuple[Key, Seen]], day: str) -> str:
    """The file's new text: what this run saw, and what it did not look at as it was."""
    entries = dict(memory.seen)
    for key, now in found:
        values = {n: replace(first, since=first.since or day) for n, first in now.values.items()}
        if values or now.as_said:
            entries[fingerprint(key)] = replace(now, values=values)
        else:
            entries.pop(fingerprint(key), None)
    resources = [
        {
            "fingerprint": print_,
            **entry.of,
            "said": dict(sorted(entry.said.items())),
            "as_said": sorted(entry.as_said),
            "first": {n: {"since": f.since, "value": f.value} for n, f in sorted(entry.values.items())},
        }
        for print_, entry in sorted(entries.items(), key=_place)
    ]
    return json.dumps({"schema": SCHEMA, "resources": resources}, indent=1, ensure_ascii=False) + "\n"


def _place(entry: tuple[str, Seen]) -> tuple[str, ...]:
    """By type and id, so that a change of the file shows where one looks for it."""
    return (*(entry[1].of.get(name, "") for name in ("type", "id", "account", "region")), entry[0])


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
