"""docs/demo.svg and docs/page.png: the report of `drift demo`, as a terminal and as a browser shows it.

python docs/picture.py
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 118
PAGE = Path(__file__).with_name("demo.svg")
SHOT = PAGE.with_name("page.png")


def main() -> None:
    """Run the demo on a terminal of its own, and draw what it wrote."""
    script = "import pty, sys; pty.spawn([sys.executable, '-m', 'drift', 'demo'])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": str(WIDTH)},
    )
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ drift demo\n" + _report(done.stdout)))
    svg = console.export_svg(title="drift demo", unique_id="drift")
    PAGE.write_text(re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL))  # no font from elsewhere
    written = [PAGE.name, *_page()]
    sys.stdout.write(json.dumps({"written": written}) + "\n")


def _page() -> list[str]:
    """The HTML report in a browser, where there is one."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return []
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "drift.html"
        demo = [sys.executable, "-m", "drift", "demo", "--format", f"html={page}", "--quiet"]
        subprocess.run(demo, capture_output=True, check=False)
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,1000")
        profile, target = f"--user-data-dir={name}/profile", f"--screenshot={SHOT}"
        subprocess.run([browser, *flags, profile, target, page.as_uri()], capture_output=True, check=True, timeout=120)
    return [SHOT.name]


def _report(text: str) -> str:
    """What was written after the progress bar had gone."""
    return text[text.index("\x1b[1mdrift ") :].replace("\r\n", "\n")


if __name__ == "__main__":
    main()
