"""Webhooks: Slack's and those that understand it (Mattermost, Rocket.Chat, Discord's `/slack`), and plain JSON.

The address is a secret: whoever knows it may post. No message shows more of it than its host, and no redirect is
followed with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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
"""Resources that a message names."""
SENTENCE = 300
MARK = {"critical": "🟥", "high": "🟥", "medium": "🟧", "low": "🟨", "info": "⬜"}


def slack(report: Report, new: tuple[Drift, ...], scope: str, link: str) -> dict[str, Any]:
    """A message in Slack's form; what comes from outside is plain text, in which nobody is called."""
    title = f"Drift in {visible(scope)}: {len(new)} new ({headline(report)})"
    lines = []
    for drift in by_severity(new)[:SHOWN]:
        found = alive(drift)
        mark = MARK[found[0].severity] if found else "•"
        worst = f" ({found[0].severity}: {visible(found[0].title)})" if found else ""
        lines.append(f"{mark} {_cut(sentence(drift))}{_cut(worst)}")
    if len(new) > SHOWN:
        lines.append(f"and {len(new) - SHOWN} more")
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, 150)}},
        {"type": "section", "text": {"type": "plain_text", "text": _cut("\n".join(lines), 3000), "emoji": False}},
    ]
    if link.startswith("https://"):
        button = {"type": "button", "text": {"type": "plain_text", "text": "The whole report"}, "url": link}
        blocks.append({"type": "actions", "elements": [button]})
    fallback = "\n".join([title, *lines]).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": fallback.replace("@", "@\u200b"), "blocks": blocks}


def generic(report: Report, new: tuple[Drift, ...], scope: str, link: str) -> dict[str, Any]:
    """Plain JSON (`drift-notification/1`): the entries of `new` are those of a report."""
    from drift.report.json import summary

    return {
        "schema": "drift-notification/1",
        "scope": scope,
        "link": link or None,
        "summary": {**summary(report), "new": len(new)},
        "new": encode(new),
    }


KINDS: Mapping[str, Callable[[Report, tuple[Drift, ...], str, str], dict[str, Any]]] = {
    "slack": slack,
    "generic": generic,
}


def send(url: str, message: Mapping[str, Any]) -> None:
    """POST the message; PlatformError where the other side does not take it, UsageError for no address."""
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
        why = type(error).__name__  # its text holds the address
        raise PlatformError(f"the webhook at {host} cannot be reached: {why}", "Check its address.") from None
    if answer.status >= 300:
        hint = "Make the webhook anew where it was taken away, and check which kind it is (--kind)."
        raise PlatformError(f"the webhook at {host} answered {answer.status}", hint)


def host_of(url: str) -> str:
    """What may be shown of a webhook's address; UsageError where it is none."""
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
