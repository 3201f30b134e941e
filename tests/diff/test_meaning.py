"""For every kind of attribute: a rewrite that means the same is silent, a change of meaning is seen.

Each row of KINDS is one kind: how values are made, how one is written differently, and how its meaning is changed by as
little as one character. Both are held against `agree`, as the differ asks it.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.diff.compare import agree, changes
from drift.normalize import documents, times, values
from drift.normalize.addresses import cidr
from drift.provider import canonical, kinds
from drift.provider.spec import Attr
from drift.providers.aws import kinds as aws_kinds
from drift.providers.aws.normalize import names
from drift.providers.aws.normalize.network import protocol, protocol_number

Rewrite = Callable[[Any, random.Random], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of attribute, and its laws."""

    attr: Attr
    values: st.SearchStrategy[Any]
    same: Rewrite
    """The same, written differently."""
    other: Rewrite
    """Something else, by as little as can be."""


words = st.text("abcdefXYZ019", min_size=1, max_size=8)
hexes = st.text("0123456789abcdef", min_size=12, max_size=12)
numbers = st.integers(-1000, 100_000)
accounts = st.integers(10**11, 10**12 - 1).map(str)


def bumped(text: str, rng: random.Random) -> str:
    """The text with one letter or digit replaced by another one."""
    at = rng.choice([i for i, c in enumerate(text) if c.isalnum()])
    new = rng.choice([c for c in "abcdefghijk0123456789" if c.lower() != text[at].lower()])
    return text[:at] + new + text[at + 1 :]


def cased(text: str, rng: random.Random) -> str:
    return "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in text)


def shuffled(items: list[Any], rng: random.Random) -> list[Any]:
    return rng.sample(items, len(items))


# --- documents

scalars = st.none() | numbers | words | st.booleans()
documents_ = st.dictionaries(
    words, st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8),
    min_size=1, max_size=4,
)  # fmt: skip


def reordered(value: Any, rng: random.Random) -> Any:
    """The same JSON value, its objects in another order."""
    if isinstance(value, dict):
        return {k: reordered(value[k], rng) for k in shuffled(list(value), rng)}
    return [reordered(v, rng) for v in value] if isinstance(value, list) else value


def json_again(value: Any, rng: random.Random) -> str:
    spaced: Any = rng.choice([{}, {"indent": 2}, {"separators": (",", ":")}])
    return rng.choice(["", " ", "\n"]) + json.dumps(reordered(value, rng), ensure_ascii=rng.random() < 0.5, **spaced)


def yaml_again(value: Any, rng: random.Random) -> str:
    if rng.random() < 0.3:
        return json_again(value, rng)
    text: str = yaml.safe_dump(
        reordered(value, rng), default_flow_style=rng.choice([None, False, True]), sort_keys=False
    )
    return "# said\n" + text.replace("\n", rng.choice(["\n", "\r\n"])) if rng.random() < 0.5 else text


def value_changed(value: Any, rng: random.Random) -> Any:
    """The same JSON value with one thing in it changed: a leaf, or a key that is gone."""
    if isinstance(value, dict) and value:
        key = rng.choice(sorted(value))
        if rng.random() < 0.3:
            return {**{k: v for k, v in value.items() if k != key}, key + "q": value[key]}
        return {**value, key: value_changed(value[key], rng)}
    if isinstance(value, list) and value:
        at = rng.randrange(len(value))
        return [*value[:at], value_changed(value[at], rng), *value[at + 1 :]]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 2
    return bumped(value, rng) if isinstance(value, str) else "q"


# --- policies

