"""The provider contract: what drift needs of a cloud, as one value.

A provider consists of data and a few functions. AWS is the first one (`drift.providers.aws`). A package adds another
with an entry point in the group `drift.providers` that names a `Provider`. `drift.conformance` contains the tests that
every provider inherits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from drift.errors import CloudError
from drift.model.coverage import Unreadable
from drift.model.resource import Key
from drift.normalize.values import Canon
from drift.provider.api import Api, Asks
from drift.provider.audit import Audit
from drift.provider.facts import NO_SCHEMA, Facts, Schema
from drift.provider.operations import Operations
from drift.provider.spec import Call, ResourceType

Usage = Mapping[str, int | None] | Unreadable
Counts = Mapping[str, int] | Unreadable
"""Service -> days since its last use, None for never; or why that is unknown."""


WIDTH = 8
"""Parallel calls to one service in one region, unless the provider says otherwise."""


class Home(NamedTuple):
    """The account and region in which a resource lives; empty if unknown."""

    account: str = ""
    region: str = ""


class Homes(Protocol):
    """Determines account and region from recorded attributes."""

    def of_resource(
        self, attributes: Mapping[str, Any], identity: Mapping[str, Any], entry: ResourceType | None
    ) -> Home:
        """The home of a resource, from its attributes and the identity that newer Terraform versions record."""

    def of_data_source(self, type_: str, attributes: Mapping[str, Any]) -> Home:
        """The home of a data source."""

    def of_name(self, name: str) -> Home:
        """The home of a resource with this name, if the name contains it, as an ARN does."""

    def of_configuration(self, arguments: Mapping[str, Any]) -> Home:
        """Where a provider configuration leads, by what its blocks and arguments say: the role that it assumes."""

    def is_unique(self, name: str) -> bool:
        """Whether a name is globally unique: an id that the cloud generated, an ARN, a URL."""

    def is_full_name_of(self, name: str, key: Key, id_: str, label: str) -> bool:
        """Whether a full name, an ARN, may be that of what has this key, id and label, where its own is unread."""


class NoHomes:
    """For a cloud whose resources do not record where they live."""

    def of_resource(
        self, attributes: Mapping[str, Any], identity: Mapping[str, Any], entry: ResourceType | None
    ) -> Home:
        """Unknown."""
        return Home()

    def of_data_source(self, type_: str, attributes: Mapping[str, Any]) -> Home:
        """Unknown."""
        return Home()

    def of_name(self, name: str) -> Home:
        """Unknown."""
        return Home()

    def of_configuration(self, arguments: Mapping[str, Any]) -> Home:
        """Unknown."""
        return Home()

    def is_unique(self, name: str) -> bool:
        """Always false."""
        return False

    def is_full_name_of(self, name: str, key: Key, id_: str, label: str) -> bool:
        """No name is known to be full."""
        return False


@dataclass(frozen=True, slots=True)
class Role:
    """A role to assume, and the external id that its owner may require."""

    name: str
    """The full name: `arn:aws:iam::123456789012:role/audit`."""
    external_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to connect to an account."""

    profile: str | None = None
    """A profile of the cloud's own configuration; None: its default profile."""
    region: str | None = None
    """The default region; None: that of the cloud's own configuration."""
    emulator: bool = False
    """Whether a custom endpoint is an emulator of the cloud, if the endpoint does not say so itself."""
    secrets: bool = False
    """Whether to read secret content; otherwise it is refused with the code NOT_ASKED."""
    roles: tuple[Role, ...] = ()
    """The roles to assume, one after the other: each with the credentials of the one before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An account of an organisation."""

    account: str
    name: str = ""
    path: str = ""
    """The names of the units that it is in, from the root: `prod/payments`; empty for the root."""
    active: bool = True
    """Whether it can be used: not suspended, closed or still being made."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """What an organisation told of its accounts."""

    members: tuple[Member, ...]
    management: str = ""
    """The account that the organisation belongs to."""
    partition: str = ""
    """The part of the cloud that it lives in, where full names tell it: `aws-cn`."""


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
    """Who may assume the role, as the provider writes it; if empty, no role is written."""
    external_id: str = ""
    """The external id that an account must give to assume the role; empty if none."""


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
    """`service:Operation`, the default name of a permission."""
    return call.action or f"{service}:{call.op}"


def _no_page(name: str) -> str:
    return ""


def _nowhere(account: str, region: str) -> Mapping[str, str]:
    return {"account": account, "region": region}


def _no_login(role: str, region: str) -> Login:
    return NO_LOGIN


def _unknown_usage(asker: Asks, names: Sequence[str], region: str) -> Mapping[str, Usage]:
    """For a cloud that does not report usage."""
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


def _no_log() -> Audit | None:
    return None


def _no_organisation(api: Api, units: Sequence[str]) -> Organisation:
    raise CloudError("this provider has no organizations", "Give the accounts in a file: --accounts FILE.")


def _no_role(account: str, name: str, partition: str) -> str:
    return name


def _no_regions(api: Api) -> Sequence[str]:
    raise CloudError("this provider does not tell which regions an account uses", "Name them: --region REGION.")


def _no_environment(access: Access) -> Mapping[str, str | None]:
    return {}


def _no_rules() -> Sequence[Any]:
    return ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of SQL over the actual side, under the name and with the columns that users of another tool know."""

    types: tuple[str, ...]
    """The Terraform types of its rows."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column -> its expression over the table `resource` of a store, if it follows from neither API nor Terraform;
    `@{rules}` in it is the expression of a column that does follow. Empty for one that would follow and say something
    else there: it is not known."""
    where: str = ""
    """Which resources of the types are in it; empty for all."""
    rows: str = ""
    """Its rows, if they are no resources: a query with the columns of `resource`."""


