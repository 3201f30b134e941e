"""One more of several that stand together already: an entry of the map or the set that a `for_each` goes through.

An entry is written only if the configuration, evaluated with it, says of the new instance what the account has, and of
everything else what it said before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from drift.desired.hcl.configured import Configuration, Configured, is_known
from drift.desired.hcl.read import Sources, deep
from drift.desired.hcl.values import UNKNOWN
from drift.desired.instance import State
from drift.diff.compare import agree
from drift.live.written import Written
from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.resource import Key, Resource
from drift.model.value import UNREADABLE_SHAPES, Hidden, plain
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.provider.facts import Unset
from drift.provider.spec import Attr, ResourceType
from drift.remedy.adopt.homes import Homes
from drift.remedy.apply import OverlapError, texts
from drift.remedy.ground import Ground
from drift.remedy.likeness import alike
from drift.remedy.outline import OutlineError
from drift.remedy.pen import CannotError
from drift.remedy.source import Node, Source
from drift.remedy.spec import Edit
from drift.remedy.splice import Splicer


@dataclass(frozen=True, slots=True)
class Stranger:
    """A resource on its way into the configuration."""

    resource: Resource
    entry: ResourceType
    written: Written
    said: frozenset[str]
    """The arguments and blocks that a block of its own would have."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The instance that a resource becomes."""

    address: Address
    why: str
    edits: tuple[Edit, ...] = ()
    """None for what comes with the entry of another resource."""


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is so of a resource, and of those that it is like."""

    own: Mapping[Path, Any]
    others: Mapping[str, Mapping[Path, Any]]
    """Key -> the same of its instance."""


@dataclass
class Alike:
    """Finds the blocks that a resource would be one more instance of."""

    catalog: Catalog
    ground: Ground
    homes: Homes
    _edits: list[Edit] = field(default_factory=list)
    _states: Sequence[State] | None = None
    """With the instances that entries were made for."""

    def entries(self, one: Stranger, others: Sequence[Stranger]) -> dict[Key, Entry]:
        """The entry for a resource, and what else comes with it, which must be among the others; none where no block
        fits."""
        for instances in self._blocks(one):
            try:
                found = self._tried(one, others, instances)
            except (CannotError, OutlineError, OverlapError):
                continue
            if found:
                return found
        return {}

    def _blocks(self, one: Stranger) -> Iterator[list[Resource]]:
        """The instances of each block of the type whose instances have keys, and live where the resource lives."""
        by_block: dict[str, list[Resource]] = {}
        for r in self.ground.resources:
            if r.address is not None and r.address.type == one.entry.name and isinstance(r.address.key, str):
                by_block.setdefault(r.address.block, []).append(r)
        home = (one.resource.key.account, one.resource.key.region)
        for instances in by_block.values():
            module = instances[0].address.module if instances[0].address is not None else ()
            names = tuple(name for name, _ in module)
            is_open = names in self.homes.open and all(key is None for _, key in module)
            if is_open and all((r.key.account, r.key.region) == home and not r.deposed for r in instances):
                yield instances

    def _tried(self, one: Stranger, others: Sequence[Stranger], instances: Sequence[Resource]) -> dict[Key, Entry]:
        source = Source(self.ground.directory, self.ground.given, self.ground.states)
        by_key = {str(r.address.key): r for r in instances if r.address is not None}
        template = next(iter(by_key.values())).address
        bodies = source.resource(template) if template is not None else []
        each = bodies[0].context.each if bodies else None
        if template is None or each is None or bodies[0].file.is_json:
            return {}
        old = source.value(each)
        told = self._told(one, others, by_key)
        for key in _keys(one, by_key):
            new = _with(old, key, by_key, told)
            if new is UNKNOWN:
                continue
            splicer = Splicer(source)
            splicer.value(each, new)
            if splicer.replaced or not splicer.edits:
                continue
            found = self._proved(one, others, replace(template, key=key), tuple(dict.fromkeys(splicer.edits)))
            if found:
                place = ", ".join(dict.fromkeys(splicer.followed)) or str(each)
                several = f"{len(by_key)} others" if len(by_key) > 1 else "another"
                why = f'an entry "{key}" beside {several} at {_short(place, each)}: {template.block} says the rest'
                found[one.resource.key] = replace(found[one.resource.key], why=why)
                return found
        return {}

    def _told(self, one: Stranger, others: Sequence[Stranger], by_key: Mapping[str, Resource]) -> list[Told]:
        """What entries may be about: the resource, and what comes with it, which blocks with the same keys describe."""
        out = [Told(_leaves(one.written), {k: _leaves(r.attributes) for k, r in by_key.items()})]
        blocks: dict[str, dict[str, Resource]] = {}
        for r in self.ground.resources:
            if r.address is not None and r.address.key in by_key and r not in by_key.values():
                blocks.setdefault(r.address.block, {})[str(r.address.key)] = r
        for near in blocks.values():
            type_ = next(iter(near.values())).key.type
            mine = (
                o for o in others if o.resource.key.type == type_ and one.resource.id in _leaves(o.written).values()
            )
            part = next(mine, None)
            if part is not None and near.keys() == by_key.keys():
                out.append(Told(_leaves(part.written), {k: _leaves(r.attributes) for k, r in near.items()}))
        return out

    def _proved(
        self, one: Stranger, others: Sequence[Stranger], address: Address, edits: tuple[Edit, ...]
    ) -> dict[Key, Entry]:
        """The entries, if the configuration with these edits says what the account has, and else what it said."""
        states = self.ground.states if self._states is None else self._states
        before = self._evaluated(self._edits, states)
        states = _beside(states, address, one)
        after = self._evaluated([*self._edits, *edits], states)
        kept = _values(after)
        if any(name not in kept or not _says_the_same(kept[name], said) for name, said in _values(before).items()):
            return {}
        new = {
            name: c for name, c in after.instances.items() if name not in before.instances and c.address.mode != "data"
        }
        mine = new.pop(str(address), None)
        if mine is None or not self._says(mine, one):
            return {}
        out = {one.resource.key: Entry(address, "", edits)}
        for configured in new.values():
            fits = (o for o in others if o.resource.key not in out and o.entry.name == configured.address.type)
            found = next((o for o in fits if self._says(configured, o)), None)
            if found is None:
                return {}
            out[found.resource.key] = Entry(configured.address, f"it comes with {address}")
        self._edits += edits
        self._states = states
        return out

    def _evaluated(self, edits: Sequence[Edit], states: Sequence[State]) -> Configuration:
        edited = {str(path): text for path, text in texts(edits).items()}
        sources = Sources(self.ground.directory, self.ground.given, edited)
        return deep(lambda: sources.evaluated(states))

    def _says(self, configured: Configured, one: Stranger) -> bool:
        """Whether an instance as it is written says just what the account has, so that a plan would change nothing."""
        if configured.template or not all(
            self._is_left(configured, one, n) for n in one.said - configured.values.keys()
        ):
            return False
        complete = {**configured.values, **configured.derived}
        for name, value in configured.values.items():
            attr, have = one.entry.attributes.get(name), one.resource.attributes.get(name)
            if attr is None:  # an instruction: the plan would set it
                if value not in (None, False, "", [], {}):
                    return False
            elif attr.sensitive or not is_known(value) or not _agrees(attr, value, complete, have):
                return False
        return True

    def _is_left(self, configured: Configured, one: Stranger, name: str) -> bool:
        """Whether an apply leaves an argument alone that the block does not set, and the others have the same."""
        attr, have = one.entry.attributes.get(name), one.resource.attributes.get(name)
        if attr is None or self.catalog.left_out(one.entry.name, name) is not Unset.ASSIGNED:
            return False
        block = configured.address.block
        others = [r.attributes.get(name) for r in self.ground.resources if r.address and r.address.block == block]
        return bool(others) and all(not isinstance(v, Unreadable | Hidden) and agree(attr, v, have) for v in others)


def _agrees(attr: Attr, value: Any, complete: Mapping[str, Any], have: Any) -> bool:
    if isinstance(have, Unreadable | Hidden):
        return False
    try:
        return agree(attr, canonical.desired(attr, value, complete), have)
    except UNREADABLE_SHAPES:
        return False


def _short(place: str, each: Node) -> str:
    return place.removeprefix(f"{each.file.path.parent}/")


def _values(configuration: Configuration) -> dict[str, Mapping[str, Any]]:
    return {name: c.values for name, c in configuration.instances.items()}


def _says_the_same(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether all that was known is still so."""
    return now.keys() == before.keys() and all(not is_known(v) or alike(now[n], v) for n, v in before.items())


