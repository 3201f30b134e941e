"""States in Kubernetes, as Terraform's `kubernetes` backend keeps them: `k8s://namespace/secret_suffix`.

After `?`: `workspace`, and `server` (else KUBE_HOST). The token is KUBE_TOKEN, the authority KUBE_CLUSTER_CA_CERT_DATA.
In a pod it is its service account's. Elsewhere `kubectl proxy` opens a door with the credentials of the kubeconfig.
"""

from __future__ import annotations

import base64
import binascii
import os
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from drift.desired.backends import Lock, lock_from, web
from drift.desired.backends.url import Url, parse
from drift.desired.state.wrapped import GZIP, inflated
from drift.errors import StateError

scheme = "k8s"

POD = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod has its service account's token and the cluster's authority."""

_REACH = (
    "Run `kubectl proxy` and add ?server=http://127.0.0.1:8001, or set KUBE_HOST and KUBE_TOKEN "
    "to an account that may get and list secrets and get leases in this namespace."
)


def read(url: str) -> bytes:
    """The state in the secret, and in those of its further parts where it is large."""
    at = _parse(url)
    secrets = f"api/v1/namespaces/{quote(at.host)}/secrets"
    first = _object(url, f"{secrets}/{quote(_secret_name(at))}")
    if first is None:
        raise StateError(url, "no state here: nothing was applied yet", "?workspace= names another workspace.")
    workspace = at.query.get("workspace") or "default"
    labels = f"tfstate=true,tfstateSecretSuffix={at.path},tfstateWorkspace={workspace}"
    listed = (_object(url, f"{secrets}?{urlencode({'labelSelector': labels})}") or {}).get("items")
    prefix = f"{_secret_name(at)}-part-"
    parts = {}
    for secret in listed if isinstance(listed, list) else ():
        name = str(_field(secret, "metadata", "name"))
        if name.startswith(prefix) and (number := name.removeprefix(prefix)).isdecimal():
            parts[int(number)] = secret
    try:
        whole = b"".join(
            base64.b64decode(str(_field(secret, "data", "tfstate") or ""), validate=True)
            for secret in (first, *(parts[n] for n in sorted(parts)))
        )
    except binascii.Error:
        whole = b""
    if whole[:2] != GZIP:
        raise StateError(url, "its secret contains no compressed state", "Check the suffix and the namespace.")
    return inflated(whole, url)


def lock(url: str) -> Lock | None:
    """The lease `lock-<secret>` while somebody holds it, with Terraform's record of the lock."""
    at = _parse(url)
    name = f"lock-{_secret_name(at)}"
    try:
        lease = _object(url, f"apis/coordination.k8s.io/v1/namespaces/{quote(at.host)}/leases/{quote(name)}")
    except StateError:
        return None  # reading says it
    if not lease or not _field(lease, "spec", "holderIdentity"):
        return None
    info = _field(_field(lease, "metadata"), "annotations", "app.terraform.io/lock-info")
    return lock_from(str(info or "").encode())


def _parse(url: str) -> Url:
    at = parse(url)
    if not at.host or not at.path or "/" in at.path:
        raise StateError(url, "not the address of a secret", "Write k8s://namespace/secret_suffix.")
    return at


def _secret_name(at: Url) -> str:
    return f"tfstate-{at.query.get('workspace') or 'default'}-{at.path}"


def _field(thing: Any, *names: str) -> Any:
    for name in names:
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing


def _object(url: str, path: str) -> dict[str, Any] | None:
    server, token, context = _reach(url, parse(url))
    secret = {"Authorization": f"Bearer {token}"} if token else {}
    reply = web.get(f"{server}/{path}", url, secret, context=context)
    if reply.status == 404:
        return None
    if reply.status != 200:
        raise web.refused(url, reply.status, _REACH if reply.status in (401, 403) else "")
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise StateError(url, "the server is not Kubernetes", _REACH) from None


def _reach(url: str, at: Url) -> tuple[str, str, ssl.SSLContext | None]:
    """(server, token, whom to trust); KUBE_TOKEN goes to KUBE_HOST, or to a server given in the address."""
    env = os.environ
    server = (at.query.get("server") or env.get("KUBE_HOST") or "").rstrip("/")
    if server:
        token = at.query.get("token") or env.get("KUBE_TOKEN", "")
        authority = env.get("KUBE_CLUSTER_CA_CERT_DATA")
        return server if "://" in server else f"https://{server}", token, _trust(url, authority)
    host, port = env.get("KUBERNETES_SERVICE_HOST"), env.get("KUBERNETES_SERVICE_PORT", "443")
    try:
        token, authority = (POD / "token").read_text().strip(), (POD / "ca.crt").read_text()
    except OSError:
        host = None
    if not host:
        raise StateError(url, "no Kubernetes cluster is configured", _REACH)
    return f"https://{f'[{host}]' if ':' in host else host}:{port}", token, _trust(url, authority)


def _trust(url: str, authority: str | None) -> ssl.SSLContext | None:
    try:
        return ssl.create_default_context(cadata=authority) if authority else None
    except (ssl.SSLError, ValueError):
        raise StateError(url, "the cluster's certificate authority is not a certificate", "Set it in PEM.") from None
