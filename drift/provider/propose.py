"""Proposes an entry for a type that the catalogue lacks, from the Terraform provider's schema and the model of the API.

    terraform providers schema -json > schema.json
    python -m drift.provider.propose schema.json aws_dax_subnet_group [--service dax]

A proposal is a start: names decide which call lists the type and where the API keeps an attribute. What was not found
is a comment in it, and `python -m drift.provider.lint` insists on each.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.errors import CatalogError
from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.operations import Operation, Operations, Shape
from drift.provider.spec import Ref

_HUMP = re.compile(r"[A-Z]+s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_LISTS = ("list", "describe", "get")
_TAGGING = ("list_tags_for_resource", "list_tags", "list_tags_of_resource", "describe_tags", "get_tags")
_KINDS = {"number": "number", "bool": "flag", "map": "mapping"}
_GONE = re.compile(r"NotFound|NotExist|Nonexistent|NoSuch|Unknown")
"""In the code of an error: what was listed is no longer there."""
_NOUNS = re.compile(r"(?:ies|ses|s)$")


@dataclass
class Item:
    """What the API tells of one object: the listing's members, and those of each call that completes it."""

    members: dict[str, Mapping[str, Shape]] = field(default_factory=dict)
    """Section, empty for the listing -> its members."""

    def find(self, *names: str) -> tuple[str, Shape] | None:
        """(path, shape) of the first of these snake-case names that some section has, by itself or in a structure."""
        known = [(_letters(snake(member)), path, shape) for path, member, shape in self.paths()]
        wanted = map(_letters, names)
        return next(((path, shape) for name in wanted for letters, path, shape in known if letters == name), None)

    def paths(self) -> Iterator[tuple[str, str, Shape]]:
        """(path, member, shape) of all members of all sections, and after these of what lies one level deeper."""
        top = [(f"{s}.{m}" if s else m, m, shape) for s, ms in self.members.items() for m, shape in ms.items()]
        yield from top
        for path, _, shape in top:
            yield from ((f"{path}.{m}", m, inner) for m, inner in shape.members.items() if shape.kind == "structure")

    @property
    def listed(self) -> Item:
        """What its listing alone tells."""
        return Item({section: members for section, members in self.members.items() if not section})


def _letters(name: str) -> str:
    """`ip_set` and `ipset` are one word, however it is divided."""
    return name.replace("_", "")


def snake(name: str) -> str:
    """`KmsKeyARN` -> `kms_key_arn`, `CIDRs` -> `cidrs`."""
    return "_".join(part.lower() for part in _HUMP.findall(name))


def singular(name: str) -> str:
    """`policies` -> `policy`, `groups` -> `group`; good enough to compare names by."""
    match = _NOUNS.search(name)
    if match is None or name.endswith("ss"):
        return name
    return name[: match.start()] + {"ies": "y", "ses": "s" if name.endswith("sses") else "se", "s": ""}[match[0]]


def propose(name: str, known: facts.Facts, catalog: Catalog, service: str = "") -> str:
    """The text of an entry; CatalogError where nothing in the API goes by such a name."""
    provider = catalog.providers.get(name.partition("_")[0])
    if provider is None:
        raise CatalogError(
            f"no installed provider has types such as {name}", f"Installed: {', '.join(catalog.providers)}."
        )
    operations = provider.operations()
    service = service or _service(name, catalog, operations)
    noun = _noun(name, service)
    op, operation = _listing(service, noun, operations)
    take, element = _taken(operation, noun)
    item = Item({"": element.members if element is not None and element.kind == "structure" else {}})
    describe = [*_completed(service, noun, op, item, operations), *_tagging(service, item, operations)]
    return "".join(_entry(name, service, op, take, describe, known, item, noun, _links(catalog)))


def _service(name: str, catalog: Catalog, operations: Operations) -> str:
    """The service of the catalogued types with the longest common prefix, or that the name begins with."""
    words = name.split("_")
    for size in range(len(words), 1, -1):
        prefix = "_".join(words[:size])
        near = Counter(catalog[n].service for n in catalog if n == prefix or n.startswith(f"{prefix}_"))
        if near:
            return near.most_common(1)[0][0]
        if (letters := "".join(words[1:size])) in (plain := {s.replace("-", ""): s for s in operations.services()}):
            return plain[letters]
    raise CatalogError(
        f"{name} does not name a service", "Give --service with the name of the service in the API's model."
    )


def _noun(name: str, service: str) -> str:
    """The type without its provider and its service."""
    words = name.split("_")[1:]
    letters = service.replace("-", "")
    for size in range(len(words) - 1, 0, -1):
        if letters.startswith("".join(words[:size])):
            return "_".join(words[size:])
    return "_".join(words)


def _likeness(op: str, noun: str) -> float:
    """How much an operation's name is about a noun: the shared words, less those beside them."""
    words = {singular(w) for w in snake(op).split("_")[1:]}
    wanted = {singular(w) for w in noun.split("_")}
    if singular("".join(snake(op).split("_")[1:])) == singular(_letters(noun)):
        return len(wanted)
    return len(words & wanted) - 0.4 * len(words - wanted) - 0.6 * len(wanted - words)


