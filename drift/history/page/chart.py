"""Trends as inline SVG, each with the same numbers as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from drift.history.page.markup import Markup, table
from drift.report.escape import html

WIDTH, HEIGHT, LEFT, BELOW = 720, 200, 44, 22
POINTS = 180
"""Points of a line, at most; of more scans, the worst of each stretch is drawn."""


def thinned(values: Sequence[int], most: int = POINTS) -> list[int]:
    """At most so many values, the greatest of each stretch, so that no peak is lost.

    >>> thinned([1, 5, 2, 2], 2)
    [5, 2]
    """
    if len(values) <= most:
        return list(values)
    ends = [i * len(values) // most for i in range(most + 1)]
    return [max(values[a:b]) for a, b in pairwise(ends)]


def trend(caption: str, days: Sequence[str], lines: Mapping[str, Sequence[int]]) -> Markup:
    """A line for each name over the scans; `days` says when each was. The last hundred scans are told as a table."""
    top = max((max(v, default=0) for v in lines.values()), default=0) or 1
    height = HEIGHT - BELOW - 10

    def y(value: int) -> float:
        return 10 + height - height * value / top

    drawn = []
    for share in (0, 0.5, 1):
        at = y(round(top * share))
        drawn.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{at:.1f}" y2="{at:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{round(top * share):,}</text>'
        )
    ends = dict.fromkeys((days[0], days[-1])) if days else {}
    for end, (x, anchor) in zip(ends, ((LEFT, "start"), (WIDTH, "end")), strict=False):
        drawn.append(f'<text x="{x}" y="{HEIGHT - 4}" text-anchor="{anchor}">{html(end)}</text>')
    for name, values in lines.items():
        few = thinned(values)
        step = (WIDTH - LEFT - 6) / max(len(few) - 1, 1)
        points = [(LEFT + i * step, y(v)) for i, v in enumerate(few)]
        if len(points) == 1:
            drawn.append(f'<circle class="line {html(name)}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="4"/>')
        else:
            path = " ".join(f"{x:.1f},{at:.1f}" for x, at in points)
            drawn.append(f'<polyline class="line {html(name)}" points="{path}"/>')
    key = "".join(f'<span class="{html(n)}">{html(n)} {v[-1]:,}</span>' for n, v in lines.items() if v)
    rows = [(day, *(v[i] for v in lines.values())) for i, day in enumerate(days)][-100:][::-1]
    return Markup(
        f'<figure class="trend"><figcaption class="unseen">{html(caption)}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html(caption)}">{"".join(drawn)}</svg>'
        f'<p class="legend">{key}</p><details><summary>As a table</summary>'
        f"{table(caption, ['Scan', *lines], rows)}</details></figure>"
    )


def spark(values: Sequence[int]) -> Markup:
    """A small line without axes. The numbers stand beside it."""
    few = thinned(values, 60)
    top = max(few, default=0) or 1
    step = 120 / max(len(few) - 1, 1)
    path = " ".join(f"{i * step:.1f},{22 - 20 * v / top:.1f}" for i, v in enumerate(few))
    return Markup(
        f'<svg class="spark" viewBox="-2 0 124 24" aria-hidden="true"><polyline class="line" points="{path}"/></svg>'
    )
