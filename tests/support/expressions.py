"""Expressions made from a seed: functions by the types of their parameters, operators, and what is built of both."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

SIGNATURES = Path(__file__).parents[1] / "goldens" / "functions.json"
"""Terraform's functions: name -> [types of the parameters, type of those that follow, or null]."""
LEFT_OUT = {
    "abspath", "base64gzip", "bcrypt", "file", "filebase64", "filebase64sha256", "filebase64sha512", "fileexists", "filemd5", "fileset",
    "filesha1", "filesha256", "filesha512", "log", "pathexpand", "plantimestamp", "pow", "rsadecrypt", "templatefile",
    "templatestring", "timestamp", "uuid",
}  # fmt: skip
"""Those that drift does not know, those of files, and those of floats, which are written by hand."""
TEXTS = [
    '""', '"a"', '"b"', '"abc"', '"Hello World"', '"a,b,c"', '"10.0.0.0/16"', '"fd00::/48"', '"2020-02-29T12:34:56Z"', '"1h30m"',
    '"5"', '"-1.5"', '"true"', '"false"', '"é日"', '"x\\ny\\n"', '"%s-%d"', '"[a-z]+"', '"([a-z])(\\\\d)?"', '"/b/"', '"aGk="',
    '"{\\"a\\":[1,null]}"', '"k: [1, x]\\n"', '"h,v\\n1,2\\n"', '"UTF-8"', '"YYYY-MM-DD"', '"dns"', '"<&>"', '" x "', '"a1b2"',
]  # fmt: skip
NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "5",
    "8",
    "16",
    "10",
    "1.5",
    "0.1",
    "-2.25",
    "100",
    "1e6",
    "1024",
    "7/3",
    "123456789012345678901",
]
BOOLS = ["true", "false", "1 == 1", '"a" == "b"', "2 > 3"]
LISTS = [
    "[]", '["a"]', '["a","b","c"]', '["b","a","b"]', "[1,2,3]", '[1,"a",true]', "[true,false]", '["a",null]', "[[1],[2,3]]", "[null]",
    '[{a=1},{a=2}]', '[{a=1,b="x"},{b="y"}]', "tolist([])", 'tolist(["a","b"])', "tolist([1,2])", 'toset(["b","a"])', "toset([3,1,2])",
    'toset([{a="x"},{a="w"}])', '[[["a"]],[]]', '["1","2"]', "tolist([[1],[2]])", 'split(",","x,y")', "range(3)", "[0.1,0.2]",
]  # fmt: skip
MAPS = [
    "{}", "{a=1}", '{a="x",b="y"}', '{b=1,a="x"}', "{a=[1,2],b=[3]}", '{a={c="d"}}', "tomap({})", 'tomap({a="x",b="y"})', "tomap({a=1})",
    "{a=null}", '{"a b"=1,c=true}', 'tomap({a=["x"],b=["y","x"]})', '{a=["x"],b=["y","x"]}', '{"1"="one"}',
]  # fmt: skip
NULLS = ["null", "tostring(null)", "tonumber(null)", "tolist(null)"]


def generated(count: int = 3000, seed: int = 11) -> list[str]:
    """So many expressions, the same for the same seed."""
    maker = Maker(random.Random(seed))
    out: dict[str, None] = {}
    names = sorted(n for n in json.loads(SIGNATURES.read_text()) if n not in LEFT_OUT)
    for name in names:
        for _ in range(12):
            out[maker.call(name, 1)] = None
    while len(out) < count:
        out[maker.any(3)] = None
    return list(out)[:count]


