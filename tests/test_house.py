"""The house: data flows one way, down to the single module."""

from __future__ import annotations

import ast
import io
import re
import sys
import threading
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

import grimp
import networkx as nx
import pytest
from click.testing import CliRunner

from drift.cli import cli

DRIFT = Path(__file__).parents[1] / "drift"
QUEUE = "aws_sqs_queue"


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports inside functions and for type checking count too. import-linter holds the order of the packages."""
    imports = grimp.build_graph("drift", cache_dir=None)
    graph: nx.DiGraph[str] = nx.DiGraph(
        (m, i) for m in imports.modules for i in imports.find_modules_directly_imported_by(m)
    )

    assert [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1] == []


CODE = re.compile(r"\baws|\barn:|\bboto|\bamazon|\bcloudformation|\biam\b|\bs3\b", re.IGNORECASE)
PROSE = re.compile(r"\bAWS\b|\bIAM\b|\bAmazon\b|botocore|boto3|CloudFormation")
ELSEWHERE = ("providers/", "conformance/", "demo/", "cli/")
"""AWS's own package, what shows it off, and the words that people read on a command line."""
MAY_SAY: Mapping[str, str] = {
    "desired/backends/": "S3 keeps states, whatever cloud they describe",
    "desired/configured.py": "the names of backends, as Terraform has them",
    "desired/declared.py": "the same",
    "desired/places.py": "the schemes of such places",
    "model/trust.py": "the schemes of such places",
    "desired/state/keys.py": "OpenTofu encrypts states with keys that AWS KMS keeps",
    "desired/state/mistaken.py": "files of other tools that are taken for states: CloudFormation's, the CDK's",
    "model/secrets.py": "what configurations write where a secret is fetched from somewhere",
    "report/ocsf.py": "OCSF numbers the clouds that it knows",
    "exclude/": "examples of types, in hints and in the descriptions of settings",
}
"""Part of the ground floor -> why its code names a cloud."""
MAY_TELL: Mapping[str, str] = {
    "provider/contract.py": "AWS is the first to keep the contract",
    "provider/operations.py": "AWS's model is the example",
    "desired/instance.py": "version 6 of its Terraform provider brought the identity in",
    "desired/versions.py": "the same",
    "desired/hcl/expand.py": "the same",
    "desired/state/decode.py": "why an ambiguity of flat states does not matter",
    "diff/members.py": "an example",
    "rules/spec.py": "the names of frameworks",
}
"""Part of the ground floor -> why its docstrings or comments do."""


@pytest.mark.parametrize(("words", "allowed"), [("code", MAY_SAY), ("prose", {**MAY_SAY, **MAY_TELL})])
def test_the_ground_floor_names_no_cloud(words: str, allowed: Mapping[str, str]) -> None:
    """What differs from cloud to cloud is data of a provider. Docstrings may name a type as an example."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(DRIFT.rglob("*.py")):
        path = file.relative_to(DRIFT).as_posix()
        if not path.startswith(ELSEWHERE):
            said = filter(CODE.search, code(file)) if words == "code" else filter(PROSE.search, prose(file))
            found[next((p for p in allowed if path.startswith(p)), path)] |= set(said)

    assert {path: texts for path, texts in found.items() if texts and path not in allowed} == {}
    needless = MAY_SAY if words == "code" else MAY_TELL
    assert [path for path in needless if not found[path]] == [], "exceptions that nothing needs"


def code(file: Path) -> Iterator[str]:
    """Every name and text in the code of a module, without its docstrings."""
    tree = ast.parse(file.read_text())
    docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
        yield from (str(v) for n in ("id", "arg", "attr", "name") if isinstance(v := getattr(node, n, None), str))


def prose(file: Path) -> Iterator[str]:
    """Every docstring and comment of a module."""
    text = file.read_text()
    yield from (n.value.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Expr) and _is_text(n.value))  # type: ignore[attr-defined]
    yield from (t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


LOCAL = {"localtime", "mktime", "ctime", "asctime", "utcnow", "utcfromtimestamp", "tzlocal", "tzname", "gettz"}
"""Names that tell the time where the machine stands, or make a time that does not say where it is of."""
ZONED = {"fromtimestamp": 2, "now": 1, "today": 1, "astimezone": 1}
"""Names that do it too unless they are given a zone -> the place of that among the arguments."""


def test_no_verdict_depends_on_the_machines_zone() -> None:
    """ruff's DTZ says the same of most of them; it can be silenced on a line."""
    found = []
    named = re.compile(rf"\b({'|'.join([*LOCAL, *ZONED])})\b")
    for file, text in ((f, f.read_text()) for f in DRIFT.rglob("*.py")):
        for node in ast.walk(ast.parse(text)) if named.search(text) else ():
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in LOCAL:
                found.append((file.relative_to(DRIFT).as_posix(), name))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ZONED:
                given = len(node.args) + sum(k.arg in {"tz", "tzinfo"} for k in node.keywords)
                if given < ZONED[node.func.attr]:
                    found.append((file.relative_to(DRIFT).as_posix(), node.func.attr))

    assert found == []