actions = st.builds(
    lambda s, a: f"{s}:{a}", st.sampled_from(["s3", "sqs", "iam"]), st.text("abcXYZ", min_size=1, max_size=6)
)
resources = st.builds(lambda n: f"arn:aws:s3:::{n}", words)
principals = st.one_of(
    st.just({"AWS": ["*"]}),
    st.fixed_dictionaries({"AWS": st.lists(accounts, min_size=1, max_size=3, unique=True)}),
    st.fixed_dictionaries(
        {"Service": st.lists(words.map("{}.amazonaws.com".format), min_size=1, max_size=2, unique=True)}
    ),
)
OPERATORS: dict[str, st.SearchStrategy[Any]] = {
    "StringEquals": words,
    "ForAnyValue:StringLike": words,
    "StringNotEqualsIfExists": words,
    "ArnLike": resources,
    "ArnNotEquals": resources,
    "Bool": st.sampled_from(["true", "false"]),
    "Null": st.sampled_from(["true", "false"]),
    "NumericLessThan": st.integers(0, 10**20).map(str),
    "IpAddress": st.integers(0, 2**32 - 1).map(lambda n: str(ipaddress.ip_network((n, 32)))),
    "NotIpAddress": st.integers(0, 255).map("10.{}.0.0/16".format),
    "DateGreaterThan": st.integers(10**9, 2 * 10**9).map(lambda s: times.moment(s) or ""),
}
tests = st.fixed_dictionaries(
    {}, optional={op: st.dictionaries(words.map("aws:{}".format), st.lists(v, min_size=1, max_size=1), min_size=1, max_size=2)
                  for op, v in OPERATORS.items()},
)  # fmt: skip
statements = st.fixed_dictionaries(
    {
        "Sid": words,
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.lists(actions, min_size=1, max_size=3, unique_by=str.lower),
        "Resource": st.lists(resources, min_size=1, max_size=3, unique=True),
    },
    optional={"Principal": principals, "Condition": tests},
)


def _sid(statement: Any) -> str:
    return str(statement["Sid"])


policies = st.fixed_dictionaries(
    {
        "Version": st.sampled_from(["2012-10-17", "2008-10-17"]),
        "Statement": st.lists(statements, min_size=1, max_size=3, unique_by=_sid),
    }
)


def listed(items: list[Any], rng: random.Random) -> Any:
    items = shuffled(items, rng)
    return items[0] if len(items) == 1 and rng.random() < 0.5 else items


def principal_again(value: dict[str, list[str]], rng: random.Random) -> Any:
    if value == {"AWS": ["*"]} and rng.random() < 0.5:
        return "*"
    roots = {
        k: [f"arn:aws:iam::{v}:root" if v.isdigit() and rng.random() < 0.5 else v for v in vs]
        for k, vs in value.items()
    }
    return {k: listed(v, rng) for k, v in roots.items()}


def condition_value_again(operator: str, value: str, rng: random.Random) -> Any:
    if operator in ("Bool", "Null"):
        return rng.choice([value, value.capitalize(), value == "true"])
    if operator.startswith("Numeric"):
        return rng.choice([value, int(value), f"{value}.0"])
    if value.endswith("/32"):
        return rng.choice([value, value.removesuffix("/32")])
    if value.endswith(".0.0/16"):
        return rng.choice([value, value.replace(".0.0/16", ".7.9/16")])
    if operator.startswith("Date"):
        at = datetime.fromisoformat(value)
        return rng.choice([value, str(int(at.timestamp())), at.astimezone(timezone(timedelta(hours=2))).isoformat()])
    return value


def policy_again(policy: Any, rng: random.Random) -> Any:
    out = []
    for s in shuffled(policy["Statement"], rng):
        new = {
            "Sid": s["Sid"],
            "Effect": s["Effect"],
            "Action": listed([cased(a, rng) for a in s["Action"]], rng),
            "Resource": listed(s["Resource"], rng),
        }
        if "Principal" in s:
            new["Principal"] = principal_again(s["Principal"], rng)
        twins = {"ArnLike": ["ArnLike", "ArnEquals"], "ArnNotEquals": ["ArnNotEquals", "ArnNotLike"]}
        condition = {
            cased(rng.choice(twins.get(op, [op])), rng): {
                key.replace("aws:", rng.choice(["aws:", "AWS:"])): listed(
                    [condition_value_again(op, v, rng) for v in vs], rng
                )
                for key, vs in test.items()
            }
            for op, test in s.get("Condition", {}).items()
        }
        if condition or rng.random() < 0.3:
            new["Condition"] = condition
        out.append(reordered(new, rng))
    whole: Any = {"Statement": listed(out, rng), "Version": policy["Version"]}
    if policy["Version"] == "2008-10-17" and rng.random() < 0.5:
        del whole["Version"]
    return rng.choice([whole, json.dumps(whole), json.dumps(whole, indent=3), quote(json.dumps(whole))])


