"""botocore's models of AWS's services, read for what drift asks of them.

botocore decodes a model whole, its documentation included, and makes a method of every operation. Here a client has
the operations that drift may call and no others, and a shape is decoded when it is first looked at: that takes a tenth
of the time, and the clients cannot write.
"""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from drift.providers.aws.allowed import operations_allowed

_ENDINGS = (".json", ".json.gz")
_OWN: Mapping[str, frozenset[str]] = {"s3": frozenset({"HeadBucket", "CreateSession"})}
"""Service -> what botocore calls by itself: to find a bucket's region, and to sign in to a directory bucket."""
_SIGN_IN = frozenset({"sts", "sso", "sso-oidc", "signin"})
"""Services that botocore itself asks for credentials."""
_ENDPOINTS = re.compile(rb'"endpointoperation"\s*:\s*true')
"""How a model marks the operation by which botocore finds a service's endpoints."""


_Members = dict[str, msgspec.Raw]


class Models:
    """Reads botocore's models: the form of `botocore.loaders.JSONFileLoader`."""

    def exists(self, file_path: str) -> bool:
        """Whether there is a model; `file_path` is without the extension."""
        return any(os.path.isfile(file_path + ending) for ending in _ENDINGS)  # noqa: PTH113 - of 400 services, thrice

    def load_file(self, file_path: str) -> Any:
        """The model; None where there is none."""
        for ending in _ENDINGS:
            if os.path.isfile(file_path + ending):  # noqa: PTH113
                data = Path(file_path + ending).read_bytes()
                return _decoded(Path(file_path), gzip.decompress(data) if ending.endswith(".gz") else data)
        return None


class _Lazy(dict[str, Any]):
    """Members that are decoded when they are first looked at."""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if isinstance(value, msgspec.Raw):  # two threads may decode it at once: both find the same
            value = self[key] = msgspec.json.decode(value)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """The member, decoded."""
        try:
            return self[key]
        except KeyError:
            return default


def _decoded(file_path: Path, data: bytes) -> Any:
    if file_path.name != "service-2":
        return msgspec.json.decode(data)
    model: dict[str, Any] = msgspec.json.decode(data, type=_Members)
    large = {name: msgspec.json.decode(model.pop(name, b"{}"), type=_Members) for name in ("operations", "shapes")}
    service = file_path.parts[-3]  # …/sqs/2012-11-05/service-2
    if service not in _SIGN_IN:
        allowed = operations_allowed(service) | _OWN.get(service, frozenset())
        large["operations"] = {
            name: raw for name, raw in large["operations"].items() if name in allowed or _ENDPOINTS.search(raw)
        }
    rest = {name: msgspec.json.decode(raw) for name, raw in model.items()}
    return rest | {name: _Lazy(members) for name, members in large.items()}
