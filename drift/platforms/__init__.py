"""Where people read what drift found: pull requests, issues, chats.

A platform's own maintained client speaks to it, waits for its rate limits and retries; what it refuses becomes a
`PlatformError` that names no token. Each is loaded when first asked for, and is an extra: `drift-iac[github]`.
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
    """The platform; PlatformError where its client is not installed."""
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
