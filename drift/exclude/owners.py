"""Owners by the user's own word: what a tag or another property proves only because drift.toml says so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated

import msgspec

from drift.errors import UsageError
from drift.exclude.filter import JUDGED, Filter
from drift.exclude.glob import matches
from drift.exclude.rules import tags_of, types_of
from drift.model.resource import Resource
from drift.model.section import OneOrMore, Placed, about, several


class OwnerRule(Placed, frozen=True, kw_only=True):
    """Says whose something unmanaged is, by what anybody may set on it: it is counted as not ours, under this name. By
    itself, drift believes only what the cloud sets."""

    name: Annotated[str, about("Whose it is: `platform team`.")]
    type: Annotated[OneOrMore, about("The Terraform type: `aws_ebs_volume`, `aws_*`.")] = ()
    tag: Annotated[
        dict[str, OneOrMore], about('Tags it must have, each with its value: `tag = { "kubernetes.io/*" = "*" }`.')
    ] = msgspec.field(default_factory=dict)
    when: Annotated[str, about("JMESPath over the resource, as `--filter` takes it.")] = ""

    def __post_init__(self) -> None:
        """ValueError for a rule that owns nothing, or whose condition is none."""
        if not (self.tag or self.when):
            raise ValueError("it must say by what: tag, or when")
        if self.when:
            try:
                condition(self.when)
            except UsageError as error:
                raise ValueError(error.message.removeprefix("--filter: ")) from None

    def owns(self, resource: Resource) -> bool:
        """Whether it is theirs."""
        tags = tags_of(resource)
        return (
            (not self.type or matches(several(self.type), *types_of(resource)))
            and all(
                any(matches((name,), key) and matches(several(values), value) for key, value in tags.items())
                for name, values in self.tag.items()
            )
            and (not self.when or condition(self.when).means(resource, "unmanaged"))
        )


@cache
def condition(text: str) -> Filter:
    """A condition, compiled once."""
    found = Filter(text)
    if found.fields & set(JUDGED):
        raise UsageError(f"{text!r} speaks of findings: whose a resource is, is settled before rules judge it")
    return found


def owner_by_rules(resource: Resource, rules: Sequence[OwnerRule]) -> str:
    """The name of the first rule that owns it; empty where none does."""
    return next((rule.name for rule in rules if rule.owns(resource)), "")
