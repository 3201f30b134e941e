"""The policies and the role that drift needs, written as JSON, Terraform or CloudFormation.

A managed policy holds 6,144 characters, white space not counted, and a role takes ten of them (IAM and STS quotas).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from drift.errors import UsageError
from drift.provider.contract import Grant
from drift.providers.aws.permissions import FIRST_CALL

MOST = 6_144
"""Characters of a managed policy, white space not counted."""
VERSION = "2012-10-17"
SAFE = ("Describe", "List")
"""Verbs that a wildcard may stand for: what AWS answers to them is metadata."""
NO_CONTENT = {
    "Sid": "NoSecretContent",
    "Effect": "Deny",
    "Action": "kms:Decrypt",
    "Resource": "*",
    "Condition": {"StringLike": {"kms:ViaService": ["ssm.*.amazonaws.com", "secretsmanager.*.amazonaws.com"]}},
}
"""`ssm:GetParameters` reads plain parameters and secret ones. The secret ones are encrypted with a KMS key: whoever may
not decrypt through SSM reads the plain ones alone (Systems Manager User Guide, SecureString parameters)."""


ACCOUNT = "${AWS::AccountId}"
PARTITION = "${AWS::Partition}"
"""Stand for the role's own account and its partition (`aws-cn`), as CloudFormation writes them."""
TERRAFORM = {ACCOUNT: ("aws_caller_identity", "account_id"), PARTITION: ("aws_partition", "partition")}
"""The data source that has them for Terraform, and its attribute."""


def documents(grant: Grant) -> list[Mapping[str, Any]]:
    """The policies that allow what is asked for, each small enough to be a managed policy."""
    allowed = sorted({FIRST_CALL, *grant.actions})
    allowed = _patterns(allowed) if grant.wildcards else allowed
    first = [] if grant.secrets else [NO_CONTENT]
    out: list[list[str]] = [[]]
    for actions in _by_service(allowed):
        for action in actions:
            if _size([*out[-1], action], first if len(out) == 1 else []) > MOST:
                out.append([])
            out[-1].append(action)
    return [_document(actions, first if n == 0 else []) for n, actions in enumerate(out)]


def _by_service(actions: Iterable[str]) -> Iterable[list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for action in actions:
        found[action.partition(":")[0]].append(action)
    return found.values()


def _document(actions: list[str], more: list[dict[str, Any]]) -> Mapping[str, Any]:
    read = {"Sid": "DriftReadOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return {"Version": VERSION, "Statement": [read, *more]}


def _size(actions: list[str], more: list[dict[str, Any]]) -> int:
    return len(re.sub(r"\s", "", json.dumps(_document(actions, more), separators=(",", ":"))))


def _patterns(actions: Iterable[str]) -> list[str]:
    """The actions, those of a service that begin alike as one pattern where it allows nothing but reading metadata."""
    from drift.providers.aws.policy.actions import expand, level

    out: set[str] = set()
    for several in _by_service(actions):
        service = several[0].partition(":")[0]
        rest = set(several)
        for verb in SAFE:
            pattern = f"{service}:{verb}*"
            alike = {a for a in rest if a.startswith(f"{service}:{verb}")}
            if len(alike) > 1 and all(level(a) in ("List", "Read") for a in expand(pattern)):
                out.add(pattern)
                rest -= alike
        out |= rest
    return sorted(out)


def trust_of(*texts: str, external_id: str = "") -> Mapping[str, Any]:
    """The trust policy for all who are named; UsageError for what would trust more than it names.

    Accounts among them have to say the external id.
    """
    return {"Version": VERSION, "Statement": [_trusted(text, external_id) for text in dict.fromkeys(texts)]}


def _trusted(text: str, external_id: str) -> Mapping[str, Any]:
    """The statement that trusts `github:OWNER/REPO:ref:refs/heads/main`, `gitlab:GROUP/PROJECT:main`, or an account.

    UsageError for what would trust every branch, fork or pull request: the subject must be said whole.
    """
    host, _, subject = text.partition(":")
    if re.fullmatch(r"\d{12}", text):
        said = {"StringEquals": {"sts:ExternalId": external_id}} if external_id else {}
        return _trusting({"AWS": f"arn:{PARTITION}:iam::{text}:root"}, "sts:AssumeRole", said)
    if host == "github":
        repository, _, rest = subject.partition(":")
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository) or not re.fullmatch(
            r"(environment:|ref:refs/heads/|ref:refs/tags/)[\w./-]+|pull_request", rest
        ):
            raise UsageError(
                f"--trust: {text!r} does not name one branch, tag or environment of a repository",
                "Write github:OWNER/REPO:ref:refs/heads/main or github:OWNER/REPO:environment:prod. "
                "repo:OWNER/REPO:* would trust every branch and every pull request.",
            )
        return _federated("token.actions.githubusercontent.com", "sts.amazonaws.com", f"repo:{repository}:{rest}")
    if host == "gitlab":
        project, _, branch = subject.partition(":")
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+", project) or not re.fullmatch(r"[\w./-]+", branch):
            raise UsageError(
                f"--trust: {text!r} does not name one branch of a project", "Write gitlab:GROUP/PROJECT:main."
            )
        subject = f"project_path:{project}:ref_type:branch:ref:{branch}"
        return _federated("gitlab.com", "https://gitlab.com", subject)
    raise UsageError(
        f"--trust: {text!r} is nothing that this role can trust",
        "Write github:OWNER/REPO:ref:refs/heads/main, gitlab:GROUP/PROJECT:main, or the id of an account.",
    )


def _federated(issuer: str, audience: str, subject: str) -> Mapping[str, Any]:
    provider = f"arn:{PARTITION}:iam::{ACCOUNT}:oidc-provider/{issuer}"
    conditions = {"StringEquals": {f"{issuer}:aud": audience, f"{issuer}:sub": subject}}
    return _trusting({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", conditions)


def _trusting(principal: Mapping[str, str], action: str, condition: Mapping[str, Any]) -> Mapping[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action}
    return statement | ({"Condition": condition} if condition else {})


def files(grant: Grant) -> Mapping[str, str]:
    """File name -> its text: the policies, and the role where `grant.trust` says who takes it on."""
    found = documents(grant)
    trust = trust_of(*grant.trust, external_id=grant.external_id) if grant.trust else None
    if grant.format == "terraform":
        return {f"{grant.name}.tf": _terraform(grant.name, found, trust)}
    if grant.format == "cloudformation":
        return {f"{grant.name}.template.json": _json(_cloudformation(grant.name, found, trust))}
    names = [grant.name] if len(found) == 1 else [f"{grant.name}-{n}" for n in range(1, len(found) + 1)]
    out = {f"{name}.json": _json(document) for name, document in zip(names, found, strict=True)}
    if trust is not None:
        out[f"{grant.name}-trust.json"] = _json(trust).replace(ACCOUNT, "ACCOUNT_ID").replace(PARTITION, "aws")
    return out


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _cloudformation(name: str, found: list[Mapping[str, Any]], trust: Mapping[str, Any] | None) -> Mapping[str, Any]:
    policies = {
        f"Policy{n}": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"Description": "What drift reads", "PolicyDocument": document},
        }
        for n, document in enumerate(found, 1)
    }
    resources: dict[str, Any] = dict(policies)
    if trust is not None:
        resources["Role"] = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": name,
                "AssumeRolePolicyDocument": _substituted(trust),
                "ManagedPolicyArns": [{"Ref": logical} for logical in policies],
            },
        }
    outputs = {"RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}} if trust is not None else {}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Description": "What drift may read", "Resources": resources}
    return template | ({"Outputs": outputs} if outputs else {})


