"""Values are narrowed before anything is read from them; what is unread is never taken for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from drift.model.coverage import Unreadable
from drift.model.value import Block, Hidden, Value, as_block, as_set, as_tuple, freeze

REFUSED = Unreadable("sqs:GetQueueAttributes", "AccessDenied")
NARROWED: tuple[Callable[[Value], Any], ...] = (as_tuple, as_set, as_block)


@pytest.mark.parametrize("narrowed", NARROWED)
@pytest.mark.parametrize("nothing", [None, "", False, (), frozenset(), Block()], ids=repr)
def test_what_is_not_set_is_empty(narrowed: Callable[[Value], Any], nothing: Value) -> None:
    assert len(narrowed(nothing)) == 0


@pytest.mark.parametrize("narrowed", NARROWED)
@pytest.mark.parametrize("other", [REFUSED, "text", 5, True, Hidden("secret")], ids=repr)
def test_what_is_unread_or_of_another_shape_is_an_error(narrowed: Callable[[Value], Any], other: Value) -> None:
    with pytest.raises(TypeError):
        narrowed(other)


def test_a_list_keeps_its_order_and_a_set_has_none() -> None:
    assert as_tuple(("b", "a", "b")) == ("b", "a", "b")
    assert sorted(map(str, as_tuple(frozenset({"b", "a"})))) == ["a", "b"]
    assert as_set(("b", "a", "b")) == frozenset({"a", "b"})


def test_a_block_is_no_list_and_a_list_no_block() -> None:
    with pytest.raises(TypeError):
        as_tuple(Block(a=1))
    with pytest.raises(TypeError):
        as_block((Block(a=1),))


def test_json_is_frozen_to_the_bottom() -> None:
    frozen = freeze({"rules": [{"ports": {22, 80}}, None]})

    assert frozen == Block(rules=(Block(ports=frozenset({22, 80})), None))
    assert isinstance(hash(frozen), int)
