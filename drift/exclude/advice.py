"""Warnings about the user's exceptions: expired, without effect, or too wide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from drift.exclude.driftignore import DriftIgnore, Pattern
from drift.exclude.exclusions import Exclusions
from drift.exclude.rules import types_of
from drift.model.resource import Resource
from drift.model.words import few

_NAMED = 20
"""The number of lines that one warning names."""


@dataclass(frozen=True, slots=True)
class Idle:
    """The places of the rules that match nothing, `drift.toml:12`, and of the lines of `.driftignore`."""

    rules: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def advice(exclusions: Exclusions) -> Iterator[str]:
    """One warning for each rule that is out of date or wrong whatever there is."""
    exceptions, every = exclusions.exceptions, exclusions.catalog
    for rule in exceptions.rules:
        meant = [t for t in every if rule.of_type(t)]
        if rule.expired(exceptions.today):
            whose = f" ({rule.owner})" if rule.owner else ""
            yield f"{rule.place}: the rule expired on {rule.expires}{whose}: what it left out is reported again"
        elif not meant:
            yield f"{rule.place}: drift supports no type that the rule names"
        elif rule.broad(len(meant), len(every)):
            yield f"{rule.place}: the rule is too wide: it leaves out every change there; name types or ids"
    last = _last(exceptions.lines)
    for pattern in exceptions.lines.patterns:
        if not pattern.negated and _everything(pattern, last):
            yield f"{pattern.place}: {pattern.text} leaves out everything: name types, or include some again with !"


def idle(exclusions: Exclusions, known: Iterable[Resource], seen: Collection[str]) -> Idle:
    """What matches nothing. `known` are all resources of both sides, `seen` the types that could be listed
    completely."""
    resources = list(known)
    return Idle(tuple(_rules(exclusions, resources, seen)), tuple(_lines(exclusions, resources, seen)))


def unmatched(found: Idle) -> Iterator[str]:
    """The warnings about it."""
    yield from (f"{place}: the rule matches nothing: correct or remove it" for place in found.rules)
    if found.lines:
        numbers = few((place.rpartition(":")[2] for place in found.lines), _NAMED)
        several = "s" * (len(found.lines) > 1)
        yield f"{found.lines[0].rpartition(':')[0]}: matches nothing: line{several} {numbers}"


def _rules(exclusions: Exclusions, resources: Sequence[Resource], seen: Collection[str]) -> Iterator[str]:
    for rule in exclusions.exceptions.rules:
        meant = [t for t in exclusions.catalog if rule.of_type(t)]
        wrong = rule.expired(exclusions.exceptions.today) or not meant
        if wrong or rule.place in exclusions.used or rule.broad(len(meant), len(exclusions.catalog)):
            continue
        if all(t in seen for t in meant) and not any(rule.concerns(r) for r in resources):
            yield rule.place


def _lines(exclusions: Exclusions, resources: Sequence[Resource], seen: Collection[str]) -> Iterator[str]:
    lines = exclusions.exceptions.lines
    whole = {f"{t}.{n}" for t, n in _names(resources, exclusions.catalog)} if lines.patterns else frozenset[str]()
    last = _last(lines)
    for pattern in lines.patterns:
        if pattern.negated or pattern.place in exclusions.used or _everything(pattern, last):
            continue
        meant = [t for t in exclusions.catalog if pattern.may_name(t)]
        if all(t in seen for t in meant) and not _about(pattern, whole, resources, meant):
            yield pattern.place


def _last(lines: DriftIgnore) -> int:
    """The last line that includes something again."""
    return max((p.line for p in lines.patterns if p.negated), default=0)


def _everything(pattern: Pattern, last: int) -> bool:
    return not pattern.text.strip("*?.") and last < pattern.line


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
