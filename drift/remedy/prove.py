"""Proves remedies by a plan: runs the user's Terraform on a copy of the configuration and the state.

Nothing here can write to a cloud or to a state that anybody uses: the copy has a backend of its own, and only `init`,
`validate`, `fmt`, `plan` and `show` are ever run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from drift.desired.configurations import workspace_of
from drift.desired.configured import DEFAULT
from drift.desired.hcl.read import Sources as Parsed
from drift.desired.layout import data_dir, workspace
from drift.desired.places import fetch
from drift.errors import UsageError
from drift.model.drift import Drift
from drift.remedy.apply import repository
from drift.remedy.fix import Fix, made
from drift.remedy.spec import Edit, Remedy
from drift.remedy.trial import Trial

READS = frozenset({"init", "validate", "fmt", "plan", "show", "version"})
"""The commands of Terraform that may be run: none of them writes to a cloud."""
_OVERRIDE = "zz_drift_proof_override.tf"
_STATE = "drift-proof.tfstate"
_WORKSPACES = "drift-proof.tfstate.d"
"""Where the state of a named workspace is: in Terraform's own place, `init` would ask whether to move it."""
_LARGE = 1 << 20
_LEFT_BEHIND = (".git", "*.tfstate", "*.tfstate.*", "*.tfstate.backup", "node_modules", ".terragrunt-cache")
Verdict = Literal["proved", "not proved"]


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of the plan for one entry."""

    verdict: Verdict
    why: str


@dataclass(slots=True)
class Proved:
    """The results of all plans of one run."""

    by: str = ""
    """The program and its version."""
    entries: dict[str, Proof] = field(default_factory=dict)
    """Address -> its proof."""
    summaries: list[str] = field(default_factory=list)
    """One line for each configuration."""


def program(asked: str | None) -> str:
    """The Terraform to run: the given one, otherwise `$TF`, otherwise one on the PATH. UsageError if there is none."""
    for name in (asked, os.environ.get("TF"), "terraform", "tofu"):
        found = shutil.which(name) if name else None
        if found:
            return found
        if name and name == asked:
            raise UsageError(f"--terraform {name}: there is no such program", "Give the path of terraform or tofu.")
    raise UsageError("neither terraform nor tofu is on the PATH", "Install one, or give --terraform PATH.")


def prove(fix: Fix, trial: Trial, terraform: str) -> Proved:
    """Plan the configuration with the edits of all remedies; the result has a proof for each entry."""
    out = Proved(by=_version(terraform))
    data: dict[str, bytes] = {}
    found, _ = fetch(trial.sources.places, trial.sources.backends, lambda text, name, _lock: (name, text))
    data.update(found)
    for root in dict.fromkeys(fix.roots.values()):
        states = [name for name, of in fix.roots.items() if of == root]
        mine = [(d, r) for d, r in fix.entries if _belongs(d, r, root, states, fix)]
        if not mine:
            continue
        if len(states) != 1 or states[0] not in data:
            out.entries |= {r.address: Proof("not proved", "its state could not be copied") for _, r in mine}
            continue
        try:
            with tempfile.TemporaryDirectory(prefix="drift-proof-") as folder:
                copy = Copy(terraform, Path(folder), root, trial)
                named = workspace_of(states[0], root)
                selected = workspace(root) if named == "" else named or DEFAULT
                copy.fill(fix.after, data[states[0]], selected, _forgotten(mine))
                out.summaries.append(_without_the_broken(copy, mine, fix, out))
        except ProofError as error:
            out.entries |= {r.address: Proof("not proved", str(error)) for _, r in mine}
            out.summaries.append(f"{root}: {error}")
    for _, remedy in fix.entries:
        if remedy.cannot:
            out.entries[remedy.address] = Proof("not proved", "there is no remedy")
        out.entries.setdefault(remedy.address, Proof("not proved", "no configuration of this run has it"))
    return out


class ProofError(Exception):
    """A plan that could not be made; the message says why."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(why)
        self.said = said
        """The complete output of Terraform."""


