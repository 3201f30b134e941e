"""Amazon Inspector."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, set_of, text
from drift.provider.spec import Call, ResourceType

KINDS = {"EC2": "ec2", "ECR": "ecr", "LAMBDA": "lambda", "LAMBDA_CODE": "lambdaCode", "CODE_REPOSITORY": "codeRepository"}


def _scanned(value: Any) -> Value:
    """What is scanned in every account of an answer."""
    states = [account.get("resourceState") or {} for account in value or ()]
    return frozenset(
        kind for kind, member in KINDS.items()
        if states and all((s.get(member) or {}).get("status") in ("ENABLED", "ENABLING") for s in states)
    )


# an account is asked about itself and its members; only where somebody wants them scanned
ENABLER = ResourceType(
    name="aws_inspector2_enabler",
    importable=False,
    service="inspector2",
    list=None,
    lookup=Call(op="BatchGetAccountStatus", take="{accounts: accounts}", bind={"accountIds": "account_ids"}),
    exists="accounts[?state.status == 'ENABLED' || state.status == 'ENABLING']",
    id=text("join(',', sort(accountIds))"),
    identity=("account_ids",),
    label="id",
    attributes={
        "account_ids":    set_of(values.text, "accountIds"),
        "resource_types": attr("accounts", _scanned, from_state=lambda value, _: frozenset(value or ())),
    },
)
