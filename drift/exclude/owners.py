"""The `[[owner]]` rules of drift.toml: the user names who owns a resource, by its tags or other properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """Names the owner of unmanaged resources, by tags or a condition. They are counted as not ours, under this name.
    Without such a rule, drift trusts only marks that the cloud itself sets, because anybody may set tags."""

    name: Annotated[str, about("The owner: `platform team`.")]
    type: Annotated[OneOrMore, about("The Terraform type: `aws_ebs_volume`, `aws_*`.")] = ()
    tag: Annotated[
        dict[str, OneOrMore],
        about('Tags that the resource must have, with their values: `tag = { "kubernetes.io/*" = "*" }`.'),
    ] = msgspec.field(default_factory=dict)
    when: Annotated[str, about("A JMESPath condition over the resource, as for `--filter`.")] = ""

    def __post_init__(self) -> None:
        """ValueError if the rule has neither tag nor condition, or an invalid condition."""
        if not (self.tag or self.when):
            raise ValueError("the rule must have a tag or a condition: tag, when")
        if self.when:
            try:
                condition(self.when)
            except UsageError as error:
                raise ValueError(error.message.removeprefix("--filter: ")) from None

    def owns(self, resource: Resource, names: Mapping[str, str]) -> bool:
        """Whether the rule matches a resource; `names` are those of the accounts."""
        tags = tags_of(resource)
        return (
            (not self.type or matches(several(self.type), *types_of(resource)))
            and all(
                any(matches((name,), key) and matches(several(values), value) for key, value in tags.items())
                for name, values in self.tag.items()
            )
            and (not self.when or condition(self.when).means(resource, "unmanaged", names=names))
        )


@cache
def condition(text: str) -> Filter:
    """A compiled condition; each text is compiled once."""
    found = Filter(text)
    if found.fields & set(JUDGED):
        raise UsageError(f"{text!r} uses findings, but owners are decided before the rules run")
    return found


def owner_by_rules(resource: Resource, rules: Sequence[OwnerRule], names: Mapping[str, str]) -> str:
    """The owner that the first matching rule names; empty if none matches. `names` are those of the accounts."""
    return next((rule.name for rule in rules if rule.owns(resource, names)), "")
