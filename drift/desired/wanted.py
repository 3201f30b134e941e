"""What the author wrote, made comparable: in the shape that a state would record it in.

The record is not the intent: every refresh writes into the state what it found. So what the author leaves out is the
provider's default where it has one, null where nobody fills it in, and only what the cloud may fill in is as recorded.
Where a value is not known, or cannot be told apart from what was recorded, the attribute is left out, and nothing is
said of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from drift.desired.hcl.configured import Configured, is_known
from drift.desired.hcl.values import UNKNOWN
from drift.model.resource import IgnoredPath
from drift.provider import facts

IGNORE_CHANGES = "lifecycle.ignore_changes"
_NOTHING_SET: tuple[Any, ...] = (None, False, 0, "", [], {})
"""How a state records what is not set: Terraform's SDK writes the zero of the type."""

Means = Callable[[str], facts.Meaning]
"""Dotted path -> what it means that nobody sets it."""


@dataclass(slots=True)
class Unsaid:
    """What the author of one resource leaves out, and what that means."""

    means: Means = lambda _: facts.Unset.UNKNOWN
    implied: set[str] = field(default_factory=set)
    """Dotted paths that have the provider's default, or nothing, because nobody sets them."""
    defaulted: set[str] = field(default_factory=set)
    """Those of them that have a default."""
    left: set[str] = field(default_factory=set)
    """Dotted paths that the provider leaves to the cloud."""
    untold: set[str] = field(default_factory=set)
    """Those of `implied` of which nobody knows what an apply does."""
    common: Mapping[str, Any] | None = None
    """The tags that the provider's configuration adds; None where they are not known."""

    def leave(self, names: Iterable[str]) -> None:
        """Mark those of the attributes, none of which is set, that the cloud may fill in."""
        self.left |= {name for name in names if self.means(name) in (facts.Unset.ASSIGNED, facts.Unset.KEPT)}

    def of(
        self,
        author: Configured,
        recorded: Mapping[str, Any],
        earlier: Mapping[str, Any] | None,
        provider: facts.Facts,
    ) -> dict[str, Any]:
        """Attribute -> its value where the author leaves it out: its default, or null.

        A block that nobody writes and that the provider may look away from counts as none only where it came between
        two records: the cloud may have given it.
        """
        out: dict[str, Any] = {}
        for name, fact in provider.items():
            if name in author.values or name in ANOTHER_WAY or not facts.settable(fact):
                continue
            meaning = self.means(name)
            if isinstance(meaning, facts.Default):
                if is_known(author.derived.get(name, UNKNOWN)):  # the evaluator knows whether it is this variant's
                    out[name] = author.derived[name]
                    self.defaulted.add(name)
            elif isinstance(meaning, facts.Reset):
                out[name] = _reset(recorded.get(name), meaning.values)
            elif meaning is facts.Unset.NOTHING or (
                meaning in (facts.Unset.KEPT, facts.Unset.UNTOLD)
                and earlier is not None
                and earlier.get(name) in _NOTHING_SET
            ):
                out[name] = _nothing(recorded.get(name))
                if meaning is facts.Unset.UNTOLD:
                    self.untold.add(name)
        self.implied |= out.keys()
        return out

    def inside(self, at: str, want: Mapping[str, Any], have: Mapping[str, Any], inner: facts.Facts) -> dict[str, Any]:
        """Argument of a block that is written -> its value where the author leaves it out there."""
        out: dict[str, Any] = {}
        another = any(self._is_variant(f"{at}.{name}", value) for name, value in want.items() if value is not None)
        unset = {name: self.means(f"{at}.{name}") for name in inner if want.get(name) is None}
        for name, meaning in unset.items():
            if meaning is facts.Unset.ASSIGNED:
                self.left.add(f"{at}.{name}")
            elif another:
                continue
            elif isinstance(meaning, facts.Default):
                out[name] = meaning.value
                self.defaulted.add(f"{at}.{name}")
            elif isinstance(meaning, facts.Reset):
                out[name] = _reset(have.get(name), meaning.values)
            elif meaning is facts.Unset.NOTHING:
                out[name] = _nothing(have.get(name))
        self.implied |= {f"{at}.{name}" for name in out}
        return out

    def _is_variant(self, at: str, value: Any) -> bool:
        """Whether a text with a default is set to something else, so that other defaults may hold beside it."""
        meaning = self.means(at)
        return isinstance(meaning, facts.Default) and isinstance(meaning.value, str) and value != meaning.value


