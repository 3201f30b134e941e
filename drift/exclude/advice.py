"""Warnings about the user's exceptions: expired, without effect, or too wide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from drift.exclude.driftignore import DriftIgnore, Pattern
from drift.exclude.exclusions import Exclusions
from drift.exclude.rules import IgnoreRule, types_of
from drift.model.resource import Resource

_NAMED = 20
"""The number of lines that one warning names."""


def advice(exclusions: Exclusions, known: Iterable[Resource], seen: Collection[str]) -> list[str]:
    """One warning for each problem. `known` are all resources of both sides, `seen` the types that could be listed
    completely."""
    resources = list(known)
    exceptions = exclusions.exceptions
    return [
        *_of_rules(exceptions.rules, exceptions.today, exclusions, resources, seen),
        *_of_lines(exceptions.lines, exclusions, resources, seen),
    ]


def _of_rules(
    rules: Iterable[IgnoreRule],
    today: date,
    exclusions: Exclusions,
    resources: Sequence[Resource],
    seen: Collection[str],
) -> Iterator[str]:
    for rule in rules:
        meant = [t for t in exclusions.catalog if rule.of_type(t)]
        if rule.expired(today):
            whose = f" ({rule.owner})" if rule.owner else ""
            yield f"{rule.place}: the rule expired on {rule.expires}{whose}: what it left out is reported again"
        elif not meant:
            yield f"{rule.place}: drift supports no type that the rule names"
        elif rule.broad(len(meant), len(exclusions.catalog)):
            yield f"{rule.place}: the rule is too wide: it leaves out every change there; name types or ids"
        elif rule.place not in exclusions.used and all(t in seen for t in meant):
            about = any(rule.concerns(r) for r in resources)
            if not about:
                yield f"{rule.place}: the rule matches nothing: correct or remove it"


def _of_lines(
    lines: DriftIgnore, exclusions: Exclusions, resources: Sequence[Resource], seen: Collection[str]
) -> Iterator[str]:
    idle = []
    whole = {f"{t}.{n}" for t, n in _names(resources, exclusions.catalog)}
    last = max((p.line for p in lines.patterns if p.negated), default=0)
    for pattern in lines.patterns:
        if pattern.negated:
            continue
        if not pattern.text.strip("*?.") and last < pattern.line:
            yield f"{pattern.place}: {pattern.text} leaves out everything: name types, or include some again with !"
        elif pattern.place not in exclusions.used:
            meant = [t for t in exclusions.catalog if pattern.may_name(t)]
            if all(t in seen for t in meant) and not _about(pattern, whole, resources, meant):
                idle.append(pattern.place)
    if idle:
        numbers = ", ".join(place.rpartition(":")[2] for place in idle[:_NAMED])
        more = f" and {len(idle) - _NAMED} more" if len(idle) > _NAMED else ""
        yield f"{idle[0].rpartition(':')[0]}: matches nothing: line{'s' * (len(idle) > 1)} {numbers}{more}"


def _about(pattern: Pattern, whole: Collection[str], resources: Sequence[Resource], types: Collection[str]) -> bool:
    """Whether a line matches an existing resource. `whole` is every resource as `type.name`."""
    if pattern.exact is not None:
        return any(text in whole for text in pattern.wholes)
    return any(pattern.about(t, n) for t, n in _names(resources, types))


def _names(resources: Sequence[Resource], types: Collection[str]) -> Iterator[tuple[str, str]]:
    known = set(types)
    for resource in resources:
        for type_ in types_of(resource):
            if type_ in known:
                yield type_, resource.id
                yield type_, str(resource.attributes.get("id") or "")
