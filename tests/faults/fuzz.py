"""Damages what drift reads, and keeps what reaches new lines: python -m tests.faults.fuzz [TARGET…] [--seconds 60]

Coverage-guided: an input that follows one line of drift by another as none did before is damaged further. Anything but an
error that drift means to raise, and any input that takes long, is written to the directory that is printed; the exit
status is then 1. With `--atheris` libFuzzer guides it (`pip install atheris`), one target at a time.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import drift
from drift.errors import DriftError

PACKAGE = str(Path(drift.__file__).parent)
ROOT = Path(__file__).parents[2]
WORLD = ROOT / "fixtures" / "worlds" / "sqs"
SLOW = 5.0
"""Seconds that no input may take."""
JSON = (
    b"null", b"true", b"{}", b"[]", b'""', b'"x"', b"-1", b"1e999", b"9" * 5000, b"[" * 2000, b'{"a":', b"\xff",
    b"\\ud800", b"\n", b",", b":", b'"$scrubbed"', b'"$datetime"', b'"$bytes"',
    b'"74D93920-ED26-11E3-AC10-0800200C9A66"', b'".#"', b'".%"', b'"create"', b'"deposed"', b'"module.a"',
)  # fmt: skip
TEXT = (
    b"\n", b"\x00", b"\xff", b"\xe2\x80\xae", b"{", b"}", b"[" * 500, b"(" * 500, b"*", b"**", b"?", b"!", b"\\", b"#", b'"', b"'",
    b"${", b"%{ for x in", b"<<-EOT\n", b"=", b"= null", b".", b"/", b"9" * 400, b"-1", b"1e400", b"&a [*a, *a]", b"!!python/object:",
    b"each.value", b"count = 99999\n", b'dynamic "x" {', b"for_each = ", b"[for x in range(1024): x]", b'file("/dev/zero")', b"..",
)  # fmt: skip
Edge = tuple[str, int, int]


@dataclass(frozen=True)
class Target:
    """Something that drift reads."""

    read: Callable[[bytes], object]
    """Raises a DriftError for what it cannot read, and nothing else."""
    seeds: Callable[[], Sequence[bytes]]
    tokens: Sequence[bytes] = TEXT
    tree: bool = False
    """Whether values of its JSON are replaced by others, too."""


@contextlib.contextmanager
def _file(name: str, data: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="drift-fuzz-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


def _state(data: bytes) -> None:
    from drift.desired import state as formats
    from drift.desired.load import build
    from drift.provider.installed import installed
    from tests.desired.test_state_formats import opened

    with opened():
        build([formats.parse(data, "fuzzed")], [], installed(), account="1", region="r")


def _configuration(name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        from drift.desired.hcl.inputs import Given
        from drift.desired.hcl.read import Sources

        with _file(name, data) as path:
            found = Sources(path.parent, Given(environment={})).evaluated()
            return [i.values for i in found.instances.values()]

    return read


def _tape(data: bytes) -> None:
    from drift.live.tape import Player

    with _file("tape.jsonl", data) as path:
        player = Player(path)
        for request in player.requests:
            player.ask(request)


def _answers(data: bytes) -> None:
    """What AWS answers, in any shape that JSON has, through the whole line and into every format."""
    from drift.errors import TapeError
    from drift.live.tape import Player
    from tests.support.world import run

    with _file("tape.jsonl", data) as path:
        try:
            player = Player(path)
        except TapeError:
            return
        _rendered(run(WORLD / "refreshed.tfstate", player, _rules(), only=("aws_sqs_queue*",)))


@cache
def _rules() -> Any:
    from drift.providers.aws.rules import built_in

    return built_in()


def _report(data: bytes) -> None:
    from drift.report.json import read

    _rendered(read(data))


def _rendered(report: Any) -> None:
    from drift.report import FORMATS, Look, renderer

    for name in FORMATS:
        renderer(name)(report, io.StringIO(), Look(verbose=True))


def _ignore(data: bytes) -> None:
    from drift.exclude.driftignore import read

    with _file(".driftignore", data) as path:
        found = read(path)
        for names in ([("aws_sqs_queue", "a.b")], [("aws_iam_role", "*"), ("aws_iam_role", "")]):
            found.decides(names)
        found.decides_type("aws_s3_bucket")


def _settings(data: bytes) -> None:
    import click

    from drift.cli import cli

    with (
        _file("drift.toml", data) as path,
        contextlib.chdir(path.parent),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.suppress(click.ClickException),
    ):
        cli.main(["config", "check"], standalone_mode=False)


def _own_rules(name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        from drift.provider.installed import installed
        from drift.rules.own import read as rules

        with _file(name, data) as path:
            return rules(path, installed())

    return read


def _baseline(data: bytes) -> object:
    from drift.exclude.baseline import parse

    return parse(data.decode("utf-8", "replace"), "fuzzed")


def _filter(data: bytes) -> object:
    from drift.exclude.filter import Filter
    from tests.model.test_bounds import resource

    return Filter(data.decode("utf-8", "replace")).means(resource(), "unmanaged")


# --- seeds -----------------------------------------------------------------------------------------------------


def _states() -> list[bytes]:
    from tests.desired.test_state_formats import GOOD

    return list(GOOD.values())


def _configurations() -> list[bytes]:
    found = sorted((ROOT / "fixtures").glob("*/*/main.tf"), key=lambda p: p.stat().st_size)
    return [p.read_bytes() for p in found[:12]] + [HCL.encode()]


HCL = """
variable "names" { default = ["a", "b"] }
locals { all = { for n in var.names : n => upper(n) if n != "c" } }
resource "aws_sqs_queue" "q" {
  for_each = local.all
  name     = "${each.key}-${each.value}"
  policy   = jsonencode({ a = [1, 2, 3], b = templatestring("x ${format("%03d", 7)}", {}) })
  tags = merge({ A = "1" }, try(var.missing, {}))
}
resource "aws_security_group" "g" {
  count = length(var.names)
  dynamic "ingress" {
    for_each = range(3)
    content {
      from_port = ingress.value
      to_port   = ingress.value + 1
      protocol  = "tcp"
    }
  }
  description = <<-EOT
    one %{ for n in var.names ~} ${n} %{ endfor ~}
  EOT
}
"""


def _json_configurations() -> list[bytes]:
    block = {"name": "${var.x}", "tags": {"A": '${upper("b")}'}, "count": 2}
    return [json.dumps({"variable": {"x": {"default": "y"}}, "resource": {"aws_sqs_queue": {"q": block}}}).encode()]


def _tapes() -> list[bytes]:
    lines = (WORLD / "tampered.jsonl").read_bytes().splitlines(keepends=True)
    return [b"".join(line for line in lines if b'"op":"sqs:' in line or line is lines[0])]


def _reports() -> list[bytes]:
    from drift.report import Look, renderer
    from tests.report.test_report_escaping import hostile_report

    out = io.StringIO()
    renderer("json")(hostile_report("word"), out, Look())
    return [out.getvalue().encode()]


IGNORES = [b"# comment\naws_sqs_queue.*\n!aws_sqs_queue.keep\naws_iam_role.a\\.b\n*\naws_s3_bucket.**x?y*z\n"]
TOML = [
    (
        b'format = ["json=out.json"]\nfail-on = "unmanaged"\n[[ignore]]\nfilter = "type == \'aws_sqs_queue\'"\n'
        b'reason = "x"\nexpires = 2026-12-31\n[command.check]\nonly = ["aws_*"]\n'
    ),
    b'[[ignore]]\ntype = "aws_iam_*"\npaths = ["tags.*"]\nreason = "y"\n',
]
YAML = [
    (
        b"rules:\n  - id: own-queue\n    title: A queue\n    severity: high\n    type: aws_sqs_queue\n"
        b"    fails: \"desired.name.startsWith('x') || size(resource.name) > 3\"\n    message: it is\n    remedy: mend it\n"
    ),
]
TOML_RULES = [
    (
        b'[[rules]]\nid = "own-queue"\ntitle = "A queue"\nseverity = "high"\ntype = "aws_sqs_queue"\n'
        b'fails = "resource.name == \'x\'"\nmessage = "it is"\nremedy = "mend it"\n'
    ),
]
BASELINES = [
    json.dumps({
        "schema": "drift-baseline/1",
        "entries": [{"type": "aws_sqs_queue", "id": "a", "account": "1", "region": "r", "kind": "modified", "reason": "x",
                     "changes": [{"path": "name", "fingerprint": "f"}]}],
    }).encode(),
]  # fmt: skip
FILTERS = [
    b"type == 'aws_s3_bucket' && tags.Team == 'data'", b"length(keys(tags)) > `2` || contains(name, 'x')",
    b"!(region != 'eu-west-1') && join(', ', [name, type]) == 'v' && findings[?severity=='high'] | [0]",
]  # fmt: skip

TARGETS: Mapping[str, Target] = {
    "states and plans": Target(_state, _states, JSON, tree=True),
    "configurations": Target(_configuration("main.tf"), _configurations),
    "configurations in JSON": Target(_configuration("main.tf.json"), _json_configurations, (*JSON, *TEXT), tree=True),
    "tapes": Target(_tape, _tapes, JSON),
    "answers of AWS": Target(_answers, _tapes, JSON, tree=True),
    "reports": Target(_report, _reports, JSON, tree=True),
    "baselines": Target(_baseline, lambda: BASELINES, JSON, tree=True),
    ".driftignore": Target(_ignore, lambda: IGNORES),
    "drift.toml": Target(_settings, lambda: TOML),
    "rules in YAML": Target(_own_rules("rules.yaml"), lambda: YAML),
    "rules in TOML": Target(_own_rules("rules.toml"), lambda: TOML_RULES),
    "filters": Target(_filter, lambda: FILTERS),
}
"""What is fuzzed."""


# --- damage ----------------------------------------------------------------------------------------------------

VALUES: list[Any] = [None, True, -1, 10**30, 0.5, "", "x", "module.a", [], {}, [None], {"x": None}, [[]], {"": {}}]


def rearranged(data: bytes, dice: random.Random) -> bytes:
    """The input with one value replaced, left out, or put in another's place, where it is JSON, or has it in a line."""
    lines = data.splitlines(keepends=True) or [data]
    single = len(lines) > 1 and lines[0][:1] == b"{" and lines[1][:1] == b"{"
    which = dice.randrange(len(lines)) if single else 0
    try:
        tree = json.loads(lines[which] if single else data)
    except (ValueError, RecursionError):
        return data
    containers, todo = [], [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, dict | list) and node:
            containers.append(node)
            todo += node.values() if isinstance(node, dict) else node
    if not containers:
        return data
    where, source = dice.choice(containers), dice.choice(containers)
    at = dice.choice(list(where) if isinstance(where, dict) else range(len(where)))
    other = dice.choice(list(source.values()) if isinstance(source, dict) else source)
    instead = dice.choice([*VALUES, json.loads(json.dumps(other))])
    if dice.random() < 0.2:
        del where[at]
    else:
        where[at] = instead
    made = json.dumps(tree).encode()
    return b"".join((*lines[:which], made + b"\n", *lines[which + 1 :])) if single else made


