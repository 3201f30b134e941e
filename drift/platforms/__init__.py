"""Where people read what drift found: pull requests, issues, chats.

A platform's own maintained client speaks to it, waits for its rate limits and retries; what it refuses becomes a
`PlatformError` that names no token. Each is loaded when first asked for, and is an extra: `drift[github]`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from drift.errors import PlatformError, UsageError
from drift.report.touch import ChangedFile


class Platform(Protocol):
    """One repository, on one platform."""

    limit: int
    """Characters that a comment may have."""

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        """What a pull request changes."""

    def comment(self, number: int, marker: str, body: str) -> str:
        """Write the comment that begins with `marker`, in place where it is there already; its address."""

    def issue(self, marker: str, title: str, body: str, *, keep_open: bool) -> str:
        """Write the one issue that begins with `marker`; close it where it is not kept open.

        Its address; empty where there is none and none was needed.
        """


@dataclass(frozen=True, slots=True)
class Place:
    """Which platform, which repository, and who speaks."""

    platform: str
    url: str
    """The API's address."""
    repository: str
    token: str
    number: int = 0
    """Of the pull request; 0 where there is none."""
    link: str = ""
    """Where the run that reports can be read."""

    def __repr__(self) -> str:
        return f"Place({self.platform}, {self.url}, {self.repository}, {self.number})"

    def open(self) -> Platform:
        """The platform; PlatformError where its client is not installed."""
        try:
            if self.platform == "github":
                from drift.platforms.github import GitHub

                return GitHub(self)
            from drift.platforms.gitlab import GitLab

            return GitLab(self)
        except ImportError as error:
            extra = self.platform
            hint = f"Install it with its extra: pip install 'drift[{extra}]'."
            raise PlatformError(f"the client of {self.platform} is not installed: {error.name}", hint) from None


def detect(environment: Mapping[str, str] = os.environ, platform: str = "") -> Place:
    """The place that a CI job's own environment names; UsageError where it names none."""
    if platform != "gitlab" and (platform == "github" or environment.get("GITHUB_REPOSITORY")):
        return _github(environment)
    if platform == "gitlab" or environment.get("CI_PROJECT_ID"):
        return _gitlab(environment)
    hint = "Run it in GitHub Actions or GitLab CI, or give --platform, --repository, --number and a token."
    raise UsageError("it cannot be told where to post", hint)


def _github(environment: Mapping[str, str]) -> Place:
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    run = environment.get("GITHUB_RUN_ID", "")
    return Place(
        platform="github",
        url=environment.get("GITHUB_API_URL", "https://api.github.com"),
        repository=repository,
        token=environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or "",
        number=_pull_request(environment),
        link=f"{server}/{repository}/actions/runs/{run}" if server and run else "",
    )


def _pull_request(environment: Mapping[str, str]) -> int:
    """The number in the job's reference, else in its event (`pull_request_target`, comments); 0 where there is none."""
    reference = environment.get("GITHUB_REF", "").split("/")
    if reference[:2] == ["refs", "pull"] and len(reference) > 2 and reference[2].isdigit():
        return int(reference[2])
    try:
        event = json.loads(Path(environment.get("GITHUB_EVENT_PATH", "")).read_bytes())
    except (OSError, ValueError):
        return 0
    found = event.get("pull_request") if isinstance(event, dict) else None
    number = found.get("number") if isinstance(found, dict) else None
    return number if isinstance(number, int) else 0


def _gitlab(environment: Mapping[str, str]) -> Place:
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    return Place(
        platform="gitlab",
        url=environment.get("CI_SERVER_URL", "https://gitlab.com"),
        repository=environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID", ""),
        token=environment.get("GITLAB_TOKEN") or "",
        number=int(number) if number.isdigit() else 0,
        link=environment.get("CI_JOB_URL", ""),
    )


def refused(what: str, status: int, said: str, token: str, hints: Mapping[int, str]) -> PlatformError:
    """The error for what a platform refused; its words are shown without the token."""
    safe = said.replace(token, "***") if token else said
    hint = hints.get(status, "Try again; where it stays so, ask the platform's own log.")
    return PlatformError(f"{what}: refused with {status}: {' '.join(safe.split())[:300]}", hint)
