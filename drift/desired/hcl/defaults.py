"""The provider's defaults for arguments that the author does not set, if they are certain."""

from __future__ import annotations

from collections.abc import Mapping

from drift.desired.hcl import schema
from drift.desired.hcl.values import Val, from_python
from drift.desired.hcl.written import as_type
from drift.provider.facts import Facts
from drift.provider.installed import defaults_of


def defaults(type_: str, values: Mapping[str, Val], facts: Facts, major: int = 0) -> dict[str, Val]:
    """Argument -> its default, for arguments that are not set.

    A string argument with a default often selects a variant of a type (`load_balancer_type`); each variant has
    other arguments. So the result is empty if such an argument is unknown, or has another value than its default.
    """
    found = {name: value for name, value in defaults_of(type_, major).items() if not schema.is_block(facts.get(name))}
    if any(isinstance(found.get(name), str) and not _is(value, found[name]) for name, value in values.items()):
        return {}
    unset = (name for name in found if name not in values or values[name].is_null)
    return {name: as_type(from_python(found[name]), schema.type_of(facts.get(name))) for name in unset}


def _is(value: Val, default: str) -> bool:
    return value.is_null or (value.is_known and value.raw == default)
