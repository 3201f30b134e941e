"""Selects rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import filter as matching

from drift.errors import UsageError
from drift.model.suggest import did_you_mean
from drift.rules.frameworks import Framework
from drift.rules.spec import Rule


def choose(
    rules: Sequence[Rule],
    *,
    only: Iterable[str] = (),
    without: Iterable[str] = (),
    frameworks: Iterable[Framework] = (),
) -> list[Rule]:
    """The rules that match a pattern, without those that match a pattern to skip, and only those of the given
    frameworks.

    The findings then name the controls of these frameworks. UsageError for a pattern that matches no rule.
    """
    ids = [r.id for r in rules]
    twice = [i for i, count in Counter(ids).items() if count > 1]
    if twice:
        raise UsageError(f"two rules have the id {twice[0]!r}", "Rename your own rule, or the plugin's.")
    kept = {i for p in only for i in _matched(p, ids)} or set(ids)
    kept -= {i for p in without for i in _matched(p, ids)}
    wanted = frozenset(f.id for f in frameworks)
    chosen = [r for r in rules if r.id in kept and (not wanted or wanted & r.controls.keys())]
    return [replace(r, told=r.told | wanted) for r in chosen]


def _matched(pattern: str, ids: Sequence[str]) -> list[str]:
    found = matching(ids, pattern)
    if not found:
        raise UsageError(f"no rule matches {pattern!r}", did_you_mean(pattern, ids, "`drift rules` lists them."))
    return found
