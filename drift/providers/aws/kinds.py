"""The kinds of attribute that only AWS has. `drift.provider.kinds` has the others."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.provider.kinds import attr, text
from drift.provider.spec import Attr, Raw
from drift.provider.written import as_found
from drift.providers.aws.normalize import names, texts
from drift.providers.aws.normalize.policy import policy_document, policy_or_document
from drift.providers.aws.normalize.tags import tag_map


def schedule(at: str, **words: Any) -> Attr:
    """When something runs: a rate, or a cron expression."""
    return text(at, **{"same": texts.same_schedule, **words})


def kms_key(at: str, **words: Any) -> Attr:
    """A KMS key, by id or ARN, or an alias."""
    return text(at, **{"same": names.same_key, **words})


def group_arn(at: str, **words: Any) -> Attr:
    """The ARN of a log group; `:*` at its end stands for its streams."""
    return attr(at, names.group_arn, **{"written": as_found, **words})


def name_or_arn(at: str, **words: Any) -> Attr:
    """A thing by its name or by its ARN."""
    return text(at, **{"same": names.same_name, **words})


def event_pattern(at: str, **words: Any) -> Attr:
    """What events are let through, compared by meaning."""
    return attr(at, texts.event_pattern, document=True, **words)


def policy(at: str, **words: Any) -> Attr:
    """An IAM policy, compared by meaning."""
    return attr(at, policy_document, document=True, **words)


def policy_or_other(at: str, **words: Any) -> Attr:
    """A JSON document that is compared by meaning where it is a policy, and else by content."""
    return attr(at, policy_or_document, document=True, **words)


def tags(at: str, **words: Any) -> Attr:
    """A resource's tags, those of the provider's `default_tags` included (`tags_all`)."""

    def from_state(value: Any, instance: Raw) -> Value:
        return tag_map(instance.get("tags_all") or value)

    return attr(at, tag_map, from_state=from_state, **words)


def name_of_arn(at: str, **words: Any) -> Attr:
    """The name at the end of an ARN, where the API gives no name by itself."""
    return attr(at, names.last_of_arn, **words)


def own_log_groups(at: str, form: str) -> Attr:
    """The names of the log groups that a service makes for what it runs: `/aws/rds/instance/{0}/{1}`.

    `at` leads to a pair: the name of the resource, and a list of the logs that it writes.
    """

    def named(value: Any) -> Value:
        name, kinds = value or (None, None)
        return frozenset(form.format(name, kind) for kind in kinds or ()) if name else frozenset()

    return attr(at, named, outside_schema=True)
