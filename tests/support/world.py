"""A world: a configuration, the states real Terraform wrote for it, an account, and how it was tampered with.

fixtures/worlds/<name>/
    main.tf            the configuration
    tamper.py          tamper(aws, state) -> the lines drift must print, no more and no less
    applied.tfstate    as the first apply left it
    refreshed.tfstate  after `terraform apply -refresh-only`
    clean/ tampered/   tapes of the account before and after
    expected.json      the lines, with the ids of this recording
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3

from drift.desired.load import build, read_states
from drift.live.tape import Player, Recorder
from drift.model.drift import Report
from drift.provider.api import Answer, Api, Request
from drift.provider.installed import installed
from drift.provider.spec import ElementOf, ResourceType, Within
from drift.providers.aws.session import BotoApi
from drift.rules.settings import Settings
from drift.rules.spec import Rule
from drift.survey import Scope
from tests.support.line import check

WORLDS = Path(__file__).parents[2] / "fixtures" / "worlds"
NAMES = sorted(p.parent.name for p in WORLDS.glob("*/main.tf"))
REGION = "us-east-1"
FAKE = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
PROVIDER_VERSION = "5.100.0"
PROVIDER = f"""
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{PROVIDER_VERSION}"
    }}
  }}
}}
"""

Aws = Callable[..., Any]
State = dict[str, dict[str, Any]]


class Replay(Player):
    """A tape that has nothing of what types catalogued after its recording ask for."""

    @cached_property
    def asked(self) -> set[tuple[str, str]]:
        """(service, operation) of every recorded answer."""
        return {tuple(json.loads(key)[:3:2]) for key in self._answers}

    def ask(self, request: Request) -> Answer:
        """The recorded answer; nothing to an operation that was never asked."""
        return super().ask(request) if (request.service, request.op) in self.asked else [{}]

    def knows(self, kind: ResourceType, catalog: Mapping[str, ResourceType]) -> bool:
        """Whether what lists the type was asked when the tape was recorded."""
        while isinstance(kind.list, Within | ElementOf):
            kind = catalog[kind.list.parent if isinstance(kind.list, Within) else kind.parent.to if kind.parent else ""]
        calls = catalog[kind.listed_as].listings
        known = {
            (s, op, json.dumps({**args, **dict.fromkeys(c.bind)}, sort_keys=True))
            for s, _, op, args in map(json.loads, self._answers)
            for c in calls
        }
        return not calls or any(
            (c.service or kind.service, c.op, json.dumps({**c.args, **dict.fromkeys(c.bind)}, sort_keys=True)) in known
            for c in calls
        )


@dataclass(frozen=True)
class World:
    """One directory under fixtures/worlds."""

    path: Path

    @property
    def expected(self) -> list[str]:
        return json.loads((self.path / "expected.json").read_text())

    def tape(self, name: str) -> Player:
        return Replay(self.path / name)

    def tamper(self, aws: Aws, state: State) -> list[str]:
        spec = importlib.util.spec_from_file_location(f"tamper_{self.path.name}", self.path / "tamper.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return sorted(module.tamper(aws, state))


def run(state: Path, api: Api, rules: Sequence[Rule] = (), **scope: Any) -> Report:
    """`drift check` as a function; rules judge what it finds on the first of November 2026."""
    catalog = installed()
    if isinstance(api, Replay):
        scope.setdefault("only", tuple(n for n in catalog if api.knows(catalog[n], catalog)))
    states, failed = read_states([str(state)], {})
    assert not failed, failed
    desired = build(states, failed, catalog, account=api.account, region=REGION)
    settings = Settings(today=date(2026, 11, 1))
    scope_ = Scope(**scope)
    return check(desired, api, catalog, scope_, rules=rules, settings=settings, default_region=REGION).report


def lines(report: Report) -> list[str]:
    """One line for each drifted resource, and each whose change is expected: kind, address or type and id, paths."""
    out = []
    for d in report.drift:
        if d.kind == "unmanaged":
            out.append(f"unmanaged {d.resource.type} {d.resource.id}")
        else:
            paths = ",".join(sorted(c.path for c in d.changes))
            again = f" as {d.recreated_as.id}" if d.recreated_as else ""
            out.append(f"{d.kind} {d.resource.address} {paths}".rstrip() + again)
    out += [f"expected {a.desired.address} {','.join(sorted(c.path for c in a.changes))}" for a in report.expected]
    out += [f"unread {u.address} {u.path} {u.action} {u.code}" for u in report.unread]
    out += [f"gap {g.type} {g.region} {g.action} {g.code}" for g in report.gaps]
    return sorted(out)


def attributes(state: Path) -> State:
    """Address -> attributes, of a state file."""
    states, failed = read_states([str(state)], {})
    assert not failed, failed
    return {str(i.address): dict(i.attributes) for s in states for i in s.instances}


@contextmanager
def moto_server() -> Iterator[str]:
    """A fresh local AWS; the address it listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    script = Path(__file__).with_name("moto_plus.py")
    process = subprocess.Popen(
        [sys.executable, str(script), "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **FAKE},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/moto-api/", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError("moto_server did not start")
        yield url
    finally:
        process.terminate()
        process.wait()


def session_for(url: str) -> Aws:
    """service[, region] -> a boto3 client of the local AWS."""
    session = boto3.Session("testing", "testing", region_name=REGION)

    def client(service: str, region: str = REGION) -> Any:
        return session.client(service, region_name=region, endpoint_url=url)

    return client


@cache
def cli_config() -> str | None:
    """A Terraform CLI configuration naming the provider's local mirror; "" for the default; None without Terraform."""
    if shutil.which("terraform") is None:
        return None
    configured = os.environ.get("TF_CLI_CONFIG_FILE", "")
    if configured and Path(configured).is_file():
        return configured
    found = subprocess.run(
        [
            "find",
            "/",
            "-name",
            f"terraform-provider-aws_v{PROVIDER_VERSION}*",
            "-not",
            "-path",
            "/proc/*",
            "-type",
            "f",
        ],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    mirrors = [
        Path(f).parents[5]
        for f in found
        if Path(f).parents[4].name == "registry.terraform.io" and "/.terraform/" not in f
    ]
    if not mirrors:
        return ""
    home = Path(os.environ.get("TMPDIR", "/tmp")) / f"drift-terraform-{os.getuid()}"
    home.mkdir(exist_ok=True)
    config = home / "terraformrc"
    config.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirrors[0]}"\n  }}\n}}\n')
    return str(config)


class Terraform:
    """The real binary in one working directory, against one local AWS."""

    def __init__(self, work: Path, url: str) -> None:
        self.work = work
        self.env = {**os.environ, **FAKE, "AWS_ENDPOINT_URL": url, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        self.env.pop("TF_CLI_CONFIG_FILE", None)
        if cli_config():
            self.env["TF_CLI_CONFIG_FILE"] = str(cli_config())

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["terraform", *arguments], cwd=self.work, env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise AssertionError(f"terraform {' '.join(arguments)}:\n{done.stdout[-4000:]}\n{done.stderr[-6000:]}")
        return done.stdout


def endpoint_provider(region: str = REGION) -> str:
    return f'provider "aws" {{\n  region            = "{region}"\n  s3_use_path_style = true\n}}\n'


def live(world: World, work: Path, *, update: bool = False) -> None:
    """Apply the world with real Terraform, tamper, and hold drift against what must be said."""
    shutil.copytree(
        world.path, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tfstate", "clean", "tampered")
    )
    main = (work / "main.tf").read_text()
    (work / "_provider.tf").write_text(PROVIDER + ("" if 'provider "aws"' in main else endpoint_provider()))
    with moto_server() as url:
        terraform = Terraform(work, url)
        terraform("init", "-no-color", "-input=false")
        terraform("apply", "-no-color", "-auto-approve", "-input=false")
        applied, refreshed = work / "applied.tfstate", work / "refreshed.tfstate"
        shutil.copy(work / "terraform.tfstate", applied)
        terraform("apply", "-refresh-only", "-no-color", "-auto-approve", "-input=false")
        shutil.copy(work / "terraform.tfstate", refreshed)
        aws = session_for(url)
        clean, clean_lines = _recorded(url, applied, refreshed)
        for phase, said in clean_lines.items():
            assert said == [], f"clean account, {phase}: {said}"
        expected = world.tamper(aws, attributes(refreshed))
        tampered, tampered_lines = _recorded(url, applied, refreshed)
        for phase, said in tampered_lines.items():
            surplus, silent = sorted({*said} - {*expected}), sorted({*expected} - {*said})
            assert said == expected, f"tampered account, {phase}: too much: {surplus}; too little: {silent}"
    if update:
        for state in (applied, refreshed):
            shutil.copy(state, world.path)
        when = {"started_at": "2026-01-01T00:00:00Z", "duration_seconds": 1.0, "region": REGION, "types": installed()}
        clean.save(world.path / "clean", **when)
        tampered.save(world.path / "tampered", **when)
        (world.path / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def _recorded(url: str, applied: Path, refreshed: Path) -> tuple[Recorder, dict[str, list[str]]]:
    # nothing in a world is a secret, and a scrubbed value could not be compared on replay
    os.environ["AWS_ENDPOINT_URL"] = url
    try:
        recorder = Recorder(BotoApi(boto3.Session("testing", "testing", region_name=REGION)), scrub=False)
        return recorder, {s.stem: lines(run(s, recorder)) for s in (applied, refreshed)}
    finally:
        del os.environ["AWS_ENDPOINT_URL"]


if __name__ == "__main__":  # python -m tests.support.world NAME...: record these worlds again
    import tempfile

    for name in sys.argv[1:] or NAMES:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            live(World(WORLDS / name), Path(folder), update=True)
        print(f"{name}: recorded in {time.monotonic() - started:.0f} s")  # noqa: T201
