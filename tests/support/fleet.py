"""Makes an organisation: states, a recording of each account, and the file that names the accounts.

Each account has queues in each region. The first queue of every third account was changed by hand, and every account
has one queue in each region that no state has.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REGIONS = ("eu-west-1", "us-east-1")
AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
STARTED = "2026-11-01T00:00:00Z"


@dataclass(frozen=True)
class Made:
    """Where everything is."""

    folder: Path
    ids: tuple[str, ...]

    @property
    def arguments(self) -> list[str]:
        """What `drift check` takes to look at all of it."""
        return [
            "check", "--accounts", str(self.folder / "accounts.yml"), "--state", str(self.folder / "states"),
            "--replay", str(self.folder / "tapes"),
        ]  # fmt: skip


def number(n: int) -> str:
    """The id of the account with this number, from 0."""
    return f"{100_000_000_000 + n:012d}"


def url(account: str, region: str, name: str) -> str:
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


def instance(account: str, region: str, name: str, **more: Any) -> dict[str, Any]:
    """One queue as a state holds it."""
    attributes = {
        "id": url(account, region, name),
        "arn": f"arn:aws:sqs:{region}:{account}:{name}",
        "name": name,
        "visibility_timeout_seconds": 30,
        "tags": {},
    }
    return {"schema_version": 0, "attributes": attributes | more}


def state(resources: Sequence[dict[str, Any]], lineage: str = "", serial: int = 1) -> str:
    """The text of a state."""
    return json.dumps(
        {
            "version": 4, "terraform_version": "1.11.0", "serial": serial, "lineage": lineage, "outputs": {},
            "resources": list(resources),
        }
    )  # fmt: skip


def queue(account: str, region: str, name: str, provider: str = AWS, **more: Any) -> dict[str, Any]:
    """One resource of a state."""
    return {
        "mode": "managed",
        "type": "aws_sqs_queue",
        "name": name,
        "provider": provider,
        "instances": [instance(account, region, name, **more)],
    }


def tape(account: str, queues: dict[str, dict[str, int]]) -> str:
    """A recording of an account: region -> name of a queue -> its visibility timeout in seconds."""
    home = next(iter(queues))
    head = {
        "tape": 2, "account": account, "region": home, "started_at": STARTED, "duration_seconds": 1.0,
        "api_calls": {"sqs": sum(2 * len(q) + 1 for q in queues.values()), "sts": 1}, "types": ["aws_sqs_queue"],
    }  # fmt: skip
    lines: list[dict[str, Any]] = [head]
    for region, names in queues.items():
        where = {} if region == home else {"region": region}
        urls = [url(account, region, name) for name in names]
        listed = {"QueueUrls": urls} if urls else {}
        lines.append({"op": "sqs:ListQueues", **where, "asked": [{"MaxResults": 1000}], "pages": [listed]})
        for name, seconds in names.items():
            asked = [{"AttributeNames": ["All"], "QueueUrl": url(account, region, name)}]
            told = {"QueueArn": f"arn:aws:sqs:{region}:{account}:{name}", "VisibilityTimeout": str(seconds)}
            told |= {"SqsManagedSseEnabled": "true"}
            lines.append({"op": "sqs:GetQueueAttributes", **where, "asked": asked, "pages": [{"Attributes": told}]})
        if urls:
            lines.append(
                {"op": "sqs:ListQueueTags", **where, "asked": [{"QueueUrl": u} for u in urls], "pages": [{"Tags": {}}]}
            )
        tags = [{"ResourceTypeFilters": ["sqs"], "ResourcesPerPage": 100}]
        none: list[Any] = [{"ResourceTagMappingList": []}]
        lines.append({"op": "resourcegroupstaggingapi:GetResources", **where, "asked": tags, "pages": none})
    return "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines)


def make(folder: Path, accounts: int, regions: Sequence[str] = REGIONS, resources: int = 2) -> Made:
    """An organisation of so many accounts, with so many resources in each region of each."""
    ids = tuple(number(n) for n in range(accounts))
    for name in ("states", "tapes"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for n, account in enumerate(ids):
        add(folder, account, regions, resources, changed=n % 3 == 1)
    told = "".join(entry(account, f"account-{n}", ("even" if n % 2 == 0 else "odd",)) for n, account in enumerate(ids))
    (folder / "accounts.yml").write_text(f"accounts:\n{told}")
    return Made(folder, ids)


def add(folder: Path, account: str, regions: Sequence[str], resources: int, *, changed: bool) -> None:
    """The state and the recording of one account."""
    names = [f"q{i}" for i in range(resources)]
    held = [{**queue(account, r, n), "name": f"{n}-{r}"} for r in regions for n in names]
    (folder / "states" / f"{account}.tfstate").write_text(state(held, lineage=account))
    there = {r: {n: 5 if changed and n == "q0" else 30 for n in (*names, "stray")} for r in regions}
    (folder / "tapes" / f"{account}.jsonl").write_text(tape(account, there))


def entry(account: str, name: str, tags: Sequence[str] = (), **more: str) -> str:
    """One account in the file."""
    fields = {"account_id": f"'{account}'", "name": name, "role": f"arn:aws:iam::{account}:role/audit", **more}
    if tags:
        fields["tags"] = f"[{', '.join(tags)}]"
    first, *rest = (f"{k}: {v}" for k, v in fields.items())
    return f"- {first}\n" + "".join(f"  {line}\n" for line in rest)