def damaged(data: bytes, corpus: Sequence[bytes], dice: random.Random, target: Target) -> bytes:
    """The input with one to four places changed."""
    if target.tree and dice.random() < 0.6:
        return rearranged(data, dice)
    for _ in range(dice.randint(1, 4)):
        at, length = dice.randrange(len(data) + 1), dice.choice((0, 1, 4, 20, 200))
        other = dice.choice(corpus)
        start = dice.randrange(len(other) + 1)
        instead = dice.choice(
            (b"", dice.choice(target.tokens), other[start : start + length], bytes([dice.randrange(256)]))
        )
        data = data[:at] + instead + data[at + length :]
    return data


# --- runs ------------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What came of fuzzing one target."""

    inputs: int = 0
    kept: int = 0
    edges: int = 0
    places: set[str] = field(default_factory=set)
    """Where what must not be came from."""


def place(error: BaseException | None) -> str:
    """The last line of drift on an exception's way."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(PACKAGE)] if error else []
    return (
        f"{Path(own[-1].filename).relative_to(PACKAGE)}:{own[-1].lineno} {type(error).__name__}" if own else str(error)
    )


def tried(target: Target, data: bytes) -> tuple[BaseException | None, float]:
    """What comes out that must not, and the seconds it took."""
    began = time.perf_counter()
    try:
        target.read(data)
    except DriftError:
        wrong = None
    except BaseException as error:  # noqa: BLE001 - that is what it looks for
        wrong = error
    else:
        wrong = None
    return wrong, time.perf_counter() - began


def traced(target: Target, data: bytes) -> tuple[set[Edge], BaseException | None, float]:
    """The same, with what was reached."""
    found: set[Edge] = set()
    last = 0

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal last
        found.add((frame.f_code.co_filename, last, frame.f_lineno))
        last = frame.f_lineno
        return line

    def call(frame: FrameType, event: str, arg: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(PACKAGE) else None

    threading.settrace(call)
    sys.settrace(call)
    try:
        wrong, seconds = tried(target, data)
    finally:
        sys.settrace(None)
        threading.settrace(None)
    return found, wrong, seconds


def fuzz(target: Target, seconds: float, folder: Path, seed: int = 0) -> Found:
    """Fuzz one target for a time; what must not be is written to the folder."""
    dice, corpus, reached, out = random.Random(seed), list(target.seeds()), set[Edge](), Found()
    for good in corpus:
        tried(target, good)  # what is loaded when it is first needed is no coverage
        reached |= traced(target, good)[0]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = damaged(dice.choice(corpus), corpus, dice, target)
        found, wrong, took = traced(target, data)
        out.inputs += 1
        if wrong is not None or took > SLOW * 10:  # being traced, it is ten times as slow
            where = place(wrong)
            if where not in out.places:
                out.places.add(where)
                path = folder / f"{len(out.places)}"
                path.write_bytes(data)
                print(f"{path}: {wrong!r} at {where}, {took:.1f} s"[:300], flush=True)  # noqa: T201
        if found - reached:
            reached |= found
            corpus.append(data)
    out.kept, out.edges = len(corpus), len(reached)
    return out


def _atheris(target: Target, seconds: float, folder: Path) -> None:
    """libFuzzer takes over this process, and ends it."""
    import atheris

    seeds = folder / "seeds"
    seeds.mkdir()
    for number, data in enumerate(target.seeds()):
        (seeds / str(number)).write_bytes(data)

    def one(data: bytes) -> None:
        wrong, _ = tried(target, data)
        if wrong is not None:
            raise wrong

    atheris.instrument_all()
    words = [sys.argv[0], f"-max_total_time={int(seconds)}", f"-timeout={int(SLOW)}", f"-artifact_prefix={folder}/"]
    atheris.Setup([*words, str(seeds)], one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz for the time that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--atheris", action="store_true")
    wanted = parser.parse_args()
    folder, bad = Path(tempfile.mkdtemp(prefix="drift-fuzz-")), 0
    os.environ["DRIFT_CACHE"] = "off"
    for name in wanted.targets or TARGETS:
        here = folder / name.replace(" ", "-").strip(".")
        here.mkdir()
        if wanted.atheris:
            _atheris(TARGETS[name], wanted.seconds, here)
        found = fuzz(TARGETS[name], wanted.seconds, here, wanted.seed)
        print(f"{name}: {found}", flush=True)  # noqa: T201
        bad += len(found.places)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
