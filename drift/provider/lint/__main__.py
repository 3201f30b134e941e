"""`python -m drift.provider.lint [TYPE…]`: prints problems of these types, or of all; exits with 1 if there is any."""

from __future__ import annotations

import sys

from drift.provider.installed import installed
from drift.provider.lint import lint_all


def main(names: list[str]) -> int:
    """Print one problem per line."""
    catalog = installed()
    unknown = [name for name in names if name not in catalog]
    found = [f"{name}: no installed package describes this type" for name in unknown]
    found += [] if unknown else lint_all(catalog, names)
    sys.stdout.write("".join(f"{p}\n" for p in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
