"""Computes the values to write so that the configuration agrees with the account, in Terraform's shape.

A change has values in canonical form, which are for comparing. So the value to write comes from the cloud's answer
(`drift.live.written`), limited to what the change is about. It is used only if its canonical form is the actual value
of the change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drift.desired.hcl import schema
from drift.diff.compare import agree
from drift.diff.redact import redacted
from drift.model.coverage import Unreadable
from drift.model.drift import Change
from drift.model.value import UNREADABLE_SHAPES, Hidden, Value, as_set, is_empty, plain
from drift.provider import canonical
from drift.provider.facts import Default, Facts, flags_of
from drift.provider.spec import Attr, ResourceType
from drift.remedy.hcl import Encoded
from drift.remedy.likeness import alike
from drift.remedy.pen import CannotError

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One resource: both sides of it in Terraform's shape."""

    entry: ResourceType
    facts: Facts
    defaults: Any
    """Dotted path -> what it means that nobody sets it (`drift.provider.facts`)."""
    written: Raw
    """What the author wrote, as far as it is known; UNKNOWN for what is not."""
    filled: Raw
    """The same with what is not known as the state has it, and with what the state has of everything else."""
    live: Raw
    """What the cloud answered."""
    lineage: str = ""


def aim(target: Target, changes: Sequence[Change]) -> dict[str, Any]:
    """Attribute -> the value to write, None to take it away. Raises CannotError for what must not be written."""
    out: dict[str, Any] = {}
    for name, group in _by_attribute(changes).items():
        attr = target.entry.attributes.get(name)
        if attr is None or name not in target.facts:
            raise CannotError(f"{name} is no argument: a configuration cannot say it")
        if not set("rob") & set(flags_of(target.facts[name]).split(" ")[0]):
            raise CannotError(f"{name} is decided by the provider: a configuration cannot say it")
        said = target.written.get(name)
        for change in group:
            if change.sensitive or attr.sensitive:
                raise CannotError(f"{change.path} is a secret: put it where you keep secrets, by hand")
            here = _Here(target, attr, target.facts[name], (name,), target.filled.get(name), target.live.get(name))
            said = here.set(said, change.path[len(name) :], change)
        out[name] = said
    for either in map(set, target.entry.either):
        written = either & {n for n, v in target.written.items() if v not in (None, [], "")}
        if written & out.keys() and any(out[n] is not None for n in written & out.keys()):
            for name in (either - written) & out.keys():  # the provider takes one of them, and this one follows from it
                del out[name]
    return out


def _by_attribute(changes: Sequence[Change]) -> dict[str, list[Change]]:
    out: dict[str, list[Change]] = {}
    for change in changes:
        out.setdefault(change.path.split(".")[0].split("[")[0], []).append(change)
    return out


