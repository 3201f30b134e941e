"""The provider's defaults, as it plans them: `drift/providers/aws/schema/_defaults.json`, written by

    facts/bin/python -m tests.support.defaults

in an environment that `tests/support/plugin.py` describes; with `--new`, only types that the file lacks are added, and
with names of types, what is learnt of them is shown. The provider's own process plans one resource of each
catalogued type whose required arguments are not known, and which has each nested block once. What an argument
comes out as that nobody sets is its default. A block that comes out unknown where nobody writes it, is AWS's to
fill: `assigned`. One that is recorded, and that the provider plans to take away where nobody writes it, is `removed`;
one that stays, because the provider looks away from it, is `kept`; one that stays, but of which some arguments are
planned to change (a log that is turned off), is `reset`. The flags of the schema say this of arguments, but not of
blocks. An argument whose change has the resource made again (Terraform's "forces replacement") is in `again`; an
attribute that an update in place leaves open (an ARN with a revision in it) is `moved`.

A provider checks combinations before it plans: what its refusal names is set too, and a block that it does not want
is left out.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.providers import aws
from drift.providers.aws import TYPES
from tests.support.plugin import UNKNOWN, Plugin, Refused
from tests.support.world import PROVIDER, PROVIDER_VERSION, Terraform

CONFIGURATION = {
    "region": "us-east-1",
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": "true",
}
DEEPEST = 6
"""Levels of nested blocks: rules inside statements inside rules have no end."""
DEEPEST_TAKEN = 3
"""Levels at which each block is taken away by itself, a plan each."""
TRIES = 12
CHOSEN = {"destination": "extended_s3"}
"""A value of each required argument that decides which others a resource has."""
_ACTIONS = ("authenticate-cognito", "authenticate-oidc", "fixed-response", "forward", "redirect")
NEEDED: Mapping[str, Mapping[str, Any]] = {
    "aws_dynamodb_table": {"attribute": [{"name": "example", "type": "S"}]},
}
"""Type -> blocks without which every plan is refused."""
VARIANTS = {"default_action": _ACTIONS, "action": _ACTIONS}
"""Block -> the values of its `type`, each of which lets another of the blocks inside it count."""
_QUOTED = re.compile(r"[`\"']([a-z_0-9]+)[`\"'.]")
_WORD = re.compile(r"\b[a-z_0-9]+\b")

SCHEMA = Path(aws.__file__).parent / "schema"

Block = Mapping[str, Any]
Path_ = tuple[str, ...]


@dataclass
class Draft:
    """A configuration to plan, and what refusals have taught about it."""

    block: Block
    deepest: int
    variant: tuple[str, str] = ("", "")
    """A block, and its `type`."""
    known: bool = False
    """Whether required arguments have plausible values."""
    also: dict[str, Any] = field(default_factory=dict)
    """Optional arguments that a refusal asked for."""
    without: set[str] = field(default_factory=set)
    """Blocks that a refusal does not want."""

    def body(self) -> dict[str, Any]:
        """The configuration, with every argument and block of the schema."""
        return self._block(self.block, ()) | self.also

    def _block(self, block: Block, at: Path_) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, spec in block.get("attributes", {}).items():
            out[name] = self._required(name, spec.get("type", "string")) if spec.get("required") else None
        if at == self.variant[:1]:
            out["type"] = self.variant[1]
        for name, spec in block.get("block_types", {}).items():
            single = spec["nesting_mode"] == "single"
            wanted = len(at) < self.deepest and name not in at and name not in self.without
            if name == "timeouts" or not (wanted or spec.get("min_items")):
                out[name] = None if single else []
            else:
                inner = self._block(spec["block"], (*at, name))
                out[name] = inner if single else [inner] * max(1, spec.get("min_items") or 0)
        return out

    def _required(self, name: str, type_: Any) -> Any:
        return plausible(name, type_) if self.known else UNKNOWN


def plausible(name: str, type_: Any) -> Any:
    """A value that an argument of this name may have."""
    if isinstance(type_, list):
        outer, inner = type_
        if outer == "object":
            return {key: plausible(key, held) for key, held in inner.items()}
        return {"key": plausible(name, inner)} if outer == "map" else [plausible(name, inner)]
    if name in CHOSEN:
        return CHOSEN[name]
    if type_ in ("number", "bool"):
        return 1 if type_ == "number" else True
    if name.endswith("arn"):
        return "arn:aws:iam::123456789012:role/example"
    if "cidr" in name:
        return "10.0.0.0/16"
    if "policy" in name or "document" in name or "json" in name or name == "container_definitions":
        return "[]" if name == "container_definitions" else '{"Version":"2012-10-17","Statement":[]}'
    return "123456789012" if "account" in name else "example"


def planned(plugin: Plugin, type_: str, draft: Draft) -> dict[str, Any] | None:
    """The plan of a draft, mended as refusals say; None where none of that helps."""
    said = ""
    for _ in range(TRIES):
        try:
            return plugin.plan(type_, draft.body())
        except Refused as refused:
            if not mend(draft, str(refused), again=str(refused) == said):
                return None
            said = str(refused)
    return None


def mend(draft: Draft, said: str, *, again: bool) -> bool:
    """Set or leave out what a refusal names; whether there is anything left to try."""
    named = [*_QUOTED.findall(said), *_WORD.findall(said)]
    attributes, blocks = draft.block.get("attributes", {}), draft.block.get("block_types", {})
    for name in named:
        if again and draft.also.get(name) is UNKNOWN:
            draft.also[name] = plausible(name, attributes[name].get("type", "string"))
            return True
    for name in named:
        if attributes.get(name, {}).get("optional") and name not in draft.also:
            draft.also[name] = UNKNOWN
            return True
        if name in blocks and name not in draft.without and not blocks[name].get("min_items"):
            draft.without.add(name)
            return True
    if not draft.known:
        draft.known = True
        return True
    return False


def defaults(block: Block, plan: Mapping[str, Any], also: Mapping[str, Any]) -> dict[str, Any]:
    """Argument -> its default, and nested block -> those inside it. What a configuration must set has none."""
    out: dict[str, Any] = {}
    for name, spec in block.get("attributes", {}).items():
        value = plan.get(name)
        if spec.get("optional") and name not in also and is_said(value):
            # MessagePack has a fraction as text
            out[name] = float(value) if spec["type"] == "number" and isinstance(value, str) else value
    for name, spec in block.get("block_types", {}).items():
        value = plan.get(name)
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, Mapping) and name != "timeouts" and (found := defaults(spec["block"], inner, {})):
            out[name] = found
    return out


def is_said(value: Any) -> bool:
    """Whether it is a value, known to the bottom; an absent text is null or empty."""
    if isinstance(value, Mapping | list):
        return bool(value) and all(map(is_said, value.values() if isinstance(value, Mapping) else value))
    return value is not UNKNOWN and value not in (None, "")


def assigned(block: Block, plan: Mapping[str, Any], at: Path_ = ()) -> Iterator[str]:
    """The dotted paths of the nested blocks that a plan leaves to AWS."""
    for name, spec in block.get("block_types", {}).items():
        value = plan.get(name)
        inner = value[0] if isinstance(value, list) and value else value
        if inner is UNKNOWN and not spec.get("min_items"):
            yield ".".join((*at, name))
        elif isinstance(inner, Mapping):
            yield from assigned(spec["block"], inner, (*at, name))


def learnt(plugin: Plugin, type_: str, block: Block) -> dict[str, Any] | None:
    """What plans of one type tell; None where the provider plans none."""
    found: dict[str, Any] = {}
    left: set[str] = set()
    plans = 0
    deepest = min(depth_of(block), DEEPEST)
    drafts = [Draft(block, depth) for depth in range(deepest + 1)]
    for name in block.get("block_types", {}):
        drafts += [Draft(block, deepest, (name, value)) for value in VARIANTS.get(name, ())]
    for draft in drafts:
        plan = planned(plugin, type_, draft)
        if plan is None:
            continue
        plans += 1
        found = merged(found, defaults(block, plan, draft.also))
        left |= {p for p in assigned(block, plan) if p.count(".") == draft.deepest}
    if not plans:
        return None
    out = {"defaults": found, "assigned": sorted(left), **taken_away(plugin, type_, block, left)}
    return out | {word: names for word, names in changed(plugin, type_, block).items() if names}


def taken_away(plugin: Plugin, type_: str, block: Block, left: Collection[str]) -> dict[str, Any]:
    """The dotted paths of nested blocks that are recorded and that nobody writes: those that are planned to be taken
    away (`removed`), those that stay (`kept`), and those that stay with other arguments, which are told (`reset`).

    `left` are those that AWS fills.
    """
    draft = Draft(block, 0, known=True)
    plan = planned(plugin, type_, draft)
    removed, kept, reset = list[str](), list[str](), dict[str, dict[str, Any]]()
    if plan is None:
        return {}
    config = _without_unknown(draft.body(), block) | dict(NEEDED.get(type_, {}))
    prior = _without_unknown({**plan, **{n: v for n, v in config.items() if v is not None}}, block)
    always = _again(plugin, type_, prior, config)
    for path in _optional(block):
        if any(".".join(path[: n + 1]) in left for n in range(len(path))) or path[0] in NEEDED.get(type_, {}):
            continue
        there, meant = (_with_block(base, block, path, whole=whole) for base, whole in ((prior, True), (config, False)))
        try:
            found, again = plugin.change(type_, there, meant)
        except Refused:
            continue
        was, now, at = _at(there, path), _at(found, path), ".".join(path)
        if not again - always - {path[0], "id"} and was:
            if not is_set(now) and (is_set(was) or not now):
                removed.append(at)
            elif was == now and not again - always:
                kept.append(at)
            elif differing := _differing(was, now):
                reset[at] = differing
    out = {"removed": sorted(removed), "kept": sorted(kept), "reset": reset}
    return {word: found for word, found in out.items() if found}


def _again(plugin: Plugin, type_: str, prior: Mapping[str, Any], config: Mapping[str, Any]) -> set[str]:
    """The arguments because of which a resource would be made again whatever stands in its blocks: its values are made
    up."""
    try:
        return plugin.change(type_, prior, config)[1]
    except Refused:
        return set()


def _differing(was: Any, now: Any) -> dict[str, Any]:
    """Argument of a single block -> its planned value, where it is another one and known; of a block inside it, the
    same."""
    if not all(isinstance(v, list) and len(v) == 1 and isinstance(v[0], Mapping) for v in (was, now)):
        return {}
    out: dict[str, Any] = {}
    for name, value in now[0].items():
        before = was[0].get(name)
        if inner := _differing(before, value):
            out[name] = inner
        elif value != before and not _unknown_in(value) and not _are_blocks(before):
            out[name] = value if is_set(value) or isinstance(value, bool) else None
    return out


def _are_blocks(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(v, Mapping) for v in value)


def changed(plugin: Plugin, type_: str, block: Block) -> dict[str, list[str]]:
    """The arguments whose change has the resource made again, each changed from one value to another by itself
    (`again`), and the attributes of which an update in place leaves open what they become (`moved`)."""
    draft = Draft(block, 0, known=True)
    plan = planned(plugin, type_, draft)
    if plan is None:
        return {}
    config = _without_unknown(draft.body(), block)
    prior = _without_unknown({**plan, **{n: v for n, v in config.items() if v is not None}}, block)
    again, moved = set[str](), set[str]()
    for name, spec in block.get("attributes", {}).items():
        if not (spec.get("required") or spec.get("optional")) or name == "id":
            continue
        type_of = spec.get("type", "string")
        try:
            found, because = plugin.change(
                type_, {**prior, name: plausible(name, type_of)}, {**config, name: _another(name, type_of)}
            )
        except Refused:
            continue
        again |= {name} & because
        if not because and name not in ("tags", "tags_all"):
            moved |= {n for n in block["attributes"] if found.get(n) is UNKNOWN} - {name, "tags_all"}
    return {"again": sorted(again), "moved": sorted(moved)}


def _another(name: str, type_: Any) -> Any:
    """Another value that the argument may have."""
    if isinstance(type_, list):
        outer, inner = type_
        if outer == "object":
            return {key: _another(key, held) for key, held in inner.items()}
        return {"key": _another(name, inner)} if outer == "map" else [_another(name, inner)]
    if type_ in ("number", "bool"):
        return 2 if type_ == "number" else False
    if "cidr" in name:
        return "10.1.0.0/16"
    if name == "container_definitions":
        return '[{"name":"other","image":"other"}]'
    first = str(plausible(name, type_))
    return '{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}' if first.startswith("{") else f"{first}-2"


def _optional(block: Block, at: Path_ = ()) -> Iterator[Path_]:
    """The paths of nested blocks that a configuration may leave out, outer ones first."""
    for name, spec in block.get("block_types", {}).items():
        if name == "timeouts" or name in at or len(at) >= DEEPEST_TAKEN:
            continue
        if not spec.get("min_items"):
            yield (*at, name)
        yield from _optional(spec["block"], (*at, name))


def _with_block(base: Mapping[str, Any], block: Block, path: Path_, *, whole: bool) -> dict[str, Any]:
    """A body with the block at a path, filled; without `whole`, with what is above it alone."""
    name, *below = path
    spec = block["block_types"][name]
    if not below and not whole:
        return dict(base)
    inner = _filling(spec["block"], whole=not below)
    if below:
        inner = _with_block(inner, spec["block"], tuple(below), whole=whole)
    return {**base, name: inner if spec["nesting_mode"] == "single" else [inner] * max(1, spec.get("min_items") or 0)}


def _full(spec: Mapping[str, Any]) -> Any:
    inner = _filling(spec["block"], whole=False)
    return inner if spec["nesting_mode"] == "single" else [inner] * max(1, spec.get("min_items") or 0)


def _filling(block: Block, *, whole: bool = True) -> dict[str, Any]:
    """A block of which all arguments are set, and of the blocks inside those that must be there; with `whole`, all of
    them where there are no arguments."""
    attributes, nested = block.get("attributes", {}), block.get("block_types", {})
    every = whole and not attributes
    values: dict[str, Any] = {n: plausible(n, s.get("type", "string")) for n, s in attributes.items()}
    return values | {n: _full(s) if s.get("min_items") or every else _empty(s) for n, s in nested.items()}


def _empty(spec: Mapping[str, Any]) -> Any:
    return None if spec["nesting_mode"] == "single" else []


def is_set(value: Any) -> bool:
    """Whether anything in it is more than null, false, zero or empty."""
    if isinstance(value, Mapping | list):
        return any(map(is_set, value.values() if isinstance(value, Mapping) else value))
    return bool(value)


def _at(body: Any, path: Path_) -> Any:
    for name in path:
        body = body[0] if isinstance(body, list) and body else body
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def _without_unknown(body: Mapping[str, Any], block: Block) -> dict[str, Any]:
    """A body with plausible values in the place of those that are not known."""
    types = {n: s.get("type", "string") for n, s in block.get("attributes", {}).items()}
    out = {n: plausible(n, types.get(n, "string")) if _unknown_in(v) and n in types else v for n, v in body.items()}
    for name, spec in block.get("block_types", {}).items():
        value = body.get(name)
        if value is UNKNOWN:
            out[name] = _empty(spec)
        elif isinstance(value, list):
            out[name] = [_without_unknown(v, spec["block"]) if isinstance(v, Mapping) else v for v in value]
        elif isinstance(value, Mapping):
            out[name] = _without_unknown(value, spec["block"])
    return out


def _unknown_in(value: Any) -> bool:
    if isinstance(value, Mapping | list):
        return any(map(_unknown_in, value.values() if isinstance(value, Mapping) else value))
    return value is UNKNOWN


def merged(shallow: Mapping[str, Any], deep: Mapping[str, Any]) -> dict[str, Any]:
    """Both; where they differ, the shallow one says what holds where nothing else is set."""
    out = dict(deep)
    for name, value in shallow.items():
        other = out.get(name)
        out[name] = merged(value, other) if isinstance(value, Mapping) and isinstance(other, Mapping) else value
    return out


def depth_of(block: Block, at: Path_ = ()) -> int:
    """Levels of nested blocks."""
    inner = {n: s for n, s in block.get("block_types", {}).items() if n != "timeouts" and n not in at}
    if len(at) >= DEEPEST or not inner:
        return 0
    return 1 + max(depth_of(s["block"], (*at, n)) for n, s in inner.items())


def nothing(block: Block) -> dict[str, Any]:
    """A block of which nothing is set."""
    nested: dict[str, Any] = {
        n: None if s["nesting_mode"] == "single" else [] for n, s in block.get("block_types", {}).items()
    }
    return dict.fromkeys(block.get("attributes", {})) | nested


def main(only: Sequence[str]) -> None:
    """Write the file anew; `--new` adds types that it lacks, and names show what is learnt of these types."""
    known: dict[str, Any] = json.loads((SCHEMA / "_defaults.json").read_text())["types"] if only == ["--new"] else {}
    wanted = sorted(TYPES.keys() - known) if only in ([], ["--new"]) else only
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "main.tf").write_text(PROVIDER)
        terraform = Terraform(work, "http://127.0.0.1:1")
        terraform("init", "-no-color", "-input=false")
        schema = json.loads(terraform("providers", "schema", "-json"))["provider_schemas"].popitem()[1]
        binary = next(p for p in work.glob(".terraform/providers/*/hashicorp/aws/*/*/terraform-provider-aws_*"))
        out = {}
        plugin = Plugin(binary.resolve(), nothing(schema["provider"]["block"]) | CONFIGURATION)
        try:
            for name in wanted:
                block = schema["resource_schemas"].get(name, {}).get("block")
                found = learnt(plugin, name, block) if block else None
                sys.stderr.write(f"{name}\n")
                if found is None:
                    sys.stderr.write(f"{name}: the provider plans none\n")
                else:
                    out[name] = found
        finally:
            plugin.stop()
    if wanted is only:
        sys.stdout.write(json.dumps(out, indent=1) + "\n")
    else:
        write(known | out, f"as provider {PROVIDER_VERSION} plans them")


def write(found: Mapping[str, Mapping[str, Any]], origin: str) -> None:
    """One line for each type."""
    lines = [f"{json.dumps(t)}: {json.dumps(found[t], sort_keys=True)}" for t in sorted(found)]
    text = f'{{"origin": {json.dumps(origin)},\n"types": {{\n' + ",\n".join(lines) + "\n}}\n"
    (SCHEMA / "_defaults.json").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
