"""Recognises values that look like secrets, in values and messages."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Callable, Mapping
from typing import Final

FORMS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[0-9A-Za-z]{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abposr]-[0-9A-Za-z-]{10,}|\bhooks\.slack\.com/services/[\w/]{20,}"
    r"|\b[sr]k_live_[0-9A-Za-z]{16,}|\bAIza[\w-]{35}\b|\bnpm_[0-9A-Za-z]{36}\b|\bhvs\.[\w-]{20,}|\bdop_v1_[0-9a-f]{64}\b"
    r"|\bsk-(?:ant-|proj-)?[\w-]{32,}|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"
    r"|(?<=://)[^/@\s:\"']+:[^/@\s\"']+(?=@)",
    re.DOTALL,
)
"""Tokens with a fixed format, private keys, and passwords in URLs."""
NAMES = re.compile(
    r"(?i)(?:^|[_\-./])(?:password|passwd|passphrase|secret_?key|api_?key|auth_?token|access_?token|private_?key|"
    r"secret_?access_?key|client_?secret|(?:api|bearer|refresh|session)[_-]?token|(?:jwt|webhook|session)[_-]?secret)$"
)
"""Keys of maps and documents whose values are secrets."""
_VARIABLE: Final = r"(?:[A-Z][A-Z0-9]*_)*(?:TOKEN|SECRET|PASS|PWD|JWT|(?:ENCRYPTION|SIGNING|MASTER)_KEY|WEBHOOK_URL)"
"""Names of environment variables that hold secrets. In capitals alone: `NextToken` of an answer is none."""
VARIABLES = re.compile(rf"{_VARIABLE}")

_FETCHED = re.compile(r"(?i)(?:arn:|\$\{|\{\{|\$\.|ssm:|secretsmanager:|vault:|/)")
"""What stands where a secret is fetched from."""
SHORTEST: Final = 6
"""Characters of a secret, at least."""
_ASSIGNED = re.compile(
    r"(?i)(?<![\w.-])(?P<name>[\w.-]*(?:password|passwd|passphrase|secret_?key|api_?key|auth_?token|access_?token|"
    rf"private_?key|secret_?access_?key|client_?secret)|(?-i:{_VARIABLE}))"
    r"(?P<is>[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s\"'$&{<(,;]{6,})"
)
"""`export DB_PASSWORD=…` in a script, a line of a `.env` file."""
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")

NOT_SHOWN = "(not shown)"

SHOW: Final = "DRIFT_SHOW_TOKENS"
"""The environment variable that shows values that merely look like secrets."""


def tokens_shown() -> bool:
    """Whether the user wants to see values that merely look like secrets."""
    return os.environ.get(SHOW, "").lower() not in ("", "0", "false", "no")


def replaced(text: str, instead: Callable[[str], str]) -> str:
    """A text in which `instead` stands for each token, private key and password that it assigns or has in an address;
    for the whole text where it is one of these in base64."""
    if len(text) < SHORTEST:
        return text
    if _BASE64.fullmatch(text) and (inside := _decoded(text)) and replaced(inside, lambda _: "") != inside:
        return instead(text)
    text = FORMS.sub(lambda found: instead(found[0]), text)
    return _ASSIGNED.sub(_assigned(instead), text)


def _assigned(instead: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    def replace(found: re.Match[str]) -> str:
        value = found["value"]
        if _FETCHED.match(value) or value.startswith("secret:"):
            return found[0]
        return f"{found['name']}{found['is']}{instead(value)}"

    return replace


def _decoded(text: str) -> str:
    """What base64 stands for, where that is text."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def is_named(name: str, value: object) -> bool:
    """Whether the name of a member says that its value is a secret, and the value does not say otherwise."""
    if not isinstance(value, str) or len(value) < SHORTEST or _FETCHED.match(value):
        return False
    return bool(VARIABLES.fullmatch(name)) or bool(NAMES.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)))


_PAIRS: Final = (
    ("name", "value"), ("Name", "Value"), ("key", "value"), ("Key", "Value"), ("ParameterKey", "ParameterValue"),
)  # fmt: skip
"""How a list holds names and values: variables of a container, tags, parameters of a stack."""


def named_members(members: Mapping[str, object]) -> frozenset[str]:
    """The members of a map whose value is a secret by its name, or by the name that stands beside it."""
    found = {str(k) for k, v in members.items() if is_named(str(k), v)}
    for name, value in _PAIRS:
        if value in members and isinstance(members.get(name), str) and is_named(str(members[name]), members[value]):
            found.add(value)
    return frozenset(found)


def holds_one(text: str) -> bool:
    """Whether a text, or a member of the JSON that it is, looks like a secret."""
    if replaced(text, lambda _: "") != text:
        return True
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        return _has_member(json.loads(text))
    except (ValueError, RecursionError):
        return False


def _has_member(value: object) -> bool:
    if isinstance(value, Mapping):
        return bool(named_members(value)) or any(map(_has_member, value.values()))
    return any(map(_has_member, value)) if isinstance(value, list) else False


def without_tokens(text: str) -> str:
    """The text without tokens, private keys and passwords in URLs, for messages that may quote input."""
    return _MISTYPED.sub(NOT_SHOWN, replaced(text, lambda _: NOT_SHOWN))


_MISTYPED = re.compile(r"(?<=:/)[^/@\s:\"']+:[^/@\s\"']+(?=@)")
"""`http:/user:password@host`, with a missing slash."""


def without_value(pair: str) -> str:
    """`NAME=VALUE` without the value."""
    name, equals, _ = pair.partition("=")
    return f"{name}={NOT_SHOWN}" if equals else pair
