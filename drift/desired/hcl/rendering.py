"""Templates: text with interpolations and directives."""

from __future__ import annotations

from collections.abc import Iterator

from drift.desired.hcl import operators
from drift.desired.hcl.branches import conditional
from drift.desired.hcl.compare import is_sensitive
from drift.desired.hcl.convert import convert
from drift.desired.hcl.evaluation import Evaluation
from drift.desired.hcl.loops import iterable, rounds
from drift.desired.hcl.run import Failure
from drift.desired.hcl.tree import Conditional, Template, TemplateFor, TemplateIf
from drift.desired.hcl.values import STRING, Val, unknown


def template(at: Evaluation, expr: Template) -> Val:
    """Text with interpolations."""
    return _join(at, (at.value(part) for part in expr.parts))


def _join(at: Evaluation, values: Iterator[Val]) -> Val:
    texts, marks, known, length = [], False, True, 0
    for val in values:
        if val.is_null:
            raise Failure("null cannot be part of a string")
        text = convert(val, STRING)
        marks = marks or is_sensitive(val)
        known = known and text.is_known
        if text.is_known:
            texts.append(text.raw)
            length += len(text.raw)
            at.run.allow_text(length)
    return Val(STRING, operators.normal("".join(texts)), marks) if known else unknown(STRING, sensitive=marks)


def template_if(at: Evaluation, expr: TemplateIf) -> Val:
    """`%{if}`."""
    return conditional(at, Conditional(expr.condition, expr.yes, expr.no, line=expr.line))


def template_for(at: Evaluation, expr: TemplateFor) -> Val:
    """`%{for}`."""
    of = iterable(at, expr)
    if not of.is_known:
        return unknown(STRING, sensitive=of.sensitive)
    return _join(at, (inner.value(expr.body) for inner, _, _ in rounds(at, expr, of))).marked(of.sensitive)
