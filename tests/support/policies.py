"""The policy documents that the AWS provider writes for tests/goldens/policies/main.tf.

python -m tests.support.policies     write them again, with real Terraform
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from tests.support.console import GOLDENS
from tests.support.world import PROVIDER, Terraform

POLICIES = GOLDENS / "policies"
EXPECTED = POLICIES / "expected.json"
_PROVIDER = (
    PROVIDER
    + """
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
"""
)
WHAT = ("json", "minified_json", "id")


def main() -> None:
    names = re.findall(r'^data "aws_iam_policy_document" "(\w+)"', (POLICIES / "main.tf").read_text(), re.MULTILINE)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shutil.copy(POLICIES / "main.tf", work)
        outputs = "".join(
            f'output "{n}" {{ value = {{ {", ".join(f"{w} = data.aws_iam_policy_document.{n}.{w}" for w in WHAT)} }} }}\n'
            for n in names
        )
        (work / "_more.tf").write_text(_PROVIDER + outputs)
        terraform = Terraform(work, "http://127.0.0.1:1")
        terraform("init", "-no-color", "-input=false")
        terraform("apply", "-no-color", "-auto-approve", "-input=false")
        state = json.loads((work / "terraform.tfstate").read_text())
    found = {n: state["outputs"][n]["value"] for n in names}
    EXPECTED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
