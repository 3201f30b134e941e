"""CloudTrail, as drift reads it: who called, by what, and which calls can have changed a resource."""

from __future__ import annotations

from drift.provider.audit import Audit
from drift.providers.aws.audit import lookup
from drift.providers.aws.audit.actor import behind, origin_of
from drift.providers.aws.audit.athena import query, row, table
from drift.providers.aws.audit.record import event_of
from drift.providers.aws.audit.writes import writes_of

CLOUDTRAIL = Audit(
    event=event_of,
    origin=origin_of,
    behind=behind,
    writes=writes_of,
    newest=lookup.newest,
    about=lookup.about,
    forms=lookup.forms,
    name=lookup.name,
    page=lookup.page,
    home=lookup.home,
    per_second=lookup.PER_SECOND,
    days=lookup.DAYS,
    actions=("cloudtrail:LookupEvents",),
    query=query,
    table=table,
    row=row,
)

__all__ = ["CLOUDTRAIL"]
