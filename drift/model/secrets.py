"""What a secret looks like, wherever it stands: in a value, in a message."""

from __future__ import annotations

import os
import re
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
"""Tokens that their makers gave a form of its own, private keys, and passwords in addresses."""
NAMES = re.compile(
    r"(?i)(?:^|[_\-./])(?:password|passwd|passphrase|secret_?key|api_?key|auth_?token|access_?token|private_?key|"
    r"secret_?access_?key|client_?secret)$"
)
"""Keys of maps and documents whose values are secrets."""

NOT_SHOWN = "(not shown)"

SHOW: Final = "DRIFT_SHOW_TOKENS"
"""The environment variable that shows what only looks like a secret."""


def tokens_shown() -> bool:
    """Whether the person who runs drift wants to see what has only the form or the name of a secret."""
    return os.environ.get(SHOW, "").lower() not in ("", "0", "false", "no")


def without_tokens(text: str) -> str:
    """A message that may quote what somebody wrote, without tokens, keys and passwords in addresses."""
    return _MISTYPED.sub(NOT_SHOWN, FORMS.sub(NOT_SHOWN, text))


_MISTYPED = re.compile(r"(?<=:/)[^/@\s:\"']+:[^/@\s\"']+(?=@)")
"""`http:/user:password@host`, where a slash is missing."""


def without_value(pair: str) -> str:
    """`NAME=VALUE` without the value."""
    name, equals, _ = pair.partition("=")
    return f"{name}={NOT_SHOWN}" if equals else pair