def policy_changed(policy: Any, rng: random.Random) -> Any:
    new = json.loads(json.dumps(policy))
    statement = rng.choice(new["Statement"])
    field = rng.choice([f for f in statement if f != "Condition" or statement[f]])
    if field == "Effect":
        statement[field] = "Deny" if statement[field] == "Allow" else "Allow"
    elif field == "Sid":
        statement[field] += "q"
    elif field == "Principal":
        kind = next(iter(statement[field]))
        statement[field][kind][0] = "000000000001"
    elif field == "Condition":
        operator = rng.choice(sorted(statement[field]))
        key = rng.choice(sorted(statement[field][operator]))
        value = statement[field][operator][key][0]
        statement[field][operator][key][0] = changed_test(operator, value, rng)
    else:
        statement[field][0] += "q"
    return policy_again(new, rng)


def changed_test(operator: str, value: str, rng: random.Random) -> str:
    if value in ("true", "false"):
        return "false" if value == "true" else "true"
    if operator.startswith("Numeric"):
        return str(int(value) + 1)
    if "/" in value and operator.endswith("IpAddress"):
        network = ipaddress.ip_network(value)
        return str(
            ipaddress.ip_network((int(network.network_address) ^ 2 ** (32 - network.prefixlen), network.prefixlen))
        )
    if operator.startswith("Date"):
        return (datetime.fromisoformat(value) + timedelta(seconds=1)).isoformat()
    return value + "q"


# --- networks

networks = st.one_of(
    st.builds(
        lambda n, p: ipaddress.ip_network((n >> (32 - p) << (32 - p), p)), st.integers(0, 2**32 - 1), st.integers(1, 32)
    ),
    st.builds(
        lambda n, p: ipaddress.ip_network((n >> (128 - p) << (128 - p), p)),
        st.integers(0, 2**128 - 1),
        st.integers(1, 128),
    ),
).map(str)


def network_again(text: str, rng: random.Random) -> str:
    network = ipaddress.ip_network(text)
    address = network.network_address + rng.randrange(min(network.num_addresses, 2**64))
    return f"{cased(rng.choice([str(address), address.exploded]), rng)}/{network.prefixlen}"


def network_changed(text: str, rng: random.Random) -> str:
    network = ipaddress.ip_network(text)
    if rng.random() < 0.5:
        return str(network.supernet())
    return str(
        ipaddress.ip_network(
            (int(network.network_address) ^ 2 ** (network.max_prefixlen - network.prefixlen), network.prefixlen)
        )
    )


NAMES = {"1": "ICMP", "6": "Tcp", "17": "udp", "58": "icmpv6", "-1": "all", "50": "esp", "47": "gre", "51": "AH"}


# --- names

key_ids = st.builds("{}-1111-2222-3333-{}".format, st.text("0123456789abcdef", min_size=8, max_size=8), hexes)
key_arns = st.builds(
    "arn:aws:kms:eu-west-1:{}:{}".format, accounts, key_ids.map("key/{}".format) | words.map("alias/{}".format)
)
role_arns = st.builds("arn:aws:iam::{}:role/{}{}".format, accounts, st.sampled_from(["", "service/", "a/b/"]), words)
groups = st.builds("arn:aws:logs:eu-west-1:{}:log-group:/aws/{}".format, accounts, words)
domains = st.lists(words.map(str.lower), min_size=2, max_size=4).map(".".join)


def after(text: str, rng: random.Random) -> str:
    """The text with its last letter or digit changed."""
    return text[:-1] + ("y" if text[-1] == "x" else "x")


