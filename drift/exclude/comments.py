"""Comments in the configuration that leave drift out: `# drift:ignore reason=… until=…`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from drift.exclude.rules import IgnoreRule
from drift.model.resource import Remark

UNSAID = "a comment in the configuration"


def rules_of(remarks: Iterable[Remark]) -> tuple[tuple[IgnoreRule, ...], list[str]]:
    """One rule for each comment, for every instance of its resource; and warnings about invalid comments."""
    about: dict[tuple[str, str], list[Remark]] = defaultdict(list)
    for remark in remarks:
        about[remark.place, remark.path].append(remark)
    rules: list[IgnoreRule] = []
    warnings: list[str] = []
    for (place, path), found in sorted(about.items()):
        first = found[0]
        try:
            until = date.fromisoformat(first.until) if first.until else None
        except ValueError:
            warnings.append(
                f"{place}: drift:ignore until={first.until} is not a date, so the comment has no effect: write "
                "2026-12-31"
            )
            continue
        rules.append(
            IgnoreRule(
                place=place,
                reason=first.reason or UNSAID,
                type=(first.type,),
                address=tuple(sorted({r.address for r in found})),
                path=(path,) if path else (),
                expires=until,
            )
        )
    return tuple(rules), warnings
