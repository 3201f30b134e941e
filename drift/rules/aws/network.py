"""What the network lets in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift.normalize.network import atoms_of_rule, atoms_of_vpc_rule
from drift.rules.spec import rule

WORLD = frozenset({"0.0.0.0/0", "::/0"})
GROUPS = (
    "aws_security_group",
    "aws_default_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
)
DATABASES = (1433, 1434, 1521, 2483, 3306, 5432, 5601, 6379, 7199, 9042, 9160, 9200, 9300, 11211, 27017, 27018)
HARDENING = ("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",)


def _open(attributes: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The ingress rules that the whole world may use."""
    atoms: Iterable[Mapping[str, Any]] = attributes.get("ingress") or ()
    if "ip_protocol" in attributes:
        atoms = atoms_of_vpc_rule(attributes)
    elif attributes.get("type") == "ingress":
        atoms = atoms_of_rule(attributes)
    return (a for a in atoms if WORLD & {a.get("cidr_ipv4"), a.get("cidr_ipv6")})


def _everything(atom: Mapping[str, Any]) -> bool:
    low, high = atom["from_port"], atom["to_port"]
    return atom["protocol"] == "-1" or (low is not None and low <= 1 and high is not None and high >= 65535)


def _lets_in(attributes: Mapping[str, Any], *ports: int) -> bool:
    """Whether one of the TCP ports is open by a rule that does not open everything: that is a finding of its own."""
    return any(
        a["protocol"] == "tcp"
        and not _everything(a)
        and any((a["from_port"] or 0) <= p <= (a["to_port"] or 0) for p in ports)
        for a in _open(attributes)
    )


@rule(
    title="All ports are open to the world",
    severity="critical",
    types=GROUPS,
    remedy="Remove the rule; open only the ports that are needed, to the networks that need them.",
    references=HARDENING,
)
def sg_all_ports(attributes: Mapping[str, Any]) -> bool:
    """Any protocol or every port from 0.0.0.0/0 or ::/0."""
    return any(_everything(a) for a in _open(attributes))


@rule(
    title="SSH is open to the world",
    severity="high",
    types=GROUPS,
    remedy="Remove the rule; reach machines through Session Manager, or from a network of your own.",
    references=HARDENING,
)
def sg_ssh(attributes: Mapping[str, Any]) -> bool:
    """Port 22 from 0.0.0.0/0 or ::/0."""
    return _lets_in(attributes, 22)


@rule(
    title="Remote Desktop is open to the world",
    severity="high",
    types=GROUPS,
    remedy="Remove the rule; reach machines through Session Manager, or from a network of your own.",
    references=HARDENING,
)
def sg_rdp(attributes: Mapping[str, Any]) -> bool:
    """Port 3389 from 0.0.0.0/0 or ::/0."""
    return _lets_in(attributes, 3389)


@rule(
    title="A database port is open to the world",
    severity="high",
    types=GROUPS,
    remedy="Remove the rule; let in the security group of the application instead.",
    references=HARDENING,
)
def sg_db_ports(attributes: Mapping[str, Any]) -> bool:
    """A port of a common database from 0.0.0.0/0 or ::/0."""
    return _lets_in(attributes, *DATABASES)