def _no_tables() -> Mapping[str, Table]:
    return {}


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """A data source that makes a document of blocks."""

    attribute: str
    """The attribute with the document, as JSON."""
    arguments: Callable[[Any], Mapping[str, Any] | None]
    """(document, decoded) -> the arguments that make it, nested blocks as lists of mappings; None where the data source
    cannot make one of the same meaning."""


def _no_document_sources() -> Mapping[str, DocumentSource]:
    return {}


def _no_forms() -> Mapping[Canon, Callable[[str], str]]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A cloud, as drift sees it."""

    name: str
    """The name in Terraform configurations: `aws`."""
    title: str
    """The name for people: `AWS`."""
    sources: frozenset[str]
    """The provider's sources in Terraform, `namespace/type`: `hashicorp/aws`."""
    types: Mapping[str, ResourceType]
    """Terraform type -> its entry."""
    made_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Unsupported Terraform type -> its attributes that name resources it created. Those are managed, under another
    type."""
    complete: Callable[[ResourceType], ResourceType] = _as_it_is
    """Completes every entry, also those of extensions: for example with an owner that its tags prove."""
    schema: Schema = NO_SCHEMA
    """The schema of the Terraform provider: attributes, flags, defaults."""
    operations: Callable[[], Operations]
    """Loads the model of the cloud's API. The lint checks every entry against it, and it says what a recording must not
    contain."""
    lint: Callable[[ResourceType], Iterable[str]] = _nothing_more
    """(entry) -> problems that only the provider can find, such as a permission that does not exist."""
    open: Callable[[Access], Api]
    """Connects to an account; CloudError if that fails."""
    action: Callable[[str, Call], str] = _operation
    """(service, call) -> the permission that the call needs."""
    secret_contents: frozenset[tuple[str, str]] = frozenset()
    """(service, operation) of calls whose whole answer is a secret: they are made only where `Access.secrets` asks."""
    allow: Callable[[Grant], Mapping[str, str]] | None = None
    """What is to be granted -> file name -> its text; None where the cloud has no such documents."""
    console: Callable[[str], str] = _no_page
    """The full name of a resource, its ARN -> the page about it for people; empty where there is none."""
    login: Callable[[str, str], Login] = _no_login
    """(role, or the expression that gives it, region) -> how a CI takes the role on."""
    here: Callable[[str, str], Mapping[str, str]] = _nowhere
    """(account, region) -> values that every item has: `here.account`, `here.region`."""
    homes: Homes = field(default_factory=NoHomes)
    """Determines accounts and regions from recorded attributes."""
    account: Callable[[Asks, str], Counts] = _uncounted
    """(asker, region) -> what the cloud counts of the account itself: whether root has keys."""
    usage: Callable[[Asks, Sequence[str], str], Mapping[str, Usage]] = _unknown_usage
    """(asker, names of identities, region) -> the usage of each identity."""
    lane: Callable[[str, str], tuple[str, int]] = _one_lane
    """(service, operation) -> (lane, number of calls that may run in parallel on it). Each region has its own lanes.
    The numbers come from the cloud's documentation of its limits."""
    looked_for: Callable[[ResourceType, Set[str]], bool] = _every
    """(entry, services that the states or the account show to be used) -> whether drift searches for unmanaged
    resources of this type although no state has one. With --all-services it always does."""
    signs: Callable[[Asks, Sequence[str]], Set[str]] = _no_signs
    """(asker, regions) -> the services that the account shows to be used. Takes at most a few calls."""
    organisation: Callable[[Api, Sequence[str]], Organisation] = _no_organisation
    """(an API of the organisation's own account, units to stay in) -> its accounts; CloudError where it cannot be
    read, UsageError for a unit that does not exist."""
    role_in: Callable[[str, str, str], str] = _no_role
    """(account, name of a role, partition) -> the role's full name."""
    account_of_role: Callable[[str], str] = _no_page
    """The full name of a role -> its account; empty for what is none."""
    environment: Callable[[Access], Mapping[str, str | None]] = _no_environment
    """What a program of the user's, such as Terraform, finds in its environment so that it reads the account that this
    access leads to; None for a variable that must not be there. CloudError where there are no such credentials."""
    enabled_regions: Callable[[Api], Sequence[str]] = _no_regions
    """The regions that an account has enabled; CloudError where it does not tell."""
    rules: Callable[[], Sequence[Any]] = _no_rules
    """The rules for its resources, each a `drift.rules.spec.Rule`."""
    frameworks: Callable[[], Sequence[Any]] = _no_rules
    """The frameworks that its rules answer to, each a `drift.rules.frameworks.Framework`."""
    audit: Callable[[], Audit | None] = _no_log
    """The audit log, which tells who changed what; None where drift cannot read one."""
    tables: Callable[[], Mapping[str, Table]] = _no_tables
    """Tables of SQL whose name is no type's, or whose columns do not all follow from the catalogue."""
    forms: Callable[[], Mapping[Canon, Callable[[str], str]]] = _no_forms
    """Canon of a kind of its own -> (expression of a value in SQL) -> that of the form in which users of such tables
    know it. The column has the attribute's name, and the same with `_std`."""
    data_blocks: Mapping[str, Any] = field(default_factory=dict)
    """Data source -> the blocks that stand in it, each with its own: JSON does not tell blocks from arguments. Of one
    that is left out it is known that `filter` is a block."""
    document_sources: Callable[[], Mapping[str, DocumentSource]] = _no_document_sources
    """Data sources that documents may be written by."""
    language: str = ""
    """A module with the provider's additions to Terraform's language; imported when a configuration is evaluated. It
    registers functions (`provider::aws::arn_parse`), and its DATA_SOURCES are data sources that need no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Types that another package adds to a provider, with their schema facts (entry points `drift.types`)."""

    provider: str
    """The name of the provider: `aws`."""
    types: tuple[ResourceType, ...]
    schema: Mapping[str, Facts] = field(default_factory=dict)
    """Type -> its schema facts, as made by `drift.provider.facts.trimmed`."""


__all__ = [
    "NO_LOGIN", "Access", "Counts", "DocumentSource", "Extension", "Grant", "Home", "Homes", "Login", "Member",
    "NoHomes", "Organisation", "Provider", "Role", "Usage",
]  # fmt: skip
