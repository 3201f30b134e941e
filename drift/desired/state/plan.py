"""Plan JSON: `terraform show -json planfile`.

Documented at developer.hashicorp.com/terraform/internals/json-format, "Plan Representation". It tells
three values of an attribute: what the state recorded (`resource_drift[].change.before` where the
refresh found something else, `prior_state` otherwise), what the refresh found (`prior_state`), and
what the configuration wants (`resource_changes[].change.after`).

What the state recorded becomes `Instance.attributes`, what the configuration sets `Instance.wanted`; the
differ holds both against what is there now. An attribute that nobody sets, or that is not known until the
apply, is in the former alone.

`configuration` names the expressions of an attribute but no value, and leaves out what `dynamic`
blocks make (seen with Terraform 1.11.4): such a block counts as set where the plan would change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec

from drift.desired.instance import Instance, State
from drift.desired.state import show
from drift.desired.state.decode import ABSENT, address_of, attributes_of, decode, each_once, provider_named
from drift.errors import StateError
from drift.model.address import Address
from drift.model.drift import Pending
from drift.model.resource import IgnoredPath
from drift.provider import facts
from drift.provider.installed import facts_of, major_of

AGAIN = "Write it again: `terraform plan -out p && terraform show -json p > plan.json`."


class _Change(msgspec.Struct):
    actions: list[str]
    before: msgspec.Raw = ABSENT
    after: msgspec.Raw = ABSENT
    after_unknown: msgspec.Raw = ABSENT
    before_sensitive: msgspec.Raw = ABSENT
    after_sensitive: msgspec.Raw = ABSENT


class _ResourceChange(msgspec.Struct):
    type: str
    name: str
    change: _Change
    mode: Literal["managed", "data"] = "managed"
    module_address: str = ""
    index: int | str | None = None
    provider_name: str = ""
    deposed: str = ""


class _Configured(msgspec.Struct):
    type: str
    name: str
    mode: Literal["managed", "data"] = "managed"
    provider_config_key: str = ""
    expressions: dict[str, Any] = {}


class _Call(msgspec.Struct):
    module: _Module | None = None


class _Module(msgspec.Struct):
    resources: list[_Configured] | None = None
    module_calls: dict[str, _Call] | None = None


class _Provider(msgspec.Struct):
    name: str = ""
    full_name: str = ""
    alias: str = ""
    module_address: str = ""


class _Configuration(msgspec.Struct):
    provider_config: dict[str, _Provider] | None = None
    root_module: _Module | None = None


class _File(msgspec.Struct):
    format_version: str = ""
    terraform_version: str = ""
    prior_state: show.File | None = None
    resource_changes: list[_ResourceChange] | None = None
    resource_drift: list[_ResourceChange] | None = None
    configuration: _Configuration | None = None
    errored: bool = False


_FILE = msgspec.json.Decoder(_File)

Place = tuple[str, str]
"""(address, deposed key) of an object."""


@dataclass(frozen=True, slots=True)
class _Author:
    """What the configuration says of one resource."""

    provider: str
    constant: Mapping[str, Any]
    """Attributes set by an expression without references, with its value; None for a block."""
    derived: frozenset[str]
    """Attributes set by one that refers to something, which may come out as null: as if nobody had set it."""

    @property
    def sets(self) -> frozenset[str]:
        """All attributes that are set."""
        return self.derived | self.constant.keys()


NOBODY = _Author("", {}, frozenset())


@dataclass(slots=True)
class _Subject:
    """All that a plan tells of one object."""

    address: Address
    provider: str = ""
    prior: Instance | None = None
    change: _Change | None = None
    drifted: _Change | None = None
    waiting: set[str] = field(default_factory=set)
    """The attributes where the configuration is ahead of the state."""


def parse_plan(data: bytes, source: str) -> State:
    """What a plan desires; StateError names the place that is wrong."""
    file = decode(_FILE, data, source, AGAIN)
    authors = _authors(file.configuration)
    instances: list[Instance] = []
    pending: list[Pending] = []
    for (_, deposed), subject in _subjects(file, source).items():
        author = None if authors is None else authors.get(_config_key(subject.address), NOBODY)
        instance = _instance(subject, deposed, author, source)
        if instance is not None:
            instances.append(instance)
        if not deposed and (actions := _ahead(subject)):
            address = subject.address
            pending.append(Pending(str(address), address.type, actions, tuple(sorted(subject.waiting))))
    return State(
        source=source,
        lineage="",
        serial=0,
        terraform_version=file.terraform_version,
        instances=each_once(instances, source),
        looked_up=tuple(show.instances_of(file.prior_state, source, "data")) if file.prior_state else (),
        warnings=(f"{source}: the plan ended with an error and is incomplete",) if file.errored else (),
        pending=tuple(pending),
    )


def _subjects(file: _File, source: str) -> dict[Place, _Subject]:
    """Every managed object that the plan speaks of, those of the state first."""
    out: dict[Place, _Subject] = {}
    for prior in show.instances_of(file.prior_state, source, "managed") if file.prior_state else ():
        place = str(prior.address), prior.deposed
        if place in out:
            raise StateError(source, f"{prior.address} is in the prior state twice", AGAIN)
        out[place] = _Subject(prior.address, prior.provider, prior)
    for which, changes in (("drifted", file.resource_drift), ("change", file.resource_changes)):
        for found in changes or ():
            if found.mode != "managed":
                continue
            address = address_of(found.module_address, found.type, found.name, found.index, source)
            subject = out.setdefault((str(address), found.deposed), _Subject(address))
            subject.provider = subject.provider or provider_named(found.provider_name)
            if getattr(subject, which) is not None:
                raise StateError(source, f"{address} is in the plan twice", AGAIN)
            setattr(subject, which, found.change)
    return out


def _instance(subject: _Subject, deposed: str, author: _Author | None, source: str) -> Instance | None:
    """What is desired of it; None where the state has nothing of it yet."""
    address, change, prior = subject.address, subject.change, subject.prior
    before = attributes_of(change.before, source, address) if change else {}
    refreshed = prior.attributes if prior else before
    recorded = (attributes_of(subject.drifted.before, source, address) if subject.drifted else {}) or refreshed
    if not recorded:
        return None
    instance = Instance(
        address=address,
        provider=(author.provider if author else "") or subject.provider,
        attributes=recorded,
        state=source,
        deposed=deposed,
        tainted=prior.tainted if prior else False,
        identity=prior.identity if prior else {},
        sensitive=_sensitive(subject, source),
        asserted=None if author is None else author.sets,
    )
    if change is None:
        return instance
    unknown = show.mask_of(change.after_unknown, source)
    planned = {n: v for n, v in attributes_of(change.after, source, address).items() if n not in unknown}
    if author is not None:
        subject.waiting |= unknown & author.sets
    if not planned or not refreshed or deposed:
        return instance
    return _with_intent(instance, subject, author, _Three(recorded, refreshed, planned))


@dataclass(frozen=True, slots=True)
class _Three:
    """An instance's three values, by attribute: what the state recorded, what the refresh found, what is planned."""

    recorded: Mapping[str, Any]
    refreshed: Mapping[str, Any]
    planned: Mapping[str, Any]


