"""Tokens of Entra ID for Azure's storage, from the credentials that Terraform's `azurerm` backend takes.

ARM_TENANT_ID and ARM_CLIENT_ID with ARM_CLIENT_SECRET, ARM_CLIENT_CERTIFICATE_PATH or an OIDC token (ARM_OIDC_TOKEN,
ARM_OIDC_TOKEN_FILE_PATH); ARM_USE_MSI; else what azure-identity finds: AZURE_*, a workload's or managed identity,
`az login`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from drift import installation
from drift.errors import StateError

SCOPE = "https://storage.azure.com/.default"
AUTHORITIES = {"china": "login.chinacloudapi.cn", "usgovernment": "login.microsoftonline.us"}

NAMES = (
    "tenant_id",
    "client_id",
    "client_secret",
    "client_certificate_path",
    "client_certificate_password",
    "oidc_token",
    "oidc_token_file_path",
    "use_msi",
    "environment",
)
"""What a backend configures, and an environment variable after ARM_."""

_LOG_IN = "Run `az login`, or set ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET; or ARM_ACCESS_KEY, ARM_SAS_TOKEN."
_lock = threading.Lock()


def token(url: str, query: Mapping[str, str]) -> str:
    """A token for the storage of the account at `url`; StateError says what is missing."""
    setup = tuple((n, query.get(n) or os.environ.get(f"ARM_{n.upper()}", "")) for n in NAMES)
    try:
        from azure.core.exceptions import ClientAuthenticationError
    except ImportError as error:
        raise StateError(
            url,
            f"authentication with Entra ID needs azure-identity: {error}",
            f"{installation.hint('azure')} Or set ARM_ACCESS_KEY or ARM_SAS_TOKEN.",
        ) from None
    try:
        with _lock:  # one sign-in serves all states
            return str(_credential(setup).get_token(SCOPE).token)
    except (ClientAuthenticationError, OSError, ValueError) as error:
        reason = type(error).__name__  # its text is long and may quote what was sent
        raise StateError(url, f"no Azure credentials to read the state ({reason})", _LOG_IN) from None


@cache
def _credential(setup: tuple[tuple[str, str], ...]) -> Any:
    from azure import identity

    of = dict(setup)
    tenant, client = of["tenant_id"], of["client_id"]
    authority = {"authority": a} if (a := AUTHORITIES.get(of["environment"].lower())) else {}
    if tenant and client and of["client_secret"]:
        return identity.ClientSecretCredential(tenant, client, of["client_secret"], **authority)
    if tenant and client and of["client_certificate_path"]:
        password = of["client_certificate_password"] or None
        path = of["client_certificate_path"]
        return identity.CertificateCredential(tenant, client, path, password=password, **authority)
    if tenant and client and (of["oidc_token"] or of["oidc_token_file_path"]):
        return identity.ClientAssertionCredential(tenant, client, lambda: _assertion(of), **authority)
    if of["use_msi"].lower() in ("1", "t", "true"):
        return identity.ManagedIdentityCredential(client_id=client or None)
    return identity.DefaultAzureCredential(**authority)


def _assertion(of: Mapping[str, str]) -> str:
    return of["oidc_token"] or Path(of["oidc_token_file_path"]).read_text().strip()
