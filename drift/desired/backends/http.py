"""States behind HTTP, as Terraform's `http` backend keeps them; GitLab's among them.

Credentials: in the address, TF_HTTP_USERNAME and TF_HTTP_PASSWORD (where TF_HTTP_ADDRESS is set: for its host alone),
else for GitLab's API, on gitlab.com or the host that CI_SERVER_URL or GITLAB_HOST names: GITLAB_TOKEN or CI_JOB_TOKEN.
Such a server tells of a lock only to who tries to lock.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import ssl

from drift.desired.backends import web
from drift.desired.backends.url import Url, parse
from drift.errors import StateError

scheme = "http"

_GITLAB = re.compile(r"(.*/)?api/v4/projects/[^/]+/terraform/state/[^/]+(/versions/\d+)?")
_CREDENTIALS = "Set TF_HTTP_USERNAME and TF_HTTP_PASSWORD."
_GITLAB_CREDENTIALS = (
    "Set GITLAB_TOKEN to a token with the scope read_api (and GITLAB_HOST, if it is not gitlab.com), "
    "or TF_HTTP_USERNAME and TF_HTTP_PASSWORD."
)


def read(url: str) -> bytes:
    """The state that the server answers with; StateError where it has none."""
    at = parse(url)
    if not at.host:
        raise StateError(url, "no host in this address", "Write https://host/path.")
    query = f"?{url.partition('?')[2]}" if "?" in url else ""
    address = f"{at.scheme}://{at.host}/{at.path}{query}"
    reply = web.get(address, url, _secret(at), context=_trust(url) if at.scheme == "https" else None)
    if reply.status in (204, 404) or (reply.status == 200 and not reply.body):
        hint = "Check the address. A server may also return 404 if the credentials have no access."
        raise StateError(url, "no state here: nothing was applied yet", hint)
    if reply.status != 200:
        hint = _GITLAB_CREDENTIALS if _GITLAB.fullmatch(at.path) else _CREDENTIALS
        raise web.refused(url, reply.status, hint if reply.status in (401, 403) else "")
    digest = reply.headers.get("content-md5")
    if digest and base64.b64encode(hashlib.md5(reply.body, usedforsecurity=False).digest()).decode() != digest:
        raise StateError(url, "damaged in transit: its Content-MD5 does not match", "Run again.")
    return reply.body


def _secret(at: Url) -> dict[str, str]:
    if at.user or at.password:
        return {"Authorization": web.basic(at.user, at.password)}
    env = os.environ
    user, password = env.get("TF_HTTP_USERNAME", ""), env.get("TF_HTTP_PASSWORD", "")
    own = _host(env.get("TF_HTTP_ADDRESS", ""))
    if (user or password) and own in ("", at.host):
        return {"Authorization": web.basic(user, password)}
    gitlabs = {"gitlab.com", _host(env.get("CI_SERVER_URL", "")), _host(env.get("GITLAB_HOST", ""))}
    if at.host in gitlabs and _GITLAB.fullmatch(at.path):
        if token := env.get("GITLAB_TOKEN"):
            return {"Private-Token": token}
        if token := env.get("CI_JOB_TOKEN"):
            return {"Job-Token": token}
    return {}


def _host(address: str) -> str:
    """The host of an address, which may lack its scheme: GITLAB_HOST has either form."""
    return parse(address if "://" in address else f"https://{address}").host


def _trust(url: str) -> ssl.SSLContext:
    """The authorities to trust, as Terraform's variables say."""
    try:
        context = ssl.create_default_context(cadata=os.environ.get("TF_HTTP_CLIENT_CA_CERTIFICATE_PEM") or None)
    except (ssl.SSLError, ValueError):
        raise StateError(url, "TF_HTTP_CLIENT_CA_CERTIFICATE_PEM is not a certificate", "Set it in PEM.") from None
    if os.environ.get("TF_HTTP_SKIP_CERT_VERIFICATION", "").lower() in ("1", "t", "true"):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
