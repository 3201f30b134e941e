"""Tests that every provider inherits: they prove that what the line relies on holds for a cloud.

A provider's own tests subclass `Conformance` and name an `Example`; pytest runs what is inherited:

    class TestAws(Conformance):
        provider = AWS

        def example(self) -> Example: ...

Nothing here is imported when drift runs.
"""

from __future__ import annotations

import io
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from drift.desired.load import Sources
from drift.live.tape import Player, Recorder
from drift.model.drift import Drift, Report
from drift.provider.api import Answer, Api, Refused, Request
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.lint import lint
from drift.report import FORMATS, Look, renderer
from drift.run import Connection, Job, run
from drift.survey import Scope


@dataclass(frozen=True, kw_only=True)
class Example:
    """An account that drifted from its state."""

    state: Path
    """A state file."""
    api: Api
    """Answers for the account; the same for the same request."""
    verdicts: tuple[str, ...]
    """What must be told, sorted, as `verdicts` writes it: `modified toy_lamp.desk color`."""
    secrets: tuple[str, ...]
    """Texts that the account answers or the state holds, and that nobody may see."""
    scope: Scope = Scope()  # noqa: RUF009 - frozen


class Conformance:
    """What holds for every provider."""

    provider: Provider

    def example(self) -> Example:
        """An account that drifted; of at least one type each: with a listing, inside another, with a secret."""
        raise NotImplementedError

    def catalog(self) -> Catalog:
        """The provider's types alone."""
        return Catalog([self.provider])

    def check(self, api: Api, example: Example) -> Report:
        """The line from one state to its report."""
        connection = Connection(self.provider.name, api)
        job = Job(scope=example.scope, rules=tuple(self.provider.rules()))
        sources = Sources(places=(str(example.state),), with_configuration=False)
        return run(sources, [connection], self.catalog(), job).report

    def test_every_type_lints(self) -> None:
        """Each entry agrees with the schema of the Terraform provider and the model of the API."""
        catalog = self.catalog()
        _same([problem for name in catalog for problem in lint(catalog[name], catalog)], [])

    def test_drift_is_told(self) -> None:
        """Exactly what drifted, nothing else, and nothing is left unread."""
        example = self.example()
        report = self.check(example.api, example)
        _same(verdicts(report), list(example.verdicts))
        _same(report.unread, ())

    def test_only_reads_are_asked(self) -> None:
        """No operation that a check makes changes anything, by the provider's own model."""
        example = self.example()
        asked = Asked(example.api)
        self.check(asked, example)
        operations = self.provider.operations()
        known = {key: operations.find(*key) for key in asked.operations}
        _same(bool(known), True, "the example asks something")
        _same([k for k, operation in known.items() if operation is None or not operation.reads], [], "asked")

    def test_a_recording_says_the_same(self) -> None:
        """The same verdicts from a tape as from the account; a tape without secrets adds no drift."""
        example = self.example()
        _same(verdicts(self._replayed(example, scrubbed=False)[0]), list(example.verdicts))
        scrubbed = verdicts(self._replayed(example, scrubbed=True)[0])
        _same(_said(scrubbed) - _said(example.verdicts), set())

    def test_no_secret_is_on_a_tape(self) -> None:
        """What the model marks as sensitive does not reach the disk."""
        example = self.example()
        _same(bool(example.secrets), True, "the example has secrets")
        text = self._replayed(example, scrubbed=True)[1]
        _same([secret for secret in example.secrets if secret in text], [], "on the tape")

    def test_no_secret_is_in_a_report(self) -> None:
        """In no format, whether the secret drifted or not."""
        example = self.example()
        report = self.check(example.api, example)
        for name in FORMATS:
            out = io.StringIO()
            renderer(name)(report, out, Look())
            _same([secret for secret in example.secrets if secret in out.getvalue()], [], name)

    def test_no_refusal_becomes_a_verdict(self) -> None:
        """Whatever one operation is refused, nothing is told beside what is true, and the refusal is named."""
        example = self.example()
        asked = Asked(example.api)
        self.check(asked, example)
        for operation in sorted(asked.operations):
            report = self.check(Asked(example.api, refuse=operation), example)
            new = _said(verdicts(report)) - _said(example.verdicts)
            _same(new, set(), f"told where {':'.join(operation)} was refused")
            lost = _said(example.verdicts) - _said(verdicts(report))
            named = bool(not lost or report.unread or report.gaps)
            _same(named, True, f"the report names what hides {sorted(lost)} where {':'.join(operation)} was refused")

    def test_the_order_of_answers_does_not_matter(self) -> None:
        """The same bytes, however slowly each answer arrives."""
        example = self.example()
        texts = set()
        for seed in range(3):
            out = io.StringIO()
            renderer("json")(_timeless(self.check(Slow(example.api, seed), example)), out, Look())
            texts.add(out.getvalue())
        _same(len(texts), 1, "different reports")

    def _replayed(self, example: Example, *, scrubbed: bool) -> tuple[Report, str]:
        """The report from a recording, and the tape's text."""
        recorder = Recorder(example.api, self.provider.operations() if scrubbed else None)
        self.check(recorder, example)
        with tempfile.TemporaryDirectory() as folder:
            tape = Path(folder) / "tape.jsonl"
            recorder.save(
                tape,
                started_at="2026-01-01T00:00:00Z",
                duration_seconds=1.0,
                region=example.api.region,
                types=example.scope.types(self.catalog()),
            )
            return self.check(Player(tape, strict=True), example), tape.read_text()


