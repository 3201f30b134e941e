"""The formats a state comes in: bytes in, `State` out."""

from __future__ import annotations

from drift.desired.instance import State
from drift.desired.state.sniff import refuse_other
from drift.desired.state.v4 import parse_v4


def parse(data: bytes, source: str) -> State:
    """The state in `data`; StateError says what it is instead, and what to do."""
    refuse_other(data, source)
    return parse_v4(data, source)
