"""Runs the queries of Steampipe's community over drift's tables, and writes what came of it into docs/sql.md.

python -m tests.support.community [DIRECTORY…]

Each directory is a clone of a mod; without any, both are cloned for the run. Nothing of them is kept: the page counts
queries and names columns. A query *runs* if DuckDB accepts it and answers over an empty store. Whether columns hold what
they say is held against states that Terraform wrote (`tests/history/test_answers.py`).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import duckdb

from drift.errors import DriftError
from drift.history.shapes import Shapes, prepared
from drift.history.tables import ddl
from drift.provider.installed import installed

PAGE = Path(__file__).parents[2] / "docs" / "sql.md"
MARK = "<!-- what follows is written by python -m tests.support.community -->"
MODS = ("turbot/steampipe-mod-terraform-aws-compliance", "turbot/steampipe-mod-aws-compliance")
SECRET, MOVES, CALL = (
    "it may be secret: drift keeps a digest",
    "it moves by itself, with no change",
    "drift asks for no such answer",
)
WHY = {
    "aws_cloudtrail_trail.latest_delivery_time": MOVES,
    "aws_ec2_launch_configuration.user_data": SECRET,
    "aws_iam_role.role_last_used_date": MOVES,
    "aws_kms_key.deletion_date": "a key that is being deleted is no row",
    "aws_lambda_function.environment_variables": SECRET,
    "aws_redshiftserverless_namespace.admin_username": SECRET,
}
"""Column -> why drift does not know it; for others, as nothing that drift asks the cloud tells it."""
_QUERY = re.compile(
    r'^query\s+"(\w+)"\s*\{\s*(?:(?!\nquery ).)*?sql\s*=\s*<<-?(EO[A-Z]+)\n(.*?)\n\s*\2', re.DOTALL | re.MULTILINE
)


def queries(clone: Path) -> dict[str, str]:
    """Name -> SQL, with the dimensions that the mod adds to each by default."""
    words = ["git", "-C", str(clone)]
    names = subprocess.run([*words, "ls-tree", "-r", "--name-only", "HEAD"], capture_output=True, text=True, check=True)
    out: dict[str, str] = {}
    for name in names.stdout.splitlines():
        if name.endswith(".pp"):
            shown = subprocess.run([*words, "show", f"HEAD:{name}"], capture_output=True, text=True, check=True)
            out |= {m[1]: _filled(m[3]) for m in _QUERY.finditer(shown.stdout)}
    return out


def _filled(text: str) -> str:
    terraform = "terraform_resource" in text

    def dimension(found: re.Match[str]) -> str:
        said = re.search(r'"__QUALIFIER__",\s*"([^"]*)"', found[0])
        of = said[1] if said else ""
        if "tag_dimensions" in found[0]:
            return ""
        if terraform:
            return f", {of}path || ':' || {of}start_line"
        return f", {of}account_id" if "global" in found[0] else f", {of}region, {of}account_id"

    return re.sub(r"\$\{[^}]*\}", dimension, text)


def measured(name: str, clone: Path) -> list[str]:
    """The lines of one mod."""
    shapes, db = Shapes(installed()), duckdb.connect()
    for statement in ddl():
        db.execute(statement)
    found = queries(clone)
    runs: list[str] = []
    why: Counter[str] = Counter()
    null: Counter[tuple[str, str]] = Counter()
    missing: Counter[str] = Counter()
    for query, text in sorted(found.items()):
        try:
            ready = prepared(db, shapes, text, nulls_allowed=True)
            db.execute(ready.sql).fetchall()
        except (DriftError, duckdb.Error) as error:
            why[_reason(str(error))] += 1
            missing.update(re.findall(r"there is no table (\w+)", str(error)))
            continue
        if ready.unknown:
            why["they ask for a column that drift does not know"] += 1
            null.update(ready.unknown)
        else:
            runs.append(query)
    commit = subprocess.run(
        ["git", "-C", str(clone), "log", "-1", "--format=%h of %as"], capture_output=True, text=True, check=True
    ).stdout.strip()
    out = [
        f"### {name}", "",
        f"Commit {commit}: **{len(runs)} of {len(found)}** queries run unchanged.", "",
        "| why the others do not run | queries |", "|---|---:|",
        *(f"| {reason} | {count} |" for reason, count in sorted(why.items(), key=lambda e: (-e[1], e[0]))), "",
    ]  # fmt: skip
    if missing:
        tables = ", ".join(f"`{t}` ({n})" for t, n in sorted(missing.items(), key=lambda e: (-e[1], e[0])))
        out += [f"Tables of resources that drift does not read, with the number of queries: {tables}.", ""]
    if null:
        by_table: dict[str, list[str]] = {}
        for table, column in sorted(null):
            by_table.setdefault(table, []).append(column)
        out += [
            "Columns that these queries ask for and drift does not know (`--unknown null` runs them with NULL there):",
            "",
        ]
        out += ["| table | columns | why |", "|---|---|---|"]
        for table, columns in by_table.items():
            reasons = {c: WHY.get(f"{table}.{c}", CALL) for c in columns}
            for reason in sorted({*reasons.values()}):
                named = ", ".join(f"`{c}`" for c in columns if reasons[c] == reason)
                out.append(f"| `{table}` | {named} | {reason} |")
        out.append("")
    return out


def _reason(message: str) -> str:
    first = message.split("\n", 1)[0]
    if "there is no table" in first:
        return "drift reads no such resources"
    if "Values were not provided" in first:
        return "the mod gives it arguments"
    return "SQL that is not translated"


def main(clones: list[str]) -> None:
    """Measure, and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        given = dict(zip(MODS, map(Path, clones), strict=False))
        for mod in MODS if not clones else ():
            given[mod] = Path(folder) / mod.rpartition("/")[2]
            subprocess.run(["git", "clone", "-q", "--depth", "1", f"https://github.com/{mod}", given[mod]], check=True)
        lines = [line for name, clone in given.items() for line in measured(name, clone)]
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[0] + "\n".join([MARK, "", *lines])
    PAGE.write_text(text.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
