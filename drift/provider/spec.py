"""The vocabulary of the catalogue: the words of an entry.

A `ResourceType` describes one Terraform type in the cloud as data: the calls that list and read it, and for each
Terraform attribute the JMESPath of its value in the answers and its kind (`drift.provider.kinds`). What cannot be
data is a small pure function, where a word accepts one.
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
"""A resource's attributes, as recorded in a state."""
Attributes = Mapping[str, Value]
"""A resource's attributes, in canonical form."""
Share = Callable[[Attributes], frozenset[Value]]


def WHOLE(attributes: Attributes) -> frozenset[Value]:  # noqa: ARG001, N802 - a constant, compared by identity
    """The share of a type whose resources describe the whole attribute of their parent."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API operation, and the part of its answer that drift keeps."""

    op: str
    """The operation in the API reference: `GetQueueAttributes`."""
    take: str = "@"
    """JMESPath over each page of the answer."""
    args: Mapping[str, Any] = field(default_factory=dict)
    """Constant arguments."""
    bind: Mapping[str, str] = field(default_factory=dict)
    """Argument -> JMESPath over the item. Without it, one call answers for the whole region.

    Every item has `here.account`, `here.region` and `here.partition`. A listing can bind only these.
    """
    each: Mapping[str, str] = field(default_factory=dict)
    """One argument -> JMESPath over the item: a list. Of a describe call: it is made once for each element, and what is
    taken of all answers is one list: each alias of a function has a policy of its own."""
    only_if: str = ""
    """JMESPath over the item. If it is false, the call is not made, and the section is empty: nothing of the kind
    exists.

    Without this word, an argument without a value means that the section is unread.
    """
    batch_common: Mapping[str, str] = field(default_factory=dict)
    """Like `bind`, for arguments that must be equal for all items of one batch, such as the cluster of an ECS
    service."""
    into: str = ""
    """The section of the item that stores the answer."""
    batch: int = 1
    """The number of items that one call may describe. Above 1, the bound argument is a list."""
    match: str = ""
    """JMESPath over each element of the answer: the value of `key` to which the element belongs."""
    key: str = ""
    """JMESPath over the item: the value that `match` must equal. Default: the bound path."""
    many: bool = False
    """Whether several elements of the answer may belong to one item."""
    every: bool = False
    """Whether the answer has an element for every item that exists. An item without one was deleted meanwhile, or is so
    new that this operation does not know it yet: its section is unread, not empty."""
    absent: frozenset[str] = frozenset()
    """Error codes that mean "nothing of the kind is configured"."""
    gone: frozenset[str] = frozenset()
    """Error codes that mean "deleted since it was listed"."""
    retry_singly: frozenset[str] = frozenset()
    """Error codes that one item may cause for its whole batch. The items are then read one by one."""
    action: str = ""
    """The permission, if it differs from the name of the operation."""
    parse: str = ""
    """A member of the answer that contains JSON text. It is decoded before `take` is applied."""
    gather: Callable[[builtins.list[Any]], builtins.list[Any]] | None = None
    """Applied to the elements of all pages, if the cloud splits one item over several elements."""
    service: str = ""
    """The service of the API, if it is not the type's own."""
    region: str = ""
    """The one region that answers. For a regional type: the call lists the type only in this region."""
    per: Call | None = None
    """For a listing: another listing to make first. This call is then made for each of its elements, and `bind` can use
    that element: permission sets are listed by instance. An item has the members of the elements that
    led to it.
    """

    deeper: str = ""
    """For a describe call with one bound argument: JMESPath over an element of the answer. The call is repeated with
    this value for each element, until nothing is below: units within units. An element also has the argument that led
    to it.
    """
    where: tuple[Where, ...] = ()
    """For a listing: the call is made only if one of these items was found in the same region, or could not be
    listed. Items without a region count for every region."""
    guest: str = ""
    """For a listing: JMESPath over the element of `per`. If it is true, a refusal is expected, because the element
    belongs to another account or the account did not enable the service. The refusal is then a gap only if a resource
    of the type is desired.
    """

    bulk: Bulk | None = None
    """For a describe call: a cheaper source of the same section, which may be out of date."""

    @property
    def chain(self) -> tuple[Call, ...]:
        """This call, after the calls that must be made before it, in order."""
        return (*self.per.chain, self) if self.per else (self,)


