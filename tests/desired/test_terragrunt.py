"""The state of a Terragrunt unit: which block counts, in which syntax, and what of it has to be known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.desired import directory
from drift.desired.hcl.inputs import Given
from drift.errors import StateError
from tests.support.places import failure, names, put, resolved


@pytest.fixture(autouse=True)
def _bare(nothing_selected: None) -> None:
    """Every test starts with an environment that selects nothing."""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def state(bucket: str, key: str = '"k"', more: str = "") -> str:
    return f'remote_state {{\n  backend = "s3"\n  config = {{\n    bucket = {bucket}\n    key = {key}\n{more}  }}\n}}\n'


def include(label: str, file: str, more: str = "") -> str:
    return f'include "{label}" {{\n  path = find_in_parent_folders("{file}")\n{more}}}\n'


UNIT = 'terraform {\n  source = "git::ssh://example.com/x"\n}\n'
FILES = {"a.hcl": state('"a"'), "b.hcl": state('"b"'), "plain.hcl": "locals {\n  x = 1\n}\n"}


@pytest.mark.parametrize(
    ("unit", "bucket"),
    [
        (include("a", "a.hcl") + include("b", "b.hcl"), "b"),
        (include("b", "b.hcl") + include("a", "a.hcl"), "a"),
        (include("a", "a.hcl") + include("b", "b.hcl", '  merge_strategy = "no_merge"\n'), "a"),
        (include("a", "a.hcl", '  merge_strategy = "deep"\n') + include("p", "plain.hcl"), "a"),
        (include("b", "b.hcl", '  merge_strategy = "shallow"\n  expose = true\n'), "b"),
        (include("a", "a.hcl") + include("b", "b.hcl") + state('"own"'), "own"),
    ],
)
def test_the_bottom_most_include_that_merges_counts(tmp_path: Path, unit: str, bucket: str) -> None:
    write(tmp_path, {**FILES, "prod/vpc/terragrunt.hcl": UNIT + unit})
    assert directory.place_of(tmp_path / "prod/vpc") == f"s3://{bucket}/k"


def test_generated_backends_count_by_label(tmp_path: Path) -> None:
    def generate(label: str, bucket: str) -> str:
        text = f'terraform {{\n  backend "s3" {{\n    bucket = "{bucket}"\n    key = "k"\n  }}\n}}'
        return f'generate "{label}" {{\n  path = "backend.tf"\n  if_exists = "overwrite"\n  contents = <<EOF\n{text}\nEOF\n}}\n'

    files = {"a.hcl": generate("backend", "a"), "b.hcl": generate("backend", "b")}
    unit = UNIT + include("a", "a.hcl") + include("b", "b.hcl")
    write(tmp_path, {**files, "prod/vpc/terragrunt.hcl": unit})
    assert directory.place_of(tmp_path / "prod/vpc") == "s3://b/k"
    write(
        tmp_path, {"prod/vpc/terragrunt.hcl": unit + 'generate "backend" {\n  path = "x"\n  contents = "# none"\n}\n'}
    )
    with pytest.raises(StateError, match="only the module that it deploys"):
        directory.place_of(tmp_path / "prod/vpc")  # the unit's own block replaces it
    write(
        tmp_path,
        {
            "prod/vpc/terragrunt.hcl": unit
            + 'generate "backend" {\n  path = "x"\n  disable = true\n  contents = ""\n}\n'
        },
    )
    with pytest.raises(StateError, match="only the module that it deploys"):
        directory.place_of(tmp_path / "prod/vpc")


def cached(unit: Path, **config: str) -> None:
    inside = unit / ".terragrunt-cache/hash/hash"
    inside.mkdir(parents=True)
    resolved(inside, "s3", **config)


def test_what_the_unit_says_counts_before_what_init_left_in_its_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terragrunt runs `init` again where they differ: the cache may be of another environment, or of another day."""
    write(tmp_path, {"u/terragrunt.hcl": UNIT + state('"st-${get_env("STAGE", "dev")}"')})
    cached(tmp_path / "u", bucket="st-prod", key="k")
    assert directory.place_of(tmp_path / "u") == "s3://st-dev/k"
    monkeypatch.setenv("STAGE", "prod")
    assert directory.place_of(tmp_path / "u") == "s3://st-prod/k"
    (tmp_path / "u/.terragrunt-cache/hash/hash/.terraform/environment").write_text("blue")
    assert directory.place_of(tmp_path / "u") == "s3://st-prod/env:/blue/k", "the workspace that was selected there"
    write(tmp_path, {"u/terragrunt.hcl": UNIT + state("dependency.x.outputs.y")})
    assert directory.place_of(tmp_path / "u") == "s3://st-prod/env:/blue/k", "nothing better is known"


