"""Which operations can have made, changed or deleted a resource: derived from its entry and botocore's models.

What an entry reads by is what a write is told by: the member that a describe call binds (`QueueUrl`, `GroupId`), the
member that the id or the identity is read from, name the resource in a write's request or answer. And what an attribute
is read from is what a write sets it by: `Attributes.VisibilityTimeout` is a member of `SetQueueAttributes`. Where
the two differ, the operation's own name says it: `PutBucketVersioning` sets what `GetBucketVersioning` tells, and
`DeleteBucketPolicy` undoes what `PutBucketPolicy` sets. AWS names operations by a verb and a noun; the verbs are the
only thing that is written down here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from drift.provider.audit import Writes, plain_name
from drift.provider.catalog import Catalog
from drift.provider.installed import installed
from drift.provider.spec import Attr, Call, ElementOf, ResourceType, Within
from drift.providers.aws.audit.record import ALSO_CALLED, MEMBERS, variants
from drift.providers.aws.operations import reads

MAKES = frozenset({
    "Allocate", "Claim", "Clone", "Copy", "Create", "Define", "Deploy", "Import", "Invite", "Issue", "Launch",
    "Provision", "Publish", "Purchase", "Put", "Register", "Replicate", "Request", "Restore", "Run", "Set",
    "Subscribe", "Upload", "Upsert",
})  # fmt: skip
"""Verbs that bring a resource about."""
JOINS = {
    "Add": "Remove", "Assign": "Unassign", "Associate": "Disassociate", "Attach": "Detach", "Authorize": "Revoke",
    "Enable": "Disable", "Grant": "Revoke", "Share": "Unshare", "Tag": "Untag",
}  # fmt: skip
"""Verbs that put one thing to another, and what undoes them: they make what is itself a part of something."""
ENDS = frozenset({
    "Cancel", "Delete", "Deregister", "Leave", "Reject", "Release", "Schedule", "Terminate", "Unsubscribe",
    "Withdraw",
})  # fmt: skip
"""Verbs that end a resource: `ScheduleKeyDeletion`, `ReleaseAddress`."""
REMOVES = ENDS | frozenset(JOINS.values()) | {"Reset", "Stop"}
REPLACES = frozenset({"Put", "Set", "Upsert"})
"""Verbs that replace what was there, so that they may take away as well as add."""
SWITCHES = frozenset({"Enable", "Disable", "Start", "Stop"})
FLAGS = frozenset({"enabled", "is_enabled", "state", "status", "enable"})
"""Attributes that say whether a resource is on."""
PATCH = "patchoperation"
"""The member of API Gateway's that holds a JSON patch: its paths name what is set."""
UNDONE_BY_DELETE = REPLACES | {"Add", "Enable"}
_WORD = re.compile(r"(?:Batch|Admin)?(?P<verb>[A-Z][a-z]+)(?P<noun>.*)")
_LINK = re.compile(r"(?<=[a-z])(?:To|From|With)(?=[A-Z])")
"""What joins two nouns, and differs where one operation undoes the other: `AddRoleToInstanceProfile`."""
_FIELD = re.compile(r"[A-Za-z_]\w*")
_QUOTED = re.compile(r"'[^']*'|`[^`]*`|\"[^\"]*\"")
_CALLED = re.compile(r"\w+\(")
GENERIC = frozenset({
    "account", "arn", "description", "element", "enabled", "here", "id", "key", "name", "parent", "partition", "region",
    "state", "status", "tag", "type", "value",
})  # fmt: skip
"""Names that many members have: such a name alone shows nothing about an operation's own name."""
DEPTH = 4


def writes_of(entry: ResourceType) -> Writes:
    """The operations that write the resources of one type."""
    catalog = installed()
    return _writes(entry.name) if entry.name in catalog else Writes()


