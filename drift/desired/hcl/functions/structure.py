"""Functions of values of any type: conversions and marks."""

from __future__ import annotations

from drift.desired.hcl.convert import convert
from drift.desired.hcl.functions.lists import ANYTHING
from drift.desired.hcl.functions.registry import Context, over
from drift.desired.hcl.values import BOOL, NUMBER, STRING, Val, unknown


@over("tobool", ANYTHING, marks=True)
def tobool(context: Context, of: Val) -> Val:
    """As a bool."""
    return convert(of, BOOL)


@over("tonumber", ANYTHING, marks=True)
def tonumber(context: Context, of: Val) -> Val:
    """As a number."""
    return convert(of, NUMBER)


@over("tostring", ANYTHING, marks=True)
def tostring(context: Context, of: Val) -> Val:
    """As text."""
    return convert(of, STRING)


@over("sensitive", ANYTHING, marks=True)
def sensitive(context: Context, of: Val) -> Val:
    """The same, not to be shown."""
    return of.marked()


@over("nonsensitive", ANYTHING, marks=True)
def nonsensitive(context: Context, of: Val) -> Val:
    """The same, to be shown; its parts stay as they are."""
    return Val(of.type, of.raw)


@over("issensitive", ANYTHING, returns=BOOL, marks=True)
def issensitive(context: Context, of: Val) -> Val:
    """Whether it must not be shown."""
    if of.sensitive:
        return Val(BOOL, True)
    return Val(BOOL, False) if of.is_known else unknown(BOOL)


@over("ephemeralasnull", ANYTHING, marks=True)
def ephemeralasnull(context: Context, of: Val) -> Val:
    """The same: what is ephemeral is unknown here, for no state and no plan has it (`names.py`)."""
    return of
