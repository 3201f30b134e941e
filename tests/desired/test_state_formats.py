"""The formats beside version 4: what real Terraform printed, and look-alikes of what it no longer writes."""

from __future__ import annotations

import base64
import builtins
import codecs
import contextlib
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from drift.desired import state as formats
from drift.desired.instance import Instance
from drift.desired.load import build, read_states
from drift.errors import StateError
from drift.installation import command
from drift.provider.installed import installed
from tests.desired.test_state import json_values
from tests.support.states import STATES

QUEUE = "aws_sqs_queue.orders"
LOGS = "module.child[1].aws_cloudwatch_log_group.this"


def fixture(name: str) -> bytes:
    return (STATES / name).read_bytes()


def by_address(name: str) -> dict[str, Instance]:
    return {str(i.address): i for i in formats.parse(fixture(name), name).instances}


# terraform show -json


def test_a_shown_state_holds_what_the_state_holds() -> None:
    shown, state = by_address("show.json"), by_address("state.tfstate")

    assert shown.keys() == state.keys()
    for address, instance in shown.items():
        assert dict(instance.attributes) == dict(state[address].attributes)
        assert instance.sensitive == state[address].sensitive
    assert shown["aws_ssm_parameter.secret"].sensitive == {"value", "value_wo"}
    assert shown["terraform_data.any"].attributes["input"]["size"] == 123456789012345678901234567890


def test_a_shown_state_pairs_with_the_same_resources() -> None:
    keys = [
        {r.key for r in build([formats.parse(fixture(name), name)], [], installed(), account="1").resources}
        for name in ("show.json", "state.tfstate", "plan.json")
    ]

    assert len(keys[0]) == 8
    assert keys[0] == keys[1] == keys[2]


@pytest.mark.parametrize("name", ["tainted.tfstate", "tainted.json"])
def test_what_is_tainted_is_pending(name: str) -> None:
    state = formats.parse(fixture(name), name)

    assert [i.address.name for i in state.instances if i.tainted] == ["orders"]
    assert [(p.address, p.actions) for p in state.pending] == [(QUEUE, ("delete", "create"))]