def test_a_relative_local_state_is_where_terragrunt_runs(tmp_path: Path) -> None:
    local = 'remote_state {\n  backend = "local"\n  config = {\n    path = "x.tfstate"\n  }\n}\n'
    write(tmp_path, {"u/terragrunt.hcl": UNIT + local})
    inside = tmp_path / "u/.terragrunt-cache/a/b"
    inside.mkdir(parents=True)
    resolved(inside, "local", path="x.tfstate")
    assert directory.place_of(tmp_path / "u") == str(inside / "x.tfstate")


def test_terragrunts_arguments_complete_and_correct_the_backend_of_the_module(tmp_path: Path) -> None:
    write(tmp_path, {"u/terragrunt.hcl": state('"b"'), "u/main.tf": 'terraform {\n  backend "s3" {}\n}\n'})
    assert directory.place_of(tmp_path / "u") == "s3://b/k"
    write(tmp_path, {"u/main.tf": 'terraform {\n  backend "s3" {\n    bucket = "x"\n    key = "k"\n  }\n}\n'})
    assert directory.place_of(tmp_path / "u") == "s3://b/k"


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ('locals {\n  b = "s3"\n}\n' + state('"b"').replace('"s3"', "local.b"), "s3://b/k"),
        ('remote_state = {\n  backend = "s3"\n  config = { bucket = "b", key = "k" }\n}\n', "s3://b/k"),
        (state('try(read_terragrunt_config("no.hcl").locals.b, "fallback")'), "s3://fallback/k"),
        (state('read_terragrunt_config("no.hcl", { locals = { b = "given" } }).locals.b'), "s3://given/k"),
        (state('try(find_in_parent_folders("no.yaml"), "none")'), "s3://none/k"),
        (state('"b"').replace('"s3"', 'run_cmd("x")'), "`remote_state`: backend is unknown"),
        (
            'generate "backend" {\n  path = "b.tf"\n  contents = "backend \\"s3\\" { bucket = \\"${run_cmd("x")}\\" }"\n}\n',
            "`generate`: contents is unknown",
        ),
        ('generate "provider" {\n  path = "p.tf"\n  contents = run_cmd("x")\n}\n' + state('"b"'), "s3://b/k"),
        ("", "only the module that it deploys"),
        ('remote_state {\n  backend = "s3"\n', "terragrunt.hcl:4 cannot be read"),
    ],
)
def test_what_says_the_place_is_read_or_missed(tmp_path: Path, unit: str, said: str) -> None:
    """A place that cannot be told is never the file beside the unit."""
    write(tmp_path, {"terragrunt.hcl": UNIT + unit})
    put(tmp_path / "terraform.tfstate", "another")
    if said.startswith("s3:"):
        assert directory.place_of(tmp_path) == said
        return
    with pytest.raises(StateError, match=said) as told:
        directory.place_of(tmp_path)
    assert "terragrunt" in told.value.hint


