"""The value to write: as an author would say it, and no more of it than the change is about."""

from __future__ import annotations

from typing import Any

from drift.model.drift import Change
from drift.model.value import as_set
from drift.provider import canonical
from drift.provider.installed import installed
from drift.remedy.aim import Target, aim

GROUP = installed()["aws_security_group"]


def rule(port: int, *cidrs: str) -> dict[str, Any]:
    return {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": list(cidrs)}


def aimed(said: list[dict[str, Any]], live: list[dict[str, Any]]) -> Any:
    attr = GROUP.attributes["ingress"]
    want, have = (as_set(canonical.desired(attr, v, {"ingress": v})) for v in (said, live))
    change = Change("ingress", want, have, removed=tuple(want - have), added=tuple(have - want))
    target = Target(
        entry=GROUP,
        facts=installed().facts(GROUP.name),
        defaults=lambda path: None,
        written={"ingress": said},
        filled={"ingress": said},
        live={"ingress": live},
    )
    return aim(target, [change])["ingress"]


def test_an_address_comes_into_the_rule_that_has_the_others() -> None:
    said = [rule(80, "10.0.0.0/8"), rule(5432, "10.0.0.0/8", "10.9.0.0/16")]

    assert aimed(said, [said[0], rule(5432, "10.0.0.0/8", "10.7.0.0/16")]) == [
        said[0],
        rule(5432, "10.0.0.0/8", "10.7.0.0/16"),
    ]


def test_a_rule_of_its_own_comes_beside_the_others() -> None:
    said = [rule(80, "10.0.0.0/8")]

    assert aimed(said, [*said, rule(22, "10.7.0.0/16")]) == [*said, rule(22, "10.7.0.0/16")]
