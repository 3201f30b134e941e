"""When AWS ends its standard support, by AWS's own calendars.

Lambda developer guide, "Runtimes"; EKS user guide, "Kubernetes release calendar"; RDS and Aurora user guides,
"Release calendars". What stands in no table is taken as supported.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from drift.rules.world import Unknown

LAMBDA: Mapping[str, str] = {
    "nodejs": "2016-10-31", "nodejs4.3": "2020-03-05", "nodejs6.10": "2019-08-12", "nodejs8.10": "2020-03-06",
    "nodejs10.x": "2021-07-30", "nodejs12.x": "2023-03-31", "nodejs14.x": "2023-12-04", "nodejs16.x": "2024-06-12",
    "nodejs18.x": "2025-09-01", "nodejs20.x": "2026-04-30",
    "python2.7": "2021-07-15", "python3.6": "2022-07-18", "python3.7": "2023-12-04", "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "ruby2.5": "2021-07-30", "ruby2.7": "2023-12-07", "ruby3.2": "2026-03-31",
    "java8": "2024-01-08", "go1.x": "2024-01-08", "provided": "2024-01-08",
    "dotnetcore1.0": "2019-06-27", "dotnetcore2.0": "2019-05-30", "dotnetcore2.1": "2022-01-05",
    "dotnetcore3.1": "2023-04-03", "dotnet5.0": "2022-05-10", "dotnet6": "2024-12-20", "dotnet7": "2024-05-14",
}  # fmt: skip
"""Runtime -> the day it is deprecated."""

KUBERNETES: Mapping[str, str] = {
    "1.22": "2023-06-04", "1.23": "2023-10-11", "1.24": "2024-01-31", "1.25": "2024-05-01", "1.26": "2024-06-11",
    "1.27": "2024-07-24", "1.28": "2024-11-26", "1.29": "2025-03-23", "1.30": "2025-07-23", "1.31": "2025-11-26",
    "1.32": "2026-03-23", "1.33": "2026-07-29",
}  # fmt: skip
"""Version -> the end of its standard support in EKS."""

GLUE: Mapping[str, str] = {"0.9": "2026-04-01", "1.0": "2026-04-01", "2.0": "2026-04-01"}
"""Version -> the end of its support: Glue developer guide, "AWS Glue version support policy"."""

CACHES: Mapping[str, str] = {"2": "2023-01-13", "3": "2023-07-31", "4": "2026-01-31", "5": "2026-01-31"}
"""Major version of Redis OSS -> the end of its standard support: ElastiCache user guide, "Engine versions"."""

ENGINES: Mapping[str, Mapping[str, str]] = {
    "mysql": {"5.5": "2021-05-25", "5.6": "2022-03-01", "5.7": "2024-02-29", "8.0": "2026-07-31"},
    "mariadb": {"10.2": "2022-10-15", "10.3": "2023-10-23", "10.4": "2024-06-18"},
    "postgres": {"9": "2022-04-26", "10": "2023-04-17", "11": "2024-02-29", "12": "2025-02-28", "13": "2026-02-28"},
    "aurora-mysql": {"5.6": "2023-02-28", "5.7": "2024-10-31"},
    "aurora": {"5.6": "2023-02-28"},
    "aurora-postgresql": {
        "9": "2022-01-31", "10": "2023-01-31", "11": "2024-02-29", "12": "2025-02-28", "13": "2026-02-28",
    },
}  # fmt: skip
"""Engine -> the beginning of its version -> the end of its standard support in RDS."""


def past(calendar: Mapping[str, str], version: str, today: date | None) -> str | None:
    """That a version has ended, and when; Unknown where nobody says what day it is."""
    if version not in calendar:
        return None
    if today is None:
        raise Unknown("the current date is not known")
    ends = calendar[version]
    return f"{version} ended on {ends}" if date.fromisoformat(ends) < today else None


def ended(engine: str, version: str, today: date | None) -> str | None:
    """The same for a database engine, whose versions have more parts than its calendar."""
    calendar = ENGINES.get(engine, {})
    parts = version.split(".")
    names = (".".join(parts[:2]), parts[0])
    return next((past({n: calendar[n]}, n, today) for n in names if n in calendar), None)
