"""A configuration opened to be edited: the text of its files, and from a name to the place where it is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.desired.hcl.configured import ModulePath
from drift.desired.hcl.evaluate import evaluate
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.modules import files_of
from drift.desired.hcl.names import ModuleScope
from drift.desired.hcl.plain import plain
from drift.desired.hcl.read import Sources
from drift.desired.hcl.scope import Scope
from drift.desired.hcl.syntax import SyntaxFault, parse_template
from drift.desired.hcl.tree import Conditional, Expr, GetAttr, Index, Literal, Name
from drift.desired.hcl.values import UNKNOWN
from drift.desired.hcl.written import With
from drift.desired.layout import data_dir
from drift.model.address import Address, InstanceKey
from drift.remedy.outline import Item, Outline, OutlineError, Span

Step = str | int


@dataclass(frozen=True)
class Context:
    """What the names in an expression mean."""

    module: ModuleScope | None
    """None where an expression may name nothing: a default, a file of values."""
    scope: Scope | None
    each: Node | None = None
    """The `for_each` that `each` goes through."""
    key: InstanceKey = None
    iterators: Mapping[str, tuple[Node, Step]] = field(default_factory=dict)
    """The names of `dynamic` blocks around: what each goes through, and where it is."""


NOWHERE = Context(None, None)


@dataclass(frozen=True)
class Node:
    """An expression at its place."""

    file: Text
    span: Span
    context: Context

    def at(self, span: Span) -> Node:
        """Another expression of the same context."""
        return Node(self.file, span, self.context)

    @property
    def text(self) -> str:
        """As it is written."""
        return self.file.text[self.span.start : self.span.end]

    @property
    def line(self) -> int:
        """The line it begins on."""
        return self.file.outline.line(self.span.start)

    def __str__(self) -> str:
        return f"{self.file.path}:{self.line}"


@dataclass
class Text:
    """One file as it is now."""

    path: Path
    text: str
    outline: Outline

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    @property
    def is_json(self) -> bool:
        """Whether it is JSON."""
        return self.path.name.endswith(".json")


def read(path: Path) -> str:
    """A file's text with its line ends as they are. OSError, and UnicodeDecodeError."""
    return path.read_bytes().decode("utf-8")


@dataclass(frozen=True, slots=True)
class Body:
    """What is between a block's braces."""

    file: Text
    span: Span
    context: Context
    block: Span
    """The whole block."""

    @property
    def items(self) -> list[Item]:
        """Its arguments and blocks."""
        return self.file.outline.body(self.span)


