"""A missing extra names the command that adds it, and every such command names the right distribution."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift import installation

ROOT = Path(__file__).parents[1]
PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
COMMAND = re.compile(
    r"(?:pip|pipx|uv pip|uv tool) install(?: -\S+)* ['\"]?([A-Za-z][\w.-]*)(?![\w./-])(?:\[([\w,]+)\])?"
)
OURS = "drift"
INSTALLABLE = {"build", "pre-commit", "pip-audit"}
"""Others' tools that a page tells to install."""


@pytest.fixture(autouse=True)
def from_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_origin", dict)


def test_the_distribution_is_ours() -> None:
    assert PROJECT["name"] == installation.DISTRIBUTION != OURS


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("/usr", "pip install 'drift-iac[rules]'"),
        ("/home/me/.local/share/pipx/venvs/drift-iac", "pipx install --force 'drift-iac[rules]'"),
        ("/home/me/.local/share/uv/tools/drift-iac", "uv tool install --force 'drift-iac[rules]'"),
    ],
)
def test_the_command_fits_how_drift_was_installed(prefix: str, expected: str) -> None:
    assert installation.command("rules", prefix=prefix, environment={}) == expected


def test_an_environment_of_uv_has_no_pip(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_text("uv = 0.9\n")

    assert installation.command("pg", prefix=str(tmp_path), environment={}) == "uv pip install 'drift-iac[pg]'"


def test_an_image_is_built_with_the_extra() -> None:
    assert "--build-arg EXTRAS=gcs" in installation.command("gcs", environment={installation.CONTAINER: "1"})


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (
            {"url": "https://example.com/drift", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "pip install 'drift-iac[pg] @ git+https://example.com/drift@abc'",
        ),
        ({"url": "file:///src/my%20drift", "dir_info": {"editable": True}}, "pip install -e '/src/my drift[pg]'"),
        ({"url": "file:///src/drift", "dir_info": {}}, "pip install 'drift-iac[pg] @ file:///src/drift'"),
    ],
)
def test_what_came_from_elsewhere_comes_from_there_again(
    monkeypatch: pytest.MonkeyPatch, origin: Mapping[str, Any], expected: str
) -> None:
    monkeypatch.setattr(installation, "_origin", lambda: json.loads(json.dumps(origin)))

    assert installation.command("pg", prefix="/usr", environment={}) == expected


def commands() -> list[tuple[str, str, str]]:
    """Every command in the tree that installs a package by name: file, name, extras."""
    folders = ("drift", "docs", ".github", ".ci", "requirements")
    files = [p for f in folders for p in (ROOT / f).rglob("*") if p.suffix in {".py", ".md", ".yml", ".html", ""}]
    files += [*ROOT.glob("*.md"), *ROOT.glob("*.yml"), *ROOT.glob("Dockerfile*")]
    texts = [(p, p.read_text(encoding="utf-8")) for p in files if p.is_file() and "__pycache__" not in p.parts]
    return [(str(p.relative_to(ROOT)), m[1], m[2] or "") for p, text in texts for m in COMMAND.finditer(text)]


def test_every_command_installs_what_is_ours() -> None:
    found = commands()
    names = {(file, name) for file, name, _ in found} - {(f, n) for f, n, _ in found if n in INSTALLABLE}
    extras = {extra for _, name, e in found if name == installation.DISTRIBUTION for extra in e.split(",") if extra}

    assert {name for _, name in names} == {installation.DISTRIBUTION}, names
    assert extras <= PROJECT["optional-dependencies"].keys()


def test_no_text_names_extras_of_the_other_project() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "drift").rglob("*.py")]

    assert not [
        p.name
        for p in pages
        if re.search(
            r"(?<![\w-])drift\[(?:demo|tofu|pg|github|gitlab|gcs|azure|rules|dev)\]", p.read_text(encoding="utf-8")
        )
    ]
