"""State version 4, as Terraform 0.12 and later and OpenTofu write it.

The field names are those of the file; what each means is in Terraform's state documentation and
in the JSON itself. Attributes stay undecoded (`msgspec.Raw`) until an instance is looked at.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from drift.desired.instance import Instance, State
from drift.errors import StateError
from drift.model.address import Address, parse_module

ABSENT = msgspec.Raw()


class _Step(msgspec.Struct):
    type: str
    value: Any = None


class _Instance(msgspec.Struct):
    index_key: int | str | None = None
    deposed: str = ""
    attributes: msgspec.Raw = ABSENT
    attributes_flat: msgspec.Raw = ABSENT
    sensitive_attributes: list[list[_Step]] | None = None
    provider: str = ""


class _Resource(msgspec.Struct):
    mode: Literal["managed", "data"]
    type: str
    name: str
    instances: list[_Instance] = []
    module: str = ""
    provider: str = ""


class _File(msgspec.Struct):
    version: int
    terraform_version: str = ""
    serial: int = 0
    lineage: str = ""
    resources: list[_Resource] | None = None


_FILE = msgspec.json.Decoder(_File)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


def parse_v4(data: bytes, source: str) -> State:
    """The managed instances of a state; StateError names the place that is wrong."""
    try:
        file = _FILE.decode(data)
    except msgspec.ValidationError as error:
        raise StateError(source, f"not a valid state: {error}", "Fetch it again with `terraform state pull`.") from None
    except msgspec.DecodeError as error:
        raise StateError(source, f"not valid JSON: {error}", "Fetch it again with `terraform state pull`.") from None
    instances: list[Instance] = []
    looked_up: list[Instance] = []
    warnings: list[str] = []
    seen: set[tuple[str, str]] = set()
    for resource in file.resources or ():
        if resource.mode != "managed":
            looked_up += [_instance(resource, raw, source) for raw in resource.instances if _given(raw.attributes)]
            continue
        for raw in resource.instances:
            instance = _instance(resource, raw, source)
            place = (str(instance.address), instance.deposed)
            if place in seen:
                raise StateError(
                    source,
                    f"{instance.address} is in the state twice",
                    "Terraform refuses such a state too: it was edited by hand, or merged. Restore a backup.",
                )
            seen.add(place)
            if not _given(raw.attributes) and _given(raw.attributes_flat):
                warnings.append(
                    f"{source}: {instance.address} is still in the old flat form of Terraform 0.11; "
                    "`terraform apply -refresh-only` rewrites it. It was not compared."
                )
                continue
            instances.append(instance)
    return State(
        source=source,
        lineage=file.lineage,
        serial=file.serial,
        terraform_version=file.terraform_version,
        instances=tuple(instances),
        looked_up=tuple(looked_up),
        warnings=tuple(warnings),
    )


def _instance(resource: _Resource, raw: _Instance, source: str) -> Instance:
    try:
        module = parse_module(resource.module)
        address = Address(resource.type, resource.name, raw.index_key, module)
    except ValueError:
        raise StateError(source, f"not a module path: {resource.module!r}") from None
    try:
        attributes = _OBJECT.decode(bytes(raw.attributes)) if _given(raw.attributes) else {}
    except msgspec.DecodeError as error:
        raise StateError(source, f"{address}: attributes: {error}") from None
    return Instance(
        address=address,
        provider=raw.provider or resource.provider,
        attributes=attributes,
        state=source,
        sensitive=frozenset(
            str(path[0].value) for path in raw.sensitive_attributes or () if path and path[0].type == "get_attr"
        ),
        deposed=raw.deposed,
    )


def _given(raw: msgspec.Raw) -> bool:
    """Whether the file has the key, and not as null."""
    return bytes(memoryview(raw)[:5]) not in (b"", b"null")
