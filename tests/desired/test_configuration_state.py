"""Configurations laid over states, what else they say of resources, and the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.desired.configurations import laid
from drift.desired.hcl.configured import is_known
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.hcl.values import UNKNOWN
from drift.desired.instance import Instance, State
from drift.report.configuration import drawn
from tests.cli.test_cli import drift
from tests.support.configurations import NETWORK, PROVIDERS, VPC, configuration, one, resource, state
from tests.support.plans import CONFIGURATIONS

# the configuration over a state


def laid_over(tmp_path: Path, main_tf: str, *resources: dict[str, Any], **files: Any) -> State:
    configuration(tmp_path, main_tf, **files)
    (found,) = laid([state(*resources)], [tmp_path], Given(environment={}))
    return found


def instances(found: State) -> dict[str, Instance]:
    return {str(i.address): i for i in found.instances}


def queue(*keys: int | str, name: str = "q", **more: Any) -> dict[str, Any]:
    made = [{"attributes": {"name": str(key), "id": str(key)}, "index_key": key} for key in keys]
    return resource("aws_sqs_queue", name, *(made or [{"attributes": {"name": "q", "id": "q"}}]), **more)


@pytest.mark.parametrize(
    ("moved", "recorded", "expected"),
    [
        ('from = aws_sqs_queue.old\n  to = aws_sqs_queue.new["a"]', queue(name="old"), 'aws_sqs_queue.new["a"]'),
        ("from = aws_sqs_queue.old\n  to = aws_sqs_queue.new", queue("a", name="old"), 'aws_sqs_queue.new["a"]'),
        ('from = aws_sqs_queue.old[0]\n  to = aws_sqs_queue.new["a"]', queue(0, name="old"), 'aws_sqs_queue.new["a"]'),
        (
            'from = module.gone\n  to = module.here["k"]',
            queue(name="q", module="module.gone"),
            'module.here["k"].aws_sqs_queue.q',
        ),
        (
            "from = module.gone.aws_sqs_queue.q\n  to = aws_sqs_queue.new",
            queue("a", name="q", module="module.gone"),
            'aws_sqs_queue.new["a"]',
        ),
    ],
)
def test_what_has_moved_is_found_under_its_new_address(
    tmp_path: Path, moved: str, recorded: dict[str, Any], expected: str
) -> None:
    text = f"""
    moved {{
      {moved}
    }}
    resource "aws_sqs_queue" "new" {{
      for_each = toset(["a"])
      name     = each.key
    }}
    module "here" {{
      for_each = toset(["k"])
      source   = "./here"
    }}
    resource "aws_sqs_queue" "still" {{ name = "still" }}
    """
    inner = 'resource "aws_sqs_queue" "q" { name = "q" }'
    found = instances(laid_over(tmp_path, text, recorded, queue(name="still"), here=inner))
    assert found[expected].configured is not None
    assert str(found[expected].moved_from) != expected


def test_moves_are_chained_and_stop_where_something_stands(tmp_path: Path) -> None:
    text = """
    moved {
      from = aws_sqs_queue.a
      to   = aws_sqs_queue.b
    }
    moved {
      from = aws_sqs_queue.b
      to   = aws_sqs_queue.c
    }
    resource "aws_sqs_queue" "c" { name = "c" }
    """
    assert set(instances(laid_over(tmp_path, text, queue(name="a")))) == {"aws_sqs_queue.c"}
    both = instances(laid_over(tmp_path, text, queue(name="a"), queue(name="c")))
    assert set(both) == {"aws_sqs_queue.b", "aws_sqs_queue.c"}  # as Terraform plans it
    assert both["aws_sqs_queue.b"].configured is None
    next_door = instances(laid_over(tmp_path, text, queue(name="a"), queue(name="b")))
    assert set(next_door) == {"aws_sqs_queue.a", "aws_sqs_queue.c"}
    assert str(next_door["aws_sqs_queue.c"].moved_from) == "aws_sqs_queue.b"


def test_a_resource_that_got_a_count_is_instance_zero(tmp_path: Path) -> None:
    text = 'resource "aws_sqs_queue" "q" {\n  count = 2\n  name  = "q"\n}'
    assert set(instances(laid_over(tmp_path, text, queue()))) == {"aws_sqs_queue.q[0]"}


def test_what_the_author_sets_is_asserted_and_what_was_taken_out_has_no_configuration(tmp_path: Path) -> None:
    text = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'
    found = laid_over(tmp_path, text, queue(), queue(name="gone"))
    assert instances(found)["aws_sqs_queue.q"].asserted == frozenset({"name"})
    assert instances(found)["aws_sqs_queue.gone"].configured is None
    assert found.configuration is not None


@pytest.mark.parametrize(
    ("type_", "recorded", "written", "expected"),
    [
        ("aws_sqs_queue", {"name": "q", "delay_seconds": 5}, 'name = "q"\n delay_seconds = 30', "arn:of-it"),
        ("aws_sqs_queue", {"name": "q"}, 'name = "other"', UNKNOWN),  # a queue's name forces a new one
        ("aws_iam_group", {"name": "g", "path": "/"}, 'name = "other"', UNKNOWN),  # its ARN has the name in it
        (
            "aws_instance",
            {"ami": "ami-1", "root_block_device": [{"encrypted": False, "volume_size": 8}]},
            'ami = "ami-1"\n root_block_device {\n encrypted = true\n }',
            UNKNOWN,  # an argument inside a block may force a new one
        ),
    ],
)
def test_an_arn_holds_while_all_that_is_pending_is_an_update_in_place(
    tmp_path: Path, type_: str, recorded: dict[str, Any], written: str, expected: Any
) -> None:
    """As the provider plans it: an update in place leaves what it computed, except what `moved` names."""
    text = f"""
    resource "{type_}" "it" {{
      {written}
    }}
    resource "aws_sqs_queue_policy" "of" {{
      queue_url = "u"
      policy    = {type_}.it.arn
    }}
    """
    record = resource(type_, "it", {"attributes": {**recorded, "id": "i", "arn": "arn:of-it"}})
    policy = resource("aws_sqs_queue_policy", "of", {"attributes": {"id": "u", "queue_url": "u", "policy": "p"}})
    of = instances(laid_over(tmp_path, text, record, policy))["aws_sqs_queue_policy.of"]
    assert of.configured is not None
    assert of.configured.values["policy"] == expected


def test_of_several_configurations_each_state_has_its_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(f'resource "aws_sqs_queue" "{name}" {{ name = "{name}" }}')
    states = [state(queue(name=name)) for name in ("b", "a", "c")]
    found = laid(states, [tmp_path / "a", tmp_path / "b"], Given(environment={}))
    assert [Path(s.configuration.directory).name if s.configuration else None for s in found] == ["b", "a", None]
    assert any("none of the given configurations" in warning for warning in found[2].warnings)


def test_the_configuration_beside_a_state_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "q" { name = terraform.workspace }')
    inner = tmp_path / "terraform.tfstate.d" / "blue" / "terraform.tfstate"
    found = laid([state(queue(), source=str(inner))], [], Given(environment={}))
    assert found[0].instances[0].configured is not None
    assert found[0].instances[0].configured.values == {"name": "blue"}


@pytest.mark.parametrize("source", ["-", "s3://states/prod.tfstate"])
def test_the_configuration_one_is_in_is_taken_for_a_state_kept_elsewhere_if_it_fits(
    tmp_path: Path, source: str
) -> None:
    below = tmp_path / "team" / "network"
    (below / ".terraform").mkdir(parents=True)
    (below / "main.tf").write_text('resource "aws_sqs_queue" "q" { name = "q" }')
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "other" { name = "other" }')
    found = laid([state(queue(), source=source)], [], Given(environment={}), near=[tmp_path])
    assert found[0].instances[0].configured is not None
    strange = laid([state(queue(name="third"), source=source)], [], Given(environment={}), near=[tmp_path])
    assert strange[0].configuration is None
    assert strange[0].warnings == ()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("terraform.tfstate", "default"),
        ("pulled.tfstate", "blue"),
        ("terraform.tfstate.d/green/terraform.tfstate", "green"),
        ("s3://states/env:/red/app.tfstate", UNKNOWN),
        ("-", "blue"),
    ],
)
def test_the_workspace_is_that_of_the_state(tmp_path: Path, source: str, name: str) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "q" { name = terraform.workspace }')
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "environment").write_text("blue")
    place = source if source == "-" or "://" in source else str(tmp_path / source)
    found = laid([state(queue(), source=place)], [tmp_path], Given(environment={}))
    assert found[0].instances[0].configured is not None
    assert found[0].instances[0].configured.values == {"name": name}


def test_a_region_of_the_resource_is_its_own(tmp_path: Path) -> None:
    text = PROVIDERS + 'resource "aws_sqs_queue" "q" {\n  name = "q"\n  region = "eu-north-1"\n}'
    assert one(configuration(tmp_path, text), "aws_sqs_queue.q").provider.region == "eu-north-1"


def test_a_provider_that_is_evaluated_is_not_guessed(tmp_path: Path) -> None:
    text = (
        PROVIDERS
        + """
    resource "aws_sqs_queue" "q" {
      for_each = toset(["eu-west-1"])
      provider = aws.by_region[each.key]
      name     = "q"
    }
    """
    )
    provider = one(configuration(tmp_path, text), 'aws_sqs_queue.q["eu-west-1"]').provider
    assert (provider.region, provider.default_tags) == ("", None)


# blocks that speak of resources


def test_import_and_removed_blocks(tmp_path: Path) -> None:
    text = """
    locals { ids = { a = "q-a", b = "q-b" } }
    import {
      for_each = local.ids
      to       = aws_sqs_queue.q[each.key]
      id       = each.value
    }
    import {
      to = module.m.aws_sqs_queue.q
      id = "https://${local.ids["a"]}"
    }
    removed {
      from = module.m.aws_sqs_queue.old
      lifecycle { destroy = false }
    }
    removed { from = module.gone }
    resource "aws_sqs_queue" "q" {
      for_each = local.ids
      name     = each.value
    }
    module "m" { source = "./m" }
    """
    found = configuration(tmp_path, text, m='resource "aws_sqs_queue" "q" { name = "q" }')
    assert {(str(i.address), i.id) for i in found.imports} == {
        ('aws_sqs_queue.q["a"]', "q-a"),
        ('aws_sqs_queue.q["b"]', "q-b"),
        ("module.m.aws_sqs_queue.q", "https://q-a"),
    }
    assert [(r.from_, r.destroy) for r in found.removed] == [
        ("module.m.aws_sqs_queue.old", False),
        ("module.gone", True),
    ]


def test_ignore_changes_and_comments(tmp_path: Path) -> None:
    text = """resource "aws_sqs_queue" "q" { # drift:ignore reason="by hand" until=2027-01-31
  name          = "q"
  delay_seconds = 5 # drift:ignore reason=seasonal traffic
  max_message_size = 1024
  # drift:ignore until=2026-12-01 reason=being migrated
  tags = { A = "a" }
  lifecycle {
    ignore_changes = [tags["Owner"], policy]
  }
}
# drift:ignore
resource "aws_sqs_queue" "all" {
  name = "all"
  lifecycle { ignore_changes = all }
}
"""
    found = configuration(tmp_path, text)
    q = one(found, "aws_sqs_queue.q")
    assert q.ignore_changes == (("tags", "Owner"), ("policy",))
    assert {(i.path, i.reason, i.until, i.place.line) for i in q.ignored} == {
        ("", "by hand", "2027-01-31", 1),
        ("delay_seconds", "seasonal traffic", "", 3),
        ("tags", "being migrated", "2026-12-01", 5),
    }
    every = one(found, "aws_sqs_queue.all")
    assert every.ignores_all
    assert [(i.path, i.reason) for i in every.ignored] == [("", "")]


def test_references_go_through_locals_variables_and_outputs(tmp_path: Path) -> None:
    main_tf = """
    resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
    locals { vpc = aws_vpc.v.id }
    module "m" {
      source = "./m"
      vpc    = local.vpc
    }
    resource "aws_subnet" "s" {
      vpc_id            = module.m.vpc
      availability_zone = data.aws_availability_zones.z.names[0]
    }
    data "aws_availability_zones" "z" {}
    """
    inner = (
        'variable "vpc" {}\noutput "vpc" { value = var.vpc }\nresource "aws_security_group" "g" { vpc_id = var.vpc }'
    )
    found = configuration(tmp_path, main_tf, m=inner)
    assert one(found, "aws_subnet.s").references == ("aws_vpc.v", "data.aws_availability_zones.z")
    assert one(found, "module.m.aws_security_group.g").references == ("aws_vpc.v",)


def test_a_drawing_leads_to_what_is_in_the_same_module_instance() -> None:
    found = Sources(CONFIGURATIONS / "modules", Given(environment={})).evaluated()
    edges = {(str(a.identity[1]), str(b.identity[1])) for a, b in drawn([found]).edges}
    subnet = 'module.network["blue"].module.subnets[0].aws_subnet.this'
    assert (subnet, 'module.network["blue"].aws_vpc.this') in edges
    assert (subnet, 'module.network["green"].aws_vpc.this') not in edges


# the command line


def test_graph_prints_the_configuration_without_a_state(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'variable "v" {}\n'
        'resource "aws_vpc" "v" { cidr_block = var.v }\n'
        'resource "aws_ssm_parameter" "p" {\n  name = "p"\n  type = "SecureString"\n  value = "hunter2"\n}\n'
        'resource "aws_subnet" "s" { vpc_id = aws_vpc.v.id }\n'
    )
    done = drift("graph", "--config", tmp_path, "--format", "json", "--var", "v=10.0.0.0/16")
    assert done.returncode == 0, done.stderr
    assert "hunter2" not in done.stdout
    top = json.loads(done.stdout)
    assert top["schema"] == "drift-configuration/1"
    found = {r["address"]: r for r in top["configurations"][0]["resources"]}
    assert found["aws_vpc.v"]["values"]["cidr_block"] == "10.0.0.0/16"
    assert found["aws_vpc.v"]["values"]["instance_tenancy"] == "default"
    assert found["aws_vpc.v"]["asserted"] == ["cidr_block"]
    assert found["aws_subnet.s"]["values"]["vpc_id"] is None
    assert found["aws_subnet.s"]["unknown"] == {"vpc_id": True}
    assert found["aws_ssm_parameter.p"]["sensitive"] == ["value"]
    assert found["aws_subnet.s"]["line"] == 8
    drawn = drift("graph", "--config", tmp_path, "--format", "mermaid").stdout
    assert "aws_subnet.s" in drawn
    assert "-->" in drawn


def test_graph_prints_the_configuration_with_a_state(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(NETWORK % "10.0.0.0/16")
    top = {"version": 4, "serial": 1, "lineage": "l", "resources": [VPC]}
    (tmp_path / "terraform.tfstate").write_text(json.dumps(top))
    arguments = ("--config", tmp_path, "--state", tmp_path / "terraform.tfstate", "--format", "json")
    done = drift("graph", *arguments)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["configurations"]
    values = {r["address"]: r["values"] for r in found["resources"]}
    assert values["aws_subnet.a"]["vpc_id"] == "vpc-1"


def test_a_directory_without_a_configuration_is_an_error(tmp_path: Path) -> None:
    done = drift("graph", "--config", tmp_path, "--format", "json")
    assert done.returncode == 2
    assert "no configuration" in done.stderr


def test_known_means_known_at_every_depth() -> None:
    assert is_known({"a": [1, {"b": None}]})
    assert not is_known({"a": [1, {"b": UNKNOWN}]})
