"""What the provider fills in where the author sets nothing, when that is sure."""

from __future__ import annotations

from collections.abc import Mapping

from drift.desired.hcl import schema
from drift.desired.hcl.values import Val, from_python
from drift.desired.hcl.written import as_type
from drift.provider.facts import Facts
from drift.provider.installed import defaults_of


def defaults(type_: str, values: Mapping[str, Val], facts: Facts, major: int = 0) -> dict[str, Val]:
    """Argument -> its default, of those that are not set.

    A text with a default often names the variant of a type (`load_balancer_type`), and with another variant other
    arguments count. So nothing is said where one is set to anything else, or it is not known to what.
    """
    found = {name: value for name, value in defaults_of(type_, major).items() if not schema.is_block(facts.get(name))}
    if any(isinstance(found.get(name), str) and not _is(value, found[name]) for name, value in values.items()):
        return {}
    unset = (name for name in found if name not in values or values[name].is_null)
    return {name: as_type(from_python(found[name]), schema.type_of(facts.get(name))) for name in unset}


def _is(value: Val, default: str) -> bool:
    return value.is_null or (value.is_known and value.raw == default)
