"""States in HCP Terraform and Terraform Enterprise: `tfc://organization/workspace`, or `tfc://host/organization/workspace`.

The workspace may be a glob; `tfc://organization/?tag=x&project=y` stands for all that have the tag, in that project.
The token is Terraform's: TF_TOKEN_<host>, else what `terraform login` wrote, else the CLI configuration's.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec

from drift.desired.backends import Lock, web
from drift.desired.backends.url import build, parse
from drift.errors import StateError
from drift.model import bounds

scheme = "tfc"

HCP = "app.terraform.io"
_TRUSTED = {HCP: "archivist.terraform.io", "app.eu.terraform.io": "archivist.eu.terraform.io"}
"""Where HCP Terraform keeps the states themselves; Enterprise keeps them on its own host."""


_bases: dict[str, str] = {}
"""Host -> where its API is; asked for once."""


@dataclass(frozen=True, slots=True)
class _At:
    url: str
    host: str
    organization: str
    workspace: str


def find(url: str) -> list[str]:
    """The workspaces that a glob, a tag or a project stands for."""
    at, query = _parse(url), parse(url).query
    wanted = {name: query[name] for name in ("tag", "project") if query.get(name)}
    if at.workspace and not glob.has_magic(at.workspace) and not wanted:
        return [url]
    if not at.workspace and not wanted:
        raise StateError(url, "no workspace in this address", "Write tfc://organization/workspace, or ?tag= or /*.")
    search = {"search[tags]": wanted["tag"]} if "tag" in wanted else {}
    if "project" in wanted:
        search["filter[project][id]"] = _project(at, wanted["project"])
    every = _pages(at, f"organizations/{quote(at.organization)}/workspaces", search)
    found = sorted(n for w in every if fnmatch.fnmatchcase(n := _attribute(w, "name"), at.workspace or "*"))
    if not found:
        raise StateError(url, "no workspace matches", "Check the organization, the tag and the project.")
    rest = {"token": query.get("token")}
    where = f"{at.organization}/" if at.host == _default_host() else f"{at.host}/{at.organization}/"
    return [build(scheme, where + name, rest) for name in found]


def read(url: str) -> bytes:
    """The current state version of a workspace."""
    at = _parse(url)
    workspace = _workspace(at)
    version = _api(at, f"workspaces/{quote(str(workspace.get('id')))}/current-state-version")
    if version is None:
        raise StateError(url, "no state here: nothing was applied yet, or the token may not read states", _hint(at))
    address = _attribute(version.get("data"), "hosted-state-download-url")
    if not address:
        raise StateError(url, "the upload of the state is not complete yet", "Run again.")
    address = urljoin(f"https://{at.host}/", address)
    to = urlsplit(address)
    if to.scheme != "https":
        raise StateError(url, "the server stores the state at a URL without TLS")
    trusted = to.netloc in (at.host, _TRUSTED.get(at.host))
    reply = web.get(address, url, _secret(at) if trusted else {})
    if reply.status != 200:
        raise web.refused(url, reply.status, _hint(at))
    return reply.body


def lock(url: str) -> Lock | None:
    """Whether a run or a user has locked the workspace; the API does not say since when."""
    at = _parse(url)
    try:
        answer = _api(at, _path(at), {"include": "locked_by"})
    except StateError:
        return None  # reading says it
    if answer is None or not _attribute(answer.get("data"), "locked"):
        return None
    by = [_attribute(i, "username") or f"run {i.get('id')}" for i in _dicts(answer.get("included"))]
    return Lock(who=by[0] if by else "")


def _parse(url: str) -> _At:
    at = parse(url)
    names = [at.host, *at.path.split("/")]
    host = at.query.get("hostname") or _default_host()
    if "." in names[0] or ":" in names[0]:
        host = names.pop(0)
    if len(names) != 2 or not names[0] or not re.fullmatch(r"[\w.-]+(:\d+)?", host):
        raise StateError(url, "not the address of a workspace", "Write tfc://organization/workspace.")
    return _At(url, host.lower(), *names)


def _default_host() -> str:
    return os.environ.get("TF_CLOUD_HOSTNAME") or HCP


def _path(at: _At) -> str:
    return f"organizations/{quote(at.organization)}/workspaces/{quote(at.workspace)}"


def _workspace(at: _At) -> dict[str, Any]:
    answer = _api(at, _path(at))
    if answer is None or not isinstance(answer.get("data"), dict):
        raise StateError(at.url, "no such workspace, or the token may not see it", _hint(at))
    found: dict[str, Any] = answer["data"]
    return found


def _project(at: _At, name: str) -> str:
    every = _pages(at, f"organizations/{quote(at.organization)}/projects", {"filter[names]": name})
    for project in every:
        if _attribute(project, "name") == name:
            return str(project.get("id"))
    raise StateError(at.url, f"no project {name!r}, or the token may not see it", _hint(at))


def _pages(at: _At, path: str, search: dict[str, str]) -> Iterator[dict[str, Any]]:
    page = 1
    while page:
        answer = _api(at, path, {**search, "page[size]": "100", "page[number]": str(page)})
        if answer is None:
            raise StateError(at.url, "no such organization, or the token may not see it", _hint(at))
        yield from _dicts(answer.get("data"))
        meta = answer.get("meta")
        following = (meta.get("pagination") or {}).get("next-page") if isinstance(meta, dict) else None
        page = following if isinstance(following, int) and following > page else 0


def _api(at: _At, path: str, query: dict[str, str] | None = None) -> dict[str, Any] | None:
    """The answer of the API, None for 404."""
    asked = f"?{urlencode(query)}" if query else ""
    reply = web.get(urljoin(_base(at.host, at.url), path) + asked, at.url, _secret(at))
    if reply.status == 404:
        return None
    if reply.status != 200:
        raise web.refused(at.url, reply.status, _hint(at))
    return _object(reply.body, at.url)


def _base(host: str, source: str) -> str:
    """Where the API is, by Terraform's service discovery."""
    if host not in _bases:
        _bases[host] = _discovered(host, source)
    return _bases[host]