@dataclass(frozen=True, slots=True)
class _Here:
    """An attribute on the way to what changed."""

    target: Target
    attr: Attr
    fact: Any
    path: tuple[str, ...]
    filled: Any
    live: Any

    def set(self, said: Any, rest: str, change: Change) -> Any:
        """What is to be written in the place of `said`, where the change is at `rest` below it."""
        if not rest:
            return self._whole(said, change)
        attr = self.attr
        if attr.fields and attr.many:
            return self._element(said, rest, change)
        if attr.fields:
            return self._field(said, rest[1:], change)
        return self._member(said, rest[1:], change)

    # --- on the way ----------------------------------------------------------------------------------------

    def _inner(self, name: str, filled: Any, live: Any) -> _Here:
        return _Here(
            self.target,
            self.attr.fields[name],
            schema.inner(self.fact).get(name, "o"),
            (*self.path, name),
            filled.get(name) if isinstance(filled, Mapping) else None,
            live.get(name) if isinstance(live, Mapping) else None,
        )

    def _field(self, said: Any, rest: str, change: Change) -> Any:
        name = next(n for n in sorted(self.attr.fields, key=len, reverse=True) if _begins(rest, n))
        live = _one(self.live)
        if not isinstance(_one(said), Mapping):
            return self._block(live)
        inner = self._inner(name, _one(self.filled), live)
        now = inner.set(_one(said).get(name), rest[len(name) :], change)
        return _like(said, {**_one(said), name: now})

    def _element(self, said: Any, rest: str, change: Change) -> Any:
        if not isinstance(said, list) or not self.attr.key:
            return self._as_live()
        for n, (one, full) in enumerate(zip(said, _aligned(said, self.filled), strict=True)):
            key = f"[{self.attr.key(self._canon_of(full))}]."
            if rest.startswith(key):
                name = next(f for f in sorted(self.attr.fields, key=len, reverse=True) if _begins(rest[len(key) :], f))
                live = next((v for v in _many(self.live) if f"[{self.attr.key(self._canon_of(v))}]." == key), None)
                inner = self._inner(name, full, live)
                now = inner.set(one.get(name), rest[len(key) + len(name) :], change)
                return [*said[:n], {**one, name: now}, *said[n + 1 :]]
        return self._as_live()

    def _member(self, said: Any, key: str, change: Change) -> Any:
        """One member of a map."""
        live = self.live if isinstance(self.live, Mapping) else {}
        held = dict(said) if isinstance(said, Mapping) else {}
        if change.actual is None:
            if key not in held and self.path == ("tags",):
                raise CannotError(f"{change.path} is one of the provider's default_tags, which all resources have")
            held.pop(key, None)
        else:
            held[key] = self._shown(live.get(key, plain(change.actual)), None)
        return held

    # --- at its end ----------------------------------------------------------------------------------------

    def _whole(self, said: Any, change: Change) -> Any:
        attr = self.attr
        if isinstance(change.actual, Unreadable):
            raise CannotError(f"{change.path} could not be read")
        if attr.document:
            return self._document(said, change)
        if attr.fields and not attr.many:
            return self._block(_one(self.live)) if change.actual is not None else None
        if change.added or change.removed or attr.many or isinstance(change.actual, frozenset | tuple):
            return self._collection(said, change)
        if change.actual is None or (change.actual == "" and "r" not in _letters(self.fact)):
            return self._nothing()
        is_nought = change.actual == 0 and change.actual is not False and "r" not in _letters(self.fact)
        if is_nought and (self.live is None or attr.default == 0):
            return self._nothing()  # it stands for what the cloud does not tell
        live = self._scalar(change)
        return self._shown(live, attr)

    def _nothing(self) -> Any:
        """How it is said that there is nothing: by leaving the argument out, or by the zero of its type."""
        meaning = self.target.defaults(".".join(self.path))
        required = "r" in _letters(self.fact) and not isinstance(self.fact, list)
        if required or (isinstance(meaning, Default) and not is_empty(meaning.value)):
            return _zero(self.fact)
        return None

    def _scalar(self, change: Change) -> Any:
        live = self.live
        if isinstance(live, Unreadable | Hidden) or live is None or not self._agrees(live, change.actual):
            return plain(change.actual)
        return live

    def _agrees(self, raw: Any, want: Value) -> bool:
        try:
            found = canonical.desired(self.attr, raw, {**self.target.filled, self.path[0]: raw})
            return found == want or agree(self.attr, found, want)
        except UNREADABLE_SHAPES:
            return False

    def _document(self, said: Any, change: Change) -> Any:
        if is_empty(change.actual):
            return self._nothing()
        live = self.live
        if isinstance(live, Unreadable | Hidden) or live is None:
            raise CannotError(f"{change.path} could not be read")
        self._shown(live, self.attr)
        content = _loaded(live)
        if content is None:
            return live
        was = _loaded(self.filled if isinstance(self.filled, str) else said)
        merged = resembling(was, content)
        if self._agrees(json.dumps(merged), change.actual) or not self._agrees(json.dumps(content), change.actual):
            content = merged
        return Encoded(content)

    def _block(self, live: Any) -> Any:
        if not isinstance(live, Mapping):
            raise CannotError(f"{'.'.join(self.path)}: what it holds was not read")
        return [self._pruned(live, self.attr, self.fact, self.path)]

    def _pruned(self, live: Mapping[str, Any], attr: Attr, fact: Any, path: tuple[str, ...]) -> dict[str, Any]:
        """A block as an author would write it: without what it means anyway."""
        out: dict[str, Any] = {}
        for name, inner in schema.inner(fact).items():
            found, letters = live.get(name), _letters(inner)
            field = attr.fields.get(name)
            if isinstance(found, Hidden) or (field is not None and field.sensitive and not is_empty(found)):
                raise CannotError(f"{'.'.join((*path, name))} is a secret: put it where you keep secrets, by hand")
            if not set("rob") & set(letters) or "w" in letters or isinstance(found, Unreadable):
                continue
            if isinstance(inner, list):
                several = [b for b in _many(found) if isinstance(b, Mapping)]
                blocks = [self._pruned(b, field, inner, (*path, name)) for b in several] if field is not None else []
                if blocks:
                    out[name] = blocks
                continue
            if not schema.is_block(fact) and flags_of(inner).split(" ")[1:2] == ["number"] and self._usual(name):
                out[name] = found or 0  # it is written as a block, and its schema does not tell what has to be said
                continue
            meaning = self.target.defaults(".".join((*path, name)))
            if "r" not in letters and (
                (is_empty(found) and found is not False)
                or (isinstance(meaning, Default) and alike(meaning.value, found))
                or ((found is False or found == 0) and not isinstance(meaning, Default))
            ):
                continue
            if found is None and "r" in letters:
                found = _zero(inner)  # it has to be said, and the cloud tells nothing of it
            document = _loaded(found) if field is not None and field.document else None
            out[name] = Encoded(document) if document is not None else self._shown(found, field)
        return out

    def _usual(self, name: str) -> bool:
        """Whether all blocks of its kind that are written say a name."""
        beside = [b for b in _many(self.target.written.get(self.path[0])) if isinstance(b, Mapping)]
        return all(b.get(name) is not None for b in beside)

    def _as_live(self) -> Any:
        """All blocks as they are in the account."""
        return [self._pruned(b, self.attr, self.fact, self.path) for b in _many(self.live)]

    # --- lists and sets ------------------------------------------------------------------------------------

    def _collection(self, said: Any, change: Change) -> Any:
        held = list(said) if isinstance(said, list | tuple) else []
        if said is not None and not isinstance(said, list | tuple):
            held = _many(said)
        full = _aligned(held, self.filled)
        removed, added = frozenset(change.removed), frozenset(change.added)
        if not removed and not added and not isinstance(change.actual, frozenset):
            return self._reordered(held)
        kept = self._kept(held, full, removed, change)
        kept = self._come(kept, added, change)
        for one in kept:
            self._shown(one, self.attr)
        if self.attr.ordered and self.attr.many:
            return self._in_order(kept)
        return kept or (None if not schema.is_block(self.fact) and self._nothing() is None else [])

    def _kept(self, held: Sequence[Any], full: Sequence[Any], removed: frozenset[Value], change: Change) -> list[Any]:
        """What stays of the elements that are written."""
        kept: list[Any] = []
        gone: set[Value] = set()
        for one, whole in zip(held, full, strict=True):
            atoms = self._atoms(whole)
            if not atoms & removed:
                kept.append(one)
                continue
            gone |= atoms & removed
            if atoms - removed:
                kept.append(self._less(one, whole, atoms - removed))
        if removed - gone:
            raise CannotError(f"{change.path}: where it says what is gone could not be told")
        return kept

    def _come(self, kept: Sequence[Any], added: frozenset[Value], change: Change) -> list[Any]:
        """What stays, and what only the account has, as it is written: in the element that has the rest of it."""
        out = list(kept)
        come: set[Value] = set()
        for one in self._live_elements(change):
            atoms = self._atoms(one)
            new = (atoms & added) - come
            if not new:
                continue
            come |= new
            beside = next(((n, more) for n, k in enumerate(out) if (more := self._more(k, one, new))), None)
            if beside is not None:
                out[beside[0]] = beside[1]
                continue
            made = one if atoms <= added else self._less(one, one, new)
            out.append(self._pruned(made, self.attr, self.fact, self.path) if isinstance(made, Mapping) else made)
        if added - come:
            raise CannotError(f"{change.path}: how to write what was added could not be told")
        return out

    def _more(self, held: Any, one: Any, new: frozenset[Value]) -> dict[str, Any] | None:
        """A written element that says more, by the lists of one in the account; None where that says something else."""
        if not isinstance(held, Mapping) or not isinstance(one, Mapping):
            return None
        atoms = self._atoms(held)
        if not atoms & self._atoms(one):
            return None
        out = dict(held)
        for name, values in one.items():
            mine = held.get(name) or []
            if isinstance(values, list) and isinstance(mine, list) and (more := [v for v in values if v not in mine]):
                out[name] = [*mine, *more]
        return out if self._atoms(out) == atoms | new else None

    def _live_elements(self, change: Change) -> list[Any]:
        found = _many(self.live)
        return found or [plain(e) for e in change.added]

    def _reordered(self, held: list[Any]) -> list[Any]:
        wanted = _many(self.live)
        if len(wanted) == len(held) and self.attr.many:
            return self._in_order(held)
        return [self._shown(v, self.attr) for v in wanted] if not self.attr.many else self._as_live()

    def _in_order(self, kept: list[Any]) -> list[Any]:
        """Blocks in the order of the account."""
        keys = [self._key(v) for v in _many(self.live)]
        return sorted(kept, key=lambda v: keys.index(self._key(v)) if self._key(v) in keys else len(keys))

    def _key(self, raw: Any) -> Any:
        made = self._canon_of(raw)
        return self.attr.key(made) if self.attr.key else made

    def _canon_of(self, raw: Any) -> Any:
        found = canonical.desired(self.attr, [raw], {**self.target.filled, self.path[0]: [raw]})
        return next(iter(found)) if isinstance(found, tuple | frozenset) and found else found

    def _atoms(self, raw: Any) -> frozenset[Value]:
        """What one element says, in canonical form: several facts, where it is a rule for several addresses."""
        try:
            name = self.path[0]
            whole = {**self.target.filled, name: [raw]} if len(self.path) == 1 else self.target.filled
            return as_set(canonical.desired(self.attr, [raw], whole))
        except UNREADABLE_SHAPES:
            return frozenset()

    def _less(self, one: Any, whole: Any, keep: frozenset[Value]) -> Any:
        """An element without what it must not say any more: elements of its lists are taken away."""
        if not isinstance(one, Mapping) or not isinstance(whole, Mapping):
            raise CannotError(f"{'.'.join(self.path)}: a part of it cannot be taken away")
        now, full = dict(one), dict(whole)
        for name, values in whole.items():
            if not isinstance(values, list):
                if values and self._atoms({**full, name: None}) and self._atoms({**full, name: None}) >= keep:
                    atoms = self._atoms({**full, name: None})
                    if atoms < self._atoms(full):
                        now[name] = full[name] = None
                continue
            for value in values:
                fewer = [v for v in full[name] if v != value]
                atoms = self._atoms({**full, name: fewer})
                if keep <= atoms < self._atoms(full):
                    full[name] = fewer
                    mine = now.get(name)
                    now[name] = [v for v in mine if v != value] if isinstance(mine, list) else fewer
        if self._atoms(full) != keep:
            raise CannotError(f"{'.'.join(self.path)}: a part of it cannot be taken away")
        return {k: v for k, v in now.items() if v != []} if isinstance(one, Mapping) else now

    def _shown(self, value: Any, attr: Attr | None) -> Any:
        """The value, which holds nothing that no output shows. Raises CannotError."""
        if isinstance(value, Hidden) or redacted(value, attr, self.target.lineage) != value:
            raise CannotError(f"{'.'.join(self.path)} holds what looks like a secret: write it by hand")
        return value


