"""What IAM counts of an account as a whole: whether root has a second factor, or keys."""

from __future__ import annotations

from collections.abc import Mapping

from drift.model.coverage import Unreadable
from drift.provider.api import Asks, Refused, Request

ACTION = "iam:GetAccountSummary"


def account_summary(asker: Asks, region: str) -> Mapping[str, int] | Unreadable:
    """`AccountMFAEnabled`, `AccountAccessKeysPresent` … as IAM's API reference names them, or why it is not known."""
    (answer,) = asker.ask([Request("iam", region, "GetAccountSummary", {})])
    if isinstance(answer, Refused):
        return Unreadable(ACTION, answer.code)
    found = answer[0].get("SummaryMap") if answer else None
    return {str(name): int(count) for name, count in found.items()} if found else Unreadable(ACTION, "NoAnswer")