@dataclass(frozen=True, slots=True)
class Where:
    """Items of another type; `which` is a JMESPath over one item, true for the relevant ones."""

    type: str
    which: str = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """One call that returns a section for all items of a region at once, possibly out of date.

    Its answer is used only if it causes no report: it agrees with the desired value, or proves an owner. Otherwise the
    item's own call is made; also if this call is refused or does not cover the item. An item that the answer lacks has
    an empty section only if the answer contains other items of the same type.
    """

    call: Call
    match: str
    """JMESPath over each element of the answer: the value of `key` to which the element belongs."""
    key: str
    """JMESPath over the item, from its listing only; null if the call cannot return the item."""
    take: str
    """JMESPath over the element: the content of the section."""
    region: str = ""
    """JMESPath over the item: the region whose endpoint returns it, if that is not the item's own. If it is null, the
    first region is asked, and a missing item means nothing."""
    page: int = 100
    """Elements per page. If there are more pages than items to read, the items' own calls are cheaper."""


@dataclass(frozen=True, slots=True)
class Within:
    """The type is listed inside another type's item, without a call: `each` is JMESPath over that item.

    With `each="@"` the type is a facet: it reads the parent's own item and its sections.
    """

    parent: str
    each: str = "@"


@dataclass(frozen=True, slots=True)
class ElementOf:
    """The type has no object of its own: its resources are elements of the parent's attributes (see `Parent.covers`).

    `find` takes the desired attributes and, for each covered attribute, the parent's actual elements. It returns the
    actual resource in Terraform's shape, or None if none of it exists.
    """

    find: Callable[[Attributes, Mapping[str, Value]], Raw | None]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One resource that stands for several live objects, each named by one element of an attribute."""

    by: str
    """The attribute that they have in common: the `group` of a group's memberships."""
    parts: Mapping[str, tuple[str, str, str]]
    """Attribute -> (type of the objects that its elements name, attribute of that type for the element, attribute for
    what they have in common). A set has just this one attribute."""
    whole: bool = True
    """Whether the resource claims that there are no other objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedBy:
    """Something else that may change an attribute, as the cloud shows. Such a change is expected, not drift.

    The JMESPaths are over the item, which also has `element`: the key of the repeated block of the attribute.
    """

    who: str
    """The name in the report: `a scaling policy`."""
    when: str = ""
    """The proof: a policy, a schedule, or a setting that is on."""
    along: tuple[str, str] = ("", "")
    """(type, attribute), instead of a proof: what moves together. It is expected where the same names go and come as in
    that attribute of such a resource, and there it is expected, or left to others by its author: a listener's target
    group moves with its service's."""
    within: str = ""
    """A list of {low, high}: the new value must be in one of these ranges; `low` may be null. Without it, any value is
    expected."""
    to: Callable[[Value, Value], bool] | None = None
    """(desired, actual) -> whether the change is of the expected kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedBy:
    """Something else that may delete a resource, as another resource shows. The resource is then not missing."""

    ref: Ref
    """The reference to the resource that shows it: the secret of a secret version."""
    when: str
    """JMESPath over that item."""
    who: str
    """The name in the report: `the secret's rotation`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attr:
    """The path of one Terraform attribute in the API's answers, and how two of its values compare."""

    path: Path
    canon: Canon
    """Canonical form, for the API's value and the recorded value."""
    from_state: Callable[[Any, Raw], Value] | None = None
    """Replaces `canon` for the recorded value, if Terraform's shape differs. Also gets the whole instance."""
    from_api: Callable[[Any], Any] | None = None
    """Applied to the result of the path before the fields are read, if no JMESPath can produce the right shape."""
    written: Callable[[Any, Mapping[str, Any]], Any] | None = None
    """(result of the path, item) -> the value as a state has it, if its canonical form has another shape: what `drift
    fix` writes into a configuration. A nested block is a list of mappings."""
    default: Any = None
    """The value that the cloud means if it returns none."""
    zero_is_value: bool = False
    """A recorded 0 or false is a value of its own: if the cloud returns none, the provider records `default`. Without
    this word both agree, because the provider's SDK records the type's zero if the cloud returns no value."""
    kept_if_gone: bool = False
    """A refresh keeps the recorded value if the cloud returns none, so that no plan shows that it is gone."""
    not_planned: bool = False
    """A plan need not show a change of it: what the configuration sets counts when the resource is created, as the
    provider's documentation says, or a refresh does not read it."""
    assigned: bool = False
    """The cloud chooses a value if nobody sets one, so an empty record is undecided."""
    initial: Callable[[Value, str], bool] | None = None
    """(value, account) -> whether the cloud itself sets this value, or this element of a set: the rule of a new group
    that allows all outbound traffic, a key's policy for its account. A record of such a value does not show that
    somebody wanted it; a record of any other value shows that the cloud did not set it.
    """
    same_for_all: bool = False
    """The cloud gives `default` to each new resource, whatever else is configured. If the configuration does not set
    the attribute, nor an argument of `set_by`, any other value was set by hand, even if it is recorded."""
    set_by: tuple[str, ...] = ()
    """Other arguments that set the same value: `grant` for a bucket's `acl`."""
    fields: Mapping[str, Attr] = field(default_factory=dict)
    """The attributes of a nested block, with paths relative to this one."""
    many: bool = False
    """Whether the block may occur several times."""
    ordered: bool = False
    """Whether the order of repeated blocks matters."""
    implicit: str = ""
    """JMESPath over an element of a repeated block: true for elements that the cloud itself adds, whether or not
    somebody asks for them. They may be recorded, but need not be: a parameter at the engine's default."""
    key: Callable[[Value], Hashable] | None = None
    """The function that identifies an element of a set or a repeated block. Default: the whole element."""
    same: Callable[[Value, Value], bool] | None = None
    """(desired, actual) -> whether they agree, if equality is too strict."""
    outside_schema: bool = False
    """For a computed attribute that Terraform's schema lacks: it is read only for references and rules, such as an
    instance's volumes."""
    watched: bool = False
    """For a compared attribute that only the cloud can set, and whose change is reported, such as a document's default
    version."""
    document: bool = False
    """A JSON document that is reported as a whole, not member by member."""
    verbatim: bool = False
    """The Terraform provider plans a change where the text of a document differs, whatever it means: `drift fix` writes
    the text that the cloud has."""
    always_said: bool = False
    """`drift fix` writes it even if it is the default: the provider checks other arguments by what is written."""
    most: tuple[int, int] = (0, 0)
    """(number, major version): earlier versions of the Terraform provider refuse a larger number, which the cloud may
    have all the same. `drift fix` leaves it out then, and its change is ignored."""
    partial: bool = False
    """The state records only those keys of a map that the configuration sets. Other keys are not compared."""
    sensitive: bool = False
    """Never shown."""
    changed_by: tuple[ChangedBy, ...] = ()
    """Who else may change the attribute. Read only if it differs."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference: this attribute names a resource of that type."""

    attribute: str
    """Dotted path over canonical attributes; `[]` enters the elements of a list, set or repeated block."""
    to: str
    by: str = "id"
    """The attribute of the other resource that contains the name."""
    anywhere: bool = False
    """For `creates`: the named resource may be in any region of the account, and in several."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The parent of a type, and the parent's attributes that describe the same parts.

    A live part is reported by itself only if its parent is managed and does not describe it already.
    """

    attribute: str
    to: str
    by: str = "id"
    covers: Mapping[str, Share] = field(default_factory=dict)
    """The parent's attribute -> the elements of it that one resource of this type describes."""
    covered_if: str = ""
    """An ignored attribute of the parent, or of another part of it. If the state sets it, the parent covers all
    children of this type: an OpenAPI `body`."""
    standalone: bool = False
    """Reported even if the parent is unmanaged: a rule on the default event bus, a route in a main route table."""
    by_hand: bool = False
    """No service adds such a part to what it made. So it is also reported if its parent came with a managed resource: a
    subscription to the log group of a function."""
    of_others: bool = False
    """The parent's owner adds no such part. So it is also reported if the parent is somebody else's: a share of a
    backup."""
    filled_by_others: bool = False
    """The cloud, a scaling service or a controller also adds parts to the parent, and nothing shows who added which. A
    live part is reported only if the configuration names parts of the same parent; elements of `covers` that nothing
    describes are compared with the record.
    """
    beside_inline: bool = False
    """The parent itself usually sets some of the parts, besides separate resources: a private zone needs a first VPC.
    So a parent with separate resources may have other parts too, and without a configuration its record is desired."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Another resource's attribute that describes the same fact, in any region.

    `aws_ec2_tag` is one of the `tags` of the resource that it names. What a separate resource describes is not compared
    there.
    """

    names: str
    """The attribute of this type that names the other resource."""
    attribute: str
    """The other resource's attribute: a map, a set, or a repeated block."""
    share: Share
    """The keys of the elements that one resource of this type describes; for a map, its keys."""
    to: str = ""
    """The other resource's type. Default: any type."""
    by: str = ""
    """The other resource's attribute that contains the name. Default: its id or ARN."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Another owner of a resource, proved by what the cloud itself sets: `when` is JMESPath over the item."""

    when: str
    who: str
    listed: str = ""
    """JMESPath over the item as it is listed, if only such items can have this owner: the event bus `default`. Sections
    of the proof are read for these alone, and before all others."""
    beside_parts: Callable[[Attributes], bool] | None = None
    """Another proof, of a whole to which somebody added parts by resources of their own: whether the cloud made what is
    left of the attributes without what those describe."""


