"""What Terraform 1.12 and later and OpenTofu 1.9 and later added, and what is told of a configuration that is wrong.

Documented at developer.hashicorp.com/terraform/language/block/import (`identity`), opentofu.org/docs/language/meta-arguments/enabled,
and opentofu.org/docs/language/providers/configuration (`for_each`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.desired import directory
from drift.desired.hcl.configured import Configuration
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.hcl.values import UNKNOWN
from drift.errors import StateError
from drift.model.bounds import VARIABLE


@pytest.fixture(autouse=True)
def _bare(nothing_selected: None) -> None:
    """Every test starts with an environment that selects nothing."""


def read(root: Path, text: str, *variables: str, name: str = "main.tf") -> Configuration:
    (root / name).write_text(text)
    return Sources(root, Given(variables, environment={})).evaluated()


QUEUE = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n%s}\n'
ENABLED = "  lifecycle {\n    enabled = %s\n  }\n"


@pytest.mark.parametrize("flag", ["false", "var.on", "!true"])
def test_what_is_not_enabled_is_not_there_and_is_null(tmp_path: Path, flag: str) -> None:
    text = 'variable "on" {\n  default = false\n}\n' + QUEUE % (ENABLED % flag)
    text += 'resource "aws_sqs_queue" "other" {\n  name = aws_sqs_queue.q == null ? "alone" : "both"\n}\n'
    found = read(tmp_path, text)
    assert list(found.instances) == ["aws_sqs_queue.other"]
    assert found.instances["aws_sqs_queue.other"].values["name"] == "alone"


def test_what_is_enabled_is_there(tmp_path: Path) -> None:
    assert list(read(tmp_path, QUEUE % (ENABLED % "true")).instances) == ["aws_sqs_queue.q"]


def test_whether_it_is_enabled_may_not_be_known(tmp_path: Path) -> None:
    found = read(tmp_path, QUEUE % (ENABLED % 'timestamp() == ""'))
    assert found.instances["aws_sqs_queue.q"].template


def test_a_module_that_is_not_enabled(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/main.tf").write_text(QUEUE % "")
    calls = "".join(
        f'module "{n}" {{\n  source = "./m"\n{ENABLED % flag}}}\n' for n, flag in (("a", "true"), ("b", "false"))
    )
    assert list(read(tmp_path, calls).instances) == ["module.a.aws_sqs_queue.q"]
    calls = json.dumps({"module": {"a": {"source": "./m", "lifecycle": {"enabled": False}}}})
    (tmp_path / "main.tf").unlink()
    assert list(read(tmp_path, calls, name="main.tf.json").instances) == []


REGIONS = """
locals { regions = { eu = "eu-west-1", us = "us-east-1" } }
provider "aws" {
  alias    = "by_region"
  for_each = local.regions
  region   = each.value
}
"""


def test_a_provider_for_each_region(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/main.tf").write_text(QUEUE % "")
    text = REGIONS + (QUEUE % "  for_each = local.regions\n  provider = aws.by_region[each.key]\n")
    text += 'module "m" {\n  source = "./m"\n  for_each = local.regions\n  providers = { aws = aws.by_region[each.key] }\n}\n'
    text += 'module "n" {\n  source = "./m"\n  providers = { aws = aws.by_region["us"] }\n}\n'
    found = read(tmp_path, text)
    assert {a: i.provider.region for a, i in found.instances.items()} == {
        'aws_sqs_queue.q["eu"]': "eu-west-1",
        'aws_sqs_queue.q["us"]': "us-east-1",
        'module.m["eu"].aws_sqs_queue.q': "eu-west-1",
        'module.m["us"].aws_sqs_queue.q': "us-east-1",
        "module.n.aws_sqs_queue.q": "us-east-1",
    }


@pytest.mark.parametrize("key", ["timestamp()", '"nowhere"', "null"])
def test_a_provider_that_is_not_told_has_no_region(tmp_path: Path, key: str) -> None:
    found = read(tmp_path, REGIONS + QUEUE % f"  provider = aws.by_region[{key}]\n")
    assert found.instances["aws_sqs_queue.q"].provider.region == ""
    assert found.instances["aws_sqs_queue.q"].provider.default_tags is None


def test_what_is_ephemeral_is_never_a_value(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/main.tf").write_text('output "o" {\n  value = "canary"\n  ephemeral = true\n}\n')
    text = 'variable "v" {\n  type = string\n  ephemeral = true\n  default = "canary"\n}\nmodule "m" {\n  source = "./m"\n}\n'
    text += 'locals {\n  l = "x-${var.v}"\n}\nresource "aws_ssm_parameter" "p" {\n  name = ephemeralasnull(var.v)\n'
    text += '  description = ephemeralasnull(local.l)\n  type = ephemeralasnull(module.m.o)\n  value = ephemeralasnull("plain")\n}\n'
    found = read(tmp_path, text, "v=canary")
    values = found.instances["aws_ssm_parameter.p"].values
    assert values["value"] == "plain"
    assert values.get("name") is UNKNOWN
    assert values.get("description") is UNKNOWN
    assert "canary" not in repr(found)


def test_an_import_by_identity(tmp_path: Path) -> None:
    text = 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\nimport {\n  to = aws_s3_bucket.b\n  identity = %s\n}\n'
    (found,) = read(tmp_path, text % '{ bucket = "b", account_id = 123456789012 }').imports
    assert found.identity == {"bucket": "b", "account_id": "123456789012"}
    assert found.id == ""
    (found,) = read(tmp_path, text % "{ bucket = timestamp() }").imports
    assert found.identity == {}


def test_later_blocks_are_no_fault(tmp_path: Path) -> None:
    text = 'action "aws_lambda_invoke" "x" {\n  config {\n    function_name = "f"\n  }\n}\n'
    text += (
        QUEUE
        % "  lifecycle {\n    action_trigger {\n      events = [after_create]\n      actions = [action.aws_lambda_invoke.x]\n    }\n  }\n"
    )
    found = read(tmp_path, text)
    assert list(found.instances) == ["aws_sqs_queue.q"]
    assert not found.warnings


def test_a_store_of_states_is_said_and_not_passed_over(tmp_path: Path) -> None:
    store = 'terraform {\n  state_store "aws_s3" {\n    provider "aws" {}\n    bucket = "b"\n  }\n}\n'
    (tmp_path / "main.tf").write_text(store)
    with pytest.raises(StateError, match="does not read states from the backend 'aws_s3'"):
        directory.place_of(tmp_path)


# --- what is wrong is told ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (QUEUE % "" + QUEUE % "", "main.tf:4: resource aws_sqs_queue.q is declared twice: the one at"),
        ('variable "v" {}\nvariable "v" {}\n', "variable v is declared twice"),
        (
            'provider "aws" {\n  alias = "x"\n}\nprovider "aws" {\n  alias = "x"\n}\n',
            "provider aws (x) is declared twice",
        ),
        ("locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n", "main.tf:5: local.a is declared twice"),
        (
            "locals {\n  a = local.b\n  b = local.a\n}\n" + QUEUE % "  fifo_queue = local.a\n",
            "local.a depends on itself",
        ),
        (QUEUE % "  kms_master_key_id = aws_sqs_queue.q.arn\n", "aws_sqs_queue.q depends on itself"),
        (QUEUE % "  count = 10001\n", "more than 10,000 (bound block-instances)"),
        (
            QUEUE % "  tags = { for i in range(1000) : i => [for j in range(1000) : [for k in range(9) : k]] }\n",
            "bound evaluation-steps",
        ),
    ],
)
def test_it_is_told_in_a_warning(tmp_path: Path, text: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "evaluation-steps=200K")  # as many as there are take seconds
    warnings = read(tmp_path, text).warnings
    assert len([w for w in warnings if says in w]) == 1, warnings


def test_overrides_are_no_second_declaration(tmp_path: Path) -> None:
    (tmp_path / "override.tf").write_text('resource "aws_sqs_queue" "q" {\n  name = "other"\n}\nlocals {\n  a = 2\n}\n')
    found = read(tmp_path, "locals {\n  a = 1\n}\n" + QUEUE % "")
    assert found.instances["aws_sqs_queue.q"].values["name"] == "other"
    assert not found.warnings


def test_a_variable_that_is_not_declared_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.auto.tfvars").write_text("known = 1\nother = 2\n")
    warnings = read(tmp_path, 'variable "known" {}\n', "nosuch=1", "known=2").warnings
    assert [w.partition(", and no variable of ")[0].rpartition("/")[2] for w in warnings] == [
        "x.auto.tfvars:2: sets 'other'",
        "--var: sets 'nosuch'",
    ]


def test_a_budget_that_is_raised_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "block-instances=20K")
    found = read(tmp_path, QUEUE % "  count = 10001\n")
    assert len(found.instances) == 10_001
    assert not found.warnings


def test_a_workspace_has_the_name_of_either_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    found = read(tmp_path, 'resource "aws_sqs_queue" "q" {\n  name = "${tofu.workspace}-${terraform.workspace}"\n}\n')
    assert found.instances["aws_sqs_queue.q"].values["name"] == "blue-blue"
