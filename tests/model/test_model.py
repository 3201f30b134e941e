"""Addresses, ARNs, values and verdict policies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.cli.options.policy import Policy, status
from drift.model.address import Address
from drift.model.coverage import Gap
from drift.model.drift import Drift, Finding, Report, Scope
from drift.model.resource import Key, Resource
from drift.model.value import Block, freeze, plain
from drift.providers.aws.arn import Arn

names = st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True)
keys = st.none() | st.integers(0, 10**6) | st.text(max_size=12)
addresses = st.builds(
    Address,
    names,
    names,
    keys,
    st.lists(st.tuples(names, keys), max_size=3).map(tuple),
    st.sampled_from(["managed", "data"]),
)


@given(addresses)
def test_address_text_and_parse_are_inverses(address: Address) -> None:
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize("text", ["", "aws_vpc", "aws_vpc.", "module.x", "aws_vpc.a[", 'aws_vpc.a["]', "aws_vpc.a b"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not a resource address"):
        Address.parse(text)


def test_keys_are_quoted_as_terraform_quotes_them() -> None:
    assert str(Address("t", "n", 'a"${b}\n')) == 't.n["a\\"$${b}\\n"]'


def test_arn() -> None:
    arn = Arn.parse("arn:aws-cn:s3:::bucket/key:x")

    assert arn is not None
    assert (arn.partition, arn.region, arn.resource) == ("aws-cn", "", "bucket/key:x")
    assert str(arn) == "arn:aws-cn:s3:::bucket/key:x"
    assert Arn.parse("arn:aws:s3") is None
    assert Arn.parse(None) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(json_values)
def test_frozen_values_are_hashable_and_give_back_what_they_held(value: object) -> None:
    frozen = freeze(value)

    assert hash(frozen) == hash(freeze(value))
    assert frozen == freeze(value)
    assert plain(frozen) == value or isinstance(value, dict | list)


def test_block_is_a_hashable_mapping() -> None:
    assert Block(a=1, b=2) == Block(b=2, a=1) == {"a": 1, "b": 2}
    assert len({Block(a=1), Block(a=1), Block(a=2)}) == 2


def unmanaged(severity: str = "", *, certain: bool = True, effect: str = "introduced") -> Drift:
    found = (Finding("r", severity, "t", effect),) if severity else ()  # type: ignore[arg-type]
    return Drift("unmanaged", None, Resource(key=Key("t", "1", "r", ("x",)), id="x"), findings=found, certain=certain)


@pytest.mark.parametrize(
    ("terms", "drift", "fails"),
    [
        ((), unmanaged(), True),
        (("missing",), unmanaged(), False),
        (("unmanaged",), unmanaged(), True),
        (("unmanaged",), unmanaged(certain=False), False),
        (("none",), unmanaged("critical"), False),
        (("severity>=high",), unmanaged("critical"), True),
        (("severity>=high",), unmanaged("medium"), False),
        (("missing,severity >= medium",), unmanaged("medium"), True),
        (("introduced",), unmanaged("info"), True),
        (("introduced",), unmanaged("critical", effect="present"), False),
        (("introduced",), unmanaged("critical", effect="unknown"), False),
        (("introduced",), unmanaged(), False),
        (("severity>=high,introduced",), unmanaged("high"), True),
        (("severity>=high", "introduced"), unmanaged("medium"), False),
        (("severity>=high,introduced",), unmanaged("critical", effect="present"), False),
        (("unmanaged,introduced",), unmanaged("low", effect="present"), True),
    ],
)
def test_policy(terms: tuple[str, ...], drift: Drift, fails: bool) -> None:
    assert Policy.parse(terms).fails(drift) is fails


def test_status() -> None:
    gap = Gap("t", "1", "r", "a", "c")
    read = Scope(sources=("s",))

    assert status(Report(scope=read), Policy()) == 0
    assert status(Report(scope=read, drift=(unmanaged(),)), Policy()) == 1
    assert status(Report(scope=read, gaps=(gap,)), Policy()) == 3
    assert status(Report(scope=read, gaps=(gap,)), Policy(), allow_incomplete=True) == 0
    assert status(Report(scope=read, gaps=(gap,), drift=(unmanaged(),)), Policy()) == 1
    assert status(Report(scope=Scope(), states_failed=("x",)), Policy()) == 2


def test_fingerprint_changes_with_the_drift_and_with_nothing_else() -> None:
    one, again, other = (
        unmanaged(),
        unmanaged("high"),
        Drift("unmanaged", None, Resource(key=Key("t", "2", "r", ("x",)), id="x")),
    )

    assert one.fingerprint == again.fingerprint != other.fingerprint
