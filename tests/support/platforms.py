"""Stand-ins for GitHub, GitLab and a webhook on this machine: they keep what is posted, and refuse as the real ones do.

Shapes, status codes, headers and limits are those of the platforms' published references: authentication, pages with
`Link` headers, 429 and 403 with `Retry-After`, bodies that are too long, and things that belong to others.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_" + "s3cr3t" * 6
Answer = tuple[int, Any]


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class StandIn:
    """What a server knows, and the answers it gives."""

    requests: list[Request] = field(default_factory=list)
    refusals: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    """Given before anything else, in this order."""
    down: tuple[int, dict[str, str], Any] | None = None
    """Given to every request, as long as it is set; status 0: the connection is closed without an answer."""
    moved: dict[str, str] = field(default_factory=dict)
    """Path -> where it leads with 307."""
    url: str = ""

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def writes(self) -> list[str]:
        return [f"{r.method} {r.path}" for r in self.requests if r.method != "GET"]


def paged(found: list[Any], request: Request, url: str) -> tuple[list[Any], dict[str, str]]:
    """One page, with the header that leads to the next."""
    size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
    rest = found[(page - 1) * size :]
    headers = {}
    if len(rest) > size:
        query = "&".join(f"{k}={v}" for k, v in {**request.query, "page": str(page + 1)}.items())
        headers["Link"] = f'<{url}{request.path}?{query}>; rel="next"'
        headers["X-Next-Page"] = str(page + 1)
    return rest[:size], headers


@dataclass
class GitHubStandIn(StandIn):
    """One repository, `acme/shop`, whose token is a job's own: it may not ask who it is."""

    files: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    readonly: bool = False
    rights: frozenset[str] = frozenset({"issues", "pull-requests"})
    """What the token may write, by the `permissions` of its job."""

    def answer(self, request: Request) -> Answer:  # noqa: C901 - a table of routes
        if request.headers.get("authorization") not in (f"token {TOKEN}", f"Bearer {TOKEN}"):
            return 401, {"message": "Bad credentials"}
        if request.path == "/user":
            return 403, {"message": "Resource not accessible by integration"}
        kind = "pull-requests" if "comments" in request.path or "/pulls" in request.path else "issues"
        if request.method != "GET" and (self.readonly or kind not in self.rights):
            return 403, {"message": f"Resource not accessible by integration {TOKEN}"}
        if isinstance(request.body, dict) and len(request.body.get("body", "")) > 65536:
            return 422, {"message": "Validation Failed", "errors": ["body is too long (maximum is 65536 characters)"]}
        repository = "/repos/acme/shop"
        match request.method, request.path.removeprefix(repository).strip("/").split("/"):
            case "GET", [""]:
                return 200, {"full_name": "acme/shop", "default_branch": "main", "url": f"{self.url}{repository}"}
            case "GET", ["pulls"]:
                head = request.query["head"]
                return 200, [p for p in self.pulls if f"acme:{p['head']['ref']}" == head and p["state"] == "open"]
            case "POST", ["pulls"]:
                number = 300 + len(self.pulls)
                made = {**request.body, "number": number, "state": "open", "head": {"ref": request.body["head"]}}
                made |= {"url": f"{self.url}{repository}/pulls/{number}", "base": {"ref": request.body["base"]}}
                self.pulls.append(made | {"html_url": f"https://github.example/acme/shop/pull/{number}"})
                return 201, self.pulls[-1]
            case "PATCH", ["pulls", number]:
                pull = next(p for p in self.pulls if str(p["number"]) == number)
                pull |= request.body
                return 200, pull
            case "GET", ["pulls", "7"]:
                return 200, {"number": 7, "url": f"{self.url}{repository}/pulls/7"}
            case "GET", ["pulls", "7", "files"]:
                return 200, self.files
            case "GET", ["issues", "7"]:
                return 200, {"number": 7, "url": f"{self.url}{repository}/issues/7"}
            case "GET", ["issues", "7", "comments"]:
                return 200, self.comments
            case "POST", ["issues", "7", "comments"]:
                return 201, self._made(self.comments, request.body, "issues/comments")
            case "PATCH", ["issues", "comments", number]:
                return self._edited(self.comments, number, request.body)
            case "DELETE", ["issues", "comments", number]:
                self.comments = [c for c in self.comments if str(c["id"]) != number]
                return 204, None
            case "GET", ["issues"]:
                wanted = request.query.get("labels", "")
                return 200, [i for i in self.issues if wanted in [label["name"] for label in i["labels"]]]
            case "GET", ["issues", number]:
                return next(((200, i) for i in self.issues if str(i["number"]) == number), (404, {}))
            case "POST", ["issues"]:
                made = self._made(self.issues, request.body, "issues")
                made |= {"number": made["id"], "labels": [{"name": n} for n in request.body["labels"]], "state": "open"}
                return 201, made | {"url": f"{self.url}{repository}/issues/{made['id']}"}
            case "PATCH", ["issues", number]:
                return self._edited(self.issues, number, request.body)
        return 404, {"message": "Not Found"}

    def _made(self, into: list[dict[str, Any]], body: dict[str, Any], path: str) -> dict[str, Any]:
        number = 1000 + len(self.requests)
        made = {
            "id": number,
            "body": body["body"],
            "title": body.get("title"),
            "user": {"login": "github-actions[bot]", "type": "Bot"},
            "url": f"{self.url}/repos/acme/shop/{path}/{number}",
            "html_url": f"https://github.example/acme/shop/{number}",
        }
        into.append(made)
        return made

    def _edited(self, among: list[dict[str, Any]], number: str, body: dict[str, Any]) -> Answer:
        for thing in among:
            if str(thing["id"]) == number:
                thing |= body
                return 200, thing
        return 404, {"message": "Not Found"}


