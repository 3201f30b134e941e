"""Escapes untrusted text for each output language."""

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
"""Zero width. It keeps @, # and :// from becoming a mention, a reference or a link; on GitHub a backslash does not."""


def html(text: object) -> str:
    """Text for an HTML element or a quoted attribute."""
    return _html(visible(text), quote=True)


def inline(text: object) -> str:
    """Text for an HTML element within Markdown: platforms look for mentions and references there too."""
    return _html(_MENTION.sub(lambda m: f"{m[0]}{_UNSET}", visible(text)), quote=True)


def xml(text: object) -> str:
    """Text for an XML writer that escapes by itself, without characters that XML does not allow."""
    return re.sub("[\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", visible(text))


def code(text: object) -> str:
    """A Markdown code span, in which markup, mentions and links have no effect."""
    inside = visible(text) or "(empty)"
    fence = "`" * (_longest_run(inside) + 1)
    pad = " " if inside.startswith("`") or inside.endswith("`") or inside.strip() != inside else ""
    return f"{fence}{pad}{inside}{pad}{fence}"


def words(text: object) -> str:
    """Markdown for plain text in sentences: no markup, mention, reference or link."""
    safe = _MARKDOWN.sub(r"\\\1", visible(text))
    return _MENTION.sub(lambda m: f"{m[0]}{_UNSET}", safe)


def fenced(lines: Iterable[str], language: str = "") -> list[str]:
    """A Markdown code block. The lines must have been escaped with `visible`."""
    content = list(lines)
    fence = "`" * max(3, max((_longest_run(line) for line in content), default=0) + 1)
    return [f"{fence}{language}", *content, fence]


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def cell(text: object) -> str:
    """A CSV cell that no spreadsheet reads as a formula."""
    safe = visible(text)
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA) else safe


def command(text: str) -> str:
    """The message of a GitHub workflow command; newlines are kept."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def argument(text: object) -> str:
    """A property of a GitHub workflow command."""
    return command(visible(text)).replace(":", "%3A").replace(",", "%2C")


def label(text: object) -> str:
    """The value of a label in Prometheus text format."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def from_root(file: str, within: str) -> str:
    """The path of a file relative to the repository's root; `within` is the directory to which `file` is relative.

    >>> from_root("../modules/a.tf", "infra/prod")
    'infra/modules/a.tf'
    """
    if not file or "://" in file:
        return file
    steps = posixpath.normpath(posixpath.join(within, file)).split("/")
    return "/".join(step for step in steps if step not in ("", ".."))


def uri(place: str) -> str:
    """A relative URI of a file or of the place of a state. Code scanning rejects URIs with other schemes.

    Leading `..`, a root, the scheme, a query and user information are removed: `../a b.tf` is `a%20b.tf`,
    `s3://states/prod.tfstate?region=x` is `states/prod.tfstate`.
    """
    scheme, _, rest = visible(place).rpartition("://")
    known = re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme)
    path = re.split(r"[?#]", rest)[0] if known else visible(place)
    steps = [quote(step, safe="") for step in re.split(r"[/\\]", path) if step not in ("", ".", "..")]
    if known and steps:
        steps[0] = steps[0].rpartition("%40")[2]
    return "/".join(step for step in steps if step)


def sql(text: object) -> str:
    """A text as a string of SQL, with its quotes."""
    return "'" + str(text).replace("'", "''") + "'"
