"""A year of daily scans of a large account: how large the store is, and how long scans and questions take.

python -m tests.bench.history [--days N] [--resources N]     prints the section that docs/performance.md has

The rows are made up and go through the writer that `drift check --keep` uses. The same questions are asked of the same
scans as files of JSON, one a day, with jq; where jq is lacking, with Python's json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from drift.history.named import NAMED
from drift.history.page.asked import Asked
from drift.history.page.markup import address
from drift.history.page.server import VIEWS, Pages, Server
from drift.history.store import Store
from tests.support.stores import ACCOUNT, Drifted, scan

SEVERITIES = ("critical", "high", "medium", "low", None)
LIFE = {"type": "aws_sqs_queue", "id": "d0", "account": ACCOUNT, "region": "us-east-1"}
MANY = "select side, type, count(*), count(distinct region) from resource group by all"
WHERE = "select scan, count(*) from resource where json_extract_string(attributes, '$.tags.Team') = 'data' group by all"


def drifts(day: int) -> list[Drifted]:
    """About a hundred and fifty open at a time: most stay for weeks, some come back."""
    out = []
    for n in range(150):
        if (day + n * 7) % 60 < 45:
            kind = ("modified", "unmanaged", "missing")[n % 3]
            out.append(
                Drifted(f"d{n}", kind, value=1 + day // 90, severity=SEVERITIES[n % 5], module=f"module.m{n % 9}")
            )
    return out


def timed(do: Callable[[], object], times: int = 3) -> float:
    """The median of some runs, in seconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2]


def size(path: Path) -> float:
    """MiB of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(f.stat().st_size for f in files) / (1 << 20)


def main(arguments: list[str]) -> None:
    """Measure, and print a section in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--resources", type=int, default=10_000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="drift-bench-") as work:
        _measure(Path(work), asked.days, asked.resources)


def _measure(work: Path, days: int, resources: int) -> None:
    store, files = Store(str(work / "drift.duckdb")), work / "json"
    files.mkdir()
    took = []
    for day in range(days):
        kept = scan(day, drifts(day), size=resources, changed=resources // 200, controls=[("fsbp", "SQS.1", "passed")])
        began = time.perf_counter()
        store.add(kept)
        took.append(time.perf_counter() - began)
        if day >= days - 30:
            (files / f"{day:03}.json").write_text(json.dumps(kept.tables))
        sys.stderr.write(f"\r{day + 1} of {days} scans, {took[-1]:.2f} s, {size(store.file):.0f} MiB ")
    raw = size(files) / 30 * days
    sys.stderr.write("\n")
    lines = [
        f"| {days} scans of {resources:,} resources, {days * 2 * resources:,} rows on both sides | |",
        "|---|---:|",
        f"| the store | {size(store.file):.0f} MiB |",
        f"| the same scans as JSON | {raw:,.0f} MiB |",
        f"| adding a scan, median | {sorted(took)[len(took) // 2]:.2f} s |",
    ]
    store.compact()
    lines.append(f"| the store, compacted | {size(store.file):.0f} MiB |")
    with store.reader() as reader:
        asked = {name: timed(lambda: list(reader.named(name).rows)) for name in NAMED}  # noqa: B023
        lines += [f"| `drift query {name}` | {took:.2f} s |" for name, took in asked.items()]
        every = timed(lambda: list(reader.sql(MANY).rows))
        lines.append(f"| all rows of `resource` by side and type | {every:.2f} s |")
        million = MANY.replace(
            "group by",
            f"where started_at >= (select max(started_at) from scan) - interval {1_000_000 // (2 * resources)} day group by",
        )
        lines.append(
            f"| a million rows of `resource` by side and type | {timed(lambda: list(reader.sql(million).rows)):.2f} s |"
        )
        recent = WHERE.replace(
            "group by", "and started_at > (select max(started_at) from scan) - interval 30 day group by"
        )
        found = timed(lambda: list(reader.sql(recent).rows))
    pages = Pages(store)
    for view in VIEWS:
        question = Asked(dict(LIFE) if view == "resource" else {"name": "open"} if view == "sql" else {})
        began = time.perf_counter()
        status, _ = pages.answer(view, question)
        if status != HTTPStatus.OK:
            raise SystemExit(f"the view {view!r} cannot be shown")
        lines.append(f"| the page, {view or 'overview'} | {time.perf_counter() - began:.2f} s |")
    lines += _browser(store)
    beside, by = _beside(files)
    lines.append(f"| resources of a team in each of 30 scans, by a tag | {found:.2f} s |")
    lines.append(f"| the same over 30 files of JSON with {by} | {beside:.1f} s, {beside / found:.0f} times as long |")
    sys.stdout.write("\n".join(lines) + "\n")


def _browser(store: Store) -> list[str]:
    """Each view as Chromium loads it, until the page is whole."""
    browser = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
    if browser is None:
        return []
    from playwright.sync_api import sync_playwright

    lines = []
    with Server(store, "127.0.0.1", 0, None) as server, sync_playwright() as player:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = player.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for view in VIEWS:
            asked = LIFE if view == "resource" else {"name": "open"} if view == "sql" else {}
            page = chromium.new_page()
            began = time.perf_counter()
            page.goto(f"http://127.0.0.1:{server.server_port}{address(view, **asked)}")
            lines.append(f"| the page in Chromium, {view or 'overview'} | {time.perf_counter() - began:.2f} s |")
            page.close()
        chromium.close()
        server.shutdown()
    return lines


def _beside(files: Path) -> tuple[float, str]:
    every = sorted(files.glob("*.json"))
    if jq := shutil.which("jq"):
        text = '[.scan[0].scan, ([.resource[] | select(.attributes.tags.Team == "data")] | length)]'
        return timed(lambda: subprocess.run([jq, "-c", text, *every], check=True, capture_output=True), 1), "jq"

    def read() -> None:
        for file in every:
            rows = json.loads(file.read_bytes())["resource"]
            sum(r["attributes"].get("tags", {}).get("Team") == "data" for r in rows)

    return timed(read, 1), "Python's json"


if __name__ == "__main__":
    main(sys.argv[1:])