def _discovered(host: str, source: str) -> str:
    reply = web.get(f"https://{host}/.well-known/terraform.json", source, {})
    found = _object(reply.body, source).get("tfe.v2") if reply.status == 200 else None
    base = urljoin(f"https://{host}/", found if isinstance(found, str) else "/api/v2/")
    if urlsplit(base)[:2] != ("https", host):
        raise StateError(
            source, "its service discovery names a server on another host", "Set TF_CLOUD_HOSTNAME to that host."
        )
    return base if base.endswith("/") else f"{base}/"


def _object(body: bytes, source: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise StateError(
            source, "the server is neither HCP Terraform nor Terraform Enterprise", "Check the host's name."
        ) from None


def _attribute(thing: Any, name: str) -> Any:
    attributes = thing.get("attributes") if isinstance(thing, dict) else None
    return attributes.get(name) if isinstance(attributes, dict) else None


def _dicts(things: Any) -> list[dict[str, Any]]:
    return [t for t in things if isinstance(t, dict)] if isinstance(things, list) else []


def _secret(at: _At) -> dict[str, str]:
    token = parse(at.url).query.get("token") or token_for(at.host)
    if not token:
        raise StateError(at.url, f"no token for {at.host}", _hint(at))
    return {"Authorization": f"Bearer {token}"}


def _hint(at: _At) -> str:
    name = "TF_TOKEN_" + at.host.replace("-", "__").replace(".", "_")
    host = at.host if at.host != HCP else ""
    return f"Run `{f'terraform login {host}'.strip()}`, or set {name} to a token that may read states."


def token_for(host: str) -> str:
    """Terraform's token for a host; empty where it has none."""
    for name, value in sorted(os.environ.items()):
        if name.startswith("TF_TOKEN_"):
            named = name.removeprefix("TF_TOKEN_").replace("__", "-").replace("_", ".")
            if named.lower() == host and value:
                return value
    home = Path(os.environ.get("HOME") or "~").expanduser()
    try:
        kept = msgspec.json.decode(bounds.contents(home / ".terraform.d/credentials.tfrc.json", bounds.SETTINGS_BYTES))
        return str(kept["credentials"][host]["token"])
    except (OSError, msgspec.DecodeError, KeyError, TypeError, RecursionError):
        pass
    try:
        text = bounds.text(os.environ.get("TF_CLI_CONFIG_FILE") or home / ".terraformrc", bounds.SETTINGS_BYTES)
    except (OSError, ValueError):
        return ""
    block = re.search(rf'^\s*credentials\s+"{re.escape(host)}"\s*\{{[^}}]*?\btoken\s*=\s*"([^"]*)"', text, re.MULTILINE)
    return block[1] if block else ""
