"""Text in a language of its own: JSON, YAML, PEM, base64."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from drift.model.value import Value, freeze


def structured(value: Any) -> Value:
    """A JSON or YAML document, compared by content; any other text without surrounding space.

    YAML tags are part of the content (`!Ref x`). A document with anchors is compared as text.
    """
    if value in (None, "", {}, []):
        return None
    if not isinstance(value, str):
        return freeze(value)
    try:
        return freeze(json.loads(value))
    except ValueError:
        return _yaml(value)


def _yaml(text: str) -> Value:
    import yaml

    plain = text.replace("\r\n", "\n").strip()
    try:
        found = yaml.load(plain, Loader=_loader())  # noqa: S506 - a SafeLoader that knows tags
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return plain or None
    return freeze(found) if isinstance(found, dict | list) else plain or None


def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # the package has no types
        """Keeps tags, and reads dates as text. Refuses aliases: with them, a few lines can expand to billions."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("an alias")
            return super().compose_node(parent, index)

    def tagged(loader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return {f"!{suffix}": loader.construct_mapping(node, deep=True)}
        if isinstance(node, yaml.SequenceNode):
            return {f"!{suffix}": loader.construct_sequence(node, deep=True)}
        return {f"!{suffix}": loader.construct_scalar(node)}

    Loader.add_multi_constructor("!", tagged)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)
    return Loader


def pem(value: Any) -> str | None:
    """Certificates and keys, compared without line breaks: only the text between the dashes counts."""
    return "".join(str(value).split()) or None if value else None


def decoded(value: Any) -> bytes:
    """The bytes of base64, or of the text itself, as the provider reads user data."""
    try:
        return base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        return str(value).encode()
