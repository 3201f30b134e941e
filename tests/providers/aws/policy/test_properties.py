"""What must hold for every policy, whatever it says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.providers.aws.policy import (
    Decision,
    Grants,
    Principal,
    Request,
    Undecided,
    decide,
    difference,
    expand,
    foreign,
    paths,
    policy_of,
    public,
)
from drift.providers.aws.policy.actions import every_action
from drift.providers.aws.policy.glob import covers, matches, overlaps

ACTIONS = st.sampled_from(
    ["s3:GetObject", "s3:Get*", "s3:*", "s3:PutObject", "*", "iam:PassRole", "iam:P*", "ec2:Run*"]
)
RESOURCES = st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", "arn:aws:s3:::*", "arn:aws:iam::*:role/*"])
ACCOUNTS = ["123456789012", "210987654321"]
PRINCIPALS = st.sampled_from([
    "*", {"AWS": "*"}, *({"AWS": a} for a in ACCOUNTS), {"AWS": f"arn:aws:iam::{ACCOUNTS[1]}:role/x"},
    {"Service": "sns.amazonaws.com"},
])  # fmt: skip
CONDITIONS = st.dictionaries(
    st.sampled_from(
        ["StringEquals", "StringLike", "StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringLike"]
    ),
    st.dictionaries(
        st.sampled_from(["aws:PrincipalOrgID", "aws:SourceAccount", "aws:SourceVpc", "s3:prefix"]),
        st.lists(st.sampled_from(["o-1234", "123456789012", "vpc-1", "*", "a*"]), min_size=1, max_size=2, unique=True),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)


@st.composite
def statements(draw: Any, effect: str = "Allow", *, principals: bool = True) -> dict[str, Any]:
    out: dict[str, Any] = {"Effect": effect}
    out[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(st.lists(ACTIONS, min_size=1, max_size=2))
    out[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.lists(RESOURCES, min_size=1, max_size=2)
    )
    if principals:
        out["Principal"] = draw(PRINCIPALS)
    conditions = draw(CONDITIONS)
    return out | ({"Condition": conditions} if conditions else {})


def some(*, principals: bool = True) -> st.SearchStrategy[list[dict[str, Any]]]:
    either = st.one_of(
        statements(principals=principals), statements(principals=principals), statements("Deny", principals=principals)
    )
    return st.lists(either, min_size=1, max_size=3)


def read(found: list[dict[str, Any]]) -> Any:
    return policy_of({"Version": "2012-10-17", "Statement": found})


REQUESTS = st.builds(
    Request,
    action=st.sampled_from(["s3:GetObject", "s3:PutObject", "iam:PassRole", "ec2:RunInstances"]),
    resource=st.sampled_from(["arn:aws:s3:::b/x", "arn:aws:s3:::c/y", "arn:aws:iam::123456789012:role/r"]),
    principal=st.sampled_from([
        Principal("AWS", "arn:aws:iam::210987654321:role/x"), Principal("AWS", "arn:aws:iam::123456789012:user/u"),
        Principal("Service", "sns.amazonaws.com"),
    ]),
    context=st.dictionaries(
        st.sampled_from(["aws:PrincipalOrgID", "aws:SourceAccount", "aws:SourceVpc", "s3:prefix"]),
        st.sampled_from(["o-1234", "123456789012", "vpc-1", "abc"]),
    ),
)  # fmt: skip


@given(some(), statements("Deny"), REQUESTS)
def test_a_denial_more_never_allows_more(found: list[Any], denial: dict[str, Any], request: Request) -> None:
    if decide(read([*found, denial]), request) is Decision.ALLOWED:
        assert decide(read(found), request) is Decision.ALLOWED


@given(some(), statements(), REQUESTS)
def test_an_allowance_more_never_allows_less(found: list[Any], more: dict[str, Any], request: Request) -> None:
    if decide(read(found), request) is Decision.ALLOWED:
        assert decide(read([*found, more]), request) is Decision.ALLOWED


@given(statements(), CONDITIONS, REQUESTS)
def test_a_condition_more_never_widens(found: dict[str, Any], more: dict[str, Any], request: Request) -> None:
    tighter = {**found, "Condition": {**more, **found.get("Condition", {})}}
    if decide(read([tighter]), request) is Decision.ALLOWED:
        assert decide(read([found]), request) is Decision.ALLOWED
    if public(read([tighter])) if not isinstance(public(read([tighter])), Undecided) else False:
        assert public(read([found]))
    assert difference(read([found]), read([tighter])).added == ()  # type: ignore[union-attr]


@given(some(), st.randoms(use_true_random=False))
def test_the_order_of_statements_says_nothing(found: list[Any], random: Any) -> None:
    turned = list(found)
    random.shuffle(turned)

    assert read(found) == read(turned)
    assert public(read(found)) == public(read(turned))
    assert foreign(read(found), ACCOUNTS[:1]) == foreign(read(turned), ACCOUNTS[:1])
    assert difference(read(found), read(turned)) == difference(read(found), read(found))


@given(some(), statements("Deny"))
def test_a_denial_more_makes_nothing_public_or_foreign(found: list[Any], denial: dict[str, Any]) -> None:
    for ask in (public, lambda p: foreign(p, ACCOUNTS[:1])):
        before, after = ask(read(found)), ask(read([*found, denial]))
        if isinstance(after, tuple) and not isinstance(before, Undecided):
            assert {a.statement for a in after} <= {a.statement for a in before}


@given(some())
def test_nothing_is_new_in_the_same_policy(found: list[Any]) -> None:
    assert difference(read(found), read(found)).added == ()  # type: ignore[union-attr]
    assert difference(read(found), read(found)).removed == ()  # type: ignore[union-attr]


@given(some(), statements("Deny"))
def test_a_denial_more_makes_nothing_possible(found: list[Any], denial: dict[str, Any]) -> None:
    assert difference(read(found), read([*found, denial])).added == ()  # type: ignore[union-attr]


@settings(max_examples=300)
@given(some(), some(), REQUESTS)
def test_what_is_allowed_now_and_was_not_is_told_as_new(old: list[Any], new: list[Any], request: Request) -> None:
    before, after = read(old), read(new)
    if decide(after, request) is Decision.ALLOWED and decide(before, request) is not Decision.ALLOWED:
        told = difference(before, after).added  # type: ignore[union-attr]
        assert any(request.action.lower() in g.actions and g.resource.matches(request.resource) for g in told)


@given(some(principals=False), statements("Deny", principals=False))
def test_a_denial_more_opens_no_way(found: list[Any], denial: dict[str, Any]) -> None:
    before = {p.escalation.actions for p in paths(Grants([read(found)]))}
    after = paths(Grants([read([*found, denial])]))

    assert all(any(set(b) <= set(p.escalation.actions) for b in before) for p in after)


@given(st.sampled_from(["s3:*", "s3:Get*", "iam:*Role*", "ec2:Describe?olumes", "*:Get*", "s3:getobject", "kms:*Key"]))
def test_expansion_agrees_with_matching(pattern: str) -> None:
    assert expand(pattern) == {a for a in every_action() if matches(pattern.lower(), a)}


TEXTS = st.text("ab:", max_size=5)
PATTERNS = st.text("ab:*?", max_size=5)


@settings(max_examples=500)
@given(PATTERNS, PATTERNS, TEXTS)
def test_a_pattern_that_covers_another_means_all_that_it_means(one: str, other: str, text: str) -> None:
    if covers(one, other) and matches(other, text):
        assert matches(one, text)
    if matches(one, text) and matches(other, text):
        assert overlaps(one, other)
    assert covers(one, one)
    assert covers("*", one)