def _reading(service: str, operations: Operations) -> Iterator[tuple[str, Operation]]:
    for op in operations.names(service):
        found = operations.find(service, op)
        if found is not None and found.reads and snake(op).split("_")[0] in _LISTS:
            yield op, found


def _listing(service: str, noun: str, operations: Operations) -> tuple[str, Operation]:
    """The call without required arguments that is most like the noun."""
    free = [(op, o) for op, o in _reading(service, operations) if not o.required and _list_in(o)]
    best = max(free, key=lambda x: (_likeness(x[0], noun), x[0]), default=None)
    if best is None:
        near = max(
            (x for x in _reading(service, operations) if _list_in(x[1])),
            key=lambda x: _likeness(x[0], noun),
            default=None,
        )
        needs = f"; {near[0]} needs {', '.join(sorted(near[1].required))}" if near and near[1].required else ""
        raise CatalogError(
            f"{service} has no listing without arguments{needs}",
            "Write the entry by hand: `args` gives arguments that never vary, `Within` lists inside another type.",
        )
    return best


def _list_in(operation: Operation) -> bool:
    return any(m.kind == "list" for m in operation.answers.members.values())


def _taken(operation: Operation, noun: str) -> tuple[str, Shape | None]:
    """The member of the answer that lists, and what its elements are."""
    lists = [(n, m) for n, m in operation.answers.members.items() if m.kind == "list"]
    name, shape = max(lists, key=lambda x: (_likeness(f"x_{snake(x[0])}", noun), x[0]))
    element = shape.element
    if element is not None and element.kind == "text":
        return f"{name}[].{{name: @}}", element
    return name, element


def _bound(operation: Operation, item: Item) -> dict[str, str] | None:
    """Required argument -> where the item has it; None where it has not."""
    out = {}
    for name in sorted(operation.required):
        found = item.find(snake(name), singular(snake(name)), snake(name).rpartition("_")[2])
        if found is None:
            return None
        out[name] = found[0]
    return out


def _either(operation: Operation, noun: str, item: Item) -> dict[str, str] | None:
    """One of several arguments that name the object, where none of them is required by itself."""
    named = (f"{noun}_name", f"{noun}_id", f"{noun}_arn", "name", "id", "arn")
    for name in operation.takes:
        if snake(name) in named and (found := item.find(snake(name), "name")) is not None:
            return {name: found[0]}
    return None


def _completed(service: str, noun: str, listing: str, item: Item, operations: Operations) -> Iterator[str]:
    """The call that tells the rest of one object, where its arguments are in the listing."""
    for op, operation in sorted(_reading(service, operations), key=lambda x: -_likeness(x[0], noun)):
        if op == listing or _likeness(op, noun) < len(noun.split("_")) - 0.5:
            continue
        bind = _bound(operation, item) if operation.required else _either(operation, noun, item)
        if not bind:
            continue
        inner = [(n, m) for n, m in operation.answers.members.items() if m.kind == "structure"]
        take, members = (inner[0][0], inner[0][1].members) if len(inner) == 1 else ("@", operation.answers.members)
        item.members["Described"] = members
        yield _call(op, take, "Described", bind, operation)
        return


def _tagging(service: str, item: Item, operations: Operations) -> Iterator[str]:
    """The call that tells tags, where no other does."""
    if item.find("tags", "tag_list"):
        return
    for op, operation in _reading(service, operations):
        arn = item.find("arn") or next((f for n in _ending(item, "_arn") if (f := item.find(n))), None)
        if snake(op) in _TAGGING and len(operation.required) == 1 and arn is not None:
            answer = next((n for n in operation.answers.members if snake(n) in ("tags", "tag_list")), "@")
            item.members["Tagged"] = {"Tags": operation.answers.members[answer]} if answer != "@" else {}
            yield _call(op, f"{{Tags: {answer}}}", "Tagged", {next(iter(operation.required)): arn[0]}, operation)
            return


def _ending(item: Item, *ends: str) -> list[str]:
    """The names of members that end so, the first ending first."""
    return [snake(m) for end in ends for members in item.members.values() for m in members if snake(m).endswith(end)]


def _call(op: str, take: str, into: str, bind: Mapping[str, str], operation: Operation) -> str:
    gone = sorted(e for e in operation.errors if _GONE.search(e))
    codes = f", gone=frozenset({{{', '.join(json.dumps(c) for c in gone)}}})" if gone else ""
    bound = ", ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in bind.items())
    return f'Call(op="{op}", take="{take}", into="{into}", bind={{{bound}}}{codes})'


def _links(catalog: Catalog) -> Mapping[str, Ref]:
    """Attribute -> what it refers to in most types that have it."""
    seen: dict[str, Counter[tuple[str, str]]] = {}
    for entry in catalog.values():
        for ref in entry.refs:
            seen.setdefault(ref.attribute, Counter())[ref.to, ref.by] += 1
    return {attribute: Ref(attribute, *counted.most_common(1)[0][0]) for attribute, counted in seen.items()}