@cache
def _writes(name: str) -> Writes:
    catalog = installed()
    entry = catalog[name]
    it = _subject(entry)
    by_name = _by_name(it)
    by_member = _by_member(it, by_name)
    for attribute in it.members:
        by_name[attribute] |= frozenset(_undoing(it.operations, by_member[attribute] | by_name[attribute], it.nouns))
    for attribute, ops in _of_parts(entry).items():
        by_name[attribute] = by_name.get(attribute, frozenset()) | ops
    creates, deletes = _created(it), _deleted(it)
    if not it.alone:  # what is switched off is still there
        creates, deletes = creates - it.switches, deletes - it.switches
    # an element that is taken out of several is changed and not ended, and so is what is switched off
    ended = frozenset() if isinstance(entry.list, ElementOf) else deletes - it.switches
    # what nothing makes or ends by name is made and ended by what changes it: ChangeResourceRecordSets
    fixed = {*entry.identity, "name", "id"}
    changing = frozenset(op for a in it.members.keys() - fixed for op in by_member[a] | by_name[a])
    creates, deletes = creates or changing, deletes or changing
    removes = frozenset(op.name for op in (*it.operations, *it.tagging) if op.verb in REMOVES)
    adds = frozenset(op.name for op in (*it.operations, *it.tagging) if op.verb in JOINS)
    if isinstance(entry.list, ElementOf) and entry.parent is not None and entry.parent.to in catalog:
        whole = _writes(entry.parent.to)
        setting = frozenset(op for covered in entry.parent.covers for op in whole.changing(covered))
        creates, deletes = setting - whole.removes, (setting & whole.removes) | whole.deletes
        removes, adds = removes | whole.removes, adds | whole.adds
        by_name = {attribute: ops | setting for attribute, ops in by_name.items()}
    return Writes(
        services=frozenset(s for service in _services(entry) for s in _log_names(service)) | {"tagging"},
        names=it.names,
        alone=it.alone,
        creates=creates,
        deletes=deletes,
        members=it.members,
        by_member=by_member,
        by_name={a: ops - ended for a, ops in by_name.items()},
        removes=removes | {"UntagResources"},
        adds=adds | {"TagResources"},
    )


@dataclass(frozen=True, slots=True)
class _Subject:
    """A type, and what its operations go by."""

    entry: ResourceType
    names: frozenset[str]
    nouns: frozenset[str]
    members: Mapping[str, frozenset[str]]
    """Attribute -> the members that set it."""
    operations: Sequence[_Operation]
    """The writes that can be about it."""
    tagging: Sequence[_Operation]
    alone: bool

    @property
    def switches(self) -> frozenset[str]:
        """The operations that switch it on or off, if an attribute says which it is."""
        if not any(attribute.rpartition(".")[2] in FLAGS for attribute in self.members):
            return frozenset()
        return frozenset(op.name for op in self.operations if op.verb in SWITCHES and op.noun in self.nouns)

    @property
    def part(self) -> bool:
        """Whether it may be put to something rather than made."""
        return self.alone or self.entry.parent is not None or len(self.entry.identity) > 1


def _subject(entry: ResourceType) -> _Subject:
    catalog = installed()
    names, nouns = _naming(entry, catalog), _nouns(entry, catalog)
    every = [op for service in _services(entry) for op in _operations(service)]
    operations = [op for op in every if op.members & names or op.answer & names]
    alone = _is_alone(entry, catalog) or not any(op.members & names for op in operations)
    return _Subject(
        entry=entry,
        names=names,
        nouns=nouns,
        members={attribute: _members(attr, attribute) for attribute, attr in _attributes(entry)},
        operations=[op for op in every if op.noun in nouns | _beginnings(entry)] if alone else operations,
        tagging=[op for op in every if _tags(op)],
        alone=alone,
    )


def _by_name(it: _Subject) -> dict[str, frozenset[str]]:
    """Attribute -> the operations that are named after it, or write all there is."""
    out = {a: frozenset(_named_after(it.operations, own, it.nouns)) for a, own in it.members.items()}
    for attribute in it.members:
        first, last = attribute.partition(".")[0], attribute.rpartition(".")[2]
        if first in ("tags", "tag"):
            out[attribute] |= {op.name for op in it.tagging} | {"TagResources", "UntagResources"}
        elif "." in attribute:  # what is named after a block sets what is in it
            out[attribute] |= out[first]
        if last in FLAGS:
            out[attribute] |= it.switches
        if it.alone:
            out[attribute] |= {op.name for op in it.operations if not op.members - {"dryrun"}}
    return out


