"""Lanes name services and operations that exist."""

from __future__ import annotations

from drift.providers.aws.lanes import OF_OPERATION, WIDTH, WIDTHS, lane
from drift.providers.aws.operations import service_model


def test_lanes_are_of_services_and_operations_that_exist() -> None:
    for service in WIDTHS:
        assert service_model(service).operation_names
    for service, operation in OF_OPERATION:
        assert operation in service_model(service).operation_names


def test_an_operation_with_a_limit_of_its_own_has_a_lane_of_its_own() -> None:
    assert lane("logs", "ListTagsForResource") == ("ListTagsForResource", 4)
    assert lane("logs", "DescribeLogGroups") == ("", WIDTHS["logs"])
    assert lane("mq", "ListBrokers") == ("", WIDTH)
