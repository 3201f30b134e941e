"""Conditions tested against a request (IAM User Guide, "IAM JSON policy elements: Condition operators").

An answer is True, False, or None if it cannot be decided.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from drift.providers.aws.policy.document import Test
from drift.providers.aws.policy.glob import matches

Context = Mapping[str, tuple[str, ...] | None]
"""Key in lower case -> its values in the request; `()` if the request lacks the key, None if that is unknown."""

Answer = bool | None

_WITHOUT_KEY = {"forallvalues": True, "foranyvalue": False}
"""The result of a set operator if the request lacks the key. Without a set operator, only negated tests hold then."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_SPECIAL = ("*", "?", "$")
"""`${*}`, `${?}` and `${$}` are the characters themselves ("IAM policy elements: Variables and tags")."""


def all_of(answers: Iterable[Answer]) -> Answer:
    """Logical and: False if one is False, otherwise None if one is None."""
    known = list(answers)
    return False if False in known else None if None in known else True


def any_of(answers: Iterable[Answer]) -> Answer:
    """Logical or: True if one is True, otherwise None if one is None."""
    known = list(answers)
    return True if True in known else None if None in known else False


def opposite(answer: Answer) -> Answer:
    """Logical not; None stays None."""
    return None if answer is None else not answer


def holds(test: Test, context: Context, *, variables: bool = True, complete: bool = True) -> Answer:
    """Whether one test holds for a request.

    context: the keys of the request. complete: whether the request has no other keys; otherwise that is unknown.
    """
    given = context.get(test.key, () if complete else None)
    if test.operator == "null":
        wants_absent = {v.lower() for v in test.values}
        return None if given is None else any((not given) is (v == "true") for v in wants_absent)
    compare = _COMPARE.get(test.operator.replace("not", "", 1) if test.negated else test.operator)
    if compare is None:
        return None  # an operator that IAM does not know
    if given is None:
        return None
    if not given:
        return test.if_exists or _WITHOUT_KEY.get(test.qualifier, test.negated)
    values = [_filled(v, context, complete=complete) if variables else _Text(v, v) for v in sorted(test.values)]
    single = [_one(compare, value, values, negated=test.negated) for value in given]
    if test.qualifier == "forallvalues":
        return all_of(single)
    if test.qualifier == "foranyvalue" or not test.negated:
        return any_of(single)
    return all_of(single)  # a negated test of several values holds where none of them matches


def _one(compare: _Compare, value: str, wanted: list[_Text | None], *, negated: bool) -> Answer:
    found = any_of(None if w is None else compare(value, w) for w in wanted)
    return opposite(found) if negated else found


class _Text:
    """A value in a policy: its text, and its pattern if wildcards apply."""

    def __init__(self, text: str, pattern: str) -> None:
        self.text = text
        self.pattern = pattern


def _filled(value: str, context: Context, *, complete: bool) -> _Text | None:
    """The value with its variables replaced; None if one is unknown.

    Wildcards in the value of a variable are plain characters. A variable that the request lacks matches nothing.
    """
    text, pattern, end = "", "", 0
    for found in _VARIABLE.finditer(value):
        between = value[end : found.start()]
        name, _, default = (part.strip() for part in found[1].partition(","))
        if name in _SPECIAL:
            got: tuple[str, ...] | None = (name,)
        else:
            got = context.get(name.lower(), () if complete else None)
        if got is None:
            return None
        if not got and default:
            got = (default.strip("'"),)
        inside = got[0] if len(got) == 1 else "\0"
        text, pattern, end = text + between + inside, pattern + between + _plain(inside), found.end()
    return _Text(text + value[end:], pattern + value[end:])


_STAR, _MARK = "\1", "\2"
"""Placeholders for a literal `*` and `?`."""


def _plain(text: str) -> str:
    return text.replace("*", _STAR).replace("?", _MARK)


def fill_resource(pattern: str, context: Context, *, complete: bool = True) -> str | None:
    """A resource pattern with its variables replaced; None if one is unknown."""
    found = _filled(pattern, context, complete=complete)
    return None if found is None else found.pattern


def like(text: str, pattern: str) -> bool:
    """Whether a text matches a pattern whose variables were replaced."""
    return matches(pattern, _plain(text) if _STAR in pattern or _MARK in pattern else text)


_Compare = Callable[[str, "_Text"], Answer]


def _arn(value: str, wanted: _Text) -> Answer:
    """Compares each of the six parts of an ARN separately, so that a wildcard does not match across a colon."""
    mine, theirs = value.split(":", 5), wanted.pattern.split(":", 5)
    if len(mine) != 6 or len(theirs) != 6:
        return like(value, wanted.pattern) if wanted.pattern == "*" else False
    return all(like(m, t) for m, t in zip(mine, theirs, strict=True))


def _number(order: Callable[[Decimal, Decimal], bool]) -> _Compare:
    def compare(value: str, wanted: _Text) -> Answer:
        try:
            return order(Decimal(value), Decimal(wanted.text))
        except InvalidOperation:
            return False

    return compare


def _moment(text: str) -> datetime | None:
    """ISO 8601, or seconds since 1970."""
    try:
        if re.fullmatch(r"\d{5,}(\.\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _date(order: Callable[[datetime, datetime], bool]) -> _Compare:
    def compare(value: str, wanted: _Text) -> Answer:
        mine, theirs = _moment(value), _moment(wanted.text)
        return False if mine is None or theirs is None else order(mine, theirs)

    return compare


def _address(value: str, wanted: _Text) -> Answer:
    try:
        mine, theirs = ipaddress.ip_address(value), ipaddress.ip_network(wanted.text, strict=False)
    except ValueError:
        return False
    return mine in theirs


def _binary(value: str, wanted: _Text) -> Answer:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(wanted.text, validate=True)
    except (binascii.Error, ValueError):
        return False


_COMPARE: Mapping[str, _Compare] = {
    "stringequals": lambda v, w: v == w.text,
    "stringequalsignorecase": lambda v, w: v.lower() == w.text.lower(),
    "stringlike": lambda v, w: like(v, w.pattern),
    "arnequals": _arn,  # ArnEquals and ArnLike behave identically
    "arnlike": _arn,
    "bool": lambda v, w: v.lower() == w.text.lower(),
    "binaryequals": _binary,
    "ipaddress": _address,
    "numericequals": _number(lambda a, b: a == b),
    "numericlessthan": _number(lambda a, b: a < b),
    "numericlessthanequals": _number(lambda a, b: a <= b),
    "numericgreaterthan": _number(lambda a, b: a > b),
    "numericgreaterthanequals": _number(lambda a, b: a >= b),
    "dateequals": _date(lambda a, b: a == b),
    "datelessthan": _date(lambda a, b: a < b),
    "datelessthanequals": _date(lambda a, b: a <= b),
    "dategreaterthan": _date(lambda a, b: a > b),
    "dategreaterthanequals": _date(lambda a, b: a >= b),
}
"""Operator without negation -> the function that compares one value of the request with one of the policy."""
