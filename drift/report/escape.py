"""How untrusted text is written so that it stays text, in each language a report is written in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from html import escape as _html
from urllib.parse import quote

from drift.report.safe import visible

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~#$&!^=])")
_MENTION = re.compile(r"(@|\\#|\bGH-)(?=[\w-])|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_UNSET = "\u200b"
"""Zero width: it keeps @, # and :// from being a mention, a reference, a link, which no backslash does on GitHub."""


def html(text: object) -> str:
    """Text for an HTML element or a quoted attribute."""
    return _html(visible(text), quote=True)


def xml(text: object) -> str:
    """Text for an XML writer that escapes by itself: without the characters that XML cannot hold."""
    return re.sub("[\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", visible(text))


def code(text: object) -> str:
    """A Markdown code span: no markup, mention or link is seen inside one."""
    inside = visible(text) or "(empty)"
    fence = "`" * (_longest_run(inside) + 1)
    pad = " " if inside.startswith("`") or inside.endswith("`") or inside.strip() != inside else ""
    return f"{fence}{pad}{inside}{pad}{fence}"


def words(text: object) -> str:
    """Markdown that reads as this text, for sentences: no markup, mention, reference or link."""
    safe = _MARKDOWN.sub(r"\\\1", visible(text))
    return _MENTION.sub(lambda m: f"{m[0]}{_UNSET}", safe)


def fenced(lines: Iterable[str], language: str = "") -> list[str]:
    """A Markdown code block of lines that are visible text already."""
    content = list(lines)
    fence = "`" * max(3, max((_longest_run(line) for line in content), default=0) + 1)
    return [f"{fence}{language}", *content, fence]


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def cell(text: object) -> str:
    """A CSV cell that no spreadsheet takes for a formula."""
    safe = visible(text)
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA) else safe


def command(text: str) -> str:
    """The message of a GitHub workflow command; newlines stay newlines."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def argument(text: object) -> str:
    """A property of a GitHub workflow command."""
    return command(visible(text)).replace(":", "%3A").replace(",", "%2C")


def label(text: object) -> str:
    """A label's value in Prometheus' text format."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def from_root(file: str, within: str) -> str:
    """A file as the repository's root sees it; `within` is where in the repository it was named.

    >>> from_root("../modules/a.tf", "infra/prod")
    'infra/modules/a.tf'
    """
    if not file or "://" in file:
        return file
    steps = posixpath.normpath(posixpath.join(within, file)).split("/")
    return "/".join(step for step in steps if step not in ("", ".."))


def uri(place: str) -> str:
    """A relative URI reference of a file or of a place that keeps a state: code scanning refuses every other scheme.

    Steps upwards, a root, a scheme, a query and who signs in are taken off: `../a b.tf` is `a%20b.tf`,
    `s3://states/prod.tfstate?region=x` is `states/prod.tfstate`.
    """
    scheme, _, rest = visible(place).rpartition("://")
    known = re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)
    path = re.split(r"[?#]", rest)[0] if known else visible(place)
    steps = [quote(step, safe="") for step in re.split(r"[/\\]", path) if step not in ("", ".", "..")]
    if known and steps:
        steps[0] = steps[0].rpartition("%40")[2]
    return "/".join(step for step in steps if step)
