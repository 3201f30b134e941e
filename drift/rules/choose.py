"""Which rules judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import filter as matching

from drift.errors import UsageError
from drift.rules.spec import FRAMEWORKS, Rule


def choose(
    rules: Sequence[Rule], *, only: Iterable[str] = (), without: Iterable[str] = (), frameworks: Iterable[str] = ()
) -> list[Rule]:
    """The rules that patterns name, less those others name, that answer to one of the frameworks.

    UsageError for a pattern that matches none, and for a framework that there is not.
    """
    ids = [r.id for r in rules]
    twice = [i for i, count in Counter(ids).items() if count > 1]
    if twice:
        raise UsageError(
            f"two rules are called {twice[0]!r}", "Give the one of your own, or of the plugin, another id."
        )
    kept = {i for p in only for i in _matched(p, ids)} or set(ids)
    kept -= {i for p in without for i in _matched(p, ids)}
    wanted = list(frameworks)
    strange = [f for f in wanted if f not in FRAMEWORKS]
    if strange:
        raise UsageError(f"no framework {strange[0]!r}", f"There are: {', '.join(FRAMEWORKS)}.")
    return [r for r in rules if r.id in kept and (not wanted or any(r.controls[f] for f in wanted))]


def _matched(pattern: str, ids: Sequence[str]) -> list[str]:
    found = matching(ids, pattern)
    if not found:
        near = [i for i in ids if pattern.strip("*") in i][:3]
        hint = f"Did you mean {', '.join(near)}?" if near else "`drift rules` lists them."
        raise UsageError(f"no rule matches {pattern!r}", hint)
    return found
