"""A run task for HCP Terraform and Terraform Enterprise: tells in every run what drifted among what its plan describes.

    RUN_TASK_KEY=… python run_task.py 8080

A run task is a service that HCP Terraform calls after a plan, and that answers later:
https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run-tasks/run-tasks-integration. This one fetches the
plan with the token of the run, checks it with `drift check`, and sends the verdict back. It needs `drift` on the PATH,
credentials that may read the account, and TLS in front of it. RUN_TASK_KEY is the HMAC key: a request without its
signature is refused. TFE_HOST is the host of Terraform Enterprise; the service speaks to no other. DRIFT_FAIL_ON is
what `drift check --fail-on` takes.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HOST = os.environ.get("TFE_HOST", "app.terraform.io")
SCHEME = "https"
SET_UP = "test-token"
"""The token of the request that comes while the task is set up."""
LOG = logging.getLogger("run-task")
BYTES = 1024 * 1024
"""Of a request, at most."""
PULSE = 240
"""Seconds: HCP Terraform gives up a task that says nothing for ten minutes."""
WAITING: queue.Queue[dict[str, Any]] = queue.Queue(maxsize=1000)


class Elsewhere(urllib.request.HTTPRedirectHandler):
    """A plan may be kept on another host: the token of the run does not go there."""

    def redirect_request(self, *arguments: Any) -> urllib.request.Request | None:
        """The request that follows, without the token."""
        followed = super().redirect_request(*arguments)
        if followed is not None:
            followed.remove_header("Authorization")
        return followed


def call(method: str, url: str, token: str, body: bytes | None = None) -> bytes:
    """Ask HCP Terraform; ValueError for an address elsewhere."""
    parts = urlsplit(url)
    if (parts.scheme, parts.netloc) != (SCHEME, HOST):
        raise ValueError(f"not an address of {HOST}")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/vnd.api+json"}
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - the scheme is looked at above
    with urllib.request.build_opener(Elsewhere).open(request, timeout=60) as answer:
        return bytes(answer.read())


def tell(task: dict[str, Any], status: str, message: str, outcomes: list[dict[str, Any]] | None = None) -> None:
    """Send the task's state back."""
    data: dict[str, Any] = {"type": "task-results", "attributes": {"status": status, "message": message[:500]}}
    if outcomes and task.get("capabilities", {}).get("outcomes"):
        data["relationships"] = {"outcomes": {"data": outcomes[:100]}}
    body = json.dumps({"data": data}).encode()
    call("PATCH", task["task_result_callback_url"], task["access_token"], body)


def check(task: dict[str, Any]) -> None:
    """Check the plan of one run."""
    with tempfile.TemporaryDirectory() as name:
        plan, report, said = (Path(name, file) for file in ("plan.json", "drift.json", "said"))
        plan.write_bytes(call("GET", task["plan_json_api_url"], task["access_token"]))
        fail_on = os.environ.get("DRIFT_FAIL_ON", "any")
        words = ["drift", "--untrusted", "check", "--state", str(plan), "--only-state", "--fail-on", fail_on]
        with said.open("wb") as errors:
            drift = subprocess.Popen([*words, "--format", f"json={report}"], stderr=errors, cwd=name)  # noqa: S603 - no word comes from outside
            try:
                while True:
                    try:
                        status = drift.wait(PULSE)
                        break
                    except subprocess.TimeoutExpired:
                        with contextlib.suppress(OSError):  # the next one may arrive
                            tell(task, "running", "drift is reading the account")
            finally:
                drift.kill()
        verdict = "failed" if status else "passed"
        if not report.exists():
            why = said.read_text(errors="replace").strip().splitlines() or ["no output"]
            tell(task, verdict, f"drift could not check this run: {why[0]}")
            return
        found = json.loads(report.read_text())
        total = found["summary"]
        counts = ", ".join(f"{total[kind]} {kind}" for kind in ("modified", "missing") if total[kind])
        unread = "; not everything could be read" if status == 3 or total["unread"] else ""
        tell(task, verdict, f"{counts or 'no drift'}{unread}", [outcome(entry) for entry in found["drift"]])


def outcome(entry: dict[str, Any]) -> dict[str, Any]:
    """One drifted resource, as HCP Terraform shows it below the task."""
    paths = ", ".join(change["path"] for change in entry.get("changes", ()))
    findings = [f for f in entry.get("findings", ()) if f["verdict"] == "fail" and f["effect"] != "resolved"]
    lines = [f"**{f['severity']}**: {f['title']}" for f in findings]
    name = entry.get("address") or f"{entry['type']} {entry['id']}"
    attributes = {
        "outcome-id": entry["fingerprint"],
        "description": f"{entry['kind']}: {name}" + (f": {paths}" if paths else ""),
        "body": "\n\n".join(lines) or "No finding.",
    }
    return {"type": "task-result-outcomes", "attributes": attributes}


def work() -> None:
    """Check what waits, one run after another."""
    while True:
        task = WAITING.get()
        try:
            check(task)
        except Exception as error:  # noqa: BLE001 - one run that cannot be checked does not end the service
            LOG.error("%s: %s", task.get("run_id"), type(error).__name__)
            try:
                tell(task, "failed", f"drift could not check this run: {type(error).__name__}")
            except Exception:  # noqa: BLE001 - nobody is left to tell
                LOG.error("%s: the verdict could not be sent", task.get("run_id"))
        WAITING.task_done()


class Handler(BaseHTTPRequestHandler):
    """Takes requests: 200 at once, for HCP Terraform waits ten seconds."""

    timeout = 30
    """Seconds that a client may keep a thread waiting."""

    def do_POST(self) -> None:
        """Queue a run whose request is signed."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and int(length) <= BYTES):
            self.send_error(413)
            return
        body = self.rfile.read(int(length))
        signed = hmac.new(os.environ["RUN_TASK_KEY"].encode(), body, hashlib.sha512).hexdigest()
        if not hmac.compare_digest(signed, self.headers.get("X-Tfc-Task-Signature", "")):
            self.send_error(401)
            return
        task = json.loads(body)
        if task["access_token"] != SET_UP and task.get("plan_json_api_url"):
            WAITING.put_nowait(task)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main() -> None:
    """Serve until it is ended."""
    if not os.environ.get("RUN_TASK_KEY"):
        sys.exit("RUN_TASK_KEY is not set: without it anybody could start checks")
    threading.Thread(target=work, daemon=True).start()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    ThreadingHTTPServer(("", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