def _without_the_broken(copy: Copy, entries: Sequence[tuple[Drift | None, Remedy]], fix: Fix, out: Proved) -> str:
    """Prove the entries; what an error names is left out, and the others are proved. A summary in one line.

    ProofError where an error names no entry.
    """
    every = sorted((r for _, r in fix.entries), key=lambda r: r.choice != "accept")  # as their edits were put together
    gone: set[str] = set()
    while True:
        left = [(d, r) for d, r in entries if r.address not in gone]
        try:
            told = copy.told(left, out, fix.beside) if left else f"{copy.root}: no entry can be proved"
        except ProofError as error:
            broken = named_by(error.said, [r for r in every if r.address not in gone], copy.original)
            if not broken:
                raise
            mine = {r.address for _, r in left}
            out.entries |= {
                a: Proof("not proved", f"left out of the proof: {why}") for a, why in broken.items() if a in mine
            }
            gone |= broken.keys()
            copy.write(
                {**dict.fromkeys(fix.after), **made(e for r in every if r.address not in gone for e in r.edits)[1]}
            )
            continue
        missing = len(entries) - len(left)
        return f"{told}; {missing} of {len(entries)} left out, because of errors" if missing else told


def named_by(said: str, remedies: Sequence[Remedy], original: Callable[[str], Path]) -> dict[str, str]:
    """Address -> the error that names it, by file and line, else by address. `original` gives the file that a name in
    an error stands for."""
    places = _places(remedies)
    out: dict[str, str] = {}
    for part in re.split(r"(?m)^\W*(?=Error: )", said)[1:]:
        why = _reason(part)
        at = re.search(r"(?m)^\W*on (.+?) line (\d+)", part)
        within = re.search(r'in resource "([^"]+)" "([^"]+)"', part)
        address = re.search(r"(?m)^\W*with (\S+?),$", part)
        path = original(at[1]) if at else None
        found = [a for a, p, first, last in places if at and p == path and first <= int(at[2]) <= last]
        if not found:
            named = [address[1]] if address else [f"{within[1]}.{within[2]}"] if within else []
            found = [r.address for r in remedies if _block(r.address) in map(_block, named)]
        for one in found:
            out.setdefault(one, why)
    return out


def _block(address: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", address)


def _places(remedies: Sequence[Remedy]) -> list[tuple[str, Path, int, int]]:
    """(address, file, first line, last line) of each edit, in the text that has all edits. Aligning moves no line."""
    owners: dict[Edit, list[str]] = {}
    for remedy in remedies:
        for edit in remedy.edits:
            owners.setdefault(edit, []).append(remedy.address)
    out: list[tuple[str, Path, int, int]] = []
    for path in {e.path for e in owners}:
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
        moved = 0
        for edit in sorted((e for e in owners if e.path == path), key=lambda e: (e.start, e.end)):
            first = text.count("\n", 0, edit.start) + 1 + moved
            lead = edit.text[: len(edit.text) - len(edit.text.lstrip("\r\n"))]
            first += lead.count("\n") if edit.start == edit.end else 0
            last = text.count("\n", 0, edit.start) + 1 + moved + edit.text.rstrip("\r\n").count("\n")
            out += ((address, path.resolve(), min(first, last), last) for address in owners[edit])
            moved += edit.text.count("\n") - text.count("\n", edit.start, edit.end)
    return out


def _belongs(drift: Drift | None, remedy: Remedy, root: Path, states: Sequence[str], fix: Fix) -> bool:
    if remedy.cannot:
        return False
    if drift is not None and drift.desired is not None:
        return drift.desired.source.state in states
    if remedy.edits:
        return any(_inside(e.path, root) for e in remedy.edits)
    return len(fix.roots) == 1


def _inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())


def _forgotten(entries: Iterable[tuple[Drift | None, Remedy]]) -> set[str]:
    """The addresses that a command takes out of the state: the copy is planned as if it had been run."""
    return {r.address for _, r in entries if any(" state rm " in f" {c} " for c in r.commands)}


