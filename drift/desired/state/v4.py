"""State version 4, as Terraform 0.12 and later and OpenTofu write it.

The field names are those of the file; what each means is in Terraform's state documentation and
in the JSON itself. OpenTofu may name the provider on the instance, with the key of the provider's
`for_each`, and adds `skip_destroy`; its registry is registry.opentofu.org. Attributes stay
undecoded (`msgspec.Raw`) until an instance is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from drift.desired.instance import Instance, State
from drift.desired.state.decode import ABSENT, address_of, attributes_of, decode, each_once, given
from drift.desired.state.flatmap import Flat, expand
from drift.desired.state.mistaken import INSTEAD
from drift.errors import StateError
from drift.model.drift import Pending


class _Step(msgspec.Struct, gc=False):
    type: str
    value: Any = None


class _Instance(msgspec.Struct, gc=False):
    index_key: int | str | None = None
    status: str = ""
    deposed: str = ""
    attributes: msgspec.Raw = ABSENT
    attributes_flat: Flat | None = None
    sensitive_attributes: list[list[_Step]] | None = None
    provider: str = ""
    identity: msgspec.Raw = ABSENT


class _Resource(msgspec.Struct, gc=False):
    mode: Literal["managed", "data"]
    type: str
    name: str
    instances: list[_Instance] = []
    module: str = ""
    provider: str = ""


class _File(msgspec.Struct, gc=False):
    version: int
    terraform_version: str = ""
    serial: int = 0
    lineage: str = ""
    resources: list[_Resource] | msgspec.UnsetType | None = msgspec.UNSET


NOTHING = frozenset[str]()
_FILE = msgspec.json.Decoder(_File)


def parse_v4(data: bytes, source: str) -> State:
    """The instances of a state; StateError names the place that is wrong."""
    file = decode(_FILE, data, source)
    if file.resources is msgspec.UNSET:
        raise StateError(source, "it has no `resources`: it is not a Terraform state", INSTEAD)
    resources = file.resources or []
    warnings: set[str] = set()
    instances = each_once(_instances(resources, "managed", source, warnings), source)
    return State(
        source=source,
        lineage=file.lineage,
        serial=file.serial,
        terraform_version=file.terraform_version,
        instances=instances,
        looked_up=tuple(_instances(resources, "data", source, warnings)),
        warnings=tuple(sorted(warnings)),
        pending=replaced(instances),
    )


def replaced(instances: tuple[Instance, ...]) -> tuple[Pending, ...]:
    """What is tainted: the next apply replaces it."""
    return tuple(
        Pending(str(i.address), i.address.type, ("delete", "create")) for i in instances if i.tainted and not i.deposed
    )


def _instances(resources: list[_Resource], mode: str, source: str, warnings: set[str]) -> Iterator[Instance]:
    for resource in resources:
        if resource.mode == mode:
            for raw in resource.instances:
                yield _instance(resource, raw, source, warnings)


def _sensitive(paths: list[list[_Step]]) -> frozenset[str]:
    return frozenset(str(path[0].value) for path in paths if path and path[0].type == "get_attr")


def _members(paths: list[list[_Step]]) -> frozenset[str]:
    """`tags.Token` of the paths that lead to one member of a map, where none leads to all of it."""
    whole = {str(path[0].value) for path in paths if path and _key(path) is None}
    keys = ((str(path[0].value), _key(path)) for path in paths if path and str(path[0].value) not in whole)
    return frozenset(f"{name}.{key}" for name, key in keys)


def _key(path: list[_Step]) -> str | None:
    step = path[1].value if len(path) > 1 and path[1].type == "index" else None
    return str(step["value"]) if isinstance(step, Mapping) and step.get("type") == "string" else None


def _instance(resource: _Resource, raw: _Instance, source: str, warnings: set[str]) -> Instance:
    address = address_of(resource.module, resource.type, resource.name, raw.index_key, source)
    attributes: Mapping[str, Any]
    if raw.attributes_flat and not given(raw.attributes):
        attributes, left_out = expand(resource.type, raw.attributes_flat, source, address)
        warnings |= {
            f"{source}: {resource.type}.{name}: not compared, because the provider no longer has it"
            for name in left_out
        }
    else:
        attributes = attributes_of(raw.attributes, source, address)
    return Instance(
        address=address,
        provider=raw.provider or resource.provider,
        attributes=attributes,
        state=source,
        sensitive=_sensitive(raw.sensitive_attributes) if raw.sensitive_attributes else NOTHING,
        sensitive_members=_members(raw.sensitive_attributes) if raw.sensitive_attributes else NOTHING,
        deposed=raw.deposed,
        tainted=raw.status == "tainted",
        identity=attributes_of(raw.identity, source, address),
    )
