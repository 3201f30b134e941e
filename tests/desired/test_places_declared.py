"""Where the state is as a configuration says, Terraform's, OpenTofu's or Terragrunt's, without any of them having run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote_plus

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.desired import declared, directory, terragrunt
from drift.desired.backends import Backends
from drift.desired.backends.url import build, parse, scrubbed, shown
from drift.desired.load import read_states
from drift.desired.state.tofu import configuration
from drift.errors import DriftError, StateError, UsageError
from tests.cli.test_cli import TAMPERED, drift
from tests.desired.test_state import queue, state
from tests.support.places import failure, names, put, resolved
from tests.support.world import FAKE, REGION, moto_server


@pytest.fixture(autouse=True)
def _bare(nothing_selected: None) -> None:
    """Every test starts with an environment that selects nothing."""


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


S3 = 'terraform {\n  backend "s3" {\n    bucket = "states"\n    key    = "net/terraform.tfstate"\n    region = "eu-west-1"\n  }\n}\n'


def test_the_backend_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, main__tf=S3)

    assert directory.place_of(tmp_path) == "s3://states/net/terraform.tfstate?region=eu-west-1"
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    assert directory.place_of(tmp_path) == "s3://states/env:/blue/net/terraform.tfstate?region=eu-west-1"
    monkeypatch.delenv("TF_WORKSPACE")
    resolved(tmp_path, "s3", bucket="other", key="k")
    assert directory.place_of(tmp_path) == "s3://other/k"  # what `terraform init` resolved counts


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('terraform {\n backend "gcs" {\n bucket = "b"\n prefix = "a/b"\n }\n}', "gs://b/a/b/default.tfstate"),
        ('terraform {\n backend "azurerm" {\n storage_account_name = "a"\n container_name = "c"\n key = "k"\n use_azuread_auth = true\n }\n}', "azurerm://a/c/k"),
        ('terraform {\n cloud {\n organization = "acme"\n workspaces {\n name = "prod"\n }\n }\n}', "tfc://acme/prod"),
        ('terraform {\n backend "remote" {\n organization = "acme"\n hostname = "tfe.acme.com"\n workspaces {\n name = "prod"\n }\n }\n}', "tfc://acme/prod?hostname=tfe.acme.com"),
        ('terraform {\n backend "s3" {\n bucket = "b"\n key = "k"\n assume_role = {\n role_arn = "arn:x"\n }\n endpoints = { s3 = "http://minio" }\n }\n}', "s3://b/k?endpoint=http%3A%2F%2Fminio&role_arn=arn%3Ax"),
    ],
)  # fmt: skip
def test_every_backends_block(text: str, place: str, tmp_path: Path) -> None:
    assert directory.place_of(write(tmp_path, main__tf=text)) == place


def test_json_overrides_and_opentofus_files(tmp_path: Path) -> None:
    block = {"terraform": {"backend": {"s3": {"bucket": "json", "key": "k"}}}}
    write(tmp_path, backend__tf__json=json.dumps(block))
    assert directory.place_of(tmp_path) == "s3://json/k"
    write(tmp_path, backend_override__tf='terraform {\n  backend "local" {\n    path = "x.tfstate"\n  }\n}\n')
    assert directory.place_of(tmp_path) == str(tmp_path / "x.tfstate")
    (tmp_path / "backend_override.tofu").write_text(S3)
    assert directory.place_of(tmp_path).startswith("s3://states/")


def test_opentofus_variables_and_locals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        main__tf='variable "env" {}\nlocals {\n  key = "${var.env}/x"\n}\nterraform {\n  backend "s3" {\n    bucket = "b-${var.env}"\n    key = local.key\n  }\n}\n',
    )
    with pytest.raises(StateError, match=r"main.tf:6: .*cannot be evaluated without running Terraform"):
        directory.place_of(tmp_path)
    write(tmp_path, terraform__tfvars='env = "prod"\n')
    assert directory.place_of(tmp_path) == "s3://b-prod/prod/x"
    monkeypatch.setenv("TF_VAR_env", "test")
    assert directory.place_of(tmp_path) == "s3://b-prod/prod/x"


def test_what_says_nothing_of_the_place_may_be_unknown(tmp_path: Path) -> None:
    write(
        tmp_path, main__tf=S3.replace("region = ", "encrypt = var.x\n    kms_key_id = aws_kms_key.k.arn\n    region = ")
    )

    assert directory.place_of(tmp_path) == "s3://states/net/terraform.tfstate?region=eu-west-1"
    write(tmp_path, main__tf=S3.replace('"eu-west-1"', "var.x"))
    with pytest.raises(StateError, match="'region' cannot be evaluated without running Terraform"):
        directory.place_of(tmp_path)
    write(tmp_path, more__tfbackend="region = var.x\n")
    with pytest.raises(UsageError, match="'region' is not a literal value"):
        directory.place_of(tmp_path, [str(tmp_path / "more.tfbackend")])


def test_partial_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, main__tf='terraform {\n  backend "s3" {\n    region = "eu-west-1"\n  }\n}\n')
    (tmp_path / "prod.s3.tfbackend").write_text(
        'bucket = "states"\nkey = "prod"\nassume_role = { role_arn = "arn:x" }\n'
    )

    with pytest.raises(StateError, match="its backend 's3' has no 'bucket'") as refused:
        directory.place_of(tmp_path)
    assert "--backend-config bucket=" in refused.value.hint
    file = str(tmp_path / "prod.s3.tfbackend")
    given = parse(directory.place_of(tmp_path, [file, "key=other", "region=us-east-1"]))
    assert (given.host, given.path) == ("states", "other")
    assert given.query == {"region": "us-east-1", "role_arn": "arn:x"}
    monkeypatch.setenv("TF_CLI_ARGS_init", f"-backend-config='{file}' -backend-config=key=env -upgrade")
    assert parse(directory.place_of(tmp_path)).path == "env"
    assert parse(directory.place_of(tmp_path, ["key=line"])).path == "line"
    with pytest.raises(UsageError, match="cannot be read"):
        directory.place_of(tmp_path, ["no-such-file"])
    with pytest.raises(UsageError, match="no backend block"):
        directory.place_of(write(tmp_path / "empty"), ["key=x"])


def test_backend_config_on_the_command_line(tmp_path: Path) -> None:
    put(tmp_path / "kept/x.tfstate", "x")
    write(tmp_path, main__tf='terraform {\n  backend "local" {\n  }\n}\n')
    asked = ("graph", "--side", "desired", "--format", "json", "--no-config")
    found = drift(
        "check",
        "--replay",
        TAMPERED / "clean.jsonl",
        "--backend-config",
        "path=kept/x.tfstate",
        "--no-config",
        cwd=tmp_path,
    )

    assert "kept/x.tfstate" in found.stdout + found.stderr
    both = drift(*asked, "--backend-config", "path=x", "--state", "y", cwd=tmp_path)
    assert both.returncode == 2
    assert "Give only one of them" in both.stderr


def test_a_state_that_could_not_be_saved_is_told(tmp_path: Path) -> None:
    put(tmp_path / "a/terraform.tfstate", "older")
    put(tmp_path / "a/errored.tfstate", "newer")

    read, (untold,) = read_states([str(tmp_path)], Backends())
    assert [s.source for s in read] == [str(tmp_path / "a/terraform.tfstate")]
    assert "could not save its state" in untold.message
    assert names(str(tmp_path / "a/errored.tfstate")) == ["newer"]


def test_a_terraform_block_that_cannot_be_parsed_is_no_local_state(tmp_path: Path) -> None:
    write(tmp_path, main__tf=S3.replace('"states"', '"states'))

    with pytest.raises(StateError, match=r"main.tf:\d+: not read"):
        directory.place_of(tmp_path)


def test_a_directory_of_directories_that_nobody_initialised(tmp_path: Path) -> None:
    put(tmp_path / "kept/x.tfstate", "x")
    write(tmp_path / "a", main__tf='terraform {\n  backend "local" {\n    path = "../kept/x.tfstate"\n  }\n}\n')
    write(tmp_path / "b", main__tf='terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}\n')
    write(tmp_path / "module", main__tf='variable "x" {}\n')

    assert names(str(tmp_path), failing=True) == ["x"]
    (tmp_path / "kept/x.tfstate").unlink()
    untold = failure(str(tmp_path))
    assert "b/main.tf:2: its backend 's3' has no 'key'" in untold.message


# --- Terragrunt

ROOT = """
locals {
  account = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals.account
}
remote_state {
  backend = "s3"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    bucket = "states-${local.account}-${get_env("STAGE", "none")}"
    key    = "${path_relative_to_include()}/terraform.tfstate"
    region = "eu-west-1"
  }
}
"""
CHILD = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\nterraform {\n  source = "git::ssh://example.com/x"\n}\n'


def test_the_remote_state_of_a_terragrunt_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, root__hcl=ROOT)
    write(tmp_path / "prod", account__hcl='locals {\n  account = "123"\n}\n')
    unit = write(tmp_path / "prod/eu/vpc", terragrunt__hcl=CHILD)

    assert directory.place_of(unit) == "s3://states-123-none/prod/eu/vpc/terraform.tfstate?region=eu-west-1"
    monkeypatch.setenv("STAGE", "live")
    assert directory.place_of(unit).startswith("s3://states-123-live/prod/eu/vpc/")


def test_a_backend_that_terragrunt_generates(tmp_path: Path) -> None:
    generate = 'generate "backend" {\n  path = "backend.tf"\n  if_exists = "overwrite"\n  contents = <<EOF\nterraform {\n  backend "gcs" {\n    bucket = "b"\n    prefix = "${path_relative_to_include()}"\n  }\n}\nEOF\n}\n'
    write(tmp_path, terragrunt__hcl=generate)
    unit = write(tmp_path / "app/db", terragrunt__hcl="include {\n  path = find_in_parent_folders()\n}\n")

    assert directory.place_of(unit) == "gs://b/app/db/default.tfstate"
    assert directory.declared_in(tmp_path) == ""  # nothing is deployed from the root


def test_what_the_child_says_counts_and_files_may_be_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, root__hcl=ROOT, common__yaml="bucket: from-yaml\n")
    own = 'locals {\n  c = yamldecode(file(find_in_parent_folders("common.yaml")))\n}\nremote_state {\n  backend = "s3"\n  config = {\n    bucket = local.c.bucket\n    key = "${get_path_from_repo_root()}/x"\n  }\n}\n'
    unit = write(tmp_path / "a/b", terragrunt__hcl=CHILD + own)

    assert directory.place_of(unit) == "s3://from-yaml/a/b/x"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("get_aws_account_id()", r"get_aws_account_id\(\) is known only when Terragrunt runs"),
        ('run_cmd("date")', r"run_cmd\(\) is known only"),
        ('find_in_parent_folders("no.hcl")', "no parent directory contains no.hcl"),
        ('get_env("NO_SUCH_VARIABLE_SET")', "the environment variable NO_SUCH"),
        ("dependency.vpc.outputs.name", "bucket is unknown without running Terragrunt"),
        ("local.round", "bucket is unknown"),
        ("null", "its backend 's3' has no 'bucket'"),
        ('file("/etc/hostname")', "bucket is unknown"),
    ],
)
def test_what_only_terragrunt_knows_is_told_and_never_guessed(expression: str, why: str, tmp_path: Path) -> None:
    text = f'locals {{\n  round = local.other\n  other = local.round\n}}\nremote_state {{\n  backend = "s3"\n  config = {{\n    bucket = {expression}\n    key = "k"\n  }}\n}}\n'
    unit = write(tmp_path / "unit", terragrunt__hcl=text, main__tf="")

    with pytest.raises(StateError, match=why) as refused:
        directory.place_of(unit)
    assert "terragrunt state pull" in refused.value.hint


def test_the_cache_of_a_unit_says_where_its_state_is(tmp_path: Path) -> None:
    put(tmp_path / "kept/old.tfstate", "old")
    put(tmp_path / "kept/new.tfstate", "new")
    unit = write(tmp_path / "unit", terragrunt__hcl='terraform {\n  source = get_env("X")\n}\n')
    for age, name in enumerate(("new", "old")):
        inside = unit / f".terragrunt-cache/{name}/hash/module"
        resolved(inside, "local", path=str(tmp_path / f"kept/{name}.tfstate"))
        write(inside, main__tf='terraform {\n  backend "s3" {}\n}\n', terragrunt__hcl="garbage {")
        os.utime(inside / ".terraform/terraform.tfstate", (1e9 - age, 1e9 - age))

    assert names(directory.place_of(unit)) == ["new"]
    assert names(str(unit)) == ["new"]
    assert sorted(names(str(tmp_path))) == ["new", "old"]  # the other stands beside it


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ('"no-such-file.hcl"', "no-such-file.hcl:1 cannot be read"),
        ('run_cmd("x")', "the included file is unknown"),
        ('"x\\u0000y"', "."),
    ],
)
def test_an_include_that_leads_nowhere_hides_nothing(path: str, why: str, tmp_path: Path) -> None:
    unit = write(tmp_path / "unit", terragrunt__hcl=f"include {{\n  path = {path}\n}}\n")

    with pytest.raises(StateError, match=why):
        directory.place_of(unit)
    assert failure(str(tmp_path)).source.endswith("terragrunt.hcl:1")


@pytest.mark.terraform
def test_the_block_says_what_terraform_init_resolves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    for name, value in FAKE.items():
        monkeypatch.setenv(name, value)
    with moto_server() as url:
        client = boto3.client("s3", region_name=REGION, endpoint_url=url)
        client.create_bucket(Bucket="states")
        given = ["bucket=states", "key=net/x.tfstate", str(tmp_path / "more.tfbackend")]
        (tmp_path / "more.tfbackend").write_text(
            f'endpoints = {{ s3 = "{url}", sts = "{url}" }}\nuse_path_style = true\n'
        )
        checks = (
            "credentials_validation",
            "region_validation",
            "requesting_account_id",
            "metadata_api_check",
            "s3_checksum",
        )
        skipped = "".join(f"    skip_{name} = true\n" for name in checks)
        write(tmp_path, main__tf=f'terraform {{\n  backend "s3" {{\n    region = "us-east-1"\n{skipped}  }}\n}}\n')
        expected = directory.place_of(tmp_path, given)
        options = [f"-backend-config={value}" for value in given]
        done = subprocess.run(
            ["terraform", "init", "-input=false", "-no-color", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert parse(directory.place_of(tmp_path)) == parse(expected)
        client.put_object(Bucket="states", Key="net/x.tfstate", Body=state(queue("x")))
        assert names(expected) == ["x"]


WORDS = st.sampled_from(
    ["terraform", "backend", "cloud", "remote_state", "generate", "include", "locals", "encryption", '"s3"', "{", "}", "{}", "[", "]", "=",
     "\n", "path", "config", "bucket", "key", "contents", '"${', "local.x", '}"', "find_in_parent_folders()", "get_env(", ")", "null",
     "path_relative_to_include()", "read_terragrunt_config(", "<<EOF\n", "EOF\n", "var.x", "1e999", '"x"', "workspaces"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=80))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_configuration_says_where_the_state_is_or_why_not(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    unit = tmp_path_factory.mktemp("any") / "unit"
    unit.mkdir()
    for file in (unit / "main.tf", unit / "terragrunt.hcl", unit.parent / "root.hcl"):
        file.write_text(text, encoding="utf-8", errors="replace")
    for ask in (
        lambda: directory.declared_in(unit),
        lambda: terragrunt.backend(unit / "terragrunt.hcl"),
        lambda: configuration(text, "s", [unit]),
        lambda: declared.given_by([str(unit / "main.tf")]),
    ):
        with contextlib.suppress(DriftError):
            ask()


SECRETS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=6, max_size=30)


@given(
    st.sampled_from(
        ["s3://b/k", "gs://b/k", "azurerm://a/c/k", "https://h/p", "tfc://o/w", "consul://h/p", "k8s://n/s", "pg://h/d"]
    ),
    st.sampled_from(["access_key", "sas_token", "credentials", "token", "sse_customer_key", "password", "anything"]),
    SECRETS,
)
def test_no_secret_of_an_address_is_shown(where: str, name: str, secret: str) -> None:
    scheme, _, rest = where.partition("://")
    place = build(scheme, rest, {name: secret, "region": "eu-west-1"})
    said = f"{place} refused: {secret} is wrong, and so is {quote_plus(secret)}"

    assert secret not in shown(place).removesuffix("region=eu-west-1").replace("eu-west-1", "")
    assert secret not in scrubbed(said, place)


BLOCK = 'terraform {\n  backend "s3" {\n    bucket = "b"\n    key = "%s"\n  }\n}\n'


@pytest.mark.parametrize(
    ("text", "init", "says"),
    [
        (BLOCK % "k", "", ""),
        (BLOCK % "new", "", "main.tf:2: key of the backend is not what `terraform init` found"),
        (BLOCK % "new", "-backend-config=key=k", ""),
        (BLOCK.replace('"%s"', "var.key"), "", ""),
        ('terraform {\n  backend "s3" {}\n}\n', "", ""),
        ('terraform {\n  backend "gcs" {\n    bucket = "b"\n  }\n}\n', "", "the backend is 'gcs'"),
        ('terraform {\n  cloud {\n    organization = "o"\n  }\n}\n', "", "the backend is 'cloud'"),
        ("terraform {}\n", "", "there is no backend block any more"),
        ('terraform {\n  backend "s3" {\n', "", ""),
    ],
)
def test_a_block_that_was_changed_since_init_is_told(
    text: str, init: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_ARGS_init", init)
    (tmp_path / "main.tf").write_text(text)
    assert directory.changed_since_init(tmp_path) == "", "init was not run"
    resolved(tmp_path, "s3", bucket="b", key="k", region=None)
    said = directory.changed_since_init(tmp_path)
    assert says in said
    assert bool(said) is bool(says)
