"""AWS passes what every provider must pass: on a recorded account with secrets."""

from __future__ import annotations

from drift.conformance import Conformance, Example
from drift.providers.aws import AWS
from drift.survey import Scope
from tests.support.world import WORLDS, World


class TestAws(Conformance):
    provider = AWS

    def example(self) -> Example:
        world = World(WORLDS / "secrets")
        tape = world.tape("tampered", strict=False)  # nobody recorded what only rules ask
        return Example(
            state=world.path / "refreshed.tfstate",
            api=tape,
            verdicts=tuple(world.expected),
            secrets=("not a secret", 'password\\":\\"secret'),
            scope=Scope(only=("aws_secretsmanager_*", "aws_ssm_*")),
        )
