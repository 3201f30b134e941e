"""IAM policies, compared by meaning."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

from drift.model.value import Block, Value, as_tuple, freeze
from drift.normalize.times import moment
from drift.normalize.values import document

_ACCOUNT_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
_CASELESS = ("Action", "NotAction")
_LISTS = ("Resource", "NotResource")
_ALIKE = {"arnequals": "arnlike", "arnnotequals": "arnnotlike"}
"""Operators that behave identically (IAM User Guide, "Condition operators")."""
_OPERATOR = re.compile(r"((?:forallvalues|foranyvalue):)?(.*?)(ifexists)?")


def policy_document(value: Any) -> Value:
    """A policy without everything that has no meaning.

    Order, lists with one element, the case of actions, an account id or its root ARN, `"*"` or `{"AWS": "*"}`, the case
    of condition operators and keys, and the spelling of condition values have no meaning. `Sid`, effects, actions,
    resources, principals and conditions have one (IAM's policy grammar, "Elements reference"). Text that is not a
    policy is compared as text.
    """
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = json.loads(unquote(value) if value.lstrip()[:3].upper() == "%7B" else value)
        except ValueError:
            return str(value)
    if not value:
        return None
    if not isinstance(value, Mapping):
        return freeze(value)
    out: dict[str, Any] = {"Version": value.get("Version") or "2008-10-17"}
    out["Statement"] = frozenset(
        _statement(s) if isinstance(s, Mapping) else freeze(s) for s in _many(value.get("Statement"))
    )
    for key in value:
        if key not in out and value[key] not in (None, ""):
            out[key] = freeze(value[key])
    return Block(out)


def policy_or_document(value: Any) -> Value:
    """What has statements as a policy, and any other JSON document by its content.

    An organization's policies are of many kinds: those that grant and deny follow IAM's grammar, those that configure a
    service do not (Organizations User Guide, "SCP syntax", "Management policy syntax").
    """
    found = document(value)
    return policy_document(value) if isinstance(found, Mapping) and "Statement" in found else found


def for_its_account(policy: Value, account: str) -> bool:
    """Whether a canonical policy allows only the account itself.

    AWS creates such policies by itself: a key's, for the account's root (KMS Developer Guide, "Default key policy"),
    and a topic's, for requests from the account (SNS API reference, CreateTopic).
    """
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    return bool(statements) and all(isinstance(s, Mapping) and _of_account(s, account) for s in as_tuple(statements))


def _of_account(statement: Mapping[str, Value], account: str) -> bool:
    principal = statement.get("Principal")
    who = principal.get("AWS") if isinstance(principal, Mapping) and len(principal) == 1 else None
    if who == {account}:
        return True
    condition = statement.get("Condition")
    tested = condition.get("stringequals") if isinstance(condition, Mapping) else None
    equals = tested if isinstance(tested, Mapping) else Block()
    sent_by = equals.get("aws:sourceowner") or equals.get("aws:sourceaccount")
    return who == {"*"} and sent_by == {account}


def allows_everything(policy: Value, _account: str) -> bool:
    """Whether a policy is the single statement that allows everything to everybody, which AWS gives a VPC endpoint."""
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    everything = {"Effect": "Allow", "Principal": {"AWS": {"*"}}, "Action": {"*"}, "Resource": {"*"}}
    said = [{k: v for k, v in s.items() if k != "Sid"} if isinstance(s, Mapping) else s for s in as_tuple(statements)]
    return said == [everything]


def _statement(raw: Mapping[str, Any]) -> Block:
    out: dict[str, Any] = {}
    for key, value in raw.items():
        if value is None or value == "":
            continue
        if key in _CASELESS:
            out[key] = frozenset("*" if v == "*:*" else str(v).lower() for v in _many(value))
        elif key in _LISTS:
            out[key] = frozenset(str(v) for v in _many(value))
        elif key in ("Principal", "NotPrincipal"):
            out[key] = _principal(value)
        elif key == "Condition" and (isinstance(value, Mapping) or not value):
            conditions = _conditions(value or {})
            out |= {key: conditions} if conditions else {}
        else:
            out[key] = freeze(value)
    return Block(out)


def _principal(value: Any) -> Value:
    if value == "*":
        return Block(AWS=frozenset({"*"}))
    if not isinstance(value, Mapping):
        return freeze(value)
    return Block({str(k): frozenset(_account(str(v)) for v in _many(v)) for k, v in value.items()})


def _account(principal: str) -> str:
    root = _ACCOUNT_ROOT.fullmatch(principal)
    return root[1] if root else principal


def _conditions(value: Mapping[str, Any]) -> Block:
    operators = _caseless({k: v for k, v in value.items() if not isinstance(v, Mapping) or v}, _operator)
    return Block({op: _test(op, test) for op, test in operators.items()})


def _operator(name: str) -> str:
    found = _OPERATOR.fullmatch(name.lower())
    if found is None:
        return name
    return f"{found[1] or ''}{_ALIKE.get(found[2], found[2])}{found[3] or ''}"


def _caseless(values: Mapping[str, Any], canon: Callable[[str], str]) -> dict[str, Any]:
    """The mapping with canonical keys; unchanged if two keys would become equal, because one would be lost."""
    keys = [canon(str(k)) for k in values]
    return dict(zip(keys if len({*keys}) == len(keys) else map(str, values), values.values(), strict=True))


def _test(operator: str, value: Any) -> Value:
    if not isinstance(value, Mapping):
        return freeze(value)
    canon = _canon_of(operator)
    return Block({k: frozenset(canon(v) for v in _many(v)) for k, v in _caseless(value, str.lower).items()})


def _canon_of(operator: str) -> Callable[[Any], str]:
    kind = operator.rpartition(":")[2]
    for start, canon in _CANONS.items():
        if kind.startswith(start):
            return canon
    return _text


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _truth(value: Any) -> str:
    return str(value).lower()


def _number(value: Any) -> str:
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        return _text(value)


def _address(value: Any) -> str:
    """An address as a network of one address (IAM User Guide, "IP address condition operators")."""
    try:
        return str(ipaddress.ip_network(str(value), strict=False))
    except ValueError:
        return str(value)


def _date(value: Any) -> str:
    if isinstance(value, str) and value.isdigit() and len(value) > 4:
        value = int(value)
    try:
        return moment(value) or ""
    except (OverflowError, ValueError, OSError):
        return str(value)


_CANONS: Mapping[str, Callable[[Any], str]] = {
    "bool": _truth,
    "null": _truth,
    "numeric": _number,
    "ipaddress": _address,
    "notipaddress": _address,
    "date": _date,
}
"""Beginning of an operator's name -> canonical form of its values."""


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
