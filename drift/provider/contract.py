"""The contract: what drift needs of a cloud, as one value.

A provider is data and a few functions. AWS is the first (`drift.providers.aws`); a package brings another by an
entry point of the group `drift.providers` that names a `Provider`. `drift.conformance` has the tests that every
provider inherits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from drift.model.coverage import Unreadable
from drift.model.resource import Key
from drift.provider.api import Api, Asks
from drift.provider.facts import NO_SCHEMA, Facts, Schema
from drift.provider.operations import Operations
from drift.provider.spec import Call, ResourceType

Usage = Mapping[str, int | None] | Unreadable
Counts = Mapping[str, int] | Unreadable
"""Service -> days since it was last used, None for never; or why that is not known."""


WIDTH = 8
"""Calls side by side of one service in one region, where a provider does not say."""


class Home(NamedTuple):
    """The account and the region that something lives in; empty where nothing tells."""

    account: str = ""
    region: str = ""


class Homes(Protocol):
    """Reads off what Terraform recorded where things live."""

    def of_resource(
        self, attributes: Mapping[str, Any], identity: Mapping[str, Any], entry: ResourceType | None
    ) -> Home:
        """Where a resource lives, by its own attributes and the identity that newer Terraform records."""

    def of_data_source(self, type_: str, attributes: Mapping[str, Any]) -> Home:
        """Where a data source looked."""

    def of_name(self, name: str) -> Home:
        """Where something of this name lives, where the name says so: an ARN."""

    def of_configuration(self, arguments: Mapping[str, Any]) -> Home:
        """Where a provider configuration leads, by what its blocks and arguments say: the role that it assumes."""

    def is_unique(self, name: str) -> bool:
        """Whether a name is nobody else's: an id that the cloud made up, an ARN, a URL."""

    def is_full_name_of(self, name: str, key: Key, id_: str, label: str) -> bool:
        """Whether a full name, an ARN, may be that of what has this key, id and label, where its own is unread."""


class NoHomes:
    """For a cloud whose resources do not say where they live."""

    def of_resource(
        self, attributes: Mapping[str, Any], identity: Mapping[str, Any], entry: ResourceType | None
    ) -> Home:
        """Nowhere that is known."""
        return Home()

    def of_data_source(self, type_: str, attributes: Mapping[str, Any]) -> Home:
        """Nowhere that is known."""
        return Home()

    def of_name(self, name: str) -> Home:
        """Nowhere that is known."""
        return Home()

    def of_configuration(self, arguments: Mapping[str, Any]) -> Home:
        """Nowhere that is known."""
        return Home()

    def is_unique(self, name: str) -> bool:
        """No name is known to be."""
        return False

    def is_full_name_of(self, name: str, key: Key, id_: str, label: str) -> bool:
        """No name is known to be full."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How an account is to be reached."""

    profile: str | None = None
    """A profile of the cloud's own configuration; its default where left out."""
    region: str | None = None
    """The region to begin in; the configuration's own where left out."""
    emulator: bool = False
    """Whether an endpoint that is not the cloud's own is an emulator of it, where it does not say so itself."""
    secrets: bool = False
    """Whether to read the content of what is kept secret; else it is refused with the code NOT_ASKED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The permissions to write down, and how."""

    actions: Sequence[str]
    name: str = "drift-read-only"
    """Of the role; the names of policies and files begin with it."""
    format: str = "json"
    """`json`, or another language that the provider writes permissions in."""
    secrets: bool = False
    """Whether the content of secrets may be read."""
    wildcards: bool = False
    """Whether one pattern may stand for all that a service lists and describes."""
    trust: tuple[str, ...] = ()
    """Who may take on the role, as the provider writes it; no role is written where it is empty."""


class Login(NamedTuple):
    """How the job of a CI takes a role on without a stored key, by the token that its platform gives it."""

    steps: str = ""
    """GitHub: the steps of a workflow, as they stand in its YAML."""
    tokens: Mapping[str, str] = {}
    """GitLab: variable that gets a token -> whom the token is for."""
    variables: Mapping[str, str] = {}
    """GitLab: what the job's environment holds."""
    script: Sequence[str] = ()
    """GitLab: the commands that come before the first that needs the role."""


NO_LOGIN = Login()
"""For a cloud that needs none, or knows none without a stored key."""


def _operation(service: str, call: Call) -> str:
    """`service:Operation`, the permission where nothing else is said."""
    return call.action or f"{service}:{call.op}"


def _no_page(name: str) -> str:
    return ""


def _nowhere(account: str, region: str) -> Mapping[str, str]:
    return {"account": account, "region": region}


def _no_login(role: str, region: str) -> Login:
    return NO_LOGIN


def _unknown_usage(asker: Asks, names: Sequence[str], region: str) -> Mapping[str, Usage]:
    """This cloud does not count what is used."""
    return {name: Unreadable("usage", "NotOffered") for name in names}


