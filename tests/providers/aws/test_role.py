"""The policies that drift needs: small enough, reading alone, without the content of secrets; and a role that few take on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.errors import UsageError
from drift.provider.contract import Grant
from drift.provider.describe import actions
from drift.provider.installed import installed
from drift.providers.aws.policy.actions import expand, level
from drift.providers.aws.role import documents, files, trust_of

CATALOG = installed()
EVERY = actions(CATALOG, CATALOG, secrets=True)
PLAIN = actions(CATALOG, CATALOG)
READS = {"List", "Read"}
ALSO = {"iam:generateservicelastaccesseddetails", "iam:generatecredentialreport"}
"""Actions that the Service Authorization Reference gives the level Read."""


def grant(*, secrets: bool = False, **more: Any) -> Grant:
    return Grant(actions=EVERY if secrets else PLAIN, secrets=secrets, **more)


def allowed(found: list[Any]) -> list[str]:
    return [a for d in found for s in d["Statement"] if s["Effect"] == "Allow" for a in s["Action"]]


@pytest.mark.parametrize("wildcards", [False, True])
@pytest.mark.parametrize("secrets", [False, True])
def test_each_policy_fits_and_a_role_takes_them_all(wildcards: bool, secrets: bool) -> None:
    found = documents(grant(secrets=secrets, wildcards=wildcards))

    assert 1 <= len(found) <= 10
    assert all(len(re.sub(r"\s", "", json.dumps(d))) <= 6144 for d in found)


def test_nothing_is_lost_between_the_policies() -> None:
    assert set(EVERY) <= set(allowed(documents(grant(secrets=True))))


def test_a_pattern_allows_all_that_it_stands_for() -> None:
    patterns = allowed(documents(grant(wildcards=True, secrets=True)))
    meant = {a for p in patterns for a in expand(p)}

    assert {a.lower() for a in EVERY} <= meant
    assert len(documents(grant(wildcards=True))) < len(documents(grant()))


@pytest.mark.parametrize("wildcards", [False, True])
def test_nothing_writes(wildcards: bool) -> None:
    meant = {a for p in allowed(documents(grant(wildcards=wildcards))) for a in expand(p)}
    strange = {a: level(a) for a in meant - ALSO if level(a) not in READS}

    assert {a for a, one in strange.items() if one != "unknown"} == set()


@pytest.mark.parametrize("wildcards", [False, True])
def test_the_content_of_secrets_is_left_out_unless_asked_for(wildcards: bool) -> None:
    without, having = (documents(grant(wildcards=wildcards, secrets=s)) for s in (False, True))

    assert "secretsmanager:getsecretvalue" not in {a for p in allowed(without) for a in expand(p)}
    assert "secretsmanager:GetSecretValue" in allowed(having)
    denied = [s for d in without for s in d["Statement"] if s["Effect"] == "Deny"]
    assert [s["Action"] for s in denied] == ["kms:Decrypt"]
    assert denied[0]["Condition"]["StringLike"]["kms:ViaService"] == [
        "ssm.*.amazonaws.com", "secretsmanager.*.amazonaws.com",
    ]  # fmt: skip
    assert not [s for d in having for s in d["Statement"] if s["Effect"] == "Deny"]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("github:acme/infra:ref:refs/heads/main", "repo:acme/infra:ref:refs/heads/main"),
        ("github:acme/infra:environment:prod", "repo:acme/infra:environment:prod"),
        ("github:acme/infra:pull_request", "repo:acme/infra:pull_request"),
        ("gitlab:acme/team/infra:main", "project_path:acme/team/infra:ref_type:branch:ref:main"),
    ],
)
def test_a_role_is_for_one_subject(text: str, subject: str) -> None:
    """The forms of the subject: GitHub's and GitLab's documentation of OpenID Connect with AWS."""
    conditions = trust_of(text)["Statement"][0]["Condition"]

    assert set(conditions) == {"StringEquals"}
    assert subject in conditions["StringEquals"].values()
    assert len(conditions["StringEquals"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "github:acme/infra", "github:acme/infra:*", "github:acme/*:ref:refs/heads/main", "github:acme/infra:ref:refs/heads/*",
        "github:infra:ref:refs/heads/main", "gitlab:acme/infra", "gitlab:acme/infra:*", "gitlab:acme:main", "12345678901",
        "circleci:x", "*",
    ],
)  # fmt: skip
def test_a_role_for_anybody_is_not_written(text: str) -> None:
    with pytest.raises(UsageError, match="--trust"):
        trust_of(text)


def test_a_template_of_cloudformation_names_its_own_policies() -> None:
    (text,) = files(grant(format="cloudformation", trust=("github:acme/infra:environment:prod",))).values()
    resources = json.loads(text)["Resources"]

    arns = resources["Role"]["Properties"]["ManagedPolicyArns"]
    assert {a["Ref"] for a in arns} == {n for n, r in resources.items() if r["Type"] == "AWS::IAM::ManagedPolicy"}
    federated = resources["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Federated"]
    provider = "oidc-provider/token.actions.githubusercontent.com"
    assert federated == {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{provider}"}


def test_a_role_is_of_the_partition_that_it_is_made_in() -> None:
    for format_ in ("terraform", "cloudformation"):
        (text,) = files(grant(format=format_, trust=("gitlab:acme/infra:main", "123456789012"))).values()
        assert "arn:aws:" not in text


@pytest.mark.terraform
def test_terraform_is_written_as_terraform_writes_it(tmp_path: Path) -> None:
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed")
    for name, text in files(grant(format="terraform", trust=("gitlab:acme/infra:main", "123456789012"))).items():
        (tmp_path / name).write_text(text)

    done = subprocess.run([terraform, "fmt", "-check", "-diff"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, ["policy", *words], standalone_mode=False)


def test_the_types_of_a_state_take_less(tmp_path: Path) -> None:
    world = Path(__file__).parents[3] / "fixtures" / "worlds" / "security-groups"
    state = next(iter(sorted(world.glob("*.tfstate"))), None) or next(iter(sorted(world.rglob("*.tfstate"))))
    asked = set(allowed([json.loads(run("--state", str(state)).output)]))

    assert "ec2:DescribeSecurityGroups" in asked
    assert not {a for a in asked if a.startswith(("rds:", "lambda:"))}


def test_what_takes_several_files_asks_for_a_directory(tmp_path: Path) -> None:
    assert "Name a directory for them with --output" in str(run().exception)
    assert run("--output", str(tmp_path / "new")).exception is None
    assert len(list((tmp_path / "new").glob("*.json"))) > 1
