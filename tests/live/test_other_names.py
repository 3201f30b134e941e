"""Pairing: a state's `id` may be another name of the same thing, where `terraform import` was given that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.provider.api import Refused
from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/net/1b2c"
AGAIN = "arn:aws:cloudformation:us-east-1:123456789012:stack/net/9f9f"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def stacks(arn: str = STACK, template: str = "{}") -> dict[str, Any]:
    listed = {"StackId": arn, "StackName": "net", "StackStatus": "CREATE_COMPLETE", "DisableRollback": True}
    return {
        "cloudformation:DescribeStacks": {"Stacks": [{**listed, "CreationTime": "2026-01-01T00:00:00Z"}]},
        "cloudformation:GetTemplate": {"TemplateBody": template},
    }


def stack(ident: str) -> dict[str, Any]:
    return {"id": ident, "name": "net", "disable_rollback": True, "template_body": "{}", "tags": {}}


@pytest.mark.parametrize("ident", [STACK, "net"])
def test_a_stack_imported_by_its_name_is_the_stack(ident: str, tmp_path: Path) -> None:
    state = write_state({"aws_cloudformation_stack.net": stack(ident)}, tmp_path / "s.tfstate")

    assert lines(run(state, MadeApi(stacks()), only=("aws_cloudformation_stack",))) == []


def test_what_such_a_stack_holds_is_read_and_compared(tmp_path: Path) -> None:
    state = write_state(
        {"aws_cloudformation_stack.net": {**stack("net"), "template_body": '{"Resources": {"A": 1}}'}},
        tmp_path / "s.tfstate",
    )
    api = MadeApi(stacks(template='{"Resources": {"A": 2}}'))

    assert lines(run(state, api, only=("aws_cloudformation_stack",))) == [
        "modified aws_cloudformation_stack.net template_body"
    ]


def test_a_stack_made_again_under_its_name_is_another(tmp_path: Path) -> None:
    state = write_state({"aws_cloudformation_stack.net": stack(STACK)}, tmp_path / "s.tfstate")

    assert "unmanaged aws_cloudformation_stack net" in lines(
        run(state, MadeApi(stacks(AGAIN)), only=("aws_cloudformation_stack",))
    )


def test_a_function_imported_by_its_arn_is_the_function(tmp_path: Path) -> None:
    state = write_state(
        {"aws_lambda_function.f": {"id": FUNCTION, "function_name": "f", "timeout": 9, "arn": FUNCTION}},
        tmp_path / "s.tfstate",
    )
    listed = {"FunctionName": "f", "FunctionArn": FUNCTION, "Timeout": 3}
    api = MadeApi(
        {
            "lambda:ListFunctions": {"Functions": [listed]},
            "lambda:GetFunction": lambda _: Refused("AccessDeniedException"),
        }
    )

    assert "modified aws_lambda_function.f timeout" in lines(run(state, api, only=("aws_lambda_function",)))
