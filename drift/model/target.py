"""A target: one account of one provider, which a survey compares."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """One account of one provider: `Target("aws", "123456789012")`."""

    provider: str
    account: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.account}"
