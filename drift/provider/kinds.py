"""The kinds of attributes. In an entry, each reads like a column type. A provider adds its own
kinds besides its types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import freeze
from drift.normalize import documents, times, values
from drift.normalize.addresses import cidr as cidr_block
from drift.normalize.values import Canon
from drift.provider.path import unread
from drift.provider.spec import Attr


def attr(at: str, canon: Canon, **words: Any) -> Attr:
    """Any value, with the given canon."""
    return Attr(path=unread(at), canon=canon, **words)


def text(at: str, **words: Any) -> Attr:
    """Text."""
    return attr(at, values.text, **words)


def caseless(at: str, **words: Any) -> Attr:
    """Text that is compared without case, because the cloud does not preserve it."""
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
    """A point in time, compared to the second."""
    return attr(at, times.moment, **words)


def cidr(at: str, **words: Any) -> Attr:
    """A CIDR block."""
    return attr(at, cidr_block, **words)


def mapping(at: str, **words: Any) -> Attr:
    """A map of strings, reported key by key."""
    return attr(at, values.mapped, **words)


def set_of(canon: Canon, at: str, **words: Any) -> Attr:
    """A list whose order is irrelevant."""
    return attr(at, values.unordered(canon), **words)


def list_of(canon: Canon, at: str, **words: Any) -> Attr:
    """A list whose order matters."""
    return attr(at, values.listed(canon), **words)


def block(at: str, fields: Mapping[str, Attr], **words: Any) -> Attr:
    """A nested block that occurs at most once."""
    return attr(at, freeze, fields=fields, **words)


def blocks(at: str, fields: Mapping[str, Attr], **words: Any) -> Attr:
    """A nested block that may occur several times."""
    return attr(at, freeze, fields=fields, many=True, **words)
