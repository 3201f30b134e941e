"""Webhooks: in Slack's format (also for Mattermost, Rocket.Chat, Discord's `/slack`), and as plain JSON.

The address is a secret, because whoever knows it may post. Messages show only its host, and drift does not follow
redirects.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from drift import __version__
from drift.errors import PlatformError, UsageError
from drift.model.drift import Drift, Report
from drift.report.safe import visible
from drift.report.wire import encode
from drift.report.wording import alive, by_severity, headline, sentence

TRIES = 4
SHOWN = 15
"""The number of resources that a message names."""
SENTENCE = 300
MARK = {"critical": "🟥", "high": "🟥", "medium": "🟧", "low": "🟨", "info": "⬜"}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The content of one message."""

    scope: str
    link: str = ""
    report: Report | None = None
    """None if the check failed."""
    new: Sequence[Drift] = ()
    unread: tuple[str, ...] = ()
    """Reasons why something could not be read."""
    broken: str = ""
    """The reason why the check failed."""

    @property
    def title(self) -> str:
        """The message in one line."""
        scope = visible(self.scope)
        if self.report is None:
            return f"Drift in {scope} could not be checked"
        if not self.new:
            return f"Drift in {scope}: part of it could not be read ({headline(self.report)})"
        return f"Drift in {scope}: {len(self.new)} new ({headline(self.report)})"


def slack(news: News) -> dict[str, Any]:
    """A message in Slack's format. Untrusted text is plain text, in which mentions have no effect."""
    title = news.title
    lines = [_cut(visible(line)) for line in news.broken.splitlines()[:SHOWN]]
    for drift in by_severity(news.new)[:SHOWN]:
        found = alive(drift)
        mark = MARK[found[0].severity] if found else "•"
        worst = f" ({found[0].severity}: {visible(found[0].title)})" if found else ""
        lines.append(f"{mark} {_cut(sentence(drift))}{_cut(worst)}")
    if len(news.new) > SHOWN:
        lines.append(f"and {len(news.new) - SHOWN} more")
    lines += [f"? not read: {_cut(visible(why))}" for why in news.unread[:SHOWN]]
    if len(news.unread) > SHOWN:
        lines.append(f"? and {len(news.unread) - SHOWN} more reasons")
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, 150)}},
        {"type": "section", "text": {"type": "plain_text", "text": _cut("\n".join(lines), 3000), "emoji": False}},
    ]
    if news.link.startswith("https://"):
        button = {"type": "button", "text": {"type": "plain_text", "text": "Complete report"}, "url": news.link}
        blocks.append({"type": "actions", "elements": [button]})
    fallback = "\n".join([title, *lines]).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": fallback.replace("@", "@\u200b"), "blocks": blocks}


def generic(news: News) -> dict[str, Any]:
    """Plain JSON (`drift-notification/1`): the entries of `new` are those of a report."""
    from drift.report.json import summary

    return {
        "schema": "drift-notification/1",
        "scope": news.scope,
        "link": news.link or None,
        "summary": {**summary(news.report), "new": len(news.new)} if news.report else None,
        "new": encode(news.new),
        "unread": list(news.unread),
        "broken": news.broken or None,
    }


KINDS: Mapping[str, Callable[[News], dict[str, Any]]] = {
    "slack": slack,
    "generic": generic,
}


def send(url: str, message: Mapping[str, Any]) -> None:
    """POST the message; PlatformError if the server does not accept it, UsageError for an invalid address."""
    import urllib3

    host = host_of(url)
    retry = urllib3.Retry(
        total=TRIES,
        backoff_factor=1,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,
        redirect=0,
        raise_on_redirect=False,
        raise_on_status=False,
    )
    body = json.dumps(message, ensure_ascii=True).encode()
    headers = {"Content-Type": "application/json", "User-Agent": f"drift/{__version__}"}
    try:
        with urllib3.PoolManager(retries=retry, timeout=urllib3.Timeout(connect=10, read=30)) as pool:
            answer = pool.request("POST", url, body=body, headers=headers, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        why = type(error).__name__  # its text contains the address
        raise PlatformError(f"the webhook at {host} cannot be reached: {why}", "Check its address.") from None
    if answer.status >= 300:
        busy = answer.status == 429 or answer.status >= 500
        hint = (
            f"It was tried {TRIES + 1} times. Send the report again when the chat works."
            if busy
            else "If the webhook was deleted, create it again. Check that --to matches its kind."
        )
        raise PlatformError(f"the webhook at {host} returned {answer.status}", hint)


def host_of(url: str) -> str:
    """The part of a webhook's address that may be shown; UsageError if it is not an address."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise UsageError("the webhook has no address", "Give it in DRIFT_WEBHOOK: https://….")
    return visible(host)


def _cut(text: str, longest: int = SENTENCE) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
