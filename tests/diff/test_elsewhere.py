"""What a fork of the provider manages, and what the next apply imports by its identity, is nobody's stray."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import Desired, Sources, load
from drift.model.drift import Report
from drift.provider.catalog import Catalog
from drift.provider.installed import installed
from drift.survey import Scope
from tests.support.line import check
from tests.support.made import MadeApi

URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/{}"
NAMES = ("a", "b")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return installed()


def attributes(asked: dict[str, Any]) -> dict[str, Any]:
    name = asked["QueueUrl"].rpartition("/")[2]
    return {"Attributes": {"QueueArn": f"arn:aws:sqs:eu-west-1:123456789012:{name}"}}


def report(desired: Desired, catalog: Catalog) -> Report:
    api = MadeApi(
        {
            "sqs:ListQueues": {"QueueUrls": [URL.format(n) for n in NAMES]},
            "sqs:GetQueueAttributes": attributes,
            "sqs:ListQueueTags": {},
        }
    )
    return check(desired, api, catalog, Scope(only=("aws_sqs_queue",)), default_region="eu-west-1").report


def queue(name: str, provider: str) -> dict[str, Any]:
    url = URL.format(name)
    known = {"id": url, "url": url, "name": name, "arn": f"arn:aws:sqs:eu-west-1:123456789012:{name}", "fork_adds": [1]}
    one = {"schema_version": 9, "attributes": known}
    return {"mode": "managed", "type": "aws_sqs_queue", "name": name, "provider": provider, "instances": [one]}


def loaded(folder: Path, catalog: Catalog, *resources: dict[str, Any], text: str = "") -> Desired:
    state = {"version": 4, "terraform_version": "1.12.0", "serial": 1, "lineage": "x", "resources": [*resources]}
    (folder / "terraform.tfstate").write_text(json.dumps(state))
    if text:
        (folder / "main.tf").write_text(text)
    sources = Sources(places=(str(folder / "terraform.tfstate"),), backends={})
    return load(sources, catalog, account="123456789012", region="eu-west-1")


FORK = 'provider["registry.terraform.io/acme/aws-fork"]'


def test_what_a_fork_manages_is_managed_elsewhere_and_said(tmp_path: Path, catalog: Catalog) -> None:
    found = report(loaded(tmp_path, catalog, queue("a", FORK)), catalog)
    assert [d.resource.id for d in found.drift] == [URL.format("b")]
    assert [r.id for r in found.not_ours] == [URL.format("a")]
    assert dict(found.not_covered) == {"aws_sqs_queue of acme/aws-fork": 1}


@pytest.mark.parametrize(
    "provider",
    [
        'provider["registry.opentofu.org/opentofu/aws"]',
        'provider["registry.opentofu.org/hashicorp/aws"].west',
        'provider["mirror.example.com/team/aws"]',
        "provider.aws",
    ],
)
def test_mirrors_are_no_forks(tmp_path: Path, catalog: Catalog, provider: str) -> None:
    found = report(loaded(tmp_path, catalog, queue("a", provider)), catalog)
    assert [(d.kind, d.resource.id) for d in found.drift if d.kind != "modified"] == [("unmanaged", URL.format("b"))]
    assert not found.not_covered


@pytest.mark.parametrize(
    ("identity", "left"),
    [
        ('{ url = "%s", account_id = "123456789012", region = "eu-west-1" }', ["b"]),
        ('{ arn = "arn:aws:sqs:eu-west-1:123456789012:a" }', ["b"]),
        ('{ url = "%s", region = "us-east-1" }', ["a", "b"]),
        ('{ url = "%s", account_id = "210987654321" }', ["a", "b"]),
    ],
)
def test_what_is_imported_by_identity_is_not_unmanaged(
    tmp_path: Path, catalog: Catalog, identity: str, left: list[str]
) -> None:
    named = identity.replace("%s", URL.format("a"))
    text = f'resource "aws_sqs_queue" "a" {{\n  name = "a"\n}}\nimport {{\n  to = aws_sqs_queue.a\n  identity = {named}\n}}\n'
    found = report(loaded(tmp_path, catalog, text=text), catalog)
    assert [d.resource.id.rpartition("/")[2] for d in found.drift] == left
    assert [(p.address, p.actions) for p in found.pending] == [("aws_sqs_queue.a", ("import",))]


@pytest.mark.parametrize(("region", "left"), [("", ["b"]), ("@eu-west-1", ["b"]), ("@us-east-1", ["a", "b"])])
def test_an_import_may_name_the_region(tmp_path: Path, catalog: Catalog, region: str, left: list[str]) -> None:
    """As version 6 of the provider takes it."""
    id_ = URL.format("a") + region
    text = f'resource "aws_sqs_queue" "a" {{\n  name = "a"\n}}\nimport {{\n  to = aws_sqs_queue.a\n  id = "{id_}"\n}}\n'
    found = report(loaded(tmp_path, catalog, text=text), catalog)
    assert [d.resource.id.rpartition("/")[2] for d in found.drift] == left
