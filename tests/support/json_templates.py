"""What real Terraform makes of templates in JSON, kept under tests/goldens so that tests need no Terraform.

python -m tests.support.json_templates          evaluate them again
… | python -m tests.support.json_templates --add    add those of a JSON array on stdin
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.console import GOLDENS, terraform

KEPT = GOLDENS / "json_templates.json"
"""[[template, value], …]"""


def evaluated(templates: Sequence[str]) -> list[list[object]]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        outputs = {f"o{n}": {"value": text} for n, text in enumerate(templates)}
        (directory / "main.tf.json").write_text(json.dumps({"output": outputs}))
        done = terraform(directory, "apply", "-auto-approve", "-no-color", "-lock=false")
        if done.returncode:
            raise SystemExit(done.stderr[-3000:])
        values = json.loads((directory / "terraform.tfstate").read_text())["outputs"]
    return [[text, values[f"o{n}"]["value"]] for n, text in enumerate(templates)]


def main() -> None:
    kept = [text for text, _ in json.loads(KEPT.read_text())] if KEPT.exists() else []
    added = json.load(sys.stdin) if "--add" in sys.argv else []
    lines = (json.dumps(line) for line in evaluated(list(dict.fromkeys([*kept, *added]))))
    KEPT.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