def _beside(states: Sequence[State], address: Address, one: Stranger) -> list[State]:
    """States that know of the new instance what the cloud says of it, so that what refers to it is known."""
    out = []
    for state in states:
        twin = next((i for i in state.instances if _is_twin(i.address, address)), None)
        if twin is not None:
            told = {n: v for n, v in one.written.items() if not isinstance(v, Unreadable | Hidden)}
            attributes = {**told, "id": one.resource.attributes.get("id") or one.resource.id}
            made = replace(twin, address=address, attributes=attributes, configured=None, wanted=None, earlier=None)
            state = replace(state, instances=(*state.instances, made))
        out.append(state)
    return out


def _is_twin(one: Address, other: Address) -> bool:
    return replace(one, key=None) == replace(other, key=None) and one.key != other.key


def _keys(one: Stranger, by_key: Mapping[str, Resource]) -> Iterator[str]:
    """Keys that the resource may have: what stands in one of its attributes where the others have theirs."""
    label = one.entry.label
    names = sorted((n for n, v in one.written.items() if isinstance(v, str) and v), key=lambda n: (n != label, n))
    tried = set(by_key)
    for name in names:
        around = {_around(r.attributes.get(name), key) for key, r in by_key.items()}
        if len(around) != 1 or None in around:
            continue
        ((before, behind),) = around  # type: ignore[misc]
        text = one.written[name]
        key = text[len(before) : len(text) - len(behind)]
        if text.startswith(before) and text.endswith(behind) and key and key not in tried:
            tried.add(key)
            yield key