def test_no_module_is_long() -> None:
    """A module says one thing: whoever has to scroll for minutes divides it by what it describes."""
    lengths = {f.relative_to(DRIFT).as_posix(): len(f.read_text().splitlines()) for f in DRIFT.rglob("*.py")}

    assert {path: lines for path, lines in lengths.items() if lines > 600} == {}


ARCHITECTURE = (DRIFT.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMED = frozenset(re.findall(r"`([^`\n]+)`", ARCHITECTURE))


def test_every_module_that_the_architecture_names_is_there() -> None:
    root = DRIFT.parent
    there = [
        f"/{p.relative_to(root).as_posix()}" for top in ("drift", "tests", "fixtures") for p in (root / top).rglob("*")
    ]
    modules = {name for name in NAMED if re.fullmatch(r"[\w/]+(\.py|/)", name)}
    programs = {name.split()[2].replace(".", "/") for name in NAMED if name.startswith("python -m ")}

    assert [m for m in sorted(modules) if not any(p.endswith(f"/{m.rstrip('/')}") for p in there)] == []
    assert [p for p in sorted(programs) if not {f"/{p}", f"/{p}.py"} & set(there)] == []


def test_an_attribute_takes_the_trip_that_is_written_down() -> None:
    """Every function that the page names is called on the way of a queue's attribute from the state to the table."""
    trip = ARCHITECTURE.split("## The path of one attribute")[1].split("\n## ")[0]
    named = {n for n in re.findall(r"`([\w.]+)`", trip) if re.search(r"(?:^|\.)[a-z]\w*\.[A-Za-z]|^[A-Z]\w+\.\w+$", n)}
    called: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(DRIFT)):
            module = Path(frame.f_code.co_filename).relative_to(DRIFT).with_suffix("").as_posix().replace("/", ".")
            called.add(f".{module}.{frame.f_code.co_qualname}".removesuffix(".__init__"))
            called.add(f".{module}")

    world = DRIFT.parent / "fixtures" / "worlds" / "sqs"
    words = ["check", "--state", f"{world}/refreshed.tfstate", "--replay", f"{world}/tampered.jsonl", "--only", QUEUE]
    before = sys.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        said = CliRunner().invoke(cli, [*words, "--only-state"], standalone_mode=False).output
    finally:
        sys.setprofile(before)
        threading.setprofile(None)

    assert "receive_wait_time_seconds" in said
    assert len(named) > 15
    assert [n for n in sorted(named) if not any(c.endswith(f".{n}") for c in called)] == []


OF_THE_SUITE = {"bench", "faults", "goldens", "support", "worlds"}
"""Directories of tests that are about no single package: measurements, what may go wrong, recorded accounts."""


def test_the_tests_of_a_package_are_where_it_is_named() -> None:
    packages = {p.parent.name for p in DRIFT.glob("*/__init__.py")}
    tests = {p.name for p in DRIFT.parent.joinpath("tests").iterdir() if p.is_dir() and p.name != "__pycache__"}

    assert tests - OF_THE_SUITE == packages
