"""Platforms to which drift posts: pull requests, issues, chats.

The platform's own maintained client makes the calls, waits for rate limits and retries. A refusal becomes a
`PlatformError` without the token. Each client is loaded when it is first used, and installed by an extra:
`drift-iac[github]`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from drift import installation
from drift.errors import PlatformError, UsageError
from drift.platforms.place import Place, Platform


def opened(place: Place) -> Platform:
    """The client of a platform; PlatformError if it is not installed."""
    try:
        if place.platform == "github":
            from drift.platforms.github import GitHub

            return GitHub(place)
        from drift.platforms.gitlab import GitLab

        return GitLab(place)
    except ImportError as error:
        raise PlatformError(
            f"the client of {place.platform} is not installed: {error.name}", installation.hint(place.platform)
        ) from None


def detect(environment: Mapping[str, str] = os.environ, platform: str = "") -> Place:
    """The place that the environment of a CI job names; UsageError if it names none."""
    if platform != "gitlab" and (platform == "github" or environment.get("GITHUB_REPOSITORY")):
        return _github(environment)
    if platform == "gitlab" or environment.get("CI_PROJECT_ID"):
        return _gitlab(environment)
    hint = "Run drift in GitHub Actions or GitLab CI, or give --platform, --repository, --number and a token."
    raise UsageError("no platform to post to", hint)


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
    """The number in the job's git reference, or in its event (`pull_request_target`, comments); 0 without one."""
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