class Maker:
    def __init__(self, random_: random.Random) -> None:
        self.random = random_
        self.signatures: dict[str, list[Any]] = json.loads(SIGNATURES.read_text())
        self.by_kind: dict[str, list[str]] = {}
        for name, (_, _, returns) in self.signatures.items():
            if name not in LEFT_OUT:
                self.by_kind.setdefault(_kind(returns), []).append(name)

    def call(self, name: str, depth: int) -> str:
        params, rest, _ = self.signatures[name]
        wanted = list(params) + ([rest] * self.random.choice((0, 1, 1, 2, 3)) if rest else [])
        arguments = [self.of(type_, depth - 1) if self.random.random() < 0.9 else self.any(0) for type_ in wanted]
        return f"{name}({', '.join(arguments)})"

    def of(self, type_: Any, depth: int) -> str:
        kind = _kind(type_)
        if kind == "dynamic":
            return self.any(depth)
        if depth > 0 and self.random.random() < 0.6:
            return self.made(kind, depth)
        pools = {"string": TEXTS, "number": NUMBERS, "bool": BOOLS, "list": LISTS, "set": LISTS, "map": MAPS}
        return self.random.choice(pools[kind])

    def made(self, kind: str, depth: int) -> str:
        """An operation whose result is of that kind."""
        choose, of = self.random.choice, self.of
        below = depth - 1
        forms = [lambda: self.call(choose(self.by_kind.get(kind) or self.by_kind["dynamic"]), depth)]
        if kind == "string":
            forms += [lambda: f'"${{{self.any(below)}}}-${{{of("string", below)}}}"']
            forms += [lambda: f'"%{{if {of("bool", below)}}}a%{{else}}${{{of("number", below)}}}%{{endif}}"']
            forms += [lambda: f'"%{{for x in {of("list", below)}}}${{x}};%{{endfor}}"']
        elif kind == "number":
            forms += [lambda: f"({of('number', below)} {choose('+-*')} {of('number', below)})"]
            forms += [lambda: f"-({of('number', below)})"]
        elif kind == "bool":
            forms += [lambda: f"({self.any(below)} {choose(['==', '!='])} {self.any(below)})"]
            forms += [lambda: f"({of('number', below)} {choose(['<', '<=', '>', '>='])} {of('number', below)})"]
            forms += [lambda: f"({of('bool', below)} {choose(['&&', '||'])} !{of('bool', below)})"]
            forms += [lambda: f"can({self.any(below)})"]
        elif kind in ("list", "set"):
            forms += [
                lambda: f"[for x in {of('list', below)} : {choose(['x', '[x]', '{v = x}', 'upper(x)', 'x + 1'])}]"
            ]
            forms += [lambda: f'[for k, v in {of("map", below)} : "${{k}}" if v != {self.any(0)}]']
            forms += [lambda: f"{of('list', below)}[*]{choose(['', '.a', '[0]'])}"]
            forms += [lambda: f"[{self.any(below)}, {self.any(below)}]"]
        elif kind == "map":
            forms += [lambda: f"{{for x in {of('list', below)} : x => {choose(['x', '1', '[x]'])}}}"]
            forms += [lambda: f"{{for k, v in {of('map', below)} : upper(k) => v{choose(['', '...'])}}}"]
            forms += [lambda: f"{{a = {self.any(below)}, z = {self.any(below)}}}"]
        return choose(forms)()

    def any(self, depth: int) -> str:
        """An expression of whatever kind."""
        if self.random.random() < 0.06:
            return self.random.choice(NULLS)
        kind = self.random.choice(("string", "number", "bool", "list", "list", "map", "map"))
        if depth <= 0:
            return self.of(kind, 0)
        roll = self.random.random()
        if roll < 0.12:
            return f"({self.of('bool', depth - 1)} ? {self.any(depth - 1)} : {self.any(depth - 1)})"
        if roll < 0.2:
            return f"try({self.any(depth - 1)}, {self.any(depth - 1)})"
        if roll < 0.27:
            key = self.random.choice(['"a"', "0", "1", '"b"'])
            return f"{self.of(self.random.choice(('list', 'map')), depth - 1)}[{key}]"
        if roll < 0.32:
            return f"{self.of('map', depth - 1)}.a"
        return self.made(kind, depth)


def _kind(type_: Any) -> str:
    return type_ if isinstance(type_, str) else str(type_[0])
