"""The words a resource type is described in.

A `ResourceType` says, as data, where one Terraform type lives in the cloud: the call that lists it, the
calls that complete it, and for each Terraform attribute the JMESPath at which the API keeps it
and the kind of value it is (`drift.provider.kinds`). Whatever cannot be said as data is a small
pure function passed where a word expects one.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drift.model.value import Value
from drift.normalize.values import Canon
from drift.provider.path import Path

Raw = Mapping[str, Any]
"""One resource's attributes, as a state holds them."""
Attributes = Mapping[str, Value]
"""One resource's attributes, in canonical form."""
Share = Callable[[Attributes], frozenset[Value]]


def WHOLE(attributes: Attributes) -> frozenset[Value]:  # noqa: ARG001, N802 - a constant, compared by identity
    """The share of a type that holds the whole of its parent's attribute."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation of the API and the part of its answer we keep."""

    op: str
    """As the API reference names it: `GetQueueAttributes`."""
    take: str = "@"
    """JMESPath over each page of the answer."""
    args: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that never vary."""
    bind: Mapping[str, str] = field(default_factory=dict)
    """Argument -> JMESPath over the item. Without it, one call answers for the whole region.

    Every item knows `here.account`, `here.region` and `here.partition`; a listing can bind these alone.
    """
    each: Mapping[str, str] = field(default_factory=dict)
    """One argument -> JMESPath over the item: a list. Of a describe call: it is made once for each element, and what is
    taken of all answers is one list: each alias of a function has a policy of its own."""
    only_if: str = ""
    """JMESPath over the item: whether there is anything to ask. Where it is false, nothing of the kind exists.

    An argument that has no value otherwise means that the answer is not known: the section is unread.
    """
    batch_common: Mapping[str, str] = field(default_factory=dict)
    """The same, for arguments that all items of one batch have in common: a service's cluster."""
    into: str = ""
    """The section of the item that keeps the answer."""
    batch: int = 1
    """Items one call may describe; above 1, the bound argument is a list."""
    match: str = ""
    """JMESPath over each element of the answer: the value of `key` it belongs to."""
    key: str = ""
    """JMESPath over the item that `match` answers to; the bound path where it is left out."""
    many: bool = False
    """Whether several elements of the answer belong to one item."""
    absent: frozenset[str] = frozenset()
    """Error codes that mean "nothing of the kind is configured"."""
    gone: frozenset[str] = frozenset()
    """Error codes that mean "deleted since it was listed"."""
    retry_singly: frozenset[str] = frozenset()
    """Error codes that one item may bring upon its whole batch: its members are asked again one by one."""
    action: str = ""
    """The permission that it takes, where that is not the operation of that name."""
    parse: str = ""
    """A member of the answer that is JSON text: decoded before `take` looks into it."""
    gather: Callable[[builtins.list[Any]], builtins.list[Any]] | None = None
    """Applied to the elements taken from all pages, where the cloud answers one thing in several of them."""
    service: str = ""
    """The service of the API, where it is not the type's own."""
    region: str = ""
    """The one region that answers; a regional type is listed by this call there only."""
    per: Call | None = None
    """Of a listing: another listing to make first. This call is made once for each element that it takes, and
    `bind` looks into that element too: permission sets are listed by instance. An item knows the
    members of the elements that led to it."""

    deeper: str = ""
    """Of a describe call with one bound argument: JMESPath over an element of the answer, by which the same is asked of
    that element, until nothing is further down: units within units. An element also knows the argument that it was
    found by."""
    where: tuple[Where, ...] = ()
    """Of a listing: the call is made only where one of these was found in the same region, or could not be looked
    for. What has no region is looked for as such."""
    guest: str = ""
    """Of a listing: JMESPath over what led to it; true where it may be refused although there is nothing to hide: what
    led to it is another account's, or the account never signed up. A refusal is a gap then only where something of the
    type is desired."""

    bulk: Bulk | None = None
    """Of a describe call: a cheaper source of the same section, which is a little behind."""

    @property
    def chain(self) -> tuple[Call, ...]:
        """This call after those that must be made before it, the first one first."""
        return (*self.per.chain, self) if self.per else (self,)


