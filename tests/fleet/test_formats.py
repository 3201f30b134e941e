"""Every format understands several accounts, and stays readable with a thousand."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO

import pytest

from drift.model.drift import AccountSummary, Drift, Report, Scope
from drift.model.resource import Key, Resource
from drift.report import Look, accounts, renderer
from drift.report.comment import Post
from drift.report.explanation import story
from tests.report.test_report_escaping import hostile_report

THOUSAND = 1000


def stray(account: str, n: int = 0) -> Drift:
    key = Key("aws_sqs_queue", account, "eu-west-1", (f"q{n}",))
    return Drift("unmanaged", None, Resource(key=key, id=f"queue-{n}-of-{account}"))


def summary(n: int, **more: object) -> AccountSummary:
    return replace(AccountSummary(account=f"{n:012d}", name=f"team-{n}", unmanaged=0, managed=3), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def thousand() -> Report:
    """A thousand accounts: every fourth has drift, the last one most of it, one could not be read."""
    every = [summary(n, unmanaged=1 if n % 4 == 0 else 0) for n in range(THOUSAND)]
    every[7] = summary(7, failure="the role cannot be assumed: AccessDenied")
    every[-1] = summary(THOUSAND - 1, unmanaged=50, findings={"critical": 1})
    drifts = [stray(a.account, n) for a in every for n in range(a.unmanaged or 0)]
    ids = tuple(a.account for a in every)
    return Report(
        scope=Scope(ids, ("eu-west-1",), ("a", "b"), 1), accounts=tuple(every), drift=tuple(drifts), managed=2997
    )


def rendered(name: str, report: Report, **look: bool) -> str:
    out = StringIO()
    renderer(name)(report, out, Look(**look))  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("name", ["table", "markdown"])
def test_a_thousand_accounts_stay_readable(name: str, thousand: Report) -> None:
    text = rendered(name, thousand)
    assert len(text.splitlines()) < 300
    assert "1000 accounts: 251 with drift, 1 not read, 748 without drift" in text
    assert text.index("team-999 (") < text.index("team-0 (")
    assert "in 231 accounts" in text
    assert "and 40 more" in text
    assert len(rendered(name, thousand, verbose=True).splitlines()) > 600


@pytest.mark.parametrize("name", ["table", "markdown", "html", "prometheus"])
def test_an_account_that_was_not_read_is_told(name: str, thousand: Report) -> None:
    assert "team-7" in rendered(name, thousand)


@pytest.mark.parametrize("name", ["csv", "sarif", "ocsf", "json", "html", "markdown", "junit", "gitlab", "github"])
def test_every_entry_names_its_account(name: str, thousand: Report) -> None:
    few = replace(thousand, drift=thousand.drift[:3])
    text = rendered(name, few)
    assert all(d.resource.key.account in text for d in few.drift)
    if name in ("junit", "gitlab", "github"):
        assert all(f"; in team-{n} ({n:012d}) eu-west-1" in text for n in (0, 4, 8))


def test_a_comment_and_an_issue_name_the_worst_accounts(thousand: Report) -> None:
    for text in (Post(thousand, "all").comment(), Post(thousand, "all").issue()):
        assert len(text) < 65_536
        assert text.index("team-7 (") < text.index("team-999 (") < text.index("team-0 (")


def test_what_mends_an_entry_is_for_its_account_alone(thousand: Report) -> None:
    said = "drift fix -a 000000000999 --adopt 'aws_sqs_queue"
    assert f"{said}.*'" in rendered("table", thousand)
    one = thousand.drift[-1]
    assert "drift fix -a 000000000999 --adopt aws_sqs_queue.queue-49" in rendered(
        "html", replace(thousand, drift=(one,))
    )
    told = "\n".join(story(one, known=accounts.names(thousand)))
    assert "drift fix -a 000000000999 --adopt aws_sqs_queue.queue-49-of-000000000999\n" in told
    assert "--reason '…' --in-account 000000000999" in told
    assert " -a " not in "\n".join(story(one))
    assert " -a " not in rendered("table", replace(thousand, accounts=()))


def test_the_worst_comes_first() -> None:
    every = (
        summary(1),
        summary(2, modified=9),
        summary(3, failure="x"),
        summary(4, modified=1, findings={"high": 1}),
        summary(5, gaps=1),
    )
    report = Report(scope=Scope(), accounts=every)
    assert [a.name for a in accounts.worst_first(report)] == ["team-3", "team-4", "team-2", "team-5", "team-1"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\x1b[31mred", "a`b", "x\n::error::y", "@octocat"])
def test_names_of_accounts_stay_text(text: str) -> None:
    report = replace(hostile_report(text), accounts=(AccountSummary(account=text, name=text, failure=text),))
    assert "<script>alert" not in rendered("html", report)
    outside = re.sub(r"(`+).+?\1", "", rendered("markdown", report), flags=re.DOTALL)  # in code, text is text
    assert "<script>" not in outside
    assert "@octocat" not in outside
    for name in ("table", "markdown", "prometheus"):
        assert "\x1b" not in rendered(name, report)
        assert "\n::error::" not in rendered(name, report)
