"""Who called, by what and by whose hand: measured on recorded events, and the cases that they lack."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from drift.model.who import Actor, Tool, Who, without_people
from drift.providers.aws.audit.actor import actor_of, behind, origin_of
from drift.providers.aws.audit.agent import hand_of, tool_of
from drift.providers.aws.audit.record import event_of

EVENTS = Path(__file__).parents[2] / "fixtures/audit/events.jsonl"


@cache
def recorded() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EVENTS.read_text(encoding="utf-8").splitlines()]


def told(record: dict[str, Any]) -> dict[str, str]:
    actor = actor_of(record)
    tool, _ = tool_of(record)
    return {"kind": actor.kind, "name": actor.name, "tool": tool, "by": hand_of(record, actor, tool)[0]}


def test_who_is_told_is_right_and_few_are_unknown() -> None:
    said = [(told(one["record"]), one["is"]) for one in recorded()]
    named = [(found, right) for found, right in said if found["kind"] != "unknown"]
    known = [right for _, right in said if right["kind"] != "unknown"]

    wrong = [pair for pair in named if (pair[0]["kind"], pair[0]["name"]) != (pair[1]["kind"], pair[1]["name"])]
    assert not wrong  # precision 1.000
    assert len(named) / len(known) >= 0.95
    assert len(known) > 150


@pytest.mark.parametrize("what", ["tool", "by"])
def test_by_what_and_by_whose_hand(what: str) -> None:
    wrong = [(one["record"]["userAgent"], told(one["record"])[what], one["is"][what])
             for one in recorded() if told(one["record"])[what] != one["is"][what]]  # fmt: skip

    assert not wrong


def test_terraform_says_its_version_and_its_providers() -> None:
    versions = {tool_of(one["record"])[1] for one in recorded() if one["is"]["tool"] == "terraform"}

    assert "1.1.2, provider 3.76.1" in versions


def role(name: str, session: str, **context: Any) -> dict[str, Any]:
    issuer = {"type": "Role", "userName": name, "arn": f"arn:aws:iam::111122223333:role/{name}"}
    return {
        "type": "AssumedRole", "principalId": f"AROAEXAMPLE:{session}", "accountId": "111122223333",
        "arn": f"arn:aws:sts::111122223333:assumed-role/{name}/{session}", "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {"sessionIssuer": issuer, **context},
    }  # fmt: skip


def test_the_person_of_an_sso_session() -> None:
    found = actor_of({"userIdentity": role("AWSReservedSSO_Power_User_0123456789abcdef", "ann@example.com")})

    assert found == Actor("sso", "Power_User", "111122223333", "ann@example.com", "ann@example.com")


def test_a_source_identity_is_the_person() -> None:
    found = actor_of({"userIdentity": role("deploy", "s-1", sourceIdentity="ann")})

    assert (found.kind, found.name, found.session, found.person) == ("role", "deploy", "s-1", "ann")


def test_the_session_of_a_workload_has_its_subject_by_what_it_was_given_for() -> None:
    issuer = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    call = {"userIdentity": role("deploy", "GitHubActions", webIdFederationData={"federatedProvider": issuer})}
    given = {
        "eventName": "AssumeRoleWithWebIdentity", "readOnly": True,
        "userIdentity": {"type": "WebIdentityUser", "userName": "repo:acme/infra:ref:refs/heads/main", "identityProvider": issuer},
        "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLE"}},
    }  # fmt: skip

    session, origin = actor_of(call), origin_of(given)
    assert session.kind == "workload"
    assert origin is not None
    assert origin[0] == "ASIAEXAMPLE"
    whole = behind(session, origin[1])
    assert (whole.kind, whole.name) == ("workload", "deploy")
    assert whole.subject == "repo:acme/infra:ref:refs/heads/main"
    assert whole.issuer == "token.actions.githubusercontent.com"
    assert hand_of(call, whole, "sdk") == ("automated", "a token of token.actions.githubusercontent.com")


def test_whoever_signs_in_by_saml_is_a_person_whatever_the_provider_is_called() -> None:
    given = {
        "eventName": "AssumeRoleWithSAML",
        "userIdentity": {"type": "SAMLUser", "userName": "ann", "identityProvider": "arn:aws:iam::1:saml-provider/gitlab"},
        "responseElements": {"credentials": {"accessKeyId": "ASIAEXAMPLE"}},
    }  # fmt: skip
    origin = origin_of(given)

    assert origin is not None
    assert (origin[1].kind, origin[1].name) == ("federated", "ann")


def federated(user: str, broker: str) -> Actor:
    issuer = {"sessionIssuer": {"type": "IAMUser", "userName": broker}}
    who = {"type": "FederatedUser", "arn": f"arn:aws:sts::1:federated-user/{user}", "sessionContext": issuer}
    return actor_of({"userIdentity": who})


@pytest.mark.parametrize(
    "actor",
    [
        federated("ann", "ann-the-broker"),
        behind(Actor("role", "admin", session="ann"), federated("ann", "ann-the-broker")),
        behind(Actor("role", "admin"), Actor("user", "ann")),
        Actor("sso", "Admin", session="ann", person="ann"),
    ],
)
@pytest.mark.parametrize("tool", ["service", "cli"])
def test_without_people_no_actor_has_a_name_of_one(actor: Actor, tool: Tool) -> None:
    told = str(without_people(Who(actor=actor, address="198.51.100.7", tool=tool)))

    assert "ann" not in told
    assert "198.51.100.7" not in told


def test_a_role_that_a_user_took_on_has_that_person_behind_it() -> None:
    user = Actor("user", "ann", "111122223333")

    assert behind(Actor("role", "admin", "111122223333", "cli"), user).person == "ann"


def test_aws_internal_alone_is_no_console() -> None:
    inside = {"userAgent": "AWS Internal", "userIdentity": role("deploy", "s")}

    assert tool_of(inside) == ("unknown", "")
    assert tool_of({**inside, "sessionCredentialFromConsole": "true"}) == ("console", "")


def test_cloudshell_is_the_cli_and_a_person() -> None:
    agent = "aws-cli/2.13.5 Python/3.11.4 exec-env/CloudShell"
    record = {"userAgent": agent, "userIdentity": role("admin", "s"), "sessionCredentialFromConsole": "true"}

    assert tool_of(record) == ("cli", "2.13.5")
    assert hand_of(record, actor_of(record), "cli")[0] == "person"


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"eventTime": "2026-01-01T00:00:00Z", "eventSource": "ec2.amazonaws.com", "eventName": "DescribeVpcs"},
        {"eventTime": "2026-01-01T00:00:00Z", "eventSource": "s3.amazonaws.com", "eventName": "PutObject", "readOnly": True},
        {"eventTime": "2026-01-01T00:00:00Z", "eventSource": "ec2.amazonaws.com", "eventName": "CreateVpc", "errorCode": "X"},
        {"eventTime": 5, "eventSource": None, "eventName": ["x"], "userIdentity": "root"},
    ],
)  # fmt: skip
def test_a_read_a_failure_and_nonsense_are_no_writes(record: dict[str, Any]) -> None:
    assert event_of(record) is None


def test_odd_records_are_unknown_and_no_fault() -> None:
    odd = {
        "eventTime": "2026-01-01T00:00:00Z", "eventSource": "x", "eventName": "CreateX", "readOnly": "false",
        "userIdentity": [1], "requestParameters": {"a": [{"b": None}, [], "c"]}, "resources": "no", "userAgent": 3,
        "eventID": "'><", "awsRegion": "../..",
    }  # fmt: skip
    event = event_of(odd)

    assert event is not None
    assert (event.actor.kind, event.tool, event.link) == ("unknown", "unknown", "")
