"""Reads AWS's own answers, which others recorded for their tests, by the catalogue.

    python -m tests.support.recordings DIRECTORY SOURCE          reads them, and writes tests/goldens/recordings.json

DIRECTORY holds folders of placebo recordings, each of one account: `<endpoint prefix>.<Operation>_<n>.json`. In a checkout
of github.com/cloud-custodian/cloud-custodian it is tests/data/placebo. SOURCE says which it was, for docs/accuracy.md.
The recordings are no part of drift: of them nothing is kept here but how many there were, and what came of them.

A recording does not say what was asked for: an operation's answers are given one after the other, the last again and
again. So what one resource is told may be another's. What is proved is that drift finds the resources in AWS's own answers,
and makes a value of each attribute that they speak of. It is no comparison: nobody recorded a state with them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from drift.live.asker import Asker
from drift.live.scan import Scan
from drift.model.coverage import Unreadable
from drift.provider.api import Answer, Refused, Request
from drift.provider.installed import installed
from drift.provider.spec import Call, Within
from drift.providers.aws import AWS
from drift.providers.aws.operations import service_model

RESULT = Path(__file__).parents[1] / "goldens" / "recordings.json"
ACCOUNT = "111122223333"
REGION = "us-east-1"
NOT_RECORDED = "NotRecorded"
FILE = re.compile(r"(?P<prefix>.+)\.(?P<op>[A-Za-z0-9]+)_(?P<n>\d+)\.json")
TIMES = ("year", "month", "day", "hour", "minute", "second", "microsecond")


@cache
def prefix(service: str) -> str:
    """What placebo calls a service."""
    return str(service_model(service).endpoint_prefix)


def decoded(value: Any) -> Any:
    """placebo's JSON, in which a time is a map of its parts."""
    if isinstance(value, dict):
        if value.get("__class__") == "datetime":
            return datetime(**{part: int(value.get(part) or 0) for part in TIMES}, tzinfo=UTC)
        return {k: decoded(v) for k, v in value.items()}
    return [decoded(v) for v in value] if isinstance(value, list) else value


class Recorded:
    """The answers in one folder."""

    account, region, recorded = ACCOUNT, REGION, None

    def __init__(self, folder: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._given: Counter[tuple[str, str]] = Counter()
        found = [(m, f) for f in folder.iterdir() if (m := FILE.fullmatch(f.name))]
        self.files: dict[tuple[str, str], list[Path]] = defaultdict(list)
        for match, file in sorted(found, key=lambda one: int(one[0]["n"])):
            self.files[match["prefix"], match["op"]].append(file)

    def ask(self, request: Request) -> Answer:
        """The next of an operation's answers."""
        at = prefix(request.service), request.op
        files = self.files.get(at)
        if not files:
            return Refused(NOT_RECORDED)
        content = json.loads(files[min(self._given[at], len(files) - 1)].read_text())
        self.counts[request.service] += self._given[at] < len(files)
        self._given[at] += 1
        data = decoded(content["data"])
        if content["status_code"] >= 300 or "Error" in data:
            return Refused(str(data.get("Error", {}).get("Code") or "Unknown"))
        return [{k: v for k, v in data.items() if k != "ResponseMetadata"}]


@dataclass
class Tally:
    """What came of all folders."""

    source: str
    folders: int = 0
    answers: int = 0
    resources: int = 0
    types: int = 0
    attributes: int = 0
    """Attributes that were read, of all resources."""
    told: int = 0
    """Those of which the answers tell something."""
    refused: int = 0
    """Those whose answer was an error."""
    unread: int = 0
    """Those whose question takes something that the recorded answer lacks: most are older than their service's ARNs."""
    failed: int = 0
    """Folders on which drift failed."""
    of_type: dict[str, int] = field(default_factory=dict)


def read(folder: Path, types: frozenset[str], tally: Tally) -> None:
    """List and read all that one folder holds of these types."""
    api = Recorded(folder)
    scan = Scan(Asker(api, workers=1), installed(), AWS, [], scope=types, regions=[REGION])
    scan.collect()
    scan.complete({key: frozenset(installed()[key.type].attributes) for key in scan.resources})
    tally.folders += 1
    tally.answers += api.counts.total()
    for key, resource in scan.resources.items():
        tally.of_type[key.type] = tally.of_type.get(key.type, 0) + 1
        for value in resource.attributes.values():
            if isinstance(value, Unreadable):
                tally.unread += value.code.startswith("NoResource")
                tally.refused += value.code != NOT_RECORDED and not value.code.startswith("NoResource")
            else:
                tally.attributes += 1
                tally.told += value not in (None, (), frozenset(), "")


def read_all(directory: Path, source: str) -> Tally:
    """Everything that is listed by a recorded call, with what is inside it."""
    listed: dict[tuple[str, str], set[str]] = defaultdict(set)
    within: dict[str, str] = {}
    for name, entry in installed().items():
        for call in entry.list if isinstance(entry.list, tuple) else (entry.list,):
            if isinstance(call, Call):
                listed[prefix(entry.service), call.op].add(name)
            elif isinstance(call, Within):
                within[name] = call.parent
    tally = Tally(source)
    for folder in sorted(f for f in directory.iterdir() if f.is_dir()):
        types = {t for operation in Recorded(folder).files for t in listed.get(operation, ())}
        while more := {t for t, parent in within.items() if parent in types} - types:
            types |= more
        if types:
            try:
                read(folder, frozenset(types), tally)
            except Exception as error:  # noqa: BLE001 - one folder's failure is what is looked for
                tally.failed += 1
                print(f"{folder.name}: {type(error).__name__}: {error}")  # noqa: T201
    tally.resources, tally.types = sum(tally.of_type.values()), len(tally.of_type)
    return tally


if __name__ == "__main__":
    result = asdict(read_all(Path(sys.argv[1]), sys.argv[2]))
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    print(json.dumps({k: v for k, v in result.items() if k != "of_type"}))  # noqa: T201
