"""Configurations held against what real Terraform plans for them.

    python -m tests.support.plans DIR...          plan each with Terraform against a local AWS, compare, print a table
    python -m tests.support.plans --keep          plan those under fixtures/configurations again and keep the plans
    python -m tests.support.plans --replay DIR... compare with the plan.json that an earlier run left there

A plan leaves `plan.json` in the directory. What its data sources answered is given to drift as a state.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.desired.hcl.configured import Configuration, Configured, is_known
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.hcl.values import UNKNOWN
from drift.desired.instance import State
from drift.desired.state.show import parse_show
from drift.model.value import UNREADABLE_SHAPES
from drift.provider import canonical
from drift.provider.installed import installed
from tests.support.world import PROVIDER, Terraform, endpoint_provider, moto_server

CONFIGURATIONS = Path(__file__).parents[2] / "fixtures" / "configurations"
NAMES = sorted(p.parent.name for p in CONFIGURATIONS.glob("*/plan.json"))
KEPT = ("variables", "planned_values", "resource_changes", "prior_state", "format_version", "terraform_version")
"""What of a plan is kept."""
NO_CANON = object()
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass
class Score:
    """How a configuration was read, against its plan. Values are leaves: a list's elements, a map's entries."""

    planned: int = 0
    found: int = 0
    surplus: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    right: int = 0
    unknown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    added: int = 0
    """Values that the provider adds by itself, and of which we say nothing: no author set them."""
    seconds: float = 0.0

    @property
    def known(self) -> int:
        """The values that Terraform knows and we speak of."""
        return self.right + len(self.unknown) + len(self.wrong)

    @property
    def share(self) -> float:
        """The percentage of all values that Terraform knows which are known to us."""
        return 100 * self.right / (self.known + self.added) if self.known else 100.0


def compare(plan: Mapping[str, Any], configuration: Configuration) -> Score:
    """Every planned instance and value against the configuration as drift evaluated it."""
    score = Score()
    planned = {
        c["address"]: c for c in plan.get("resource_changes", ()) if c["mode"] == "managed" and "deposed" not in c
    }
    planned = {a: c for a, c in planned.items() if c["change"]["actions"] not in (["delete"], ["forget"])}
    ours = {a: c for a, c in configuration.instances.items() if c.address.mode == "managed"}
    score.planned = len(planned)
    score.lacking = sorted(planned.keys() - ours.keys())
    score.surplus = sorted(ours.keys() - planned.keys())
    score.found = len(planned) - len(score.lacking)
    for address in sorted(planned.keys() & ours.keys()):
        change = planned[address]["change"]
        _instance(address, change["after"], change.get("after_unknown") or {}, ours[address], score)
    return score


def _instance(address: str, after: Any, unknown: Any, ours: Configured, score: Score) -> None:
    for name, value in after.items():
        path = f"{address}: {name}"
        if name in ours.values:
            if not _at(unknown, name) and _canon(ours, name, ours.values) == _canon(ours, name, after) != NO_CANON:
                score.right += max(_leaves(value), 1)  # as the provider writes it: protocol 6 is tcp
            else:
                _value(path, ours.values[name], value, _at(unknown, name), score)
        elif name in ours.derived:
            _value(path, ours.derived[name], value, _at(unknown, name), score)
        else:
            score.added += _leaves(value)
    for name in ours.values.keys() - after.keys():
        if not _at(unknown, name):
            score.wrong.append(f"{address}: {name}: not in the plan")


def _canon(ours: Configured, name: str, values: Mapping[str, Any]) -> Any:
    """A value in the catalogue's canonical form, in which drift compares it; NO_CANON where it has none."""
    entry = installed().get(ours.address.type)
    if entry is None or name not in entry.attributes or not is_known(values[name]):
        return NO_CANON
    try:
        return canonical.desired(entry.attributes[name], values[name], values)
    except UNREADABLE_SHAPES:
        return NO_CANON


def _value(path: str, ours: Any, planned: Any, unknown: Any, score: Score) -> None:
    """Count the leaves that Terraform knows."""
    if unknown is True:
        return
    if ours is UNKNOWN:
        score.unknown += [path] * max(_leaves(planned), 1)
    elif isinstance(planned, Mapping):
        _members(path, ours, planned, unknown, score)
    elif isinstance(planned, list):
        _elements(path, ours, planned, unknown, score)
    elif _same(ours, planned):
        score.right += 1
    else:
        score.wrong.append(f"{path}: {ours!r} for {planned!r}")


def _members(path: str, ours: Any, planned: Mapping[str, Any], unknown: Any, score: Score) -> None:
    if not isinstance(ours, Mapping):
        score.wrong.append(f"{path}: {ours!r} for {planned!r}")
        return
    for name, value in planned.items():
        if name in ours:
            _value(f"{path}.{name}", ours[name], value, _at(unknown, name), score)
        else:
            score.added += _leaves(value)
    for name in ours.keys() - planned.keys():
        if not _at(unknown, name) and ours[name] is not None:
            score.wrong.append(f"{path}.{name}: {ours[name]!r}, not planned")


def _elements(path: str, ours: Any, planned: list[Any], unknown: Any, score: Score) -> None:
    if isinstance(ours, Mapping) and len(planned) == 1:
        ours = [ours]
    if not isinstance(ours, list) or len(ours) != len(planned):
        score.wrong.append(f"{path}: {ours!r} for {planned!r}")
        return
    if not planned:
        score.right += 1
        return
    left = list(range(len(planned)))
    for n, element in enumerate(ours):  # a set has another order in the plan
        best = min(left, key=lambda at: (*_cost(element, planned[at], _at(unknown, at)), at != n))
        left.remove(best)
        _value(f"{path}.{n}", element, planned[best], _at(unknown, best), score)