@dataclass
class GitLabStandIn(StandIn):
    """One project, 42, with one merge request."""

    diffs: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    proposed: list[dict[str, Any]] = field(default_factory=list)
    """The merge requests that drift opened."""
    issues: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        if request.headers.get("private-token") != TOKEN:
            return 401, {"message": "401 Unauthorized"}
        if request.path == "/api/v4/user":
            return 200, {"id": 5, "username": "bot"}
        words = request.path.removeprefix("/api/v4/projects/42").strip("/").split("/")
        return self._on_issues(request, words) if words[0] == "issues" else self._on_merge_requests(request, words)

    def _on_merge_requests(self, request: Request, words: list[str]) -> Answer:
        match request.method, words:
            case "GET", [""]:
                return 200, {"id": 42, "default_branch": "main", "path_with_namespace": "acme/shop"}
            case "GET", ["merge_requests"]:
                branch = request.query["source_branch"]
                return 200, [m for m in self.proposed if m["source_branch"] == branch and m["state"] == "opened"]
            case "POST", ["merge_requests"]:
                iid = 400 + len(self.proposed)
                made = {**request.body, "iid": iid, "id": iid, "state": "opened"}
                self.proposed.append(made | {"web_url": f"https://gitlab.example/acme/shop/-/merge_requests/{iid}"})
                return 201, self.proposed[-1]
            case "PUT", ["merge_requests", number] if number != "7":
                request_ = next(m for m in self.proposed if str(m["iid"]) == number)
                request_ |= request.body
                return 200, request_
            case "GET", ["merge_requests", "7"]:
                return 200, {"iid": 7, "web_url": "https://gitlab.example/acme/shop/-/merge_requests/7"}
            case "GET", ["merge_requests", "7", "diffs"]:
                return 200, self.diffs
            case "GET", ["merge_requests", "7", "notes"]:
                return 200, self.notes
            case "POST", ["merge_requests", "7", "notes"]:
                note = {
                    "id": 10_000 + len(self.requests),
                    "body": request.body["body"],
                    "author": {"id": 5},
                    "system": False,
                }
                self.notes.append(note)
                return 201, note
            case "PUT", ["merge_requests", "7", "notes", number]:
                note = next(n for n in self.notes if str(n["id"]) == number)
                note |= request.body
                return 200, note
            case "DELETE", ["merge_requests", "7", "notes", number]:
                self.notes = [n for n in self.notes if str(n["id"]) != number]
                return 204, None
        return 404, {"message": "404 Not Found"}

    def _on_issues(self, request: Request, words: list[str]) -> Answer:
        match request.method, words:
            case "GET", ["issues"]:
                return 200, self.issues
            case "POST", ["issues"]:
                fresh = 200 + len(self.requests)
                made = {**request.body, "iid": fresh, "id": fresh, "state": "opened", "author": {"id": 5}}
                made["web_url"] = f"https://gitlab.example/acme/shop/-/issues/{fresh}"
                self.issues.append(made)
                return 201, made
            case "PUT", ["issues", number]:
                issue = next(i for i in self.issues if str(i["iid"]) == number)
                event = request.body.pop("state_event", "")
                issue |= request.body
                issue["state"] = {"close": "closed", "reopen": "opened"}.get(event, issue["state"])
                return 200, issue
        return 404, {"message": "404 Not Found"}


@dataclass
class WebhookStandIn(StandIn):
    """Takes messages at its secret path, within Slack's limits: https://docs.slack.dev/reference/block-kit/blocks"""

    path: str = "/services/T0/B0/s3cr3tpath"

    def answer(self, request: Request) -> Answer:
        if request.path != self.path:
            return 404, "no_service"
        longest = {"header": 150, "section": 3000}
        blocks = request.body.get("blocks", [])
        fits = all(len(b["text"]["text"]) <= longest[b["type"]] for b in blocks if b["type"] in longest)
        return (
            (200, "ok")
            if fits and len(blocks) <= 50 and len(request.body.get("text", "")) <= 40_000
            else (
                400,
                "invalid_blocks",
            )
        )


@contextmanager
def served(stand_in: StandIn) -> Iterator[StandIn]:
    """The stand-in, answering on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            headers = {k.lower(): v for k, v in self.headers.items()}
            request = Request(self.command, parts.path, query, headers, json.loads(body) if body else None)
            stand_in.requests.append(request)
            refusal = stand_in.refusals.pop(0) if stand_in.refusals else stand_in.down
            if refusal:
                status, more, answer = refusal
                if status == 0:
                    self.close_connection = True
                    return
            else:
                (status, answer), more = stand_in.answer(request), {}
                if parts.path in stand_in.moved and status < 300:
                    status, more = 307, {"Location": stand_in.moved[parts.path]}
                if isinstance(answer, list):
                    answer, more = paged(answer, request, stand_in.url)
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **more}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
