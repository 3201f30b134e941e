"""The several names of one thing: an ARN, an id, an alias, a domain name, a version."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.providers.aws.arn import Arn


def group_arn(value: Any) -> str | None:
    """The ARN of a log group, without the `:*` that stands for its streams and that some answers end in."""
    return str(value).removesuffix(":*") if value else None


def same_key(want: Value, have: Value) -> bool:
    """One KMS key by its id and by its ARN, or one alias by its name and by its ARN (KMS developer guide, "Key
    identifiers"). An alias and a key are two things: an alias may come to stand for another key."""
    if not (isinstance(want, str) and isinstance(have, str)):
        return False
    one, other = Arn.parse(want), Arn.parse(have)
    if (one is None) == (other is None):
        return want == have
    full, bare = (one, have) if one is not None else (other, want)
    return full is not None and full.service == "kms" and full.resource.removeprefix("key/") == bare


def same_name(want: Value, have: Value) -> bool:
    """One thing by its name, with or without its path, and by its ARN: `arn:aws:iam::1:role/service/x` and `x`."""
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
    """`8.0` is any 8.0.x: who asks for a version that is less than whole leaves the rest to AWS."""
    return isinstance(want, str) and isinstance(have, str) and have.startswith((f"{want}.", f"{want}-"))


def last_of_arn(value: Any) -> str | None:
    """The name at the end of an ARN, or the name itself."""
    return None if value in (None, "") else str(value).rsplit(":", 1)[-1].rsplit("/", 1)[-1]