@pytest.mark.parametrize(
    ("prefix", "name"), [("./x", "x/"), ("a//b/", "a/b/"), ("", ""), ("a/../b", "b/"), (".x", ".x/")]
)
def test_a_prefix_in_cloud_storage_is_joined_as_terraform_joins_it(tmp_path: Path, prefix: str, name: str) -> None:
    unit = f'remote_state {{\n  backend = "gcs"\n  config = {{\n    bucket = "b"\n    prefix = "{prefix}"\n  }}\n}}\n'
    write(tmp_path, {"terragrunt.hcl": UNIT + unit})
    assert directory.place_of(tmp_path) == f"gs://b/{name}default.tfstate"


@pytest.mark.parametrize(
    "argument",
    [
        "kms_key_id",
        "s3_bucket_tags",
        "encrypt",
        "dynamodb_table",
        "acl",
        "accesslogging_bucket_name",
        "bucket_sse_kms_key_id",
    ],
)
def test_arguments_that_say_nothing_of_the_place_may_be_unknown(tmp_path: Path, argument: str) -> None:
    more = f"    {argument} = dependency.kms.outputs.thing\n    tags = {{ Account = get_aws_account_id() }}\n"
    write(tmp_path, {"terragrunt.hcl": UNIT + state('"b"', more=more)})
    assert directory.place_of(tmp_path) == "s3://b/k"


@pytest.mark.parametrize("argument", ["bucket", "key", "role_arn", "workspace_key_prefix"])
def test_arguments_that_say_the_place_may_not(tmp_path: Path, argument: str) -> None:
    config = {"bucket": '"b"', "key": '"k"', argument: "dependency.x.outputs.y"}
    lines = "".join(f"    {name} = {value}\n" for name, value in config.items())
    write(tmp_path, {"terragrunt.hcl": UNIT + f'remote_state {{\n  backend = "s3"\n  config = {{\n{lines}  }}\n}}\n'})
    with pytest.raises(StateError, match=f"{argument} is unknown"):
        directory.place_of(tmp_path)


def test_a_unit_in_json(tmp_path: Path) -> None:
    own = {
        "terraform": {"source": "git::ssh://example.com/x"},
        "include": {"root": {"path": '${find_in_parent_folders("root.hcl")}'}},
        "locals": {"x": "y"},
    }
    write(tmp_path, {"root.hcl": state('"b"', '"${path_relative_to_include()}/x"')})
    write(tmp_path, {"prod/vpc/terragrunt.hcl.json": json.dumps(own)})
    assert directory.place_of(tmp_path / "prod/vpc") == "s3://b/prod/vpc/x"
    own["remote_state"] = {"backend": "s3", "config": {"bucket": "own-${local.x}", "key": "k"}}
    write(tmp_path, {"prod/vpc/terragrunt.hcl.json": json.dumps(own)})
    assert directory.place_of(tmp_path / "prod/vpc") == "s3://own-y/k"
    write(tmp_path, {"prod/vpc/terragrunt.hcl": UNIT + state('"native"')})
    assert directory.place_of(tmp_path / "prod/vpc") == "s3://native/k", "the native file comes first"


def test_a_unit_with_files_of_opentofu_alone(tmp_path: Path) -> None:
    write(tmp_path, {"u/terragrunt.hcl": state('"b"'), "u/main.tofu": 'resource "aws_vpc" "x" {}\n'})
    assert directory.place_of(tmp_path / "u") == "s3://b/k"


def test_features_and_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feature = 'feature "stage" {\n  default = "dev"\n}\n'
    unit = UNIT + feature + state('"b-${feature.stage.value}"', '"${values.env}/x"')
    write(tmp_path, {"u/terragrunt.hcl": unit, "u/terragrunt.values.hcl": 'env = "prod"\nname = "x"\n'})
    assert directory.place_of(tmp_path / "u") == "s3://b-dev/prod/x"
    monkeypatch.setenv("TG_FEATURE", "stage=live")
    with pytest.raises(StateError, match="bucket is unknown"):
        directory.place_of(tmp_path / "u")


