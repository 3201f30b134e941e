"""Where an adopted resource goes, what it is called there, and what is never written."""

from __future__ import annotations

import re
from pathlib import Path

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.model.address import Address
from drift.model.resource import Key, Resource
from drift.provider.installed import installed
from drift.remedy.adopt.body import Writer
from drift.remedy.adopt.homes import Homes
from drift.remedy.adopt.names import name_for
from drift.remedy.adopt.providers import Providers
from drift.remedy.ground import Ground
from drift.remedy.hcl import Expression, body
from drift.remedy.references import Named, References

ACCOUNT = "123456789012"


def ground(directory: Path, **files: str) -> Ground:
    for name, text in files.items():
        path = directory / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Ground(Sources(directory, Given()))


def at(type_: str, name: str, *module: str, **values: str) -> Named:
    address = Address(type_, name, None, tuple((m, None) for m in module))
    key = Key(type_, ACCOUNT, "eu-west-1", (values["id"],))
    return Named(address, key, values, installed().facts(type_))


def resource(named: Named) -> Resource:
    return Resource(key=named.key, id=str(named.values["id"]), address=named.address)


def written(type_: str, values: dict[str, object], *others: Named, outputs: object = None) -> str:
    catalog = installed()
    references = References(catalog, outputs or {})  # type: ignore[arg-type]
    references.add(others)
    source = at(type_, "new", id="new")
    return body(Writer(catalog, catalog[type_], references, source, ACCOUNT).body(values))


