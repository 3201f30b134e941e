"""Where AWS resources live, as Terraform recorded them: ARNs, zones and owners tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drift.model.resource import Key
from drift.provider.contract import Home
from drift.provider.spec import ResourceType
from drift.providers.aws.arn import Arn

_MADE_UP = re.compile(r"[a-z]+(-[a-z]+)*-[0-9a-f]{8,}")
_ZONE = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)[a-z]")
_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/")
_REGION_OF = {"aws_region": "name", "aws_availability_zones": "id"}
"""Data source -> its attribute that is a region's name."""


class AwsHomes:
    """Tells accounts and regions from attributes and ARNs."""

    def of_resource(
        self, attributes: Mapping[str, Any], identity: Mapping[str, Any], entry: ResourceType | None
    ) -> Home:
        """By its ARN, its region, its zone, its owner, or the identity that newer Terraform records."""
        arn = None if _names_another(attributes, entry) else Arn.parse(attributes.get("arn"))
        region = _text(attributes.get("region"))
        zone = _text(attributes.get("availability_zone"))
        if not region and (match := _ZONE.fullmatch(zone)):
            region = match[1]
        owner = _text(attributes.get("owner_id"))
        account = arn.account if arn else owner if owner.isdigit() else ""
        if arn is not None and arn.account in ("", "aws"):
            account = ""
        named, lies = (_text(identity.get(name)) for name in ("account_id", "region"))
        return Home(account or named, region or (arn.region if arn else "") or lies)

    def of_data_source(self, type_: str, attributes: Mapping[str, Any]) -> Home:
        """Where it looked, by its region, its ARN or the caller it names."""
        arn = Arn.parse(attributes.get("arn"))
        region = attributes.get("region") or attributes.get(_REGION_OF.get(type_, "region"))
        account = attributes.get("account_id") if type_ == "aws_caller_identity" else ""
        return Home(_text(account), _text(region or (arn.region if arn else "")))

    def of_name(self, name: str) -> Home:
        """The region of an ARN; what it leads to may be another account's."""
        arn = Arn.parse(name)
        return Home("", arn.region) if arn is not None else Home()

    def of_configuration(self, arguments: Mapping[str, Any]) -> Home:
        """The account of the role that it assumes, else the one account that it allows."""
        match = _ROLE.match(_text(arguments.get("role_arn")))
        if match:
            return Home(match[1], "")
        allowed = arguments.get("allowed_account_ids")
        only = allowed[0] if isinstance(allowed, list) and len(allowed) == 1 else ""
        return Home(str(only) if isinstance(only, str | int) else "", "")

    def is_unique(self, name: str) -> bool:
        """An id that AWS made up, an ARN or a URL."""
        return bool(_MADE_UP.fullmatch(name) or "://" in name or Arn.parse(name))

    def is_full_name_of(self, name: str, key: Key, id_: str, label: str) -> bool:
        """An ARN names by account, region and its last part."""
        arn = Arn.parse(name)
        if arn is None or arn.region not in ("", key.region) or arn.account not in ("", key.account):
            return False
        return _last(arn.resource) in (id_, label, _last(id_))


def _last(name: str) -> str:
    return re.split(r"[/:]", name)[-1]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _names_another(attributes: Mapping[str, Any], entry: ResourceType | None) -> bool:
    """Whether its `arn` is the author's word for another resource: the target of an EventBridge rule."""
    attr = entry.attributes.get("arn") if entry is not None else None
    return attr is not None and not attr.assigned and attributes.get("arn") != attributes.get("id")
