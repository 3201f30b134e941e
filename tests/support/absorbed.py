"""A refresh after somebody changed an account by hand: every record says what is there, and what is gone has none.

`terraform apply -refresh-only` does this to a state, and so does each apply. Here it is done to resources that were
read from one, so that it can be tried on every account that was ever recorded.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import Desired, build, read_states
from drift.desired.overlay import overlay
from drift.diff.compare import agreement
from drift.live.asker import Asker
from drift.live.scan import Scan
from drift.model.coverage import Unreadable
from drift.model.drift import Report
from drift.model.resource import GLOBAL, Resource
from drift.provider.api import Api
from drift.provider.installed import installed
from drift.provider.relations import entry_of
from drift.providers.aws import AWS
from drift.survey import Scope
from tests.support.line import check
from tests.support.world import REGION, Regrouped, World


def described(world: World, state: Path, *, with_configuration: bool, account: str) -> Desired:
    """What a state of a world describes, alone or with the configuration that it was written from."""
    states, failed = read_states([str(state)], {})
    assert not failed, failed
    if with_configuration:
        configuration = Sources(world.path, Given(environment={})).evaluated(states)
        states = [overlay(s, configuration) for s in states]
    return build(states, failed, installed(), account=account, region=REGION)


def absorbed(desired: Desired, api: Api, types: frozenset[str]) -> Desired:
    """The same after a refresh of the account as it is, with the record before it as the backup that Terraform keeps.

    What is gone the backup alone has; without a configuration nothing is known of it.
    """
    regions = {r.key.region for r in desired.resources} - {GLOBAL, ""} or {REGION}
    scan = Scan(Asker(api), installed(), AWS, desired.resources, scope=types, regions=regions)
    scan.collect()
    now = []
    for resource in desired.resources:
        found = scan.paired.get(resource.origin)
        if found is not None:
            now.append(_refreshed(resource, found))
        elif resource.asserted is not None and not resource.deposed:
            now.append(replace(resource, dropped=True))
    return replace(desired, resources=now)


def _refreshed(resource: Resource, found: Resource) -> Resource:
    """What agrees is recorded as it was: the same fact may have another form in an answer."""
    attrs = entry_of(resource, installed()).attributes
    now = {
        n: v
        for n, v in found.attributes.items()
        if n in resource.attributes and not isinstance(v, Unreadable)
        if n not in attrs or not agreement(attrs[n], resource.attributes[n], v)
    }
    return replace(resource, attributes={**resource.attributes, **now}, earlier=resource.attributes)


def compared(world: World, desired: Desired, tape: Any) -> Report:
    """What drift says of it, without rules."""
    return check(desired, tape, installed(), Scope(recorded=tape.types), default_region=REGION).report


def tape_of(world: World, phase: str) -> Any:
    """The account of a phase; it answers batches that were not recorded, too."""
    return Regrouped(world.tape(phase, strict=False))