def _cost(ours: Any, planned: Any, unknown: Any) -> tuple[int, int]:
    trial = Score()
    _value("", ours, planned, unknown, trial)
    return len(trial.wrong), len(trial.unknown) - trial.right


def _at(mask: Any, key: Any) -> Any:
    if isinstance(mask, Mapping):
        return mask.get(key)
    if isinstance(mask, list) and isinstance(key, int):
        return mask[key] if key < len(mask) else None
    return mask if mask is True else None


def _leaves(value: Any) -> int:
    if isinstance(value, Mapping | list):
        return sum(map(_leaves, value.values() if isinstance(value, Mapping) else value))
    return int(value not in (None, ""))


def _same(ours: Any, planned: Any) -> bool:
    if isinstance(ours, bool) or isinstance(planned, bool):
        return ours is planned
    if isinstance(ours, str) and isinstance(planned, str) and ours != planned:
        try:  # the provider may write JSON anew
            return bool(json.loads(ours) == json.loads(planned))
        except ValueError:
            return False
    return bool(ours == planned) or (ours in EMPTY and planned in EMPTY)


def state_of(plan: Mapping[str, Any]) -> list[State]:
    """What the plan's data sources answered, and what its state had before."""
    prior = plan.get("prior_state")
    return [parse_show(json.dumps(prior).encode(), "prior")] if prior else []


def score(directory: Path, *, with_state: bool = True) -> Score:
    """Compare with the plan.json in a directory, with what its data sources answered or without."""
    plan = json.loads((directory / "plan.json").read_text())
    files = tuple(sorted(directory.glob("given.tfvars*")))
    started = time.monotonic()
    configuration = Sources(directory, Given(files=files, environment={})).evaluated(
        state_of(plan) if with_state else ()
    )
    seconds = time.monotonic() - started
    out = compare(plan, configuration)
    out.seconds = seconds
    return out


def plan_of(directory: Path, url: str) -> dict[str, Any]:
    """What real Terraform plans for a directory."""
    main = "".join(f.read_text() for f in directory.glob("*.tf*") if f.is_file())
    if 'provider "aws"' not in main and '"provider"' not in main:
        (directory / "_provider.tf").write_text(endpoint_provider())
    if "required_providers" not in main:
        (directory / "_versions.tf").write_text(PROVIDER)
    terraform = Terraform(directory, url)
    try:
        terraform("init", "-no-color", "-input=false")
        files = [f"-var-file={f.name}" for f in sorted(directory.glob("given.tfvars*"))]
        terraform("plan", "-no-color", "-input=false", "-lock=false", "-out", "plan.bin", *files)
        plan = json.loads(terraform("show", "-json", "plan.bin"))
    finally:
        for name in ("_provider.tf", "_versions.tf", "plan.bin", ".terraform.lock.hcl"):
            (directory / name).unlink(missing_ok=True)
    return {name: plan[name] for name in KEPT if name in plan}


def keep(names: Sequence[str]) -> None:
    """Plan the project's own configurations again."""
    import tempfile

    with moto_server() as url:
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                work = Path(folder) / name
                shutil.copytree(CONFIGURATIONS / name, work)
                plan = plan_of(work, url)
            (CONFIGURATIONS / name / "plan.json").write_text(json.dumps(plan, indent=1, sort_keys=True) + "\n")
            print(f"{name}: {len(plan['resource_changes'])} changes")  # noqa: T201


def table(directories: Sequence[Path], *, verbose: bool = False) -> Iterator[str]:
    """One line for each configuration, and the sum."""
    total = Score()
    head = ("configuration", "instances", "right", "unknown", "wrong", "known to us", "added", "seconds")
    yield "{:44} {:>11} {:>7} {:>8} {:>6} {:>12} {:>9} {:>8}".format(*head)
    for directory in directories:
        one = score(directory)
        yield _line("/".join(directory.parts[-3:]), one)
        if verbose:
            for name in ("lacking", "surplus", "wrong", "unknown"):
                yield from (f"    {name}: {path}" for path in dict.fromkeys(getattr(one, name)))
        for name in ("planned", "found", "surplus", "lacking", "right", "unknown", "wrong", "added", "seconds"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
    yield _line("all", total)


def _line(name: str, s: Score) -> str:
    share = f"{s.share:.1f} %"
    found = f"{s.found}/{s.planned}" + (f"+{len(s.surplus)}" if s.surplus else "")
    values = f"{s.right:>7} {len(s.unknown):>8} {len(s.wrong):>6} {share:>12} {s.added:>9}"
    return f"{name:44} {found:>11} {values} {s.seconds:>8.2f}"


def main(arguments: Sequence[str]) -> None:
    """The command."""
    directories = [Path(a) for a in arguments if not a.startswith("-")]
    if "--keep" in arguments:
        keep([d.name for d in directories] or sorted(p.name for p in CONFIGURATIONS.iterdir() if p.is_dir()))
        return
    if "--replay" not in arguments:
        with moto_server() as url:
            for directory in directories:
                try:
                    (directory / "plan.json").write_text(json.dumps(plan_of(directory, url), indent=1))
                except AssertionError as error:
                    print(f"{directory}: {str(error)[-600:]}", file=sys.stderr)  # noqa: T201
    for line in table([d for d in directories if (d / "plan.json").is_file()], verbose="--verbose" in arguments):
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
