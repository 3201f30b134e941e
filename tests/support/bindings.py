"""What version 6 of the provider changed of the catalogued types: `drift/providers/aws/schema/_major6.json`, written by

    pip download --no-deps cdktf-cdktf-provider-aws==20.1.0 cdktn-provider-aws==25.8.1 -d wheels
    python -m tests.support.bindings wheels/cdktf*.whl wheels/cdktn*.whl

The provider's binary of that version is not needed: the prebuilt bindings of CDKTF, and of CDK Terrain after it, are
generated from the provider's schema, one module for each type, and say of each argument whether it is required,
optional or computed, and its type. The bindings of 5.100.0 and of the newer version, made by the same generator, are
read and held against each other. They do not tell what is sensitive, nor how many blocks there may be but one.

The file holds what differs only; a type that version 5 lacks gets its facts from here, beside those of all others. `null` is an argument that is gone; a block that has changed inside holds what
changed inside it.
"""

from __future__ import annotations

import base64
import io
import json
import re
import sys
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.provider import facts
from drift.provider.installed import facts_of
from drift.providers import aws
from drift.providers.aws import TYPES

DEFAULTS = {
    "aws_elasticache_replication_group": {"auth_token_update_strategy": None},
    "aws_redshift_cluster": {"encrypted": "true", "publicly_accessible": False},
    "aws_wafv2_web_acl": {"rule": {"statement": {"managed_rule_group_statement": {"managed_rule_group_configs": {
        "aws_managed_rules_bot_control_rule_set": {"enable_machine_learning": False},
    }}}}},
}  # fmt: skip
"""What became of defaults: null for one that is no more. Bindings do not tell; these are from the provider's "Version 6
Upgrade Guide" (registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade)."""
RENAMED = {
    "aws_batch_compute_environment": {
        "name": "compute_environment_name", "name_prefix": "compute_environment_name_prefix",
    },
}  # fmt: skip
"""New name -> old name, from the same guide."""
SCHEMA = Path(aws.__file__).parent / "schema"
_VERSION = re.compile(r"provider version (\d+\.\d+\.\d+)")
_SOURCE = re.compile(r"//# sourceMappingURL=data:application/json;base64,(\S+)")
_CLASS = re.compile(r"^export class (\w+) extends (?:\w+\.)?(\w+)")
_SAID = re.compile(r"^ +// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)")
_NESTED = re.compile(r"new (?:\w+\.)?(\w+?)(OutputReference|List|Map)\(this, [\"']\w+[\"'](?:, (true|false))?")
_GETTER = re.compile(r"(Fn\.tolist\()?this\.(?:get(\w*?)Attribute|interpolationForAttribute)\(")
_STRUCT = re.compile(r"^(?:export function (\w+)ToHclTerraform\(|.* (synthesizeHclAttributes)\(\))")
_ENTRY = re.compile(r"^ +(\w+): \{$")
_BLOCK = re.compile(r"isBlock: true")
_TYPE = re.compile(r'tfResourceType = ["\'](aws_\w+)["\']')
_TYPES = {
    "String": "", "Number": "number", "Boolean": "bool", "List": "list", "StringMap": "map", "NumberList": "list number",
    "NumberMap": "map number", "BooleanMap": "map bool",
}  # fmt: skip
_SECRET = re.compile(r"(^|_)(password|secret|token|private_key|credentials?)(_|$)")


@dataclass
class Class:
    """One class of the bindings: a resource, or a nested block."""

    name: str
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Argument -> its flags, and the code of its getter."""


def types(wheel: Path) -> tuple[str, dict[str, facts.Facts]]:
    """The provider's version, and type -> facts, of the bindings in a Python package."""
    with zipfile.ZipFile(wheel) as package:
        about = package.read(next(n for n in package.namelist() if n.endswith("/METADATA"))).decode()
        inner = package.read(next(n for n in package.namelist() if n.endswith(".tgz")))
    modules: dict[str, list[str]] = defaultdict(list)
    with tarfile.open(fileobj=io.BytesIO(inner)) as files:
        for file in files:
            parts = file.name.split("/")
            if file.name.endswith(".js") and len(parts) > 3 and not parts[2].startswith(("data-", "ephemeral-")):
                held = files.extractfile(file)
                assert held is not None
                modules[parts[2]] += _written(held.read().decode())
    out = {}
    for texts in modules.values():
        text = "\n".join(texts)
        found = _TYPE.search(text)
        if found is not None:
            out[found[1]] = _facts(text)
    version = _VERSION.search(about)
    assert version is not None
    return version[1], out


def _written(module: str) -> list[str]:
    """The TypeScript that a module was compiled from: it is in its source map, with the comments that say the flags."""
    maps = (json.loads(base64.b64decode(found)) for found in _SOURCE.findall(module))
    return [text for one in maps for text in one["sourcesContent"]]


def _facts(text: str) -> facts.Facts:
    classes, blocks = _read(text)
    resource = next(name for name, base in _bases(text) if base == "TerraformResource")
    return _inside(classes[resource], classes, blocks, "synthesizeHclAttributes", ())


