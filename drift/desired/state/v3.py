"""State version 3, as Terraform 0.7 to 0.11 wrote it.

`modules[].path` is `["root", "network"]`; `modules[].resources` has `type.name`, `type.name.0` for one
of a count, and `data.type.name`. An object's attributes are flat text (`drift.desired.state.flatmap`).
The provider is `provider.aws.west`, `module.network.provider.aws`, or in older ones `aws.west` or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from drift.desired.instance import Instance, State
from drift.desired.state.decode import AGAIN, decode, each_once
from drift.desired.state.flatmap import Flat, expand
from drift.desired.state.v4 import replaced
from drift.errors import StateError
from drift.model.address import Address

_KEY = re.compile(r"(?P<data>data\.)?(?P<type>[^.]+)\.(?P<name>[^.]+)(?:\.(?P<index>\d{1,9}))?")


class _Object(msgspec.Struct):
    id: str = ""
    attributes: Flat | None = None
    tainted: bool = False


class _Resource(msgspec.Struct):
    type: str = ""
    primary: _Object | None = None
    deposed: list[_Object] | None = None
    provider: str = ""


class _Module(msgspec.Struct):
    path: list[str]
    resources: dict[str, _Resource] | None = None


class _File(msgspec.Struct):
    version: int
    terraform_version: str = ""
    serial: int = 0
    lineage: str = ""
    modules: list[_Module] | None = None


_FILE = msgspec.json.Decoder(_File)


def parse_v3(data: bytes, source: str) -> State:
    """The instances of an old state; StateError names the place that is wrong."""
    file = decode(_FILE, data, source)
    left_out: set[str] = set()
    managed: list[Instance] = []
    looked_up: list[Instance] = []
    for module in file.modules or ():
        if module.path[:1] != ["root"]:
            raise StateError(source, f"module path {module.path[:3]}: it does not start at the root module", AGAIN)
        steps = tuple((name, None) for name in module.path[1:])
        for key, resource in (module.resources or {}).items():
            match = _KEY.fullmatch(key)
            if match is None:
                raise StateError(source, f"not a resource: {key[:60]!r}", AGAIN)
            address = Address(match["type"], match["name"], int(match["index"]) if match["index"] else None, steps)
            (looked_up if match["data"] else managed).extend(_instances(address, resource, source, left_out))
    instances = each_once(managed, source)
    return State(
        source=source,
        lineage=file.lineage,
        serial=file.serial,
        terraform_version=file.terraform_version,
        instances=instances,
        looked_up=tuple(looked_up),
        warnings=tuple(
            f"{source}: {name}: not compared, because the provider no longer has it" for name in sorted(left_out)
        ),
        pending=replaced(instances),
    )


def _instances(address: Address, resource: _Resource, source: str, left_out: set[str]) -> Iterator[Instance]:
    objects = [("", resource.primary), *((f"{n:08x}", o) for n, o in enumerate(resource.deposed or (), 1))]
    for deposed, found in objects:
        if found is None:
            continue
        flat = {"id": found.id, **(found.attributes or {})}
        attributes: dict[str, Any]
        attributes, strange = expand(address.type, flat, source, address)
        left_out |= {f"{address.type}.{name}" for name in strange}
        yield Instance(
            address=address,
            provider=_provider(resource.provider, address.type),
            attributes=attributes,
            state=source,
            deposed=deposed,
            tainted=found.tainted,
        )


def _provider(text: str, type_: str) -> str:
    if not text:
        return f"provider.{type_.split('_', 1)[0]}"
    return text if "provider." in text else f"provider.{text}"
