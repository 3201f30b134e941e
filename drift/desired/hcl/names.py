"""What names mean in a module instance: variables, locals, resources, other modules. Lazily, each once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from drift.desired.hcl.bodies import Declared
from drift.desired.hcl.configured import ModulePath, Provider
from drift.desired.hcl.constraints import Defaults, conform, type_of
from drift.desired.hcl.defaults import defaults
from drift.desired.hcl.evaluate import evaluate
from drift.desired.hcl.expansion import Expansion, expansion
from drift.desired.hcl.inputs import Inputs
from drift.desired.hcl.library import Library, ModuleNames
from drift.desired.hcl.lookups import computed
from drift.desired.hcl.modules import Module
from drift.desired.hcl.plain import plain
from drift.desired.hcl.providers import indexed, provider_for, reference, region_of, tags_of
from drift.desired.hcl.recorded import complete, settled, staying
from drift.desired.hcl.run import Failure, Run
from drift.desired.hcl.scope import Scope
from drift.desired.hcl.syntax import SyntaxFault, parse_expression
from drift.desired.hcl.tree import Expr
from drift.desired.hcl.types import PRIMITIVE, object_val, tuple_val
from drift.desired.hcl.values import DYNAMIC, STRING, NotKnown, Type, Val, null, unknown
from drift.desired.hcl.written import RESOURCE_META, With, Writer, Written
from drift.desired.instance import Instance
from drift.desired.versions import Majors
from drift.model.address import Address, InstanceKey
from drift.provider.facts import Facts
from drift.provider.installed import installed

T = TypeVar("T")
_UNKNOWN: Val | None = unknown()
Found = tuple[Val, int]
Resource = tuple[str, str, str]
"""(`managed` or `data`, type, name)."""


@dataclass(eq=False, slots=True)
class Shared:
    """What all module instances of one configuration have in common."""

    library: Library
    inputs: Inputs
    recorded: Mapping[str, Instance] = field(default_factory=dict)
    """Address -> what a state has, data sources among it."""
    workspace: str | None = None
    """None where it is not known."""
    run: Run = field(default_factory=Run)
    busy: set[tuple[Any, ...]] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    majors: Majors = field(default_factory=dict)

    def major_of(self, type_: str) -> int:
        """The major version of a type's provider; 0 where it is not known."""
        catalog = installed()
        return self.majors.get(catalog.provider_of(type_).name, 0) if type_ in catalog else 0

    def facts_of(self, type_: str) -> Facts:
        """The facts of a type in the version of its provider that the configuration is for."""
        return installed().facts(type_, self.major_of(type_))

    def warn(self, warning: str) -> None:
        """Keep a warning, once."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def evaluate(self, expr: Expr, scope: Scope | None) -> Val:
        """The value of an expression."""
        return evaluate(expr, scope, self.run)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One instance of a resource or data source."""

    written: Written
    whole: Callable[[], Val]
    """Makes the object that others refer to: nobody refers to most, and a record has many values."""
    derived: Mapping[str, Val] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class ModuleScope:
    """One instance of a module."""

    run: Shared
    names: ModuleNames
    path: ModulePath
    module: Module
    caller: ModuleScope | None = None
    call: Declared | None = None
    calling: Scope | None = None
    """The scope that the call's arguments are evaluated in."""
    template: bool = False
    """Whether it stands for any number of instances."""
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """The root module's."""
        return self.run.library.installed.root

    @property
    def jail(self) -> tuple[Path, ...]:
        """The directories of modules that are the configuration's own."""
        return self.run.library.jail

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> Found | None:
        """The value of a reference; None for what is not declared."""
        match name:
            case "var" | "local" | "path" | "terraform" | "tofu":
                return self._simple(name, str(steps[0])) if steps else None
            case "module":
                return self._module(str(steps[0]), steps[1:]) if steps else None
            case "each" | "count":
                return None
            case "self" | "ephemeral":
                return unknown(), len(steps)
            case "data":
                return (
                    _deeper(self._resource(("data", str(steps[0]), str(steps[1])), steps[2:]), 2) if steps[1:] else None
                )
            case "resource" if len(steps) > 1:
                return _deeper(self._resource(("managed", str(steps[0]), str(steps[1])), steps[2:]), 2)
        return _deeper(self._resource(("managed", name, str(steps[0])), steps[1:]), 1) if steps else None

    def once(self, key: tuple[Any, ...], compute: Callable[[], T], otherwise: T) -> T:
        """What `compute` gives, computed once; `otherwise` where that would need itself."""
        if key in self.memo:
            return self.memo[key]  # type: ignore[no-any-return]
        place = (id(self), *key)
        if place in self.run.busy:
            self.run.warn(f"{self.module.directory}: {self._label(key)} depends on itself, so its value is unknown")
            return otherwise
        self.run.busy.add(place)
        try:
            self.memo[key] = compute()
        finally:
            self.run.busy.discard(place)
        return self.memo[key]  # type: ignore[no-any-return]

    def _label(self, key: tuple[Any, ...]) -> str:
        """What is computed once under a key, as a configuration names it."""
        match key:
            case ("local" | "var" | "path" | "terraform" | "output" | "provider", *rest):
                name = ".".join([str(key[0]), *(str(r) for r in rest if r)])
            case ("expand" | "instance" | "object" | "whole", mode, type_, name_, *_):
                name = f"{'data.' if mode == 'data' else ''}{type_}.{name_}"
            case _:
                name = f"module.{key[-2] if key[0] == 'child' else key[-1]}"
        return ".".join((*(f"module.{n}" for n in self.names), name))

    # simple names

    def _simple(self, root: str, name: str) -> Found | None:
        find: Callable[[str], Val | None] = {
            "var": self.variable,
            "local": self._local,
            "path": self._path,
            "terraform": self._terraform,
            "tofu": self._terraform,
        }[root]
        value = self.once((root, name), lambda: find(name), _UNKNOWN)
        return (value, 1) if value is not None else self._undeclared()

    def _undeclared(self) -> Found | None:
        """What is not there is an error, or was in a block that could not be parsed."""
        return (unknown(), 0) if self.module.lost else None

    def _local(self, name: str) -> Val | None:
        found = self.module.locals.get(name)
        return self.run.evaluate(found[0].expr, self) if found else None

    def _path(self, name: str) -> Val | None:
        if name == "module":
            inside = os.path.relpath(self.module.directory, self.directory)
            return Val(STRING, inside.replace(os.sep, "/"))
        here = os.path.normpath(Path.cwd() / self.directory)  # as a plan that is made in that directory has it
        return {"root": Val(STRING, "."), "cwd": Val(STRING, here)}.get(name)

    def _terraform(self, name: str) -> Val | None:
        if name != "workspace":
            return None
        return Val(STRING, self.run.workspace) if self.run.workspace is not None else unknown(STRING)

    # variables and outputs

    def variable(self, name: str) -> Val | None:
        """An input variable's value; None where it is not declared."""
        declared = self.module.variables.get(name)
        if declared is None:
            return None
        type_, defaults = self._constraint(declared)
        if self._flag(declared, "ephemeral") is True:
            return unknown(type_, sensitive=True)
        value, fallback = self._given(name, type_), self._default(declared)
        if value is None or (value.is_null and self._flag(declared, "nullable") is False):
            value = fallback
        if value is None:
            value = unknown(type_)
        try:
            value = conform(value, type_, defaults)
        except (Failure, NotKnown):
            value = unknown(type_)
        return value.marked(self._flag(declared, "sensitive") is True)

    def _constraint(self, declared: Declared) -> tuple[Type, Defaults | None]:
        expr = declared.expr("type")
        try:
            return type_of(expr) if expr is not None else (DYNAMIC, None)
        except (Failure, NotKnown):
            return DYNAMIC, None

    def _default(self, declared: Declared) -> Val | None:
        expr = declared.expr("default")
        return self.run.evaluate(expr, None) if expr is not None else None

    def _flag(self, declared: Declared, name: str) -> Any:
        """true or false as it is written out; None where it is not."""
        expr = declared.expr(name)
        return self.run.evaluate(expr, None).raw if expr is not None else None

    def _given(self, name: str, type_: Type) -> Val | None:
        """What the caller gives; at the root, what is given from outside."""
        if self.call is not None:
            expr = self.call.expr(name)
            return self.run.evaluate(expr, self.calling) if expr is not None else None
        given = self.run.inputs.values.get(name)
        if isinstance(given, Expr):
            return self.run.evaluate(given, None)
        if not isinstance(given, str):
            return given
        declared = self.module.variables[name]
        if declared.expr("type") is None or type_.kind in PRIMITIVE:
            return Val(STRING, given)
        try:
            return self.run.evaluate(parse_expression(given), None)
        except SyntaxFault as fault:
            self.run.warnings.append(f"{declared.place}: the value of var.{name} is not an expression: {fault.reason}")
            return unknown(type_)

    def output(self, name: str) -> Val | None:
        """An output's value; None where it is not declared."""
        declared = self.module.outputs.get(name)
        expr = declared.expr("value") if declared else None
        if declared is None or expr is None:
            return None
        sensitive = self._flag(declared, "sensitive") is True
        if self._flag(declared, "ephemeral") is True:
            return unknown(sensitive=True)
        return self.once(("output", name), lambda: self.run.evaluate(expr, self).marked(sensitive), unknown())

    # modules

    def expansion_of(self, key: tuple[str, ...], declared: Declared) -> Expansion:
        """Which instances a block of this module has."""
        cyclic = Expansion("unknown", {None: {}})
        found = self.once(("expand", *key), lambda: expansion(declared, self, self.run.evaluate), cyclic)
        if found.beyond:
            self.run.warn(f"{declared.place}: its instances are {found.beyond}: they are not known")
        return found

    def children(self, name: str) -> Iterator[ModuleScope]:
        """The instances of a module that it calls; none where its files are not there."""
        call, names = self.module.calls[name], (*self.names, name)
        module = self.run.library.modules.get(names)
        if module is None:
            return
        found = self.expansion_of(("module", name), call)
        for key in found.instances:
            yield self._child(name, key, found, module)

    def _child(self, name: str, key: InstanceKey, found: Expansion, module: Module) -> ModuleScope:
        def make() -> ModuleScope:
            return ModuleScope(
                run=self.run,
                names=(*self.names, name),
                path=(*self.path, (name, key)),
                module=module,
                caller=self,
                call=self.module.calls[name],
                calling=With(self, found.instances[key]),
                template=self.template or not found.is_known,
            )

        return self.once(("child", name, key), make, self)

    def _module(self, name: str, steps: tuple[str | int, ...]) -> Found | None:
        call = self.module.calls.get(name)
        if call is None:
            return self._undeclared()
        module = self.run.library.modules.get((*self.names, name))
        found = self.expansion_of(("module", name), call)
        if module is None or not found.is_known:
            return unknown(), 1 + len(steps)

        def outputs(key: InstanceKey, rest: tuple[str | int, ...]) -> Found | None:
            child = self._child(name, key, found, module)
            if rest:
                value = child.output(str(rest[0]))
                return (value, 1) if value is not None else child._undeclared()
            values = {n: child.output(n) for n in module.outputs}
            return object_val({n: v for n, v in values.items() if v is not None}), 0

        return _deeper(_selected(found, steps, outputs), 1)

    # resources

    def _resource(self, resource: Resource, steps: tuple[str | int, ...]) -> Found | None:
        declared = self.module.resources.get(resource)
        if declared is None:
            return self._undeclared()
        found = self.expansion_of(resource, declared)
        if not found.is_known:
            return unknown(), len(steps)

        def attribute(key: InstanceKey, rest: tuple[str | int, ...]) -> Found | None:
            evaluated = self.instance(resource, key)
            whole = self.once(("object", *resource, key), evaluated.whole, unknown())
            if not rest or not isinstance(whole.raw, Mapping):
                return whole, 0
            # a newer provider may have attributes that drift does not know of
            return whole.raw.get(str(rest[0]), unknown()), 1

        if steps or found.kind == "one":
            return _selected(found, steps, attribute)
        # all instances as one value: made once, and its size is charged each time
        self.run.run.spend(len(found.instances))
        otherwise: Found | None = (unknown(), 0)
        return self.once(("whole", *resource), lambda: _selected(found, (), attribute), otherwise)

    def instance(self, resource: Resource, key: InstanceKey) -> Evaluated:
        """One instance, evaluated."""
        nothing = Evaluated(Written(), unknown)
        return self.once(("instance", *resource, key), lambda: self._evaluated(resource, key), nothing)

    def _evaluated(self, resource: Resource, key: InstanceKey) -> Evaluated:
        mode, type_, name = resource
        declared = self.module.resources[resource]
        scope = With(self, self.expansion_of(resource, declared).instances[key])
        known = self.run.facts_of(type_) if mode == "managed" else {}
        written = Writer(declared, self.run.evaluate).written(known, scope, RESOURCE_META)
        address = Address(type_, name, key, self.path, "data" if mode == "data" else "managed")
        instance = self.run.recorded.get(str(address)) if not self.template else None
        set_ = {n: plain(v, drop_null=True) for n, v in written.values.items() if not v.is_null}
        certain = instance is not None and settled(set_, instance, known, installed().get(type_))
        provider = self.provider(declared, type_, scope)
        if mode == "managed":
            tags = tags_of(written.values, known, provider)
            values = {**region_of(known, provider), **tags, **written.values}
            stays = staying(set_, instance, known, installed()) if instance is not None and not certain else ()
            whole = partial(complete, values, instance, known, certain=certain, staying=stays)
            left = defaults(type_, written.values, known, self.run.major_of(type_))
            return Evaluated(written, whole, {**left, **tags})
        if certain:
            return Evaluated(written, partial(complete, {}, instance, known, certain=True))
        return Evaluated(written, partial(computed, type_, written.values, provider))

    def provider(self, declared: Declared, type_: str, scope: Scope | None = None) -> Provider:
        """The provider configuration of a resource of this module, or of one instance, which has a `scope`."""
        expr = declared.expr("provider")
        wanted, key = reference(expr, type_), indexed(expr)[1]
        chosen = self.run.evaluate(key, scope or self) if key is not None else None
        which = (chosen.raw,) if chosen is not None and isinstance(chosen.raw, str) else ()
        otherwise = Provider(default_tags=None)
        return self.once(("provider", *wanted, *which), lambda: provider_for(self, wanted, chosen), otherwise)


def _deeper(found: Found | None, steps: int) -> Found | None:
    """The same, with the steps that were taken before."""
    return (found[0], found[1] + steps) if found is not None else None


def _selected(
    found: Expansion, steps: tuple[str | int, ...], one: Callable[[InstanceKey, tuple[str | int, ...]], Found | None]
) -> Found | None:
    """The instance that the steps select, or all of them as one value."""
    if found.kind == "one":
        return one(None, steps) if found.instances else (null(), 0)
    if steps:
        key = found.key(steps[0])
        return _deeper(one(key, steps[1:]), 1) if key in found.instances else None
    values = {key: v[0] for key in found.instances if (v := one(key, ())) is not None}
    return _whole(found, values.items()), 0


def _whole(found: Expansion, values: Iterable[tuple[InstanceKey, Val]]) -> Val:
    if found.kind == "count":
        return tuple_val([value for _, value in values])
    return object_val({str(key): value for key, value in values})
