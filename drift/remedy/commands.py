"""Remedies that are commands, or `removed` and `moved` blocks: revert, forget, moved.

Nothing here is run. `terraform plan` comes before every `apply`, so the user sees what will be applied.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path

from drift.desired.hcl.configured import Configuration
from drift.desired.instance import State
from drift.model.address import Address
from drift.model.drift import Drift
from drift.model.resource import Key, Resource
from drift.model.words import few
from drift.remedy.apply import OverlapError
from drift.remedy.hcl import Argument, Expression, Nested, block
from drift.remedy.keys import Evaluate, losing, taken_out
from drift.remedy.outline import OutlineError
from drift.remedy.pen import CannotError
from drift.remedy.source import Body, Source, read
from drift.remedy.spec import Edit, Remedy
from drift.remedy.splice import Splicer


def terraform(directory: Path | str | None, *words: str, program: str = "terraform") -> str:
    """A Terraform command, quoted for a shell; with `-chdir` if the directory is not the current one."""
    there = [f"-chdir={directory}"] if directory is not None and str(directory) not in ("", ".") else []
    return shlex.join([program, *there, *words])


_STAYS = "no apply undoes it, because the configuration does not set it"


def revert(drift: Drift, directory: Path | str | None) -> Remedy:
    """Commands that apply this resource alone. The remedy says what the apply restores, and what it cannot restore."""
    address = str(drift.resource.address)
    if drift.kind == "unmanaged":
        name = f"{drift.type}.{drift.found.id}"
        grave = "it introduced a finding of severity critical or high, and " if drift.is_grave else ""
        why = f"{grave}no apply undoes what no configuration describes: delete it by hand, or keep it with --adopt"
        return Remedy(name, "revert", cannot=f"{why} {shlex.quote(name)}")
    back = [c.path for c in drift.changes if c.undone]
    stays = [c.path for c in drift.changes if c.undone is False]
    untold = [c.path for c in drift.changes if c.undone is None]
    if drift.kind == "modified" and not back and not untold:
        why = f"{', '.join(stays)}: {_STAYS}"
        return Remedy(address, "revert", cannot=f"{why}: undo it by hand, or keep it with --accept {address}")
    said = ["an apply creates it again"] if drift.kind == "missing" else []
    said += [f"an apply restores {', '.join(back)}"] if back else []
    said += [f"{', '.join(untold)}: only a plan can tell"] if untold else []
    said += [f"{', '.join(stays)}: {_STAYS}: undo it by hand"] if stays else []
    target = f"-target={address}"
    return Remedy(
        address,
        "revert",
        commands=(terraform(directory, "plan", target), terraform(directory, "apply", target)),
        why="; ".join(said),
    )


def recreated(drift: Drift, directory: Path | str | None, source: Source | None) -> Remedy:
    """Imports the resource that somebody created again by hand, under the address of the missing one."""
    address, made = str(drift.resource.address), drift.recreated_as
    if made is None:
        return Remedy(address, "adopt", cannot="it is gone, and nothing was created again in its place")
    gone = terraform(directory, "state", "rm", address)
    why = f"{made.id} was created again by hand: it is imported under the old address"
    if source is None or drift.resource.address is None:
        return Remedy(address, "adopt", commands=(gone, terraform(directory, "import", address, made.id)), why=why)
    try:
        bodies = source.resource(drift.resource.address)
    except OutlineError as error:
        return Remedy(address, "adopt", cannot=str(error))
    in_root = bodies and not drift.resource.address.module and not bodies[0].file.is_json
    path = bodies[0].file.path if in_root else source.root / "imports.tf"
    edit = _appended(path, block(Nested("import", (Argument("to", Expression(address)), Argument("id", made.id)))))
    return Remedy(address, "adopt", (edit,), (gone,), why)


def forget(
    drift: Drift,
    directory: Path | str | None,
    source: Source | None,
    state: State | None,
    evaluate: Evaluate = lambda _edited: None,
    missing: Set[str] = frozenset(),
) -> Remedy:
    """Stop managing the resource: its block becomes a `removed` block; of several instances, its key goes. `missing`
    are the addresses of all that the account has no more."""
    address = drift.resource.address
    if address is None:
        return Remedy(str(drift.found.id), "forget", cannot="no state has it; `drift ignore` leaves it out of reports")
    command = terraform(directory, "state", "rm", str(address))
    gone = "it is gone from the account" if drift.kind == "missing" else "it stays in the account"
    try:
        bodies = source.resource(address) if source is not None else []
    except OutlineError as error:
        return Remedy(str(address), "forget", cannot=str(error))
    if not bodies:
        return Remedy(str(address), "forget", commands=(command,), why=f"{gone}; no file describes it any more")
    several = address.key is not None or any(key is not None for _, key in address.module)
    if several and source is not None and state is not None and state.configuration is not None:
        return _one_of_several(drift, address, source, state.configuration, evaluate, missing, command)
    users = _users(state.configuration, address.block) if state and state.configuration else []
    if users:
        return Remedy(str(address), "forget", cannot=f"change first what refers to it: {few(users)}")
    if not source or not source.is_own(bodies[0].file.path):
        return Remedy(
            str(address), "forget", commands=(command,), why=f"{gone}; take its block out of its module as well"
        )
    named = str(address).removeprefix(_module(drift))
    edits = tuple(e for n, body in enumerate(bodies) for e in _gone(source, body, "" if n else named))
    also = ""
    if state is not None and state.configuration is not None:
        try:
            lost = losing(edits, address, state.configuration, evaluate, missing)
        except (CannotError, OverlapError) as error:
            return Remedy(str(address), "forget", cannot=f"{error}: {bodies[0]} describes several")
        also = f", and {', '.join(lost)}, which the account has no more either" if lost else ""
    why = f"{gone}; the next apply takes it out of the state{also} and destroys nothing"
    return Remedy(str(address), "forget", edits=edits, why=why)


def _one_of_several(
    drift: Drift,
    address: Address,
    source: Source,
    configuration: Configuration,
    evaluate: Evaluate,
    missing: Set[str],
    command: str,
) -> Remedy:
    """Its key is taken out of the `for_each` or `count` that makes it. What is gone leaves the state by itself."""
    is_gone = drift.kind == "missing"
    gone = "it is gone from the account" if is_gone else "it stays in the account"
    try:
        edits, others, place = taken_out(source, address, configuration, evaluate, missing)
    except (CannotError, OutlineError, OverlapError) as error:
        place = str(source.resource(address)[0])
        if is_gone:
            why = f"{error}: take its key out of the count or for_each ({place}), or the next apply creates it again"
            return Remedy(str(address), "forget", cannot=why)
        why = f"{gone}; then take its key out of the count or for_each ({place}), or the next apply creates another "
        why += f"one: drift does not, because {error}"
        return Remedy(str(address), "forget", commands=(command,), why=why)
    also = f", and with it that of {', '.join(others)}, which the account has no more either" if others else ""
    then = "the next apply takes it out of the state and destroys nothing"
    then = then if is_gone else "take it out of the state before the next apply, which destroys it otherwise"
    why = f"{gone}; its key is taken away{also}, at {place}; {then}"
    return Remedy(str(address), "forget", edits, () if is_gone else (command,), why)


def _module(drift: Drift) -> str:
    """What an address begins with outside its own module."""
    address = drift.resource.address
    return "".join(f"module.{name}." for name, _ in address.module) if address is not None else ""


def _users(configuration: Configuration, block_: str) -> list[str]:
    return sorted({a for a, one in configuration.instances.items() if block_ in one.references})


def _gone(source: Source, body: Body, removed: str) -> list[Edit]:
    """A block taken away; with an address, a `removed` block for it in its place, or beside a file in JSON."""
    made = ""
    if removed:
        lifecycle = Nested("lifecycle", (Argument("destroy", False),))
        made = block(Nested("removed", (Argument("from", Expression(removed)), lifecycle)))
    text = body.file.text
    if body.file.is_json:
        splicer = Splicer(source)
        splicer.block_gone(body)
        return splicer.edits + ([_appended(body.file.path.parent / "removed.tf", made)] if made else [])
    if made:
        made = made.rstrip("\n").replace("\n", body.file.newline)
        return [Edit(body.file.path, made, body.block.start, body.block.end)]
    end = text.find("\n", body.block.end) + 1 or len(text)
    return [Edit(body.file.path, "", body.block.start, end)]


def _appended(path: Path, made: str) -> Edit:
    """A block at the end of a file, or in a new one."""
    text = read(path) if path.exists() else ""
    lead = "\n" if text.endswith("\n") else "\n\n" if text else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    return Edit(path, (lead + made).replace("\n", newline), len(text), len(text))


def twice(resources: Iterable[Resource], directories: dict[str, Path]) -> Iterator[Remedy]:
    """An object that several addresses describe: one address keeps it, the others forget it."""
    claims: dict[Key, list[Resource]] = defaultdict(list)
    for resource in resources:
        if not resource.deposed and not resource.dropped and all(resource.key.identity):
            claims[resource.key].append(resource)
    for key, found in sorted(claims.items(), key=lambda item: str(item[0])):
        if len(found) < 2:
            continue
        keeper, *others = sorted(found, key=lambda r: (r.asserted is None, str(r.address)))
        for other in others:
            yield Remedy(
                str(other.address),
                "forget",
                commands=(terraform(directories.get(other.source.state), "state", "rm", str(other.address)),),
                why=f"{key.type} {other.id} is managed as {keeper.address} too, in {keeper.source.state}",
            )


def moved(states: Sequence[State], sources: dict[str, Source]) -> Iterator[Remedy]:
    """A resource whose address differs between configuration and state: a `moved` block prevents creating it again."""
    for state in states:
        configuration, source = state.configuration, sources.get(state.source)
        if configuration is None or source is None:
            continue
        left = [i for i in state.instances if i.configured is None and not i.deposed]
        have = {str(i.address) for i in state.instances}
        new = [c for a, c in configuration.instances.items() if a not in have and c.address.mode == "managed"]
        for one in new:
            fits = [i for i in left if i.address.type == one.address.type and _same_object(one.values, i.attributes)]
            if len(fits) != 1 or one.template:
                continue
            old = fits[0].address
            try:
                bodies = source.resource(one.address)
            except OutlineError:
                continue
            if not bodies or one.address.module:
                continue
            ends = (Argument("from", Expression(str(old))), Argument("to", Expression(str(one.address))))
            made = block(Nested("moved", ends))
            edit = _behind(bodies[0], made)
            yield Remedy(
                str(one.address),
                "adopt",
                edits=(edit,),
                why=f"the state has it as {old}; the same by a command: "
                + terraform(source.root, "state", "mv", str(old), str(one.address)),
            )


def _behind(body: Body, made: str) -> Edit:
    """A block behind another one; beside a file in JSON."""
    file = body.file
    if file.is_json:
        return _appended(file.path.parent / "moved.tf", made)
    at = file.text.find("\n", body.block.end) + 1 or len(file.text)
    text = ("\n" if at == len(file.text) and not file.text.endswith("\n") else "") + "\n" + made
    return Edit(file.path, text.replace("\n", file.newline), at, at)


_NAMES = ("name", "bucket", "identifier", "cluster_identifier", "function_name", "family", "arn", "key_name")


def _same_object(said: object, recorded: object) -> bool:
    """Whether the configuration names the object that the state has."""
    if not isinstance(said, dict) or not hasattr(recorded, "get"):
        return False
    names = [n for n in _NAMES if said.get(n)]
    return bool(names) and all(said[n] == recorded.get(n) for n in names)
