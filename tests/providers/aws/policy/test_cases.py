"""The policy engine beside AWS's documentation: each case names the page it was written from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from drift.providers.aws.policy import (
    Decision,
    Grants,
    Policy,
    Principal,
    Request,
    Test,
    Undecided,
    deputies,
    difference,
    evaluate,
    federations,
    foreign,
    policy_of,
    public,
)
from drift.providers.aws.policy.conditions import holds

ME = "123456789012"
HERE = Path(__file__).parent / "cases"
DATA = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(HERE.glob("*.yaml"))}
KINDS = ("cases", "federations", "deputies")


def rows(name: str, kind: str = "cases") -> list[Any]:
    """The cases of a file, each with the page that it was written from in its id."""
    return [pytest.param(*row[1:], id=f"{row[0]}-{n}") for n, row in enumerate(DATA[name][kind])]


def policy(statements: Any, version: str = "2012-10-17", **usual: Any) -> Policy:
    every = statements if isinstance(statements, list) else [statements]
    filled = []
    for given in every:
        left_out = {"Resource"} if "NotResource" in given else set()
        left_out |= {"Action"} if "NotAction" in given else set()
        whole = {"Effect": "Allow", "Resource": "*", **usual, **given}
        filled.append({k: v for k, v in whole.items() if k not in left_out and v is not None})
    found = policy_of({"Version": version, "Statement": filled})
    assert isinstance(found, Policy)
    return found


def test_there_are_enough_and_each_names_its_page() -> None:
    found = [(data["sources"], row) for data in DATA.values() for kind in KINDS for row in data.get(kind, ())]

    assert len(found) >= 300
    assert all(sources[row[0]].startswith("https://") for sources, row in found)


@pytest.mark.parametrize(("operator", "values", "given", "expected"), rows("conditions"))
def test_conditions(operator: str, values: list[Any], given: Any, expected: bool | None) -> None:
    key = "s3:x-test"
    read = policy({"Action": "*", "Condition": {operator: {key: values}}}).statements[0].tests[0]
    assert isinstance(read, Test)
    context = {key: None if given == "?" else tuple(given), "aws:username": ("bob",)}

    assert holds(read, context) is expected


def _reads(statements: Any) -> Policy:
    return policy(statements, Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::b/*")


@pytest.mark.parametrize(("expected", "statements"), rows("public"))
def test_public(expected: str, statements: Any) -> None:
    found = public(_reads(statements))

    assert ("unknown" if isinstance(found, Undecided) else "yes" if found else "no") == expected


@pytest.mark.parametrize(("expected", "statements"), rows("foreign"))
def test_foreign(expected: Any, statements: Any) -> None:
    found = foreign(_reads(statements), {ME})

    assert ("unknown" if isinstance(found, Undecided) else sorted({a.account for a in found})) == expected


@pytest.mark.parametrize(("provider", "width", "conditions"), rows("trust", "federations"))
def test_federations(provider: str, width: str, conditions: Any) -> None:
    kind, _, name = provider.rpartition("saml/")
    saml = f"arn:aws:iam::{ME}:saml-provider/{name}"
    who = saml if kind == "" and provider.startswith("saml/") else f"arn:aws:iam::{ME}:oidc-provider/{provider}"
    who = provider if "." not in provider and not provider.startswith("saml/") else who
    action = "sts:AssumeRoleWithSAML" if who == saml else "sts:AssumeRoleWithWebIdentity"
    found = federations(policy({"Principal": {"Federated": who}, "Action": action, "Condition": conditions}))

    assert not isinstance(found, Undecided)
    assert [f.width for f in found] == ([] if width == "none" else [width])


@pytest.mark.parametrize(("service", "expected", "conditions"), rows("trust", "deputies"))
def test_deputies(service: str, expected: str, conditions: Any) -> None:
    given = policy({"Principal": {"Service": service}, "Action": "sts:AssumeRole", "Condition": conditions})
    found = deputies(given)

    assert ("unknown" if isinstance(found, Undecided) else "deputy" if found else "none") == expected


@pytest.mark.parametrize(("expected", "request_", "policies"), rows("evaluation"))
def test_evaluation(expected: str, request_: dict[str, Any], policies: dict[str, Any]) -> None:
    given = dict(request_)
    cross = given.pop("cross", False)
    if "service" in given:
        given["principal"] = Principal("Service", given.pop("service"))
    elif "principal" in given:
        given["principal"] = Principal("AWS", given["principal"])
    version = policies.get("version", "2012-10-17")
    read = {k: policy(policies[k], version) for k in ("identity", "resource", "boundary", "session") if k in policies}
    scps = [policy(p, version) for p in policies.get("scp", ())]

    assert evaluate(Request(**given), organization=scps, same_account=not cross, **read) is Decision(expected)


@pytest.mark.parametrize(("statements", "boundary", "expected"), rows("identity"))
def test_identity(statements: Any, boundary: Any, expected: dict[str, bool]) -> None:
    grants = Grants([policy(statements)], boundary=policy(boundary) if boundary else None)
    for what, answer in expected.items():
        kind, _, name = what.partition(":")
        asked: dict[str, Callable[[str], object]] = {
            "admin": lambda _: grants.admin is not None,
            "whole": grants.whole_service,
            "everything": lambda a: grants.on_everything(a) is not None,
            "somewhere": lambda a: grants.somewhere(a) is not None,
        }

        assert asked[kind](name) is answer, what


@pytest.mark.parametrize(("before", "after", "expected"), rows("difference"))
def test_difference(before: Any, after: Any, expected: str) -> None:
    found = difference(policy(before), policy(after))

    assert not isinstance(found, Undecided)
    assert found.text == expected
