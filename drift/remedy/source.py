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
from drift.desired.hcl.tree import Conditional, Expr, GetAttr, Index, Literal, Name
from drift.desired.hcl.values import UNKNOWN
from drift.desired.hcl.written import With, iterated
from drift.desired.layout import data_dir
from drift.model.address import Address, InstanceKey
from drift.remedy.outline import Item, JsonOutline, Outline, OutlineError, Span


@dataclass(frozen=True, slots=True)
class Member:
    """A step to the element of a set that has this value."""

    value: Any


Step = str | int | Member


@dataclass(frozen=True, slots=True)
class Gap:
    """Where something would be set that nobody sets: under a key of an object, or as an argument of a module's call."""

    at: Node | Body
    steps: tuple[Step, ...]
    """What is lacking there: the first is the key, or the argument."""

    @property
    def file(self) -> Text:
        """Its file."""
        return self.at.file

    def __str__(self) -> str:
        return str(self.at)


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
    def is_raw(self) -> bool:
        """Whether it is JSON whose texts are no templates: a default, a file of values."""
        return self.file.is_json and self.context is NOWHERE

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

    def __str__(self) -> str:
        return f"{self.file.path}:{self.file.outline.line(self.block.start)}"


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
        self._given_files = given.files
        self.sources = Sources(directory, given, self.edited)
        self._shared = self.sources.shared(states, workspace=workspace)
        self._root = ModuleScope(run=self._shared, names=(), path=(), module=self._shared.library.modules[()])
        self._data = Path(data_dir(directory)).resolve()
        self._files: dict[Path, Text] = {}
        self._gaps: list[Gap] = []

    @property
    def root(self) -> Path:
        """The root module's directory."""
        return self.sources.directory

    # --- files ---------------------------------------------------------------------------------------------

    def file(self, path: Path) -> Text:
        """A file of it. Raises OutlineError where it cannot be read."""
        if path not in self._files:
            try:
                text = self.edited.get(str(path)) or read(path)
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "it is not UTF-8"
                raise OutlineError(f"{path} cannot be read: {why}") from None
            outline = JsonOutline(text) if path.name.endswith(".json") else Outline(text)
            self._files[path] = Text(path, text, outline)
        return self._files[path]

    def is_own(self, path: Path) -> bool:
        """Whether a file is the user's own, and not what `terraform init` fetched."""
        return not path.resolve().is_relative_to(self._data)

    def _blocks(self, scope: ModuleScope, kind: str, *labels: str) -> Iterator[tuple[Text, Item]]:
        """The blocks with these labels in a module, overrides last."""
        for path in files_of(scope.module.directory):
            try:
                file = self.file(path)
                items = list(file.outline.blocks(kind, labels))
            except OutlineError:
                continue
            for item in items:
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
        outline = node.file.outline
        return (
            outline.value(node.span, raw=node.is_raw)
            if isinstance(outline, JsonOutline)
            else outline.expression(node.span)
        )

    def value(self, node: Node) -> Any:
        """What an expression is, as plain values; UNKNOWN where that is not known."""
        try:
            return plain(evaluate(self.parse(node), node.context.scope, self._shared.run))
        except OutlineError:
            return UNKNOWN

    def evaluated(self, expr: Expr, context: Context) -> Any:
        """What an expression is in a context; UNKNOWN where that is not known."""
        return plain(evaluate(expr, context.scope, self._shared.run))

    def iterated(self, node: Node) -> list[tuple[Any, Step, Any, Any]]:
        """What a `for_each` of a `dynamic` block goes through: (key or place, step to it, `key`, `value`) of each.

        Raises OutlineError where that is not known.
        """
        value = evaluate(self.parse(node), node.context.scope, self._shared.run)
        items = iterated(value)
        if items is None:
            raise OutlineError("what this dynamic block goes through is not known", node.line)
        out: list[tuple[Any, Step, Any, Any]] = []
        for n, (key, one) in enumerate(items.pairs):
            said = plain(key)
            if isinstance(value.raw, Mapping):
                out.append((said, said, key, one))
            else:
                out.append((n, Member(said) if value.type.kind == "set" else n, key, one))
        return out

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
        """Where what a reference names is set; None where nobody sets it in a file. `gap` tells where it could be."""
        self._gaps.clear()
        steps = self.steps(node)
        return self.reached(node, steps) if len(steps) > 1 else None

    def reached(self, node: Node, steps: tuple[Step, ...], below: tuple[Step, ...] = ()) -> Node | None:
        """The same for the steps of a reference that is written at `node`, and steps below what it names."""
        self._gaps.clear()
        found = self._named(node.context, (*steps, *below))
        return self.descend(*found) if found is not None else None

    @property
    def gap(self) -> Gap | None:
        """Where what was followed last, and found nowhere, would be set."""
        return next((g for g in self._gaps if self.is_own(g.file.path)), None)

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
            at = self._variable(module, name, steps[2:])
        elif root == "module" and len(steps) > 2:
            return self._output(module, steps)
        return (at, steps[2:]) if at is not None else None

    def _local(self, module: ModuleScope, name: str) -> Node | None:
        found = None
        for file, block in self._blocks(module, "locals"):
            found = self._argument(file, block, name, Context(module, module)) or found
        return found

    def _variable(self, module: ModuleScope, name: str, rest: tuple[Step, ...]) -> Node | None:
        if module.caller is not None:
            given = self._given(module, name)
            if given is not None:
                return given
        else:
            said = self._shared.inputs.said.get(name)
            if said is not None:
                return self._in_values(said if said.endswith(".json") else said.rpartition(":")[0], name)
            if name in self._shared.inputs.values:
                return None  # from the environment
            if self._given_files and not rest:  # they are of this run alone, and a default is not
                self._beside(self._given_files[-1], name)
                return None
        found = None
        for file, block in self._blocks(module, "variable", name):
            found = self._argument(file, block, "default", NOWHERE) or found
        call = self.call(module)
        if call is not None and not rest and (found is None or self._is_shared(module)):
            self._gaps.append(Gap(call, (name,)))
            return None
        return found

    def _beside(self, path: Path, name: str) -> None:
        """Keep the place in a file of values that could set a variable."""
        try:
            file = self.file(path)
            whole = file.outline.whole
        except OutlineError:
            return
        self._gaps.append(Gap(Body(file, whole, NOWHERE, whole), (name,)))

    def _is_shared(self, module: ModuleScope) -> bool:
        """Whether a module's defaults are not for one call alone: it is called elsewhere too, or was fetched."""
        here = module.module.directory
        calls = [names for names, m in self._shared.library.modules.items() if m.directory == here]
        return len(calls) > 1 or not self.is_own(here)

    def call(self, module: ModuleScope) -> Body | None:
        """The block that calls a module; None for the root module."""
        caller = module.caller
        if caller is None:
            return None
        name, key = module.path[-1]
        places = list(self._blocks(caller, "module", name))
        each = next((n for f, i in places if (n := self._argument(f, i, "for_each", Context(caller, caller)))), None)
        context = Context(caller, module.calling, each, key)
        return next((Body(f, i.inner, context, i.span) for f, i in places), None)

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
        if not path:
            return None
        try:
            file = self.file(Path(path))
            items = file.outline.items
        except OutlineError:
            return None
        for item in items:
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
        if form == "call" and name in FALLBACKS:
            return self.descend(self.chosen(node), steps)
        if form == "call" and name == "lookup":
            held = self.looked_up(node)
            return self.descend(held, steps) if held is not None else None
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
        first = steps[0]
        if isinstance(first, Member):
            at = next((node.at(e.value) for e in elements if self.value(node.at(e.value)) == first.value), None)
            return self.descend(at, steps[1:]) if at is not None else None
        if isinstance(first, int) and not any(e.key for e in elements):
            return self.descend(node.at(elements[first].value), steps[1:]) if first < len(elements) else None
        for element in elements:
            if element.key is not None and str(self.key(node.at(element.key))) == str(first):
                return self.descend(node.at(element.value), steps[1:])
        if node.file.outline.form(node.span)[0] == "object":
            self._gaps.append(Gap(node, steps))
        return None

    def key(self, node: Node) -> Any:
        """What a key of an object says: a bare word is text."""
        token = node.file.outline.within(node.span)
        if len(token) == 1 and token[0].kind == "name":
            return node.text
        return self.value(node)

    def chosen(self, node: Node) -> Node:
        """The argument of `try` or `coalesce` that says what the call is; the first one where none is known."""
        arguments = [node.at(e.value) for e in node.file.outline.elements(node.span)]
        empty = (UNKNOWN, None, "") if node.file.outline.form(node.span)[1] == "coalesce" else (UNKNOWN,)
        return next((a for a in arguments if not _is_any(self.value(a), empty)), arguments[0])

    def looked_up(self, node: Node) -> Node | None:
        """Where `lookup(map, key, default)` finds its value; None where only the default says it."""
        self._gaps.clear()
        over, key = (node.at(e.value) for e in node.file.outline.elements(node.span)[:2])
        name = self.value(key)
        return self.descend(over, (name,)) if isinstance(name, str) else None

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


def _is_any(value: Any, of: tuple[Any, ...]) -> bool:
    return any(value is one or (isinstance(one, str) and value == one) for one in of)


FALLBACKS = frozenset({"try", "coalesce"})
"""Functions that are the first of their arguments that there is."""
TRANSPARENT = frozenset(
    {"toset", "tolist", "tomap", "tostring", "tonumber", "tobool", "sort", "distinct", "compact", "nonsensitive"}
)
"""Functions whose result holds what is in their argument."""


def _trimmed(outline: Outline, span: Span) -> Span:
    tokens = [t for t in outline.within(span) if t.kind not in ("space", "newline", "comment")]
    return Span(tokens[0].start, tokens[-1].end)
