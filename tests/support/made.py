"""A made world: answers by hand, shaped by botocore's own output model, for what moto cannot serve.

fixtures/made/<name>.py
    STATE      address -> attributes, as the provider writes them
    CLEAN      "service:Operation" -> the answer, or a function of the arguments
    TAMPERED   the same after somebody's hands; what it leaves out is as in CLEAN
    EXPECTED   the lines drift must print for TAMPERED
    MOVED      the lines for what a policy moved before anybody tampered; may be left out
An operation nobody answers for answers with nothing; REFUSED(code) refuses.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from botocore.validate import ParamValidator

from drift.model.address import Address
from drift.provider.api import Answer, Refused, Request
from drift.provider.installed import installed
from drift.providers.aws.operations import service_model
from tests.support.apis import Standing

MADE = Path(__file__).parents[2] / "fixtures" / "made"
NAMES = sorted(p.stem for p in MADE.glob("*.py"))
ACCOUNT = "123456789012"


class MadeApi(Standing):
    """Answers from a table, each validated against the service's output model."""

    at_once = True

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.account = ACCOUNT
        self.counts: Counter[str] = Counter()
        for name in answers:
            service, op = name.split(":")
            assert op in service_model(service).operation_names, f"{name} is no operation"

    def ask(self, request: Request) -> Answer:
        self.counts[request.service] += 1
        operation = service_model(request.service).operation_model(request.op)
        if operation.input_shape is not None:
            _valid(request.args, operation.input_shape, f"arguments of {request.op}")
        if f"{request.service}:{request.op}" not in self._answers:
            return [{}]  # some answers have required members, of which nothing is nothing too
        answer = self._answers[f"{request.service}:{request.op}"]
        answer = answer(dict(request.args)) if callable(answer) else answer
        if isinstance(answer, Refused):
            return answer
        if operation.output_shape is not None:
            _valid(answer, operation.output_shape, f"answer of {request.op}")
        return [dict(answer)]


def _valid(value: Any, shape: Any, what: str) -> None:
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), f"{what}: {report.generate_report()}"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"made_{name}", MADE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module)["MOVED"] = []
    spec.loader.exec_module(module)
    return module


def write_state(attributes: Mapping[str, Mapping[str, Any]], path: Path) -> Path:
    """A state of these resources; every attribute must be one the provider has."""
    catalog = installed()
    resources = []
    for text, values in attributes.items():
        address = Address.parse(text)
        if address.type in catalog:
            known = catalog.facts(address.type)
            assert not set(values) - set(known), f"{text}: the provider has no {sorted(set(values) - set(known))}"
        resources.append(
            {
                "mode": "managed",
                **({"module": ".".join(f"module.{name}" for name, _ in address.module)} if address.module else {}),
                "type": address.type,
                "name": address.name,
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [
                    {"schema_version": 0, "attributes": values}
                    | ({"index_key": address.key} if address.key is not None else {})
                ],
            }
        )
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "made", "resources": resources}
    path.write_text(json.dumps(state))
    return path
