"""GitHub's runner as far as our workflows and our action use it: it acts them out step by step, as their files say.

What it does follows https://docs.github.com/actions: expressions and their status functions, `if:` with the implied
`success()`, outputs, matrices, composite actions (whose steps ask for the state of the action, not of the job), the shells'
flags, and what a token may do by `permissions`. An action of others is a stand-in that fails where the real one would: one
artifact of a name, no cache entry written twice, no role without `id-token: write`. A key that is not known here fails.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.support import forked

TOKEN = re.compile(r"\s*('(?:[^']|'')*'|==|!=|&&|\|\||[!().,]|[A-Za-z_][\w-]*|\d+)")
STATUS = re.compile(r"\b(?:always|cancelled|success|failure)\(\)")
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
SHELL = {None: ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
"""What `shell:` says -> what runs the script."""


class Expression:
    """https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions"""

    def __init__(self, text: str, contexts: Mapping[str, Any], root: Path, *, failed: bool) -> None:
        self._words = TOKEN.findall(text)
        assert "".join(self._words) == re.sub(r"\s(?=(?:[^']*'[^']*')*[^']*$)", "", text), text
        self._contexts, self._root, self._failed = contexts, root, failed

    def value(self) -> Any:
        found = self._either()
        assert not self._words, self._words
        return found

    def _take(self, *words: str) -> str:
        return self._words.pop(0) if self._words and (not words or self._words[0] in words) else ""

    def _either(self) -> Any:
        found = self._both()
        while self._take("||"):
            other = self._both()
            found = found or other
        return found

    def _both(self) -> Any:
        found = self._equal()
        while self._take("&&"):
            other = self._equal()
            found = found and other
        return found

    def _equal(self) -> Any:
        found = self._one()
        while sign := self._take("==", "!="):
            found = (_plain(found) == _plain(self._one())) == (sign == "==")
        return found

    def _one(self) -> Any:
        if self._take("!"):
            return not self._one()
        if self._take("("):
            found = self._either()
            assert self._take(")")
            return found
        word = self._take()
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if word.isdigit():
            return int(word)
        if word in ("true", "false"):
            return word == "true"
        if self._take("("):
            arguments = []
            while not self._take(")"):
                arguments.append(self._either())
                self._take(",")
            return self._called(word, arguments)
        named: Any = self._contexts[word]
        while self._take("."):
            name = self._take()
            named = named.get(name, "") if isinstance(named, Mapping) else ""
        return named

    def _called(self, name: str, arguments: list[Any]) -> Any:
        match name, arguments:
            case ("always", []):
                return True
            case ("cancelled", []):
                return False
            case ("success", []):
                return not self._failed
            case ("failure", []):
                return self._failed
            case ("startsWith", [text, start]):
                return str(text).lower().startswith(str(start).lower())
            case ("fromJSON", [text]):
                return json.loads(text)
            case ("hashFiles", [glob]):
                return "hash" if any(self._root.glob(glob)) else ""
        raise AssertionError(f"{name}({arguments})")


def _plain(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass
class Event:
    """What set the workflow off, and what the repository grants it."""

    name: str = "schedule"
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    fork: bool = False
    """A pull request from a fork: its job gets no secret, no OIDC token, and a token that only reads."""
    role: bool = True
    """Whether the role of `configure-aws-credentials` can be taken on."""


@dataclass
class Ran:
    """One job after it ended."""

    name: str
    steps: dict[str, str] = field(default_factory=dict)
    """The name of a step (also within an action) -> success, failure, skipped."""
    log: str = ""
    summary: str = ""
    artifacts: dict[str, list[str]] = field(default_factory=dict)
    """Name -> files. They are GitHub's: nothing is lost that is here."""
    skipped: bool = False

    @property
    def failed(self) -> bool:
        return "failure" in self.steps.values()

    @property
    def annotations(self) -> list[str]:
        return [line for line in self.log.splitlines() if line.startswith(("::error", "::warning", "::notice"))]


