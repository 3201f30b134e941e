"""A replay of an account whose secrets were scrubbed: what stands in their place is not read, and never a value."""

from __future__ import annotations

import pytest

from drift.live.document import SCRUBBED, Document, _mark_in
from drift.model.coverage import Unreadable
from drift.provider.api import WITHHELD
from drift.provider.installed import installed
from drift.provider.path import path


@pytest.mark.parametrize(
    "text", ["UserData.Value", "UserData", "UserData.Value.More", "{a: UserData.Value}", "UserData.Value || ''"]
)
def test_what_is_inside_of_a_scrubbed_member_is_scrubbed(text: str) -> None:
    assert _mark_in(path(text).search({"UserData": SCRUBBED})) is SCRUBBED


@pytest.mark.parametrize("name", ["user_data", "user_data_base64"])
def test_user_data_of_an_instance_is_not_read(name: str) -> None:
    entry = installed()["aws_instance"]
    document = Document(entry, "us-east-1", {"InstanceId": "i-1", "UserDataAttribute": SCRUBBED})

    assert document.read(entry.attributes[name]) == Unreadable("tape", "Scrubbed")


def test_what_is_beside_it_is_read() -> None:
    assert path("Other.Value").search({"UserData": SCRUBBED, "Other": {"Value": 1}}) == 1
    assert path("Other.Value").search({"UserData": SCRUBBED, "Other": "text"}) is None


def test_a_scrubbed_member_counts_before_one_that_nobody_asked_for() -> None:
    assert _mark_in({"a": [{"b": WITHHELD}], "c": [SCRUBBED]}) is SCRUBBED
    assert _mark_in({"a": [{"b": WITHHELD}], "c": "(scrubbed)"}) is WITHHELD
    assert _mark_in({"a": [1, None, "x"]}) is None