@dataclass(frozen=True, slots=True)
class Where:
    """Items of another type: `which` is JMESPath over one, true for those that are meant."""

    type: str
    which: str = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """One call that tells a section of all items of a region at once, maybe as it was a little while ago.

    What it tells is taken only where nothing would be said of it: where it agrees with what is desired, or proves an
    owner. For all else the item's own call is made, and so it is where this one is refused, or does not know the item.
    That it leaves an item out means "empty" only where it tells of others of the same type.
    """

    call: Call
    match: str
    """JMESPath over each element of the answer: the value of `key` it belongs to."""
    key: str
    """JMESPath over the item, from its listing alone; null where the call cannot know the item."""
    take: str
    """JMESPath over the element: what the section holds then."""
    region: str = ""
    """JMESPath over the item: the region whose endpoint knows it, where that is not the item's own. Where it is null,
    the first region is asked, and that an item is left out means nothing."""
    page: int = 100
    """Elements of one page: with more pages than items to ask for, their own calls are cheaper."""


@dataclass(frozen=True, slots=True)
class Within:
    """Listed inside another type's item, at no further cost: `each` is JMESPath over that item.

    With `each="@"` the type is a facet: it reads the parent's own item and its sections.
    """

    parent: str
    each: str = "@"


@dataclass(frozen=True, slots=True)
class ElementOf:
    """No object of its own: it holds elements of its parent's attributes (see `Parent.covers`).

    `find` takes the desired attributes and, for each told attribute, the parent's actual elements;
    it answers with what is there of it in Terraform's shape, or None where nothing is.
    """

    find: Callable[[Attributes, Mapping[str, Value]], Raw | None]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One resource that stands for several live ones, each named by one element of an attribute."""

    by: str
    """The attribute that they have in common: the `group` of a group's memberships."""
    parts: Mapping[str, tuple[str, str, str]]
    """Attribute -> the type of what its elements name, and the attributes of that type which hold the element
    and what they have in common; a set holds just the one."""
    whole: bool = True
    """Whether it says that there are no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedBy:
    """Who else may change an attribute, as the cloud itself shows: such a change is expected, and no drift.

    JMESPath over the item, which also knows `element`: the key of the repeated block that the attribute is in.
    """

    who: str
    """As the report says it: `a scaling policy`."""
    when: str = ""
    """What proves it: a policy, a schedule, a setting that is on."""
    along: tuple[str, str] = ("", "")
    """(type, attribute), instead of a proof: what moves together. It is expected where the same names go and come as in
    that attribute of such a resource, and there it is expected, or left to others by its author: a listener's target
    group moves with its service's."""
    within: str = ""
    """A list of {low, high}: the new value must lie in one of them; `low` may be null. Without it, any will do."""
    to: Callable[[Value, Value], bool] | None = None
    """(desired, actual) -> whether it is a change of the kind that is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedBy:
    """Who may take a resource away, as something that it names shows: it is not missed."""

    ref: Ref
    """What shows it: a version's secret."""
    when: str
    """JMESPath over that item."""
    who: str
    """As the report says it: `the secret's rotation`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attr:
    """Where the API keeps one Terraform attribute, and how two values of it compare."""

    path: Path
    canon: Canon
    """Canonical form, applied to the API's value and to the state's alike."""
    from_state: Callable[[Any, Raw], Value] | None = None
    """Used on the state's side instead, where Terraform's shape differs; gets the whole instance too."""
    from_api: Callable[[Any], Any] | None = None
    """Applied first to what the path finds, where no JMESPath gives it the shape that the fields are read from."""
    default: Any = None
    """What the cloud means by leaving the value out."""
    zero_is_value: bool = False
    """A recorded 0 or false is a value of its own: where the cloud leaves it out, the provider records `default`.
    Without this word both agree, since the provider's SDK records what the cloud leaves out as the zero of its type."""
    assigned: bool = False
    """The cloud assigns a value of its own where nobody sets one: an empty record decides nothing."""
    initial: Callable[[Value, str], bool] | None = None
    """(value, account) -> whether the cloud gives this value, or of a set this element, where nobody asks for any: a
    group's rule that lets everything out, a key's policy for its account. So the record of it is no sign that
    somebody wanted it, and the record of anything else is none that the cloud gave it."""
    same_for_all: bool = False
    """The cloud gives `default` to each new resource, whatever else is configured. So where nobody sets the attribute,
    any other value was set by hand, though it be recorded."""
    set_by: tuple[str, ...] = ()
    """Other arguments that set the same: a bucket's `acl` its `grant`."""
    fields: Mapping[str, Attr] = field(default_factory=dict)
    """A nested block's own attributes, their paths relative to this one's."""
    many: bool = False
    """Whether the block may stand several times."""
    ordered: bool = False
    """Whether the order of such blocks means something."""
    implicit: str = ""
    """JMESPath over an element of a repeated block: the cloud's own, there whether or not anybody asks for it. It
    may be recorded, but need not be: a parameter at the engine's default."""
    key: Callable[[Value], Hashable] | None = None
    """What makes an element of a set or a repeated block the same element; all of it where left out."""
    same: Callable[[Value, Value], bool] | None = None
    """(desired, actual) -> whether they agree, where equality is too strict."""
    outside_schema: bool = False
    """Of a computed attribute that Terraform's schema lacks: read to link and to judge alone, an instance's volumes."""
    watched: bool = False
    """Of a compared attribute that only the cloud sets: no configuration can, and whoever changes it is told. A
    document's default version."""
    document: bool = False
    """A JSON document: told whole where it differs, never member by member."""
    partial: bool = False
    """The state records only the keys of a map that the configuration sets: no others are compared."""
    sensitive: bool = False
    """Never shown."""
    changed_by: tuple[ChangedBy, ...] = ()
    """Who else may change it; asked for only where it differs."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An edge of the graph: this attribute names a resource of that type."""

    attribute: str
    """Dotted, over canonical attributes; `[]` goes into the elements of a list, set or repeated block."""
    to: str
    by: str = "id"
    """The other resource's attribute that is named."""
    anywhere: bool = False
    """Of a claim: what it names may stand in any region of the account, and in several."""


