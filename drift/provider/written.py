"""An attribute as the cloud has it, in the shape that a configuration is written in.

Canonical values are made to be compared: text may have lost its case, a document its form, a list its order. What is
written into a file has to be what the cloud said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from drift.model.coverage import Unreadable
from drift.model.value import Block, Hidden, is_empty, plain
from drift.normalize.values import mapped
from drift.provider.path import path
from drift.provider.spec import Attr


def value(attr: Attr, found: Any, item: Mapping[str, Any], *, filled: bool = True) -> Any:
    """The API's value in Terraform's shape; where the cloud has none the default, or None if it is not to be `filled`
    in. `item` is what the path was looked up in."""
    if attr.written is not None:
        return attr.written(found, item)
    if attr.from_api is not None:
        found = attr.from_api(found)
    if filled and (found is None or found == ""):
        found = attr.default
    if not attr.fields:
        return _kept(attr, found)
    if attr.many:
        return [
            _block(attr, one, filled) for one in found or () if not (attr.implicit and path(attr.implicit).search(one))
        ]
    return _block(attr, found, filled) if found else None


def as_found(found: Any, _item: Any) -> Any:
    """For `Attr.written`: what the cloud said, where canonical form takes more away than a configuration may say."""
    return found


def _block(attr: Attr, found: Any, filled: bool) -> dict[str, Any]:
    return {name: value(f, f.path.search(found), found, filled=filled) for name, f in attr.fields.items()}


def _kept(attr: Attr, found: Any) -> Any:
    """The value as it was found where canonical form only takes something away from it; otherwise canonical."""
    canon = attr.canon(found)
    if isinstance(canon, Hidden | Unreadable):
        return canon
    if attr.document and not is_empty(canon):
        return found if isinstance(found, str) else json.dumps(found, default=str)
    if isinstance(found, str):
        if isinstance(canon, Mapping | tuple | frozenset) and not is_empty(canon):
            return found if isinstance(canon, Block) else plain(canon)
        return found if _same_text(canon, found) else plain(canon)
    if isinstance(found, Mapping) and attr.canon is mapped:  # a key may have no value, and is there all the same
        return {key: "" if one in (None, "") else plain(canon)[key] for key, one in found.items()}
    if isinstance(found, list) and isinstance(canon, tuple | frozenset) and len(found) == len(canon):
        return [_kept_element(attr, e) for e in found]
    return plain(canon)


def _kept_element(attr: Attr, element: Any) -> Any:
    canon = _one(attr.canon([element]))
    return element if isinstance(element, str) and _same_text(canon, element) else plain(canon)


def _one(canon: Any) -> Any:
    return next(iter(canon)) if isinstance(canon, tuple | frozenset) and len(canon) == 1 else canon


def _same_text(canon: Any, found: str) -> bool:
    """Whether canonical form differs in nothing that a configuration may not say as well: case, white space."""
    return isinstance(canon, str) and "".join(canon.split()).lower() == "".join(found.split()).lower()