def _around(text: Any, key: str) -> tuple[str, str] | None:
    if not isinstance(text, str) or text.count(key) != 1:
        return None
    before, _, behind = text.partition(key)
    return before, behind


def _with(old: Any, key: str, by_key: Mapping[str, Resource], told: Sequence[Told]) -> Any:
    """The map or the set with an entry more; UNKNOWN where nothing tells what the entry is."""
    if isinstance(old, list | tuple):
        return [*old, key] if {*map(str, old)} >= by_key.keys() else UNKNOWN
    if not isinstance(old, Mapping) or not old.keys() >= by_key.keys():
        return UNKNOWN
    values = {k: old[k] for k in by_key}
    if not all(isinstance(v, Mapping) for v in values.values()):
        value = _like(values, "", told)
        return UNKNOWN if value is UNKNOWN else {**old, key: value}
    names = dict.fromkeys(n for v in values.values() for n in v)
    made = {name: _like({k: v.get(name) for k, v in values.items()}, name, told) for name in names}
    if any(value is UNKNOWN for value in made.values()):
        return UNKNOWN
    return {**old, key: {name: value for name, value in made.items() if value is not None}}


def _like(values: Mapping[str, Any], name: str, told: Sequence[Told]) -> Any:
    """What an entry says of the resource, if the entries of the others say this: what is so of all of them; else what
    they have in common; UNKNOWN where neither tells."""
    for one in told:
        paths = {path for leaves in one.others.values() for path in leaves}
        for path in sorted(paths, key=lambda p: (p[-1] != name, len(p), p)):
            if all(alike(one.others[k].get(path), v) for k, v in values.items()):
                return one.own.get(path)
    first = next(iter(values.values()))
    return first if all(alike(first, v) for v in values.values()) else UNKNOWN


def _leaves(value: Any, above: Path = ()) -> dict[Path, Any]:
    """Path -> what stands there, of all that is known: what is made of parts, and each part."""
    out: dict[Path, Any] = {}
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(inner, Unreadable | Hidden):
                out[(*above, str(name))] = plain(inner)
                out |= _leaves(inner, (*above, str(name)))
    elif isinstance(value, list | tuple) and len(value) == 1:
        out |= _leaves(value[0], above)
    return out
