"""docs/who.md: who changed it, and by which operations each type can change."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from drift.provider.audit import Writes
from drift.provider.installed import installed
from drift.provider.spec import ResourceType
from drift.providers.aws.audit.writes import writes_of

HEAD = """# Who changed it

`drift check --who` reports for each drifted resource who made the drift, when, from where, with which tool, and whether it was a person.
`drift who ADDRESS|ID` answers the same for one resource, also if it did not drift. `drift explain --who` includes the answer. All formats
contain it: JSON in the field `who` ([report.md](report.md)), tables and comments as one line.

```console
drift check --who                          from CloudTrail's event history: 90 days
drift check --who=role                     without names of people, sessions and addresses
drift check --who --events trail/2026/     from files of a trail (JSON, gzip); works offline and with --replay
drift who aws_security_group.web
drift policy --with who                    the permission that this needs: cloudtrail:LookupEvents
```

## What it says

| | |
|---|---|
| actor | an IAM user; a role, with its session and who assumed it; a permission set of IAM Identity Center with its user; a workload with the subject of its token (`repo:acme/infra:ref:refs/heads/main`); an AWS service; another account |
| tool | the console, the CLI, an SDK, Terraform with its version and that of its provider, CloudFormation, a service |
| person or automated | with the evidence for it; *unknown* if the log has none |
| event | its id, time and operation, and a link to it in the console |
| after Terraform's last write | whether somebody else changed the resource after the last write by Terraform in the log |
| last commit | the last commit of the resource's block, from `git blame` |
| session | changes that one session made are shown together: "14 resources, by one console session of …" |

If the log does not have an answer, it is *unknown*, with the reason. For an assumed role, drift names who assumed it if it has read that
event.

## How an event is found

drift looks for the newest event that

1. names the resource,
2. has an operation that can change the attribute that differs, and
3. does not contradict the actual value: it did not set another one.

drift derives the operations of each type from its catalogue and botocore's models, as the table below shows. A request parameter that
identifies a resource in the read operation identifies it in write operations too (`QueueUrl`). The response member from which drift reads
an attribute has the name of the parameter that sets it (`Attributes.VisibilityTimeout`).

## Limits

CloudTrail allows two calls per second in each account and region, and returns 50 events per page. drift makes at most `--who-calls` calls
to each region (60 by default), and stops as soon as all drift has an answer. Up to six resources are looked up by name; for more, drift
reads the newest writes of the region page by page. Drift that the calls did not reach is *unknown (not looked up)*. If access to the log is
denied, the report says so and is otherwise complete.

The event history contains management events of the last 90 days. New events appear after about 15 minutes. For older events, give files
of a trail to `--events`, or find them with Athena:

```console
drift who aws_iam_role.deploy --athena logs.trail --trail s3://my-trail/AWSLogs --since 2025-01-01
drift who aws_iam_role.deploy --events result.csv
```

drift prints the `CREATE TABLE` statement and the query. It does not run them, because Athena writes the result to a bucket and charges for
the data that it scans. Run them, and give the result (CSV) to `--events`.

## Names of people

Names of users, sessions and authors, and IP addresses, are personal data. `--who=role` leaves them out. Comments and issues in public
repositories contain nothing about who made the drift, unless `drift comment --who full` or `drift issue --who full` asks for it.

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
