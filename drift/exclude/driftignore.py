r"""`.driftignore`, as driftctl reads it.

Each line is one pattern for `type.id` or `type.id.path.of.attribute`, with the wildcards and escapes of .gitignore:
`aws_s3_bucket.*`, `aws_iam_user.a\.b`, `aws_lambda_function.*.last_modified`. A line also covers everything inside
what it names. `!` includes something again, and the last matching line decides. A line that starts with `#` is a
comment; `/` has no special meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from drift.errors import UsageError
from drift.exclude.glob import escaped
from drift.model import bounds
from drift.model.bounds import IGNORE_LINES, IGNORE_PATTERNS

NAME = ".driftignore"


@dataclass(frozen=True)
class Pattern:
    """One line of the file."""

    text: str
    """The pattern, without `!`."""
    line: int
    place: str
    """File and line: `.driftignore:3`."""
    negated: bool = False

    @cached_property
    def exact(self) -> str | None:
        """The text that the pattern names, without escapes; None if it has wildcards."""
        plain = re.sub(r"\\(.)", lambda m: "\0" * len(m[1]), self.text, flags=re.DOTALL)
        return None if re.search(r"[*?\[\\]", plain) else re.sub(r"\\(.)", r"\1", self.text, flags=re.DOTALL)

    @cached_property
    def _forms(self) -> tuple[re.Pattern[str], ...]:
        wanted = (self.text,) if self.text.endswith("*") else (self.text, f"{self.text}.*")
        return tuple(map(escaped, wanted))

    @cached_property
    def _head(self) -> str:
        return re.split(r"[*?\[\\]", self.text, maxsplit=1)[0]

    def matches(self, text: str) -> bool:
        """Whether the line names this text, or something that contains it."""
        if self.exact is not None:
            return text == self.exact or text.startswith(f"{self.exact}.")
        return any(form.fullmatch(text) for form in self._forms)

    @property
    def wholes(self) -> Iterator[str]:
        """For a line without wildcards: the texts that may be the resource's part of it."""
        return _starts(self.exact or "")

    def about(self, type_: str, name: str) -> bool:
        """Whether the line names a resource, or an attribute of it."""
        whole = f"{type_}.{name}"
        starts = (self.text[: dot.start()] for dot in re.finditer(r"(?<!\\)\.", self.text))
        return self.matches(whole) or any(escaped(start).fullmatch(whole) for start in starts)

    def may_name(self, type_: str) -> bool:
        """Whether the line may match a resource of a type."""
        head = self._head
        if head == self.text and "." not in head:
            return head == type_
        dotted = f"{type_}."
        return dotted.startswith(head) or head.startswith(dotted)


@dataclass(frozen=True)
class DriftIgnore:
    """All lines of a file, in order."""

    patterns: tuple[Pattern, ...] = ()

    @cached_property
    def _exact(self) -> dict[str, Pattern]:
        """Text -> the last line that names exactly it. Generated ignore files have thousands of such lines."""
        return {p.exact: p for p in self.patterns if p.exact is not None}

    @cached_property
    def _wild(self) -> dict[str, list[Pattern]]:
        return {}

    def _about(self, type_: str) -> list[Pattern]:
        """The lines with wildcards that may match something of a type, last first."""
        if type_ not in self._wild:
            found = (p for p in reversed(self.patterns) if p.exact is None and p.may_name(type_))
            self._wild[type_] = list(found)
        return self._wild[type_]

    def _last(self, type_: str, name: str) -> Pattern | None:
        text = f"{type_}.{name}"
        found = [p for start in _starts(text) if (p := self._exact.get(start)) is not None]
        found += islice((p for p in self._about(type_) if p.matches(text)), 1)
        return max(found, key=lambda p: p.line, default=None)

    def decides(self, names: Iterable[tuple[str, str]]) -> Pattern | None:
        """The line that leaves out a resource with any of these (type, name); None if none does.

        A name may continue with the path of an attribute: `bucket.versioning`.
        """
        found = (self._last(*name) for name in names)
        last = max((p for p in found if p is not None), key=lambda p: p.line, default=None)
        return None if last is None or last.negated else last

    def decides_type(self, type_: str) -> Pattern | None:
        """The line that leaves out every resource of a type."""
        found = self.decides([(type_, "*")]) if self.patterns else None
        taken_back = found and any(p.negated and p.line > found.line and p.may_name(type_) for p in self.patterns)
        return None if taken_back else found


def parse(text: str, name: str = NAME) -> DriftIgnore:
    """The patterns in a file's text. Every line is valid; UsageError if a bound is exceeded."""
    lines = text.splitlines()
    if len(lines) > IGNORE_LINES.most:
        raise UsageError(f"{name}: it has {IGNORE_LINES.beyond} lines", IGNORE_LINES.hint)
    patterns = tuple(_patterns(lines, name))
    if sum(p.exact is None for p in patterns) > IGNORE_PATTERNS.most:
        raise UsageError(f"{name}: it has {IGNORE_PATTERNS.beyond} lines with wildcards", IGNORE_PATTERNS.hint)
    return DriftIgnore(patterns)


def read(file: Path, name: str = NAME) -> DriftIgnore:
    """The patterns of a file; none if it does not exist. UsageError if it cannot be read."""
    try:
        return parse(bounds.text(file, bounds.SETTINGS_BYTES, errors="replace"), name)
    except (FileNotFoundError, NotADirectoryError):
        return DriftIgnore()
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}", "Give another file with --driftignore.") from None


def _patterns(lines: Iterable[str], name: str) -> Iterator[Pattern]:
    for number, line in enumerate(lines, start=1):
        if not line.strip(" ") or line.startswith("#"):
            continue
        line = line if line.endswith("\\ ") else line.rstrip(" ")
        negated = line.startswith("!")
        body = line[1:] if negated else line
        yield Pattern(body, number, f"{name}:{number}", negated)


def _starts(text: str) -> Iterator[str]:
    """`a`, `a.b`, `a.b.c` for `a.b.c`."""
    yield from (text[: dot.start()] for dot in re.finditer(r"\.", text))
    yield text


def quoted(text: str) -> str:
    """A pattern that matches exactly this name."""
    return re.sub(r"([\\*?\[\].])", r"\\\1", text)
