"""`terraform show -json` of a state.

Documented at developer.hashicorp.com/terraform/internals/json-format, "State Representation" and
"Values Representation". It has neither lineage nor serial, and of a provider configuration only the
provider's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from drift.desired.instance import Instance, State
from drift.desired.state.decode import (
    ABSENT,
    address_of,
    attributes_of,
    decode,
    each_once,
    given,
    masked,
    provider_named,
)
from drift.desired.state.v4 import replaced

AGAIN = "Write it again with `terraform show -json`."


class Shown(msgspec.Struct):
    """One resource instance."""

    type: str
    name: str
    mode: Literal["managed", "data"] = "managed"
    index: int | str | None = None
    provider_name: str = ""
    values: msgspec.Raw = ABSENT
    sensitive_values: msgspec.Raw = ABSENT
    deposed_key: str = ""
    tainted: bool = False
    identity: msgspec.Raw = ABSENT


class Module(msgspec.Struct):
    """One module and those it calls."""

    address: str = ""
    resources: list[Shown] | None = None
    child_modules: list[Module] | None = None


class Values(msgspec.Struct):
    """All modules."""

    root_module: Module | None = None


class File(msgspec.Struct):
    """A state; also what `prior_state` of a plan holds."""

    format_version: str = ""
    terraform_version: str = ""
    values: Values | None = None


_FILE = msgspec.json.Decoder(File)
_MASK = msgspec.json.Decoder(dict[str, Any])


def parse_show(data: bytes, source: str) -> State:
    """The instances of a state that was shown as JSON; StateError names the place that is wrong."""
    file = decode(_FILE, data, source, AGAIN)
    instances = each_once(instances_of(file, source, "managed"), source)
    return State(
        source=source,
        lineage="",
        serial=0,
        terraform_version=file.terraform_version,
        instances=instances,
        looked_up=tuple(instances_of(file, source, "data")),
        pending=replaced(instances),
    )


def instances_of(file: File, source: str, mode: str) -> Iterator[Instance]:
    """Its instances, from the root module down."""
    modules = [file.values.root_module] if file.values and file.values.root_module else []
    while modules:
        module = modules.pop()
        modules += reversed(module.child_modules or ())
        for shown in module.resources or ():
            if shown.mode == mode:
                yield _instance(module.address, shown, source)


def _instance(module: str, shown: Shown, source: str) -> Instance:
    address = address_of(module, shown.type, shown.name, shown.index, source)
    return Instance(
        address=address,
        provider=provider_named(shown.provider_name),
        attributes=attributes_of(shown.values, source, address),
        state=source,
        sensitive=mask_of(shown.sensitive_values, source),
        deposed=shown.deposed_key,
        tainted=shown.tainted,
        identity=attributes_of(shown.identity, source, address),
    )


def mask_of(raw: msgspec.Raw, source: str) -> frozenset[str]:
    """The top-level attributes that a mask marks; one that is `true` or `false` as a whole marks none by name."""
    if not given(raw) or bytes(memoryview(raw)[:1]) in (b"t", b"f"):
        return frozenset()
    mask: dict[str, Any] = decode(_MASK, raw, source, AGAIN)
    return masked(mask)