def _bases(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if match := _CLASS.match(line):
            yield match[1], match[2]


def _read(text: str) -> tuple[dict[str, Class], Mapping[str, set[str]]]:
    """The classes by name, and the names of the nested blocks by the function that writes them."""
    classes: dict[str, Class] = {}
    blocks: dict[str, set[str]] = defaultdict(set)
    now, name, function, entry = Class(""), "", "", ""
    for line in text.splitlines():
        if match := _CLASS.match(line):
            now = classes[match[1]] = Class(match[1])
            name = ""
        elif match := _STRUCT.match(line):
            function, name = match[1] or match[2], ""
        elif match := _SAID.match(line):
            name = match[1]
            flags = zip("cor", match.groups()[1:], strict=True)
            letters = "".join(sorted((letter for letter, yes in flags if yes == "true"), key="roc".index))
            now.said[name] = letters, ""
        elif match := _ENTRY.match(line):
            entry = match[1]
        elif _BLOCK.search(line):
            blocks[function].add(entry)
        elif name:
            letters, code = now.said[name]
            if not code and ("this.get" in line or "this.interpolation" in line or " new " in line):
                now.said[name] = letters, line
    return classes, blocks


def _inside(
    of: Class, classes: Mapping[str, Class], blocks: Mapping[str, set[str]], function: str, above: tuple[str, ...]
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, (letters, code) in of.said.items():
        nested = _NESTED.search(code)
        if nested is None or nested[1] + nested[2] == "StringMap":
            out[name] = f"{letters} {_type(code)}".rstrip() if nested is None else f"{letters} map"
            continue
        held, kind, is_set = nested.groups()
        writes = held[0].lower() + held[1:]
        inner = {} if name in above else _inside(
            classes.get(f"{held}OutputReference", Class("")), classes, blocks, writes, (*above, name)
        )  # fmt: skip
        shape = {"OutputReference": "list 1", "Map": "map"}.get(kind, "set" if is_set == "true" else "list")
        out[name] = [f"b {shape}" if name in blocks[function] else f"{letters} {shape}", inner]
    return out


def _type(code: str) -> str:
    match = _GETTER.search(code)
    kind = _TYPES.get(match[2] or "", "dynamic") if match else "dynamic"
    return kind.replace("list", "set") if match and match[1] else kind


def difference(old: facts.Facts, new: facts.Facts, kept: facts.Facts) -> dict[str, Any]:
    """What is gone, new or otherwise in `new`; flags that bindings do not tell are as in `kept`, the real facts."""
    out: dict[str, Any] = {}
    for name in sorted({*old, *new} - (facts.EVERYWHERE - {"region"})):
        if name not in new:
            if name in kept:
                out[name] = None
        elif name not in old:
            out[name] = _marked(name, new[name])
        elif old[name] != new[name]:
            real = kept.get(name, "")
            if isinstance(old[name], list) and isinstance(new[name], list):
                inside = difference(old[name][1], new[name][1], real[1] if isinstance(real, list) else {})
                if old[name][0] != new[name][0] or inside:
                    out[name] = [new[name][0] if old[name][0] != new[name][0] else "", inside]
            else:
                also = "".join(c for c in facts.flags_of(real).partition(" ")[0] if c in "swd")
                out[name] = _marked(name, new[name], also)
    return out


def _marked(name: str, fact: Any, also: str = "") -> Any:
    """A fact with the flags that its name tells: the provider calls write-only arguments so."""
    if not isinstance(fact, str):
        return [fact[0], {n: _marked(n, f) for n, f in fact[1].items()}]
    letters, _, rest = fact.partition(" ")
    if name.endswith("_wo"):
        also += "w"
    if not rest and _SECRET.search(name) and not name.endswith(("_arn", "_id", "_type")):
        also += "s"
    letters += "".join(c for c in "swd" if c in also)
    return f"{letters} {rest}".rstrip()


def main(older: Path, newer: Path) -> None:
    """Write the file anew."""
    (old_version, old), (version, new) = types(older), types(newer)
    assert old_version.startswith("5."), old_version
    lines = []
    for name in sorted(TYPES):
        if name in old:
            found = difference(old[name], new[name], facts_of(name)) if name in new else None
            if found != {}:
                lines.append(f"{json.dumps(name)}: {json.dumps(found, separators=(',', ':'))}")
    origin = f"bindings of provider {version} beside those of {old_version}"
    rest = f'"defaults": {json.dumps(DEFAULTS)},\n"renamed": {json.dumps(RENAMED)},\n'
    text = f'{{"origin": {json.dumps(origin)},\n{rest}"types": {{\n' + ",\n".join(lines) + "\n}}\n"
    (SCHEMA / "_major6.json").write_text(text)
    # the types that version 6 brought have their facts where those of all others are
    for module in sorted({TYPES.modules[name] for name in TYPES if name not in old and name in new}):
        file = SCHEMA / f"{module}.json"
        known = json.loads(file.read_text()) if file.exists() else {}
        for name, where in TYPES.modules.items():
            if where == module and name not in old and name in new:
                known[name] = {n: _marked(n, fact) for n, fact in new[name].items()}
        facts.write_module(file, known)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