class Source:
    """One configuration, with edits that are not written yet: `edited` has the new text of files, by their path."""

    def __init__(
        self,
        directory: Path,
        given: Given,
        states: Sequence[Any] = (),
        *,
        workspace: str | None = "",
        edited: Mapping[str, str] | None = None,
    ) -> None:
        self.edited = dict(edited or {})
        self._sources = Sources(directory, given, self.edited)
        self._shared = self._sources.shared(states, workspace=workspace)
        self._root = ModuleScope(run=self._shared, names=(), path=(), module=self._shared.library.modules[()])
        self._data = Path(data_dir(directory)).resolve()
        self._files: dict[Path, Text] = {}

    @property
    def root(self) -> Path:
        """The root module's directory."""
        return self._sources.directory

    # --- files ---------------------------------------------------------------------------------------------

    def file(self, path: Path) -> Text:
        """A file of it. Raises OutlineError where it cannot be read."""
        if path not in self._files:
            try:
                text = self.edited.get(str(path)) or read(path)
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "it is not UTF-8"
                raise OutlineError(f"{path} cannot be read: {why}") from None
            self._files[path] = Text(path, text, Outline(text))
        return self._files[path]

    def is_own(self, path: Path) -> bool:
        """Whether a file is the user's own, and not what `terraform init` fetched."""
        return not path.resolve().is_relative_to(self._data)

    def _blocks(self, scope: ModuleScope, kind: str, *labels: str) -> Iterator[tuple[Text, Item]]:
        """The blocks with these labels in a module, overrides last."""
        for path in files_of(scope.module.directory):
            if path.name.endswith(".json"):
                continue
            try:
                file = self.file(path)
                items = file.outline.items
            except OutlineError:
                continue
            for item in items:
                if item.kind == "block" and item.name == kind and item.labels == labels:
                    yield file, item

    # --- instances -----------------------------------------------------------------------------------------

    def module(self, path: ModulePath) -> ModuleScope | None:
        """A module instance; None where the configuration has none."""
        scope: ModuleScope | None = self._root
        for name, key in path:
            if scope is None or name not in scope.module.calls:
                return None
            scope = next((c for c in scope.children(name) if c.path[-1] == (name, key)), None)
        return scope

    def resource(self, address: Address) -> list[Body]:
        """The blocks that describe a resource, the one in the base file first; none where nothing does."""
        scope = self.module(address.module)
        mode = "data" if address.mode == "data" else "managed"
        declared = scope.module.resources.get((mode, address.type, address.name)) if scope is not None else None
        if scope is None or declared is None:
            return []
        found = scope.expansion_of((mode, address.type, address.name), declared)
        names = found.instances.get(address.key, {})
        kind = "data" if mode == "data" else "resource"
        places = list(self._blocks(scope, kind, address.type, address.name))
        each = next((n for f, i in places if (n := self._argument(f, i, "for_each", Context(scope, scope)))), None)
        context = Context(scope, With(scope, names), each, address.key)
        return [Body(file, item.inner, context, item.span) for file, item in places]

    def _argument(self, file: Text, block: Item, name: str, context: Context) -> Node | None:
        for item in file.outline.body(block.inner):
            if item.kind == "argument" and item.name == name:
                return Node(file, item.inner, context)
        return None

    # --- values --------------------------------------------------------------------------------------------

    def parse(self, node: Node) -> Expr:
        """A node's expression. Raises OutlineError."""
        if node.file.is_json and node.text.startswith('"'):
            import json

            try:
                return parse_template(json.loads(node.text))
            except (SyntaxFault, ValueError):
                raise OutlineError("this is no template", node.line) from None
        return node.file.outline.expression(node.span)

    def value(self, node: Node) -> Any:
        """What an expression is, as plain values; UNKNOWN where that is not known."""
        try:
            return plain(evaluate(self.parse(node), node.context.scope, self._shared.run))
        except OutlineError:
            return UNKNOWN

    # --- following -----------------------------------------------------------------------------------------

    def steps(self, node: Node) -> tuple[Step, ...]:
        """The steps of a reference, its indices evaluated; none where the expression is no reference."""
        try:
            return self._steps(self.parse(node), node.context)
        except OutlineError:
            return ()

    def _steps(self, expr: Expr, context: Context) -> tuple[Step, ...]:
        if isinstance(expr, Name):
            return (expr.name,)
        if isinstance(expr, GetAttr):
            above = self._steps(expr.of, context)
            return (*above, expr.name) if above else ()
        if isinstance(expr, Index):
            above = self._steps(expr.of, context)
            key = expr.key.value if isinstance(expr.key, Literal) else None
            if key is None:
                key = plain(evaluate(expr.key, context.scope, self._shared.run))
            if isinstance(key, bool) or not isinstance(key, str | int) or not above:
                return ()
            return (*above, key)
        return ()

    def follow(self, node: Node) -> Node | None:
        """Where what a reference names is set; None where nobody sets it in a file that may be edited."""
        steps = self.steps(node)
        if len(steps) < 2:
            return None
        found = self._named(node.context, steps)
        if found is None:
            return None
        at, rest = found
        target = self.descend(at, rest)
        return target if target is not None and self.is_own(target.file.path) else None

    def _named(self, context: Context, steps: tuple[Step, ...]) -> tuple[Node, tuple[Step, ...]] | None:
        """What the first steps of a reference name, and the steps that are left."""
        root, name = str(steps[0]), str(steps[1])
        module = context.module
        at: Node | None = None
        if root in context.iterators and name == "value":
            over, where = context.iterators[root]
            return over, (where, *steps[2:])
        if root == "each" and name == "value" and context.each is not None and context.key is not None:
            return context.each, (context.key, *steps[2:])
        if module is None:
            return None
        if root == "local":
            at = self._local(module, name)
        elif root == "var":
            at = self._variable(module, name)
        elif root == "module" and len(steps) > 2:
            return self._output(module, steps)
        return (at, steps[2:]) if at is not None else None

    def _local(self, module: ModuleScope, name: str) -> Node | None:
        found = None
        for file, block in self._blocks(module, "locals"):
            found = self._argument(file, block, name, Context(module, module)) or found
        return found

    def _variable(self, module: ModuleScope, name: str) -> Node | None:
        if module.caller is not None:
            given = self._given(module, name)
            if given is not None:
                return given
        else:
            said = self._shared.inputs.said.get(name)
            if said is not None:
                return self._in_values(said.rpartition(":")[0], name)
            if name in self._shared.inputs.values:
                return None  # from the environment
        found = None
        for file, block in self._blocks(module, "variable", name):
            found = self._argument(file, block, "default", NOWHERE) or found
        return found

    def _given(self, module: ModuleScope, name: str) -> Node | None:
        """The argument that a module is called with."""
        caller = module.caller
        if caller is None:
            return None
        call, key = module.path[-1]
        found = None
        for file, block in self._blocks(caller, "module", call):
            each = self._argument(file, block, "for_each", Context(caller, caller))
            found = self._argument(file, block, name, Context(caller, module.calling, each, key)) or found
        return found

    def _in_values(self, path: str, name: str) -> Node | None:
        """A variable in a `.tfvars`; None for an option of the command line."""
        if not path or path.endswith(".json"):
            return None
        try:
            file = self.file(Path(path))
        except OutlineError:
            return None
        for item in file.outline.items:
            if item.kind == "argument" and item.name == name:
                return Node(file, item.inner, NOWHERE)
        return None

    def _output(self, module: ModuleScope, steps: tuple[Step, ...]) -> tuple[Node, tuple[Step, ...]] | None:
        name = str(steps[1])
        if name not in module.module.calls:
            return None
        for child in module.children(name):
            key = child.path[-1][1]
            rest = steps[2:] if key is None else steps[3:] if steps[2] == key else ()
            for file, block in self._blocks(child, "output", str(rest[0])) if rest else ():
                at = self._argument(file, block, "value", Context(child, child))
                if at is not None:
                    return at, rest[1:]
        return None

    def descend(self, node: Node, steps: tuple[Step, ...]) -> Node | None:
        """What stands below an expression at these steps; None where that is computed."""
        if not steps:
            return node
        outline = node.file.outline
        form, name = outline.form(node.span)
        if form in ("object", "list"):
            return self._element(node, steps)
        if form == "parentheses":
            return self.descend(node.at(_trimmed(outline, outline.inside(node.span))), steps)
        if form == "call":
            elements = reversed(outline.elements(node.span)) if name == "merge" else ()
            inside = outline.elements(node.span)[:1] if name in TRANSPARENT else elements
            found = (self.descend(node.at(e.value), steps) for e in inside)
            return next((one for one in found if one is not None), None)
        own = self.steps(node)
        if len(own) >= 2:
            named = self._named(node.context, (*own, *steps))
            return self.descend(*named) if named is not None else None
        branch = self.branch(node)
        return self.descend(branch, steps) if branch is not None else None

    def _element(self, node: Node, steps: tuple[Step, ...]) -> Node | None:
        """What stands below an element of an object or a list that is written out."""
        elements = node.file.outline.elements(node.span)
        if isinstance(steps[0], int) and not any(e.key for e in elements):
            return self.descend(node.at(elements[steps[0]].value), steps[1:]) if steps[0] < len(elements) else None
        for element in elements:
            if element.key is not None and str(self.key(node.at(element.key))) == str(steps[0]):
                return self.descend(node.at(element.value), steps[1:])
        return None

    def key(self, node: Node) -> Any:
        """What a key of an object says: a bare word is text."""
        token = node.file.outline.within(node.span)
        if len(token) == 1 and token[0].kind == "name":
            return node.text
        return self.value(node)

    def branch(self, node: Node) -> Node | None:
        """The branch of a conditional that is taken; None for any other expression, and where it is not known."""
        try:
            expr = self.parse(node)
        except OutlineError:
            return None
        if not isinstance(expr, Conditional):
            return None
        chosen = plain(evaluate(expr.condition, node.context.scope, self._shared.run))
        spans = node.file.outline.branches(node.span)
        if not isinstance(chosen, bool) or spans is None:
            return None
        return node.at(spans[0] if chosen else spans[1])


TRANSPARENT = frozenset(
    {"toset", "tolist", "tomap", "tostring", "tonumber", "tobool", "sort", "distinct", "compact", "nonsensitive"}
)
"""Functions whose result holds what is in their argument."""


def _trimmed(outline: Outline, span: Span) -> Span:
    tokens = [t for t in outline.within(span) if t.kind not in ("space", "newline", "comment")]
    return Span(tokens[0].start, tokens[-1].end)
