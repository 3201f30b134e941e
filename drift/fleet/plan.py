"""Which states belong to which account; one cell for each account.

This makes no call to a cloud. The states are read a few at a time and freed again, so all states together may be larger
than memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from drift.desired.backends.local import STDIN
from drift.desired.copies import without_copies
from drift.desired.instance import State
from drift.desired.load import Sources, build, laid, read_found
from drift.desired.places import Found, find
from drift.errors import StateError, UsageError
from drift.fleet.accounts import Account, Fleet
from drift.model.journal import timed
from drift.provider.catalog import Catalog

AT_A_TIME = 64
"""How many states are in memory at the same time during planning."""
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


class Lost(NamedTuple):
    """A state that could not be read: a StateError in a form that can be sent to another process."""

    source: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: StateError) -> Lost:
        """What an error says."""
        return cls(error.source, error.message.removeprefix(f"{error.source}: "), error.hint)

    @property
    def error(self) -> StateError:
        """The error again."""
        return StateError(*self)


@dataclass(frozen=True, slots=True)
class Held:
    """A state, and the accounts of what it holds; `` among them where nothing tells the account of something."""

    state: Found
    accounts: frozenset[str] = frozenset()
    default: str = ""
    """The account in the state's path, `states/123456789012/network.tfstate`: used if nothing else names one."""
    warnings: tuple[str, ...] = ()

    @property
    def all(self) -> frozenset[str]:
        """The accounts, with the default instead of an unknown one."""
        return self.accounts - {""} | ({self.default} if "" in self.accounts else frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The work for one account: the unit in which a run is divided."""

    number: int
    """Its index in the run, from 0."""
    account: Account | None
    """None for the states that belong to none of the accounts."""
    states: tuple[Held, ...]
    told: frozenset[str]
    """Names of the states that this cell reports. If a state spans accounts, the cell of the first one reports it."""
    others: tuple[Held, ...] = ()
    """States given with --also-managed-by that may have resources of the account: not compared and not unmanaged."""

    @property
    def name(self) -> str:
        """The account, for messages."""
        return self.account.label if self.account is not None else "the states of other accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The accounts, and the states that belong to each."""

    fleet: Fleet
    states: tuple[Held, ...]
    others: tuple[Held, ...] = ()
    lost: tuple[Lost, ...] = ()
    """States that could not be read. If there are any, unmanaged resources are not certain, in all accounts."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """One for each account, in their order, and one for states of none of them, if there are any."""
        ids = [account.id for account in self.fleet.accounts]
        order = {id_: n for n, id_ in enumerate(ids)}
        mine: dict[int, list[Held]] = defaultdict(list)
        told: dict[int, set[str]] = defaultdict(set)
        for held in self.states:
            of = sorted(order[a] for a in held.all & order.keys()) or [len(ids)]
            told[of[0]].add(held.state.name)
            for n in of:
                mine[n].append(held)
        accounts: list[Account | None] = [*self.fleet.accounts, *([None] if mine[len(ids)] else [])]
        return tuple(
            Cell(
                number=n,
                account=account,
                states=tuple(mine[n]),
                told=frozenset(told[n]),
                others=tuple(h for h in self.others if account and h.all & {account.id, ""}),
            )
            for n, account in enumerate(accounts)
        )


def plan(fleet: Fleet, sources: Sources, catalog: Catalog, also: Sources | None = None) -> Plan:
    """The plan of a run; `also` are the states of others. StateError if no state can be read."""
    if STDIN in (*sources.places, *(also.places if also else ())):
        raise UsageError(
            "a state from standard input can be read only once, and a run of many accounts reads it for each of them",
            "Write it to a file first: --state FILE.",
        )
    known = {account.id for account in fleet.accounts} | {*fleet.left_out}
    with timed("planned", accounts=len(fleet.accounts)) as said:
        states, lost = _held(sources, catalog, known)
        if lost and not states:
            first, *rest = lost
            raise StateError(*first[:2], first.hint + "".join(f"\n  also {e.error.message}" for e in rest))
        others, unread = _held(also, catalog, known) if also else ((), ())
        said.update(states=len(states), unreadable=len(lost))
    return Plan(fleet=fleet, states=states, others=others, lost=(*lost, *unread))


def _held(sources: Sources, catalog: Catalog, known: Iterable[str]) -> tuple[tuple[Held, ...], tuple[Lost, ...]]:
    found, errors = find(sources.places, sources.backends)
    held: dict[str, Held] = {}
    lineages: dict[str, list[Found]] = defaultdict(list)
    where = {state.name: state for state in found}
    for chunk in _chunks(found):
        states, failed = read_found(chunk, sources.backends, sources.directories)
        errors += failed
        for state in states:
            lineages[state.lineage].append(where[state.source])
        accounts = _accounts(states, catalog)
        held |= {s.source: Held(where[s.source], accounts[s.source]) for s in states}
    for several in (group for lineage, group in lineages.items() if lineage and len(group) > 1):
        held = _without_copies(held, several, sources)
    held |= _searched(held, sources, catalog)
    ids = frozenset(known)
    held = {name: _with_default(one, ids) for name, one in held.items()}
    return tuple(held[f.name] for f in found if f.name in held), tuple(map(Lost.of, errors))


def _chunks(found: Sequence[Found]) -> Iterator[Sequence[Found]]:
    for n in range(0, len(found), AT_A_TIME):
        yield found[n : n + AT_A_TIME]


def _accounts(states: Sequence[State], catalog: Catalog) -> Mapping[str, frozenset[str]]:
    """Name of a state -> the accounts of what it holds, as its own resources and these states tell."""
    out: dict[str, set[str]] = defaultdict(set)
    for resource in build(states, (), catalog, accounts={}).resources:
        out[resource.source.state].add(resource.key.account)
    return defaultdict(frozenset, {name: frozenset(accounts) for name, accounts in out.items()})


def _without_copies(held: dict[str, Held], several: Sequence[Found], sources: Sources) -> dict[str, Held]:
    """Removes states that are older copies of another; the newest gets a warning about them."""
    states, _ = read_found(several, sources.backends, sources.directories)
    before = {s.source: len(s.warnings) for s in states}
    kept = {s.source: s.warnings[before[s.source] :] for s in without_copies(states)}
    out = {name: one for name, one in held.items() if name not in before or name in kept}
    return out | {n: replace(held[n], warnings=told) for n, told in kept.items() if n in held}


def _searched(held: Mapping[str, Held], sources: Sources, catalog: Catalog) -> dict[str, Held]:
    """The states whose own resources do not tell all their accounts, with what their configurations and the other
    states tell."""
    open_ = [one.state for one in held.values() if "" in one.accounts]
    if not open_:
        return {}
    states, _ = read_found(open_, sources.backends, sources.directories)
    states = laid(states, sources) if sources.with_configuration else states
    told = {s.source: held[s.source].accounts for s in states}
    names = {state.name for state in open_}
    rest = [one.state for one in held.values() if one.state.name not in names]
    for chunk in [*_chunks(rest)] or [()]:
        others, _ = read_found(chunk, sources.backends, sources.directories)
        found = _accounts([*states, *others], catalog)
        told = {name: found[name] if "" in accounts else accounts for name, accounts in told.items()}
        if not any("" in accounts for accounts in told.values()):
            break
    return {name: replace(held[name], accounts=accounts) for name, accounts in told.items()}


def _with_default(held: Held, known: frozenset[str]) -> Held:
    named = known & {*_NUMBER.findall(held.state.url)}
    return replace(held, default=next(iter(named))) if "" in held.accounts and len(named) == 1 else held
