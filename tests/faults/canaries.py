"""Canaries: secrets of every form, put wherever secrets are found. `CANARIES` says where each one is."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

ACCOUNT = "123456789012"
WHEN = "2026-01-01T00:00:00Z"
FORMS: Mapping[str, str] = {
    "aws": "AKIA{:0>16}", "aws-session": "ASIA{:0>16}", "github": "ghp_{:x>36}", "github-app": "ghs_{:x>36}",
    "github-fine": "github_pat_{:x>30}", "gitlab": "glpat-{:x>24}", "slack": "xoxb-{:0>24}",
    "slack-hook": "https://hooks.slack.com/services/{:X>28}", "stripe": "sk_live_{:x>24}", "google": "AIza{:x>35}",
    "npm": "npm_{:x>36}", "vault": "hvs.{:x>28}", "digitalocean": "dop_v1_{:0>64}", "anthropic": "sk-ant-{:x>40}",
    "sendgrid": "SG.{:x>20}.{:x>24}", "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJ{:x>20}.{:x>20}",
    "address": "https://user:{:x>12}@host.test/x", "assigned": "export DB_PASSWORD={:x>12}",
    "key": "-----BEGIN RSA PRIVATE KEY-----\n{:x>40}\n-----END RSA PRIVATE KEY-----",
}  # fmt: skip
"""Tokens as their makers form them; the mark of each canary stands in it."""
CANARIES: dict[str, str] = {}
"""The mark of a canary -> where it was put."""


def canary(where: str, form: str = "") -> str:
    """A secret that is nowhere else; of a form, or a word that only its place makes a secret."""
    # a token of DigitalOcean's holds hexadecimal digits alone
    mark = f"cafe{len(CANARIES):04d}" if form == "digitalocean" else f"CANARY{len(CANARIES):03d}"
    CANARIES[mark] = f"{where}{f' ({form})' if form else ''}"
    text = FORMS[form] if form else "{}-by-its-place"
    return text.format(*[mark] * text.count("{"))


QUEUE = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/a"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
PARAMETER = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/p"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


def _definition(side: str) -> str:
    states = {
        form: {
            "Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": True,
            "Parameters": {"Headers": {"Authorization": canary(f"a definition, {side}", form)}},
        }
        for form in FORMS
    }  # fmt: skip
    named = {
        "Type": "Pass", "End": True,
        "Result": {
            "apiKey": canary(f"a member named apiKey, {side}"), "password": canary(f"a member named password, {side}"),
            "environment": [{"name": "CLIENT_SECRET", "value": canary(f"a pair of name and value, {side}")}],
            "script": base64.b64encode(f"#!/bin/sh\n{canary(f'base64, {side}', 'assigned')}\n".encode()).decode(),
        },
    }  # fmt: skip
    return json.dumps({"StartAt": "aws", "States": {**states, "named": named}})


def _tags(side: str) -> dict[str, str]:
    return {form: f"{canary(f'a tag, {side}', form)} {side}" for form in FORMS}


def _variables(side: str) -> dict[str, str]:
    return {"TOKEN": canary(f"a function's environment, {side}"), "MODE": side}


STATE: dict[str, dict[str, Any]] = {
    "aws_sqs_queue.a": {
        "id": QUEUE, "url": QUEUE, "name": "a", "arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:a", "tags": _tags("recorded"),
    },
    "aws_sfn_state_machine.m": {
        "id": MACHINE, "arn": MACHINE, "name": "m", "type": "STANDARD", "definition": _definition("recorded"),
        "role_arn": ROLE, "tags": {},
    },
    "aws_lambda_function.f": {
        "id": "f", "arn": FUNCTION, "function_name": "f", "role": ROLE, "handler": "a.b", "runtime": "python3.12",
        "environment": [{"variables": _variables("recorded")}], "tags": {},
    },
    "aws_ssm_parameter.p": {
        "id": "/p", "name": "/p", "arn": PARAMETER, "type": "SecureString", "value": canary("a parameter, recorded"),
        "tags": {},
    },
    "aws_secretsmanager_secret_version.v": {
        "id": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:s-AbCdEf|0123456789abcdef0123456789abcdef",
        "secret_id": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:s-AbCdEf", "version_id": "0123456789abcdef0123456789abcdef",
        "secret_string": canary("a secret's version, recorded"),
    },
    "aws_db_instance.d": {
        "id": "db-1", "identifier": "d", "arn": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:d", "engine": "mysql",
        "password": canary("a database's password, recorded"), "tags": {},
    },
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "sqs:ListQueues": {"QueueUrls": [QUEUE, f"{QUEUE}2"]},
    "sqs:GetQueueAttributes": {"Attributes": {}},
    "sqs:ListQueueTags": {"Tags": _tags("live")},
    "stepfunctions:ListStateMachines": {
        "stateMachines": [{"stateMachineArn": MACHINE, "name": "m", "type": "STANDARD", "creationDate": WHEN}]
    },
    "stepfunctions:DescribeStateMachine": {
        "stateMachineArn": MACHINE, "name": "m", "type": "STANDARD", "definition": _definition("live"), "roleArn": ROLE,
        "creationDate": WHEN,
    },
    "lambda:ListFunctions": {
        "Functions": [{
            "FunctionName": "f", "FunctionArn": FUNCTION, "Role": ROLE, "Handler": "a.b", "Runtime": "python3.12",
            "Environment": {"Variables": _variables("live")},
        }]
    },
    "ssm:DescribeParameters": {"Parameters": [{"Name": "/p", "Type": "SecureString", "ARN": PARAMETER}]},
    "ssm:GetParameters": {
        "Parameters": [{"Name": "/p", "Type": "SecureString", "Value": canary("a parameter, live"), "ARN": PARAMETER}]
    },
}  # fmt: skip
TYPES = tuple(sorted({address.partition(".")[0] for address in STATE}))
CONFIGURATION = f"""
variable "password" {{
  type      = string
  sensitive = true
  default   = "{canary("a default of a sensitive variable")}"
}}
variable "given" {{}}
locals {{ literal = "{canary("a literal of a configuration", "github")}" }}
resource "aws_sqs_queue" "a" {{
  name = "a"
  tags = {{ Deploy = local.literal, Second = var.given }}
}}
resource "aws_ssm_parameter" "p" {{
  name  = "/p"
  type  = "SecureString"
  value = var.password
}}
resource "aws_db_instance" "d" {{
  identifier = "d"
  password   = "{canary("a literal of a sensitive argument")}"
}}
"""
ENVIRONMENT = {
    "TF_VAR_given": canary("a variable of the environment", "gitlab"),
    "AWS_SESSION_TOKEN": canary("a session's token"),
    "TF_HTTP_PASSWORD": canary("a backend's password"),
}
ADDRESSES = [
    f"http://user:{canary('an address')}@127.0.0.1:9/state",
    f"http:/user:{canary('an address that lacks a slash')}@127.0.0.1:9/state",
    f"pg://user:{canary('an address of a database')}@127.0.0.1:9/x?sslmode=disable",
    f"https://127.0.0.1:9/state?token={canary('a parameter of an address')}",
    f"{canary('a name that is no file', 'github')}.tfstate",
]
BROKEN_STATES = [
    f'{{"version": 4, "resources": "{canary("a state of another shape", "aws")}"}}',
    f'{{"version": "{canary("a version of a state", "stripe")}"}}',
    f'{{"version": 4, "lineage": {{"a": "{canary("a lineage of a state", "npm")}"}}}}',
    f"{canary('what is no state', 'jwt')}",
]


def found_in(text: str) -> list[str]:
    """Where the canaries that a text holds were put."""
    return sorted(where for mark, where in CANARIES.items() if mark in text)