@dataclass(frozen=True, slots=True)
class Parent:
    """What a type is part of, and which of the parent's attributes tell the same facts.

    A live part is reported alone only where its parent is managed and does not tell it already.
    """

    attribute: str
    to: str
    by: str = "id"
    covers: Mapping[str, Share] = field(default_factory=dict)
    """The parent's attribute -> the elements of it that one resource of this type holds."""
    covered_if: str = ""
    """An ignored attribute of the parent, or of another part of it. Where the state sets it, the parent already
    covers all children of this type: an OpenAPI `body`."""
    standalone: bool = False
    """Reported even where the parent is not managed: a rule on the default event bus, a route of a main table."""
    filled_by_others: bool = False
    """Others fill the parent too (the cloud, a scaling service, a controller), and nothing shows who filled what: a
    live part is spoken of only where the configuration names parts of the same parent, and what of `covers` nothing
    describes is as it was recorded."""
    beside_inline: bool = False
    """The parent itself sets some of them as a rule, beside resources of their own: a private zone needs a first VPC.
    So a parent that has such resources may hold others, and from a state alone its record stands."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where the same fact is told a second time: in an attribute of another resource, in whatever region that is.

    `aws_ec2_tag` is one of the `tags` of what it names. What a resource of its own tells is not compared there.
    """

    names: str
    """The attribute of this type that names the other resource."""
    attribute: str
    """The other's attribute: a map, a set, or a repeated block."""
    share: Share
    """The keys of the elements that one resource of this type holds: of a map, its keys."""
    to: str = ""
    """The other's type; any, where it is left out."""
    by: str = ""
    """The other's attribute that is named; its id or ARN, where it is left out."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose it is when not the user's, proved by what the cloud itself sets: `when` is JMESPath over the item."""

    when: str
    who: str


