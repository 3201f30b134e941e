"""The AWS provider's own functions."""

from __future__ import annotations

from drift.desired.hcl.functions.registry import Context, function, over
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import object_val
from drift.desired.hcl.values import STRING, Val

_PARTS = ("partition", "service", "region", "account_id", "resource")


def _parts(arn: str) -> dict[str, str]:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise Failure("this is not an ARN")
    return dict(zip(_PARTS, parts[1:], strict=True))


@over("provider::aws::arn_parse", STRING)
def arn_parse(context: Context, arn: Val) -> Val:
    """The parts of an ARN."""
    return object_val({name: Val(STRING, part) for name, part in _parts(arn.raw).items()})


@function("provider::aws::arn_build", STRING, STRING, STRING, STRING, STRING)
def arn_build(context: Context, *parts: str) -> str:
    """An ARN of its parts."""
    return ":".join(("arn", *parts))


@function("provider::aws::trim_iam_role_path", STRING)
def trim_iam_role_path(context: Context, arn: str) -> str:
    """A role's ARN without the path of the role."""
    parts = _parts(arn)
    if parts["service"] != "iam" or parts["region"] or not parts["resource"].startswith("role/"):
        raise Failure("this is not an ARN of a role")
    parts["resource"] = "role/" + parts["resource"].rpartition("/")[2]
    return ":".join(("arn", *parts.values()))
