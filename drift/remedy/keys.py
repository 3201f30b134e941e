"""What a configuration loses by an edit; and one instance of several taken away: its key out of what a `for_each` goes
through, or the last one of a `count`.

An edit is made only if the configuration, evaluated with it, lacks only what the account lacks, and says of everything
else what it said before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from drift.desired.hcl.configured import Configuration, is_known
from drift.desired.hcl.modules import files_of
from drift.desired.hcl.tree import Conditional
from drift.model.address import Address
from drift.model.words import few
from drift.remedy.apply import texts
from drift.remedy.likeness import alike
from drift.remedy.outline import OutlineError
from drift.remedy.pen import CannotError
from drift.remedy.source import Body, Node, Source, read
from drift.remedy.spec import Edit
from drift.remedy.splice import Splicer

Evaluate = Callable[[Mapping[str, str]], Configuration | None]
"""The configuration, some of whose files have another text."""


def taken_out(
    source: Source, address: Address, before: Configuration, evaluate: Evaluate, gone: Set[str]
) -> tuple[tuple[Edit, ...], list[str], str]:
    """(edits, the instances that go with it, where the edits are). `gone` are the addresses that may go: those that the
    account has no more. Raises CannotError, and OutlineError."""
    if any(key is not None for _, key in address.module):
        raise CannotError("its module has several instances")
    bodies = source.resource(address)
    if not bodies:
        raise CannotError("no file describes it")
    _nobody_names(source, address)
    node, new = _fewer(source, bodies, address)
    splicer = Splicer(source)
    splicer.value(node, new)
    edits = tuple(dict.fromkeys(splicer.edits))
    if not edits:
        raise CannotError("where its key is written could not be told")
    lost = losing(edits, address, before, evaluate, gone)
    place = next(iter(splicer.followed[-1:]), str(node))
    return edits, lost, place


def losing(
    edits: Sequence[Edit], address: Address, before: Configuration, evaluate: Evaluate, gone: Set[str]
) -> list[str]:
    """The instances that go along with one by edits. CannotError where one is not of `gone`, where anything else
    changes, and where the instance stays."""
    after = evaluate({str(path): text for path, text in texts(edits).items()})
    if after is None or str(address) in after.instances:
        raise CannotError("the configuration has it all the same")
    lost = before.instances.keys() - after.instances.keys() - {str(address)}
    if more := sorted(lost - gone):
        raise CannotError(f"{few(more)} would go as well, and the account has it")
    for name, one in after.instances.items():
        was = before.instances.get(name)
        if was is None or not _says_the_same(one.values, was.values):
            raise CannotError(f"{name} would change as well")
    return sorted(lost)


def _fewer(source: Source, bodies: list[Body], address: Address) -> tuple[Node, Any]:
    """The expression that makes the instances, and what it has to say without this one."""
    if isinstance(address.key, str):
        each = bodies[0].context.each
        old = source.value(each) if each is not None else None
        if each is None or not isinstance(old, list | Mapping):
            raise CannotError("what its for_each goes through is not known")
        if isinstance(old, Mapping):
            return each, {k: v for k, v in old.items() if k != address.key}
        return each, [v for v in old if str(v) != address.key]
    counts = ((b, i) for b in bodies for i in b.items if i.kind == "argument" and i.name == "count")
    count = next((Node(b.file, i.inner, b.context) for b, i in counts), None)
    number = source.value(count) if count is not None else None
    if count is None or not isinstance(number, int) or isinstance(source.parse(count), Conditional):
        raise CannotError("what its count says is not known")
    if number - 1 != address.key:
        raise CannotError("it is not the last one that its count makes: those behind it would move up")
    return count, number - 1


def _nobody_names(source: Source, address: Address) -> None:
    """Raises CannotError where a file of its module names this very instance."""
    module = source.module(address.module)
    name = str(Address(address.type, address.name, address.key))
    for path in files_of(module.module.directory) if module is not None else ():
        try:
            text = read(path)
        except (OSError, UnicodeDecodeError) as error:
            raise OutlineError(f"{path} cannot be read: {error}") from None
        if name in text or name.replace('"', '\\"') in text:
            raise CannotError(f"{path.name} names it")


def _says_the_same(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether all that was known is still so."""
    return now.keys() == before.keys() and all(not is_known(v) or alike(now[n], v) for n, v in before.items())
