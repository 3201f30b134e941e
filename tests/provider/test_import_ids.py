"""`import_id` names what the provider's documentation says `terraform import` takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drift.provider.installed import installed
from drift.provider.spec import ResourceType

FACTS = Path(__file__).parents[1] / "goldens" / "import-ids.tsv"
ROWS = dict(line.split("\t") for line in FACTS.read_text().splitlines() if not line.startswith("#"))

OTHERWISE = {
    "aws_account_alternate_contact": "the account stands before the contact for a member of an organization",
    "aws_apigatewayv2_stage": "a stage's name is unique in its API: API_ID/NAME",
    "aws_batch_compute_environment": "version 6 calls `compute_environment_name` by another name, `name`",
    "aws_glue_connection": "the catalogue's id is the account",
    "aws_cloudfront_origin_request_policy": "the import takes the id that CloudFront gives",
    "aws_cloudwatch_log_metric_filter": "a filter's name is unique in its log group: GROUP:NAME",
    "aws_codedeploy_app": "the import takes the name alone",
    "aws_glue_catalog_table_optimizer": "the import takes CATALOG,DATABASE,TABLE,TYPE",
    "aws_opensearchserverless_security_policy": "the import takes NAME/TYPE",
    "aws_ses_event_destination": "the import takes SET/NAME",
}
"""Types whose import takes something else than what identifies them in the state."""


def named(entry: ResourceType) -> set[str]:
    """The arguments that `import_id` is made of; those that the cloud's answer has at the same place as the id."""
    attributes = {**entry.computed, **entry.attributes}
    if entry.import_id != "id":
        return {word for word in re.findall(r"\w+", entry.import_id) if word in attributes}
    return {name for name, attr in attributes.items() if _members(attr.path.text) & _members(entry.id.path.text)}


def _members(path: str) -> set[str]:
    """The members of the item that a path leads to, without those of its parents."""
    plain = re.sub(r"'[^']*'", "", path)
    return {text.rpartition(".")[2] for text in re.findall(r"[A-Za-z][\w.]*", plain)} - {"join", "here"}


@pytest.mark.parametrize("type_", [t for t in ROWS if t not in OTHERWISE])
def test_the_id_for_an_import_is_made_of_what_the_facts_say(type_: str) -> None:
    entry, fact = installed()[type_], ROWS[type_]
    external = re.search(r"external_name: (\w+)", fact)
    words = re.findall(r"\w+", re.sub(r"\(.*\)|external_name", "", fact.partition(" ")[2]))
    wanted = {w for w in words if w in installed().facts(type_)} | ({external[1]} if external else set())
    assert wanted
    assert wanted <= named(entry), f"{entry.import_id} {entry.id.path.text}"


def test_every_exception_is_one() -> None:
    assert OTHERWISE.keys() <= ROWS.keys()
