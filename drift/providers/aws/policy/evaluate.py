"""Whether a request is allowed (IAM User Guide, "Policy evaluation logic")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from drift.providers.aws.policy.conditions import (
    Answer,
    Context,
    all_of,
    any_of,
    fill_resource,
    holds,
    like,
    opposite,
)
from drift.providers.aws.policy.document import ANYBODY, Policy, Principal, Statement, account_of


class Decision(Enum):
    """The result for a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    """A statement denies it."""
    NOT_ALLOWED = "not allowed"
    """No statement allows it."""
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Request:
    """One request: principal, action and resource.

    action: `s3:GetObject`. resource: an ARN. principal: None if only identity policies are evaluated.
    context: condition keys in any case -> values; None for an unknown value.
    complete: whether the request has no other keys.
    """

    action: str
    resource: str = ANYBODY
    principal: Principal | None = None
    context: Mapping[str, Iterable[str] | str | None] = field(default_factory=dict)
    complete: bool = True

    @property
    def keys(self) -> Context:
        """The context with keys in lower case."""
        return {
            k.lower(): None if v is None else (v,) if isinstance(v, str) else tuple(v) for k, v in self.context.items()
        }


def _values(given: Iterable[str] | str | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(given)


def applies(statement: Statement, request: Request) -> Answer:
    """Whether a statement applies to a request; None if that cannot be decided."""
    return all_of(
        (
            statement.actions.matches(request.action.lower()),
            _principal(statement, request.principal),
            _resource(statement, request),
            *(
                holds(t, request.keys, variables=statement.variables, complete=request.complete)
                for t in statement.conditions
            ),
        )
    )


def _resource(statement: Statement, request: Request) -> Answer:
    answers: list[Answer] = []
    for pattern in statement.resources.patterns:
        filled = fill_resource(pattern, request.keys, complete=request.complete) if statement.variables else pattern
        answers.append(None if filled is None else like(request.resource, filled))
    found = any_of(answers)
    return opposite(found) if statement.resources.inverted else found


def _principal(statement: Statement, principal: Principal | None) -> Answer:
    if statement.principals is None or principal is None:
        return True
    if not statement.all_but:
        return any(p.covers(principal) for p in statement.principals)
    if statement.effect == "Deny" and principal.kind == "AWS":
        # exempt is only a principal listed together with its account (IAM User Guide, "NotPrincipal with Deny")
        account = account_of(principal.name)
        left_out = {p.name for p in statement.principals}
        return not (principal.name in left_out and (not account or account in left_out))
    return not any(p.covers(principal) for p in statement.principals)


def decide(policy: Policy, request: Request) -> Decision:
    """The result of the statements of one kind of policy: an explicit denial always wins."""
    denied = any_of(applies(s, request) for s in policy.denies)
    if denied:
        return Decision.DENIED
    allowed = any_of(applies(s, request) for s in policy.allows)
    if allowed is False:
        return Decision.NOT_ALLOWED
    return Decision.UNDECIDED if allowed is None or denied is None else Decision.ALLOWED


def evaluate(
    request: Request,
    *,
    identity: Policy | None = None,
    resource: Policy | None = None,
    boundary: Policy | None = None,
    organization: Iterable[Policy] = (),
    session: Policy | None = None,
    same_account: bool = True,
) -> Decision:
    """The result of all kinds of policies together.

    identity: the policies of the principal, joined. resource: the policy of the resource. boundary: the principal's
    permissions boundary. organization: service control and resource control policies, one for each level. session: a
    policy passed when the session began. In the account of the resource, its policy or the principal's is enough;
    between accounts, both must allow it.
    """
    limits = [p for p in (boundary, session) if p is not None]
    guards = [decide(p, request) for p in (*organization, *limits)]
    mine = decide(identity, request) if identity is not None else Decision.NOT_ALLOWED
    theirs = decide(resource, request) if resource is not None else Decision.NOT_ALLOWED
    every = (*guards, mine, theirs)
    if Decision.DENIED in every:
        return Decision.DENIED
    answers = {Decision.ALLOWED: True, Decision.NOT_ALLOWED: False, Decision.UNDECIDED: None}
    if same_account and resource is not None and theirs is Decision.ALLOWED and _named_itself(resource, request):
        guards = guards[: len(guards) - len(limits)]
    join = any_of if same_account else all_of
    outcome = all_of((*(answers[g] for g in guards), join((answers[mine], answers[theirs]))))
    if outcome is False:
        return Decision.NOT_ALLOWED
    return Decision.ALLOWED if outcome else Decision.UNDECIDED


def _named_itself(policy: Policy, request: Request) -> bool:
    """Whether a resource policy names the user or session itself: then an implicit denial by a boundary does not apply.

    IAM User Guide, "Evaluating effective permissions with boundaries".
    """
    who = request.principal
    if who is None or not (":user/" in who.name or ":assumed-role/" in who.name or ":federated-user/" in who.name):
        return False
    return any(applies(s, request) and s.principals and who in s.principals for s in policy.allows)
