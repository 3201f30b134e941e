"""What real Terraform makes of expressions, kept under tests/goldens so that tests need no Terraform.

    python -m tests.support.console                  evaluate all of them again
    python -m tests.support.console --only strings   one theme
    python -m tests.support.console --add strings    add expressions to a theme, one a line on stdin

tests/goldens/expressions/<theme>.jsonl   one expression a line: {"e": text, "t": type, "v": value}, or {"e", "error": true};
                                          {"e", "none": true} where Terraform itself never knows it
tests/goldens/unknowns.jsonl              the same with names that a plan does not know: {"e", "v", "unknown", "sensitive"}

Expressions are evaluated as outputs of a configuration, because a state keeps their types, numbers in full, and
the order of sets. Those with unknown names are the `input` of a `terraform_data` each, whose plan is read.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.expressions import generated

GOLDENS = Path(__file__).parents[1] / "goldens"
EXPRESSIONS = GOLDENS / "expressions"
UNKNOWNS = GOLDENS / "unknowns.jsonl"
FILES = GOLDENS / "files"
"""What the file functions read."""
BATCH = 1500
LOCALS = """
resource "terraform_data" "u" { input = timestamp() }
locals {
  text     = terraform_data.u.id
  any      = terraform_data.u.output
  flag     = terraform_data.u.id == "x"
  number   = length(split(",", terraform_data.u.id))
  list     = split(",", terraform_data.u.id)
  set      = toset(split(",", terraform_data.u.id))
  map      = tomap({ for k in ["a", "b"] : k => terraform_data.u.id })
  tuple    = ["a", terraform_data.u.id]
  object   = { a = terraform_data.u.id, b = "known" }
  secret   = sensitive("hidden")
  secrets  = { a = sensitive("hidden"), b = "shown" }
  hidden   = sensitive(["a", "b"])
}
"""
"""The names that expressions of `unknowns.jsonl` use."""


def terraform(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "TF_CLI_CONFIG_FILE": str(directory / "none.rc"), "CHECKPOINT_DISABLE": "1"}
    (directory / "none.rc").touch()
    return subprocess.run(
        ["terraform", *arguments], cwd=directory, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def evaluated(expressions: Sequence[str]) -> list[dict[str, Any]]:
    """Each expression with its type and value, or `error`."""
    out: list[dict[str, Any]] = []
    for start in range(0, len(expressions), BATCH):
        out += _batch(expressions[start : start + BATCH])
    return out


def _batch(expressions: Sequence[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        if FILES.is_dir():
            (directory / "files").symlink_to(FILES)
        blocks = (
            f'output "o{i}" {{\n  value = try([{text}], "error")\n  sensitive = true\n}}\n'
            for i, text in enumerate(expressions)
        )
        (directory / "main.tf").write_text("".join(blocks))
        done = terraform(directory, "apply", "-auto-approve", "-no-color", "-lock=false")
        infinite = {int(n) for n in re.findall(r'"o(\d+)": cannot serialize infinity', " ".join(done.stderr.split()))}
        if infinite:
            left = iter(_batch([text for i, text in enumerate(expressions) if i not in infinite]))
            return [{"e": t, "none": True} if i in infinite else next(left) for i, t in enumerate(expressions)]
        if done.returncode:
            raise SystemExit(_culprit(done.stdout + done.stderr, expressions))
        outputs = json.loads((directory / "terraform.tfstate").read_text(), parse_float=Number, parse_int=Number)[
            "outputs"
        ]
    return [_line(text, outputs[f"o{i}"]) for i, text in enumerate(expressions)]


class Number(str):
    """A number as the state writes it."""


def _line(text: str, output: dict[str, Any]) -> dict[str, Any]:
    if output["value"] is None:
        return {"e": text, "none": True}
    if output["type"] == "string":
        return {"e": text, "error": True}
    return {"e": text, "t": output["type"][1][0], "v": output["value"][0]}


def _culprit(said: str, expressions: Sequence[str]) -> str:
    at = [int(n) for n in re.findall(r"o(\d+)\"", said)] + [(int(n) - 2) // 4 for n in re.findall(r"line (\d+)", said)]
    return "\n".join([said[-3000:], *(expressions[i] for i in sorted(set(at)) if i < len(expressions))])


def dump(lines: Iterable[dict[str, Any]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(_json(line) + "\n" for line in lines))


def _json(value: Any) -> str:
    """JSON with numbers as they are."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value)


def load(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line, parse_float=Decimal) for line in path.read_text().splitlines() if line]


def planned(expressions: Sequence[str]) -> list[dict[str, Any]]:
    """Each expression as a plan knows it: its value, what of it is unknown, and what is sensitive."""
    left = dict(enumerate(expressions))
    failed: set[int] = set()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "files").symlink_to(FILES)
        while True:
            blocks = [f'resource "terraform_data" "o{i}" {{ input = {text} }}\n' for i, text in left.items()]
            (directory / "main.tf").write_text("".join(blocks) + LOCALS)
            terraform(directory, "init", "-no-color")
            done = terraform(directory, "plan", "-no-color", "-lock=false", "-out=p")
            if not done.returncode:
                break
            order = list(left)
            lines = {int(n) for n in re.findall(r"on main\.tf line (\d+)", done.stderr)}
            bad = {order[n - 1] for n in lines if n <= len(order)}
            if not bad:
                raise SystemExit(done.stderr[-3000:])
            failed |= bad
            left = {i: text for i, text in left.items() if i not in bad}
        shown = terraform(directory, "show", "-json", "p").stdout
    changes = {
        c["name"]: c["change"] for c in json.loads(shown, parse_float=Number, parse_int=Number)["resource_changes"]
    }
    out = []
    for i, text in enumerate(expressions):
        if i in failed:
            out.append({"e": text, "error": True})
            continue
        change = changes[f"o{i}"]
        out.append(
            {
                "e": text,
                "v": change["after"].get("input"),
                "unknown": change["after_unknown"].get("input", False),
                "sensitive": change["after_sensitive"].get("input", False),
            }
        )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--add", metavar="THEME", help="a theme, or `unknowns`")
    parser.add_argument("--only", metavar="THEME", help="one theme alone")
    chosen = parser.parse_args()
    if chosen.add:
        unknowns = chosen.add == "unknowns"
        path = UNKNOWNS if unknowns else EXPRESSIONS / f"{chosen.add}.jsonl"
        have = [line["e"] for line in load(path)] if path.exists() else []
        wanted = list(dict.fromkeys([*have, *(line for line in map(str.strip, sys.stdin) if line)]))
        dump((planned if unknowns else evaluated)(wanted), path)
        print(f"{path.name}: {len(wanted)}")  # noqa: T201
        return
    for path in sorted({*EXPRESSIONS.glob("*.jsonl"), EXPRESSIONS / "generated.jsonl"}):
        if chosen.only and path.stem != chosen.only:
            continue
        wanted = generated() if path.stem == "generated" else [line["e"] for line in load(path)]
        dump(evaluated(wanted), path)
        print(f"{path.name}: {len(wanted)}")  # noqa: T201
    if not chosen.only:
        dump(planned([line["e"] for line in load(UNKNOWNS)]), UNKNOWNS)


if __name__ == "__main__":
    main()