def _sensitive(subject: _Subject, source: str) -> frozenset[str]:
    changes = [c for c in (subject.change, subject.drifted) if c is not None]
    masks = [show.mask_of(mask, source) for c in changes for mask in (c.before_sensitive, c.after_sensitive)]
    return frozenset().union(subject.prior.sensitive if subject.prior else (), *masks)


def _with_intent(instance: Instance, subject: _Subject, author: _Author | None, values: _Three) -> Instance:
    """The instance with what its author sets, and what the plan ignores; what waits for the apply is noted."""
    type_, refreshed = instance.address.type, values.refreshed
    known = facts_of(type_, major_of(type_, values.planned.keys()))
    changed = frozenset(n for n, v in values.planned.items() if refreshed.get(n) != v) & _settable(known)
    said = changed | {"tags_all"} | (author.sets if author else frozenset())  # `tags`, and the provider's defaults
    open_ = _assigned(known) - (author.constant.keys() if author else frozenset())
    wanted: dict[str, Any] = {}
    exempt: list[IgnoredPath] = []
    for name in sorted(said & values.planned.keys()):
        value, was, live = values.planned[name], values.recorded.get(name), refreshed.get(name)
        if value == live != was and (name in open_ or _overruled(author, name, value)):
            # the plan accepts what the refresh found: an expression came out as null, or the change is ignored
            if name not in open_:
                exempt.append(IgnoredPath(name, "lifecycle.ignore_changes"))
            continue
        wanted[name] = value
        if live == was != value:
            subject.waiting.add(name)
    if "tags_all" in wanted:
        wanted["tags"] = values.planned.get("tags")
    else:
        wanted.pop("tags", None)
    asserted = instance.asserted if instance.asserted is None else instance.asserted | changed
    return replace(instance, wanted=wanted, exempt=tuple(exempt), asserted=asserted)


