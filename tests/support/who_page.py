"""docs/who.md: who changed it, and by which operations each type can change."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from drift.provider.audit import Writes
from drift.provider.installed import installed
from drift.provider.spec import ResourceType
from drift.providers.aws.audit.writes import writes_of

HEAD = """# Who changed it

`drift check --who` says of each drifted resource who made the drift, when, from where, by what, and whether a person did it. `drift who
ADDRESS|ID` says it of one resource, also of one that did not drift. `drift explain --who` has it on its page. Every format has it: the
JSON as `who` ([report.md](report.md)), tables and comments as a line.

```console
drift check --who                          from CloudTrail's event history: 90 days
drift check --who=role                     without names of people, sessions and addresses
drift check --who --events trail/2026/     from files of a trail (JSON, gzip), also offline and with --replay
drift who aws_security_group.web
drift policy --with who                    the permission that it takes: cloudtrail:LookupEvents
```

## What it says

| | |
|---|---|
| actor | an IAM user; a role, with its session and who took it on; a permission set of IAM Identity Center and its user; a workload with the subject of its token (`repo:acme/infra:ref:refs/heads/main`); a service of AWS; another account |
| by what | the console, the CLI, an SDK, Terraform with the versions of itself and its provider, CloudFormation, a service |
| a person or automated | with what shows it; *unknown* where the log does not tell |
| the event | its id, time, operation, and the page about it in the console |
| after Terraform last wrote it | whether somebody else changed it after the last write of Terraform that the log shows |
| the block's last commit | by `git blame` |
| together | what one session did in a row stands together: "14 resources, by one console session of …" |

What the log does not tell is *unknown*, with the reason. A role that was taken on names whoever took it on, if that event was read.

## How an event is found

An event made a drift if it names the resource, if its operation can have changed what differs, and if what it says does not
contradict what is there now. Which operations can change what is not written down: it follows from the catalogue and botocore's
models. The member by which drift reads a resource names it in a write (`QueueUrl`), and the member that an attribute is read from
is the member that sets it (`Attributes.VisibilityTimeout`). The table below is generated from that.

## Limits

CloudTrail answers two calls a second for each account and region, 50 events a page. drift makes at most `--who-calls` calls to each region
(60 by default), and stops as soon as everything is answered. Up to six resources are asked for by name; for more, the newest writes
of the region are read page by page. What the calls did not reach is *unknown (not looked up)*. If the log is refused, the report
says so, and nothing else changes.

The event history has what happened a quarter of an hour ago or earlier, for 90 days, and only management events.
For older events, give files of a trail to `--events`, or find them with Athena:

```console
drift who aws_iam_role.deploy --athena logs.trail --trail s3://my-trail/AWSLogs --since 2025-01-01
drift who aws_iam_role.deploy --events result.csv
```

drift prints the statement and the query and does not run them: a query is no read, it writes its result to a bucket and costs by
what it reads.

## Names of people

Names of users, sessions and authors, and addresses, are personal data. `--who=role` leaves them out, and so do comments and issues
in public repositories, unless `--who full` asks for them there.

"""


def _operations(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "-"


def _changing(entry: ResourceType, writes: Writes) -> set[str]:
    """What changes an attribute, but for what makes and ends the resource, and for the names that never change."""
    named = {"name", "name_prefix", "id", "arn", *entry.identity}
    every = {op for attribute in writes.members if attribute not in named for op in writes.changing(attribute)}
    return every - writes.creates - writes.deletes


@cache
def page() -> str:
    """The text of the page."""
    catalog = installed()
    rows = []
    for name in sorted(n for n in catalog if catalog.provider_of(n).name == "aws"):
        writes = writes_of(catalog[name])
        rows.append(
            f"| `{name}` | {_operations(writes.creates)} | {_operations(_changing(catalog[name], writes))} | {_operations(writes.deletes)} |"
        )
    table = "\n".join(["| type | made by | changed by | ended by |", "|---|---|---|---|", *rows])
    return f"{HEAD}## By which operations each type can change\n\n{table}\n"
