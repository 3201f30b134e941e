"""A world: a configuration, the states real Terraform wrote for it, an account, and how it was tampered with.

fixtures/worlds/<name>/
    main.tf            the configuration
    tamper.py          tamper(aws, state) -> the lines drift must print, no more and no less
    applied.tfstate    as the first apply left it
    refreshed.tfstate  after `terraform apply -refresh-only`
    clean.jsonl        a tape of the account before, tampered.jsonl one after
    expected.json      the lines, with the ids of this recording
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import boto3

from drift.desired.load import Desired, build, read_states
from drift.live.asker import Asker
from drift.live.scan import Scan
from drift.live.tape import Player, Recorder
from drift.model.drift import Change, Drift, Report
from drift.model.resource import GLOBAL
from drift.provider.api import Answer, Api, Hashed, Refused, Request
from drift.provider.installed import installed
from drift.providers.aws import AWS
from drift.providers.aws.rules import built_in
from drift.providers.aws.session import BotoApi
from drift.rules.criteria import Criteria
from drift.rules.engine import Judged, judge
from drift.rules.spec import Rule
from drift.survey import Scope
from tests.support.apis import Standing
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

RULES = built_in()
Aws = Callable[..., Any]
State = dict[str, dict[str, Any]]


class Regrouped(Standing):
    """A tape that also answers a batch which was not recorded, from recorded batches that name the same things."""

    at_once = True

    def __init__(self, tape: Player) -> None:
        self._tape = tape
        self._recorded = {r.hashed for r in tape.requests}
        self.account, self.counts, self.types = tape.account, tape.counts, tape.types

    def ask(self, request: Request) -> Answer:
        """The recorded answer, or those of overlapping batches; NotOnTapeError where there is neither."""
        batches = [] if request.hashed in self._recorded else [r for r in self._tape.requests if overlap(r, request)]
        answers = [self._tape.ask(r) for r in batches or [request]]
        refused = next((a for a in answers if isinstance(a, Refused)), None)
        return refused or [page for answer in answers if not isinstance(answer, Refused) for page in answer]


def overlap(one: Request, other: Request) -> bool:
    """Whether both ask the same, but for lists of names that have some in common."""
    return (
        (one.service, one.region, one.op) == (other.service, other.region, other.op)
        and one.args.keys() == other.args.keys()
        and all(
            {*map(str, value)} & {*map(str, one.args[name])} if isinstance(value, list) else value == one.args[name]
            for name, value in other.args.items()
        )
    )


@dataclass(frozen=True)
class World:
    """One directory under fixtures/worlds."""

    path: Path

    @property
    def expected(self) -> list[str]:
        expected: list[str] = json.loads((self.path / "expected.json").read_text())
        return expected

    def tape(self, phase: str, *, strict: bool = True) -> Player:
        """The account of a phase; a question that the tape does not hold fails the test, unless it is not strict."""
        return Player(self.path / f"{phase}.jsonl", strict=strict)

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
    if isinstance(api, Player | Regrouped):
        scope.setdefault("recorded", api.types)
    scope.setdefault("everything", True)
    desired = _desired(state, state.read_bytes(), api.account)
    criteria = Criteria(today=date(2026, 11, 1))
    scope_ = Scope(**scope)
    return check(desired, api, catalog, scope_, rules=rules, criteria=criteria, default_region=REGION).report


@lru_cache(maxsize=2)
def _desired(state: Path, content: bytes, account: str) -> Desired:
    """What a state describes, until it changes: many tests compare the same one again and again."""
    states, failed = read_states([str(state)], {})
    assert not failed, failed
    return build(states, failed, installed(), account=account, region=REGION)


def untouched(state: Path, api: Player | Recorder, rules: Sequence[Rule]) -> tuple[list[Drift], Judged]:
    """Every resource of a clean account, taken for modified, and what the rules say of that."""
    catalog = installed()
    desired = build(*read_states([str(state)], {}), catalog, account=api.account, region=REGION)
    scope = Scope(recorded=api.types if isinstance(api, Player) else frozenset()).types(catalog)
    regions = sorted({r.key.region for r in desired.resources} - {GLOBAL, ""}) or [REGION]
    scan = Scan(Asker(api), catalog, AWS, desired.resources, scope=scope, regions=regions)
    scan.collect()
    drifts = [
        Drift("modified", r, scan.paired[r.origin], (Change("x", 1, 2),))
        for r in desired.resources
        if r.origin in scan.paired
    ]
    criteria = Criteria(today=date(2026, 11, 1))
    return drifts, judge(drifts, rules, scan, catalog, desired=desired.resources, criteria=criteria, scope=scope)


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


_idle: list[tuple[subprocess.Popen[bytes], str]] = []
"""Local AWS that run and that nobody uses."""


@contextmanager
def moto_server() -> Iterator[str]:
    """A local AWS with nothing in it; the address it listens on.

    A process that somebody used before is emptied and used again: to start one, and to have it import each service,
    takes it longer than all that a test asks of it.
    """
    process, url = _idle.pop() if _idle else _started()
    try:
        urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST"), timeout=60).close()
        yield url
    finally:
        _idle.append((process, url))


def _started() -> tuple[subprocess.Popen[bytes], str]:
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
    atexit.register(_ended, process)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/moto-api/", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process, url
    raise RuntimeError("moto_server did not start")


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


@cache
def session_for(url: str) -> Aws:
    """service[, region] -> a boto3 client of the local AWS."""
    session = boto3.Session("testing", "testing", region_name=REGION)

    @cache
    def client(service: str, region: str = REGION) -> Any:
        return session.client(service, region_name=region, endpoint_url=url)

    return client


@contextmanager
def asking(url: str) -> Iterator[BotoApi]:
    """drift's own way to the local AWS; its clients are made once for each address."""
    before = os.environ.get("AWS_ENDPOINT_URL")
    os.environ["AWS_ENDPOINT_URL"] = url
    try:
        yield _api(url)
    finally:
        del os.environ["AWS_ENDPOINT_URL"]
        if before is not None:
            os.environ["AWS_ENDPOINT_URL"] = before


