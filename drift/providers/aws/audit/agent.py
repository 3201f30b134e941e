"""By what a call was made, and whether by a person, as the `userAgent` and the session of a CloudTrail record tell it.

Console sessions are not always flagged: of 418 recorded events with the agent `AWS Internal`, 170 had no
`sessionCredentialFromConsole`, and none of 78 with a named console agent had it. So the flag, a console's own agent or
a browser is believed, and `AWS Internal` alone tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drift.model.who import Actor, Hand, Tool
from drift.providers.aws.audit.actor import text

_TERRAFORM = re.compile(r"(?:Terraform|OpenTofu)/(\d[\w.+-]*)")
_PROVIDER = re.compile(r"terraform-provider-aws/([\w.+-]+)")
_CLI = re.compile(r"aws-cli/([\w.]+)")
_SDK = re.compile(
    r"(?i)\b(boto3|botocore|aws-sdk-[a-z0-9-]+|aws-chalice|aws-tools-for-powershell|awspowershell)/([\w.]+)"
)
_CONSOLE = re.compile(r"(?i).*(?:console|signin\.amazonaws\.com).*")
_BROWSER = re.compile(r"\[?Mozilla(?:/.*)?")
_SERVICE = re.compile(r"[\w.-]+\.amazonaws\.com(?:\.cn)?")
_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")
_WHERE = re.compile(r"exec-env/(AWS_Lambda|AWS_ECS|CloudShell|AmazonEKS)", re.IGNORECASE)


def tool_of(record: Mapping[str, Any]) -> tuple[Tool, str]:
    """(by what, its version)."""
    agent = text(record, "userAgent")
    invoked = text(record, "userIdentity", "invokedBy")
    if "cloudformation.amazonaws.com" in (agent, invoked):
        return "stack", "CloudFormation"
    for tool, version in _by_agent(agent):
        return tool, version
    if str(record.get("sessionCredentialFromConsole")).lower() == "true" or "signin.amazonaws.com" in (agent, invoked):
        return "console", ""
    if _SERVICE.fullmatch(invoked) or text(record, "userIdentity", "type") == "AWSService":
        return "service", ""
    if text(record, "eventType") == "AwsServiceEvent":
        return "service", ""
    if _CONSOLE.fullmatch(agent) or _BROWSER.fullmatch(agent):
        return "console", ""
    if _SERVICE.fullmatch(agent):
        return "service", ""
    found = _SDK.search(agent)
    return ("sdk", f"{found[1]} {found[2]}") if found and "aws-internal" not in agent else ("unknown", "")


def _by_agent(agent: str) -> list[tuple[Tool, str]]:
    """The tools that name themselves: their word stands, whatever else is in the agent."""
    terraform = _TERRAFORM.search(agent)
    if terraform:
        provider = _PROVIDER.search(agent)
        return [("terraform", terraform[1] + (f", provider {provider[1]}" if provider else ""))]
    cli = _CLI.search(agent)
    return [("cli", cli[1])] if cli else []


def hand_of(record: Mapping[str, Any], actor: Actor, tool: Tool) -> tuple[Hand, str]:
    """(a person or automated, what shows it)."""
    agent = text(record, "userAgent")
    where = _WHERE.search(agent)
    if actor.kind == "service":
        return "automated", "a service of AWS"
    if actor.kind == "workload":
        return "automated", f"a token of {actor.issuer}"
    if where and where[1].lower() != "cloudshell":
        return "automated", f"it ran in {where[1].removeprefix('AWS_')}"
    delivered = text(record, "userIdentity", "sessionContext", "ec2RoleDelivery")
    if delivered or _INSTANCE.fullmatch(actor.session):
        return "automated", "the role of an instance"
    if actor.session.startswith("AWSCodeBuild-"):
        return "automated", "the role of a build"
    return _person(record, actor, tool, cloud_shell=bool(where))


def _person(record: Mapping[str, Any], actor: Actor, tool: Tool, *, cloud_shell: bool) -> tuple[Hand, str]:
    if tool == "console":
        return "person", "a console session"
    if cloud_shell or str(record.get("sessionCredentialFromConsole")).lower() == "true":
        return "person", "the credentials of a console session"
    if actor.kind == "sso":
        return "person", "a sign-in through SSO"
    if actor.kind == "root":
        return "person", "the root user"
    if text(record, "userIdentity", "sessionContext", "attributes", "mfaAuthenticated") == "true":
        return "person", "a sign-in with MFA"
    return "unknown", ""
