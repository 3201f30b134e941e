"""`ResourceType.importable`, held against the real provider."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from drift.provider.installed import installed
from tests.support.world import PROVIDER, Terraform

UNASKED = """
provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  max_retries                 = 1
}
"""
NOBODY = "http://127.0.0.1:9"
NAMED = re.compile(r"resource (\w+) doesn't support import")
UNNAMED = "Resource Import Not Implemented"


@pytest.mark.slow
@pytest.mark.terraform
def test_the_provider_imports_what_is_importable_and_nothing_else(tmp_path: Path) -> None:
    catalog = installed()
    types = [name for name in catalog if name.startswith("aws_")]
    blocks = "".join(f'import {{\n  to = {name}.x\n  id = "x"\n}}\n' for name in types)
    (tmp_path / "main.tf").write_text(PROVIDER + UNASKED + blocks)
    terraform = Terraform(tmp_path, NOBODY)
    terraform("init", "-input=false")
    done = subprocess.run(
        ["terraform", "plan", "-json", "-input=false", "-generate-config-out=made.tf"],
        cwd=tmp_path, env={**terraform.env, "AWS_ENDPOINT_URL": NOBODY}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [d["summary"] for line in done.stdout.splitlines() if (d := json.loads(line).get("diagnostic"))]
    assert len(errors) >= len(types)  # each import was tried
    refused = {m[1] for e in errors if (m := NAMED.search(e))}
    marked = {name for name in types if not catalog[name].importable}
    assert refused <= marked
    assert len(marked) == len(refused) + errors.count(UNNAMED)
