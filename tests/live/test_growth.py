"""What a resource costs without a network, counted in calls of functions: a clock tells more of the machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import Desired, Sources, load
from drift.live.document import Document
from drift.live.sections import Sections
from drift.provider.catalog import Catalog
from drift.provider.installed import installed
from drift.run import Connection, Job, compare
from drift.survey import Scope
from tests.bench.offline import ACCOUNT, REGION, Groups, state

MOST = 900
"""Calls for one security group, from its state's bytes to its verdict."""


def loaded(count: int, folder: Path, catalog: Catalog) -> Desired:
    file = folder / f"{count}.tfstate"
    file.write_text(json.dumps(state(count)))
    sources = Sources(places=(str(file),), with_configuration=False)
    return load(sources, catalog, account=ACCOUNT, region=REGION)


def calls(count: int, folder: Path, catalog: Catalog) -> int:
    """How many functions a run calls, Python's own included, in its main thread."""
    made = 0

    def count_one(_: Any, event: str, __: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    api = Groups(count)
    before = sys.getprofile()
    sys.setprofile(count_one)
    try:
        desired = loaded(count, folder, catalog)
        found = compare(
            desired, [Connection("aws", api)], catalog, Job(scope=Scope(only=("aws_security_group",)))
        ).report
    finally:
        sys.setprofile(before)
    assert found.in_sync == count
    return made


def test_the_cost_grows_with_the_resources_and_no_faster(tmp_path: Path) -> None:
    catalog = installed()
    calls(10, tmp_path, catalog)  # what is made once
    few, some, many = (calls(count, tmp_path, catalog) for count in (100, 200, 400))

    assert (many - some) / 200 < MOST
    assert many - some < 2.05 * (some - few)


def test_what_is_the_same_for_many_is_kept_once(tmp_path: Path) -> None:
    first, second = loaded(2, tmp_path, installed()).resources

    assert first.source is second.source
    assert first.attributes["tags"] is second.attributes["tags"]
    [rule], [same] = first.attributes["ingress"], second.attributes["ingress"]  # type: ignore[str-unpack, misc]
    assert rule is same


def test_nothing_is_read_that_the_listing_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []
    whole = Sections.fill

    def fill(self: Sections, needs: Any, *more: Any) -> Any:
        needs = list(needs)
        asked.extend(set(sections) for document, sections in needs if isinstance(document, Document))
        return whole(self, needs, *more)

    monkeypatch.setattr(Sections, "fill", fill)
    catalog = installed()
    compare(
        loaded(2, tmp_path, catalog),
        [Connection("aws", Groups(2))],
        catalog,
        Job(scope=Scope(only=("aws_security_group",))),
    )

    assert asked
    assert not set().union(*asked) & {"GroupId", "GroupName", "Description", "VpcId", "IpPermissions", "Tags"}
