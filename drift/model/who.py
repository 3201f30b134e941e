"""Who made a drift, when, from where and with which tool, according to the cloud's audit log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Literal

ActorKind = Literal["user", "root", "role", "sso", "workload", "federated", "service", "account", "unknown"]
"""A user; the root user; a role session; a session of an SSO permission set; a workload with a token of an identity
provider, such as a CI job; a user of an identity provider; a service of the cloud; another account."""
Tool = Literal["console", "cli", "sdk", "terraform", "stack", "service", "unknown"]
"""`stack`: the cloud's own tool for what templates describe; `version` names it."""
Hand = Literal["person", "automated", "unknown"]
Match = Literal["value", "operation"]
"""Why an event matches: it set the actual value; or its operation can change what differs."""
Level = Literal["full", "role"]
"""How much an answer contains: `role` leaves out names of people, sessions and addresses."""
CALLS = 60
"""Calls to the log of one region, at most, unless the user says another number: half a minute of CloudTrail."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who called."""

    kind: ActorKind
    name: str = ""
    """The user, role, permission set or service: `deploy`, `AdministratorAccess`, `autoscaling.amazonaws.com`."""
    account: str = ""
    session: str = ""
    """The name of a role's session, chosen by whoever assumed the role."""
    person: str = ""
    """The person: the user's name in SSO or at the issuer, or the source identity. Empty if the log has none."""
    subject: str = ""
    """The subject of a workload's token: `repo:acme/infra:ref:refs/heads/main`."""
    issuer: str = ""
    """The issuer of the token: `token.actions.githubusercontent.com`."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit that last wrote the block."""

    id: str
    at: str
    author: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One answer. Without an actor, `reason` says why it is unknown."""

    reason: str = ""
    """Why it is unknown, or what the answer is based on."""
    actor: Actor | None = None
    at: str = ""
    """In UTC: `2026-11-20T14:03:11Z`."""
    address: str = ""
    """The source IP address, or the name of the calling service."""
    network: str = ""
    """The VPC endpoint through which the call came."""
    tool: Tool = "unknown"
    version: str = ""
    """Of the tool: `1.11.0`; for Terraform with its provider: `1.11.0, provider 5.100.0`."""
    by: Hand = "unknown"
    """Whether a person did it."""
    because: str = ""
    """The evidence for `by`."""
    operation: str = ""
    """`ec2:AuthorizeSecurityGroupIngress`"""
    event: str = ""
    """The id of the event."""
    region: str = ""
    """The region whose log has it."""
    link: str = ""
    """The page about the event."""
    paths: tuple[str, ...] = ()
    """The changes that the event made, or that no event was found for; empty for the whole resource."""
    session: str = ""
    """Equal for consecutive events of one session: eight hexadecimal digits."""
    match: Match = "operation"
    after_apply: bool | None = None
    """Whether somebody else changed it after Terraform last wrote it; None if the log shows no such write."""
    applied_at: str = ""
    """When Terraform last wrote the resource, as far as the log was read."""
    commit: Commit | None = None

    @property
    def known(self) -> bool:
        """Whether the log says who it was."""
        return self.actor is not None and self.actor.kind != "unknown"


def without_people(who: Who) -> Who:
    """The same without what names a person: names of users and sessions, addresses, authors.

    Roles, permission sets, workloads and services stay: they are no personal data.
    """
    actor = who.actor
    if actor is not None:
        name = "" if actor.kind in ("user", "federated") else actor.name
        subject, issuer = (actor.subject, actor.issuer) if actor.kind == "workload" else ("", "")  # a user can issue
        actor = replace(actor, name=name, session="", person="", subject=subject, issuer=issuer)
    address = who.address if who.tool in ("service", "stack") and not _is_number(who.address) else ""
    commit = replace(who.commit, author="") if who.commit else None
    return replace(who, actor=actor, address=address, commit=commit)


def _is_number(address: str) -> bool:
    """Whether it is an address of the internet, and not the name of a service."""
    try:
        ip_address(address)
    except ValueError:
        return False
    return True


__all__ = ["CALLS", "Actor", "ActorKind", "Commit", "Hand", "Level", "Match", "Tool", "Who", "without_people"]
