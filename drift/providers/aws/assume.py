"""Assumes roles, one after the other. The credentials stay in memory, and botocore renews them in time."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

from drift.provider.contract import Role

NAME = "drift"
"""The name of the sessions, as CloudTrail shows them."""


def assume_roles(core: Any, roles: Sequence[Role], region: str, settings: Any) -> None:
    """Give a botocore session the credentials of the last role; each role is assumed with those of the one before.

    This makes no call. A role is assumed at the first call, and again 15 minutes before its credentials expire. They
    are valid for an hour, the most for a role that a role assumes (IAM User Guide, "Role chaining").
    """
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    def client(service: str, **credentials: Any) -> Any:
        return core.create_client(service, region_name=region, config=settings, **credentials)

    source: Any = _Own(core)
    for role in roles:
        said = {"RoleSessionName": NAME} | ({"ExternalId": role.external_id} if role.external_id else {})
        fetcher = AssumeRoleCredentialFetcher(client, source, role.name, extra_args=said, cache={})
        source = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    core._credentials = source  # what its credentials chain would find stands there


class _Own:
    """The credentials that the environment or the profile gives, found when they are first needed."""

    def __init__(self, core: Any) -> None:
        self._profile, self._find = core.profile, core.get_component("credential_provider").load_credentials

    def get_frozen_credentials(self) -> Any:
        """They as they are now; NoCredentialsError where there are none."""
        from botocore.exceptions import NoCredentialsError

        found = _shared(self._profile, self._find)
        if found is None:
            raise NoCredentialsError()
        return found.get_frozen_credentials()


_LOCK = threading.Lock()
_KEPT: dict[tuple[str | None, str], Any] = {}


def _shared(profile: str | None, find: Any) -> Any:
    """The credentials that assume the roles: found once, so that hundreds of roles need one sign-in."""
    key = profile, os.environ.get("AWS_ACCESS_KEY_ID", "")
    with _LOCK:
        if key not in _KEPT:
            _KEPT[key] = find()
        return _KEPT[key]
