"""What every format says of a run that looks at several accounts: the worst first, the rest counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from drift.model.coverage import EVERY_TYPE, Gap
from drift.model.drift import SEVERITIES, AccountSummary, Drift, Report
from drift.model.resource import GLOBAL
from drift.report.safe import visible

LISTED = 20
"""Accounts that a list for people names, the worst first; the others are counted."""
EACH = 10
"""Drifted resources of one account and kind that a list for people shows; the others are counted."""


def names(report: Report) -> Mapping[str, str]:
    """Account -> its name with its id; empty for a run that looks at one. Raw text."""
    return {one.account: one.label for one in report.accounts}


def by_name(patterns: Iterable[str], report: Report) -> tuple[str, ...]:
    """The patterns for accounts, and the ids of the accounts whose names match one."""
    wanted = tuple(patterns)
    return wanted + tuple(a.account for a in report.accounts if any(fnmatchcase(a.name, p) for p in wanted))


def called(report: Report) -> frozenset[str]:
    """The ids and names of all accounts of the run."""
    return frozenset(text for a in report.accounts for text in (a.account, a.name) if text)


def worst_first(report: Report) -> list[AccountSummary]:
    """The accounts: first those that could not be read, then by findings, by drift, and by what could not be read."""

    def rank(one: AccountSummary) -> tuple[object, ...]:
        grave = tuple(-one.findings.get(severity, 0) for severity in SEVERITIES)
        return (not one.failure, grave, -one.drifted, -(one.gaps + one.unread), one.name, one.account)

    return sorted(report.accounts, key=rank)


def headline(accounts: Iterable[AccountSummary]) -> str:
    """`3 accounts: 1 with drift, 1 not read`."""
    several = list(accounts)
    counts = {
        "with drift": sum(one.drifted > 0 for one in several),
        "not read": sum(bool(one.failure) for one in several),
        "read in part": sum(not one.failure and not one.complete for one in several),
        "without drift": sum(not one.drifted and one.complete for one in several),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{len(several)} account{'s' * (len(several) != 1)}: {told}"


def figures(one: AccountSummary) -> str:
    """What is said of one account, as visible text: `1 modified (1 high) · 12 managed, coverage 66.7 %`."""
    if one.failure:
        return f"not read: {visible(one.failure.splitlines()[0])}"
    kinds = [(one.modified, "modified"), (one.missing, "missing"), (one.unmanaged or 0, "unmanaged")]
    drifted = ", ".join(f"{count} {kind}" for count, kind in kinds if count) or "no drift"
    grave = ", ".join(f"{one.findings[s]} {s}" for s in SEVERITIES if one.findings.get(s))
    unread = one.gaps + one.unread
    said = [
        drifted + (f" ({grave})" if grave else ""),
        f"{one.managed} managed" + ("" if one.coverage_percent is None else f", coverage {one.coverage_percent} %"),
        f"{unread} not read" if unread else "",
    ]
    return " · ".join(filter(None, said))


def others(accounts: Iterable[AccountSummary]) -> str:
    """What is said of the accounts that a list leaves out; empty for none."""
    left = list(accounts)
    return f"and {headline(left)}" if left else ""


def by_account(drifts: Iterable[Drift], report: Report) -> list[tuple[str, list[Drift]]]:
    """The drift of each account, under its name; the accounts with the worst first, each in the order given."""
    found: dict[str, list[Drift]] = {one.account: [] for one in worst_first(report)}
    for drift in drifts:
        found.setdefault(drift.resource.key.account, []).append(drift)
    known = names(report)
    return [(known.get(account, account), some) for account, some in found.items() if some]


def where(drift: Drift, known: Mapping[str, str]) -> str:
    """The account and region of a drifted resource, where there are several accounts (`known`). Raw text."""
    key = drift.resource.key
    if not known:
        return ""
    return f"{known.get(key.account, key.account)} {'' if key.region == GLOBAL else key.region}".rstrip()


def listed(report: Report, most: int = LISTED) -> tuple[list[AccountSummary], str]:
    """(the accounts that a list for people names, the worst first; what it says of the others)."""
    every = worst_first(report)
    shown = [one for one in every if one.drifted or not one.complete][:most]
    return shown, others(every[len(shown) :]) if shown else ""


def of_gap(gap: Gap, known: Mapping[str, str]) -> str:
    """What a failed listing concerns: `aws_sqs_queue (eu-west-1)`; `known` are the `names`. Raw text."""
    account = known.get(gap.account, "")
    if gap.type == EVERY_TYPE:
        return f"account {account or gap.account}"
    within = f" of {gap.within}" if gap.within else ""
    return f"{gap.type}{within} ({f'{account} ' if account else ''}{gap.region})"
