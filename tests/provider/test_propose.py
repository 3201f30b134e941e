"""A proposal for a new entry: for a cloud written down here, and for types of AWS that the catalogue has."""

from __future__ import annotations

import re

import pytest

from drift.errors import CatalogError
from drift.provider.catalog import Catalog
from drift.provider.facts import Facts
from drift.provider.installed import installed
from drift.provider.propose import propose, singular, snake
from drift.providers.aws import AWS
from tests.conformance.tiny import TINY


@pytest.mark.parametrize(
    ("name", "said"),
    [("KmsKeyARN", "kms_key_arn"), ("VPCs", "vpcs"), ("DBSubnetGroupName", "db_subnet_group_name"), ("id", "id")],
)
def test_names_of_an_api_are_read_as_terraform_writes_them(name: str, said: str) -> None:
    assert snake(name) == said


@pytest.mark.parametrize(("many", "one"), [("policies", "policy"), ("groups", "group"), ("access", "access")])
def test_one_of_many(many: str, one: str) -> None:
    assert singular(many) == one


def test_a_proposal_for_a_queue_finds_what_the_entry_has() -> None:
    text = propose("aws_kinesis_stream", AWS.schema.of_type("aws_kinesis_stream"), Catalog([AWS]))

    assert 'list=Call(op="ListStreams"' in text
    assert 'service="kinesis"' in text
    assert re.search(r'"encryption_type": +text\("', text)
    assert '# "enforce_consumer_deletion": o bool. Where does the API keep it' in text


def test_a_proposal_is_python_that_the_lint_can_read() -> None:
    schema = AWS.schema.of_type("aws_sfn_activity")
    text = propose("aws_sfn_activity", schema, Catalog([AWS]), service="stepfunctions")

    compile(text, "proposal", "exec")
    assert 'id=text("' in text
    assert 'list=Call(op="ListActivities", take="activities")' in text


def test_what_cannot_be_proposed_says_why() -> None:
    with pytest.raises(CatalogError, match="no installed provider has types such as gcp_bucket"):
        propose("gcp_bucket", {}, installed())
    with pytest.raises(CatalogError, match="does not name a service"):
        propose("tiny_wall", {}, Catalog([TINY]))


def facts_of(**attributes: str) -> Facts:
    return {"arn": "c", "id": "oc", "tags": "o map", **attributes}


def test_a_word_is_one_however_it_is_divided_and_found_one_level_down() -> None:
    sets = propose("aws_waf_ipset", facts_of(name="r"), Catalog([AWS]))
    fleet = propose("aws_spot_fleet_request", facts_of(iam_fleet_role="r"), Catalog([AWS]), service="ec2")

    assert 'list=Call(op="ListIPSets", take="IPSets")' in sets
    assert 'bind={"IPSetId": "IPSetId"}, gone=frozenset({"WAFNonexistentItemException"}))' in sets
    assert re.search(r'"iam_fleet_role": +text\("SpotFleetRequestConfig.IamFleetRole"\)', fleet)


def test_the_id_of_a_proposal_is_in_the_listing() -> None:
    text = propose("aws_iot_thing_type", facts_of(name="r"), Catalog([AWS]))

    assert 'id=text("thingTypeName")' in text, "DescribeThingType tells a thingTypeId, which a refusal would hide"


def test_a_listing_that_needs_an_argument_says_which() -> None:
    with pytest.raises(
        CatalogError, match="swf has no listing without arguments; ListDomains needs registrationStatus"
    ):
        propose("aws_swf_domain", facts_of(name="r"), Catalog([AWS]))
