"""The comment on a pull request, and the issue of a scope: Markdown within the platform's size limit.

If not everything fits, drift that the pull request touches keeps its full entries longest. Other entries are shortened
to one line, then only counted. Tables and code blocks are never cut.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from drift.model.drift import KINDS, Change, Drift, Report
from drift.model.words import few
from drift.report import Look
from drift.report.accounts import names, where
from drift.report.escape import code, fenced, words
from drift.report.markdown import by_account, entry, folded, not_read, summary
from drift.report.safe import listed, visible
from drift.report.wording import NEXT, alive, by_severity, headline, known_as, named, paths

GITHUB = 65_536
"""Maximum characters of a comment or issue on GitHub."""
GITLAB = 1_000_000
_PAGE = Look()
_SPARE = 600
"""Characters reserved for the last lines, which say how much was left out."""


@dataclass(frozen=True, slots=True)
class Post:
    """A report to post, its scope, and a link to the complete report."""

    report: Report
    scope: str
    """The name of what was checked: `prod`, a directory, a state. Each scope has its own comment and issue."""
    link: str = ""
    limit: int = GITHUB
    touched: Mapping[str, str] | None = field(default_factory=dict)
    """Fingerprint -> why the pull request touches that drift, in Markdown; None if the changed files are unknown."""

    @property
    def marker(self) -> str:
        """The hidden line that identifies the comment of this scope."""
        return _marker("report", self.scope)

    def comment(self) -> str:
        """The comment of a pull request."""
        touched = self.touched or {}
        mine = by_severity(d for d in self.report.drift if d.fingerprint in touched)
        rest = by_severity(d for d in self.report.drift if d.fingerprint not in touched)
        page = self._page()
        page.add(self.marker, self._title(), "", *summary(self.report))
        page.add(*by_account(self.report, _PAGE))
        if not self.report.drift:
            page.add(self._nothing(), "")
        if mine:
            page.add(f"### This pull request touches {_many(len(mine))} that drifted", "")
            page.add(*_warning(mine))
            page.entries(mine, touched)
        elif self.report.drift and self.touched is not None:
            page.add("This pull request touches none of it.", "")
        page.add(*not_read(self.report))
        for kind in KINDS:
            page.folded(kind, [d for d in rest if d.kind == kind], others=bool(mine))
        page.patches([*mine, *rest])
        return page.finish(self._links())

    def issue(self) -> str:
        """The issue of a scope."""
        page = self._page()
        page.add(self.marker, self._title(), "", *summary(self.report))
        page.add(*by_account(self.report, _PAGE))
        if not self.report.drift:
            page.add(self._nothing(), "")
        page.add(*not_read(self.report))
        for kind in KINDS:
            found = by_severity(self.report.of_kind(kind))
            if found:
                page.add(f"### {kind.capitalize()} ({len(found)})", "", NEXT[kind], "")
                page.entries(found, {})
        return page.finish(self._links())

    def title(self) -> str:
        """The title of a scope's issue, as text."""
        return _short(f"Drift in {visible(self.scope)}")

    def _page(self) -> _Page:
        return _Page(self.limit - _SPARE, replace(_PAGE, accounts=names(self.report)))

    def _title(self) -> str:
        return f"## Drift in {code(_short(self.scope))}: {words(headline(self.report))}"

    def _nothing(self) -> str:
        if self.report.incomplete:
            return "No drift was found, but not everything could be read."
        return f"✅ The account{'s agree' if self.report.accounts else ' agrees'} with Terraform."

    def _links(self) -> list[str]:
        at = f"{words(self.report.started_at)} · " if self.report.started_at else ""
        link = f"[complete report]({self.link})" if _plain(self.link) else "run `drift check` for the complete report"
        mend = " · `drift fix` makes a patch for it" if self.report.drift else ""
        return [f"<sub>{at}{link}{mend}</sub>"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A check that could not be done: an issue of its own, or the comment that would hold the report."""

    why: str
    scope: str
    link: str = ""

    @property
    def marker(self) -> str:
        """The hidden line that this scope's issue is known by."""
        return _marker("broken", self.scope)

    def title(self) -> str:
        """The title of the issue, as text."""
        return _short(f"drift could not check {visible(self.scope)}")

    def issue(self) -> str:
        """The issue's text."""
        return self._text(self.marker, "`drift doctor` says what is missing; the next report closes this.")

    def comment(self) -> str:
        """The text in the place of the scope's report: an older report there would pass for today's."""
        return self._text(self.place, "`drift doctor` says what is missing.")

    @property
    def place(self) -> str:
        """The hidden line that the scope's comment is known by."""
        return _marker("report", self.scope)

    def _text(self, marker: str, todo: str) -> str:
        link = [f"[the run]({self.link})", ""] if _plain(self.link) else []
        said = fenced(visible(line) for line in self.why.splitlines()[:50])
        todo = f"Nobody knows whether it drifted. {todo}"
        return "\n".join([marker, f"## {words(self.title())}", "", *said, "", todo, "", *link])


def _marker(what: str, scope: str) -> str:
    """The hidden line that a post is found again by."""
    digest = hashlib.sha256(scope.encode(errors="backslashreplace")).hexdigest()[:16]
    return f"<!-- drift:{what} {digest} -->"


def _short(text: str, longest: int = 200) -> str:
    """A title: platforms refuse a longer one (GitHub 256 characters, GitLab 255)."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _plain(link: str) -> bool:
    """Whether Markdown accepts the link without escaping."""
    return link.startswith(("https://", "http://")) and not set(link) & set(" ()<>\"'\\`\n\r\t")


def _many(count: int) -> str:
    return "1 resource" if count == 1 else f"{count} resources"


def _warning(drifts: Iterable[Drift]) -> list[str]:
    """A warning about changes that applying the pull request undoes; empty without any."""
    undone = [(d, [c for c in d.changes if c.undone is not False]) for d in drifts if d.kind == "modified"]
    undone = [(d, changes) for d, changes in undone if changes]
    again = [d for d in drifts if d.kind == "missing"]
    if not undone and not again:
        return []
    out = ["> [!WARNING]"]
    if undone:
        out.append("> Applying this overwrites changes that were made in the account:")
        out += [f"> - {code(named(d))}: {_attributes(changes)}{_replaced(changes)}" for d, changes in undone[:20]]
        if len(undone) > 20:
            out.append(f"> - and {len(undone) - 20} more")
    if again:
        out.append(f"> Applying this creates deleted resources again: {_names(again)}")
    return [*out, ""]


def _replaced(changes: list[Change]) -> str:
    return " (**replaces the resource**)" if any(c.replaces for c in changes) else ""


def _attributes(changes: list[Change]) -> str:
    return code(paths(changes, 120))


def _names(drifts: list[Drift], most: int = 10) -> str:
    return few((code(named(d)) for d in drifts), most)


def _length(lines: Iterable[str]) -> int:
    """Length in UTF-16 code units, the strictest way in which a platform counts characters."""
    return sum(len(line.encode("utf-16-le", "surrogatepass")) // 2 + 1 for line in lines)


def _line(drift: Drift, look: Look, why: str = "") -> str:
    found = alive(drift)
    worst = f" ▲ **{found[0].severity}** {words(found[0].title)}" if found else ""
    changed = f": {_attributes(list(drift.changes))}" if drift.changes else ""
    name = code(named(drift)) if drift.resource.address else f"{code(drift.type)} {code(known_as(drift))}"
    name += f" {code(where(drift, look.accounts))}" if look.accounts else ""
    return f"- {drift.kind} {name}{changed}{worst}{f' · {why}' if why else ''}"


class _Page:
    """Collects lines up to a limit."""

    def __init__(self, limit: int, look: Look) -> None:
        self._left = limit
        self._look = look
        self._lines: list[str] = []
        self._untold = 0

    def add(self, *lines: str) -> bool:
        """Add all lines, or none if they do not fit; whether they were added."""
        size = _length(lines)
        if size > self._left:
            return False
        self._left -= size
        self._lines += lines
        return True

    def entries(self, drifts: list[Drift], why: Mapping[str, str]) -> None:
        """Add each drift as a full entry; if that does not fit, as one line; otherwise count it."""
        for drift in drifts:
            because = why.get(drift.fingerprint, "")
            whole = list(entry(drift, self._look))
            if because:
                whole[0] += f" · {because}"
            # a full entry may use at most half of the remaining space, so that one long policy does not displace many
            # entries
            if not (_length(whole) <= self._left // 2 and self.add(*whole)) and not self.add(
                _line(drift, self._look, because)
            ):
                self._untold += 1
        self.add("")

    def folded(self, kind: str, drifts: list[Drift], *, others: bool) -> None:
        """Add the drift of one kind in a collapsible section."""
        if not drifts:
            return
        title = f"{len(drifts)} {kind}" + (" elsewhere" if others else "")
        frame = list(folded(title, []))
        if _length(frame) + _length([_line(drifts[0], self._look)]) > self._left:
            self._untold += len(drifts)
            return
        opening, closing = frame[:2], frame[2:]
        self._left -= _length(closing)
        self.add(*opening)
        self.entries(drifts, {})
        self._lines += closing

    def patches(self, drifts: list[Drift]) -> None:
        """Add the patch of each drift, folded, as far as there is space: entries come before patches."""
        left_out = 0
        for drift in (d for d in drifts if d.patch):
            lines = fenced(listed(drift.patch.removesuffix("\n")).split("\n"), "diff")
            left_out += not self.add(*folded(f"Patch for {named(drift)}", lines))
        if left_out:
            self._lines += [f"{left_out} more patches did not fit here: `drift fix` prints them.", ""]

    def finish(self, last: list[str]) -> str:
        """The page with its last lines, for which space was reserved."""
        if self._untold:
            self._lines.append(f"{self._untold} more drifted resources did not fit here.")
            self._lines.append("")
        return "\n".join([*self._lines, *last]) + "\n"