ANOTHER_WAY = frozenset({"tags", "tags_all"})
"""What is told together with what the provider's configuration adds."""


def _nothing(recorded: Any) -> Any:
    """Nothing, as this state records it."""
    return recorded if recorded in _NOTHING_SET else None


def _reset(recorded: Any, values: Mapping[str, Any]) -> Any:
    """A block as it is recorded, with these values; nothing where none is recorded."""
    if isinstance(recorded, list) and len(recorded) == 1:
        return [_reset(recorded[0], values)]
    if not isinstance(recorded, Mapping):
        return _nothing(recorded)
    changed = {n: _reset(recorded.get(n), v) if isinstance(v, Mapping) else v for n, v in values.items()}
    return {**recorded, **changed}


IGNORE_TAGS = "the provider's ignore_tags"


def wanted(
    configured: Configured, recorded: Mapping[str, Any], provider: facts.Facts, unsaid: Unsaid | None = None
) -> dict[str, Any]:
    """Attribute -> what the author sets it to, as far as it is known; `provider` holds the facts of its type.

    `unsaid` says what is meant by what a nested block leaves out, and is told which that is.
    """
    unsaid = unsaid or Unsaid()
    said: dict[str, Any] = dict(configured.values)
    unsaid.common = configured.provider.default_tags
    if "tags_all" in provider:
        # an argument that is not computed is emptied where nobody sets it
        tags, common = said.get("tags", {}), configured.provider.default_tags
        known = isinstance(tags, Mapping) and common is not None
        said["tags_all"] = {**(common or {}), **tags} if known else UNKNOWN
        said["tags"] = tags
    out = {}
    for name, value in said.items():
        found = _filled(value, recorded.get(name), provider.get(name, ""), name, unsaid)
        if found is not UNKNOWN:
            out[name] = found
    if "tags" in out and "tags_all" in provider and "tags_all" not in out:
        del out["tags"]
    return out


def exempt(configured: Configured) -> tuple[IgnoredPath, ...]:
    """The paths that the author exempts from comparison."""
    if configured.ignores_all:
        return (IgnoredPath("*", f"{IGNORE_CHANGES} = all"),)
    paths = (".".join(str(s) for s in steps if isinstance(s, str)) for steps in configured.ignore_changes)
    own = [IgnoredPath(_one_name(p), IGNORE_CHANGES) for p in paths]
    own += [IgnoredPath(f"tags.{key}", IGNORE_TAGS) for key in sorted(configured.provider.ignored_tags)]
    own += [IgnoredPath(f"tags.{start}*", IGNORE_TAGS) for start in sorted(configured.provider.ignored_tag_prefixes)]
    return tuple(own)


def lines(configured: Configured) -> dict[str, int]:
    """Dotted path -> its line in the file that the block begins in; of a block that stands several times, the first."""
    out: dict[str, int] = {}
    for path, place in configured.places.items():
        if place.file == configured.place.file:
            out.setdefault(".".join(s for s in path.split(".") if not s.isdigit()), place.line)
    return out


def _one_name(path: str) -> str:
    """`tags_all` is another name for `tags`."""
    return "tags" + path.removeprefix("tags_all") if path == "tags_all" or path.startswith("tags_all.") else path


def filled(want: Any, have: Any, fact: Any) -> Any:
    """`want` with what it leaves out as `have` has it; UNKNOWN where that cannot be told."""
    return _filled(want, have, fact, "", Unsaid())


