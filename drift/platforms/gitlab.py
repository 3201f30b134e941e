"""GitLab, through python-gitlab: https://docs.gitlab.com/api (version 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import gitlab
import requests
from gitlab.exceptions import GitlabError

from drift import __version__
from drift.errors import PlatformError
from drift.platforms.place import Place, refused
from drift.report.comment import GITLAB
from drift.report.touch import ChangedFile, changed_lines

LABEL = "drift"
PATIENT = True
"""Whether a request that GitLab could not serve is tried again: ten times, within two minutes."""
HINTS = {
    401: "Give a token with the scope `api` as GITLAB_TOKEN: the job's CI_JOB_TOKEN cannot write comments.",
    403: "The token cannot write here: it needs the scope `api` and at least the role Reporter.",
    404: "The project or merge request does not exist, or the token has no access to it.",
}


class GitLab:
    """One project."""

    limit = GITLAB

    def __init__(self, place: Place) -> None:
        if not place.token:
            raise PlatformError("no token for GitLab", "Set GITLAB_TOKEN to a project access token with scope `api`.")
        self._place = place
        self._client = gitlab.Gitlab(
            place.url,
            private_token=place.token,
            timeout=30,
            retry_transient_errors=PATIENT,
            keep_base_url=True,
            user_agent=f"drift/{__version__}",
        )

    def is_private(self) -> bool:
        """Whether only its members can read the project; False if GitLab does not say."""
        try:
            found = self._client.http_get(f"/projects/{quote(self._place.repository, safe='')}")
        except (GitlabError, requests.RequestException):
            return False
        return isinstance(found, dict) and found.get("visibility") == "private"

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        """The files of a merge request with their changed lines; for a renamed file both names."""
        out: list[ChangedFile] = []
        with self._said("the files of the merge request"):
            for diff in self._client.http_list(f"{self._path(number)}/diffs", iterator=True, per_page=100):
                out.append(ChangedFile(str(diff["new_path"]), changed_lines(str(diff.get("diff") or ""))))
                if diff["old_path"] != diff["new_path"]:
                    out.append(ChangedFile(str(diff["old_path"])))
        return out

    def comment(self, number: int, marker: str, body: str) -> str:
        """Write the comment in place. Duplicates with the same marker, written by two runs at once, are deleted."""
        with self._said("the note"):
            request = self._project().mergerequests.get(number)
            notes = request.notes.list(iterator=True, per_page=100, sort="asc", order_by="created_at")
            mine = [n for n in notes if self._own(n, marker)]
            for other in mine[1:]:
                other.delete()
            if not mine:
                return f"{request.web_url}#note_{request.notes.create({'body': body}).id}"
            if mine[0].body.strip() != body.strip():
                mine[0].body = body
                mine[0].save()
            return f"{request.web_url}#note_{mine[0].id}"

    def propose(self, branch: str, title: str, body: str) -> str:
        """Open the merge request of a branch against the default branch, or update it."""
        with self._said("the merge request"):
            project = self._client.projects.get(self._place.repository)
            for found in project.mergerequests.list(iterator=True, state="opened", source_branch=branch, per_page=100):
                found.title, found.description = title, body
                found.save()
                return str(found.web_url)
            made = project.mergerequests.create(
                {
                    "source_branch": branch,
                    "target_branch": project.default_branch,
                    "title": title,
                    "description": body,
                    "remove_source_branch": True,
                }
            )
            return str(made.web_url)

    def issue(self, marker: str, title: str, body: str, *, keep_open: bool) -> str:
        """Open, update, reopen or close the issue."""
        with self._said("the issue"):
            project = self._project()
            found = [
                i
                for i in project.issues.list(
                    iterator=True, labels=[LABEL], scope="all", order_by="created_at", sort="asc", per_page=100
                )
                if (i.description or "").startswith(marker) and i.author["id"] == self._me()
            ]
            open_ones = [i for i in found if i.state == "opened"]
            if not found:
                if not keep_open:
                    return ""
                made = project.issues.create({"title": title, "description": body, "labels": LABEL})
                return str(made.web_url)
            first = (open_ones or found[-1:])[0]
            if first.state == "closed" and not keep_open:
                return ""
            if first.description.strip() != body.strip():
                first.description = body
            if keep_open != (first.state == "opened"):
                first.state_event = "reopen" if keep_open else "close"
            first.save()
            for other in open_ones[1:]:
                other.state_event = "close"
                other.save()
            return str(first.web_url)

    def _project(self) -> Any:
        return self._client.projects.get(self._place.repository, lazy=True)

    def _path(self, number: int) -> str:
        return f"/projects/{gitlab.utils.EncodedId(self._place.repository)}/merge_requests/{number}"

    def _own(self, note: Any, marker: str) -> bool:
        return not note.system and note.body.startswith(marker) and note.author["id"] == self._me()

    def _me(self) -> int:
        """The user of the token."""
        if self._client.user is None:
            self._client.auth()
        if self._client.user is None:
            raise PlatformError("GitLab does not return the user of the token", HINTS[401])
        return int(self._client.user.id)

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        where = f"GitLab: {self._place.repository}: {what}"
        try:
            yield
        except GitlabError as error:
            said = str(error.error_message)
            raise refused(where, error.response_code or 0, said, self._place.token, HINTS) from None
        except requests.RequestException as error:
            why = type(error).__name__
            raise PlatformError(f"{where}: {self._place.url} cannot be reached: {why}", "Try again.") from None