@dataclass
class Copy:
    """A configuration in a directory of its own."""

    terraform: str
    folder: Path
    root: Path
    trial: Trial

    def fill(self, edited: Mapping[Path, str], state: bytes, workspace: str, forgotten: set[str]) -> None:
        """Copy the files with their edits, and the state without what a command forgets."""
        base = self._base(edited)
        self.anchor = repository(base / "x") or base
        self._beside(base)
        shutil.copytree(
            base,
            self.folder / "c" / base.relative_to(self.anchor),
            symlinks=True,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(*_LEFT_BEHIND, ".terraform"),
        )
        installed = data_dir(self.root)
        if installed.is_dir():
            shutil.copytree(
                installed, self.here / ".terraform", symlinks=True, copy_function=_linked, dirs_exist_ok=True
            )
            (self.here / ".terraform" / "terraform.tfstate").unlink(missing_ok=True)
        self.write(edited)
        self.workspace = workspace
        written = _without(state, forgotten)
        (self.here / _STATE).write_bytes(written)
        if self.workspace != DEFAULT:
            named = self.here / _WORKSPACES / self.workspace
            named.mkdir(parents=True)
            (named / "terraform.tfstate").write_bytes(written)
        backend = f'backend "local" {{\n    path          = "{_STATE}"\n    workspace_dir = "{_WORKSPACES}"\n  }}'
        backend = f"terraform {{\n  {backend}\n}}\n"
        (self.here / _OVERRIDE).write_text(backend)

    def _beside(self, base: Path) -> None:
        """What stands beside the copied directories in the repository: modules and files that a relative path names."""
        above = self.anchor
        for part in base.relative_to(self.anchor).parts:
            there = self.folder / "c" / above.relative_to(self.anchor)
            there.mkdir(parents=True, exist_ok=True)
            for one in above.iterdir():
                if one.name not in (part, ".git"):
                    (there / one.name).symlink_to(one)
            above = above / part

    def write(self, edited: Mapping[Path, str | None]) -> None:
        """Give files another text; None is the text that they have without any edit."""
        for path, text in edited.items():
            target = self.copied(path)
            if target == path.resolve():
                continue
            if text is None and not path.exists():
                target.unlink(missing_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes() if text is None else text.encode("utf-8"))

    def copied(self, path: Path) -> Path:
        """The copy of a file, which has the edits; the file itself where it is not copied."""
        there = path.resolve()
        inside = there.is_relative_to(self.anchor)
        return self.folder.resolve() / "c" / there.relative_to(self.anchor) if inside else there

    def original(self, name: str) -> Path:
        """The user's file that a name in an error stands for."""
        there = (self.here / name).resolve()
        copied = (self.folder / "c").resolve()
        return self.anchor / there.relative_to(copied) if there.is_relative_to(copied) else there

    def _base(self, edited: Mapping[Path, str]) -> Path:
        """The directory that has the root module and all modules of its own."""
        places = [self.root.resolve(), *(p.resolve().parent for p in edited)]
        fetched = data_dir(self.root).resolve()
        modules = Parsed(self.root, self.trial.given).library.modules.values()
        places += [d for m in modules if not (d := m.directory.resolve()).is_relative_to(fetched)]
        return Path(os.path.commonpath([str(p) for p in places]))

    @property
    def here(self) -> Path:
        """The root module in the copy."""
        return self.folder / "c" / self.root.resolve().relative_to(self.anchor)

    def run(self, *words: str) -> str:
        """What a command of Terraform's prints. ProofError where it fails; never one that writes."""
        if words[0] not in READS:
            raise ProofError(f"drift never runs `terraform {words[0]}`")
        environment = {n: v for n, v in os.environ.items() if not n.startswith("TF_CLI_ARGS") and n != "TF_DATA_DIR"}
        environment |= {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
        environment["TF_WORKSPACE"] = self.workspace
        for name, value in self.trial.environment(self.root).items():
            environment.pop(name, None)
            environment |= {} if value is None else {name: value}
        done = subprocess.run(  # noqa: S603 - the user's own Terraform, and words of ours
            [self.terraform, *words],
            cwd=self.here,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode and words[0] != "fmt":
            said = done.stderr or done.stdout
            raise ProofError(f"`{words[0]}` failed: {_reason(said)}", said)
        return done.stdout

    def told(
        self, entries: Sequence[tuple[Drift | None, Remedy]], out: Proved, beside: Collection[str] = frozenset()
    ) -> str:
        """Plan, and put into `out` what that says of each entry; a summary in one line. What is `beside` the entries
        is proved by itself, and not counted."""
        self.run("init", "-input=false", "-no-color", "-reconfigure")
        self.run("validate", "-no-color")
        unformatted = {line.strip() for line in self.run("fmt", "-check", "-list=true", "-no-color").splitlines()}
        given = [f"-var={v}" for v in self.trial.sources.variables]
        given += [f"-var-file={self.copied(f)}" for f in self.trial.sources.variable_files]
        self.run("plan", "-input=false", "-no-color", "-lock=false", "-out=drift-proof.plan", *given)
        plan = json.loads(self.run("show", "-json", "drift-proof.plan"))
        changes = {c["address"]: c for c in plan.get("resource_changes", ()) if c.get("mode") == "managed"}
        for drift, remedy in entries:
            out.entries[remedy.address] = judged(drift, remedy, changes.get(remedy.address), changes)
        addresses = {a for _, r in entries for a in (r.address, *r.brings)}
        others = sum(a not in addresses | {*beside} and not _still(c) for a, c in changes.items())
        mine = [changes[a] for a in addresses & changes.keys()]
        told = f"{self.root}: of these entries {_counted(mine)}"
        more = "1 other" if others == 1 else f"{others} others"
        told += f"; {more} would change, which these remedies do not touch" if others else ""
        return told + (f"; not as `fmt` has it: {', '.join(sorted(unformatted))}" if unformatted else "")


def _linked(source: str, target: str) -> str:
    """A copy of a file; of a large one, as providers are, one that takes no room.

    What `init` writes, it writes into the file that is there, so a small one is never the user's own.
    """
    try:
        if Path(source).stat().st_size < _LARGE:
            raise OSError
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _version(terraform: str) -> str:
    try:
        said = subprocess.run(  # noqa: S603 - the user's own Terraform
            [terraform, "version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        raise UsageError(f"{terraform}: cannot be run: {error.strerror}", "Give --terraform PATH.") from None
    return said.stdout.splitlines()[0] if said.stdout.strip() else Path(terraform).name


def _without(state: bytes, addresses: set[str]) -> bytes:
    """A state without some instances. ProofError for one that is not of version 4."""
    if not addresses:
        return state
    try:
        top = json.loads(state)
        resources = top["resources"]
    except (ValueError, KeyError, TypeError):
        raise ProofError("its state is not of version 4, and cannot be planned without it") from None
    for resource in resources:
        module = f"{resource['module']}." if resource.get("module") else ""
        name = f"{module}{resource.get('type')}.{resource.get('name')}"
        resource["instances"] = [i for i in resource["instances"] if name + _key(i) not in addresses]
    top["resources"] = [r for r in resources if r["instances"]]
    return json.dumps(top).encode()


def _key(instance: Mapping[str, Any]) -> str:
    key = instance.get("index_key")
    return "" if key is None else f"[{json.dumps(key)}]"


def _still(change: Mapping[str, Any]) -> bool:
    made = change["change"]
    return made["actions"] == ["no-op"] and not made.get("importing")


def _counted(changes: Iterable[Mapping[str, Any]]) -> str:
    found = [c["change"] for c in changes]
    add = sum("create" in c["actions"] for c in found)
    destroy = sum("delete" in c["actions"] for c in found)
    change = sum(c["actions"] == ["update"] for c in found)
    imported = sum(bool(c.get("importing")) for c in found)
    return f"{imported} to import, {add} to add, {change} to change, {destroy} to destroy"


def judged(
    drift: Drift | None,
    remedy: Remedy,
    change: Mapping[str, Any] | None,
    others: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Proof:
    """What a plan says of an entry; `change` is that of its address in `terraform show -json`, None without any.
    `others` has the changes of all addresses."""
    for address in remedy.brings:
        along = others[address]["change"] if address in others else {"actions": [], "importing": None}
        if along["actions"] != ["no-op"] or not along.get("importing"):
            return Proof(
                "not proved", f"the plan does not just import {address}: {'/'.join(along['actions']) or 'no-op'}"
            )
    made: Mapping[str, Any] = change["change"] if change is not None else {"actions": ["no-op"]}
    actions = list(made["actions"])
    differing = sorted(_differing(made)) if actions != ["no-op"] else []
    if remedy.choice == "accept":
        if actions == ["no-op"]:
            return Proof("proved", "0 to change")
        return Proof("not proved", f"the plan still changes {', '.join(differing) or '/'.join(actions)}")
    if remedy.choice == "adopt":
        if actions == ["no-op"] and (made.get("importing") or not _imports(remedy)):
            return Proof("proved", "1 to import, 0 to change" if made.get("importing") else "0 to change")
        if differing and {*differing} <= {"tags", "tags_all"}:
            return Proof("not proved", f"the plan changes {', '.join(differing)}: the provider's default_tags")
        return Proof("not proved", f"the plan changes {', '.join(differing) or '/'.join(actions)}")
    if remedy.choice == "forget":
        if actions in (["forget"], ["no-op"]) or (change is None):
            return Proof("proved", "nothing is destroyed")
        return Proof("not proved", f"the plan would {'/'.join(actions)} it")
    # what the provider works out anew is no change that somebody asks for
    new = {n for n, mark in (made.get("after_unknown") or {}).items() if mark is True}
    return _reverted(drift, actions, differing, new)


def _imports(remedy: Remedy) -> bool:
    return any("import {" in e.text for e in remedy.edits)


def _reverted(drift: Drift | None, actions: list[str], differing: Sequence[str], new: Collection[str]) -> Proof:
    if drift is not None and drift.kind == "missing":
        made = actions == ["create"]
        return Proof("proved" if made else "not proved", "1 to add" if made else f"the plan says {'/'.join(actions)}")
    told = {c.path.split(".")[0].split("[")[0] for c in drift.changes if c.undone is not False} if drift else set()
    planned = {n for n in differing if n != "tags_all" and (n in told or n not in new)}
    left = {c.path.split(".")[0].split("[")[0] for c in drift.changes if c.undone} - planned if drift else set()
    if actions == ["update"] and planned <= told and left:
        return Proof("not proved", f"the plan leaves {', '.join(sorted(left))} as it is")
    if actions == ["update"] and planned <= told:
        return Proof("proved", f"1 to change: {', '.join(sorted(planned))}, as drift told")
    if actions == ["no-op"]:
        return Proof("not proved", "the plan changes nothing")
    if "delete" in actions:
        return Proof("not proved", f"an apply would destroy it, to put back {', '.join(sorted(planned & told))}")
    return Proof("not proved", f"the plan changes {', '.join(sorted(planned))}; drift told {', '.join(sorted(told))}")


def _differing(made: Mapping[str, Any]) -> Iterator[str]:
    before, after, unknown = made.get("before") or {}, made.get("after") or {}, made.get("after_unknown") or {}
    for name in {*before, *after, *unknown}:
        if (before.get(name) or None) != (after.get(name) or None) or _marked(unknown.get(name)):
            yield name


def _marked(mark: Any) -> bool:
    if isinstance(mark, Mapping):
        return any(map(_marked, mark.values()))
    return any(map(_marked, mark)) if isinstance(mark, list) else mark is True


def _reason(said: str) -> str:
    """The first error of Terraform's, in one line."""
    lines = [line.strip("│╷╵ \t") for line in said.splitlines()]
    first = next((n for n, line in enumerate(lines) if line.startswith("Error:")), 0)
    return " ".join(line for line in lines[first : first + 6] if line)[:400] or "it says nothing"