@cache
def _api(url: str) -> BotoApi:
    # nothing in a world is a secret, and a scrubbed value could not be compared on replay
    return BotoApi(boto3.Session("testing", "testing", region_name=REGION), secrets=True)


class Once(Standing):
    """An account that nobody changes meanwhile: each request is made once, however many runs ask for it."""

    def __init__(self, api: Api) -> None:
        self._api, self._known = api, dict[Hashed, Answer]()
        self.account = api.account

    @property
    def counts(self) -> Counter[str]:
        """Requests that were made, by service."""
        return Counter(str(service) for service, *_ in self._known)

    def ask(self, request: Request) -> Answer:
        """The first answer."""
        if request.hashed not in self._known:
            self._known[request.hashed] = self._api.ask(request)
        return self._known[request.hashed]


def mirrors() -> Iterator[Path]:
    """Directories that hold the provider, of those where machines without a network keep it.

    Terraform itself looks into the first ones where no CLI configuration says otherwise ("Implied Local Mirror
    Directories" of its documentation); an image may unpack a mirror into a directory of /opt.
    """
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    own = [Path.home() / ".terraform.d" / "plugins", data / "terraform" / "plugins"]
    own += [Path("/usr/local/share/terraform/plugins"), Path("/usr/share/terraform/plugins")]
    for place in (*own, *sorted(Path("/opt").glob("*"))):
        if (place / "registry.terraform.io" / "hashicorp" / "aws" / PROVIDER_VERSION).is_dir():
            yield place


@cache
def cli_config() -> str | None:
    """Terraform's CLI configuration: the user's own, or one for a local mirror; None without Terraform.

    "" leaves it to Terraform, which then asks its registry for the provider.
    """
    if shutil.which("terraform") is None:
        return None
    configured = os.environ.get("TF_CLI_CONFIG_FILE", "")
    if configured and Path(configured).is_file():
        return configured
    mirror = next(mirrors(), None)
    if mirror is None or (Path.home() / ".terraformrc").is_file():
        return ""
    home = Path(tempfile.gettempdir()) / f"drift-terraform-{os.getuid()}"
    home.mkdir(exist_ok=True)
    config = home / "terraformrc"
    config.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    return str(config)


class Terraform:
    """The real binary in one working directory, against one local AWS."""

    def __init__(self, work: Path, url: str) -> None:
        self.work = work
        self.env = {**os.environ, **FAKE, "AWS_ENDPOINT_URL": url, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        self.env["GOGC"] = "400"  # the provider's schema is most of the memory, and is never garbage
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
    shutil.copytree(world.path, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tfstate", "*.jsonl"))
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
        clean, clean_lines = _recorded(url, applied, refreshed, clean=True)
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
        when: dict[str, Any] = {
            "started_at": "2026-01-01T00:00:00Z",
            "duration_seconds": 1.0,
            "region": REGION,
            "types": installed(),
        }
        clean.save(world.path / "clean.jsonl", **when)
        tampered.save(world.path / "tampered.jsonl", **when)
        (world.path / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def _recorded(
    url: str, applied: Path, refreshed: Path, *, clean: bool = False
) -> tuple[Recorder, dict[str, list[str]]]:
    """What the account answers to all that the tests ask of its tape, rules included, and the lines for each state."""
    with asking(url) as api:
        recorder = Recorder(Once(api), None)
        said = {s.stem: lines(run(s, recorder, rules=RULES)) for s in (applied, refreshed)}
        if clean:
            untouched(refreshed, recorder, RULES)
        return recorder, said


if __name__ == "__main__":  # python -m tests.support.world NAME...: record these worlds again
    for name in sys.argv[1:] or NAMES:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            live(World(WORLDS / name), Path(folder), update=True)
        print(f"{name}: recorded in {time.monotonic() - started:.0f} s")  # noqa: T201
