"""GitLab's runner as far as our jobs use it: rules, inputs of a component, variables, one script of all lines, artifacts."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support import forked


@dataclass
class Ran:
    """One job after it ended."""

    status: int
    log: str
    artifacts: list[str] = field(default_factory=list)


def job_of(text: str, inputs: Mapping[str, str]) -> dict[str, Any]:
    """The one job of a file, or of a component with these inputs."""
    head, *rest = list(yaml.safe_load_all(text))
    if not rest:
        (job,) = head.values()
        return dict(job)
    known = {name: spec["default"] for name, spec in head["spec"]["inputs"].items()}
    assert inputs.keys() <= known.keys()
    filled = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda m: {**known, **inputs}[m[1]], text.split("\n---\n", 1)[1])
    (job,) = yaml.safe_load(filled).values()
    return dict(job)


class Runner:
    """Runs jobs in one checkout, with a `drift` and a `pip` of its own."""

    def __init__(self, checkout: Path, temp: Path, environment: Mapping[str, str]) -> None:
        self.checkout, self.environment = checkout, dict(environment)
        tools = temp / "tools"
        tools.mkdir(parents=True)
        (tools / "pip").write_text("#!/bin/sh\n")
        (tools / "pip").chmod(0o755)
        self._listener: socket.socket = forked.install(tools / "drift")
        self.environment["PATH"] = f"{tools}:{os.environ['PATH']}"

    def close(self) -> None:
        forked.close(self._listener)

    def run(self, text: str, source: str, inputs: Mapping[str, str] | None = None, **more: str) -> Ran | None:
        """Run the job in a pipeline from `source`; None where none of its rules holds."""
        job = job_of(text, inputs or {})
        if not any(f'$CI_PIPELINE_SOURCE == "{source}"' in rule["if"] for rule in job["rules"]):
            return None
        for left in ("said", "drift.json"):
            (self.checkout / left).unlink(missing_ok=True)
        shutil.rmtree(self.checkout / "drift-report", ignore_errors=True)  # a job begins with what git knows
        known = {**self.environment, **more, "CI_PIPELINE_SOURCE": source, "CI_PROJECT_DIR": str(self.checkout)}
        for name, value in job.get("variables", {}).items():
            known[name] = re.sub(r"\$(\w+)", lambda m: known.get(m[1], ""), value)
        for name in job.get("id_tokens", {}):
            known[name] = "jwt"
        script = "\n".join(job["script"])
        done = forked.run(["bash", "-eo", "pipefail", "-c", script], self._listener, known, self.checkout)
        kept = job["artifacts"]
        assert kept["when"] == "always"
        names = [*kept["paths"], *kept["reports"].values()]
        found = {p.name for name in names for p in self.checkout.glob(f"{name.rstrip('/')}{'/*' * name.endswith('/')}")}
        return Ran(done.status, done.said, sorted(found))
