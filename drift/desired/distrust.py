"""What a configuration may not say of its state where its author is not trusted: whose credentials read it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from drift.desired.backends import scheme_of
from drift.desired.backends.url import parse
from drift.errors import DistrustError
from drift.model import trust
from drift.model.checkout import is_outside

CHOOSING = (
    "profile", "role_arn", "impersonate_service_account", "credentials", "tenant_id", "client_id",
    "client_certificate_path", "oidc_token_file_path", "use_msi",
)  # fmt: skip
"""Parameters of a place that choose among the credentials of the machine; a key that is written out does not."""


def check(place: str, given: Collection[str] = ()) -> str:
    """A place that a configuration names; DistrustError where that is not its author's to say. `given` are parameters
    that come from the command line."""
    if not trust.is_untrusted():
        return place
    if not scheme_of(place):
        if is_outside(Path(place)):
            raise DistrustError(
                f"the state {place} is outside of the checkout, and the repository is not trusted",
                "Name the state with --state, or run without --untrusted.",
            )
        return place
    query = parse(place).query
    chosen = next((name for name in CHOOSING if query.get(name) and name not in given), "")
    if chosen:
        raise DistrustError(
            f"the backend chooses {chosen}, and the repository is not trusted",
            f"Give it with --backend-config {chosen}=…, name the state with --state, or run without --untrusted.",
        )
    return place