def resembling(old: Any, new: Any) -> Any:
    """A new document in the spelling of the old one: its order, its case, a single element alone or in a list."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = [*(k for k in old if k in new), *(k for k in new if k not in old)]
        return {k: resembling(old.get(k), new[k]) for k in names}
    if isinstance(old, list) and isinstance(new, list):
        rest = list(new)
        out = []
        for one in old:
            twin = next((n for n in rest if _says_same(one, n)), None)
            if twin is not None:
                rest.remove(twin)
                out.append(one)
        if len(rest) == len(new) - len(out) and len(old) == len(new) and len(rest) == 1:
            at = next(n for n, one in enumerate(old) if one not in out)
            return [*out[:at], resembling(old[at], rest[0]), *out[at:]]
        return [*out, *rest]
    if isinstance(old, list) and len(old) == 1 and not isinstance(new, dict | list):
        return old if _says_same(old[0], new) else [new]
    if isinstance(new, list) and len(new) == 1 and not isinstance(old, dict | list) and old is not None:
        return resembling(old, new[0])
    return old if old is not None and _says_same(old, new) else new


def _says_same(one: Any, other: Any) -> bool:
    return bool(_plainer(one) == _plainer(other))


def _plainer(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plainer(v) for k, v in value.items()}
    if isinstance(value, list):
        return _plainer(value[0]) if len(value) == 1 else sorted(map(_plainer, value), key=repr)
    return str(value).lower() if isinstance(value, str | bool) else value


def _zero(fact: Any) -> Any:
    """The zero of an attribute's type."""
    kind = flags_of(fact).split(" ")
    return {"number": 0, "bool": False}.get(kind[1] if len(kind) > 1 else "", "")


def _letters(fact: Any) -> str:
    return flags_of(fact).split(" ")[0]


def _begins(rest: str, name: str) -> bool:
    return rest == name or rest.startswith((f"{name}.", f"{name}["))


def _one(value: Any) -> Any:
    """A block that occurs once: alone, or the only one of a list."""
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def _like(said: Any, one: Any) -> Any:
    return [one] if isinstance(said, list | tuple) else one


def _many(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [value]
    return list(value) if isinstance(value, list | tuple) else []


def _aligned(said: Sequence[Any], filled: Any) -> list[Any]:
    """For each element that is written, the same with what is not known."""
    full = _many(filled)
    return full if len(full) == len(said) else list(said)


def _loaded(value: Any) -> Any:
    if not isinstance(value, str):
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None