def _filled(want: Any, have: Any, fact: Any, at: str, unsaid: Unsaid) -> Any:
    """`want` with what it leaves out as it is meant, or as `have` has it; UNKNOWN where that cannot be told."""
    if isinstance(fact, str):
        return _filled_map(want, have) if isinstance(want, Mapping) else want if is_known(want) else UNKNOWN
    if isinstance(want, Mapping):
        have = have[0] if isinstance(have, list) and len(have) == 1 else have
        return _filled_block(want, have if isinstance(have, Mapping) else {}, fact[1], at, unsaid)
    if not isinstance(want, list | tuple):
        return want if want is None else UNKNOWN
    there = [h for h in have or () if isinstance(h, Mapping)] if isinstance(have, list | tuple) else []
    out = [_filled(w, h, fact, at, unsaid) for w, h in zip(want, _twins(list(want), there, fact), strict=True)]
    return UNKNOWN if any(block is UNKNOWN for block in out) else out


def _filled_map(want: Mapping[str, Any], have: Any) -> Any:
    have = have if isinstance(have, Mapping) else {}
    out = {k: have.get(k, UNKNOWN) if v is UNKNOWN else v for k, v in want.items()}
    return out if is_known(out) else UNKNOWN


def _filled_block(want: Mapping[str, Any], have: Mapping[str, Any], inner: facts.Facts, at: str, unsaid: Unsaid) -> Any:
    out = {**have, **unsaid.inside(at, want, have, inner)}
    for name, value in want.items():
        if value is UNKNOWN and name in have:
            continue
        if value is not None:
            out[name] = _filled(value, have.get(name), inner.get(name, ""), f"{at}.{name}", unsaid)
    if "tags_all" in inner and want.get("tags") is not None:  # the tags of an instance's volume
        known = isinstance(out.get("tags"), Mapping) and unsaid.common is not None
        out["tags_all"] = {**(unsaid.common or {}), **out["tags"]} if known else UNKNOWN
    return UNKNOWN if any(v is UNKNOWN for v in out.values()) else out


def _twins(want: list[Any], have: list[Mapping[str, Any]], fact: Any) -> Iterator[Any]:
    """For each block that is written, the recorded one that it stands for; None where there is no telling."""
    if "set" not in facts.flags_of(fact).split(" ")[1:]:
        yield from (have[i] if len(want) == len(have) else None for i in range(len(want)))
        return
    for block in want:
        fits = [h for h in have if isinstance(block, Mapping) and _fits(block, h)]
        if len(fits) > 1:
            fits = [h for h in fits if _fits(block, h, to_the_bottom=True)]
        yield fits[0] if len(fits) == 1 else None


def _fits(want: Mapping[str, Any], have: Mapping[str, Any], *, to_the_bottom: bool = False) -> bool:
    """Whether a recorded block says all that is written, but for what is not known.

    Of a block inside it is enough that there is one, unless `to_the_bottom`: there a set may differ in what changed.
    """
    return all(_says(v, have.get(k), to_the_bottom=to_the_bottom) for k, v in want.items())


def _says(want: Any, have: Any, *, to_the_bottom: bool) -> bool:
    if want is UNKNOWN or want is None:
        return True
    if isinstance(want, Mapping):
        have = have[0] if isinstance(have, list) and len(have) == 1 else have
        return bool(have) and (
            not to_the_bottom or (isinstance(have, Mapping) and _fits(want, have, to_the_bottom=True))
        )
    if isinstance(want, list | tuple):
        if any(isinstance(v, Mapping) for v in want):
            return bool(have) and (
                not to_the_bottom or all(any(_says(w, [h], to_the_bottom=True) for h in have) for w in want)
            )
        return not is_known(want) or sorted(map(str, want)) == sorted(map(str, have or ()))
    return str(want) == str(have)


def _says_one(want: Any, have: Any) -> bool:
    return any(_says(want, [block], to_the_bottom=True) for block in have)
