"""A state of provider 5, as provider 6 would have written it: `region` everywhere, arguments gone, new, renamed.

Made from the facts about version 6, and from its "Version 6 Upgrade Guide" where the schema does not tell. New
arguments are recorded as the provider's SDK records what nobody set: empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drift.desired.homes import homes, own_homes
from drift.desired.load import read_states
from drift.provider.facts import Facts, flags_of
from drift.provider.installed import installed
from drift.providers.aws.arn import Arn
from tests.support.world import REGION

ACCOUNT = "123456789012"


def rewritten(path: Path, to: Path, *, one_provider: bool = False) -> Path:
    """A state of version 4, its resources as provider 6 writes them; the path that it was written to.

    With `one_provider`, one provider configuration serves all regions: each resource names its own.
    """
    state: dict[str, Any] = json.loads(path.read_text())
    states, failed = read_states([str(path)], {})
    assert not failed, failed
    where = homes(states, installed(), own_homes(states, installed()))
    for resource in state["resources"]:
        if resource["mode"] == "managed" and resource["type"] in installed():
            home = where[str(path), resource["provider"]].region or REGION
            for instance in resource["instances"]:
                _rewrite(resource["type"], instance, home)
        if one_provider:
            resource["provider"] = resource["provider"].partition("]")[0] + "]"
    to.write_text(json.dumps(state))
    return to


def _own_region(type_: str, attributes: Mapping[str, Any]) -> str:
    """The region in a resource's own ARN; none where the argument names another resource."""
    computed = flags_of(installed().facts(type_).get("arn", "")).startswith("c")
    arn = Arn.parse(attributes.get("arn")) if computed else None
    return arn.region if arn else ""


def _rewrite(type_: str, instance: dict[str, Any], region: str) -> None:
    catalog = installed()
    old = instance["attributes"]
    new = _body(old, catalog.facts(type_), catalog.facts(type_, 6))
    for name, was in catalog.schema_of(type_).renamed(type_, 6).items():
        new[name] = old.get(was)
    if "region" in catalog.facts(type_, 6):
        new["region"] = _own_region(type_, old) or region
        instance["identity"] = {"account_id": ACCOUNT, "region": new["region"], "id": old.get("id")}
        instance["identity_schema_version"] = 0
    if "bucket_region" in new:
        new["bucket_region"] = old.get("region")
    instance["attributes"] = new


def _body(values: Mapping[str, Any], old: Facts, new: Facts) -> dict[str, Any]:
    out = {name: value for name, value in values.items() if name in new or name not in old}
    for name, fact in new.items():
        if name not in old:
            out[name] = _empty(fact)
        elif name in out and fact != old[name]:
            out[name] = _converted(out[name], old[name], fact)
    return out


def _converted(value: Any, old: Any, new: Any) -> Any:
    if isinstance(new, list) and isinstance(old, list):
        if isinstance(value, list):
            return [_body(v, old[1], new[1]) if isinstance(v, Mapping) else v for v in value]
        return _body(value, old[1], new[1]) if isinstance(value, Mapping) else value
    was, now = (flags_of(f).partition(" ")[2] for f in (old, new))
    if was == "bool" and not now and isinstance(value, bool):
        return str(value).lower()
    if not was and now == "number" and isinstance(value, str):
        return float(value) if value else None
    return value


def _empty(fact: Any) -> Any:
    words = flags_of(fact).split(" ")
    if isinstance(fact, list) or words[-1:] in (["list"], ["set"]):
        return []
    return {"bool": False, "number": 0, "map": {}}.get(words[-1] if words[1:] else "", "")
