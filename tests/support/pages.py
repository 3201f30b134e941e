"""Writes every page of the documentation that is generated from the code.

python -m tests.support.pages             writes all but docs/accuracy.md
python -m tests.support.pages --all       writes all of docs/accuracy.md, which compares every recorded world (minutes)
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support import (
    accept_page,
    accuracy,
    adopt_page,
    configuration,
    coverage,
    messages,
    prowler_page,
    rule_pages,
    who_page,
)

DOCS = Path(__file__).parents[2] / "docs"


def _cli() -> str:
    """docs/cli.md, by the script docs/cli.py."""
    spec = importlib.util.spec_from_file_location("cli_page", DOCS / "cli.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text: str = module.page()
    return text


QUICK: Mapping[str, Callable[[], str]] = {
    "accuracy.md": accuracy.with_guards,
    "cli.md": _cli,
    "configuration-file.md": configuration.page,
    "coverage.md": coverage.page,
    "messages.md": messages.page,
    "prowler.md": prowler_page.page,
    "remedy.md": lambda: adopt_page.page() + accept_page.page(),
    "rules.md": rule_pages.page,
    "who.md": who_page.page,
}
"""Page -> the function that returns its text."""
SLOW: Mapping[str, Callable[[], str]] = {"accuracy.md": accuracy.page}


def main(arguments: list[str]) -> None:
    """Write the pages, and print which of them changed."""
    of_rules = {f"rules/{name}": (lambda text=text: text) for name, text in rule_pages.pages().items()}
    (DOCS / "rules").mkdir(exist_ok=True)
    for old in {f"rules/{p.name}" for p in (DOCS / "rules").glob("*.md")} - of_rules.keys():
        (DOCS / old).unlink()
    for name, write in {**QUICK, **of_rules, **(SLOW if "--all" in arguments else {})}.items():
        text, page = write(), DOCS / name
        changed = not page.exists() or page.read_text(encoding="utf-8") != text
        (DOCS / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/{name}: {'written' if changed else 'unchanged'}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
