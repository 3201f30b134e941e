"""What is no state is an error that says what it is; a state without resources says so in a line of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.desired.backends.url import translated
from drift.desired.load import build
from drift.desired.state import parse
from drift.errors import StateError
from drift.provider.installed import installed

POINTER = {"version": 3, "serial": 1, "lineage": "x", "backend": {"type": "s3", "config": {}}}
ROOT = {"path": ["root"], "outputs": {}, "resources": {}, "depends_on": []}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"version": 4}, "no `resources`"),
        ({"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "outputs": {}}, "no `resources`"),
        ({"version": 3}, "no `modules`"),
        ({"version": 3, "services": {}}, "no `modules`"),
        ({**POINTER, "modules": []}, "names the backend"),
        ({**POINTER, "modules": [ROOT]}, "names the backend"),
        (POINTER, "names the backend"),
        ({"format_version": "1.0", "valid": True, "error_count": 0, "diagnostics": []}, "terraform validate -json"),
        ({"format_version": "1.0", "function_signatures": {}}, "terraform metadata functions -json"),
        ({"format_version": "1.0", "modules": []}, "terraform modules -json"),
        ({"format_version": "1.0", "other": 1}, "has 'other'"),
        ({"terraform_version": "1.11.4", "provider_selections": {}}, "terraform version -json"),
        ({"o": {"value": "x", "type": "string", "sensitive": False}}, "terraform output -json"),
        ({"version": 3, "checkpoint": {}}, "Pulumi"),
        ({"version": 3, "deployment": {}}, "Pulumi"),
        ({"version": 4, "name": "x", "lockfileVersion": 3}, "npm"),
        ({"version": "36.0.0", "artifacts": {}}, "AWS CDK"),
        ({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}, "CloudFormation"),
        ({"Version": "2012-10-17", "Statement": []}, "policy document"),
        ({"ID": "1", "Operation": "OperationTypeApply", "Who": "a@b"}, "record of a lock"),
        ({"Modules": []}, "list of modules of `terraform init`"),
        ({"resource": {"aws_vpc": {}}}, "configuration in JSON"),
        ({"data": {"id": "sv-1", "type": "state-versions"}}, "HCP Terraform's record"),
        ({"schema": "drift-report/1"}, "a file that drift wrote"),
        ({"errors": [{"status": "401", "title": "unauthorized"}]}, "error that a server answered"),
        ({"message": "403 Forbidden"}, "error that a server answered"),
        ({}, "no `version`"),
        ([], "not a Terraform state"),
        (None, "not a Terraform state"),
    ],
)  # fmt: skip
def test_json_that_is_no_state(document: object, says: str) -> None:
    with pytest.raises(StateError, match=says) as told:
        parse(json.dumps(document).encode(), "x")
    assert told.value.hint


STATE = '{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","outputs":{},"resources":[]}'


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        (f"[command]/opt/terraform-bin state pull\n{STATE}\n", "setup-terraform", "terraform_wrapper: false"),
        (f"{STATE}\n::debug::Terraform exited with code 0.\n", "setup-terraform", "terraform_wrapper: false"),
        (f"{STATE}\n::set-output name=stdout::{{}}\n", "setup-terraform", "terraform_wrapper: false"),
        (
            '# aws_vpc.main:\nresource "aws_vpc" "main" {\n    id = "vpc-1"\n}\n',
            "text output of `terraform show`",
            "show -json",
        ),
        (
            '# module.a["k"].aws_vpc.main: (tainted)\nresource "aws_vpc" "main" {',
            "text output of `terraform show`",
            "show -json",
        ),
        ("aws_vpc.main\nmodule.a.aws_subnet.b[0]\ndata.aws_ami.x\n", "terraform state list", "state pull"),
        ('module.a["x.y"].aws_vpc.main\n', "terraform state list", "state pull"),
        ("\x1b[0m\x1b[1mTerraform used the selected providers to\n", "terraform plan", "plan.json"),
        ("aws_vpc.main: Refreshing state... [id=vpc-1]\n", "terraform plan", "plan.json"),
        ("\x1b[1mNo state file was found!\x1b[0m\n", "no state", "workspace"),
        ("The state file is empty. No resources are represented.\n", "no state", "workspace"),
        ("\x1b[31m╷\x1b[0m\n│ Error: Backend initialization required", "a message from Terraform", "alone"),
        ("<!DOCTYPE html><html>", "a web page", "login"),
        ("version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull"),
        ('terraform {\n  backend "s3" {}\n}\n', "a configuration", "--config"),
        ("digraph {\n", "terraform graph", "state pull"),
        (f"Acquiring state lock. This may take a few moments...\n{STATE}", "stands before the state", "2> /dev/null"),
        (f"Opening the page in your default browser\n{STATE}", "stands before the state", "2> /dev/null"),
        (f"15:04:05.123 INFO   Downloading\n{STATE}", "stands before the state", "2> /dev/null"),
        (f"{STATE}\nReleasing state lock. This may take a few moments...\n", "stands after the state", "2> /dev/null"),
        (f"{STATE}{STATE}", "stands after the state", "2> /dev/null"),
        (STATE[:-20], "truncated", "state pull"),
    ],
)
def test_text_that_is_no_state(text: str, says: str, hint: str) -> None:
    with pytest.raises(StateError, match=says) as told:
        parse(text.encode(), "x")
    assert hint in told.value.hint


def test_text_of_addresses_takes_no_time() -> None:
    with pytest.raises(StateError, match="not valid JSON"):
        parse(b"module.data.module.data\n" * 100 + b"!", "x")


def test_nothing_on_standard_input() -> None:
    with pytest.raises(StateError, match="no input") as told:
        parse(b"\n", "standard input")
    assert "pipefail" in told.value.hint


@pytest.mark.parametrize(
    ("text", "of"),
    [
        (STATE, ""),
        ('{"format_version":"1.0"}', ""),
        ('{"format_version":"1.2","resource_changes":[]}', ""),
        ('{"version":3,"serial":1,"lineage":"x","modules":[]}', ""),
        (
            STATE.replace("[]", '[{"mode":"data","type":"aws_ami","name":"a","instances":[{"attributes":{}}]}]'),
            "1 data",
        ),
    ],
)
def test_a_state_without_resources_says_so(text: str, of: str) -> None:
    (said,) = parse(text.encode(), "x").warnings
    assert said.startswith("x: it contains no resources")
    assert of in said


def test_a_state_of_nothing_in_a_cloud_says_so() -> None:
    text = STATE.replace("[]", '[{"mode":"managed","type":"random_id","name":"a","instances":[{"attributes":{}}]}]')
    desired = build([parse(text.encode(), "x")], [], installed())
    assert desired.warnings == ["x: no resource in it is an object of a cloud: nothing here is compared with it"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("tfstate://a/b.tfstate", "a/b.tfstate"),
        ("tfstate+s3://bucket/key", "s3://bucket/key"),
        ("tfstate+gs://bucket/key", "gs://bucket/key"),
        ("tfstate+https://host/x?a=b", "https://host/x?a=b"),
        ("file:///a/b%20c.tfstate", "/a/b c.tfstate"),
        ("file://localhost/a", "/a"),
        ("S3://Bucket/Key", "s3://Bucket/Key"),
        ("s3://b/k", "s3://b/k"),
        ("envs/**/x", "envs/**/x"),
        ("-", "-"),
    ],
)
def test_places_as_others_write_them(given: str, place: str) -> None:
    assert translated(given) == place


def test_places_that_cannot_be_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StateError, match="workspace ID") as told:
        translated("tfstate+tfcloud://ws-1")
    assert "tfc://organization/workspace" in told.value.hint
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT", raising=False)
    with pytest.raises(StateError, match="the storage account"):
        translated("tfstate+azurerm://container/key")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "acc")
    assert translated("tfstate+azurerm://container/key") == "azurerm://acc/container/key"


def test_one_file_under_two_spellings_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from drift.desired.load import read_states

    (tmp_path / "a.tfstate").write_text(STATE)
    (tmp_path / "b.tfstate").symlink_to("a.tfstate")
    monkeypatch.chdir(tmp_path)
    states, failed = read_states(
        ["a.tfstate", "./a.tfstate", "b.tfstate", "*.tfstate", str(tmp_path), f"file://{tmp_path}/a.tfstate"], {}
    )
    assert [s.source for s in states] == ["a.tfstate"]
    assert not failed
