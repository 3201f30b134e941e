"""Who else makes resources in an AWS account, proved by what AWS itself sets."""

from __future__ import annotations

from dataclasses import replace

from drift.provider.spec import Owner, ResourceType
from drift.providers.aws.tagging import with_bulk_tags

STACK_TAG = "aws:cloudformation:stack-id"
"""The tag of everything that a stack made and CloudFormation can tag; only AWS may set `aws:` tags."""


def of_stack(tags: str) -> Owner:
    """CloudFormation, where the tags at this path name a stack: a type's own, or its parent's."""
    return Owner(f"tag({tags}, '{STACK_TAG}')", "CloudFormation")


def complete(entry: ResourceType) -> ResourceType:
    """The entry with the owner that its tags prove, and with what tells the tags of a whole region at once."""
    return with_bulk_tags(_with_stack(entry))


def _with_stack(entry: ResourceType) -> ResourceType:
    tags = entry.attributes.get("tags")
    if tags is None or not entry.owner_tags or any(STACK_TAG in owner.when for owner in entry.proofs):
        return entry
    return replace(entry, owners=(*entry.owners, of_stack(tags.path.text)))
