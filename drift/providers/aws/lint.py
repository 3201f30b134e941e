"""What only AWS can tell to be wrong with an entry: actions that IAM does not know, regions that there are not."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from drift.provider.spec import ResourceType
from drift.providers.aws.operations import service_model
from drift.providers.aws.permissions import action
from drift.providers.aws.policy.actions import actions_of

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_CLOUDFORMATION = re.compile(r"AWS::[A-Z]\w+::[A-Z]\w+")


def check(entry: ResourceType) -> Iterator[str]:
    """What is wrong with an entry, beyond what the model of the API shows."""
    for call in entry.calls:
        yield from _exists(action(call.service or entry.service, call), call.op)
        if call.region and not _REGION.fullmatch(call.region):
            yield f"{call.op} is called in {call.region!r}, which is not a region"
    if entry.regional and (model := service_model(entry.service)) and model.metadata.get("globalEndpoint"):
        yield f"it is regional, but {entry.service} has one endpoint for the whole account"
    for extra in entry.extra_actions:
        yield from _exists(extra, "extra_actions")
    for name in entry.owns.names.values() if entry.owns else ():
        if name not in _cloudformation(name):
            yield f"{name} is not a CloudFormation type"


def _cloudformation(name: str) -> Container[str]:
    """Every type of CloudFormation, where cfn-lint is installed to tell; else whatever is spelt like one."""
    try:
        from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
    except ImportError:
        return {name} if _CLOUDFORMATION.fullmatch(name) else ()
    types: Container[str] = PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")
    return types


def _exists(name: str, where: str) -> Iterator[str]:
    service, _, _ = name.partition(":")
    known = actions_of(service)
    if not isinstance(known, frozenset):
        yield f"{where}: {known.why}"
    elif name.lower() not in known:
        yield f"{where}: IAM has no action {name}: name the right one with `iam`"
