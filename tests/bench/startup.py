"""How soon drift answers where it need not ask an account, and what it loads for that."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.measure import best, drift

HEAVY = ("boto3", "botocore", "networkx", "hcl2", "rich", "deepdiff")
COMMANDS = {
    "drift --help": ("--help",),
    "drift check --help": ("check", "--help"),
    "drift report saved.json": ("report", "saved.json"),
}


def loaded(arguments: tuple[str, ...], work: Path) -> list[str]:
    """The heavy packages that a command imports."""
    listing = "import atexit, sys; atexit.register(lambda: print('LOADED', *sorted(sys.modules)))\n"
    code = f"{listing}sys.argv = ['drift', *{list(arguments)!r}]\nfrom drift.cli import main\nmain()\n"
    output = best([sys.executable, "-c", code], work, 1).output
    names = output.rpartition("LOADED")[2].split()
    return [name for name in HEAVY if name in names]


def table(times: int = 5) -> list[str]:
    """The commands as a table of Markdown."""
    out = ["| | wall | over Python's own start | loads |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        demo = best(drift("demo", "--format", "json=saved.json"), work, 1)
        bare = best([sys.executable, "-c", "pass"], work, times).wall
        for name, arguments in COMMANDS.items():
            if "saved.json" in arguments and not (work / "saved.json").is_file():
                sys.exit(f"drift demo wrote no report: {demo.output}")
            took = best(drift(*arguments), work, times)
            heavy = ", ".join(loaded(arguments, work)) or "nothing heavy"
            out.append(f"| `{name}` | {took.wall:.2f} s | {took.wall - bare:.2f} s | {heavy} |")
    return out