def test_the_units_of_a_stack(tmp_path: Path) -> None:
    stack = 'unit "vpc" {\n  source = "../units/vpc"\n  path = "vpc"\n}\n'
    write(tmp_path, {"live/terragrunt.stack.hcl": stack})
    with pytest.raises(StateError, match="stack without generated units") as told:
        directory.place_of(tmp_path / "live")
    assert "terragrunt stack generate" in told.value.hint
    assert "stack without generated units" in failure(str(tmp_path)).message
    unit = (
        'remote_state {\n  backend = "local"\n  config = {\n    path = "${get_terragrunt_dir()}/x.tfstate"\n  }\n}\n'
        + UNIT
    )
    write(tmp_path, {"live/.terragrunt-stack/vpc/terragrunt.hcl": unit})
    put(tmp_path / "live/.terragrunt-stack/vpc/x.tfstate", "of-the-stack")
    assert names(str(tmp_path)) == ["of-the-stack"]


@pytest.mark.parametrize(
    "bucket",
    [
        'file("/etc/hostname")',
        'file(find_in_parent_folders("secret"))',
        'file("../../../outside.yaml")',
        'read_terragrunt_config("../../../outside.hcl").locals.x',
        'get_env("AWS_SECRET_ACCESS_KEY")',
        'get_env("CI_JOB_TOKEN", "x")',
    ],
)
def test_a_unit_reads_its_repository_alone(tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    monkeypatch.setenv("CI_JOB_TOKEN", "canary")
    files = {
        "secret": "canary",
        "outside.yaml": "canary",
        "outside.hcl": 'locals {\n  x = "canary"\n}\n',
        "r/.git/HEAD": "",
    }
    write(tmp_path, {**files, "r/a/b/terragrunt.hcl": UNIT + state(bucket)})
    with pytest.raises(StateError) as told:
        directory.place_of(tmp_path / "r/a/b")
    assert "canary" not in str(told.value)


# --- OpenTofu's early evaluation ---------------------------------------------------------------------------------

EARLY = 'variable "env" {\n  default = "dev"\n}\nterraform {\n  backend "s3" {\n    bucket = "b"\n    key = "${var.env}/x"\n  }\n}\n'


def test_variables_of_the_command_line_say_which_state(tmp_path: Path) -> None:
    write(tmp_path, {"main.tofu": EARLY, "prod.tfvars": 'env = "prod"\n'})
    assert directory.place_of(tmp_path) == "s3://b/dev/x"
    assert directory.place_of(tmp_path, variables=Given(("env=prod",))) == "s3://b/prod/x"
    assert directory.place_of(tmp_path, variables=Given((), (tmp_path / "prod.tfvars",))) == "s3://b/prod/x"
    resolved(tmp_path, "s3", bucket="b", key="dev/x")
    assert directory.place_of(tmp_path) == "s3://b/dev/x"
    assert directory.place_of(tmp_path, variables=Given(("env=prod",))) == "s3://b/prod/x", "init ran for another"


def test_variables_of_the_environment_say_which_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"main.tofu": EARLY})
    resolved(tmp_path, "s3", bucket="b", key="stage/x")
    assert directory.place_of(tmp_path) == "s3://b/stage/x", "init was given what nobody says now"
    monkeypatch.setenv("TF_VAR_other", "x")
    assert directory.place_of(tmp_path) == "s3://b/stage/x"
    monkeypatch.setenv("TF_VAR_env", "prod")
    assert directory.place_of(tmp_path) == "s3://b/prod/x"


def test_what_init_resolved_counts_where_nothing_is_evaluated(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": EARLY.replace("${var.env}", "fixed")})
    resolved(tmp_path, "s3", bucket="b", key="resolved")
    assert directory.place_of(tmp_path, variables=Given(("env=prod",))) == "s3://b/resolved"
