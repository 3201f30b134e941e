r"""`.driftignore`, as driftctl reads it.

One pattern a line, over `type.id` or `type.id.path.of.attribute`, with the wildcards and escapes of .gitignore:
`aws_s3_bucket.*`, `aws_iam_user.jane\.doe`, `aws_lambda_function.*.last_modified`. Every line also covers
what is inside of what it names. `!` takes back; the last line that matches decides. A line that starts with `#`
says nothing, and `/` is a character like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from drift.exclude.glob import escaped

NAME = ".driftignore"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line."""

    text: str
    """Without its `!`."""
    line: int
    place: str
    """`.driftignore:3`."""
    negated: bool = False
    forms: tuple[re.Pattern[str], ...] = field(default=())

    def matches(self, text: str) -> bool:
        """Whether the line, or what is inside of what it names, is this text."""
        return any(form.fullmatch(text) for form in self.forms)

    def about(self, type_: str, name: str) -> bool:
        """Whether the line is about a resource, or an attribute of it."""
        whole = f"{type_}.{name}"
        starts = (self.text[: dot.start()] for dot in re.finditer(r"(?<!\\)\.", self.text))
        return self.matches(whole) or any(escaped(start).fullmatch(whole) for start in starts)

    def may_name(self, type_: str) -> bool:
        """Whether it might match some resource of a type."""
        head = re.split(r"[*?\[\\]", self.text, maxsplit=1)[0]
        if head == self.text and "." not in head:
            return head == type_
        dotted = f"{type_}."
        return dotted.startswith(head) or head.startswith(dotted)


@dataclass(frozen=True)
class DriftIgnore:
    """All lines of a file, in their order."""

    patterns: tuple[Pattern, ...] = ()

    @cached_property
    def _of_type(self) -> dict[str, list[Pattern]]:
        return {}

    def _about(self, type_: str) -> list[Pattern]:
        """The lines that may name something of a type, the last first."""
        if type_ not in self._of_type:
            self._of_type[type_] = [p for p in reversed(self.patterns) if p.may_name(type_)]
        return self._of_type[type_]

    def decides(self, names: Iterable[tuple[str, str]]) -> Pattern | None:
        """The line that leaves out what goes by any of these (type, name); None where it is looked at.

        A name may go on with an attribute's path: `bucket.versioning`.
        """
        found = (next((p for p in self._about(t) if p.matches(f"{t}.{name}")), None) for t, name in names)
        last = max((p for p in found if p is not None), key=lambda p: p.line, default=None)
        return None if last is None or last.negated else last

    def decides_type(self, type_: str) -> Pattern | None:
        """The line that leaves out every resource of a type."""
        found = self.decides([(type_, "*")])
        taken_back = found and any(p.negated and p.line > found.line and p.may_name(type_) for p in self.patterns)
        return None if taken_back else found


def parse(text: str, name: str = NAME) -> DriftIgnore:
    """The patterns of a file's text; nothing a line can hold is an error."""
    return DriftIgnore(tuple(_patterns(text, name)))


def read(file: Path, name: str = NAME) -> DriftIgnore:
    """The patterns of a file; none where there is no such file."""
    try:
        return parse(file.read_text(encoding="utf-8", errors="replace"), name)
    except (FileNotFoundError, NotADirectoryError):
        return DriftIgnore()


def _patterns(text: str, name: str) -> Iterator[Pattern]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip(" ") or line.startswith("#"):
            continue
        line = line if line.endswith("\\ ") else line.rstrip(" ")
        negated = line.startswith("!")
        body = line[1:] if negated else line
        wanted = (body,) if body.endswith("*") else (body, f"{body}.*")
        yield Pattern(body, number, f"{name}:{number}", negated, tuple(escaped(w) for w in wanted))


def quoted(text: str) -> str:
    """A name as a pattern that matches just it."""
    return re.sub(r"([\\*?\[\].])", r"\\\1", text)