def _by_member(it: _Subject, by_name: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Attribute -> the operations that take a member that sets it."""
    named = frozenset(op for ops in by_name.values() for op in ops)
    others = _other_nouns(it.entry) - it.nouns
    return {
        attribute: frozenset(
            op.name
            for op in it.operations
            if (op.members & own or (PATCH in op.members and _is_of(op.noun, it.nouns)))
            and op.verb not in REMOVES
            and not _makes_another(op, it.nouns, tags=attribute.startswith("tags"))
            and (op.name in by_name[attribute] or (op.name not in named and op.noun not in others))
        )
        for attribute, own in it.members.items()
    }


def _created(it: _Subject) -> frozenset[str]:
    """The operations that make it."""
    wholes = _whole_nouns(it.entry)
    operations = [op for op in it.operations if op.noun not in wholes or op.verb in JOINS]
    made = frozenset(op.name for op in operations if _makes(op, it.entry, it.nouns, part=it.part))
    if made or not it.part:
        return made
    making = [op for op in it.operations if op.verb in MAKES or op.verb in JOINS]
    return frozenset(op.name for op in making if _names_part(op.members | op.answer, it.entry))


def _deleted(it: _Subject) -> frozenset[str]:
    """The operations that end it."""
    naming = [op for op in it.operations if it.alone or op.members & it.names]
    ended = frozenset(op.name for op in naming if _ends(op, it.nouns, part=it.part))
    if ended or not it.part:
        return ended
    ending = [op for op in it.operations if op.verb in ENDS or op.verb in JOINS.values()]
    return frozenset(op.name for op in ending if _names_part(op.members, it.entry))


class _Operation:
    """A write of a service, as far as its names tell."""

    __slots__ = ("answer", "members", "name", "noun", "verb")

    def __init__(self, service: str, name: str, model: Mapping[str, Any], shapes: Mapping[str, Any]) -> None:
        self.name = _logged(name)
        found = _WORD.fullmatch(self.name)
        self.verb = found["verb"] if found else ""
        self.noun = plain_name(_LINK.sub("", found["noun"])) if found else ""
        self.members = _member_names(model.get("input"), service, shapes)
        self.answer = _member_names(model.get("output"), service, shapes)


def _logged(name: str) -> str:
    """An operation's name without the API's version: CloudFront's model has `CreateDistribution2020_05_31`."""
    return re.sub(r"_?\d{4}_?\d{2}_?\d{2}$", "", name)


def _other_nouns(entry: ResourceType) -> frozenset[str]:
    """What operations call the other types of the service: `UpdateStage` changes no API, though it names one."""
    own = _own_nouns().get(entry.service, ())
    return frozenset(noun for name, runs in own if name != entry.name for noun in runs)


@cache
def _own_nouns() -> Mapping[str, Sequence[tuple[str, frozenset[str]]]]:
    """Service -> (type, what operations call it) of each of its types."""
    catalog = installed()
    out: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for name in catalog:
        out[catalog[name].service].append((name, _endings(name)))
    return out


def _endings(type_: str) -> frozenset[str]:
    """The last words of a type's name: `aws_api_gateway_stage` -> `apigatewaystage`, `gatewaystage`, `stage`."""
    words = type_.split("_")[1:]
    return frozenset(plain_name("".join(words[start:])) for start in range(len(words)))


def _of_parts(entry: ResourceType) -> Mapping[str, frozenset[str]]:
    """Attribute -> the operations that make and end the resources that describe it one by one: a role's policies."""
    out: dict[str, frozenset[str]] = {}
    for name in _parts().get(entry.name, ()):
        part = installed()[name]
        if part.parent is not None and not isinstance(part.list, ElementOf):
            of_part = _writes(name)
            for covered in part.parent.covers:
                out[covered] = out.get(covered, frozenset()) | of_part.creates | of_part.deletes
    return out


@cache
def _parts() -> Mapping[str, Sequence[str]]:
    """Type -> the types of its parts that cover an attribute of it."""
    catalog = installed()
    out: dict[str, list[str]] = defaultdict(list)
    for name in catalog:
        parent = catalog[name].parent
        if parent is not None and parent.covers and parent.to != name:
            out[parent.to].append(name)
    return out


@cache
def _operations(service: str) -> tuple[_Operation, ...]:
    model = _model(service)
    shapes: Mapping[str, Any] = model.get("shapes", {})
    found = model.get("operations", {}).items()
    return tuple(
        _Operation(service, name, about, shapes)
        for name, about in found
        if not reads(service, name) and (service, name) not in ALSO_CALLED
    )


@cache
def _loader() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


@cache
def _model(service: str) -> Mapping[str, Any]:
    """botocore's model of a service as it is: its own classes take ten times as long, and names are all that counts."""
    import gzip

    import msgspec
    from botocore.exceptions import DataNotFoundError

    try:
        version = _loader().determine_latest_version(service, "service-2")
    except DataNotFoundError:
        return {}
    for folder in map(Path, _loader().search_paths):
        packed = folder / service / version / "service-2.json.gz"
        if packed.is_file():
            model: Mapping[str, Any] = msgspec.json.decode(gzip.decompress(packed.read_bytes()))
            return model
    loaded: Mapping[str, Any] = _loader().load_service_model(service, "service-2", version)
    return loaded


def _member_names(shape: Any, service: str, shapes: Mapping[str, Any], depth: int = DEPTH) -> frozenset[str]:
    """The plain names of the members of a shape, and of those inside them."""
    found: set[str] = set()
    todo = [(shape["shape"], depth)] if shape else []
    seen: set[str] = set()
    while todo:
        name, left = todo.pop()
        if left < 0 or name in seen:
            continue
        seen.add(name)
        one = shapes.get(name, {})
        if one.get("type") == "structure":
            for member, inner in one.get("members", {}).items():
                found.update(variants(_own(member, service)))
                todo.append((inner["shape"], left - 1))
        elif one.get("type") == "list":
            todo.append((one["member"]["shape"], left))
        elif one.get("type") == "map":
            found.update(_own(key, service) for key in shapes.get(one["key"]["shape"], {}).get("enum", ()))
            todo.append((one["value"]["shape"], left))
    return frozenset(found)


@cache
def _own(name: str, service: str) -> str:
    plain = plain_name(name)
    return MEMBERS.get(service, {}).get(plain, plain)


def _services(entry: ResourceType) -> list[str]:
    """The services whose operations may write it: its own, and those that its calls ask, but for tags of a region."""
    own = [entry.service, *(call.service for call in entry.calls if call.service)]
    return list(dict.fromkeys(s for s in own if s != "resourcegroupstaggingapi"))


@cache
def _log_names(service: str) -> frozenset[str]:
    """What CloudTrail may call a service: the first part of its endpoint, or the name that requests are signed with."""
    about = _model(service).get("metadata", {})
    found = {service, about.get("endpointPrefix"), about.get("signingName")}
    return frozenset(name.rsplit(".", 1)[-1] for name in found if name)


def _fields(path: str) -> list[str]:
    """The names in a JMESPath, in order."""
    return _FIELD.findall(_CALLED.sub(" ", _QUOTED.sub(" ", path)))


def _naming(entry: ResourceType, catalog: Catalog) -> frozenset[str]:
    """The members that name a resource of the type."""
    own = catalog[entry.alias_of] if entry.alias_of else entry
    found: set[str] = set()
    for one in {own.name: own, entry.name: entry}.values():
        for call in one.calls:
            found.update(_bound(call))
        paths = [one.id.path.text]
        paths += [one.attr(n).path.text for n in (*one.identity, "arn", "name") if _has(one, n)]
        found.update(f for p in paths for f in _fields(p))
        found.update(one.identity)
        if one.parent is not None:
            found.add(one.parent.attribute)
            if one.parent.to in catalog:
                found.update(_fields(catalog[one.parent.to].id.path.text))
                for call in catalog[one.parent.to].calls:
                    found.update(_bound(call))
    found.update(f"{noun}{end}" for noun in _nouns(entry, catalog) for end in ("", "Arn", "Id", "Name", "Identifier"))
    plain = {_own(n, own.service) for n in found} - (GENERIC - {"name", "id", "arn"})
    # what is part of something is named without it: DisassociateRouteTable takes the association's id
    return frozenset(plain | {n.removeprefix(whole) for n in plain for whole in _whole_nouns(entry)} - {"", "id"})


def _bound(call: Call) -> Iterable[str]:
    return (n for n, path in {**call.bind, **call.each, **call.batch_common}.items() if not path.startswith("here."))


def _has(entry: ResourceType, name: str) -> bool:
    return name == "id" or name in entry.attributes or name in entry.computed


def _attributes(entry: ResourceType) -> Iterator[tuple[str, Attr]]:
    """Every compared attribute, nested ones with dots."""
    todo = list(entry.attributes.items())
    while todo:
        name, attr = todo.pop()
        yield name, attr
        todo += [(f"{name}.{inner}", field) for inner, field in attr.fields.items()]


def _members(attr: Attr, attribute: str) -> frozenset[str]:
    """The members that set an attribute: those on the path to it, and its own name in Terraform."""
    names = {plain_name(f) for f in _fields(attr.path.text)}
    fields = [f for f in _fields(attr.path.text) if f not in ("parent", "here")]
    names |= {plain_name(f"{one}{other}") for one, other in pairwise(fields)}
    names |= {n.removesuffix("id") for n in names if len(n) > 5}  # EC2 asks for `Groups` and answers `GroupId`
    specific = names - GENERIC
    own = plain_name(attribute.rsplit(".", 1)[-1])
    if attr.document:
        specific |= {f"{own}{end}" for end in ("document", "text", "body")}
    return frozenset((specific or names) | {own}) - {"parent", "here", "element"}


def _named_after(operations: Iterable[_Operation], own: frozenset[str], nouns: frozenset[str]) -> Iterator[str]:
    """The operations whose noun is the attribute: `PutBucketVersioning`, `UpdateAssumeRolePolicy`."""
    wanted = {n for n in own - GENERIC if len(n) > 3}
    for op in operations:
        whole = op.verb in REPLACES and op.noun in nouns
        if whole or (op.noun not in nouns and any(_is_named(op.noun, n, nouns) for n in wanted)):
            yield op.name


def _is_named(noun: str, name: str, nouns: frozenset[str]) -> bool:
    """Whether a noun is an attribute, behind the type or alone: `BucketVersioning`, `AssumeRolePolicy`."""
    return noun.endswith(name) and noun.removesuffix(name) in nouns | {""}


def _tags(op: _Operation) -> bool:
    """Whether it writes tags and nothing else: `TagResource`, `CreateTags`, `AddTagsToResource`."""
    return op.verb in ("Tag", "Untag") or op.noun.startswith("tag") or op.noun.endswith(("tagging", "updatetag"))


def _undoing(operations: Sequence[_Operation], setting: frozenset[str], nouns: frozenset[str]) -> Iterator[str]:
    """The operations that undo one that sets: `DeleteBucketPolicy` for `PutBucketPolicy`."""
    verbs: dict[str, set[str]] = {}
    for op in operations:
        if op.name in setting and op.noun and op.noun not in nouns:
            undone = {JOINS[op.verb]} if op.verb in JOINS else set()
            verbs.setdefault(op.noun, set()).update(undone | ({"Delete"} if op.verb in UNDONE_BY_DELETE else set()))
    return (op.name for op in operations if op.verb in verbs.get(op.noun, ()))


def _nouns(entry: ResourceType, catalog: Catalog) -> frozenset[str]:
    """What operations call the type: the nouns of the calls that list it, and the words of its own name; of a part any
    two of its words in a row, for they may name what it is part of: `security_group_ingress_rule`."""
    words = entry.name.split("_")[1:]
    runs = {"".join(words[start:]) for start in range(len(words))}
    if entry.parent is not None:
        runs |= {"".join(words[start:end]) for start in range(len(words)) for end in range(start + 2, len(words) + 1)}
    own = catalog[entry.alias_of] if entry.alias_of else entry
    reading = own.listings or ((own.lookup,) if own.lookup else own.describe)
    return frozenset(plain_name(n) for n in runs | {_noun(call.op) for call in reading} if n)


def _is_alone(entry: ResourceType, catalog: Catalog) -> bool:
    """Whether it is a setting of the account or the region: its id says nothing, or the account alone."""
    own = catalog[entry.alias_of] if entry.alias_of else entry
    fields = {f for part in (own.id.path.text, *(own.attr(n).path.text for n in own.identity)) for f in _fields(part)}
    return fields <= {"here", "account", "region", "partition"} and not isinstance(own.list, Within | ElementOf)


def _beginnings(entry: ResourceType) -> frozenset[str]:
    """The first words of a type: `EnableSecurityHub` makes an `aws_securityhub_account`."""
    words = entry.name.split("_")[1:]
    return frozenset(plain_name("".join(words[:end])) for end in range(1, len(words)))


def _whole_nouns(entry: ResourceType) -> frozenset[str]:
    """What operations call that which it is part of: making a bucket makes no policy of it."""
    if entry.parent is None:
        return frozenset()
    return _endings(entry.parent.to) - _endings(entry.name)


def _noun(operation: str) -> str:
    found = _WORD.fullmatch(_logged(operation))
    return plain_name(found["noun"]) if found else ""


def _is_of(noun: str, nouns: frozenset[str]) -> bool:
    """Whether an operation's noun is the type: `RunInstances`, `RequestSpotInstances`."""
    return noun in nouns or (len(noun) > 4 and any(n.endswith(noun) for n in nouns))


def _is_for(op: _Operation, nouns: frozenset[str]) -> bool:
    """The same of an operation, which may be a verb alone: `Subscribe` makes a subscription."""
    root = op.verb.lower().removeprefix("un")[:6]
    return _is_of(op.noun, nouns) if op.noun else any(root in n for n in nouns)


def _makes(op: _Operation, entry: ResourceType, nouns: frozenset[str], *, part: bool) -> bool:
    """Whether it brings a resource about: verb and noun say so, and request and answer tell its whole identity."""
    if op.verb not in MAKES and not (part and op.verb in JOINS and op.verb != "Tag"):
        return False
    return _is_for(op, nouns) and all(_tells(op, entry, name) for name in entry.identity)


def _names_part(told: frozenset[str], entry: ResourceType) -> bool:
    """Whether something says the whole identity of a part, by names that few members have, and not only what it is
    part of."""
    parts = [_specific(entry, name) for name in entry.identity]
    own = [_specific(entry, n) for n in entry.identity if entry.parent is None or n != entry.parent.attribute]
    return any(own) and all(not wanted or told & wanted for wanted in parts)


def _specific(entry: ResourceType, name: str) -> frozenset[str]:
    """The members that say a part of the identity, but for names of many."""
    fields = {_own(f, entry.service) for f in _fields(entry.attr(name).path.text)} if _has(entry, name) else set()
    return frozenset({*fields, plain_name(name)} - GENERIC)


def _makes_another(op: _Operation, nouns: frozenset[str], *, tags: bool) -> bool:
    """Whether it brings something else about, that only refers to the resource: a network interface with a group. What
    is named after the type may change it: `CreatePolicyVersion`; but its tags are its own."""
    if op.verb not in MAKES - REPLACES or _is_of(op.noun, nouns):
        return False
    return tags or not any(len(n) > 3 and op.noun.startswith(n) for n in nouns)


def _tells(op: _Operation, entry: ResourceType, name: str) -> bool:
    """Whether request or answer has a member for a part of the identity; one with a name of many may be any."""
    wanted = _specific(entry, name)
    return not wanted or bool((op.members | op.answer) & wanted)


def _ends(op: _Operation, nouns: frozenset[str], *, part: bool) -> bool:
    """Whether it ends a resource; what it is part of may end it, too."""
    if op.verb == "Schedule":
        return op.noun.endswith("deletion") and _is_of(op.noun.removesuffix("deletion"), nouns)
    return (op.verb in ENDS or (part and op.verb in REMOVES - {"Reset", "Stop", "Untag"})) and _is_for(op, nouns)
