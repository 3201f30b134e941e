"""A run that can be repeated over a configuration that is not written yet, without asking the account again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from drift.desired.configurations import workspace_of
from drift.desired.hcl.inputs import Given
from drift.desired.instance import State
from drift.desired.load import Sources, bare, build, laid, load
from drift.errors import StateError
from drift.live.asker import Progress, quiet
from drift.model.resource import Resource
from drift.provider.api import Answer, Api, Hashed, Request
from drift.provider.catalog import Catalog
from drift.remedy.source import Source
from drift.run import Connection, Job, Outcome, compare


class Remembering:
    """An API that is asked each question once."""

    def __init__(self, inner: Api) -> None:
        self.inner = inner
        self._known: dict[Hashed, Answer] = {}
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def ask(self, request: Request) -> Answer:
        """The answer that was given before, else the API's."""
        with self._lock:
            known = self._known.get(request.hashed)
        if known is None:
            known = self.inner.ask(request)
            with self._lock:
                self._known[request.hashed] = known
        return known


@dataclass
class Trial:
    """States read once, an account asked once, and as many configurations as there are edits."""

    sources: Sources
    connections: Sequence[Connection]
    catalog: Catalog
    job: Job
    progress: Progress = quiet
    states: list[State] = field(init=False)
    failed: list[StateError] = field(init=False)
    excused: Sequence[Resource] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.connections = [replace(c, api=Remembering(c.api)) for c in self.connections]
        self.states, self.failed = bare(self.sources)
        if self.job.also_managed:
            self.excused = load(self.job.also_managed, self.catalog, **self._home).resources

    @property
    def _home(self) -> dict[str, str]:
        first = self.connections[0]
        region = first.api.region or next(iter(self.job.scope.regions), "")
        return {"account": first.target.account, "region": region}

    @property
    def given(self) -> Given:
        """What the command line gives to variables."""
        return Given(self.sources.variables, self.sources.variable_files)

    def described(self, edited: Mapping[str, str] | None = None) -> list[State]:
        """The states with their configurations, of which some files have another text."""
        return laid(self.states, self.sources, edited) if self.sources.with_configuration else self.states

    def beside(self, edited: Mapping[str, str] | None = None) -> list[State]:  # noqa: ARG002 - an account has none
        """States that are not compared, and that no edit may change: those of other accounts that read the same
        files."""
        return []

    def environment(self, root: Path) -> Mapping[str, str | None]:  # noqa: ARG002 - the user's own is right
        """Variables with which the user's Terraform reads the account, where those of this process lead to another;
        None for one that must not be there."""
        return {}

    def run(self, described: Sequence[State]) -> Outcome:
        """Compare the account with them."""
        account, region = self._home["account"], self._home["region"]
        memory = self.sources.memory
        desired = build(described, self.failed, self.catalog, account=account, region=region, memory=memory)
        return compare(desired, self.connections, self.catalog, self.job, excused=self.excused, progress=self.progress)

    def source(self, state: State, edited: Mapping[str, str] | None = None) -> Source | None:
        """The configuration of a state, opened to be edited; None for a state that has none."""
        if state.configuration is None:
            return None
        directory = Path(state.configuration.directory)
        workspace = workspace_of(state.source, directory)
        return Source(directory, self.given, [state], workspace=workspace, edited=edited)
