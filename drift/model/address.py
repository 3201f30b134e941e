"""Resource addresses, as Terraform writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

InstanceKey = int | str | None

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_NAME = r"[^\W\d][\w-]*"
_KEY = r'\[(?:-?\d+|"(?:[^"\\]|\\.)*")\]'
_STEP = re.compile(rf"module\.({_NAME})({_KEY})?\.")
_REST = re.compile(rf"(data\.)?({_NAME})\.({_NAME})({_KEY})?")


@dataclass(frozen=True, slots=True, order=False)
class Address:
    """`module.a["k"].data.aws_ami.this[0]`; `str()` and `parse()` are inverses.

    >>> str(Address.parse('module.a["x"].aws_vpc.this[0]'))
    'module.a["x"].aws_vpc.this[0]'
    """

    type: str
    name: str
    key: InstanceKey = None
    module: tuple[tuple[str, InstanceKey], ...] = ()
    mode: Literal["managed", "data"] = "managed"

    @property
    def block(self) -> str:
        """The block that it stands for: the same without any instance key.

        >>> Address.parse('module.a["x"].aws_vpc.this[0]').block
        'module.a.aws_vpc.this'
        """
        return str(Address(self.type, self.name, None, tuple((n, None) for n, _ in self.module), self.mode))

    def __str__(self) -> str:
        if not self.module and self.mode == "managed":
            return f"{self.type}.{self.name}{_key(self.key)}"
        steps = [f"module.{name}{_key(key)}" for name, key in self.module]
        mode = ["data"] if self.mode == "data" else []
        return ".".join([*steps, *mode, self.type, f"{self.name}{_key(self.key)}"])

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address in `text`; ValueError if it is not an address."""
        position, module = 0, []
        while step := _STEP.match(text, position):
            module.append((step[1], _unkey(step[2])))
            position = step.end()
        rest = _REST.fullmatch(text, position)
        if rest is None or rest[2] == "module":
            raise ValueError(f"not a resource address: {text!r}")
        return cls(rest[2], rest[3], _unkey(rest[4]), tuple(module), "data" if rest[1] else "managed")


def parse_module(text: str) -> tuple[tuple[str, InstanceKey], ...]:
    """A module path as in a state; ValueError if it is not one.

    >>> parse_module('module.a["k"].module.b')
    (('a', 'k'), ('b', None))
    """
    return Address.parse(f"{text}.x.y").module if text else ()


def _key(key: InstanceKey) -> str:
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    quoted = "".join(_ESCAPES.get(c, c) for c in key).replace("${", "$${").replace("%{", "%%{")
    return f'["{quoted}"]'


def _unkey(text: str | None) -> InstanceKey:
    if text is None:
        return None
    inner = text[1:-1]
    if not inner.startswith('"'):
        return int(inner)
    plain = re.sub(r"\\(.)", lambda m: _UNESCAPES.get(m[1], m[0]), inner[1:-1])
    return plain.replace("$${", "${").replace("%%{", "%{")