class Runner:
    """Runs workflows in one checkout. Caches and artifacts are kept from run to run, as GitHub keeps them."""

    def __init__(self, action: Path, checkout: Path, temp: Path, environment: Mapping[str, str]) -> None:
        self.checkout = checkout
        self._action = temp / "action"
        self._action.mkdir()
        for name in ("action.yml", ".github"):  # a small one: the key of its cache is tested elsewhere
            (self._action / name).symlink_to(action / name)
        for name in ("drift", "requirements"):
            (self._action / name).mkdir()
        (self._action / "pyproject.toml").touch()
        self._temp = temp
        self._environment = environment
        self.caches: dict[str, bytes] = {}
        self.granted: Callable[[Mapping[str, str]], None] = lambda _: None
        """Told the `permissions` of each job before it begins."""
        self.environments: dict[str, dict[str, str]] = {}
        """Directory of a matrix -> what else its job's environment holds."""
        self._runs = 0
        packages = temp / "drift-packages" / "bin"
        packages.mkdir(parents=True)
        self._listener: socket.socket = forked.install(packages / "drift")
        tools = temp / "tools"
        tools.mkdir()
        (tools / "terraform").write_text("#!/bin/sh\n")
        (tools / "terraform").chmod(0o755)
        (tools / "drift").symlink_to(packages / "drift")
        (tools / "pip").symlink_to(tools / "terraform")

    def close(self) -> None:
        forked.close(self._listener)

    def run(self, workflow: Path | str, event: Event) -> list[Ran]:
        """Every job of the workflow, one for each entry of its matrix."""
        whole = yaml.safe_load(workflow.read_text() if isinstance(workflow, Path) else workflow)
        assert event.name in (whole[True] if isinstance(whole[True], dict) else [whole[True]])  # YAML 1.1 reads `on` so
        self._runs += 1
        taken: set[str] = set()
        out: list[Ran] = []
        for job in whole["jobs"].values():
            out += [self._job(job, entry, event, taken) for entry in self._entries(job, event)]
        return out

    def _entries(self, job: Mapping[str, Any], event: Event) -> Iterator[dict[str, Any]]:
        matrix = job.get("strategy", {}).get("matrix", {})
        contexts = self._contexts(event, {})
        lists = {k: self._value(v, contexts) for k, v in matrix.items()}
        for values in product(*lists.values()):
            yield dict(zip(lists, values, strict=True))

    def _contexts(self, event: Event, matrix: Mapping[str, Any]) -> dict[str, Any]:
        pull = event.name == "pull_request"
        head = {"repo": {"full_name": "mallory/shop" if event.fork else "acme/shop"}}
        return {
            "github": {
                "event_name": event.name,
                "repository": "acme/shop",
                "ref": "refs/pull/7/merge" if pull else "refs/heads/main",
                "event": {"pull_request": {"head": head}} if pull else {},
                "token": self._environment["TOKEN"],
                "run_id": str(self._runs),
                "run_attempt": "1",
            },
            "vars": event.variables,
            "secrets": {} if event.fork else event.secrets,
            "matrix": matrix,
            "runner": {"temp": str(self._temp), "os": "Linux", "arch": "X64"},
            "steps": {},
            "inputs": {},
        }

    def _value(self, given: Any, contexts: Mapping[str, Any], *, failed: bool = False) -> Any:
        if not isinstance(given, str):
            return given
        whole = EXPRESSION.fullmatch(given.strip())
        if whole:
            return Expression(whole[1], contexts, self.checkout, failed=failed).value()
        return EXPRESSION.sub(lambda m: _text(Expression(m[1], contexts, self.checkout, failed=failed).value()), given)

    def _holds(self, condition: str | None, contexts: Mapping[str, Any], *, failed: bool) -> bool:
        text = (condition or "success()").removeprefix("${{").removesuffix("}}")
        held = Expression(text, contexts, self.checkout, failed=failed).value()
        return bool(held) and (bool(STATUS.search(text)) or not failed)

    def _job(self, job: Mapping[str, Any], matrix: Mapping[str, Any], event: Event, taken: set[str]) -> Ran:
        contexts = self._contexts(event, matrix)
        ran = Ran(" ".join(map(str, matrix.values())))
        if not self._holds(job.get("if"), contexts, failed=False):
            ran.skipped = True
            return ran
        for name in ("drift-report", "drift-told.json", "drift-said"):  # a runner is a new machine
            _remove(self._temp / name)
        for left in ("drift.json", "said"):
            _remove(self.checkout / left)
        summary = self._temp / "summary"
        summary.write_text("")
        permissions = {} if event.fork else job["permissions"]
        environment = {
            **self._environment,
            **self.environments.get(str(matrix.get("directory", "")), {}),
            "PATH": f"{self._temp / 'tools'}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self._temp),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_REF": contexts["github"]["ref"],
            "GITHUB_RUN_ID": str(self._runs),
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        environment |= {k: _text(self._value(v, contexts)) for k, v in job.get("env", {}).items()}
        self.granted(permissions)
        machine = _Machine(self, ran, event, permissions, taken)
        machine.steps(job["steps"], contexts, environment)
        ran.summary = summary.read_text()
        return ran


def _remove(path: Path) -> None:
    if path.is_dir():
        for inner in path.iterdir():
            inner.unlink()
    else:
        path.unlink(missing_ok=True)


@dataclass
class _Machine:
    runner: Runner
    ran: Ran
    event: Event
    permissions: Mapping[str, str]
    taken: set[str]
    """Names of the artifacts of this run."""

    def steps(self, steps: list[dict[str, Any]], contexts: dict[str, Any], environment: dict[str, str]) -> bool:
        """Run them; whether one of them failed."""
        failed = False
        for number, step in enumerate(steps):
            known = {"name", "id", "if", "uses", "with", "run", "shell", "env", "working-directory"}
            assert step.keys() <= known, step
            name = (
                step.get("name") or step.get("id") or step.get("uses", "").split("@")[0] or step["run"].splitlines()[0]
            )
            if not self.runner._holds(step.get("if"), contexts, failed=failed):
                self.ran.steps.setdefault(name, "skipped")
                continue
            status, outputs = self._step(step, contexts, environment)
            outcome = "failure" if status else "success"
            failed = failed or bool(status)
            self.ran.steps[name] = outcome
            contexts["steps"][step.get("id") or str(number)] = {"outputs": outputs, "outcome": outcome}
        return failed

    def _step(
        self, step: dict[str, Any], contexts: dict[str, Any], environment: dict[str, str]
    ) -> tuple[int, dict[str, str]]:
        given = {k: self.runner._value(v, contexts) for k, v in step.get("with", {}).items()}
        if "uses" in step:
            return self._used(step["uses"].split("@")[0], given, contexts, environment)
        output = self.runner._temp / "output"
        output.write_text("")
        own = {k: _text(self.runner._value(v, contexts)) for k, v in step.get("env", {}).items()}
        where = self.runner.checkout / _text(self.runner._value(step.get("working-directory", "."), contexts))
        script = self.runner._temp / "step.sh"
        script.write_text(step["run"])
        environment = {**environment, **own, "GITHUB_OUTPUT": str(output)}
        done = forked.run([*SHELL[step.get("shell")], str(script)], self.runner._listener, environment, where)
        self.ran.log += done.said
        return done.status, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _used(  # noqa: C901 - a table of actions
        self, action: str, given: dict[str, Any], contexts: dict[str, Any], environment: dict[str, str]
    ) -> tuple[int, dict[str, str]]:
        match action:
            case "./":
                return self._composite(given, contexts, environment)
            case "actions/checkout" | "hashicorp/setup-terraform" | "actions/cache":
                return 0, {}
            case "actions/setup-python":
                return 0, {"python-path": "python3", "python-version": "3.13.0"}
            case "aws-actions/configure-aws-credentials":
                if not (self.event.role and self.permissions.get("id-token") == "write" and given["role-to-assume"]):
                    self.ran.log += "::error::Could not assume role with OIDC: Not authorized\n"
                    return 1, {}
                environment["AWS_ACCESS_KEY_ID"] = "ASIAEXAMPLE"
                environment["AWS_REGION"] = given["aws-region"]
                return 0, {}
            case "actions/cache/restore":
                starts = (given["key"], *given["restore-keys"].splitlines())
                found = next((k for s in starts for k in reversed(self.runner.caches) if k.startswith(s)), None)
                if found:
                    Path(given["path"]).write_bytes(self.runner.caches[found])
                return 0, {}
            case "actions/cache/save":
                if Path(given["path"]).exists():
                    self.runner.caches.setdefault(given["key"], Path(given["path"]).read_bytes())
                return 0, {}
            case "actions/upload-artifact":
                if given["name"] in self.taken:
                    self.ran.log += "::error::Failed to CreateArtifact: (409) Conflict\n"
                    return 1, {}
                self.taken.add(given["name"])
                self.ran.artifacts[given["name"]] = sorted(p.name for p in Path(given["path"]).iterdir())
                return 0, {}
        raise AssertionError(f"{action}: there is no stand-in for it")

    def _composite(
        self, given: dict[str, Any], outer: dict[str, Any], environment: dict[str, str]
    ) -> tuple[int, dict[str, str]]:
        whole = yaml.safe_load((self.runner._action / "action.yml").read_text())
        assert given.keys() <= whole["inputs"].keys()
        inputs = {
            name: _text(given[name] if name in given else self.runner._value(spec["default"], outer))
            for name, spec in whole["inputs"].items()
        }
        contexts = {**outer, "inputs": inputs, "steps": {}}
        own = {**environment, "GITHUB_ACTION_PATH": str(self.runner._action)}
        failed = self.steps(whole["runs"]["steps"], contexts, own)
        outputs = {k: _text(self.runner._value(v["value"], contexts)) for k, v in whole["outputs"].items()}
        return int(failed), outputs
