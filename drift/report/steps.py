"""What one can do about a drift: the commands to run, and what to write, in the words of Terraform.

Nothing here is run. What a command names is quoted for a shell.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from drift.model.drift import Change, Drift
from drift.model.words import few
from drift.report.safe import visible
from drift.report.wording import UNCERTAIN


class Step(NamedTuple):
    """One thing to do."""

    what: str
    """What comes of it, as a short sentence."""
    command: str = ""
    """What to run or to write; empty where there is nothing to copy."""


def steps(drift: Drift) -> list[Step]:
    """What can be done about a drift, the usual thing first."""
    known = {"modified": _modified, "missing": _missing, "unmanaged": _unmanaged}
    return list(known[drift.kind](drift))


Usual = Literal["adopt", "accept", "revert"]


def usual(drift: Drift) -> Usual:
    """What most people do about a drift. What introduced a grave finding is undone, never written down unasked."""
    if drift.recreated_as is not None or (drift.kind == "unmanaged" and not drift.is_grave):
        return "adopt"
    return "revert" if drift.kind != "modified" or drift.is_grave else "accept"


def mend(drift: Drift) -> str:
    """The one command that shows what mends a drift, the usual way; it writes nothing until `--write` is added."""
    if drift.kind == "unmanaged":
        return f"drift fix --adopt {shlex.quote(visible(f'{drift.type}.{drift.found.id}'))}"
    return f"drift fix --{usual(drift)} {_address(drift)}"


BY_HAND = "review it: no apply undoes what no configuration describes. Delete it by hand"
REVIEW = "review each: delete it by hand, or keep it"
"""What to do about unmanaged resources of which one introduced a grave finding."""
AIM: Mapping[Usual, str] = {"adopt": "to manage it", "accept": "to keep it", "revert": "to undo it"}


def aimed(drift: Drift) -> str:
    """That command, after what it is for: nobody should keep a change unawares."""
    aim = "to create it again" if drift.kind == "missing" and drift.recreated_as is None else AIM[usual(drift)]
    return f"{aim}: {mend(drift)}"


def mending(drift: Drift) -> list[str]:
    """What mends a drift; for a grave one that no apply undoes, what to do by hand."""
    if drift.kind == "unmanaged" and drift.is_grave:
        return [f"{BY_HAND}, or keep it: {mend(drift)}"]
    if drift.kind != "modified" or not drift.is_grave:
        return [aimed(drift)]
    stays = [c for c in drift.changes if c.undone is False]
    out = [aimed(drift)] if len(stays) < len(drift.changes) else []
    if stays:
        out.append(f"{_paths(stays)}: no apply undoes this. Undo it by hand, or keep it: {_keep(drift)}")
    return out


def _keep(drift: Drift) -> str:
    return f"drift fix --accept {_address(drift)}"


def _modified(drift: Drift) -> Iterator[Step]:
    address = _address(drift)
    back = [c for c in drift.changes if c.undone]
    stays = [c for c in drift.changes if c.undone is False]
    untold = [c for c in drift.changes if c.undone is None]
    if back:
        by = [c for c in back if c.replaces]
        what = f"To revert {_paths(back)}: the next apply restores the desired value."
        if by:
            what += f" For {_paths(by)} it DESTROYS the resource and creates another."
        yield Step(what, f"terraform apply -target={address}")
        yield Step(f"To keep it: write the actual value into the configuration{_lines(back)}.", _keep(drift))
    if stays:
        what = f"{_paths(stays)}: the next apply does NOT undo this. Undo it where it was made, or describe it."
        yield Step(what, _keep(drift))
    if untold:
        yield Step(
            f"{_paths(untold)}: without the configuration it is unknown whether an apply undoes this. A plan shows it.",
            f"terraform plan -target={address}",
        )


def _missing(drift: Drift) -> Iterator[Step]:
    address = _address(drift)
    if drift.recreated_as is not None:
        made = visible(drift.recreated_as.id)
        yield Step(
            f"It was created again by hand as {made}. To manage that one:",
            f"terraform state rm {address} && terraform import {address} {shlex.quote(made)}",
        )
        yield Step("The same by an import block:", mend(drift))
    yield Step("To create it again:", f"terraform apply -target={address}")
    yield Step(
        "If it is gone for good: take its block out of the configuration, and forget it.",
        f"drift fix --forget {address}",
    )


def _unmanaged(drift: Drift) -> Iterator[Step]:
    if not drift.certain:
        yield Step(UNCERTAIN)
    found = drift.found
    if drift.is_grave:
        yield Step(f"{BY_HAND[0].upper()}{BY_HAND[1:]}: it introduced a finding of severity critical or high.")
    label = re.sub(r"[^A-Za-z0-9_]+", "_", found.name or found.id).strip("_").lower() or "found"
    label = label if label[0].isalpha() or label[0] == "_" else f"_{label}"
    yield Step(
        "To manage it: write an import block, and let Terraform write the rest.",
        f'import {{\n  to = {drift.type}.{label}\n  id = "{_quoted(found.id)}"\n}}\n'
        "terraform plan -generate-config-out=generated.tf",
    )
    yield Step("The same with its HCL, in the style of the configuration:", mend(drift))
    if drift.certain and not drift.is_grave:
        yield Step("If nobody needs it: delete it. `terraform apply` never will.")
    yield Step(
        "If it may stay: say so, with the reason.",
        f"drift ignore {shlex.quote(visible(f'{drift.type}.{found.id}'))} --reason '…'",
    )


def _address(drift: Drift) -> str:
    return shlex.quote(visible(drift.resource.address))


def _quoted(text: str) -> str:
    """Text as it stands between quotes in HCL."""
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("${", "$${").replace("%{", "%%{")


def _paths(changes: list[Change]) -> str:
    return few((visible(c.path) for c in changes), 4)


def _lines(changes: list[Change]) -> str:
    at = list(dict.fromkeys(f"{visible(c.file)}:{c.line}" for c in changes if c.line))
    return f" ({', '.join(at[:3])})" if at else ""


def within(line: str, drift: Drift, known: Mapping[str, str]) -> str:
    """What is said of `drift fix` or `drift ignore`, for the account of the drift alone where there are several
    (`known`). Accounts have ids of digits, so nothing has to be quoted."""
    account = re.sub(r"\W", "", drift.found.key.account)
    if not known or not account:
        return line
    line = line.replace("drift fix --", f"drift fix -a {account} --", 1)
    return f"{line} --in-account {account}" if line.startswith("drift ignore ") else line