def _uncounted(asker: Asks, region: str) -> Counts:
    return Unreadable("account", "NotOffered")


def _nothing_more(entry: ResourceType) -> Iterable[str]:
    return ()


def _as_it_is(entry: ResourceType) -> ResourceType:
    return entry


def _every(entry: ResourceType, used: Set[str]) -> bool:
    return True


def _no_signs(asker: Asks, regions: Sequence[str]) -> Set[str]:
    return frozenset()


def _one_lane(service: str, operation: str) -> tuple[str, int]:
    return "", WIDTH


def _no_rules() -> Sequence[Any]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A cloud, as drift sees it."""

    name: str
    """As Terraform configurations name it: `aws`."""
    title: str
    """As people call it: `AWS`."""
    sources: frozenset[str]
    """Where Terraform gets it from, `namespace/type`: `hashicorp/aws`."""
    types: Mapping[str, ResourceType]
    """Terraform type -> its entry."""
    made_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Terraform type that has no entry -> its attributes that name what it made: managed, by another type."""
    complete: Callable[[ResourceType], ResourceType] = _as_it_is
    """What the provider adds to every entry, those of other packages too: an owner that its tags prove."""
    schema: Schema = NO_SCHEMA
    """What the Terraform provider says of each type: attributes, flags, defaults."""
    operations: Callable[[], Operations]
    """Loads the model of its API: the lint proves every entry against it, and it says what no tape may hold."""
    lint: Callable[[ResourceType], Iterable[str]] = _nothing_more
    """(entry) -> what only the provider can know to be wrong with it: a permission that does not exist."""
    open: Callable[[Access], Api]
    """Reaches an account; CloudError where that fails."""
    action: Callable[[str, Call], str] = _operation
    """(service, call) -> the permission that the call takes."""
    secret_contents: frozenset[tuple[str, str]] = frozenset()
    """(service, operation) of calls whose whole answer is a secret: they are made only where `Access.secrets` asks."""
    allow: Callable[[Grant], Mapping[str, str]] | None = None
    """What is to be granted -> file name -> its text; None where the cloud has no such documents."""
    console: Callable[[str], str] = _no_page
    """The full name of a resource, its ARN -> the page about it for people; empty where there is none."""
    login: Callable[[str, str], Login] = _no_login
    """(role, or the expression that gives it, region) -> how a CI takes the role on."""
    here: Callable[[str, str], Mapping[str, str]] = _nowhere
    """(account, region) -> what every item knows of where it is: `here.account`, `here.region`."""
    homes: Homes = field(default_factory=NoHomes)
    """Tells accounts and regions from what Terraform recorded."""
    account: Callable[[Asks, str], Counts] = _uncounted
    """(asker, region) -> what the cloud counts of the account itself: whether root has keys."""
    usage: Callable[[Asks, Sequence[str], str], Mapping[str, Usage]] = _unknown_usage
    """(asker, names of identities, region) -> what each of them used."""
    lane: Callable[[str, str], tuple[str, int]] = _one_lane
    """(service, operation) -> the lane within the service, in each region, that its calls go by, and how many may go
    side by side: what the cloud's documentation allows."""
    looked_for: Callable[[ResourceType, Set[str]], bool] = _every
    """(entry, the services that the states or the account show to be used) -> whether it is looked for where no state
    has one. All are where the user asks for it."""
    signs: Callable[[Asks, Sequence[str]], Set[str]] = _no_signs
    """(asker, regions) -> the services that the account shows to be used, by what is read anyway or costs a call."""
    rules: Callable[[], Sequence[Any]] = _no_rules
    """The rules that judge its resources, each a `drift.rules.spec.Rule`."""
    frameworks: Callable[[], Sequence[Any]] = _no_rules
    """The frameworks that its rules answer to, each a `drift.rules.frameworks.Framework`."""
    data_blocks: Mapping[str, Any] = field(default_factory=dict)
    """Data source -> the blocks that stand in it, each with its own: JSON does not tell blocks from arguments. Of one
    that is left out it is known that `filter` is a block."""
    language: str = ""
    """A module with what the provider adds to Terraform's language; imported when a configuration is evaluated.
    It registers functions (`provider::aws::arn_parse`) and has DATA_SOURCES: data sources that need no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Types that another package adds to a provider, with the facts of their schema (`drift.types`)."""

    provider: str
    """The provider's name: `aws`."""
    types: tuple[ResourceType, ...]
    schema: Mapping[str, Facts] = field(default_factory=dict)
    """Type -> the facts of its schema, as `drift.provider.facts.trimmed` makes them."""


__all__ = [
    "NO_LOGIN", "Access", "Counts", "Extension", "Grant", "Home", "Homes", "Login", "NoHomes", "Provider", "Usage",
]  # fmt: skip
