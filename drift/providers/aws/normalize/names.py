"""Different names of one resource: ARN, id, alias, domain name, version."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.providers.aws.arn import Arn


def group_arn(value: Any) -> str | None:
    """The ARN of a log group, without the `:*` for its streams at the end of some answers."""
    return str(value).removesuffix(":*") if value else None


def same_key(want: Value, have: Value) -> bool:
    """Whether two texts name one KMS key by id or ARN, or one alias by name or ARN (KMS developer guide, "Key
    identifiers"). An alias never equals a key, because it may later name another key."""
    if not (isinstance(want, str) and isinstance(have, str)):
        return False
    one, other = Arn.parse(want), Arn.parse(have)
    if (one is None) == (other is None):
        return want == have
    full, bare = (one, have) if one is not None else (other, want)
    return full is not None and full.service == "kms" and full.resource.removeprefix("key/") == bare


def same_name(want: Value, have: Value) -> bool:
    """Whether two texts name one resource: by its name, with or without path, or by its ARN:
    `arn:aws:iam::1:role/service/x` and `x`."""
    if not (isinstance(want, str) and isinstance(have, str)):
        return False
    one, other = Arn.parse(want), Arn.parse(have)
    if (one is None) == (other is None):
        return want == have
    full, bare = (one, have) if one is not None else (other, want)
    if full is None or not bare:
        return False
    _, _, name = full.resource.replace(":", "/", 1).partition("/")
    return bare.strip("/") in (name, name.rpartition("/")[2])


def version_prefix(want: Value, have: Value) -> bool:
    """Whether an incomplete version includes a complete one: `8.0` includes every 8.0.x, because AWS chooses the
    rest."""
    return isinstance(want, str) and isinstance(have, str) and have.startswith((f"{want}.", f"{want}-"))


def last_of_arn(value: Any) -> str | None:
    """The name at the end of an ARN, or the name itself."""
    return None if value in (None, "") else str(value).rsplit(":", 1)[-1].rsplit("/", 1)[-1]
