"""Whether a selection of AWS Backup covers a resource."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from drift.rules.subject import Subject


def backed_up(it: Subject, arn: str) -> str | None:
    """None where a selection names the resource or one of its tags; otherwise that none does."""
    selections = it.every("aws_backup_selection", it.region)
    return None if any(_selected(it, s, arn) for s in selections) else "no selection of AWS Backup covers it"


def _selected(it: Subject, selection: Subject, arn: str) -> bool:
    if any(fnmatchcase(arn, p) for p in selection["not_resources"] or ()):
        return False
    named = any(fnmatchcase(arn, p) for p in selection["resources"] or ())
    by_tag = list(selection["selection_tag"] or ())
    tags = it["tags"] or {}
    # resources and tags of one selection are joined by OR where the tags are `selection_tag` (AWS Backup API)
    tagged = any(tags.get(t.get("key")) == t.get("value") for t in by_tag)
    return (named and _conditions(selection["condition"], tags)) or tagged


def _conditions(condition: Any, tags: Mapping[str, Any]) -> bool:
    """Whether all conditions hold: keys are written `aws:ResourceTag/Name`."""
    tests = condition if isinstance(condition, Mapping) else {}
    for name, wanted in (
        ("string_equals", True),
        ("string_like", True),
        ("string_not_equals", False),
        ("string_not_like", False),
    ):
        for test in tests.get(name) or ():
            have = str(tags.get(str(test.get("key")).removeprefix("aws:ResourceTag/"), ""))
            if fnmatchcase(have, str(test.get("value"))) is not wanted:
                return False
    return True
