"""The command line, as its user meets it."""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from drift import cli
from drift.cli import log
from drift.cli.interrupts import INTERRUPTS
from drift.desired import memory
from drift.desired.backends.s3 import _made as s3_clients
from tests.support.world import FAKE, WORLDS

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
TAMPERED = WORLDS / "security-groups"


Done = subprocess.CompletedProcess[str]


def drift(*arguments: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> Done:
    """Run drift by its own door, within this process: with its words, environment, directory and streams."""
    words = ["drift", *map(str, arguments)]
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True) for _ in range(2)]
    collecting = gc.get_threshold()
    with pytest.MonkeyPatch.context() as patch, mock.patch.dict(os.environ, clear=False):
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(env or {})
        patch.chdir(cwd or Path.cwd())
        patch.setattr(sys, "argv", words)
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        patch.setattr(INTERRUPTS, "install", lambda: None)  # pytest has its own
        s3_clients.cache_clear()
        try:
            with pytest.raises(SystemExit) as ended:
                cli.main()
        finally:
            log.end()
            gc.set_threshold(*collecting)
    status = ended.value.code
    out, error = (s.buffer.getvalue().decode() for s in streams)
    return Done(words, status if isinstance(status, int) else 0, out, error)


def process(*arguments: str | Path) -> Done:
    """Run drift as a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "drift", *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def replayed(*arguments: str | Path, tape: str = "tampered", by: Callable[..., Done] = drift) -> Done:
    return by("check", "--state", TAMPERED / "refreshed.tfstate", "--replay", TAMPERED / f"{tape}.jsonl", *arguments)


def state(*resources: dict[str, Any], **top: Any) -> str:
    return json.dumps(
        {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": resources, **top}
    )


def queue(name: str, **more: Any) -> dict[str, Any]:
    url = f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"
    attributes = {"id": url, "url": url, "name": name, "arn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}
    instance = {"schema_version": 0, "attributes": attributes}
    return {"mode": "managed", "type": "aws_sqs_queue", "name": name, "provider": AWS, "instances": [instance], **more}


def test_help_loads_nothing_heavy() -> None:
    program = "import sys; sys.argv = ['drift', '--help']\nimport drift.cli\n"
    program += "try: drift.cli.main()\nexcept SystemExit: pass\n"
    heavy = ("boto3", "botocore", "networkx", "deepdiff", "rich", "msgspec", "drift.catalog")
    program += f"print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_end_of_a_run_searches_nothing_for_cycles() -> None:
    program = "import atexit, gc, sys; sys.argv = ['drift', '--help']\nimport drift.cli\n"
    program += "atexit.register(lambda: print(gc.get_freeze_count() > 1000))\n"  # what is registered first is done last
    program += "try: drift.cli.main()\nexcept SystemExit: pass\nprint(gc.get_freeze_count())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-2:] == ["0", "True"]


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_every_command_has_help(command: str) -> None:
    done = drift(command, "--help")

    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_clean_account_exits_0() -> None:
    done = replayed(tape="clean", by=process)

    assert (done.returncode, done.stderr) == (0, "")
    assert "No drift." in done.stdout


def test_drift_exits_1_and_names_it() -> None:
    done = replayed(by=process)

    assert done.returncode == 1
    assert "~ aws_security_group.inline" in done.stdout
    assert "+ tcp/22 0.0.0.0/0" in done.stdout
    assert "SSH is open to the internet" in done.stdout
    assert "\x1b[" not in done.stdout


@pytest.mark.parametrize(
    ("policy", "status"),
    [("unmanaged", 1), ("missing", 1), ("none", 0), ("none,severity>=critical", 0), ("severity>=high", 1), ("any", 1)],
)
def test_fail_on(policy: str, status: int) -> None:
    assert replayed("--fail-on", policy).returncode == status


def test_fail_on_unknown_word_is_a_usage_error() -> None:
    done = replayed("--fail-on", "sometimes")

    assert done.returncode == 2
    assert "severity>=LEVEL" in done.stderr


def test_two_runs_give_the_same_bytes() -> None:
    first, second = (replayed("--format", "json", by=process) for _ in range(2))

    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["schema"] == "drift-report/1"


def test_json_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "drift.json"
    done = replayed("--format", "json", "--output", out)
    report = json.loads(out.read_text())

    assert (done.returncode, done.stdout) == (1, "")
    assert report["summary"]["missing"] == 3
    inline = next(d for d in report["drift"] if d["address"] == "aws_security_group.inline")
    assert [c["path"] for c in inline["changes"]] == ["ingress", "egress", "tags.Team"]
    assert inline["changes"][0]["added"][0]["cidr_ipv4"] == "0.0.0.0/0"
    ssh = next(f for f in inline["findings"] if f["rule"] == "sg-ssh")
    assert (ssh["title"], ssh["effect"], ssh["verdict"]) == ("SSH is open to the internet", "introduced", "fail")
    lone = "tcp 22 from 0.0.0.0/0; not reached: nothing is attached to aws_security_group.inline"
    assert (ssh["severity"], ssh["evidence"]) == ("high", lone)
    assert "cis-v3 5.2" in ssh["frameworks"]


def test_progress_is_told_in_lines_that_a_machine_reads() -> None:
    told = [json.loads(line) for line in replayed("--progress", "json").stderr.splitlines() if line.startswith("{")]
    lines = [line for line in replayed("--progress", "lines").stderr.splitlines() if line.startswith("drift: ")]

    assert told
    assert {"phase", "done", "total", "seconds"} == set(told[0])
    assert lines
    assert not any("drift: " in line or line.startswith("{") for line in replayed().stderr.splitlines())


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    done = replayed("--output", tmp_path / "no" / "such" / "file")

    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_only_and_exclude() -> None:
    only = json.loads(replayed("--format", "json", "--only", "aws_security_group").stdout)
    without = json.loads(replayed("--format", "json", "--exclude", "aws_security_group*,aws_vpc_*").stdout)

    assert {d["type"] for d in only["drift"]} == {"aws_security_group"}
    assert {d["type"] for d in without["drift"]} == {"aws_default_security_group"}


def test_unknown_type_is_told_with_a_guess() -> None:
    done = replayed("--only", "aws_s3_buckets")

    assert done.returncode == 2
    assert "no resource type matches" in done.stderr


def test_state_in_this_directory_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").write_text((TAMPERED / "refreshed.tfstate").read_text())

    assert drift("check", "--replay", TAMPERED / "clean.jsonl", cwd=tmp_path).returncode == 0
    (tmp_path / "empty").mkdir()
    done = drift("check", "--replay", TAMPERED / "clean.jsonl", cwd=tmp_path / "empty")
    assert done.returncode == 2
    assert "no --state given" in done.stderr


BAD = {
    "empty": (b"", "the file is empty"),
    "truncated": (state(queue("a")).encode()[:200], "truncated"),
    "not json": (b"the state of prod", "not valid JSON"),
    "binary": (b"\x7fELF\x00\x01", "binary"),
    "gzip": (b"\x1f\x8b\x08\x00abc", "gzip"),
    "binary plan file": (b"PK\x03\x04rest", "binary plan file"),
    "encrypted": (
        b'{"serial":1,"lineage":"x","meta":{},"encrypted_data":"AA==","encryption_version":"v0"}',
        "encrypted by OpenTofu",
    ),
    "plan json": (b'{"format_version":"1.2","planned_values":{},"resource_changes":{}}', "$.resource_changes"),
    "plan of tomorrow": (b'{"format_version":"2.0","planned_values":{}}', "newer than this version of drift supports"),
    "show json": (b'{"format_version":"1.0","values":{"root_module":[]}}', "$.values.root_module"),
    "plan log": (b'{"@level":"info"}\n{"@level":"info"}', "the log of a run"),
    "provider schema": (b'{"format_version":"1.0","provider_schemas":{}}', "the schema of a provider"),
    "utf-16": (b"\xff\xfe{", "UTF-16"),
    "deep": (b'{"version":4,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper"),
    "backend": (b'{"version":3,"backend":{"type":"s3"}}', "names the backend"),
    "version 3": (b'{"version":3,"modules":[{"path":[]}]}', "does not start at the root"),
    "version 2": (b'{"version":2,"modules":[]}', "version 2"),
    "version 1": (b'{"version":1,"modules":[]}', "version 1"),
    "version 5": (b'{"version":5}', "newer than this version of drift supports"),
    "version text": (b'{"version":"four"}', "not a number"),
    "no version": (b'{"resources":[]}', "no `version`"),
    "array": (b"[]", "not a Terraform state"),
    "utf-8": (state(queue("a")).encode().replace(b'"name": "a"', b'"name": "\xff"'), "invalid UTF-8"),
    "shape": (b'{"version":4,"resources":{}}', "not a valid state"),
    "mode": (state({"mode": "maybe", "type": "t", "name": "n", "instances": []}).encode(), "not a valid state"),
    "module": (state(queue("a", module="modul.x")).encode(), "not a module path"),
    "twice": (state(queue("a"), queue("a")).encode(), "in the state twice"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_state_is_one_clear_message(name: str, tmp_path: Path) -> None:
    data, message = BAD[name]
    file = tmp_path / "bad.tfstate"
    file.write_bytes(data)
    done = drift("check", "--state", file, "--replay", TAMPERED / "clean.jsonl")

    assert done.returncode == 2
    assert message in done.stderr
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_state_and_empty_directory(tmp_path: Path) -> None:
    missing = drift("check", "--state", tmp_path / "no.tfstate", "--replay", TAMPERED / "clean.jsonl")
    empty = drift("check", "--state", tmp_path, "--replay", TAMPERED / "clean.jsonl")
    pattern = drift("check", "--state", f"{tmp_path}/*.tfstate", "--replay", TAMPERED / "clean.jsonl")
    scheme = drift("check", "--state", "s4://bucket/key", "--replay", TAMPERED / "clean.jsonl")

    assert [r.returncode for r in (missing, empty, pattern, scheme)] == [2, 2, 2, 2]
    assert "no such file" in missing.stderr
    assert "no *.tfstate in this directory" in empty.stderr
    assert "no file matches" in pattern.stderr
    assert "no backend for s4://" in scheme.stderr


def test_one_bad_state_among_many_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "good.tfstate").write_text((TAMPERED / "refreshed.tfstate").read_text())
    (tmp_path / "bad.tfstate").write_text('{"version": 4, "resources": [')
    clean = drift("check", "--state", tmp_path, "--replay", TAMPERED / "clean.jsonl")
    tampered = drift(
        "check",
        "--state",
        tmp_path,
        "--replay",
        TAMPERED / "tampered.jsonl",
        "--fail-on",
        "unmanaged",
        "--format",
        "json",
    )
    report = json.loads(tampered.stdout)

    assert clean.returncode == 3
    assert "truncated" in clean.stdout
    assert tampered.returncode == 3  # what the bad state would have held is not called unmanaged with confidence
    assert [d["certain"] for d in report["drift"] if d["kind"] == "unmanaged"] == [False]
    assert report["summary"]["missing"] == 3
    assert (
        drift("check", "--state", tmp_path, "--replay", TAMPERED / "clean.jsonl", "--allow-incomplete").returncode == 0
    )


def test_no_credentials(tmp_path: Path) -> None:
    file = tmp_path / "s.tfstate"
    file.write_text(state(queue("a")))
    env = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path), "AWS_DEFAULT_REGION": "us-east-1"}
    done = drift("check", "--state", file, env=env)

    assert done.returncode == 2
    assert "no AWS credentials" in done.stderr
    assert "drift demo" in done.stderr


def test_dead_endpoint(tmp_path: Path) -> None:
    file = tmp_path / "s.tfstate"
    file.write_text(state(queue("a")))
    done = drift("check", "--state", file, env={**FAKE, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})

    assert done.returncode == 2
    assert "AWS does not answer" in done.stderr


def test_unknown_profile(tmp_path: Path) -> None:
    file = tmp_path / "s.tfstate"
    file.write_text(state(queue("a")))
    done = drift("check", "--state", file, "--profile", "nobody", env={"HOME": str(tmp_path)})

    assert done.returncode == 2
    assert "nobody" in done.stderr


def test_broken_tape(tmp_path: Path) -> None:
    file = tmp_path / "tape.jsonl"
    none = process("check", "--state", TAMPERED / "refreshed.tfstate", "--replay", file)
    file.write_text("{")
    broken = drift("check", "--state", TAMPERED / "refreshed.tfstate", "--replay", file)
    directory = drift("check", "--state", TAMPERED / "refreshed.tfstate", "--replay", tmp_path)

    assert [none.returncode, broken.returncode, directory.returncode] == [2, 2, 2]
    assert "no such recording" in none.stderr
    assert "not a readable recording" in broken.stderr
    assert "a recording is one file" in directory.stderr


def test_what_a_tape_does_not_hold_is_not_read_and_no_verdict(tmp_path: Path) -> None:
    """A tape that lost an operation: what it would have told is unread, as after a refusal, never empty."""
    whole, file = (TAMPERED / "clean.jsonl").read_text().splitlines(), tmp_path / "tape.jsonl"
    file.write_text("".join(f"{line}\n" for line in whole if "ec2:DescribeSecurityGroups" not in line))
    done = drift("check", "--state", TAMPERED / "refreshed.tfstate", "--replay", file, "--format", "json")
    report = json.loads(done.stdout)

    assert done.returncode == 3, done.stderr
    assert report["drift"] == []
    gaps = {(g["action"], g["code"]) for g in report["coverage"]["gaps"]}
    assert gaps == {("ec2:DescribeSecurityGroups", "NotOnTape")}


def test_a_recording_never_takes_the_place_of_another_file(tmp_path: Path) -> None:
    """It is refused before anything is read."""
    mine = tmp_path / "main.tf"
    mine.write_text("mine")
    for taken, told in ((mine, "the file exists"), (tmp_path, "it is a directory")):
        done = drift("check", "--state", TAMPERED / "refreshed.tfstate", "--record", taken)

        assert done.returncode == 2
        assert f"{taken}: {told}" in done.stderr
    assert [f.name for f in tmp_path.iterdir()] == ["main.tf"]
    assert mine.read_text() == "mine"


def test_graph_of_the_desired_side_needs_no_cloud() -> None:
    done = drift("graph", "--state", TAMPERED / "refreshed.tfstate", "--side", "desired", "--format", "json")
    graph = json.loads(done.stdout)
    edges = {(e["from"], e["to"]) for e in graph["edges"]}

    assert done.returncode == 0
    assert ("aws_security_group_rule.from_inline", "aws_security_group.inline") in edges
    assert ("aws_security_group.inline", "aws_vpc.main") in edges


@pytest.mark.parametrize("format_", ["dot", "mermaid", "json"])
def test_graph_marks_the_drift(format_: str) -> None:
    done = drift(
        "graph", "--state", TAMPERED / "refreshed.tfstate", "--replay", TAMPERED / "tampered.jsonl", "--format", format_
    )  # fmt: skip

    assert done.returncode == 0
    for word in ("modified", "missing", "unmanaged"):
        assert word in done.stdout


def test_catalog_formats_and_policy() -> None:
    table = drift("catalog", "--only", "aws_sqs_*", "--verbose")
    entries = json.loads(drift("catalog", "--only", "aws_sqs_queue", "--format", "json").stdout)
    policy = json.loads(drift("policy", "--only", "aws_sqs_queue_policy").stdout)

    assert "name_prefix: only read when the queue is created" in table.stdout
    assert entries[0]["ignored"] == {"name_prefix": "only read when the queue is created"}
    assert policy["Statement"][0]["Action"] == [
        "sqs:GetQueueAttributes", "sqs:ListQueueTags", "sqs:ListQueues", "sts:GetCallerIdentity", "tag:GetResources",
    ]  # fmt: skip


def test_rules_are_listed() -> None:
    assert "sg-ssh" in drift("rules").stdout
    assert drift("rules", "no-such-rule").returncode == 2


class Expired(BaseHTTPRequestHandler):
    """An AWS that has had enough of these credentials."""

    def do_POST(self) -> None:
        body = b"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>"
        self.send_response(403)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_expired_credentials(tmp_path: Path) -> None:
    file = tmp_path / "s.tfstate"
    file.write_text(state(queue("a")))
    with ThreadingHTTPServer(("127.0.0.1", 0), Expired) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = drift(
            "check", "--state", file, env={**FAKE, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}
        )
        server.shutdown()

    assert done.returncode == 2
    assert "ExpiredToken" in done.stderr
    assert "aws sso login" in done.stderr


@pytest.mark.parametrize("region", ["not a region", "xx-nowhere-1"])
def test_unknown_region(region: str, tmp_path: Path) -> None:
    file = tmp_path / "s.tfstate"
    file.write_text(state(queue("a")))
    done = drift("check", "--state", file, "--region", region, env={k: v for k, v in FAKE.items() if "REGION" not in k})

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "region" in done.stderr.lower()


def test_a_memory_is_written_and_read_again_once(tmp_path: Path) -> None:
    file = tmp_path / "memory.json"
    first = replayed("--config", TAMPERED, "--memory", file)
    before = file.read_text()
    with mock.patch.object(memory, "parse", wraps=memory.parse) as parse:
        again = replayed("--config", TAMPERED, "--memory", file)

    parse.assert_called_once_with(before, str(file))

    assert (first.returncode, again.returncode) == (1, 1)
    assert json.loads(before)["resources"]
    assert file.read_text() == before


@pytest.mark.parametrize(("given", "said"), [(("--no-config",), "needs a configuration"), ((), "not a memory")])
def test_a_memory_that_is_of_no_use_is_told_before_anything_is_asked(
    given: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "memory.json"
    file.write_text("{}")
    done = replayed("--memory", file, *given)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_package_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installation that is not complete is no bug of drift."""
    from drift.cli import _surprised

    monkeypatch.setattr("drift.cli._to_nowhere", lambda: None)
    assert _surprised(ModuleNotFoundError("No module named 'cryptography'", name="cryptography")) == 2
    told = capsys.readouterr().err
    assert "a Python package that drift needs is missing: cryptography" in told
    assert "install drift again" in told
