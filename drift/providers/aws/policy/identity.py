"""What an identity may do by all its policies, its permissions boundary and its organization's policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from drift.providers.aws.policy.actions import actions_of, meant, resource_types
from drift.providers.aws.policy.document import Names, Policy, Statement, Undecided
from drift.providers.aws.policy.glob import covers, overlaps

TO_ADMIN = (
    "iam:attachgrouppolicy", "iam:attachrolepolicy", "iam:attachuserpolicy", "iam:createpolicyversion",
    "iam:putgrouppolicy", "iam:putrolepolicy", "iam:putuserpolicy", "iam:setdefaultpolicyversion",
)  # fmt: skip
"""An identity that may do one of these on every resource can give itself all other permissions."""

MAIN_RESOURCES = {
    "iam": ("arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*", "arn:aws:iam::*:group/*", "arn:aws:iam::*:policy/*"),
    "kms": ("arn:aws:kms:*:*:key/*",),
    "s3": ("arn:aws:s3:::*",),
    "secretsmanager": ("arn:aws:secretsmanager:*:*:secret:*",),
    "sts": ("arn:aws:iam::*:role/*",),
    "cloudtrail": ("arn:aws:cloudtrail:*:*:trail/*",),
    "organizations": ("arn:aws:organizations::*:account/*", "arn:aws:organizations::*:policy/*"),
}
"""The main resources of sensitive services: all actions on all of one of these count as the whole service."""

_OWN_USER = "user/${aws:username}"
_ON_ONESELF = ("iam:attachuserpolicy", "iam:putuserpolicy", "iam:deleteuserpermissionsboundary")
"""Actions that are dangerous even if they are allowed only on the user's own identity."""


@lru_cache(maxsize=4096)
def _generic(pattern: str) -> str:
    """An ARN with partition `aws` and any account: a role that is named with an account is in the own account."""
    parts = pattern.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return pattern
    if parts[1] in ("aws-cn", "aws-us-gov"):
        parts[1] = "aws"
    if len(parts[4]) == 12 and parts[4].isdigit():
        parts[4] = "*"
    return ":".join(parts)


def everything(names: Names) -> bool:
    """Whether resources are all resources, in any spelling: `*`, `arn:aws:*`."""
    if names.inverted:
        return not any(covers(p, "arn:aws:*") for p in names.patterns)
    return any(covers(_generic(p), "arn:aws:*:*:*:*") for p in names.patterns)


@lru_cache(maxsize=65536)
def every_resource(names: Names, action: str) -> bool:
    """Whether resources cover everything that an action can apply to: every role, for `iam:PassRole`.

    That is all resources of every type that the action always requires; if it requires none, all of one type.
    """
    if everything(names):
        return True
    kinds = resource_types(action)
    needed = [arn for arn, required in kinds if required]
    if names.inverted:
        return any(not any(covers(_generic(p), arn) for p in names.patterns) for arn, _ in kinds)

    def whole(arn: str) -> bool:
        return any(covers(_generic(p), arn) for p in names.patterns)

    return all(map(whole, needed)) if needed else any(whole(arn) for arn, _ in kinds)


class Grants:
    """What identity policies allow together, without what they deny, and within the limits of boundaries.

    The effect of a condition depends on the request (`evaluate`). So denials with a condition are ignored, and
    allowances with a condition count only where a method says so.
    """

    def __init__(
        self, policies: Iterable[Policy], *, boundary: Policy | None = None, organization: Iterable[Policy] = ()
    ) -> None:
        found = list(policies)
        self.limits = [Grants([p]) for p in (*([] if boundary is None else [boundary]), *organization)]
        """The permissions boundary and the organization's policies: each must allow an action as well."""
        self.allow = [s for p in found for s in p.allows]
        self._deny = [s for p in found for s in p.denies if not s.conditions]

    def denied(self, action: str, resources: Names | None = None) -> bool:
        """Whether an action is denied on every resource, or on all of the given resources."""
        action = action.lower()
        mine = (s for s in self._deny if s.speaks_of(action))
        return any(
            every_resource(s.resources, action) or (resources and s.resources.covers_all(resources)) for s in mine
        )

    def on_everything(self, action: str) -> Statement | None:
        """The statement that allows an action on every resource it can apply to, without a condition."""
        action = action.lower()
        if self.denied(action) or any(limit.on_everything(action) is None for limit in self.limits):
            return None
        return next(
            (s for s in self._unconditional() if s.speaks_of(action) and every_resource(s.resources, action)), None
        )

    def somewhere(self, action: str) -> Statement | None:
        """A statement that allows an action on at least one resource, under any condition."""
        action = action.lower()
        if any(limit.somewhere(action) is None for limit in self.limits):
            return None
        return next((s for s in self.allow if s.speaks_of(action) and not self.denied(action, s.resources)), None)

    def on_oneself(self, action: str) -> Statement | None:
        """The statement that allows users to extend their own permissions: on `user/${aws:username}`."""
        action = action.lower()
        if action not in _ON_ONESELF or self.denied(action) or self.limits:
            return None
        mine = (s for s in self._unconditional() if s.variables and s.speaks_of(action))
        return next((s for s in mine if any(_OWN_USER in p for p in s.resources.patterns)), None)

    def passes(self, service: str) -> Statement | None:
        """The statement that allows passing every role to a service (`ec2.amazonaws.com`), or to that service only."""
        action = "iam:passrole"
        if self.denied(action) or any(limit.passes(service) is None for limit in self.limits):
            return None
        for statement in self.allow:
            tests = statement.conditions
            only = all(t.key == "iam:passedtoservice" and not t.negated and t.operator != "null" for t in tests)
            named = all(any(overlaps(v, service) for v in t.values) for t in tests)
            if statement.speaks_of(action) and every_resource(statement.resources, action) and only and named:
                return statement
        return None

    def _unconditional(self) -> Iterator[Statement]:
        return (s for s in self.allow if not s.conditions)

    def whole_service(self, service: str) -> bool | Undecided:
        """Whether all actions of a service are allowed on all resources, or on all its main resources."""
        mine = [s for s in self._unconditional() if self._main(s.resources, service) and self._wide(s.actions, service)]
        if not mine:
            return False
        every = actions_of(service)
        if isinstance(every, Undecided):
            return every
        told = frozenset[str]().union(*(meant(s.actions) for s in mine))
        if not every <= told or any(self.denied(a) for a in every):
            return False
        within = [limit.whole_service(service) for limit in self.limits]
        return next((w for w in within if isinstance(w, Undecided)), None) or all(w is True for w in within)

    @staticmethod
    def _main(resources: Names, service: str) -> bool:
        if everything(resources):
            return True
        kinds = MAIN_RESOURCES.get(service, ())
        return not resources.inverted and any(covers(_generic(p), kind) for kind in kinds for p in resources.patterns)

    @staticmethod
    def _wide(actions: Names, service: str) -> bool:
        """Whether actions have a wildcard that may match the whole service."""
        return actions.inverted or any("*" in p and overlaps(p, f"{service}:*") for p in actions.patterns)

    @property
    def admin(self) -> Statement | None:
        """The statement that allows everything on every resource, also with exceptions that leave a way to all."""
        wide = [s for s in self._unconditional() if everything(s.resources)]
        broad = [s for s in wide if s.actions.inverted or any(covers(p, "*:*") for p in s.actions.patterns)]
        if not broad or any(limit.admin is None for limit in self.limits):
            return None
        return broad[0] if any(self.on_everything(action) for action in TO_ADMIN) else None
