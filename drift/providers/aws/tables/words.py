"""The pieces of expressions: each names a place in drift's form of a resource, and gives SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from drift.normalize.values import Canon
from drift.providers.aws.normalize.policy import policy_document


def text_at(path: str) -> str:
    """The text at a path of a resource's attributes."""
    return f"attributes ->> '$.{path}'"


def flag_at(path: str) -> str:
    """True or false at a path."""
    return f"try_cast({text_at(path)} as boolean)"


_OPERATORS: Final = (
    *(f"String{n}" for n in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")),
    *(f"Numeric{n}" for n in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")),
    *(f"Date{n}" for n in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")),
    *(f"Arn{n}" for n in ("Equals", "NotEquals", "Like", "NotLike")),
    "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null",
)  # fmt: skip
"""The condition operators of a policy (IAM User Guide, "Condition operators"). drift's form has them in lower case."""


def policy_of(value: str) -> str:
    """A policy as AWS writes it, with lists in order: operators in their own case, an account as its root."""
    text = f"cast({value} as varchar)"
    for name in _OPERATORS:
        for end in ("", "IfExists"):
            lowered = name.lower().replace("notipaddress", "notIpAddress") + end.lower()
            text = f"replace({text}, '{lowered}\":{{', '{name}{end}\":{{')"
    for start in ("ForAllValues", "ForAnyValue"):
        text = f"replace({text}, '\"{start.lower()}:', '\"{start}:')"

    def of(key: str, statement: str) -> str:
        root = "concat('arn:', coalesce(nullif(split_part(r.arn, ':', 2), ''), 'aws'), ':iam::', w, ':root')"
        each = (
            f"list_transform(json_extract_string({statement}, '$.{key}.AWS[*]'), "
            f"lambda w: case when regexp_full_match(w, '[0-9]{{12}}') then {root} else w end)"
        )
        patched = f"json_merge_patch({statement}, json_object('{key}', json_object('AWS', {each})))"
        return f"case when json_type({statement} -> '$.{key}.AWS') = 'ARRAY' then {patched} else {statement} end"

    inner = of("NotPrincipal", f"({of('Principal', 's')})")
    statements = f"list_transform(json_extract(cast({text} as json), '$.Statement[*]'), lambda s: {inner})"
    whole = f"json_merge_patch(cast({text} as json), json_object('Statement', {statements}))"
    return f"case json_type({value}) when 'OBJECT' then {whole} when 'NULL' then null else {value} end"


FORMS: Final[Mapping[Canon, Callable[[str], str]]] = {policy_document: policy_of}
"""The kinds of AWS's own that have a form for readers of such tables."""


def others(what: str, type_: str, where: str) -> str:
    """What other resources of the account tell of this one, as a list; NULL where there are none."""
    return (
        f"(select to_json(list({what})) from current p "
        f"where p.side = 'actual' and p.type = '{type_}' and p.account = r.account and {where})"
    )


def other(what: str, type_: str, where: str) -> str:
    """The same of the one that there is."""
    return (
        f"(select any_value({what}) from current p "
        f"where p.side = 'actual' and p.type = '{type_}' and p.account = r.account and {where})"
    )


def of_p(path: str) -> str:
    """The text at a path of another resource, `p`."""
    return f"p.attributes ->> '$.{path}'"


def each_of(path: str, one: str) -> str:
    """A list with one expression for each element `e` of a list."""
    return (
        f"case when json_type(attributes -> '$.{path}') = 'ARRAY' "
        f"then to_json(list_transform(json_extract(attributes, '$.{path}[*]'), lambda e: {one})) end"
    )


def members_of(of: str = "e", **paths: str) -> str:
    """A JSON object: member of the API -> path in drift's form."""
    return "json_object(" + ", ".join(f"'{name}', {of} -> '$.{path}'" for name, path in paths.items()) + ")"


def state_of(path: str, true: str, false: str) -> str:
    """A flag as the API has it: one of two words."""
    return f"case {flag_at(path)} when true then '{true}' when false then '{false}' end"


def settings_of(**of: str) -> str:
    """Settings as a list of `Key` and `Value`, without those that the load balancer does not have."""
    pairs = ", ".join(
        f"json_object('Key', '{name.replace('__', '.')}', 'Value', {text_at(path)})" for name, path in of.items()
    )
    return f"to_json(list_filter([{pairs}], lambda e: e ->> '$.Value' is not null))"


def map_of(path: str, key: str, what: str) -> str:
    """A list of `e` as a map: the key is at a path of each."""
    pair = f"struct_pack(k := e ->> '$.{key}', v := {what})"
    pairs = f"map_from_entries(list_transform(json_extract(attributes, '$.{path}[*]'), lambda e: {pair}))"
    return f"case when json_type(attributes -> '$.{path}') = 'ARRAY' then to_json({pairs}) end"


def block_of(path: str, **members: str) -> str:
    """A JSON object: member of the API -> path within a block of drift's; NULL without the block."""
    inside = members_of(f"(attributes -> '$.{path}')", **members)
    return f"case when json_type(attributes -> '$.{path}') = 'OBJECT' then {inside} end"