def _substituted(value: Any) -> Any:
    """The same, with `Fn::Sub` around what holds the account or the partition."""
    if isinstance(value, Mapping):
        return {k: _substituted(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_substituted(v) for v in value]
    return {"Fn::Sub": value} if isinstance(value, str) and any(one in value for one in TERRAFORM) else value


def _terraform(name: str, found: list[Mapping[str, Any]], trust: Mapping[str, Any] | None) -> str:
    label = re.sub(r"\W", "_", name)
    out: list[str] = []
    out.extend(f'data "{data}" "current" {{}}\n' for one, (data, _) in TERRAFORM.items() if one in json.dumps(trust))
    for n, document in enumerate(found, 1):
        out.append(
            f'resource "aws_iam_policy" "{label}_{n}" {{\n  name = "{name}-{n}"\n'
            f"  policy = jsonencode({_hcl(document, 1)})\n}}\n"
        )
    if trust is not None:
        trusted = _hcl(trust, 1)
        for one, (data, attribute) in TERRAFORM.items():
            trusted = trusted.replace(f"${one}", f"${{data.{data}.current.{attribute}}}")
        out.append(
            f'resource "aws_iam_role" "{label}" {{\n  name = "{name}"\n'
            f"  assume_role_policy = jsonencode({trusted})\n}}\n"
        )
        out.extend(
            f'resource "aws_iam_role_policy_attachment" "{label}_{n}" {{\n'
            f"  role       = aws_iam_role.{label}.name\n  policy_arn = aws_iam_policy.{label}_{n}.arn\n}}\n"
            for n in range(1, len(found) + 1)
        )
        out.append(f'output "{label}_arn" {{\n  value = aws_iam_role.{label}.arn\n}}\n')
    return "\n".join(out)


def _hcl(value: Any, depth: int) -> str:
    """A value as Terraform's formatter writes it."""
    pad = "  " * (depth + 1)
    if isinstance(value, Mapping):
        keys = [k if re.fullmatch(r"[A-Za-z_][\w-]*", k) else json.dumps(k) for k in value]
        # the formatter aligns the signs of neighbours that take one line each
        several = [isinstance(v, Mapping | list) and bool(v) for v in value.values()]
        lines = []
        for i, (key, v) in enumerate(zip(keys, value.values(), strict=True)):
            run = _run(keys, several, i) if not several[i] else [key]
            width = max(map(len, run))
            lines.append(f"{pad}{key:<{width}} = {_hcl(v, depth + 1)}")
        return "{\n" + "\n".join(lines) + f"\n{'  ' * depth}}}"
    if isinstance(value, list):
        return "[\n" + "".join(f"{pad}{_hcl(v, depth + 1)},\n" for v in value) + f"{'  ' * depth}]"
    return json.dumps(value).replace("${", "$${")


def _run(keys: list[str], several: list[bool], at: int) -> list[str]:
    """The names beside `at` that take one line each."""
    first = last = at
    while first > 0 and not several[first - 1]:
        first -= 1
    while last + 1 < len(keys) and not several[last + 1]:
        last += 1
    return keys[first : last + 1]
