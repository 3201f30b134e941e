"""docs/messages.md: every message that can end a run, and what to do, as the code has them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from drift import errors

DRIFT = Path(__file__).parents[2] / "drift"
KINDS: Mapping[str, str] = {
    name: (found.__doc__ or "").splitlines()[0]
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, errors.DriftError)
}
"""Error -> what it means."""
GAP = "…"
"""What stands for a value."""
BOUND = "Where that is right, allow more with `--bound NAME=…` before the command: [bounds.md](bounds.md)."


def page() -> str:
    """The page as the code has it now."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in sorted(DRIFT.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for kind, message, hint in _raised(ast.parse(text)) if any(kind in text for kind in KINDS) else ():
            found[kind][message].add(hint)
    out = [
        "# Every message that ends a run",
        "",
        "drift says in one line what is wrong, and in a second what to do; the exit status is 2. This page lists every such",
        f"message as the code has it; {GAP} stands for a name or a value. What could not be read while drift went on is told in",
        "[troubleshooting.md](troubleshooting.md).",
    ]
    for kind, said in KINDS.items():
        if not found[kind]:
            continue
        out += ["", f"## {said.rstrip('.')}", "", "| message | what to do |", "|---|---|"]
        for message, hints in sorted(found[kind].items()):
            out.append(
                f"| {_cell(message)} | {' '.join(sorted(h if h == BOUND else _cell(h) for h in hints if h.strip(GAP)))} |"
            )
    return "\n".join(out) + "\n"


def _raised(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """(error, message, hint) for every error that a module makes."""
    constants = {
        t.id: n.value
        for n in tree.body
        if isinstance(n, ast.Assign | ast.AnnAssign)
        for t in (n.targets if isinstance(n, ast.Assign) else [n.target])
        if isinstance(t, ast.Name) and n.value is not None
    }
    inside = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f)}
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Module)]:
        local = {
            t.id: n.value
            for n in ast.walk(function)
            if isinstance(n, ast.Assign) and not isinstance(function, ast.Module)
            for t in n.targets
            if isinstance(t, ast.Name)
        }
        for node in ast.walk(function):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS
            if not named or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
                continue
            if isinstance(function, ast.Module) and node in inside:
                continue
            first = 1 if node.func.id == "StateError" else 0  # the place comes first
            texts = [_text(a, {**constants, **local}) for a in node.args[first : first + 2]]
            if texts and texts[0].strip(f"{GAP} :"):
                yield node.func.id, texts[0], texts[1] if len(texts) > 1 else ""


def _text(node: ast.expr, constants: Mapping[str, ast.expr], depth: int = 0) -> str:
    """A text with gaps."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (
            str(v.value) if isinstance(v, ast.Constant) else _text(getattr(v, "value", v), constants, depth + 1)
            for v in node.values
        )
        return "".join(parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, constants, depth) + _text(node.right, constants, depth)
    if isinstance(node, ast.Name) and node.id in constants and depth < 3:
        return _text(constants[node.id], {k: v for k, v in constants.items() if k != node.id}, depth + 1)
    if isinstance(node, ast.Attribute) and node.attr == "hint":
        return BOUND
    if isinstance(node, ast.Attribute) and node.attr == "beyond":
        return f"more than {GAP} (bound {GAP})"
    return GAP


def _cell(text: str) -> str:
    """A cell: words of others' languages and options are code."""
    return f"`{text.strip().replace('`', chr(39)).replace('|', chr(92) + '|')}`" if text.strip() else ""
