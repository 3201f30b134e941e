"""docs/demo.svg: the report of `drift demo`, as a terminal shows it.

python docs/picture.py
"""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 118
PAGE = Path(__file__).with_name("demo.svg")


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
    sys.stdout.write(json.dumps({"written": PAGE.name}) + "\n")


def _report(text: str) -> str:
    """What was written after the progress bar had gone."""
    return text[text.index("\x1b[1mdrift ") :].replace("\r\n", "\n")


if __name__ == "__main__":
    main()
