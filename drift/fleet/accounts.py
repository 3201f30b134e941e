"""Which accounts a run reads: those of a c7n-org file, or of an organization.

The file is that of Cloud Custodian's `c7n-org` (https://cloudcustodian.io/docs/tools/c7n-org.html), read as it is:
`account_id`, `name`, `role` (one, or a chain), `profile`, `external_id`, `regions`, `tags`. `vars` are for its
policies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drift.errors import UsageError
from drift.model.bounds import SETTINGS_BYTES, text
from drift.model.suggest import did_you_mean
from drift.provider.contract import Organisation, Role

ALL = "all"
"""The word for every enabled region, as c7n-org has it."""
NOT_SELECTED = "they were not selected"
SUSPENDED = "they are suspended or closed"
DOCUMENTED = "docs/fleet.md shows such a file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of the run, and how to get credentials for it."""

    id: str
    name: str = ""
    profile: str = ""
    """The profile to start from; empty: that of the run."""
    roles: tuple[Role, ...] = ()
    """The roles to assume, each with the credentials of the one before; empty: none."""
    regions: tuple[str, ...] = ()
    """Regions to search in addition to those of the states; `all` for every enabled one."""
    tags: tuple[str, ...] = ()
    path: str = ""
    """The path of organizational units that it is in: `prod/payments`."""

    @property
    def label(self) -> str:
        """Its name with its id, for messages."""
        return f"{self.name} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Fleet:
    """The accounts of a run, and those that were left out on purpose."""

    accounts: tuple[Account, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Account -> the reason: NOT_SELECTED or SUSPENDED."""

    def __post_init__(self) -> None:
        if not self.accounts:
            raise UsageError("no account is left to look at", "`drift accounts` lists them; give fewer filters.")


def read(file: Path, account_of: Callable[[str], str]) -> Fleet:
    """The accounts of a file; UsageError that names the wrong entry.

    `account_of` says whose a role is, by its full name; empty for what names no role.
    """
    try:
        content = _parsed(file)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{file}: cannot be read: {why}", "Give --accounts the path of a file.") from None
    entries = content.get("accounts") if isinstance(content, Mapping) else None
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{file}: it has no list `accounts`", DOCUMENTED)
    accounts = tuple(_account(entry, f"{file}: accounts[{n}]", account_of) for n, entry in enumerate(entries))
    for what, names in (("id", [a.id for a in accounts]), ("name", [a.name for a in accounts if a.name])):
        twice = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise UsageError(f"{file}: two accounts have the {what} {twice[0]}", "Remove one of them.")
    return Fleet(accounts)


def _parsed(file: Path) -> Any:
    import yaml

    try:
        return yaml.load(text(file, SETTINGS_BYTES), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be parsed"
        raise UsageError(f"{file}{where}: is not YAML: {problem}", DOCUMENTED) from None
    except RecursionError:
        raise UsageError(f"{file}: it is nested too deeply", DOCUMENTED) from None


def _account(entry: Any, place: str, account_of: Callable[[str], str]) -> Account:
    if not isinstance(entry, Mapping):
        raise UsageError(f"{place}: is not an account: `account_id`, `name` and `role` are expected", DOCUMENTED)
    raw = entry.get("account_id")
    id_ = str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    name = str(entry.get("name") or "")
    place = f"{place} ({name})" if name else place
    if not re.fullmatch(r"\d{12}", id_):
        hint = "Write it in quotes: YAML takes a number with a leading 0 for another one."
        raise UsageError(f"{place}: account_id {id_!r} does not have twelve digits", hint)
    external = str(entry.get("external_id") or "")
    roles = tuple(Role(r, external) for r in _texts(entry, "role", place))  # each is told it, as c7n-org does
    return Account(
        id=id_,
        name=name,
        profile=str(entry.get("profile") or ""),
        roles=_checked(roles, id_, place, account_of),
        regions=_texts(entry, "regions", place),
        tags=_texts(entry, "tags", place),
    )


def _texts(entry: Mapping[Any, Any], key: str, place: str) -> tuple[str, ...]:
    """A text, or a list of them."""
    raw = entry.get(key)
    if raw is None or raw == "":
        return ()
    values = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(v, str) and v for v in values):
        raise UsageError(f"{place}: {key} is neither a text nor a list of texts", DOCUMENTED)
    return tuple(values)


def _checked(roles: tuple[Role, ...], account: str, place: str, account_of: Callable[[str], str]) -> tuple[Role, ...]:
    """The chain of roles; UsageError if an entry is no role, comes twice, or if the last role is of another account."""
    for role in roles:
        if not account_of(role.name):
            raise UsageError(f"{place}: {role.name!r} is not the full name of a role", DOCUMENTED)
    names = [role.name for role in roles]
    twice = next((n for n in names if names.count(n) > 1), "")
    if twice:
        raise UsageError(f"{place}: the chain of roles loops: {twice} is in it twice", "Name each role once.")
    last = account_of(names[-1]) if names else account
    if last != account:
        raise UsageError(
            f"{place}: the role that the chain ends with is of account {last}, not of {account}",
            "The last role must be of the account itself.",
        )
    return roles


def of_organisation(
    found: Organisation, role_in: Callable[[str, str, str], str], *, role: str, external_id: str = "", own: str = ""
) -> Fleet:
    """The accounts of an organisation, each with its role of that name. The account that drift runs in (`own`) is
    read as it is. An account that is suspended or closed is left out."""
    accounts = tuple(
        Account(
            id=m.account,
            name=m.name,
            path=m.path,
            roles=() if m.account == own else (Role(role_in(m.account, role, found.partition), external_id),),
        )
        for m in found.members
        if m.active
    )
    return Fleet(accounts, {m.account: SUSPENDED for m in found.members if not m.active})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A selection of accounts by id, name or tag; an account must have all given tags."""

    accounts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def of(self, fleet: Fleet) -> Fleet:
        """The selected accounts of a fleet; UsageError for an account or tag that it does not have."""
        names = {n for a in fleet.accounts for n in (a.id, a.name) if n}
        _known((*self.accounts, *self.but), {*names, *fleet.left_out}, "account")
        _known(self.tags, {t for a in fleet.accounts for t in a.tags}, "tag")
        kept = tuple(a for a in fleet.accounts if self._holds(a))
        left = {a.id: NOT_SELECTED for a in fleet.accounts if not self._holds(a)}
        return replace(fleet, accounts=kept, left_out={**fleet.left_out, **left})

    def _holds(self, account: Account) -> bool:
        called = {account.id, account.name}
        return (
            (not self.accounts or bool(called & {*self.accounts}))
            and not called & {*self.but}
            and {*self.tags} <= {*account.tags}
        )


def _known(wanted: Iterable[str], names: Iterable[str], what: str) -> None:
    known = {*names}
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"there is no {what} {name!r} among the accounts",
                did_you_mean(name, known, "`drift accounts` lists them."),
            )
