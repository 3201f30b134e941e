"""The kinds of attribute. Each reads as a column type in a catalogue file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Value, freeze
from drift.normalize import documents, names, times, values
from drift.normalize.network import cidr as cidr_block
from drift.normalize.policy import policy_document
from drift.normalize.tags import tag_map
from drift.normalize.values import Canon
from drift.provider.path import path
from drift.provider.spec import Attr, Raw


def attr(at: str, canon: Canon, **words: Any) -> Attr:
    """Any value, by a canon of its own."""
    return Attr(path=path(at), canon=canon, **words)


def text(at: str, **words: Any) -> Attr:
    """Text."""
    return attr(at, values.text, **words)


def caseless(at: str, **words: Any) -> Attr:
    """Text whose case AWS does not keep."""
    return attr(at, values.lower, **words)


def number(at: str, **words: Any) -> Attr:
    """A number."""
    return attr(at, values.number, **words)


def flag(at: str, **words: Any) -> Attr:
    """True or false."""
    return attr(at, values.boolean, **words)


def document(at: str, **words: Any) -> Attr:
    """A JSON document, compared by content."""
    return attr(at, values.document, document=True, **words)


def structured(at: str, **words: Any) -> Attr:
    """A JSON or YAML document, compared by content."""
    return attr(at, documents.structured, document=True, **words)


def pem(at: str, **words: Any) -> Attr:
    """A certificate, chain or key."""
    return attr(at, documents.pem, **words)


def moment(at: str, **words: Any) -> Attr:
    """A point in time, to the second."""
    return attr(at, times.moment, **words)


def schedule(at: str, **words: Any) -> Attr:
    """When something runs: a rate, or a cron expression."""
    return text(at, **{"same": times.same_schedule, **words})


def kms_key(at: str, **words: Any) -> Attr:
    """A KMS key, by id or ARN, or an alias."""
    return text(at, **{"same": names.same_key, **words})


def group_arn(at: str, **words: Any) -> Attr:
    """The ARN of a log group; `:*` at its end stands for its streams."""
    return attr(at, names.group_arn, **words)


def name_or_arn(at: str, **words: Any) -> Attr:
    """A thing by its name or by its ARN."""
    return text(at, **{"same": names.same_name, **words})


def event_pattern(at: str, **words: Any) -> Attr:
    """What events are let through, compared by meaning."""
    return attr(at, values.event_pattern, document=True, **words)


def policy(at: str, **words: Any) -> Attr:
    """An IAM policy, compared by meaning."""
    return attr(at, policy_document, document=True, **words)


def cidr(at: str, **words: Any) -> Attr:
    """A CIDR block."""
    return attr(at, cidr_block, **words)


def mapping(at: str, **words: Any) -> Attr:
    """A map of strings, told key by key."""
    return attr(at, values.mapped, **words)


def set_of(canon: Canon, at: str, **words: Any) -> Attr:
    """A list whose order means nothing."""
    return attr(at, values.unordered(canon), **words)


def list_of(canon: Canon, at: str, **words: Any) -> Attr:
    """A list whose order matters."""
    return attr(at, values.listed(canon), **words)


def tags(at: str, **words: Any) -> Attr:
    """A resource's tags, those of the provider's `default_tags` included (`tags_all`)."""

    def from_state(value: Any, instance: Raw) -> Value:
        return tag_map(instance.get("tags_all") or value)

    return attr(at, tag_map, from_state=from_state, **words)


def block(at: str, fields: Mapping[str, Attr], **words: Any) -> Attr:
    """A nested block that stands at most once."""
    return attr(at, freeze, fields=fields, **words)


def blocks(at: str, fields: Mapping[str, Attr], **words: Any) -> Attr:
    """A nested block that may stand several times."""
    return attr(at, freeze, fields=fields, many=True, **words)


def name_of_arn(at: str, **words: Any) -> Attr:
    """The name at the end of an ARN, where the API gives no name by itself."""
    return attr(at, values.last_of_arn, **words)
