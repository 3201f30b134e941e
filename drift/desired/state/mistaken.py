"""What people give in place of a state, told by its first lines or its keys, and what to run instead.

Text that other programs print: `terraform show`, `terraform state list`, `terraform plan`, the wrapper that
hashicorp/setup-terraform puts around Terraform, a login page, a pointer of Git LFS. JSON that is not a state:
what other subcommands write with `-json`, and what other tools keep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

INSTEAD = "Give the state: `terraform state pull > current.tfstate`."
PLAN = "`terraform plan -out p && terraform show -json p > plan.json` writes the plan."
WRAPPER = "Set `terraform_wrapper: false` in the step with hashicorp/setup-terraform, and run again."
ANSWERED = "Whatever answers there wants other credentials, or the address is another."
_HEAD = 4096
"""Bytes at either end that are looked at."""


class Mistaken(NamedTuple):
    """What it is, as a sentence goes on after the name of the file, and what to do."""

    what: str
    hint: str


_ANSI = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
_ADDRESSES = re.compile(rb"\s*(?:[A-Za-z_][\w-]*(?:\[[^\]\n]*\])?(?:\.[\w-]+(?:\[[^\]\n]*\])?)++[ \t]*(?:\r?\n|\Z))++")
"""Nothing but addresses, one on each line: `module.a["k"].aws_vpc.main`."""

_STATE = re.compile(rb'^\{\s*"(?:version|format_version)"\s*:', re.MULTILINE)
"""Where a state begins, whatever stands before it."""
ALONE = "Write the state alone: `terraform state pull 2> /dev/null > current.tfstate`."

_TEXTS: tuple[tuple[str, Mistaken], ...] = (
    (
        r"\[command\]|::(debug|set-output|error)\b",
        Mistaken("this is the output of the wrapper of hashicorp/setup-terraform, not only the state", WRAPPER),
    ),
    (
        r"(No state file was found|The state file is empty|No state\.|Error: No state file)",
        Mistaken(
            "this is Terraform's message that there is no state",
            "Run the command in the directory and workspace that were applied; `terraform workspace list` lists "
            "workspaces.",
        ),
    ),
    (
        r"# (module\.|data\.)?[\w.\[\]\"-]+:( \(tainted\))?\n(resource|data) \"",
        Mistaken("this is the text output of `terraform show`", "Use `terraform show -json > state.json`."),
    ),
    (
        r"(Terraform|OpenTofu) (used|will)|An execution plan|No changes\.|\S+: Refreshing|Initializing|Acquiring",
        Mistaken("this is the text output of `terraform plan` or `apply`", PLAN),
    ),
    (
        r"(╷|│|Error:|Warning:)",
        Mistaken("this is a message from Terraform, not a state", "Run the command alone to see the whole message."),
    ),
    (
        r"(?i)<(!doctype|html|\?xml)",
        Mistaken("this is a web page, not a state", "The server requires a login, or the address is wrong."),
    ),
    (
        r"version https://git-lfs",
        Mistaken("this is a pointer of Git LFS, not the file", "Run `git lfs pull`."),
    ),
    (
        r"(terraform|locals)\s*\{|(resource|data|provider|variable|module|output)\s+\"",
        Mistaken("this is a configuration, not a state", f"Give its directory with --config. {INSTEAD}"),
    ),
    (r"digraph\b", Mistaken("this is the output of `terraform graph`", INSTEAD)),
    (r"Outputs:|[\w-]+ = \S", Mistaken("this is text, such as the output of `terraform output`", INSTEAD)),
    (r"-----BEGIN ", Mistaken("this is a key or a certificate", INSTEAD)),
)

_KEYS: tuple[tuple[frozenset[str], Mistaken], ...] = tuple(
    (frozenset(keys.split()), Mistaken(what, hint))
    for keys, what, hint in (
        ("provider_schemas", "this is the schema of a provider, not a state", INSTEAD),
        ("@level", "this is the log of a run (`-json`), not a plan", PLAN),
        ("valid diagnostics", "this is the output of `terraform validate -json`", INSTEAD),
        ("function_signatures", "this is the output of `terraform metadata functions -json`", INSTEAD),
        ("provider_selections", "this is the output of `terraform version -json`", INSTEAD),
        ("checkpoint", "this is a Pulumi checkpoint, not a Terraform state", "drift reads only Terraform states."),
        ("deployment", "this is a Pulumi state, not a Terraform state", "drift reads only Terraform states."),
        ("AWSTemplateFormatVersion", "this is a CloudFormation template", "drift reads only Terraform states."),
        ("Version Statement", "this is a policy document, not a state", INSTEAD),
        (
            "ID Operation Who",
            "this is Terraform's record of a lock, not the state",
            "The state is in another file in the same directory.",
        ),
        ("lockfileVersion", "this is an npm lock file, not a state", INSTEAD),
        ("artifacts", "this is an AWS CDK manifest, not a state", INSTEAD),
        ("summary coverage", "this is a driftctl report, not a state", INSTEAD),
        ("format_version modules", "this is the output of `terraform modules -json`", INSTEAD),
        ("Modules", "this is the list of modules of `terraform init`, not a state", INSTEAD),
        ("errors", "this is an error that a server answered, not a state", ANSWERED),
        ("error", "this is an error that a server answered, not a state", ANSWERED),
        ("message", "this is an error that a server answered, not a state", ANSWERED),
        ("scan_summary", "this is a saved report, not a state", INSTEAD),
    )
)
_BLOCKS = frozenset({"terraform", "provider", "resource", "variable", "locals", "module", "data", "output"})


def text(data: bytes, *, trailing: bool = False) -> Mistaken | None:
    """What text is, by its beginning or its end; None where that is not known. `trailing`: whether it begins with a
    whole JSON document."""
    head = _ANSI.sub(b"", data[:_HEAD]).lstrip()
    tail = _ANSI.sub(b"", data[-_HEAD:])
    if re.search(rb"^::(debug|set-output|error)\b", tail, re.MULTILINE):
        return _TEXTS[0][1]
    words = head.decode("utf-8", "replace")
    begins = _STATE.search(head)
    if begins and not re.match(_TEXTS[0][0], words):
        if begins.start():
            return Mistaken("something else stands before the state", ALONE)
        return Mistaken("something else stands after the state", ALONE) if trailing else None
    for pattern, mistaken in _TEXTS:
        if re.match(pattern, words):
            return mistaken
    whole = head[: head.rfind(b"\n") + 1] if len(data) > _HEAD else head
    if _ADDRESSES.fullmatch(whole):
        return Mistaken("these are addresses, such as the output of `terraform state list`", INSTEAD)
    return None


def document(top: Mapping[str, msgspec.Raw]) -> Mistaken | None:
    """What a JSON document is, by its keys; None where nothing but a state is known to have them."""
    for keys, mistaken in _KEYS:
        if keys <= top.keys():
            return mistaken
    if isinstance(schema := _value(top.get("schema")), str) and schema.startswith("drift"):
        return Mistaken(f"this is {schema[:40]}, a file that drift wrote", f"`drift report FILE` shows it. {INSTEAD}")
    if "version" in top or "format_version" in top:
        return None
    data = _value(top.get("data"))
    if isinstance(data, dict) and "state-versions" in str(data.get("type")):
        return Mistaken(
            "this is HCP Terraform's record of a state, not the state",
            "Give --state tfc://organization/workspace.",
        )
    if top and top.keys() <= _BLOCKS | {"//"}:
        return Mistaken("this is a configuration in JSON, not a state", f"Give its directory with --config. {INSTEAD}")
    values = [_value(raw) for raw in top.values()]
    if values and all(isinstance(v, dict) and {"value", "type"} <= v.keys() for v in values):
        return Mistaken("this is the output of `terraform output -json`", INSTEAD)
    return None


def is_pointer(top: Mapping[str, msgspec.Raw]) -> bool:
    """Whether it names a backend and holds nothing: `.terraform/terraform.tfstate`, with empty `modules` or without."""
    if not {"backend", "state_store"} & top.keys() or "resources" in top:
        return False
    modules = _value(top.get("modules"))
    return not isinstance(modules, list) or not any(isinstance(m, dict) and m.get("resources") for m in modules)


def _value(raw: msgspec.Raw | None) -> Any:
    try:
        return msgspec.json.decode(raw) if raw is not None else None
    except (msgspec.DecodeError, RecursionError):
        return None
