"""Normal forms: spelling is silent, a change of meaning is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.value import Block, Value, is_empty
from drift.normalize.addresses import cidr
from drift.normalize.values import boolean, document, number, text

names = st.text("abcXYZ", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:DB8:0::/32", "2001:db8::/32"), ("10.0.0.0/8", "10.0.0.0/8"), ("::/0", "0::0/0")],
)
def test_cidr_forms(one: str, other: str) -> None:
    assert cidr(one) == cidr(other)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | names,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    )
)
def test_documents_by_content(value: Any) -> None:
    assert document(json.dumps(value, indent=2)) == document(json.dumps(value, sort_keys=True))


def test_scalars() -> None:
    assert (number("30"), number(30), number("30.0"), number(""), number("x"), number(None)) == (
        30,
        30,
        30,
        None,
        None,
        None,
    )
    assert number("1.5") == 1.5
    assert (boolean("true"), boolean("false"), boolean(None), boolean(True)) == (True, False, None, True)
    assert (text(True), text(""), text(5)) == ("true", None, "5")


def test_emptiness() -> None:
    nothing: tuple[Value, ...] = (None, "", (), frozenset(), False, Block())
    something: tuple[Value, ...] = (0, "x", (0,), True)

    assert all(map(is_empty, nothing))
    assert not any(map(is_empty, something))
