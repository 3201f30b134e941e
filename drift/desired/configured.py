"""From the configuration of a backend, as Terraform names its arguments, to the address of a workspace's state."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from drift.desired.backends import entra
from drift.desired.backends.url import build
from drift.errors import StateError

STATE = "terraform.tfstate"
DEFAULT = "default"
"""The workspace that there always is."""

PULL = "Let Terraform read it: `terraform state pull | drift check --state -`."

Config = Mapping[str, Any]


def place(kind: str, config: Config, name: str, directory: Path, source: str) -> str:
    """Where the backend of this type keeps the state of the workspace `name`: a path or a URL, which may hold secrets.

    StateError, about `source`, for a type that drift does not read.
    """
    if kind not in URLS:
        raise StateError(source, f"drift does not read states from the backend {kind!r}", PULL)
    return URLS[kind](config, name, directory)


def _local(config: Config, name: str, directory: Path) -> str:
    if name == DEFAULT:
        return os.path.normpath(directory / (config.get("path") or STATE))
    return os.path.normpath(directory / (config.get("workspace_dir") or f"{STATE}.d") / name / STATE)


def _s3(config: Config, name: str, _: Path) -> str:
    key = str(config.get("key") or "")
    if name != DEFAULT:
        key = f"{config.get('workspace_key_prefix') or 'env:'}/{name}/{key}"
    role = config.get("assume_role")
    role = role[0] if isinstance(role, list) and role else role
    role = role if isinstance(role, dict) else {}
    endpoints = config.get("endpoints")
    endpoints = endpoints[0] if isinstance(endpoints, list) and endpoints else endpoints
    endpoints = endpoints if isinstance(endpoints, dict) else {}
    query = {
        **{n: config.get(n) for n in ("region", "profile", "access_key", "secret_key", "token")},
        **{n: config.get(n) for n in ("sse_customer_key", "dynamodb_table")},
        "endpoint": endpoints.get("s3") or config.get("endpoint"),
        "sts_endpoint": endpoints.get("sts") or config.get("sts_endpoint"),
        "role_arn": role.get("role_arn") or config.get("role_arn"),
        "external_id": role.get("external_id") or config.get("external_id"),
    }
    return build("s3", f"{config.get('bucket')}/{key}", query)


def _gcs(config: Config, name: str, _: Path) -> str:
    prefix = posixpath.normpath("/" + str(config.get("prefix") or "")).strip("/")  # as Go's path.Join has it
    query = {
        **{n: config.get(n) for n in ("access_token", "credentials", "encryption_key", "impersonate_service_account")},
        "endpoint": config.get("storage_custom_endpoint"),
    }
    return build("gs", "/".join(filter(None, (str(config.get("bucket")), prefix, f"{name}.tfstate"))), query)


def _azurerm(config: Config, name: str, _: Path) -> str:
    key = f"{config.get('key')}{'' if name == DEFAULT else f'env:{name}'}"
    query = {n: config.get(n) for n in ("access_key", "sas_token", *entra.NAMES)}
    if query["use_msi"] is not None:
        query["use_msi"] = str(query["use_msi"]).lower()
    return build("azurerm", f"{config.get('storage_account_name')}/{config.get('container_name')}/{key}", query)


def _consul(config: Config, name: str, _: Path) -> str:
    query = {"workspace": name, "dc": config.get("datacenter"), "scheme": config.get("scheme")}
    address = str(config.get("address") or "").rpartition("://")[2]
    user, __, password = str(config.get("http_auth") or "").partition(":")
    who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return build("consul", f"{who}{address}/{config.get('path')}", {**query, "token": config.get("access_token")})


def _http(config: Config, _: str, directory: Path) -> str:
    address = config.get("address") or os.environ.get("TF_HTTP_ADDRESS")
    if not isinstance(address, str) or "://" not in address:
        raise StateError(str(directory), "the http backend has no address", "Set TF_HTTP_ADDRESS.")
    user, password = config.get("username"), config.get("password")
    who = f"{quote(str(user or ''), safe='')}:{quote(str(password or ''), safe='')}@" if user or password else ""
    return address.replace("://", f"://{who}", 1)


def _kubernetes(config: Config, name: str, _: Path) -> str:
    query = {"workspace": name, "server": config.get("host"), "token": config.get("token")}
    namespace = config.get("namespace") or os.environ.get("KUBE_NAMESPACE") or "default"
    return build("k8s", f"{namespace}/{config.get('secret_suffix')}", query)


def _pg(config: Config, name: str, directory: Path) -> str:
    address = config.get("conn_str") or os.environ.get("PG_CONN_STR") or "postgres://"
    scheme, found, rest = str(address).partition("://")
    if not found:
        hint = "Write conn_str as postgres://user@host/database, or use " + PULL
        raise StateError(str(directory), "the connection string of the pg backend is not a URL", hint)
    query = urlencode({k: v for k, v in {"schema_name": config.get("schema_name"), "workspace": name}.items() if v})
    return f"{scheme}://{rest}{'&' if '?' in rest else '?'}{query}"


def _remote(config: Config, name: str, directory: Path) -> str:
    """The `remote` backend, and the `cloud` block: with a name, a prefix, or by tags, where one is selected by name."""
    named = config.get("workspaces")
    named = named[0] if isinstance(named, list) and named else named
    named = named if isinstance(named, dict) else {}
    organization = config.get("organization") or os.environ.get("TF_CLOUD_ORGANIZATION")
    chosen = str(named.get("name") or f"{named.get('prefix') or ''}{name}")
    if not organization or (name == DEFAULT and not named.get("name")):
        lacks = "no workspace is selected" if organization else "no organization is set"
        hint = (
            "Run `terraform workspace select`, or set TF_WORKSPACE." if organization else "Set TF_CLOUD_ORGANIZATION."
        )
        raise StateError(str(directory), f"the state is in HCP Terraform, and {lacks}", hint)
    query = {"hostname": config.get("hostname"), "token": config.get("token")}
    return build("tfc", f"{organization}/{chosen}", query)


URLS: dict[str, Callable[[Config, str, Path], str]] = {
    "azurerm": _azurerm,
    "cloud": _remote,
    "consul": _consul,
    "gcs": _gcs,
    "http": _http,
    "kubernetes": _kubernetes,
    "local": _local,
    "pg": _pg,
    "remote": _remote,
    "s3": _s3,
}
"""Backend type -> the place of a workspace's state, from the configuration that `terraform init` resolved."""
