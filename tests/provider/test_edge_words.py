"""Words the edge services brought: pages without a paginator, blocks in order, functions in paths."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from drift.diff.compare import agree, changes
from drift.model.value import Block
from drift.provider.api import Request
from drift.provider.kinds import blocks, text
from drift.provider.path import path
from drift.providers.aws.operations import service_model
from drift.providers.aws.session import _followed


class Pages:
    """A client that answers a page for each token."""

    def __init__(self, service: str, method: str, pages: dict[str | None, dict[str, Any]], token: str) -> None:
        self.meta = SimpleNamespace(service_model=service_model(service))
        self.asked: list[dict[str, Any]] = []

        def answer(**arguments: Any) -> dict[str, Any]:
            self.asked.append(arguments)
            return pages[arguments.get(token)]

        setattr(self, method, answer)


@pytest.mark.parametrize(
    ("service", "op", "method", "pages", "token"),
    [
        (
            "cloudfront",
            "ListCachePolicies",
            "list_cache_policies",
            {None: {"CachePolicyList": {"NextMarker": "b"}}, "b": {"CachePolicyList": {"Quantity": 1}}},
            "Marker",
        ),
        ("wafv2", "ListWebACLs", "list_web_acls", {None: {"NextMarker": "b"}, "b": {"WebACLs": []}}, "NextMarker"),
        # AWS names the last of a page even where no other page follows
        ("wafv2", "ListWebACLs", "list_web_acls", {None: {"NextMarker": "b"}, "b": {"NextMarker": "b"}}, "NextMarker"),
    ],
)
def test_pages_are_followed_without_a_paginator(
    service: str, op: str, method: str, pages: dict[str | None, dict[str, Any]], token: str
) -> None:
    client = Pages(service, method, pages, token)

    assert list(_followed(client, Request(service, "us-east-1", op, {}))) == list(pages.values())
    assert client.asked == [{}, {token: "b"}]


def test_order_counts_where_it_means_something() -> None:
    ordered = blocks("Items", {"path": text("Path")}, key=lambda b: b["path"], ordered=True)
    a, b, c = (Block(path=p) for p in "abc")

    assert agree(ordered, (a, b), (a, b))
    assert not agree(ordered, (a, b), (b, a))
    assert [x.path for x in changes(ordered, "at", (a, b), (b, a))] == ["at"]
    assert [(x.added, x.removed) for x in changes(ordered, "at", (a, b), (a, c, b))] == [((c,), ())]
    assert agree(blocks("Items", {"path": text("Path")}), (a, b), (b, a))


def test_functions_in_paths() -> None:
    assert path("last(Id)").search({"Id": "/hostedzone/Z1"}) == "Z1"
    assert path("last(Id)").search({}) is None
    assert path("pairs(Attributes)").search({"Attributes": [{"Key": "a.b", "Value": "1"}]}) == {"a.b": "1"}
    assert path("pairs(Attributes)").search({}) is None
