"""GitHub, through PyGithub: https://docs.github.com/rest (version 2022-11-28)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from github import Auth, Github, GithubException, GithubRetry

from drift import __version__
from drift.errors import PlatformError
from drift.platforms.place import Place, refused
from drift.report.comment import GITHUB
from drift.report.touch import ChangedFile, changed_lines

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.IssueComment import IssueComment
    from github.Repository import Repository

LABEL = "drift"
TRIES = 6
PATIENCE = 900
"""Maximum wait for a rate limit, in seconds. A primary limit may last an hour; a job must not hang that long."""
HINTS = {
    401: "The token is not valid: give the job GITHUB_TOKEN.",
    403: "Give the job `permissions: pull-requests: write` (and `issues: write` for an issue). A pull request from a "
    "fork has a token that only reads.",
    404: "The repository or pull request does not exist, or the token has no access to it.",
    410: "Issues are disabled in this repository.",
    422: "GitHub rejected the comment: this is a bug in drift, please report it.",
}
METHODS = frozenset({"GET", "POST", "PATCH", "DELETE"})


class GitHub:
    """One repository."""

    limit = GITHUB

    def __init__(self, place: Place) -> None:
        if not place.token:
            raise PlatformError("no token for GitHub", "Set GITHUB_TOKEN: `env: GITHUB_TOKEN: ${{ github.token }}`.")
        self._place = place
        self._client = Github(
            base_url=place.url,
            auth=Auth.Token(place.token),
            user_agent=f"drift/{__version__}",
            per_page=100,
            timeout=30,
            lazy=True,
            retry=GithubRetry(total=TRIES, backoff_factor=1, allowed_methods=METHODS, max_rate_limit_wait=PATIENCE),
            seconds_between_requests=0,
            seconds_between_writes=0,
        )

    def is_private(self) -> bool:
        """Whether only its members can read the repository; False if GitHub does not say."""
        try:
            return self._client.get_repo(self._place.repository, lazy=False).private is True
        except (GithubException, requests.RequestException):
            return False

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        """The files of a pull request with their changed lines; for a renamed file both names."""
        out: list[ChangedFile] = []
        with self._said("the files of the pull request"):
            for file in self._repository().get_pull(number).get_files():
                out.append(ChangedFile(file.filename, changed_lines(file.patch or "")))
                if file.previous_filename:
                    out.append(ChangedFile(file.previous_filename))
        return out

    def comment(self, number: int, marker: str, body: str) -> str:
        """Write the comment in place. Duplicates with the same marker, written by two runs at once, are deleted."""
        with self._said("the comment"):
            issue = self._repository().get_issue(number)
            mine = [c for c in issue.get_comments() if self._own(c, marker)]
            for other in mine[1:]:
                other.delete()
            if not mine:
                return issue.create_comment(body).html_url
            if _text(mine[0].body) != _text(body):
                mine[0].edit(body)
            return mine[0].html_url

    def propose(self, branch: str, title: str, body: str) -> str:
        """Open the pull request of a branch against the default branch, or update it."""
        with self._said("the pull request"):
            repository = self._repository()
            owner = self._place.repository.partition("/")[0]
            for found in repository.get_pulls(state="open", head=f"{owner}:{branch}"):
                found.edit(title=title, body=body)
                return found.html_url
            made = repository.create_pull(base=repository.default_branch, head=branch, title=title, body=body)
            return made.html_url

    def issue(self, marker: str, title: str, body: str, *, keep_open: bool) -> str:
        """Open, update, reopen or close the issue."""
        with self._said("the issue"):
            repository = self._repository()
            found = [
                i
                for i in repository.get_issues(state="all", labels=[LABEL], sort="created", direction="asc")
                if self._own(i, marker) and not i.pull_request
            ]
            open_ones = [i for i in found if i.state == "open"]
            if not found:
                return repository.create_issue(title, body, labels=[LABEL]).html_url if keep_open else ""
            first = (open_ones or found[-1:])[0]
            state = "open" if keep_open else "closed"
            if first.state == "closed" and state == "closed":
                return ""
            if _text(first.body or "") != _text(body) or first.state != state:
                first.edit(body=body, state=state)
            for other in open_ones[1:]:
                other.edit(state="closed")
            return first.html_url

    def _repository(self) -> Repository:
        return self._client.get_repo(self._place.repository)

    def _own(self, thing: IssueComment | Issue, marker: str) -> bool:
        """Whether drift wrote the comment or issue: anybody could copy the marker."""
        if not (thing.body or "").startswith(marker):
            return False
        return thing.user.login == self._login() if self._login() else thing.user.type == "Bot"

    def _login(self) -> str:
        """The user of the token; empty for a job's token, which cannot ask."""
        if not hasattr(self, "_known_login"):
            try:
                self._known_login = self._client.get_user().login
            except GithubException as error:
                if error.status not in (403, 404):
                    raise
                self._known_login = ""
        return self._known_login

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        where = f"GitHub: {self._place.repository}: {what}"
        try:
            yield
        except GithubException as error:
            said = error.data if isinstance(error.data, str) else json.dumps(error.data)
            raise refused(where, error.status, said or "", self._place.token, HINTS) from None
        except requests.exceptions.RetryError as error:
            reason = getattr(error.args[0], "reason", None) if error.args else None
            said = str(reason or "no answer")
            hint = "GitHub may have a problem: https://www.githubstatus.com. Run the job again when it is over."
            raise PlatformError(f"{where}: {self._place.url} refused every try: {said}", hint) from None
        except requests.RequestException as error:
            why = type(error).__name__
            raise PlatformError(f"{where}: {self._place.url} cannot be reached: {why}", "Try again.") from None


def _text(body: str) -> str:
    """The text as GitHub stores it."""
    return body.replace("\r\n", "\n").strip()