def _overruled(author: _Author | None, name: str, value: Any) -> bool:
    """Whether the plan keeps another value than the constant that is written."""
    written: Any = author.constant.get(name) if author else None
    return isinstance(written, str | int | float | bool) and str(written) != str(value)


def _ahead(subject: _Subject) -> tuple[str, ...]:
    """The actions that are planned without anything having drifted."""
    actions = tuple(subject.change.actions) if subject.change else ()
    if actions in (("no-op",), ("read",), ()):
        return ()
    if "update" in actions and not subject.waiting and subject.drifted is not None:
        return ()
    if actions == ("create",) and subject.drifted is not None:
        return ()  # it was deleted behind Terraform's back: missing
    return actions


def _authors(configuration: _Configuration | None) -> dict[tuple[Any, ...], _Author] | None:
    """(modules, type, name) -> what the configuration says; None where the plan has none."""
    if configuration is None or configuration.root_module is None:
        return None
    providers = configuration.provider_config or {}
    out: dict[tuple[Any, ...], _Author] = {}
    todo: list[tuple[tuple[str, ...], _Module]] = [((), configuration.root_module)]
    while todo:
        path, module = todo.pop()
        todo += [((*path, name), call.module) for name, call in (module.module_calls or {}).items() if call.module]
        for resource in module.resources or ():
            if resource.mode != "managed":
                continue
            constant: dict[str, Any] = {}
            derived: set[str] = set()
            for name, expression in resource.expressions.items():
                value = expression.get("constant_value", expression) if isinstance(expression, Mapping) else expression
                if value is None:
                    continue  # set to null: as if left out
                if _refers(expression):
                    derived.add(name)
                else:
                    constant[name] = None if value is expression else value
            provider = _provider(providers.get(resource.provider_config_key))
            out[path, resource.type, resource.name] = _Author(provider, constant, frozenset(derived))
    return out


def _refers(expression: Any) -> bool:
    return isinstance(expression, Mapping) and bool(expression.get("references"))


def _provider(found: _Provider | None) -> str:
    if found is None or not found.full_name:
        return ""
    module = f"{found.module_address}." if found.module_address else ""
    return f"{module}{provider_named(found.full_name)}" + (f".{found.alias}" if found.alias else "")


def _config_key(address: Address) -> tuple[Any, ...]:
    return tuple(name for name, _ in address.module), address.type, address.name


def _settable(known: facts.Facts) -> frozenset[str]:
    return frozenset(n for n, fact in known.items() if n not in facts.EVERYWHERE and facts.settable(fact))


def _assigned(known: facts.Facts) -> frozenset[str]:
    return frozenset(n for n, f in known.items() if {"o", "c"} <= {*facts.flags_of(f).split(" ")[0]})
