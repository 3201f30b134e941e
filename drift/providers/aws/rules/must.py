"""Rules that say of one setting what it must be: a table each, in the modules that use this."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

from drift.model.drift import Severity
from drift.rules.spec import Found, Rule, Theme
from drift.rules.subject import Subject

SECURITY_HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/{}-controls.html"


def must(
    id_: str,
    types: str | Mapping[str, str],
    at: str = "",
    *,
    title: str,
    meaning: str,
    remedy: str,
    severity: Severity,
    theme: Theme,
    be: Collection[Any] | Callable[[Any], bool] = (True,),
    where: Mapping[str, Collection[Any]] | None = None,
    prowler: tuple[str, ...] = (),
    hub: tuple[str, ...] = (),
    page: str = "",
    missing: bool = False,
    guards: Literal["", "account", "region"] = "",
) -> Rule:
    """A rule that fails where a setting is none of what it must be.

    `types` is a type whose setting is `at` (a path), or type -> path. `be` holds the good values, or tells a good one.
    `where` says of which resources the rule speaks at all: path -> values. `page` is Security Hub's page about a
    service, or an address. Whether its loss is a finding: `missing`.
    """
    paths = {types: at} if isinstance(types, str) else dict(types)
    good = be if callable(be) else frozenset(be).__contains__
    conditions = dict(where or {})

    def judge(it: Subject) -> Found:
        if any(it.at(path) not in values for path, values in conditions.items()):
            return False
        path = paths[it.type]
        found = it.at(path)
        return None if good(found) else f"{path} is {shown(found)}"

    heads = {path.split(".")[0].removesuffix("[]") for path in (*paths.values(), *conditions)}
    return Rule(
        id=id_,
        title=title,
        severity=severity,
        theme=theme,
        meaning=meaning,
        remedy=remedy,
        types=tuple(paths),
        judge=judge,
        reads=tuple(sorted(heads)) if len(paths) == 1 else (),
        references=(page if page.startswith("https://") else SECURITY_HUB.format(page),),
        prowler=prowler,
        security_hub=hub,
        when_missing=tuple(paths) if missing else (),
        guards=guards,
    )


def shown(value: Any) -> str:
    """A setting in words."""
    if value is None or value == "":
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def at_least(least: float) -> Callable[[Any], bool]:
    """Whether a number is no smaller than this."""
    return lambda value: value is not None and float(value) >= least


def several(value: Any) -> bool:
    """Whether there is more than one of it."""
    return value is not None and len(value) > 1
