"""IAM policies as rules read them: statements, what they grant, and to whom."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from drift.providers.aws.rules.actions import actions_of
from drift.rules.world import Unknown

Statement = Mapping[str, Any]

ANYBODY = "*"
WIDEST_NETWORK = 8
"""A network wider than this narrows nothing (S3 counts such a condition as public)."""

LOG_DELIVERY = frozenset({
    "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648", "589379963580",
    "718504428378", "383597477331", "600734575887", "114774131450", "783225319266", "582318560864", "985666609251",
    "054676820928", "156460612806", "652711504416", "635631232127", "009996457667", "897822967062", "076674570225",
    "507241528517", "048591011584", "190560391635",
})  # fmt: skip
"""AWS's own accounts that deliver the access logs of load balancers (Elastic Load Balancing user guide)."""

_NARROWING = frozenset({
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
    "aws:sourceip", "aws:vpcsourceip", "aws:userid", "aws:principalservicename", "aws:principalisawsservice",
    "kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
    "elasticfilesystem:accessedviamounttarget", "lambda:eventsourcetoken",
})  # fmt: skip
"""Condition keys that say who may come, where from, or through what (IAM user guide, global condition keys)."""

_POSITIVE = re.compile(
    r"(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress|bool)"
)


def statements(policy: Any, effect: str = "Allow") -> list[Statement]:
    """The statements of one effect, in an order that never varies; Unknown where the text is no policy."""
    if policy is None:
        return []
    found = policy.get("Statement") if isinstance(policy, Mapping) else None
    if found is None:
        raise Unknown("the policy is not written as IAM would read it")
    return sorted((s for s in found if isinstance(s, Mapping) and s.get("Effect") == effect), key=repr_of)


def repr_of(statement: Statement) -> str:
    """The same text for the same statement."""
    return repr(sorted((k, sorted(map(str, v)) if isinstance(v, frozenset) else str(v)) for k, v in statement.items()))


def told(statement: Statement) -> str:
    """What a statement allows, in few words: its Sid, or its first actions."""
    actions = sorted(statement.get("Action") or ())
    what = ", ".join(actions[:3]) + (f" and {len(actions) - 3} more" if len(actions) > 3 else "")
    what = what or f"all but {', '.join(sorted(statement.get('NotAction') or ()))}"
    sid = statement.get("Sid")
    return f"{what} (statement {sid})" if sid else what


def principals(statement: Statement, kind: str = "AWS") -> frozenset[str]:
    """Who a statement names: accounts, ARNs, `*`. All but somebody, where it says NotPrincipal, is anybody."""
    if statement.get("NotPrincipal") is not None and statement.get("Effect") == "Allow":
        return frozenset({ANYBODY})
    principal = statement.get("Principal")
    return frozenset(principal.get(kind) or ()) if isinstance(principal, Mapping) else frozenset()


def narrowed(statement: Statement, keys: Iterable[str] = _NARROWING) -> bool:
    """Whether a condition says who may come: a test that holds only where the key is there and has that value."""
    wanted = frozenset(keys)
    tests = statement.get("Condition")
    for operator, test in tests.items() if isinstance(tests, Mapping) else ():
        if not _POSITIVE.fullmatch(str(operator).lower()) or not isinstance(test, Mapping):
            continue
        is_bool = str(operator).lower().endswith("bool")
        for key, values in test.items():
            lets = (_any(str(v)) or (is_bool and str(v) != "true") for v in values)
            if str(key).lower() in wanted and values and not any(lets):
                return True
    return False


def _any(value: str) -> bool:
    """Whether a condition's value lets everybody through."""
    if not value.strip("*?:"):
        return True
    if re.fullmatch(r"arn:[^:]*:[^:]*:[^:]*:\*:\*", value):
        return True
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen < WIDEST_NETWORK and not network.is_private


def public(policy: Any) -> list[Statement]:
    """The statements that allow anybody at all something, without saying who that may be."""
    return [s for s in statements(policy) if ANYBODY in principals(s) and not narrowed(s)]


def foreign(policy: Any, own: Iterable[str]) -> list[tuple[str, Statement]]:
    """(account, statement) where another account is let in, unless a condition keeps to an organisation."""
    known = {*own} | LOG_DELIVERY
    out = []
    for statement in statements(policy):
        if narrowed(statement, ("aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "kms:calleraccount")):
            continue
        for name in sorted(principals(statement)):
            account = account_of(name)
            if account and account not in known:
                out.append((account, statement))
    return out


def account_of(principal: str) -> str:
    """The account of a principal; empty where it names none."""
    found = re.fullmatch(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::.*)?", principal)
    return found[1] if found else ""


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text.lower()), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """IAM's wildcards: `*` and `?`, the case of an action aside."""
    return _pattern(pattern).fullmatch(text.lower()) is not None


def speaks_of(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action."""
    if statement.get("NotAction"):
        return not any(matches(a, action) for a in statement["NotAction"])
    return any(matches(a, action) for a in statement.get("Action") or ())


def on_all(statement: Statement) -> bool:
    """Whether it is about every resource."""
    resources = statement.get("Resource") or ()
    return any(not r.strip("*:") or r in ("arn:aws:*", "arn:*") for r in resources) or bool(
        statement.get("NotResource")
    )


_TO_ADMIN = ("iam:putuserpolicy", "iam:attachrolepolicy", "iam:createpolicyversion")
"""Who may do one of these on everything gives himself the rest."""


class Grants:
    """What identity policies allow together, their unconditional denials taken off."""

    def __init__(self, policies: Iterable[Any]) -> None:
        found = list(policies)
        self.allow = [s for p in found for s in statements(p)]
        self._deny = [s for p in found for s in statements(p, "Deny") if on_all(s) and not s.get("Condition")]

    def denied(self, action: str) -> bool:
        """Whether it is denied on everything."""
        return any(speaks_of(s, action) for s in self._deny)

    def on_everything(self, action: str) -> Statement | None:
        """The statement that allows an action on every resource without a condition."""
        if self.denied(action):
            return None
        return next((s for s in self._wide() if speaks_of(s, action)), None)

    def somewhere(self, action: str) -> bool:
        """Whether an action is allowed on anything at all."""
        return not self.denied(action) and any(speaks_of(s, action) for s in self.allow)

    def _wide(self) -> Iterator[Statement]:
        return (s for s in self.allow if on_all(s) and not s.get("Condition"))

    def whole_service(self, service: str) -> bool:
        """Whether every action of a service is allowed on every resource; Unknown where its actions are not known."""
        wide = [s for s in self._wide() if self._touches(s, service)]
        if not wide:
            return False
        if any(f"{service}:*" in (s.get("Action") or ()) for s in wide) and not self._deny:
            return True
        return all(not self.denied(a) and any(speaks_of(s, a) for s in wide) for a in actions_of(service))

    @staticmethod
    def _touches(statement: Statement, service: str) -> bool:
        """Whether a wildcard of a statement might mean the whole service."""
        if statement.get("NotAction"):
            return True
        return any(
            a == "*" or ("*" in a and a.startswith((f"{service}:", "*:"))) for a in statement.get("Action") or ()
        )

    @property
    def admin(self) -> Statement | None:
        """The statement that allows everything on everything, or all but what does not keep one from it."""
        if all(self.denied(action) for action in _TO_ADMIN):
            return None
        for statement in self._wide():
            if {"*", "*:*"} & set(statement.get("Action") or ()):
                return statement
            excluded = statement.get("NotAction") or ()
            if excluded and not any(matches(a, action) for a in excluded for action in _TO_ADMIN):
                return statement
        return None
