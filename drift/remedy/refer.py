"""Ids and names in an accepted value as the addresses of the managed resources that they are: `aws_subnet.b.id`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from drift.desired.instance import State
from drift.model.address import Address
from drift.model.resource import Resource
from drift.provider.contract import DocumentSource
from drift.provider.relations import as_pattern, entry_of, refs_of
from drift.provider.spec import ResourceType
from drift.remedy.ground import Ground
from drift.remedy.hcl import Argument, Encoded, Expression, Joined, Nested
from drift.remedy.references import Named, References, managed
from drift.remedy.source import Body, Context, Node, Source
from drift.survey import Survey


class Addresses:
    """The resources that one state describes, by what names them; no reference to one closes a circle."""

    def __init__(self, survey: Survey, state: State, source: Source) -> None:
        own = [r for r in survey.desired if r.source.state == state.source]
        ground = Ground.of(source.sources, own)
        self.catalog = survey.catalog
        self.references = References(survey.catalog, ground.outputs, refuses=self._closes)
        self.references.add(managed(ground, survey.catalog))
        self._behind: dict[str, set[str]] = defaultdict(set)
        for resource in ground.resources:
            if resource.address is not None:
                self._behind[resource.address.block] |= {*resource.refers}

    def of(self, resource: Resource) -> Refer | None:
        """The references that a resource may make; None for one without an address."""
        if resource.address is None:
            return None
        return Refer(self, entry_of(resource, self.catalog), resource)

    def _closes(self, source: Address, target: Address) -> bool:
        """Whether the target depends on the source already."""
        seen: set[str] = set()
        waiting = [target.block]
        while waiting:
            here = waiting.pop()
            if here == source.block:
                return True
            new = self._behind.get(here, set()) - seen
            seen |= new
            waiting += new
        return False


@dataclass(frozen=True, slots=True)
class Refer:
    """The references of one resource."""

    addresses: Addresses
    entry: ResourceType
    resource: Resource
    literal: bool = False
    """Whether ids stay as they are: where an edit is tried, a reference would be unknown as soon as what it names
    changes as well, and hide what the edit changes beside it."""

    def within(self, value: Any, context: Context, name: str = "") -> Any:
        """A value with references, as it may stand in an expression of this context; the same value where it has none.

        `name` is the argument that it is the value of: names are references where the catalogue knows the argument to
        name a resource. An id that no two objects have, and an ARN inside a text, is one anywhere.
        """
        if self.literal or context.module is None or self.resource.address is None:
            return value  # a default, a file of values: no expression may stand there
        address = replace(self.resource.address, module=tuple(context.module.path))
        source = Named(address, self.resource.key, {}, {})
        return self._told(value, source, name)

    def document(self, source: Source, node: Node) -> tuple[list[Body], DocumentSource] | None:
        """The block of the data source whose document an expression is; None for any other expression."""
        steps, module = source.steps(node), node.context.module
        known = self.addresses.catalog.provider_of(self.entry.name).document_sources()
        if module is None or len(steps) not in (4, 5) or steps[0] != "data" or steps[1] not in known:
            return None
        of, key = known[str(steps[1])], steps[3] if len(steps) == 5 else None
        address = Address(str(steps[1]), str(steps[2]), key, tuple(module.path), "data")  # type: ignore[arg-type]
        bodies = source.resource(address) if steps[-1] == of.attribute else []
        return (bodies, of) if bodies and not any(b.file.is_json for b in bodies) else None

    def _told(self, value: Any, source: Named, name: str) -> Any:
        if isinstance(value, str):
            return self._text(value, source, name)
        if isinstance(value, Encoded):
            return Encoded(self._told(value.value, source, ""))
        if isinstance(value, Nested):
            return replace(value, body=tuple(self._told(item, source, "") for item in value.body))
        if isinstance(value, Argument):
            return replace(value, value=self._told(value.value, source, name))
        if isinstance(value, Mapping):
            return {k: self._told(v, source, "") for k, v in value.items()}
        return [self._told(v, source, name) for v in value] if isinstance(value, list | tuple) else value

    def _text(self, text: str, source: Named, name: str) -> str | Expression | Joined:
        references = self.addresses.references
        for ref in refs_of(self.entry) if name else ():
            if as_pattern(ref.attribute)[0] == name and (made := references.by_path(ref, text, source, text)):
                return made
        return references.anywhere(text, source) or references.within(text, source) or text
