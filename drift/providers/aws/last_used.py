"""What roles and users used of what they may do, by IAM's own account of it.

IAM counts when it is asked to (`GenerateServiceLastAccessedDetails`), and answers a little later
(`GetServiceLastAccessedDetails`); it looks back 400 days.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from drift.model.coverage import Unreadable
from drift.provider.api import Asks, Refused, Request

TRIES = 20
WAIT = 0.5
"""Seconds between two; IAM needs one or two."""

Used = Mapping[str, int | None] | Unreadable


def last_used(
    asker: Asks, arns: Sequence[str], region: str, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Used]:
    """ARN -> service namespace -> days since it was last used, None for never; or why it is not known."""
    requests = [Request("iam", region, "GenerateServiceLastAccessedDetails", {"Arn": arn}) for arn in arns]
    out: dict[str, Used] = {}
    for arn, answer in zip(arns, asker.ask(requests), strict=True):
        if isinstance(answer, Refused):
            out[arn] = Unreadable("iam:GenerateServiceLastAccessedDetails", answer.code)
            continue
        out[arn] = _answered(asker, str(answer[0].get("JobId")), region, sleep)
    return out


def _answered(asker: Asks, job: str, region: str, sleep: Callable[[float], None]) -> Used:
    action = "iam:GetServiceLastAccessedDetails"
    services: list[Mapping[str, Any]] = []
    marker: dict[str, str] = {}
    for attempt in range(TRIES):
        # past the asker, who asks nothing twice: the same question has another answer a moment later
        answer = asker.api.ask(Request("iam", region, "GetServiceLastAccessedDetails", {"JobId": job, **marker}))
        if isinstance(answer, Refused):
            return Unreadable(action, answer.code)
        page = answer[0]
        if page.get("JobStatus") == "FAILED":
            return Unreadable(action, "JobFailed")
        if page.get("JobStatus") != "COMPLETED":
            sleep(WAIT * (1 + attempt // 5))
            continue
        services += page.get("ServicesLastAccessed") or ()
        if not page.get("IsTruncated"):
            ended = page.get("JobCompletionDate")
            return {str(s["ServiceNamespace"]): _days(s.get("LastAuthenticated"), ended) for s in services}
        marker = {"Marker": str(page.get("Marker"))}
    return Unreadable(action, "TooSlow")


def _days(used: Any, now: Any) -> int | None:
    """Days between two moments; the job's own end is the clock, so that a replay counts as the recording did."""
    if not isinstance(used, datetime):
        return None
    return ((now if isinstance(now, datetime) else datetime.now(UTC)) - used).days
