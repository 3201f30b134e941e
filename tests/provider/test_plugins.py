"""Plugins by entry point: a type, a backend, a rule and a format from another package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.world import WORLDS

TAPE = WORLDS / "security-groups"
PLUGIN = """
import json
from dataclasses import replace
from drift.provider.contract import Extension
from drift.providers.aws import AWS
from drift.rules.spec import rule

TYPE = replace(AWS.types["aws_security_group"], name="aws_example", alias_of="aws_security_group")
TYPES = Extension(
    provider="aws", types=(TYPE,), schema={"aws_example": AWS.schema.of_type("aws_security_group")}
)

class Backend:
    scheme = "example"
    def read(self, url):
        return open(url.removeprefix("example://"), "rb").read()

@rule(title="Groups should be named well", severity="low", types=("aws_security_group",), reads=("name",), remedy="Name it.")
def named_well(group):
    return "rogue" in (group["name"] or "")

def render(report, out, look):
    out.write(f"{len(report.drift)} drifted\\n")
"""
ENTRY_POINTS = """
[drift.types]
example = example_plugin:TYPES
[drift.backends]
example = example_plugin:Backend
[drift.rules]
example = example_plugin:named_well
[drift.formats]
count = example_plugin:render
"""


def install(folder: Path, source: str = PLUGIN, entry_points: str = ENTRY_POINTS) -> dict[str, str]:
    (folder / "example_plugin.py").write_text(source)
    info = folder / "example_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: example-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry_points)
    return {**os.environ, "PYTHONPATH": str(folder)}


def drift(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "drift", *arguments], env=env, capture_output=True, text=True, check=False
    )


def test_everything_a_plugin_may_add(tmp_path: Path) -> None:
    env = install(tmp_path)
    check = (
        "check",
        "--state",
        f"example://{TAPE / 'refreshed.tfstate'}",
        "--replay",
        str(TAPE / "tampered.jsonl"),
        "--only",
        "aws_security_group",
    )
    counted = drift(env, *check, "--format", "count")
    report = json.loads(drift(env, *check, "--format", "json").stdout)

    assert counted.stdout == "5 drifted\n"
    assert "aws_example" in drift(env, "catalog").stdout
    assert "named-well" in drift(env, "rules").stdout
    rogue = next(d for d in report["drift"] if d["kind"] == "unmanaged")
    assert "named-well" in [f["rule"] for f in rogue["findings"]]


def python(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)


def test_a_type_of_a_plugin_is_linted_by_its_own_schema(tmp_path: Path) -> None:
    env = install(tmp_path)
    assert python(env, "-m", "drift.provider.lint", "aws_example").stdout == ""

    wrong = PLUGIN.replace('alias_of="aws_security_group"', 'alias_of="aws_security_group", label="nam"')
    wrong = wrong.replace('AWS.schema.of_type("aws_security_group")', '{"name": "o", "colour": "o"}')
    (tmp_path / "example_plugin.py").write_text(wrong)
    said = python(env, "-m", "drift.provider.lint", "aws_example")

    assert said.returncode == 1
    assert "aws_example: colour is neither compared nor ignored" in said.stdout
    assert "aws_example: label: 'nam' does not exist" in said.stdout


def test_a_lint_of_a_type_that_nobody_describes_says_so(tmp_path: Path) -> None:
    said = python(install(tmp_path), "-m", "drift.provider.lint", "aws_exampel")

    assert (said.returncode, said.stdout) == (1, "aws_exampel: no installed package describes this type\n")


CONFIGURED = """
resource "aws_example" "one" {
  name        = "one"
  description = "as the author wrote it"
  ingress {
    from_port = 443
    to_port   = 443
    protocol  = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
"""


def test_a_type_of_a_plugin_is_known_to_the_evaluator(tmp_path: Path) -> None:
    env = install(tmp_path)
    (tmp_path / "main.tf").write_text(CONFIGURED)
    group = {"id": "sg-1", "name": "one", "description": "as it was", "vpc_id": "vpc-1", "ingress": [], "egress": []}
    resource = {
        "mode": "managed", "type": "aws_example", "name": "one",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": group}],
    }  # fmt: skip
    head = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "outputs": {}}
    (tmp_path / "terraform.tfstate").write_text(json.dumps({**head, "resources": [resource]}))
    code = f"""
from drift.desired.load import Sources, load
from drift.provider.installed import installed
found, = load(Sources(places=({str(tmp_path / "terraform.tfstate")!r},)), installed(), account="1", region="us-east-1").resources
print(found.configured["description"], len(found.configured["ingress"]))
"""
    said = python(env, "-c", code)

    assert said.stdout == "as the author wrote it 1\n", said.stderr


def test_a_broken_plugin_is_named(tmp_path: Path) -> None:
    env = install(tmp_path, source="raise RuntimeError('bug')")
    done = drift(env, "catalog")

    assert done.returncode == 2
    assert "plugin example (drift.types = example_plugin:TYPES) cannot be loaded: bug" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plugin_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    env = install(tmp_path, entry_points="[drift.rules]\nexample = example_plugin:TYPE\n")
    done = drift(env, "rules")

    assert done.returncode == 2
    assert "does not provide a Rule" in done.stderr