NET = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
output "vpc" { value = aws_vpc.main.id }
output "all" { value = [aws_vpc.main.id] }
"""


def test_a_subnet_goes_into_the_module_of_its_network(tmp_path: Path) -> None:
    here = ground(tmp_path, main_dot_tf='module "net" { source = "./net" }', net__net_dot_tf=NET)
    vpc = resource(at("aws_vpc", "main", "net", id="vpc-0123456789abcdef0"))
    homes = Homes(here)
    assert homes.module("aws_subnet", [vpc]) == (("net", None),)
    assert homes.module("aws_security_group", [vpc]) == ()  # nothing of the type is there
    home = homes.file(Address("aws_subnet", "b", None, (("net", None),)))
    assert home.path.name == "net.tf"
    assert home.why == "beside another aws_subnet in net.tf"
    assert homes.file(Address("aws_subnet", "b")).path.name == "adopted.tf"


def test_a_module_that_is_called_twice_is_not_written_into(tmp_path: Path) -> None:
    twice = 'module "net" {\n  source = "./net"\n}\nmodule "other" {\n  source = "./net"\n}\n'
    counted = 'module "net" {\n  source = "./net"\n  count = 1\n}\n'
    vpc = resource(at("aws_vpc", "main", "net", id="vpc-0123456789abcdef0"))
    for name, main in (("a", twice), ("b", counted)):
        here = ground(tmp_path / name, main_dot_tf=main, net__net_dot_tf=NET)
        assert Homes(here).module("aws_subnet", [vpc]) == ()


def test_what_is_in_a_module_is_named_by_its_output(tmp_path: Path) -> None:
    here = ground(tmp_path, main_dot_tf='module "net" { source = "./net" }', net__net_dot_tf=NET)
    vpc = at("aws_vpc", "main", "net", id="vpc-0123456789abcdef0")
    subnet = at("aws_subnet", "a", "net", id="subnet-0123456789abcdef0")
    values: dict[str, object] = {"vpc_id": vpc.values["id"], "cidr_block": "10.0.9.0/24"}
    assert "= module.net.vpc\n" in written("aws_subnet", values, vpc, outputs=here.outputs)
    eni = written("aws_network_interface", {"subnet_id": subnet.values["id"]}, subnet, outputs=here.outputs)
    assert 'subnet_id = "subnet-0123456789abcdef0"' in eni  # the module has no output for it


def test_the_provider_is_the_one_that_reaches_the_resource(tmp_path: Path) -> None:
    text = (
        'provider "aws" {\n  region = "eu-west-1"\n  default_tags {\n    tags = { Team = "core" }\n  }\n}\n'
        'provider "aws" {\n  alias  = "us"\n  region = "us-east-1"\n}\n'
    )
    providers = Providers(ground(tmp_path, main_dot_tf=text))
    chosen = [providers.of("aws_vpc", Key("aws_vpc", ACCOUNT, r, ("x",))) for r in ("eu-west-1", "us-east-1", "global")]
    assert [p.alias for p in chosen] == ["", "us", ""]
    assert chosen[0].default_tags == {"Team": "core"}


def test_what_has_no_name_is_named_after_what_it_refers_to() -> None:
    entry = installed()["aws_internet_gateway"]
    key = Key("aws_internet_gateway", ACCOUNT, "eu-west-1", ("igw-1",))
    taken: set[str] = set()
    nameless = Resource(key=key, id="igw-1")
    assert [name_for(nameless, entry, taken, after="main") for _ in range(2)] == ["main", "main_2"]
    assert name_for(nameless, entry, taken) == "igw_1"
    assert name_for(Resource(key=key, id="igw-1", name="10.0.0.0/8"), entry, taken, after="main") == "main_10_0_0_0_8"


def test_a_secret_is_never_written() -> None:
    secret = "hunter2-hunter2"
    function = written(
        "aws_lambda_function",
        {"function_name": "f", "role": "arn:aws:iam::1:role/r", "environment": {"variables": {"DB_PASSWORD": secret}}},
    )
    assert secret not in function
    assert "DB_PASSWORD = var." in function
    containers = [{"name": "web", "image": "nginx", "environment": [{"name": "API_TOKEN", "value": secret}]}]
    task = written("aws_ecs_task_definition", {"family": "web", "container_definitions": containers})
    assert secret not in task
    assert "ignore_changes = [container_definitions" in task
    url = written("aws_sns_topic_subscription", {
        "topic_arn": "arn:aws:sns:eu-west-1:1:t", "protocol": "https", "endpoint": f"https://me:{secret}@example.com",
    })  # fmt: skip
    assert secret not in url


def test_defaults_and_what_the_cloud_chooses_are_left_out() -> None:
    queue = {"name": "jobs", "delay_seconds": 0, "message_retention_seconds": 345600, "visibility_timeout_seconds": 45}
    assert written("aws_sqs_queue", queue).split() == ["name", "=", '"jobs"', "visibility_timeout_seconds", "=", "45"]


def test_what_refers_to_itself_or_in_a_circle_stays_a_literal() -> None:
    catalog = installed()
    one = at("aws_sqs_queue", "one", id="one", arn="arn:aws:sqs:eu-west-1:123456789012:one")
    two = at("aws_sqs_queue", "two", id="two", arn="arn:aws:sqs:eu-west-1:123456789012:two")
    references = References(catalog)
    references.add([one, two])
    assert references.anywhere(one.values["arn"], one) is None
    assert references.anywhere(two.values["arn"], one) is not None
    assert references.anywhere(one.values["arn"], two) is None


def test_a_reference_says_what_the_cloud_said() -> None:
    catalog = installed()
    task = at(
        "aws_ecs_task_definition", "web", id="web", arn="arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3"
    )
    service = at("aws_ecs_service", "web", id="web")
    references = References(catalog)
    references.add([task])
    (ref,) = (r for r in catalog["aws_ecs_service"].refs if r.attribute == "task_definition")
    made = [references.by_path(ref, task.values["arn"], service, said) for said in (task.values["arn"], "web:3")]
    assert made == [Expression("aws_ecs_task_definition.web.arn"), None]


def test_a_block_that_switches_something_off_is_written() -> None:
    group = written("aws_athena_workgroup", {
        "name": "w", "configuration": {"publish_cloudwatch_metrics_enabled": False, "requester_pays_enabled": False},
    })  # fmt: skip
    assert "publish_cloudwatch_metrics_enabled = false" in group
    assert "requester_pays_enabled" not in group
    as_given: dict[str, object] = {"name": "w", "configuration": {"publish_cloudwatch_metrics_enabled": True}}
    assert "configuration" not in written("aws_athena_workgroup", as_given)


def test_secret_blocks_become_variables_and_are_ignored() -> None:
    origin = {"domain_name": "a.example", "origin_id": "a", "custom_header": [{"name": "x-key", "value": "hunter2"}]}
    text = written("aws_cloudfront_distribution", {"origin": [origin], "enabled": True})
    assert "hunter2" not in text
    assert re.search(r"custom_header \{\n +name  = var\.", text)
    assert "ignore_changes = [origin" in text
    without_any = written("aws_cloudfront_distribution", {"origin": [{**origin, "custom_header": []}], "enabled": True})
    assert "custom_header" not in without_any


def test_of_two_names_for_one_thing_one_is_written() -> None:
    template = {"id": "lt-0123456789abcdef0", "name": "web", "version": "1"}
    group = written("aws_autoscaling_group", {"name": "web", "launch_template": template, "min_size": 1, "max_size": 2})
    assert 'id      = "lt-0123456789abcdef0"' in group
    assert group.count('= "web"') == 1
    assert "ignore_changes = [wait_for_capacity_timeout" in group


def test_a_block_that_says_all_by_being_there_is_written() -> None:
    found: dict[str, object] = {"name": "site", "scope": "REGIONAL", "default_action": {"allow": {}}, "visibility_config": {
        "cloudwatch_metrics_enabled": False, "metric_name": "site", "sampled_requests_enabled": False}}  # fmt: skip
    assert "default_action {\n  allow {}\n}" in written("aws_wafv2_web_acl", found)
