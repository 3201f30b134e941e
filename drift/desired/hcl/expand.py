"""Expands modules into resource instances: the whole configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from drift.desired.hcl import schema
from drift.desired.hcl.configured import Configuration, Configured, Place, Unresolved
from drift.desired.hcl.lifecycle import ignored, imports, lifecycle, moves, removals
from drift.desired.hcl.names import ModuleScope, Resource, Shared
from drift.desired.hcl.plain import any_sensitive, plain
from drift.desired.hcl.providers import indexed
from drift.desired.hcl.references import References
from drift.desired.hcl.written import With
from drift.model.address import Address, InstanceKey
from drift.model.bounds import INSTANCES, MODULE_INSTANCES


def expanded(shared: Shared) -> Configuration:
    """The configuration whose modules these are."""
    root = ModuleScope(run=shared, names=(), path=(), module=shared.library.modules[()])
    out: dict[str, Configured] = {}
    references = References(shared.library)
    scopes = []
    unresolved = list(shared.library.unresolved.values())
    for scope in _scopes(root):
        scopes.append(scope)
        for configured in _instances(scope, references):
            out[str(configured.address)] = configured
        beyond = [b for b, size in ((INSTANCES, len(out)), (MODULE_INSTANCES, len(scopes))) if size > b.most]
        if beyond:
            reason = f"{beyond[0].of}: {beyond[0].beyond}"
            unresolved = [Unresolved((), reason, Place(str(root.directory), 0))]
            out.clear()
            break
    first = {scope.names: scope for scope in reversed(scopes)}
    return Configuration(
        directory=str(root.directory),
        instances=dict(sorted(out.items(), key=lambda item: _order(item[1].address))),
        moved=tuple(m for scope in first.values() for m in moves(scope)),
        imports=tuple(imports(root)),
        removed=tuple(r for scope in first.values() for r in removals(scope)),
        unresolved=tuple(unresolved),
        lost=frozenset(names for names, module in shared.library.modules.items() if module.lost),
        warnings=tuple(_warnings(shared, unresolved)),
        majors=shared.majors,
    )


def _warnings(shared: Shared, unresolved: list[Unresolved]) -> Iterator[str]:
    yield from dict.fromkeys(w for m in shared.library.modules.values() for w in m.warnings)
    yield from shared.inputs.warnings
    root = shared.library.modules[()]
    for name, where in shared.inputs.said.items() if not root.lost else ():
        if name not in root.variables:
            yield f"{where}: sets {name!r}, and no variable of {root.directory} has this name"
    for beyond in shared.run.beyond:
        yield f"{root.directory}: {beyond}: values that depend on it are unknown"
    yield from dict.fromkeys(shared.warnings)
    for one in unresolved:
        name = f"module.{'.module.'.join(one.module)}" if one.module else "this configuration"
        yield f"{one.place}: {name}: not read, {one.reason}"


def _scopes(root: ModuleScope) -> Iterator[ModuleScope]:
    """Every module instance, each after its caller."""
    waiting = [root]
    while waiting:
        scope = waiting.pop()
        yield scope
        waiting += [child for name in sorted(scope.module.calls, reverse=True) for child in scope.children(name)]


def _instances(scope: ModuleScope, references: References) -> Iterator[Configured]:
    for resource, declared in scope.module.resources.items():
        found = scope.expansion_of(resource, declared)
        one = _configured(scope, resource, references)
        for key in found.instances:
            yield _filled(one, scope, resource, key, template=scope.template or not found.is_known)


def _configured(scope: ModuleScope, resource: Resource, references: References) -> Configured:
    """The values that all instances of a resource share."""
    mode, type_, name = resource
    declared = scope.module.resources[resource]
    asked = lifecycle(declared.body)
    targets = references.of(scope.names, declared.body)
    own = (scope.names, mode, type_, name)
    return Configured(
        address=Address(type_, name, None, scope.path, "data" if mode == "data" else "managed"),
        place=declared.place,
        values={},
        references=tuple(sorted(_target(t) for t in targets if t != own)),
        provider=scope.provider(declared, type_),
        ignore_changes=asked.ignore_changes,
        ignores_all=asked.ignores_all,
        prevent_destroy=asked.prevent_destroy,
        ignored=ignored(declared, scope.module.comments),
    )


def _target(target: tuple[tuple[str, ...], str, str, str]) -> str:
    module, mode, type_, name = target
    path = tuple((step, None) for step in module)
    return str(Address(type_, name, None, path, "data" if mode == "data" else "managed"))


def _filled(one: Configured, scope: ModuleScope, resource: Resource, key: InstanceKey, *, template: bool) -> Configured:
    evaluated = scope.instance(resource, key)
    written = evaluated.written
    known = scope.run.facts_of(resource[1]) if resource[0] == "managed" else {}
    values = {n: v for n, v in written.values.items() if not v.is_null}
    declared = scope.module.resources[resource]
    if indexed(declared.expr("provider"))[1] is not None:
        inner = With(scope, scope.expansion_of(resource, declared).instances[key])
        one = replace(one, provider=scope.provider(declared, resource[1], inner))
    everything = {**evaluated.derived, **values}
    secret = {n for n, v in everything.items() if any_sensitive(v) or schema.is_sensitive(known.get(n))}
    members = {
        f"{n}.{key}"
        for n, v in everything.items()
        if n in secret and not v.sensitive and not schema.is_sensitive(known.get(n)) and isinstance(v.raw, Mapping)
        for key, member in v.raw.items()
        if any_sensitive(member)
    }
    if "region" in values:  # an argument of every resource, from version 6 of the AWS provider on
        region = values["region"].raw
        one = replace(one, provider=replace(one.provider, region=region if isinstance(region, str) else ""))
    return replace(
        one,
        address=replace(one.address, key=key),
        values={n: plain(v, drop_null=True) for n, v in values.items()},
        derived={n: plain(v) for n, v in evaluated.derived.items() if n not in values},
        places={p: at for p, at in written.places.items() if p.split(".")[0] in values},
        sensitive=frozenset(secret),
        sensitive_members=frozenset(members),
        template=template,
    )


def _order(address: Address) -> tuple[str, ...]:
    """By module, then by type and name, then by key: numbers before text, and in their order."""

    def at(key: InstanceKey) -> str:
        return f"0{key:012d}" if isinstance(key, int) else f"1{key}" if key is not None else ""

    module = ".".join(f"{name}[{at(key)}]" for name, key in address.module)
    return module, address.mode, address.type, address.name, at(address.key)
