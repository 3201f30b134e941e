"""`--filter`: JMESPath over what a resource is.

| field | what it holds |
|---|---|
| `type`, `id`, `address`, `name`, `arn` | texts; `address` is empty where it is unmanaged |
| `account`, `region` | twelve digits; `global` for what has no region |
| `account_name` | its name, in a run of several accounts; else "" |
| `module` | `module.web`, without instance keys; "" in the root module |
| `kind` | `modified`, `missing`, `unmanaged`, or `in_sync` |
| `tags` | an object |
| `attributes` | an object: what is known of it, in canonical form; of what was modified either side may match |
| `severity` | the worst finding's: `critical` … `info`, "" where there is none |
| `findings` | a list of objects with `rule`, `severity`, `effect` |

`Type`, `Id` and `Attr` are what driftctl calls `type`, `id` and `attributes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import Functions, signature
from jmespath.visitor import TreeInterpreter

from drift.errors import UsageError
from drift.model.bounds import CONDITION, CONDITION_STEPS, VALUE_DEPTH
from drift.model.coverage import Unreadable
from drift.model.drift import KINDS, SEVERITIES, Finding
from drift.model.resource import Resource
from drift.model.suggest import did_you_mean
from drift.model.value import plain

ALIASES = {"Type": "type", "Id": "id", "Attr": "attributes"}
JUDGED = ("severity", "findings")
"""What is known only once the rules have judged."""
FIELDS = (
    "type", "id", "address", "name", "arn", "account", "account_name", "region", "module", "kind", "tags", "attributes",
    *JUDGED, *ALIASES,
)  # fmt: skip
VALUES = {"kind": (*KINDS, "in_sync", "not_ours"), "severity": (*SEVERITIES, "")}
"""Field -> all that it can be."""


class _Maybe:
    __slots__ = ()


MAYBE: Final = _Maybe()
"""The result of a filter that depends on something unknown."""


class _Steps(TreeInterpreter):
    """Evaluates an expression with a limited number of steps. A value that contains another twice counts its parts
    twice."""

    def __init__(self) -> None:
        super().__init__(jmespath.Options(custom_functions=_Functions()))
        self._left = CONDITION_STEPS.most

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """The value of a node."""
        self._left -= 1
        if self._left < 0:
            raise UsageError(f"--filter: its evaluation takes {CONDITION_STEPS.beyond}", CONDITION_STEPS.hint)
        return super().visit(node, *args, **kwargs)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Whether one is more than the other; null for a number and a text, as the specification has it."""
        try:
            return super().visit_comparator(node, value)
        except TypeError:
            return None


class _Functions(Functions):
    """JMESPath's functions. Functions that serialise a value first count its parts: nested `[@, @]` can have
    billions."""

    @signature({"types": []})
    def _func_to_string(self, arg: Any) -> Any:
        if _parts(arg, {}) > CONDITION_STEPS.most:
            raise UsageError(f"--filter: a value has parts: {CONDITION_STEPS.beyond}", CONDITION_STEPS.hint)
        return super()._func_to_string(arg)  # type: ignore[misc]


def _parts(value: Any, known: dict[int, int]) -> int:
    """The number of parts of a serialised value; shared parts count each time."""
    if not isinstance(value, list | dict):
        return 1
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_parts(v, known) for v in inner)
    return known[id(value)]


def _lacks_a_value(error: JMESPathError) -> bool:
    return isinstance(error, JMESPathTypeError) and error.current_value is None


def _depth(expression: str) -> int:
    """The nesting depth of an expression's brackets, including those in strings."""
    depth = deepest = 0
    for letter in expression:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    return deepest