def test_deposed_objects_are_shown_apart() -> None:
    shown = {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a", "values": {"id": "vpc-1"}}
    root = {"resources": [shown, {**shown, "deposed_key": "deadbeef"}]}
    state = formats.parse(json.dumps({"format_version": "1.0", "values": {"root_module": root}}).encode(), "s")

    assert [i.deposed for i in state.instances] == ["", "deadbeef"]


# plan JSON


def test_what_the_author_set_is_desired_and_the_rest_is_as_it_was_recorded() -> None:
    queue = by_address("plan.json")[QUEUE]

    assert queue.attributes["visibility_timeout_seconds"] == 30  # 99 by hand
    assert queue.attributes["policy"] == ""  # var.none is null: a policy made public by hand is not the author's
    assert queue.attributes["tags"] == {"Team": "shop"}
    assert queue.wanted is not None
    assert queue.wanted["visibility_timeout_seconds"] == 30
    assert not {"policy", "tags", "tags_all"} & queue.wanted.keys()  # the tags are not known until a topic is created
    assert queue.asserted == frozenset(
        {"name", "policy", "tags", "visibility_timeout_seconds"}
    )  # kms_master_key_id = null is not


def test_dynamic_blocks_count_as_set_where_the_plan_changes_them() -> None:
    group = by_address("plan.json")["aws_security_group.web"]

    assert "ingress" in (group.asserted or ())
    assert sorted(rule["from_port"] for rule in group.attributes["ingress"]) == [80, 443]


def test_ignore_changes_is_honoured() -> None:
    topic = by_address("plan.json")["aws_sns_topic.ignoring"]

    assert [e.path for e in topic.exempt] == ["display_name"]
    assert topic.wanted is not None
    assert "display_name" not in topic.wanted


def test_what_was_deleted_by_hand_stays_desired_and_what_is_new_is_pending() -> None:
    plan = formats.parse(fixture("plan.json"), "p")
    addresses = {str(i.address) for i in plan.instances}
    pending = {p.address: (p.actions, p.attributes) for p in plan.pending}

    assert LOGS in addresses
    assert LOGS not in pending
    assert "aws_sns_topic.created" not in addresses
    assert pending == {
        "aws_sns_topic.created": (("create",), ()),
        'aws_sqs_queue.each["new"]': (("create",), ()),
        "aws_sqs_queue_policy.created": (("create",), ()),
        'aws_sqs_queue.each["b c"]': (("delete",), ()),
        QUEUE: (("update",), ("tags",)),
        "module.child[0].aws_cloudwatch_log_group.this": (("update",), ("retention_in_days",)),
    }


def test_a_configuration_ahead_of_the_state_leaves_the_record() -> None:
    found = by_address("plan.json")["module.child[0].aws_cloudwatch_log_group.this"]

    assert found.attributes["retention_in_days"] == 7
    assert found.wanted is not None
    assert found.wanted["retention_in_days"] == 14
    assert found.asserted == frozenset({"name", "retention_in_days"})


def test_the_provider_of_a_plan_has_its_alias() -> None:
    assert by_address("plan.json")['aws_sqs_queue.each["a"]'].provider.endswith('hashicorp/aws"].west')


def test_a_refresh_only_plan_desires_what_the_state_recorded() -> None:
    found = by_address("refresh-only.json")

    assert found[QUEUE].attributes["visibility_timeout_seconds"] == 30
    assert found[LOGS].attributes["name"] == "group-1"
    assert formats.parse(fixture("refresh-only.json"), "p").pending == ()


def test_a_plan_without_configuration_does_not_know_the_author() -> None:
    plan = json.loads(fixture("plan.json"))
    del plan["configuration"]
    queue = next(i for i in formats.parse(json.dumps(plan).encode(), "p").instances if str(i.address) == QUEUE)

    assert queue.asserted is None
    assert queue.attributes["visibility_timeout_seconds"] == 30


# version 3

OLD = {
    "version": 3,
    "terraform_version": "0.11.14",
    "serial": 7,
    "lineage": "old",
    "modules": [
        {
            "path": ["root", "net"],
            "outputs": {},
            "resources": {
                "data.aws_region.here": {"type": "aws_region", "primary": {"id": "x", "attributes": {"name": "x"}}},
                "aws_security_group.web.1": {
                    "type": "aws_security_group",
                    "primary": {
                        "id": "sg-1",
                        "attributes": {
                            "id": "sg-1",
                            "name": "web",
                            "revoke_rules_on_delete": "false",
                            "ingress.#": "2",
                            "ingress.2541437006.from_port": "22",
                            "ingress.2541437006.to_port": "22",
                            "ingress.2541437006.protocol": "tcp",
                            "ingress.2541437006.self": "false",
                            "ingress.2541437006.cidr_blocks.#": "11",
                            **{f"ingress.2541437006.cidr_blocks.{i}": f"10.{i}.0.0/16" for i in range(11)},
                            "ingress.999.from_port": "0",
                            "ingress.999.self": "true",
                            "egress.#": "0",
                            "tags.%": "2",
                            "tags.Name": "web",
                            "tags.kubernetes.io/cluster/x.#": "1",
                            "vpc_id": "74D93920-ED26-11E3-AC10-0800200C9A66",
                        },
                        "meta": {"schema_version": "1", "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": {"create": 600}},
                        "tainted": True,
                    },
                    "deposed": [{"id": "sg-0", "attributes": {"id": "sg-0"}}],
                    "provider": "module.net.provider.aws.west",
                },
                "aws_sqs_queue.q": {"type": "aws_sqs_queue", "primary": {"id": "u"}, "provider": "aws.west"},
                "aws_sqs_queue.r": {"type": "aws_sqs_queue", "primary": {"id": "v"}, "provider": ""},
            },
        }
    ],
}


def test_an_old_state_is_read_by_the_schema() -> None:
    state = formats.parse(json.dumps(OLD).encode(), "s")
    group, deposed, *queues = state.instances

    assert (state.serial, state.lineage, state.warnings) == (7, "old", ())
    assert str(group.address) == "module.net.aws_security_group.web[1]"
    assert (group.tainted, deposed.deposed, deposed.attributes["id"]) == (True, "00000001", "sg-0")
    assert group.attributes["ingress"] == [
        {
            "cidr_blocks": [f"10.{i}.0.0/16" for i in range(11)],
            "from_port": 22, "protocol": "tcp", "self": False, "to_port": 22,
        },
        {"from_port": 0, "self": True},
    ]  # fmt: skip
    assert group.attributes["egress"] == []
    assert group.attributes["tags"] == {"Name": "web", "kubernetes.io/cluster/x.#": "1"}
    assert group.attributes["revoke_rules_on_delete"] is False
    assert group.attributes["vpc_id"] is None
    assert [q.provider for q in queues] == ["provider.aws.west", "provider.aws"]
    assert [str(i.address) for i in state.looked_up] == ["module.net.aws_region.here"]


def test_a_count_that_is_none_names_its_place() -> None:
    old = json.loads(json.dumps(OLD))
    old["modules"][0]["resources"]["aws_security_group.web.1"]["primary"]["attributes"]["ingress.#"] = "many"

    with pytest.raises(StateError, match=r"module\.net\.aws_security_group\.web\[1\]: ingress\.# is not a count"):
        formats.parse(json.dumps(old).encode(), "s")


# OpenTofu: version 4


def test_what_opentofu_writes_differently() -> None:
    provider = 'provider["registry.opentofu.org/hashicorp/aws"].by_region["eu-west-1"]'
    instance = {
        "index_key": 'a"b', "schema_version": 0, "provider": provider, "skip_destroy": True,
        "attributes": {"id": "u", "name": "u", "arn": "arn:aws:sqs:eu-west-1:1:u", "huge": 10**40},
        "identity_schema_version": 0, "identity": {"account_id": "1", "region": "eu-west-1"},
    }  # fmt: skip
    resource = {"mode": "managed", "type": "aws_sqs_queue", "name": "q", "instances": [instance]}
    state = formats.parse(json.dumps({"version": 4, "resources": [resource]}).encode(), "s")
    (found,) = state.instances

    assert (found.provider, str(found.address)) == (provider, 'aws_sqs_queue.q["a\\"b"]')
    assert (found.attributes["huge"], found.identity["region"]) == (10**40, "eu-west-1")
    assert len(build([state], [], installed()).resources) == 1


def test_the_identity_tells_where_a_resource_without_an_arn_is() -> None:
    where = {"account_id": "123456789012", "region": "eu-west-3", "url": "u"}
    resource: dict[str, Any] = {"mode": "managed", "type": "aws_sqs_queue", "name": "q", "provider": "provider.aws"}
    resource["instances"] = [{"attributes": {"id": "u", "name": "u"}, "identity": where}]
    state = formats.parse(json.dumps({"version": 4, "resources": [resource]}).encode(), "s")
    (found,) = build([state], [], installed(), account="1", region="us-east-1").resources

    assert (found.key.account, found.key.region) == ("123456789012", "eu-west-3")


def test_numbers_that_no_machine_holds_stay_as_they_are_written() -> None:
    text = b'{"version":4,"resources":[{"mode":"managed","type":"t","name":"n","instances":[{"attributes":%s}]}]}'
    (found,) = formats.parse(text % b'{"a":1e999,"b":%s,"c":0.25}' % (b"9" * 5000), "s").instances

    assert dict(found.attributes) == {"a": "1e999", "b": "9" * 5000, "c": 0.25}


# OpenTofu: encrypted

PLAIN = json.dumps({"version": 4, "serial": 3, "lineage": "l", "terraform_version": "1.10.0", "resources": []}).encode()
PASSPHRASE = "correct horse battery staple"
PBKDF2 = {"salt": base64.b64encode(b"s" * 32).decode(), "iterations": 1000, "hash_function": "sha512", "key_length": 32}


def stretched(passphrase: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", passphrase, b"s" * 32, 1000, 32)


def sealed(key: bytes, meta: dict[str, Any], plain: bytes = PLAIN, aad: bytes | None = None, **envelope: Any) -> bytes:
    data = b"n" * 12 + AESGCM(key).encrypt(b"n" * 12, plain, aad)
    packed = {name: base64.b64encode(json.dumps(value).encode()).decode() for name, value in meta.items()}
    whole = {"serial": 3, "lineage": "l", "meta": packed, "encrypted_data": base64.b64encode(data).decode()}
    return json.dumps({**whole, "encryption_version": "v0", **envelope}).encode()


def config(**providers: Any) -> str:
    named = {name.split("__")[0]: {name.split("__")[1]: body} for name, body in providers.items()}
    last = list(providers)[-1].replace("__", ".")
    return json.dumps(
        {
            "key_provider": named,
            "method": {"aes_gcm": {"m": {"keys": f"${{key_provider.{last}}}"}}},
            "state": {"method": "${method.aes_gcm.m}", "enforced": True},
        }
    )


LOCKED = sealed(stretched(PASSPHRASE.encode()), {"key_provider.pbkdf2.main": PBKDF2})


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_ENCRYPTION", raising=False)


def test_a_passphrase_opens_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_ENCRYPTION", config(pbkdf2__main={"passphrase": PASSPHRASE}))

    assert formats.parse(LOCKED, "s").serial == 3


HCL = f"""
key_provider "pbkdf2" "main" {{
  passphrase               = "{PASSPHRASE}"
  encrypted_metadata_alias = "shared"
}}
method "aes_gcm" "new" {{ keys = key_provider.pbkdf2.main }}
method "unencrypted" "migrate" {{}}
state {{
  method = method.unencrypted.migrate
  fallback {{
    method = method.aes_gcm.new
  }}
}}
"""


def test_hcl_aliases_and_fallbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_ENCRYPTION", HCL)

    assert formats.parse(sealed(stretched(PASSPHRASE.encode()), {"shared": PBKDF2}), "s").lineage == "l"


def test_a_static_key_additional_data_and_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    static = {"key": "6b" * 32}
    monkeypatch.setenv(
        "TF_ENCRYPTION", config(static__root=static, pbkdf2__main={"chain": "${key_provider.static.root}"})
    )
    meta = {"key_provider.static.root": {"magic": "Hello world!"}, "key_provider.pbkdf2.main": PBKDF2}
    assert formats.parse(sealed(stretched(b"k" * 32), meta), "s").serial == 3

    with_aad = json.loads(config(static__root=static))
    with_aad["method"]["aes_gcm"]["m"]["aad"] = [1, 2, 255]
    monkeypatch.setenv("TF_ENCRYPTION", json.dumps(with_aad))
    assert formats.parse(sealed(b"k" * 32, meta, aad=b"\x01\x02\xff"), "s").serial == 3


def test_a_key_kept_by_kms(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        kms = boto3.client("kms", "us-east-1")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        context = {"for": "state"}
        made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
        blob = base64.b64encode(made["CiphertextBlob"]).decode()
        meta = {"key_provider.aws_kms.k": {"ciphertext_blob": blob, "encryption_context": context}}
        data = sealed(made["Plaintext"], meta)
        monkeypatch.setenv("TF_ENCRYPTION", config(aws_kms__k={"kms_key_id": key, "region": "us-east-1"}))
        assert formats.parse(data, "s").serial == 3

        monkeypatch.setenv("TF_ENCRYPTION", config(aws_kms__other={"kms_key_id": key, "region": "us-east-1"}))
        with pytest.raises(StateError, match=r"aes_gcm\.m: .*KMS|kms"):
            formats.parse(data, "s")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Set TF_ENCRYPTION"),
        (config(pbkdf2__main={"passphrase": "not the passphrase at all"}), "another key was used"),
        (config(pbkdf2__main={"passphrase": "${var.passphrase}"}), "is an expression"),
        (config(pbkdf2__main={}), "`passphrase` is missing"),
        (config(static__main={"key": "xyz"}), "not hexadecimal"),
        (config(static__main={"key": "6b"}), "the key has 1 bytes"),
        (config(gcp_kms__main={}), "does not support keys from gcp_kms"),
        (config(pbkdf2__main={"chain": "key_provider.pbkdf2.main"}), "refers to itself"),
        ("{", "neither JSON nor HCL"),
        ("passphrase = correct horse", "neither JSON nor HCL"),
        ("[]", "neither JSON nor HCL"),
        ("{}", "has no method"),
    ],
)
def test_what_keeps_a_state_shut_is_told_and_no_secret_with_it(
    text: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_ENCRYPTION", text)

    with pytest.raises(StateError) as caught:
        formats.parse(LOCKED, "s.tfstate")
    assert says in str(caught.value)
    assert str(caught.value).startswith("s.tfstate: ")
    assert caught.value.hint
    for secret in ("not the passphrase at all", "xyz", "correct horse"):
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("envelope", "says"),
    [
        ({"serial": 4}, "serial or lineage"),
        ({"encrypted_data": "AA=="}, "truncated"),
        ({"encrypted_data": "?"}, "not base64"),
        ({"encryption_version": "v1"}, "newer than this version of drift supports"),
        ({"meta": {}}, "no pbkdf2 metadata"),
        ({"meta": {"key_provider.pbkdf2.main": "?"}}, "damaged"),
        ({"meta": {"key_provider.pbkdf2.main": {**PBKDF2, "iterations": 10**12}}}, "exceed drift's limit"),
    ],
)
def test_a_damaged_envelope(envelope: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_ENCRYPTION", config(pbkdf2__main={"passphrase": PASSPHRASE}))

    with pytest.raises(StateError, match=says):
        formats.parse(json.dumps({**json.loads(LOCKED), **envelope}).encode(), "s")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def lacking(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "cryptography":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setenv("TF_ENCRYPTION", config(pbkdf2__main={"passphrase": PASSPHRASE}))
    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(StateError, match=re.escape(command("tofu"))):
        formats.parse(LOCKED, "s")


def test_the_encryption_block_beside_a_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = 'variable "passphrase" {\n  sensitive = true\n}\nterraform {\n  encryption {\n' + HCL + "  }\n}\n"
    (tmp_path / "main.tf").write_text(block.replace(f'"{PASSPHRASE}"', "var.passphrase").replace('"shared"', "null"))
    (tmp_path / "s.tfstate").write_bytes(LOCKED)
    monkeypatch.setenv("TF_VAR_passphrase", PASSPHRASE)
    (read,), _ = read_states([str(tmp_path / "s.tfstate")], {})
    assert read.serial == 3
    assert formats.parse(LOCKED, "s3://b/k", [tmp_path]).serial == 3
    with pytest.raises(StateError, match="encrypted by OpenTofu"):
        formats.parse(LOCKED, "s3://b/k")
    monkeypatch.setenv("TF_VAR_passphrase", "another s3cret passphrase")
    with pytest.raises(StateError, match="another key was used") as refused:
        formats.parse(LOCKED, "s3://b/k", [tmp_path])
    assert "s3cret" not in str(refused.value)
    monkeypatch.delenv("TF_VAR_passphrase")
    with pytest.raises(StateError, match="`passphrase` is an expression"):
        formats.parse(LOCKED, "s3://b/k", [tmp_path])
    over = json.dumps({"key_provider": {"pbkdf2": {"main": {"passphrase": PASSPHRASE}}}})
    monkeypatch.setenv("TF_ENCRYPTION", over)
    assert formats.parse(LOCKED, "s3://b/k", [tmp_path]).serial == 3  # the variable completes the block


# bad input


def test_an_empty_state_names_the_backup_beside_it(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").touch()
    (tmp_path / "terraform.tfstate.backup").write_text("{}")

    with pytest.raises(StateError, match="the file is empty") as caught:
        formats.parse(b"", str(tmp_path / "terraform.tfstate"))
    assert str(tmp_path / "terraform.tfstate.backup") in caught.value.hint


@pytest.mark.parametrize(
    "wrap",
    [
        gzip.compress,
        lambda data: codecs.BOM_UTF8 + data,
        lambda data: data.decode().encode("utf-16"),
        lambda data: codecs.BOM_UTF16_BE + data.decode().encode("utf-16-be"),
        lambda data: gzip.compress(codecs.BOM_UTF8 + data, mtime=0),
        lambda data: data.replace(b"\n", b"\r\n"),
    ],
)
def test_what_a_state_may_be_wrapped_in(wrap: Callable[[bytes], bytes]) -> None:
    plain = formats.parse(GOOD["v4"], "s")
    read = formats.parse(wrap(GOOD["v4"]), "s")

    assert [(i.address, dict(i.attributes)) for i in read.instances] == [
        (i.address, dict(i.attributes)) for i in plain.instances
    ]


SMALL = b'{"version": 4}'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (gzip.compress(SMALL, mtime=0)[:-9], "and incomplete"),
        (gzip.compress(SMALL, mtime=0)[:10] + b"\xff\xff\xff" + gzip.compress(SMALL, mtime=0)[13:], "damaged"),
        (gzip.compress(gzip.compress(SMALL, mtime=0), mtime=0), "binary"),
        (b"\xfe\xff{", "starts like UTF-16"),
    ],
)
def test_a_damaged_wrapping(data: bytes, says: str) -> None:
    with pytest.raises(StateError, match=says):
        formats.parse(data, "s")


def test_a_gzip_that_would_fill_the_memory_is_refused() -> None:
    deflate = zlib.compressobj(9, wbits=31)
    data = b"".join(deflate.compress(b" " * (16 << 20)) for _ in range(32)) + deflate.flush()

    with pytest.raises(StateError, match="MiB inside"):
        formats.parse(data, "s")


def test_invalid_utf_8_far_into_a_state_names_its_line() -> None:
    data = b'{"x":"' + "é".encode() * 700_000 + b'",\n\n"y":"\xff"}'

    with pytest.raises(StateError, match=f"line 3: invalid UTF-8 at byte {data.index(0xFF)}"):
        formats.parse(data, "s")


GOOD = {
    "show": fixture("show.json"),
    "plan": fixture("plan.json"),
    "v3": json.dumps(OLD).encode(),
    "v4": fixture("tainted.tfstate"),
    "encrypted": LOCKED,
}


@contextlib.contextmanager
def opened() -> Iterator[None]:
    os.environ["TF_ENCRYPTION"] = config(pbkdf2__main={"passphrase": PASSPHRASE})
    try:
        yield
    finally:
        del os.environ["TF_ENCRYPTION"]


def parses_or_says_why(data: bytes) -> None:
    """Parse, and look at everything: nothing but a StateError may come out, and no secret with it."""
    said = ""
    try:
        with opened():
            parsed = formats.parse(data, "fuzzed")
        build([parsed], [], installed(), account="1", region="r")
    except StateError as error:
        said = str(error)
    assert "s3cr3t-of-a-fixture" not in said
    assert PASSPHRASE not in said


quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("name", list(GOOD))
@quick
@given(st.data())
def test_any_damage_parses_or_says_why(name: str, data: st.DataObject) -> None:
    good = GOOD[name]
    at, length = data.draw(st.integers(0, len(good) - 1)), data.draw(st.integers(0, 60))
    parses_or_says_why(good[:at] + data.draw(st.binary(max_size=8)) + good[at + length :])


@pytest.mark.parametrize("name", list(GOOD))
@quick
@given(st.data())
def test_any_value_anywhere_parses_or_says_why(name: str, data: st.DataObject) -> None:
    tree = json.loads(GOOD[name])
    here = tree
    while isinstance(here, dict | list) and here:
        step = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[step], dict | list) or not here[step] or data.draw(st.integers(0, 3)) == 0:
            here[step] = data.draw(json_values)
            break
        here = here[step]
    parses_or_says_why(json.dumps(tree).encode())
