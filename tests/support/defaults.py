"""The provider's defaults, as it plans them: `drift/providers/aws/facts/_defaults.json`, written by

    python -m tests.support.defaults

A plan is made of one resource of each catalogued type whose required arguments are not known. What an argument that
nobody sets comes out as is its default. Types that refuse such a plan have none.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from drift.provider import facts
from drift.provider.installed import installed
from tests.support.world import PROVIDER, Terraform

HEAD = (
    PROVIDER
    + """
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
resource "terraform_data" "later" {}
locals { unknown = jsondecode(terraform_data.later.id) }
"""
)
_WITH = re.compile(r"with (aws_\w+)\.x,")
_ONE_OF = re.compile(r"with (aws_\w+)\.x,(?:(?!with aws_).)*?one of\s+`([\w,]+)`\s+must be\s+specified", re.DOTALL)

Block = Mapping[str, Any]


def body(block: Block, more: Iterable[str] = ()) -> Iterator[str]:
    """The least that a block needs."""
    for name, spec in block.get("attributes", {}).items():
        if spec.get("required") or name in more:
            yield f"{name} = local.unknown"
    for name, spec in block.get("block_types", {}).items():
        for _ in range(spec.get("min_items") or 0):
            yield from (f"{name} {{", *body(spec["block"]), "}")


def planned(work: Path, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The changes of a plan of all types that let themselves be planned."""
    terraform = Terraform(work, "http://127.0.0.1:1")
    more: dict[str, list[str]] = {}
    left = {name for name in installed() if name in schema}
    while True:
        lines = [HEAD]
        for name in sorted(left):
            lines += [f'resource "{name}" "x" {{', *body(schema[name]["block"], more.get(name, ())), "}"]
        (work / "main.tf").write_text("\n".join(lines) + "\n")
        done = subprocess.run(
            ["terraform", "plan", "-no-color", "-input=false", "-refresh=false", "-lock=false", "-out", "plan.bin"],
            cwd=work, env=terraform.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not done.returncode:
            return json.loads(terraform("show", "-json", "plan.bin"))["resource_changes"]  # type: ignore[no-any-return]
        refused = {*_WITH.findall(done.stderr)}
        assert refused, done.stderr[-4000:]
        needs = {}
        for name, words in _ONE_OF.findall(done.stderr):
            arguments = [w for w in words.split(",") if w in schema[name]["block"]["attributes"]]
            if name not in more and arguments:
                needs.setdefault(name, arguments[:1])
        left -= refused - needs.keys()
        more |= needs


def defaults(changes: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Type -> argument -> its default; arguments that AWS may set have none."""
    out: dict[str, dict[str, Any]] = {}
    for change in changes:
        attributes = schema.get(change["type"], {}).get("block", {}).get("attributes", {})
        for name, value in change["change"]["after"].items():
            spec = attributes.get(name, {})
            if spec.get("optional") and not spec.get("computed") and value not in (None, "", [], {}):
                out.setdefault(change["type"], {})[name] = value
    return out


def main() -> None:
    """Write the file anew."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "main.tf").write_text(HEAD)
        terraform = Terraform(work, "http://127.0.0.1:1")
        terraform("init", "-no-color", "-input=false")
        top = json.loads(terraform("providers", "schema", "-json"))
        schema = next(s for name, s in top["provider_schemas"].items() if name.endswith("/aws"))["resource_schemas"]
        found = defaults(planned(work, schema), schema)
    write(found)


def write(found: Mapping[str, Mapping[str, Any]]) -> None:
    """One line for each type."""
    lines = [f"{json.dumps(t)}: {json.dumps(found[t], sort_keys=True)}" for t in sorted(found)]
    (Path(facts.__file__).parent / "provider" / "_defaults.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
