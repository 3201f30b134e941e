"""Trees of HCL in one line, for tests: `1 + 2 * x.y` is `(+ 1 (* 2 (. x y)))`."""

from __future__ import annotations

from drift.desired.hcl import tree as t


def shown(expr: t.Expr | None) -> str:  # noqa: C901 - one case for each kind of node
    match expr:
        case None:
            return ""
        case t.Literal(value=str(text)):
            return repr(text)
        case t.Literal(value=value):
            return (
                {True: "true", False: "false", None: "null"}[value]
                if value is None or isinstance(value, bool)
                else str(value)
            )
        case t.Name(name=name):
            return name
        case t.Element():
            return "@"
        case t.GetAttr(of=of, name=name):
            return f"(. {shown(of)} {name})"
        case t.Index(of=of, key=key):
            return f"(@ {shown(of)} {shown(key)})"
        case t.Splat(of=of, each=each, attributes=attributes):
            return f"({'.*' if attributes else '[*]'} {shown(of)} {shown(each)})"
        case t.Call(name=name, arguments=arguments, expand=expand):
            return f"{name}({', '.join(map(shown, arguments))}{'...' if expand else ''})"
        case t.Unary(operator=operator, of=of):
            return f"({operator} {shown(of)})"
        case t.Binary(operator=operator, left=left, right=right):
            return f"({operator} {shown(left)} {shown(right)})"
        case t.Conditional(condition=condition, yes=yes, no=no):
            return f"(? {shown(condition)} {shown(yes)} {shown(no)})"
        case t.TupleOf(items=items):
            return f"[{', '.join(map(shown, items))}]"
        case t.ObjectOf(items=pairs):
            return "{" + ", ".join(f"{shown(k)}: {shown(v)}" for k, v in pairs) + "}"
        case t.ForTuple(key=k, value=v, of=of, body=body, condition=condition):
            return f"[for {_names(k, v)} {shown(of)} : {shown(body)}{_when(condition)}]"
        case t.ForObject(key=k, value=v, of=of, name=name_, body=body, condition=condition, grouped=grouped):
            dots = "..." if grouped else ""
            return f"{{for {_names(k, v)} {shown(of)} : {shown(name_)} => {shown(body)}{dots}{_when(condition)}}}"
        case t.Template(parts=parts):
            return f"<{' '.join(map(shown, parts))}>"
        case t.TemplateIf(condition=condition, yes=yes, no=no):
            return f"<if {shown(condition)} {shown(yes)} {shown(no)}>"
        case t.TemplateFor(key=k, value=v, of=of, body=body):
            return f"<for {_names(k, v)} {shown(of)} {shown(body)}>"
    raise TypeError(type(expr).__name__)


def _names(key: str, value: str) -> str:
    return f"{key},{value}" if key else value


def _when(condition: t.Expr | None) -> str:
    return f" if {shown(condition)}" if condition is not None else ""
