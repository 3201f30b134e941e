"""Tries remedies: applies the edits to the text, evaluates the configuration, and compares the account again.

A value is written where it is set. That may be a variable which others read as well, and then the edit would change
what others say. So all edits are tried together; one that changes a bystander is made nearer to its own resource, and
where even its own line is shared, it is not made, and the remedy says who shares it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from drift.desired.hcl.configured import Configured
from drift.desired.hcl.read import deep
from drift.desired.hcl.values import UNKNOWN
from drift.desired.instance import State
from drift.model.drift import Drift, Report
from drift.remedy.accept import Alone, Case, accept, cases, live_of
from drift.remedy.apply import OverlapError, texts
from drift.remedy.spec import Edit, Remedy
from drift.remedy.splice import FAR
from drift.remedy.trial import Trial
from drift.run import Outcome

_NAMED = 3
Origin = tuple[str, str]
"""(state, address), as `Resource.origin`: two states may have the same address."""


@dataclass
class _Try:
    """One remedy on its way."""

    case: Case
    remedy: Remedy
    hops: int = FAR
    alone: Alone = ""
    """For whom its edits are, where others share its line."""

    @property
    def address(self) -> str:
        return self.case.address

    @property
    def origin(self) -> Origin:
        return self.case.drift.resource.origin


@dataclass
class Settled:
    """Remedies of which each was tried."""

    remedies: dict[Origin, Remedy] = field(default_factory=dict)
    after: Report | None = None
    """What a check would say then."""


def settled(
    trial: Trial,
    described: Sequence[State],
    outcome: Outcome,
    drifts: Iterable[Drift],
    aside: Mapping[Origin, Set[str]] | None = None,
) -> Settled:
    """Accept these drifts. After each remedy a check no longer reports the drift; otherwise the remedy says why not.

    `aside` has the paths that something else than these edits mends.
    """
    chosen = list(drifts)
    sources = {s.source: opened for s in described if (opened := trial.source(s)) is not None}
    out = Settled()
    tries: list[_Try] = []
    for survey, _ in outcome.surveys:
        mine = [d for d in chosen if d in survey.drift or any(d.resource.origin == r.origin for r in survey.desired)]
        chosen = [d for d in chosen if d not in mine]
        found, without = cases(mine, survey, described, sources)
        out.remedies |= without
        tries += [_Try(case, deep(lambda case=case: accept(case))) for case in found]  # type: ignore[misc]
    before = _instances(trial, [*described, *trial.beside()])
    while True:  # each round that is not the last one makes an edit nearer, or gives it up
        live = _placed(tries)
        if not live:
            out.after = outcome.report
            break
        now, around = _described(trial, live)
        if _blamed(trial, live, before, _instances(trial, around)):
            continue
        out.after = trial.run(now).report
        left = _left(live, out.after, aside or {})
        if left:
            out.after = trial.run(_refreshed(now, left)).report
            left = [t for t in left if t in _left(left, out.after, aside or {}) or _is_pending(t, out.after)]
        if not _unsettled(left, out.after):
            _told(live, before, _instances(trial, around))
            _referring(live)
            break
    out.remedies |= {t.origin: t.remedy for t in tries}
    return out


def _referring(tries: Iterable[_Try]) -> None:
    """Write ids as addresses, where that changes nothing but the text of the edits."""
    for one in tries:
        made = deep(lambda one=one: accept(one.case, 0 if one.alone else one.hops, alone=one.alone, literal=False))  # type: ignore[misc]
        same = [(e.path, e.start, e.end) for e in made.edits] == [(e.path, e.start, e.end) for e in one.remedy.edits]
        if not made.cannot and same:
            one.remedy = replace(one.remedy, edits=made.edits)


def _described(trial: Trial, tries: Sequence[_Try]) -> tuple[list[State], list[State]]:
    """(the states as they are with the edits, the same and those that are beside them)."""
    edited = {str(p): t for p, t in texts(_edits(tries)).items()}
    described = trial.described(edited)
    return described, [*described, *trial.beside(edited)]


def _edits(tries: Iterable[_Try]) -> list[Edit]:
    return [e for t in tries for e in t.remedy.edits]


def _placed(tries: Sequence[_Try]) -> list[_Try]:
    """Those with edits, none of which meets another: the later of two is made nearer to its resource, or not made."""
    out: list[_Try] = []
    for one in tries:
        while one.remedy.edits:
            try:
                texts([*_edits(out), *one.remedy.edits])
            except OverlapError:
                others = [t.origin for t in out if _meet(t.remedy.edits, one.remedy.edits)]
                if _meet(one.remedy.edits, ()):
                    one.remedy = Remedy(one.address, "accept", cannot="its changes meet at the same place of a file")
                    break
                shared = f"its line is shared with {_names(others, one.origin[0])}"
                _nearer(one, f"{shared}: write that one first, then run the command again")
                continue
            out.append(one)
            break
    return out


def _meet(some: Sequence[Edit], others: Sequence[Edit]) -> bool:
    try:
        texts([*some, *others])
    except OverlapError:
        return True
    return False


def _nearer(one: _Try, why: str, *, alone: bool = False) -> None:
    """Make the edit one reference nearer to the resource itself; give it up where it is there already.

    With `alone`, an edit that is there already is made for this instance alone, if that can be written.
    """
    hops = min(one.hops, _followed(one.remedy)) - 1
    if hops < 0 and alone and one.alone != "call":
        _divided(one, why)
        return
    if hops < 0:
        one.remedy = Remedy(one.address, "accept", cannot=why)
        return
    one.hops = hops
    one.remedy = deep(lambda: accept(one.case, hops))


def _divided(one: _Try, why: str) -> None:
    """Make the edit for its own instance alone, or for its own call of its module, whichever can be written."""
    ways: tuple[Alone, ...] = ("instance", "call") if not one.alone else ("call",)
    cannot = []
    for way in ways:
        one.alone = way
        made = deep(lambda way=way: accept(one.case, 0, alone=way))  # type: ignore[misc]
        if not made.cannot:
            which = "instance" if way == "instance" else "call of its module"
            one.remedy = replace(made, why=f"{made.why}, for this {which} alone: {why}")
            return
        cannot.append(made.cannot)
    one.remedy = Remedy(one.address, "accept", cannot=f"{why}; {'; '.join(dict.fromkeys(cannot))}")


def _followed(remedy: Remedy) -> int:
    """How many references an edit is away."""
    return remedy.why.partition(", set at ")[2].partition(";")[0].count(":")


def _blamed(
    trial: Trial, tries: Sequence[_Try], before: Mapping[Origin, Configured], now: Mapping[Origin, Configured]
) -> bool:
    """Take back what changes the values of others; whether there was any."""
    others = _others(tries, before, now)
    places = {(one.place, origin) for origin, one in others.items()}
    suspects = [
        t for t in tries if _followed(t.remedy) or any(p == t.case.author.place and o != t.origin for p, o in places)
    ]
    if suspects and len(suspects) < len(tries):
        others = _others(tries, before, _instances(trial, _described(trial, suspects)[1]))
    found = False
    for tried, beside in _guilty(trial, suspects, before, others, tries) if suspects else ():
        place = tried.case.author.place
        shared = [o for o, one in beside.items() if one.place == place and o != tried.origin]
        if shared:
            _nearer(tried, f"its line ({place}) also sets {_names(shared, tried.origin[0])}", alone=True)
            found = True
        elif _followed(tried.remedy) and (far := beside.keys() - {tried.origin}):
            _nearer(tried, f"{_names(far, tried.origin[0])} would change as well")
            found = True
    return found


def _guilty(
    trial: Trial,
    tries: Sequence[_Try],
    before: Mapping[Origin, Configured],
    others: Mapping[Origin, Configured],
    every: Sequence[_Try],
) -> list[tuple[_Try, Mapping[Origin, Configured]]]:
    """Those whose edits change `others`, each with what it changes: halves are tried by themselves, as long as there
    are any. Several that change it only together are all named. `every` has all that are tried.
    """
    out: list[tuple[_Try, Mapping[Origin, Configured]]] = []
    if len(tries) > 1 and others:
        middle = len(tries) // 2
        for part in (tries[:middle], tries[middle:]):
            changed = _others(every, before, _instances(trial, _described(trial, part)[1]))
            out += _guilty(trial, part, before, changed, every)
    beside = _beside(tries, others)
    return out or ([(t, beside) for t in tries] if beside else [])


def _beside(tries: Sequence[_Try], others: Mapping[Origin, Configured]) -> dict[Origin, Configured]:
    """Those of the others that do not change by a reference to what is tried."""
    rippled = {o for t in tries for o in _ripple(t, others)}
    return {o: one for o, one in others.items() if o not in rippled}


def _others(
    tries: Sequence[_Try], before: Mapping[Origin, Configured], now: Mapping[Origin, Configured]
) -> dict[Origin, Configured]:
    """What the edits change beside what they are for: other resources, and other arguments of these."""
    mine = {t.origin: _changed(t) for t in tries}
    out = {
        origin: one
        for origin, one in now.items()
        if origin not in before or _differ(*(_rest(v.values, mine.get(origin)) for v in (before[origin], one)))
    }
    out = {origin: before.get(origin, one) for origin, one in out.items()}  # edits move the lines of what is new
    return out | {origin: before[origin] for origin in before.keys() - now.keys() if origin not in mine}


def _changed(one: _Try) -> frozenset[str]:
    """The arguments that an edit is for."""
    return frozenset(c.path.split(".")[0].split("[")[0] for c in one.case.drift.changes)


def _rest(values: Mapping[str, Any], names: frozenset[str] | None) -> Mapping[str, Any]:
    return {n: v for n, v in values.items() if n not in names} if names else values


def _ripple(one: _Try, others: Mapping[Origin, Configured]) -> set[Origin]:
    """Those of the others that refer to the resource: they say what it says."""
    block = one.case.instance.address.block
    state, place = one.origin[0], one.case.author.place
    return {o for o, other in others.items() if o[0] == state and block in other.references and other.place != place}


def _told(tries: Sequence[_Try], before: Mapping[Origin, Configured], now: Mapping[Origin, Configured]) -> None:
    """Say of each remedy what it changes beside its own resource."""
    others = _others(tries, before, now)
    for one in tries:
        if ripple := _ripple(one, others):
            why = f"{one.remedy.why}; also changes {_names(ripple)}, by a reference"
            one.remedy = replace(one.remedy, why=why)


def _refreshed(states: Sequence[State], tries: Sequence[_Try]) -> list[State]:
    """The states as a refresh would record these resources: what was changed, as it is in the account.

    What the author says no more is left to the record, and that is as old as the state.
    """
    live = {}
    for one in tries:
        names = _changed(one)
        found = live_of(one.case)
        live[one.origin] = {n: found[n] for n in names & found.keys()}
    return [
        replace(
            s,
            instances=tuple(
                replace(i, attributes={**i.attributes, **live[s.source, str(i.address)]})
                if (s.source, str(i.address)) in live and not i.deposed
                else i
                for i in s.instances
            ),
        )
        for s in states
    ]


def _differ(one: Any, other: Any) -> bool:
    """Whether two values are different for sure: what is not known on one side may be the same."""
    if one is UNKNOWN or other is UNKNOWN:
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() != other.keys() or any(_differ(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        if UNKNOWN in one or UNKNOWN in other:
            return len(one) != len(other)  # what is not known has no place in the order of a set
        return len(one) != len(other) or any(map(_differ, one, other))
    return bool(one != other)


def _is_pending(one: _Try, after: Report) -> bool:
    """Whether an apply would change what was written, since the account says something else."""
    names = _changed(one)
    return any(p.address == one.address and names & {*p.attributes} for p in after.pending)


def _left(tries: Sequence[_Try], after: Report, aside: Mapping[Origin, Set[str]]) -> list[_Try]:
    """Those of which a check would still tell something."""
    left = {
        d.resource.origin
        for d in after.drift
        if d.kind == "modified" and {c.path for c in d.changes} - aside.get(d.resource.origin, frozenset())
    }
    return [t for t in tries if t.origin in left]


def _unsettled(left: Sequence[_Try], after: Report) -> bool:
    """Take back what a check would still tell; whether there was any."""
    paths = {d.resource.origin: sorted(c.path for c in d.changes) for d in after.drift}
    for one in left:
        said = ", ".join(paths.get(one.origin, sorted(_changed(one))))
        _nearer(one, f"{said}: how to write the actual value could not be told")
    return bool(left)


def _instances(trial: Trial, states: Iterable[State]) -> dict[Origin, Configured]:
    """What is described, but for data sources that only make a document of what stands in them: what has the document
    shows whether it changes."""
    pure = {name for p in trial.catalog.providers.values() for name in p.document_sources()}
    return {
        (s.source, a): one
        for s in states
        if s.configuration
        for a, one in s.configuration.instances.items()
        if one.address.mode == "managed" or one.address.type not in pure
    }


def _names(origins: Collection[Origin], state: str = "") -> str:
    """Their addresses; with that of their state where it is not this one."""
    addresses = sorted({a if where == state or not state else f"{a} of {where}" for where, a in origins})
    shown = ", ".join(addresses[:_NAMED])
    return f"{shown} and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else shown
