"""What else guards the same as something that is lost."""

from __future__ import annotations

from collections.abc import Callable

from drift.rules.subject import Subject


def same(*attributes: str) -> Callable[[Subject, Subject], bool]:
    """Whether both agree in these attributes, of those that their type has."""

    def alike(lost: Subject, other: Subject) -> bool:
        return all(lost[n] == other[n] for n in attributes if lost.has(n))

    return alike
