"""Reading states: what is there is read, what is not is told, and nothing else ever happens."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.desired import state as formats
from drift.desired.load import build, read_states
from drift.errors import StateError
from drift.provider.installed import installed
from tests.support.world import WORLDS

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
GOOD = (WORLDS / "security-groups" / "refreshed.tfstate").read_bytes()


def queue(
    name: str, *, region: str = "us-east-1", provider: str = AWS, arn: bool = True, **instance: Any
) -> dict[str, Any]:
    url = f"https://sqs.{region}.amazonaws.com/123456789012/{name}"
    attributes = {
        "id": url,
        "url": url,
        "name": name,
        **({"arn": f"arn:aws:sqs:{region}:123456789012:{name}"} if arn else {}),
    }
    one = {"schema_version": 0, "attributes": attributes, **instance}
    return {"mode": "managed", "type": "aws_sqs_queue", "name": name, "provider": provider, "instances": [one]}


def state(*resources: dict[str, Any], **top: Any) -> bytes:
    return json.dumps(
        {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "l", "resources": resources, **top}
    ).encode()


def desired(tmp_path: Path, *states: bytes) -> Any:
    for i, data in enumerate(states):
        (tmp_path / f"{i}.tfstate").write_bytes(data)
    read, failed = read_states([str(tmp_path)], {})
    return build(read, failed, installed(), account="123456789012", region="eu-central-1")


def test_instance_keys_modules_deposed_and_sensitive_paths() -> None:
    resource = queue("a")
    resource["module"] = 'module.m["k"].module.n[1]'
    resource["instances"] = [
        {
            "index_key": "x",
            "attributes": {"id": "1"},
            "sensitive_attributes": [[{"type": "get_attr", "value": "policy"}]],
        },
        {"index_key": "x", "deposed": "deadbeef", "attributes": {"id": "2"}},
        {"index_key": 7, "attributes": {"id": "3"}, "status": "tainted"},
    ]
    parsed = formats.parse(state(resource), "s")

    assert [str(i.address) for i in parsed.instances] == [
        'module.m["k"].module.n[1].aws_sqs_queue.a["x"]',
        'module.m["k"].module.n[1].aws_sqs_queue.a["x"]',
        'module.m["k"].module.n[1].aws_sqs_queue.a[7]',
    ]
    assert [i.deposed for i in parsed.instances] == ["", "deadbeef", ""]
    assert parsed.instances[0].sensitive == {"policy"}


def test_data_sources_and_resources_of_nobody_are_left_out(tmp_path: Path) -> None:
    data = {**queue("d"), "mode": "data"}
    null = {
        "mode": "managed",
        "type": "random_id",
        "name": "r",
        "provider": 'provider["registry.terraform.io/hashicorp/random"]',
        "instances": [{"attributes": {"id": "x"}}],
    }
    other = {**null, "type": "google_storage_bucket", "provider": 'provider["registry.terraform.io/hashicorp/google"]'}
    unknown = {**null, "type": "aws_no_such_thing", "provider": AWS}
    found = desired(tmp_path, state(data, null, other, unknown, queue("a")))

    assert [str(r.address) for r in found.resources] == ["aws_sqs_queue.a"]
    assert found.not_covered == {"google_storage_bucket": 1, "aws_no_such_thing": 1}


@pytest.mark.parametrize(
    "provider",
    [
        AWS,
        f"{AWS}.west",
        "provider.aws",
        "provider.aws.west",
        'module.m.provider["registry.opentofu.org/hashicorp/aws"]',
    ],
)
def test_every_spelling_of_the_provider(provider: str, tmp_path: Path) -> None:
    assert len(desired(tmp_path, state(queue("a", provider=provider))).resources) == 1


def test_region_comes_from_the_arn_else_from_the_provider_configuration_else_from_the_session(tmp_path: Path) -> None:
    west = f"{AWS}.west"
    found = desired(
        tmp_path,
        state(
            queue("told", region="us-west-2", provider=west),
            queue("learnt", provider=west, arn=False),
            queue("unknown", provider=f"{AWS}.lone", arn=False),
        ),
    )

    assert {r.name: r.key.region for r in found.resources} == {
        "told": "us-west-2", "learnt": "us-west-2", "unknown": "eu-central-1",
    }  # fmt: skip


def test_flat_attributes_of_old_states_are_read_by_the_schema(tmp_path: Path) -> None:
    old = queue("a")
    flat = {"id": "x", "name": "x", "fifo_queue": "false", "delay_seconds": "90", "tags.%": "1", "tags.a.b": "c"}
    old["instances"] = [{"attributes_flat": {**flat, "gone.#": "0"}}]
    (found,) = desired(tmp_path, state(old)).resources

    assert found.attributes["delay_seconds"] == 90
    assert found.attributes["fifo_queue"] is False
    assert found.attributes["tags"] == {"a.b": "c"}
    assert "aws_sqs_queue.gone" in formats.parse(state(old), "s").warnings[0]


def test_numbers_keep_every_digit() -> None:
    resource = queue("a")
    resource["instances"][0]["attributes"]["delay_seconds"] = 123456789012345678901234567890
    (instance,) = formats.parse(state(resource), "s").instances

    assert instance.attributes["delay_seconds"] == 123456789012345678901234567890


def test_states_in_a_directory_and_once_each(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".terraform").mkdir()
    (tmp_path / "deep" / "a.tfstate").write_bytes(state(queue("a")))
    (tmp_path / ".terraform" / "terraform.tfstate").write_bytes(b'{"backend": {}}')
    (tmp_path / "a.tfstate.backup").write_bytes(b"rubbish")
    read, failed = read_states([str(tmp_path), f"{tmp_path}/**/*.tfstate"], {})

    assert [s.source for s in read] == [str(tmp_path / "deep" / "a.tfstate")]
    assert failed == []


def test_same_resource_in_two_states_is_two_resources_with_one_key(tmp_path: Path) -> None:
    found = desired(tmp_path, state(queue("a")), state(queue("a")))

    assert len(found.resources) == 2
    assert len({r.key for r in found.resources}) == 1
    assert len({r.origin for r in found.resources}) == 2


def test_a_backend_reads_what_has_its_scheme() -> None:
    class Memory:
        scheme = "mem"

        def read(self, url: str) -> bytes:
            return state(queue(url.rsplit("/", 1)[-1]))

    read, failed = read_states(["mem://a"], {"mem": Memory()})

    assert failed == []
    assert read[0].instances[0].attributes["name"] == "a"


def parses_or_says_why(data: bytes) -> None:
    with contextlib.suppress(StateError):
        formats.parse(data, "fuzzed")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_parse_or_say_why(data: bytes) -> None:
    parses_or_says_why(data)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 60), st.binary(max_size=8))
def test_any_damage_to_a_state_parses_or_says_why(at: int, length: int, instead: bytes) -> None:
    parses_or_says_why(GOOD[:at] + instead + GOOD[at + length :])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["resources", "lineage", "serial", "outputs", "terraform_version", "check_results"]),
        json_values,
    )
)
def test_any_value_in_any_field_parses_or_says_why(fields: dict[str, Any]) -> None:
    parses_or_says_why(json.dumps({"version": 4, **fields}).encode())


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["id", "name", "policy", "tags", "tags_all", "delay_seconds", "redrive_policy", "fifo_queue"]),
        json_values,
    )
)
def test_any_attribute_value_becomes_canonical_or_is_left_out(attributes: dict[str, Any]) -> None:
    resource = queue("a")
    resource["instances"][0]["attributes"] = attributes
    parsed = formats.parse(state(resource), "s")
    found = build([parsed], [], installed(), account="1", region="r")

    assert len(found.resources) + sum(found.not_covered.values()) == 1
