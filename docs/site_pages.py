"""The pages of the site, ready for Zensical: build/docs, from docs/ and the pages at the repository's root.

python docs/site_pages.py && zensical build

On a platform's own pages of the repository all links work as they are written. The site has no `../SECURITY.md`: that
page moves in, and other files that a page links to come along as text.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
AT_THE_ROOT = {"README.md": "index.md", **{n: n for n in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")}}
"""Page at the root -> what it is called in the site."""
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")


def pages() -> dict[str, str]:
    """Path in the site -> its text."""
    out: dict[str, str] = {}
    found = {f"docs/{p.relative_to(ROOT / 'docs').as_posix()}" for p in (ROOT / "docs").rglob("*.md")}
    for source in sorted({*found, *AT_THE_ROOT}):
        name = _in_site(source)
        out[name] = LINK.sub(partial(_moved, source, name, out), (ROOT / source).read_text(encoding="utf-8"))
    return out


def _in_site(source: str) -> str:
    return AT_THE_ROOT.get(source) or source.removeprefix("docs/")


def _moved(source: str, name: str, out: dict[str, str], link: re.Match[str]) -> str:
    """Where a link of the page `source` leads in the site; what it leads to comes along where it is no page."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[1]))
    if target in AT_THE_ROOT or target.startswith("docs/"):
        there = _in_site(target)
    elif (ROOT / target).is_file():
        there = f"files/{posixpath.basename(target)}.txt"
        out[there] = (ROOT / target).read_text(encoding="utf-8")
    else:
        return link[0]
    return posixpath.relpath(there, posixpath.dirname(name) or ".") + (link[2] or "")


def write(directory: Path) -> None:
    """Write the pages and the pictures beside them."""
    shutil.rmtree(directory, ignore_errors=True)
    for name, text in pages().items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    for picture in [*(ROOT / "docs").glob("*.svg"), *(ROOT / "docs").glob("*.png")]:
        shutil.copy(picture, directory / picture.name)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "docs")
