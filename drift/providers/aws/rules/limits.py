"""What keeps an identity from what its policies allow: its permissions boundary, and its organisation's policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from drift.model.resource import GLOBAL
from drift.providers.aws.policy import Grants, Names, Policy, Statement
from drift.providers.aws.rules.policies import read
from drift.rules.subject import Subject
from drift.rules.world import Unknown

Answer = TypeVar("Answer")

ADMINISTRATOR = ":policy/AdministratorAccess"
EVERYTHING = Policy((Statement("Allow", Names(frozenset({"*"})), Names(frozenset({"*"}))),))
"""What AWS's own AdministratorAccess says."""

CONTROL = "SERVICE_CONTROL_POLICY"
HOLDERS = ("aws_iam_role", "aws_iam_user")
"""Who may have a permissions boundary: groups have none, and their members each their own."""


def within_limits(
    it: Subject, policies: Iterable[Policy], ask: Callable[[Grants], Answer], *holders: Subject
) -> Answer:
    """What policies allow within what limits whoever holds them; the limits are read only where they matter.

    `holders` are the role or user; where none is named, those that a policy or an attachment hangs on.
    """
    mine = list(policies)
    found = ask(Grants(mine))
    if not found:
        return found
    whose = holders or tuple(_holders(it))
    boundaries = [boundary(h) for h in whose]
    # a policy that hangs on several is limited where each of them is
    limit = boundaries[0] if len(boundaries) == 1 else None
    organization = service_controls(it)
    return ask(Grants(mine, boundary=limit, organization=organization)) if limit or organization else found


def _holders(it: Subject) -> list[Subject]:
    """The role or user that an inline policy or an attachment hangs on; none of a policy that stands alone.

    None either where he is not seen: of a boundary that nothing tells of, nothing is taken off what a policy says.
    """
    for name, type_ in (("role", HOLDERS[0]), ("user", HOLDERS[1])):
        if it.has(name) and it[name]:
            try:
                return [s for s in it.every(type_, GLOBAL) if s["name"] == it[name] and s.account == it.account]
            except Unknown:
                return []
    return []


def boundary(holder: Subject) -> Policy | None:
    """What a permissions boundary allows; None where there is none, Unknown where it was not read."""
    arn = str(holder["permissions_boundary"] or "")
    if not arn:
        return None
    if arn.endswith(ADMINISTRATOR):
        return EVERYTHING
    found = next((p for p in holder.every("aws_iam_policy", GLOBAL) if p.resource.arn == arn), None)
    if found is None:
        raise Unknown(f"what the permissions boundary {arn} allows was not read")
    return read(found["policy"])


def service_controls(it: Subject) -> list[Policy]:
    """What the organisation's service control policies allow the account, one policy for each level that is seen.

    A member account may seldom read them: then there are none. The management account has none (AWS Organizations
    User Guide, "Service control policies"). Levels above a unit that was not seen are left out, which allows more.
    """
    try:
        accounts = {a.id: a for a in it.every("aws_organizations_account", GLOBAL)}
        managing = {str(o["master_account_id"]) for o in it.every("aws_organizations_organization", GLOBAL)}
        me = accounts.get(it.account)
        if me is None or it.account in managing:
            return []
        controls = [p for p in it.every("aws_organizations_policy", GLOBAL) if p["type"] == CONTROL]
        attached = [(str(a["target_id"]), str(a["policy_id"])) for a in _attachments(it) if controls]
        levels = [it.account, *_above(it, str(me["parent_id"] or ""))]
    except Unknown:
        return []
    out = []
    for level in levels:
        mine = [p for p in controls if (level, p.id) in attached]
        if mine:
            out.append(Policy(tuple(s for p in mine for s in read(p["content"]).statements)))
    return out


def _attachments(it: Subject) -> list[Subject]:
    return it.every("aws_organizations_policy_attachment", GLOBAL)


def _above(it: Subject, parent: str) -> list[str]:
    """The unit or root that an account is in, and those above it, as far as they are seen."""
    units = {u.id: str(u["parent_id"] or "") for u in it.every("aws_organizations_organizational_unit", GLOBAL)}
    out = list[str]()
    while parent and parent not in out:
        out.append(parent)
        parent = units.get(parent, "")
    return out
