"""The part of docs/remedy.md about accepting, reverting and forgetting: what a plan of real Terraform says of each world.

python -m tests.support.accept [WORLD]    tries a world, or each (an hour and a half), and keeps the results
python -m tests.support.pages             writes the page
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.accept import KEPT

HEAD = """
# Accepting, reverting and forgetting

`python -m tests.support.accept` applies each recorded world with real Terraform to a simulated AWS (moto), and changes the account as
somebody would by hand. Then:

- **Reverting**: a plan must restore what drift reports, and nothing else.
- **Accepting, declaring, forgetting, importing**: drift writes its patch once, for all entries together. After it, a plan must change
  nothing of them, drift must be silent about them, and files that no remedy names must have the same bytes. *Declared* are changes of
  arguments that the configuration did not set, so that no apply would undo them; *imported* is what was deleted and created again.

| | |
|---|---|
| tried | {when}, {worlds} worlds |
| accepted | {accepted} |
| declared | {declared} |
| forgotten | {forgotten} |
| imported under the old address | {imported} |
| reverted | {reverted} |
| right at the first try | {right} of {worlds} worlds |
| files that no remedy names | {touched} |

Before anybody changes anything, the plan is not empty in {noisy} worlds, because the simulation answers otherwise than AWS; such arguments
are not counted.

| world | accepted | declared | forgotten | imported | reverted | not proved, and why; what has no remedy |
|---|---|---|---|---|---|---|
"""
DONE = ("accepted", "declared", "forgotten", "imported", "reverted")
_OF = {"accepted": "accept", "declared": "accept", "forgotten": "forget", "imported": "adopt", "reverted": "revert"}


def _wrong(world: Mapping[str, Any]) -> list[str]:
    """What is not as it has to be."""
    out = [world["error"]] if world.get("error") else []
    out += [f"{entry}: {why}" for entry, why in world.get("unproved", {}).items()]
    out += [f"drift still reports `{line}`" for line in world.get("told", ())]
    out += [f"the plan also changes `{line}`" for line in world.get("beyond", ())]
    out += [f"after the patch the plan changes `{line}`" for line in world.get("broken", ())]
    return out + [f"{path} changed" for path in world.get("touched", ())]


def _notes(world: Mapping[str, Any]) -> list[str]:
    return [*_wrong(world), *(f"no remedy, {entry}: {why}" for entry, why in world.get("without", {}).items())]


def _sum(kept: Mapping[str, Mapping[str, Any]], what: str) -> str:
    """How many entries are proved, and of how many."""
    proved = sum(w["done"].get(what, 0) for w in kept.values())
    if what == "declared":
        return str(proved)
    wrong = sum(e.startswith(_OF[what]) for w in kept.values() for e in w.get("unproved", ()))
    without = sum(e.startswith(_OF[what]) for w in kept.values() for e in w.get("without", ()))
    none = f"; {without} have no remedy, and drift says why" if without else ""
    return f"{proved} of {proved + wrong} proved{none}"


def page() -> str:
    """The text."""
    kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob("*.json"))}
    head = HEAD.format(
        when=" to ".join(sorted({min(w["on"] for w in kept.values()), max(w["on"] for w in kept.values())})),
        worlds=len(kept),
        right=sum(not _wrong(w) for w in kept.values()),
        touched="unchanged" if not any(w.get("touched") for w in kept.values()) else "changed",
        noisy=sum(bool(w.get("noise")) for w in kept.values()),
        **{what: _sum(kept, what) for what in DONE},
    )
    rows = []
    for name, world in kept.items():
        counts = " | ".join(str(world["done"].get(what, "")) for what in DONE)
        rows.append(f"| {name} | {counts} | {_cell('; '.join(_notes(world)))} |\n")
    return head + "".join(rows)


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")
