"""Checks that an entry and the Terraform provider's schema have the same attributes, with the same types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from drift.normalize import values
from drift.provider import facts
from drift.provider.spec import Attr, ResourceType

_TYPES = {"number": (int, float), "bool": bool, "text": str, "map": Mapping}
_SINGLE = (values.text, values.lower, values.number, values.boolean)
_COLLECTIONS = re.compile(r"\b(set|list|map|object)\b")


def check(entry: ResourceType, provider: facts.Facts) -> Iterator[str]:
    """The differences between an entry and the facts of its type."""
    if not provider:
        yield "the provider's facts are missing: run python -m drift.provider.catalog"
        return
    ours = [n for n, a in entry.computed.items() if not a.outside_schema]
    spoken = [*entry.attributes, *ours, *(n for n in entry.ignored if "." not in n)]
    yield from (f"{name} is spoken of twice" for name in sorted({n for n in spoken if spoken.count(n) > 1}))
    for name in spoken:
        if name not in provider:
            yield f"the provider has no attribute {name}"
        else:
            yield from _belongs(entry, name, settable=facts.settable(provider[name]))
    for name, fact in provider.items():
        if name not in facts.EVERYWHERE and facts.settable(fact) and name not in spoken:
            yield f"{name} is neither compared nor ignored"
    for name, attr in entry.attributes.items():
        if name in provider:
            yield from _attribute(entry, name, attr, provider[name])
        yield from (f"the provider has no attribute {n} that sets {name}" for n in attr.set_by if n not in provider)
    yield from _ignored(entry, provider)
    yield from _adoption(entry, provider)
    for name, attr in {**entry.computed, **entry.attributes}.items():
        if attr.outside_schema and (name in provider or name in entry.attributes):
            yield f"{name} is in the provider's schema: remove outside_schema"


def _adoption(entry: ResourceType, provider: facts.Facts) -> Iterator[str]:
    """Checks the arguments that the words about adoption name."""
    named = {
        "either": [name for group in entry.either for name in group],
        "not_imported": sorted(entry.not_imported),
        "lost_by_import": sorted(entry.lost_by_import),
        "imported": [*entry.imported],
        "stand_ins": [*entry.stand_ins],
    }
    for word, names in named.items():
        for name in names:
            known: Any = provider
            *blocks, last = name.split(".")
            for block in blocks:
                known = known[block][1] if isinstance(known.get(block), list) else {}
            if last not in known:
                yield f"{word}: the provider has no attribute {name}"


def _belongs(entry: ResourceType, name: str, *, settable: bool) -> Iterator[str]:
    """Checks that an attribute is in `attributes` if and only if a configuration can set it."""
    if name in entry.computed and settable:
        yield f"{name} is settable: compare it, or ignore it with a reason"
    elif name in entry.attributes and not settable and not entry.attributes[name].watched:
        yield f"{name} is computed: it cannot be compared"
    elif name in entry.attributes and settable and entry.attributes[name].watched:
        yield f"{name} is settable: remove `watched`"


def _ignored(entry: ResourceType, provider: facts.Facts) -> Iterator[str]:
    for name, why in entry.ignored.items():
        if not isinstance(why, str) or not why.strip():
            yield f"{name} is ignored without a reason"
        if "." not in name:
            continue
        *blocks, last = name.split(".")
        known: Any = provider
        attrs: Mapping[str, Attr] | None = entry.attributes
        for block in blocks:
            fact = known.get(block)
            known = fact[1] if fact is not None and not isinstance(fact, str) else {}
            attrs = attrs[block].fields if attrs and block in attrs else None
        if last not in known:
            yield f"the provider has no attribute {name} to ignore"
        elif attrs and last in attrs:
            yield f"{name} is both compared and ignored"


def _attribute(entry: ResourceType, at: str, attr: Attr, fact: Any) -> Iterator[str]:
    flags = facts.flags_of(fact)
    letters = flags.split(" ")[0]
    if "s" in letters and not attr.sensitive:
        yield f"{at} is sensitive in the provider's schema: set sensitive=True"
    said = attr.document or attr.default is not None or attr.assigned or attr.fields or attr.from_state is not None
    if "o" in letters and "c" in letters and not said and not _COLLECTIONS.search(flags):
        yield f"{at} is optional and computed: set default, or assigned=True"
    if attr.document and isinstance(fact, str) and " " in flags:
        yield f"{at} is not a string, so it cannot be a JSON document"
    if attr.partial and "map" not in flags and attr.canon in _SINGLE:
        yield f"{at} is not a map, so `partial` has no effect"
    yield from _default(at, attr, fact)
    yield from _nesting(at, attr, fact)
    if isinstance(fact, str) or not attr.fields:
        return
    inner = fact[1]
    for name, field in attr.fields.items():
        if name not in inner:
            yield f"the provider has no attribute {at}.{name}"
        else:
            yield from _attribute(entry, f"{at}.{name}", field, inner[name])
    for name, nested in inner.items():
        spoken = {*attr.fields, *facts.EVERYWHERE}
        if facts.settable(nested) and name not in spoken and f"{at}.{name}" not in entry.ignored:
            yield f"{at}.{name} is neither compared nor ignored"


def _default(at: str, attr: Attr, fact: Any) -> Iterator[str]:
    """Checks that a default has the attribute's type and a canonical form."""
    default, flags = attr.default, facts.flags_of(fact)
    if default is None or not isinstance(fact, str):
        return
    words = flags.split(" ")[1:]
    kind = words[0] if words else "text"
    wanted: Any = {"number": (int, float), "bool": bool, "text": str, "map": Mapping}.get(
        kind, (list, tuple, frozenset)
    )
    if kind == "text" and isinstance(
        default, int | float
    ):  # older providers record some numbers and booleans as strings
        default = str(default).lower()
    if not isinstance(default, wanted) or (isinstance(default, bool) and kind != "bool"):
        yield f"the default of {at}, {default!r}, is not a {kind}"
        return
    try:
        attr.canon(default)
    except Exception as error:  # noqa: BLE001 - a canon may fail in any way, and the message says how
        yield f"the default of {at}, {default!r}, has no canonical form: {error}"


def _nesting(at: str, attr: Attr, fact: Any) -> Iterator[str]:
    """Checks that `block`, `blocks` and `ordered` agree with the nesting in the schema."""
    flags = facts.flags_of(fact).split(" ")[1:]
    if attr.ordered and "set" in flags:
        yield f"{at} is a set: it has no order"
    if isinstance(fact, str):
        if attr.fields:
            yield f"{at} is not a block, so it has no fields"
        return
    once = "1" in flags or "single" in flags
    if attr.fields and attr.many and once and attr.same is None:
        yield f"{at} occurs at most once: use block"
