"""What the author wrote, made comparable: in the shape that a state would record it in.

A state holds more than its author wrote: the provider fills in what a nested block leaves out. Where the author
is silent, the record speaks, so that only what is really said otherwise differs. Where a value is not known, or
cannot be told apart from what was recorded, the attribute is left out: nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drift.desired.hcl.configured import Configured, is_known
from drift.desired.hcl.values import UNKNOWN
from drift.model.resource import Exemption
from drift.provider import facts

IGNORE_CHANGES = "lifecycle.ignore_changes"
IGNORE_TAGS = "the provider's ignore_tags"


def wanted(configured: Configured, recorded: Mapping[str, Any], provider: facts.Facts) -> dict[str, Any]:
    """Attribute -> what the author sets it to, as far as it is known; `provider` holds the facts of its type."""
    said: dict[str, Any] = dict(configured.values)
    if "tags_all" in provider:
        # an argument that is not computed is emptied where nobody sets it
        tags, common = said.get("tags", {}), configured.provider.default_tags
        known = isinstance(tags, Mapping) and common is not None
        said["tags_all"] = {**(common or {}), **tags} if known else UNKNOWN
        said["tags"] = tags
    out = {}
    for name, value in said.items():
        found = filled(value, recorded.get(name), provider.get(name, ""))
        if found is not UNKNOWN:
            out[name] = found
    if "tags" in out and "tags_all" in provider and "tags_all" not in out:
        del out["tags"]
    return out


def exempt(configured: Configured) -> tuple[Exemption, ...]:
    """The paths that the author exempts from comparison."""
    if configured.ignores_all:
        return (Exemption("*", f"{IGNORE_CHANGES} = all"),)
    paths = (".".join(str(s) for s in steps if isinstance(s, str)) for steps in configured.ignore_changes)
    own = [Exemption(_one_name(p), IGNORE_CHANGES) for p in paths]
    own += [Exemption(f"tags.{key}", IGNORE_TAGS) for key in sorted(configured.provider.ignored_tags)]
    own += [Exemption(f"tags.{start}*", IGNORE_TAGS) for start in sorted(configured.provider.ignored_tag_prefixes)]
    return tuple(own)


def lines(configured: Configured) -> dict[str, int]:
    """Dotted path -> its line in the file that the block begins in; of a block that stands several times, the first."""
    out: dict[str, int] = {}
    for path, place in configured.places.items():
        if place.file == configured.place.file:
            out.setdefault(".".join(s for s in path.split(".") if not s.isdigit()), place.line)
    return out


def undeclared(asserted: frozenset[str], provider: facts.Facts) -> frozenset[str]:
    """What nobody sets and AWS gives a value: the next apply leaves it as it is."""
    return frozenset(
        name for name, fact in provider.items() if name not in asserted and "c" in facts.flags_of(fact).split(" ")[0]
    )


def _one_name(path: str) -> str:
    """`tags_all` is another name for `tags`."""
    return "tags" + path.removeprefix("tags_all") if path == "tags_all" or path.startswith("tags_all.") else path


def filled(want: Any, have: Any, fact: Any) -> Any:
    """`want` with what it leaves out as `have` has it; UNKNOWN where that cannot be told."""
    if isinstance(fact, str):
        return _filled_map(want, have) if isinstance(want, Mapping) else want if is_known(want) else UNKNOWN
    if isinstance(want, Mapping):
        have = have[0] if isinstance(have, list) and len(have) == 1 else have
        return _filled_block(want, have if isinstance(have, Mapping) else {}, fact[1])
    if not isinstance(want, list | tuple):
        return want if want is None else UNKNOWN
    there = [h for h in have or () if isinstance(h, Mapping)] if isinstance(have, list | tuple) else []
    out = [filled(w, h, fact) for w, h in zip(want, _twins(list(want), there, fact), strict=True)]
    return UNKNOWN if any(block is UNKNOWN for block in out) else out


def _filled_map(want: Mapping[str, Any], have: Any) -> Any:
    have = have if isinstance(have, Mapping) else {}
    out = {k: have.get(k, UNKNOWN) if v is UNKNOWN else v for k, v in want.items()}
    return out if is_known(out) else UNKNOWN


def _filled_block(want: Mapping[str, Any], have: Mapping[str, Any], inner: facts.Facts) -> Any:
    out = dict(have)
    for name, value in want.items():
        if value is UNKNOWN and name in have:
            continue
        if value is not None:
            out[name] = filled(value, have.get(name), inner.get(name, ""))
    return UNKNOWN if any(v is UNKNOWN for v in out.values()) else out


def _twins(want: list[Any], have: list[Mapping[str, Any]], fact: Any) -> Iterator[Any]:
    """For each block that is written, the recorded one that it stands for; None where there is no telling."""
    if "set" not in facts.flags_of(fact).split(" ")[1:]:
        yield from (have[i] if len(want) == len(have) else None for i in range(len(want)))
        return
    for block in want:
        fits = [h for h in have if isinstance(block, Mapping) and _fits(block, h)]
        yield fits[0] if len(fits) == 1 else None


def _fits(want: Mapping[str, Any], have: Mapping[str, Any]) -> bool:
    """Whether a recorded block says all that is written, but for what is not known or a block itself."""
    return all(_says(v, have.get(k)) for k, v in want.items())


def _says(want: Any, have: Any) -> bool:
    if want is UNKNOWN or want is None or isinstance(want, Mapping):
        return True
    if isinstance(want, list | tuple):
        nested = any(isinstance(v, Mapping) for v in want)
        return nested or not is_known(want) or sorted(map(str, want)) == sorted(map(str, have or ()))
    return str(want) == str(have)