def _entry(
    name: str,
    service: str,
    op: str,
    take: str,
    describe: list[str],
    known: facts.Facts,
    item: Item,
    noun: str,
    links: Mapping[str, Ref],
) -> Iterator[str]:
    # from the listing alone: a refused describe call must hide no resource
    names = ("id", f"{noun}_id", f"{noun}_identifier", f"{noun}_name", "name", "arn", f"{noun}_arn")
    id_ = item.listed.find(*names, *_ending(item.listed, "_id", "_name"))
    settable = {n: f for n, f in known.items() if facts.settable(f) and n not in facts.EVERYWHERE}
    computed = {n: f for n, f in known.items() if n not in settable and n not in facts.EVERYWHERE}
    yield f'{noun.upper()} = ResourceType(\n    name="{name}",\n    service="{service}",\n'
    yield f'    list=Call(op="{op}", take="{take}"),\n'
    if describe:
        yield "    describe=(\n" + "".join(f"        {call},\n" for call in describe) + "    ),\n"
    yield f'    id=text("{id_[0]}"),\n' if id_ else "    # id=text(…): which member does `terraform import` take?\n"
    yield '    label="name",\n' if "name" in known else ""
    found = {n: f for n, f in computed.items() if item.find(n, f"{noun}_{n}")}
    if found:
        yield "    computed={\n" + "".join(_lines(found, item, noun, 8)) + "    },\n"
    yield "    attributes={\n" + "".join(_lines(settable, item, noun, 8)) + "    },\n"
    refs = [links[at] for n in settable for at in (n, f"{n}[]") if at in links and "_" in n]
    if refs:
        yield "    refs=(\n" + "".join(f"        {_ref(ref)},\n" for ref in refs) + "    ),\n"
    yield ")\n"


def _ref(ref: Ref) -> str:
    by = f', by="{ref.by}"' if ref.by != "id" else ""
    return f'Ref("{ref.attribute}", to="{ref.to}"{by})'


def _lines(known: Mapping[str, Any], item: Item, noun: str, indent: int, *, nested: bool = False) -> Iterable[str]:
    width = max((len(n) for n in known), default=0) + 3
    for name, fact in sorted((n, f) for n, f in known.items() if facts.settable(f) or not nested):
        found = item.find(
            name,
            f"{noun}_{name}",
            singular(name),
            f"{name}s",
            f"{name}_list",
            *([noun] if noun.endswith(f"_{name}") else []),
        )
        key = f"{' ' * indent}{json.dumps(name) + ':':<{width}} "
        if found is None:
            flags = facts.flags_of(fact)
            yield f'{" " * indent}# "{name}": {flags}. Where does the API keep it, or why is it ignored?\n'
        else:
            yield f"{key}{_attr(name, fact, *found, indent)},\n"


def _attr(name: str, fact: Any, path: str, shape: Shape, indent: int) -> str:
    """The kind of an attribute, by its type in the schema."""
    flags, *words = facts.flags_of(fact).split(" ")
    if name == "tags":
        return f'tags("{path}")'
    if not isinstance(fact, str):
        inner = shape.element if shape.kind == "list" and shape.element is not None else shape
        one = "1" in words or "single" in words
        fields = "".join(_lines(fact[1], Item({"": inner.members}), singular(name), indent + 4, nested=True))
        at = f"{path}[0]" if one and shape.kind == "list" else path
        return f'{"block" if one else "blocks"}("{at}", {{\n{fields}{" " * indent}}})'
    more = ", sensitive=True" if "s" in flags else ""
    more += ", assigned=True" if {"o", "c"} <= set(flags) else ""
    kind = words[0] if words else "string"
    if kind in ("set", "list"):
        return f'{kind}_of(values.{"number" if "number" in words else "text"}, "{path}"{more})'
    return f'{_KINDS.get(kind, "text")}("{path}"{more})'


def main(arguments: list[str]) -> int:
    """Print the proposal for each type; status 2 where there is none."""
    from drift.provider.installed import installed

    parser = argparse.ArgumentParser(prog="python -m drift.provider.propose", description=__doc__.split("\n")[0])
    parser.add_argument("schema", type=Path, help="what `terraform providers schema -json` wrote")
    parser.add_argument("types", nargs="+", metavar="TYPE")
    parser.add_argument("--service", default="", help="the service, where the type's name does not tell")
    asked = parser.parse_args(arguments)
    schema = next(iter(json.loads(asked.schema.read_text())["provider_schemas"].values()))["resource_schemas"]
    status = 0
    for name in asked.types:
        try:
            if name not in schema:
                raise CatalogError("the schema has no such type", "`_types.txt` beside the facts names those it has.")
            sys.stdout.write(propose(name, facts.trimmed(schema[name]["block"]), installed(), asked.service) + "\n")
        except CatalogError as error:
            sys.stderr.write(f"{name}: {error}\n")
            status = 2
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
