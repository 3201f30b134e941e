"""Where a call goes, found once for each operation.

botocore evaluates the rules of a service's endpoints for each call, a tenth of its work. Their result depends on the
client and the operation, and on an argument in few services (S3's bucket).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

KEPT = 4096
"""Results that are kept of one client, where they depend on arguments: botocore keeps 100, fewer than there are
buckets in a large account."""
CHANGED_BY_CALLS = frozenset({"s3", "s3control"})
"""Services in whose calls botocore itself changes what the rules are given (`before-endpoint-resolution`): the region
of a bucket, once it is known."""


def remember(client: Any) -> None:
    """Have this client remember the endpoints of its operations."""
    resolver = getattr(client, "_ruleset_resolver", None)  # botocore has no public place for it
    if resolver is None:
        return
    resolver._provider.resolve_endpoint = lru_cache(KEPT)(resolver._provider.resolve_endpoint)
    if client.meta.service_model.service_name not in CHANGED_BY_CALLS:
        client._ruleset_resolver = Remembering(resolver)


class Remembering:
    """botocore's resolver, asked once for each operation without arguments that matter."""

    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resolver, name)

    def construct_endpoint(self, operation_model: Any, call_args: Any, request_context: Any) -> Any:
        """The endpoint of one call, as botocore's resolver gives it."""
        known = self._known.get(operation_model.name)
        if known is None:
            known = self._resolver.construct_endpoint(operation_model, call_args, request_context)
            if not operation_model.context_parameters and not operation_model.operation_context_parameters:
                self._known[operation_model.name] = known
        return known