@dataclass(frozen=True, slots=True)
class Owns:
    """A resource that created others and lists them. The others are not ours, whatever marks they have."""

    members: str
    """JMESPath over the item: a list of `{type: …, id: …}`, with the type names of the owner's API. `type` is
    empty if the id is unique among all types."""
    who: str
    """The owner, with the name that `Owner` uses."""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Terraform type -> the owner's name for it, if it is spelt differently."""
    generated: str = ""
    """A regular expression for the names that it generates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """The entry of one Terraform type. `attributes`, `computed` and `ignored` partition the provider's schema."""

    name: str
    """The Terraform type: `aws_sqs_queue`."""
    service: str
    """The service of the API that has it, as the provider's client names it: `sqs`."""
    list: Call | tuple[Call, ...] | Within | ElementOf | None
    """Several calls if no single one lists all resources; None if the cloud has no listing at a reasonable cost. Then
    only desired resources are read, with `lookup`."""
    lookup: Call | None = None
    """Reads one desired resource that was not listed. `bind` is JMESPath over its attributes. The answer contains items
    in the shape of the listing; each gets the arguments as sections. If an argument has no value, no call is made. A
    set is passed as a sorted list.
    """
    describe: tuple[Call, ...] = ()
    regional: bool = True
    """Whether the type lives in a region; otherwise its region is `global`."""
    id: Attr
    """Terraform's `id`, from the listing only."""
    identity: tuple[str, ...] = ("id",)
    """The attributes that identify a resource on both sides, if `id` does not."""
    alternate_identity: str = ""
    """JMESPath over the attributes: another identity of a desired resource, used if no item has its own: the cloud
    fills in an optional part that Terraform does not always record."""
    import_id: str = "id"
    """JMESPath over the attributes: the id for `terraform import`."""
    label: str = "tags.Name"
    """JMESPath over the attributes: the name for people."""
    attributes: Mapping[str, Attr]
    """Attributes that a configuration can set. They are compared."""
    computed: Mapping[str, Attr] = field(default_factory=dict)
    """Attributes that only the cloud sets. They are read for identity, references and rules, and never compared."""
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Attribute, or `block.attribute` -> why it is not compared."""
    either: tuple[tuple[str, ...], ...] = ()
    """Arguments of which a configuration may set one only, though the cloud tells all: of those with a value, `drift
    fix` writes the first. Dotted paths for those of a nested block, without numbers."""
    not_imported: frozenset[str] = frozenset()
    """Arguments that `terraform import` leaves unset. An optional one is not written; a change of one that is required,
    or that has a default, is ignored."""
    importable: bool = True
    """Whether the provider can import the type at all."""
    lost_by_import: frozenset[str] = frozenset()
    """Arguments that the cloud tells and that `terraform import` leaves unset all the same. They are written, and a
    change of them is ignored."""
    imported: Mapping[str, Any] = field(default_factory=dict)
    """Argument that the cloud does not tell -> what `terraform import` sets it to by itself."""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    """Argument that one has to set though nothing tells its value -> what `drift fix` writes in its place, with a
    change of it ignored: the file of a function's code. `{name}` is the name of the resource's block."""
    refs: tuple[Ref, ...] = ()
    creates: tuple[Ref, ...] = ()
    """References to resources that were created with this one and are reported with it. They are never unmanaged by
    themselves, unless `by_person` is true of them."""
    by_person: Callable[[Attributes], bool] | None = None
    """Whether a person changed what came with a managed resource, because no service makes it so: the group of a
    cluster lets in everybody. Then it is unmanaged by itself. The attributes are without what separate resources
    describe."""
    ended_by: EndedBy | None = None
    """Something else that deletes such resources regularly."""
    parent: Parent | None = None
    mirrors: tuple[Mirror, ...] = ()
    """Attributes of other resources that describe the same fact."""
    aggregate: Aggregate | None = None
    owners: tuple[Owner | Ref, ...] = ()
    """Other owners: proofs, and references to resources with the same owner (a volume has the owner of its
    instance)."""
    owner_tags: bool = True
    """Whether another owner marks the resource with a tag. False if that is impossible: the creator of a stack
    cannot tag every type, so only the stack's own list of members shows the owner."""
    owns: Owns | None = None
    """The resources that a resource of this type created: the members of a stack."""
    account: str = ""
    """JMESPath over the item: its account, if a listing also returns resources that other accounts share with this
    one."""
    exists: str = ""
    """JMESPath over the item; false if the resource does not exist, because the cloud returns an empty structure."""
    extra_actions: tuple[str, ...] = ()
    """permissions that the rules need in addition to those of the calls, such as last-used information."""
    versions: tuple[str, str] | None = None
    """(attribute that all versions of an object share, attribute that numbers the versions).

    Of such an object, drift reads only managed versions, otherwise the newest one.
    """
    also_named: tuple[str, ...] = ()
    """Other names of this type in the provider, without differences: `aws_alb` for `aws_lb`."""
    instead_if: str = ""
    """JMESPath over the item of `alias_of`: true for the objects that only this type describes, such as a default
    network ACL. They are adopted under it."""
    alias_of: str = ""
    """The type that lists the same objects, if this type is another name for them, with differences."""

    @property
    def listed_as(self) -> str:
        """The type in the keys of resources."""
        return self.alias_of or self.name

    @property
    def whole(self) -> str:
        """The type of its parent, or of the type inside which it is found; empty without either."""
        return self.parent.to if self.parent else self.list.parent if isinstance(self.list, Within) else ""

    def attr(self, name: str) -> Attr:
        """The definition of one attribute, compared or computed; KeyError if there is none."""
        if name == "id":
            return self.id
        return self.attributes[name] if name in self.attributes else self.computed[name]

    @property
    def proofs(self) -> tuple[Owner, ...]:
        """The owners that a proof on the item shows."""
        return tuple(owner for owner in self.owners if isinstance(owner, Owner))

    @property
    def owned_with(self) -> tuple[Ref, ...]:
        """References to resources with the same owner."""
        return tuple(owner for owner in self.owners if isinstance(owner, Ref))

    def sections_of(self, name: str) -> frozenset[str]:
        """The sections of the item from which an attribute is read."""
        return self.attr(name).path.sections

    @property
    def listings(self) -> tuple[Call, ...]:
        """The calls that list the type; empty if another type's answer contains it."""
        return (self.list,) if isinstance(self.list, Call) else self.list if isinstance(self.list, tuple) else ()

    @property
    def calls(self) -> builtins.list[Call]:
        """Every call that is made only for this type."""
        first = [call for listing in self.listings for call in listing.chain]
        bulk = [call.bulk.call for call in self.describe if call.bulk is not None]
        return [*first, *([self.lookup] if self.lookup else []), *self.describe, *bulk]
