"""The engine of the rules: verdicts, effects, what is read for them, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from drift.model.address import Address
from drift.model.coverage import Gap, Unreadable
from drift.model.drift import Change, Drift, Finding
from drift.model.resource import GLOBAL, Key, Resource
from drift.provider.installed import installed
from drift.providers.aws.normalize.policy import policy_document
from drift.providers.aws.rules import built_in
from drift.rules.criteria import Criteria, Exemption
from drift.rules.engine import Judged, judge
from drift.rules.spec import Fail, Rule, rule
from drift.rules.subject import Subject
from tests.support.rules import raw

RULES = {r.id: r for r in built_in()}
REFUSED = Unreadable("s:A", "AccessDenied")
CATALOG = installed()


def allow(**statement: Any) -> Any:
    return policy_document(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s:A", "Resource": "*", **statement}]}
    )


STATEMENT = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
OPEN, CLOSED = allow(Principal="*"), allow(Principal={"AWS": "123456789012"})
BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
) | {"bucket": "b"}


def resource(type_: str, attributes: Mapping[str, Any], id_: str = "x") -> Resource:
    region = "r" if CATALOG[type_].regional else GLOBAL
    key = Key(CATALOG[type_].listed_as, "1", region, (id_,))
    return Resource(key=key, id=id_, attributes={"id": id_, **attributes}, address=Address(type_, "a"))


def live(known: Resource) -> Resource:
    return replace(known, address=None)


class Account:
    """Resources of which only some attributes were read; the others are, when they are asked for."""

    def __init__(
        self, resources: Iterable[Resource] = (), later: Mapping[Key, Mapping[str, Any]] | None = None
    ) -> None:
        self.resources = {r.key: r for r in resources}
        self.later = later or {}
        self.gaps: frozenset[Gap] = frozenset()
        self.counts: Mapping[str, int] | Unreadable = REFUSED
        self.read: list[dict[Key, frozenset[str]]] = []

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        self.read.append(dict(wants))
        for key, names in wants.items():
            more = {n: v for n, v in self.later.get(key, {}).items() if n in names}
            if key in self.resources:
                known = self.resources[key]
                self.resources[key] = replace(known, attributes={**known.attributes, **more})

    def open(self, wants: Iterable[tuple[Key, str]]) -> None:
        """Nothing is inside anything."""

    def last_used(self, arns: Sequence[str]) -> Mapping[str, Mapping[str, int | None] | Unreadable]:
        return dict.fromkeys(arns, REFUSED)

    def account(self) -> Mapping[str, int] | Unreadable:
        return self.counts

    def latest(self, resource: Resource) -> Resource:
        return replace(self.resources.get(resource.key, resource), address=resource.address)


def judged(drift: Drift, rules: Iterable[Rule] = RULES.values(), account: Account | None = None, **more: Any) -> Judged:
    return judge([drift], list(rules), account or Account(), CATALOG, **more)


def modified(before: Resource, after: Resource) -> Drift:
    return Drift("modified", before, after, (Change("policy", 1, 2),))


def found(result: Judged, rule_id: str) -> list[Finding]:
    return [f for f in result.drift[0].findings if f.rule == rule_id]


@pytest.mark.parametrize(
    ("before", "after", "effect", "verdict"),
    [
        (CLOSED, OPEN, "introduced", "fail"),
        (OPEN, OPEN, "present", "fail"),
        (OPEN, CLOSED, "resolved", "pass"),
        (CLOSED, CLOSED, None, None),
        (OPEN, REFUSED, "unknown", "unknown"),
        (CLOSED, REFUSED, "unknown", "unknown"),
        (REFUSED, OPEN, "unknown", "fail"),
    ],
)
def test_effect_of_the_drift(before: Any, after: Any, effect: str | None, verdict: str | None) -> None:
    drift = modified(resource("aws_sqs_queue", {"policy": before}), resource("aws_sqs_queue", {"policy": after}))
    findings = found(judged(drift), "sqs-public")

    assert [(f.effect, f.verdict) for f in findings] == ([(effect, verdict)] if effect else [])


@pytest.mark.parametrize(
    ("attributes", "effects"),
    [
        (BLOCKED, [("s3-pab", "introduced")]),
        ({**BLOCKED, "block_public_acls": False}, []),
        ({**BLOCKED, "block_public_acls": REFUSED}, [("s3-pab", "unknown")]),
    ],
)
def test_the_loss_of_a_protection_that_protected_is_a_finding(attributes: Any, effects: list[Any]) -> None:
    drift = Drift("missing", resource("aws_s3_bucket_public_access_block", attributes), None)

    assert [(f.rule, f.effect) for f in judged(drift).drift[0].findings if f.rule == "s3-pab"] == effects


def test_a_rule_that_raises_cannot_tell_and_says_so() -> None:
    @rule(title="t", severity="low", types=("aws_sqs_queue",), reads=("policy",), remedy="r")
    def broken(it: Subject) -> str | None:
        raise RuntimeError("password=hunter2")

    result = judged(Drift("unmanaged", None, live(resource("aws_sqs_queue", {"policy": OPEN}))), [broken])

    assert [(f.verdict, f.effect) for f in found(result, "broken")] == [("unknown", "unknown")]
    assert [w for w in result.warnings if "rule broken failed on x: RuntimeError" in w]
    assert "hunter2" not in str(result)


def test_what_drift_weakens_is_graver_where_the_user_says_so() -> None:
    closed, opened = resource("aws_sns_topic", {"policy": CLOSED}), resource("aws_sns_topic", {"policy": OPEN})

    def severity(drift: Drift, *, weakens: bool = True) -> str:
        return found(judged(drift, criteria=Criteria(weakens=weakens)), "sns-public")[0].severity

    assert severity(modified(closed, opened)) == "critical"
    assert severity(modified(opened, opened)) == "high"
    assert severity(Drift("unmanaged", None, live(opened))) == "critical"
    assert severity(modified(closed, opened), weakens=False) == "high"


def test_only_what_a_verdict_depends_on_is_read() -> None:
    @rule(title="t", severity="low", types=("aws_sqs_queue",), remedy="r")
    def short_tempered(it: Subject) -> str | None:
        return "no" if it["delay_seconds"] == 0 else str(it["policy"])

    quick = live(resource("aws_sqs_queue", {}, "quick"))
    slow = live(resource("aws_sqs_queue", {}, "slow"))
    account = Account(
        [quick, slow], {quick.key: {"delay_seconds": 0, "policy": None}, slow.key: {"delay_seconds": 5, "policy": "p"}}
    )
    drifts = [Drift("unmanaged", None, quick), Drift("unmanaged", None, slow)]
    result = judge(drifts, [short_tempered], account, CATALOG)

    assert [[f.evidence for f in d.findings] for d in result.drift] == [["no"], ["p"]]
    assert account.read == [
        {quick.key: frozenset({"delay_seconds"}), slow.key: frozenset({"delay_seconds"})},
        {slow.key: frozenset({"policy"})},
    ]


def test_what_cannot_be_read_is_asked_for_once() -> None:
    queue = live(resource("aws_sqs_queue", {}))
    account = Account([queue])
    result = judged(Drift("unmanaged", None, queue), [RULES["sqs-public"]], account)

    assert [(f.verdict, f.evidence) for f in found(result, "sqs-public")] == [("unknown", "policy was not read")]
    assert len(account.read) == 1


def test_a_broader_finding_silences_what_it_implies() -> None:
    def rules_of(low: int, high: int, protocol: str) -> list[str]:
        inline = {"protocol": protocol, "from_port": low, "to_port": high, "cidr_blocks": ["0.0.0.0/0"]}
        group = raw("aws_security_group", {"name": "g", "ingress": [inline]}, "sg-1")
        drift = Drift("unmanaged", None, live(group))
        network = [
            r for r in RULES.values() if r.id in ("sg-all-ports", "sg-ssh", "sg-rdp", "sg-db-ports", "sg-any-port")
        ]
        return [f.rule for f in judged(drift, network, Account([live(group)])).drift[0].findings]

    assert rules_of(0, 0, "-1") == ["sg-all-ports"]
    assert rules_of(22, 22, "tcp") == ["sg-ssh"]
    assert rules_of(22, 3389, "tcp") == ["sg-db-ports", "sg-rdp", "sg-ssh"]
    assert rules_of(443, 443, "tcp") == []


def test_the_desired_side_knows_what_resources_of_their_own_tell() -> None:
    inline = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    rule_ = {
        "security_group_id": "sg-1",
        "ip_protocol": "tcp",
        "from_port": 22,
        "to_port": 22,
        "cidr_ipv4": "0.0.0.0/0",
    }
    group = raw("aws_security_group", {"name": "g", "tags": {"a": "b"}}, "sg-1")
    there = raw("aws_security_group", {"name": "g", "ingress": [inline]}, "sg-1")
    part = raw("aws_vpc_security_group_ingress_rule", rule_, "sgr-1")
    ssh = [RULES["sg-ssh"]]

    assert [f.effect for f in found(judged(modified(group, there), ssh, desired=[group, part]), "sg-ssh")] == [
        "present"
    ]
    assert [f.effect for f in found(judged(modified(group, there), ssh, desired=[group]), "sg-ssh")] == ["introduced"]


def test_exemptions_have_a_reason_and_an_end() -> None:
    queue = live(resource("aws_sqs_queue", {"policy": OPEN}))

    def with_(until: date | None) -> Judged:
        honeypot = Exemption(rule="sqs-*", resource="x", reason="a honeypot", expires=until, place="drift.toml:3")
        criteria = Criteria(today=date(2026, 11, 26), exemptions=(honeypot,))
        return judged(Drift("unmanaged", None, queue), [RULES["sqs-public"]], criteria=criteria)

    assert [(f.exempt, f.counts) for f in found(with_(None), "sqs-public")] == [("a honeypot", False)]
    assert [(f.exempt, f.counts) for f in found(with_(date(2026, 11, 26)), "sqs-public")] == [("a honeypot", False)]
    assert [(f.exempt, f.counts) for f in found(with_(date(2026, 11, 25)), "sqs-public")] == [("", True)]
    assert with_(date(2026, 11, 25)).warnings == (
        "drift.toml:3: the exemption of sqs-* expired on 2026-11-25: what it accepted counts again",
    )


def test_a_rule_may_say_how_grave_it_is() -> None:
    @rule(title="t", severity="low", types=("aws_sqs_queue",), remedy="r")
    def louder(it: Subject) -> Fail | None:
        return Fail("seen", "high")

    result = judged(Drift("unmanaged", None, live(resource("aws_sqs_queue", {}))), [louder])

    assert [(f.severity, f.message) for f in found(result, "louder")] == [("high", "t: seen")]


def test_what_was_made_again_is_judged_in_the_place_of_what_is_gone() -> None:
    old = resource("aws_sqs_queue", {"policy": CLOSED}, "old")

    def effects(policy: Any) -> list[tuple[str, str]]:
        new = live(resource("aws_sqs_queue", {"policy": policy}, "new"))
        drift = replace(Drift("missing", old, None), recreated_as=new)
        return [(f.effect, f.verdict) for f in found(judged(drift, account=Account([new])), "sqs-public")]

    assert effects(OPEN) == [("introduced", "fail")]
    assert effects(CLOSED) == []


def test_what_a_part_says_is_not_said_of_its_whole_again() -> None:
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/q"
    closed, opened = (
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Principal": p}]} for p in ({"AWS": "1"}, "*")
    )

    def both(type_: str, **attributes: Any) -> Drift:
        before, after = (raw(type_, {**attributes, "policy": json.dumps(p)}, url) for p in (closed, opened))
        return modified(before, after)

    queue, policy = both("aws_sqs_queue", name="q"), both("aws_sqs_queue_policy", queue_url=url)
    rules, account = [RULES["sqs-public"]], Account()

    def rules_of(*drifts: Drift) -> list[list[str]]:
        desired = [d.desired for d in drifts if d.desired]
        return [[f.rule for f in d.findings] for d in judge(drifts, rules, account, CATALOG, desired=desired).drift]

    assert rules_of(queue, policy) == [[], ["sqs-public"]]
    assert rules_of(queue) == [["sqs-public"]]