@dataclass(frozen=True, slots=True)
class Owns:
    """A resource that made others and has a list of them: these are not the user's, whatever they carry themselves."""

    members: str
    """JMESPath over the item: a list of `{type: …, id: …}`, in the words of the owner's own API. `type` is empty where
    the id names one thing among all of every type."""
    who: str
    """The owner, by the name that `Owner` has for it."""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Terraform type -> what the owner calls it, where that is spelt with other letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """One Terraform type. `attributes`, `computed` and `ignored` partition the provider's schema."""

    name: str
    """The Terraform type: `aws_sqs_queue`."""
    service: str
    """The service of the API that has it, as the provider's client names it: `sqs`."""
    list: Call | tuple[Call, ...] | Within | ElementOf | None
    """Several calls where no single one lists all; None where the cloud has no listing worth its price: only what
    is desired is looked up then, by `lookup`."""
    lookup: Call | None = None
    """Asks for one desired resource that was not listed: `bind` is JMESPath over its attributes, the
    answer one item or several of the listing's shape, each with the arguments as sections of its own.
    Where an argument has no value, nothing is asked. A set is asked for as a list, in order."""
    describe: tuple[Call, ...] = ()
    regional: bool = True
    """Whether it lives in a region; else it is the account's, and has the region `global`."""
    id: Attr
    """Terraform's `id`, from the listing alone."""
    identity: tuple[str, ...] = ("id",)
    """The attributes that name the same resource on both sides, where `id` cannot."""
    alternate_identity: str = ""
    """JMESPath over the attributes: the identity a desired resource also answers to, where nothing has its
    own: the cloud fills in what may be left out, and Terraform does not always record it."""
    import_id: str = "id"
    """JMESPath over the attributes: what `terraform import` takes."""
    label: str = "tags.Name"
    """JMESPath over the attributes: the name people know it by."""
    attributes: Mapping[str, Attr]
    """What a configuration may set: compared."""
    computed: Mapping[str, Attr] = field(default_factory=dict)
    """What only the cloud sets: read to identify, to link and to judge, never compared."""
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Attribute, or `block.attribute` -> why it is never compared."""
    refs: tuple[Ref, ...] = ()
    creates: tuple[Ref, ...] = ()
    """Resources that came with this one and are told by it: never unmanaged by themselves."""
    ended_by: EndedBy | None = None
    """Who else takes such a resource away in its course."""
    parent: Parent | None = None
    mirrors: tuple[Mirror, ...] = ()
    """Attributes of other resources in which the same fact is told again."""
    aggregate: Aggregate | None = None
    owners: tuple[Owner | Ref, ...] = ()
    """Whose it is when not the user's: proofs, and references to what has the same owner (an instance's volume)."""
    owner_tags: bool = True
    """Whether whoever else makes it marks it with a tag of its own. False where that cannot be: what
    makes stacks does not tag every type, so that only a stack's own list of members tells."""
    owns: Owns | None = None
    """The others that a resource of this type made: a stack's members."""
    account: str = ""
    """JMESPath over the item: whose it is, where a listing also shows what other accounts share with us."""
    exists: str = ""
    """JMESPath over the item; false means there is nothing: the cloud answers with an empty shell."""
    extra_actions: tuple[str, ...] = ()
    """Permissions beyond those of its calls, which the rules need: what a role used."""
    versions: tuple[str, str] | None = None
    """(attribute that the versions of one thing have in common, attribute that numbers them).

    Of such a thing only what is managed is looked at, or else the newest version.
    """
    also_named: tuple[str, ...] = ()
    """Other types of the provider that are this one by another name, without a difference: `aws_alb` of `aws_lb`."""
    alias_of: str = ""
    """The type that lists the same objects, where this is another name for them."""

    @property
    def listed_as(self) -> str:
        """The type in this one's keys."""
        return self.alias_of or self.name

    def attr(self, name: str) -> Attr:
        """The word for one attribute, compared or computed; KeyError where there is none."""
        if name == "id":
            return self.id
        return self.attributes[name] if name in self.attributes else self.computed[name]

    @property
    def proofs(self) -> tuple[Owner, ...]:
        """What proves by itself that somebody else made it."""
        return tuple(owner for owner in self.owners if isinstance(owner, Owner))

    @property
    def owned_with(self) -> tuple[Ref, ...]:
        """References to what has the same owner."""
        return tuple(owner for owner in self.owners if isinstance(owner, Ref))

    def sections_of(self, name: str) -> frozenset[str]:
        """The sections of the item that an attribute is read from."""
        return self.attr(name).path.sections

    @property
    def listings(self) -> tuple[Call, ...]:
        """The calls that list it; none where another type's answer does."""
        return (self.list,) if isinstance(self.list, Call) else self.list if isinstance(self.list, tuple) else ()

    @property
    def calls(self) -> builtins.list[Call]:
        """Every call made for this type's own sake."""
        first = [call for listing in self.listings for call in listing.chain]
        bulk = [call.bulk.call for call in self.describe if call.bulk is not None]
        return [*first, *([self.lookup] if self.lookup else []), *self.describe, *bulk]
