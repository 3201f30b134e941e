"""Configurations and values of variables in JSON, as the same tree that the native syntax gives.

Strings are templates, names of properties as well; `"//"` is a comment. A block is an object or an array of
objects, whose labels are the properties above it. What is a block and what an argument `json_shape.py` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from drift.desired.hcl import json_shape as shapes
from drift.desired.hcl.json_shape import Shape, Static
from drift.desired.hcl.json_text import Node, Object, Property, read
from drift.desired.hcl.scan import Bad, normal
from drift.desired.hcl.syntax import SyntaxFault, parse_expression, parse_template
from drift.desired.hcl.tree import Attribute, Block, Body, Expr, File, Literal, Lost, ObjectOf, TupleOf
from drift.model.bounds import CONFIGURATION_BYTES


def parse_json(text: str, path: str) -> File:
    """A `.tf.json` or `.tofu.json`, parsed as far as it can be. Raises nothing."""
    comments: dict[int, str] = {}
    try:
        top = _checked(text)
        properties = list(_properties(top, 1, comments))
    except Bad as bad:
        return File(path, Body(), (Lost(bad.line, bad.line, "", bad.reason),))
    blocks: list[Block] = []
    lost: list[Lost] = []
    for one in properties:
        labels: tuple[str, ...] = ()
        end_line = one.value.end_line
        try:
            shape = shapes.TOP.get(one.name)
            if shape is None:
                raise Bad("Terraform has no block with this name", one.line)
            for labels, inner in _labelled(one, shape.labels, comments):
                end_line = inner.value.end_line
                try:
                    blocks += _blocks(one.name, labels, inner, shape, comments)
                except Bad as bad:
                    lost.append(_lost(inner.line, end_line, (one.name, *labels), bad))
        except Bad as bad:
            lost.append(_lost(one.line, end_line, (one.name, *labels), bad))
    return File(path, Body({}, tuple(blocks)), tuple(lost), dict(sorted(comments.items())))


def _lost(line: int, end_line: int, header: tuple[str, ...], bad: Bad) -> Lost:
    where = "" if bad.line == line else f"line {bad.line}: "
    return Lost(line, max(end_line, bad.line), " ".join(header), where + bad.reason)


def parse_json_values(text: str, path: str) -> File:
    """A `.tfvars.json`: the values of variables, whose texts are just texts. Raises nothing."""
    return _all_arguments(text, path, {"*": "raw"})


def parse_json_arguments(text: str, path: str) -> File:
    """A `.hcl.json` of another tool's, whose blocks are not known: every property is an argument. Raises nothing."""
    return _all_arguments(text, path, {})


def parse_json_expression(text: str, *, raw: bool = False) -> Expr:
    """One value of a `.tf.json`; with `raw` its texts are just texts. Raises SyntaxFault."""
    try:
        return _expr(read(text), "raw" if raw else None)
    except Bad as bad:
        raise SyntaxFault(bad.reason, bad.line) from None


def _all_arguments(text: str, path: str, static: Mapping[str, Static]) -> File:
    try:
        top = _checked(text)
        return File(path, Body(_attributes(_properties(top, 1, {}), static)))
    except Bad as bad:
        return File(path, Body(), (Lost(bad.line, bad.line, "", bad.reason),))


def _checked(text: str) -> Node:
    if len(text) > CONFIGURATION_BYTES.most:
        raise Bad(f"it contains {CONFIGURATION_BYTES.beyond}", 1)
    return read(text.removeprefix("\ufeff"))


# --- bodies ----------------------------------------------------------------------------------------------------


def _properties(node: Node, line: int, comments: dict[int, str]) -> Iterator[Property]:
    """The properties of an object, or of an array of objects. What a `//` says to drift is said of `line`."""
    for each in node.value if isinstance(node.value, list) else [node]:
        if not isinstance(each.value, Object):
            raise Bad("an object was expected here", each.line)
        for one in each.value.properties:
            if one.name != "//":
                yield one
            elif isinstance(one.value.value, str) and one.value.value.strip().startswith("drift:"):
                comments[line] = one.value.value.strip()


def _labelled(
    one: Property, labels: int, comments: dict[int, str], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Property]]:
    """What stands below so many labels, with these."""
    if not labels:
        yield above, one
        return
    for inner in _properties(one.value, one.line, comments):
        yield from _labelled(inner, labels - 1, comments, (*above, inner.name))


def _blocks(
    kind: str, labels: tuple[str, ...], one: Property, shape: Shape, comments: dict[int, str]
) -> Iterator[Block]:
    """The blocks that stand below the labels: one, or one for each element of an array."""
    inside = shapes.inside(kind, labels, shape)
    several = one.value.value if isinstance(one.value.value, list) else None
    for node in [one.value] if several is None else several:
        if node.value is not None:
            line = one.line if several is None else node.line
            yield Block(kind, labels, _body(node, line, inside, comments), line, node.end_line)


def _body(node: Node, line: int, shape: Shape, comments: dict[int, str]) -> Body:
    blocks: list[Block] = []
    arguments: list[Property] = []
    for one in _properties(node, line, comments):
        inner = shape.blocks.get(one.name)
        if inner is None:
            arguments.append(one)
            continue
        for labels, below in _labelled(one, inner.labels, comments):
            made = shapes.dynamic(labels[0], shape.blocks) if one.name == "dynamic" else inner
            blocks += _blocks(one.name, labels, below, made, comments)
    return Body(_attributes(arguments, shape.static), tuple(blocks))


# --- arguments -------------------------------------------------------------------------------------------------


def _attributes(properties: Iterable[Property], static: Mapping[str, Static]) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {}
    for one in properties:
        if one.name in attributes:
            raise Bad(f"{one.name!r} is set twice", one.line)
        expr = _expr(one.value, static.get(one.name) or static.get("*"))
        attributes[one.name] = Attribute(one.name, expr, one.line, one.value.end_line)
    return attributes


def _expr(node: Node, static: Static | None = None) -> Expr:
    value = node.value
    inner = None if static == "expression" else static
    if isinstance(value, Object):
        items = ((_text(p.name, p.line, "raw" if static else None), _expr(p.value, inner)) for p in value.properties)
        return ObjectOf(tuple(items), line=node.line)
    if isinstance(value, list):
        return TupleOf(tuple(_expr(item, inner) for item in value), line=node.line)
    if isinstance(value, str):
        return _text(value, node.line, static)
    return Literal(value, line=node.line)


def _text(text: str, line: int, static: Static | None) -> Expr:
    """What a text means. Lines within it do not count: an editor shows where it stands."""
    if static == "raw":
        return Literal(normal(text), line=line)
    if static is None and "${" not in text and "%{" not in text:  # most of them; as `parse_template` would say
        return Literal(normal(text.removeprefix("\ufeff")), line=line)
    try:
        return parse_expression(text, line) if static else parse_template(text, line)
    except SyntaxFault as fault:
        raise Bad(f"{fault.reason}, in a template" if static is None else fault.reason, line) from None
