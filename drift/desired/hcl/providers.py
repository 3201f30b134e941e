"""Provider configurations: which one a resource has, and where that leads.

Documented at developer.hashicorp.com/terraform/language/modules/develop/providers: a module has the default
configuration of its caller, and of aliased ones those that `providers` hands down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from drift.desired.hcl.bodies import Declared, blocks
from drift.desired.hcl.configured import Provider
from drift.desired.hcl.modules import Module
from drift.desired.hcl.plain import any_sensitive, plain
from drift.desired.hcl.scope import Scope
from drift.desired.hcl.traversals import steps_of
from drift.desired.hcl.tree import Body, Expr, Index, Literal, ObjectOf
from drift.desired.hcl.types import object_val
from drift.desired.hcl.values import STRING, UNKNOWN, Type, Val, unknown
from drift.desired.hcl.written import Evaluate, With, iterated
from drift.provider.facts import Facts, settable
from drift.provider.installed import installed

Reference = tuple[str, str]
"""(local name, alias) of a provider configuration."""

UNTOLD = "?"
"""An alias that no configuration has."""


class Evaluator(Protocol):
    """What evaluates expressions."""

    def evaluate(self, expr: Expr, scope: Scope | None) -> Val:
        """The value of an expression."""


class Instance(Scope, Protocol):
    """An instance of a module, as far as its providers go."""

    @property
    def run(self) -> Evaluator:
        """What evaluates its expressions."""

    @property
    def module(self) -> Module:
        """What it is an instance of."""

    @property
    def caller(self) -> Instance | None:
        """The instance that calls it; None for the root."""

    @property
    def call(self) -> Declared | None:
        """The block that calls it."""

    @property
    def calling(self) -> Scope | None:
        """What the call's arguments are evaluated in."""


def indexed(expr: Expr | None) -> tuple[Expr | None, Expr | None]:
    """`aws.by_region[each.key]` as `aws.by_region` and its key: a configuration with `for_each` (OpenTofu 1.9)."""
    if isinstance(expr, Index) and len(steps_of(expr.of)) == 2:
        return expr.of, expr.key
    return expr, None


def reference(expr: Expr | None, type_: str) -> Reference:
    """What a `provider` argument names; without one, the default configuration of the type's own provider.

    The alias is `UNTOLD` where it cannot be told.
    """
    own = type_.partition("_")[0]
    expr, _ = indexed(expr)
    if expr is None:
        return own, ""
    steps = [str(step) for step, _ in steps_of(expr)]
    return (steps[0], steps[1] if len(steps) > 1 else "") if steps else (own, UNTOLD)


def source_name(module: Instance, local: str) -> str:
    """The provider's own name, whatever a module calls it: the last part of its source."""
    return module.module.sources.get(local, local).rpartition("/")[2]


def provider_for(module: Instance, wanted: Reference, key: Val | None = None) -> Provider:
    """The configuration that a module's resources get under a name of its own; `key` chooses one of a `for_each`."""
    name = source_name(module, wanted[0])
    scope, at = module, wanted
    while True:
        own = scope.module.providers.get(at)
        if own is not None:
            inner = _chosen(own, key, scope)
            if inner is None:
                return Provider(name=name, alias=at[1], default_tags=None)
            return configured(own, name, at[1], inner, scope.run.evaluate)
        if scope.caller is None or scope.call is None:
            return Provider(name=name, alias=at[1], default_tags=None if at[1] else {})
        handed = _handed(scope.call.expr("providers"))
        if at in handed:
            at, at_key = handed[at]
            key = scope.run.evaluate(at_key, scope.calling or scope.caller) if at_key is not None else key
        elif at[1]:
            return Provider(name=name, alias=at[1], default_tags=None)
        scope = scope.caller


def _chosen(own: Declared, key: Val | None, scope: Instance) -> Scope | None:
    """What a configuration is evaluated in; None where it has a `for_each`, and it is not told which one is meant."""
    over = own.expr("for_each")
    if over is None:
        return scope
    items = iterated(scope.run.evaluate(over, scope))
    if items is None or key is None or not isinstance(key.raw, str):
        return None
    found = next((pair for pair in items.pairs if pair[0].raw == key.raw), None)
    return With(scope, {"each": object_val({"key": found[0], "value": found[1]})}) if found is not None else None


def _handed(expr: Expr | None) -> Mapping[Reference, tuple[Reference, Expr | None]]:
    """A module's name for a configuration -> its caller's, and the key of one with `for_each`."""
    out = {}
    for key, value in expr.items if isinstance(expr, ObjectOf) else ():
        inside = key.value.split(".") if isinstance(key, Literal) and isinstance(key.value, str) else []
        steps = inside or [str(step) for step, _ in steps_of(key)]
        out[steps[0], ".".join(steps[1:2])] = reference(value, ""), indexed(value)[1]
    return out


def configured(block: Declared, name: str, alias: str, scope: Scope, evaluate: Evaluate) -> Provider:
    """What a `provider` block says."""

    def value(body: Body, attribute: str) -> Any:
        found = body.attributes.get(attribute)
        given = evaluate(found.expr, scope) if found else None
        if given is None:
            return None
        return UNKNOWN if any_sensitive(given) else plain(given)  # what is secret is not told, and so not known

    def text(body: Body, attribute: str) -> str:
        found = value(body, attribute)
        return found if isinstance(found, str) else ""

    body = block.body
    role = "".join([text(b.body, "role_arn") for b in blocks(body, "assume_role")][-1:])
    known = installed().providers.get(name)
    told = {"role_arn": role, "allowed_account_ids": value(body, "allowed_account_ids")}
    tags = [value(b.body, "tags") for b in blocks(body, "default_tags")]
    ignored = blocks(body, "ignore_tags")
    keys = [k for b in ignored for k in _texts(value(b.body, "keys"))]
    dynamic = {b.labels[0] for b in body.blocks if b.type == "dynamic" and b.labels}
    return Provider(
        name=name,
        alias=alias,
        region=text(body, "region"),
        account=known.homes.of_configuration(told).account if known is not None else "",
        role=role,
        profile=text(body, "profile"),
        default_tags=None
        if UNKNOWN in tags or "default_tags" in dynamic
        else {k: v for t in tags for k, v in (t or {}).items()},
        ignored_tags=frozenset(keys),
        ignored_tag_prefixes=tuple(k for b in ignored for k in _texts(value(b.body, "key_prefixes"))),
    )


def region_of(facts: Facts, provider: Provider) -> dict[str, Val]:
    """`region`, where every resource has one to set: the provider's, of a resource that sets none."""
    return {"region": Val(STRING, provider.region)} if provider.region and settable(facts.get("region", "")) else {}


def tags_of(values: Mapping[str, Val], facts: Facts, provider: Provider) -> dict[str, Val]:
    """`tags_all`: the provider's tags with the resource's own; nothing where there are none, or none is known."""
    own = values.get("tags")
    raw = own.raw if own is not None and own.raw is not None else {}
    if "tags_all" not in facts or "tags" not in facts or not isinstance(raw, Mapping) or provider.default_tags is None:
        return {}
    common = {k: unknown(STRING) if v is UNKNOWN else Val(STRING, str(v)) for k, v in provider.default_tags.items()}
    tags = {**common, **raw}
    sensitive = own is not None and own.sensitive
    return {"tags_all": Val(Type("map", STRING), tags, sensitive)} if tags else {}


def _texts(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
