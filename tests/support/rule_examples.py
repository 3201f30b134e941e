"""The cases of the rules as Terraform's own text: what a rule's page shows, and what the tests read back from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from drift.provider.installed import installed
from drift.rules.criteria import THRESHOLDS
from drift.rules.spec import Rule
from tests.support import rule_cases as some
from tests.support import rule_cases_more as more
from tests.support.rule_cases_posture import POSTURE
from tests.support.rule_cases_services import SERVICES
from tests.support.rule_cases_settings import SETTINGS

CASES: dict[str, some.Case] = {
    **some.STORAGE, **some.COMPUTE, **some.NETWORK, **some.IAM, **some.CHANGES,
    **more.DATABASES, **more.CONTAINERS, **more.EDGE, **more.MESSAGING, **more.AUDIT, **more.APPLICATIONS, **SERVICES, **POSTURE, **SETTINGS,
}  # fmt: skip
"""Rule -> a resource that fails it and one that passes."""

SIDES = {1: "fails", 2: "passes"}
_NAME = re.compile(r"[A-Za-z_][\w-]*")


def given(rule: str, which: int) -> tuple[str, dict[str, Any]]:
    """The type and the attributes of the failing (1) or the passing (2) case of a rule."""
    type_, failing, passing = CASES[rule][:3]
    return type_, failing if which == 1 else passing


def beside(rule: str, which: int) -> some.Near:
    """The neighbours of a case."""
    case = CASES[rule]
    return [] if len(case) == 3 else case[2 + which]  # type: ignore[return-value]


def blocks(rule: str, which: int) -> str:
    """The failing (1) or the passing (2) case of a rule as blocks of HCL, its neighbours behind it."""
    type_, attributes = given(rule, which)
    out = [*_resource(type_, SIDES[which], attributes)]
    for number, (other, of_other, _) in enumerate(beside(rule, which), 1):
        out += ["", *_resource(other, f"beside_{number}", of_other)]
    return _aligned("\n".join(out))


def _aligned(text: str) -> str:
    """As `terraform fmt` writes it: the signs of attributes on neighbouring lines stand under each other."""
    out, run = list[str](), list[tuple[str, str, str]]()

    def flush() -> None:
        width = max((len(name) for _, name, _ in run), default=0)
        out.extend(f"{indent}{name:<{width}} = {value}" for indent, name, value in run)
        run.clear()

    for line in text.splitlines():
        found = re.fullmatch(r'( *)("[^"]*"|[\w-]+) = (.*)', line)
        whole = found is not None and not found[3].endswith(("{", "[", "("))
        if found is None or not whole or (run and run[0][0] != found[1]):
            flush()
        if found is not None and whole:
            run.append((found[1], found[2], found[3]))
        else:
            out.append(line)
    flush()
    return "\n".join(out)


def written(type_: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the attributes that an author writes; AWS alone tells the others."""
    facts = installed().facts(type_)
    return {n: v for n, v in attributes.items() if _flags(facts.get(n)) & set("rob") and n != "id"}


def _flags(fact: Any) -> set[str]:
    text = fact[0] if isinstance(fact, list) else fact or ""
    return set(str(text).split(" ")[0])


def _resource(type_: str, name: str, attributes: Mapping[str, Any]) -> Iterator[str]:
    facts, own = installed().facts(type_), written(type_, attributes)
    yield f'resource "{type_}" "{name}" {{'
    yield from _body(own, facts, "  ")
    for other, value in attributes.items():
        if other not in own and other != "id":
            yield f"  # AWS tells {other}: {json.dumps(_plain(value))}"
    yield "}"


def _plain(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, frozenset | set) else value


def _body(attributes: Mapping[str, Any], facts: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in attributes.items():
        fact = facts.get(name)
        # an attribute that holds objects is written as a block, too
        if isinstance(fact, list) and ("b" in _flags(fact) or value):
            for each in value if isinstance(value, list | tuple) else [value] if value else []:
                yield f"{indent}{name} {{"
                yield from _body(each, fact[1], f"{indent}  ")
                yield f"{indent}}}"
        else:
            yield f"{indent}{name} = {_value(value, indent)}"


def _value(value: Any, indent: str) -> str:
    if isinstance(value, str):
        document = _document(value)
        return f"jsonencode({_value(document, indent)})" if document is not None else _text(value)
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        pairs = (
            f"{indent}  {k if _NAME.fullmatch(str(k)) else _text(str(k))} = {_value(v, indent + '  ')}"
            for k, v in value.items()
        )
        return "{\n" + "\n".join(pairs) + f"\n{indent}}}"
    if isinstance(value, list | tuple | frozenset | set):
        return "[" + ", ".join(_value(v, indent) for v in _plain(value)) + "]"
    return json.dumps(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _document(value: str) -> Any:
    """What a text of JSON holds, where Terraform would write it the same way again."""
    if not value.startswith(("{", "[")):
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None


def options(rule: Rule) -> list[str]:
    """What of `[judging]` in drift.toml a rule goes by, found in its code and in what that calls."""
    found: dict[str, None] = {}
    for code in _codes(rule.judge):
        if "threshold" in code.co_names:
            found |= dict.fromkeys(c for c in code.co_consts if isinstance(c, str) and c in THRESHOLDS)
        found |= dict.fromkeys(
            n for n in ("trusted_accounts", "trusted_networks", "required_tags") if n in code.co_names
        )
    return list(found)


def _codes(function: Any) -> Iterator[CodeType]:
    todo, seen = [function], set[Any]()
    while todo:
        one = todo.pop()
        if not isinstance(one, FunctionType) or one in seen:
            continue
        seen.add(one)
        inner = [one.__code__, *(c for c in one.__code__.co_consts if isinstance(c, CodeType))]
        yield from inner
        names = {name for code in inner for name in code.co_names}
        todo += [
            v for n, v in one.__globals__.items()
            if n in names and isinstance(v, FunctionType) and v.__module__.startswith("drift.providers.")
        ]  # fmt: skip
