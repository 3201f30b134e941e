"""A plan of remedies in a file: the choice for each entry, to review and edit."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from drift.errors import UsageError
from drift.model.bounds import REPORT_BYTES
from drift.model.bounds import text as read
from drift.model.drift import Drift
from drift.remedy.fix import Planned, Row, name_of
from drift.remedy.spec import Choice, Remedy

_HEAD = """\
# What becomes of each drift. Change `choice`, and apply the plan with
#   drift fix --plan {name}
# adopt: Terraform manages it.  accept: the configuration says what the account has.
# revert: an apply restores it.  forget: Terraform no longer manages it.  skip: nothing.
"""
_WRONG = "Write it again with `drift fix --write-plan`."


def written(entries: Sequence[tuple[Drift | None, Remedy]], path: Path, *, several: bool = False) -> str:
    """The plan as TOML, or as JSON where the file's name says so. Of several accounts, each row has its own."""
    rows = [_row(drift, remedy, account=several) for drift, remedy in entries if drift is not None]
    if path.suffix == ".json":
        return json.dumps({"entries": rows}, indent=2, ensure_ascii=False) + "\n"
    import tomlkit

    blocks = []
    for row in rows:
        table = tomlkit.document()
        for key, value in row.items():
            table.add(key, value)
        blocks.append("[[entries]]\n" + tomlkit.dumps(table))
    return _HEAD.format(name=path.name) + "".join(f"\n{b}" for b in blocks)


def _row(drift: Drift, remedy: Remedy, *, account: bool) -> dict[str, Any]:
    changes = [c.path for c in drift.changes]
    return {
        **({"account": drift.resource.key.account} if account else {}),
        "name": name_of(drift),
        "kind": drift.kind,
        **({"changes": changes} if changes else {}),
        "choice": "skip" if remedy.cannot else remedy.choice,
        "what": remedy.cannot or remedy.why,
        "fingerprint": drift.fingerprint,
    }


def parse(path: Path) -> Planned:
    """The choices of a plan, by the name of the entry. UsageError for what is none."""
    try:
        text = read(path, REPORT_BYTES)
        top = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        rows = top["entries"] if isinstance(top, dict) else None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}", _WRONG) from None
    except (ValueError, KeyError) as error:
        raise UsageError(f"{path} is no plan of remedies: {error}", _WRONG) from None
    if not isinstance(rows, list):
        raise UsageError(f"{path} is no plan of remedies", _WRONG)
    known = (*get_args(Choice), "skip")
    out: dict[str, list[Row]] = {}
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("name"), str) or row.get("choice") not in known:
            raise UsageError(
                f"{path}: an entry has no name, or its choice is none of {', '.join(known)}", "Correct the entry."
            )
        told = (str(row.get(name, "")) for name in ("fingerprint", "account"))
        out.setdefault(row["name"], []).append(Row(row["choice"], *told))
    return out