def time_again(seconds: int, rng: random.Random) -> Any:
    at = datetime.fromtimestamp(seconds, UTC)
    there = at.astimezone(timezone(timedelta(minutes=rng.randrange(-700, 700, 15))))
    return rng.choice(
        [
            at,
            there,
            at.isoformat(),
            there.isoformat(),
            at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            seconds,
            at.replace(tzinfo=None),
        ]
    )


def pem_again(text: str, rng: random.Random) -> str:
    width, end = rng.choice([16, 64, 200]), rng.choice(["\n", "\r\n"])
    body = "".join(text.split("\n")[1:-1])
    return end.join(
        ["-----BEGIN X-----", *(body[i : i + width] for i in range(0, len(body), width)), "-----END X-----"]
    ) + rng.choice(["", end])


KINDS: dict[str, Kind] = {
    "document": Kind(kinds.document("x"), documents_, json_again, lambda v, r: json.dumps(value_changed(v, r))),
    "structured": Kind(
        kinds.structured("x"), documents_, yaml_again, lambda v, r: yaml.safe_dump(value_changed(v, r), sort_keys=False)
    ),
    "policy": Kind(aws_kinds.policy("x"), policies, policy_again, policy_changed),
    "cidr": Kind(kinds.cidr("x"), networks, network_again, network_changed),
    "protocol": Kind(
        kinds.attr("x", protocol), st.sampled_from(sorted(NAMES)), lambda v, r: r.choice([v, cased(NAMES[v], r)]),
        lambda v, r: r.choice([n for n in NAMES if n != v]),
    ),
    "protocol number": Kind(
        kinds.attr("x", protocol_number), st.sampled_from(sorted(NAMES)), lambda v, r: r.choice([v, cased(NAMES[v], r)]),
        lambda v, r: r.choice([n for n in NAMES if n != v]),
    ),
    "KMS key": Kind(
        aws_kinds.kms_key("x"), key_arns, lambda v, r: r.choice([v, v.split(":", 5)[5].removeprefix("key/")]), after
    ),
    "name or ARN": Kind(
        aws_kinds.name_or_arn("x"), role_arns, lambda v, r: r.choice([v, v.rpartition("/")[2], v.split(":role/")[1]]), after
    ),
    "log group": Kind(aws_kinds.group_arn("x"), groups, lambda v, r: r.choice([v, f"{v}:*"]), after),
    "domain": Kind(
        kinds.attr("x", values.dot_free), domains, lambda v, r: cased(v, r) + r.choice(["", "."]), after
    ),
    "caseless": Kind(kinds.caseless("x"), words, cased, bumped),
    "text": Kind(kinds.text("x"), words, lambda v, r: v, bumped),
    "number": Kind(
        kinds.number("x"), numbers, lambda v, r: r.choice([v, str(v), f"{v}.0", float(v)]), lambda v, r: str(v + r.choice([-1, 1]))
    ),
    "flag": Kind(
        kinds.flag("x"), st.just(True), lambda v, r: r.choice([True, "true", "True", "1"]), lambda v, r: r.choice([False, "false", None])
    ),
    "moment": Kind(
        kinds.moment("x"), st.integers(0, 4 * 10**9), time_again, lambda v, r: time_again(v + r.choice([-1, 1]), r)
    ),
    "schedule": Kind(
        aws_kinds.schedule("x"), st.integers(1, 90).map(lambda n: f"rate({n * 60} minutes)"),
        lambda v, r: r.choice([v, f"rate({int(v[5:-9]) // 60} hour{'s' if v != 'rate(60 minutes)' else ''})"]),
        lambda v, r: f"rate({int(v[5:-9]) + 1} minutes)",
    ),
    "PEM": Kind(
        kinds.pem("x"), st.text("abcdEFGH0189+/", min_size=40, max_size=300).map(lambda b: f"-----BEGIN X-----\n{b}\n-----END X-----"),
        pem_again, lambda v, r: pem_again(v.replace(v[20], "z" if v[20] != "z" else "y", 1) if v[20] not in "BEGINX-\n " else v[:18] + "z" + v[18:], r),
    ),
    "base64": Kind(
        kinds.attr("x", lambda v: documents.decoded(v).decode()), st.text("#! abc\n", min_size=2, max_size=20).filter(lambda t: " " in t),
        lambda v, r: r.choice([v, base64.b64encode(v.encode()).decode()]), lambda v, r: v + "q",
    ),
    "set": Kind(
        kinds.set_of(values.text, "x"), st.lists(words, min_size=1, max_size=5, unique=True),
        lambda v, r: shuffled(v + r.sample(v, r.randrange(len(v) + 1)), r), lambda v, r: [*v[:-1], v[-1] + "q"],
    ),
    "list": Kind(
        kinds.list_of(values.text, "x"), st.lists(words, min_size=2, max_size=5, unique=True), lambda v, r: [*v],
        lambda v, r: r.choice([v[::-1], v[:-1], [*v[:-1], v[-1] + "q"]]),
    ),
    "tags": Kind(
        aws_kinds.tags("x"), st.dictionaries(words, words, min_size=1, max_size=4),
        lambda v, r: r.choice([
            reordered(v, r), [{"Key": k, "Value": v[k]} for k in shuffled(list(v), r)], {**v, "aws:cloudformation:stack-id": "x"},
        ]),
        lambda v, r: r.choice([{**v, next(iter(v)): next(iter(v.values())) + "q"}, {**v, "qqq": ""}, dict(list(v.items())[1:])]),
    ),
    "event pattern": Kind(
        aws_kinds.event_pattern("x"), st.dictionaries(words, st.lists(words, min_size=1, max_size=3, unique=True), min_size=1, max_size=3),
        lambda v, r: json.dumps({k: shuffled(v[k], r) for k in shuffled(list(v), r)}),
        lambda v, r: json.dumps({**v, next(iter(v)): [*next(iter(v.values()))[:-1], "qqq"]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
@settings(deadline=None, max_examples=50)
@given(st.data(), st.randoms(use_true_random=False))
def test_the_same_written_differently_is_silent(name: str, data: st.DataObject, rng: random.Random) -> None:
    entry = KINDS[name]
    value = data.draw(entry.values)
    want, have = entry.same(value, rng), entry.same(value, rng)

    desired, actual = canonical.desired(entry.attr, want, {}), canonical.actual(entry.attr, have)

    # what only one of two names can say is held against the whole
    if entry.attr.same is not None:
        desired = canonical.desired(entry.attr, value, {})
    assert agree(entry.attr, desired, actual), (want, have)
    assert list(changes(entry.attr, "x", desired, actual)) == []


@pytest.mark.parametrize("name", KINDS)
@settings(deadline=None, max_examples=50)
@given(st.data(), st.randoms(use_true_random=False))
def test_another_meaning_is_seen(name: str, data: st.DataObject, rng: random.Random) -> None:
    entry = KINDS[name]
    value = data.draw(entry.values)
    have = entry.other(value, rng)

    desired, actual = canonical.desired(entry.attr, entry.same(value, rng), {}), canonical.actual(entry.attr, have)

    assert not agree(entry.attr, desired, actual), (value, have)
    assert list(changes(entry.attr, "x", desired, actual)) != []


@pytest.mark.parametrize(
    ("want", "have", "same"),
    [
        ("arn:aws:kms:eu-west-1:1:key/a", "a", True),
        ("a", "arn:aws:kms:eu-west-1:1:key/a", True),
        ("alias/x", "arn:aws:kms:eu-west-1:1:alias/x", True),
        ("alias/x", "arn:aws:kms:eu-west-1:1:key/x", False),
        ("x", "arn:aws:kms:eu-west-1:1:alias/x", False),
        ("arn:aws:kms:eu-west-1:1:key/a", "arn:aws:kms:eu-west-2:1:key/a", False),
        ("arn:aws:kms:eu-west-1:1:key/a", "arn:aws:kms:eu-west-1:2:key/a", False),
        ("a", "arn:aws:s3:::a", False),
        ("a", None, False),
    ],
)
def test_keys(want: Any, have: Any, same: bool) -> None:
    assert names.same_key(want, have) is same


@pytest.mark.parametrize(
    ("want", "have", "same"),
    [
        ("8.0", "8.0.35", True),
        ("8.0", "8.0", False),
        ("8.0", "8.01", False),
        ("8", "8.0.35", True),
        ("8.0.35", "8.0", False),
        ("8.0", None, False),
    ],
)
def test_versions(want: Any, have: Any, same: bool) -> None:
    assert names.version_prefix(want, have) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Condition": {"StringEquals": {}}}, {}),
        ({"Condition": {}}, {}),
        ({"Condition": None}, {}),
        ({"Action": "*:*"}, {"Action": "*"}),
        ({"NotAction": "IAM:*"}, {"NotAction": ["iam:*"]}),
        ({"NotPrincipal": {"AWS": "123456789012"}}, {"NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:root"]}}),
        ({"Condition": {"Bool": {"aws:x": True}}}, {"Condition": {"bool": {"AWS:X": ["true"]}}}),
        ({"Condition": {"NumericEquals": {"a:b": 10}}}, {"Condition": {"NumericEquals": {"a:b": "10.0"}}}),
        ({"Condition": {"ForAllValues:ArnEqualsIfExists": {"a:b": "x"}}}, {"Condition": {"ForAllValues:ArnLikeIfExists": {"a:b": "x"}}}),
    ],
)  # fmt: skip
def test_forms_of_statements(one: Any, other: Any) -> None:
    attr = aws_kinds.policy("x")

    assert canonical.actual(attr, {"Statement": one}) == canonical.actual(attr, {"Statement": [other]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:rooty"}}, {"Principal": {"AWS": "123456789012y"}}),
        ({"Condition": {"StringEquals": {"a:b": "X"}}}, {"Condition": {"StringEquals": {"a:b": "x"}}}),
        ({"Condition": {"StringEquals": {"a:b": "x"}}}, {"Condition": {"StringEqualsIfExists": {"a:b": "x"}}}),
        ({"Condition": {"ForAllValues:StringLike": {"a:b": "x"}}}, {"Condition": {"ForAnyValue:StringLike": {"a:b": "x"}}}),
        ({"Condition": {"StringEquals": {"a:b": "x", "A:B": "y"}}}, {"Condition": {"StringEquals": {"a:b": "y"}}}),
        ({"Condition": {"NumericEquals": {"a:b": "10000000000000000001"}}}, {"Condition": {"NumericEquals": {"a:b": "10000000000000000002"}}}),
        ({"Action": "s3:*"}, {"NotAction": "s3:*"}),
        ({"Principal": "*"}, {}),
    ],
)  # fmt: skip
def test_statements_that_mean_something_else(one: Any, other: Any) -> None:
    attr = aws_kinds.policy("x")

    assert canonical.actual(attr, {"Statement": one}) != canonical.actual(attr, {"Statement": [other]})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A: !Ref X\n", "A:   !Ref X  # said\n", True),
        ("A: !Ref X\n", "A: !GetAtt X\n", False),
        ("A: !Ref X\n", "A: X\n", False),
        ("A: 2010-09-09\n", "A: '2010-09-09'\n", True),
        ("A: yes\n", '{"A": true}', True),
        ("A: 1\n", "A: '1'\n", False),
        ("A: &x {b: 1}\nC: *x\n", "A: &x {b: 1}\nC: *x\n", True),
        ("A: &x {b: 1}\nC: *x\n", "A: &x {b: 2}\nC: *x\n", False),
        ("just text ", "just text", True),
        ("just: [text", "just: [text,", False),
    ],
)
def test_yaml(one: str, other: str, same: bool) -> None:
    assert (documents.structured(one) == documents.structured(other)) is same


def test_a_host_route_and_a_network_are_told_apart() -> None:
    assert cidr("10.0.0.1") == cidr("10.0.0.1/32") != cidr("10.0.0.0/24") == cidr("10.0.0.1/24")