def _same(found: object, wanted: object, what: str = "") -> None:
    """AssertionError with both sides: pytest explains only what test modules assert themselves."""
    if found != wanted:
        raise AssertionError(f"{what or 'found'}: {found!r}, not {wanted!r}")


def verdicts(report: Report) -> list[str]:
    """The drift as lines: kind, address (type and id where it is unmanaged) and the paths that changed."""
    return sorted(_line(drift) for drift in report.drift)


def _line(drift: Drift) -> str:
    named = str(drift.resource.address or f"{drift.type} {drift.resource.id}")
    return f"{drift.kind} {named} {','.join(sorted(c.path for c in drift.changes))}".rstrip()


def _said(lines: Iterable[str]) -> set[tuple[str, str]]:
    """(kind and resource, path) of each change: a line that lost a path still says nothing new."""
    out = set()
    for line in lines:
        *named, paths = line.split(" ") if line.startswith("modified ") else (line, "")
        out |= {(" ".join(named), path) for path in paths.split(",")}
    return out


def _timeless(report: Report) -> Report:
    """The report without when it was made, and how long it and the answers of each service took."""
    return replace(report, started_at="", duration_seconds=0.0, api_seconds=dict.fromkeys(report.api_seconds, 0.0))


class _Wrapped:
    """An API in front of another."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def account(self) -> str:
        """The account that answers."""
        return self._api.account

    @property
    def region(self) -> str:
        """The default region."""
        return self._api.region

    @property
    def recorded(self) -> tuple[str, float] | None:
        """When it was recorded, if it was."""
        return self._api.recorded

    @property
    def counts(self) -> Counter[str]:
        """Requests by service."""
        return self._api.counts

    def ask(self, request: Request) -> Answer:
        """What the other answers."""
        return self._api.ask(request)


class Asked(_Wrapped):
    """Remembers which operations were asked for, and refuses one of them."""

    def __init__(self, api: Api, refuse: tuple[str, str] | None = None) -> None:
        super().__init__(api)
        self._refuse = refuse
        self._lock = threading.Lock()
        self.operations: set[tuple[str, str]] = set()

    def ask(self, request: Request) -> Answer:
        """The answer, or a refusal of that one operation."""
        with self._lock:
            self.operations.add((request.service, request.op))
        if (request.service, request.op) == self._refuse:
            return Refused("AccessDenied")
        return super().ask(request)


class Slow(_Wrapped):
    """Lets each answer wait a little, another while for each seed."""

    def __init__(self, api: Api, seed: int) -> None:
        super().__init__(api)
        self._waits = random.Random(seed)  # noqa: S311 - no secret depends on it

    def ask(self, request: Request) -> Answer:
        """The answer, later."""
        time.sleep(self._waits.random() / 500)
        return super().ask(request)


__all__ = ["Asked", "Conformance", "Example", "Slow", "verdicts"]
