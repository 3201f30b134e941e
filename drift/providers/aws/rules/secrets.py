"""Secrets where none should be. What is found is named, never shown.

Tokens are known by their form, which `bc-detect-secrets` keeps (the extra `rules`); passwords by the name of the
variable that holds them.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift import installation
from drift.model.value import Hidden
from drift.rules.spec import Fact
from drift.rules.world import Unknown

NOT_TOKENS = frozenset(
    {
        "Base64HighEntropyString",
        "HexHighEntropyString",
        "IPPublicDetector",
        "KeywordDetector",
        "EntropyKeywordCombinator",
    }
)
"""Detectors that go by looks alone: hashes, ids and addresses are no secrets."""

NAME = re.compile(
    r"(?i)(^|[_\-./])(password|passwd|pwd|passphrase|secret|secret_?key|api_?key|apikey|auth_?token|access_?token|token|"
    r"private_?key|secret_?access_?key|client_?secret|credentials?)$"
)
"""How the names of variables end that hold a secret; `SECRET_ARN` and `PASSWORD_LENGTH` hold none."""

REFERENCE = re.compile(
    r"(?i)(arn:|\$\{|\{\{|<|%|ssm:|secretsmanager:|vault:|s3://|https?://|/|\$[A-Z(]|\$\(|true$|false$|none$|null$|\d{1,5}$|"
    r"change_?me|example|placeholder|dummy|xxx|\*+$|`|\$\w{1,2}\$)"
)
"""What stands where a secret is fetched from, or where one belongs."""

OFTEN_A_NAME = re.compile(r"(?i)(^|[_\-./])(secret|token|credentials?)$")
SHORTEST, MADE_UP = 6, 10
"""Characters of a password, and of a token, at least."""
ASSIGNED = re.compile(
    r"""^\s*(?:export\s+|set\s+|-e\s+|Environment=)?["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*(["']?)(\S[^"'\n]*)\2\s*,?\s*$"""
)
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
IN_URL = re.compile(r"\w://[^/@\s:]+:([^/@\s]+)@")


def in_variables(variables: Mapping[str, Any] | Hidden) -> list[Fact]:
    """Those of these variables that hold a secret."""
    if not isinstance(variables, Mapping):
        raise Unknown("the variables were not read")
    return [Fact(found) for name in sorted(variables) if (found := in_value(name, variables[name]))]


def in_value(name: str, value: Any) -> str | None:
    """What a value is, told by its variable's name or by its own form."""
    if isinstance(value, Hidden):
        value = value.reveal()
    if not isinstance(value, str) or not value.strip():
        return None
    if _names_a_secret(name, value.strip()):
        return f"{name} has a name that indicates a secret"
    kinds = tokens(value.splitlines())
    return f"{name} holds: {kinds[0]}" if kinds else in_url(name, value)


def _names_a_secret(name: str, value: str) -> bool:
    """Whether the name says that this is a secret, and the value does not say otherwise.

    What is called just a secret or a token may be the name of one: such a value must look made up.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    if not NAME.search(words) or len(value) < SHORTEST or REFERENCE.match(value):
        return False
    if not OFTEN_A_NAME.search(words):
        return True
    mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    return bool(mixed) and len(value) >= MADE_UP and not re.fullmatch(r"[a-z0-9]+([-_./:][a-z0-9]+)+", value)


def in_url(name: str, value: Any) -> str | None:
    """That an address holds a password."""
    found = IN_URL.search(value) if isinstance(value, str) else None
    return f"{name} contains a password in a URL" if found and not REFERENCE.match(found[1]) else None


def in_script(text: Any) -> list[Fact]:
    """The lines of a script that hold a secret; the script may be packed, or in base64."""
    if isinstance(text, Hidden):
        text = text.reveal()
    out: list[Fact] = []
    if not text:
        return out
    if re.fullmatch("[0-9a-f]{40}", str(text)):
        raise Unknown("the state contains only a hash of user_data")
    for number, line in enumerate(_unpacked(str(text)).splitlines(), 1):
        assigned = ASSIGNED.match(line)
        found = in_value(assigned[1], assigned[3]) if assigned else None
        if found or (found := next(iter(tokens([line])), None)):
            out.append(Fact(f"line {number}: {found}", found))  # a line moves when another is added
    return out


def in_document(value: Any, at: str = "") -> list[Fact]:
    """The members of a JSON document that hold a secret."""
    return [Fact(f"{path}: {found}") for path, name, text in _texts(value, at) if (found := in_value(name, text))]


def _texts(value: Any, at: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("name"), str) and isinstance(value.get("value"), str):
            yield at, value["name"], value["value"]
            return
        for key in sorted(value):
            yield from _texts(value[key], f"{at}.{key}" if at else str(key))
    elif isinstance(value, tuple | list | frozenset):
        for element in sorted(value, key=str) if isinstance(value, frozenset) else value:
            yield from _texts(element, at)
    elif isinstance(value, str):
        yield at, at.rsplit(".", 1)[-1], value


def tokens(lines: Iterable[str]) -> list[str]:
    """The kinds of tokens in some lines; Unknown where the detector is not installed."""
    lines = list(lines)
    if any(PRIVATE_KEY.search(line) for line in lines):
        return ["Private Key"]
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
        from detect_secrets.core.scan import scan_line
        from detect_secrets.settings import transient_settings
    except ImportError:
        raise Unknown(f"the secret detector is not installed: {installation.command('rules')}") from None
    names = sorted({c.__name__ for c in get_mapping_from_secret_type_to_class().values()} - NOT_TOKENS)
    with transient_settings({"plugins_used": [{"name": name} for name in names]}):
        found = [secret.type for line in lines for secret in scan_line(line)]
    return [kind for kind in found if kind != "Basic Auth Credentials"]  # `in_url` knows what is no password


def _unpacked(text: str) -> str:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text
    try:
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace")
    except (OSError, EOFError, ValueError):
        return text
