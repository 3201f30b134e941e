"""Normal forms of what only AWS writes: spelling is silent, a change of meaning is not."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.providers.aws.normalize.network import (
    atoms_of_rule,
    atoms_of_vpc_rule,
    rule_key,
    rules_from_api,
    rules_from_state,
)
from drift.providers.aws.normalize.policy import policy_document, policy_or_document
from drift.providers.aws.normalize.tags import tag_map

names = st.text("abcXYZ", min_size=1, max_size=6)
actions = st.lists(
    st.builds(lambda s, a: f"{s}:{a}", st.sampled_from(["s3", "sqs", "iam"]), names),
    min_size=1,
    max_size=4,
    unique_by=str.lower,
)
arns = st.lists(st.builds(lambda n: f"arn:aws:s3:::{n}", names), min_size=1, max_size=3, unique=True)
accounts = st.integers(10**11, 10**12 - 1).map(str)
statements = st.fixed_dictionaries(
    {
        "Sid": names,
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": actions,
        "Resource": arns,
        "Principal": st.fixed_dictionaries({"AWS": st.lists(accounts, min_size=1, max_size=3, unique=True)}),
        "Condition": st.fixed_dictionaries(
            {
                "StringEquals": st.fixed_dictionaries(
                    {"aws:PrincipalTag/x": st.lists(names, min_size=1, max_size=2, unique=True)}
                )
            }
        ),
    }
)
policies = st.fixed_dictionaries(
    {
        "Version": st.just("2012-10-17"),
        "Statement": st.lists(statements, min_size=1, max_size=3, unique_by=lambda s: json.dumps(s, sort_keys=True)),
    }
)


def respelled(policy: dict[str, Any], rng: random.Random) -> Any:
    """The same policy, written differently."""

    def listed(values: list[str]) -> Any:
        values = rng.sample(values, len(values))
        return values[0] if len(values) == 1 and rng.random() < 0.5 else values

    out = []
    for s in rng.sample(policy["Statement"], len(policy["Statement"])):
        principal = [f"arn:aws:iam::{a}:root" if rng.random() < 0.5 else a for a in s["Principal"]["AWS"]]
        condition = {
            k.upper() if rng.random() < 0.5 else k: listed(v) for k, v in s["Condition"]["StringEquals"].items()
        }
        new = {
            "Sid": s["Sid"],
            "Effect": s["Effect"],
            "Action": listed([a.upper() if rng.random() < 0.5 else a for a in s["Action"]]),
            "Resource": listed(s["Resource"]),
            "Principal": {"AWS": listed(principal)},
            "Condition": {"StringEquals": condition},
        }
        keys = rng.sample(list(new), len(new))
        out.append({k: new[k] for k in keys})
    whole: Any = {"Statement": out[0] if len(out) == 1 and rng.random() < 0.5 else out, "Version": policy["Version"]}
    form = rng.randrange(4)
    return [whole, json.dumps(whole), json.dumps(whole, indent=3), quote(json.dumps(whole))][form]


@given(policies, st.randoms(use_true_random=False))
def test_policy_spelling_is_silent(policy: dict[str, Any], rng: random.Random) -> None:
    assert policy_document(respelled(policy, rng)) == policy_document(policy)


@given(policies, st.randoms(use_true_random=False), st.data())
def test_policy_meaning_is_seen(policy: dict[str, Any], rng: random.Random, data: st.DataObject) -> None:
    """One character more in one value, or another effect."""
    changed = json.loads(json.dumps(policy))
    statement = changed["Statement"][data.draw(st.integers(0, len(policy["Statement"]) - 1))]
    field = data.draw(st.sampled_from(["Sid", "Effect", "Action", "Resource", "Principal", "Condition"]))
    if field == "Effect":
        statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"
    elif field == "Sid":
        statement["Sid"] += "q"
    elif field == "Principal":
        statement["Principal"]["AWS"][0] = "000000000001"
    elif field == "Condition":
        statement["Condition"]["StringEquals"]["aws:PrincipalTag/x"][0] += "q"
    else:
        statement[field][0] += "q"

    assert policy_document(respelled(changed, rng)) != policy_document(policy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Principal": "*"}, {"Principal": {"AWS": "*"}}),
        ({"Principal": {"AWS": ["*"]}}, {"Principal": "*"}),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": False}}},
            {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        ),
        ({"Condition": {}}, {}),
        ({"Action": ["s3:GetObject"]}, {"Action": "S3:getobject"}),
    ],
)
def test_policy_forms_that_mean_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert policy_document({"Statement": one}) == policy_document({"Statement": [other]})


def test_what_may_be_a_policy_is_compared_by_what_it_is() -> None:
    deny = {"Statement": [{"Effect": "Deny", "Action": ["organizations:LeaveOrganization"], "Resource": "*"}]}
    same = {"Statement": {"Action": "Organizations:leaveOrganization", "Effect": "Deny", "Resource": ["*"]}}
    cost = {"tags": {"CostCenter": {"tag_key": {"@@assign": "CostCenter"}}}}

    assert policy_or_document(json.dumps(deny)) == policy_or_document(json.dumps(same, indent=1))
    assert policy_or_document(json.dumps(cost)) == policy_or_document(cost) != policy_or_document(deny)
    assert policy_or_document("") is None


def test_policy_that_is_none() -> None:
    assert policy_document("") is None
    assert policy_document({}) is None
    assert policy_document("not json") == "not json"
    assert policy_document({"Statement": []}) != policy_document({"Statement": [{"Effect": "Allow"}]})


ports = st.integers(0, 65535)
cidrs = st.builds(lambda a, b: f"10.{a}.{b}.0/24", st.integers(0, 255), st.integers(0, 255))
peers = st.lists(cidrs, min_size=1, max_size=4, unique=True)


@given(
    st.lists(
        st.tuples(st.sampled_from(["tcp", "udp", "6", "17"]), ports, peers, st.sampled_from(["", "x"])), max_size=4
    )
)
def test_rules_are_the_same_atoms_however_written(rules: list[tuple[str, int, list[str], str]]) -> None:
    api = [
        {"IpProtocol": {"6": "tcp", "17": "udp"}.get(p, p), "FromPort": port, "ToPort": port,
         "IpRanges": [{"CidrIp": c, **({"Description": d} if d else {})} for c in peers]}
        for p, port, peers, d in rules
    ]  # fmt: skip
    inline = [
        {"protocol": p, "from_port": port, "to_port": port, "cidr_blocks": peers, "description": d}
        for p, port, peers, d in rules
    ]
    modern = frozenset(
        atom
        for p, port, peers, d in rules
        for c in peers
        for atom in atoms_of_vpc_rule(
            {"ip_protocol": p, "from_port": port, "to_port": port, "cidr_ipv4": c, "description": d}
        )
    )
    legacy = frozenset(a for rule in inline for a in atoms_of_rule({**rule, "security_group_id": "sg-1"}))

    assert rules_from_api(api) == rules_from_state(inline, {"id": "sg-1"}) == modern == legacy


def test_rule_to_itself_and_to_another_account() -> None:
    own = rules_from_state([{"protocol": "-1", "from_port": 0, "to_port": 0, "self": True}], {"id": "sg-1"})
    api = rules_from_api([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "1"}]}])
    foreign = rules_from_state(
        [{"protocol": "tcp", "from_port": 1, "to_port": 1, "security_groups": ["999/sg-2"]}], {"id": "sg-1"}
    )

    assert own == api
    assert [atom["security_group"] for atom in foreign] == ["sg-2"]


def test_ports_of_protocols_without_ports_mean_nothing() -> None:
    written = [{"protocol": "47", "from_port": 0, "to_port": 0, "cidr_blocks": ["10.0.0.0/8"]}]
    answered = [{"IpProtocol": "47", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]

    assert rules_from_state(written, {}) == rules_from_api(answered)


def test_description_does_not_make_another_rule() -> None:
    (a,), (b,) = (
        rules_from_state(
            [{"protocol": "tcp", "from_port": 1, "to_port": 1, "cidr_blocks": ["10.0.0.0/8"], "description": d}], {}
        )
        for d in ("x", "y")
    )

    assert a != b
    assert rule_key(a) == rule_key(b)


@given(st.dictionaries(names, names, max_size=5))
def test_tags_are_the_same_as_map_and_as_list(tags: dict[str, str]) -> None:
    pairs = [{"Key": k, "Value": v} for k, v in tags.items()]
    lower = [{"key": k, "value": v} for k, v in tags.items()]

    assert tag_map(tags) == tag_map(pairs) == tag_map(lower) == tags
    assert tag_map([*pairs, {"Key": "aws:cloudformation:stack-id", "Value": "x"}]) == tags
