"""Names for adopted resources, unique in their module."""

from __future__ import annotations

import re

from drift.model.resource import Resource
from drift.provider.spec import ResourceType

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_]+")
_MOST = 64


def name_for(resource: Resource, entry: ResourceType, taken: set[str], after: str = "") -> str:
    """A name by the resource's own name; what has none, or only a number, is named `after` what it refers to; else by
    its id. The name is added to `taken`."""
    own = slug(resource.name)
    if after and (not own or own.startswith("_")):
        own = f"{after}{own}"
    wanted = own or slug(resource.id) or entry.name.rpartition("_")[2]
    name, n = wanted, 2
    while name in taken:
        name, n = f"{wanted}_{n}", n + 1
    taken.add(name)
    return name


def slug(text: str) -> str:
    """Text as a name in HCL, in lower case with underscores; empty where nothing of it can be one.

    >>> slug("Web tier / prod"), slug("arn:aws:sns:eu-west-1:1:alarms"), slug("10.0.0.0/16"), slug("--")
    ('web_tier_prod', 'alarms', '_10_0_0_0_16', '')
    """
    text = text.rpartition(":")[2] if text.count(":") >= 5 else text
    out = _NOT_ALLOWED.sub("_", text).strip("_").lower()[:_MOST].rstrip("_")
    return f"_{out}" if out[:1].isdigit() else out