class Filter:
    """A filter expression. It answers for a resource, and for what is known before anything is read."""

    def __init__(self, expression: str) -> None:
        if len(expression) > CONDITION.most:
            raise UsageError(f"--filter: it has characters: {CONDITION.beyond}", CONDITION.hint)
        if _depth(expression) > VALUE_DEPTH.most:  # the interpreter's own recursion limit may have been raised for HCL
            raise UsageError("--filter: it is nested too deeply", "Use fewer nested brackets.")
        try:
            self._tree = jmespath.compile(expression).parsed
        except RecursionError:
            raise UsageError("--filter: it is nested too deeply", "Use fewer nested brackets.") from None
        except JMESPathError as error:
            why = str(error).splitlines()[0].rstrip(":")
            hint = "Give a JMESPath expression over a resource: \"type == 'aws_s3_bucket' && tags.Team == 'data'\"."
            raise UsageError(f"--filter: {expression!r} is not valid JMESPath: {why}", hint) from None
        for name in _roots(self._tree):
            if name not in FIELDS:
                hint = did_you_mean(name, FIELDS, f"There are: {', '.join(FIELDS)}.")
                raise UsageError(f"--filter: a resource has no field {name!r}", hint)
        for name, value in self.compared():
            if name in VALUES and value not in VALUES[name]:
                hint = did_you_mean(value, VALUES[name], f"It is one of: {', '.join(v for v in VALUES[name] if v)}.")
                raise UsageError(f"--filter: {name} is never {value!r}", hint)
        self.expression = expression
        self.fields = frozenset(_fields(self._tree))
        self.whole = bool(self.fields & {"tags", "attributes", "Attr"}) or _bare(self._tree)
        """Whether the answer may depend on more than a resource's names."""
        self.judged = bool(self.fields & set(JUDGED)) or _bare(self._tree)
        """Whether the answer may depend on what the rules find."""

    def compared(self) -> Iterator[tuple[str, str]]:
        """Each field of a resource that is compared with a text: (`type`, `aws_s3_bucket`)."""
        for node in _nodes(self._tree):
            if node["type"] == "comparator" and node["value"] in ("eq", "ne"):
                for one, other in (node["children"], node["children"][::-1]):
                    if one["type"] == "field" and other["type"] == "literal" and isinstance(other["value"], str):
                        yield ALIASES.get(one["value"], one["value"]), other["value"]

    def may(self, known: Mapping[str, Any]) -> bool:
        """Whether a resource may match of which only this much is known."""
        answer = self._ask(self._tree, {**known, **{a: known[f] for a, f in ALIASES.items() if f in known}})
        return answer is MAYBE or _true(answer)

    def must_know(self, accounts: Mapping[str, str]) -> None:
        """UsageError where the expression names an account that none of these is (id -> name)."""
        named = {name for name in accounts.values() if name}
        for field, value in self.compared():
            if field == "account" and value in named - accounts.keys():
                raise UsageError(f"--filter: account is never {value!r}", "Compare account_name with a name.")
            if field == "account_name" and value and value not in named:
                hint = did_you_mean(value, named, "`drift accounts` lists them.")
                raise UsageError(f"--filter: no account is called {value!r}", hint)

    def means(
        self,
        resource: Resource,
        kind: str,
        findings: Sequence[Finding] | None = None,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Whether this resource matches, or may match if its verdict is unknown (`kind` is empty). `findings` is None
        if the rules have not run yet; `names` are those of the accounts.

        UsageError if the expression cannot be evaluated.
        """
        known = described(resource, kind, whole=False) | {"account_name": names.get(resource.key.account, "")}
        if findings is not None:
            known |= _judged(findings)
        if not self.whole or not kind:  # before the verdict only one side is known: the other may have other values
            return self.may(known)
        return self.may(known) and self.may({**described(resource, kind), **known})

    def reads(self, attributes: Mapping[str, Any]) -> frozenset[str]:
        """The attributes of a type that the answer needs."""
        return frozenset(attributes) & self.fields if self.whole else frozenset()

    def _ask(self, node: Any, known: Mapping[str, Any]) -> Any:
        kind, children = node["type"], node.get("children", [])
        if kind in ("and_expression", "or_expression"):
            return self._either(kind, [self._ask(c, known) for c in children])
        if kind == "not_expression":
            answer = self._ask(children[0], known)
            return MAYBE if answer is MAYBE else not _true(answer)
        names = set(_fields(node))
        if any(name in FIELDS and name not in known for name in names) or (_bare(node) and len(known) < len(FIELDS)):
            return MAYBE
        try:
            return _Steps().visit(node, known)
        except JMESPathError as error:
            if _lacks_a_value(error):
                return None  # a function got a missing tag: `join(', ', [name, tags.Team])`
            raise UsageError(f"--filter: {self.expression!r}: {error}", "docs/ignoring.md lists the fields.") from None

    @staticmethod
    def _either(kind: str, answers: list[Any]) -> Any:
        decisive = kind == "or_expression"
        for answer in answers:
            if answer is not MAYBE and _true(answer) is decisive:
                return decisive
        return MAYBE if any(a is MAYBE for a in answers) else not decisive


def described(resource: Resource, kind: str, *, whole: bool = True) -> dict[str, Any]:
    """The fields of a resource for an expression; without `kind` if it is unknown, with values if `whole`."""
    address = resource.address
    known: dict[str, Any] = {
        "type": address.type if address else resource.type,
        "id": resource.id,
        "address": str(address) if address else "",
        "name": resource.name,
        "arn": resource.arn,
        "account": resource.key.account,
        "account_name": "",
        "region": resource.key.region,
        "module": ".".join(f"module.{name}" for name, _ in address.module) if address else "",
    }
    if whole:
        attributes = {n: plain(v) for n, v in resource.attributes.items() if not isinstance(v, Unreadable)}
        known |= {"tags": attributes.get("tags") or {}, "attributes": attributes}
    return {**known, "kind": kind} if kind else known


def _judged(findings: Sequence[Finding]) -> dict[str, Any]:
    alive = [f for f in findings if f.counts]
    worst = min((SEVERITIES.index(f.severity) for f in alive), default=None)
    told = [{"rule": f.rule, "severity": f.severity, "effect": f.effect} for f in alive]
    return {"severity": "" if worst is None else SEVERITIES[worst], "findings": told}


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("children", []):
        if isinstance(child, Mapping):
            yield from _nodes(child)


ELEMENTWISE = frozenset(
    {"projection", "value_projection", "filter_projection", "subexpression", "pipe", "index_expression"}
)
"""Nodes of JMESPath whose first part speaks of the resource itself, and the others of what that gives."""


def _of_the_resource(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of an expression that speak of the resource itself, not of one of its values."""
    kind, children = node["type"], [c for c in node.get("children", []) if isinstance(c, Mapping)]
    if kind == "expref":
        return  # of each element of what a function is given
    yield node
    for child in children[:1] if kind in ELEMENTWISE else children:
        yield from _of_the_resource(child)


def _roots(node: Mapping[str, Any]) -> Iterator[str]:
    """The names that an expression takes from the resource itself."""
    return (n["value"] for n in _of_the_resource(node) if n["type"] == "field")


def _fields(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    elif node["type"] == "key_val_pair":
        yield from _fields(node["children"][0])
        return
    for child in node.get("children", []):
        if isinstance(child, Mapping):
            yield from _fields(child)


def _bare(node: Mapping[str, Any]) -> bool:
    """Whether an expression uses all fields at once: `@`, `keys(@)`; not `tags | keys(@)`."""
    return any(node["type"] in ("current", "identity") for node in _of_the_resource(node))


def _true(value: Any) -> bool:
    """Truth in JMESPath: zero is true, empty values are false."""
    return value is not None and value is not False and value not in ("", [], {})
