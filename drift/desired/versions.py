"""Which major version of a provider wrote a state, and which one a configuration is for.

A state names its providers, not their versions. Its records tell: each has every attribute of the schema that it was
written by, null ones too, so an attribute that only a later version has (`region`, since version 6 of the AWS
provider) gives that version away. A configuration has a lock file beside it that names the version
(developer.hashicorp.com/terraform/language/files/dependency-lock), or at least a constraint.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from drift.desired.instance import Instance
from drift.model.bounds import CONFIGURATION_BYTES, contents
from drift.provider.catalog import Catalog

LOCK_FILE = ".terraform.lock.hcl"
_LEAST = re.compile(r"\s*(?:=|>=|~>|>)?\s*v?(\d{1,4})\b")
ENOUGH = 3
"""Records of one type that are looked at: one apply writes all that it refreshes by the same version."""

Majors = Mapping[str, int]
"""A provider's name, `aws` -> its major version; nothing of one of which it is not known."""


def recorded(instances: Iterable[Instance], catalog: Catalog) -> Majors:
    """The latest version that any record speaks for."""
    looked: Counter[str] = Counter()
    out: dict[str, int] = defaultdict(int)
    for instance in instances:
        type_ = instance.address.type
        looked[type_] += 1
        if looked[type_] <= ENOUGH and type_ in catalog:
            name = catalog.provider_of(type_).name
            out[name] = max(out[name], catalog.schema_of(type_).major_of(type_, instance.attributes.keys()))
    return {name: major for name, major in out.items() if major}


def locked(directory: Path) -> Majors:
    """The versions that the lock file in a directory names; none where there is no such file."""
    try:
        text = contents(directory / LOCK_FILE, CONFIGURATION_BYTES).decode(errors="replace")
    except (OSError, ValueError):
        return {}
    out, name = {}, ""
    for line in text.splitlines():  # as `terraform init` writes it, one argument on a line
        words = line.split()
        if words[:1] == ["provider"]:
            name = words[1].strip('"').rpartition("/")[2] if len(words) > 1 else ""
        elif words[:2] == ["version", "="] and name and (major := least("".join(words[2:]).strip('"'))):
            out[name] = major
    return out


def least(constraint: str) -> int:
    """The least major version that a version constraint lets pass, 6 of `>= 6.2, < 7.0`; 0 where it names none."""
    return max((int(found[1]) for part in constraint.split(",") if (found := _LEAST.match(part))), default=0)


def latest(*known: Majors) -> Majors:
    """Of each provider, the latest version that is known from anywhere."""
    return {name: max(m.get(name, 0) for m in known) for name in {n for m in known for n in m}}
