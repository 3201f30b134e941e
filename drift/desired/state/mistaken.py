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
        Mistaken("this is what the wrapper of hashicorp/setup-terraform prints, not the state alone", WRAPPER),
    ),
    (
        r"(No state file was found|The state file is empty|No state\.|Error: No state file)",
        Mistaken(
            "Terraform says that there is no state",
            "Run it in the directory and the workspace that was applied: `terraform workspace list` names them.",
        ),
    ),
    (
        r"# (module\.|data\.)?[\w.\[\]\"-]+:( \(tainted\))?\n(resource|data) \"",
        Mistaken("this is `terraform show` as text", "`terraform show -json > state.json` writes what drift reads."),
    ),
    (
        r"(Terraform|OpenTofu) (used|will)|An execution plan|No changes\.|\S+: Refreshing|Initializing|Acquiring",
        Mistaken("this is what `terraform plan` or `apply` prints", PLAN),
    ),
    (r"(╷|│|Error:|Warning:)", Mistaken("this is a message of Terraform", "Run the command by itself: it says why.")),
    (
        r"(?i)<(!doctype|html|\?xml)",
        Mistaken("this is a page, not a state", "Whatever answers there wants a login, or the address is another."),
    ),
    (
        r"version https://git-lfs",
        Mistaken("this is a pointer of Git LFS, not the file", "`git lfs pull` fetches the file."),
    ),
    (
        r"(terraform|locals)\s*\{|(resource|data|provider|variable|module|output)\s+\"",
        Mistaken("this is a configuration, not a state", f"Its directory is for --config. {INSTEAD}"),
    ),
    (r"digraph\b", Mistaken("this is what `terraform graph` prints", INSTEAD)),
    (r"Outputs:|[\w-]+ = \S", Mistaken("this is text, such as `terraform output` prints", INSTEAD)),
    (r"-----BEGIN ", Mistaken("this is a key or a certificate", INSTEAD)),
)

_KEYS: tuple[tuple[frozenset[str], Mistaken], ...] = tuple(
    (frozenset(keys.split()), Mistaken(what, hint))
    for keys, what, hint in (
        ("provider_schemas", "this is the schema of a provider, not a state", INSTEAD),
        ("@level", "this is the log of a run (`-json`), not a plan", PLAN),
        ("valid diagnostics", "this is what `terraform validate -json` prints", INSTEAD),
        ("function_signatures", "this is what `terraform metadata functions -json` prints", INSTEAD),
        ("provider_selections", "this is what `terraform version -json` prints", INSTEAD),
        ("checkpoint", "this is a checkpoint of Pulumi, not a Terraform state", "drift compares with Terraform's."),
        ("deployment", "this is a state of Pulumi, not of Terraform", "drift compares with Terraform's."),
        ("AWSTemplateFormatVersion", "this is a template of CloudFormation", "drift compares with Terraform's states."),
        ("Version Statement", "this is a policy document, not a state", INSTEAD),
        ("ID Operation Who", "this is Terraform's record of a lock, not the state", "The state lies beside it."),
        ("lockfileVersion", "this is a lock file of npm, not a state", INSTEAD),
        ("artifacts", "this is a manifest of the AWS CDK, not a state", INSTEAD),
        ("summary coverage", "this is a report of driftctl, not a state", INSTEAD),
        ("format_version modules", "this is what `terraform modules -json` prints", INSTEAD),
        ("Modules", "this says where `terraform init` put modules, it is no state", INSTEAD),
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
        return Mistaken("these are addresses, as `terraform state list` prints them", INSTEAD)
    return None


def document(top: Mapping[str, msgspec.Raw]) -> Mistaken | None:
    """What a JSON document is, by its keys; None where nothing but a state is known to have them."""
    for keys, mistaken in _KEYS:
        if keys <= top.keys():
            return mistaken
    if isinstance(schema := _value(top.get("schema")), str) and schema.startswith("drift"):
        return Mistaken(f"this is {schema[:40]}, which drift itself wrote", f"`drift report FILE` shows it. {INSTEAD}")
    if "version" in top or "format_version" in top:
        return None
    data = _value(top.get("data"))
    if isinstance(data, dict) and "state-versions" in str(data.get("type")):
        return Mistaken(
            "this is HCP Terraform's record of a state, not the state",
            "drift reads it there: tfc://organization/workspace.",
        )
    if top and top.keys() <= _BLOCKS | {"//"}:
        return Mistaken("this is a configuration in JSON, not a state", f"Its directory is for --config. {INSTEAD}")
    values = [_value(raw) for raw in top.values()]
    if values and all(isinstance(v, dict) and {"value", "type"} <= v.keys() for v in values):
        return Mistaken("this is what `terraform output -json` prints", INSTEAD)
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
