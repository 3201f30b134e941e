"""Configurations, evaluated: against real plans that are kept, and piece by piece."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl import recorded
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.hcl.values import UNKNOWN
from drift.desired.instance import Instance
from drift.errors import UsageError
from drift.model.address import Address
from drift.provider.facts import Facts
from tests.support.configurations import NETWORK, PROVIDERS, VPC, configuration, one, resource, state
from tests.support.plans import CONFIGURATIONS, NAMES, plan_of, score
from tests.support.world import cli_config, moto_server

# what Terraform planned


@pytest.mark.parametrize("name", NAMES)
def test_as_terraform_plans_it(name: str) -> None:
    found = score(CONFIGURATIONS / name)
    assert found.lacking == []
    assert found.surplus == []
    assert found.wrong == []
    assert found.unknown == []
    assert found.share > (75 if name == "variants" else 90)  # of a variant the provider's defaults are not sure


@pytest.mark.parametrize("name", NAMES)
def test_without_what_data_sources_answered_nothing_is_wrong(name: str) -> None:
    found = score(CONFIGURATIONS / name, with_state=False)
    assert found.lacking == []
    assert found.surplus == []
    assert found.wrong == []


@pytest.mark.terraform
@pytest.mark.slow
@pytest.mark.skipif(cli_config() is None, reason="terraform is not installed")
def test_the_plans_are_what_terraform_plans(tmp_path: Path) -> None:
    work = tmp_path / "overrides"
    shutil.copytree(CONFIGURATIONS / "overrides", work)
    with moto_server() as url:
        plan = plan_of(work, url)
    kept = json.loads((CONFIGURATIONS / "overrides" / "plan.json").read_text())
    assert plan["resource_changes"] == kept["resource_changes"]


def test_where_things_are_written() -> None:
    found = Sources(CONFIGURATIONS / "overrides", Given(environment={})).evaluated()
    text = {f.name: f.read_text().splitlines() for f in (CONFIGURATIONS / "overrides").glob("*.tf")}
    queue = one(found, "aws_sqs_queue.this")
    assert text["main.tf"][queue.place.line - 1].startswith('resource "aws_sqs_queue"')
    place = queue.places["delay_seconds"]
    assert Path(place.file).name == "override.tf"
    assert text["override.tf"][place.line - 1].strip() == "delay_seconds = 15"
    assert queue.ignore_changes == (("delay_seconds",),)
    assert queue.prevent_destroy
    group = one(found, "aws_security_group.this")
    assert Path(group.places["ingress"].file).name == "override.tf"
    assert Path(group.places["egress"].file).name == "main.tf"


# variables


def test_what_is_given_on_the_command_line_wins_over_files_and_the_environment(tmp_path: Path) -> None:
    text = 'variable "a" {}\nvariable "b" { type = list(number) }\nresource "aws_sqs_queue" "q" { name = "${var.a}-${var.b[0]}" }'
    (tmp_path / "terraform.tfvars").write_text('a = "file"')
    given = Given(("a=line",), (), {"TF_VAR_a": "environment", "TF_VAR_b": "[7, 8]"})
    found = configuration(tmp_path, text, given=given)
    assert one(found, "aws_sqs_queue.q").values == {"name": "line-7"}


def test_a_variable_that_nobody_sets_is_unknown_and_nothing_else_is(tmp_path: Path) -> None:
    text = """
    variable "a" { type = string }
    variable "n" { type = number }
    resource "aws_sqs_queue" "q" {
      name                       = "q"
      visibility_timeout_seconds = var.n
      tags                       = { A = var.a, B = "b" }
    }
    """
    queue = one(configuration(tmp_path, text), "aws_sqs_queue.q")
    assert queue.values == {"name": "q", "visibility_timeout_seconds": UNKNOWN, "tags": {"A": UNKNOWN, "B": "b"}}
    assert queue.known == {"name"}
    assert queue.asserted == {"name", "visibility_timeout_seconds", "tags"}


@pytest.mark.parametrize("variable", ["a", "=x"])
def test_a_variable_without_a_name_is_an_error(tmp_path: Path, variable: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        configuration(tmp_path, "", given=Given((variable,), (), {}))


def test_what_is_sensitive_stays_so_through_modules(tmp_path: Path) -> None:
    main_tf = """
    variable "password" {
      default   = "hunter2"
      sensitive = true
    }
    module "m" {
      source = "./m"
      value  = "x-${var.password}"
    }
    resource "aws_ssm_parameter" "p" {
      name  = "p"
      type  = "String"
      description = module.m.out
      value = "v"
    }
    """
    inner = 'variable "value" {}\noutput "out" { value = upper(var.value) }'
    parameter = one(configuration(tmp_path, main_tf, m=inner), "aws_ssm_parameter.p")
    assert parameter.values["description"] == "X-HUNTER2"
    assert parameter.sensitive == {"description", "value"}


# expansion


def test_what_is_not_known_how_often_stands_for_any_number(tmp_path: Path) -> None:
    text = """
    variable "names" { type = set(string) }
    resource "aws_sqs_queue" "q" {
      for_each = var.names
      name     = each.key
      fifo_queue = true
    }
    """
    found = configuration(tmp_path, text)
    queue = found.of(Address.parse('aws_sqs_queue.q["a"]'))
    assert queue is not None
    assert queue.template
    assert queue.values == {"name": UNKNOWN, "fifo_queue": True}
    assert found.of(Address.parse("aws_sqs_queue.other")) is None


def test_a_template_inside_a_module_fits_its_own_keys_alone(tmp_path: Path) -> None:
    main_tf = 'variable "n" {}\nmodule "m" {\n  source = "./m"\n  count = var.n\n}'
    found = configuration(tmp_path, main_tf, m='resource "aws_sqs_queue" "q" {\n  count = 2\n  name = "q"\n}')
    assert found.of(Address.parse("module.m[5].aws_sqs_queue.q[1]")) is not None
    assert found.of(Address.parse("module.m[5].aws_sqs_queue.q[2]")) is None


def test_set_to_null_is_not_set(tmp_path: Path) -> None:
    text = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n  policy = null\n}'
    assert one(configuration(tmp_path, text), "aws_sqs_queue.q").asserted == {"name"}


def test_a_dynamic_block_over_nothing_sets_nothing_and_over_what_is_not_known_is_unknown(tmp_path: Path) -> None:
    text = """
    variable "rules" {}
    resource "aws_security_group" "g" {
      name = "g"
      dynamic "ingress" {
        for_each = []
        content { from_port = 1 }
      }
      dynamic "egress" {
        for_each = var.rules
        content { from_port = egress.value }
      }
    }
    """
    group = one(configuration(tmp_path, text), "aws_security_group.g")
    assert group.values == {"name": "g", "egress": UNKNOWN}


def test_a_module_that_is_not_there_is_said_and_never_guessed(tmp_path: Path) -> None:
    text = """
    module "gone" {
      source = "terraform-aws-modules/vpc/aws"
    }
    resource "aws_subnet" "s" {
      vpc_id     = module.gone.vpc_id
      cidr_block = "10.0.0.0/24"
    }
    """
    found = configuration(tmp_path, text)
    assert one(found, "aws_subnet.s").values == {"vpc_id": UNKNOWN, "cidr_block": "10.0.0.0/24"}
    assert [u.module for u in found.unresolved] == [("gone",)]
    assert not found.covers(Address.parse('module.gone["x"].aws_vpc.this'))
    assert found.covers(Address.parse("aws_subnet.s"))
    assert any("terraform init" in warning and "main.tf:2" in warning for warning in found.warnings)


def test_what_init_installed_is_found(tmp_path: Path) -> None:
    manifest = {
        "Modules": [{"Key": "", "Dir": "."}, {"Key": "far", "Source": "registry", "Dir": ".terraform/modules/far"}]
    }
    found = configuration(
        tmp_path,
        'module "far" {\n  source = "a/b/aws"\n  version = "1.0.0"\n}',
        given=None,
        **{
            ".terraform__modules__modules.json": json.dumps(manifest),
            ".terraform__modules__far": 'resource "aws_sqs_queue" "q" { name = path.module }',
        },
    )
    assert one(found, "module.far.aws_sqs_queue.q").values == {"name": ".terraform/modules/far"}


def test_a_block_that_cannot_be_parsed_loses_itself_alone(tmp_path: Path) -> None:
    text = """
    resource "aws_sqs_queue" "a" { name = "a" }
    resource "aws_sqs_queue" "b" { name = = "b" }
    resource "aws_sqs_queue" "c" { name = try(aws_sqs_queue.b.name, "none") }
    """
    found = configuration(tmp_path, text)
    assert one(found, "aws_sqs_queue.a").values == {"name": "a"}
    assert one(found, "aws_sqs_queue.c").values == {"name": UNKNOWN}
    assert any("main.tf:3" in warning for warning in found.warnings)


# hostile


def test_what_needs_itself_is_unknown(tmp_path: Path) -> None:
    text = """
    locals {
      a = local.b
      b = "${local.a}!"
      fine = "fine"
    }
    resource "aws_sqs_queue" "q" {
      name = local.a
      tags = { Fine = local.fine, Self = aws_sqs_queue.q.name }
    }
    """
    values = one(configuration(tmp_path, text), "aws_sqs_queue.q").values
    assert values == {"name": UNKNOWN, "tags": {"Fine": "fine", "Self": UNKNOWN}}


def test_a_module_that_calls_itself_ends(tmp_path: Path) -> None:
    text = 'module "m" {\n  source = "./"\n  count = 3\n}\nresource "aws_sqs_queue" "q" { name = "q" }'
    found = configuration(tmp_path, text)
    assert set(found.instances) == {"aws_sqs_queue.q"}
    assert not found.covers(Address.parse("module.m[0].aws_sqs_queue.q"))


def test_modules_that_multiply_end(tmp_path: Path) -> None:
    call = 'module "%s" {\n  source = "../%s"\n  count = 30\n}\nresource "aws_sqs_queue" "q" { name = "q" }'
    files = {f"m{n}": call % (f"m{n + 1}", f"m{n + 1}") for n in range(8)}
    main_tf = 'module "m0" {\n  source = "./m0"\n  count = 30\n}'
    found = configuration(tmp_path, main_tf, given=None, **files, m8='resource "aws_sqs_queue" "q" { name = "q" }')
    assert found.instances == {}
    assert not found.covers(Address.parse("aws_sqs_queue.q"))
    assert any("more than" in warning for warning in found.warnings)


@pytest.mark.parametrize("count", ["100000000", "-1", "1.5", '"many"', "null"])
def test_a_count_that_cannot_be_is_not_known(tmp_path: Path, count: str) -> None:
    found = configuration(tmp_path, f'resource "aws_sqs_queue" "q" {{\n  count = {count}\n  name = "q"\n}}')
    assert one(found, "aws_sqs_queue.q").template


def test_a_long_chain_of_locals_is_followed(tmp_path: Path) -> None:
    chain = "\n".join(f"l{n} = local.l{n + 1}" for n in range(600))
    text = f'locals {{\n{chain}\nl600 = "end"\n}}\nresource "aws_sqs_queue" "q" {{ name = local.l0 }}'
    assert one(configuration(tmp_path, text), "aws_sqs_queue.q").values == {"name": "end"}


def test_files_outside_the_configuration_are_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    found = configuration(inside, 'resource "aws_sqs_queue" "q" { name = file("../outside.txt") }')
    assert one(found, "aws_sqs_queue.q").values == {"name": UNKNOWN}


# providers


def test_a_resource_has_the_provider_that_its_module_was_given(tmp_path: Path) -> None:
    main_tf = (
        PROVIDERS
        + """
    module "m" {
      source    = "./m"
      providers = { aws = aws.audit, aws.peer = aws.only }
    }
    module "plain" {
      source = "./plain"
    }
    resource "aws_sqs_queue" "only" {
      provider = aws.only
      name     = "q"
    }
    data "aws_region" "here" {}
    resource "aws_sqs_queue" "here" { name = data.aws_region.here.name }
    """
    )
    inner = """
    resource "aws_sqs_queue" "q" { name = "q" }
    resource "aws_sqs_queue" "peer" {
      provider = aws.peer
      name     = data.aws_caller_identity.me.account_id
    }
    data "aws_caller_identity" "me" { provider = aws.peer }
    data "aws_partition" "there" {}
    resource "aws_sqs_queue" "partition" { name = data.aws_partition.there.dns_suffix }
    """
    found = configuration(tmp_path, main_tf, m=inner, plain='resource "aws_sqs_queue" "q" { name = "q" }')
    audit = one(found, "module.m.aws_sqs_queue.q").provider
    assert (audit.region, audit.account, audit.role) == (
        "us-east-1",
        "210987654321",
        "arn:aws:iam::210987654321:role/audit",
    )
    assert audit.ignored_tags == {"Scanned"}
    assert audit.ignored_tag_prefixes == ("cost:",)
    assert one(found, "module.m.aws_sqs_queue.peer").provider.account == "123456789012"
    assert one(found, "module.m.aws_sqs_queue.peer").values == {"name": "123456789012"}
    assert one(found, "module.m.aws_sqs_queue.partition").values == {"name": "amazonaws.com"}
    inherited = one(found, "module.plain.aws_sqs_queue.q").provider
    assert (inherited.region, inherited.default_tags) == ("eu-west-1", {"Team": "core"})
    assert one(found, "aws_sqs_queue.only").provider.region == ""
    assert one(found, "aws_sqs_queue.here").values == {"name": "eu-west-1"}


def test_the_tags_of_the_provider_are_added(tmp_path: Path) -> None:
    text = (
        PROVIDERS
        + """
    resource "aws_sqs_queue" "both" {
      name = "q"
      tags = { Team = "own", Other = "o" }
    }
    resource "aws_sqs_queue" "neither" { provider = aws.audit }
    variable "team" {}
    provider "aws" {
      alias = "unknown"
      default_tags { tags = var.team }
    }
    resource "aws_sqs_queue" "unknown" {
      provider = aws.unknown
      tags     = { A = "a" }
    }
    """
    )
    found = configuration(tmp_path, text)
    assert one(found, "aws_sqs_queue.both").derived["tags_all"] == {"Team": "own", "Other": "o"}
    assert "tags_all" not in one(found, "aws_sqs_queue.neither").derived
    assert "tags_all" not in one(found, "aws_sqs_queue.unknown").derived
    assert one(found, "aws_sqs_queue.unknown").provider.default_tags is None


def test_what_is_secret_in_a_provider_is_not_told(tmp_path: Path) -> None:
    text = """
    variable "secret" {
      default   = "hunter2"
      sensitive = true
    }
    provider "aws" {
      region = "eu-west-1"
      assume_role { role_arn = "arn:aws:iam::123456789012:role/${var.secret}" }
      default_tags { tags = { Secret = var.secret } }
    }
    resource "aws_sqs_queue" "q" { name = "q" }
    """
    provider = one(configuration(tmp_path, text), "aws_sqs_queue.q").provider
    assert (provider.region, provider.role, provider.default_tags) == ("eu-west-1", "", None)


def test_of_another_variant_of_a_type_no_default_is_sure(tmp_path: Path) -> None:
    text = """
    variable "kind" {}
    resource "aws_lb" "application" { subnets = ["subnet-1"] }
    resource "aws_lb" "network" { load_balancer_type = "network" }
    resource "aws_lb" "unknown" { load_balancer_type = var.kind }
    """
    found = configuration(tmp_path, text)
    assert one(found, "aws_lb.application").derived["enable_http2"] is True
    assert one(found, "aws_lb.network").derived == {}
    assert one(found, "aws_lb.unknown").derived == {}


# what a state knows


def test_ids_are_known_from_the_state(tmp_path: Path) -> None:
    found = configuration(tmp_path, NETWORK % "10.0.0.0/16", state(VPC))
    assert one(found, "aws_subnet.a").values == {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}
    assert one(found, "aws_subnet.a").references == ("aws_vpc.main",)


def test_what_is_still_to_be_applied_may_compute_ids_anew(tmp_path: Path) -> None:
    found = configuration(tmp_path, NETWORK % "10.9.0.0/16", state(VPC))
    assert one(found, "aws_subnet.a").values == {"vpc_id": UNKNOWN, "cidr_block": "10.9.0.0/24"}


ZONES = resource(
    "aws_availability_zones", "all", {"attributes": {"state": "available", "names": ["x", "y"]}}, mode="data"
)
ZONAL = """
data "aws_availability_zones" "all" { state = "%s" }
resource "aws_subnet" "s" {
  count             = length(data.aws_availability_zones.all.names)
  vpc_id            = "vpc-1"
  availability_zone = data.aws_availability_zones.all.names[count.index]
}
"""


def test_data_sources_answer_what_they_answered_while_the_question_is_the_same(tmp_path: Path) -> None:
    same = configuration(tmp_path, ZONAL % "available", state(ZONES))
    assert one(same, "aws_subnet.s[1]").values == {"vpc_id": "vpc-1", "availability_zone": "y"}
    other = configuration(tmp_path, ZONAL % "impaired", state(ZONES))
    assert one(other, "aws_subnet.s").template


def test_outputs_of_another_state_keep_their_types(tmp_path: Path) -> None:
    outputs = {"value": {"ids": ["a", "b"]}, "type": ["object", {"ids": ["list", "string"]}]}
    config = {"value": {"path": "x.tfstate"}, "type": ["object", {"path": "string"}]}
    remote = resource(
        "terraform_remote_state",
        "net",
        {"attributes": {"backend": "local", "config": config, "outputs": outputs}},
        mode="data",
    )
    text = """
    data "terraform_remote_state" "net" {
      backend = "local"
      config  = { path = "x.tfstate" }
    }
    resource "aws_sqs_queue" "q" { name = join("-", data.terraform_remote_state.net.outputs.ids) }
    """
    assert one(configuration(tmp_path, text, state(remote)), "aws_sqs_queue.q").values == {"name": "a-b"}


def test_only_what_others_refer_to_is_made_an_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(instance: Instance, facts: Facts) -> Any:
        made.append(str(instance.address))
        return whole(instance, facts)

    whole = recorded.recorded
    monkeypatch.setattr(recorded, "recorded", counted)
    queues = [{"index_key": n, "attributes": {"id": f"q{n}", "name": f"q{n}"}} for n in range(3)]
    text = NETWORK % "10.0.0.0/16" + 'resource "aws_sqs_queue" "q" {\n  count = 3\n  name = "q${count.index}"\n}\n'

    found = configuration(tmp_path, text, state(VPC, resource("aws_sqs_queue", "q", *queues)))

    assert one(found, "aws_subnet.a").values["vpc_id"] == "vpc-1"
    assert one(found, "aws_sqs_queue.q[2]").values == {"name": "q2"}
    assert made == ["aws_vpc.main"]
