"""The SQL that finds in a trail's bucket what is older than CloudTrail's own history.

drift writes it down and does not run it: `StartQueryExecution` is no read, it writes its result to a bucket and costs
by the bytes it scans. Whoever runs it gives the result, as CSV, to `--events`. The table has partition projection by
account, region and day ("Create a table for CloudTrail logs in Athena using partition projection", Athena User Guide),
so that a query reads only the days and regions that it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from drift.errors import UsageError

COLUMNS: Mapping[str, str] = {
    "eventtime": "eventTime",
    "eventsource": "eventSource",
    "eventname": "eventName",
    "awsregion": "awsRegion",
    "sourceipaddress": "sourceIPAddress",
    "useragent": "userAgent",
    "eventid": "eventID",
    "readonly": "readOnly",
    "eventtype": "eventType",
    "recipientaccountid": "recipientAccountId",
    "vpcendpointid": "vpcEndpointId",
    "errorcode": "errorCode",
    "sessioncredentialfromconsole": "sessionCredentialFromConsole",
}
"""Column of the table -> member of the record, for texts."""
NESTED = ("useridentity", "requestparameters", "responseelements")
"""Columns that hold JSON: CloudTrail's input format gives an object as text where the column is one."""
MEMBERS = {
    "useridentity": "userIdentity",
    "requestparameters": "requestParameters",
    "responseelements": "responseElements",
}
_TABLE = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*")
_PLACE = re.compile(r"s3://[a-z0-9][a-z0-9.-]+[a-z0-9](?:/[\w.+=/-]*)?")


def _table(name: str) -> str:
    if not _TABLE.fullmatch(name):
        raise UsageError(f"{name!r} is no table", "Write DATABASE.TABLE, with letters, digits and underscores.")
    return name


def table(name: str, place: str) -> str:
    """The statement that makes the table. `place`: `s3://BUCKET/AWSLogs`, without the account."""
    if not _PLACE.fullmatch(place):
        raise UsageError(f"{place!r} is no place of a trail", "Write s3://BUCKET/AWSLogs, as the trail's prefix says.")
    columns = ",\n".join(f"  {name} string" for name in (*COLUMNS, *NESTED))
    where = place.rstrip("/")
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS {_table(name)} (\n{columns}\n)\n"
        "PARTITIONED BY (account string, region string, day string)\n"
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n"
        "STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n"
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n"
        f"LOCATION '{where}/'\n"
        "TBLPROPERTIES (\n"
        "  'projection.enabled'='true',\n"
        "  'projection.account.type'='injected',\n"
        "  'projection.region.type'='injected',\n"
        "  'projection.day.type'='date',\n"
        "  'projection.day.format'='yyyy/MM/dd',\n"
        "  'projection.day.range'='2013/11/01,NOW',\n"
        "  'projection.day.interval'='1',\n"
        "  'projection.day.interval.unit'='DAYS',\n"
        f"  'storage.location.template'='{where}/${{account}}/CloudTrail/${{region}}/${{day}}'\n"
        ");\n"
    )


def query(name: str, places: Sequence[tuple[str, str]], names: Sequence[str], first: str, last: str) -> str:
    """The query for the writes about some names. `places`: (account, region); `first` and `last`: `2026-11-20`."""
    accounts = ", ".join(sorted({_quoted(a) for a, _ in places}))
    regions = ", ".join(sorted({_quoted(r) for _, r in places}))
    about = "\n    OR ".join(
        f"strpos({column}, {_quoted(n)}) > 0" for n in names for column in ("requestparameters", "responseelements")
    )
    return (
        f"SELECT {', '.join((*COLUMNS, *NESTED))}\nFROM {_table(name)}\n"
        f"WHERE account IN ({accounts})\n  AND region IN ({regions})\n"
        f"  AND day BETWEEN {_quoted(first.replace('-', '/'))} AND {_quoted(last.replace('-', '/'))}\n"
        f"  AND readonly = 'false'\n  AND coalesce(errorcode, '') = ''\n  AND (\n    {about}\n  )\n"
        "ORDER BY eventtime DESC\nLIMIT 5000;\n"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def row(columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """A line of the result as the record that it was made of."""
    import msgspec

    record: dict[str, Any] = {member: columns[c] for c, member in COLUMNS.items() if columns.get(c)}
    for column, member in MEMBERS.items():
        try:
            record[member] = msgspec.json.decode(str(columns.get(column) or "null"))
        except msgspec.DecodeError:
            record[member] = None
    return record
